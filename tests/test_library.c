// SPDX-License-Identifier: Apache-2.0
// libordito, as who embeds it sees it.
#include "tests/library.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char mesh[] = "fabric: {topology: {kind: mesh, dims: [4, 4]}}";

// --- what is refused ----------------------------------------------------------------------------

static void is_refused(const char *yaml, const struct ordito_options *options, int status,
                       const char *words)
{
    struct ordito_error error;
    cr_assert_null(ordito_new(yaml, options, &error), "%s", yaml);
    cr_assert_eq(error.status, status, "%s", error.text);
    cr_assert(strstr(error.text, words), "%s", error.text);
}

Test(library, a_wrong_configuration_is_refused_with_line_and_key)
{
    is_refused("fabric:\n  router: {vsc: 2}", NULL, ORDITO_REFUSED,
               "configuration:2: fabric.router.vsc: unknown key; nearest: fabric.router.vcs");
    is_refused("fabric: {topology: {kind: mesh, dims: [0, 4]}}", NULL, ORDITO_REFUSED,
               "configuration:1: fabric.topology.dims");
    is_refused("]", NULL, ORDITO_REFUSED, "configuration:1: not YAML");
    is_refused(NULL, NULL, ORDITO_REFUSED, "no configuration");
    is_refused("fabric: {topology: {kind: ring, n: 8}, router: {vcs: 1}}", NULL, ORDITO_DEADLOCK,
               "router");
    is_refused("fabric: {model: ideal, ideal: {rules: loggops}}", NULL, ORDITO_REFUSED,
               "fabric.ideal.rules");
    cr_assert_null(ordito_new("fabric: 1", NULL, NULL)); // nobody listens
}

Test(library, settings_are_applied_after_the_configuration)
{
    const char *const settings[] = {"fabric.topology={kind: ring, n: 5}", "fabric.router.vcs=2"};
    const char *const wrong[] = {"fabric.router.vcs=9"};
    struct ordito_options options = {
        .size = sizeof options, .settings = settings, .num_settings = 2};
    struct ordito_error error;
    struct ordito_topology topology;
    struct ordito *o = ordito_new(mesh, &options, &error);
    cr_assert(o, "%s", error.text);
    ordito_read_topology(o, &topology, sizeof topology);
    cr_assert_eq(topology.nodes, 5);
    cr_assert_eq(topology.channels, 10);
    cr_assert_eq(topology.diameter_hops, 2);
    cr_assert_eq(topology.vcs, 2);
    ordito_free(o);
    options.settings = wrong;
    options.num_settings = 1;
    is_refused(mesh, &options, ORDITO_REFUSED, "setting: fabric.router.vcs");
    options.size = 0;
    is_refused(mesh, &options, ORDITO_REFUSED, "options.size");
}

Test(library, a_file_is_read_as_the_program_reads_it)
{
    struct ordito_error error;
    struct ordito_topology topology;
    struct ordito *o = ordito_new_file("sim/examples/graph-campus.yaml", NULL, &error);
    cr_assert(o, "%s", error.text); // with the graph beside it
    ordito_read_topology(o, &topology, sizeof topology);
    cr_assert_gt(topology.nodes, 1);
    ordito_free(o);
    cr_assert_null(ordito_new_file("/nonexistent/c.yaml", NULL, &error));
    cr_assert_eq(error.status, ORDITO_REFUSED);
    cr_assert(strstr(error.text, "/nonexistent/c.yaml"), "%s", error.text);
}

static void does_not_go(struct ordito *o, uint32_t source, uint32_t destination, uint32_t flits,
                        uint32_t traffic_class, const char *words)
{
    struct ordito_error error;
    cr_assert_eq(ordito_send(o, source, destination, flits, traffic_class, 0, &error),
                 ORDITO_REFUSED);
    cr_assert(strstr(error.text, words), "%s", error.text);
    cr_assert(ordito_idle(o)); // nothing has come of it
}

