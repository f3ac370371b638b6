// SPDX-License-Identifier: Apache-2.0
// What software does wrong is told by a status, counted, and stops nothing else.
#include "tests/nic_rig.h"

#include <criterion/criterion.h>

static const uint32_t ring_sizes[3] = {32, 32, 64};

struct bench {
    struct nic_rig *rig;
    struct nic_host from, to;
    uint64_t source, destination;
};

static struct bench bench_make(const struct nic_params *params, uint64_t memory_bytes)
{
    struct nic_rig_spec spec = {.nic = *params, .node = nic_rig_node_params()};
    spec.node.mem.size_bytes = memory_bytes;
    struct bench b = {.rig = nic_rig_new(&spec)};
    b.from = nic_host_make(b.rig, 0, 0, ring_sizes, 0, 0);
    b.to = nic_host_make(b.rig, 1, 0, ring_sizes, 0, 0);
    b.source = b.from.base + NIC_RIG_BUFFERS;
    b.destination = b.to.base + NIC_RIG_BUFFERS;
    nic_host_fill(&b.from, b.source, 4096, 5);
    return b;
}

static uint64_t status_of(const struct bench *b, uint32_t node)
{
    return nic_rig_read(b->rig, node, nic_rig_at(0, NIC_STATUS));
}

static void expect_counted(const struct bench *b, uint32_t node, enum nic_status status,
                           uint64_t num)
{
    cr_expect_eq(nic_rig_stats(b->rig, node).errors[status], num, "status %u: %llu errors", status,
                 (unsigned long long)nic_rig_stats(b->rig, node).errors[status]);
    cr_expect_eq(status_of(b, node) >> status & 1, num > 0);
}

// A good message still comes through.
static void expect_good(struct bench *b)
{
    struct nic_completion completion;
    nic_host_post(&b->to, b->destination, 4096);
    nic_host_send(&b->from, 1, 0, b->source, 2000, NIC_COMPLETE, 99);
    nic_rig_run(b->rig, 100000);
    completion = nic_host_expect(&b->from, NIC_OK);
    cr_expect_eq(completion.tag, 99);
    completion = nic_host_expect(&b->to, NIC_OK);
    cr_expect_eq(completion.length, 2000);
    cr_expect(nic_host_holds(&b->to, b->destination, 2000, 5, 0));
    cr_expect(!nic_host_poll(&b->from, &completion));
    cr_expect(!nic_host_poll(&b->to, &completion));
    nic_rig_run(b->rig, 1000); // completions have been taken
    for (uint32_t i = 0; i < 2; i++)
        cr_expect(nic_idle(b->rig->nics[i]));
    nic_rig_free(b->rig);
}

static void expect_send_fails(struct nic_send_descriptor descriptor, enum nic_status status)
{
    struct bench b = bench_make(&nic_default_params, 0);
    descriptor.address = descriptor.address ? descriptor.address : b.source;
    descriptor.flags |= NIC_LAST;
    nic_host_put_send(&b.from, &descriptor);
    nic_host_ring_send(&b.from);
    nic_rig_run(b.rig, 100000);
    struct nic_completion completion = nic_host_expect(&b.from, status);
    cr_expect_eq(completion.index, 0);
    cr_expect_eq(completion.tag, descriptor.tag);
    expect_counted(&b, 0, status, 1);
    cr_expect_eq(nic_rig_stats(b.rig, 0).packets_sent, 0);
    nic_rig_write(b.rig, 0, nic_rig_at(0, NIC_STATUS), UINT64_C(1) << status);
    cr_expect_eq(status_of(&b, 0), 0);
    expect_good(&b);
}

