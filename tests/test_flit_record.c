// SPDX-License-Identifier: Apache-2.0
// The record of flits: what is in its window, whole, and what is cut, said.
#include "sim/flit_record.h"

#include "sim/run.h"
#include "tests/config_text.h"
#include "tests/rig.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static struct flit_record record_at(struct flit_record_limits limits, double rate)
{
    static struct fabric_observer observer;
    struct flit_record record = {.limits = limits};
    observer = flit_record_observer(&record);
    struct rig_spec spec = {.topology = {.kind = "mesh", .num_dims = 2, .dims = {4, 4}},
                            .switching = SWITCHING_WORMHOLE,
                            .observer = &observer,
                            .seed = 7};
    struct rig *rig = rig_new(&spec);
    cr_assert(rig_traffic(rig, 300, rate, 8), "%s", rig->err.text);
    cr_assert_gt(rig->num_log, 150);
    rig_free(rig);
    flit_record_finish(&record);
    return record;
}

static struct flit_record record_of(struct flit_record_limits limits)
{
    return record_at(limits, 0.05);
}

static struct flit_record whole(void)
{
    return record_of((struct flit_record_limits){.to_cycle = UINT64_MAX});
}

static bool is_same(const struct fabric_event *a, const struct fabric_event *b)
{
    return a->cycle == b->cycle && a->arrives_cycle == b->arrives_cycle && a->packet == b->packet &&
           a->place == b->place && a->flit_idx == b->flit_idx && a->vc == b->vc &&
           a->kind == b->kind && a->tail == b->tail && a->frees == b->frees;
}

// Every event of `part` is one of `all`, in the same order, and none of its packets is missing one
// up to its end.
static void check_part(const struct flit_record *part, const struct flit_record *all)
{
    size_t at = 0;
    for (size_t e = 0; e < all->num_events; e++) {
        const struct fabric_event *event = &all->events[e];
        if (event->cycle >= part->end_cycle ||
            flit_record_find(part, event->packet) == part->num_packets)
            continue;
        cr_assert_lt(at, part->num_events);
        cr_assert(is_same(event, &part->events[at++]));
    }
    cr_assert_eq(at, part->num_events);
}

static bool is_alive_in(const struct packet *packet, uint64_t from_cycle, uint64_t to_cycle)
{
    return packet->created_cycle <= to_cycle && packet->ejected_cycle >= from_cycle;
}

static size_t num_alive_in(const struct flit_record *all, uint64_t from_cycle, uint64_t to_cycle)
{
    size_t num = 0;
    for (size_t p = 0; p < all->num_packets; p++)
        num += is_alive_in(&all->packets[p], from_cycle, to_cycle);
    return num;
}

Test(flit_record, a_run_is_recorded_whole)
{
    struct flit_record all = whole();
    cr_assert_eq(all.end_cycle, UINT64_MAX);
    for (size_t p = 0; p < all.num_packets; p++) {
        cr_assert(all.delivered[p]);
        cr_assert_eq(flit_record_find(&all, all.packets[p].serial), p);
    }
    cr_assert(!all.cut && all.left_out == 0);
    flit_record_free(&all);
}

Test(flit_record, a_window_has_the_whole_way_of_packets_that_are_alive_in_it)
{
    struct flit_record all = whole();
    struct flit_record part = record_of((struct flit_record_limits){100, 119, 0, 0});
    cr_assert_eq(part.num_packets, num_alive_in(&all, 100, 119));
    cr_assert_lt(part.packets[0].created_cycle, 100);
    cr_assert_eq(part.end_cycle, 120);
    for (size_t p = 0; p < part.num_packets; p++) {
        size_t same = flit_record_find(&all, part.packets[p].serial);
        cr_assert(is_alive_in(&all.packets[same], 100, 119));
        cr_assert_eq(part.delivered[p], all.packets[same].ejected_cycle <= 119);
    }
    check_part(&part, &all);
    cr_assert(!part.cut && part.left_out == 0);
    flit_record_free(&part);
    flit_record_free(&all);
}

// Whether the packet of each flit that is under way from a cycle to the end of `part` is in it.
static void check_moving(const struct flit_record *part, const struct flit_record *all,
                         uint64_t from_cycle)
{
    for (size_t e = 0; e < all->num_events; e++) {
        const struct fabric_event *event = &all->events[e];
        const struct packet *packet = &all->packets[flit_record_find(all, event->packet)];
        if (event->kind == FABRIC_FLIT && event->cycle < part->end_cycle &&
            packet->ejected_cycle >= from_cycle)
            cr_assert_lt(flit_record_find(part, event->packet), part->num_packets);
    }
}

