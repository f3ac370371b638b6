// SPDX-License-Identifier: Apache-2.0
// Cards that send anew what the network has lost: what is sent when, what is told, and the end of
// patience. That all arrives whatever is lost, and nothing locks up: test_nic_mix.c and
// test_nic_flood.c.
#include "nic/nic_reliable.h"
#include "tests/nic_rig.h"

#include <criterion/criterion.h>

enum { TAG = 77 };

static struct nic_rig_spec reliable(void)
{
    struct nic_rig_spec spec = {.nic = nic_default_params};
    spec.nic.reliable = NIC_RELIABLE_NIC;
    spec.nic.max_retries = 3;
    return spec;
}

// Node 0 sends messages to node 1, which has lists for all.
struct pair {
    struct nic_rig *rig;
    struct nic_host from, to;
};

static struct pair make(const struct nic_rig_spec *spec)
{
    const uint32_t sizes[3] = {32, 32, 64};
    struct pair self = {.rig = nic_rig_new(spec)};
    self.from = nic_host_make(self.rig, 0, 0, sizes, 0, 0);
    self.to = nic_host_make(self.rig, 1, 0, sizes, 0, 0);
    for (uint32_t i = 0; i < 32; i++)
        nic_host_post(&self.to, self.to.base + NIC_RIG_BUFFERS + (uint64_t)i * 4096, 4096);
    nic_rig_run(self.rig, 1000000);
    return self;
}

static void send(struct pair *self, uint32_t bytes, uint64_t key)
{
    uint64_t address = self->from.base + NIC_RIG_BUFFERS + key * 4096;
    nic_host_fill(&self->from, address, bytes, key);
    nic_host_send(&self->from, 1, 0, address, bytes, NIC_COMPLETE, key);
}

static void check_come(struct pair *self, uint32_t bytes, uint64_t key)
{
    struct nic_completion completion = nic_host_expect(&self->to, NIC_OK);
    cr_assert_eq(completion.tag, key);
    cr_assert(nic_host_holds(
        &self->to, self->to.base + NIC_RIG_BUFFERS + completion.index % 32 * 4096, bytes, key, 0));
}

// The cycle in which the completion of a message of so many bytes is there, and what was counted.
static uint64_t arrival(const struct nic_rig_spec *spec, uint32_t bytes, struct nic_stats stats[2])
{
    struct pair pair = make(spec);
    uint64_t begin_cycle = pair.rig->now;
    send(&pair, bytes, TAG);
    while (!nic_rig_stats(pair.rig, 1).messages_received)
        cr_assert(nic_rig_step(pair.rig));
    uint64_t end_cycle = pair.rig->now;
    nic_rig_run(pair.rig, 10000000);
    check_come(&pair, bytes, TAG);
    nic_host_expect(&pair.from, NIC_OK);
    nic_rig_run(pair.rig, 1000);
    for (uint32_t i = 0; i < 2; i++) {
        stats[i] = nic_rig_stats(pair.rig, i);
        cr_assert(nic_idle(pair.rig->nics[i]));
    }
    cr_assert_eq(pair.rig->store.num_used, 0);
    cr_assert_eq(stats[1].messages_received, 1);
    nic_rig_free(pair.rig);
    return end_cycle - begin_cycle;
}

Test(nic_reliable, adds_a_handler_at_each_end_where_nothing_is_lost)
{
    struct nic_rig_spec spec = reliable();
    struct nic_stats stats[2];
    spec.nic.cycles[NIC_HANDLER_RELIABLE].each = 7;
    uint64_t cycles = arrival(&spec, 500, stats);
    cr_expect_eq(stats[0].retransmissions, 0);
    cr_expect_eq(stats[0].handlers[NIC_HANDLER_RELIABLE].runs, 2); // and the acknowledgement
    cr_expect_eq(stats[1].handlers[NIC_HANDLER_RELIABLE].runs, 2);
    spec.nic.reliable = NIC_RELIABLE_NONE;
    cr_expect_eq(arrival(&spec, 500, stats) + 14, cycles);
    cr_expect_eq(stats[1].acknowledgements, 0);
}

