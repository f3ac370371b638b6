// SPDX-License-Identifier: Apache-2.0
// The inside of a card, for the files of nic/ alone. In the order of a message's way:
//   nic_regs.c             registers: doorbells, settings
//   nic_range.c            which memory a context may name
//   nic_pio.c              programmed I/O
//   nic_ring.c             descriptors are read, completions written, by master 0
//   nic_send.c             lists become messages, and packets go
//   stage_grant.c          the receiver's card is asked first
//   stage_segmentation.c   messages are cut into packets
//   nic_dma.c              channels
//   stage_checksum.c       of packets that go and that come
//   stage_reliable.c       packets that get lost are sent again
//   nic_work.c             handlers, by units of their own or by the network processor
//   nic_link.c             on-board RAM for what arrives, and the network
//   stage_reassembly.c     packets become messages
//   nic_flow.c             numbers of messages
//   nic_receive.c          messages get their place, and are delivered
//   stage_coalescing.c     interrupts
//   nic_life.c             what messages waited for
//   nic.c                  makes a card, and runs all that in a cycle until nothing moves
#ifndef ORDITO_NIC_NIC_STATE_H
#define ORDITO_NIC_NIC_STATE_H

#include "nic/nic.h"
#include "nic/nic_lives.h"
#include "nic/nic_queue.h"
#include "nic/nic_reliable.h"

#include <stddef.h>

enum {
    NIC_SENDS_AHEAD = 2,   // of these, that are not yet cut whole
    NIC_FETCH_BYTES = 64,  // of descriptors, at a time
    NIC_CONTROL_SLOTS = 16 // requests of master 0
};

// --- contexts -----------------------------------------------------------------------------------

enum nic_ring_kind { NIC_RING_SEND, NIC_RING_RECEIVE, NIC_RING_COMPLETION, NIC_NUM_RINGS };

struct nic_ring {
    uint64_t base, shadow; // addresses; shadow 0: none
    uint64_t size;         // slots; 0: no ring
    uint32_t producer;
    uint32_t consumer; // of send and receive rings: descriptors asked for
    uint32_t seen;     // the producer, as far as the doorbell has come
    bool fetching;
    // Descriptors on the card, and how many of them end a list.
    uint32_t first, num, num_lists;
    bool too_long;       // the first list has lost its beginning
    uint32_t long_index; // where that was
    struct nic_send_descriptor queue[NIC_MAX_PIECES];
    uint64_t fetched_cycles[NIC_MAX_PIECES]; // of these, of a send ring
};

struct nic_range {
    uint64_t address, bytes;
};

struct nic_context {
    uint64_t control, status; // registers
    struct nic_ring rings[NIC_NUM_RINGS];
    uint32_t num_reserved;                // slots of the completion ring, for completions to come
    uint32_t num_send_reserved;           // of these, of messages that go
    uint32_t num_control;                 // requests of master 0 under way
    uint32_t num_undecided;               // messages that go, before the end of the handler send
    bool noted_full;                      // the completion ring is full, and that was counted
    uint32_t first_waiting, last_waiting; // messages without a receive list
    uint32_t first_window, last_window;   // packets for programmed I/O
    uint64_t pio_to, pio_tag, pio_status;
    uint64_t coalesce_events, coalesce_delay_cycles;
    uint32_t num_events;     // since the last interrupt
    uint64_t deadline_cycle; // of the next interrupt; MEM_NEVER: none
    struct nic_range ranges[NIC_MAX_RANGES];
    uint8_t window[NIC_MAX_WINDOW_BYTES];
    struct nic_queue doorbells;  // of nic_event, of the send ring: items are producers
    struct nic_life_done *lives; // [num_lives] by completion, modulo the ring's size
    uint32_t num_lives;
};

// --- messages -----------------------------------------------------------------------------------

struct nic_piece {
    uint64_t address;
    uint32_t bytes;
};

