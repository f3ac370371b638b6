// SPDX-License-Identifier: Apache-2.0
// Requests under way. The program's handles stay as they are; what they stand for is kept here, and
// a wait is written once the program is told that a request is complete.
//
// A handle may stand for several requests at once, all complete as MPI sees it: of these the one
// that was begun in the same variable is taken, or else the oldest.
#ifndef ORDITO_SCRIPTS_RECORD_MPI_REQUEST_H
#define ORDITO_SCRIPTS_RECORD_MPI_REQUEST_H

#include "comm.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

// What a wait names: a message that goes on beside the program.
struct transfer {
    bool sends;
    int peer; // rank of MPI_COMM_WORLD
    int tag;  // as recorded
};

struct request {
    struct transfer one;   // a single message; many: NULL
    struct transfer *many; // [num] those of a collective, freed with the request
    uint32_t num;          // of transfers under way
    uint64_t bytes;        // of the single message, or the room for it
    bool nobody;           // with MPI_PROC_NULL
    bool persistent;
    bool unknown;      // a receive whose source or tag is not known before it is complete
    struct comm *comm; // of an unknown one, which is held; otherwise NULL
    uint64_t place;    // of what is not known, in the part
};

// A message of a rank of the communicator, of MPI_PROC_NULL, or of anyone.
struct request request_of_message(bool sends, MPI_Comm comm, int peer, int tag, uint64_t bytes);
// Of a receive that was unknown: what has come.
void request_identify(struct request *self, const MPI_Status *status);

// Writes an operation with a message.
void request_print(const char *operation, const struct transfer *transfer, uint64_t bytes);
// The same of one that goes on beside the program (isend, irecv), and the wait for it.
void request_begin_transfer(const struct transfer *transfer, uint64_t bytes);
void request_wait_for(const struct transfer *transfer);
// Writes that the single message of a request begins.
void request_begin(struct request *self);

// Keeps a request for its handle, which is in the program's variable.
void request_add(const MPI_Request *variable, const struct request *request);
// The request of a handle that was in a variable; NULL if it is none of those that are recorded.
struct request *request_find(MPI_Request handle, const MPI_Request *variable);
// Takes the handle from a request, which is not found any more; what is under way of it goes on.
// The request itself stays until it is freed.
void request_take(struct request *self);
void request_free(struct request *self);

// Writes over an unknown receive what has come.
void request_resolve(struct request *self, const MPI_Status *status);
// Writes that these were waited for, all of them known. NULL is allowed among them.
void request_wait(struct request *const *requests, int num);
// Waits for what nobody has waited for, at the end of the program.
void request_wait_for_rest(void);

#endif
