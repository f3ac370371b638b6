// SPDX-License-Identifier: Apache-2.0
// Closed forms of cards' times on a quiet bus, from both sides: not a cycle before, and not later.
#include "tests/nic_rig.h"
#include "tests/node_rig.h"

#include <criterion/criterion.h>

// All rows that are used are open, so bus and memory take
//   read of bytes within a line    address + controller + t_cl + burst + data phase
//   write                          address + data phase
// and of many lines, asked for at once, the data phases follow each other.
static uint64_t data_cycles(const struct node_params *p, uint32_t bytes)
{
    return (bytes + p->bus.width_bytes - 1) / p->bus.width_bytes;
}

static uint64_t read_cycles(const struct node_params *p, uint32_t bytes)
{
    return p->bus.address_cycles + p->mem.controller_latency_cycles + p->mem.t_cl_cycles +
           p->mem.burst_cycles + data_cycles(p, bytes);
}

static uint64_t write_cycles(const struct node_params *p, uint32_t bytes)
{
    return p->bus.address_cycles + data_cycles(p, bytes);
}

static uint64_t handler_cycles(const struct nic_params *p, enum nic_handler handler, uint32_t bytes)
{
    const struct nic_cost *cost = &p->cycles[handler];
    return cost->each + (bytes * cost->per_16_bytes + 15) / 16;
}

// The processor, from a cycle on.
static uint64_t processor_end(const struct nic_params *p, enum nic_handler handler, uint32_t bytes,
                              uint64_t cycle)
{
    const struct nic_cost *cost = &p->instructions[handler];
    uint64_t tick = (cycle * p->processor_num + p->processor_den - 1) / p->processor_den +
                    cost->each + (bytes * cost->per_16_bytes + 15) / 16;
    return (tick * p->processor_den + p->processor_num - 1) / p->processor_num;
}

static uint64_t after_handler(const struct nic_params *p, enum nic_handler handler, uint32_t bytes,
                              uint64_t cycle)
{
    return p->processor ? processor_end(p, handler, bytes, cycle)
                        : cycle + handler_cycles(p, handler, bytes);
}

// A list of one piece of whole lines, or less than one: asked for at once, or one by one.
static uint64_t read_list_cycles(const struct nic_rig_spec *spec, uint32_t bytes)
{
    const struct node_params *p = &spec->node;
    uint32_t line_bytes = spec->nic.dma_burst_bytes;
    uint32_t num = (bytes + line_bytes - 1) / line_bytes;
    uint32_t last_bytes = bytes - (num - 1) * line_bytes;
    if (spec->nic.dma_outstanding == 1)
        return (num - 1) * (read_cycles(p, line_bytes) + 1) + read_cycles(p, last_bytes);
    return read_cycles(p, num > 1 ? line_bytes : bytes) +
           (num > 1 ? (num - 2) * data_cycles(p, line_bytes) + data_cycles(p, last_bytes) : 0);
}

static uint64_t write_list_cycles(const struct nic_rig_spec *spec, uint32_t bytes)
{
    const struct node_params *p = &spec->node;
    uint32_t line_bytes = spec->nic.dma_burst_bytes;
    uint32_t num = (bytes + line_bytes - 1) / line_bytes;
    uint64_t gap_cycles = spec->nic.dma_outstanding == 1 ? 1 + p->bus.address_cycles : 0;
    return p->bus.address_cycles + (num - 1) * (data_cycles(p, line_bytes) + gap_cycles) +
           data_cycles(p, bytes - (num - 1) * line_bytes);
}

static uint64_t network_cycles(const struct nic_rig_spec *spec, uint32_t bytes)
{
    return 1 + nic_packet_flits(&spec->nic, bytes) + spec->latency_cycles;
}

static uint64_t later_handlers(const struct nic_params *p, uint32_t bytes, bool checksum,
                               uint64_t cycle)
{
    cycle = after_handler(p, NIC_HANDLER_DEMULTIPLEX, bytes, cycle + p->link_cycles);
    if (checksum)
        cycle = after_handler(p, NIC_HANDLER_CHECKSUM, bytes, cycle);
    return after_handler(p, NIC_HANDLER_PROTOCOL, bytes, cycle);
}

