// SPDX-License-Identifier: Apache-2.0
// The internal form of a workload: per process a stream of operations. Readers only translate
// syntax into it; matching, protocols and collectives are the business of the software model.
//
// A stream is in program order; an operation depends on the one before it, but for non-blocking
// ones, whose completion a later wait asks for by (source, destination, tag) or for all. Those of a
// schedule (struct trace_schedule) are in no order but that of the dependencies which they carry.
#ifndef ORDITO_TRACES_OP_H
#define ORDITO_TRACES_OP_H

#include <stddef.h>
#include <stdint.h>

// One row a kind: symbol, name in messages.
#define OP_KINDS(X)                                                                                \
    X(OP_INIT, "init")                                                                             \
    X(OP_FINALIZE, "finalize")                                                                     \
    X(OP_COMPUTE, "compute")                                                                       \
    X(OP_SLEEP, "sleep")                                                                           \
    X(OP_LOAD, "load")                                                                             \
    X(OP_STORE, "store")                                                                           \
    X(OP_MODIFY, "modify")                                                                         \
    X(OP_FETCH, "fetch")                                                                           \
    X(OP_FENCE, "fence")                                                                           \
    X(OP_PIN, "pin")                                                                               \
    X(OP_SEND, "send")                                                                             \
    X(OP_ISEND, "isend")                                                                           \
    X(OP_RECV, "recv")                                                                             \
    X(OP_IRECV, "irecv")                                                                           \
    X(OP_SENDRECV, "sendrecv")                                                                     \
    X(OP_WAIT, "wait")                                                                             \
    X(OP_TEST, "test")                                                                             \
    X(OP_WAITALL, "waitall")                                                                       \
    X(OP_CALL, "call")                                                                             \
    X(OP_ACALL, "acall")                                                                           \
    X(OP_BCALL, "bcall")                                                                           \
    X(OP_AWAIT, "await")                                                                           \
    X(OP_SERVE, "serve")                                                                           \
    X(OP_BARRIER, "barrier")                                                                       \
    X(OP_BCAST, "bcast")                                                                           \
    X(OP_REDUCE, "reduce")                                                                         \
    X(OP_ALLREDUCE, "allreduce")                                                                   \
    X(OP_SCAN, "scan")                                                                             \
    X(OP_EXSCAN, "exscan")                                                                         \
    X(OP_GATHER, "gather")                                                                         \
    X(OP_SCATTER, "scatter")                                                                       \
    X(OP_ALLGATHER, "allgather")                                                                   \
    X(OP_ALLTOALL, "alltoall")                                                                     \
    X(OP_GATHERV, "gatherv")                                                                       \
    X(OP_SCATTERV, "scatterv")                                                                     \
    X(OP_ALLGATHERV, "allgatherv")                                                                 \
    X(OP_ALLTOALLV, "alltoallv")                                                                   \
    X(OP_REDUCE_SCATTER, "reduce-scatter")

enum op_kind {
#define OP_SYMBOL(symbol, name) symbol,
    OP_KINDS(OP_SYMBOL)
#undef OP_SYMBOL
        OP_NUM_KINDS
};

extern const char *const op_names[OP_NUM_KINDS];

enum { OP_NOBODY = -666 }; // MPI_PROC_NULL: an operation with this peer has no effect

// The most bytes of one message: beyond it a trace is held to be wrong.
enum { OP_MAX_BYTES = 1 << 30 };

// Capacity of a receive that takes a message of any length.
#define OP_ANY_BYTES UINT64_MAX

// Of a message whose buffer has no address of its own.
#define OP_NO_ADDRESS UINT64_MAX

// What a call of a remote procedure says beside where it goes.
struct op_call {
    char procedure[64]; // its name
    uint32_t num_counts;
    uint32_t counts[16]; // [num_counts]: lengths of its bounded arrays and strings, in their order
};

struct op {
    enum op_kind kind;
    uint32_t line; // in its file, for messages
    double amount; // compute, reductions: units of compute, >= 0; sleep: seconds, >= 0; calls:
                   // units that the procedure computes, or negative: what its interface says
    // Point to point, and wait and test, whose numbers are those of the operation they complete.
    // A negative source or tag of a receive (but OP_NOBODY) is a wildcard; the number stays as it
    // was written, because waits repeat it.
    int32_t source;
    int32_t destination;
    int32_t tag;         // calls, await: number of a future; negative: none, all
    uint32_t root;       // of a rooted collective
    uint64_t bytes;      // send: size; recv: capacity; collectives: what this rank sends (to each);
                         // load, store, modify, fetch, pin: 1..; serve: calls, or OP_ANY_BYTES
    uint64_t address;    // of these five; send, recv: of the buffer, or OP_NO_ADDRESS
    uint64_t recv_bytes; // sendrecv: capacity; gather, scatter, allgather, alltoall: what it gets
    // The v-collectives: bytes per rank, arrays of num_ranks that live until the next operation of
    // the same rank is read; NULL where they do not apply.
    const uint64_t *send_counts_bytes;
    const uint64_t *recv_counts_bytes;
    const struct op_call *call; // of calls, to rank `destination`; lives as long as these
};

// What binds an operation of a schedule to others of its rank, which are named by their index.
struct op_links {
    uint32_t num_before; // that must have finished, or started, before it starts
    uint32_t num_finish, num_start;
    const uint32_t *after_finish; // [num_finish] wait until it has finished
    const uint32_t *after_start;  // [num_start] wait until it has started
    uint8_t cpu, nic;             // of its rank, that execute it
};

// The operation in words: "recv from 3, tag 7". Returns `text`.
const char *op_text(const struct op *op, char *text, size_t size);

#endif
