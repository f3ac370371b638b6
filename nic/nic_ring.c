// SPDX-License-Identifier: Apache-2.0
// Rings: descriptors come to the card, completions and shadow words go to memory, all as requests
// of master 0. Completions go first; of a ring one fetch and one shadow word are under way at most.
#include "nic/nic_state.h"

static uint32_t record_bytes(enum nic_ring_kind ring)
{
    return ring == NIC_RING_RECEIVE ? sizeof(struct nic_receive_descriptor)
                                    : sizeof(struct nic_send_descriptor);
}

static uint64_t record_address(const struct nic_ring *ring, enum nic_ring_kind kind, uint32_t index)
{
    return ring->base + (index & (ring->size - 1)) * record_bytes(kind);
}

// What software writes is the producer of send and receive rings, and the completions' consumer.
static uint32_t card_index(const struct nic_ring *ring, enum nic_ring_kind kind)
{
    return kind == NIC_RING_COMPLETION ? ring->producer : ring->consumer;
}

enum nic_status nic_ring_check(const struct nic_context *context)
{
    for (uint32_t kind = 0; kind < NIC_NUM_RINGS; kind++) {
        const struct nic_ring *ring = &context->rings[kind];
        if (!ring->size)
            continue;
        if (ring->size > NIC_MAX_RING || (ring->size & (ring->size - 1)) ||
            ring->base % NIC_RING_ALIGN_BYTES || ring->shadow % NIC_SHADOW_ALIGN_BYTES)
            return NIC_BAD_RING;
        if (!nic_range_holds(context, ring->base, ring->size * record_bytes(kind)) ||
            (ring->shadow && !nic_range_holds(context, ring->shadow, 8)))
            return NIC_BAD_ADDRESS;
    }
    uint32_t least = !!context->rings[NIC_RING_SEND].size;
    least += !!context->rings[NIC_RING_RECEIVE].size;
    return context->rings[NIC_RING_COMPLETION].size < least ? NIC_BAD_RING : NIC_OK;
}

// Forgets all that was on the card, as a context is enabled or disabled.
void nic_ring_reset(struct nic *self, uint32_t context)
{
    for (uint32_t kind = 0; kind < NIC_NUM_RINGS; kind++) {
        struct nic_ring *ring = &self->contexts[context].rings[kind];
        ring->num = ring->num_lists = 0;
        self->contexts[context].doorbells.num = self->contexts[context].num_lives = 0;
        ring->too_long = false;
        ring->seen = ring->consumer;
        self->control.want_fetch[kind] &= ~(UINT64_C(1) << context);
        self->control.want_shadow[kind] &= ~(UINT64_C(1) << context);
    }
    self->send_lists &= ~(UINT64_C(1) << context);
}

// --- doorbells ----------------------------------------------------------------------------------

void nic_ring_doorbell(struct nic *self, uint32_t context, enum nic_ring_kind kind, uint32_t index,
                       uint64_t cycle)
{
    struct nic_context *to = &self->contexts[context];
    struct nic_ring *ring = &to->rings[kind];
    if (!nic_enabled(to)) {
        nic_fault(self, to, NIC_DISABLED);
        return;
    }
    bool consumes = kind == NIC_RING_COMPLETION;
    uint32_t used = consumes ? ring->producer - index : index - ring->consumer;
    uint32_t was = ring->producer - ring->consumer;
    // Neither beyond the ring, nor back.
    if (used > ring->size || (consumes ? used > was : used < was)) {
        nic_fault(self, to, NIC_OVERRUN);
        return;
    }
    bool tells = self->config.lives && kind == NIC_RING_SEND && index != ring->producer;
    *(consumes ? &ring->consumer : &ring->producer) = index;
    self->stats.doorbells++;
    if (tells)
        self->failed |= !nic_queue_push(&to->doorbells, &(struct nic_event){cycle, index});
    struct nic_event event = {cycle + self->config.params.doorbell_cycles,
                              kind * NIC_MAX_CONTEXTS + context};
    self->failed |= !nic_queue_push(&self->doorbells, &event);
    nic_wake(self, event.cycle);
}

