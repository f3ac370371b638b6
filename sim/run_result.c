// SPDX-License-Identifier: Apache-2.0
#include "sim/run_result.h"

#include "sim/host.h"

enum { WAITS_REPORTED = 15 }; // blocked flits named after a deadlock

const char *const run_outcome_names[RUN_NUM_OUTCOMES] = {
    [RUN_COMPLETED] = "completed",     [RUN_SLICE] = "slice",
    [RUN_CYCLE_LIMIT] = "cycle_limit", [RUN_SATURATED] = "saturated",
    [RUN_DEADLOCK] = "deadlock",       [RUN_MISMATCH] = "mismatch",
    [RUN_INTERRUPTED] = "interrupted",
};

struct topology_figures run_topology_figures(const struct topology *topology)
{
    const uint64_t most_steps = UINT64_C(1) << 26;
    struct topology_figures figures = topology->closed;
    struct topology_figures search;
    struct err err = {0};
    bool known = figures.diameter_hops != UINT32_MAX && figures.average_hops >= 0;
    if (!known && figures.nodes * figures.channels <= most_steps &&
        topology_search(topology, &search, &err)) {
        figures.diameter_hops = search.diameter_hops;
        figures.average_hops = search.average_hops;
    }
    if (figures.bisection_channels == UINT64_MAX)
        figures.bisection_channels = topology_search_bisection(topology);
    return figures;
}

void run_result_fill(const struct machine *machine, struct measurement *measurement,
                     const struct config *config, struct run_result *result)
{
    measurement_finish(measurement, machine->fabric, result);
    result->cycles = fabric_now(machine->fabric);
    result->router_cycles = result->cycles * machine->topology->num_routers;
    result->topology = run_topology_figures(machine->topology);
    result->routing = machine->routing_name;
    result->backend = machine->backend;
    result->has_circuits = switching_is_circuit(config->switching);
    result->internals_known = machine->internals_known;
    result->proof = machine->proof;
    result->packet_flits_max = machine->packet_flits_max;
    machine_application(machine, result);
    result->build_s = machine->rtl.build_s;
    result->compared_router_cycles = machine->rtl.compared_router_cycles;
    result->peak_rss_bytes = host_peak_rss_bytes();
    result->num_threads = fabric_num_threads(machine->fabric);
}

void run_result_waits(const struct fabric *fabric, char *text, size_t size)
{
    FILE *to = fabric_sees_waits(fabric) && size > 1 ? fmemopen(text, size - 1, "w") : NULL;
    if (!to)
        return;
    fputs("who waits for whom:\n", to);
    fabric_report_waits(fabric, WAITS_REPORTED, to);
    fclose(to);
}