// The time begins a cycle after its last flit has left, when the card sees that, and the handler is
// run again.
Test(nic_reliable, sends_a_packet_again_when_its_time_is_over_and_not_before)
{
    struct nic_rig_spec spec = reliable();
    struct nic_stats stats[2];
    uint64_t cycles = arrival(&spec, 500, stats);
    uint64_t flits = nic_packet_flits(&spec.nic, 500);
    for (uint32_t timeout = 100; timeout < 3000; timeout *= 3)
        for (uint32_t damages = 0; damages < 2; damages++) {
            spec.nic.retransmit_timeout_cycles = timeout;
            spec.nic.ack_delay_cycles = 1;
            spec.drop_set = damages ? 0 : 1;
            spec.damage_set = damages;
            uint64_t again = arrival(&spec, 500, stats);
            cr_expect_eq(again - cycles,
                         1 + flits + 1 + timeout + spec.nic.cycles[NIC_HANDLER_RELIABLE].each);
            cr_expect_eq(stats[0].retransmissions, 1);
            cr_expect_eq(stats[0].timeouts, 1);
            cr_expect_eq(stats[1].damaged, damages);
            cr_expect_eq(stats[1].duplicates, 0);
        }
}

Test(nic_reliable, waits_twice_as_long_after_each_retry)
{
    struct nic_rig_spec spec = reliable();
    struct nic_stats stats[2];
    spec.nic.retransmit_timeout_cycles = 1000;
    spec.nic.max_retries = 9;
    uint64_t before = arrival(&spec, 500, stats);
    uint64_t waited = 0;
    for (uint32_t lost = 1; lost <= 8; lost++) {
        spec.drop_set = (UINT64_C(1) << lost) - 1;
        uint64_t cycles = arrival(&spec, 500, stats);
        uint64_t least = UINT64_C(1000) << (lost <= NIC_MAX_BACKOFF ? lost - 1 : NIC_MAX_BACKOFF);
        waited = cycles - before;
        cr_expect_geq(waited, least);
        cr_expect_leq(waited, least + 100);
        cr_expect_eq(stats[0].retransmissions, lost);
        before = cycles;
    }
}

Test(nic_reliable, takes_a_packet_once_whose_acknowledgement_is_lost)
{
    struct nic_rig_spec spec = reliable();
    struct nic_stats stats[2];
    spec.drop_set = 2;
    arrival(&spec, 500, stats);
    cr_expect_eq(stats[0].retransmissions, 1);
    cr_expect_eq(stats[1].duplicates, 1);
    cr_expect_eq(stats[1].acknowledgements, 2);
}

Test(nic_reliable, takes_a_packet_once_that_is_sent_again_too_early)
{
    struct nic_rig_spec spec = reliable();
    struct nic_stats stats[2];
    spec.nic.retransmit_timeout_cycles = 10;
    spec.latency_cycles = 100;
    arrival(&spec, 500, stats);
    cr_expect_gt(stats[0].retransmissions, 0);
    cr_expect_eq(stats[1].duplicates, stats[0].retransmissions);
}

// Of what is under way, only what was lost goes again.
Test(nic_reliable, repeats_but_the_packet_that_was_lost)
{
    struct nic_rig_spec spec = reliable();
    struct nic_stats stats[2];
    spec.nic.grants = true;
    spec.nic.max_payload_bytes = 128;
    for (uint32_t lost = 2; lost < 9; lost++) { // behind request and grant
        spec.drop_set = UINT64_C(1) << lost;
        arrival(&spec, 1024, stats);
        cr_expect_leq(stats[0].retransmissions + stats[1].retransmissions, 1);
        cr_expect_eq(stats[1].out_of_turn, 0);
    }
}

