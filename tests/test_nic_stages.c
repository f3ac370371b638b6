// SPDX-License-Identifier: Apache-2.0
// Stages of cards: segmentation, reassembly, checksums, coalescing of interrupts.
#include "nic/checksum.h"
#include "tests/nic_rig.h"

#include <criterion/criterion.h>

static const uint32_t ring_sizes[3] = {64, 64, 64};

// --- checksums ----------------------------------------------------------------------------------

Test(nic_checksum, is_that_of_rfc_1071)
{
    // The example of its section 3: the sum is ddf2.
    const uint8_t example[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    cr_expect_eq(checksum_of(example, 8), 0xffff ^ 0xddf2);
    cr_expect_eq(checksum_of(example, 7), 0xffff ^ 0xdcfb);
    cr_expect_eq(checksum_of(example, 0), 0xffff);
    // Of data with its checksum the checksum is 0.
    uint8_t bytes[1026];
    for (uint32_t i = 0; i < 1024; i++)
        bytes[i] = (uint8_t)(i * i >> 3);
    uint16_t sum = checksum_of(bytes, 1024);
    bytes[1024] = (uint8_t)(sum >> 8);
    bytes[1025] = (uint8_t)sum;
    cr_expect_eq(checksum_of(bytes, 1026), 0);
}

// --- segmentation and reassembly ----------------------------------------------------------------

Test(nic_segmentation, makes_full_packets_and_a_last_one)
{
    const uint32_t lengths[] = {1, 1023, 1024, 1025, 2048, 5000};
    struct nic_rig_spec spec = {.nic = nic_default_params};
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host from = nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, ring_sizes, 0, 0);
    for (uint32_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        uint64_t before = nic_rig_stats(rig, 1).packets_received;
        nic_host_post(&to, to.base + NIC_RIG_BUFFERS, 8192);
        nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, lengths[i], 0, i);
        nic_rig_run(rig, 100000);
        cr_expect_eq(nic_host_expect(&to, NIC_OK).length, lengths[i]);
        cr_expect_eq(nic_rig_stats(rig, 1).packets_received - before, (lengths[i] + 1023) / 1024);
    }
    nic_rig_free(rig);
}

Test(nic_segmentation, switched_off_refuses_what_is_longer_than_a_packet)
{
    struct nic_rig_spec spec = {.nic = nic_default_params};
    spec.nic.segmentation = false;
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host from = nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
    nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, 1024, NIC_COMPLETE, 0);
    nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, 1025, NIC_COMPLETE, 1);
    nic_rig_run(rig, 100000);
    // The second is refused before the first has gone.
    cr_expect_eq(nic_host_expect(&from, NIC_BAD_LENGTH).tag, 1);
    cr_expect_eq(nic_host_expect(&from, NIC_OK).tag, 0);
    nic_rig_free(rig);
}

// Messages of three packets over a network that mixes them up. The number that arrived whole.
static uint32_t send_mixed(const struct nic_rig_spec *spec, uint32_t num, uint32_t *in_order)
{
    struct nic_rig *rig = nic_rig_new(spec);
    struct nic_host from = nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, ring_sizes, 0, 0);
    uint32_t whole = 0;
    for (uint32_t i = 0; i < num; i++) {
        nic_host_fill(&from, from.base + NIC_RIG_BUFFERS + i * 4096, 2500, i);
        nic_host_post(&to, to.base + NIC_RIG_BUFFERS + i * 4096, 2500);
    }
    for (uint32_t i = 0; i < num; i++)
        nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS + i * 4096, 2500, NIC_CHECKSUM, i);
    nic_rig_run(rig, 1000000);
    *in_order = 0;
    for (uint32_t i = 0; i < num; i++) {
        struct nic_completion completion = nic_host_expect(&to, NIC_OK);
        *in_order += completion.tag == i;
        whole += nic_host_holds(&to, to.base + NIC_RIG_BUFFERS + completion.index * 4096, 2500,
                                completion.tag, 0);
    }
    struct nic_stats stats = nic_rig_stats(rig, 1);
    cr_expect_eq(stats.reordered > 0, spec->jitter_cycles && spec->nic.reassembly);
    cr_expect_eq(stats.misplaced > 0, spec->jitter_cycles && !spec->nic.reassembly);
    nic_rig_free(rig);
    return whole;
}

