// SPDX-License-Identifier: Apache-2.0
// Programmed I/O: a core writes a message of one packet into a context's window, and reads one that
// came from on-board RAM. No descriptor, no DMA.
#include "nic/nic_state.h"

static enum nic_status check(const struct nic *self, const struct nic_context *context,
                             uint32_t bytes, uint32_t traffic_class)
{
    if (!nic_enabled(context))
        return NIC_DISABLED;
    if (!bytes || bytes > self->config.params.window_bytes ||
        bytes > self->config.params.max_message_bytes)
        return NIC_BAD_LENGTH;
    if ((uint32_t)context->pio_to >= self->config.num_nodes)
        return NIC_BAD_NODE;
    if (context->pio_to >> 32 >= NIC_MAX_CONTEXTS)
        return NIC_BAD_CONTEXT;
    return traffic_class < self->config.params.num_classes ? NIC_OK : NIC_BAD_CLASS;
}

static enum nic_status send(struct nic *self, struct nic_context *context, uint32_t bytes,
                            uint32_t flags, uint64_t cycle)
{
    uint32_t traffic_class = flags >> NIC_CLASS_SHIFT & NIC_CLASS_MASK;
    uint32_t owner = (uint32_t)(context - self->contexts);
    enum nic_status status = check(self, context, bytes, traffic_class);
    if (status != NIC_OK)
        return status;
    uint32_t node = (uint32_t)context->pio_to;
    uint32_t to = (uint32_t)(context->pio_to >> 32);
    struct nic_flow *flow =
        nic_flow_find(&self->out_flows, nic_flow_key(node, owner, to, traffic_class));
    // Packets of messages before it in its flow may still have to be made.
    if (nic_send_undecided(context) || (flow && flow->num_uncut))
        return NIC_PIO_BUSY;
    uint32_t handle = MSG_NONE;
    if (flow && nic_link_keep_out(self, bytes)) {
        handle = nic_store_take(self->config.store);
        self->failed |= handle == MSG_NONE;
    }
    self->failed |= !flow;
    if (handle == MSG_NONE)
        return NIC_PIO_BUSY;
    struct nic_packet *packet = nic_packet_at(self, handle);
    packet->source = self->config.node;
    packet->destination = node;
    packet->source_context = (uint16_t)owner;
    packet->context = (uint16_t)to;
    packet->traffic_class = traffic_class;
    packet->tag = context->pio_tag;
    packet->sequence = flow->sequence++;
    packet->message_bytes = packet->bytes = bytes;
    packet->has_checksum = self->config.params.checksum && flags & NIC_CHECKSUM;
    memcpy(packet->payload, context->window, bytes);
    nic_lives_begin(self, handle, cycle);
    self->stats.pio_sent++;
    nic_send_packet(self, handle, cycle);
    return NIC_OK;
}

bool nic_pio_write(struct nic *self, struct nic_context *context, uint64_t offset, uint64_t value,
                   uint64_t cycle)
{
    switch (offset) {
    case NIC_PIO_TO:
        context->pio_to = value;
        return true;
    case NIC_PIO_TAG:
        context->pio_tag = value;
        return true;
    case NIC_PIO_SEND:
        context->pio_status = send(self, context, (uint32_t)value, (uint32_t)(value >> 32), cycle);
        if (context->pio_status != NIC_OK)
            nic_fault(self, context, (enum nic_status)context->pio_status);
        return true;
    case NIC_PIO_POP: {
        uint32_t handle = context->first_window;
        if (handle == MSG_NONE) {
            nic_fault(self, context, NIC_PIO_EMPTY);
            return true;
        }
        context->first_window = nic_packet_at(self, handle)->next_in;
        nic_link_release(self, handle, cycle);
        nic_wake(self, cycle);
        return true;
    }
    default:
        return false;
    }
}

static enum nic_status status_of(const struct nic_packet *packet)
{
    if (packet->poisoned)
        return NIC_ABORTED;
    return packet->corrupt ? NIC_BAD_CHECKSUM : NIC_OK;
}

bool nic_pio_read(struct nic *self, struct nic_context *context, uint64_t offset, uint64_t *value)
{
    const struct nic_packet *packet =
        context->first_window == MSG_NONE ? NULL : nic_packet_at(self, context->first_window);
    switch (offset) {
    case NIC_PIO_TO:
        *value = context->pio_to;
        return true;
    case NIC_PIO_TAG:
        *value = context->pio_tag;
        return true;
    case NIC_PIO_STATUS:
        *value = context->pio_status;
        return true;
    case NIC_PIO_FROM:
        *value = packet ? packet->source | (uint64_t)packet->source_context << 32 : 0;
        return true;
    case NIC_PIO_FROM_TAG:
        *value = packet ? packet->tag : 0;
        return true;
    case NIC_PIO_FROM_BYTES:
        *value = packet ? packet->bytes : 0;
        return true;
    case NIC_PIO_FROM_STATUS:
        *value = packet ? status_of(packet) : NIC_OK;
        return true;
    default:
        return false;
    }
}

// An access to a window; false if it is not within one.
bool nic_pio_window(struct nic *self, struct nic_context *context, uint64_t offset, uint8_t *to,
                    const uint8_t *from, uint32_t bytes)
{
    uint64_t base = to ? NIC_PIO_IN : NIC_PIO_OUT;
    if (offset < base || offset - base + bytes > NIC_MAX_WINDOW_BYTES)
        return false;
    offset -= base;
    if (from) {
        memcpy(context->window + offset, from, bytes);
        return true;
    }
    memset(to, 0, bytes);
    if (context->first_window == MSG_NONE)
        return true;
    const struct nic_packet *packet = nic_packet_at(self, context->first_window);
    if (offset < packet->bytes)
        memcpy(to, packet->payload + offset,
               bytes < packet->bytes - offset ? bytes : packet->bytes - offset);
    return true;
}

// A message for the window, in its turn.
void nic_pio_deliver(struct nic *self, uint32_t context, uint32_t handle, uint64_t cycle)
{
    struct nic_context *to = &self->contexts[context];
    if (!nic_enabled(to)) {
        nic_fault(self, to, NIC_DISABLED);
        nic_link_discard(self, handle, cycle);
        return;
    }
    if (to->first_window == MSG_NONE)
        to->first_window = handle;
    else
        nic_packet_at(self, to->last_window)->next_in = handle;
    to->last_window = handle;
    self->stats.pio_received++;
    nic_lives_in_window(self, handle, cycle);
    nic_coalesce_event(self, context, cycle);
}

// A context is disabled: what nobody has read is lost.
void nic_pio_drop(struct nic *self, struct nic_context *context, uint64_t cycle)
{
    while (context->first_window != MSG_NONE) {
        uint32_t handle = context->first_window;
        context->first_window = nic_packet_at(self, handle)->next_in;
        nic_fault(self, context, NIC_DISABLED);
        nic_link_discard(self, handle, cycle);
    }
}
