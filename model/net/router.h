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
// STATE. Per input VC: a FIFO of flits, each with its route; whether its packet holds an output VC
// and which. Per output VC: credits, `buffer_flits` after reset; whether a packet holds it. Round
// robin pointers, all 0 after reset: rr_vc per input port, rr_in and rr_out_vc per output port.
//
// THE TIMING CONTRACT. In a cycle, from the registers as they stand at its start:
//
//   1. REQUEST. A non-empty input VC is ready if its front flit may leave.
//      1a. Its packet holds an output VC: ready if that VC has a credit.
//      1b. Otherwise the front is a head flit. Its usable VCs are those of its route that no
//          packet holds and that have the credits its switching mode needs (switching.h:
//          wormhole 1, else the packet's length); ready if there is one and, under
//          store-and-forward, the packet's tail is in the FIFO.
//   2. INPUT ARBITRATION. Each input port picks, of its ready VCs, the first at or after rr_vc,
//      cyclically.
//   3. OUTPUT ARBITRATION. Each output port grants, of the input ports whose pick goes to it, the
//      first at or after rr_in, cyclically.
//   4. LEAVE. A granted flit is removed from its FIFO. A head takes the first usable VC at or
//      after rr_out_vc, cyclically, and its packet holds that VC, unless it is also the tail; a
//      tail gives its VC back. The VC loses a credit. The flit, with the output VC's number in
//      `vc`, is loaded into the output port's forward register; the input VC's bit is set in the
//      input port's credit register. Ports with nothing to send load `valid` 0 and credit 0.
//   5. POINTERS move only by a grant: rr_in to the granted input port + 1, rr_vc of that port to
//      the granted VC + 1, rr_out_vc, for a head, to the VC taken + 1, each modulo its range.
//
//   At the same clock edge, from the input pins of this cycle:
//
//   6. ARRIVE. A valid flit is appended to the FIFO of its VC; for a head flit its route is
//      computed from the pins and stored with it. It takes part in step 1 from the next cycle on.
//   7. CREDIT. Each credit bit adds one credit to its output VC, usable from the next cycle on.
//
// A register loaded at the end of cycle t is, over a channel of latency L >= 1, on the far pins in
// cycle t + L. So a flit on the input pins in cycle t is on the next router's input pins in cycle
// t + 1 + L at the earliest; a credit takes as long back. Steps 6 and 7 never depend on steps 1 to
// 5 of other routers in the same cycle, hence the order in which routers are evaluated cannot
// matter.
//
// A router in which every FIFO is empty and whose pins are quiet stays as it is: it may be skipped.
#ifndef ORDITO_MODEL_NET_ROUTER_H
#define ORDITO_MODEL_NET_ROUTER_H

#include "model/net/routing.h"
#include "model/net/switching.h"
#include "sim/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    ROUTER_MIN_RADIX = 2,
    ROUTER_MAX_RADIX = 65,
    ROUTER_MAX_VCS = 8,
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
    struct router_out_flit *flits;
    struct router_out_credit *credits;
};

// Why front flits stayed, in VC-cycles, counted over non-empty input VCs whose front did not leave.
// Circuits: why probes were not granted in a cycle.
struct router_stalls {
    uint64_t no_credit;   // holds a VC without a credit, or free VCs have too few credits
    uint64_t no_vc;       // a head, and every VC of its route is held; a probe, its output is owned
    uint64_t not_whole;   // store-and-forward: a VC is usable, the tail has not arrived
    uint64_t switch_lost; // ready, and lost in step 2 or 3; a probe, another was granted
};

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

// Parameters shared by all routers of a fabric.
struct router_params {
    uint32_t radix;        // 2..65, ports of every router, connected or not
    uint32_t num_vcs;      // 1..8
    uint32_t buffer_flits; // 1..64, depth in use of each VC's FIFO
    enum switching switching;
    bool circuit_waits;            // circuits: a blocked probe waits
    const struct routing *routing; // outlives the routers
    uint32_t num_routers;
    const uint32_t *own_address;     // [num_routers], in place; outlives the routers
    const uint64_t *now;             // current cycle, for reports and waves; NULL: it stays 0
    struct router_rtl *rtl;          // NULL: nothing asked; outlives the routers
    const struct topology *topology; // router_whole only; NULL elsewhere
    uint32_t channel_latency_cycles; // router_whole only: of the channels inside
};

// A back end: all routers of a fabric live in one bank, named by index. Calls for different
// routers of a bank may come in any order within a step of a cycle; the fabric (fabric.c) makes
// each step for all routers before the next step.
struct router_ops {
    const char *name;
    bool whole; // the bank is one router, whose port i is the terminal of node i

    // The operations of this back end under circuit switching; NULL if it has none.
    const struct router_ops *circuit;

    // Makes `params->num_routers` routers, reset. NULL on failure, with `err` filled.
    void *(*bank_new)(const struct router_params *params, struct err *err);
    void (*bank_free)(void *bank);

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

    // True if the router must be evaluated in the next cycle even with quiet pins.
    bool (*busy)(const void *bank, uint32_t router);

    // Adds the router's stall counts, from reset until now.
    void (*stalls)(const void *bank, uint32_t router, struct router_stalls *sum);

    // Lists the input VCs of a router whose front flit (or probe) cannot leave, and what they wait
    // for, for the deadlock report; returns how many. `waits` has room for radix * num_vcs. NULL
    // where a router's state cannot be seen.
    uint32_t (*waits)(const void *bank, uint32_t router, struct router_wait *waits);

    // False if the back end has found a fault of its own (lockstep: a difference); fills `err` with
    // status ERR_MISMATCH. NULL if it never does.
    bool (*check)(void *bank, struct err *err);
};

extern const struct router_ops router_ref_ops;      // router_ref.c
extern const struct router_ops router_rtl_ops;      // router_rtl.c
extern const struct router_ops router_lockstep_ops; // router_lockstep.c

// The whole fabric as one RTL model: a bank of one router, whose port i is the terminal of node i;
// radix is the number of nodes, without bound, and stalls inside cannot be seen.
extern const struct router_ops router_whole_ops; // router_whole.c

#endif