// A list of descriptors, taken off a ring.
struct nic_list {
    uint32_t num;
    uint32_t index;                   // of the first descriptor
    uint64_t bytes;                   // of all pieces
    bool too_long;                    // pieces are missing
    uint64_t doorbell_cycle;          // that told of its last descriptor, of a send ring,
    uint64_t fetched_cycle;           // and in which that was read
    struct nic_send_descriptor first; // but for NIC_LAST
    struct nic_piece pieces[NIC_MAX_PIECES];
};

struct nic_send {
    struct nic_list list;
    uint32_t owner; // context
    uint32_t sequence;
    uint32_t cut_bytes;
    uint32_t num_packets; // cut and not yet gone
    uint32_t next;        // free list, or the queue of those to be cut
    uint64_t picked_cycle, decoded_cycle, granted_cycle; // taken up; looked at; may be cut
    bool asked; // its request for a grant has come, by an answer
    enum nic_status status;
};

enum nic_message_state {
    NIC_MESSAGE_EARLY,   // waits for its turn to find a place
    NIC_MESSAGE_WAITING, // for a receive list
    NIC_MESSAGE_PLACED,  // is written to memory
    NIC_MESSAGE_WINDOW,  // for programmed I/O
    NIC_MESSAGE_LOST     // nobody takes it
};

struct nic_message {
    struct nic_list list;
    uint64_t flow; // key
    uint32_t sequence;
    uint32_t bytes, placed_bytes, done_bytes;
    uint32_t context; // as the packets say; there may be none
    uint32_t source, source_context, traffic_class;
    uint32_t grant_record; // at the sender's card, which waits for a grant; MSG_NONE
    uint64_t tag;
    enum nic_message_state state;
    enum nic_status status;
    bool checked;  // so far every packet had a checksum that was right
    bool reserved; // it has a slot of the completion ring
    bool done;
    uint64_t since_cycle;               // it waits for a list
    uint32_t first_packet, last_packet; // waiting, or for the window
    uint32_t next;                      // in its flow, or free list
    uint32_t next_waiting;              // in its context
    uint32_t life;                      // slot of it, once it is whole; MSG_NONE
};

struct nic_flow {
    uint64_t key;
    uint32_t sequence;      // of the next message, to be sent or delivered
    uint32_t next_place;    // of the next to find a place, if messages do so in turn
    uint32_t num_uncut;     // messages to be sent by DMA, with packets that are still to be made
    uint32_t first_message; // of those that have begun and are not delivered; MSG_NONE
    bool used;
};

// A hash table with linear probing; at most half full.
struct nic_flows {
    uint32_t num, cap;
    struct nic_flow *slots;
};

// --- handlers -----------------------------------------------------------------------------------

enum nic_step {
    NIC_STEP_SEND,         // item: a nic_send
    NIC_STEP_PROTOCOL_OUT, // a packet, as those below
    NIC_STEP_CHECKSUM_OUT,
    NIC_STEP_DEMULTIPLEX,
    NIC_STEP_CHECKSUM_IN,
    NIC_STEP_PROTOCOL_IN,
    NIC_STEP_DELIVER,      // a nic_message
    NIC_STEP_RELIABLE_OUT, // a packet; from here on only if delivery is reliable
    NIC_STEP_RELIABLE_IN,
    NIC_STEP_RELIABLE_ACK, // a nic_peer
    NIC_NUM_STEPS
};

struct nic_task {
    uint64_t cycle; // that it came in
    enum nic_step step;
    uint32_t item;
    uint32_t bytes;
};

struct nic_unit {
    uint64_t end_cycle; // of the first task of the queue; MEM_NEVER: none
    uint64_t free_tick; // the processor's clock: it is free from this tick on
    struct nic_queue tasks;
};

// --- masters ------------------------------------------------------------------------------------

