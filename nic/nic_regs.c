// SPDX-License-Identifier: Apache-2.0
// Registers: what nic_layout.h tells of them.
#include "nic/nic_state.h"

// --- the card's page ----------------------------------------------------------------------------

static void disable(struct nic *self, uint32_t idx, uint64_t cycle)
{
    struct nic_context *context = &self->contexts[idx];
    context->control &= ~(uint64_t)NIC_ENABLE;
    nic_ring_reset(self, idx);
    nic_receive_drop(self, idx, cycle);
    nic_pio_drop(self, context, cycle);
    nic_coalesce_drop(self, idx);
    nic_wake(self, cycle);
}

static void set_open(struct nic *self, uint64_t open, uint64_t cycle)
{
    uint32_t num = self->config.params.num_contexts;
    for (uint32_t i = 0; i < num; i++)
        if (!(open >> i & 1) && nic_enabled(&self->contexts[i]))
            disable(self, i, cycle);
    self->open = num == 64 ? open : open & ((UINT64_C(1) << num) - 1);
}

bool nic_open(struct nic *self, uint32_t context, uint32_t range, uint64_t address, uint64_t bytes)
{
    if (!nic_range_set(self, context, range, address, bytes))
        return false;
    self->open |= UINT64_C(1) << context;
    return true;
}

static bool read_card(const struct nic *self, uint64_t offset, uint64_t *value)
{
    const struct {
        uint64_t offset, value;
    } registers[] = {
        {NIC_CARD_CONTEXTS, self->config.params.num_contexts},
        {NIC_CARD_NODE, self->config.node},
        {NIC_CARD_NODES, self->config.num_nodes},
        {NIC_CARD_MAX_PAYLOAD, self->config.params.max_payload_bytes},
        {NIC_CARD_MAX_MESSAGE, self->config.params.max_message_bytes},
        {NIC_CARD_OPEN, self->open},
        {NIC_CARD_RANGE_ADDRESS, self->range_address},
        {NIC_CARD_RANGE_BYTES, self->range_bytes},
        {NIC_CARD_STATUS, self->card_status},
    };
    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++)
        if (registers[i].offset == offset) {
            *value = registers[i].value;
            return true;
        }
    return false;
}

static bool write_card(struct nic *self, uint64_t offset, uint64_t value, uint64_t cycle)
{
    switch (offset) {
    case NIC_CARD_OPEN:
        set_open(self, value, cycle);
        return true;
    case NIC_CARD_RANGE_ADDRESS:
        self->range_address = value;
        return true;
    case NIC_CARD_RANGE_BYTES:
        self->range_bytes = value;
        return true;
    case NIC_CARD_RANGE_REGISTER:
        nic_range_set(self, (uint32_t)value, (uint32_t)(value >> 32), self->range_address,
                      self->range_bytes);
        return true;
    case NIC_CARD_STATUS:
        self->card_status &= ~value;
        return true;
    default:
        return false;
    }
}

// --- a context's page ---------------------------------------------------------------------------

static void enable(struct nic *self, uint32_t idx)
{
    struct nic_context *context = &self->contexts[idx];
    enum nic_status status = nic_ring_check(context);
    if (context->num_reserved || context->num_control)
        status = NIC_BAD_STATE;
    if (!(self->open >> idx & 1))
        status = NIC_DISABLED;
    if (status != NIC_OK) {
        nic_fault(self, context, status);
        return;
    }
    for (uint32_t i = 0; i < NIC_NUM_RINGS; i++)
        context->rings[i].producer = context->rings[i].consumer = 0;
    nic_ring_reset(self, idx);
    context->noted_full = false;
    context->control |= NIC_ENABLE;
}

static void write_control(struct nic *self, uint32_t idx, uint64_t value, uint64_t cycle)
{
    struct nic_context *context = &self->contexts[idx];
    uint64_t modes = NIC_WINDOW | NIC_INTERRUPT | NIC_SENT_ONLY;
    context->control = (context->control & NIC_ENABLE) | (value & modes);
    if (value & NIC_ENABLE && !nic_enabled(context))
        enable(self, idx);
    else if (!(value & NIC_ENABLE) && nic_enabled(context))
        disable(self, idx, cycle);
}

// A ring's register, as a pointer if it is one that software sets up. NULL: none there.
static uint64_t *ring_setting(struct nic_ring *ring, uint64_t offset)
{
    switch (offset) {
    case NIC_RING_BASE:
        return &ring->base;
    case NIC_RING_SIZE:
        return &ring->size;
    case NIC_RING_SHADOW:
        return &ring->shadow;
    default:
        return NULL;
    }
}

// Which ring an offset is of, if any.
static bool find_ring(uint64_t offset, enum nic_ring_kind *kind)
{
    *kind = (enum nic_ring_kind)((offset - NIC_SEND) / (NIC_RECEIVE - NIC_SEND));
    return offset >= NIC_SEND && *kind < NIC_NUM_RINGS;
}

static bool read_ring(struct nic_ring *ring, uint64_t offset, uint64_t *value)
{
    const uint64_t *setting = ring_setting(ring, offset);
    if (!setting && offset != NIC_RING_PRODUCER && offset != NIC_RING_CONSUMER)
        return false;
    uint64_t index = offset == NIC_RING_PRODUCER ? ring->producer : ring->consumer;
    *value = setting ? *setting : index;
    return true;
}

