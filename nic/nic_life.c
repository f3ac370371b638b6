// SPDX-License-Identifier: Apache-2.0
#include "nic/nic_state.h"

const char *const nic_life_names[NIC_LIFE_NUM_PARTS] = {
#define NIC_LIFE_NAME(symbol, name) [symbol] = #name,
    NIC_LIFE_PARTS(NIC_LIFE_NAME)
#undef NIC_LIFE_NAME
};

// --- a life -------------------------------------------------------------------------------------

void nic_life_begin(struct nic_life *self, uint64_t cycle)
{
    *self = (struct nic_life){.begin_cycle = cycle, .refused_cycle = NIC_LIFE_UNSET};
    for (uint32_t i = 0; i < NIC_LIFE_NUM_PARTS; i++)
        self->end_cycles[i] = NIC_LIFE_UNSET;
}

void nic_life_complete(struct nic_life *self)
{
    uint64_t last_cycle = self->begin_cycle;
    for (uint32_t i = 0; i < NIC_LIFE_NUM_PARTS; i++) {
        if (self->end_cycles[i] == NIC_LIFE_UNSET)
            self->end_cycles[i] = last_cycle;
        last_cycle = self->end_cycles[i];
    }
}

void nic_life_offered(struct nic_life *self, uint64_t cycle, bool taken)
{
    if (!self)
        return;
    if (taken && self->refused_cycle != NIC_LIFE_UNSET)
        self->in_ram_cycles = cycle - self->refused_cycle;
    else if (!taken && self->refused_cycle == NIC_LIFE_UNSET)
        self->refused_cycle = cycle;
}

void nic_life_travelled(struct nic_life *self, const struct nic_life_travel *travel)
{
    if (!self)
        return;
    uint64_t *ends = self->end_cycles;
    uint64_t free_cycle = travel->ejected_cycle - self->in_ram_cycles;
    ends[NIC_LIFE_SOURCE_QUEUE] = travel->injected_cycle;
    ends[NIC_LIFE_HOPS] = travel->injected_cycle + travel->hops_cycles;
    if (ends[NIC_LIFE_HOPS] > free_cycle) // channels are shorter than others
        ends[NIC_LIFE_HOPS] = free_cycle;
    ends[NIC_LIFE_SERIALISATION] = ends[NIC_LIFE_HOPS] + travel->serialisation_cycles;
    if (ends[NIC_LIFE_SERIALISATION] > free_cycle)
        ends[NIC_LIFE_SERIALISATION] = free_cycle;
    ends[NIC_LIFE_BLOCKING] = free_cycle;
    ends[NIC_LIFE_IN_RAM] = travel->ejected_cycle;
}

// --- on the card --------------------------------------------------------------------------------

static uint64_t network_cycle(const struct nic *self, uint64_t cycle)
{
    const struct nic_life_timing *timing = self->config.lives;
    return timing->network_cycle ? timing->network_cycle(timing->context, cycle) : cycle;
}

void nic_lives_note(const struct nic *self, struct nic_life *life, enum nic_life_part part,
                    uint64_t cycle)
{
    life->end_cycles[part] = network_cycle(self, cycle);
}

// A packet is cut off a list.
void nic_lives_cut(const struct nic *self, const struct nic_send *send, uint32_t handle,
                   uint64_t cycle)
{
    struct nic_life *life = nic_packet_at(self, handle)->life;
    if (!self->config.lives || !life)
        return;
    const struct nic_list *list = &send->list;
    nic_life_begin(life, network_cycle(self, list->doorbell_cycle));
    nic_lives_note(self, life, NIC_LIFE_DESCRIPTOR, list->fetched_cycle);
    nic_lives_note(self, life, NIC_LIFE_TURN, send->picked_cycle);
    nic_lives_note(self, life, NIC_LIFE_SEND, send->decoded_cycle);
    nic_lives_note(self, life, NIC_LIFE_GRANT, send->granted_cycle);
    nic_lives_note(self, life, NIC_LIFE_OUT_RAM, cycle);
}

void nic_lives_begin(const struct nic *self, uint32_t handle, uint64_t cycle)
{
    struct nic_life *life = nic_packet_at(self, handle)->life;
    if (self->config.lives && life)
        nic_life_begin(life, network_cycle(self, cycle));
}

// Cycles of the bus that move so many bytes.
uint64_t nic_lives_data_cycles(const struct nic *self, uint32_t bytes)
{
    const struct nic_life_timing *timing = self->config.lives;
    if (!timing)
        return 0;
    return (uint64_t)(bytes + timing->bus_bytes - 1) / timing->bus_bytes * timing->bus_cycles;
}

