// SPDX-License-Identifier: Apache-2.0
#include "model/node/collective_rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *const collective_auto[COLLECTIVE_NUM_KINDS] = {
    [COLLECTIVE_BARRIER] = "dissemination",
    [COLLECTIVE_BCAST] = "binomial up_to_bytes=12287\n"
                         "binomial up_to_ranks=7\n"
                         "scatter-doubling up_to_bytes=524287 power_of_two=true\n"
                         "scatter-allgather",
    [COLLECTIVE_REDUCE] = "binomial up_to_bytes=2048\n"
                          "rabenseifner",
    [COLLECTIVE_ALLREDUCE] = "recursive-doubling up_to_bytes=2048\n"
                             "rabenseifner",
    [COLLECTIVE_SCAN] = "recursive-doubling",
    [COLLECTIVE_GATHER] = "binomial",
    [COLLECTIVE_SCATTER] = "binomial",
    [COLLECTIVE_ALLGATHER] = "recursive-doubling up_to_bytes=524287 power_of_two=true\n"
                             "bruck up_to_bytes=81919\n"
                             "ring",
    [COLLECTIVE_ALLTOALL] = "post-all up_to_bytes=256 up_to_ranks=7\n"
                            "bruck up_to_bytes=256\n"
                            "post-all up_to_bytes=32768\n"
                            "pairwise",
    [COLLECTIVE_REDUCE_SCATTER] = "recursive-halving up_to_bytes=524287\n"
                                  "pairwise",
    [COLLECTIVE_GATHERV] = "linear",
    [COLLECTIVE_SCATTERV] = "linear",
    [COLLECTIVE_ALLGATHERV] = "recursive-doubling up_to_bytes=524287 power_of_two=true\n"
                              "bruck up_to_bytes=81919\n"
                              "ring",
    [COLLECTIVE_ALLTOALLV] = "post-all",
};

bool collective_has_bytes(enum collective_kind kind)
{
    return kind != COLLECTIVE_BARRIER && kind != COLLECTIVE_GATHERV &&
           kind != COLLECTIVE_SCATTERV && kind != COLLECTIVE_ALLTOALLV;
}

static bool has_conditions(const struct collective_rule *rule)
{
    return rule->up_to_bytes != UINT64_MAX || rule->up_to_ranks != UINT32_MAX ||
           rule->only_for != COLLECTIVE_ANY_NUM;
}

// Reads one condition from the front of the text; false if it is another.
static bool condition(const char **text, const char *key, char *value, size_t size)
{
    size_t length = strlen(key);
    if (strncmp(*text, key, length) != 0)
        return false;
    size_t num = strcspn(*text + length, " \n");
    snprintf(value, size, "%.*s", (int)num, *text + length);
    *text += length + num;
    return true;
}

static bool read_rule(struct collective_rule *rule, enum collective_kind kind, const char **text,
                      struct err *err)
{
    char value[64];
    size_t length = strcspn(*text, " \n");
    snprintf(value, sizeof value, "%.*s", (int)length, *text);
    *text += length;
    *rule = (struct collective_rule){.algorithm = collective_find(kind, value, err),
                                     .up_to_bytes = UINT64_MAX,
                                     .up_to_ranks = UINT32_MAX};
    if (!rule->algorithm)
        return false;
    bool good = true;
    if (condition(text, " up_to_bytes=", value, sizeof value))
        good = collective_has_bytes(kind) && sscanf(value, "%" SCNu64, &rule->up_to_bytes) == 1;
    if (condition(text, " up_to_ranks=", value, sizeof value))
        good = sscanf(value, "%" SCNu32, &rule->up_to_ranks) == 1 && good;
    if (condition(text, " power_of_two=", value, sizeof value))
        rule->only_for =
            strcmp(value, "true") == 0 ? COLLECTIVE_POWER_OF_TWO : COLLECTIVE_NO_POWER_OF_TWO;
    good = good && (**text == '\n' || !**text);
    *text += **text == '\n';
    return good || err_set(err, ERR_CONFIG, "%s: a rule with conditions that are not known",
                           collective_names[kind]);
}

bool collective_rules_read(struct collective_rules *self, enum collective_kind kind,
                           const char *text, struct err *err)
{
    self->num = 0;
    if (text && strcmp(text, "auto") == 0)
        text = collective_auto[kind];
    if (!text) {
        self->rules[self->num++] =
            (struct collective_rule){.algorithm = collective_find(kind, NULL, err),
                                     .up_to_bytes = UINT64_MAX,
                                     .up_to_ranks = UINT32_MAX};
        return true;
    }
    do {
        if (self->num == COLLECTIVE_MAX_RULES)
            return err_set(err, ERR_CONFIG, "%s: more than %d rules", collective_names[kind],
                           COLLECTIVE_MAX_RULES);
        if (self->num > 0 && !has_conditions(&self->rules[self->num - 1]))
            return err_set(err, ERR_CONFIG,
                           "%s: rule %" PRIu32 " fits always, so that those after it never do",
                           collective_names[kind], self->num);
        if (!read_rule(&self->rules[self->num], kind, &text, err))
            return false;
        self->num++;
    } while (*text);
    return !has_conditions(&self->rules[self->num - 1]) ||
           err_set(err, ERR_CONFIG,
                   "%s: the last rule has conditions, so that there may be none that fits; end "
                   "with {algorithm: NAME}",
                   collective_names[kind]);
}

static bool fits(const struct collective_rule *rule, uint32_t num_ranks, uint64_t bytes)
{
    bool power = (num_ranks & (num_ranks - 1)) == 0;
    return bytes <= rule->up_to_bytes && num_ranks <= rule->up_to_ranks &&
           (rule->only_for == COLLECTIVE_ANY_NUM ||
            power == (rule->only_for == COLLECTIVE_POWER_OF_TWO));
}

const struct collective_algorithm *collective_rules_choose(const struct collective_rules *self,
                                                           uint32_t num_ranks, uint64_t bytes)
{
    uint32_t i = 0;
    while (i + 1 < self->num && !fits(&self->rules[i], num_ranks, bytes))
        i++;
    return self->rules[i].algorithm;
}