// A doorbell has come through.
void nic_ring_seen(struct nic *self, uint32_t item, uint64_t cycle)
{
    uint32_t context = item % NIC_MAX_CONTEXTS;
    struct nic_context *to = &self->contexts[context];
    enum nic_ring_kind kind = item / NIC_MAX_CONTEXTS;
    if (!nic_enabled(to))
        return;
    if (kind == NIC_RING_COMPLETION) {
        to->noted_full = false;
        nic_receive_serve(self, context, cycle);
        return;
    }
    to->rings[kind].seen = to->rings[kind].producer;
    self->control.want_fetch[kind] |= UINT64_C(1) << context;
}

// --- lists --------------------------------------------------------------------------------------

// A list longer than the card's queue: what is there goes, and the rest when it comes.
static void drop_beginning(struct nic_ring *ring)
{
    if (!ring->too_long)
        ring->long_index = ring->consumer - ring->num;
    ring->too_long = true;
    ring->num = 0;
}

// The cycle of the doorbell that told of all descriptors before an index.
static uint64_t doorbell_of(struct nic_context *context, uint32_t end)
{
    const struct nic_event *first = nic_queue_at(&context->doorbells, 0);
    struct nic_event gone;
    while (context->doorbells.num > 1 && (int32_t)(first->item - end) < 0) {
        nic_queue_pop(&context->doorbells, &gone);
        first = nic_queue_at(&context->doorbells, 0);
    }
    return context->doorbells.num ? first->cycle : 0;
}

bool nic_ring_take_list(struct nic *self, uint32_t context, enum nic_ring_kind kind,
                        struct nic_list *list)
{
    struct nic_ring *ring = &self->contexts[context].rings[kind];
    if (!ring->num_lists)
        return false;
    *list =
        (struct nic_list){.index = ring->too_long ? ring->long_index : ring->consumer - ring->num,
                          .too_long = ring->too_long,
                          .first = ring->queue[ring->first]};
    ring->too_long = false;
    ring->num_lists--;
    for (bool last = false; !last;) {
        const struct nic_send_descriptor *next = &ring->queue[ring->first];
        last = next->flags & NIC_LAST;
        list->pieces[list->num++] = (struct nic_piece){next->address, next->length};
        list->bytes += next->length;
        list->fetched_cycle = ring->fetched_cycles[ring->first];
        ring->first = (ring->first + 1) % NIC_MAX_PIECES;
        ring->num--;
    }
    if (self->config.lives && kind == NIC_RING_SEND)
        list->doorbell_cycle = doorbell_of(&self->contexts[context], ring->consumer - ring->num);
    if (kind == NIC_RING_SEND && !ring->num_lists)
        self->send_lists &= ~(UINT64_C(1) << context);
    if (nic_enabled(&self->contexts[context]))
        self->control.want_fetch[kind] |= UINT64_C(1) << context;
    return true;
}

// --- completions --------------------------------------------------------------------------------

// Keeps a slot of the completion ring. Whoever has one must complete, or give it back. Messages
// that go leave one for those that come: they may have to wait until the receivers' cards get rid
// of theirs.
bool nic_ring_reserve(struct nic *self, struct nic_context *context, bool send)
{
    const struct nic_ring *ring = &context->rings[NIC_RING_COMPLETION];
    uint64_t limit = ring->size - (context->rings[NIC_RING_RECEIVE].size > 0);
    if (ring->producer - ring->consumer + context->num_reserved < ring->size &&
        (!send || context->num_send_reserved < limit)) {
        context->num_reserved++;
        context->num_send_reserved += send;
        return true;
    }
    self->stats.completion_waits += !context->noted_full;
    context->noted_full = true;
    return false;
}

// Of a message that has gone.
void nic_ring_give_back(struct nic *self, uint32_t context, uint64_t cycle)
{
    self->contexts[context].num_reserved--;
    self->contexts[context].num_send_reserved--;
    nic_receive_serve(self, context, cycle);
}

void nic_ring_complete(struct nic *self, uint32_t context, const struct nic_completion *record,
                       bool raise, uint32_t life)
{
    struct nic_pending_completion pending = {context, raise, life, *record};
    self->contexts[context].num_send_reserved -= !(record->flags & NIC_RECEIVED);
    if (record->status != NIC_OK)
        nic_fault(self, &self->contexts[context], record->status);
    self->failed |= !nic_queue_push(&self->control.completions, &pending);
}

// --- requests -----------------------------------------------------------------------------------

