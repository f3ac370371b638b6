// SPDX-License-Identifier: Apache-2.0
// The calls with which a program begins and ends its use of MPI, and files, of which only that they
// are opened is recorded.
#include "comm.h"
#include "part.h"
#include "request.h"

static void begun(void)
{
    int rank;
    int num_ranks;
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    PMPI_Comm_size(MPI_COMM_WORLD, &num_ranks);
    part_open(rank, num_ranks);
    comm_init();
    part_leave();
}

int MPI_Init(int *argc, char ***argv)
{
    int code = PMPI_Init(argc, argv);
    if (code == MPI_SUCCESS)
        begun();
    return code;
}

int MPI_Init_thread(int *argc, char ***argv, int required, int *provided)
{
    int code = PMPI_Init_thread(argc, argv, required, provided);
    if (code == MPI_SUCCESS)
        begun();
    return code;
}

int MPI_Finalize(void)
{
    part_enter("MPI_Finalize");
    request_wait_for_rest();
    part_close();
    return PMPI_Finalize();
}

int MPI_File_open(MPI_Comm comm, const char *path, int mode, MPI_Info info, MPI_File *file)
{
    part_enter("MPI_File_open");
    int code = PMPI_File_open(comm, path, mode, info, file);
    part_note(NOTE_FILE, 1);
    part_leave();
    return code;
}
