// SPDX-License-Identifier: Apache-2.0
// Flits as bits, and the routes of a map, by laws that hold for every map.
#include "sim/rng.h"
#include "tests/device_maps.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const maps[] = {mesh_map,  torus_map,   crossbar_map,
                                   table_map, network_map, own_map};
enum { NUM_MAPS = sizeof maps / sizeof *maps };

static struct stimulus_packet drawn(const struct device_spec *spec, struct rng *rng)
{
    return (struct stimulus_packet){
        .port = (uint32_t)rng_below(rng, spec->num_ports),
        .vc = (uint32_t)rng_below(rng, spec->num_vcs),
        .to = (uint32_t)rng_below(rng, spec->num_destinations),
        .flits = spec->min_flits + (uint32_t)rng_below(rng, spec->max_flits - spec->min_flits + 1),
        .content = (uint32_t)rng_next(rng),
    };
}

static bool bit_of(const uint64_t *words, uint32_t bit)
{
    return words[bit / 64] >> bit % 64 & 1;
}

Test(device_codec, what_is_encoded_is_decoded)
{
    struct rng rng = rng_make(2, RNG_VALIDATE, 0);
    struct stimulus setup = {0};
    for (uint32_t m = 0; m < NUM_MAPS; m++) {
        struct device_map *map = map_of(maps[m]);
        const struct device_spec *spec = device_map_spec(map);
        for (uint32_t i = 0; i < 300; i++) {
            struct stimulus_packet packet = drawn(spec, &rng);
            for (uint32_t f = 0; f < packet.flits; f++) {
                struct device_forward forward = {.valid = true};
                device_map_encode(map, &setup, &packet, f, packet.vc, forward.bits);
                device_map_decode(map, &forward);
                cr_assert_eq(forward.oddities, 0);
                cr_assert_eq(forward.vc, packet.vc);
                cr_assert_eq(forward.head, f == 0 && !spec->implied_head);
                cr_assert_eq(forward.tail, f + 1 == packet.flits);
                for (uint32_t bit = spec->flit_bits; bit < DEVICE_MAX_FLIT_BITS; bit++)
                    cr_assert(!bit_of(forward.bits, bit));
            }
        }
        device_map_free(map);
    }
}

Test(device_codec, a_vc_changes_only_bits_that_are_not_kept)
{
    struct rng rng = rng_make(3, RNG_VALIDATE, 0);
    struct stimulus setup = {0};
    for (uint32_t m = 0; m < NUM_MAPS; m++) {
        struct device_map *map = map_of(maps[m]);
        const struct device_spec *spec = device_map_spec(map);
        for (uint32_t i = 0; i < 100; i++) {
            struct stimulus_packet packet = drawn(spec, &rng);
            uint32_t flit = (uint32_t)rng_below(&rng, packet.flits);
            uint64_t a[DEVICE_FLIT_WORDS];
            uint64_t b[DEVICE_FLIT_WORDS];
            device_map_encode(map, &setup, &packet, flit, 0, a);
            device_map_encode(map, &setup, &packet, flit, spec->num_vcs - 1, b);
            const uint64_t *kept = device_map_kept(map, flit == 0);
            for (uint32_t w = 0; w < DEVICE_FLIT_WORDS; w++)
                cr_assert_eq((a[w] ^ b[w]) & kept[w], 0);
            cr_assert_eq(memcmp(a, b, sizeof a) != 0, spec->num_vcs > 1);
            if (spec->num_vcs > 1)
                cr_assert_str_eq(device_map_field(map, flit == 0, a, b), "vc");
        }
        device_map_free(map);
    }
}

// Heads of packets that are alike but for successive contents differ, as far as there are bits, and
// so do the flits of a packet and those that follow them.
Test(device_codec, packets_and_flits_can_be_told_apart)
{
    struct stimulus setup = {0};
    for (uint32_t m = 0; m < NUM_MAPS; m++) {
        struct device_map *map = map_of(maps[m]);
        uint32_t bits = device_map_free_bits(map);
        uint32_t num = bits < 8 ? 1U << bits : 256;
        uint64_t heads[256][DEVICE_FLIT_WORDS];
        for (uint32_t i = 0; i < num; i++) {
            struct stimulus_packet packet = {.flits = 2, .content = 1000 + i};
            uint64_t body[DEVICE_FLIT_WORDS];
            device_map_encode(map, &setup, &packet, 0, 0, heads[i]);
            device_map_encode(map, &setup, &packet, 1, 0, body);
            cr_assert(memcmp(heads[i], body, sizeof body) != 0);
            for (uint32_t j = 0; j < i; j++) {
                cr_assert(memcmp(heads[i], heads[j], sizeof heads[i]) != 0, "%u %u", i, j);
                cr_assert_str_eq(device_map_field(map, true, heads[i], heads[j]), "content");
            }
        }
        device_map_free(map);
    }
}

