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
    for (size_t p = 0; p < (size_t)self->num_routers * self->radix; p++) {
        uint32_t node = whole ? (uint32_t)p : t->port_node[p];
        struct wire *wire = &self->wires[p];
        if (node != TOPOLOGY_NONE) {
            uint32_t port = t->node_port[node];
            uint32_t in_cycles = injection_latency_of(self, port);
            struct carrier_target to = whole ? (struct carrier_target){0, node} : port_of(t, port);
            self->node_wires[node] =
                (struct wire){.to = to,
                              .latency_cycles = in_cycles,
                              .credit_latency_cycles = latency_of(self, port),
                              .part = (uint16_t)partition_of(&self->routers, to.place),
                              .is_hop = t->indirect};
            *wire = (struct wire){.to = {node, CARRIER_TERMINAL},
                                  .latency_cycles = flit_latency_of(self, port),
                                  .credit_latency_cycles = in_cycles,
                                  .part = (uint16_t)partition_of(&self->nodes, node),
                                  .is_hop = t->indirect};
        } else if (t->peer[p] != TOPOLOGY_NONE) {
            struct carrier_target to = port_of(t, t->peer[p]);
            *wire = (struct wire){.to = to,
                                  .latency_cycles = flit_latency_of(self, p),
                                  .credit_latency_cycles = latency_of(self, t->peer[p]),
                                  .part = (uint16_t)partition_of(&self->routers, to.place),
                                  .is_hop = true};
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
    self->node_wires = calloc(nodes, sizeof *self->node_wires);
    self->active = calloc(partition_num_words(self->num_routers), sizeof *self->active);
    self->carriers = calloc(self->num_parts, sizeof *self->carriers);
    self->parts = cache_line_calloc(self->num_parts, sizeof *self->parts);
    self->order = calloc(self->num_routers, sizeof *self->order);
    self->channel_flits = calloc(ports + nodes, sizeof *self->channel_flits);
    self->own_address = routing_own_addresses(self->params.routing, self->params.topology);
    if (!self->wires || !self->node_wires || !self->active || !self->carriers || !self->parts ||
        !self->order || !self->channel_flits || !self->own_address)
        return err_set(err, ERR_RUN, "out of memory for a fabric of %u routers", self->num_routers);
    return true;
}

static void let_carry(struct fabric *self)
{
    for (uint32_t p = 0; p < self->num_parts; p++)
        self->carriers[p] = (struct carrier){
            .wires = self->wires,
            .calendar = &self->parts[p].calendar,
            .terminals = &self->parts[p].terminals,
            .num_nodes = self->params.topology->num_nodes,
            .active = self->active,
            .num_came = &self->parts[p].num_came,
            .one_by_one = self->params.shuffle,
            .first_word = self->parts[p].first_word,
            .end_word = self->parts[p].end_word,
            .flit_hops = &self->parts[p].flit_hops,
            .pool = &self->pool,
        };
    self->bank_carries = self->params.ops->carry(self->bank, self->carriers);
    for (uint32_t p = 0; self->bank_carries && p < self->num_parts; p++)
        self->parts[p].terminals.bank = self->bank;
}

// As many as there are threads, as far as each gets a word of routers. A wave is one file, which
// one thread writes, and observers are told by one.
static void share_out(struct fabric *self)
{
    const struct fabric_params *params = &self->params;
    uint32_t words = partition_num_words(self->num_routers);
    self->num_parts = params->num_threads < words ? params->num_threads : words;
    if (self->num_parts > PARTITION_MAX)
        self->num_parts = PARTITION_MAX;
    if (self->num_parts == 0 || (params->rtl && params->rtl->wave) || params->observer)
        self->num_parts = 1;
    self->routers = (struct partitioning){self->num_parts, self->num_routers};
    self->nodes = (struct partitioning){self->num_parts, params->topology->num_nodes};
}

static bool make_terminals(struct fabric *self, struct err *err)
{
    self->terminals.params = &self->params;
    self->terminals.pool = &self->pool;
    self->terminals.observation = self->observation;
    self->terminals.node_wires = self->node_wires;
    self->terminals.node_flits = self->channel_flits + (size_t)self->num_routers * self->radix;
    self->terminals.num_nodes = self->params.topology->num_nodes;
    return terminals_make(&self->terminals, err);
}

static bool make_part(struct fabric *self, uint32_t p, struct err *err)
{
    struct partition *part = &self->parts[p];
    part->fabric = self;
    part->first_word = partition_first_word(&self->routers, p);
    part->end_word = partition_first_word(&self->routers, p + 1);
    part->order = &self->order[(size_t)part->first_word * PARTITION_WORD];
    part->shuffle_rng = rng_make(self->params.seed, RNG_SHUFFLE, p);
    terminals_share(&part->terminals, &self->terminals, &part->calendar, p,
                    partition_first_word(&self->nodes, p),
                    partition_first_word(&self->nodes, p + 1));
    if (self->params.nodes) {
        uint32_t words = part->terminals.end_word - part->terminals.first_word;
        part->terminals.left =
            calloc((size_t)words * PARTITION_WORD + 1, sizeof *part->terminals.left);
        if (!part->terminals.left)
            return err_set(err, ERR_RUN, "out of memory for %u nodes", self->nodes.num_items);
    }
    partition_activate_all(part);
    part->out = (struct router_out){
        .part = p,
        .flits = calloc(self->radix, sizeof *part->out.flits),
        .credits = calloc(self->radix, sizeof *part->out.credits),
    };
    if (!part->out.flits || !part->out.credits)
        return err_set(err, ERR_RUN, "out of memory for a fabric of %u routers", self->num_routers);
    return calendar_make(&part->calendar, max_latency(self), self->num_parts, err);
}

static bool make_bank(struct fabric *self, struct err *err)
{
    const struct fabric_params *params = &self->params;
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
        .partitioning = self->routers,
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
    if (self->bank && self->params.ops->carry && !self->observation)
        let_carry(self);
    return self->bank != NULL;
}

static void work(void *context, uint32_t part)
{
    struct fabric *self = context;
    partition_cycle(&self->parts[part]);
}

static bool make(struct fabric *self, struct err *err)
{
    const struct fabric_params *params = &self->params;
    if (params->observer) {
        self->observation = observation_new(&self->params, &self->pool, err);
        if (!self->observation)
            return false;
    }
    if (params->model == FABRIC_IDEAL) {
        self->ideal = ideal_new(params, &self->pool, err);
        return self->ideal != NULL;
    }
    self->num_routers = params->ops->whole ? 1 : params->topology->num_routers;
    self->radix = params->ops->whole ? params->topology->num_nodes : params->topology->radix;
    share_out(self);
    if (!allocate(self, err))
        return false;
    wire_routers(self);
    if (!make_terminals(self, err))
        return false;
    for (uint32_t p = 0; p < self->num_parts; p++)
        if (!make_part(self, p, err))
            return false;
    if (!make_bank(self, err))
        return false;
    if (self->num_parts > 1)
        self->workers = workers_new(self->num_parts, work, self, err);
    return self->workers || self->num_parts == 1;
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
    workers_free(self->workers);
    ideal_free(self->ideal);
    observation_free(self->observation);
    if (self->bank)
        self->params.ops->bank_free(self->bank);
    for (uint32_t p = 0; self->parts && p < self->num_parts; p++) {
        struct partition *part = &self->parts[p];
        free(part->out.flits);
        free(part->out.credits);
        free(part->terminals.taken);
        free(part->terminals.left);
        calendar_free(&part->calendar);
    }
    free(self->parts);
    free(self->carriers);
    free(self->wires);
    free(self->node_wires);
    free(self->active);
    free(self->order);
    free(self->channel_flits);
    free(self->own_address);
    terminals_free(&self->terminals);
    packet_pool_free(&self->pool);
    free(self);
}
