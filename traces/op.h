// SPDX-License-Identifier: Apache-2.0
// The internal form of a workload: per process a stream of operations. Readers only translate
// syntax into it; matching, protocols and collectives are the business of the software model.
//
// A stream is in program order; an operation depends on the one before it, but for non-blocking
// ones, whose completion a later wait asks for by (source, destination, tag) or for all.
#ifndef ORDITO_TRACES_OP_H
#define ORDITO_TRACES_OP_H

#include <stdint.h>

// One row a kind: symbol, name in messages and in native text.
#define OP_KINDS(X)                                                                                \
    X(OP_INIT, "init")                                                                             \
    X(OP_FINALIZE, "finalize")                                                                     \
    X(OP_COMPUTE, "compute")                                                                       \
    X(OP_SLEEP, "sleep")                                                                           \
    X(OP_SEND, "send")                                                                             \
    X(OP_ISEND, "isend")                                                                           \
    X(OP_RECV, "recv")                                                                             \
    X(OP_IRECV, "irecv")                                                                           \
    X(OP_SENDRECV, "sendrecv")                                                                     \
    X(OP_WAIT, "wait")                                                                             \
    X(OP_TEST, "test")                                                                             \
    X(OP_WAITALL, "waitall")                                                                       \
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

enum { OP_ANY = -1 }; // wildcard source or tag

struct op {
    enum op_kind kind;
    uint32_t line;  // in its file, for messages
    double amount;  // compute, reductions: units of compute; sleep: seconds
    int32_t source; // rank, or OP_ANY; wait, test: as written in the trace
    int32_t destination;
    int32_t tag;         // or OP_ANY
    uint32_t root;       // of a rooted collective
    uint64_t bytes;      // send: size; recv: capacity; collectives: per-rank (or per-pair) share
    uint64_t recv_bytes; // sendrecv: capacity; gather, scatter, allgather, alltoall: receive share
    // The v-collectives: bytes per rank, arrays of num_ranks that live until the next operation of
    // the same rank is read; NULL where they do not apply.
    const uint64_t *send_counts_bytes;
    const uint64_t *recv_counts_bytes;
};

#endif
