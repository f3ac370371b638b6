// SPDX-License-Identifier: Apache-2.0
// The calls of collectives, blocking and not.
#include "collective.h"
#include "message.h"
#include "part.h"

#include <stdlib.h>

// Blocks of the v-collectives.
static struct {
    uint64_t *send;
    uint64_t *recv;
    int size;
} scratch;

static struct collective begin(enum collective_kind kind, MPI_Comm handle, int root)
{
    struct comm *comm = comm_of(handle);
    if (comm->num_ranks > scratch.size) {
        free(scratch.send);
        free(scratch.recv);
        scratch.size = comm->num_ranks;
        scratch.send = calloc((size_t)scratch.size, sizeof *scratch.send);
        scratch.recv = calloc((size_t)scratch.size, sizeof *scratch.recv);
        if (!scratch.send || !scratch.recv)
            part_refuse("out of memory");
    }
    return (struct collective){.kind = kind, .comm = comm, .root = root};
}

static uint64_t *counts(uint64_t *bytes, const struct comm *comm, const int elements[],
                        MPI_Datatype type)
{
    for (int i = 0; i < comm->num_ranks; i++)
        bytes[i] = message_bytes(elements[i], type);
    return bytes;
}

static uint64_t *counts_of_types(uint64_t *bytes, const struct comm *comm, const int elements[],
                                 const MPI_Datatype types[])
{
    for (int i = 0; i < comm->num_ranks; i++)
        bytes[i] = message_bytes(elements[i], types[i]);
    return bytes;
}

