// SPDX-License-Identifier: Apache-2.0
#include "nic/nic_params.h"

#include "nic/nic_layout.h"
#include "sim/limits.h"

#include <inttypes.h>

const char *const nic_handler_names[NIC_NUM_HANDLERS] = {
    [NIC_HANDLER_SEND] = "send",         [NIC_HANDLER_PROTOCOL] = "protocol",
    [NIC_HANDLER_CHECKSUM] = "checksum", [NIC_HANDLER_DEMULTIPLEX] = "demultiplex",
    [NIC_HANDLER_DELIVER] = "deliver",   [NIC_HANDLER_RELIABLE] = "reliable",
};

const char *const nic_arbitration_names[NIC_NUM_ARBITRATIONS] = {
    [NIC_ROUND_ROBIN] = "round-robin",
    [NIC_RECEIVE_FIRST] = "receive-first",
};

const char *const nic_reliability_names[NIC_NUM_RELIABILITIES] = {
    [NIC_RELIABLE_NONE] = "none",
    [NIC_RELIABLE_NIC] = "nic",
};

const struct nic_params nic_default_params = {
    .num_contexts = 1,
    .out_ram_bytes = 65536,
    .in_ram_bytes = 65536,
    .ram_block_bytes = 64,
    .max_payload_bytes = 1024,
    .max_message_bytes = 1 << 20,
    .flit_bytes = 8,
    .header_flits = 2,
    .num_classes = 1,
    .window_bytes = 128,
    .segmentation = true,
    .reassembly = true,
    .checksum = true,
    .coalesce_events = 8,
    .coalesce_delay_cycles = 10000,
    .retransmit_timeout_cycles = 5000,
    .retransmit_window = 32,
    .max_retries = 1000,
    .ack_packets = 4,
    .ack_delay_cycles = 500,
    .num_channels = 2,
    .dma_startup_cycles = 20,
    .dma_outstanding = 8,
    .dma_burst_bytes = 64,
    .register_cycles = 4,
    .doorbell_cycles = 10,
    .link_cycles = 2,
    .processor_num = 1,
    .processor_den = 2,
    .cycles =
        {
            [NIC_HANDLER_SEND] = {10, 0},
            [NIC_HANDLER_PROTOCOL] = {8, 0},
            [NIC_HANDLER_CHECKSUM] = {4, 2},
            [NIC_HANDLER_DEMULTIPLEX] = {4, 0},
            [NIC_HANDLER_DELIVER] = {8, 0},
            [NIC_HANDLER_RELIABLE] = {4, 0},
        },
    .instructions =
        {
            [NIC_HANDLER_SEND] = {60, 0},
            [NIC_HANDLER_PROTOCOL] = {50, 0},
            [NIC_HANDLER_CHECKSUM] = {20, 12},
            [NIC_HANDLER_DEMULTIPLEX] = {30, 0},
            [NIC_HANDLER_DELIVER] = {40, 0},
            [NIC_HANDLER_RELIABLE] = {30, 0},
        },
    .line_bytes = 64,
};

static bool check_costs(const struct nic_cost *costs, const char *name, const char *key,
                        struct err *err)
{
    for (uint32_t i = 0; i < NIC_NUM_HANDLERS; i++) {
        const struct limits rows[] = {
            {"each", costs[i].each, 0, 100000, false},
            {"per_16_bytes", costs[i].per_16_bytes, 0, 10000, false},
        };
        if (!limits_check(rows, 2, nic_handler_names[i], err))
            return err_prefix(err, "%s.%s", key, name);
    }
    return true;
}

// What must fit other parameters.
static bool check_sizes(const struct nic_params *p, const char *key, struct err *err)
{
    uint64_t packet_bytes = nic_packet_ram_bytes(p, p->max_payload_bytes);
    const struct limits rows[] = {
        {"out_ram_bytes", p->out_ram_bytes, packet_bytes, 1 << 30, false},
        {"in_ram_bytes", p->in_ram_bytes, packet_bytes, 1 << 30, false},
        {"window_bytes", p->window_bytes, 8,
         p->max_payload_bytes < NIC_MAX_WINDOW_BYTES ? p->max_payload_bytes : NIC_MAX_WINDOW_BYTES,
         false},
    };
    if (!limits_check(rows, sizeof rows / sizeof *rows, key, err))
        return false;
    return p->window_bytes % 8 == 0 ||
           err_set(err, ERR_CONFIG, "%s.window_bytes: %u is not a multiple of 8", key,
                   p->window_bytes);
}

bool nic_params_check(const struct nic_params *p, const char *key, struct err *err)
{
    const struct limits rows[] = {
        {"contexts", p->num_contexts, 1, NIC_MAX_CONTEXTS, false},
        {"ram_block_bytes", p->ram_block_bytes, 8, 4096, true},
        {"max_payload_bytes", p->max_payload_bytes, 8, 65536, false},
        {"max_message_bytes", p->max_message_bytes, 1, 1 << 30, false},
        {"flit_bytes", p->flit_bytes, 1, 256, false},
        {"header_flits", p->header_flits, 1, 64, false},
        {"classes", p->num_classes, 1, NIC_MAX_CLASSES, false},
        {"coalesce_events", p->coalesce_events, 1, 65535, false},
        {"coalesce_delay_cycles", p->coalesce_delay_cycles, 1, 1 << 30, false},
        {"reliable", p->reliable, 0, NIC_NUM_RELIABILITIES - 1, false},
        {"retransmit_timeout_cycles", p->retransmit_timeout_cycles, 1, 1 << 30, false},
        {"retransmit_window", p->retransmit_window, 1, 64, false},
        {"max_retries", p->max_retries, 1, 1000000, false},
        {"ack_packets", p->ack_packets, 1, 64, false},
        {"ack_delay_cycles", p->ack_delay_cycles, 1, 1 << 30, false},
        {"channels", p->num_channels, 1, NIC_MAX_CHANNELS, false},
        {"dma_startup_cycles", p->dma_startup_cycles, 1, 10000, false},
        {"dma_outstanding", p->dma_outstanding, 1, NIC_MAX_OUTSTANDING, false},
        {"dma_burst_bytes", p->dma_burst_bytes, 8, 4096, true},
        {"arbitration", p->arbitration, 0, NIC_NUM_ARBITRATIONS - 1, false},
        {"register_cycles", p->register_cycles, 0, 1000, false},
        {"doorbell_cycles", p->doorbell_cycles, 1, 10000, false},
        {"link_cycles", p->link_cycles, 1, 10000, false},
        {"processor_num", p->processor_num, 1, 1000, false},
        {"processor_den", p->processor_den, 1, 1000, false},
        {"line_bytes", p->line_bytes, 32, 4096, true},
    };
    return limits_check(rows, sizeof rows / sizeof *rows, key, err) && check_sizes(p, key, err) &&
           check_costs(p->cycles, "cycles", key, err) &&
           check_costs(p->instructions, "instructions", key, err);
}

uint32_t nic_packet_flits(const struct nic_params *params, uint32_t payload_bytes)
{
    return params->header_flits + (payload_bytes + params->flit_bytes - 1) / params->flit_bytes;
}

uint32_t nic_packet_ram_bytes(const struct nic_params *params, uint32_t payload_bytes)
{
    uint32_t bytes = params->header_flits * params->flit_bytes + payload_bytes;
    return (bytes + params->ram_block_bytes - 1) & ~(params->ram_block_bytes - 1);
}
