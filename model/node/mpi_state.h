// SPDX-License-Identifier: Apache-2.0
// What the files mpi*.c share: the state of a replay, and what each of them offers to the others.
//
//   mpi.c             the workload: constructor, cycle by cycle, what is said at the end
//   mpi_rank.c        a rank executes the operations of its trace
//   mpi_schedule.c    or those of a schedule, in the order of their dependencies
//   mpi_hosts.c       what hosts that serialise something let begin, and when
//   mpi_collective.c  those that are collectives
//   mpi_rpc*.c        those that are remote procedure calls (mpi_rpc.h)
//   mpi_match.c       requests, posted receives and messages that came before their receive
//   mpi_wire.c        messages as packets: protocol
//   mpi_machine.c     or as pieces, by a machine
//   mpi_flow.c        order of messages, and room at their destinations
//
// Calls go down this list, but that mpi_wire.c hands messages that have come to mpi_match.c.
// Messages and requests are slots of pools, named by index.
#ifndef ORDITO_MODEL_NODE_MPI_STATE_H
#define ORDITO_MODEL_NODE_MPI_STATE_H

#include "model/net/loggops.h"
#include "model/node/ideal_cores.h"
#include "model/node/mpi.h"
#include "model/node/wake.h"
#include "sim/pool.h"

enum { MPI_NONE = UINT32_MAX };

// Slots linked by their `next`.
struct mpi_list {
    uint32_t head; // MPI_NONE if empty
    uint32_t tail; // undefined if empty
};

// Where a message is in its protocol; every phase crosses the network.
enum mpi_phase {
    MPI_EAGER,  // the data, unasked
    MPI_RTS,    // request to send
    MPI_CTS,    // clear to send, the way back
    MPI_DATA,   // the data, after CTS
    MPI_ACK,    // it has been received, the way back
    MPI_CREDIT, // room that is given back; no message of a program
    // Datagrams: neither matched nor in order, and they may be lost.
    MPI_REQUEST, // of a remote procedure call
    MPI_REPLY
};

struct mpi_message {
    uint32_t next; // in the one list that it is in
    uint32_t source;
    uint32_t destination;
    int32_t tag;
    bool collective; // in the context of collectives
    enum mpi_phase phase;
    uint64_t bytes;
    uint64_t sequence;     // in its flow (source, destination)
    uint32_t packets_left; // of this phase, on their way
    uint32_t line;         // of the operation that sent it
    bool rendezvous;       // is announced
    bool acknowledged;     // is to be
    uint64_t credit_bytes; // of room that its source, for now, gives back
    uint64_t taken_cycle;  // by its receiver's cpu, where that takes time; else 0
    uint64_t there_cycle;  // in which the data was there
    uint32_t send_request; // completes when its buffer is free; MPI_NONE: at once
    uint32_t recv_request; // that it has met, or MPI_NONE
    uint64_t address;      // of the buffer that it is sent from, or OP_NO_ADDRESS
    // By a machine.
    uint64_t asked_cycle; // when its operation began
    uint32_t puts_left;   // pieces that have not been put where they belong, and fetches under way
    uint64_t seen_bytes;  // of pieces that have come
    uint64_t kept_bytes;  // of these, kept beside the receiver
    bool seen;            // its first piece
    bool buffer_held;     // mpi_sent is yet to come
    bool received;        // by its receive, which is complete
    bool refused;         // it will never come
};

// A communication that an operation waits for, or may ask for later.
struct mpi_request {
    uint32_t rank;
    int32_t source; // as written in the trace: negative is any; also the key of waits
    int32_t destination;
    int32_t tag;
    bool collective;
    bool done;
    bool waited;   // its rank waits for it: it is freed on completion
    uint32_t line; // of the operation that made it
    uint32_t op;   // of a schedule, by its index
    uint64_t done_cycle;
    uint64_t bytes;   // receive: capacity; of a collective, the exact size
    uint64_t address; // of its buffer, or OP_NO_ADDRESS
    uint32_t next;    // outstanding requests of its rank, oldest first; or free list
    uint32_t next_posted;
};

struct mpi_rank {
    struct op op;          // begun last
    bool ended;            // `finalize` was executed
    bool blocked;          // waits for requests
    bool looked;           // on a machine, at what has come, for the operation to be repeated
    bool holds;            // the buffer that it sent last is not yet its own
    uint32_t pending;      // requests that it waits for
    uint64_t resume_cycle; // before which it does not go on, as what it waited for ends then
    uint64_t end_cycle;    // once it has ended
    uint64_t compute_cycles;
    uint64_t since_cycle;        // it is at `op`, for who watches
    struct mpi_list outstanding; // requests that no operation waits for yet
    struct mpi_list posted;      // receives without a message, by next_posted
    struct mpi_list unexpected;  // messages without a receive, in order of arrival
    bool in_rpc;                 // an operation of remote procedures
    bool in_collective;
    struct collective collective;
    uint32_t step_idx;        // of it, next
    uint64_t num_collectives; // begun
};

