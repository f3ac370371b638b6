// SPDX-License-Identifier: Apache-2.0
#include "sim/cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool cmd_sets_add(struct cmd_sets *self, const char *key, const char *value, const char *from,
                  struct err *err)
{
    char *assignment;
    struct cmd_set *sets = realloc(self->sets, (self->num + 1) * sizeof *sets);
    if (sets)
        self->sets = sets;
    if (!sets || asprintf(&assignment, "%s%s%s", key ? key : "", key ? "=" : "", value) < 0)
        return err_set(err, ERR_RUN, "out of memory");
    self->sets[self->num++] = (struct cmd_set){.assignment = assignment, .from = from};
    return true;
}

void cmd_sets_free(struct cmd_sets *self)
{
    for (size_t i = 0; i < self->num; i++)
        free(self->sets[i].assignment);
    free(self->sets);
    *self = (struct cmd_sets){0};
}

bool cmd_configure(struct config *config, const char *path, const struct cmd_sets *sets,
                   struct err *err)
{
    if (!config_default(config, err))
        return false;
    bool ok = !path || config_read(config, path, err);
    for (size_t i = 0; ok && i < sets->num; i++)
        ok = config_set(config, sets->sets[i].assignment, sets->sets[i].from, err);
    if (!ok)
        config_free(config);
    return ok;
}

bool cmd_integer(const char *text, const char *option, uint64_t min, uint64_t max, uint64_t *value,
                 struct err *err)
{
    errno = 0;
    bool digits = *text && !text[strspn(text, "0123456789")];
    uint64_t number = digits ? strtoull(text, NULL, 10) : 0;
    if (!digits || errno == ERANGE || number < min || number > max)
        return err_set(err, ERR_CONFIG, "%s: \"%.60s\" is no integer in %" PRIu64 "..%" PRIu64,
                       option, text, min, max);
    *value = number;
    return true;
}

bool cmd_text(char **field, const char *value, const char *option, const char *missing,
              struct err *err)
{
    if (*field || !*value)
        return err_set(err, ERR_CONFIG, "%s: %s", option, *field ? "given twice" : missing);
    *field = strdup(value);
    return *field || err_set(err, ERR_RUN, "out of memory");
}

bool cmd_bad_option(poptContext context, int code, const struct poptOption *options,
                    struct err *err)
{
    const char *names[32];
    size_t num = 0;
    const char *bad = poptBadOption(context, 0);
    for (const struct poptOption *o = options; o->longName && num < 32; o++)
        names[num++] = o->longName;
    const char *nearest = NULL;
    if (code == POPT_ERROR_BADOPT && strncmp(bad, "--", 2) == 0)
        nearest = err_nearest(bad + 2, names, num);
    return err_set(err, ERR_CONFIG, "%.100s: %s%s%s", bad, poptStrerror(code),
                   nearest ? "; nearest: --" : "", nearest ? nearest : "");
}

bool cmd_options(poptContext context, const struct poptOption *options, cmd_take_fn *take,
                 void *command, struct err *err)
{
    int code;
    while ((code = poptGetNextOpt(context)) > 0) {
        char *value = poptGetOptArg(context);
        bool ok = take(command, code, value ? value : "", err);
        free(value);
        if (!ok)
            return false;
    }
    return code >= -1 || cmd_bad_option(context, code, options, err);
}