static struct nic_control_slot *free_slot(struct nic_control *control)
{
    for (uint32_t i = 0; i < NIC_CONTROL_SLOTS; i++)
        if (!control->slots[i].used)
            return &control->slots[i];
    return NULL;
}

static void push(struct nic *self, struct nic_control_slot *slot, enum mem_req_kind kind,
                 uint64_t address, uint32_t bytes, uint64_t cycle)
{
    struct mem_req req = {.ready_cycle = cycle + 1,
                          .address = address,
                          .data = slot->data,
                          .bytes = bytes,
                          .tag = (uint32_t)(slot - self->control.slots),
                          .kind = kind};
    slot->used = true;
    slot->done = slot->failed = false;
    self->contexts[slot->context].num_control++;
    mem_master_push(&self->control.master, &req);
}

static bool push_completion(struct nic *self, struct nic_control_slot *slot, uint64_t cycle)
{
    struct nic_pending_completion pending;
    if (!self->control.completions.num)
        return false;
    nic_queue_pop(&self->control.completions, &pending);
    struct nic_context *context = &self->contexts[pending.context];
    struct nic_ring *ring = &context->rings[NIC_RING_COMPLETION];
    uint32_t index = ring->producer++;
    pending.record.flags |= index & ring->size ? 0 : NIC_PHASE;
    context->num_reserved--;
    slot->kind = NIC_CONTROL_COMPLETE;
    slot->context = pending.context;
    slot->ring = NIC_RING_COMPLETION;
    slot->raise = pending.raise;
    slot->index = index;
    slot->life = pending.life;
    memcpy(slot->data, &pending.record, sizeof pending.record);
    push(self, slot, MEM_WRITE, record_address(ring, NIC_RING_COMPLETION, index),
         sizeof pending.record, cycle);
    if (ring->shadow)
        self->control.want_shadow[NIC_RING_COMPLETION] |= UINT64_C(1) << pending.context;
    self->stats.completions_written++;
    return true;
}

// Descriptors that can be asked for together: of one line, in one lap, and with room on the card.
static uint32_t fetch_num(const struct nic *self, const struct nic_ring *ring,
                          enum nic_ring_kind kind)
{
    uint32_t bytes = record_bytes(kind);
    uint32_t line_bytes = self->config.params.line_bytes;
    uint32_t num = ring->seen - ring->consumer;
    uint32_t slot = ring->consumer & (uint32_t)(ring->size - 1);
    uint32_t in_line = (uint32_t)(record_address(ring, kind, slot) & (line_bytes - 1));
    const uint32_t limits[] = {(line_bytes - in_line) / bytes, NIC_FETCH_BYTES / bytes,
                               NIC_MAX_PIECES - ring->num, (uint32_t)ring->size - slot};
    for (uint32_t i = 0; i < sizeof limits / sizeof *limits; i++)
        num = num < limits[i] ? num : limits[i];
    return num;
}

static bool push_fetch(struct nic *self, struct nic_control_slot *slot, enum nic_ring_kind kind,
                       uint64_t cycle)
{
    uint64_t *wants = &self->control.want_fetch[kind];
    while (*wants) {
        uint32_t context = (uint32_t)__builtin_ctzll(*wants);
        struct nic_ring *ring = &self->contexts[context].rings[kind];
        *wants &= *wants - 1;
        if (ring->num == NIC_MAX_PIECES && !ring->num_lists)
            drop_beginning(ring);
        uint32_t num = ring->fetching ? 0 : fetch_num(self, ring, kind);
        if (!num)
            continue;
        *slot = (struct nic_control_slot){
            .kind = NIC_CONTROL_FETCH, .context = context, .ring = kind, .num = num};
        push(self, slot, MEM_READ, record_address(ring, kind, ring->consumer),
             num * record_bytes(kind), cycle);
        ring->fetching = true;
        return true;
    }
    return false;
}

static bool push_shadow(struct nic *self, struct nic_control_slot *slot, enum nic_ring_kind kind,
                        uint64_t cycle)
{
    uint64_t *wants = &self->control.want_shadow[kind];
    if (!*wants)
        return false;
    uint32_t context = (uint32_t)__builtin_ctzll(*wants);
    const struct nic_ring *ring = &self->contexts[context].rings[kind];
    uint64_t index = card_index(ring, kind);
    *wants &= *wants - 1;
    *slot = (struct nic_control_slot){.kind = NIC_CONTROL_SHADOW, .context = context, .ring = kind};
    memcpy(slot->data, &index, sizeof index);
    push(self, slot, MEM_WRITE, ring->shadow, sizeof index, cycle);
    self->stats.shadows_written++;
    return true;
}