Test(device_codec, fields_are_where_the_map_says)
{
    struct stimulus setup = {0};
    struct stimulus_packet packet = {.to = 6, .flits = 5, .port = 3};
    uint64_t bits[DEVICE_FLIT_WORDS];
    struct device_map *mesh = map_of(mesh_map);
    device_map_encode(mesh, &setup, &packet, 0, 1, bits);
    // VC 1, type head, constant 2, length 5, y 1, x 2
    cr_assert_eq(bits[0] & 0x3800007ff, 1ULL << 33 | 1ULL << 31 | 2 << 9 | 5 << 4 | 1 << 2 | 2);
    struct device_map *torus = map_of(torus_map);
    device_map_encode(torus, &setup, &packet, 0, 2, bits);
    cr_assert_eq(bits[0] & 0x7fc, 6 << 2 | 1 << (6 + 3));
    cr_assert_eq(bits[1], 1 << 1 | 1 << (66 - 64 + 2));
    struct device_forward odd = {.valid = true};
    memcpy(odd.bits, bits, sizeof bits);
    odd.bits[1] |= 1 << 2; // two VCs
    device_map_decode(torus, &odd);
    cr_assert_eq(odd.oddities, DEVICE_ODD_VC);
    struct device_map *table = map_of(table_map); // valid tells the VC: bits above
    cr_assert_eq(device_map_spec(table)->flit_bits, 18);
    device_map_encode(table, &setup, &packet, 0, 1, bits);
    cr_assert_eq(bits[0] >> 14, 0xa);
    // Bits of heads that a router may rewrite are kept in bodies
    cr_assert_eq(device_map_kept(torus, true)[0] >> 16 & 0x1f, 0);
    cr_assert_eq(device_map_kept(torus, false)[0] >> 16 & 0x1f, 0x1f);
    device_map_free(mesh);
    device_map_free(torus);
    device_map_free(table);
}

Test(device_codec, a_type_that_is_no_code_is_odd)
{
    char *text = replaced(mesh_map, "packet: {min_flits: 1,", "packet: {min_flits: 2,");
    char *few = replaced(text, ", single: 3", "");
    struct device_map *map = map_of(few);
    struct device_forward forward = {.valid = true, .bits = {3ULL << 31}};
    device_map_decode(map, &forward);
    cr_assert_eq(forward.oddities, DEVICE_ODD_TYPE);
    device_map_free(map);
    free(few);
    free(text);
}

// A grid of 4 x 3 as the maps have it, ports: local, x+, x-, y+, y-.
struct grid {
    struct device_map *map;
    bool ring;
    uint32_t num_vcs;
    bool came[12][5][16][12]; // router, input port, VC, destination
};

enum { X = 4, Y = 3, NODES = X * Y };

// The router behind an output port, and its input port; NODES if there is none.
static uint32_t beyond(const struct grid *self, uint32_t router, uint32_t port, uint32_t *in_port)
{
    static const int dx[] = {0, 1, -1, 0, 0};
    static const int dy[] = {0, 0, 0, 1, -1};
    static const uint32_t opposite[] = {0, 2, 1, 4, 3};
    int x = (int)(router % X) + dx[port];
    int y = (int)(router / X) + dy[port];
    *in_port = opposite[port];
    if (!self->ring && (x < 0 || x >= X || y < 0 || y >= Y))
        return NODES;
    return (uint32_t)((y + Y) % Y * X + (x + X) % X);
}

static struct device_route route_at(const struct grid *self, uint32_t router, uint32_t port,
                                    uint32_t vc, uint32_t to)
{
    struct stimulus setup = {.position = router};
    return device_map_route(self->map, &setup, port, vc, to);
}

