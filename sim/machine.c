// SPDX-License-Identifier: Apache-2.0
#include "sim/machine.h"

#include "model/node/computers.h"
#include "sim/timeline.h"

#include <stdlib.h>

static const struct router_ops *const backends[BACKEND_NUM] = {
    [BACKEND_REF] = &router_ref_ops,
    [BACKEND_RTL] = &router_rtl_ops,
    [BACKEND_LOCKSTEP] = &router_lockstep_ops,
    [BACKEND_RTL_WHOLE] = &router_whole_ops,
};

static bool takes_circuits(const struct machine *self, const struct config *config, struct err *err)
{
    return !switching_is_circuit(config->switching) || !self->topology->flit_cycles ||
           config_refuse(config, "fabric.router.switching", err,
                         "circuits need channels that take a flit in every cycle, and some of this "
                         "graph have flit_cycles of more than 1; use wormhole");
}

bool machine_make_topology(struct machine *self, const struct config *config, struct err *err)
{
    self->topology = config_topology(config, err);
    return self->topology && takes_circuits(self, config, err);
}

// Circuits that are torn down where they are blocked hold nothing while they wait, and need no
// proof; one that waits for a channel does so without VCs.
static bool prove(struct machine *self, const struct config *config, struct err *err)
{
    bool circuits = switching_is_circuit(config->switching);
    struct err proof = {0};
    if ((circuits && !config->circuit.waits) ||
        deadlock_prove(self->topology, self->routing, &self->proof, &proof) ||
        (config->allow_deadlock && proof.status == ERR_DEADLOCK))
        return true;
    *err = proof;
    if (circuits && proof.status == ERR_DEADLOCK)
        return err_prefix(err, "fabric.circuit.blocked: probes cannot wait here, use retry");
    return false;
}

// All of the routing but its tables.
static bool outline_routing(struct machine *self, const struct config *config,
                            uint32_t longest_flits, struct err *err)
{
    struct routing_spec routing = {
        .routing = config->routing,
        .num_vcs = config->vcs,
        .num_classes = config->classes,
        .by_flow = config->by_flow,
        .flit_bits = config->flit_bits,
        .max_flits = longest_flits,
        .switching = config->switching,
        .buffer_flits = config->buffer_flits,
    };
    self->ops = backends[config->backend];
    self->routing = routing_new_outline(self->topology, &routing, &self->routing_name, err);
    return self->routing != NULL;
}

static struct memory_estimate estimate(struct machine *self, const struct config *config)
{
    struct fabric_params params = machine_fabric_params(self, config, NULL, NULL, NULL);
    return memory_estimate(config, &params, self->routing_name,
                           machine_workload_bytes(self, config));
}

bool machine_estimate(struct topology *topology, const struct config *config,
                      struct memory_estimate *memory, struct err *err)
{
    struct machine machine = {.topology = topology};
    bool good = takes_circuits(&machine, config, err) &&
                outline_routing(&machine, config, config_longest_flits(config), err);
    if (good)
        *memory = estimate(&machine, config);
    routing_free(machine.routing);
    return good;
}

bool machine_make_routing(struct machine *self, const struct config *config, uint32_t longest_flits,
                          struct err *err)
{
    if (!outline_routing(self, config, longest_flits, err))
        return false;
    struct memory_estimate memory = estimate(self, config);
    if (!memory_fits(config, &memory, err) ||
        !routing_fill(self->routing, self->topology, self->routing_name, err) ||
        !prove(self, config, err))
        return false;
    const char *key;
    struct err why = {0};
    if (router_design_check(&config->design, self->topology->radix, self->routing->class_vcs, &key,
                            &why))
        return true;
    return config_refuse(config, key, err, "%s", why.text);
}