Test(flit_record, packets_that_are_left_out_wait_at_their_sources_until_the_record_ends)
{
    const double rate = 0.3; // more than it takes
    struct flit_record all = record_at((struct flit_record_limits){.to_cycle = UINT64_MAX}, rate);
    size_t alive = num_alive_in(&all, 200, 200);
    size_t num_cut = 0;
    size_t num_none = 0;
    for (size_t max = 1; max <= alive + 1; max += 7) {
        struct flit_record part = record_at((struct flit_record_limits){200, 219, max, 0}, rate);
        cr_assert_leq(part.num_packets, max);
        cr_assert_eq(part.num_packets == 0, !part.begun);
        cr_assert_eq(part.cut, part.end_cycle < 220);
        check_part(&part, &all);
        if (part.begun)
            check_moving(&part, &all, 200);
        num_none += !part.begun;
        num_cut += part.begun && part.cut && part.end_cycle > 205;
        flit_record_free(&part);
    }
    cr_assert(num_none > 0 && num_cut > 0, "%zu of %zu, %zu", num_none, alive, num_cut);
    flit_record_free(&all);
}

Test(flit_record, a_record_whose_room_is_used_up_ends_with_a_whole_cycle_and_says_so)
{
    struct flit_record all = whole();
    for (size_t max = 500; max < 530; max++) {
        struct flit_record part = record_of((struct flit_record_limits){0, UINT64_MAX, 0, max});
        cr_assert(part.cut);
        cr_assert_leq(part.num_events, max);
        size_t fit = part.num_events; // what would be with one more cycle
        while (fit < all.num_events && all.events[fit].cycle <= part.end_cycle)
            fit++;
        cr_assert_gt(fit, max);
        cr_assert_eq(part.num_packets, num_alive_in(&all, 0, part.end_cycle - 1));
        for (size_t p = 0; p < part.num_packets; p++)
            cr_assert_eq(part.delivered[p], all.packets[p].ejected_cycle < part.end_cycle);
        check_part(&part, &all);
        flit_record_free(&part);
    }
    flit_record_free(&all);
}

Test(flit_record, packets_before_the_window_take_no_room)
{
    struct flit_record all = whole();
    struct flit_record part = record_of((struct flit_record_limits){250, 259, 0, 600});
    cr_assert_not(part.cut);
    cr_assert_gt(all.num_events, 4 * 600);
    cr_assert_eq(part.num_packets, num_alive_in(&all, 250, 259));
    check_part(&part, &all);
    struct flit_record none = record_of((struct flit_record_limits){1000000, UINT64_MAX, 0, 0});
    cr_assert_eq(none.num_packets + none.num_events, 0);
    flit_record_free(&none);
    flit_record_free(&part);
    flit_record_free(&all);
}

Test(flit_record, a_run_records_what_it_counts_and_an_ideal_network_packets_alone)
{
    for (int ideal = 0; ideal < 2; ideal++) {
        struct flit_record record = {.limits.to_cycle = UINT64_MAX};
        struct fabric_observer observer = flit_record_observer(&record);
        struct config config = made();
        struct run_result *result = calloc(1, sizeof *result);
        struct err err = {0};
        set(&config, "fabric.topology.nodes=16");
        set(&config, "run.measure_cycles=400");
        if (ideal)
            set(&config, "fabric.model=ideal");
        struct run_outputs outputs = {.quiet = true, .observer = &observer};
        cr_assert(result && run_simulate(&config, &outputs, result, &err), "%s", err.text);
        uint64_t num[FABRIC_NUM_EVENT_KINDS] = {0};
        for (size_t e = 0; e < record.num_events; e++)
            num[record.events[e].kind]++;
        cr_assert_gt(record.num_packets, 100);
        cr_assert_eq(num[FABRIC_CREATED], result->counters.packets_created);
        cr_assert_eq(num[FABRIC_DELIVERED], result->counters.packets_ejected);
        cr_assert_eq(num[FABRIC_EJECTED], ideal ? 0 : result->counters.flits_ejected);
        flit_record_free(&record);
        config_free(&config);
        free(result);
    }
}
