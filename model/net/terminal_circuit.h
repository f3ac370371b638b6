// SPDX-License-Identifier: Apache-2.0
// Terminals under circuit switching: set-up, streaming, release and back-off at the source, answers
// at the destination. A node has one channel into the fabric, hence at most one circuit of its own,
// and one out of it, hence at most one of another's.
//
// Timing, in the steps of fabric.h. Source, step b: sends a probe for its first packet if it has no
// circuit; otherwise a flit of the packet, one a cycle. An ack that arrives in cycle t lets the
// first flit go in t + 1; a nack that arrives in t, a probe in t + 1 + d, where d is drawn from
// 0 .. w - 1 and w is `backoff_cycles` after the first nack of a packet, twice as much after each
// further one, at most `backoff_max_cycles`. The probe after a flit that frees may go in the next
// cycle. Destination, step d: answers a probe in the cycle in which it arrives, or in the first
// after it in which the node neither stalls nor leaves it (fabric.h); from then on it takes every
// flit in the cycle in which it arrives, and does not stall: by its ack it has said so. So nothing
// is lost, and no flit waits.
//
// A circuit is freed by a packet's tail, as far as is known when that is sent (circuit.h): under
// `packet` always; under `message` unless the next packet in the queue is of the same message and
// goes to the same node; under `cached` if the next packet goes to another node, or if the circuit
// has been asked for. A circuit that was kept is freed by a flit of its own (CIRCUIT_RELEASE) as
// soon as either becomes so. It serves at least one packet. An owner that gives up a circuit on
// request and has more to send backs off once under `retry`, so that who asked finds the way free.
//
// Random numbers: a stream a node, drawn from only at a back-off.
#ifndef ORDITO_MODEL_NET_TERMINAL_CIRCUIT_H
#define ORDITO_MODEL_NET_TERMINAL_CIRCUIT_H

#include "model/net/terminal.h"

// Fills self->circuits. False if out of memory.
bool terminal_circuits_make(struct terminals *self, struct err *err);

// Step b for node `n`. False if out of memory.
bool terminal_circuit_inject(struct terminals *self, uint32_t n, uint64_t cycle);

// Step c: what arrives at node `n`. False with `err` (ERR_MISMATCH) if that cannot be.
bool terminal_circuit_answer(struct terminals *self, uint32_t n, uint64_t cycle, bool ack,
                             bool nack, struct err *err);
bool terminal_circuit_flit(struct terminals *self, uint32_t n, struct flit flit, struct err *err);

// Step d for node `n`, at which something has arrived. False with `err` as terminals_eject.
bool terminal_circuit_eject(struct terminals *self, uint32_t n, uint64_t cycle, struct err *err);

#endif
