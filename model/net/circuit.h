// SPDX-License-Identifier: Apache-2.0
// Circuit switching: its words, parameters and counters. What routers do in which cycle stands in
// router_circuit.h, what terminals do in terminal_circuit.h.
//
// Source: Dally and Towles, "Principles and Practices of Interconnection Networks", section 12.1;
// Duato, Yalamanchili and Ni, "Interconnection Networks", section 2.4.1.
#ifndef ORDITO_MODEL_NET_CIRCUIT_H
#define ORDITO_MODEL_NET_CIRCUIT_H

#include <stdbool.h>
#include <stdint.h>

// What a flit is, on the wires that carry the VC's number in the other modes. Bit 0: it sets up or
// frees a circuit and carries no data. Bit 1: it frees the circuit behind it.
enum circuit_kind {
    CIRCUIT_DATA = 0,
    CIRCUIT_PROBE = 1,   // asks for a circuit; its payload is that of the packet's head flit
    CIRCUIT_LAST = 2,    // data, a packet's tail
    CIRCUIT_RELEASE = 3, // nothing but the release of a circuit that was kept
    CIRCUIT_NO_DATA = 1, // bits
    CIRCUIT_FREES = 2
};

// How long a circuit lasts, by name in configurations.
enum circuit_hold {
    CIRCUIT_HOLD_PACKET,  // its tail frees it
    CIRCUIT_HOLD_MESSAGE, // until the next packet in the queue is not of the same message
    CIRCUIT_HOLD_CACHED,  // until its owner has a packet for another node, or is asked for it
    CIRCUIT_HOLD_NUM
};

extern const char *const circuit_hold_names[CIRCUIT_HOLD_NUM];

struct circuit_params {
    bool waits; // a blocked probe waits where it is; false: it is torn down
    enum circuit_hold hold;
    uint32_t backoff_cycles;     // 2..: window of the first back-off; doubled by every further one
    uint32_t backoff_max_cycles; // backoff_cycles..: greatest window
};

// Counters of terminals.
struct circuit_counters {
    uint64_t probes;       // sent, repeated ones too
    uint64_t nacks;        // probes that came to a channel in use and were torn down
    uint64_t retries;      // probes sent again after a nack
    uint64_t circuits;     // set up
    uint64_t reuses;       // packets that went by a circuit which a packet before had set up
    uint64_t releases;     // circuits given up because another probe asked for a channel of theirs
    uint64_t setup_cycles; // sum over circuits, from the first probe until the ack has come
};

static inline void circuit_counters_add(struct circuit_counters *sum,
                                        const struct circuit_counters *more)
{
    sum->probes += more->probes;
    sum->nacks += more->nacks;
    sum->retries += more->retries;
    sum->circuits += more->circuits;
    sum->reuses += more->reuses;
    sum->releases += more->releases;
    sum->setup_cycles += more->setup_cycles;
}

#endif