struct nic_channel {
    struct mem_master master;
    struct nic *nic;
    uint32_t packet;  // MSG_NONE: idle
    bool in;          // to memory
    bool failed;      // an error of the bus
    bool answered;    // something is done that has not been looked at
    uint32_t piece;   // of the list, where the next request begins
    uint32_t skipped; // bytes of that piece
    uint32_t asked_bytes, done_bytes;
    uint32_t num_under_way;
    uint64_t busy_cycle;  // since when it has the packet
    uint64_t wait_cycle;  // since when it may ask for no more; MEM_NEVER: it may
    uint64_t data_cycles; // of the bus, of the packet, for lives
    struct nic_channel_stats stats;
};

enum nic_control_kind { NIC_CONTROL_FETCH, NIC_CONTROL_COMPLETE, NIC_CONTROL_SHADOW };

struct nic_control_slot {
    bool used, done, failed;
    enum nic_control_kind kind;
    uint32_t context;
    enum nic_ring_kind ring;
    uint32_t num;   // descriptors
    bool raise;     // an interrupt, when it is done
    uint32_t index; // of a completion
    uint32_t life;  // of its message; MSG_NONE
    uint8_t data[NIC_FETCH_BYTES];
};

struct nic_pending_completion {
    uint32_t context;
    bool raise;
    uint32_t life;
    struct nic_completion record;
};

struct nic_control {
    struct mem_master master;
    uint64_t want_fetch[NIC_NUM_RINGS];  // contexts, a bit each
    uint64_t want_shadow[NIC_NUM_RINGS]; //
    struct nic_queue completions;
    uint32_t num_done; // slots whose request is done
    struct nic_control_slot slots[NIC_CONTROL_SLOTS];
};

// What comes about after a time.
struct nic_event {
    uint64_t cycle;
    uint32_t item; // a packet; or ring * NIC_MAX_CONTEXTS + context
};

struct nic {
    struct mem_device device;
    struct mem_agent agent;
    struct nic_config config;
    bool failed;
    struct nic_control control;
    struct nic_context *contexts; // [num_contexts]
    uint64_t open, card_status;   // registers
    uint64_t range_address, range_bytes;
    struct nic_queue doorbells, arrivals, gone; // of nic_event
    uint32_t num_units;                         // in use: one for each step, or for the processor
    struct nic_unit units[NIC_NUM_STEPS];
    // Sending.
    uint64_t send_lists; // contexts that have a list on the card
    uint32_t turn;       // context that comes first
    uint32_t num_ahead;  // NIC_SENDS_AHEAD
    uint32_t first_free_send, first_cut, last_cut;
    uint32_t first_out, last_out; // packets, in the order in which they are to go
    uint32_t num_sends;           // in use
    uint32_t out_used_bytes;
    uint64_t out_full_cycle; // since when; MEM_NEVER
    struct nic_send sends[NIC_MAX_SENDS];
    struct nic_queue notices; // requests and grants that are to be made
    struct nic_flows out_flows, in_flows, peer_flows;
    struct nic_reliable reliable; // peer_flows has the numbers of its peers, from 1 on
    // Receiving.
    uint32_t in_used_bytes;
    uint64_t in_freed_cycle; // of the last freeing, which the network sees a cycle later
    uint32_t in_freed_bytes;
    uint64_t late_cycle;    // in which to tell of room that was already there when it was asked for
    uint32_t refused;       // the packet that waits; MSG_NONE
    bool others_refused;    // so do others
    bool announced;         // the network knows of room for it
    uint64_t in_full_cycle; // since when it waits
    uint32_t num_messages, cap_messages, first_free_message;
    struct nic_message *messages; // [cap_messages]
    uint64_t coalescing;          // contexts with a deadline
    struct nic_lives lives;
    // Packets that wait for a channel, by direction: out, in.
    uint32_t first_job[2], last_job[2];
    bool last_in;                 // the direction served last
    struct nic_channel *channels; // [num_channels]
    struct nic_stats stats;
};

static inline struct nic_packet *nic_packet_at(const struct nic *self, uint32_t handle)
{
    return nic_store_at(self->config.store, handle);
}

