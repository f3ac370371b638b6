// SPDX-License-Identifier: Apache-2.0
// The router: its pins, its timing contract, and the operations by which a fabric drives routers
// of any back end. `router_ref.c` (C) and `rtl/router.sv` cite the numbers below.
//
// PINS, per port, each way. Forward: valid, vc, head, tail, payload. Backward: credit (a bit per
// VC), ack and nack (circuit switching; constant 0 in the other modes). Every output is a
// register. A port has the same wires whether a router or a terminal is at its other end.
//
// What follows is the router of the modes that buffer flits; that of circuit switching has the same
// pins, and a contract of its own (router_circuit.h).
//
// PIPELINE. A packet is routed (RC), gets an output VC (VA), each of its flits gets the switch (SA)
// and traverses it (ST). `pipeline` says in how many cycles:
//
//   1  all in one cycle; RC as the flit arrives
//   2  VA and SA in one, ST in the next
//   3  VA, SA, ST
//   4  RC, VA, SA, ST
//
// Where VA and SA share a cycle, a head takes its VC as it gets the switch. With `speculative`
// (pipelines 3 and 4) heads try for the switch already while they ask for a VC, after all others.
//
// TRAFFIC CLASSES. VCs are split evenly among them, adjacent ones a class, and the class with the
// higher number has priority: steps V, 2, 3 and 3s are made for one class after the other, from the
// highest down, and a class's flits do not ask in steps 2, 3 and 3s if their input port or their
// output port is used by a higher class. Each class has pointers and allocators of its own. So what
// a class does is what it would do if there were no lower ones, but for narrow channels, which
// finish a flit once it is begun.
//
// STATE. Per input VC: a FIFO of flits, each with its route; whether its packet holds an output VC
// and which; whether the head at the front is routed (pipeline 4). Per output VC: credits,
// `buffer_flits` after reset; whether a packet holds it. Per output port: cycles until its channel
// is free; the flit that is traversing (pipelines 2 to 4). Pointers of arbiters and allocators
// (allocator.h), all 0 after reset: rr_vc per input port and class, rr_out_vc per output port and
// class, and those of the allocators' kinds, per class.
//
// THE TIMING CONTRACT. In a cycle, from the registers as they stand at its start:
//
//   0. ROUTE (pipeline 4). A head that is at the front, without an output VC and not routed, is
//      routed now. It takes part in step 1 from the next cycle on.
//   1. REQUEST. A non-empty input VC is ready if its front flit may leave.
//      1a. Its packet holds an output VC: ready if that VC has a credit and the channel of the
//          output port is free.
//      1b. Otherwise the front is a head flit. Its usable VCs are those of its route that no
//          packet holds and that have the credits its switching mode needs (switching.h:
//          wormhole 1, else the packet's length; some routings ask for more); it may go on if
//          there is one and, under store-and-forward, the packet's tail is in the FIFO. With
//          pipelines 1 and 2 it is then ready if the channel is free; with 3 and 4 it asks.
//      1c. SELECTION (adaptive routing; before 1b goes on). Of the output ports that it may go by,
//          the one whose usable adaptive VCs have the most credits together, the lowest of equals,
//          takes the place of the route; if there is none, it stays with the route.
//   V. VC ALLOCATION (pipelines 3 and 4). `vc_allocator` matches asking heads (rows, by number of
//      the input VC: port x VCs of a class + VC within it) with output VCs (columns, likewise).
//      Where it takes one request a row, the head's own arbiter picks one of its usable VCs; the
//      pick moves if it is granted. A packet holds the VC that it is given from the next cycle on.
//   2. INPUT ARBITRATION. Where `switch_allocator` takes one request a row, each input port picks
//      one of its ready VCs, by an arbiter of the allocator's kind (rr_vc). Otherwise each asks for
//      all output ports that its ready VCs go to.
//   3. SWITCH ALLOCATION. It matches input ports (rows) with output ports (columns); the separable
//      one is a round-robin arbiter at every output port (rr_in). Where several ready VCs of an
//      input port go to the output port that it got, its arbiter (rr_vc) picks one.
//      3s. SPECULATION. Steps 2 and 3 once more for the heads that ask and whose output port's
//          channel is free, with arbiters and an allocator of their own; a grant counts if neither
//          port is used by step 3 and step V gives the head a VC.
//   4. LEAVE. A granted flit is removed from its FIFO. A head without a VC takes the first usable
//      one at or after rr_out_vc, cyclically, and its packet holds that VC, unless it is also the
//      tail; a tail gives its VC back. The VC loses a credit. A narrow channel is busy for
//      `flit_cycles` cycles, this one included. The flit, with the output VC's number in `vc`, is
//      loaded into the output port's forward register (pipeline 1) or into that of its traversal;
//      the input VC's bit is set in the input port's credit register. Ports with nothing to send
//      load `valid` 0 and credit 0.
//      4b. TRAVERSE (pipelines 2 to 4). The flit that was in the traversal register at the start
//          of the cycle is loaded into the forward register.
//   5. POINTERS move only by a flit that leaves: rr_vc of its input port to its VC + 1, rr_out_vc,
//      for a head that takes a VC, to that + 1, each modulo its range; those of allocators as
//      allocator.h says.
//
//   At the same clock edge, from the input pins of this cycle:
//
//   6. ARRIVE. A valid flit is appended to the FIFO of its VC; for a head flit its route is
//      computed from the pins and stored with it. It takes part in step 1 from the next cycle on.
//   7. CREDIT. Each credit bit adds one credit to its output VC, usable from the next cycle on.
//
// A register loaded at the end of cycle t is, over a channel of latency L >= 1, on the far pins in
// cycle t + L. So a flit on the input pins in cycle t is on the next router's input pins in cycle
// t + pipeline + L at the earliest, a body flit that follows at once in t + min(pipeline, 2) + L;
// its credit starts back as it gets the switch, and takes L. Steps 6 and 7 never depend on steps 1
// to 5 of other routers in the same cycle, hence the order in which routers are evaluated cannot
// matter.
//
// A router in which every FIFO is empty and whose pins are quiet stays as it is: it may be skipped.
#ifndef ORDITO_MODEL_NET_ROUTER_H
#define ORDITO_MODEL_NET_ROUTER_H

