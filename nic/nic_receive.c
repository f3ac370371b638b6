// SPDX-License-Identifier: Apache-2.0
// Messages that come: each takes a list of the receive ring, or goes to the window of programmed
// I/O, or is lost if nobody is there to take it; its packets are written to memory as they come.
#include "nic/nic_state.h"

static void count_done(struct nic *self, uint32_t idx, uint32_t bytes, uint64_t cycle)
{
    struct nic_message *message = &self->messages[idx];
    message->done_bytes += bytes;
    if (message->done_bytes == message->bytes)
        nic_reassembled(self, idx, cycle);
}

static void free_message(struct nic *self, uint32_t idx)
{
    self->messages[idx].next = self->first_free_message;
    self->first_free_message = idx;
    self->num_messages--;
}

static void link_packet(struct nic *self, struct nic_message *message, uint32_t handle)
{
    nic_packet_at(self, handle)->next_in = MSG_NONE;
    if (message->first_packet == MSG_NONE)
        message->first_packet = handle;
    else
        nic_packet_at(self, message->last_packet)->next_in = handle;
    message->last_packet = handle;
}

// Gives the packets of a message that nobody takes back, if there are any.
static void discard_packets(struct nic *self, uint32_t idx, uint64_t cycle)
{
    struct nic_message *message = &self->messages[idx];
    uint32_t handle = message->first_packet;
    message->first_packet = message->last_packet = MSG_NONE;
    while (handle != MSG_NONE) {
        const struct nic_packet *packet = nic_packet_at(self, handle);
        uint32_t next = packet->next_in;
        uint32_t bytes = packet->bytes;
        nic_link_discard(self, handle, cycle);
        count_done(self, idx, bytes, cycle);
        handle = next;
    }
}

// --- receive lists ------------------------------------------------------------------------------

static void complete(struct nic *self, struct nic_message *message, enum nic_status status,
                     uint32_t bytes)
{
    struct nic_completion record = {.tag = message->tag,
                                    .length = bytes,
                                    .node = message->source,
                                    .context = message->source_context,
                                    .status = status,
                                    .index = message->list.index,
                                    .flags = NIC_RECEIVED};
    if (message->checked && status == NIC_OK)
        record.flags |= NIC_CHECKED;
    message->reserved = false;
    bool raise = !(self->contexts[message->context].control & NIC_SENT_ONLY);
    nic_ring_complete(self, message->context, &record, raise || status != NIC_OK, message->life);
    message->life = MSG_NONE;
}

// Takes the next receive list that is good; those that are not are completed with their fault.
static bool take_list(struct nic *self, struct nic_message *message)
{
    struct nic_context *context = &self->contexts[message->context];
    while (context->rings[NIC_RING_RECEIVE].num_lists) {
        if (!nic_ring_reserve(self, context, false))
            return false;
        message->reserved = true;
        nic_ring_take_list(self, message->context, NIC_RING_RECEIVE, &message->list);
        enum nic_status status = nic_range_check_list(context, &message->list);
        if (status == NIC_OK)
            return true;
        complete(self, message, status, 0);
    }
    return false;
}

// A message has its list: its packets can be written, unless it does not fit.
static void place(struct nic *self, uint32_t idx, uint64_t cycle)
{
    struct nic_message *message = &self->messages[idx];
    uint32_t handle = message->first_packet;
    bool fits = message->list.bytes >= message->bytes;
    message->state = fits ? NIC_MESSAGE_PLACED : NIC_MESSAGE_LOST;
    nic_grant_give(self, message);
    if (!fits) {
        message->status = NIC_TOO_SMALL;
        discard_packets(self, idx, cycle);
        return;
    }
    message->first_packet = message->last_packet = MSG_NONE;
    while (handle != MSG_NONE) {
        uint32_t next = nic_packet_at(self, handle)->next_in;
        nic_note(self, handle, NIC_LIFE_LIST, cycle);
        nic_dma_add(self, handle, true);
        handle = next;
    }
}

// Gives receive lists to messages that wait for them.
void nic_receive_serve(struct nic *self, uint32_t context, uint64_t cycle)
{
    struct nic_context *to = &self->contexts[context];
    while (to->first_waiting != MSG_NONE) {
        uint32_t idx = to->first_waiting;
        struct nic_message *message = &self->messages[idx];
        if (!take_list(self, message))
            return;
        to->first_waiting = message->next_waiting;
        self->stats.receive_wait_cycles += cycle - message->since_cycle;
        place(self, idx, cycle);
    }
}

