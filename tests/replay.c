// SPDX-License-Identifier: Apache-2.0
#include "tests/replay.h"

#include <stdlib.h>

struct replay_params replay_default(void)
{
    return (struct replay_params){
        .latency_cycles = 10,
        .node_clock_hz = 1e9,
        .mpi = {.compute_scale = 1,
                .fabric_clock_hz = 1e9,
                .eager_bytes = 1024,
                .flit_bits = 64,
                .header_flits = 1,
                .max_flits = 9,
                .rpc = {.timeout_ns = 1e6,
                        .max_retries = 5,
                        .stub_cycles = 50,
                        .item_cycles = 1,
                        .batch_bytes = 4096,
                        .at_most_once = true}},
    };
}

bool replay_run(const char *path, const struct replay_params *params, struct replay_result *result,
                struct err *err)
{
    *result = (struct replay_result){0};
    struct trace *trace = trace_open(path, "auto", err);
    if (!trace)
        return false;
    struct rpc_interface *interface = NULL;
    if (params->interface && !(interface = rpc_interface_read(params->interface, err))) {
        trace_close(trace);
        return false;
    }
    struct ideal_network network;
    struct mpi_params mpi = params->mpi;
    mpi.rpc.interface = interface;
    mpi.trace = trace;
    mpi.num_nodes = params->num_nodes ? params->num_nodes : trace->num_ranks;
    double *clocks_hz = calloc(mpi.num_nodes, sizeof *clocks_hz);
    for (uint32_t i = 0; i < mpi.num_nodes; i++)
        clocks_hz[i] = params->node_clock_hz;
    mpi.node_clocks_hz = clocks_hz;
    ideal_network_make(&network, mpi.num_nodes, params->latency_cycles);
    network.detour_cycles = params->detour_cycles;
    network.late_cycles = params->late_cycles;
    network.loss_rate = params->loss_rate;
    network.rng = rng_make(params->seed, RNG_VALIDATE, 0);
    struct mpi_network seam = ideal_network_seam(&network);
    mpi.network = &seam;
    struct workload *workload = mpi_new(&mpi, err);
    bool good = workload && ideal_network_run(&network, workload, err);
    if (workload) {
        *result = (struct replay_result){.stats = mpi_stats(workload),
                                         .num_packets = network.num_packets,
                                         .num_flits = network.num_flits,
                                         .num_priority_packets = network.num_priority_packets,
                                         .longest_flits = network.longest_flits};
        workload->ops->free(workload);
    }
    trace_close(trace);
    rpc_interface_free(interface);
    free(clocks_hz);
    ideal_network_free(&network);
    return good;
}
