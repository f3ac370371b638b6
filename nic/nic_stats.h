// SPDX-License-Identifier: Apache-2.0
// Counters of a network interface card. Cycles are those of the node's clock.
#ifndef ORDITO_NIC_NIC_STATS_H
#define ORDITO_NIC_NIC_STATS_H

#include "nic/nic_layout.h"
#include "nic/nic_life.h"
#include "nic/nic_params.h"

#include <stdint.h>

struct nic_channel_stats {
    uint64_t packets;
    uint64_t requests;
    uint64_t bytes_read, bytes_written; // of memory
    uint64_t busy_cycles;               // has a packet
    uint64_t wait_cycles;               // of these: as many requests as it may are under way
};

struct nic_handler_stats {
    uint64_t runs;
    uint64_t cost;        // cycles of fixed hardware, instructions of the processor
    uint64_t wait_cycles; // for a unit
};

struct nic_stats {
    uint64_t messages_sent; // the last packet has left, or, if delivery is reliable, has come
    uint64_t packets_sent, bytes_sent;
    uint64_t messages_received; // delivered to software
    uint64_t packets_received, bytes_received;
    uint64_t packets_discarded; // that came for nobody, or for a list that was too small
    uint64_t doorbells;         // taken
    uint64_t descriptors_read;
    uint64_t completions_written, shadows_written;
    uint64_t interrupts, interrupt_events; // raised, and what was to raise one
    uint64_t pio_sent, pio_received;       // messages, counted above too
    uint64_t reordered;                    // messages that waited for others of their flow
    uint64_t misplaced;                    // packets out of order without reassembly
    uint64_t grants_asked, grants_given;
    uint64_t retransmissions;     // packets sent again
    uint64_t timeouts;            // packets that had no answer in time
    uint64_t duplicates;          // packets that had come before
    uint64_t out_of_turn;         // packets that had no place before others had come
    uint64_t damaged;             // packets that the network had changed
    uint64_t acknowledgements;    // packets that only say what has come
    uint64_t out_full_cycles;     // a packet waits for on-board RAM to go out
    uint64_t in_full_cycles;      // a packet waits in the network for on-board RAM
    uint64_t in_refusals;         // offers refused
    uint64_t receive_waits;       // messages that found no receive list
    uint64_t receive_wait_cycles; // all these together
    uint64_t completion_waits;    // messages that found the completion ring full
    uint32_t max_out_ram_bytes, max_in_ram_bytes;
    uint32_t max_run_queue; // tasks that wait for one unit, or run on it
    uint64_t lives; // messages that came, if lives are kept, and the sums of their parts, in
    uint64_t life_cycles[NIC_LIFE_NUM_PARTS]; // cycles of the network
    uint64_t errors[NIC_NUM_STATUSES];
    struct nic_handler_stats handlers[NIC_NUM_HANDLERS];
    struct nic_channel_stats channels[NIC_MAX_CHANNELS];
};

#endif