Test(library, a_malformed_packet_is_refused_in_words_and_changes_nothing)
{
    struct ordito *o = library_new("fabric: {topology: {kind: mesh, dims: [4, 4]}, "
                                   "router: {switching: store-and-forward, buffer_flits: 5}}");
    struct ordito_topology topology;
    ordito_read_topology(o, &topology, sizeof topology);
    cr_assert_eq(topology.packet_flits_max, 5);
    does_not_go(o, 16, 0, 1, 0, "there is no node 16, the last is 15");
    does_not_go(o, 0, UINT32_MAX, 1, 0, "there is no node 4294967295");
    does_not_go(o, 0, 1, 0, 0, "at least 1 flit");
    does_not_go(o, 0, 1, 6, 0, "a packet of 6 flits, and the longest that the fabric takes is 5");
    does_not_go(o, 0, 1, 1, 1, "there is no traffic class 1");
    cr_assert_eq(ordito_send(o, 3, 3, 5, 0, 0, NULL), ORDITO_OK); // to itself
    cr_assert_eq(ordito_queued(o, 3, 0), 1);
    cr_assert_eq(ordito_queued(o, 3, 1), UINT32_MAX);
    cr_assert_eq(ordito_queued(o, 16, 0), UINT32_MAX);
    ordito_free(o);
    ordito_free(NULL);
}

// --- time ---------------------------------------------------------------------------------------

Test(library, a_packet_can_be_polled_after_the_cycle_in_which_its_tail_is_taken_and_not_before)
{
    struct ordito *o = library_new(mesh);
    struct ordito_delivery d = {0};
    uint64_t cycles = 0;
    cr_assert_eq(ordito_step_to(o, 1000, NULL), ORDITO_OK);
    cr_assert_eq(ordito_cycle(o), 1000);
    cr_assert_eq(ordito_zero_load(o, 0, 15, 4, &cycles, NULL), ORDITO_OK);
    cr_assert_eq(ordito_send(o, 0, 15, 4, 0, UINT64_MAX - 1, NULL), ORDITO_OK);
    for (uint64_t i = 0; i < cycles; i++) {
        cr_assert_eq(ordito_step(o, NULL), ORDITO_OK);
        cr_assert_not(ordito_poll(o, &d, sizeof d), "cycle %lu", i);
    }
    cr_assert_eq(ordito_step(o, NULL), ORDITO_OK);
    cr_assert(ordito_poll(o, &d, sizeof d));
    cr_assert_eq(d.tag, UINT64_MAX - 1);
    cr_assert_eq(d.created_cycle, 1000);
    cr_assert_eq(d.injected_cycle, 1000);
    cr_assert_eq(d.ejected_cycle, 1000 + cycles);
    cr_assert_eq(d.hops, 6);
    cr_assert_eq(d.flits, 4);
    cr_assert_eq(d.fate, ORDITO_WHOLE);
    cr_assert_not(ordito_poll(o, &d, sizeof d));
    ordito_free(o);
}

Test(library, stepping_until_a_delivery_stops_there_and_jumps_where_there_is_nothing)
{
    struct ordito *o = library_new(mesh);
    struct ordito_error error;
    struct ordito_delivery d = {0};
    cr_assert_eq(ordito_step_until(o, ORDITO_NEVER, &error), ORDITO_OK);
    cr_assert_eq(ordito_cycle(o), 0); // nothing will come
    cr_assert_eq(ordito_step_until(o, UINT64_C(1) << 50, &error), ORDITO_OK);
    cr_assert_eq(ordito_cycle(o), UINT64_C(1) << 50);
    cr_assert_eq(ordito_step_to(o, (UINT64_C(1) << 50) + 1, &error), ORDITO_REFUSED);
    cr_assert_eq(ordito_step_until(o, (UINT64_C(1) << 50) + 1, &error), ORDITO_REFUSED);
    cr_assert_eq(ordito_step_to(o, 5, &error), ORDITO_OK); // is past
    cr_assert_eq(ordito_cycle(o), UINT64_C(1) << 50);
    ordito_free(o);

    o = library_new(mesh);
    ordito_send(o, 0, 1, 1, 0, 1, NULL);
    ordito_send(o, 0, 15, 8, 0, 2, NULL);
    cr_assert_eq(ordito_step_until(o, 1000000, &error), ORDITO_OK);
    uint64_t first = ordito_cycle(o);
    cr_assert_eq(ordito_step_until(o, 1000000, &error), ORDITO_OK);
    cr_assert_eq(ordito_cycle(o), first); // it is still there to be polled
    cr_assert(ordito_poll(o, &d, sizeof d));
    cr_assert_eq(d.tag, 1);
    cr_assert_eq(d.ejected_cycle + 1, first);
    cr_assert_eq(ordito_step_until(o, ORDITO_NEVER, &error), ORDITO_OK);
    cr_assert(ordito_poll(o, &d, sizeof d));
    cr_assert_eq(d.ejected_cycle + 1, ordito_cycle(o));
    ordito_free(o);
}

