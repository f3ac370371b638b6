// SPDX-License-Identifier: Apache-2.0
// The time of a message from memory to memory on quiet full nodes is, to the cycle, the sum of the
// parts that computers.h lists.
#include "model/net/switching.h"
#include "tests/config_text.h"
#include "tests/full_nodes.h"

enum {
    AFTER_CYCLES = 100000, // that the sender computes after the message, so that it polls nothing
    HOPS = 1
};

// Nodes of one level of caches, whose bus and memory have the node's clock, which is the fabric's,
// and whose rows, once open, stay so.
static struct config quiet(void)
{
    return FULL_NODES(
        NULL, "nodes.clock_hz=1e9", "nodes.l2.enabled=false", "nodes.l1i.enabled=false",
        "nodes.bus.clock_divisor=1", "nodes.mem.clock_divisor=1", "nodes.mem.t_refi_cycles=0",
        "nodes.mem.row_bytes=1048576", "nodes.driver.receive_slots=16", "nodes.nic.channels=1",
        "nodes.nic.dma_outstanding=32", "fabric.packet.max_flits=41");
}

// --- parts --------------------------------------------------------------------------------------

static uint64_t data_cycles(const struct config *c, uint32_t bytes)
{
    return (bytes + c->node.bus.width_bytes - 1) / c->node.bus.width_bytes;
}