// Order of the messages from one rank to another.
struct mpi_flow {
    bool used;
    uint32_t source, destination;
    uint64_t next_sent;    // sequence number
    uint64_t next_arrived; // the one that software sees next
    uint32_t held;         // messages that overtook it, by sequence
    uint64_t used_bytes;   // of room at the destination, as far as the source knows
    uint64_t owed_bytes;   // of these, free, and not given back
};

// What the first rank said of a collective, for the others to agree with.
struct mpi_collective_call {
    enum op_kind kind;
    uint32_t root;
    uint64_t bytes;
    uint32_t rank;
    uint32_t line;
    uint32_t num_entered;   // ranks
    uint32_t num_done;      // ranks, of algorithms that learn sizes
    uint64_t *counts_bytes; // [num_ranks] of these: blocks by rank, as far as known; else NULL
};

struct mpi_schedule; // of mpi_schedule.c
struct mpi_rpc;

struct mpi {
    struct workload base;
    struct mpi_params params;
    struct collective_rules rules[COLLECTIVE_NUM_KINDS];
    uint32_t num_ranks;
    uint32_t packet_bytes; // data of a full packet
    struct mpi_rank *ranks;
    struct wake wake; // ranks that run when their cycle comes
    bool shares;      // ranks share cores:
    struct ideal_cores cores;
    uint32_t num_ended;    // ranks
    struct fabric *fabric; // of the current step
    uint64_t cycle;        // of the current step
    struct mpi_stats stats;
    struct err first_touch; // of a buffer that was not free; in words

    struct mpi_message *messages;
    struct pool message_pool;
    uint32_t num_live;             // in use now
    uint32_t num_unexpected;       // of these, in lists of unexpected messages
    uint32_t num_looked_at;        // in the last search for a message, or in those for
                                   // receives since it was set to 0
    struct mpi_list arrived;       // complete, to be dealt with in the next step
    struct mpi_flow *flows;        // hash table
    uint32_t num_flows, cap_flows; // used; a power of two

    struct mpi_request *requests;
    uint32_t num_requests, cap_requests;
    struct mpi_list free_requests;

    bool has_hosts; // they serialise something: `hosts` tells what begins when
    bool ideal;     // they are the network, too
    struct loggops hosts;
    struct loggops_event sending;   // the send of a schedule that has just begun
    struct mpi_schedule *schedules; // [num_ranks], or NULL: operations are in program order
    struct wake released;           // ranks some of whose operations wait for nothing any more

    struct mpi_collective_call *calls; // ring of calls that not all ranks have entered yet
    uint32_t cap_calls;                // a power of two
    uint64_t first_call;               // number of the oldest of them
    uint64_t end_call;                 // one after the newest

    struct mpi_rpc *rpc; // NULL: no remote procedures
};

static inline const char *mpi_file(const struct mpi *self, uint32_t rank)
{
    return self->params.trace->file(self->params.trace, rank);
}

static inline uint32_t mpi_node(const struct mpi *self, uint32_t rank)
{
    return self->params.places ? self->params.places[rank].node : rank;
}

// True if what one sends the other does not enter the network.
static inline bool mpi_local(const struct mpi *self, uint32_t from, uint32_t to)
{
    return from == to || (self->params.places && mpi_node(self, from) == mpi_node(self, to));
}

static inline double mpi_clock_hz(const struct mpi *self, uint32_t rank)
{
    return self->params.node_clocks_hz[mpi_node(self, rank)];
}

// The rank is to run, in this cycle or when what it waited for ends.
static inline void mpi_wake(struct mpi *self, uint32_t rank)
{
    const struct mpi_machine *machine = self->params.machine;
    uint64_t cycle = self->ranks[rank].resume_cycle;
    if (machine)
        machine->wake(machine->context, rank);
    else
        wake_push(&self->wake, cycle > self->cycle ? cycle : self->cycle, rank);
}

// True if the buffer of an eager message is its rank's again only later.
static inline bool mpi_holds_buffer(const struct mpi *self, uint64_t bytes)
{
    return self->params.machine && self->params.machine->frees_later && bytes > 0;
}

// Tells the machine of a receive that was posted.
static inline void mpi_tell_post(const struct mpi *self, uint32_t rank, bool waits)
{
    const struct mpi_machine *machine = self->params.machine;
    if (machine)
        machine->post(machine->context, rank, self->num_looked_at, waits);
}

// --- mpi_wire.c ----------------------------------------------------------------------------------

