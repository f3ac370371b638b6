// SPDX-License-Identifier: Apache-2.0
// DMA channels, on-board RAM and what they do to throughput.
#include "tests/nic_rig.h"
#include "tests/node_rig.h"

#include <criterion/criterion.h>

static const uint32_t ring_sizes[3] = {8, 8, 8};

struct transfer {
    uint64_t cycles; // from the doorbell to the sender's completion
    struct nic_stats from, to;
    struct bus_stats bus; // of the sender's node
};

// A message of so many bytes on a network that is not what limits it.
static struct transfer transfer(const struct nic_params *params, uint32_t bytes)
{
    struct nic_rig_spec spec = {.nic = *params};
    spec.nic.flit_bytes = 256;
    spec.nic.max_payload_bytes = 1024;
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host from = nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, ring_sizes, 0, 0);
    nic_host_fill(&from, from.base + NIC_RIG_BUFFERS, bytes, 1);
    nic_host_post(&to, to.base + NIC_RIG_BUFFERS, bytes);
    nic_rig_run(rig, 10000);
    uint64_t begin_cycle = rig->now;
    nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, bytes, NIC_COMPLETE, 7);
    nic_rig_run(rig, 100 * bytes);
    nic_host_expect(&from, NIC_OK);
    nic_host_expect(&to, NIC_OK);
    cr_assert(nic_host_holds(&to, to.base + NIC_RIG_BUFFERS, bytes, 1, 0));
    struct transfer result = {.cycles = rig->now - begin_cycle,
                              .from = nic_rig_stats(rig, 0),
                              .to = nic_rig_stats(rig, 1),
                              .bus = rig->nodes[0]->bus.stats};
    nic_rig_free(rig);
    return result;
}

Test(nic_dma, a_second_channel_helps_until_the_bus_is_full)
{
    enum { BYTES = 1 << 18 };
    uint64_t cycles[NIC_MAX_CHANNELS + 1];
    // The bus moves 16 bytes a cycle, and does nothing else.
    uint64_t bus_cycles = BYTES / 16;
    for (uint32_t channels = 1; channels <= NIC_MAX_CHANNELS; channels++) {
        struct nic_params p = nic_default_params;
        p.num_channels = channels;
        p.dma_outstanding = 2;
        struct transfer t = transfer(&p, BYTES);
        cycles[channels] = t.cycles;
        uint64_t bytes = 0;
        for (uint32_t i = 0; i < channels; i++) {
            bytes += t.from.channels[i].bytes_read;
            cr_expect_gt(t.from.channels[i].busy_cycles, t.from.channels[i].wait_cycles);
            cr_expect_leq(t.from.channels[i].busy_cycles, t.cycles);
        }
        cr_expect_eq(bytes, BYTES);
        cr_expect_geq(cycles[channels], bus_cycles);
    }
    cr_expect_lt(cycles[2] * 10, cycles[1] * 6, "%llu cycles by one channel, %llu by two",
                 (unsigned long long)cycles[1], (unsigned long long)cycles[2]);
    cr_expect_lt(cycles[8], bus_cycles * 11 / 10,
                 "%llu cycles by eight, of %llu that the bus takes", (unsigned long long)cycles[8],
                 (unsigned long long)bus_cycles);
    cr_expect_gt(cycles[7] * 100, cycles[8] * 95); // full: the eighth does nothing
    cr_expect_gt(cycles[8] * 105, cycles[7] * 100);
}

Test(nic_dma, more_outstanding_requests_hide_the_latency_of_memory)
{
    uint64_t before = MEM_NEVER;
    for (uint32_t outstanding = 1; outstanding <= 8; outstanding *= 2) {
        struct nic_params p = nic_default_params;
        p.num_channels = 1;
        p.dma_outstanding = outstanding;
        uint64_t cycles = transfer(&p, 1 << 16).cycles;
        cr_expect_lt(cycles, before);
        before = cycles;
    }
}

