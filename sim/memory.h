// SPDX-License-Identifier: Apache-2.0
// What a machine will take of memory, before it is made: the sum of what its modules say of
// themselves, with every buffer in use.
//
// Leaves out: the program itself (some 6 MB), packets and messages that are alive, the traces that
// a program's ranks read, and names of routers.
#ifndef ORDITO_SIM_MEMORY_H
#define ORDITO_SIM_MEMORY_H

#include "model/net/fabric.h"
#include "sim/config.h"

#include <jansson.h>

struct memory_estimate {
    uint64_t num_routers;
    // Bytes.
    uint64_t topology;
    uint64_t tables;
    uint64_t making_tables; // beside them, while nothing of what follows is there
    uint64_t routers;
    uint64_t channels; // and terminals
    uint64_t workload;
    uint64_t statistics;
    uint64_t all; // the most at any time
};

// Of a fabric and a workload. The routing, called `routing_name`, need not have its tables.
struct memory_estimate memory_estimate(const struct config *config,
                                       const struct fabric_params *params, const char *routing_name,
                                       uint64_t workload_bytes);

// Refuses what does not fit this machine, or the control group that the process is in.
bool memory_fits(const struct config *config, const struct memory_estimate *estimate,
                 struct err *err);

// For people, and as a section of JSON ("memory"). False if out of memory.
void memory_print(const struct memory_estimate *estimate);
bool memory_json(json_t *root, const struct memory_estimate *estimate);

#endif
