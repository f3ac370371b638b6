// SPDX-License-Identifier: Apache-2.0
// Lists of send rings become messages: each is looked at by the handler send, checked, cut into
// packets (stage_segmentation.c), and completed when its last packet has gone.
#include "nic/nic_state.h"

void nic_send_init(struct nic *self)
{
    self->first_free_send = 0;
    for (uint32_t i = 0; i < NIC_MAX_SENDS; i++)
        self->sends[i].next = i + 1 < NIC_MAX_SENDS ? i + 1 : MSG_NONE;
    self->first_cut = self->last_cut = MSG_NONE;
    self->first_out = self->last_out = MSG_NONE;
    self->out_full_cycle = MEM_NEVER;
}

// --- from the ring ------------------------------------------------------------------------------

// The next context in turn that has a list and a slot for its completion; MSG_NONE if none.
static uint32_t choose(struct nic *self)
{
    uint64_t left = self->send_lists;
    uint64_t later = left & ~((UINT64_C(1) << self->turn) - 1);
    while (left) {
        uint32_t context = (uint32_t)__builtin_ctzll(later ? later : left);
        if (nic_ring_reserve(self, &self->contexts[context], true))
            return context;
        left &= ~(UINT64_C(1) << context);
        later &= left;
    }
    return MSG_NONE;
}

static bool pick(struct nic *self, uint64_t cycle)
{
    if (!self->send_lists || self->num_ahead == NIC_SENDS_AHEAD ||
        self->first_free_send == MSG_NONE)
        return false;
    uint32_t context = choose(self);
    if (context == MSG_NONE)
        return false;
    uint32_t idx = self->first_free_send;
    struct nic_send *send = &self->sends[idx];
    self->first_free_send = send->next;
    self->num_sends++;
    *send = (struct nic_send){.owner = context, .next = MSG_NONE, .picked_cycle = cycle};
    nic_ring_take_list(self, context, NIC_RING_SEND, &send->list);
    self->turn = (context + 1) % NIC_MAX_CONTEXTS;
    self->num_ahead++;
    self->contexts[context].num_undecided++;
    nic_work_add(self, NIC_STEP_SEND, idx, 0, cycle);
    return true;
}

// True if there may be lists in the send ring, or on the card, whose flow is not yet known.
bool nic_send_undecided(const struct nic_context *context)
{
    const struct nic_ring *ring = &context->rings[NIC_RING_SEND];
    return ring->producer != ring->consumer || ring->num || context->num_undecided;
}

// --- completion ---------------------------------------------------------------------------------

static void complete(struct nic *self, uint32_t idx, uint64_t cycle)
{
    struct nic_send *send = &self->sends[idx];
    const struct nic_send_descriptor *first = &send->list.first;
    struct nic_completion record = {.tag = first->tag,
                                    .length = (uint32_t)send->list.bytes,
                                    .node = first->node,
                                    .context = first->context,
                                    .status = send->status,
                                    .index = send->list.index};
    if (send->status != NIC_OK || first->flags & (NIC_COMPLETE | NIC_RAISE))
        nic_ring_complete(self, send->owner, &record,
                          send->status != NIC_OK || first->flags & NIC_RAISE, MSG_NONE);
    else
        nic_ring_give_back(self, send->owner, cycle);
    send->next = self->first_free_send;
    self->first_free_send = idx;
    self->num_sends--;
}

static enum nic_status check(const struct nic *self, const struct nic_send *send)
{
    const struct nic_params *params = &self->config.params;
    const struct nic_send_descriptor *first = &send->list.first;
    uint64_t limit = params->segmentation || params->max_message_bytes < params->max_payload_bytes
                         ? params->max_message_bytes
                         : params->max_payload_bytes;
    enum nic_status status = nic_range_check_list(&self->contexts[send->owner], &send->list);
    if (status != NIC_OK)
        return status;
    if (first->node >= self->config.num_nodes)
        return NIC_BAD_NODE;
    if (first->context >= NIC_MAX_CONTEXTS)
        return NIC_BAD_CONTEXT;
    if ((first->flags >> NIC_CLASS_SHIFT & NIC_CLASS_MASK) >= params->num_classes)
        return NIC_BAD_CLASS;
    return send->list.bytes > limit ? NIC_BAD_LENGTH : NIC_OK;
}

// The flow of a message; NULL without memory.
struct nic_flow *nic_send_flow(struct nic *self, const struct nic_send *send)
{
    const struct nic_send_descriptor *first = &send->list.first;
    return nic_flow_find(&self->out_flows,
                         nic_flow_key(first->node, send->owner, first->context,
                                      first->flags >> NIC_CLASS_SHIFT & NIC_CLASS_MASK));
}

// The handler send is done.
void nic_send_decoded(struct nic *self, uint32_t idx, uint64_t cycle)
{
    struct nic_send *send = &self->sends[idx];
    self->contexts[send->owner].num_undecided--;
    send->status = check(self, send);
    struct nic_flow *flow = NULL;
    if (send->status == NIC_OK) {
        flow = nic_send_flow(self, send);
        self->failed |= !flow;
    }
    if (!flow) {
        self->num_ahead--;
        complete(self, idx, cycle);
        return;
    }
    send->decoded_cycle = cycle;
    send->sequence = flow->sequence++;
    flow->num_uncut++;
    if (nic_grant_ask(self, idx))
        self->num_ahead--;
    else
        nic_send_cut(self, idx, cycle);
}