// The cycle in which the receiver's completion is in memory, of a message of one packet whose
// doorbell is written in `cycle`. nic.h has the list of parts.
static uint64_t completion_cycle(const struct nic_rig_spec *spec, uint32_t bytes, bool checksum,
                                 uint64_t cycle)
{
    const struct nic_params *p = &spec->nic;
    cycle += p->doorbell_cycles + 1; // what is asked for in a cycle is ready in the next
    cycle += read_cycles(&spec->node, sizeof(struct nic_send_descriptor));
    cycle = after_handler(p, NIC_HANDLER_SEND, 0, cycle);
    for (uint32_t i = 0; p->grants && i < 2; i++) { // a request, and a grant
        cycle = after_handler(p, NIC_HANDLER_PROTOCOL, 0, cycle);
        cycle = later_handlers(p, 0, false, cycle + network_cycles(spec, 0));
    }
    cycle = after_handler(p, NIC_HANDLER_PROTOCOL, bytes, cycle);
    cycle += p->dma_startup_cycles + read_list_cycles(spec, bytes);
    if (checksum)
        cycle = after_handler(p, NIC_HANDLER_CHECKSUM, bytes, cycle);
    cycle = later_handlers(p, bytes, checksum, cycle + network_cycles(spec, bytes));
    cycle += p->dma_startup_cycles + write_list_cycles(spec, bytes);
    cycle = after_handler(p, NIC_HANDLER_DELIVER, bytes, cycle);
    return cycle + 1 + write_cycles(&spec->node, sizeof(struct nic_completion));
}

static const uint32_t ring_sizes[3] = {8, 8, 8};

static void expect_dma_time(const struct nic_rig_spec *spec, uint32_t bytes, bool checksum)
{
    struct nic_rig *rig = nic_rig_new(spec);
    struct nic_host from = nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, ring_sizes, 0, 0);
    uint64_t source = from.base + NIC_RIG_BUFFERS, destination = to.base + NIC_RIG_BUFFERS;
    uint32_t flags = checksum ? NIC_CHECKSUM : 0;
    struct nic_completion completion;
    nic_host_fill(&from, source, bytes, 1);
    for (uint32_t i = 0; i < 2; i++) { // the first opens rows
        nic_host_post(&to, destination, bytes);
        nic_rig_run(rig, 100000);
        nic_rig_run_to(rig, rig->now + 777);
        uint64_t expected = completion_cycle(&rig->spec, bytes, checksum, rig->now);
        nic_host_send(&from, 1, 0, source, bytes, flags, i);
        if (!i) {
            nic_rig_run(rig, 100000);
            nic_host_expect(&to, NIC_OK);
            continue;
        }
        nic_rig_run_to(rig, expected); // all before
        cr_expect(!nic_host_poll(&to, &completion), "%u bytes are there before", bytes);
        nic_rig_run_to(rig, expected + 1);
        cr_expect(nic_host_poll(&to, &completion), "%u bytes are not there in time", bytes);
        cr_expect(nic_host_holds(&to, destination, bytes, 1, 0));
    }
    nic_rig_free(rig);
}

static struct nic_rig_spec quiet_spec(void)
{
    struct nic_rig_spec spec = {.nic = nic_default_params, .node = nic_rig_node_params()};
    spec.nic.max_payload_bytes = 2048;
    spec.nic.dma_outstanding = 32;
    spec.latency_cycles = 25;
    return spec;
}

Test(nic_time, a_message_by_dma_takes_the_sum_of_its_parts)
{
    for (uint32_t outstanding = 1; outstanding <= 32; outstanding *= 32)
        for (uint32_t checksum = 0; checksum < 2; checksum++) {
            struct nic_rig_spec spec = quiet_spec();
            spec.nic.dma_outstanding = outstanding;
            for (uint32_t bytes = 1; bytes <= 2048; bytes += bytes < 70 ? 1 : 197)
                expect_dma_time(&spec, bytes, checksum);
        }
}

Test(nic_time, a_message_by_dma_takes_what_bus_and_memory_are_made_to_take)
{
    for (uint32_t i = 0; i < 4; i++) {
        struct nic_rig_spec spec = quiet_spec();
        spec.nic.dma_outstanding = i & 1 ? 1 : 32;
        spec.node.bus.width_bytes = i & 2 ? 8 : 16;
        spec.node.bus.address_cycles = i & 2 ? 3 : 4;
        spec.node.mem.t_cl_cycles = 23 + i;
        spec.node.mem.controller_latency_cycles = 3 + i;
        for (uint32_t bytes = 1; bytes <= 1300; bytes = bytes * 2 + 5)
            expect_dma_time(&spec, bytes, true);
    }
}

