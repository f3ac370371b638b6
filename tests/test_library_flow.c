// SPDX-License-Identifier: Apache-2.0
// libordito under pressure: full source queues, nodes that do not take, flits one by one, faults,
// and what ends an instance.
#include "sim/rng.h"
#include "tests/library.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void step(struct ordito *o, uint64_t cycles)
{
    struct ordito_error error;
    cr_assert_eq(ordito_step_to(o, ordito_cycle(o) + cycles, &error), ORDITO_OK, "%s", error.text);
}

static uint32_t num_polled(struct ordito *o)
{
    struct ordito_delivery delivery;
    uint32_t num = 0;
    while (ordito_poll(o, &delivery, sizeof delivery))
        num++;
    return num;
}

Test(library_flow, source_queues_tell_their_lengths)
{
    struct ordito *o = library_new("fabric: {topology: {kind: ring, n: 4}, "
                                   "router: {classes: 2, vcs: 4}}");
    for (uint32_t i = 0; i < 10; i++)
        ordito_send(o, 1, 2, 4, i % 2, i, NULL);
    cr_assert_eq(ordito_queued(o, 1, 0), 5);
    cr_assert_eq(ordito_queued(o, 1, 1), 5);
    cr_assert_eq(ordito_queued(o, 2, 0), 0);
    step(o, 4);
    cr_assert_eq(ordito_queued(o, 1, 1), 4); // its tail left in the fourth cycle
    cr_assert_eq(ordito_queued(o, 1, 0), 5); // the lower class waits
    step(o, 3);
    cr_assert_eq(ordito_queued(o, 1, 1), 4);
    step(o, 33);
    cr_assert_eq(ordito_queued(o, 1, 0), 0);
    cr_assert_eq(ordito_queued(o, 1, 1), 0);
    ordito_free(o);
}

// A node that does not take, in some mode, at last takes all.
static void holds(const char *yaml)
{
    struct ordito_error error;
    struct ordito *o = library_new(yaml);
    cr_assert_eq(ordito_stall(o, 3, 1, &error), ORDITO_OK, "%s", error.text);
    for (uint32_t i = 0; i < 100; i++)
        ordito_send(o, 0, 3, 4, 0, i, NULL);
    ordito_send(o, 1, 2, 4, 0, 100, NULL);
    cr_assert_eq(ordito_step_until(o, ORDITO_NEVER, &error), ORDITO_REFUSED);
    cr_assert(strstr(error.text, "1 nodes are stalled"), "%s", error.text);
    step(o, 500);                               // far more than the watchdog has patience
    cr_assert_eq(num_polled(o), 1, "%s", yaml); // only the other
    cr_assert_gt(ordito_queued(o, 0, 0), 20, "%s", yaml);
    cr_assert_not(ordito_idle(o));
    cr_assert_eq(ordito_stall(o, 3, 0, &error), ORDITO_OK);
    step(o, 5000);
    cr_assert_eq(num_polled(o), 100, "%s", yaml);
    cr_assert(ordito_idle(o));
    ordito_free(o);
}

Test(library_flow, a_stalled_node_takes_nothing_until_it_is_not)
{
    holds("fabric: {topology: {kind: mesh, dims: [4, 4]}}\nrun: {watchdog_cycles: 100}");
    holds("fabric: {topology: {kind: mesh, dims: [4, 4]}, router: {switching: store-and-forward}}\n"
          "run: {watchdog_cycles: 100}");
    holds("fabric: {topology: {kind: mesh, dims: [4, 4]}, router: {switching: circuit}}\n"
          "run: {watchdog_cycles: 100}");
}

Test(library_flow, a_stall_of_one_class_lets_the_others_through)
{
    struct ordito_error error;
    struct ordito_delivery d;
    struct ordito *o = library_new("fabric: {topology: {kind: mesh, dims: [4, 4]}, "
                                   "router: {classes: 2, vcs: 4}}");
    cr_assert_eq(ordito_stall(o, 3, 1, &error), ORDITO_OK);
    for (uint32_t i = 0; i < 40; i++)
        ordito_send(o, 0, 3, 4, 0, 0, NULL);
    step(o, 100);
    ordito_send(o, 0, 3, 4, 1, 1, NULL);
    step(o, 100);
    cr_assert(ordito_poll(o, &d, sizeof d));
    cr_assert_eq(d.tag, 1);
    cr_assert_eq(num_polled(o), 0);
    cr_assert_eq(ordito_stall(o, 3, 3, &error), ORDITO_OK);
    cr_assert_eq(ordito_stall(o, 3, 4, &error), ORDITO_REFUSED);
    cr_assert_eq(ordito_stall(o, 16, 1, &error), ORDITO_REFUSED);
    cr_assert(strstr(error.text, "there is no node 16"), "%s", error.text);
    ordito_free(o);
    o = library_new("fabric: {model: ideal}");
    cr_assert_eq(ordito_stall(o, 0, 1, &error), ORDITO_REFUSED);
    ordito_free(o);
}