// --- packets ------------------------------------------------------------------------------------

// Whether a message goes to the window of its context. It has one packet, then.
bool nic_receive_by_window(const struct nic *self, const struct nic_message *message)
{
    if (message->context >= self->config.params.num_contexts)
        return false;
    const struct nic_context *context = &self->contexts[message->context];
    return nic_enabled(context) && context->control & NIC_WINDOW &&
           message->bytes <= self->config.params.window_bytes;
}

static enum nic_message_state choose_state(struct nic *self, const struct nic_message *message)
{
    if (message->context >= self->config.params.num_contexts) {
        nic_fault(self, NULL, NIC_BAD_CONTEXT);
        return NIC_MESSAGE_LOST;
    }
    struct nic_context *context = &self->contexts[message->context];
    if (nic_receive_by_window(self, message))
        return NIC_MESSAGE_WINDOW;
    if (nic_enabled(context) && context->rings[NIC_RING_RECEIVE].size)
        return NIC_MESSAGE_WAITING;
    nic_fault(self, context, nic_enabled(context) ? NIC_BAD_RING : NIC_DISABLED);
    return NIC_MESSAGE_LOST;
}

static void wait_for_list(struct nic *self, uint32_t idx, uint64_t cycle)
{
    struct nic_message *message = &self->messages[idx];
    struct nic_context *context = &self->contexts[message->context];
    message->since_cycle = cycle;
    if (context->first_waiting == MSG_NONE)
        context->first_waiting = idx;
    else
        self->messages[context->last_waiting].next_waiting = idx;
    context->last_waiting = idx;
    nic_receive_serve(self, message->context, cycle);
    self->stats.receive_waits += self->messages[idx].state == NIC_MESSAGE_WAITING;
}

// A message that has begun finds its place, with what has come of it.
void nic_receive_settle(struct nic *self, uint32_t idx, uint64_t cycle)
{
    struct nic_message *message = &self->messages[idx];
    if (message->state == NIC_MESSAGE_EARLY)
        message->state = choose_state(self, message);
    if (message->state == NIC_MESSAGE_WAITING) {
        wait_for_list(self, idx, cycle);
        return;
    }
    nic_grant_give(self, message);
    if (message->state == NIC_MESSAGE_LOST)
        discard_packets(self, idx, cycle);
    else if (message->first_packet != MSG_NONE)
        count_done(self, idx, message->bytes, cycle);
}

static void add_packet(struct nic *self, uint32_t idx, uint32_t handle, uint64_t cycle)
{
    struct nic_message *message = &self->messages[idx];
    uint32_t bytes = nic_packet_at(self, handle)->bytes;
    self->stats.bytes_received += bytes;
    switch (message->state) {
    case NIC_MESSAGE_PLACED:
        nic_dma_add(self, handle, true);
        break;
    case NIC_MESSAGE_WINDOW:
        link_packet(self, message, handle);
        count_done(self, idx, bytes, cycle);
        break;
    case NIC_MESSAGE_LOST:
        nic_link_discard(self, handle, cycle);
        count_done(self, idx, bytes, cycle);
        break;
    default:
        link_packet(self, message, handle);
    }
}

// A packet has passed demultiplexer, checksum and protocol.
void nic_receive_packet(struct nic *self, uint32_t handle, uint64_t cycle)
{
    const struct nic_packet *packet = nic_packet_at(self, handle);
    if (packet->kind == NIC_PACKET_GRANT) {
        nic_send_cut(self, packet->record, cycle);
        nic_link_release(self, handle, cycle);
        return;
    }
    nic_note(self, handle, NIC_LIFE_HANDLERS, cycle);
    bool begun;
    uint32_t idx = nic_reassemble(self, handle, &begun);
    if (idx == MSG_NONE)
        return;
    uint64_t flow = self->messages[idx].flow;
    if (packet->kind == NIC_PACKET_REQUEST)
        nic_link_release(self, handle, cycle);
    else
        add_packet(self, idx, handle, cycle);
    if (begun && self->config.params.grants)
        nic_grant_turn(self, flow, cycle);
    else if (begun)
        nic_receive_settle(self, idx, cycle);
}