// Without a place of its own, what comes before its turn has to come again.
Test(nic_reliable, takes_messages_that_are_not_granted_in_order_alone)
{
    struct nic_rig_spec spec = reliable();
    struct nic_stats stats[2];
    spec.nic.max_payload_bytes = 128;
    spec.nic.ack_packets = 64;
    spec.drop_set = 1;
    arrival(&spec, 1024, stats);
    cr_expect_gt(stats[1].out_of_turn, 0);
    cr_expect_eq(stats[0].retransmissions, 1 + stats[1].out_of_turn);
}

Test(nic_reliable, acknowledges_several_packets_at_a_time_or_after_a_delay)
{
    for (uint32_t packets = 1; packets <= 16; packets *= 2)
        for (uint32_t delay = 50; delay < 60000; delay *= 30) {
            struct nic_rig_spec spec = reliable();
            struct nic_stats stats[2];
            spec.nic.max_payload_bytes = 128;
            spec.nic.ack_packets = packets;
            spec.nic.ack_delay_cycles = delay;
            spec.nic.retransmit_timeout_cycles = 100000;
            arrival(&spec, 16 * 128, stats);
            cr_expect_eq(stats[0].retransmissions, 0);
            if (delay > 1000)
                cr_expect_eq(stats[1].acknowledgements, 16 / packets);
            else
                cr_expect_geq(stats[1].acknowledgements, 16 / packets);
            cr_expect_leq(stats[1].acknowledgements, 16);
        }
}

// Answers travel with what goes the other way.
Test(nic_reliable, needs_no_acknowledgements_where_packets_go_both_ways)
{
    struct nic_rig_spec spec = reliable();
    spec.nic.ack_delay_cycles = 5000;
    spec.nic.retransmit_timeout_cycles = 100000;
    struct pair pair = make(&spec);
    nic_host_post(&pair.from, pair.from.base + 2 * NIC_RIG_BUFFERS, 4096);
    nic_rig_run(pair.rig, 100000);
    send(&pair, 64, 1);
    while (!nic_rig_stats(pair.rig, 1).messages_received)
        nic_rig_step(pair.rig);
    nic_host_send(&pair.to, 0, 0, pair.to.base + 2 * NIC_RIG_BUFFERS, 64, 0, 2);
    while (!nic_rig_stats(pair.rig, 0).messages_received)
        nic_rig_step(pair.rig);
    cr_expect_eq(nic_rig_stats(pair.rig, 0).messages_sent, 1);
    cr_expect_eq(nic_rig_stats(pair.rig, 1).acknowledgements, 0);
    nic_rig_run(pair.rig, 100000);
    cr_expect_eq(nic_rig_stats(pair.rig, 1).acknowledgements, 0);
    cr_expect_eq(nic_rig_stats(pair.rig, 0).acknowledgements, 1); // of the last
    nic_rig_free(pair.rig);
}

// --- the end of patience ------------------------------------------------------------------------

Test(nic_reliable, fails_messages_to_a_card_that_never_answers_now_and_later)
{
    for (uint32_t grants = 0; grants < 2; grants++)
        for (uint32_t retries = 1; retries <= 3; retries++) {
            struct nic_rig_spec spec = reliable();
            spec.nic.grants = grants;
            spec.nic.max_retries = retries;
            spec.nic.max_payload_bytes = 128;
            spec.nic.window_bytes = 64;
            spec.nic.out_ram_bytes = 2 * nic_packet_ram_bytes(&spec.nic, 128);
            spec.drop_rate = 1;
            struct pair pair = make(&spec);
            for (uint32_t i = 0; i < 5; i++)
                send(&pair, 100 + 300 * i, i);
            nic_rig_run(pair.rig, 100000000);
            send(&pair, 700, 5);
            nic_rig_run(pair.rig, 100000000);
            for (uint32_t i = 0; i < 6; i++)
                nic_host_expect(&pair.from, NIC_TIMED_OUT);
            nic_rig_run(pair.rig, 1000);
            struct nic_stats stats = nic_rig_stats(pair.rig, 0);
            cr_expect_eq(stats.errors[NIC_TIMED_OUT], 6);
            cr_expect_eq(stats.messages_sent, 0);
            cr_expect_leq(stats.packets_sent, 5 * (retries + 1));
            cr_expect_geq(stats.timeouts, retries + 1);
            cr_expect(nic_idle(pair.rig->nics[0]));
            cr_expect_eq(pair.rig->store.num_used, 0);
            nic_rig_free(pair.rig);
        }
}

