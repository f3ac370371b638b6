// SPDX-License-Identifier: Apache-2.0
#include "model/node/mapping.h"

#include "sim/rng.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAPPING_NAME(symbol, name) name,
const char *const mapping_policy_names[MAPPING_NUM_POLICIES] = {MAPPING_POLICIES(MAPPING_NAME)};
#undef MAPPING_NAME

enum { NO_CORE = UINT32_MAX };

static void by_rule(const struct mapping_params *params, uint32_t num_ranks,
                    struct mapping_place *places)
{
    struct rng rng = rng_make(params->seed, RNG_MAPPING, 0);
    for (uint32_t i = 0; i < num_ranks; i++) {
        bool cyclic = params->policy == MAPPING_CYCLIC;
        places[i].node = cyclic ? i % params->num_nodes : i / params->ranks_per_node;
        places[i].core = NO_CORE;
    }
    for (uint32_t i = num_ranks; params->policy == MAPPING_RANDOM && i > 1; i--) {
        uint32_t k = (uint32_t)rng_below(&rng, i);
        struct mapping_place place = places[i - 1];
        places[i - 1] = places[k];
        places[k] = place;
    }
}

// Reads a line's numbers.
static bool read_line(const struct mapping_params *params, char *line, uint32_t num,
                      struct mapping_place *place, struct err *err)
{
    char *end = line;
    line[strcspn(line, "#\n")] = '\0';
    unsigned long node = strtoul(line, &end, 10);
    if (end == line || node >= params->num_nodes)
        return err_set(err, ERR_CONFIG, "%s:%u: \"%.40s\" is not a node, 0 to %u", params->path,
                       num, line, params->num_nodes - 1);
    char *rest = end + strspn(end, " \t");
    unsigned long core = strtoul(rest, &end, 10);
    bool has_core = end != rest;
    if (end[strspn(end, " \t")] != '\0' || (has_core && core >= params->cores))
        return err_set(err, ERR_CONFIG, "%s:%u: \"%.40s\" is not a core, 0 to %u", params->path,
                       num, rest, params->cores - 1);
    place->node = (uint32_t)node;
    place->core = has_core ? (uint32_t)core : NO_CORE;
    return true;
}

static bool is_blank(const char *line)
{
    size_t at = strspn(line, " \t\n");
    return line[at] == '\0' || line[at] == '#';
}

static bool by_file(const struct mapping_params *params, uint32_t num_ranks,
                    struct mapping_place *places, struct err *err)
{
    FILE *file = params->path ? fopen(params->path, "r") : NULL;
    if (!file)
        return err_set(err, ERR_CONFIG, "%s: %s", params->path ? params->path : "no file",
                       params->path ? strerror(errno) : "nodes.mapping_file is to name one");
    char *line = NULL;
    size_t size = 0;
    uint32_t num = 0, rank = 0;
    bool good = true;
    while (good && getline(&line, &size, file) >= 0) {
        num++;
        if (is_blank(line))
            continue;
        good = rank < num_ranks ? read_line(params, line, num, &places[rank], err)
                                : err_set(err, ERR_CONFIG, "%s:%u: the program has only %u ranks",
                                          params->path, num, num_ranks);
        rank++;
    }
    if (good && ferror(file))
        good = err_set(err, ERR_RUN, "%s: %s", params->path, strerror(errno));
    if (good && rank < num_ranks)
        good =
            err_set(err, ERR_CONFIG, "%s: ends with rank %u of %u", params->path, rank, num_ranks);
    free(line);
    fclose(file);
    return good;
}

// Numbers the ranks of each node, and gives them cores.
static bool number(const struct mapping_params *params, uint32_t num_ranks,
                   struct mapping_place *places, struct err *err)
{
    uint32_t *num = calloc(params->num_nodes, sizeof *num);
    if (!num)
        return err_set(err, ERR_RUN, "out of memory");
    bool good = true;
    for (uint32_t i = 0; good && i < num_ranks; i++) {
        struct mapping_place *place = &places[i];
        if (place->node >= params->num_nodes || num[place->node] == params->ranks_per_node)
            good = err_set(err, ERR_CONFIG,
                           "the trace has %" PRIu32 " ranks, of which the %" PRIu32
                           " nodes take %" PRIu32 " each (nodes.ranks_per_node)",
                           num_ranks, params->num_nodes, params->ranks_per_node);
        else
            place->on_node = num[place->node]++;
        if (place->core == NO_CORE)
            place->core = place->on_node % params->cores;
    }
    free(num);
    return good;
}

struct mapping_place *mapping_make(const struct mapping_params *params, uint32_t num_ranks,
                                   struct err *err)
{
    struct mapping_place *places = calloc(num_ranks, sizeof *places);
    if (!places) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    bool good = true;
    if (params->policy == MAPPING_FILE)
        good = by_file(params, num_ranks, places, err);
    else
        by_rule(params, num_ranks, places);
    if (good && number(params, num_ranks, places, err))
        return places;
    free(places);
    return NULL;
}
