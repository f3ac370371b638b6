// SPDX-License-Identifier: Apache-2.0
// Clusters: how racks are joined, and what long, narrow and few uplinks cost.
#include "model/net/deadlock.h"
#include "tests/rig.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct topology *build(struct topology_spec spec)
{
    struct err err = {0};
    spec.kind = "cluster";
    struct topology *t = topology_new(&spec, &err);
    cr_assert(t, "%s", err.text);
    return t;
}

static struct topology_figures search(const struct topology *t)
{
    struct topology_figures found = {0};
    struct err err = {0};
    cr_assert(topology_search(t, &found, &err), "%s", err.text);
    return found;
}

// A number of racks, 8 or near it, that this kind can join.
static uint32_t racks_for(const char *kind)
{
    for (uint32_t nodes = 8;; nodes++) {
        struct topology_spec spec = {.kind = kind, .nodes = nodes};
        struct err err = {0};
        if (topology_resolve(&spec, &err))
            return nodes;
        cr_assert_lt(nodes, 64);
    }
}

// The topology of kind `kind` that joins so many racks.
static struct topology *join_of(const char *kind, uint32_t racks)
{
    struct topology_spec spec = {.kind = kind, .nodes = racks};
    struct err err = {0};
    struct topology *t = topology_new(&spec, &err);
    cr_assert(t, "%s", err.text);
    return t;
}

Test(cluster, racks_of_one_node_are_as_far_apart_as_what_joins_them_says)
{
    for (size_t k = 0; k < topology_num_kinds; k++) {
        const char *kind = topology_kinds[k]->name;
        if (!topology_can_be_part(topology_kinds[k]))
            continue;
        uint32_t racks = racks_for(kind);
        char text[64];
        snprintf(text, sizeof text, "kind=mesh\tdims=1\tcount=%u", racks);
        struct topology *t = build((struct topology_spec){.racks = text, .join_kind = kind});
        struct topology *join = join_of(kind, racks);
        struct topology_figures of_cluster = search(t);
        struct topology_figures of_join = search(join);
        // Where nodes share the routers of a direct network, ways to their racks are hops, too.
        uint32_t more = !join->indirect && join->num_routers < racks ? 2 : 0;
        cr_expect_eq(of_cluster.diameter_hops, of_join.diameter_hops + more, "%s", kind);
        cr_expect_float_eq(of_cluster.average_hops, of_join.average_hops + more, 1e-9, "%s", kind);
        topology_free(t);
        topology_free(join);
    }
}

Test(cluster, a_rack_alone_is_what_it_is_by_itself)
{
    struct topology *t = build((struct topology_spec){.racks = "kind=mesh\tdims=4x3"});
    struct topology *mesh = join_of("mesh", 12);
    struct topology_figures of_cluster = search(t);
    struct topology_figures of_mesh = search(mesh);
    cr_expect_eq(of_cluster.routers, of_mesh.routers);
    cr_expect_eq(of_cluster.channels, of_mesh.channels);
    cr_expect_eq(of_cluster.degree_max, of_mesh.degree_max);
    cr_expect_eq(of_cluster.diameter_hops, of_mesh.diameter_hops);
    cr_expect_eq(of_cluster.bisection_channels, of_mesh.bisection_channels);
    cr_expect_float_eq(of_cluster.average_hops, of_mesh.average_hops, 1e-12);
    topology_free(t);
    topology_free(mesh);
}

// How many channels, one way, lead from racks or switches to others: routers' names begin with
// their rack's.
static uint32_t num_uplinks(const struct topology *t)
{
    uint32_t num = 0;
    for (uint32_t p = 0; p < t->num_routers * t->radix; p++) {
        if (t->peer[p] == TOPOLOGY_NONE)
            continue;
        const char *from = t->router_names[p / t->radix];
        const char *to = t->router_names[t->peer[p] / t->radix];
        size_t length = strcspn(from, ".") + 1;
        num += strncmp(from, to, length) != 0;
    }
    return num;
}