// Notes the end of a part of a packet's life.
static inline void nic_note(const struct nic *self, uint32_t handle, enum nic_life_part part,
                            uint64_t cycle)
{
    struct nic_life *life = nic_packet_at(self, handle)->life;
    if (life && self->config.lives)
        nic_lives_note(self, life, part, cycle);
}

// Has the card run in a cycle.
static inline void nic_wake(struct nic *self, uint64_t cycle)
{
    if (cycle < self->agent.next_cycle)
        self->agent.next_cycle = cycle;
}

// A fault of software: counted, and shown by the status register of the context, or of the card.
static inline void nic_fault(struct nic *self, struct nic_context *context, enum nic_status status)
{
    self->stats.errors[status]++;
    *(context ? &context->status : &self->card_status) |= UINT64_C(1) << status;
}

static inline bool nic_enabled(const struct nic_context *context)
{
    return context->control & NIC_ENABLE;
}

// nic_range.c
bool nic_range_holds(const struct nic_context *context, uint64_t address, uint64_t bytes);
enum nic_status nic_range_check_list(const struct nic_context *context,
                                     const struct nic_list *list);
bool nic_range_set(struct nic *self, uint32_t context, uint32_t idx, uint64_t address,
                   uint64_t bytes);

// nic_regs.c
void nic_regs_init(struct nic *self);

// nic_pio.c; false: there is no such register, or not of this kind.
bool nic_pio_read(struct nic *self, struct nic_context *context, uint64_t offset, uint64_t *value);
bool nic_pio_write(struct nic *self, struct nic_context *context, uint64_t offset, uint64_t value,
                   uint64_t cycle);
bool nic_pio_window(struct nic *self, struct nic_context *context, uint64_t offset, uint8_t *to,
                    const uint8_t *from, uint32_t bytes);
void nic_pio_deliver(struct nic *self, uint32_t context, uint32_t packet, uint64_t cycle);
void nic_pio_drop(struct nic *self, struct nic_context *context, uint64_t cycle);

// nic_ring.c
void nic_ring_init(struct nic *self);
enum nic_status nic_ring_check(const struct nic_context *context);
void nic_ring_reset(struct nic *self, uint32_t context);
void nic_ring_doorbell(struct nic *self, uint32_t context, enum nic_ring_kind ring, uint32_t index,
                       uint64_t cycle);
void nic_ring_seen(struct nic *self, uint32_t item, uint64_t cycle);
bool nic_ring_take_list(struct nic *self, uint32_t context, enum nic_ring_kind ring,
                        struct nic_list *list);
bool nic_ring_reserve(struct nic *self, struct nic_context *context, bool send);
void nic_ring_give_back(struct nic *self, uint32_t context, uint64_t cycle);
void nic_ring_complete(struct nic *self, uint32_t context, const struct nic_completion *record,
                       bool raise, uint32_t life);
bool nic_ring_run(struct nic *self, uint64_t cycle);

// nic_send.c
void nic_send_init(struct nic *self);
bool nic_send_undecided(const struct nic_context *context);
void nic_send_decoded(struct nic *self, uint32_t send, uint64_t cycle);
struct nic_flow *nic_send_flow(struct nic *self, const struct nic_send *send);
void nic_send_address(const struct nic *self, uint32_t send, struct nic_packet *packet);
void nic_send_cut(struct nic *self, uint32_t send, uint64_t cycle);
void nic_send_packet(struct nic *self, uint32_t packet, uint64_t cycle);
void nic_send_made(struct nic *self, uint32_t packet, uint64_t cycle);
void nic_send_read(struct nic *self, uint32_t packet, bool failed, uint64_t cycle);
void nic_send_ready(struct nic *self, uint32_t packet, uint64_t cycle);
void nic_send_gone(struct nic *self, uint32_t packet, uint64_t cycle);
void nic_send_done(struct nic *self, uint32_t packet, uint64_t cycle);
void nic_send_fail(struct nic *self, uint32_t send, uint64_t cycle);
void nic_send_fail_asked(struct nic *self, uint32_t node, uint32_t traffic_class, uint64_t cycle);
bool nic_send_run(struct nic *self, uint64_t cycle);

