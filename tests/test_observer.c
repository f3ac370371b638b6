// SPDX-License-Identifier: Apache-2.0
// What observers of a fabric are told: every flit, in one place at a time from its source to its
// node, the same from all back ends.
#include "tests/kinds.h"
#include "tests/rig.h"

#include "sim/rng.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PACKETS = 4096, MAX_FLITS = 8, AT_SOURCE = UINT32_MAX };

// Where a flit is.
struct whereabouts {
    uint32_t channel; // that it came by, or AT_SOURCE
    uint64_t since_cycle;
    bool gone;
};

// Follows each flit, and fails the test where it is not where it was.
struct follower {
    const struct topology *topology;
    bool paths; // channels between routers are told of
    struct packet packets[MAX_PACKETS];
    struct whereabouts flits[MAX_PACKETS][MAX_FLITS];
    uint64_t num[FABRIC_NUM_EVENT_KINDS];
    uint64_t num_flit_hops;
    uint64_t num_on_channel[1024];
    uint64_t hash;
    uint64_t cycle;
};

static struct follower follower;

static uint32_t begin_of(const struct topology *t, uint64_t channel)
{
    uint64_t ports = (uint64_t)t->num_routers * t->radix;
    return channel < ports ? (uint32_t)(channel / t->radix) : TOPOLOGY_NONE;
}

// The router at its end; TOPOLOGY_NONE: a node is.
static uint32_t end_of(const struct topology *t, uint64_t channel)
{
    uint64_t ports = (uint64_t)t->num_routers * t->radix;
    if (channel >= ports)
        return t->node_port[channel - ports] / t->radix;
    return t->peer[channel] == TOPOLOGY_NONE ? TOPOLOGY_NONE : t->peer[channel] / t->radix;
}

static void follow_flit(struct follower *self, const struct fabric_event *event)
{
    const struct topology *t = self->topology;
    struct whereabouts *flit = &self->flits[event->packet][event->flit_idx];
    const struct packet *packet = &self->packets[event->packet];
    cr_assert_lt(event->flit_idx, packet->flits);
    cr_assert_eq(event->tail, event->flit_idx + 1 == packet->flits);
    cr_assert_geq(event->cycle, flit->since_cycle);
    cr_assert_gt(event->arrives_cycle, event->cycle);
    cr_assert_not(flit->gone);
    if (flit->channel == AT_SOURCE)
        cr_assert_eq(event->place, (uint64_t)t->num_routers * t->radix + packet->source);
    else if (self->paths)
        cr_assert_eq(begin_of(t, event->place), end_of(t, flit->channel));
    flit->channel = event->place;
    flit->since_cycle = event->arrives_cycle;
    self->num_flit_hops += topology_is_hop(t, event->place);
}

static void follow(void *context, const struct fabric_event *event, const struct packet *packet)
{
    struct follower *self = context;
    uint64_t words[] = {event->cycle,
                        event->arrives_cycle,
                        event->packet,
                        event->place,
                        event->flit_idx,
                        (uint64_t)event->vc << 16 | (uint64_t)event->kind << 8 |
                            (uint64_t)event->tail << 1 | event->frees};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        self->hash = rng_mix(self->hash ^ rng_mix(words[i]));
    cr_assert_geq(event->cycle, self->cycle);
    self->cycle = event->cycle;
    self->num[event->kind]++;
    if (event->kind == FABRIC_RELEASE || event->kind == FABRIC_ASKED) { // whose packet may be gone
        self->num_on_channel[event->place] += event->kind == FABRIC_RELEASE;
        return;
    }
    cr_assert_lt(event->packet, MAX_PACKETS);
    cr_assert(packet && packet->serial == event->packet);
    struct whereabouts *first = self->flits[event->packet];
    switch (event->kind) {
    case FABRIC_CREATED:
        self->packets[event->packet] = *packet;
        for (uint32_t f = 0; f < packet->flits; f++)
            first[f] = (struct whereabouts){AT_SOURCE, event->cycle, false};
        break;
    case FABRIC_FLIT:
        self->num_on_channel[event->place]++;
        follow_flit(self, event);
        break;
    case FABRIC_PROBE:
        self->num_on_channel[event->place]++;
        break;
    case FABRIC_EJECTED:
        cr_assert_eq(first[event->flit_idx].channel,
                     self->topology->node_port[packet->destination]);
        cr_assert_geq(event->cycle, first[event->flit_idx].since_cycle);
        cr_assert_eq(event->place, packet->destination);
        first[event->flit_idx].gone = true;
        break;
    case FABRIC_DELIVERED:
        for (uint32_t f = 0; f < packet->flits; f++)
            cr_assert(first[f].gone);
        break;
    default:
        break;
    }
}

// Traffic that is observed, or not: `follower` has what was seen.
static struct rig *traffic(struct rig_spec spec, bool observed)
{
    static struct fabric_observer observer;
    memset(&follower, 0, sizeof follower);
    observer = (struct fabric_observer){.event = follow, .context = &follower};
    spec.observer = observed ? &observer : NULL;
    struct rig *rig = rig_new(&spec);
    follower.topology = rig->topology;
    follower.paths = !spec.ops || !spec.ops->whole;
    cr_assert_leq(topology_num_channels(rig->topology), 1024);
    cr_assert(rig_traffic(rig, 150, 0.05, MAX_FLITS), "%s", rig->err.text);
    return rig;
}

