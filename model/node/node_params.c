// SPDX-License-Identifier: Apache-2.0
#include "model/node/node.h"

#include "sim/limits.h"

#include <inttypes.h>
#include <stdio.h>

struct node_params node_params_default(void)
{
    return (struct node_params){
        .cores = 1,
        .core = {.store_buffer_entries = 8, .max_load_misses = 0},
        .l1d = {.enabled = true,
                .geometry = {32768, 64, 8, CACHE_LRU},
                .hit_latency_cycles = 1,
                .mshrs = 8,
                .write_back_entries = 12},
        .l1i = {.enabled = true,
                .geometry = {32768, 64, 8, CACHE_LRU},
                .hit_latency_cycles = 1,
                .mshrs = 2,
                .write_back_entries = 2},
        .l2 = {.enabled = true,
               .geometry = {1 << 20, 64, 16, CACHE_LRU},
               .hit_latency_cycles = 12,
               .mshrs = 16},
        .bus = {.clock_divisor = 2,
                .width_bytes = 16,
                .address_cycles = 1,
                .max_outstanding = 16,
                .intervention_cycles = 4,
                .arbitration = BUS_ROUND_ROBIN},
        .mem = mem_ddr4_2400,
    };
}

// How the parts fit each other.
static bool check_fit(const struct node_params *params, const char *key, struct err *err)
{
    uint32_t line_bytes = params->l1d.geometry.line_bytes;
    uint32_t longest_bytes = params->l2.enabled ? params->l2.geometry.line_bytes : line_bytes;
    uint64_t size_bytes = params->mem.size_bytes;
    if (!params->l1d.enabled)
        return err_set(err, ERR_CONFIG, "%s.l1d.enabled: every core has a data cache", key);
    if (params->l1i.enabled && params->l1i.geometry.line_bytes != line_bytes)
        return err_set(err, ERR_CONFIG, "%s.l1i.line_bytes: %u is not that of %s.l1d, %u", key,
                       params->l1i.geometry.line_bytes, key, line_bytes);
    if (longest_bytes > params->mem.row_bytes)
        return err_set(err, ERR_CONFIG, "%s.mem.row_bytes: %u is less than a line of %u bytes", key,
                       params->mem.row_bytes, longest_bytes);
    if (size_bytes % longest_bytes)
        return err_set(err, ERR_CONFIG,
                       "%s.mem.size_bytes: %" PRIu64 " is not whole lines of %u bytes", key,
                       size_bytes, longest_bytes);
    return true;
}

bool node_params_check(const struct node_params *params, const char *key, struct err *err)
{
    enum { CORE, L1D, L1I, L2, BUS, MEM, NUM_PARTS };
    const char *const parts[NUM_PARTS] = {"core", "l1d", "l1i", "l2", "bus", "mem"};
    char keys[NUM_PARTS][128];
    struct bus_params bus = params->bus;
    bus.line_bytes = params->l1d.geometry.line_bytes;
    for (int i = 0; i < NUM_PARTS; i++)
        snprintf(keys[i], sizeof keys[i], "%s.%s", key, parts[i]);
    const struct limits cores = {"cores", params->cores, 1, NODE_MAX_CORES, false};
    return limits_check(&cores, 1, key, err) && core_params_check(&params->core, keys[CORE], err) &&
           cache_params_check(&params->l1d, keys[L1D], err) &&
           cache_params_check(&params->l1i, keys[L1I], err) &&
           l2_params_check(&params->l2, params->l1d.geometry.line_bytes, keys[L2], err) &&
           bus_params_check(&bus, keys[BUS], err) &&
           mem_params_check(&params->mem, keys[MEM], err) && check_fit(params, key, err);
}