// Sends a packet on, by every way that it may go.
static void send_on(struct grid *self, uint32_t router, uint32_t port, uint32_t vc, uint32_t to)
{
    if (self->came[router][port][vc][to])
        return;
    self->came[router][port][vc][to] = true;
    struct device_route route = route_at(self, router, port, vc, to);
    cr_assert(route.ports && route.vcs, "router %u port %u vc %u to %u", router, port, vc, to);
    cr_assert_eq(route.ports == 1, router == to);
    for (uint32_t out = 1; out < 5; out++) {
        uint32_t in_port;
        if (!(route.ports >> out & 1))
            continue;
        uint32_t next = beyond(self, router, out, &in_port);
        cr_assert(next < NODES);
        for (uint32_t v = 0; v < self->num_vcs; v++)
            if (route.vcs >> v & 1)
                send_on(self, next, in_port, v, to);
    }
}

// Ways of a map, from every node to every other: what comes in somewhere is all that may.
static void check_grid(struct grid *self, const char *text, bool ring)
{
    memset(self, 0, sizeof *self);
    self->map = map_of(text);
    self->ring = ring;
    self->num_vcs = device_map_spec(self->map)->num_vcs;
    for (uint32_t from = 0; from < NODES; from++)
        for (uint32_t to = 0; to < NODES; to++)
            for (uint32_t vc = 0; vc < self->num_vcs; vc++)
                if (from != to)
                    send_on(self, from, 0, vc, to);
    for (uint32_t at = 0; at < NODES; at++)
        for (uint32_t port = 0; port < 5; port++)
            for (uint32_t vc = 0; vc < self->num_vcs; vc++)
                for (uint32_t to = 0; to < NODES; to++)
                    if (port > 0 || at != to)
                        cr_assert_eq(route_at(self, at, port, vc, to).ports != 0,
                                     self->came[at][port][vc][to], "router %u port %u vc %u to %u",
                                     at, port, vc, to);
}

static uint32_t hops(const struct grid *self, uint32_t from, uint32_t to)
{
    uint32_t in_port;
    struct device_route route = route_at(self, from, 0, 0, to);
    if (from == to)
        return 0;
    return 1 + hops(self, beyond(self, from, (uint32_t)__builtin_ctzll(route.ports), &in_port), to);
}

Test(device_route, packets_come_in_only_where_dimension_order_brings_them)
{
    static struct grid grid;
    check_grid(&grid, mesh_map, false);
    cr_assert_eq(hops(&grid, 0, 11), 5);
    // From below, only to the same column; first x, then y
    cr_assert_eq(route_at(&grid, 5, 4, 0, 6).ports, 0);
    cr_assert_eq(route_at(&grid, 5, 4, 0, 9).ports, 1 << 3);
    cr_assert_eq(route_at(&grid, 0, 0, 0, 5).ports, 1 << 1);
    cr_assert_eq(route_at(&grid, 0, 0, 0, 0).ports, 0); // no u-turns
    device_map_free(grid.map);
}

Test(device_route, adaptive_ways_are_shortest_and_turn_as_they_may)
{
    static struct grid grid;
    char *mesh = replaced(mesh_map, "kind: dimension-order", "kind: minimal");
    check_grid(&grid, mesh, false);
    cr_assert_eq(route_at(&grid, 0, 0, 0, 5).ports, 1 << 1 | 1 << 3);
    device_map_free(grid.map);
    free(mesh);
    mesh = replaced(mesh_map, "kind: dimension-order", "kind: west-first");
    check_grid(&grid, mesh, false);
    cr_assert_eq(route_at(&grid, 1, 0, 0, 4).ports, 1 << 2);          // west, then north
    cr_assert_eq(route_at(&grid, 0, 0, 0, 5).ports, 1 << 1 | 1 << 3); // east or north
    cr_assert_eq(route_at(&grid, 5, 4, 0, 8).ports, 0);               // no turn from north to west
    device_map_free(grid.map);
    free(mesh);
    mesh = replaced(mesh_map, "kind: dimension-order", "kind: negative-first");
    check_grid(&grid, mesh, false);
    cr_assert_eq(route_at(&grid, 5, 0, 0, 2).ports, 1 << 4);
    cr_assert_eq(route_at(&grid, 5, 0, 0, 0).ports, 1 << 2 | 1 << 4);
    device_map_free(grid.map);
    free(mesh);
    char *any = replaced(torus_map, "vc: dateline", "vc: any");
    char *order = replaced(any, "  order: [y, x]\n", "");
    char *torus = replaced(order, "kind: dimension-order", "kind: minimal");
    check_grid(&grid, torus, true);
    cr_assert_eq(route_at(&grid, 0, 0, 0, 2).ports, 1 << 1 | 1 << 2); // half way round
    cr_assert_eq(hops(&grid, 0, 10), 3);
    device_map_free(grid.map);
    free(any);
    free(order);
    free(torus);
}

