// SPDX-License-Identifier: Apache-2.0
// Where the ranks of a program run: on which node, core and place.
//
// Policies, with R ranks a node at most:
//   block    rank i on node i / R
//   cyclic   rank i on node i modulo the number of nodes
//   random   by the seed, as many on every node as by `block`
//   file     line i, from 0, of a text: the number of rank i's node, and, if given, of its core;
//            what comes after # is a comment
// The ranks of a node are given to its cores in turn, if no file says otherwise.
#ifndef ORDITO_MODEL_NODE_MAPPING_H
#define ORDITO_MODEL_NODE_MAPPING_H

#include "sim/err.h"

#include <stdbool.h>
#include <stdint.h>

#define MAPPING_POLICIES(X)                                                                        \
    X(MAPPING_BLOCK, "block")                                                                      \
    X(MAPPING_CYCLIC, "cyclic")                                                                    \
    X(MAPPING_RANDOM, "random")                                                                    \
    X(MAPPING_FILE, "file")

enum mapping_policy {
#define MAPPING_SYMBOL(symbol, name) symbol,
    MAPPING_POLICIES(MAPPING_SYMBOL)
#undef MAPPING_SYMBOL
        MAPPING_NUM_POLICIES
};

extern const char *const mapping_policy_names[MAPPING_NUM_POLICIES];

struct mapping_params {
    enum mapping_policy policy;
    const char *path; // of the file
    uint32_t num_nodes;
    uint32_t ranks_per_node; // at most
    uint32_t cores;          // of a node
    uint64_t seed;
};

struct mapping_place {
    uint32_t node;
    uint32_t core;
    uint32_t on_node; // number among the ranks of the node, by rank
};

// The places of all ranks, which the caller frees. NULL on failure: ERR_CONFIG (more ranks than
// room, numbers that do not exist; names the file and line), ERR_RUN.
struct mapping_place *mapping_make(const struct mapping_params *params, uint32_t num_ranks,
                                   struct err *err);

#endif