Test(cluster, each_channel_of_the_join_is_as_many_uplinks_as_asked_for)
{
    for (uint32_t channels = 1; channels <= 5; channels++) {
        struct topology *star = build((struct topology_spec){
            .racks = "kind=mesh\tdims=3x3\tcount=4", .join_channels = channels});
        struct topology *ring = build((struct topology_spec){
            .racks = "kind=ring\tn=3\tcount=5", .join_kind = "ring", .join_channels = channels});
        cr_expect_eq(star->num_routers, 4 * 9 + 1);
        cr_expect_eq(star->num_nodes, 4 * 9);
        cr_expect_eq(num_uplinks(star), 2 * 4 * channels);
        cr_expect_eq(ring->num_routers, 5 * 3);
        cr_expect_eq(num_uplinks(ring), 2 * 5 * channels);
        // Corners of a mesh have ports to spare: they get the first four, one each. A rack is cut
        // off by its uplinks, a corner without one by 2 channels, with one by 3.
        static const uint32_t connectivity[] = {0, 1, 2, 2, 3, 3};
        cr_expect_eq(search(star).edge_connectivity, connectivity[channels]);
        topology_free(star);
        topology_free(ring);
    }
}

Test(cluster, a_rack_may_have_uplinks_of_its_own_and_the_worse_ones_join_two)
{
    struct topology *t = build((struct topology_spec){
        .racks = "kind=mesh\tdims=1\tchannels=3\n"
                 "kind=mesh\tdims=1\tchannels=2\tlatency_cycles=9\n"
                 "kind=mesh\tdims=1\tchannels=4\tflit_cycles=5",
        .join_kind = "ring",
        .join_latency_cycles = 4,
        .join_flit_cycles = 2,
    });
    static const struct {
        uint32_t channels, latency_cycles, flit_cycles;
    } expected[3][3] = {
        [0] = {[1] = {2, 9, 2}, [2] = {3, 4, 5}},
        [1] = {[0] = {2, 9, 2}, [2] = {2, 9, 5}},
        [2] = {[0] = {3, 4, 5}, [1] = {2, 9, 5}},
    };
    uint32_t found[3][3] = {0};
    for (uint32_t p = 0; p < t->num_routers * t->radix; p++) {
        if (t->peer[p] == TOPOLOGY_NONE)
            continue;
        uint32_t a = p / t->radix;
        uint32_t b = t->peer[p] / t->radix;
        found[a][b]++;
        cr_expect_eq(t->latency_cycles[p], expected[a][b].latency_cycles);
        cr_expect_eq(t->flit_cycles[p], expected[a][b].flit_cycles);
    }
    for (uint32_t a = 0; a < 3; a++)
        for (uint32_t b = 0; b < 3; b++)
            cr_expect_eq(found[a][b], expected[a][b].channels);
    topology_free(t);
}

Test(cluster, routers_are_named_by_rack_and_the_switches_come_last)
{
    struct topology *t = build((struct topology_spec){
        .racks = "kind=mesh\tdims=2x2\tcount=3\nkind=ring\tn=3", .join_kind = "tree"});
    char name[128];
    cr_expect_str_eq(topology_router_name(t, 5, name, sizeof name), "router 5 (1.1)");
    cr_expect_str_eq(topology_router_name(t, 14, name, sizeof name), "router 14 (3.2)");
    cr_expect_str_eq(topology_router_name(t, 15, name, sizeof name), "router 15 (join.0)");
    cr_expect_eq(t->num_nodes, 15);
    for (uint32_t n = 0; n < t->num_nodes; n++)
        cr_expect_eq(t->node_port[n] / t->radix, n);
    topology_free(t);
}

Test(cluster, up_down_needs_one_vc_whatever_joins_whatever_racks)
{
    for (size_t r = 0; r < topology_num_kinds; r++)
        for (size_t j = 0; j < topology_num_kinds; j++) {
            if (!topology_can_be_part(topology_kinds[r]) ||
                !topology_can_be_part(topology_kinds[j]))
                continue;
            const char *rack = topology_kinds[r]->name;
            const char *join = topology_kinds[j]->name;
            char text[96];
            snprintf(text, sizeof text, "kind=%s\tnodes=%u\tcount=%u", rack, racks_for(rack),
                     racks_for(join));
            struct topology *t = build((struct topology_spec){.racks = text, .join_kind = join});
            struct routing_spec spec = {
                .routing = "auto", .num_vcs = 1, .flit_bits = 64, .max_flits = 8};
            struct err err = {0};
            struct deadlock_proof proof;
            const char *name;
            struct routing *routing = routing_new(t, &spec, &name, &err);
            cr_assert(routing, "%s", err.text);
            cr_expect_str_eq(name, "up-down");
            cr_expect(deadlock_prove(t, routing, &proof, &err), "%s by %s: %s", rack, join,
                      err.text);
            routing_free(routing);
            topology_free(t);
        }
}

