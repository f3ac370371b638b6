// SPDX-License-Identifier: Apache-2.0
// A workload: what makes the nodes send. The run loop (sim/run.c) calls, in every cycle t that it
// simulates: step(t), then fabric_cycle, from which `delivered` is called for packets whose tail
// was ejected in t. A workload reacts to a delivery in step(t + 1) or later.
//
// Kinds: synthetic.c, packets.c (packet-trace replay), netrace_replay.c (the same with
// dependencies), mpi.c (ranks of an MPI program on ideal nodes). Each is one file with one
// constructor.
#ifndef ORDITO_MODEL_NODE_WORKLOAD_H
#define ORDITO_MODEL_NODE_WORKLOAD_H

#include "model/net/fabric.h"

// The last cycle in which a workload may want anything: sums of times never wrap.
#define WORKLOAD_LAST_CYCLE (UINT64_C(1) << 50)

struct workload;

struct workload_ops {
    // Creates this cycle's packets by fabric_send. False with `err` on failure (trace errors).
    bool (*step)(struct workload *self, struct fabric *fabric, uint64_t cycle, struct err *err);
    // A packet has arrived (in the cycle that step was last called for), or is lost, as its `fate`
    // says: then for who keeps books of packets, as no node can know. NULL if nobody waits.
    void (*delivered)(struct workload *self, const struct packet *packet);
    // The next cycle, later than `cycle`, in which step has something to do even if nothing is
    // delivered until then; UINT64_MAX if there is none.
    uint64_t (*next_event)(const struct workload *self, uint64_t cycle);
    // True if nothing more will be sent (whatever is delivered). Synthetic traffic never ends.
    bool (*done)(const struct workload *self);
    // Called when nothing moves, next_event is UINT64_MAX and done is false: the workload waits
    // for ever. Fills `err` with what it waits for (ERR_TRACE: rank, file, line, operation). NULL
    // if this cannot happen.
    void (*stuck)(const struct workload *self, struct err *err);
    void (*free)(struct workload *self);
};

// What every workload's own struct begins with.
struct workload {
    const struct workload_ops *ops;
};

#endif
