// SPDX-License-Identifier: Apache-2.0
#include "tests/rig.h"

#include "model/net/deadlock.h"
#include "model/net/route_walk.h"
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

static void fill_in(struct rig_spec *spec)
{
    spec->num_vcs = or_default(spec->num_vcs, 2);
    spec->num_classes = or_default(spec->num_classes, 1);
    spec->flit_bits = or_default(spec->flit_bits, 64);
    spec->max_flits = or_default(spec->max_flits, 64);
    spec->buffer_flits = or_default(spec->buffer_flits, 8);
    spec->channel_latency_cycles = or_default(spec->channel_latency_cycles, 1);
    spec->terminal_latency_cycles = or_default(spec->terminal_latency_cycles, 1);
    spec->ejection_latency_cycles =
        or_default(spec->ejection_latency_cycles, spec->terminal_latency_cycles);
    spec->design.pipeline = or_default(spec->design.pipeline, 1);
    spec->design.allocator_iterations = or_default(spec->design.allocator_iterations, 1);
    spec->circuit.backoff_cycles = or_default(spec->circuit.backoff_cycles, 16);
    spec->circuit.backoff_max_cycles = or_default(spec->circuit.backoff_max_cycles, 1024);
}

static struct routing *make_routing(const struct rig_spec *spec, const struct topology *topology,
                                    struct err *err)
{
    struct routing_spec routing = {
        .routing = spec->routing ? spec->routing : "auto",
        .num_vcs = spec->num_vcs,
        .num_classes = spec->num_classes,
        .by_flow = spec->by_flow,
        .flit_bits = spec->flit_bits,
        .max_flits = spec->max_flits,
        .switching = spec->switching,
        .buffer_flits = spec->buffer_flits,
    };
    const char *name;
    return routing_new(topology, &routing, &name, err);
}

bool rig_is_legal(const struct rig_spec *asked)
{
    struct rig_spec spec = *asked;
    struct err err = {0};
    fill_in(&spec);
    struct topology *topology = topology_new(&spec.topology, &err);
    cr_assert(topology, "%s", err.text);
    struct routing *routing = make_routing(&spec, topology, &err);
    struct deadlock_proof proof;
    const char *key;
    bool circuits = switching_is_circuit(spec.switching);
    bool proven = routing && deadlock_prove(topology, routing, &proof, &err);
    bool legal = (proven || (routing && circuits && !spec.circuit.waits)) &&
                 !(circuits && (topology->flit_cycles || spec.design.pipeline > 1 ||
                                spec.design.switch_allocator != ALLOCATOR_SEPARABLE)) &&
                 router_design_check(&spec.design, topology->radix, routing->class_vcs, &key, &err);
    routing_free(routing);
    topology_free(topology);
    return legal;
}

struct rig *rig_new(const struct rig_spec *spec)
{
    struct rig *self = calloc(1, sizeof *self);
    cr_assert(self);
    self->spec = *spec;
    fill_in(&self->spec);
    self->topology = topology_new(&self->spec.topology, &self->err);
    cr_assert(self->topology, "%s", self->err.text);
    self->routing = make_routing(&self->spec, self->topology, &self->err);
    cr_assert(self->routing, "%s", self->err.text);
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
        .faults = {rng_threshold(spec->drop_rate), rng_threshold(spec->corrupt_rate)},
        .watchdog_cycles = 2000,
        .seed = spec->seed,
        .skip_idle = !spec->evaluate_all,
        .shuffle = spec->shuffle,
        .num_threads = spec->num_threads,
        .rtl = &self->spec.rtl,
        .observer = spec->observer,
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
    struct packet_spec packet = {source, destination, flits, 0, 0};
    cr_assert(fabric_send(self->fabric, &packet, &self->err));
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
    uint32_t classes = self->spec.num_classes;
    uint32_t *flows = calloc((size_t)nodes * nodes * classes, sizeof *flows);
    cr_assert(flows);
    bool good = true;
    for (uint64_t c = 0; good && c < cycles; c++) {
        for (uint32_t node = 0; node < nodes; node++) {
            if (!rng_chance(&rng, threshold))
                continue;
            uint32_t destination = (uint32_t)rng_below(&rng, nodes);
            uint32_t flits = 1 + (uint32_t)rng_below(&rng, max_packet_flits);
            uint32_t *flow = &flows[(node * nodes + destination) * classes];
            uint32_t traffic_class = classes > 1 ? (uint32_t)rng_below(&rng, classes) : 0;
            struct packet_spec packet = {node, destination, flits, traffic_class,
                                         flow[traffic_class]++};
            cr_assert(fabric_send(self->fabric, &packet, &self->err));
        }
        good = rig_cycle(self);
    }
    free(flows);
    return good && until_idle(self);
}

uint32_t rig_hops(const struct rig *self, const struct packet *packet)
{
    const struct topology *t = self->topology;
    uint32_t *own = routing_own_addresses(self->routing, t);
    cr_assert(own);
    uint32_t hops = route_walk_hops(t, self->routing, own, packet);
    cr_assert_neq(hops, UINT32_MAX, "a route from %u to %u that never ends", packet->source,
                  packet->destination);
    free(own);
    hops += t->indirect ? 2 : 0;
    const struct route_kind *kind = self->routing->kind;
    bool shortest = kind ? !kind->vias : !self->spec.routing;
    if (t->kind->distance && shortest)
        cr_assert_eq(t->kind->distance(t, packet->source, packet->destination), hops);
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

uint64_t rig_zero_load_cycles(const struct rig *self, const struct packet *packet)
{
    struct switching_timing timing = rig_timing(self);
    return switching_zero_load_cycles(self->spec.switching, &timing, packet->flits,
                                      topology_router_hops(self->topology, rig_hops(self, packet)));
}