// A call and its non-blocking form. `SETTING` sets `self` up.
#define LIST(...) __VA_ARGS__
#define COLLECTIVE(kind, name, nonblocking, root, parameters, arguments, SETTING)                  \
    int MPI_##name(LIST parameters)                                                                \
    {                                                                                              \
        part_enter("MPI_" #name);                                                                  \
        struct collective self = begin(kind, comm, root);                                          \
        SETTING;                                                                                   \
        part_expect(PMPI_##name(LIST arguments));                                                  \
        collective_record(&self);                                                                  \
        part_leave();                                                                              \
        return MPI_SUCCESS;                                                                        \
    }                                                                                              \
    int MPI_##nonblocking(LIST parameters, MPI_Request *request)                                   \
    {                                                                                              \
        part_enter("MPI_" #nonblocking);                                                           \
        struct collective self = begin(kind, comm, root);                                          \
        SETTING;                                                                                   \
        part_expect(PMPI_##nonblocking(LIST arguments, request));                                  \
        collective_record_begun(&self, request);                                                   \
        part_leave();                                                                              \
        return MPI_SUCCESS;                                                                        \
    }

// Who is the root looks at other arguments than the others do, and a rank whose block is in its
// place looks at one side only.
#define AT_ROOT (root == self.comm->rank)

COLLECTIVE(COLLECTIVE_BARRIER, Barrier, Ibarrier, 0, (MPI_Comm comm), (comm), self.bytes = 0)
COLLECTIVE(COLLECTIVE_BCAST, Bcast, Ibcast, root,
           (void *buffer, int count, MPI_Datatype type, int root, MPI_Comm comm),
           (buffer, count, type, root, comm), self.bytes = message_bytes(count, type))

// --- reductions ---------------------------------------------------------------------------------

COLLECTIVE(COLLECTIVE_REDUCE, Reduce, Ireduce, root,
           (const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, int root,
            MPI_Comm comm),
           (from, to, count, type, op, root, comm), self.bytes = message_bytes(count, type))
COLLECTIVE(COLLECTIVE_ALLREDUCE, Allreduce, Iallreduce, 0,
           (const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm),
           (from, to, count, type, op, comm), self.bytes = message_bytes(count, type))
COLLECTIVE(COLLECTIVE_SCAN, Scan, Iscan, 0,
           (const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm),
           (from, to, count, type, op, comm), self.bytes = message_bytes(count, type))
COLLECTIVE(COLLECTIVE_EXSCAN, Exscan, Iexscan, 0,
           (const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm),
           (from, to, count, type, op, comm), self.bytes = message_bytes(count, type))
COLLECTIVE(COLLECTIVE_REDUCE_SCATTER, Reduce_scatter, Ireduce_scatter, 0,
           (const void *from, void *to, const int recv_counts[], MPI_Datatype type, MPI_Op op,
            MPI_Comm comm),
           (from, to, recv_counts, type, op, comm),
           self.recv_bytes = counts(scratch.recv, self.comm, recv_counts, type))

static uint64_t *even_counts(const struct comm *comm, int count, MPI_Datatype type)
{
    for (int i = 0; i < comm->num_ranks; i++)
        scratch.recv[i] = message_bytes(count, type);
    return scratch.recv;
}

COLLECTIVE(COLLECTIVE_REDUCE_SCATTER, Reduce_scatter_block, Ireduce_scatter_block, 0,
           (const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm),
           (from, to, count, type, op, comm), self.recv_bytes = even_counts(self.comm, count, type))

// --- moving blocks ------------------------------------------------------------------------------

COLLECTIVE(COLLECTIVE_GATHER, Gather, Igather, root,
           (const void *from, int send_count, MPI_Datatype send_type, void *to, int recv_count,
            MPI_Datatype recv_type, int root, MPI_Comm comm),
           (from, send_count, send_type, to, recv_count, recv_type, root, comm),
           self.bytes = AT_ROOT ? message_bytes(recv_count, recv_type)
                                : message_bytes(send_count, send_type))
COLLECTIVE(COLLECTIVE_SCATTER, Scatter, Iscatter, root,
           (const void *from, int send_count, MPI_Datatype send_type, void *to, int recv_count,
            MPI_Datatype recv_type, int root, MPI_Comm comm),
           (from, send_count, send_type, to, recv_count, recv_type, root, comm),
           self.bytes = AT_ROOT ? message_bytes(send_count, send_type)
                                : message_bytes(recv_count, recv_type))
COLLECTIVE(COLLECTIVE_ALLGATHER, Allgather, Iallgather, 0,
           (const void *from, int send_count, MPI_Datatype send_type, void *to, int recv_count,
            MPI_Datatype recv_type, MPI_Comm comm),
           (from, send_count, send_type, to, recv_count, recv_type, comm),
           self.bytes = message_bytes(recv_count, recv_type))
COLLECTIVE(COLLECTIVE_ALLTOALL, Alltoall, Ialltoall, 0,
           (const void *from, int send_count, MPI_Datatype send_type, void *to, int recv_count,
            MPI_Datatype recv_type, MPI_Comm comm),
           (from, send_count, send_type, to, recv_count, recv_type, comm),
           self.bytes = message_bytes(recv_count, recv_type))

static void set_gatherv(struct collective *self, const void *from, int send_count,
                        MPI_Datatype send_type, const int recv_counts[], MPI_Datatype recv_type)
{
    bool at_root = self->root == self->comm->rank;
    if (at_root)
        self->recv_bytes = counts(scratch.recv, self->comm, recv_counts, recv_type);
    self->bytes = at_root && from == MPI_IN_PLACE ? self->recv_bytes[self->root]
                                                  : message_bytes(send_count, send_type);
}

static void set_scatterv(struct collective *self, const int send_counts[], MPI_Datatype send_type,
                         const void *to, int recv_count, MPI_Datatype recv_type)
{
    bool at_root = self->root == self->comm->rank;
    if (at_root)
        self->send_bytes = counts(scratch.send, self->comm, send_counts, send_type);
    self->bytes = at_root && to == MPI_IN_PLACE ? self->send_bytes[self->root]
                                                : message_bytes(recv_count, recv_type);
}

static void set_allgatherv(struct collective *self, const int recv_counts[], MPI_Datatype type)
{
    self->recv_bytes = counts(scratch.recv, self->comm, recv_counts, type);
    self->bytes = self->recv_bytes[self->comm->rank];
}

COLLECTIVE(COLLECTIVE_GATHERV, Gatherv, Igatherv, root,
           (const void *from, int send_count, MPI_Datatype send_type, void *to,
            const int recv_counts[], const int places[], MPI_Datatype recv_type, int root,
            MPI_Comm comm),
           (from, send_count, send_type, to, recv_counts, places, recv_type, root, comm),
           set_gatherv(&self, from, send_count, send_type, recv_counts, recv_type))
COLLECTIVE(COLLECTIVE_SCATTERV, Scatterv, Iscatterv, root,
           (const void *from, const int send_counts[], const int places[], MPI_Datatype send_type,
            void *to, int recv_count, MPI_Datatype recv_type, int root, MPI_Comm comm),
           (from, send_counts, places, send_type, to, recv_count, recv_type, root, comm),
           set_scatterv(&self, send_counts, send_type, to, recv_count, recv_type))
COLLECTIVE(COLLECTIVE_ALLGATHERV, Allgatherv, Iallgatherv, 0,
           (const void *from, int send_count, MPI_Datatype send_type, void *to,
            const int recv_counts[], const int places[], MPI_Datatype recv_type, MPI_Comm comm),
           (from, send_count, send_type, to, recv_counts, places, recv_type, comm),
           set_allgatherv(&self, recv_counts, recv_type))

static void set_alltoallv(struct collective *self, const void *from, const int send_counts[],
                          MPI_Datatype send_type, const int recv_counts[], MPI_Datatype recv_type)
{
    self->recv_bytes = counts(scratch.recv, self->comm, recv_counts, recv_type);
    self->send_bytes = from == MPI_IN_PLACE
                           ? self->recv_bytes
                           : counts(scratch.send, self->comm, send_counts, send_type);
}

static void set_alltoallw(struct collective *self, const void *from, const int send_counts[],
                          const MPI_Datatype send_types[], const int recv_counts[],
                          const MPI_Datatype recv_types[])
{
    self->recv_bytes = counts_of_types(scratch.recv, self->comm, recv_counts, recv_types);
    self->send_bytes = from == MPI_IN_PLACE
                           ? self->recv_bytes
                           : counts_of_types(scratch.send, self->comm, send_counts, send_types);
}

COLLECTIVE(COLLECTIVE_ALLTOALLV, Alltoallv, Ialltoallv, 0,
           (const void *from, const int send_counts[], const int send_places[],
            MPI_Datatype send_type, void *to, const int recv_counts[], const int recv_places[],
            MPI_Datatype recv_type, MPI_Comm comm),
           (from, send_counts, send_places, send_type, to, recv_counts, recv_places, recv_type,
            comm),
           set_alltoallv(&self, from, send_counts, send_type, recv_counts, recv_type))
COLLECTIVE(COLLECTIVE_ALLTOALLV, Alltoallw, Ialltoallw, 0,
           (const void *from, const int send_counts[], const int send_places[],
            const MPI_Datatype send_types[], void *to, const int recv_counts[],
            const int recv_places[], const MPI_Datatype recv_types[], MPI_Comm comm),
           (from, send_counts, send_places, send_types, to, recv_counts, recv_places, recv_types,
            comm),
           set_alltoallw(&self, from, send_counts, send_types, recv_counts, recv_types))