bool mpi_wire_make(struct mpi *self);
void mpi_wire_free(struct mpi *self);

// Sends a message with the phase, sequence and packets of which the caller need not care.
bool mpi_wire_send(struct mpi *self, const struct mpi_message *message, struct err *err);

// Sends a datagram: a message whose phase says so. Its name, or MPI_NONE with ERR_RUN.
uint32_t mpi_wire_datagram(struct mpi *self, const struct mpi_message *message, struct err *err);

// The traffic class of so many bytes.
uint32_t mpi_wire_class(const struct mpi *self, uint64_t bytes);

// A packet of a message has arrived.
void mpi_wire_delivered(struct mpi *self, uint32_t message_id);

// Deals with a message that has arrived; one that begins a flow's next, in its turn.
bool mpi_wire_arrived(struct mpi *self, uint32_t message_id, struct err *err);
bool mpi_wire_in_turn(struct mpi *self, uint32_t message_id, struct err *err);

// An eager message, all of which is there, has been received: gives its room back, at the latest
// when half of a share is owed; ends it, but for who waits for an acknowledgement.
bool mpi_wire_received(struct mpi *self, uint32_t message_id, struct err *err);
bool mpi_wire_give_back(struct mpi *self, uint32_t message_id, struct err *err);
bool mpi_wire_end(struct mpi *self, uint32_t message_id, struct err *err);

// Deals with the messages that have arrived before this step.
bool mpi_wire_step(struct mpi *self, struct err *err);

// Answers an RTS that has met its receive.
bool mpi_wire_clear_to_send(struct mpi *self, uint32_t message_id, struct err *err);

void mpi_wire_release(struct mpi *self, uint32_t message_id);

// Puts a message that is in no list at the end of one.
void mpi_wire_append(struct mpi *self, struct mpi_list *list, uint32_t message_id);

// --- mpi_machine.c -------------------------------------------------------------------------------

// Sends what a phase sends.
bool mpi_machine_launch(struct mpi *self, uint32_t message_id, uint32_t from, uint32_t to,
                        uint64_t bytes, struct err *err);

// A piece of a message has been seen by software; all of its pieces are where they belong.
bool mpi_machine_seen(struct mpi *self, uint32_t message_id, uint64_t bytes,
                      struct mpi_arrival *arrival, struct err *err);
bool mpi_machine_put(struct mpi *self, uint32_t message_id, struct err *err);

// An eager message has met its receive.
bool mpi_machine_met(struct mpi *self, uint32_t message_id, struct err *err);

// Its data has left the sender's buffer; or it has not been sent, and will not be.
void mpi_machine_sent(struct mpi *self, uint32_t message_id);
bool mpi_machine_refused(struct mpi *self, uint32_t message_id, struct err *err);

// --- mpi_flow.c ----------------------------------------------------------------------------------

bool mpi_flow_begin(struct mpi *self);

// The flow of a pair of ranks, or the slot where it would be; made if it is new: NULL with ERR_RUN
// if out of memory.
struct mpi_flow *mpi_flow_slot(const struct mpi *self, uint32_t source, uint32_t destination);
struct mpi_flow *mpi_flow_of(struct mpi *self, uint32_t source, uint32_t destination,
                             struct err *err);

// True if a message of so many bytes fits the room that is kept for it at its destination, or if
// there is as much as one likes. A flow's share of the room; what an eager message takes of it.
bool mpi_flow_fits(struct mpi *self, uint32_t from, uint32_t to, uint64_t bytes);
uint64_t mpi_flow_share(const struct mpi *self);
uint64_t mpi_flow_room(const struct mpi_message *message);

// What of the room for messages from `from` to `to` can be given back; it is, by this message.
uint64_t mpi_flow_take_credit(struct mpi *self, uint32_t from, uint32_t to);
void mpi_flow_take_back(struct mpi *self, uint32_t message_id);

// --- mpi_match.c ---------------------------------------------------------------------------------

// A new request, a copy of `request`. If its rank waits for it, it counts as pending. MPI_NONE
// with ERR_RUN if out of memory.
uint32_t mpi_match_request(struct mpi *self, const struct mpi_request *request, struct err *err);

// A request is complete, as from `cycle`, this one or later; wakes its rank if that was the last
// one it waited for.
void mpi_match_complete(struct mpi *self, uint32_t request_id, uint64_t cycle);

// Posts a receive: it meets a message that is there, or is queued.
bool mpi_match_post(struct mpi *self, uint32_t request_id, struct err *err);

// A message has come, in its turn: it meets a receive, or is queued.
bool mpi_match_arrived(struct mpi *self, uint32_t message_id, struct err *err);