Test(library_flow, instances_with_packets_under_way_can_be_freed)
{
    struct ordito *o = library_new("fabric: {topology: {kind: torus, dims: [4, 4]}}");
    for (uint32_t i = 0; i < 200; i++)
        ordito_send(o, i % 16, (i * 7) % 16, 8, 0, i, NULL);
    step(o, 40);
    ordito_free(o);
}

// --- flits --------------------------------------------------------------------------------------

struct seen {
    uint32_t next_flit[LIBRARY_PACKETS]; // by tag
    uint64_t last_cycle[LIBRARY_PACKETS];
    uint64_t num;
};

static void see(void *context, const struct ordito_flit *flit)
{
    struct seen *seen = context;
    cr_assert_eq(flit->flit_idx, seen->next_flit[flit->tag]++);
    cr_assert_lt(flit->flit_idx, flit->packet_flits);
    seen->last_cycle[flit->tag] = flit->cycle;
    seen->num++;
}

static void tells_flits(const char *yaml)
{
    struct seen *seen = calloc(1, sizeof *seen);
    struct ordito_options options = {.size = sizeof options, .flit_taken = see, .context = seen};
    struct ordito_delivery *deliveries = calloc(LIBRARY_PACKETS, sizeof *deliveries);
    struct library_packet packets[LIBRARY_PACKETS];
    struct ordito *o = ordito_new(yaml, &options, NULL);
    uint64_t flits = 0;
    cr_assert(o);
    library_draw(packets, 16, 1, 3);
    cr_assert_eq(library_replay(o, packets, deliveries), LIBRARY_PACKETS);
    for (uint32_t i = 0; i < LIBRARY_PACKETS; i++) {
        const struct ordito_delivery *d = &deliveries[i];
        cr_assert_eq(seen->next_flit[d->tag], d->flits);
        cr_assert_eq(seen->last_cycle[d->tag], d->ejected_cycle);
        flits += d->flits;
    }
    cr_assert_eq(seen->num, flits);
    ordito_free(o);
    free(deliveries);
    free(seen);
}

Test(library_flow, every_flit_is_told_of_with_its_packet_and_place)
{
    tells_flits("fabric: {topology: {kind: torus, dims: [4, 4]}}");
    tells_flits("fabric: {topology: {kind: mesh, dims: [4, 4]}, router: {switching: circuit}}");
    tells_flits("fabric: {topology: {kind: mesh, dims: [4, 4]}, "
                "channel: {faults: {drop_rate: 0.1}}}");
}

// --- what goes wrong ----------------------------------------------------------------------------

Test(library_flow, lost_and_changed_packets_come_back_as_such)
{
    struct ordito *o = library_new("fabric: {topology: {kind: mesh, dims: [4, 4]}, "
                                   "channel: {faults: {drop_rate: 0.05, corrupt_rate: 0.05}}}");
    struct library_packet packets[LIBRARY_PACKETS];
    struct ordito_delivery *deliveries = calloc(LIBRARY_PACKETS, sizeof *deliveries);
    struct ordito_statistics s;
    uint64_t num[3] = {0};
    library_draw(packets, 16, 1, 3);
    cr_assert_eq(library_replay(o, packets, deliveries), LIBRARY_PACKETS);
    for (uint32_t i = 0; i < LIBRARY_PACKETS; i++)
        num[deliveries[i].fate]++;
    ordito_read_statistics(o, &s, sizeof s);
    cr_assert_gt(num[ORDITO_DROPPED], 10);
    cr_assert_gt(num[ORDITO_CORRUPTED], 10);
    cr_assert_eq(s.packets_dropped, num[ORDITO_DROPPED]);
    cr_assert_eq(s.packets_corrupted, num[ORDITO_CORRUPTED]);
    free(deliveries);
    ordito_free(o);
}

Test(library_flow, a_deadlock_ends_an_instance_and_tells_who_waits_for_whom)
{
    struct ordito_error error;
    struct ordito *o = library_new(
        "fabric: {topology: {kind: ring, n: 8}, allow_deadlock: true,"
        " router: {vcs: 1, buffer_flits: 2}, packet: {max_flits: 8}}\nrun: {watchdog_cycles: 100}");
    for (uint32_t i = 0; i < 32; i++)
        ordito_send(o, i % 8, (i + 3) % 8, 8, 0, i, NULL);
    int status = ORDITO_OK;
    while (status == ORDITO_OK && !ordito_idle(o)) {
        num_polled(o);
        status = ordito_step_until(o, ORDITO_NEVER, &error);
    }
    cr_assert_eq(status, ORDITO_DEADLOCK, "%s", error.text);
    cr_assert(strstr(error.text, "no flit has moved since"), "%s", error.text);
    cr_assert(strstr(error.text, "who waits for whom:\n"), "%s", error.text);
    uint64_t cycle = ordito_cycle(o);
    struct ordito_error again;
    cr_assert_eq(ordito_step(o, &again), ORDITO_DEADLOCK);
    cr_assert_str_eq(again.text, error.text);
    cr_assert_eq(ordito_step_to(o, cycle + 10, &again), ORDITO_DEADLOCK);
    cr_assert_eq(ordito_send(o, 0, 1, 1, 0, 0, &again), ORDITO_DEADLOCK);
    cr_assert_eq(ordito_cycle(o), cycle);
    num_polled(o);
    ordito_free(o);
}

