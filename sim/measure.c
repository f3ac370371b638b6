// SPDX-License-Identifier: Apache-2.0
#include "sim/measure.h"

#include "sim/machine.h"

#include <stdlib.h>

// Sums over the probes that have arrived.
struct probes {
    uint64_t num;
    uint64_t sum_hops;
    uint32_t max_hops;
};

static void probe_arrived(void *context, const struct packet *packet)
{
    struct probes *self = context;
    self->num++;
    self->sum_hops += packet->hops;
    if (packet->hops > self->max_hops)
        self->max_hops = packet->hops;
}

// Sends a probe between every two nodes, a round of one probe a node at a time.
static bool send_probes(struct fabric *fabric, uint32_t num_nodes, struct err *err)
{
    struct packet_spec probe = {.flits = 1, .message = MSG_NONE};
    for (uint32_t offset = 1; offset < num_nodes; offset++) {
        for (probe.source = 0; probe.source < num_nodes; probe.source++) {
            probe.destination = (probe.source + offset) % num_nodes;
            if (!fabric_send(fabric, &probe, err))
                return false;
        }
        while (!fabric_idle(fabric))
            if (!fabric_cycle(fabric, err))
                return false;
    }
    return true;
}

// Packets in a whole fabric do not know their hops.
static bool has_hops(const struct config *config, struct err *err)
{
    return config->backend != BACKEND_RTL_WHOLE ||
           config_refuse(config, "fabric.backend", err,
                         "rtl-whole cannot be looked into; --measure needs ref, rtl or lockstep");
}

bool measure_topology(const struct config *config, struct topology_figures *measured,
                      struct err *err)
{
    struct machine machine = {0};
    struct probes probes = {0};
    bool good = has_hops(config, err) && machine_make_topology(&machine, config, err) &&
                machine_make_routing(&machine, config, config_longest_flits(config), err);
    if (good) {
        struct fabric_params params =
            machine_fabric_params(&machine, config, probe_arrived, NULL, &probes);
        params.model = FABRIC_DETAILED; // whatever runs will have
        machine.fabric = fabric_new(&params, err);
        good = machine.fabric && send_probes(machine.fabric, machine.topology->num_nodes, err);
    }
    if (good) {
        uint64_t nodes = machine.topology->num_nodes;
        *measured = (struct topology_figures){
            .nodes = nodes,
            .routers = machine.topology->num_routers,
            .diameter_hops = probes.max_hops,
            .average_hops = probes.num ? (double)probes.sum_hops / (double)probes.num : 0,
            .bisection_channels = UINT64_MAX,
            .node_connectivity = UINT32_MAX,
            .edge_connectivity = UINT32_MAX,
        };
        topology_search_channels(machine.topology, fabric_channel_flits(machine.fabric), measured);
    }
    machine_free(&machine);
    return good;
}