Test(nic_dma, requests_end_at_lines_and_never_pass_the_length_of_a_burst)
{
    struct nic_params p = nic_default_params;
    p.dma_burst_bytes = 32;
    struct transfer t = transfer(&p, 4096);
    uint64_t requests = 0;
    for (uint32_t i = 0; i < p.num_channels; i++)
        requests += t.from.channels[i].requests;
    cr_expect_eq(requests, 4096 / 32);
    // The bus itself asserts that no request crosses a line.
}

Test(nic_dma, a_full_out_ram_makes_dma_wait_and_is_counted)
{
    struct nic_params p = nic_default_params;
    struct transfer t = transfer(&p, 1 << 16);
    struct nic_params small = p;
    small.max_payload_bytes = 1024;
    small.flit_bytes = 256;
    small.out_ram_bytes = nic_packet_ram_bytes(&small, 1024);
    struct transfer u = transfer(&small, 1 << 16);
    cr_expect_gt(u.cycles, t.cycles);
    cr_expect_gt(u.from.out_full_cycles, u.cycles / 2);
    cr_expect_leq(u.from.max_out_ram_bytes, small.out_ram_bytes);
}

Test(nic_dma, a_full_in_ram_holds_packets_in_the_network_for_the_cycles_counted)
{
    struct nic_rig_spec spec = {.nic = nic_default_params, .latency_cycles = 20};
    spec.nic.in_ram_bytes = nic_packet_ram_bytes(&spec.nic, spec.nic.max_payload_bytes);
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host from = nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, ring_sizes, 0, 0);
    uint64_t source = from.base + NIC_RIG_BUFFERS;
    for (uint32_t i = 0; i < 3; i++)
        nic_host_send(&from, 1, 0, source, 1024, 0, i);
    nic_rig_run(rig, 100000); // the first waits for a list, the second in the network
    struct nic_stats stats = nic_rig_stats(rig, 1);
    cr_expect_eq(stats.receive_waits, 1);
    cr_expect_eq(stats.in_refusals, 1);
    nic_rig_run_to(rig, rig->now + 12345);
    cr_expect_eq(nic_rig_stats(rig, 1).in_full_cycles, stats.in_full_cycles + 12345);
    for (uint32_t i = 0; i < 3; i++)
        nic_host_post(&to, to.base + NIC_RIG_BUFFERS + i * 4096, 1024);
    nic_rig_run(rig, 100000);
    for (uint32_t i = 0; i < 3; i++)
        cr_expect_eq(nic_host_expect(&to, NIC_OK).tag, i);
    stats = nic_rig_stats(rig, 1);
    nic_rig_run_to(rig, rig->now + 12345);
    cr_expect_eq(nic_rig_stats(rig, 1).in_full_cycles, stats.in_full_cycles);
    cr_expect(nic_idle(rig->nics[1]));
    nic_rig_free(rig);
}

// Caches and DMA agree: a core's store that is still in its cache is sent, and a copy in the
// receiver's cache is not what its core sees after.
Test(nic_dma, takes_dirty_lines_and_invalidates_copies)
{
    struct nic_rig_spec spec = {.nic = nic_default_params};
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host from = nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, ring_sizes, 0, 0);
    uint64_t source = from.base + NIC_RIG_BUFFERS, destination = to.base + NIC_RIG_BUFFERS;
    RIG_RUN(rig->nodes[0], 0, op_put(source, 4711), op_fence());
    uint64_t ended = RIG_RUN(rig->nodes[1], 0, op_put(destination, 1), op_fence());
    nic_rig_run_to(rig, ended + 1000);
    nic_host_post(&to, destination, 8);
    nic_host_send(&from, 1, 0, source, 8, 0, 0);
    nic_rig_run(rig, 10000);
    nic_host_expect(&to, NIC_OK);
    cr_expect_eq(rig->nodes[0]->bus.stats.interventions, 1);
    cr_expect_eq(rig->nodes[1]->bus.stats.invalidations, 1);
    const struct core_op load = op_get(destination);
    struct script script = script_make(&load, 1);
    core_start(&rig->nodes[1]->cores[0].core, &script.base, rig->now);
    nic_rig_run(rig, 10000);
    cr_expect_eq(script.values[0], 4711);
    nic_rig_free(rig);
}

