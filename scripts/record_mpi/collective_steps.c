// SPDX-License-Identifier: Apache-2.0
// Collectives as messages. The algorithms are the common ones of textbooks (Thakur, Rabenseifner
// and Gropp, "Optimization of Collective Communication Operations in MPICH", 2005, describes them).
#include "collective.h"
#include "part.h"

#include <stdlib.h>

// --- what goes where, directly ------------------------------------------------------------------

// A block, which is no message if it is empty.
static uint64_t block(uint64_t bytes)
{
    return bytes > 0 ? bytes : COLLECTIVE_NONE;
}

uint64_t collective_to(const struct collective *self, int rank)
{
    int me = self->comm->rank;
    switch (self->kind) {
    case COLLECTIVE_BARRIER:
        return 0;
    case COLLECTIVE_BCAST:
        return me == self->root ? self->bytes : COLLECTIVE_NONE;
    case COLLECTIVE_REDUCE:
        return rank == self->root ? self->bytes : COLLECTIVE_NONE;
    case COLLECTIVE_SCAN:
    case COLLECTIVE_EXSCAN:
        return rank > me ? self->bytes : COLLECTIVE_NONE;
    case COLLECTIVE_GATHER:
    case COLLECTIVE_GATHERV:
        return rank == self->root ? block(self->bytes) : COLLECTIVE_NONE;
    case COLLECTIVE_SCATTER:
        return me == self->root ? block(self->bytes) : COLLECTIVE_NONE;
    case COLLECTIVE_SCATTERV:
        return me == self->root ? block(self->send_bytes[rank]) : COLLECTIVE_NONE;
    case COLLECTIVE_ALLTOALLV:
        return block(self->send_bytes[rank]);
    case COLLECTIVE_REDUCE_SCATTER:
        return block(self->recv_bytes[rank]);
    case COLLECTIVE_ALLGATHERV:
        return block(self->recv_bytes[me]);
    case COLLECTIVE_ALLREDUCE:
        return self->bytes;
    default:
        return block(self->bytes);
    }
}

uint64_t collective_from(const struct collective *self, int rank)
{
    int me = self->comm->rank;
    switch (self->kind) {
    case COLLECTIVE_BCAST:
        return rank == self->root ? self->bytes : COLLECTIVE_NONE;
    case COLLECTIVE_REDUCE:
        return me == self->root ? self->bytes : COLLECTIVE_NONE;
    case COLLECTIVE_SCAN:
    case COLLECTIVE_EXSCAN:
        return rank < me ? self->bytes : COLLECTIVE_NONE;
    case COLLECTIVE_GATHER:
        return me == self->root ? block(self->bytes) : COLLECTIVE_NONE;
    case COLLECTIVE_GATHERV:
        return me == self->root ? block(self->recv_bytes[rank]) : COLLECTIVE_NONE;
    case COLLECTIVE_SCATTER:
    case COLLECTIVE_SCATTERV:
        return rank == self->root ? block(self->bytes) : COLLECTIVE_NONE;
    case COLLECTIVE_ALLTOALLV:
    case COLLECTIVE_ALLGATHERV:
        return block(self->recv_bytes[rank]);
    case COLLECTIVE_REDUCE_SCATTER:
        return block(self->recv_bytes[me]);
    default:
        return collective_to(self, rank); // as much both ways
    }
}

// --- messages -----------------------------------------------------------------------------------

// Sends and receives at once, either of which may be COLLECTIVE_NONE.
static void exchange(const struct collective *self, int to, uint64_t send_bytes, int from,
                     uint64_t recv_bytes)
{
    struct transfer send = {true, self->comm->world[to], self->tag};
    struct transfer recv = {false, self->comm->world[from], self->tag};
    bool sends = send_bytes != COLLECTIVE_NONE;
    bool receives = recv_bytes != COLLECTIVE_NONE;
    if (sends && receives)
        request_begin_transfer(&recv, recv_bytes);
    if (sends)
        request_print("send", &send, send_bytes);
    if (sends && receives)
        request_wait_for(&recv);
    else if (receives)
        request_print("recv", &recv, recv_bytes);
}

static void send_to(const struct collective *self, int rank, uint64_t bytes)
{
    exchange(self, rank, bytes, rank, COLLECTIVE_NONE);
}

static void recv_from(const struct collective *self, int rank, uint64_t bytes)
{
    exchange(self, rank, COLLECTIVE_NONE, rank, bytes);
}