Test(nic_time, a_message_takes_what_each_of_its_parts_is_made_to_take)
{
    for (uint32_t i = 0; i < NIC_NUM_HANDLERS + 4; i++) {
        struct nic_rig_spec spec = quiet_spec();
        struct nic_params *p = &spec.nic;
        uint32_t *parts[] = {&p->doorbell_cycles, &p->dma_startup_cycles, &p->link_cycles,
                             &p->header_flits};
        if (i < NIC_NUM_HANDLERS)
            p->cycles[i] = (struct nic_cost){91, 7};
        else
            *parts[i - NIC_NUM_HANDLERS] += 37;
        expect_dma_time(&spec, 300, true);
    }
}

Test(nic_time, a_grant_takes_a_way_there_and_back)
{
    for (uint32_t processor = 0; processor < 2; processor++) {
        struct nic_rig_spec spec = quiet_spec();
        spec.nic.grants = true;
        spec.nic.processor = processor;
        for (uint32_t bytes = 1; bytes <= 2048; bytes = bytes * 4 + 3)
            expect_dma_time(&spec, bytes, true);
    }
}

Test(nic_time, parts_of_no_cycles_follow_at_once)
{
    struct nic_rig_spec spec = quiet_spec();
    for (uint32_t i = 0; i < NIC_NUM_HANDLERS; i++)
        spec.nic.cycles[i] = spec.nic.instructions[i] = (struct nic_cost){0, 0};
    spec.nic.doorbell_cycles = spec.nic.dma_startup_cycles = spec.nic.link_cycles = 1;
    expect_dma_time(&spec, 64, true);
    spec.nic.processor = true;
    expect_dma_time(&spec, 64, true);
}

Test(nic_time, the_network_processor_runs_handlers_in_cycles_of_its_own_clock)
{
    const uint32_t clocks[][2] = {{1, 1}, {1, 2}, {2, 1}, {3, 7}, {7, 3}, {1000, 999}};
    for (uint32_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        struct nic_rig_spec spec = quiet_spec();
        spec.nic.processor = true;
        spec.nic.processor_num = clocks[i][0];
        spec.nic.processor_den = clocks[i][1];
        for (uint32_t bytes = 1; bytes <= 2048; bytes = bytes * 3 + 1)
            expect_dma_time(&spec, bytes, bytes & 1);
    }
}

static uint64_t pio_cycle(const struct nic_rig_spec *spec, uint32_t bytes, uint64_t cycle)
{
    const struct nic_params *p = &spec->nic;
    cycle = after_handler(p, NIC_HANDLER_PROTOCOL, bytes, cycle);
    cycle = later_handlers(p, bytes, false, cycle + network_cycles(spec, bytes));
    return after_handler(p, NIC_HANDLER_DELIVER, bytes, cycle);
}

Test(nic_time, a_message_by_programmed_io_takes_the_sum_of_its_parts)
{
    for (uint32_t processor = 0; processor < 2; processor++)
        for (uint32_t bytes = 1; bytes <= 128; bytes += 9) {
            struct nic_rig_spec spec = quiet_spec();
            spec.nic.processor = processor;
            struct nic_rig *rig = nic_rig_new(&spec);
            for (uint32_t i = 0; i < 2; i++)
                nic_host_make(rig, i, 0, (const uint32_t[3]){0, 0, 0}, 0, NIC_WINDOW);
            nic_rig_run_to(rig, 1234);
            nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_TO), 1);
            nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_SEND), bytes);
            uint64_t expected = pio_cycle(&rig->spec, bytes, rig->now);
            nic_rig_run_to(rig, expected);
            cr_expect_eq(nic_rig_read(rig, 1, nic_rig_at(0, NIC_PIO_FROM_BYTES)), 0);
            nic_rig_run_to(rig, expected + 1);
            cr_expect_eq(nic_rig_read(rig, 1, nic_rig_at(0, NIC_PIO_FROM_BYTES)), bytes);
            nic_rig_free(rig);
        }
}

