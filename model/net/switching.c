// SPDX-License-Identifier: Apache-2.0
#include "model/net/switching.h"

const char *const switching_names[SWITCHING_NUM] = {
#define SWITCHING_NAME(symbol, strap, name) [symbol] = name,
    SWITCHING_MODES(SWITCHING_NAME)
#undef SWITCHING_NAME
};

// Cycles by which a wormhole packet longer than a buffer is held up by the credit loop of a stage:
// after every `buffer_flits` flits the sender waits for the first of them to be acknowledged.
static uint64_t credit_wait_cycles(uint32_t flits, uint32_t buffer_flits, uint64_t loop_cycles)
{
    uint64_t per_buffer = loop_cycles > buffer_flits ? loop_cycles - buffer_flits : 0;
    return (flits - 1) / buffer_flits * per_buffer;
}

// Cycles from a terminal over `hops` hops to another, of what no router holds up.
static uint64_t way_cycles(const struct switching_timing *timing, uint32_t hops)
{
    return 2 * (uint64_t)timing->terminal_latency_cycles +
           (uint64_t)hops * timing->channel_latency_cycles;
}

uint64_t switching_setup_cycles(const struct switching_timing *timing, uint32_t hops)
{
    // There a cycle more in every router, and back.
    return 2 * way_cycles(timing, hops) + hops + 1;
}

uint64_t switching_transfer_cycles(const struct switching_timing *timing, uint32_t flits,
                                   uint32_t hops)
{
    return way_cycles(timing, hops) + flits - 1;
}

uint64_t switching_zero_load_cycles(enum switching mode, const struct switching_timing *timing,
                                    uint32_t flits, uint32_t hops)
{
    if (mode == SWITCHING_CIRCUIT)
        return switching_setup_cycles(timing, hops) + 1 +
               switching_transfer_cycles(timing, flits, hops);
    uint64_t terminal = timing->terminal_latency_cycles;
    uint64_t channel = timing->channel_latency_cycles;
    uint64_t head = way_cycles(timing, hops) + hops + 1;
    uint64_t tail = flits - 1;
    if (switching_waits_for_tail(mode))
        return head + (hops + UINT64_C(1)) * (flits - 1) + tail;
    if (mode == SWITCHING_WORMHOLE) {
        // A credit loop is two channels and a cycle at each end; a terminal returns credits at
        // once.
        uint64_t inject = credit_wait_cycles(flits, timing->buffer_flits, 2 * terminal + 2);
        uint64_t hop = credit_wait_cycles(flits, timing->buffer_flits, 2 * channel + 2);
        tail += hops > 0 && hop > inject ? hop : inject;
    }
    return head + tail;
}

uint32_t switching_crossover_flits(const struct switching_timing *timing, uint32_t hops,
                                   uint32_t max_flits)
{
    // Wormhole's latency grows as circuit switching's but for a step after every `buffer` flits.
    uint32_t buffer = timing->buffer_flits;
    uint64_t wormhole = switching_zero_load_cycles(SWITCHING_WORMHOLE, timing, 1, hops);
    uint64_t circuit = switching_zero_load_cycles(SWITCHING_CIRCUIT, timing, 1, hops);
    uint64_t step = switching_zero_load_cycles(SWITCHING_WORMHOLE, timing, 1 + buffer, hops) -
                    wormhole - buffer;
    if (step == 0)
        return 0;
    uint64_t flits = ((circuit - wormhole) / step + 1) * buffer + 1;
    return flits <= max_flits ? (uint32_t)flits : 0;
}
