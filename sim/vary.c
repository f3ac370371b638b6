// SPDX-License-Identifier: Apache-2.0
// The product of the varied parameters; vary_run.c makes the runs.
#include "sim/vary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void free_axis(struct vary_axis *axis)
{
    for (size_t i = 0; i < axis->num_values; i++)
        free(axis->values[i]);
    free(axis->values);
    free(axis->key);
}

static bool check_axis(const struct vary *self, const struct vary_axis *axis, struct err *err)
{
    if (!config_known(axis->key, "--vary", err))
        return false;
    for (size_t a = 0; a < self->num_axes; a++)
        if (strcmp(self->axes[a].key, axis->key) == 0)
            return err_set(err, ERR_CONFIG, "--vary: %s: varied twice", axis->key);
    size_t runs = vary_num_runs(self) * axis->num_values;
    if (axis->num_values <= VARY_MAX_RUNS && runs <= VARY_MAX_RUNS)
        return true;
    return err_set(err, ERR_CONFIG, "--vary: %s: %zu runs; at most %d at once", axis->key, runs,
                   VARY_MAX_RUNS);
}

bool vary_add(struct vary *self, const char *assignment, struct err *err)
{
    struct vary_axis axis = {0};
    char key[128];
    if (!config_list(assignment, "--vary", key, sizeof key, &axis.values, &axis.num_values, err))
        return false;
    struct vary_axis *axes = realloc(self->axes, (self->num_axes + 1) * sizeof *axes);
    if (axes)
        self->axes = axes;
    axis.key = strdup(key);
    if (!axes || !axis.key)
        err_set(err, ERR_RUN, "out of memory");
    else if (check_axis(self, &axis, err))
        self->axes[self->num_axes++] = axis;
    if (err->status == ERR_NONE)
        return true;
    free_axis(&axis);
    return false;
}

void vary_free(struct vary *self)
{
    for (size_t a = 0; a < self->num_axes; a++)
        free_axis(&self->axes[a]);
    free(self->axes);
    *self = (struct vary){0};
}

size_t vary_num_runs(const struct vary *self)
{
    size_t num = 1;
    for (size_t a = 0; a < self->num_axes; a++)
        num *= self->axes[a].num_values;
    return num;
}

const char *vary_value(const struct vary *self, size_t run, size_t axis)
{
    for (size_t a = self->num_axes - 1; a > axis; a--)
        run /= self->axes[a].num_values;
    return self->axes[axis].values[run % self->axes[axis].num_values];
}

static bool check_input(const struct config *config, struct err *err)
{
    bool reads = config->workload != WORKLOAD_SYNTHETIC && config->path;
    return !reads || strcmp(config->path, "-") != 0 ||
           config_refuse(
               config, "workload.path", err,
               "standard input can be read by one run only, not with --vary; name a file");
}

bool vary_configure(const struct vary *self, size_t run, const struct config *base,
                    struct config *config, struct err *err)
{
    if (!config_copy(config, base, err))
        return false;
    for (size_t a = 0; a < self->num_axes; a++) {
        char *assignment;
        if (asprintf(&assignment, "%s=%s", self->axes[a].key, vary_value(self, run, a)) < 0)
            return err_set(err, ERR_RUN, "out of memory");
        bool ok = config_set(config, assignment, "--vary", err);
        free(assignment);
        if (!ok)
            return false;
    }
    return check_input(config, err) && config_check(config, err);
}
