// SPDX-License-Identifier: Apache-2.0
#include "tests/bench_device.h"

const char *const bench_fault_names[BENCH_NUM_FAULTS] = {
#define BENCH_NAME(symbol, text) [symbol] = #symbol,
    BENCH_FAULTS(BENCH_NAME)
#undef BENCH_NAME
};

static struct device_route plain_route(const void *of, const struct stimulus *setup,
                                       uint32_t in_port, uint32_t in_vc, uint32_t to)
{
    (void)setup;
    (void)in_port;
    const struct device_spec *spec = of;
    uint32_t all = (1U << spec->num_vcs) - 1;
    return (struct device_route){UINT64_C(1) << to % spec->num_ports,
                                 (uint16_t)(spec->vc_rule == DEVICE_VC_SAME ? 1U << in_vc : all)};
}

static void plain_set_vc(const void *of, const struct stimulus *setup, struct device_forward *flit)
{
    (void)of;
    (void)setup;
    (void)flit;
}

struct bench_link bench_plain_link(const struct device_spec *spec)
{
    return (struct bench_link){spec, plain_route, plain_set_vc, spec};
}

static struct device_route map_route(const void *of, const struct stimulus *setup, uint32_t in_port,
                                     uint32_t in_vc, uint32_t to)
{
    return device_map_route(of, setup, in_port, in_vc, to);
}

static void map_set_vc(const void *of, const struct stimulus *setup, struct device_forward *flit)
{
    device_map_encode(of, setup, &setup->packets[flit->packet], flit->flit, flit->vc, flit->bits);
}

struct bench_link bench_map_link(const struct device_map *map)
{
    return (struct bench_link){device_map_spec(map), map_route, map_set_vc, map};
}
