// SPDX-License-Identifier: Apache-2.0
#include "sim/config_choices.h"

#include "model/net/circuit.h"
#include "model/net/fabric.h"
#include "model/net/router.h"
#include "model/net/routing_table.h"
#include "model/net/topology.h"
#include "model/node/bus.h"
#include "model/node/cache_sets.h"
#include "model/node/collective.h"
#include "model/node/mapping.h"
#include "model/node/netrace_replay.h"
#include "model/node/software.h"
#include "nic/nic_params.h"
#include "traces/mem_trace.h"
#include "traces/trace.h"

static size_t copy_names(const char **names, const char *const *from, size_t num)
{
    for (size_t i = 0; i < num; i++)
        names[i] = from[i];
    return num;
}

#define CHOICES(name, ...)                                                                         \
    size_t name(const char **names)                                                                \
    {                                                                                              \
        static const char *const list[] = {__VA_ARGS__};                                           \
        return copy_names(names, list, sizeof list / sizeof *list);                                \
    }

CHOICES(choices_vc, "any", "by-flow")
CHOICES(choices_blocked, "retry", "wait")
CHOICES(choices_backend, "ref", "rtl", "lockstep", "rtl-whole") // enum config_backend
CHOICES(choices_workload, "synthetic", "trace", "packets")      // enum config_workload
CHOICES(choices_fabric_model, "detailed", "ideal")              // enum fabric_model
CHOICES(choices_pinning, "automatic", "explicit")
CHOICES(choices_until, "sent", "received")
CHOICES(choices_preset, "first", "auto")
CHOICES(choices_process, "bernoulli", "bursty")
CHOICES(choices_model, "ideal", "full") // enum config_model
CHOICES(choices_pattern, "uniform", "transpose", "bit-complement", "bit-reverse", "shuffle",
        "tornado", "neighbour", "hotspot", "permutation", "matrix")

size_t choices_switching(const char **names)
{
    return copy_names(names, switching_names, SWITCHING_NUM);
}

size_t choices_mapping(const char **names)
{
    return copy_names(names, mapping_policy_names, MAPPING_NUM_POLICIES);
}

size_t choices_path(const char **names)
{
    return copy_names(names, software_path_names, SOFTWARE_NUM_PATHS);
}

size_t choices_send(const char **names)
{
    return copy_names(names, software_send_names, SOFTWARE_NUM_SENDS);
}

size_t choices_arrival(const char **names)
{
    return copy_names(names, software_arrival_names, SOFTWARE_NUM_ARRIVALS);
}

size_t choices_netrace_mode(const char **names)
{
    return copy_names(names, netrace_mode_names, NETRACE_NUM_MODES);
}

size_t choices_hold(const char **names)
{
    return copy_names(names, circuit_hold_names, CIRCUIT_HOLD_NUM);
}

size_t choices_ideal_rules(const char **names)
{
    return copy_names(names, ideal_rules_names, IDEAL_NUM_RULES);
}

size_t choices_allocator(const char **names)
{
    return copy_names(names, allocator_names, ALLOCATOR_NUM);
}

size_t choices_replacement(const char **names)
{
    return copy_names(names, cache_replacement_names, CACHE_NUM_REPLACEMENTS);
}

size_t choices_arbitration(const char **names)
{
    return copy_names(names, bus_arbitration_names, BUS_NUM_ARBITRATIONS);
}

size_t choices_nic_arbitration(const char **names)
{
    return copy_names(names, nic_arbitration_names, NIC_NUM_ARBITRATIONS);
}

size_t choices_reliability(const char **names)
{
    return copy_names(names, nic_reliability_names, NIC_NUM_RELIABILITIES);
}

size_t choices_topology(const char **names)
{
    for (size_t i = 0; i < topology_num_kinds; i++)
        names[i] = topology_kinds[i]->name;
    return topology_num_kinds;
}

size_t choices_join(const char **names)
{
    size_t num = 0;
    for (size_t i = 0; i < topology_num_kinds; i++)
        if (topology_can_be_part(topology_kinds[i]))
            names[num++] = topology_kinds[i]->name;
    return num;
}

size_t choices_routing(const char **names)
{
    names[0] = "auto";
    for (size_t i = 0; i < routing_num_algorithms; i++)
        names[1 + i] = routing_algorithms[i].name;
    return 1 + routing_num_algorithms;
}

size_t choices_format(const char **names)
{
    names[0] = "auto";
    for (size_t i = 0; i < trace_num_formats; i++)
        names[1 + i] = trace_formats[i]->name;
    for (size_t i = 0; i < mem_num_formats; i++)
        names[1 + trace_num_formats + i] = mem_formats[i]->name;
    names[1 + trace_num_formats + mem_num_formats] = "netrace";
    return 2 + trace_num_formats + mem_num_formats;
}