Test(nic_reassembly, puts_packets_and_messages_of_a_flow_in_order)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct nic_rig_spec spec = {.nic = nic_default_params, .jitter_cycles = 3000, .seed = seed};
        uint32_t in_order;
        cr_expect_eq(send_mixed(&spec, 40, &in_order), 40);
        cr_expect_eq(in_order, 40);
    }
}

Test(nic_reassembly, switched_off_is_enough_where_the_network_keeps_the_order_and_only_there)
{
    struct nic_rig_spec spec = {.nic = nic_default_params, .seed = 1};
    uint32_t in_order;
    spec.nic.reassembly = false;
    cr_expect_eq(send_mixed(&spec, 40, &in_order), 40);
    cr_expect_eq(in_order, 40);
    spec.jitter_cycles = 3000;
    cr_expect_lt(send_mixed(&spec, 40, &in_order), 40);
    cr_expect_lt(in_order, 40);
}

// --- interrupts ---------------------------------------------------------------------------------

struct interrupts {
    struct nic_rig *rig;
    struct nic_host from, to;
};

static struct interrupts interrupts_make(bool coalescing, uint32_t events, uint32_t delay_cycles,
                                         uint64_t control)
{
    struct nic_rig_spec spec = {.nic = nic_default_params};
    spec.nic.coalescing = coalescing;
    spec.nic.coalesce_events = events;
    spec.nic.coalesce_delay_cycles = delay_cycles;
    struct interrupts self = {.rig = nic_rig_new(&spec)};
    self.from = nic_host_make(self.rig, 0, 0, ring_sizes, 0, control);
    self.to = nic_host_make(self.rig, 1, 0, ring_sizes, 0, control);
    for (uint32_t i = 0; i < 64; i++)
        nic_host_post(&self.to, self.to.base + NIC_RIG_BUFFERS, 64);
    nic_rig_run(self.rig, 10000);
    return self;
}

static void send(struct interrupts *self, uint32_t num, uint32_t flags)
{
    for (uint32_t i = 0; i < num; i++)
        nic_host_send(&self->from, 1, 0, self->from.base + NIC_RIG_BUFFERS, 64, flags, i);
}

// The cycle in which the next completion is there.
static uint64_t completed_cycle(struct interrupts *self, struct nic_host *host)
{
    struct nic_completion completion;
    while (!nic_host_poll(host, &completion))
        cr_assert(nic_rig_step(self->rig));
    return self->rig->now - 1;
}

Test(nic_interrupts, without_coalescing_come_with_each_completion_in_its_cycle)
{
    struct interrupts self = interrupts_make(false, 1, 1, NIC_INTERRUPT);
    for (uint32_t i = 0; i < 5; i++) {
        send(&self, 1, 0);
        uint64_t cycle = completed_cycle(&self, &self.to);
        cr_expect_eq(self.rig->interrupt_cycle, cycle);
        cr_expect_eq(self.rig->num_interrupts[1][0], i + 1);
    }
    cr_expect_eq(self.rig->num_interrupts[0][0], 0);
    nic_rig_run(self.rig, 10000);
    send(&self, 1, NIC_RAISE);
    nic_rig_run(self.rig, 10000);
    cr_expect_eq(self.rig->num_interrupts[0][0], 1);
    nic_rig_free(self.rig);
}

Test(nic_interrupts, come_only_to_contexts_that_want_them)
{
    struct interrupts self = interrupts_make(false, 1, 1, 0);
    send(&self, 5, NIC_RAISE);
    nic_rig_run(self.rig, 10000);
    cr_expect_eq(nic_rig_stats(self.rig, 0).interrupts, 0);
    cr_expect_eq(nic_rig_stats(self.rig, 1).interrupts, 0);
    nic_rig_free(self.rig);
}