#include "model/net/partition.h"
#include "model/net/router_design.h"
#include "model/net/routing.h"
#include "model/net/switching.h"
#include "sim/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    ROUTER_MIN_RADIX = 2,
    ROUTER_MAX_RADIX = 65,
    ROUTER_MAX_VCS = ROUTING_MAX_VCS,
    ROUTER_MAX_CLASSES = 1 << LAYOUT_CLASS_BITS,
    ROUTER_MAX_BUFFER_FLITS = 64,
    ROUTER_MIN_FLIT_BITS = 16,
    ROUTER_MAX_FLIT_BITS = LAYOUT_MAX_FLIT_BITS
};

// A flit on a port's forward wires, valid. By value everywhere.
struct flit {
    uint64_t payload; // layout.h
    uint8_t vc;       // VC of the buffer that it is going into; circuits: enum circuit_kind
    bool head;
    bool tail;
};

// What a router's output registers hold after an evaluation. Sparse: only ports with something on
// them, in ascending order of port. The arrays belong to the caller and have room for one entry a
// port.
struct router_out_flit {
    uint32_t port;
    struct flit flit;
};

// The backward wires of a port.
struct router_out_credit {
    uint32_t port;
    uint8_t vcs; // credits, a bit per VC
    bool ack;    // circuits only
    bool nack;
};

struct router_out {
    uint32_t num_flits;
    uint32_t num_credits;
    uint32_t part; // partition whose routers these are
    struct router_out_flit *flits;
    struct router_out_credit *credits;
};

// Why front flits stayed, in VC-cycles, counted over non-empty input VCs whose front did not leave;
// in the order in which the RTL counts them. Circuits: why probes were not granted in a cycle.
//   no_credit     holds a VC without a credit, or free VCs have too few credits
//   no_vc         a head, and every VC of its route is held; a probe, its output is owned
//   not_whole     store-and-forward: a VC is usable, the tail has not arrived
//   vc_lost       asked for a VC and was not given one
//   switch_lost   ready, and lost in step 2 or 3; a probe, another was granted
//   channel_busy  all it lacks is that the channel is free
//   pipeline      a head that was routed or given a VC in this cycle
#define ROUTER_STALLS(X)                                                                           \
    X(no_credit)                                                                                   \
    X(no_vc)                                                                                       \
    X(not_whole)                                                                                   \
    X(vc_lost)                                                                                     \
    X(switch_lost)                                                                                 \
    X(channel_busy)                                                                                \
    X(pipeline)

