// SPDX-License-Identifier: Apache-2.0
// What the files of a bus share:
//   bus.c          transactions: their phases, snoops, what is done at their ends
//   bus_arbiter.c  who gets the address bus and the data bus, and why others wait
//   bus_make.c     parameters, and who is on it
#ifndef ORDITO_MODEL_NODE_BUS_STATE_H
#define ORDITO_MODEL_NODE_BUS_STATE_H

#include "model/node/bus.h"

// bus_arbiter.c: in a cycle at which a bus cycle begins, gives the data bus, which is idle, to the
// first that has data ready; gives the address bus, if it is idle, to the request whose turn it is.
void bus_start_data(struct bus *self, uint64_t cycle);
void bus_arbitrate(struct bus *self, uint64_t cycle);

static inline uint64_t bus_line_of(const struct bus *self, uint64_t address)
{
    return address >> __builtin_ctz(self->params.line_bytes);
}

// Cycles of the bus that a data phase takes.
static inline uint32_t bus_data_cycles(const struct bus *self, uint32_t bytes)
{
    return (bytes + self->params.width_bytes - 1) / self->params.width_bytes;
}

static inline bool bus_is_write(enum mem_req_kind kind)
{
    return kind == MEM_WRITE || kind == MEM_WRITE_BACK;
}

#endif
