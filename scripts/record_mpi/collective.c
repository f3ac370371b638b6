// SPDX-License-Identifier: Apache-2.0
#include "collective.h"

#include "part.h"

enum { MAX_BYTES = 1 << 30 };

static const struct {
    const char *name;
    void (*algorithm)(const struct collective *self);
} kinds[COLLECTIVE_NUM_KINDS] = {
#define COLLECTIVE_ROW(symbol, name, algorithm) {name, algorithm},
    COLLECTIVES(COLLECTIVE_ROW)
#undef COLLECTIVE_ROW
};

static uint64_t checked(uint64_t bytes)
{
    if (bytes > MAX_BYTES)
        part_refuse("more than 1 GiB for a rank");
    return bytes;
}

// Bytes of all ranks; of a rank that does not know them, 0.
static void print_counts(const char *key, const uint64_t *counts, int num)
{
    for (int i = 0; i < num; i++)
        part_number(i == 0 ? key : ",", counts ? checked(counts[i]) : 0);
}

static void print_native(const struct collective *self)
{
    enum collective_kind kind = self->kind;
    int num = self->comm->num_ranks;
    bool v_send = kind == COLLECTIVE_SCATTERV || kind == COLLECTIVE_ALLTOALLV;
    bool v_recv = kind == COLLECTIVE_GATHERV || kind == COLLECTIVE_ALLGATHERV ||
                  kind == COLLECTIVE_ALLTOALLV || kind == COLLECTIVE_REDUCE_SCATTER;
    bool rooted = kind == COLLECTIVE_BCAST || kind == COLLECTIVE_REDUCE ||
                  kind == COLLECTIVE_GATHER || kind == COLLECTIVE_SCATTER ||
                  kind == COLLECTIVE_GATHERV || kind == COLLECTIVE_SCATTERV;
    part_begin(kinds[kind].name);
    if (v_send)
        print_counts(" send=", self->send_bytes, num);
    if (v_recv)
        print_counts(" recv=", self->recv_bytes, num);
    if (kind != COLLECTIVE_BARRIER && kind != COLLECTIVE_ALLTOALLV &&
        kind != COLLECTIVE_REDUCE_SCATTER)
        part_number(" bytes=", checked(self->bytes));
    if (rooted)
        part_number(" root=", (uint64_t)self->root);
    part_text("\n");
}

void collective_record(struct collective *self)
{
    if (self->comm->is_world) {
        print_native(self);
    } else if (self->comm->num_ranks > 1) {
        part_note(NOTE_GROUP, 1);
        self->tag = comm_collective_tag(self->comm);
        kinds[self->kind].algorithm(self);
    }
}

void collective_record_begun(struct collective *self, const MPI_Request *variable)
{
    struct request request = {0};
    part_note(NOTE_NONBLOCKING, 1);
    self->tag = comm_collective_tag(self->comm);
    request.many = collective_begin(self, &request.num);
    request_add(variable, &request);
}