static bool write_ring(struct nic *self, uint32_t idx, enum nic_ring_kind kind, uint64_t offset,
                       uint64_t value, uint64_t cycle)
{
    struct nic_context *context = &self->contexts[idx];
    uint64_t *setting = ring_setting(&context->rings[kind], offset);
    uint64_t doorbell = kind == NIC_RING_COMPLETION ? NIC_RING_CONSUMER : NIC_RING_PRODUCER;
    if (!setting && offset != doorbell)
        return false;
    if (!setting)
        nic_ring_doorbell(self, idx, kind, (uint32_t)value, cycle);
    else if (nic_enabled(context) || context->num_reserved || context->num_control)
        nic_fault(self, context, NIC_BAD_STATE);
    else
        *setting = value;
    return true;
}

static bool read_context(struct nic *self, uint32_t idx, uint64_t offset, uint64_t *value)
{
    struct nic_context *context = &self->contexts[idx];
    enum nic_ring_kind kind;
    switch (offset) {
    case NIC_CONTROL:
        *value = context->control;
        return true;
    case NIC_STATUS:
        *value = context->status;
        return true;
    case NIC_COALESCE_EVENTS:
        *value = context->coalesce_events;
        return true;
    case NIC_COALESCE_DELAY:
        *value = context->coalesce_delay_cycles;
        return true;
    default:
        if (find_ring(offset, &kind))
            return read_ring(&context->rings[kind], (offset - NIC_SEND) % (NIC_RECEIVE - NIC_SEND),
                             value);
        return nic_pio_read(self, context, offset, value);
    }
}

static bool write_context(struct nic *self, uint32_t idx, uint64_t offset, uint64_t value,
                          uint64_t cycle)
{
    struct nic_context *context = &self->contexts[idx];
    enum nic_ring_kind kind;
    switch (offset) {
    case NIC_CONTROL:
        write_control(self, idx, value, cycle);
        return true;
    case NIC_STATUS:
        context->status &= ~value;
        return true;
    case NIC_COALESCE_EVENTS:
        context->coalesce_events = value;
        return true;
    case NIC_COALESCE_DELAY:
        context->coalesce_delay_cycles = value;
        return true;
    default:
        if (find_ring(offset, &kind))
            return write_ring(self, idx, kind, (offset - NIC_SEND) % (NIC_RECEIVE - NIC_SEND),
                              value, cycle);
        return nic_pio_write(self, context, offset, value, cycle);
    }
}

// --- the device ---------------------------------------------------------------------------------

// The context that a page is of; NULL: the card's page.
static struct nic_context *page_context(struct nic *self, uint64_t offset)
{
    uint64_t page = offset / NIC_PAGE_BYTES;
    return page ? &self->contexts[page - 1] : NULL;
}

static bool refuse(struct nic *self, uint64_t offset, enum nic_status status)
{
    nic_fault(self, page_context(self, offset), status);
    return false;
}

static bool read(struct mem_device *device, uint64_t offset, uint8_t *data, uint32_t bytes,
                 uint64_t cycle)
{
    struct nic *self = (struct nic *)device;
    struct nic_context *context = page_context(self, offset);
    uint64_t in_page = offset % NIC_PAGE_BYTES, value = 0;
    (void)cycle;
    if (offset % 8 || bytes % 8)
        return refuse(self, offset, NIC_BAD_WIDTH);
    if (context && nic_pio_window(self, context, in_page, data, NULL, bytes))
        return true;
    if (bytes != 8)
        return refuse(self, offset, NIC_BAD_WIDTH);
    if (!(context ? read_context(self, (uint32_t)(context - self->contexts), in_page, &value)
                  : read_card(self, in_page, &value)))
        return refuse(self, offset, NIC_BAD_REGISTER);
    memcpy(data, &value, sizeof value);
    return true;
}

static bool write(struct mem_device *device, uint64_t offset, const uint8_t *data, uint32_t bytes,
                  uint64_t cycle)
{
    struct nic *self = (struct nic *)device;
    struct nic_context *context = page_context(self, offset);
    uint64_t in_page = offset % NIC_PAGE_BYTES, value;
    if (offset % 8 || bytes % 8)
        return refuse(self, offset, NIC_BAD_WIDTH);
    if (context && nic_pio_window(self, context, in_page, NULL, data, bytes))
        return true;
    if (bytes != 8)
        return refuse(self, offset, NIC_BAD_WIDTH);
    memcpy(&value, data, sizeof value);
    if (!(context ? write_context(self, (uint32_t)(context - self->contexts), in_page, value, cycle)
                  : write_card(self, in_page, value, cycle)))
        return refuse(self, offset, NIC_BAD_REGISTER);
    return true;
}

void nic_regs_init(struct nic *self)
{
    const struct nic_params *params = &self->config.params;
    self->device =
        (struct mem_device){.name = "NIC",
                            .address = self->config.address,
                            .bytes = UINT64_C(1) * (params->num_contexts + 1) * NIC_PAGE_BYTES,
                            .latency_cycles = params->register_cycles,
                            .read = read,
                            .write = write};
    for (uint32_t i = 0; i < params->num_contexts; i++) {
        struct nic_context *context = &self->contexts[i];
        context->first_waiting = context->last_waiting = MSG_NONE;
        context->first_window = context->last_window = MSG_NONE;
        context->coalesce_events = params->coalesce_events;
        context->coalesce_delay_cycles = params->coalesce_delay_cycles;
        context->deadline_cycle = MEM_NEVER;
    }
}
