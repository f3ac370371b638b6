// SPDX-License-Identifier: Apache-2.0
// Sends messages by every call there is, and says how many and of how many bytes went from each
// rank to each other one: what a recording of it has to contain. For two ranks and more.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RANKS = 64, ELEMENTS = 100, ROUNDS = 3, BUFFER_BYTES = 1 << 20, MANY = 24000 };

static struct {
    int rank;
    int num_ranks;
    int next, before; // in the ring of all ranks
    long messages[MAX_RANKS];
    long bytes[MAX_RANKS];
    double out[ELEMENTS];
    double in[ELEMENTS];
    double more[4][ELEMENTS];
} me;

static void must(int holds, const char *what)
{
    if (holds)
        return;
    printf("rank %d: %s\n", me.rank, what);
    fflush(stdout);
    MPI_Abort(MPI_COMM_WORLD, 9);
}

// Counts a message to a rank of MPI_COMM_WORLD, of so many doubles.
static int count(int to, int elements)
{
    me.messages[to]++;
    me.bytes[to] += (long)sizeof(double) * elements;
    return elements;
}

static void compute_ms(int ms)
{
    struct timespec from;
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    while ((now.tv_sec - from.tv_sec) * 1000000000L + now.tv_nsec - from.tv_nsec < ms * 1000000L);
}

