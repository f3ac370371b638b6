// SPDX-License-Identifier: Apache-2.0
// Calls that complete requests. One that finds nothing complete is no operation; what it finds
// complete the program then relies on, so that it is recorded as waited for.
#include "part.h"
#include "request.h"

#include <stdlib.h>
#include <string.h>

// Scratch for the calls that take several requests; handles as they were before the call.
static struct {
    MPI_Request *handles;
    MPI_Status *statuses;
    struct request **requests;
    int size;
} scratch;

static void keep_handles(const MPI_Request *variables, int num)
{
    if (num > scratch.size) {
        free(scratch.handles);
        free(scratch.statuses);
        free(scratch.requests);
        scratch.size = 2 * num;
        scratch.handles = calloc((size_t)scratch.size, sizeof *scratch.handles);
        scratch.statuses = calloc((size_t)scratch.size, sizeof *scratch.statuses);
        scratch.requests = calloc((size_t)scratch.size, sizeof(struct request *));
        if (!scratch.handles || !scratch.statuses || !scratch.requests)
            part_refuse("out of memory");
    }
    if (num > 0)
        memcpy(scratch.handles, variables, (size_t)num * sizeof *variables);
}

static MPI_Status *statuses_or_own(MPI_Status *statuses)
{
    return statuses == MPI_STATUSES_IGNORE ? scratch.statuses : statuses;
}

// Requests are complete: those of the variables indices[0..num), or of 0..num without these.
// `statuses` are theirs in this order.
static void complete(const MPI_Request *variables, const int *indices, int num,
                     const MPI_Status *statuses)
{
    int num_requests = 0;
    for (int i = 0; i < num; i++) {
        int idx = indices ? indices[i] : i;
        struct request *request = request_find(scratch.handles[idx], &variables[idx]);
        if (!request)
            continue;
        request_resolve(request, &statuses[i]);
        if (!request->persistent)
            request_take(request); // an equal handle must find another one
        scratch.requests[num_requests++] = request;
    }
    request_wait(scratch.requests, num_requests);
    for (int i = 0; i < num_requests; i++)
        if (!scratch.requests[i]->persistent)
            request_free(scratch.requests[i]);
}

int MPI_Wait(MPI_Request *variable, MPI_Status *status)
{
    MPI_Status own;
    MPI_Status *told = status == MPI_STATUS_IGNORE ? &own : status;
    part_enter("MPI_Wait");
    keep_handles(variable, 1);
    part_expect(PMPI_Wait(variable, told));
    complete(variable, NULL, 1, told);
    part_leave();
    return MPI_SUCCESS;
}

int MPI_Test(MPI_Request *variable, int *found, MPI_Status *status)
{
    MPI_Status own;
    MPI_Status *told = status == MPI_STATUS_IGNORE ? &own : status;
    part_enter_poll("MPI_Test");
    keep_handles(variable, 1);
    part_expect(PMPI_Test(variable, found, told));
    if (*found)
        complete(variable, NULL, 1, told);
    part_leave_poll(*found);
    return MPI_SUCCESS;
}

int MPI_Waitall(int num, MPI_Request variables[], MPI_Status statuses[])
{
    part_enter("MPI_Waitall");
    keep_handles(variables, num);
    MPI_Status *told = statuses_or_own(statuses);
    part_expect(PMPI_Waitall(num, variables, told));
    complete(variables, NULL, num, told);
    part_leave();
    return MPI_SUCCESS;
}

int MPI_Testall(int num, MPI_Request variables[], int *found, MPI_Status statuses[])
{
    part_enter_poll("MPI_Testall");
    keep_handles(variables, num);
    MPI_Status *told = statuses_or_own(statuses);
    part_expect(PMPI_Testall(num, variables, found, told));
    if (*found)
        complete(variables, NULL, num, told);
    part_leave_poll(*found);
    return MPI_SUCCESS;
}

int MPI_Waitany(int num, MPI_Request variables[], int *idx, MPI_Status *status)
{
    MPI_Status own;
    MPI_Status *told = status == MPI_STATUS_IGNORE ? &own : status;
    part_enter("MPI_Waitany");
    keep_handles(variables, num);
    part_expect(PMPI_Waitany(num, variables, idx, told));
    if (*idx != MPI_UNDEFINED)
        complete(variables, idx, 1, told);
    part_leave();
    return MPI_SUCCESS;
}

int MPI_Testany(int num, MPI_Request variables[], int *idx, int *found, MPI_Status *status)
{
    MPI_Status own;
    MPI_Status *told = status == MPI_STATUS_IGNORE ? &own : status;
    part_enter_poll("MPI_Testany");
    keep_handles(variables, num);
    part_expect(PMPI_Testany(num, variables, idx, found, told));
    if (*found && *idx != MPI_UNDEFINED)
        complete(variables, idx, 1, told);
    part_leave_poll(*found);
    return MPI_SUCCESS;
}

int MPI_Waitsome(int num, MPI_Request variables[], int *num_found, int indices[],
                 MPI_Status statuses[])
{
    part_enter("MPI_Waitsome");
    keep_handles(variables, num);
    MPI_Status *told = statuses_or_own(statuses);
    part_expect(PMPI_Waitsome(num, variables, num_found, indices, told));
    if (*num_found != MPI_UNDEFINED)
        complete(variables, indices, *num_found, told);
    part_leave();
    return MPI_SUCCESS;
}

int MPI_Testsome(int num, MPI_Request variables[], int *num_found, int indices[],
                 MPI_Status statuses[])
{
    part_enter_poll("MPI_Testsome");
    keep_handles(variables, num);
    MPI_Status *told = statuses_or_own(statuses);
    part_expect(PMPI_Testsome(num, variables, num_found, indices, told));
    if (*num_found != MPI_UNDEFINED)
        complete(variables, indices, *num_found, told);
    part_leave_poll(*num_found > 0);
    return MPI_SUCCESS;
}

// Tells, and leaves the request: the program knows from here on, and a call that completes it later
// finds nothing to wait for.
int MPI_Request_get_status(MPI_Request handle, int *found, MPI_Status *status)
{
    MPI_Status own;
    MPI_Status *told = status == MPI_STATUS_IGNORE ? &own : status;
    part_enter_poll("MPI_Request_get_status");
    part_expect(PMPI_Request_get_status(handle, found, told));
    struct request *request = *found ? request_find(handle, NULL) : NULL;
    if (request) {
        request_resolve(request, told);
        request_wait(&request, 1);
    }
    part_leave_poll(*found);
    return MPI_SUCCESS;
}

int MPI_Request_free(MPI_Request *variable)
{
    part_enter("MPI_Request_free");
    struct request *request = request_find(*variable, variable);
    if (request && request->unknown && request->num > 0)
        part_refuse("of a receive of any source or tag: what comes is never told");
    part_expect(PMPI_Request_free(variable));
    if (request) {
        request_take(request);
        request_free(request);
    }
    part_leave();
    return MPI_SUCCESS;
}

static void start(MPI_Request *variable)
{
    struct request *request = request_find(*variable, variable);
    if (request)
        request_begin(request);
}

int MPI_Start(MPI_Request *variable)
{
    part_enter("MPI_Start");
    part_expect(PMPI_Start(variable));
    start(variable);
    part_leave();
    return MPI_SUCCESS;
}

int MPI_Startall(int num, MPI_Request variables[])
{
    part_enter("MPI_Startall");
    part_expect(PMPI_Startall(num, variables));
    for (int i = 0; i < num; i++)
        start(&variables[i]);
    part_leave();
    return MPI_SUCCESS;
}