// --- all at once --------------------------------------------------------------------------------

// Random traffic to nodes that stop and go at random, and then go. What is told of each packet, as
// one number; every packet must have come once.
static uint64_t rough_ride(const char *topology, const char *mode, const char *backend)
{
    enum { NUM_PACKETS = 2000 };
    char yaml[256];
    struct ordito_delivery d;
    struct ordito_error error;
    uint8_t *come = calloc(NUM_PACKETS, 1);
    uint64_t told = 0;
    uint32_t num = 0;
    struct rng rng = rng_make(1, RNG_INJECTION, 0);
    snprintf(yaml, sizeof yaml,
             "fabric: {topology: %s, router: {switching: %s}, backend: %s}\n"
             "run: {watchdog_cycles: 200}",
             topology, mode, backend);
    struct ordito *o = library_new(yaml);
    for (uint32_t sent = 0; num < NUM_PACKETS;) {
        uint32_t node = (uint32_t)rng_below(&rng, 16);
        if (sent < NUM_PACKETS && ordito_queued(o, node, 0) < 4) {
            ordito_send(o, node, (uint32_t)rng_below(&rng, 16),
                        1 + (uint32_t)rng_below(&rng, LIBRARY_MAX_FLITS), 0, sent, &error);
            sent++;
        }
        bool stalls = sent < NUM_PACKETS && rng_below(&rng, 2) > 0;
        ordito_stall(o, (uint32_t)rng_below(&rng, 16), stalls, &error);
        uint64_t ahead = rng_below(&rng, 4);
        cr_assert_eq(ordito_step_until(o, ordito_cycle(o) + ahead, &error), ORDITO_OK, "%s: %s",
                     yaml, error.text);
        for (; ordito_poll(o, &d, sizeof d); num++) {
            cr_assert_eq(come[d.tag]++, 0);
            told = rng_mix(told ^ d.tag) + rng_mix(d.injected_cycle) + rng_mix(~d.ejected_cycle);
        }
        cr_assert_lt(ordito_cycle(o), 1000000, "%s", yaml);
    }
    free(come);
    ordito_free(o);
    return told;
}

Test(library_flow, nodes_that_stop_and_go_get_every_packet_once_by_every_back_end_alike)
{
    static const char *const modes[] = {"store-and-forward", "virtual-cut-through", "wormhole",
                                        "circuit"};
    for (size_t m = 0; m < 4; m++) {
        uint64_t by_ref = rough_ride("{kind: mesh, dims: [4, 4]}", modes[m], "ref");
        cr_assert_eq(rough_ride("{kind: mesh, dims: [4, 4]}", modes[m], "lockstep"), by_ref);
        cr_assert_neq(rough_ride("{kind: torus, dims: [4, 4]}", modes[m], "ref"), by_ref);
    }
}

Test(library_flow, no_configuration_brings_it_down)
{
    static const char whole[] =
        "fabric:\n  topology: {kind: torus, dims: [4, 3]}\n"
        "  router: {switching: wormhole, vcs: 4, buffer_flits: 8, classes: 2, pipeline: 2}\n"
        "  channel: {latency_cycles: 2, faults: {drop_rate: 0.1}}\n"
        "  packet: {max_flits: 6, header_flits: 1}\nrun: {seed: 3, watchdog_cycles: 100}\n";
    static const char signs[] = "0123456789{}[],:-~.\"'#&*\n abcefx";
    struct rng rng = rng_make(2, RNG_INJECTION, 0);
    uint32_t num_made = 0;
    for (int i = 0; i < 1500; i++) {
        char yaml[sizeof whole];
        struct ordito_error error = {0};
        memcpy(yaml, whole, sizeof whole);
        for (uint64_t flips = rng_below(&rng, 3) + 1; flips > 0; flips--) {
            size_t at = rng_below(&rng, sizeof whole - 1);
            size_t digit = at + strcspn(whole + at, "0123456789");
            if (i % 2 == 0 && whole[digit]) // only numbers
                yaml[digit] = (char)('0' + rng_below(&rng, 10));
            else
                yaml[at] = signs[rng_below(&rng, sizeof signs - 1)];
        }
        struct ordito *o = ordito_new(yaml, NULL, &error);
        cr_assert_eq(o == NULL, error.status != ORDITO_OK, "%s", yaml);
        if (!o)
            cr_assert(error.text[0] && strlen(error.text) < sizeof error.text);
        else {
            num_made++;
            for (uint32_t n = 0; n < 4; n++)
                ordito_send(o, n, n / 2, n + 1, n % 2, n, NULL);
            ordito_step_to(o, 100, NULL);
        }
        ordito_free(o);
    }
    cr_assert_gt(num_made, 100);
}
