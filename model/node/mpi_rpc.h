// SPDX-License-Identifier: Apache-2.0
// Remote procedure calls in a replay: what the files mpi_rpc*.c share.
//
//   mpi_rpc.c         made and freed; which operation begins what; who serves how long
//   mpi_rpc_client.c  calls, and the waiting for their results
//   mpi_rpc_server.c  requests are executed
//   mpi_rpc_work.c    the time that steps take
//   mpi_rpc_wire.c    requests and replies: sending, arrival, timers, what is kept how long
//
// Requests and calls are slots of pools, named by index. A rank is at one call, or serves one
// request at a time; `stage` tells which step of it its work belongs to.
#ifndef ORDITO_MODEL_NODE_MPI_RPC_H
#define ORDITO_MODEL_NODE_MPI_RPC_H

#include "model/node/mpi_state.h"
#include "sim/stat.h"

struct rpc_call {
    const struct rpc_procedure *procedure;
    uint32_t counts[RPC_MAX_PARAMS];
    double ns;          // of the procedure
    int32_t future;     // negative: none
    bool taken;         // the client has its result
    uint64_t offset[2]; // in request and reply, bytes
    struct rpc_times times;
    uint32_t next; // of its request; or free list
};

enum rpc_client_state {
    RPC_FILLING,  // a batch that is not sent yet
    RPC_SENT,     // and not answered
    RPC_ANSWERED, // the reply is here, or
    RPC_FAILED    //   will not be
};

enum rpc_server_state {
    RPC_UNSEEN,
    RPC_SEEN,     // it has come
    RPC_REPLIED,  // the reply is kept
    RPC_FORGOTTEN // it counts as answered long ago
};

// A request of one or more calls, and its reply.
struct rpc_request {
    uint32_t client, server;
    uint64_t number; // of the client's requests
    struct mpi_list calls;
    uint32_t num_calls;
    uint32_t num_taken; // of these, by the client
    uint64_t bytes[2];  // of request and reply
    enum rpc_client_state client_state;
    enum rpc_server_state server_state;
    bool has_come; // its first copy
    bool executed; // once, or more often
    bool timed;    // there is an entry of it among the timers
    bool unlisted; // gone, but for copies and timer
    uint32_t retries;
    uint32_t copies; // of request and reply, on their way or not taken up
    uint32_t next;   // of its client, oldest first; or free list
};

// Of a message of the wire.
struct rpc_copy {
    uint32_t request;
    uint64_t sent_cycle;
    uint64_t answered_below; // request: the client's first number that was not answered then
};

enum rpc_stage {
    RPC_IDLE,
    RPC_ENTERS,   // the client's stub, then
    RPC_MARSHALS, //   parameters; then it is sent, or
    RPC_AWAITS,   //   waited for,
    RPC_UNMARSHALS,
    RPC_RETURNS,
    RPC_SERVES,     // looks for a request,
    RPC_DISPATCHES, //   enters a stub,
    RPC_TAKES,      //   unmarshals parameters,
    RPC_EXECUTES,
    RPC_GIVES // marshals results
};

// What a step of a rank still takes.
struct rpc_work {
    uint64_t node_cycles;
    double ns; // of a procedure
    bool computes;
    // By a machine, item by item: what is loaded from one place and stored at the other.
    bool has_items; // of the rank's call
    enum rpc_direction direction;
    bool marshals; // from memory to the message
    bool loaded;   // the item
    struct rpc_leaf item;
    struct rpc_cursor at;
};

struct rpc_rank {
    enum rpc_stage stage;
    struct rpc_work work;
    uint32_t request, call; // of its stage
    bool waits;             // for a reply, or for a request
    // As a client.
    uint64_t num_requests;
    struct mpi_list requests; // that are not gone, oldest first
    uint32_t num_filling;     // of these
    bool awaits_all;          // calls, after the one at hand
    // As a server.
    struct mpi_list inbox; // messages: requests that have come
    uint32_t held;         // the one that is taken up
    bool repeats;          // the request's reply only, or nothing
    bool serves_rest;      // until nobody is left that could call
    bool released;         // and that is so
    uint64_t serves_left;  // calls
    struct rng loss;
};