static bool push_next(struct nic *self, uint64_t cycle)
{
    const struct nic_control *control = &self->control;
    uint64_t wants = control->completions.num;
    for (uint32_t kind = 0; kind < NIC_NUM_RINGS; kind++)
        wants |= control->want_fetch[kind] | control->want_shadow[kind];
    struct nic_control_slot *slot = wants ? free_slot(&self->control) : NULL;
    if (!slot)
        return false;
    if (push_completion(self, slot, cycle))
        return true;
    for (uint32_t kind = 0; kind < NIC_RING_COMPLETION; kind++)
        if (push_fetch(self, slot, kind, cycle))
            return true;
    for (uint32_t kind = 0; kind < NIC_NUM_RINGS; kind++)
        if (push_shadow(self, slot, kind, cycle))
            return true;
    return false;
}

// --- what has come back -------------------------------------------------------------------------

static void take_descriptors(struct nic *self, const struct nic_control_slot *slot, uint64_t cycle)
{
    struct nic_ring *ring = &self->contexts[slot->context].rings[slot->ring];
    ring->fetching = false;
    if (!nic_enabled(&self->contexts[slot->context]))
        return;
    ring->consumer += slot->num;
    for (uint32_t i = 0; i < slot->num; i++) {
        uint32_t place = (ring->first + ring->num++) % NIC_MAX_PIECES;
        struct nic_send_descriptor *to = &ring->queue[place];
        ring->fetched_cycles[place] = cycle;
        *to = (struct nic_send_descriptor){0};
        memcpy(to, slot->data + (size_t)i * record_bytes(slot->ring), record_bytes(slot->ring));
        ring->num_lists += to->flags & NIC_LAST;
    }
    self->stats.descriptors_read += slot->num;
    if (slot->ring == NIC_RING_SEND && ring->num_lists)
        self->send_lists |= UINT64_C(1) << slot->context;
    self->control.want_fetch[slot->ring] |= UINT64_C(1) << slot->context;
    if (ring->shadow)
        self->control.want_shadow[slot->ring] |= UINT64_C(1) << slot->context;
}

static void finish(struct nic *self, struct nic_control_slot *slot, uint64_t cycle)
{
    struct nic_context *context = &self->contexts[slot->context];
    slot->used = false;
    context->num_control--;
    if (slot->failed)
        nic_fault(self, context, NIC_BUS_ERROR);
    if (slot->kind == NIC_CONTROL_COMPLETE) {
        nic_lives_completed(self, slot->life, slot->context, slot->index, cycle);
        if (slot->raise)
            nic_coalesce_event(self, slot->context, cycle);
    } else if (slot->kind == NIC_CONTROL_FETCH) {
        if (slot->failed) // there are no descriptors: the ring stands still
            context->rings[slot->ring].fetching = false;
        else
            take_descriptors(self, slot, cycle);
        if (slot->ring == NIC_RING_RECEIVE)
            nic_receive_serve(self, slot->context, cycle);
    }
}

static void done(struct mem_master *master, const struct mem_req *req, uint64_t cycle)
{
    struct nic_control *control = (struct nic_control *)master;
    struct nic *self = (struct nic *)((char *)control - offsetof(struct nic, control));
    control->slots[req->tag].done = true;
    control->num_done++;
    control->slots[req->tag].failed = req->status != MEM_OK;
    nic_wake(self, cycle);
}

void nic_ring_init(struct nic *self)
{
    self->control.master = (struct mem_master){.name = "NIC control", .done = done};
    self->control.completions.item_bytes = sizeof(struct nic_pending_completion);
}

bool nic_ring_run(struct nic *self, uint64_t cycle)
{
    bool moved = false;
    for (uint32_t i = 0; self->control.num_done; i++) {
        struct nic_control_slot *slot = &self->control.slots[i];
        if (slot->used && slot->done) {
            self->control.num_done--;
            finish(self, slot, cycle);
            moved = true;
        }
    }
    while (push_next(self, cycle))
        moved = true;
    return moved;
}