static void blocking(void)
{
    MPI_Request request;
    MPI_Status status;
    MPI_Send(me.out, count(me.next, 10), MPI_DOUBLE, me.next, 3, MPI_COMM_WORLD);
    MPI_Recv(me.in, ELEMENTS, MPI_DOUBLE, MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &status);
    must(status.MPI_SOURCE == me.before && status.MPI_TAG == 3, "whom a receive of any was of");
    MPI_Bsend(me.out, count(me.next, 11), MPI_DOUBLE, me.next, 4, MPI_COMM_WORLD);
    MPI_Recv(me.in, ELEMENTS, MPI_DOUBLE, me.before, 4, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Irecv(me.in, ELEMENTS, MPI_DOUBLE, me.before, 5, MPI_COMM_WORLD, &request);
    MPI_Ssend(me.out, count(me.next, 12), MPI_DOUBLE, me.next, 5, MPI_COMM_WORLD);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    MPI_Irecv(me.in, ELEMENTS, MPI_DOUBLE, MPI_ANY_SOURCE, 6, MPI_COMM_WORLD, &request);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Rsend(me.out, count(me.next, 13), MPI_DOUBLE, me.next, 6, MPI_COMM_WORLD);
    MPI_Wait(&request, &status);
    must(status.MPI_SOURCE == me.before, "whom a non-blocking receive of any was of");
}

static void nonblocking(void)
{
    MPI_Request requests[8];
    for (int i = 0; i < 4; i++)
        MPI_Irecv(me.more[i], ELEMENTS, MPI_DOUBLE, me.before, i, MPI_COMM_WORLD, &requests[i]);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Isend(me.out, count(me.next, 20), MPI_DOUBLE, me.next, 0, MPI_COMM_WORLD, &requests[4]);
    MPI_Issend(me.out, count(me.next, 21), MPI_DOUBLE, me.next, 1, MPI_COMM_WORLD, &requests[5]);
    MPI_Ibsend(me.out, count(me.next, 22), MPI_DOUBLE, me.next, 2, MPI_COMM_WORLD, &requests[6]);
    MPI_Irsend(me.out, count(me.next, 23), MPI_DOUBLE, me.next, 3, MPI_COMM_WORLD, &requests[7]);
    MPI_Waitall(8, requests, MPI_STATUSES_IGNORE);
    MPI_Isend(me.out, count(me.next, 24), MPI_DOUBLE, me.next, 9, MPI_COMM_WORLD, &requests[0]);
    MPI_Request_free(&requests[0]);
    MPI_Recv(me.in, ELEMENTS, MPI_DOUBLE, me.before, 9, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static void persistent(void)
{
    MPI_Request requests[8];
    int to = me.next;
    for (int i = 0; i < 4; i++)
        MPI_Recv_init(me.more[i], ELEMENTS, MPI_DOUBLE, i == 3 ? MPI_ANY_SOURCE : me.before, i,
                      MPI_COMM_WORLD, &requests[i]);
    MPI_Send_init(me.out, 30, MPI_DOUBLE, to, 0, MPI_COMM_WORLD, &requests[4]);
    MPI_Ssend_init(me.out, 31, MPI_DOUBLE, to, 1, MPI_COMM_WORLD, &requests[5]);
    MPI_Bsend_init(me.out, 32, MPI_DOUBLE, to, 2, MPI_COMM_WORLD, &requests[6]);
    MPI_Rsend_init(me.out, 33, MPI_DOUBLE, to, 3, MPI_COMM_WORLD, &requests[7]);
    for (int round = 0; round < ROUNDS; round++) {
        MPI_Startall(4, requests);
        MPI_Barrier(MPI_COMM_WORLD);
        for (int i = 4; i < 8; i++) {
            MPI_Start(&requests[i]);
            count(to, 26 + i);
        }
        MPI_Waitall(8, requests, MPI_STATUSES_IGNORE);
    }
    for (int i = 0; i < 8; i++)
        MPI_Request_free(&requests[i]);
}

// In a line of all ranks, whose ends have nobody beside them.
static void exchanges(void)
{
    int up = me.rank + 1 < me.num_ranks ? me.rank + 1 : MPI_PROC_NULL;
    int down = me.rank > 0 ? me.rank - 1 : MPI_PROC_NULL;
    MPI_Request request;
    MPI_Sendrecv(me.out, 40, MPI_DOUBLE, up, 1, me.in, ELEMENTS, MPI_DOUBLE, down, 1,
                 MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Sendrecv_replace(me.in, 41, MPI_DOUBLE, down, me.rank, up, MPI_ANY_TAG, MPI_COMM_WORLD,
                         MPI_STATUS_IGNORE);
    MPI_Isend(me.out, 42, MPI_DOUBLE, up, 1, MPI_COMM_WORLD, &request);
    MPI_Recv(me.in, ELEMENTS, MPI_DOUBLE, down, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    if (up != MPI_PROC_NULL) {
        count(up, 40);
        count(up, 42);
    }
    if (down != MPI_PROC_NULL)
        count(down, 41);
}

static void probes(void)
{
    MPI_Status status;
    MPI_Message message;
    MPI_Request request;
    int found = 0;
    for (int i = 0; i < 4; i++)
        MPI_Bsend(me.out, count(me.next, 50 + i), MPI_DOUBLE, me.next, 70 + i, MPI_COMM_WORLD);
    MPI_Probe(MPI_ANY_SOURCE, 70, MPI_COMM_WORLD, &status);
    MPI_Recv(me.in, ELEMENTS, MPI_DOUBLE, status.MPI_SOURCE, 70, MPI_COMM_WORLD, &status);
    while (!found)
        MPI_Iprobe(me.before, MPI_ANY_TAG, MPI_COMM_WORLD, &found, &status);
    must(status.MPI_TAG == 71, "the tag that a probe found");
    MPI_Recv(me.in, ELEMENTS, MPI_DOUBLE, me.before, status.MPI_TAG, MPI_COMM_WORLD, &status);
    MPI_Mprobe(MPI_ANY_SOURCE, 72, MPI_COMM_WORLD, &message, MPI_STATUS_IGNORE);
    MPI_Mrecv(me.in, ELEMENTS, MPI_DOUBLE, &message, &status);
    for (found = 0; !found;)
        MPI_Improbe(me.before, 73, MPI_COMM_WORLD, &found, &message, &status);
    MPI_Imrecv(me.in, ELEMENTS, MPI_DOUBLE, &message, &request);
    MPI_Wait(&request, &status);
    int elements;
    MPI_Get_count(&status, MPI_DOUBLE, &elements);
    must(elements == 53, "the length of a message that was found");
}

static void begin_four(MPI_Request requests[4])
{
    for (int i = 0; i < 4; i++)
        MPI_Irecv(me.more[i], ELEMENTS, MPI_DOUBLE, MPI_ANY_SOURCE, i, MPI_COMM_WORLD,
                  &requests[i]);
    for (int i = 0; i < 4; i++)
        MPI_Bsend(me.out, count(me.next, 60 + i), MPI_DOUBLE, me.next, i, MPI_COMM_WORLD);
}

static void completions(void)
{
    MPI_Request requests[4];
    MPI_Status status;
    int indices[4];
    int idx;
    int found = 0;
    begin_four(requests);
    for (int i = 0; i < 4; i++)
        MPI_Waitany(4, requests, &idx, MPI_STATUS_IGNORE);
    begin_four(requests);
    for (int done = 0, num; done < 4; done += num)
        MPI_Waitsome(4, requests, &num, indices, MPI_STATUSES_IGNORE);
    begin_four(requests);
    for (int i = 0; i < 4;) {
        MPI_Testany(4, requests, &idx, &found, MPI_STATUS_IGNORE);
        i += found;
    }
    begin_four(requests);
    for (int done = 0, num; done < 4; done += num)
        MPI_Testsome(4, requests, &num, indices, MPI_STATUSES_IGNORE);
    begin_four(requests);
    for (found = 0; !found;)
        MPI_Testall(4, requests, &found, MPI_STATUSES_IGNORE);
    begin_four(requests);
    for (int i = 3; i >= 0; i--) {
        for (found = 0; i % 2 && !found;)
            MPI_Request_get_status(requests[i], &found, &status);
        for (found = 0; !found;)
            MPI_Test(&requests[i], &found, MPI_STATUS_IGNORE);
    }
}

// Elements of a datatype that has gaps, on communicators other than MPI_COMM_WORLD: one with the
// same ranks, one for ranks of either parity, and MPI_COMM_SELF. Equal tags are kept apart.
static void communicators(void)
{
    MPI_Datatype column;
    MPI_Comm same;
    MPI_Comm half;
    MPI_Request requests[2];
    int half_rank;
    int half_ranks;
    MPI_Type_vector(ELEMENTS / 10, 1, 10, MPI_DOUBLE, &column);
    MPI_Type_commit(&column);
    MPI_Comm_dup(MPI_COMM_WORLD, &same);
    MPI_Comm_split(MPI_COMM_WORLD, me.rank % 2, -me.rank, &half);
    MPI_Comm_rank(half, &half_rank);
    MPI_Comm_size(half, &half_ranks);
    MPI_Isend(me.out, 1, column, me.next, 5, MPI_COMM_WORLD, &requests[0]);
    count(me.next, ELEMENTS / 10);
    MPI_Isend(me.out, 2, MPI_DOUBLE, me.next, 5, same, &requests[1]);
    count(me.next, 2);
    MPI_Recv(me.in, 2, MPI_DOUBLE, me.before, 5, same, MPI_STATUS_IGNORE);
    MPI_Recv(me.in, 1, column, me.before, 5, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Waitall(2, requests, MPI_STATUSES_IGNORE);
    // Ranks of `half` are in descending order of those of MPI_COMM_WORLD.
    int to = (half_rank + 1) % half_ranks;
    int to_world = me.rank - 2 >= 0 ? me.rank - 2 : me.rank - 2 + 2 * half_ranks;
    MPI_Irecv(me.in, ELEMENTS, MPI_DOUBLE, MPI_ANY_SOURCE, 5, half, &requests[0]);
    MPI_Send(me.out, count(to_world, 3), MPI_DOUBLE, to, 5, half);
    MPI_Comm_free(&half);
    MPI_Wait(&requests[0], MPI_STATUS_IGNORE);
    MPI_Irecv(me.in, ELEMENTS, MPI_DOUBLE, 0, 5, MPI_COMM_SELF, &requests[0]);
    MPI_Send(me.out, count(me.rank, 4), MPI_DOUBLE, 0, 5, MPI_COMM_SELF);
    MPI_Wait(&requests[0], MPI_STATUS_IGNORE);
    MPI_Comm_free(&same);
    MPI_Type_free(&column);
    for (int i = 0; i < 2000; i++) { // more than there can be at a time
        MPI_Comm_dup(MPI_COMM_SELF, &same);
        MPI_Comm_free(&same);
    }
}

// So many at a time that a recorder has written to its file before they are known.
static void many(void)
{
    static double in[MANY];
    static MPI_Request requests[2 * MANY];
    for (int i = 0; i < MANY; i++)
        MPI_Irecv(&in[i], 1, MPI_DOUBLE, MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &requests[i]);
    MPI_Barrier(MPI_COMM_WORLD);
    for (int i = 0; i < MANY; i++)
        MPI_Isend(me.out, count(me.next, 1), MPI_DOUBLE, me.next, 7, MPI_COMM_WORLD,
                  &requests[MANY + i]);
    MPI_Waitall(2 * MANY, requests, MPI_STATUSES_IGNORE);
}

// Rank 0 hands out work to whoever is ready.
static void work(void)
{
    if (me.rank == 0) {
        MPI_Status status;
        for (int i = 0; i < 3 * (me.num_ranks - 1); i++) {
            MPI_Recv(me.in, ELEMENTS, MPI_DOUBLE, MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD,
                     &status);
            int to = status.MPI_SOURCE;
            MPI_Send(me.out, count(to, status.MPI_TAG), MPI_DOUBLE, to, 1, MPI_COMM_WORLD);
        }
        return;
    }
    for (int i = 0; i < 3; i++) {
        compute_ms(i);
        MPI_Send(me.out, count(0, me.rank), MPI_DOUBLE, 0, me.rank + i, MPI_COMM_WORLD);
        MPI_Recv(me.in, me.rank + i, MPI_DOUBLE, 0, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
}

int main(int argc, char **argv)
{
    int bytes;
    void *buffer = malloc(BUFFER_BYTES);
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &me.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &me.num_ranks);
    must(buffer && me.num_ranks <= MAX_RANKS, "too many ranks");
    me.next = (me.rank + 1) % me.num_ranks;
    me.before = (me.rank + me.num_ranks - 1) % me.num_ranks;
    MPI_Buffer_attach(buffer, BUFFER_BYTES);
    void (*const parts[])(void) = {blocking,    nonblocking,   persistent, exchanges, probes,
                                   completions, communicators, many,       work};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        parts[i]();
        MPI_Barrier(MPI_COMM_WORLD);
    }
    compute_ms(5);
    usleep(60000);
    MPI_Buffer_detach(&buffer, &bytes);
    free(buffer);
    for (int to = 0; to < me.num_ranks; to++)
        if (me.messages[to] > 0)
            printf("pair %d %d %ld %ld\n", me.rank, to, me.messages[to], me.bytes[to]);
    MPI_Finalize();
    return 0;
}
