// SPDX-License-Identifier: Apache-2.0
// Makes a fabric: wires routers and terminals as the topology says, and frees it.
#include "model/net/fabric_state.h"

#include <assert.h>
#include <stdlib.h>

// Latency of the channel that leaves the topology by a port.
static uint32_t latency_of(const struct fabric *self, size_t port)
{
    const struct topology *t = self->params.topology;
    if (t->latency_cycles && t->latency_cycles[port] > 0)
        return t->latency_cycles[port];
    return t->port_node[port] != TOPOLOGY_NONE ? self->params.ejection_latency_cycles
                                               : self->params.channel_latency_cycles;
}

// Latency of the channel from a node to the port of its router.
static uint32_t injection_latency_of(const struct fabric *self, size_t port)
{
    const struct topology *t = self->params.topology;
    return t->latency_cycles && t->latency_cycles[port] > 0 ? t->latency_cycles[port]
                                                            : self->params.terminal_latency_cycles;
}

// Cycles that a flit takes over the channel that leaves by a port: a narrow one brings it in
// pieces.
static uint32_t flit_latency_of(const struct fabric *self, size_t port)
{
    const struct topology *t = self->params.topology;
    return latency_of(self, port) + (t->flit_cycles ? t->flit_cycles[port] - 1 : 0);
}

static uint32_t max_latency(const struct fabric *self)
{
    const struct topology *t = self->params.topology;
    uint32_t max = self->params.terminal_latency_cycles;
    for (size_t p = 0; p < (size_t)t->num_routers * t->radix; p++) {
        uint32_t latency = flit_latency_of(self, p);
        max = latency > max ? latency : max;
    }
    return max;
}

static struct carrier_target port_of(const struct topology *topology, uint32_t port)
{
    return (struct carrier_target){port / topology->radix, port % topology->radix};
}

static void wire_routers(struct fabric *self)
{
    const struct topology *t = self->params.topology;
    bool whole = self->params.ops->whole;
    for (uint32_t node = 0; node < t->num_nodes; node++)
        self->node_target[node] =
            whole ? (struct carrier_target){0, node} : port_of(t, t->node_port[node]);
    for (size_t p = 0; p < (size_t)self->num_routers * self->radix; p++) {
        uint32_t node = whole ? (uint32_t)p : t->port_node[p];
        struct wire *wire = &self->wires[p];
        if (node != TOPOLOGY_NONE) {
            uint32_t in_cycles = injection_latency_of(self, t->node_port[node]);
            size_t port = t->node_port[node];
            self->node_latency[node] = (struct terminal_latency){in_cycles, latency_of(self, port)};
            struct carrier_target terminal = {node, CARRIER_TERMINAL};
            *wire = (struct wire){terminal, flit_latency_of(self, port), in_cycles, t->indirect};
        } else if (t->peer[p] != TOPOLOGY_NONE) {
            *wire = (struct wire){port_of(t, t->peer[p]), flit_latency_of(self, p),
                                  latency_of(self, t->peer[p]), true};
        } else {
            wire->to.place = TOPOLOGY_NONE;
        }
    }
}

static bool allocate(struct fabric *self, struct err *err)
{
    size_t ports = (size_t)self->num_routers * self->radix;
    uint32_t nodes = self->params.topology->num_nodes;
    self->wires = calloc(ports, sizeof *self->wires);
    self->node_target = calloc(nodes, sizeof *self->node_target);
    self->out.flits = calloc(self->radix, sizeof *self->out.flits);
    self->out.credits = calloc(self->radix, sizeof *self->out.credits);
    self->active = calloc(fabric_num_words(self), sizeof *self->active);
    self->order = calloc(self->num_routers, sizeof *self->order);
    self->node_latency = calloc(nodes, sizeof *self->node_latency);
    self->channel_flits = calloc(ports + nodes, sizeof *self->channel_flits);
    self->own_address = routing_own_addresses(self->params.routing, self->params.topology);
    if (!self->wires || !self->node_target || !self->out.flits || !self->out.credits ||
        !self->active || !self->order || !self->node_latency || !self->channel_flits ||
        !self->own_address)
        return err_set(err, ERR_RUN, "out of memory for a fabric of %u routers", self->num_routers);
    return true;
}

static void let_carry(struct fabric *self)
{
    self->carrier = (struct carrier){
        .wires = self->wires,
        .calendar = &self->calendar,
        .now = &self->now,
        .active = self->active,
        .channel_flits = self->channel_flits,
        .flit_hops = &self->flit_hops,
        .pool = &self->pool,
    };
    self->bank_carries = self->params.ops->carry(self->bank, &self->carrier);
}

static bool make(struct fabric *self, struct err *err)
{
    const struct fabric_params *params = &self->params;
    self->num_routers = params->ops->whole ? 1 : params->topology->num_routers;
    self->radix = params->ops->whole ? params->topology->num_nodes : params->topology->radix;
    if (!allocate(self, err) || !calendar_make(&self->calendar, max_latency(self), err))
        return false;
    wire_routers(self);
    fabric_activate_all(self);
    self->shuffle_rng = rng_make(params->seed, RNG_SHUFFLE, 0);
    self->terminals.params = params;
    self->terminals.pool = &self->pool;
    self->terminals.calendar = &self->calendar;
    self->terminals.node_target = self->node_target;
    self->terminals.node_latency = self->node_latency;
    self->terminals.node_flits = self->channel_flits + (size_t)self->num_routers * self->radix;
    self->terminals.num_nodes = params->topology->num_nodes;
    if (!terminals_make(&self->terminals, err))
        return false;
    struct router_params routers = {
        .radix = self->radix,
        .num_vcs = params->routing->num_vcs,
        .buffer_flits = params->buffer_flits,
        .switching = params->switching,
        .circuit_waits = params->circuit.waits,
        .design = params->design,
        .flit_cycles = params->ops->whole ? NULL : params->topology->flit_cycles,
        .routing = params->routing,
        .num_routers = self->num_routers,
        .own_address = self->own_address,
        .now = &self->now,
        .rtl = params->rtl,
        .topology = params->ops->whole ? params->topology : NULL,
        .channel_latency_cycles = params->channel_latency_cycles,
    };
    assert(!switching_is_circuit(params->switching) ||
           (params->routing->num_vcs == 1 && !params->topology->flit_cycles));
    self->params.ops = router_choose(params->ops, &routers);
    self->bank = self->params.ops->bank_new(&routers, err);
    if (self->bank && self->params.ops->carry)
        let_carry(self);
    return self->bank != NULL;
}

struct fabric *fabric_new(const struct fabric_params *params, struct err *err)
{
    struct fabric *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->params = *params;
    if (!make(self, err)) {
        fabric_free(self);
        return NULL;
    }
    return self;
}

void fabric_free(struct fabric *self)
{
    if (!self)
        return;
    if (self->bank)
        self->params.ops->bank_free(self->bank);
    free(self->wires);
    free(self->node_target);
    free(self->out.flits);
    free(self->out.credits);
    free(self->active);
    free(self->order);
    free(self->node_latency);
    free(self->channel_flits);
    free(self->own_address);
    calendar_free(&self->calendar);
    terminals_free(&self->terminals);
    packet_pool_free(&self->pool);
    free(self);
}
