// SPDX-License-Identifier: Apache-2.0
#include "model/node/ideal_cores.h"

#include <stdlib.h>

bool ideal_cores_make(struct ideal_cores *self, uint32_t num_cores, uint32_t num_ranks,
                      uint64_t quantum_cycles)
{
    *self = (struct ideal_cores){.quantum_cycles = quantum_cycles};
    self->cores = calloc(num_cores, sizeof *self->cores);
    self->left_cycles = calloc(num_ranks, sizeof *self->left_cycles);
    self->next = calloc(num_ranks, sizeof *self->next);
    return wake_make(&self->ends, num_cores) && self->cores && self->left_cycles && self->next;
}

void ideal_cores_free(struct ideal_cores *self)
{
    free(self->cores);
    free(self->left_cycles);
    free(self->next);
    wake_free(&self->ends);
}

static void add(struct ideal_cores *self, struct ideal_core *core, uint32_t rank)
{
    if (core->num++ == 0)
        core->first = rank;
    else
        self->next[core->last] = rank;
    core->last = rank;
}

// The first one's turn.
static void begin_turn(struct ideal_cores *self, uint32_t idx, uint64_t cycle)
{
    struct ideal_core *core = &self->cores[idx];
    uint64_t left_cycles = self->left_cycles[core->first];
    core->slice_cycles = left_cycles < self->quantum_cycles ? left_cycles : self->quantum_cycles;
    wake_push(&self->ends, cycle + core->slice_cycles, idx);
}

void ideal_cores_begin(struct ideal_cores *self, uint32_t idx, uint32_t rank, uint64_t cycle,
                       uint64_t cycles)
{
    self->left_cycles[rank] = cycles;
    add(self, &self->cores[idx], rank);
    if (self->cores[idx].num == 1)
        begin_turn(self, idx, cycle);
}

uint32_t ideal_cores_step(struct ideal_cores *self)
{
    uint64_t cycle = ideal_cores_next(self);
    uint32_t idx = wake_pop(&self->ends);
    struct ideal_core *core = &self->cores[idx];
    uint32_t rank = core->first;
    core->first = self->next[rank];
    core->num--;
    self->left_cycles[rank] -= core->slice_cycles;
    bool done = self->left_cycles[rank] == 0;
    if (!done)
        add(self, core, rank);
    if (core->num > 0)
        begin_turn(self, idx, cycle);
    return done ? rank : UINT32_MAX;
}
