// SPDX-License-Identifier: Apache-2.0
// On-board RAM, and the network. RAM for a packet that comes is kept as its head is offered, and is
// free when its payload is in memory, has been read by a core, or is wanted by nobody. What is
// freed in a cycle can be had from the next one on.
#include "nic/nic_state.h"

static uint32_t ram_bytes(const struct nic *self, uint32_t payload_bytes)
{
    return nic_packet_ram_bytes(&self->config.params, payload_bytes);
}

bool nic_link_keep_out(struct nic *self, uint32_t bytes)
{
    uint32_t used_bytes = self->out_used_bytes + ram_bytes(self, bytes);
    if (used_bytes > self->config.params.out_ram_bytes)
        return false;
    self->out_used_bytes = used_bytes;
    if (used_bytes > self->stats.max_out_ram_bytes)
        self->stats.max_out_ram_bytes = used_bytes;
    return true;
}

void nic_link_free_out(struct nic *self, uint32_t bytes)
{
    self->out_used_bytes -= ram_bytes(self, bytes);
}

// --- from the network ---------------------------------------------------------------------------

static void refuse(struct nic *self, uint32_t handle, uint64_t cycle)
{
    self->stats.in_refusals++;
    if (self->refused == MSG_NONE) {
        self->refused = handle;
        self->in_full_cycle = cycle;
    }
    self->others_refused |= self->refused != handle;
    self->announced = false;
    if (self->in_freed_cycle == cycle) { // to tell of it
        self->late_cycle = cycle + 1;
        nic_wake(self, cycle + 1);
    }
}

bool nic_offer(struct nic *self, uint32_t handle, uint64_t cycle)
{
    uint32_t bytes = ram_bytes(self, nic_packet_at(self, handle)->bytes);
    uint32_t used_bytes = self->in_used_bytes;
    if (self->in_freed_cycle == cycle)
        used_bytes += self->in_freed_bytes;
    bool waits = self->refused != MSG_NONE && self->refused != handle;
    if (waits || used_bytes + bytes > self->config.params.in_ram_bytes) {
        refuse(self, handle, cycle);
        return false;
    }
    if (self->refused == handle) {
        self->stats.in_full_cycles += cycle - self->in_full_cycle;
        self->refused = MSG_NONE;
        self->announced = false;
        nic_wake(self, cycle + 1);
    }
    self->in_used_bytes += bytes;
    if (used_bytes + bytes > self->stats.max_in_ram_bytes)
        self->stats.max_in_ram_bytes = used_bytes + bytes;
    return true;
}

void nic_arrived(struct nic *self, uint32_t handle, uint64_t cycle)
{
    struct nic_event event = {cycle + self->config.params.link_cycles, handle};
    nic_packet_at(self, handle)->cycle = cycle;
    self->failed |= !nic_queue_push(&self->arrivals, &event);
    nic_wake(self, event.cycle);
}

void nic_left(struct nic *self, uint32_t handle, uint64_t cycle)
{
    struct nic_event event = {cycle + 1, handle};
    self->failed |= !nic_queue_push(&self->gone, &event);
    nic_wake(self, event.cycle);
}

// --- to the network -----------------------------------------------------------------------------

void nic_link_put(struct nic *self, uint32_t handle, uint64_t cycle)
{
    const struct nic_packet *packet = nic_packet_at(self, handle);
    if (packet->original == MSG_NONE)
        nic_note(self, handle, NIC_LIFE_ORDER_OUT, cycle);
    nic_note(self, handle, NIC_LIFE_RETRANSMISSION, cycle);
    struct packet_spec spec = {.source = packet->source,
                               .destination = packet->destination,
                               .flits = nic_packet_flits(&self->config.params, packet->bytes),
                               .traffic_class = packet->traffic_class,
                               .message = handle};
    self->config.net->send(self->config.net, &spec, cycle);
}

void nic_link_release(struct nic *self, uint32_t handle, uint64_t cycle)
{
    struct nic_packet *packet = nic_packet_at(self, handle);
    uint32_t bytes = ram_bytes(self, packet->bytes);
    self->in_used_bytes -= bytes;
    self->in_freed_bytes = (self->in_freed_cycle == cycle ? self->in_freed_bytes : 0) + bytes;
    self->in_freed_cycle = cycle;
    packet->taken = true;
    nic_store_release(self->config.store, handle);
}

// The same for a packet that nobody takes.
void nic_link_discard(struct nic *self, uint32_t handle, uint64_t cycle)
{
    self->stats.packets_discarded++;
    nic_link_release(self, handle, cycle);
}

// Tells the network of room for who waits.
void nic_link_announce(struct nic *self, uint64_t cycle)
{
    if (self->refused == MSG_NONE ? !self->others_refused : self->announced)
        return;
    if (self->refused != MSG_NONE) {
        uint32_t bytes = ram_bytes(self, nic_packet_at(self, self->refused)->bytes);
        if (self->in_used_bytes + bytes > self->config.params.in_ram_bytes)
            return;
    }
    self->announced = true;
    self->others_refused &= self->refused != MSG_NONE;
    if (self->config.net->room)
        self->config.net->room(self->config.net, self->config.node,
                               self->late_cycle == cycle ? cycle : cycle + 1);
}

static bool pop_due(struct nic_queue *queue, uint64_t cycle, struct nic_event *event)
{
    if (!queue->num || ((struct nic_event *)nic_queue_at(queue, 0))->cycle > cycle)
        return false;
    nic_queue_pop(queue, event);
    return true;
}

void nic_link_take(struct nic *self, uint64_t cycle)
{
    struct nic_event event;
    while (pop_due(&self->doorbells, cycle, &event))
        nic_ring_seen(self, event.item, cycle);
    while (pop_due(&self->gone, cycle, &event))
        nic_send_gone(self, event.item, cycle);
    while (pop_due(&self->arrivals, cycle, &event)) {
        uint32_t bytes = nic_packet_at(self, event.item)->bytes;
        self->stats.packets_received++;
        nic_work_add(self,
                     self->config.params.reliable ? NIC_STEP_RELIABLE_IN : NIC_STEP_DEMULTIPLEX,
                     event.item, bytes, cycle);
    }
}
