// SPDX-License-Identifier: Apache-2.0
// Calls that send and receive messages.
#include "message.h"

#include "part.h"
#include "request.h"

#include <stdlib.h>

uint64_t message_bytes(int count, MPI_Datatype type)
{
    int bytes;
    PMPI_Type_size(type, &bytes);
    if (bytes == MPI_UNDEFINED)
        part_refuse("elements of 2 GiB or more");
    return (uint64_t)count * (uint64_t)bytes;
}

// --- sending ------------------------------------------------------------------------------------

enum mode { STANDARD, SYNCHRONOUS, BUFFERED };

static struct request begin_send(enum mode mode, MPI_Comm comm, int to, int tag, uint64_t bytes)
{
    if (mode == SYNCHRONOUS)
        part_note(NOTE_SYNCHRONOUS, 1);
    return request_of_message(true, comm, to, tag, bytes);
}

static void sent(enum mode mode, MPI_Comm comm, int to, int tag, uint64_t bytes)
{
    struct request request = begin_send(mode, comm, to, tag, bytes);
    if (mode == BUFFERED)
        request_begin(&request); // nobody waits for it
    else if (!request.nobody)
        request_print("send", &request.one, bytes);
}

static void sending(enum mode mode, MPI_Comm comm, int to, int tag, uint64_t bytes,
                    const MPI_Request *variable)
{
    struct request request = begin_send(mode, comm, to, tag, bytes);
    request_begin(&request);
    request_add(variable, &request);
}

static void to_be_sent(enum mode mode, MPI_Comm comm, int to, int tag, uint64_t bytes,
                       const MPI_Request *variable)
{
    struct request request = begin_send(mode, comm, to, tag, bytes);
    request.persistent = true;
    request_add(variable, &request);
}

#define SEND_PARAMETERS                                                                            \
    const void *buffer, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm

#define SENDS(mode, name, nonblocking, persistent)                                                 \
    int MPI_##name(SEND_PARAMETERS)                                                                \
    {                                                                                              \
        part_enter("MPI_" #name);                                                                  \
        part_expect(PMPI_##name(buffer, count, type, to, tag, comm));                              \
        sent(mode, comm, to, tag, message_bytes(count, type));                                     \
        part_leave();                                                                              \
        return MPI_SUCCESS;                                                                        \
    }                                                                                              \
    int MPI_##nonblocking(SEND_PARAMETERS, MPI_Request *request)                                   \
    {                                                                                              \
        part_enter("MPI_" #nonblocking);                                                           \
        part_expect(PMPI_##nonblocking(buffer, count, type, to, tag, comm, request));              \
        sending(mode, comm, to, tag, message_bytes(count, type), request);                         \
        part_leave();                                                                              \
        return MPI_SUCCESS;                                                                        \
    }                                                                                              \
    int MPI_##persistent(SEND_PARAMETERS, MPI_Request *request)                                    \
    {                                                                                              \
        part_enter("MPI_" #persistent);                                                            \
        part_expect(PMPI_##persistent(buffer, count, type, to, tag, comm, request));               \
        to_be_sent(mode, comm, to, tag, message_bytes(count, type), request);                      \
        part_leave();                                                                              \
        return MPI_SUCCESS;                                                                        \
    }

SENDS(STANDARD, Send, Isend, Send_init)
SENDS(STANDARD, Rsend, Irsend, Rsend_init)
SENDS(SYNCHRONOUS, Ssend, Issend, Ssend_init)
SENDS(BUFFERED, Bsend, Ibsend, Bsend_init)

// --- receiving ----------------------------------------------------------------------------------

// A receive that is complete, of what may have been unknown.
static struct request received(MPI_Comm comm, int from, int tag, uint64_t bytes,
                               const MPI_Status *status)
{
    struct request request = request_of_message(false, comm, from, tag, bytes);
    request_identify(&request, status);
    if (request.comm)
        comm_drop(request.comm);
    return request;
}

int MPI_Recv(void *buffer, int count, MPI_Datatype type, int from, int tag, MPI_Comm comm,
             MPI_Status *status)
{
    MPI_Status own;
    MPI_Status *told = status == MPI_STATUS_IGNORE ? &own : status;
    part_enter("MPI_Recv");
    part_expect(PMPI_Recv(buffer, count, type, from, tag, comm, told));
    uint64_t bytes = message_bytes(count, type);
    struct request request = received(comm, from, tag, bytes, told);
    if (!request.nobody)
        request_print("recv", &request.one, bytes);
    part_leave();
    return MPI_SUCCESS;
}

int MPI_Irecv(void *buffer, int count, MPI_Datatype type, int from, int tag, MPI_Comm comm,
              MPI_Request *variable)
{
    part_enter("MPI_Irecv");
    part_expect(PMPI_Irecv(buffer, count, type, from, tag, comm, variable));
    struct request request = request_of_message(false, comm, from, tag, message_bytes(count, type));
    request_begin(&request);
    request_add(variable, &request);
    part_leave();
    return MPI_SUCCESS;
}

int MPI_Recv_init(void *buffer, int count, MPI_Datatype type, int from, int tag, MPI_Comm comm,
                  MPI_Request *variable)
{
    part_enter("MPI_Recv_init");
    part_expect(PMPI_Recv_init(buffer, count, type, from, tag, comm, variable));
    struct request request = request_of_message(false, comm, from, tag, message_bytes(count, type));
    request.persistent = true;
    request_add(variable, &request);
    part_leave();
    return MPI_SUCCESS;
}

// --- both at once -------------------------------------------------------------------------------

static void exchanged(const struct request *send, const struct request *recv)
{
    if (!recv->nobody)
        request_begin_transfer(&recv->one, recv->bytes);
    if (!send->nobody)
        request_print("send", &send->one, send->bytes);
    if (!recv->nobody)
        request_wait_for(&recv->one);
}

int MPI_Sendrecv(const void *send_buffer, int send_count, MPI_Datatype send_type, int to,
                 int send_tag, void *recv_buffer, int recv_count, MPI_Datatype recv_type, int from,
                 int recv_tag, MPI_Comm comm, MPI_Status *status)
{
    MPI_Status own;
    MPI_Status *told = status == MPI_STATUS_IGNORE ? &own : status;
    part_enter("MPI_Sendrecv");
    part_expect(PMPI_Sendrecv(send_buffer, send_count, send_type, to, send_tag, recv_buffer,
                              recv_count, recv_type, from, recv_tag, comm, told));
    uint64_t send_bytes = message_bytes(send_count, send_type);
    uint64_t recv_bytes = message_bytes(recv_count, recv_type);
    struct request send = request_of_message(true, comm, to, send_tag, send_bytes);
    struct request recv = received(comm, from, recv_tag, recv_bytes, told);
    exchanged(&send, &recv);
    part_leave();
    return MPI_SUCCESS;
}

int MPI_Sendrecv_replace(void *buffer, int count, MPI_Datatype type, int to, int send_tag, int from,
                         int recv_tag, MPI_Comm comm, MPI_Status *status)
{
    MPI_Status own;
    MPI_Status *told = status == MPI_STATUS_IGNORE ? &own : status;
    part_enter("MPI_Sendrecv_replace");
    part_expect(
        PMPI_Sendrecv_replace(buffer, count, type, to, send_tag, from, recv_tag, comm, told));
    uint64_t bytes = message_bytes(count, type);
    struct request send = request_of_message(true, comm, to, send_tag, bytes);
    struct request recv = received(comm, from, recv_tag, bytes, told);
    exchanged(&send, &recv);
    part_leave();
    return MPI_SUCCESS;
}