struct router_stalls {
#define ROUTER_STALL_FIELD(name) uint64_t name;
    ROUTER_STALLS(ROUTER_STALL_FIELD)
#undef ROUTER_STALL_FIELD
};

static inline void router_stalls_add(struct router_stalls *sum, const struct router_stalls *more)
{
#define ROUTER_STALL_ADD(name) sum->name += more->name;
    ROUTER_STALLS(ROUTER_STALL_ADD)
#undef ROUTER_STALL_ADD
}

// Why it waits, in words.
#define ROUTER_WAITS_FOR_VC   "every VC is held by another packet"
#define ROUTER_WAITS_FOR_ROOM "no room in the next buffer"
#define ROUTER_WAITS_FOR_TAIL "its tail has not arrived"

// A front flit that cannot leave.
struct router_wait {
    uint32_t port; // input port
    uint32_t vc;
    uint32_t flits;    // in this FIFO
    uint32_t out_port; // where it wants to go
    uint8_t out_vcs;   // the VC that its packet holds, or those that it may use, a bit each
    bool holds;
    const char *reason; // in words
};

enum { ROUTER_ALL = UINT32_MAX };

// What may be asked of the back ends that run RTL, and what they tell. All zero: nothing is asked.
struct router_rtl {
    bool assertions;          // compile the RTL's assertions in; one that fails is an ERR_MISMATCH
    bool systemc;             // a whole model is to be one of SystemC (rtl/systemc_edge.h), whose
                              // cycles are made within a process; others do not heed it
    bool quiet;               // no line on standard error when a library has to be built
    const char *wave;         // write this FST file; NULL: none. Time is 10 units a cycle: inputs
                              // change in the middle of a cycle, registers at its end
    uint32_t wave_router;     // whose pins and insides, or ROUTER_ALL
    uint64_t wave_from_cycle; // first cycle in the file
    uint64_t wave_to_cycle;   // last

    // Told.
    double build_s;                  // wall time spent on building libraries
    uint64_t compared_router_cycles; // lockstep: sum over routers of the cycles compared
    bool differs;                    // a difference was found, or an assertion failed
    uint32_t fault_router;           //   at this router
    uint64_t fault_cycle;            //   in this cycle
};

struct topology;
struct carrier;
struct wire;

// Parameters shared by all routers of a fabric.
struct router_params {
    uint32_t radix;        // 2..65, ports of every router, connected or not
    uint32_t num_vcs;      // 1..8
    uint32_t buffer_flits; // 1..64, depth in use of each VC's FIFO
    enum switching switching;
    bool circuit_waits; // circuits: a blocked probe waits
    struct router_design design;
    const uint32_t *flit_cycles;   // [num_routers * radix]: cycles that a flit occupies the channel
                                   // of an output port, 1..; NULL: 1; outlives the routers
    const struct routing *routing; // outlives the routers
    uint32_t num_routers;
    struct partitioning partitioning; // of the routers; all zero: one partition
    const uint32_t *own_address;      // [num_routers], in place; outlives the routers
    const uint64_t *now;              // current cycle, for reports and waves; NULL: it stays 0
    struct router_rtl *rtl;           // NULL: nothing asked; outlives the routers
    const struct topology *topology;  // router_whole only; NULL elsewhere
    uint32_t channel_latency_cycles;  // router_whole only: of the channels inside
};

// A back end: all routers of a fabric live in one bank, named by index. Calls for different
// routers of a bank may come in any order within a step of a cycle; the fabric (fabric.c) makes
// each step for all routers of a partition before the next step. Calls for routers of different
// partitions come from different threads, at the same time.
struct router_ops {
    const char *name;
    bool whole; // the bank is one router, whose port i is the terminal of node i

