// SPDX-License-Identifier: Apache-2.0
// Grants: a card asks the receiver's before it sends a message by DMA, with a packet that is only a
// header, and is answered by another when the message has its receive list. So whatever is under
// way has a place in memory: on-board RAM always becomes free, however few lists software posts and
// in whatever order packets come. Grants are given in the order of sending for each flow. They cost
// a way there and back. Programmed I/O does not ask.
#include "nic/nic_state.h"

enum notice_kind { NOTICE_REQUEST, NOTICE_GRANT };

// A packet that is to be made when there is on-board RAM for it.
struct nic_notice {
    enum notice_kind kind;
    uint32_t record; // of the sender's card
    // Of a grant; of a request the record tells.
    uint32_t node;
    uint32_t traffic_class;
};

void nic_grant_init(struct nic *self)
{
    self->notices.item_bytes = sizeof(struct nic_notice);
}

static void push(struct nic *self, const struct nic_notice *notice)
{
    self->failed |= !nic_queue_push(&self->notices, notice);
}

// --- the sender ---------------------------------------------------------------------------------

// False if the stage is off.
bool nic_grant_ask(struct nic *self, uint32_t idx)
{
    if (!self->config.params.grants)
        return false;
    push(self, &(struct nic_notice){.kind = NOTICE_REQUEST, .record = idx});
    self->stats.grants_asked++;
    return true;
}

static void make_packet(struct nic *self, const struct nic_notice *notice,
                        struct nic_packet *packet)
{
    packet->source = self->config.node;
    packet->record = notice->record;
    packet->kind = notice->kind == NOTICE_GRANT ? NIC_PACKET_GRANT : NIC_PACKET_REQUEST;
    packet->destination = notice->node;
    packet->traffic_class = notice->traffic_class;
    if (notice->kind == NOTICE_REQUEST)
        nic_send_address(self, notice->record, packet);
}

// Makes the next of these packets; false if there is none, or no on-board RAM.
bool nic_grant_run(struct nic *self, uint64_t cycle)
{
    if (!self->notices.num || !nic_link_keep_out(self, 0))
        return false;
    uint32_t handle = nic_store_take(self->config.store);
    if (handle == MSG_NONE) {
        self->failed = true;
        return false;
    }
    struct nic_notice notice;
    nic_queue_pop(&self->notices, &notice);
    make_packet(self, &notice, nic_packet_at(self, handle));
    nic_send_packet(self, handle, cycle);
    return true;
}

// --- the receiver -------------------------------------------------------------------------------

// A message has its place.
void nic_grant_give(struct nic *self, struct nic_message *message)
{
    if (message->grant_record == MSG_NONE)
        return;
    push(self, &(struct nic_notice){.kind = NOTICE_GRANT,
                                    .record = message->grant_record,
                                    .node = message->source,
                                    .traffic_class = message->traffic_class});
    message->grant_record = MSG_NONE;
    self->stats.grants_given++;
}

// The message of a flow whose turn it is to get a place, if it has begun; MSG_NONE. One for the
// window stays in on-board RAM, so it is not asked for before it can be delivered.
static uint32_t next_of(const struct nic *self, const struct nic_flow *flow)
{
    uint32_t idx = flow->first_message;
    while (idx != MSG_NONE && self->messages[idx].sequence != flow->next_place)
        idx = self->messages[idx].next;
    if (idx == MSG_NONE || !self->config.params.reassembly || flow->sequence == flow->next_place)
        return idx;
    return nic_receive_by_window(self, &self->messages[idx]) ? MSG_NONE : idx;
}

// Finds places for messages of a flow in turn.
void nic_grant_turn(struct nic *self, uint64_t key, uint64_t cycle)
{
    for (;;) {
        struct nic_flow *flow = nic_flow_find(&self->in_flows, key);
        uint32_t idx = next_of(self, flow);
        if (idx == MSG_NONE)
            return;
        flow->next_place++;
        nic_receive_settle(self, idx, cycle);
    }
}