// One channel with much to send, to a node, and much that comes, from another. The cycles in which
// either is done.
static void both_ways(enum nic_arbitration arbitration, uint64_t *sent_cycle,
                      uint64_t *received_cycle)
{
    enum { BYTES = 1 << 16 };
    struct nic_rig_spec spec = {.num_nodes = 3, .nic = nic_default_params};
    struct nic_completion completion;
    spec.nic.num_channels = 1;
    spec.nic.flit_bytes = 256;
    spec.nic.arbitration = arbitration;
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host hosts[3];
    for (uint32_t i = 0; i < 3; i++) {
        hosts[i] = nic_host_make(rig, i, 0, ring_sizes, 0, 0);
        nic_host_post(&hosts[i], hosts[i].base + NIC_RIG_BUFFERS, BYTES);
    }
    nic_host_send(&hosts[0], 1, 0, hosts[0].base + 2 * NIC_RIG_BUFFERS, BYTES, NIC_COMPLETE, 1);
    nic_host_send(&hosts[2], 0, 0, hosts[2].base + 2 * NIC_RIG_BUFFERS, BYTES, 0, 1);
    *sent_cycle = *received_cycle = 0;
    while (nic_rig_step(rig))
        while (nic_host_poll(&hosts[0], &completion))
            *(completion.flags & NIC_RECEIVED ? received_cycle : sent_cycle) = rig->now;
    cr_assert(*sent_cycle && *received_cycle);
    nic_rig_free(rig);
}

Test(nic_dma, gives_what_comes_a_fair_share_or_the_first_place)
{
    uint64_t sent, received, sent_later, received_first;
    both_ways(NIC_ROUND_ROBIN, &sent, &received);
    both_ways(NIC_RECEIVE_FIRST, &sent_later, &received_first);
    // In turn, both take as long.
    cr_expect_lt(sent * 9, received * 10);
    cr_expect_lt(received * 9, sent * 10);
    // With priority what comes takes as long as it takes its sender, who has a channel for it.
    cr_expect_lt(received_first * 10, received * 8);
    cr_expect_gt(sent_later * 10, received_first * 11);
}

// Packets of several VCs: one that has been refused is not passed by others for ever.
Test(nic_dma, while_a_packet_waits_for_ram_others_do)
{
    struct nic_rig_spec spec = {.nic = nic_default_params};
    spec.nic.in_ram_bytes = 1088;
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic *nic = rig->nics[1];
    const uint32_t lengths[] = {512, 1024, 8, 16};
    uint32_t handles[4];
    for (uint32_t i = 0; i < 4; i++) {
        handles[i] = nic_store_take(&rig->store);
        struct nic_packet *packet = nic_store_at(&rig->store, handles[i]);
        packet->destination = 1;
        packet->bytes = packet->message_bytes = lengths[i];
        packet->sequence = i;
        packet->left = true;
    }
    cr_expect(nic_offer(nic, handles[0], 100));
    cr_expect(!nic_offer(nic, handles[1], 101)); // too long
    cr_expect(!nic_offer(nic, handles[2], 102)); // would fit
    rig->ways[1].room_cycle = MEM_NEVER;
    nic_arrived(nic, handles[0], 103); // to nobody, so its RAM becomes free
    nic_rig_run(rig, 1000);
    cr_expect_neq(rig->ways[1].room_cycle, MEM_NEVER); // it was told
    cr_expect(nic_offer(nic, handles[1], 501));
    rig->ways[1].room_cycle = MEM_NEVER;
    nic_arrived(nic, handles[1], 502);
    nic_rig_run(rig, 1000);
    cr_expect_neq(rig->ways[1].room_cycle, MEM_NEVER); // for those that were refused meanwhile
    cr_expect(nic_offer(nic, handles[2], 900));
    cr_expect(nic_offer(nic, handles[3], 900));
    cr_expect_eq(nic_rig_stats(rig, 1).in_full_cycles, 400);
    cr_expect_eq(nic_rig_stats(rig, 1).in_refusals, 2);
    nic_rig_free(rig);
}