static uint64_t longest(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

// A read of an open row, from when it is ready for the bus.
static uint64_t read_cycles(const struct config *c, uint32_t bytes)
{
    const struct mem_params *mem = &c->node.mem;
    return c->node.bus.address_cycles + mem->controller_latency_cycles + mem->t_cl_cycles +
           mem->burst_cycles + data_cycles(c, bytes);
}

static uint64_t write_cycles(const struct config *c, uint32_t bytes)
{
    return c->node.bus.address_cycles + data_cycles(c, bytes);
}

// A store of a register, from when it leaves the store buffer.
static uint64_t register_cycles(const struct config *c)
{
    return 1 + write_cycles(c, 8) + c->nic.register_cycles;
}

// A handler of the card that begins in `cycle`, whose units are free.
static uint64_t handler(const struct config *c, enum nic_handler handler, uint32_t bytes,
                        uint64_t cycle)
{
    const struct nic_params *p = &c->nic;
    const struct nic_cost *cost = p->processor ? &p->instructions[handler] : &p->cycles[handler];
    uint64_t amount = cost->each + (bytes * cost->per_16_bytes + 15) / 16;
    if (!p->processor)
        return cycle + amount;
    uint64_t tick = (cycle * p->processor_num + p->processor_den - 1) / p->processor_den + amount;
    return (tick * p->processor_den + p->processor_num - 1) / p->processor_num;
}

static uint32_t payload_bytes(const struct config *c)
{
    return (config_cut_flits(c) - c->header_flits) * (c->flit_bits / 8);
}

// Of the bytes of a packet from `at` on, those in the first line.
static uint32_t in_line(const struct config *c, uint32_t at, uint32_t bytes)
{
    uint32_t left = c->node.l1d.geometry.line_bytes - at % c->node.l1d.geometry.line_bytes;
    return bytes < left ? bytes : left;
}

// DMA of a packet at this place of a message from memory: its lines are asked for at once, and the
// memory gives them one after the other.
static uint64_t read_list_cycles(const struct config *c, uint32_t at, uint32_t bytes)
{
    uint64_t end_cycle = 0;
    uint64_t ready_cycle = c->nic.dma_startup_cycles + read_cycles(c, 0);
    for (uint32_t part; bytes > 0; at += part, bytes -= part) {
        part = in_line(c, at, bytes);
        end_cycle = longest(end_cycle, ready_cycle) + data_cycles(c, part);
        ready_cycle += c->node.mem.burst_cycles;
    }
    return end_cycle;
}

static uint64_t write_list_cycles(const struct config *c, uint32_t at, uint32_t bytes)
{
    uint64_t cycles = c->nic.dma_startup_cycles + c->node.bus.address_cycles;
    for (uint32_t part; bytes > 0; at += part, bytes -= part) {
        part = in_line(c, at, bytes);
        cycles += data_cycles(c, part);
    }
    return cycles;
}

static uint64_t network_cycles(const struct config *c, uint32_t bytes)
{
    uint32_t flit_bytes = c->flit_bits / 8;
    struct switching_timing timing = {.channel_latency_cycles = c->channel_latency_cycles,
                                      .terminal_latency_cycles = c->terminal_latency_cycles,
                                      .ejection_latency_cycles = config_ejection_latency_cycles(c),
                                      .buffer_flits = c->buffer_flits,
                                      .pipeline = c->design.pipeline,
                                      .speculative = c->design.speculative};
    uint32_t flits = c->header_flits + (bytes + flit_bytes - 1) / flit_bytes;
    return switching_zero_load_cycles(c->switching, &timing, flits, HOPS);
}

// --- the sum ------------------------------------------------------------------------------------

// From when a packet may go to the end of the receiver's handler demultiplex.
static uint64_t received(const struct config *c, uint32_t bytes, uint64_t cycle)
{
    cycle += network_cycles(c, bytes) + c->nic.link_cycles;
    return handler(c, NIC_HANDLER_DEMULTIPLEX, bytes, cycle);
}

// From the rank's wish to send, in `cycle`, to the first packet's header, by DMA.
static uint64_t described(const struct config *c, uint32_t bytes, uint64_t cycle)
{
    cycle += sizeof(struct nic_send_descriptor) / 8; // stores to a line that the cache has
    cycle += register_cycles(c);                     // the doorbell
    cycle += c->nic.doorbell_cycles;
    cycle += 1 + c->node.bus.address_cycles + c->node.bus.intervention_cycles +
             data_cycles(c, sizeof(struct nic_send_descriptor)); // which a cache answers
    cycle = handler(c, NIC_HANDLER_SEND, 0, cycle);
    for (uint32_t i = 0; c->nic.grants && i < 2; i++) // a request, and its grant
        cycle = handler(c, NIC_HANDLER_PROTOCOL, 0,
                        received(c, 0, handler(c, NIC_HANDLER_PROTOCOL, 0, cycle)));
    return handler(c, NIC_HANDLER_PROTOCOL, bytes, cycle);
}

// The same by programmed I/O: two registers, the message by words, and the one that sends it. Loads
// of the message hit, and are done while stores wait.
static uint64_t written(const struct config *c, uint32_t bytes, uint64_t cycle)
{
    cycle += (2 + (bytes + 7) / 8) * (register_cycles(c) + 1) + register_cycles(c);
    return handler(c, NIC_HANDLER_PROTOCOL, bytes, cycle);
}

// From the last packet's payload on the card to the completion in memory.
static uint64_t delivered(const struct config *c, uint32_t last_bytes, uint32_t bytes,
                          uint64_t cycle)
{
    if (c->driver_checksum)
        cycle = handler(c, NIC_HANDLER_CHECKSUM, last_bytes, cycle);
    cycle = received(c, last_bytes, cycle);
    if (c->driver_checksum)
        cycle = handler(c, NIC_HANDLER_CHECKSUM, last_bytes, cycle);
    cycle = handler(c, NIC_HANDLER_PROTOCOL, last_bytes, cycle);
    cycle += write_list_cycles(c, bytes - last_bytes, last_bytes);
    cycle = handler(c, NIC_HANDLER_DELIVER, bytes, cycle);
    return cycle + 1 + write_cycles(c, sizeof(struct nic_completion));
}

// The driver, which waits, looks at once: status and flags come from memory, which is still at the
// card's write; the tag is in the same line.
static uint64_t polled(const struct config *c, uint64_t cycle)
{
    const struct mem_params *mem = &c->node.mem;
    uint64_t hit_cycles = c->node.l1d.hit_latency_cycles;
    uint64_t written_cycles =
        longest(mem->burst_cycles, mem->t_cwl_cycles + mem->burst_cycles > mem->t_cl_cycles
                                       ? mem->t_cwl_cycles + mem->burst_cycles - mem->t_cl_cycles
                                       : 0);
    cycle += longest(hit_cycles + c->node.bus.address_cycles, written_cycles);
    cycle += read_cycles(c, c->node.l1d.geometry.line_bytes) - c->node.bus.address_cycles;
    return cycle + hit_cycles;
}

// Or it is interrupted: flags, tag, and the next flags, which are in another line.
static uint64_t interrupted(const struct config *c, uint64_t cycle)
{
    uint64_t hit_cycles = c->node.l1d.hit_latency_cycles;
    uint64_t miss_cycles = hit_cycles + read_cycles(c, c->node.l1d.geometry.line_bytes);
    return cycle + c->software.interrupt_cycles + miss_cycles + hit_cycles + miss_cycles;
}

static uint64_t expected_cycle(const struct config *c, uint32_t bytes, uint64_t cycle)
{
    uint32_t payload = payload_bytes(c);
    uint32_t first = bytes < payload ? bytes : payload;
    uint32_t last = (bytes - 1) % payload + 1;
    if (bytes <= c->driver_pio_bytes) {
        cycle = written(c, bytes, cycle);
    } else {
        cycle = described(c, first, cycle);
        uint32_t at = 0;
        for (; at < bytes - last; at += payload)
            cycle += read_list_cycles(c, at, payload); // one packet after the other
        cycle += read_list_cycles(c, at, last);
    }
    cycle = delivered(c, last, bytes, cycle);
    return c->software.arrival ? interrupted(c, cycle) : polled(c, cycle);
}

// --- what is measured ---------------------------------------------------------------------------

static uint64_t makespan_of(const struct config *config, const char *sender, const char *receiver,
                            uint32_t bytes)
{
    char program[1024], message[64];
    struct config config_now = *config;
    // In a bank of its own.
    snprintf(message, sizeof message, "bytes=%u at=0x200000100000", bytes);
    snprintf(program, sizeof program,
             "ranks 2\nrank 0\nsend to=1 %s\ncompute ns=%u\n%s%s%s\nrank 1\n"
             "recv from=0 bytes=any\n%s",
             message, 5000 + 3 * bytes, sender, *sender ? message : "",
             *sender ? "\ncompute ns=100000" : "", receiver);
    config_now.path = (char *)full_nodes_trace(program);
    return full_nodes_makespan(&config_now);
}

// The second message of two, the first of which has opened rows and filled caches.
static void expect(const struct config *config, uint32_t bytes)
{
    uint64_t start = makespan_of(config, "", "", bytes);
    uint64_t end =
        makespan_of(config, "send to=1 ", "recv from=0 bytes=any\ncompute ns=200000", bytes) -
        2 * AFTER_CYCLES;
    cr_expect_eq(end, expected_cycle(config, bytes, start),
                 "%u bytes: %lu cycles, not %lu, %lu of them in the fabric", bytes, end - start,
                 expected_cycle(config, bytes, start) - start,
                 network_cycles(config, (bytes - 1) % payload_bytes(config) + 1));
}

Test(full_time, a_message_by_dma_takes_the_sum_of_its_parts)
{
    struct config config = quiet();
    for (uint32_t bytes = 1; bytes <= 320; bytes += bytes < 70 ? 9 : 31)
        expect(&config, bytes);
    config_free(&config);
}

// A program that ends with the message has not ended a cycle before.
Test(full_time, a_message_is_there_then_and_not_a_cycle_before)
{
    struct config config = quiet();
    uint64_t start = makespan_of(&config, "", "", 100);
    uint64_t end = expected_cycle(&config, 100, start);
    config.path = (char *)full_nodes_trace(
        "ranks 2\nrank 0\nsend to=1 bytes=100 at=0x200000100000\ncompute ns=5300\n"
        "send to=1 bytes=100 at=0x200000100000\nrank 1\nrecv from=0 bytes=100\n"
        "recv from=0 bytes=100");
    config.max_cycles = (int64_t)end + 1; // in whose last the program ends
    cr_assert_eq(full_nodes_makespan(&config), end);
    config.max_cycles--;
    struct err err = {0};
    struct run_result *result = full_nodes_run(&config, &err);
    cr_assert(result);
    cr_assert_eq(result->outcome, RUN_CYCLE_LIMIT);
    cr_assert_eq(result->makespan_cycles, UINT64_MAX);
    free(result);
    config.path = NULL;
    config_free(&config);
}

Test(full_time, a_message_of_many_packets_takes_the_sum_of_its_parts)
{
    struct config config = quiet();
    set(&config, "fabric.packet.max_flits=8");
    for (uint32_t bytes = 57; bytes <= 700; bytes = bytes * 2 - 13)
        expect(&config, bytes);
    config_free(&config);
}

Test(full_time, a_message_by_programmed_io_takes_the_sum_of_its_parts)
{
    struct config config = quiet();
    set(&config, "nodes.driver.pio_bytes=128");
    for (uint32_t bytes = 1; bytes <= 128; bytes += 21)
        expect(&config, bytes);
    config_free(&config);
}

Test(full_time, a_message_takes_the_sum_of_its_parts_with_the_network_processor)
{
    static const uint32_t clocks[][2] = {{1, 1}, {1, 2}, {3, 7}, {7, 3}};
    for (uint32_t i = 0; i < 4; i++) {
        struct config config = quiet();
        config.nic.processor = true;
        config.nic.processor_num = clocks[i][0];
        config.nic.processor_den = clocks[i][1];
        expect(&config, 8);
        expect(&config, 300);
        set(&config, "nodes.driver.pio_bytes=64");
        expect(&config, 64);
        config_free(&config);
    }
}

Test(full_time, a_message_takes_the_sum_of_its_parts_under_every_switching_mode)
{
    for (int mode = 0; mode < SWITCHING_CIRCUIT; mode++)
        for (uint32_t pipeline = 1; pipeline <= 4; pipeline += 3) {
            struct config config = quiet();
            config.switching = (enum switching)mode;
            config.buffer_flits = mode == SWITCHING_WORMHOLE ? 4 : 64;
            config.design.pipeline = pipeline;
            config.channel_latency_cycles = 3;
            expect(&config, 16);
            expect(&config, 300);
            config_free(&config);
        }
}

Test(full_time, a_message_that_interrupts_takes_the_sum_of_its_parts)
{
    for (uint32_t entry = 50; entry < 3000; entry += 777) {
        struct config config = quiet();
        config.software.arrival = SOFTWARE_ARRIVAL_INTERRUPT;
        config.software.interrupt_cycles = entry;
        expect(&config, 16);
        expect(&config, 300);
        config_free(&config);
    }
}

Test(full_time, a_message_takes_the_sum_of_its_parts_where_cards_ask_first_and_add_checksums)
{
    for (uint32_t i = 1; i < 8; i++) {
        struct config config = quiet();
        config.nic.grants = i & 1;
        config.driver_checksum = i & 2;
        config.nic.processor = i & 4;
        expect(&config, 30);
        expect(&config, 320);
        config.driver_pio_bytes = 30;
        expect(&config, 30);
        if (!config.nic.processor) {
            set(&config, "fabric.packet.max_flits=8");
            expect(&config, 333);
        }
        config_free(&config);
    }
}

// Each part alone is made longer.
Test(full_time, a_message_takes_what_each_of_its_parts_is_made_to_take)
{
    for (uint32_t i = 0; i < NIC_NUM_HANDLERS + 10; i++) {
        struct config config = quiet();
        struct nic_params *nic = &config.nic;
        struct node_params *node = &config.node;
        uint32_t *parts[] = {&nic->doorbell_cycles,
                             &nic->dma_startup_cycles,
                             &nic->link_cycles,
                             &nic->register_cycles,
                             &node->mem.controller_latency_cycles,
                             &node->mem.t_cl_cycles,
                             &node->mem.t_cwl_cycles,
                             &node->bus.intervention_cycles,
                             &config.terminal_latency_cycles,
                             &config.channel_latency_cycles};
        if (i < NIC_NUM_HANDLERS)
            nic->cycles[i] = (struct nic_cost){91, 7};
        else
            *parts[i - NIC_NUM_HANDLERS] += 7;
        expect(&config, 40);
        expect(&config, 200);
        config.driver_pio_bytes = 100;
        expect(&config, 100);
        config_free(&config);
    }
}
