// SPDX-License-Identifier: Apache-2.0
// Switching modes. They differ only in the predicate that lets a head flit leave a router, and in
// what the packet then holds; `rtl/switching.sv` mirrors this file.
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
    X(SWITCHING_WORMHOLE, 2, "wormhole")

enum switching {
#define SWITCHING_SYMBOL(symbol, strap, name) symbol = strap,
    SWITCHING_MODES(SWITCHING_SYMBOL)
#undef SWITCHING_SYMBOL
        SWITCHING_NUM
};

// Names in order of strap value.
extern const char *const switching_names[SWITCHING_NUM];

// True if packets are buffered whole, so that a packet must not be longer than a buffer.
static inline bool switching_buffers_whole_packets(enum switching mode)
{
    return mode != SWITCHING_WORMHOLE;
}

// True if the whole packet must be in this router's buffer before its head may leave.
static inline bool switching_waits_for_tail(enum switching mode)
{
    return mode == SWITCHING_STORE_AND_FORWARD;
}

// Credits that an output VC must have for the head of a packet of `flits` flits to leave by it.
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
    uint32_t pipeline; // struct router_design
    bool speculative;
};

// Zero-load latency of a packet of `flits` flits over `hops` channels between routers (hops + 1
// routers; in indirect networks these are 2 channels less than the packet's hops), in cycles
// from the packet's creation to the cycle in which its tail is at the destination terminal.
uint64_t switching_zero_load_cycles(enum switching mode, const struct switching_timing *timing,
                                    uint32_t flits, uint32_t hops);

#endif
