// SPDX-License-Identifier: Apache-2.0
#include "model/net/switching.h"

#include "model/net/router_design.h"

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

// Cycles of a head in a router that nothing holds up. Store-and-forward routers are done with the
// route of a packet of several flits when its tail comes.
static uint64_t head_cycles(enum switching mode, const struct switching_timing *timing,
                            uint32_t flits)
{
    bool routed_early =
        switching_waits_for_tail(mode) && flits > 1 && timing->pipeline == ROUTER_MAX_PIPELINE;
    return timing->pipeline - timing->speculative - routed_early;
}

static uint64_t longer(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

// Cycles on the channels from a terminal to another.
static uint64_t way_cycles(const struct switching_timing *timing, uint32_t hops)
{
    return timing->terminal_latency_cycles + (uint64_t)hops * timing->channel_latency_cycles +
           timing->ejection_latency_cycles;
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
    if (switching_is_circuit(mode))
        return switching_setup_cycles(timing, hops) + 1 +
               switching_transfer_cycles(timing, flits, hops);
    uint64_t routers = hops + UINT64_C(1);
    uint64_t tail = flits - 1;
    uint64_t cycles = way_cycles(timing, hops);
    cycles += routers * head_cycles(mode, timing, flits) + tail;
    if (switching_waits_for_tail(mode))
        cycles += routers * tail;
    if (mode == SWITCHING_WORMHOLE) {
        // Loops of flits and their credits: two channels, a cycle at each end, and the sender's
        // traversal if that takes a cycle of its own; a terminal returns credits at once.
        uint64_t inject = timing->terminal_latency_cycles;
        uint64_t eject = timing->ejection_latency_cycles;
        uint64_t channel = timing->channel_latency_cycles;
        uint64_t traversal = timing->pipeline > 1;
        uint64_t loop = longer(2 * inject + 2, 2 * eject + 1 + traversal);
        if (hops > 0)
            loop = longer(loop, 2 * channel + 2 + traversal);
        cycles += credit_wait_cycles(flits, timing->buffer_flits, loop);
    }
    return cycles;
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
    if (circuit < wormhole)
        return 1;
    if (step == 0)
        return 0;
    uint64_t flits = ((circuit - wormhole) / step + 1) * buffer + 1;
    return flits <= max_flits ? (uint32_t)flits : 0;
}
