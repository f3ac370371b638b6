// SPDX-License-Identifier: Apache-2.0
// What can be read of an instance of libordito.
#include "model/net/route_walk.h"
#include "sim/ordito_state.h"
#include "sim/output.h"
#include "sim/run_result.h"
#include "sim/zero_load.h"

#include <inttypes.h>
#include <stdlib.h>

static struct ordito_latency latency_of(const struct run_latency *latency)
{
    return (struct ordito_latency){
        .mean_cycles = latency->mean,
        .min_cycles = latency->min,
        .p50_cycles = latency->p50,
        .p90_cycles = latency->p90,
        .p99_cycles = latency->p99,
        .p999_cycles = latency->p999,
        .max_cycles = latency->max,
    };
}

void ordito_read_statistics(struct ordito *self, struct ordito_statistics *statistics, size_t size)
{
    struct run_result result = {0};
    measurement_finish(&self->measurement, self->machine.fabric, &result);
    const struct fabric_counters *counters = &result.counters;
    struct ordito_statistics given = {
        .cycles = fabric_now(self->machine.fabric),
        .packets_created = counters->packets_created,
        .packets_injected = counters->packets_injected,
        .packets_ejected = counters->packets_ejected,
        .packets_dropped = counters->packets_dropped,
        .packets_corrupted = counters->packets_corrupted,
        .flits_created = counters->flits_created,
        .flits_injected = counters->flits_injected,
        .flits_ejected = counters->flits_ejected,
        .flit_hops = self->machine.internals_known ? counters->flit_hops : 0,
        .latency = latency_of(&result.latency),
        .network_latency = latency_of(&result.network_latency),
        .hops_mean = result.hops_mean,
        .hops_max = result.hops_max,
        .offered_flits_per_node_cycle = result.offered_flits_per_node_cycle,
        .accepted_flits_per_node_cycle = result.accepted_flits_per_node_cycle,
        .channel_utilisation_mean = result.channel_utilisation_mean,
        .channel_utilisation_max = result.channel_utilisation_max,
    };
    ordito_give(statistics, size, &given, sizeof given);
}

char *ordito_json(struct ordito *self, struct ordito_error *error)
{
    struct err err = {0};
    struct run_result *result = calloc(1, sizeof *result);
    char *text = NULL;
    if (result) {
        run_result_fill(&self->machine, &self->measurement, &self->config, result);
        struct figure_source source = {.config = &self->config, .result = result, .output_s = -1};
        json_t *root = output_json(&source);
        const json_t *fabric = json_object_get(root, "fabric");
        text = fabric ? output_json_text(fabric, false) : NULL;
        json_decref(root);
    }
    if (!text)
        err_set(&err, ERR_RUN, "out of memory");
    free(result);
    ordito_tell(&err, error);
    return text;
}

void ordito_read_topology(const struct ordito *self, struct ordito_topology *topology, size_t size)
{
    const struct config *config = &self->config;
    struct topology_figures figures = run_topology_figures(self->machine.topology);
    struct ordito_topology given = {
        .nodes = figures.nodes,
        .routers = figures.routers,
        .channels = figures.channels,
        .degree_max = figures.degree_max,
        .diameter_hops = figures.diameter_hops == UINT32_MAX ? UINT64_MAX : figures.diameter_hops,
        .average_hops = figures.average_hops,
        .bisection_channels = figures.bisection_channels,
        .classes = config->classes,
        .vcs = config->vcs,
        .packet_flits_max = self->machine.packet_flits_max,
        .flit_bits = config->flit_bits,
        .clock_hz = config->fabric_clock_hz,
        .header_flits = config->header_flits,
    };
    ordito_give(topology, size, &given, sizeof given);
}

// Channels between routers on the way from a node to another, as far as that is one way.
static bool router_hops(const struct ordito *self, uint32_t source, uint32_t destination,
                        uint32_t *hops, struct err *err)
{
    const struct topology *t = self->machine.topology;
    const struct routing *routing = self->machine.routing;
    struct packet packet = {.source = source, .destination = destination, .flits = 1};
    struct packet_spec spec = {.source = source, .destination = destination, .flits = 1};
    if (!packets_check(&spec, t->num_nodes, 1, 1, err)) {
        err->status = ERR_CONFIG;
        return false;
    }
    if (routing && routing->kind && routing->kind->vias)
        return err_set(err, ERR_CONFIG, "under fabric.router.routing %s packets draw their ways",
                       self->machine.routing_name);
    if (routing)
        *hops = route_walk_hops(t, routing, self->own_addresses, &packet);
    else if (t->kind->distance)
        *hops = topology_router_hops(t, t->kind->distance(t, source, destination));
    else
        return err_set(err, ERR_CONFIG, "of a %s there is no closed form of distances",
                       t->kind->name);
    return true;
}

int ordito_hops(const struct ordito *self, uint32_t source, uint32_t destination, uint32_t *hops,
                struct ordito_error *error)
{
    struct err err = {.status = ERR_NONE};
    if (router_hops(self, source, destination, hops, &err))
        *hops += self->machine.topology->indirect ? 2 : 0;
    return ordito_tell(&err, error);
}

// Of a packet over so many channels between routers.
static bool zero_load(const struct ordito *self, uint32_t flits, uint32_t hops, uint64_t *cycles,
                      struct err *err)
{
    const struct topology *t = self->machine.topology;
    const struct routing *routing = self->machine.routing;
    uint32_t longest = self->machine.packet_flits_max;
    if (flits == 0 || flits > longest)
        return err_set(err, ERR_CONFIG, "packets have 1 to %" PRIu32 " flits, not %" PRIu32,
                       longest, flits);
    if (!routing) {
        uint32_t all = hops + (t->indirect ? 2 : 0);
        *cycles = (uint64_t)self->config.ideal_cycles_per_hop * (all > 0 ? all : 1);
        return true;
    }
    if (t->latency_cycles || t->flit_cycles)
        return err_set(err, ERR_CONFIG,
                       "channels of this %s have latencies or widths of their own, for which there "
                       "is no closed form",
                       t->kind->name);
    if (routing->kind && routing->kind->bubbles)
        flits = routing->max_flits; // padded
    *cycles = (uint64_t)zero_load_cycles(&self->config, self->config.switching, flits, hops);
    return true;
}

int ordito_zero_load(const struct ordito *self, uint32_t source, uint32_t destination,
                     uint32_t flits, uint64_t *cycles, struct ordito_error *error)
{
    struct err err = {.status = ERR_NONE};
    uint32_t hops = 0;
    if (router_hops(self, source, destination, &hops, &err))
        zero_load(self, flits, hops, cycles, &err);
    return ordito_tell(&err, error);
}
