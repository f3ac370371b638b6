// SPDX-License-Identifier: Apache-2.0
#include "tests/rig.h"

#include "sim/rng.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static void delivered(void *context, const struct packet *packet)
{
    struct rig *self = context;
    if (self->num_log == self->cap_log) {
        self->cap_log = self->cap_log ? 2 * self->cap_log : 1024;
        self->log = realloc(self->log, self->cap_log * sizeof *self->log);
        cr_assert(self->log);
    }
    self->log[self->num_log++] = *packet;
}

static void flit_ejected(void *context, uint32_t node, uint64_t cycle, struct flit flit)
{
    struct rig *self = context;
    uint64_t word = cycle << 24 ^ (uint64_t)node << 8 ^ flit.vc ^ (uint64_t)flit.head << 6 ^
                    (uint64_t)flit.tail << 7;
    self->flit_hash = rng_mix(self->flit_hash ^ rng_mix(word ^ rng_mix(flit.payload)));
}

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value ? value : otherwise;
}

struct rig *rig_new(const struct rig_spec *spec)
{
    struct rig *self = calloc(1, sizeof *self);
    cr_assert(self);
    self->spec = *spec;
    self->topology = topology_new(&self->spec.topology, &self->err);
    cr_assert(self->topology, "%s", self->err.text);
    struct routing_spec routing = {
        .routing = spec->routing ? spec->routing : "auto",
        .circuits = switching_is_circuit(spec->switching),
        .num_vcs = or_default(spec->num_vcs, 2),
        .by_flow = spec->by_flow,
        .flit_bits = or_default(spec->flit_bits, 64),
        .max_flits = or_default(spec->max_flits, 64),
    };
    const char *name;
    self->routing = routing_new(self->topology, &routing, &name, &self->err);
    cr_assert(self->routing, "%s", self->err.text);
    self->spec.buffer_flits = or_default(spec->buffer_flits, 8);
    self->spec.channel_latency_cycles = or_default(spec->channel_latency_cycles, 1);
    self->spec.terminal_latency_cycles = or_default(spec->terminal_latency_cycles, 1);
    self->spec.ejection_latency_cycles =
        or_default(spec->ejection_latency_cycles, self->spec.terminal_latency_cycles);
    self->spec.design.pipeline = or_default(spec->design.pipeline, 1);
    self->spec.design.allocator_iterations = or_default(spec->design.allocator_iterations, 1);
    self->spec.circuit.backoff_cycles = or_default(spec->circuit.backoff_cycles, 16);
    self->spec.circuit.backoff_max_cycles = or_default(spec->circuit.backoff_max_cycles, 1024);
    struct fabric_params params = {
        .topology = self->topology,
        .routing = self->routing,
        .ops = spec->ops ? spec->ops : &router_ref_ops,
        .switching = spec->switching,
        .circuit = self->spec.circuit,
        .design = self->spec.design,
        .buffer_flits = self->spec.buffer_flits,
        .channel_latency_cycles = self->spec.channel_latency_cycles,
        .terminal_latency_cycles = self->spec.terminal_latency_cycles,
        .ejection_latency_cycles = self->spec.ejection_latency_cycles,
        .stall_threshold = rng_threshold(spec->stall_probability),
        .watchdog_cycles = 2000,
        .seed = spec->seed,
        .skip_idle = !spec->evaluate_all,
        .shuffle = spec->shuffle,
        .rtl = &self->spec.rtl,
        .delivered = delivered,
        .flit_ejected = flit_ejected,
        .context = self,
    };
    self->fabric = fabric_new(&params, &self->err);
    cr_assert(self->fabric, "%s", self->err.text);
    return self;
}

void rig_free(struct rig *self)
{
    fabric_free(self->fabric);
    routing_free(self->routing);
    topology_free(self->topology);
    free(self->log);
    free(self);
}

bool rig_cycle(struct rig *self)
{
    return fabric_cycle(self->fabric, &self->err);
}

// Simulates until nothing moves. Without idle skipping a fabric is idle when its packets are.
static bool until_idle(struct rig *self)
{
    while (!fabric_idle(self->fabric))
        if (!rig_cycle(self))
            return false;
    return true;
}

struct packet rig_probe(struct rig *self, uint32_t source, uint32_t destination, uint32_t flits)
{
    uint32_t before = self->num_log;
    cr_assert(fabric_send(self->fabric, source, destination, flits, 0, &self->err));
    cr_assert(until_idle(self), "%s", self->err.text);
    cr_assert_eq(self->num_log, before + 1);
    return self->log[before];
}

bool rig_traffic(struct rig *self, uint64_t cycles, double packets_per_node_cycle,
                 uint32_t max_packet_flits)
{
    struct rng rng = rng_make(self->spec.seed, RNG_INJECTION, 0);
    uint32_t nodes = self->topology->num_nodes;
    uint64_t threshold = rng_threshold(packets_per_node_cycle);
    uint32_t *flows = calloc((size_t)nodes * nodes, sizeof *flows);
    cr_assert(flows);
    bool good = true;
    for (uint64_t c = 0; good && c < cycles; c++) {
        for (uint32_t node = 0; node < nodes; node++) {
            if (!rng_chance(&rng, threshold))
                continue;
            uint32_t destination = (uint32_t)rng_below(&rng, nodes);
            uint32_t flits = 1 + (uint32_t)rng_below(&rng, max_packet_flits);
            cr_assert(fabric_send(self->fabric, node, destination, flits,
                                  flows[node * nodes + destination]++, &self->err));
        }
        good = rig_cycle(self);
    }
    free(flows);
    return good && until_idle(self);
}

uint32_t rig_hops(const struct rig *self, uint32_t source, uint32_t destination)
{
    const struct topology *t = self->topology;
    uint32_t *own = routing_own_addresses(self->routing, t);
    uint32_t window = t->node_addr[destination] << self->routing->layout.addr_lsb;
    uint32_t at = t->node_port[source];
    uint32_t hops = 0;
    cr_assert(own);
    for (;;) {
        uint32_t router = at / t->radix;
        struct route route =
            routing_compute(self->routing, router, own[router], at % t->radix, 0, window);
        uint32_t out = router * t->radix + route.port;
        if (out == t->node_port[destination])
            break;
        at = t->peer[out];
        cr_assert_neq(at, TOPOLOGY_NONE);
        cr_assert_lt(hops++, t->num_routers, "a route from %u to %u that never ends", source,
                     destination);
    }
    free(own);
    hops += t->indirect ? 2 : 0;
    if (t->kind->distance)
        cr_assert_eq(t->kind->distance(t, source, destination), hops);
    return hops;
}

struct switching_timing rig_timing(const struct rig *self)
{
    return (struct switching_timing){
        .channel_latency_cycles = self->spec.channel_latency_cycles,
        .terminal_latency_cycles = self->spec.terminal_latency_cycles,
        .ejection_latency_cycles = self->spec.ejection_latency_cycles,
        .buffer_flits = self->spec.buffer_flits,
        .pipeline = self->spec.design.pipeline,
        .speculative = self->spec.design.speculative,
    };
}

uint64_t rig_zero_load_cycles(const struct rig *self, uint32_t source, uint32_t destination,
                              uint32_t flits)
{
    struct switching_timing timing = rig_timing(self);
    return switching_zero_load_cycles(
        self->spec.switching, &timing, flits,
        topology_router_hops(self->topology, rig_hops(self, source, destination)));
}