    // What this back end is for some parameters, as far as it is several; NULL: itself for all.
    const struct router_ops *(*choose)(const struct router_params *params);

    // Makes `params->num_routers` routers, reset. NULL on failure, with `err` filled.
    void *(*bank_new)(const struct router_params *params, struct err *err);
    void (*bank_free)(void *bank);

    // Bytes that such a bank takes, once it carries and every buffer has been used; an estimate
    // where RTL is run. Of `params->routing` no table needs to be there. NULL: part of another.
    uint64_t (*bytes)(const struct router_params *params);

    // Steps 1 to 5. Fills `out` if this back end decides here. Called for routers that were busy
    // after the last cycle (and may be called for any). NULL if the back end does all in `update`.
    void (*evaluate)(void *bank, uint32_t router, struct router_out *out);

    // The input pins of this cycle: a flit on a port, credits on a port, an answer to a circuit's
    // probe. At most one call of each a port and cycle. `credit` is NULL in a router for circuits,
    // `answer` in one for the other modes, of a back end that keeps them apart.
    void (*flit)(void *bank, uint32_t router, uint32_t port, struct flit flit);
    void (*credit)(void *bank, uint32_t router, uint32_t port, uint8_t vcs);
    void (*answer)(void *bank, uint32_t router, uint32_t port, bool ack, bool nack);

    // The clock edge. Called for every router that was evaluated or got input. Fills `out` if this
    // back end decides here. NULL if evaluate, flit and credit did everything.
    void (*update)(void *bank, uint32_t router, struct router_out *out);

    // Has the bank carry flits and credits by itself from now on, all that its routers send or get,
    // and keep which of them are active; `evaluate` then fills in nothing. False if it does not.
    // There is one carrier a partition. NULL if it never does, and what follows is, too.
    //
    // `evaluate_all` evaluates those of a partition that have flits. A node of a partition puts a
    // flit on the channel to its router by `inject`, and a credit by `give_back`, both false if out
    // of memory, before and after `arrive`, which is step c of fabric.h for the routers of a
    // partition. `channel_flits` tells how many flits went out by each port [num_routers * radix].
    bool (*carry)(void *bank, const struct carrier *carriers);
    void (*evaluate_all)(void *bank, uint32_t part);
    bool (*inject)(void *bank, uint32_t part, const struct wire *wire, struct flit flit);
    bool (*give_back)(void *bank, uint32_t part, const struct wire *wire, uint32_t vc);
    void (*arrive)(void *bank, uint32_t part);
    void (*channel_flits)(const void *bank, uint64_t *flits);

    // True if the router must be evaluated in the next cycle even with quiet pins.
    bool (*busy)(const void *bank, uint32_t router);

    // Adds the router's stall counts, from reset until now.
    void (*stalls)(const void *bank, uint32_t router, struct router_stalls *sum);

    // Lists the input VCs of a router whose front flit (or probe) cannot leave, and what they wait
    // for, for the deadlock report; returns how many. `waits` has room for radix * num_vcs. NULL
    // where a router's state cannot be seen.
    uint32_t (*waits)(const void *bank, uint32_t router, struct router_wait *waits);

    // False if the back end has found a fault of its own (lockstep: a difference); fills `err` with
    // status ERR_MISMATCH. Called once a cycle, for all partitions. NULL if it never does.
    bool (*check)(void *bank, struct err *err);
};

// The operations of a back end for these parameters.
static inline const struct router_ops *router_choose(const struct router_ops *ops,
                                                     const struct router_params *params)
{
    return ops->choose ? ops->choose(params) : ops;
}

extern const struct router_ops router_ref_ops;      // router_ref.c, which chooses among
extern const struct router_ops router_plain_ops;    //   itself,
extern const struct router_ops router_fast_ops;     //   router_fast.c
extern const struct router_ops router_circuit_ops;  //   and router_circuit.c
extern const struct router_ops router_rtl_ops;      // router_rtl.c
extern const struct router_ops router_lockstep_ops; // router_lockstep.c

// The whole fabric as one RTL model: a bank of one router, whose port i is the terminal of node i;
// radix is the number of nodes, without bound, and stalls inside cannot be seen.
extern const struct router_ops router_whole_ops; // router_whole.c

#endif
