// SPDX-License-Identifier: Apache-2.0
// The router for circuit switching: its timing contract. A datapath of its own, behind the pins of
// router.h: no buffers, no VCs, no credits. `router_circuit.c` (C) and `rtl/circuit_router.sv` cite
// the numbers below.
//
// PINS. `vc` carries the kind of flit (circuit.h); a bit of `head` and `tail` goes along with data.
// Backward, `credit` is constant 0, and `ack` and `nack` carry an answer:
//
//   ack alone    the probe has come through: the circuit is connected
//   nack alone   the probe met a channel in use: the way is free again behind this answer
//   both         the circuit is asked for: another probe has come to a channel of it
//
// STATE. Per input port: idle; *held* (a register holds a probe, with its route); *open* (the probe
// has gone on and its answer is pending); *connected*. If open or connected, the output port that
// it owns; if connected, whether it has been asked for. Per output port: the input port that owns
// it, if any; a round-robin pointer rr, 0 after reset. A strap says what a blocked probe does.
//
// THE TIMING CONTRACT. In a cycle, from the registers as they stand at its start and the pins:
//
//   1. PROBE. Each output port that nobody owns grants, of the input ports that hold a probe for
//      it, the first at or after rr, cyclically. The probe is loaded into the output's forward
//      register; the input becomes open and owns the output; rr moves to it + 1.
//   2. BLOCKED. A probe that is held and not granted: under `retry` nack is loaded into its
//      input's backward register, and the input is idle; under `wait` it stays. In both cases, if
//      the owner of the output is connected and not asked for, it is from now on, and ack and nack
//      are loaded into the owner's backward register.
//   3. STREAM. A flit on the pins of a connected input is loaded into the forward register of the
//      output that it owns. One that frees (circuit.h) leaves the input idle and the output free.
//   4. ARRIVE. A probe on the pins of an idle input is held, with its route, which is computed from
//      the pins.
//   5. ANSWER. On the backward pins of an output that an input owns: ack, if the input is open,
//      makes it connected; nack, if it is open, makes it idle and the output free; both, if it is
//      connected and not asked for, mark it as asked for. The answer is loaded into that input's
//      backward register. All else on these pins has come late, and is dropped.
//
//   Registers that nothing was loaded into are quiet: valid, ack and nack are 0.
//
// So a probe on the input pins in cycle t is on the next router's in t + 1 + L at the earliest,
// over a channel of latency L; a data flit, and an answer the other way, in t + L: a cycle a router
// on the way there, none for data.
//
// What is late can only be "asked for", and does no harm: it reaches its owner after the release
// passed it, when the output is free, or is owned by a circuit that is open still, since a circuit
// needs a round trip to be connected. Ack and nack cannot be late: nothing is sent on a circuit
// before its answer has come back to its source.
//
// NO DEADLOCK. Connected circuits end: data flows without waiting for anything, the receiver having
// said by its ack that it takes a flit a cycle; a circuit that is kept idle is given up when it is
// asked for, and who waits at a channel of it does ask. Under `retry` nothing else holds a channel
// for longer than a probe and its answer take. Under `wait` a probe that waits holds the channels
// behind it and needs one ahead, so the channel dependency graph without VCs must be acyclic
// (deadlock.h).
//
// A router that holds no probe and whose pins are quiet stays as it is: it may be skipped, however
// many circuits go through it.
#ifndef ORDITO_MODEL_NET_ROUTER_CIRCUIT_H
#define ORDITO_MODEL_NET_ROUTER_CIRCUIT_H

#include "model/net/circuit.h"
#include "model/net/router.h"

// Everything is decided in `update`.
extern const struct router_ops router_circuit_ops;

// Bytes of a bank.
uint64_t router_circuit_bytes(const struct router_params *params);

#endif
