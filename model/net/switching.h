// SPDX-License-Identifier: Apache-2.0
// Switching modes. Those that buffer flits differ only in the predicate that lets a head flit leave
// a router, and in what the packet then holds; `rtl/switching.sv` mirrors this file. Circuit
// switching has a router of its own (router_circuit.h).
//
// Source: Dally and Towles, "Principles and Practices of Interconnection Networks", chapters 12
// and 13; Kermani and Kleinrock 1979 (virtual cut-through); Dally and Seitz 1987 (wormhole).
#ifndef ORDITO_MODEL_NET_SWITCHING_H
#define ORDITO_MODEL_NET_SWITCHING_H

#include <stdbool.h>
#include <stdint.h>

// One row a mode: symbol, strap value, name in configurations.
#define SWITCHING_MODES(X)                                                                         \
    X(SWITCHING_STORE_AND_FORWARD, 0, "store-and-forward")                                         \
    X(SWITCHING_VIRTUAL_CUT_THROUGH, 1, "virtual-cut-through")                                     \
    X(SWITCHING_WORMHOLE, 2, "wormhole")                                                           \
    X(SWITCHING_CIRCUIT, 3, "circuit")

enum switching {
#define SWITCHING_SYMBOL(symbol, strap, name) symbol = strap,
    SWITCHING_MODES(SWITCHING_SYMBOL)
#undef SWITCHING_SYMBOL
        SWITCHING_NUM
};

// Names in order of strap value.
extern const char *const switching_names[SWITCHING_NUM];

// True if packets go by circuits, and routers buffer no flits.
static inline bool switching_is_circuit(enum switching mode)
{
    return mode == SWITCHING_CIRCUIT;
}

// True if packets are buffered whole, so that a packet must not be longer than a buffer.
static inline bool switching_buffers_whole_packets(enum switching mode)
{
    return mode == SWITCHING_STORE_AND_FORWARD || mode == SWITCHING_VIRTUAL_CUT_THROUGH;
}

// True if the whole packet must be in this router's buffer before its head may leave.
static inline bool switching_waits_for_tail(enum switching mode)
{
    return mode == SWITCHING_STORE_AND_FORWARD;
}

// Credits that an output VC must have for the head of a packet of `flits` flits to leave by it, in
// the modes that buffer flits.
static inline uint32_t switching_credits_needed(enum switching mode, uint32_t flits)
{
    return mode == SWITCHING_WORMHOLE ? 1 : flits;
}

// What the closed form of the zero-load latency needs to know of a fabric.
struct switching_timing {
    uint32_t channel_latency_cycles;
    uint32_t terminal_latency_cycles;
    uint32_t ejection_latency_cycles;
    uint32_t buffer_flits;
    uint32_t pipeline; // struct router_design; of routers that buffer flits
    bool speculative;
};

// Zero-load latency of a packet of `flits` flits over `hops` channels between routers (hops + 1
// routers; in indirect networks these are 2 channels less than the packet's hops), in cycles
// from the packet's creation to the cycle in which its tail is at the destination terminal. Under
// circuit switching its probe sets up a circuit first.
uint64_t switching_zero_load_cycles(enum switching mode, const struct switching_timing *timing,
                                    uint32_t flits, uint32_t hops);

// The parts of which a circuit's zero-load latency is made: from the first probe sent until the ack
// is back at the source (1 cycle less than until its first flit is sent), and from the first flit
// sent until the tail has arrived, which is also when the whole way has been freed. The source may
// send its next probe in the cycle after its tail, so its packets follow each other at the distance
// of setup + 1 + flits.
uint64_t switching_setup_cycles(const struct switching_timing *timing, uint32_t hops);
uint64_t switching_transfer_cycles(const struct switching_timing *timing, uint32_t flits,
                                   uint32_t hops);

// Least length in flits, at most `max_flits`, from which on a packet over `hops` channels between
// routers arrives earlier at zero load by a circuit than by wormhole switching: its set-up then
// costs less than the waiting for credits, buffers being smaller than the credit loop, and than the
// cycles of a long pipeline. 0 if there is none.
uint32_t switching_crossover_flits(const struct switching_timing *timing, uint32_t hops,
                                   uint32_t max_flits);

#endif
