// SPDX-License-Identifier: Apache-2.0
// Ranks of an MPI program on ideal nodes: replays a trace, rank i on node i, closed-loop. An ideal
// node has no caches, NIC or system: only computing takes time, all else is immediate, and messages
// go to and from memory beside it, as by DMA.
//
// Matching: as MPI says, by source and tag with wildcards, first in, first out: posted receives
// meet messages in the order in which these were sent by their source, even if packets overtake.
// Collectives are made of messages by the algorithms of collective.h, in a context of their own.
//
// Protocol: a message of fewer than `eager_bytes` goes out at once, and its sender goes on. A
// longer one is announced (RTS), answered when a receive meets it (CTS), then sent; the sender goes
// on when the last byte is at the receiver (an ideal node knows at once). RTS, CTS and messages
// without data are a packet of headers. All packets of a message enter the source queue together.
// A message to the own rank does not enter the network: each of its steps takes a cycle.
//
// With `sends_until_received` an operation `send` goes on only when its message has been received,
// which the receiver acknowledges.
//
// Room for messages that come before their receive: with unexpected_bytes > 0, a rank keeps an
// equal share of them for each other one, which sends eagerly only what is sure to fit its share,
// and announces the rest (as rendezvous). Room is given back with messages the other way, or, once
// half of a share is owed, by a message of its own.
//
// Timing: packets and what follows from them in a cycle are dealt with in step of the next one;
// ranks are run in ascending order. `n` units of compute are n * compute_scale ns, rounded up to
// cycles of the node's clock, and these to cycles of the fabric's. Sleeping is not scaled.
// Schedules (struct trace_schedule): an operation starts when those have finished or started that
// it is said to wait for; of those that may start at once, sends go first, then receives, then
// computing, each in the order of their definition. Each cpu of a node executes one at a time, in
// the order in which they may start: sends and receives take it no time, but they wait for it. A
// send finishes like a blocking one. On a machine a rank has one core, which executes all.
//
// Over an ideal network (loggops.h) a message goes as a whole, and each of its ends takes a cpu of
// its node. One of `eager_bytes` or more goes out at once, too, but its sender goes on when a
// receive has met it. So does one to the own rank. Ranks whose operations are in program order hand
// over what they send and go on; it takes cpu 0 when that is free.
//
// Errors (ERR_TRACE): a message longer than its receive, collectives that differ between ranks,
// messages or receives without a partner at the end, ranks that wait for ever, or that compute or
// sleep beyond WORKLOAD_LAST_CYCLE.
// Owner: the trace belongs to the caller and outlives the workload.
#ifndef ORDITO_MODEL_NODE_MPI_H
#define ORDITO_MODEL_NODE_MPI_H

#include "model/activity.h"
#include "model/net/loggops.h"
#include "model/node/collective_rules.h"
#include "model/node/mapping.h"
#include "model/node/rpc.h"
#include "model/node/workload.h"
#include "traces/trace.h"

// A network in place of the fabric: `send` creates a packet in the current cycle, as fabric_send.
struct mpi_network {
    bool (*send)(void *context, const struct packet_spec *spec, struct err *err);
    void *context;
};

// What goes from one rank to another by a machine.
struct mpi_transfer {
    uint32_t from, to; // ranks
    uint32_t message;  // its name
    uint32_t traffic_class;
    uint64_t bytes;       // 0: it only announces something
    uint64_t address;     // of its buffer, or OP_NO_ADDRESS
    bool tells_sent;      // mpi_sent is to be called when the buffer is free again
    bool is_message;      // not one of the protocol,
    uint64_t asked_cycle; // which the program has asked for then
};

// Where a piece of a message that has come is to be put.
enum mpi_place {
    MPI_NOWHERE, // it has no data, or what it says is done
    MPI_KEPT,    // it came before its receive: kept beside it
    MPI_TO_USER  // to the receiver's buffer
};

struct mpi_arrival {
    enum mpi_place place;
    uint32_t rank;      // that it came for
    uint64_t address;   // MPI_TO_USER: of the first byte, or OP_NO_ADDRESS
    uint32_t looked_at; // receives that it was compared with
    bool first;         // piece of a message that had to be matched
};

// Computers in place of ideal nodes, which run the ranks: in cycles of their own, and by
// mpi_resume. A rank that has asked for something goes on when it is resumed after that.
struct mpi_machine {
    // Its core computes for so many cycles of its clock, or, asleep, does not.
    void (*compute)(void *context, uint32_t rank, uint64_t node_cycles);
    void (*sleep)(void *context, uint32_t rank, uint64_t node_cycles);
    // Its core executes a load, store, modify, fetch or fence.
    void (*access)(void *context, uint32_t rank, const struct op *op);
    // Memory that it is going to send from.
    void (*pin)(void *context, uint32_t rank, const struct op *op);
    // What it waited for has come.
    void (*wake)(void *context, uint32_t rank);
    // It has posted a receive, which was compared with so many messages that had come before; it
    // waits for it right now, or not yet.
    void (*post)(void *context, uint32_t rank, uint32_t looked_at, bool waits);
    // It is going to wait for what is not there yet; it looks at what has come, and then is
    // resumed.
    void (*wait)(void *context, uint32_t rank);
    void (*look)(void *context, uint32_t rank);
    // Its core sends something, in one or more pieces, for each of which mpi_received is called
    // once the software there has seen it. Returns the number of pieces; 0 with `err` if out of
    // memory.
    uint32_t (*send)(void *context, const struct mpi_transfer *transfer, struct err *err);
    // A receive has met what was kept: its core puts so many bytes of a message into the buffer,
    // and then calls mpi_put.
    void (*fetch)(void *context, uint32_t rank, uint32_t message, uint64_t bytes, uint64_t address);
    // A message has been received by a rank, which has been woken by then if it waited for it.
    void (*received)(void *context, uint32_t rank, uint32_t message, uint32_t from, uint64_t bytes);
    // As wake, but what has come is none of its messages: a timer, or the end of another rank; or
    // by a timer it has sent something.
    void (*nudge)(void *context, uint32_t rank);
    bool frees_later; // buffers of sends are free when mpi_sent says so, not at once
    bool isend_waits; // which holds up those who send without waiting, too
    void *context;
};