Test(nic_errors, a_send_that_cannot_be_is_completed_with_its_fault_and_nothing_leaves)
{
    uint64_t end = 2 * (uint64_t)NIC_RIG_CONTEXT_BYTES;
    expect_send_fails((struct nic_send_descriptor){.address = 4096, .length = 64, .node = 1},
                      NIC_BAD_ADDRESS);
    expect_send_fails((struct nic_send_descriptor){.address = end - 63, .length = 64, .node = 1},
                      NIC_BAD_ADDRESS);
    expect_send_fails((struct nic_send_descriptor){.address = UINT64_MAX, .length = 64, .node = 1},
                      NIC_BAD_ADDRESS);
    expect_send_fails((struct nic_send_descriptor){.length = 0, .node = 1}, NIC_BAD_LENGTH);
    expect_send_fails((struct nic_send_descriptor){.length = (1 << 20) + 1, .node = 1},
                      NIC_BAD_LENGTH);
    expect_send_fails((struct nic_send_descriptor){.length = UINT32_MAX, .node = 1},
                      NIC_BAD_ADDRESS); // longer than what is registered
    expect_send_fails((struct nic_send_descriptor){.length = 64, .node = 2}, NIC_BAD_NODE);
    expect_send_fails((struct nic_send_descriptor){.length = 64, .node = 1, .context = 64},
                      NIC_BAD_CONTEXT);
    expect_send_fails(
        (struct nic_send_descriptor){.length = 64, .node = 1, .flags = 1 << NIC_CLASS_SHIFT},
        NIC_BAD_CLASS);
}

Test(nic_errors, lists_of_sixteen_pieces_go_and_longer_ones_are_dropped_whole)
{
    for (uint32_t num = 15; num <= 32; num++) {
        struct bench b = bench_make(&nic_default_params, 0);
        nic_host_post(&b.to, b.destination, 4096);
        for (uint32_t i = 0; i < num; i++)
            nic_host_put_send(&b.from,
                              &(struct nic_send_descriptor){.address = b.source + i * 10,
                                                            .length = 10,
                                                            .node = 1,
                                                            .flags = i + 1 == num ? NIC_LAST : 0});
        nic_host_ring_send(&b.from);
        nic_rig_run(b.rig, 100000);
        if (num <= NIC_MAX_PIECES) {
            cr_expect_eq(nic_host_expect(&b.to, NIC_OK).length, 10 * num);
            cr_expect(nic_host_holds(&b.to, b.destination, 10 * num, 5, 0));
        } else {
            cr_expect_eq(nic_host_expect(&b.from, NIC_BAD_LIST).index, 0);
            nic_host_send(&b.from, 1, 0, b.source, 50, 0, 3); // takes the list that was posted
            nic_rig_run(b.rig, 100000);
            cr_expect_eq(nic_host_expect(&b.to, NIC_OK).tag, 3);
        }
        expect_good(&b);
    }
}

Test(nic_errors, a_receive_list_that_is_no_memory_of_the_context_is_skipped)
{
    struct bench b = bench_make(&nic_default_params, 0);
    nic_host_post(&b.to, 4096, 4096);
    nic_host_post(&b.to, b.destination, 0);
    nic_host_post(&b.to, b.destination, 4096);
    nic_host_send(&b.from, 1, 0, b.source, 3000, 0, 8);
    nic_rig_run(b.rig, 100000);
    cr_expect_eq(nic_host_expect(&b.to, NIC_BAD_ADDRESS).index, 0);
    cr_expect_eq(nic_host_expect(&b.to, NIC_BAD_LENGTH).index, 1);
    cr_expect_eq(nic_host_expect(&b.to, NIC_OK).index, 2);
    cr_expect(nic_host_holds(&b.to, b.destination, 3000, 5, 0));
    expect_counted(&b, 1, NIC_BAD_ADDRESS, 1);
    expect_counted(&b, 1, NIC_BAD_LENGTH, 1);
    expect_good(&b);
}

Test(nic_errors, a_message_longer_than_its_receive_list_is_lost)
{
    struct bench b = bench_make(&nic_default_params, 0);
    nic_host_fill(&b.to, b.destination, 4096, 77);
    nic_host_post(&b.to, b.destination, 2999);
    nic_host_send(&b.from, 1, 0, b.source, 3000, 0, 8);
    nic_rig_run(b.rig, 100000);
    struct nic_completion completion = nic_host_expect(&b.to, NIC_TOO_SMALL);
    cr_expect_eq(completion.length, 3000);
    cr_expect_eq(completion.tag, 8);
    cr_expect(nic_host_holds(&b.to, b.destination, 4096, 77, 0));
    cr_expect_eq(nic_rig_stats(b.rig, 1).packets_discarded, 3);
    expect_counted(&b, 1, NIC_TOO_SMALL, 1);
    expect_good(&b);
}