// A rank so many behind this one, in a ring.
static int behind(const struct collective *self, int distance)
{
    int num = self->comm->num_ranks;
    return (self->comm->rank + num + distance % num) % num;
}

// --- algorithms ---------------------------------------------------------------------------------

void collective_dissemination(const struct collective *self)
{
    for (int distance = 1; distance < self->comm->num_ranks; distance *= 2)
        exchange(self, behind(self, distance), 0, behind(self, -distance), 0);
}

// A tree in which the parent of a rank, counted from the root, is that without its lowest bit.
void collective_binomial(const struct collective *self)
{
    int num = self->comm->num_ranks;
    int me = behind(self, -self->root);
    bool down = self->kind == COLLECTIVE_BCAST;
    int top = 1; // above the distances of the children
    while (top < num && !(me & top))
        top *= 2;
    int parent = ((me & ~top) + self->root) % num;
    if (down && me != 0)
        recv_from(self, parent, self->bytes);
    for (int i = down ? top / 2 : 1; i > 0 && i < top; i = down ? i / 2 : i * 2) {
        if (me + i >= num)
            continue;
        int child = (me + i + self->root) % num;
        if (down)
            send_to(self, child, self->bytes);
        else
            recv_from(self, child, self->bytes);
    }
    if (!down && me != 0)
        send_to(self, parent, self->bytes);
}

// Ranks beyond a power of two first give what they have to a neighbour, and get the result.
void collective_doubling(const struct collective *self)
{
    int num = self->comm->num_ranks;
    int me = self->comm->rank;
    int power = 1;
    while (2 * power <= num)
        power *= 2;
    int beyond = num - power;
    if (me < 2 * beyond && me % 2 == 0) {
        send_to(self, me + 1, self->bytes);
        recv_from(self, me + 1, self->bytes);
        return;
    }
    if (me < 2 * beyond)
        recv_from(self, me - 1, self->bytes);
    int place = me < 2 * beyond ? me / 2 : me - beyond;
    for (int distance = 1; distance < power; distance *= 2) {
        int other = place ^ distance;
        int rank = other < beyond ? 2 * other + 1 : other + beyond;
        exchange(self, rank, self->bytes, rank, self->bytes);
    }
    if (me < 2 * beyond)
        send_to(self, me - 1, self->bytes);
}

void collective_chain(const struct collective *self)
{
    int me = self->comm->rank;
    if (me > 0)
        recv_from(self, me - 1, self->bytes);
    if (me + 1 < self->comm->num_ranks)
        send_to(self, me + 1, self->bytes);
}

// Blocks go round, one rank further in each step.
void collective_ring(const struct collective *self)
{
    for (int i = 1; i < self->comm->num_ranks; i++) {
        int mine = behind(self, 1 - i); // whose block this rank hands on
        int next = behind(self, -i);
        bool uneven = self->kind == COLLECTIVE_ALLGATHERV;
        exchange(self, behind(self, 1), block(uneven ? self->recv_bytes[mine] : self->bytes),
                 behind(self, -1), block(uneven ? self->recv_bytes[next] : self->bytes));
    }
}

void collective_pairs(const struct collective *self)
{
    for (int i = 1; i < self->comm->num_ranks; i++) {
        int to = behind(self, i);
        int from = behind(self, -i);
        exchange(self, to, collective_to(self, to), from, collective_from(self, from));
    }
}

struct transfer *collective_begin(const struct collective *self, uint32_t *num)
{
    size_t most = 2 * (size_t)self->comm->num_ranks;
    struct transfer *transfers = calloc(most, sizeof *transfers);
    if (!transfers)
        part_refuse("out of memory");
    *num = 0;
    for (int i = 1; i < self->comm->num_ranks; i++) {
        int from = behind(self, -i);
        int to = behind(self, i);
        uint64_t recv_bytes = collective_from(self, from);
        uint64_t send_bytes = collective_to(self, to);
        if (recv_bytes != COLLECTIVE_NONE) {
            transfers[*num] = (struct transfer){false, self->comm->world[from], self->tag};
            request_begin_transfer(&transfers[(*num)++], recv_bytes);
        }
        if (send_bytes != COLLECTIVE_NONE) {
            transfers[*num] = (struct transfer){true, self->comm->world[to], self->tag};
            request_begin_transfer(&transfers[(*num)++], send_bytes);
        }
    }
    return transfers;
}
