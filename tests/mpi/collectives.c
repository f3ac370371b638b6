// SPDX-License-Identifier: Apache-2.0
// Calls every collective: on all ranks, whose operations a recording has to contain; on the ranks
// of either parity; and without blocking. It says how many messages of how many bytes the latter
// two make. Odd numbers of ranks from 5 on make groups that are a power of two, and others.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_RANKS = 64, MOST = 8 };

static struct {
    MPI_Comm comm;
    int rank;
    int num;
    int from[MOST * MAX_RANKS];
    int to[MOST * MAX_RANKS];
    int counts[MAX_RANKS]; // of v-collectives: rank i has i elements
    int others[MAX_RANKS]; // what this rank sends to each: as many as it is itself
    int places[MAX_RANKS];
    MPI_Datatype types[MAX_RANKS];
    long messages;
    long bytes;
} me;

// Messages of a collective, counted once a communicator.
static void count(long messages, long elements)
{
    if (me.rank != 0)
        return;
    me.messages += messages;
    me.bytes += elements * (long)sizeof(int);
}

static void use(MPI_Comm comm)
{
    me.comm = comm;
    MPI_Comm_rank(comm, &me.rank);
    MPI_Comm_size(comm, &me.num);
    for (int i = 0; i < me.num; i++) {
        me.counts[i] = i;
        me.others[i] = me.rank;
        me.places[i] = MOST * i;
        me.types[i] = MPI_INT;
    }
}

static int byte_place(int i)
{
    return MOST * i * (int)sizeof(int);
}

static void blocking(void)
{
    int root = me.num - 1;
    int sum = me.rank;
    int byte_places[MAX_RANKS];
    for (int i = 0; i < me.num; i++)
        byte_places[i] = byte_place(i);
    MPI_Barrier(me.comm);
    MPI_Bcast(me.to, 5, MPI_INT, root, me.comm);
    MPI_Reduce(me.from, me.to, 5, MPI_INT, MPI_SUM, root, me.comm);
    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_INT, MPI_SUM, me.comm);
    MPI_Scan(me.from, me.to, 2, MPI_INT, MPI_SUM, me.comm);
    MPI_Exscan(me.from, me.to, 2, MPI_INT, MPI_SUM, me.comm);
    MPI_Gather(me.rank == root ? MPI_IN_PLACE : me.from, 3, MPI_INT, me.to, 3, MPI_INT, root,
               me.comm);
    MPI_Scatter(me.from, 3, MPI_INT, me.rank == root ? MPI_IN_PLACE : me.to, 3, MPI_INT, root,
                me.comm);
    MPI_Allgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, me.to, 3, MPI_INT, me.comm);
    MPI_Alltoall(me.from, 3, MPI_INT, me.to, 3, MPI_INT, me.comm);
    MPI_Gatherv(me.from, me.rank, MPI_INT, me.to, me.counts, me.places, MPI_INT, root, me.comm);
    MPI_Scatterv(me.from, me.counts, me.places, MPI_INT, me.to, me.rank, MPI_INT, root, me.comm);
    MPI_Allgatherv(me.from, me.rank, MPI_INT, me.to, me.counts, me.places, MPI_INT, me.comm);
    MPI_Alltoallv(me.from, me.others, me.places, MPI_INT, me.to, me.counts, me.places, MPI_INT,
                  me.comm);
    MPI_Alltoallw(me.from, me.others, byte_places, me.types, me.to, me.counts, byte_places,
                  me.types, me.comm);
    MPI_Reduce_scatter(me.from, me.to, me.counts, MPI_INT, MPI_SUM, me.comm);
    MPI_Reduce_scatter_block(me.from, me.to, 2, MPI_INT, MPI_SUM, me.comm);
    if (sum != me.num * (me.num - 1) / 2)
        MPI_Abort(MPI_COMM_WORLD, 9);
}

