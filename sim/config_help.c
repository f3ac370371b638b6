// SPDX-License-Identifier: Apache-2.0
// The table of parameters in words: what values a key takes, and the help text of all keys.
#include "sim/config_rules.h"
#include "sim/param.h"

#include <stdio.h>

static void allowed_choices(const struct param *row, char *text, size_t size)
{
    const char *names[PARAM_MAX_CHOICES];
    size_t num = row->choices(names);
    size_t at = 0;
    *text = '\0';
    for (size_t i = 0; i < num && at < size; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%s", i == 0 ? "" : ", ", names[i]);
    if (row->word && at < size)
        snprintf(text + at, size - at, ", %s", row->word);
}

const char *param_allowed(const struct param *row, char *text, size_t size)
{
    char range[64];
    snprintf(range, sizeof range, "%llu..%llu", (unsigned long long)row->min,
             (unsigned long long)row->max);
    if (row->type == PARAM_REAL)
        snprintf(range, sizeof range, "%g..%g", row->low, row->high);
    const char *space = *row->unit ? " " : "";
    switch (row->type) {
    case PARAM_BOOL:
        snprintf(text, size, "true, false");
        break;
    case PARAM_UINT32:
    case PARAM_UINT64:
    case PARAM_CYCLES:
    case PARAM_REAL:
        snprintf(text, size, "%s%s%s%s%s", row->word ? row->word : "", row->word ? ", " : "", range,
                 space, row->unit);
        break;
    case PARAM_PATH:
        snprintf(text, size, "a file, null");
        break;
    case PARAM_NAME:
    case PARAM_CHOICE:
    case PARAM_FLAG:
    case PARAM_KIND:
        allowed_choices(row, text, size);
        break;
    case PARAM_DIMS:
        snprintf(text, size, "a list of up to %d sides, null", TOPOLOGY_MAX_DIMS);
        break;
    case PARAM_TEXTS:
        snprintf(text, size, "a list of texts");
        break;
    case PARAM_RACKS:
        snprintf(
            text, size,
            "a list of {kind, nodes or shape, count, channels, latency_cycles, flit_cycles}, null");
        break;
    case PARAM_GROUPS:
        snprintf(text, size, "a list of {of, clock_hz}");
        break;
    case PARAM_RULES:
        config_rules_allowed(row, text, size);
        break;
    case PARAM_NODES:
        snprintf(text, size, "a list of nodes");
        break;
    case PARAM_LENGTHS:
        snprintf(text, size, "%s%s%s, [{flits, weight, class}, ...]", range, space, row->unit);
        break;
    }
    return text;
}

void config_help(FILE *to)
{
    fprintf(to, "Keys of the configuration, [default], and what they take:\n");
    for (size_t i = 0; i < param_num; i++) {
        const struct param *row = &param_table[i];
        char allowed[512];
        fprintf(to, "  %s [%s]\n      %s (%s)\n", row->key, row->initial, row->help,
                param_allowed(row, allowed, sizeof allowed));
    }
}