// stage_segmentation.c: cuts the next packet off the first message of the queue; false if there is
// none, or no on-board RAM for it.
bool nic_segment(struct nic *self, uint64_t cycle);

// stage_checksum.c
bool nic_checksum_add(struct nic *self, enum nic_step step, uint32_t packet, uint64_t cycle);
void nic_checksum_made(struct nic *self, uint32_t packet, uint64_t cycle);
void nic_checksum_found(struct nic *self, uint32_t packet, uint64_t cycle);

// nic_dma.c
void nic_dma_init(struct nic *self);
void nic_dma_add(struct nic *self, uint32_t packet, bool in);
bool nic_dma_run(struct nic *self, uint64_t cycle);

// nic_work.c
void nic_work_init(struct nic *self);
void nic_work_add(struct nic *self, enum nic_step step, uint32_t item, uint32_t bytes,
                  uint64_t cycle);
bool nic_work_run(struct nic *self, uint64_t cycle);
uint64_t nic_work_next(const struct nic *self);

// nic_link.c
bool nic_link_keep_out(struct nic *self, uint32_t bytes);
void nic_link_put(struct nic *self, uint32_t packet, uint64_t cycle);
void nic_link_free_out(struct nic *self, uint32_t bytes);
void nic_link_release(struct nic *self, uint32_t packet, uint64_t cycle);
void nic_link_discard(struct nic *self, uint32_t packet, uint64_t cycle);
void nic_link_take(struct nic *self, uint64_t cycle);
void nic_link_announce(struct nic *self, uint64_t cycle);

// stage_reassembly.c: the record of a packet's message, a new one if it is the first; where the
// packet's payload belongs; and what is delivered once a message is done. MSG_NONE without memory.
uint32_t nic_reassemble(struct nic *self, uint32_t packet, bool *begun);
void nic_reassembled(struct nic *self, uint32_t message, uint64_t cycle);
uint64_t nic_flow_key(uint32_t node, uint32_t source_context, uint32_t context,
                      uint32_t traffic_class);

// nic_flow.c: the flow of a key, a new one if there is none; NULL without memory.
struct nic_flow *nic_flow_find(struct nic_flows *self, uint64_t key);

// stage_grant.c
void nic_grant_init(struct nic *self);
bool nic_grant_ask(struct nic *self, uint32_t send);
bool nic_grant_run(struct nic *self, uint64_t cycle);
void nic_grant_give(struct nic *self, struct nic_message *message);
void nic_grant_turn(struct nic *self, uint64_t flow, uint64_t cycle);

// nic_receive.c
bool nic_receive_by_window(const struct nic *self, const struct nic_message *message);
void nic_receive_settle(struct nic *self, uint32_t message, uint64_t cycle);
void nic_receive_packet(struct nic *self, uint32_t packet, uint64_t cycle);
void nic_receive_written(struct nic *self, uint32_t packet, bool failed, uint64_t cycle);
void nic_receive_deliver(struct nic *self, uint32_t message, uint64_t cycle);
void nic_receive_delivered(struct nic *self, uint32_t message, uint64_t cycle);
void nic_receive_serve(struct nic *self, uint32_t context, uint64_t cycle);
void nic_receive_drop(struct nic *self, uint32_t context, uint64_t cycle);

// stage_coalescing.c
void nic_coalesce_event(struct nic *self, uint32_t context, uint64_t cycle);
void nic_coalesce_drop(struct nic *self, uint32_t context);
void nic_coalesce_run(struct nic *self, uint64_t cycle);
uint64_t nic_coalesce_next(const struct nic *self);

#endif