// The request has come, the grant and all after it has not.
Test(nic_reliable, fails_messages_that_wait_for_a_grant_of_a_card_that_is_given_up)
{
    struct nic_rig_spec spec = reliable();
    spec.nic.grants = true;
    struct pair pair = make(&spec);
    for (uint32_t i = 0; i < 32; i++) { // all lists
        send(&pair, 8, i);
        nic_rig_run(pair.rig, 1000000);
        nic_host_expect(&pair.from, NIC_OK);
    }
    send(&pair, 500, 40);
    nic_rig_run(pair.rig, 1000000);
    cr_assert(!nic_idle(pair.rig->nics[0]));
    pair.rig->spec.drop_rate = 1;
    send(&pair, 500, 41); // whose request is lost
    nic_rig_run(pair.rig, 100000000);
    nic_host_expect(&pair.from, NIC_TIMED_OUT);
    nic_host_expect(&pair.from, NIC_TIMED_OUT);
    nic_rig_run(pair.rig, 1000);
    cr_expect(nic_idle(pair.rig->nics[0]));
    pair.rig->spec.drop_rate = 0;
    nic_host_post(&pair.to, pair.to.base + NIC_RIG_BUFFERS, 4096); // its grant comes too late
    nic_rig_run(pair.rig, 100000000);
    send(&pair, 500, 42);
    nic_rig_run(pair.rig, 100000000);
    nic_host_expect(&pair.from, NIC_TIMED_OUT);
    nic_rig_run(pair.rig, 1000);
    cr_expect(nic_idle(pair.rig->nics[0]));
    nic_rig_free(pair.rig);
}

Test(nic_reliable, tells_of_programmed_io_in_vain_by_the_status_register)
{
    struct nic_rig_spec spec = reliable();
    spec.drop_rate = 1;
    struct pair pair = make(&spec);
    nic_rig_write(pair.rig, 0, nic_rig_at(0, NIC_PIO_TO), 1);
    nic_rig_write(pair.rig, 0, nic_rig_at(0, NIC_PIO_SEND), 16);
    nic_rig_run(pair.rig, 100000000);
    cr_expect_eq(nic_rig_read(pair.rig, 0, nic_rig_at(0, NIC_STATUS)), 1U << NIC_TIMED_OUT);
    cr_expect(nic_idle(pair.rig->nics[0]));
    nic_rig_free(pair.rig);
}

Test(nic_reliable, goes_on_with_other_cards_and_classes)
{
    struct nic_rig_spec spec = reliable();
    spec.num_nodes = 3;
    spec.nic.num_classes = 2;
    spec.drop_rate = 1;
    const uint32_t sizes[3] = {8, 8, 16};
    struct pair pair = make(&spec);
    struct nic_host third = nic_host_make(pair.rig, 2, 0, sizes, 0, 0);
    nic_host_post(&third, third.base + NIC_RIG_BUFFERS, 4096);
    send(&pair, 100, 0);
    nic_rig_run(pair.rig, 100000000);
    nic_host_expect(&pair.from, NIC_TIMED_OUT);
    pair.rig->spec.drop_rate = 0;
    nic_host_send(&pair.from, 2, 0, pair.from.base, 64, NIC_COMPLETE, 1);
    nic_rig_run(pair.rig, 1000000);
    nic_host_expect(&pair.from, NIC_OK);
    nic_host_expect(&third, NIC_OK);
    nic_host_send(&pair.from, 1, 0, pair.from.base, 64, NIC_COMPLETE | 1 << NIC_CLASS_SHIFT, 1);
    nic_rig_run(pair.rig, 1000000);
    nic_host_expect(&pair.from, NIC_OK);
    nic_host_expect(&pair.to, NIC_OK);
    nic_rig_free(pair.rig);
}