static void is_zero_load(const char *yaml)
{
    struct ordito *o = library_new(yaml);
    struct ordito_topology topology;
    ordito_read_topology(o, &topology, sizeof topology);
    for (uint32_t s = 0; s < topology.nodes; s++) {
        for (uint32_t t = 0; t < topology.nodes; t++) {
            uint32_t flits = 1 + (s + t) % topology.packet_flits_max;
            uint64_t cycles;
            uint32_t hops;
            struct ordito_delivery d;
            struct ordito_error error;
            cr_assert_eq(ordito_zero_load(o, s, t, flits, &cycles, &error), ORDITO_OK, "%s",
                         error.text);
            cr_assert_eq(ordito_hops(o, s, t, &hops, &error), ORDITO_OK, "%s", error.text);
            ordito_send(o, s, t, flits, 0, 0, NULL);
            cr_assert_eq(ordito_step_until(o, ORDITO_NEVER, &error), ORDITO_OK);
            cr_assert(ordito_poll(o, &d, sizeof d));
            cr_assert_eq(d.ejected_cycle - d.created_cycle, cycles, "%s: %u to %u, %u flits", yaml,
                         s, t, flits);
            cr_assert_eq(d.hops, hops, "%s: %u to %u", yaml, s, t);
            cr_assert_eq(ordito_step_to(o, ordito_cycle(o) + 50, &error), ORDITO_OK);
        }
    }
    ordito_free(o);
}

Test(library, a_packet_alone_takes_its_zero_load_latency)
{
    static const char *const modes[] = {"store-and-forward", "virtual-cut-through", "wormhole",
                                        "circuit"};
    static const char *const topologies[] = {"kind: torus, dims: [4, 3]", "kind: star, n: 6",
                                             "kind: graph, file: tests/graphs/web.txt"};
    char yaml[256];
    for (size_t m = 0; m < 4; m++) {
        for (size_t t = 0; t < 3; t++) {
            snprintf(yaml, sizeof yaml, "fabric: {topology: {%s}, router: {switching: %s}}",
                     topologies[t], modes[m]);
            is_zero_load(yaml);
        }
    }
    is_zero_load("fabric: {topology: {kind: mesh, dims: [3, 3]}, model: ideal}");
    is_zero_load("fabric: {topology: {kind: torus, dims: [3, 3]}, packet: {max_flits: 4}, "
                 "router: {routing: bubble, vcs: 1, switching: virtual-cut-through}}");
}

Test(library, zero_load_is_refused_where_there_is_no_closed_form)
{
    uint64_t cycles = 77;
    uint32_t hops = 77;
    struct ordito_error error;
    struct ordito *o = library_new("fabric: {topology: {kind: graph, file: tests/graphs/far.txt}}");
    cr_assert_eq(ordito_zero_load(o, 0, 1, 1, &cycles, &error), ORDITO_REFUSED);
    cr_assert(strstr(error.text, "latencies or widths of their own"), "%s", error.text);
    cr_assert_eq(ordito_hops(o, 0, 1000, &hops, &error), ORDITO_REFUSED);
    ordito_free(o);
    o = library_new("fabric: {router: {routing: valiant}, topology: {kind: mesh, dims: [4, 4]}}");
    cr_assert_eq(ordito_hops(o, 0, 1, &hops, &error), ORDITO_REFUSED);
    cr_assert(strstr(error.text, "valiant"), "%s", error.text);
    cr_assert_eq(ordito_zero_load(o, 0, 1, 1, &cycles, &error), ORDITO_REFUSED);
    ordito_free(o);
    o = library_new(mesh);
    cr_assert_eq(ordito_zero_load(o, 0, 1, 0, &cycles, &error), ORDITO_REFUSED);
    cr_assert_eq(ordito_zero_load(o, 0, 1, 9, &cycles, &error), ORDITO_REFUSED);
    cr_assert_eq(cycles, 77);
    cr_assert_eq(hops, 77);
    ordito_free(o);
}

