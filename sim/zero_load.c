// SPDX-License-Identifier: Apache-2.0
#include "sim/zero_load.h"

#include "sim/json_path.h"

#include <inttypes.h>
#include <stdio.h>

enum { LONGEST_FLITS = 1 << 24 }; // of fabric.packet.max_flits

static struct switching_timing timing_of(const struct config *config)
{
    return (struct switching_timing){
        .channel_latency_cycles = config->channel_latency_cycles,
        .terminal_latency_cycles = config->terminal_latency_cycles,
        .ejection_latency_cycles = config_ejection_latency_cycles(config),
        .buffer_flits = config->buffer_flits,
        .pipeline = config->design.pipeline,
        .speculative = config->design.speculative,
    };
}

int64_t zero_load_cycles(const struct config *config, enum switching mode, uint32_t flits,
                         uint32_t hops)
{
    struct switching_timing timing = timing_of(config);
    if (hops == UINT32_MAX ||
        (switching_buffers_whole_packets(mode) && flits > config->buffer_flits))
        return -1;
    return (int64_t)switching_zero_load_cycles(mode, &timing, flits, hops);
}

// Least length from which on circuits are faster than wormhole switching; 0 if there is none or the
// hops are not known.
static uint32_t crossover_flits(const struct config *config, uint32_t hops)
{
    struct switching_timing timing = timing_of(config);
    return hops == UINT32_MAX ? 0 : switching_crossover_flits(&timing, hops, LONGEST_FLITS);
}

static void print_crossover(const struct config *config, uint32_t longest_way)
{
    uint32_t hops[] = {1, longest_way};
    printf("%-20s  %-57s  %4s", "", "circuit is faster than wormhole from L =", "");
    for (size_t i = 0; i < 2; i++) {
        uint32_t flits = crossover_flits(config, hops[i]);
        if (flits > 0)
            printf("  %10" PRIu32, flits);
        else
            printf("  %10s", hops[i] == UINT32_MAX ? "-" : "never");
    }
    putchar('\n');
}

static void print_terms(const struct config *config, const struct topology *topology)
{
    uint32_t pipeline = config->design.pipeline;
    bool late = pipeline == ROUTER_MAX_PIPELINE;
    printf("\nZero-load latency [cycles] of a packet of L flits over %s, with\n",
           topology->indirect ? "H + 2 hops, H of them between routers" : "H hops");
    printf("  Lc = %-4" PRIu32 " channel between routers    S = %-4" PRIu32 " head in a router%s\n",
           config->channel_latency_cycles, pipeline - config->design.speculative,
           late ? " (store-and-forward: 1 less if L > 1)" : "");
    printf("  Li = %-4" PRIu32 " channel from a node        B = %-4" PRIu32 " flits of a buffer\n",
           config->terminal_latency_cycles, config->buffer_flits);
    printf("  Le = %-4" PRIu32
           " channel to a node          w = max(0, 2 Li + 2 - B, 2 Le + %d - B, "
           "2 Lc + %d - B), without Lc if H = 0\n",
           config_ejection_latency_cycles(config), pipeline > 1 ? 2 : 1, pipeline > 1 ? 3 : 2);
    if (topology->latency_cycles || topology->flit_cycles)
        puts("(with Lc and a flit a cycle on all channels; some are longer or narrower)");
}

void zero_load_print(const struct config *config, const struct topology *topology,
                     uint32_t longest_way)
{
    // The closed forms of switching.c, in words.
    static const char *const forms[SWITCHING_NUM] = {
        [SWITCHING_STORE_AND_FORWARD] = "Li + Le + H Lc + (H + 1)(S + L - 1) + L - 1",
        [SWITCHING_VIRTUAL_CUT_THROUGH] = "Li + Le + H Lc + (H + 1) S + L - 1",
        [SWITCHING_WORMHOLE] = "Li + Le + H Lc + (H + 1) S + L - 1 + floor((L - 1) / B) w",
        [SWITCHING_CIRCUIT] = "3 (Li + Le + H Lc) + (H + 1) + L",
    };
    uint32_t lengths[] = {1, config->max_flits};
    print_terms(config, topology);
    printf("%-20s  %-57s  %4s  %10s  %10s\n", "switching", "closed form", "L", "H = 1", "diameter");
    for (int mode = 0; mode < SWITCHING_NUM; mode++) {
        for (size_t i = 0; i < (config->max_flits > 1 ? 2U : 1U); i++) {
            int64_t one = zero_load_cycles(config, (enum switching)mode, lengths[i], 1);
            int64_t most = zero_load_cycles(config, (enum switching)mode, lengths[i], longest_way);
            char longest[24];
            snprintf(longest, sizeof longest, "%" PRId64, most);
            printf("%-20s  %-57s  %4" PRIu32, i ? "" : switching_names[mode], i ? "" : forms[mode],
                   lengths[i]);
            if (one < 0)
                printf("  %22s\n", "longer than a buffer");
            else
                printf("  %10" PRId64 "  %10s\n", one, most < 0 ? "-" : longest);
        }
    }
    print_crossover(config, longest_way);
}

bool zero_load_json(json_t *root, const struct config *config, uint32_t longest_way)
{
    for (int mode = 0; mode < SWITCHING_NUM; mode++) {
        char path[128];
        int64_t cycles =
            zero_load_cycles(config, (enum switching)mode, config->max_flits, longest_way);
        snprintf(path, sizeof path, "topology.zero_load_diameter_cycles.%s", switching_names[mode]);
        if (!json_path_set(root, path, cycles < 0 ? json_null() : json_integer(cycles)))
            return false;
    }
    uint32_t crossover = crossover_flits(config, longest_way);
    return json_path_set(root, "topology.crossover_diameter_flits",
                         crossover > 0 ? json_integer(crossover) : json_null());
}
