// SPDX-License-Identifier: Apache-2.0
// Flows of messages from one rank to another: their order, and room at their destinations.
#include "model/node/mpi_state.h"

#include <stdlib.h>

enum { FIRST_FLOWS = 64 };

bool mpi_flow_begin(struct mpi *self)
{
    self->cap_flows = FIRST_FLOWS;
    self->flows = calloc(self->cap_flows, sizeof *self->flows);
    return self->flows != NULL;
}

// --- a hash table with linear probing -----------------------------------------------------------

struct mpi_flow *mpi_flow_slot(const struct mpi *self, uint32_t source, uint32_t destination)
{
    uint64_t hash = rng_mix((uint64_t)source << 32 | destination);
    uint32_t mask = self->cap_flows - 1;
    uint32_t at = (uint32_t)hash & mask;
    while (self->flows[at].used &&
           (self->flows[at].source != source || self->flows[at].destination != destination))
        at = (at + 1) & mask;
    return &self->flows[at];
}

static bool flows_grow(struct mpi *self, struct err *err)
{
    struct mpi_flow *old = self->flows;
    uint32_t num_old = self->cap_flows;
    struct mpi_flow *flows = calloc((size_t)2 * num_old, sizeof *flows);
    if (!flows)
        return err_set(err, ERR_RUN, "out of memory");
    self->flows = flows;
    self->cap_flows = 2 * num_old;
    for (uint32_t i = 0; i < num_old; i++) {
        if (old[i].used)
            *mpi_flow_slot(self, old[i].source, old[i].destination) = old[i];
    }
    free(old);
    return true;
}

// The flow of a pair of ranks, made if it is new. NULL with ERR_RUN if out of memory.
struct mpi_flow *mpi_flow_of(struct mpi *self, uint32_t source, uint32_t destination,
                             struct err *err)
{
    struct mpi_flow *flow = mpi_flow_slot(self, source, destination);
    if (flow->used)
        return flow;
    if (2 * self->num_flows >= self->cap_flows) {
        if (!flows_grow(self, err))
            return NULL;
        flow = mpi_flow_slot(self, source, destination);
    }
    self->num_flows++;
    *flow = (struct mpi_flow){
        .used = true, .source = source, .destination = destination, .held = MPI_NONE};
    return flow;
}

// --- room for what comes before its receive -----------------------------------------------------

// What of the room for messages from `from` to `to` can be given back.
uint64_t mpi_flow_take_credit(struct mpi *self, uint32_t from, uint32_t to)
{
    struct mpi_flow *flow = mpi_flow_slot(self, from, to);
    uint64_t bytes = flow->used ? flow->owed_bytes : 0;
    if (flow->used)
        flow->owed_bytes = 0;
    return bytes;
}

// That an eager message takes at its destination, until it is received.
uint64_t mpi_flow_room(const struct mpi_message *message)
{
    return message->source == message->destination ? 0 : message->bytes;
}

uint64_t mpi_flow_share(const struct mpi *self)
{
    uint32_t others = self->num_ranks > 1 ? self->num_ranks - 1 : 1;
    return self->params.unexpected_bytes / others;
}

bool mpi_flow_fits(struct mpi *self, uint32_t from, uint32_t to, uint64_t bytes)
{
    if (self->params.unexpected_bytes == 0 || from == to)
        return true;
    const struct mpi_flow *flow = mpi_flow_slot(self, from, to);
    bool fits = bytes + (flow->used ? flow->used_bytes : 0) <= mpi_flow_share(self);
    self->stats.deferred_messages += !fits;
    return fits;
}

// What comes with a message, whichever it is.
void mpi_flow_take_back(struct mpi *self, uint32_t message_id)
{
    struct mpi_message *message = &self->messages[message_id];
    bool back = message->phase == MPI_CTS || message->phase == MPI_ACK;
    uint32_t from = back ? message->source : message->destination; // whose messages it is for
    uint32_t to = back ? message->destination : message->source;
    if (message->credit_bytes > 0)
        mpi_flow_slot(self, from, to)->used_bytes -= message->credit_bytes;
    message->credit_bytes = 0;
}