Test(nic_errors, a_message_without_a_receive_list_waits_and_is_counted)
{
    struct bench b = bench_make(&nic_default_params, 0);
    nic_host_send(&b.from, 1, 0, b.source, 3000, 0, 8);
    nic_rig_run(b.rig, 100000);
    uint64_t waits_since = b.rig->now;
    nic_rig_run_to(b.rig, waits_since + 5000);
    cr_expect_eq(nic_rig_stats(b.rig, 1).receive_waits, 1);
    nic_host_post(&b.to, b.destination, 4096);
    nic_rig_run(b.rig, 100000);
    cr_expect_eq(nic_host_expect(&b.to, NIC_OK).length, 3000);
    cr_expect_geq(nic_rig_stats(b.rig, 1).receive_wait_cycles, 5000);
    expect_good(&b);
}

Test(nic_errors, a_full_completion_ring_makes_messages_wait)
{
    struct nic_rig_spec spec = {.nic = nic_default_params};
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host from = nic_host_make(rig, 0, 0, (const uint32_t[3]){8, 8, 2}, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, (const uint32_t[3]){0, 8, 1}, 0, 0);
    struct nic_completion completion;
    for (uint32_t i = 0; i < 5; i++) {
        nic_host_post(&to, to.base + NIC_RIG_BUFFERS, 64);
        nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, 64, NIC_COMPLETE, i);
    }
    nic_rig_run(rig, 100000);
    cr_expect_eq(nic_rig_stats(rig, 0).completions_written, 2);
    cr_expect_eq(nic_rig_stats(rig, 1).completions_written, 1);
    cr_expect_eq(nic_rig_stats(rig, 0).completion_waits, 1);
    cr_expect_eq(nic_rig_stats(rig, 1).completion_waits, 1);
    for (uint32_t sent = 0, received = 0; sent < 5 || received < 5;) {
        while (nic_host_poll(&from, &completion))
            cr_expect_eq(completion.tag, sent++);
        while (nic_host_poll(&to, &completion))
            cr_expect_eq(completion.tag, received++);
        if (sent < 5 || received < 5)
            cr_assert(nic_rig_step(rig), "messages wait for ever");
    }
    nic_rig_free(rig);
}

Test(nic_errors, an_index_beyond_its_ring_is_refused_and_stays_as_it_was)
{
    struct bench b = bench_make(&nic_default_params, 0);
    uint64_t producer = nic_rig_at(0, NIC_SEND + NIC_RING_PRODUCER);
    uint64_t receive = nic_rig_at(0, NIC_RECEIVE + NIC_RING_PRODUCER);
    uint64_t consumer = nic_rig_at(0, NIC_COMPLETION + NIC_RING_CONSUMER);
    nic_rig_write(b.rig, 0, producer, 33);
    expect_counted(&b, 0, NIC_OVERRUN, 1);
    nic_rig_write(b.rig, 0, receive, 33);
    nic_rig_write(b.rig, 0, producer, UINT32_MAX);
    nic_rig_write(b.rig, 0, consumer, 1);
    expect_counted(&b, 0, NIC_OVERRUN, 4);
    cr_expect_eq(nic_rig_read(b.rig, 0, producer), 0);
    cr_expect_eq(nic_rig_read(b.rig, 0, receive), 0);
    cr_expect_eq(nic_rig_read(b.rig, 0, consumer), 0);
    nic_host_post(&b.to, b.destination, 64);
    nic_host_send(&b.from, 1, 0, b.source, 64, NIC_COMPLETE, 1);
    nic_rig_write(b.rig, 0, producer, 0); // back
    expect_counted(&b, 0, NIC_OVERRUN, 5);
    nic_rig_run(b.rig, 100000);
    nic_host_expect(&b.from, NIC_OK);
    nic_host_expect(&b.to, NIC_OK);
    nic_rig_write(b.rig, 0, consumer, 0); // back
    expect_counted(&b, 0, NIC_OVERRUN, 6);
    expect_good(&b);
}