static void check_counts(const struct rig *rig)
{
    struct fabric_counters counters = fabric_counters(rig->fabric);
    const uint64_t *flits = fabric_channel_flits(rig->fabric);
    cr_assert_gt(counters.packets_created, 20);
    cr_assert_eq(follower.num_flit_hops, counters.flit_hops);
    cr_assert_eq(follower.num[FABRIC_CREATED], counters.packets_created);
    cr_assert_eq(follower.num[FABRIC_DELIVERED], counters.packets_ejected);
    cr_assert_eq(follower.num[FABRIC_EJECTED], counters.flits_ejected);
    for (uint64_t c = 0; c < topology_num_channels(rig->topology); c++)
        cr_assert_eq(follower.num_on_channel[c], flits[c]);
}

static void check_same(const struct rig *a, const struct rig *b)
{
    struct fabric_counters c = fabric_counters(a->fabric);
    struct fabric_counters d = fabric_counters(b->fabric);
    cr_assert_eq(memcmp(&c, &d, sizeof c), 0);
    cr_assert_eq(a->flit_hash, b->flit_hash);
    cr_assert_eq(a->num_log, b->num_log);
    cr_assert_eq(memcmp(a->log, b->log, a->num_log * sizeof *a->log), 0);
}

static struct rig_spec spec_of(size_t shape, int mode)
{
    return (struct rig_spec){.topology = kinds_five_port_shapes[shape],
                             .switching = (enum switching)mode,
                             .channel_latency_cycles = 1 + (uint32_t)mode % 3,
                             .stall_probability = shape % 2 ? 0.3 : 0,
                             .drop_rate = shape % 3 ? 0 : 0.02,
                             .seed = shape + 1};
}

Test(observer, every_flit_goes_a_connected_way_and_results_are_as_if_nobody_looked_on)
{
    for (size_t i = 0; i < kinds_num_five_port_shapes; i++)
        for (int mode = 0; mode < SWITCHING_NUM; mode++) {
            struct rig *alone = traffic(spec_of(i, mode), false);
            struct rig *seen = traffic(spec_of(i, mode), true);
            check_counts(seen);
            check_same(alone, seen);
            rig_free(alone);
            rig_free(seen);
        }
}

static uint64_t hash_of(struct rig_spec spec)
{
    rig_free(traffic(spec, true));
    return follower.hash;
}

Test(observer, events_are_the_same_of_all_back_ends_in_any_order_and_without_skipping)
{
    for (int mode = 0; mode < SWITCHING_NUM; mode++) {
        struct rig_spec spec = spec_of((size_t)mode % 2, mode); // a mesh and a torus
        uint64_t hash = hash_of(spec);
        struct rig_spec all = spec;
        all.evaluate_all = true;
        cr_assert_eq(hash_of(all), hash);
        all.shuffle = true;
        cr_assert_eq(hash_of(all), hash);
        struct rig_spec rtl = spec;
        rtl.rtl = (struct router_rtl){.assertions = true, .quiet = true};
        rtl.ops = &router_rtl_ops;
        cr_assert_eq(hash_of(rtl), hash);
        rtl.ops = &router_lockstep_ops;
        cr_assert_eq(hash_of(rtl), hash);
    }
}

Test(observer, one_thread_simulates_what_is_observed)
{
    struct rig_spec spec = spec_of(0, SWITCHING_WORMHOLE);
    spec.topology = (struct topology_spec){.kind = "ring", .n = 150};
    spec.num_threads = 3;
    struct rig *alone = traffic(spec, false);
    struct rig *seen = traffic(spec, true);
    cr_assert_eq(fabric_num_threads(alone->fabric), 3);
    cr_assert_eq(fabric_num_threads(seen->fabric), 1);
    check_same(alone, seen);
    rig_free(alone);
    rig_free(seen);
}

Test(observer, of_a_whole_fabric_the_channels_of_nodes_are_seen)
{
    struct rig_spec spec = {.topology = kinds_whole_shapes[0],
                            .switching = SWITCHING_WORMHOLE,
                            .ops = &router_whole_ops,
                            .rtl = {.quiet = true}};
    struct rig *rig = traffic(spec, true);
    struct fabric_counters counters = fabric_counters(rig->fabric);
    cr_assert_eq(follower.num[FABRIC_FLIT], 2 * counters.flits_ejected);
    cr_assert_eq(follower.num[FABRIC_EJECTED], counters.flits_ejected);
    rig_free(rig);
}

// Every circuit is seen from its probe to its end.
static void check_circuits(struct circuit_params params)
{
    struct rig_spec spec = spec_of(0, SWITCHING_CIRCUIT);
    spec.circuit = params;
    struct rig *rig = traffic(spec, true);
    struct circuit_counters counters = fabric_counters(rig->fabric).circuit;
    check_counts(rig);
    cr_assert_gt(counters.circuits, 50);
    cr_assert_gt(follower.num[FABRIC_PROBE], counters.probes);
    cr_assert_eq(follower.num[FABRIC_NACK] > 0, counters.nacks > 0);
    // each hop of a probe is answered once
    cr_assert_eq(follower.num[FABRIC_ACK] + follower.num[FABRIC_NACK], follower.num[FABRIC_PROBE]);
    cr_assert_eq(follower.num[FABRIC_RELEASE] > 0, params.hold == CIRCUIT_HOLD_CACHED);
    cr_assert_gt(follower.num[FABRIC_ASKED], 0);
    rig_free(rig);
}

Test(observer, circuits_are_seen_from_probe_to_release)
{
    check_circuits((struct circuit_params){0});
    check_circuits((struct circuit_params){.hold = CIRCUIT_HOLD_CACHED});
    check_circuits((struct circuit_params){.waits = true, .hold = CIRCUIT_HOLD_CACHED});
}
