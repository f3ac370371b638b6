// SPDX-License-Identifier: Apache-2.0
// Parameters of a network interface card. Cycles are those of the node's clock.
#ifndef ORDITO_NIC_NIC_PARAMS_H
#define ORDITO_NIC_NIC_PARAMS_H

#include "sim/err.h"

#include <stdint.h>

enum { NIC_MAX_CHANNELS = 8, NIC_MAX_OUTSTANDING = 32, NIC_MAX_CLASSES = 16 };

// What is done to messages and packets on the card.
enum nic_handler {
    NIC_HANDLER_SEND,        // a message: read its list, before any DMA
    NIC_HANDLER_PROTOCOL,    // a packet that goes, before its DMA: make its header; a packet that
                             // came: find its flow and message
    NIC_HANDLER_CHECKSUM,    // a packet with a checksum that goes, after its DMA, or that came
    NIC_HANDLER_DEMULTIPLEX, // a packet that came: find its context
    NIC_HANDLER_DELIVER,     // a message that is in memory whole: make its completion
    NIC_HANDLER_RELIABLE,    // a packet that goes, each time, or that came, or an acknowledgement
                             // that is made: numbers and time-outs
    NIC_NUM_HANDLERS
};

extern const char *const nic_handler_names[NIC_NUM_HANDLERS];

// each + ceil(bytes * per_16_bytes / 16): cycles of fixed hardware, or instructions.
struct nic_cost {
    uint32_t each;         // 0..100000
    uint32_t per_16_bytes; // 0..10000
};

enum nic_arbitration { NIC_ROUND_ROBIN, NIC_RECEIVE_FIRST, NIC_NUM_ARBITRATIONS };

extern const char *const nic_arbitration_names[NIC_NUM_ARBITRATIONS];

// What sends packets anew that the network has lost.
enum nic_reliability { NIC_RELIABLE_NONE, NIC_RELIABLE_NIC, NIC_NUM_RELIABILITIES };

extern const char *const nic_reliability_names[NIC_NUM_RELIABILITIES];

struct nic_params {
    uint32_t num_contexts;      // 1..NIC_MAX_CONTEXTS
    uint32_t out_ram_bytes;     // one longest packet..2^30
    uint32_t in_ram_bytes;      // likewise
    uint32_t ram_block_bytes;   // 8..4096, a power of two: a packet takes whole blocks
    uint32_t max_payload_bytes; // 8..65536, of a packet
    uint32_t max_message_bytes; // 1..2^30
    uint32_t flit_bytes;        // 1..256
    uint32_t header_flits;      // 1..64
    uint32_t num_classes;       // traffic classes, 1..NIC_MAX_CLASSES
    uint32_t window_bytes;      // of programmed I/O; 8..NIC_MAX_WINDOW_BYTES, a multiple of 8, and
                                // at most max_payload_bytes
    // Stages.
    bool grants;       // no message by DMA is sent before it has a receive list
    bool segmentation; // else messages beyond max_payload_bytes are refused (NIC_BAD_LENGTH)
    bool reassembly;   // else payload is placed, and messages complete, in the order of arrival
    bool checksum;     // else NIC_CHECKSUM does nothing
    bool coalescing;   // else every completion that raises an interrupt does so at once
    uint32_t coalesce_events;       // 1..65535
    uint32_t coalesce_delay_cycles; // 1..2^30
    enum nic_reliability reliable;
    uint32_t retransmit_timeout_cycles; // 1..2^30, of a packet's first time
    uint32_t retransmit_window;         // packets, 1..64
    uint32_t max_retries;               // of a packet, 1..10^6
    uint32_t ack_packets;               // that an acknowledgement is made for, 1..64
    uint32_t ack_delay_cycles;          // or so long after the first, 1..2^30
    // DMA.
    uint32_t num_channels;       // 1..NIC_MAX_CHANNELS
    uint32_t dma_startup_cycles; // 1..10000, from taking a packet to its first request
    uint32_t dma_outstanding;    // requests of a channel, 1..NIC_MAX_OUTSTANDING
    uint32_t dma_burst_bytes;    // of a request, 8..4096, a power of two; never beyond a line
    enum nic_arbitration arbitration;
    // Control.
    uint32_t register_cycles; // of an access to a register, 0..1000
    uint32_t doorbell_cycles; // from a doorbell to asking for a descriptor, 1..10000
    uint32_t link_cycles;     // from a packet's arrival to its first handler, 1..10000
    bool processor;           // handlers are run by the network processor, one at a time
    uint32_t processor_num;   // its clock: node's clock * num / den; an instruction a cycle
    uint32_t processor_den;   // 1..1000 each
    struct nic_cost cycles[NIC_NUM_HANDLERS];       // of fixed hardware, a unit for each
    struct nic_cost instructions[NIC_NUM_HANDLERS]; // of the processor
    // Set by the node.
    uint32_t line_bytes; // of the bus; 32..4096, a power of two
};

// A card of one context with two channels, 64 Kbyte of RAM each way, and all stages but coalescing.
extern const struct nic_params nic_default_params;

// Refuses with ERR_CONFIG "key.name: ...".
bool nic_params_check(const struct nic_params *params, const char *key, struct err *err);

// Flits of a packet, and the bytes of on-board RAM that it takes.
uint32_t nic_packet_flits(const struct nic_params *params, uint32_t payload_bytes);
uint32_t nic_packet_ram_bytes(const struct nic_params *params, uint32_t payload_bytes);

#endif