Test(nic_errors, addresses_at_which_the_bus_finds_nobody)
{
    // Memory ends within the range that is registered, at a line of the fourth packet.
    struct bench b =
        bench_make(&nic_default_params, NIC_RIG_CONTEXT_BYTES + NIC_RIG_BUFFERS + 8192);
    nic_host_post(&b.to, b.destination, 8192);
    nic_host_send(&b.from, 1, 0, b.source + 8192 - 3500, 4096, NIC_COMPLETE, 1);
    nic_rig_run(b.rig, 100000);
    nic_host_expect(&b.from, NIC_BUS_ERROR);
    nic_host_expect(&b.to, NIC_ABORTED); // so that it does not wait for the rest
    nic_host_post(&b.to, b.destination + 8192 - 64, 4096);
    nic_host_send(&b.from, 1, 0, b.source, 1000, NIC_COMPLETE, 2);
    nic_rig_run(b.rig, 100000);
    nic_host_expect(&b.from, NIC_OK);
    nic_host_expect(&b.to, NIC_BUS_ERROR);
    expect_counted(&b, 0, NIC_BUS_ERROR, 1);
    expect_counted(&b, 1, NIC_ABORTED, 1);
    expect_counted(&b, 1, NIC_BUS_ERROR, 1);
    expect_good(&b);
}

Test(nic_errors, rings_at_which_the_bus_finds_nobody_stand_still)
{
    struct bench b = bench_make(&nic_default_params, 2 * NIC_RIG_CONTEXT_BYTES);
    // Context 0 of node 0 is set up anew, with its rings beyond memory.
    cr_assert(nic_open(b.rig->nics[0], 0, 1, 1 << 28, 1 << 20));
    nic_rig_write(b.rig, 0, nic_rig_at(0, NIC_CONTROL), 0);
    const uint64_t rings[3] = {NIC_SEND, NIC_RECEIVE, NIC_COMPLETION};
    for (uint32_t i = 0; i < 3; i++)
        nic_rig_write(b.rig, 0, nic_rig_at(0, rings[i] + NIC_RING_BASE), (1 << 28) + i * 4096);
    nic_rig_write(b.rig, 0, nic_rig_at(0, NIC_CONTROL), NIC_ENABLE);
    cr_assert_eq(nic_rig_read(b.rig, 0, nic_rig_at(0, NIC_CONTROL)), NIC_ENABLE);
    nic_rig_write(b.rig, 0, nic_rig_at(0, NIC_SEND + NIC_RING_PRODUCER), 3);
    nic_rig_run(b.rig, 100000);
    expect_counted(&b, 0, NIC_BUS_ERROR, 1);
    cr_expect_eq(nic_rig_read(b.rig, 0, nic_rig_at(0, NIC_SEND + NIC_RING_CONSUMER)), 0);
    cr_expect(nic_idle(b.rig->nics[0]));
    nic_rig_free(b.rig);
}

Test(nic_errors, a_wrong_checksum_is_told_by_the_completion)
{
    struct nic_rig_spec spec = {.nic = nic_default_params, .corrupt_every = 3};
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host from = nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, ring_sizes, 0, 0);
    uint64_t destination = to.base + NIC_RIG_BUFFERS;
    nic_host_fill(&from, from.base + NIC_RIG_BUFFERS, 4096, 5);
    // Packets 1 2; 3; 4 5; 6: every third is corrupt.
    const uint32_t lengths[] = {2000, 100, 2000, 100};
    for (uint32_t i = 0; i < 4; i++) {
        nic_host_post(&to, destination, 4096);
        nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, lengths[i],
                      i < 3 ? NIC_CHECKSUM : 0, i);
        nic_rig_run(rig, 100000);
        struct nic_completion completion = nic_host_expect(&to, i == 1 ? NIC_BAD_CHECKSUM : NIC_OK);
        cr_expect_eq(!!(completion.flags & NIC_CHECKED), i == 0 || i == 2);
        cr_expect_eq(nic_host_holds(&to, destination, lengths[i], 5, 0), i != 1 && i != 3);
    }
    cr_expect_eq(nic_rig_stats(rig, 1).errors[NIC_BAD_CHECKSUM], 1);
    nic_rig_free(rig);
}