struct mpi_params {
    struct trace *trace;
    uint32_t num_nodes;
    // Where ranks run, which outlives the workload; NULL: rank i on node i. Ranks of a core of an
    // ideal node share it (ideal_cores.h), and those of a node need no network.
    const struct mapping_place *places;           // [ranks]
    uint32_t cores;                               // of a node
    uint64_t quantum_cycles;                      // of the fabric, 1..
    double compute_scale;                         // > 0: ns of a unit of compute
    const double *node_clocks_hz;                 // [num_nodes], each > 0; outlives the workload;
                                                  // on a machine [ranks]
    double fabric_clock_hz;                       // > 0
    uint64_t eager_bytes;                         // messages of this size and more use rendezvous
    bool sends_until_received;                    //
    uint64_t unexpected_bytes;                    // kept at a rank; 0: as many as come
    uint64_t priority_bytes;                      // messages of fewer bytes, and all RTS and CTS,
                                                  // are of traffic class `priority_class`,
    uint32_t priority_class;                      // all others of class 0; 0: there are none
    uint32_t flit_bits;                           // 8..
    uint32_t header_flits;                        // of a packet, without data of the message
    uint32_t max_flits;                           // of a packet, headers included; > header_flits
    const char *algorithms[COLLECTIVE_NUM_KINDS]; // rules as text; NULL: the default
    struct rpc_params rpc;                        // remote procedure calls
    const struct mpi_network *network;            // NULL: the fabric given to step
    const struct loggops_params *loggops;         // in place of both, for ideal nodes; or NULL
    const struct mpi_machine *machine;            // NULL: ideal nodes
    struct activity_watch *watch; // who is told what ranks do and, of ideal nodes, what messages
                                  // have been received; or NULL
};

// NULL on failure: ERR_CONFIG (more ranks than nodes, packets without room for data, an unknown
// algorithm), ERR_RUN (memory).
struct workload *mpi_new(const struct mpi_params *params, struct err *err);

// Runs a rank, in the fabric's cycle `cycle`, until it waits, has asked its machine for something,
// or has ended. False with `err` (trace errors).
bool mpi_resume(struct workload *self, uint32_t rank, uint64_t cycle, struct err *err);

// A piece of a message is seen by the software of the rank that it went to, which is then to put
// it where *arrival says and, unless that is nowhere, to call mpi_put.
bool mpi_received(struct workload *self, uint32_t message, uint64_t bytes, uint64_t cycle,
                  struct mpi_arrival *arrival, struct err *err);
bool mpi_put(struct workload *self, uint32_t message, uint64_t cycle, struct err *err);
// What was sent has left its rank's buffer, or need not be there any more; or nothing of it was
// sent, nor will be.
void mpi_sent(struct workload *self, uint32_t message, uint64_t cycle);
bool mpi_refused(struct workload *self, uint32_t message, uint64_t cycle, struct err *err);

// The first cycle in which a timer is due; UINT64_MAX if none is. What is due is done.
uint64_t mpi_timer_cycle(const struct workload *self);
bool mpi_timers(struct workload *self, uint64_t cycle, struct err *err);

// False with `err` if all ranks have ended and messages or receives are left.
bool mpi_check(const struct workload *self, struct err *err);

// True if a rank has ended.
bool mpi_ended(const struct workload *self, uint32_t rank);

// Tells who watches what ranks are at, in this cycle.
void mpi_tell(struct workload *self, uint64_t cycle);

// When a rank ended; UINT64_MAX if it has not.
uint64_t mpi_end_cycle(const struct workload *self, uint32_t rank);

struct mpi_stats {
    uint64_t messages; // sent by point-to-point operations
    uint64_t bytes;
    uint64_t collective_messages; // sent by collectives
    uint64_t collective_bytes;
    uint64_t deferred_messages; // announced for want of room at the receiver
    uint64_t touches;           // accesses to buffers that were being sent, or to be received into
    uint64_t collective_calls[COLLECTIVE_MAX_ALGORITHMS]; // begun, by algorithm
    uint64_t compute_cycles_max;                          // of the rank that computes most
    uint64_t makespan_cycles; // when the last rank, of those that have ended, ended
    struct rpc_stats rpc;
};

struct mpi_stats mpi_stats(const struct workload *self);

// The first of stats.touches in words: file, line, rank and operation. "" if there is none.
const char *mpi_first_touch(const struct workload *self);

#endif