// A packet's payload is in memory.
void nic_receive_written(struct nic *self, uint32_t handle, bool failed, uint64_t cycle)
{
    const struct nic_packet *packet = nic_packet_at(self, handle);
    uint32_t idx = packet->message;
    uint32_t bytes = packet->bytes;
    if (failed && self->messages[idx].status == NIC_OK)
        self->messages[idx].status = NIC_BUS_ERROR;
    if (self->messages[idx].done_bytes + bytes == self->messages[idx].bytes) // the last
        self->messages[idx].life = nic_lives_keep(self, handle);
    nic_link_release(self, handle, cycle);
    count_done(self, idx, bytes, cycle);
}

// --- delivery -----------------------------------------------------------------------------------

// A message is whole, and it is its turn.
void nic_receive_deliver(struct nic *self, uint32_t idx, uint64_t cycle)
{
    const struct nic_message *message = &self->messages[idx];
    nic_lives_stage(self, message->life, NIC_LIFE_ORDER_IN, cycle);
    if (message->state == NIC_MESSAGE_WINDOW && message->first_packet != MSG_NONE)
        nic_note(self, message->first_packet, NIC_LIFE_ORDER_IN, cycle);
    if (message->state == NIC_MESSAGE_LOST && !message->reserved)
        free_message(self, idx);
    else
        nic_work_add(self, NIC_STEP_DELIVER, idx, message->bytes, cycle);
}

// The handler deliver is done.
void nic_receive_delivered(struct nic *self, uint32_t idx, uint64_t cycle)
{
    struct nic_message *message = &self->messages[idx];
    self->stats.messages_received += message->state != NIC_MESSAGE_LOST;
    nic_lives_stage(self, message->life, NIC_LIFE_DELIVER, cycle);
    if (message->state == NIC_MESSAGE_WINDOW)
        nic_pio_deliver(self, message->context, message->first_packet, cycle);
    else
        complete(self, message, message->status, message->bytes);
    free_message(self, idx);
}

// A message of a flow that keeps on-board RAM, or will, for a context; MSG_NONE if there is none.
static uint32_t find_window(const struct nic *self, const struct nic_flow *flow, uint32_t context)
{
    uint32_t idx = flow->used ? flow->first_message : MSG_NONE;
    for (; idx != MSG_NONE; idx = self->messages[idx].next) {
        const struct nic_message *message = &self->messages[idx];
        bool early = message->state == NIC_MESSAGE_EARLY && message->first_packet != MSG_NONE;
        if (message->context == context && (early || message->state == NIC_MESSAGE_WINDOW))
            return idx;
    }
    return MSG_NONE;
}

static void drop_window(struct nic *self, uint32_t idx, uint64_t cycle)
{
    struct nic_message *message = &self->messages[idx];
    bool early = message->state == NIC_MESSAGE_EARLY;
    nic_fault(self, &self->contexts[message->context], NIC_DISABLED);
    message->state = NIC_MESSAGE_LOST;
    if (early) {
        discard_packets(self, idx, cycle);
    } else if (message->first_packet != MSG_NONE) { // which has been counted
        nic_link_discard(self, message->first_packet, cycle);
        message->first_packet = message->last_packet = MSG_NONE;
    }
}

// A context is disabled: whatever waits for it is lost.
void nic_receive_drop(struct nic *self, uint32_t context, uint64_t cycle)
{
    struct nic_context *from = &self->contexts[context];
    while (from->first_waiting != MSG_NONE) {
        uint32_t idx = from->first_waiting;
        struct nic_message *message = &self->messages[idx];
        from->first_waiting = message->next_waiting;
        message->state = NIC_MESSAGE_LOST;
        nic_fault(self, from, NIC_DISABLED);
        nic_grant_give(self, message); // so that its sender can go on
        discard_packets(self, idx, cycle);
    }
    for (uint32_t i = 0; i < self->in_flows.cap;) {
        uint32_t idx = find_window(self, &self->in_flows.slots[i], context);
        if (idx == MSG_NONE)
            i++;
        else
            drop_window(self, idx, cycle);
    }
}