// A channel has copied a packet, since it took it in busy_cycle.
void nic_lives_copied(const struct nic *self, const struct nic_channel *channel, uint64_t cycle)
{
    const struct nic_life_timing *timing = self->config.lives;
    struct nic_life *life = nic_packet_at(self, channel->packet)->life;
    if (!timing || !life)
        return;
    bool in = channel->in;
    uint64_t ready_cycle = channel->busy_cycle + self->config.params.dma_startup_cycles;
    uint64_t own_cycles =
        channel->data_cycles + (in ? timing->write_latency_cycles : timing->read_latency_cycles);
    if (own_cycles > cycle - ready_cycle)
        own_cycles = cycle - ready_cycle;
    nic_lives_note(self, life, in ? NIC_LIFE_CHANNEL_IN : NIC_LIFE_CHANNEL_OUT,
                   channel->busy_cycle);
    nic_lives_note(self, life, in ? NIC_LIFE_STARTUP_IN : NIC_LIFE_STARTUP_OUT, ready_cycle);
    nic_lives_note(self, life, in ? NIC_LIFE_BUS_IN : NIC_LIFE_BUS_OUT, cycle - own_cycles);
    nic_lives_note(self, life, in ? NIC_LIFE_DATA_IN : NIC_LIFE_DATA_OUT, cycle);
}

// --- of messages that are complete --------------------------------------------------------------

static bool grow(struct nic_lives *all)
{
    uint32_t cap = all->cap ? 2 * all->cap : 16;
    struct nic_life_slot *slots = realloc(all->slots, cap * sizeof *slots);
    if (!slots)
        return false;
    all->slots = slots;
    for (uint32_t i = cap; i-- > all->cap;) {
        slots[i].next = all->cap ? all->first_free : (i + 1 < cap ? i + 1 : MSG_NONE);
        all->first_free = i;
    }
    all->cap = cap;
    return true;
}

// Keeps a packet's life as its message's. MSG_NONE if lives are not kept, or out of memory.
uint32_t nic_lives_keep(struct nic *self, uint32_t handle)
{
    struct nic_lives *all = &self->lives;
    const struct nic_life *life = nic_packet_at(self, handle)->life;
    if (!self->config.lives || !life)
        return MSG_NONE;
    if (all->first_free == MSG_NONE && !grow(all)) {
        self->failed = true;
        return MSG_NONE;
    }
    uint32_t idx = all->first_free;
    all->first_free = all->slots[idx].next;
    all->slots[idx].life = *life;
    return idx;
}

static void count(struct nic *self, struct nic_life *life)
{
    nic_life_complete(life);
    self->stats.lives++;
    for (uint32_t i = 0; i < NIC_LIFE_NUM_PARTS; i++)
        self->stats.life_cycles[i] += nic_life_cycles(life, i);
}

static void give_back(struct nic_lives *all, uint32_t idx)
{
    all->slots[idx].next = all->first_free;
    all->first_free = idx;
}

void nic_lives_stage(struct nic *self, uint32_t idx, enum nic_life_part part, uint64_t cycle)
{
    if (idx != MSG_NONE)
        nic_lives_note(self, &self->lives.slots[idx].life, part, cycle);
}

// The completion `index` of a context has been written.
void nic_lives_completed(struct nic *self, uint32_t idx, uint32_t context, uint32_t index,
                         uint64_t cycle)
{
    if (idx == MSG_NONE)
        return;
    struct nic_context *to = &self->contexts[context];
    uint32_t size = (uint32_t)to->rings[NIC_RING_COMPLETION].size;
    struct nic_life *life = &self->lives.slots[idx].life;
    nic_lives_note(self, life, NIC_LIFE_COMPLETION, cycle);
    count(self, life);
    if (to->num_lives < size) {
        struct nic_life_done *lives = realloc(to->lives, size * sizeof *lives);
        self->failed |= !lives;
        if (lives) {
            for (uint32_t i = to->num_lives; i < size; i++)
                lives[i].index = i + 1; // of another slot: there is none
            to->lives = lives;
            to->num_lives = size;
        }
    }
    if (to->num_lives >= size)
        to->lives[index & (size - 1)] = (struct nic_life_done){index, *life};
    give_back(&self->lives, idx);
}

// A message is in the window.
void nic_lives_in_window(struct nic *self, uint32_t handle, uint64_t cycle)
{
    struct nic_life *life = nic_packet_at(self, handle)->life;
    if (!self->config.lives || !life)
        return;
    nic_lives_note(self, life, NIC_LIFE_DELIVER, cycle);
    count(self, life);
}

bool nic_life(const struct nic *self, uint32_t context, uint32_t completion_index,
              struct nic_life *life)
{
    const struct nic_context *of = &self->contexts[context];
    uint32_t slot = completion_index & ((uint32_t)of->rings[NIC_RING_COMPLETION].size - 1);
    if (!of->rings[NIC_RING_COMPLETION].size || slot >= of->num_lives ||
        of->lives[slot].index != completion_index)
        return false;
    *life = of->lives[slot].life;
    return true;
}

bool nic_life_of_window(const struct nic *self, uint32_t context, struct nic_life *life)
{
    uint32_t handle = self->contexts[context].first_window;
    if (!self->config.lives || handle == MSG_NONE || !nic_packet_at(self, handle)->life)
        return false;
    *life = *nic_packet_at(self, handle)->life;
    return true;
}

void nic_lives_init(struct nic *self)
{
    self->lives.first_free = MSG_NONE;
    for (uint32_t i = 0; i < self->config.params.num_contexts; i++)
        self->contexts[i].doorbells.item_bytes = sizeof(struct nic_event);
}

void nic_lives_free(struct nic *self)
{
    for (uint32_t i = 0; self->contexts && i < self->config.params.num_contexts; i++) {
        free(self->contexts[i].lives);
        free(self->contexts[i].doorbells.items);
    }
    free(self->lives.slots);
}