struct fabric_params machine_fabric_params(struct machine *self, const struct config *config,
                                           fabric_delivered_fn *delivered,
                                           fabric_flit_fn *flit_ejected, void *context)
{
    return (struct fabric_params){
        .topology = self->topology,
        .model = config->fabric_model,
        .ideal_cycles_per_hop = config->ideal_cycles_per_hop,
        .routing = self->routing,
        .ops = self->ops,
        .switching = config->switching,
        .circuit = config->circuit,
        .design = config->design,
        .buffer_flits = config->buffer_flits,
        .channel_latency_cycles = config->channel_latency_cycles,
        .terminal_latency_cycles = config->terminal_latency_cycles,
        .ejection_latency_cycles = config_ejection_latency_cycles(config),
        .stall_threshold = rng_threshold(config->stall_probability),
        .faults = {rng_threshold(config->drop_rate), rng_threshold(config->corrupt_rate)},
        .watchdog_cycles = config->watchdog_cycles,
        .seed = config->seed,
        .num_threads = config->threads,
        .skip_idle = config->skip_idle,
        .rtl = &self->rtl,
        .delivered = delivered,
        .flit_ejected = flit_ejected,
        .context = context,
        .nodes = self->computers ? computers_nodes(self->workload) : NULL,
    };
}

// Routing and routers, which an ideal network has not got.
static bool make_routers(struct machine *self, const struct config *config,
                         const struct run_outputs *outputs, struct err *err)
{
    self->backend = self->routing_name = "ideal";
    self->proof = (struct deadlock_proof){.vertices = UINT64_MAX, .edges = UINT64_MAX};
    if (config->fabric_model == FABRIC_IDEAL)
        return true;
    uint32_t longest =
        self->packet_flits_max > config->max_flits ? self->packet_flits_max : config->max_flits;
    if (!machine_make_routing(self, config, longest, err))
        return false;
    if (outputs->ops)
        self->ops = outputs->ops;
    self->backend = self->ops->name;
    self->internals_known = !self->ops->whole;
    return true;
}

// What the rules `loggops` of an ideal fabric are for.
static bool has_messages(const struct machine *self, const struct config *config, struct err *err)
{
    return self->trace || config_refuse(config, "fabric.ideal.rules", err,
                                        "loggops are rules of messages of programs, and there are "
                                        "none in this trace");
}

bool machine_make(struct machine *self, const struct config *config,
                  const struct run_outputs *outputs, fabric_delivered_fn *delivered,
                  fabric_flit_fn *flit_ejected, void *context, struct err *err)
{
    if (!machine_make_topology(self, config, err) || !machine_open_workload(self, config, err) ||
        (self->timeline && !timeline_begin(self->timeline, self, err)))
        return false;
    if (config_is_loggops(config))
        return has_messages(self, config, err) && machine_make_workload(self, config, err);
    if (!make_routers(self, config, outputs, err) || !machine_make_workload(self, config, err))
        return false;
    struct fabric_params params =
        machine_fabric_params(self, config, delivered, flit_ejected, context);
    params.shuffle = outputs->shuffle;
    params.observer = outputs->observer;
    if (self->timeline) {
        if (!timeline_watch_fabric(self->timeline, outputs->observer, err))
            return false;
        params.observer = &self->timeline->observer;
    }
    self->fabric = fabric_new(&params, err);
    return self->fabric != NULL;
}

bool machine_make_bare(struct machine *self, const struct config *config,
                       const struct fabric_nodes *nodes, fabric_delivered_fn *delivered,
                       fabric_flit_fn *flit_ejected, void *context, struct err *err)
{
    self->packet_flits_max = config_cut_flits(config);
    if (!machine_make_topology(self, config, err) ||
        !make_routers(self, config, &(struct run_outputs){0}, err))
        return false;
    struct fabric_params params =
        machine_fabric_params(self, config, delivered, flit_ejected, context);
    params.nodes = nodes;
    self->fabric = fabric_new(&params, err);
    return self->fabric != NULL;
}

void machine_free(struct machine *self)
{
    fabric_free(self->fabric);
    if (self->workload)
        self->workload->ops->free(self->workload);
    trace_close(self->trace);
    mem_trace_close(self->memory);
    netrace_close(self->netrace);
    rpc_interface_free(self->rpc_interface);
    if (self->packets_file.name)
        packets_file_close(&self->packets_file);
    routing_free(self->routing);
    topology_free(self->topology);
    free(self->node_clocks_hz);
    free(self->places);
}