// Two kinds of rack on long and narrow uplinks.
static struct rig_spec narrow(void)
{
    return (struct rig_spec){
        .topology = {.kind = "cluster",
                     .racks = "kind=mesh\tdims=2x2\tcount=2\nkind=ring\tn=3\tflit_cycles=2",
                     .join_channels = 1,
                     .join_latency_cycles = 5,
                     .join_flit_cycles = 4},
        .switching = SWITCHING_WORMHOLE,
        .seed = 3,
    };
}

// Zero-load latency on buffers that never run full: a cycle in each router, each channel's latency
// and cycles for the head; then the flits behind it at the pace of the narrowest channel.
static uint64_t expected_cycles(const struct rig *rig, uint32_t source, uint32_t destination,
                                uint32_t flits)
{
    const struct topology *t = rig->topology;
    uint32_t *own = routing_own_addresses(rig->routing, t);
    uint32_t window = t->node_addr[destination] << rig->routing->layout.addr_lsb;
    uint32_t at = t->node_port[source];
    uint64_t head = 2 + 1; // terminals' channels, first router
    uint32_t pace = 1;
    for (;;) {
        uint32_t router = at / t->radix;
        struct route_at here = {own[router], at % t->radix, 0, window};
        struct route route = routing_compute(rig->routing, router, &here).route;
        uint32_t out = router * t->radix + route.port;
        if (out == t->node_port[destination])
            break;
        head += (t->latency_cycles[out] ? t->latency_cycles[out] : 1) + t->flit_cycles[out];
        pace = t->flit_cycles[out] > pace ? t->flit_cycles[out] : pace;
        at = t->peer[out];
    }
    free(own);
    return head + (flits - 1) * (uint64_t)pace;
}

Test(cluster, probes_find_long_and_narrow_uplinks_as_slow_as_computed)
{
    struct rig_spec spec = narrow();
    struct rig *rig = rig_new(&spec);
    uint64_t slowest = 0;
    for (uint32_t flits = 1; flits <= 6; flits++)
        for (uint32_t s = 0; s < rig->topology->num_nodes; s++)
            for (uint32_t d = 0; d < rig->topology->num_nodes; d++) {
                struct packet p = rig_probe(rig, s, d, flits);
                uint64_t took = p.ejected_cycle - p.created_cycle;
                cr_assert_eq(took, expected_cycles(rig, s, d, flits), "%u flits, %u to %u", flits,
                             s, d);
                slowest = took > slowest ? took : slowest;
            }
    // Corner to corner: 2 hops, uplink, hub, uplink, 2 hops; 5 flits behind at 4 cycles each.
    cr_expect_eq(slowest, 2 + 1 + 2 * 2 + 2 * (5 + 4) + 2 * 2 + 5 * 4);
    rig_free(rig);
}

Test(cluster, fewer_and_narrower_uplinks_carry_less)
{
    struct rig_spec wide = narrow();
    wide.topology.racks = "kind=mesh\tdims=2x2\tcount=3";
    wide.topology.join_channels = 4;
    wide.topology.join_latency_cycles = 1;
    wide.topology.join_flit_cycles = 1;
    struct rig_spec few = wide;
    few.topology.join_channels = 1;
    struct rig_spec thin = few;
    thin.topology.join_flit_cycles = 4;
    const struct rig_spec specs[] = {wide, few, thin};
    uint64_t cycles[3];
    for (size_t i = 0; i < 3; i++) {
        struct rig *rig = rig_new(&specs[i]);
        cr_assert(rig_traffic(rig, 400, 0.2, 6), "%s", rig->err.text);
        cycles[i] = fabric_now(rig->fabric);
        rig_free(rig);
    }
    cr_expect_lt(cycles[0], cycles[1]);
    cr_expect_lt(cycles[1], cycles[2]);
}

Test(cluster, narrow_and_long_uplinks_are_the_same_in_rtl)
{
    struct rig_spec spec = narrow();
    struct rig_spec lockstep = spec;
    lockstep.ops = &router_lockstep_ops;
    lockstep.rtl = (struct router_rtl){.assertions = true, .quiet = true};
    struct rig *ref = rig_new(&spec);
    struct rig *both = rig_new(&lockstep);
    cr_assert(rig_traffic(ref, 400, 0.1, 6), "%s", ref->err.text);
    cr_assert(rig_traffic(both, 400, 0.1, 6), "%s", both->err.text);
    cr_expect_gt(ref->num_log, 300);
    cr_expect_eq(ref->num_log, both->num_log);
    cr_expect_eq(ref->flit_hash, both->flit_hash);
    rig_free(ref);
    rig_free(both);
}