struct mpi_rpc {
    struct rpc_params params;
    uint64_t timeout_cycles;  // of the fabric, 1..
    uint64_t loss_threshold;  // of rng_chance; 0: nothing is lost
    uint64_t request_address; // of the message in a machine's memory, behind the data
    uint64_t reply_address;   // likewise, behind that
    struct rpc_rank *ranks;   // [num_ranks]
    uint32_t num_callers;     // neither ended nor serving the rest
    struct rpc_copy *copies;  // [cap_copies] by message
    uint32_t cap_copies;
    struct rpc_request *requests;
    uint32_t num_requests, cap_requests; // used once, allocated
    uint32_t free_requests;
    struct rpc_call *calls;
    uint32_t num_calls, cap_calls;
    uint32_t free_calls;
    struct wake timers; // of requests
    struct stat_histogram call_cycles;
};

static inline struct rpc_shape mpi_rpc_shape(const struct mpi_rpc *self,
                                             const struct rpc_call *call)
{
    return (struct rpc_shape){self->params.interface, call->procedure, call->counts};
}

// A step of the call ends now.
static inline void mpi_rpc_mark(const struct mpi *self, struct rpc_call *call, enum rpc_step step)
{
    call->times.at[step + 1] = self->cycle;
}

// --- mpi_rpc.c ----------------------------------------------------------------------------------

// Ends a stage: the rank goes on with its trace.
void mpi_rpc_rest(struct mpi *self, uint32_t rank);

// Makes a rank wait, until it is woken; by somebody else's doing with `nudge`.
void mpi_rpc_wait(struct mpi *self, uint32_t rank);
void mpi_rpc_wake(struct mpi *self, uint32_t rank, bool nudge);

// --- mpi_rpc_client.c ---------------------------------------------------------------------------

bool mpi_rpc_client_begin(struct mpi *self, uint32_t rank, struct err *err);

// The work of the rank's stage is done.
bool mpi_rpc_client_go_on(struct mpi *self, uint32_t rank, struct err *err);

// Sends batches: to one server, or with MPI_NONE all.
bool mpi_rpc_client_flush(struct mpi *self, uint32_t rank, uint32_t server, struct err *err);

// The rank's call of a future that is not taken yet, or if that is negative its oldest; MPI_NONE if
// there is none.
uint32_t mpi_rpc_client_find(const struct mpi *self, uint32_t rank, int32_t future,
                             uint32_t *request);

// --- mpi_rpc_server.c ---------------------------------------------------------------------------

bool mpi_rpc_server_go_on(struct mpi *self, uint32_t rank, struct err *err);

// --- mpi_rpc_work.c -----------------------------------------------------------------------------

// What the next step of a rank takes: a stub, the items of its call, or a procedure.
void mpi_rpc_work_stub(struct mpi *self, uint32_t rank);
void mpi_rpc_work_items(struct mpi *self, uint32_t rank, enum rpc_direction direction,
                        bool marshals);
void mpi_rpc_work_procedure(struct mpi *self, uint32_t rank);

// Does some of it. *pauses: the rank is busy with it; else it is done.
bool mpi_rpc_work(struct mpi *self, uint32_t rank, bool *pauses, struct err *err);

// --- mpi_rpc_wire.c -----------------------------------------------------------------------------

// A new request of the rank, without calls; a new call in a request. MPI_NONE if out of memory.
uint32_t mpi_rpc_wire_request(struct mpi *self, uint32_t client, uint32_t server, struct err *err);
uint32_t mpi_rpc_wire_call(struct mpi *self, uint32_t request, struct err *err);

// Sends a request for the first time.
bool mpi_rpc_wire_send(struct mpi *self, uint32_t request, struct err *err);

bool mpi_rpc_wire_reply(struct mpi *self, uint32_t request, struct err *err);

// Frees a request and its calls, if neither side nor the network has it.
void mpi_rpc_wire_release(struct mpi *self, uint32_t request);

// The client has taken the result of a call; a side is done with a message of a request.
bool mpi_rpc_wire_taken(struct mpi *self, uint32_t call, uint32_t request, struct err *err);
void mpi_rpc_wire_done_with(struct mpi *self, uint32_t message);

#endif