static struct grid torus;
static uint8_t seen[NODES][5][16]; // a channel into a router, and its VC: 1 on the way, 2 done

static void follow(uint32_t router, uint32_t port, uint32_t vc)
{
    cr_assert_neq(seen[router][port][vc], 1, "a cycle of channels");
    if (seen[router][port][vc])
        return;
    seen[router][port][vc] = 1;
    for (uint32_t to = 0; to < NODES; to++) {
        struct device_route route = {0};
        if (torus.came[router][port][vc][to])
            route = route_at(&torus, router, port, vc, to);
        for (uint32_t out = 1; out < 5; out++)
            for (uint32_t v = 0; v < torus.num_vcs; v++) {
                uint32_t in_port;
                if ((route.ports >> out & 1) && (route.vcs >> v & 1)) {
                    uint32_t next = beyond(&torus, router, out, &in_port);
                    follow(next, in_port, v);
                }
            }
    }
    seen[router][port][vc] = 2;
}

static void check_dateline(const char *text)
{
    check_grid(&torus, text, true);
    memset(seen, 0, sizeof seen);
    cr_assert_eq(hops(&torus, 0, 11), 2);
    cr_assert_eq(hops(&torus, 0, 6), 3);
    for (uint32_t router = 0; router < NODES; router++)
        for (uint32_t port = 1; port < 5; port++)
            for (uint32_t vc = 0; vc < torus.num_vcs; vc++)
                follow(router, port, vc);
}

Test(device_route, datelines_leave_no_cycle_of_channels)
{
    static const char *const halves[] = {"minus", "parity"};
    for (uint32_t i = 0; i < 2; i++) {
        char key[64];
        snprintf(key, sizeof key, "ring: true\n  half: %s", halves[i]);
        char *text = replaced(torus_map, "ring: true", key);
        check_dateline(text);
        cr_assert_eq(route_at(&torus, 0, 0, 0, 2).ports, i == 0 ? 1 << 2 : 1 << 1);
        cr_assert_eq(route_at(&torus, 1, 0, 0, 3).ports, 1 << 2);
        device_map_free(torus.map);
        free(text);
    }
    check_dateline(torus_map);
    cr_assert_eq(route_at(&torus, 1, 0, 0, 3).ports, 1 << 1);
    // x 3 to x 0 over the dateline: all VCs; from x 2 that way: the lower half
    cr_assert_eq(route_at(&torus, 3, 0, 0, 0).vcs, 0xf);
    cr_assert_eq(route_at(&torus, 2, 0, 0, 0).vcs, 0x3);
    cr_assert_eq(route_at(&torus, 0, 2, 1, 1).vcs, 0xc); // has crossed
    cr_assert_eq(route_at(&torus, 3, 2, 3, 0).ports, 0); // cannot be in an upper VC
    device_map_free(torus.map);
}

Test(device_route, tables_lead_to_every_port_and_differ_by_seed)
{
    struct device_map *map = map_of(table_map);
    bool differ = false;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct stimulus setup = {.seed = seed};
        struct stimulus other = {.seed = seed + 1};
        uint64_t ports = 0;
        for (uint32_t to = 0; to < 8; to++) {
            struct device_route from[3];
            for (uint32_t p = 0; p < 3; p++)
                from[p] = device_map_route(map, &setup, p, 0, to);
            uint64_t port = from[0].ports | from[1].ports | from[2].ports;
            ports |= port;
            for (uint32_t p = 0; p < 3; p++) {
                cr_assert_eq(from[p].ports, port == 1ULL << p ? 0 : port);
                cr_assert(from[p].ports == 0 || (from[p].vcs && from[p].vcs < 4));
            }
            differ |= device_map_route(map, &other, 0, 0, to).ports != from[0].ports;
        }
        cr_assert_eq(ports, 7);
    }
    cr_assert(differ);
    device_map_free(map);
}

Test(device_route, heads_name_ports_and_terminals)
{
    struct device_map *crossbar = map_of(crossbar_map);
    struct device_map *network = map_of(network_map);
    struct stimulus setup = {0};
    cr_assert_eq(device_map_route(crossbar, &setup, 1, 0, 3).ports, 1 << 3);
    cr_assert_eq(device_map_route(crossbar, &setup, 3, 0, 3).ports, 0);
    cr_assert_eq(device_map_route(network, &setup, 1, 0, 5).ports, 1 << 5);
    device_map_free(crossbar);
    device_map_free(network);
}