// --- figures ------------------------------------------------------------------------------------

Test(library, figures_can_be_read_on_the_way_and_do_not_change_the_end)
{
    struct library_packet packets[LIBRARY_PACKETS];
    struct ordito_delivery *deliveries = calloc(LIBRARY_PACKETS, sizeof *deliveries);
    struct ordito_statistics s;
    library_draw(packets, 16, 1, 1);
    struct ordito *plain = library_new(mesh);
    struct ordito *read = library_new(mesh);
    library_replay(plain, packets, deliveries);
    for (uint32_t i = 0; i < LIBRARY_PACKETS; i++) {
        ordito_step_to(read, packets[i].cycle, NULL);
        ordito_read_statistics(read, &s, sizeof s);
        free(ordito_json(read, NULL));
        cr_assert_eq(s.packets_created, i);
        cr_assert_leq(s.packets_ejected, i);
        cr_assert_eq(s.cycles, packets[i].cycle);
        ordito_send(read, packets[i].source, packets[i].destination, packets[i].flits, 0, i, NULL);
    }
    ordito_step_to(read, ordito_cycle(plain), NULL);
    char *by_plain = ordito_json(plain, NULL);
    char *by_read = ordito_json(read, NULL);
    cr_assert_str_eq(by_read, by_plain);
    ordito_read_statistics(read, &s, sizeof s);
    uint64_t max = 0, flits = 0;
    for (uint32_t i = 0; i < LIBRARY_PACKETS; i++) {
        uint64_t latency = deliveries[i].ejected_cycle - deliveries[i].created_cycle;
        max = latency > max ? latency : max;
        flits += packets[i].flits;
    }
    cr_assert_eq(s.latency.max_cycles, max);
    cr_assert_eq(s.flits_ejected, flits);
    cr_assert_eq(s.packets_ejected, LIBRARY_PACKETS);
    free(by_plain);
    free(by_read);
    free(deliveries);
    ordito_free(plain);
    ordito_free(read);
}

Test(library, structs_of_other_sizes_are_filled_as_far_as_they_go)
{
    struct {
        struct ordito_topology known;
        char more[16];
    } large;
    struct {
        uint64_t nodes;
        uint64_t guard;
    } small = {0, 12345};
    struct ordito *o = library_new(mesh);
    memset(&large, 0xff, sizeof large);
    ordito_read_topology(o, &large.known, sizeof large);
    cr_assert_eq(large.known.nodes, 16);
    for (size_t i = 0; i < sizeof large.more; i++)
        cr_assert_eq(large.more[i], 0);
    ordito_read_topology(o, (struct ordito_topology *)(void *)&small, sizeof small.nodes);
    cr_assert_eq(small.nodes, 16);
    cr_assert_eq(small.guard, 12345);
    ordito_free(o);
}

// What the header says of sizes and numbers is the ABI: it may grow at the ends only.
Test(library, sizes_and_numbers_of_the_interface_are_those_of_version_0)
{
    cr_assert_eq(sizeof(struct ordito_error), 2048);
    cr_assert_eq(sizeof(struct ordito_flit), 40);
    cr_assert_eq(sizeof(struct ordito_options), 48);
    cr_assert_eq(sizeof(struct ordito_delivery), 64);
    cr_assert_eq(sizeof(struct ordito_latency), 56);
    cr_assert_eq(sizeof(struct ordito_statistics), 240);
    cr_assert_eq(sizeof(struct ordito_topology), 88);
    cr_assert_eq(offsetof(struct ordito_delivery, fate), 60);
    cr_assert_eq(offsetof(struct ordito_statistics, channel_utilisation_max), 232);
    cr_assert_eq(offsetof(struct ordito_options, systemc), 40);
    cr_assert_eq(offsetof(struct ordito_topology, clock_hz), 72);
    cr_assert_eq(offsetof(struct ordito_topology, header_flits), 80);
    cr_assert(ORDITO_OK == 0 && ORDITO_FAILED == 1 && ORDITO_REFUSED == 2 && ORDITO_DEADLOCK == 3 &&
              ORDITO_MISMATCH == 4);
    cr_assert(strchr(ordito_version(), '.'));
}
