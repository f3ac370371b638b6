// SPDX-License-Identifier: Apache-2.0
// Remote procedure calls between ranks: what there is to choose, and what comes out.
//
// A call goes through these steps, each of which begins with the end of the one before, so that for
// each call they sum to the whole:
//   client_stub       the stub is entered
//   client_marshal    parameters are loaded, converted, and stored in the request
//   batching          the request waits for other calls, or for an operation that sends it
//   request_retry     from its first sending to that of the copy which came first
//   request           until the server's software has that one
//   server_queue      until the server takes it up, and has done with calls before it
//   server_stub       its number is looked up, and the procedure's stub entered
//   server_unmarshal  parameters are loaded from the request, and stored
//   procedure
//   server_marshal    results
//   reply_wait        for the other calls of the request
//   reply_retry       from the first sending of the reply to that of the one which came first
//   reply             until the client's software has that one
//   client_wait       until the client asks for the result
//   client_unmarshal
//   client_return     the stub is left
//
// Transport: datagrams, whole requests and replies, which may be lost and overtake each other. The
// client repeats a request that is not answered in timeout_ns, then twice that time, and so on, up
// to max_retries times, after which its calls have failed. Requests have numbers; with at_most_once
// a server keeps what it has answered, answers it again when it comes again, and forgets it when
// the client tells, with a later request, that it has been answered; what is older than that is
// thrown away. Without, whatever comes is executed.
// Source: Birrell and Nelson, "Implementing remote procedure calls", ACM TOCS 2(1), 1984, section
// 3; acknowledgement by later calls, of several under way: Lee et al., "Implementing
// linearizability at large scale and low latency", SOSP 2015.
#ifndef ORDITO_MODEL_NODE_RPC_H
#define ORDITO_MODEL_NODE_RPC_H

#include "model/node/rpc_layout.h"

#define RPC_STEPS(X)                                                                               \
    X(RPC_CLIENT_STUB, client_stub)                                                                \
    X(RPC_CLIENT_MARSHAL, client_marshal)                                                          \
    X(RPC_BATCHING, batching)                                                                      \
    X(RPC_REQUEST_RETRY, request_retry)                                                            \
    X(RPC_REQUEST, request)                                                                        \
    X(RPC_SERVER_QUEUE, server_queue)                                                              \
    X(RPC_SERVER_STUB, server_stub)                                                                \
    X(RPC_SERVER_UNMARSHAL, server_unmarshal)                                                      \
    X(RPC_PROCEDURE, procedure)                                                                    \
    X(RPC_SERVER_MARSHAL, server_marshal)                                                          \
    X(RPC_REPLY_WAIT, reply_wait)                                                                  \
    X(RPC_REPLY_RETRY, reply_retry)                                                                \
    X(RPC_REPLY, reply)                                                                            \
    X(RPC_CLIENT_WAIT, client_wait)                                                                \
    X(RPC_CLIENT_UNMARSHAL, client_unmarshal)                                                      \
    X(RPC_CLIENT_RETURN, client_return)

enum rpc_step {
#define RPC_SYMBOL(symbol, name) symbol,
    RPC_STEPS(RPC_SYMBOL)
#undef RPC_SYMBOL
        RPC_NUM_STEPS
};

// A call that has ended, for who watches.
struct rpc_times {
    uint32_t client, server;
    uint32_t line; // of the client's operation
    bool failed;   // then the times tell nothing
    // Step i lasts from at[i] to at[i + 1], cycles of the fabric.
    uint64_t at[RPC_NUM_STEPS + 1];
};

struct rpc_params {
    const struct rpc_interface *interface; // NULL: there are no calls; outlives the workload
    double timeout_ns;                     // > 0
    uint32_t max_retries;
    uint32_t stub_cycles; // of the node: client's stub in, server's stub, client's stub out
    uint32_t item_cycles; // of the node, of an item beside its load and store
    uint64_t batch_bytes; // of a request of several calls, at most
    bool at_most_once;
    double drop_rate; // 0..0.99: share of requests and replies that are lost when they have come
    uint64_t seed;    // of that
    uint64_t address; // of stubs' data in the memory of a machine
    // Told of each call that ends, and of each execution of a procedure (whose later times are not
    // known yet); NULL: nobody.
    void (*ended)(void *context, const struct rpc_times *times);
    void (*executed)(void *context, const struct rpc_times *times);
    void *context; // of both
};

struct rpc_stats {
    uint64_t calls;  // that came back with a result
    uint64_t failed; // that were given up
    uint64_t executions;
    uint64_t requests;              // sent, copies not counted
    uint64_t retransmissions;       // of requests
    uint64_t replies;               // sent, all
    uint64_t duplicates_suppressed; // requests that were not executed again
    uint64_t dropped;               // by drop_rate
    uint64_t bytes;                 // of all requests and replies sent
    uint64_t cycles;                // of the calls, from begin to end; and of one of them:
    uint64_t min_cycles, p50_cycles, p90_cycles, p99_cycles, max_cycles; // UINT64_MAX: none
    uint64_t step_cycles[RPC_NUM_STEPS];
};

#endif