Test(nic_interrupts, are_coalesced_up_to_a_number_of_events)
{
    for (uint32_t events = 1; events <= 6; events++) {
        struct interrupts self = interrupts_make(true, events, 1 << 30, NIC_INTERRUPT);
        send(&self, 30, 0);
        nic_rig_run_to(self.rig, self.rig->now + 50000);
        cr_expect_eq(self.rig->num_interrupts[1][0], 30 / events);
        cr_expect_eq(nic_rig_stats(self.rig, 1).interrupt_events, 30);
        nic_rig_free(self.rig);
    }
}

Test(nic_interrupts, wait_no_longer_than_the_delay_after_the_first_event)
{
    const uint32_t delay_cycles = 5000;
    struct interrupts self = interrupts_make(true, 10, delay_cycles, NIC_INTERRUPT);
    send(&self, 3, 0);
    uint64_t first_cycle = completed_cycle(&self, &self.to);
    nic_rig_run_to(self.rig, first_cycle + delay_cycles);
    cr_expect_eq(self.rig->num_interrupts[1][0], 0);
    nic_rig_run_to(self.rig, first_cycle + delay_cycles + 1);
    cr_expect_eq(self.rig->num_interrupts[1][0], 1);
    cr_expect_eq(self.rig->interrupt_cycle, first_cycle + delay_cycles);
    nic_rig_run(self.rig, 100000);
    cr_expect_eq(self.rig->num_interrupts[1][0], 1);
    nic_rig_free(self.rig);
}

Test(nic_interrupts, that_are_held_back_go_with_their_context)
{
    struct interrupts self = interrupts_make(true, 10, 5000, NIC_INTERRUPT);
    send(&self, 1, 0);
    completed_cycle(&self, &self.to);
    nic_rig_write(self.rig, 1, nic_rig_at(0, NIC_CONTROL), 0);
    nic_rig_run(self.rig, 4000); // there is nothing left to wait for
    cr_expect_eq(nic_rig_stats(self.rig, 1).interrupt_events, 1);
    cr_expect_eq(self.rig->num_interrupts[1][0], 0);
    nic_rig_free(self.rig);
}

// --- the network processor ----------------------------------------------------------------------

Test(nic_processor, runs_one_handler_at_a_time_and_counts_instructions)
{
    uint64_t cycles[2];
    for (uint32_t processor = 0; processor < 2; processor++) {
        struct nic_rig_spec spec = {.nic = nic_default_params};
        spec.nic.processor = processor;
        struct nic_rig *rig = nic_rig_new(&spec);
        struct nic_host from = nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
        struct nic_host to = nic_host_make(rig, 1, 0, ring_sizes, 0, 0);
        for (uint32_t i = 0; i < 10; i++) {
            nic_host_post(&to, to.base + NIC_RIG_BUFFERS, 2048);
            nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, 2048, NIC_CHECKSUM, i);
        }
        nic_rig_run(rig, 1000000);
        cycles[processor] = rig->now;
        const struct nic_cost *costs = processor ? spec.nic.instructions : spec.nic.cycles;
        struct nic_stats sent = nic_rig_stats(rig, 0), received = nic_rig_stats(rig, 1);
        const uint64_t runs[2][NIC_NUM_HANDLERS] = {{10, 20, 20, 0, 0}, {0, 20, 20, 20, 10}};
        uint64_t work = 0;
        for (uint32_t i = 0; i < NIC_NUM_HANDLERS; i++) {
            uint64_t cost = costs[i].each + 1024 * costs[i].per_16_bytes / 16;
            cr_expect_eq(sent.handlers[i].runs, runs[0][i]);
            cr_expect_eq(received.handlers[i].runs, runs[1][i]);
            cr_expect_eq(received.handlers[i].cost, runs[1][i] * cost);
            work += received.handlers[i].cost;
        }
        if (processor) // two cycles an instruction, one after the other
            cr_expect_geq(rig->now, 2 * work);
        nic_rig_free(rig);
    }
    cr_expect_gt(cycles[1], 2 * cycles[0]);
}