Test(nic_time, a_doorbell_takes_the_bus_and_the_latency_of_registers)
{
    struct nic_rig_spec spec = quiet_spec();
    spec.nic.register_cycles = 13;
    struct nic_rig *rig = nic_rig_new(&spec);
    struct dma core;
    uint64_t producer = 1, consumer = 9;
    dma_make(&core, rig->nodes[0], "core");
    nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
    uint64_t ring = NIC_RIG_REGISTERS + nic_rig_at(0, NIC_SEND);
    dma_push(&core, MEM_WRITE, ring + NIC_RING_PRODUCER, 8, (uint8_t *)&producer, 100);
    uint64_t expected = 100 + spec.node.bus.address_cycles + data_cycles(&spec.node, 8) + 13;
    nic_rig_run_to(rig, expected);
    cr_expect_eq(nic_rig_stats(rig, 0).doorbells, 0);
    nic_rig_run_to(rig, expected + 1);
    cr_expect_eq(nic_rig_stats(rig, 0).doorbells, 1);
    nic_rig_run(rig, 10000);
    dma_push(&core, MEM_READ, ring + NIC_RING_CONSUMER, 8, (uint8_t *)&consumer, 20000);
    nic_rig_run(rig, 100000);
    cr_expect_eq(consumer, 1);
    cr_expect_eq(core.cycles[1],
                 20000 + spec.node.bus.address_cycles + 13 + data_cycles(&spec.node, 8));
    nic_rig_free(rig);
}

// A burst alone: from the end of the handler protocol to the packet's going to the network.
Test(nic_time, a_burst_of_dma_is_startup_and_the_bus)
{
    for (uint32_t burst_bytes = 16; burst_bytes <= 64; burst_bytes *= 2)
        for (uint32_t bytes = 1; bytes <= 1024; bytes = bytes * 2 + 13) {
            struct nic_rig_spec spec = quiet_spec();
            spec.nic.dma_burst_bytes = burst_bytes;
            spec.nic.dma_outstanding = 1;
            expect_dma_time(&spec, bytes, false);
        }
}

Test(nic_time, a_channel_counts_what_it_is_busy_and_what_it_waits)
{
    struct nic_rig_spec spec = quiet_spec();
    spec.nic.dma_outstanding = spec.nic.num_channels = 1;
    for (uint32_t lines = 1; lines <= 9; lines += 4) {
        struct nic_rig *rig = nic_rig_new(&spec);
        struct nic_host from = nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
        struct nic_channel_stats stats[2];
        for (uint32_t i = 0; i < 2; i++) { // the first opens rows
            nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, lines * 64, 0, i);
            nic_rig_run(rig, 100000);
            stats[i] = nic_rig_stats(rig, 0).channels[0];
        }
        cr_expect_eq(stats[1].busy_cycles - stats[0].busy_cycles,
                     spec.nic.dma_startup_cycles + read_list_cycles(&spec, lines * 64));
        cr_expect_eq(stats[1].wait_cycles - stats[0].wait_cycles,
                     (lines - 1) * read_cycles(&spec.node, 64));
        cr_expect_eq(stats[1].requests - stats[0].requests, lines);
        cr_expect_eq(stats[1].bytes_read - stats[0].bytes_read, lines * 64);
        nic_rig_free(rig);
    }
}

Test(nic_time, a_handler_counts_what_packets_wait_for_it)
{
    struct nic_rig_spec spec = quiet_spec();
    struct nic_rig *rig = nic_rig_new(&spec);
    nic_host_make(rig, 0, 0, (const uint32_t[3]){0}, 0, 0);
    for (uint32_t i = 0; i < 4; i++)
        nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_SEND), 8);
    nic_rig_run(rig, 10000);
    uint64_t cost = spec.nic.cycles[NIC_HANDLER_PROTOCOL].each;
    struct nic_stats stats = nic_rig_stats(rig, 0);
    cr_expect_eq(stats.handlers[NIC_HANDLER_PROTOCOL].cost, 8 * cost); // to itself
    cr_expect_eq(stats.max_run_queue, 4);
    // The others come back apart, as the channel takes longer than the handler.
    cr_expect_eq(stats.handlers[NIC_HANDLER_PROTOCOL].wait_cycles, (1 + 2 + 3) * cost);
    nic_rig_free(rig);
}
