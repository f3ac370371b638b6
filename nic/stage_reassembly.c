// SPDX-License-Identifier: Apache-2.0
// Reassembly: packets find their message by flow and sequence number, in whatever order they come;
// a message that is whole waits until all before it in its flow have been delivered.
// Without it packets are put one behind the other as they come, and messages are delivered as they
// are whole: right only over a network that keeps the order.
#include "nic/nic_state.h"

static bool grow(struct nic *self)
{
    uint32_t cap = self->cap_messages ? 2 * self->cap_messages : 16;
    struct nic_message *messages = realloc(self->messages, cap * sizeof *messages);
    if (!messages)
        return false;
    self->messages = messages;
    for (uint32_t i = cap; i-- > self->cap_messages;) {
        messages[i].next = self->first_free_message;
        self->first_free_message = i;
    }
    self->cap_messages = cap;
    return true;
}

static struct nic_message *begin(struct nic *self, struct nic_flow *flow,
                                 const struct nic_packet *packet)
{
    if (self->first_free_message == MSG_NONE && !grow(self))
        return NULL;
    struct nic_message *message = &self->messages[self->first_free_message];
    uint32_t idx = self->first_free_message;
    self->first_free_message = message->next;
    self->num_messages++;
    *message = (struct nic_message){.flow = flow->key,
                                    .sequence = packet->sequence,
                                    .bytes = packet->message_bytes,
                                    .context = packet->context,
                                    .source = packet->source,
                                    .source_context = packet->source_context,
                                    .traffic_class = packet->traffic_class,
                                    .grant_record = MSG_NONE,
                                    .tag = packet->tag,
                                    .checked = true,
                                    .first_packet = MSG_NONE,
                                    .last_packet = MSG_NONE,
                                    .next = flow->first_message,
                                    .next_waiting = MSG_NONE,
                                    .life = MSG_NONE};
    flow->first_message = idx;
    return message;
}

uint32_t nic_reassemble(struct nic *self, uint32_t handle, bool *begun)
{
    struct nic_packet *packet = nic_packet_at(self, handle);
    struct nic_flow *flow =
        nic_flow_find(&self->in_flows, nic_flow_key(packet->source, packet->source_context,
                                                    packet->context, packet->traffic_class));
    uint32_t idx = flow ? flow->first_message : MSG_NONE;
    while (idx != MSG_NONE && self->messages[idx].sequence != packet->sequence)
        idx = self->messages[idx].next;
    *begun = idx == MSG_NONE;
    if (*begun) {
        const struct nic_message *made = flow ? begin(self, flow, packet) : NULL;
        if (!made) {
            self->failed = true;
            return MSG_NONE;
        }
        idx = (uint32_t)(made - self->messages);
    }
    struct nic_message *message = &self->messages[idx];
    bool reassembly = self->config.params.reassembly;
    packet->message = idx;
    if (packet->kind == NIC_PACKET_REQUEST) {
        message->grant_record = packet->record;
        return idx;
    }
    packet->place = reassembly ? packet->offset : message->placed_bytes;
    self->stats.misplaced += packet->place != packet->offset;
    message->placed_bytes += packet->bytes;
    message->checked &= packet->has_checksum && self->config.params.checksum && !packet->corrupt;
    if (packet->poisoned && message->status == NIC_OK)
        message->status = NIC_ABORTED;
    if (packet->corrupt && message->status == NIC_OK)
        message->status = NIC_BAD_CHECKSUM;
    return idx;
}

static void unlink_message(struct nic *self, struct nic_flow *flow, uint32_t idx)
{
    uint32_t *link = &flow->first_message;
    while (*link != idx)
        link = &self->messages[*link].next;
    *link = self->messages[idx].next;
}

// All of a message is there.
void nic_reassembled(struct nic *self, uint32_t idx, uint64_t cycle)
{
    struct nic_flow *flow = nic_flow_find(&self->in_flows, self->messages[idx].flow);
    if (!self->config.params.reassembly) {
        unlink_message(self, flow, idx);
        nic_receive_deliver(self, idx, cycle);
        return;
    }
    self->messages[idx].done = true;
    self->stats.reordered += self->messages[idx].sequence != flow->sequence;
    for (uint32_t next = flow->first_message; next != MSG_NONE;) {
        const struct nic_message *message = &self->messages[next];
        if (!message->done || message->sequence != flow->sequence) {
            next = message->next;
            continue;
        }
        if (flow->next_place == flow->sequence++) // lost before it had a place
            flow->next_place++;
        unlink_message(self, flow, next);
        nic_receive_deliver(self, next, cycle);
        next = flow->first_message;
    }
    if (self->config.params.grants)
        nic_grant_turn(self, flow->key, cycle);
}