static void nonblocking(void)
{
    enum { NUM = 17 };
    MPI_Request r[NUM];
    static int to[NUM][MOST * MAX_RANKS];
    int root = me.num - 1;
    int byte_places[MAX_RANKS];
    for (int i = 0; i < me.num; i++)
        byte_places[i] = byte_place(i);
    MPI_Ibarrier(me.comm, &r[0]);
    MPI_Ibcast(to[1], 5, MPI_INT, root, me.comm, &r[1]);
    MPI_Ireduce(me.from, to[2], 5, MPI_INT, MPI_SUM, root, me.comm, &r[2]);
    MPI_Iallreduce(me.from, to[3], 1, MPI_INT, MPI_SUM, me.comm, &r[3]);
    MPI_Iscan(me.from, to[4], 2, MPI_INT, MPI_SUM, me.comm, &r[4]);
    MPI_Iexscan(me.from, to[5], 2, MPI_INT, MPI_SUM, me.comm, &r[5]);
    MPI_Igather(me.from, 3, MPI_INT, to[6], 3, MPI_INT, root, me.comm, &r[6]);
    MPI_Iscatter(me.from, 3, MPI_INT, to[7], 3, MPI_INT, root, me.comm, &r[7]);
    MPI_Iallgather(me.from, 3, MPI_INT, to[8], 3, MPI_INT, me.comm, &r[8]);
    MPI_Ialltoall(me.from, 3, MPI_INT, to[9], 3, MPI_INT, me.comm, &r[9]);
    MPI_Igatherv(me.from, me.rank, MPI_INT, to[10], me.counts, me.places, MPI_INT, root, me.comm,
                 &r[10]);
    MPI_Iscatterv(me.from, me.counts, me.places, MPI_INT, to[11], me.rank, MPI_INT, root, me.comm,
                  &r[11]);
    MPI_Iallgatherv(me.from, me.rank, MPI_INT, to[12], me.counts, me.places, MPI_INT, me.comm,
                    &r[12]);
    MPI_Ialltoallv(me.from, me.others, me.places, MPI_INT, to[13], me.counts, me.places, MPI_INT,
                   me.comm, &r[13]);
    MPI_Ialltoallw(me.from, me.others, byte_places, me.types, to[14], me.counts, byte_places,
                   me.types, me.comm, &r[14]);
    MPI_Ireduce_scatter(me.from, to[15], me.counts, MPI_INT, MPI_SUM, me.comm, &r[15]);
    MPI_Ireduce_scatter_block(me.from, to[16], 2, MPI_INT, MPI_SUM, me.comm, &r[16]);
    MPI_Waitall(NUM, r, MPI_STATUSES_IGNORE);
}

// What moves blocks does so directly, either way.
static void count_blocks(void)
{
    long n = me.num;
    long all = n * (n - 1);
    long v = n * (n - 1) / 2; // elements of all ranks together
    count(2 * (n - 1), 2 * 3 * (n - 1));
    count(2 * all, 2 * 3 * all);
    count(2 * (n - 2), 2 * (v - (n - 1))); // rank 0 has no elements, the root sends itself none
    count(3 * (n - 1) * (n - 1), 3 * (n - 1) * v);
    count((n - 1) * (n - 1), (n - 1) * v);
    count(all, 2 * all);
}

static void count_blocking(void)
{
    long n = me.num;
    long power = 1;
    long log = 0;
    while (2 * power <= n) {
        power *= 2;
        log++;
    }
    long beyond = n - power;
    count(n * (log + (beyond > 0)), 0);
    count(2 * (n - 1), 2 * 5 * (n - 1));
    count(power * log + 2 * beyond, power * log + 2 * beyond);
    count(2 * (n - 1), 2 * 2 * (n - 1));
    count_blocks();
}

static void count_nonblocking(void)
{
    long n = me.num;
    count(n * (n - 1), 0);
    count(2 * (n - 1), 2 * 5 * (n - 1));
    count(n * (n - 1), n * (n - 1));
    count(n * (n - 1), 2 * n * (n - 1)); // two scans, each a half of all
    count_blocks();
}

int main(int argc, char **argv)
{
    MPI_Comm half;
    int rank;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_split(MPI_COMM_WORLD, rank % 2, rank, &half);
    use(MPI_COMM_WORLD);
    blocking();
    nonblocking();
    count_nonblocking();
    use(half);
    blocking();
    count_blocking();
    nonblocking();
    count_nonblocking();
    use(MPI_COMM_SELF);
    blocking();
    nonblocking();
    printf("messages %ld %ld\n", me.messages, me.bytes);
    MPI_Comm_free(&half);
    MPI_Finalize();
    return 0;
}