// Takes the oldest outstanding request of the rank with the key of a wait or test and waits for it.
// Without one, nothing happens.
void mpi_match_wait(struct mpi *self, uint32_t rank, const struct op *op);
void mpi_match_wait_all(struct mpi *self, uint32_t rank);

// Takes that request if it is complete; otherwise it becomes the newest.
void mpi_match_test(struct mpi *self, uint32_t rank, const struct op *op);

// False with ERR_TRACE if messages or receives have been left without a partner.
bool mpi_match_check_end(const struct mpi *self, struct err *err);

// --- mpi_collective.c ----------------------------------------------------------------------------

void mpi_collective_free(struct mpi *self);

// Begins the collective that is the rank's operation.
bool mpi_collective_begin(struct mpi *self, uint32_t rank, struct err *err);

// Posts steps until there is something to wait for, or until all are done.
bool mpi_collective_run(struct mpi *self, uint32_t rank, struct err *err);

// --- mpi_rpc*.c ----------------------------------------------------------------------------------

// Does nothing, and `rpc` stays NULL, if there is no interface.
bool mpi_rpc_make(struct mpi *self, struct err *err);
void mpi_rpc_free(struct mpi *self);

// Begins an operation of remote procedures that is the rank's.
bool mpi_rpc_begin(struct mpi *self, uint32_t rank, struct err *err);

// Goes on with it, until it is done or waits; *pauses: the rank is busy.
bool mpi_rpc_run(struct mpi *self, uint32_t rank, bool *pauses, struct err *err);

// Another operation is about to begin, before which batches may have to be sent. False with
// ERR_TRACE if it is the last, and results have not been awaited.
bool mpi_rpc_before(struct mpi *self, uint32_t rank, struct err *err);

// The rank has executed its last operation.
void mpi_rpc_end(struct mpi *self, uint32_t rank);

// A datagram has come.
bool mpi_rpc_arrived(struct mpi *self, uint32_t message_id, struct err *err);

// Figures that are not kept all the time.
void mpi_rpc_stats(const struct mpi *self, struct rpc_stats *stats);

uint64_t mpi_rpc_timer_cycle(const struct mpi *self);
bool mpi_rpc_timers(struct mpi *self, struct err *err);

// --- mpi_rank.c ----------------------------------------------------------------------------------

// Runs a rank until it waits, computes or ends.
bool mpi_rank_run(struct mpi *self, uint32_t rank, struct err *err);

// The rank has ended.
void mpi_rank_end(struct mpi *self, uint32_t rank);

// Tells who watches what a rank has been at up to now.
void mpi_rank_tell(struct mpi *self, uint32_t rank);

// How long its computing takes, in cycles of the node and of the fabric, which it is counted for.
// False with ERR_TRACE if it would not end before WORKLOAD_LAST_CYCLE.
bool mpi_rank_compute_cycles(struct mpi *self, uint32_t rank, uint64_t *node_cycles,
                             uint64_t *fabric_cycles, struct err *err);

// Begins the communication that is the rank's operation; `waited` if the operation itself waits for
// it, which is number `op` of a schedule.
bool mpi_rank_send(struct mpi *self, uint32_t rank, bool waited, uint32_t op, struct err *err);
bool mpi_rank_recv(struct mpi *self, uint32_t rank, uint64_t bytes, bool waited, uint32_t op,
                   struct err *err);

// Keeps a rank busy for so long, which counts as its computing if that is said. *pauses: it waits.
bool mpi_rank_spend(struct mpi *self, uint32_t rank, double ns, bool computes, bool *pauses,
                    struct err *err);

// --- mpi_schedule.c ------------------------------------------------------------------------------

bool mpi_schedule_make(struct mpi *self, struct err *err);
void mpi_schedule_free(struct mpi *self);

// Runs a rank of a machine until it waits, computes or ends; of others, only ends it.
bool mpi_schedule_run(struct mpi *self, uint32_t rank, struct err *err);

// An operation has finished, as from `cycle`.
void mpi_schedule_finished(struct mpi *self, uint32_t rank, uint32_t op, uint64_t cycle);

// Hands what waits for nothing any more to the hosts. False if out of memory.
bool mpi_schedule_release(struct mpi *self, struct err *err);

// The host lets an operation begin, whose cpu is free again in `finish_cycle`.
bool mpi_schedule_begin(struct mpi *self, const struct loggops_event *event, uint64_t finish_cycle,
                        struct err *err);

// An operation of a rank that has not ended, which it waits for.
void mpi_schedule_waits(const struct mpi *self, uint32_t rank, struct op *op);

// --- mpi_hosts.c ---------------------------------------------------------------------------------

// Lets all begin that can in this cycle.
bool mpi_hosts_step(struct mpi *self, struct err *err);

#endif
