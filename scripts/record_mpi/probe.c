// SPDX-License-Identifier: Apache-2.0
// Calls that look whether a message has come. What is recorded is what the program does about it: a
// receive of that message. One that a matched probe has taken out is received from then on.
#include "message.h"
#include "part.h"
#include "request.h"

#include <stdlib.h>

// Messages that were taken out, and wait to be received.
struct taken {
    MPI_Message handle;
    struct transfer transfer;
    struct taken *next;
};

static struct taken *all_taken;

int MPI_Probe(int from, int tag, MPI_Comm comm, MPI_Status *status)
{
    part_enter("MPI_Probe");
    part_expect(PMPI_Probe(from, tag, comm, status));
    part_leave();
    return MPI_SUCCESS;
}

int MPI_Iprobe(int from, int tag, MPI_Comm comm, int *found, MPI_Status *status)
{
    part_enter_poll("MPI_Iprobe");
    part_expect(PMPI_Iprobe(from, tag, comm, found, status));
    part_leave_poll(*found);
    return MPI_SUCCESS;
}

static void take_out(MPI_Comm comm, MPI_Message handle, const MPI_Status *status)
{
    if (handle == MPI_MESSAGE_NO_PROC)
        return;
    struct request request =
        request_of_message(false, comm, status->MPI_SOURCE, status->MPI_TAG, UINT64_MAX);
    struct taken *taken = malloc(sizeof *taken);
    if (!taken)
        part_refuse("out of memory");
    request_begin_transfer(&request.one, request.bytes);
    *taken = (struct taken){handle, request.one, all_taken};
    all_taken = taken;
}

int MPI_Mprobe(int from, int tag, MPI_Comm comm, MPI_Message *message, MPI_Status *status)
{
    MPI_Status own;
    MPI_Status *told = status == MPI_STATUS_IGNORE ? &own : status;
    part_enter("MPI_Mprobe");
    part_expect(PMPI_Mprobe(from, tag, comm, message, told));
    take_out(comm, *message, told);
    part_leave();
    return MPI_SUCCESS;
}

int MPI_Improbe(int from, int tag, MPI_Comm comm, int *found, MPI_Message *message,
                MPI_Status *status)
{
    MPI_Status own;
    MPI_Status *told = status == MPI_STATUS_IGNORE ? &own : status;
    part_enter_poll("MPI_Improbe");
    part_expect(PMPI_Improbe(from, tag, comm, found, message, told));
    if (*found)
        take_out(comm, *message, told);
    part_leave_poll(*found);
    return MPI_SUCCESS;
}

// Whether the handle is of a message that was taken out, which is then one no more.
static bool receive(MPI_Message handle, struct transfer *transfer)
{
    for (struct taken **link = &all_taken; *link; link = &(*link)->next) {
        struct taken *taken = *link;
        if (taken->handle != handle)
            continue;
        *transfer = taken->transfer;
        *link = taken->next;
        free(taken);
        return true;
    }
    return false;
}

int MPI_Mrecv(void *buffer, int count, MPI_Datatype type, MPI_Message *message, MPI_Status *status)
{
    MPI_Message handle = *message;
    struct transfer transfer;
    part_enter("MPI_Mrecv");
    part_expect(PMPI_Mrecv(buffer, count, type, message, status));
    if (receive(handle, &transfer))
        request_wait_for(&transfer);
    part_leave();
    return MPI_SUCCESS;
}

int MPI_Imrecv(void *buffer, int count, MPI_Datatype type, MPI_Message *message,
               MPI_Request *variable)
{
    MPI_Message handle = *message;
    struct request request = {.num = 1};
    part_enter("MPI_Imrecv");
    part_expect(PMPI_Imrecv(buffer, count, type, message, variable));
    if (receive(handle, &request.one))
        request_add(variable, &request);
    part_leave();
    return MPI_SUCCESS;
}
