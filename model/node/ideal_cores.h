// SPDX-License-Identifier: Apache-2.0
// Cores of ideal nodes that ranks share: whose computing ends when. Round robin: each has a
// quantum, then it is the next one's turn, or its own again if there is no other. A switch takes no
// time. Source: Silberschatz, Galvin and Gagne, "Operating System Concepts", 10th ed., 5.3.3.
#ifndef ORDITO_MODEL_NODE_IDEAL_CORES_H
#define ORDITO_MODEL_NODE_IDEAL_CORES_H

#include "model/node/wake.h"

struct ideal_core {
    uint32_t first, last;  // ranks that compute, in turn; the first of them does now
    uint32_t num;          // of these; 0: the above are undefined
    uint64_t slice_cycles; // of the first one's turn
};

// Zero-initialise.
struct ideal_cores {
    struct ideal_core *cores; // [num_cores]
    uint64_t *left_cycles;    // [num_ranks] that compute
    uint32_t *next;           // [num_ranks] in their core's queue
    uint64_t quantum_cycles;  // 1..
    struct wake ends;         // of turns, by core
};

// False if out of memory; then it is to be freed all the same.
bool ideal_cores_make(struct ideal_cores *self, uint32_t num_cores, uint32_t num_ranks,
                      uint64_t quantum_cycles);
void ideal_cores_free(struct ideal_cores *self);

// A rank, which does not compute, begins to, for so many cycles, 1.., on a core.
void ideal_cores_begin(struct ideal_cores *self, uint32_t core, uint32_t rank, uint64_t cycle,
                       uint64_t cycles);

// The cycle in which the next turn ends; UINT64_MAX if there is none.
static inline uint64_t ideal_cores_next(const struct ideal_cores *self)
{
    return wake_first(&self->ends);
}

// Ends that turn. Returns the rank if it has done computing, else UINT32_MAX.
uint32_t ideal_cores_step(struct ideal_cores *self);

#endif
