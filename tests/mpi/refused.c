// SPDX-License-Identifier: Apache-2.0
// Programs that cannot be recorded, by name. usage: refused NAME
#include <mpi.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int number;

static void window(void)
{
    MPI_Win win;
    MPI_Win_create(&number, sizeof number, 1, MPI_INFO_NULL, MPI_COMM_WORLD, &win);
}

static void cancel(void)
{
    MPI_Request request;
    MPI_Irecv(&number, 1, MPI_INT, MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &request);
    MPI_Cancel(&request);
}

static void neighbours(void)
{
    MPI_Comm ring;
    int dim = 1;
    int period = 1;
    int all[2];
    MPI_Cart_create(MPI_COMM_WORLD, 1, &dim, &period, 0, &ring);
    if (ring != MPI_COMM_NULL)
        MPI_Neighbor_allgather(&number, 1, MPI_INT, all, 1, MPI_INT, ring);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void free_of_any(void)
{
    MPI_Request request;
    MPI_Irecv(&number, 1, MPI_INT, MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &request);
    MPI_Request_free(&request);
}

static void tag(void)
{
    MPI_Comm same;
    MPI_Request request;
    MPI_Comm_dup(MPI_COMM_WORLD, &same);
    MPI_Irecv(&number, 1, MPI_INT, 0, 1 << 20, same, &request);
}

static void error(void)
{
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Send(&number, 1, MPI_INT, 1000, 0, MPI_COMM_WORLD);
}

static void *send_to_self(void *unused)
{
    MPI_Request request;
    MPI_Isend(&number, 1, MPI_INT, 0, 0, MPI_COMM_SELF, &request);
    return unused;
}

static void thread(void)
{
    pthread_t other;
    pthread_create(&other, NULL, send_to_self, NULL);
    pthread_join(other, NULL);
}

static void crash(void)
{
    abort();
}

static void unfinished(void)
{
    _exit(0);
}

static void unmatched(void) // sent early, and received by nobody
{
    MPI_Request request;
    MPI_Isend(&number, 1, MPI_INT, 0, 0, MPI_COMM_SELF, &request);
    MPI_Request_free(&request);
}

// Communicators without end.
static void communicators(void)
{
    MPI_Comm same;
    for (;;)
        MPI_Comm_dup(MPI_COMM_SELF, &same);
}

static void wait_for_ever(void)
{
    MPI_Recv(&number, 1, MPI_INT, MPI_ANY_SOURCE, 0, MPI_COMM_SELF, MPI_STATUS_IGNORE);
}

static const struct {
    const char *name;
    void (*run)(void);
} programs[] = {
    {"window", window},
    {"cancel", cancel},
    {"neighbours", neighbours},
    {"free-of-any", free_of_any},
    {"tag", tag},
    {"error", error},
    {"thread", thread},
    {"crash", crash},
    {"unfinished", unfinished},
    {"unmatched", unmatched},
    {"communicators", communicators},
    {"wait-for-ever", wait_for_ever},
};

int main(int argc, char **argv)
{
    int provided;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (argc > 1 && strcmp(argv[1], programs[i].name) == 0)
            programs[i].run();
    MPI_Finalize();
    return 0;
}