// A message may be cut, after those before it.
void nic_send_cut(struct nic *self, uint32_t idx, uint64_t cycle)
{
    self->sends[idx].granted_cycle = cycle;
    self->sends[idx].next = MSG_NONE;
    self->sends[idx].asked = false;
    if (self->first_cut == MSG_NONE)
        self->first_cut = idx;
    else
        self->sends[self->last_cut].next = idx;
    self->last_cut = idx;
}

// No grant will come for a message.
void nic_send_fail(struct nic *self, uint32_t idx, uint64_t cycle)
{
    struct nic_send *send = &self->sends[idx];
    send->status = NIC_TIMED_OUT;
    send->asked = false;
    nic_send_flow(self, send)->num_uncut--;
    complete(self, idx, cycle);
}

// The same for all messages to a node whose requests have come.
void nic_send_fail_asked(struct nic *self, uint32_t node, uint32_t traffic_class, uint64_t cycle)
{
    for (uint32_t i = 0; i < NIC_MAX_SENDS; i++) {
        const struct nic_send_descriptor *first = &self->sends[i].list.first;
        if (self->sends[i].asked && first->node == node &&
            (first->flags >> NIC_CLASS_SHIFT & NIC_CLASS_MASK) == traffic_class)
            nic_send_fail(self, i, cycle);
    }
}

// --- packets ------------------------------------------------------------------------------------

// What a packet's header says of its message.
void nic_send_address(const struct nic *self, uint32_t idx, struct nic_packet *packet)
{
    const struct nic_send *send = &self->sends[idx];
    const struct nic_send_descriptor *first = &send->list.first;
    packet->source = self->config.node;
    packet->destination = first->node;
    packet->source_context = (uint16_t)send->owner;
    packet->context = (uint16_t)first->context;
    packet->traffic_class = first->flags >> NIC_CLASS_SHIFT & NIC_CLASS_MASK;
    packet->tag = first->tag;
    packet->sequence = send->sequence;
    packet->message_bytes = (uint32_t)send->list.bytes;
}

// A new packet, for which there is on-board RAM: the last of those to go.
void nic_send_packet(struct nic *self, uint32_t handle, uint64_t cycle)
{
    struct nic_packet *packet = nic_packet_at(self, handle);
    if (self->first_out == MSG_NONE)
        self->first_out = handle;
    else
        nic_packet_at(self, self->last_out)->next_out = handle;
    self->last_out = handle;
    nic_work_add(self, NIC_STEP_PROTOCOL_OUT, handle, packet->bytes, cycle);
}

// Its header is made.
void nic_send_made(struct nic *self, uint32_t handle, uint64_t cycle)
{
    nic_note(self, handle, NIC_LIFE_PROTOCOL, cycle);
    if (nic_packet_at(self, handle)->send == MSG_NONE)
        nic_send_read(self, handle, false, cycle); // a core has written the payload; or none
    else
        nic_dma_add(self, handle, false);
}

// Its payload is on the card.
void nic_send_read(struct nic *self, uint32_t handle, bool failed, uint64_t cycle)
{
    struct nic_packet *packet = nic_packet_at(self, handle);
    if (failed) {
        packet->poisoned = true;
        self->sends[packet->send].status = NIC_BUS_ERROR;
    }
    if (!nic_checksum_add(self, NIC_STEP_CHECKSUM_OUT, handle, cycle))
        nic_send_ready(self, handle, cycle);
}

// It may go, after those before it.
void nic_send_ready(struct nic *self, uint32_t handle, uint64_t cycle)
{
    nic_packet_at(self, handle)->ready = true;
    while (self->first_out != MSG_NONE) {
        uint32_t first = self->first_out;
        struct nic_packet *packet = nic_packet_at(self, first);
        if (!packet->ready)
            return;
        self->first_out = packet->next_out;
        packet->next_out = MSG_NONE;
        if (self->config.params.reliable)
            nic_reliable_send(self, first, cycle);
        else
            nic_link_put(self, first, cycle);
    }
}

// It has gone from the source queue.
void nic_send_gone(struct nic *self, uint32_t handle, uint64_t cycle)
{
    struct nic_packet *packet = nic_packet_at(self, handle);
    self->stats.packets_sent++;
    self->stats.bytes_sent += packet->bytes;
    if (!self->config.params.reliable) {
        nic_send_done(self, handle, cycle);
        return;
    }
    nic_reliable_gone(self, handle, cycle);
    packet->left = true;
    nic_store_release(self->config.store, handle);
}

// It need not be kept any more.
void nic_send_done(struct nic *self, uint32_t handle, uint64_t cycle)
{
    struct nic_packet *packet = nic_packet_at(self, handle);
    nic_link_free_out(self, packet->bytes);
    uint32_t idx = packet->send;
    bool last = packet->offset + packet->bytes == packet->message_bytes;
    self->stats.messages_sent += last && packet->kind == NIC_PACKET_DATA && !packet->given_up;
    packet->left = true;
    nic_store_release(self->config.store, handle);
    if (idx == MSG_NONE)
        return;
    struct nic_send *send = &self->sends[idx];
    if (!--send->num_packets && send->cut_bytes == send->list.bytes)
        complete(self, idx, cycle);
}

bool nic_send_run(struct nic *self, uint64_t cycle)
{
    bool moved = pick(self, cycle);
    while (nic_grant_run(self, cycle) || (!self->notices.num && nic_segment(self, cycle)))
        moved = true;
    return moved;
}
