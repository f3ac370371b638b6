// SPDX-License-Identifier: Apache-2.0
#include "model/node/bus_state.h"

#include "model/node/memory_side.h"

void bus_start_data(struct bus *self, uint64_t cycle)
{
    struct bus_transaction *first = NULL;
    for (uint32_t i = 0; i < self->num_active; i++) {
        struct bus_transaction *other = &self->slots[self->active[i]];
        if (other->phase == BUS_FOR_DATA && other->ready_cycle <= cycle &&
            (!first || other->ready_cycle < first->ready_cycle ||
             (other->ready_cycle == first->ready_cycle && other->serial < first->serial)))
            first = other;
    }
    if (!first)
        return;
    uint64_t data_cycles =
        (uint64_t)bus_data_cycles(self, first->req.bytes) * self->params.clock_divisor;
    first->phase = BUS_IN_DATA;
    self->data_slot = (uint32_t)(first - self->slots);
    self->data_end_cycle = cycle + data_cycles;
    self->stats.data_busy_cycles += data_cycles;
    first->master->stats.data_cycles += data_cycles;
    first->master->stats.answer_cycles += first->ready_cycle - first->asked_cycle;
    first->master->stats.data_wait_cycles += cycle - first->ready_cycle;
    first->master->stats.bytes += first->req.bytes;
}

static void set_head(struct mem_master *master, uint64_t cycle)
{
    const struct mem_req *head = &master->queue[master->first];
    master->wait = MEM_WAIT_ADDRESS;
    master->wait_since_cycle = head->ready_cycle > cycle ? head->ready_cycle : cycle;
    if (master->num && head->ready_cycle < cycle)
        master->stats.queue_cycles += cycle - head->ready_cycle;
}

// Takes down what the head of a queue has waited for up to a cycle.
static void note_wait(struct mem_master *master, uint64_t cycle)
{
    if (cycle <= master->wait_since_cycle)
        return;
    master->stats.wait_cycles[master->wait] += cycle - master->wait_since_cycle;
    master->wait_since_cycle = cycle;
}

static struct mem_req pop_head(struct mem_master *master, uint64_t cycle)
{
    struct mem_req head = master->queue[master->first];
    master->first = (master->first + 1) % MEM_MASTER_QUEUE;
    master->num--;
    set_head(master, cycle);
    return head;
}

// What the head of a queue waits for beside the address bus, if anything.
static enum mem_wait why_not(const struct bus *self, const struct mem_req *head)
{
    uint64_t line = bus_line_of(self, head->address);
    for (uint32_t i = 0; i < self->num_active; i++)
        if (self->slots[self->active[i]].line == line)
            return MEM_WAIT_LINE;
    if (self->num_active == self->params.max_outstanding)
        return MEM_WAIT_OUTSTANDING;
    if (!memory_side_has_room(self->memory, head->kind) && !bus_device_at(self, head->address))
        return MEM_WAIT_MEMORY;
    return MEM_WAIT_ADDRESS;
}

// Takes what a master waits for down. True if it may be granted now.
static bool look_at(struct bus *self, struct mem_master *master, uint64_t cycle)
{
    while (master->num && master->queue[master->first].kind == MEM_CANCELLED) {
        note_wait(master, cycle);
        struct mem_req cancelled = pop_head(master, cycle);
        if (cancelled.ready_cycle < cycle)
            master->stats.latency_cycles += cycle - cancelled.ready_cycle;
        master->done(master, &cancelled, cycle);
    }
    if (!master->num)
        return false;
    const struct mem_req *head = &master->queue[master->first];
    if (head->ready_cycle > cycle)
        return false;
    note_wait(master, cycle);
    master->wait = why_not(self, head);
    return master->wait == MEM_WAIT_ADDRESS;
}

static void grant(struct bus *self, struct mem_master *master, uint64_t cycle)
{
    uint32_t slot = self->active[self->num_active++];
    struct mem_req req = pop_head(master, cycle);
    struct bus_transaction *transaction = &self->slots[slot];
    uint64_t address_cycles = (uint64_t)self->params.address_cycles * self->params.clock_divisor;
    uint64_t last = req.address + (req.bytes - 1);
    *transaction = (struct bus_transaction){.req = req,
                                            .master = master,
                                            .device = bus_device_at(self, req.address),
                                            .line = bus_line_of(self, req.address),
                                            .serial = self->num_granted++};
    assert(bus_line_of(self, last) == transaction->line);
    bool cached = req.kind != MEM_READ && req.kind != MEM_WRITE;
    if (transaction->device != bus_device_at(self, last) || (transaction->device && cached) ||
        (!transaction->device && !mem_holds(&self->memory->mem, last)))
        transaction->req.status = MEM_NO_SLAVE;
    else if (!transaction->device && bus_is_write(req.kind))
        self->memory->pending_writes++;
    master->stats.requests[req.kind]++;
    master->stats.address_cycles += address_cycles;
    self->stats.address_busy_cycles += address_cycles;
    self->stats.transactions++;
    self->address_slot = slot;
    self->address_end_cycle = cycle + address_cycles;
    self->last_granted = master->idx;
}

void bus_arbitrate(struct bus *self, uint64_t cycle)
{
    struct mem_master *first = NULL;
    uint32_t least = UINT32_MAX; // masters from the one whose turn it is
    uint32_t turn = self->params.arbitration == BUS_ROUND_ROBIN ? self->last_granted + 1 : 0;
    for (uint32_t i = 0; i < self->num_masters; i++) {
        uint32_t distance = i >= turn ? i - turn : i + self->num_masters - turn;
        if (self->masters[i]->num && look_at(self, self->masters[i], cycle) && distance < least) {
            first = self->masters[i];
            least = distance;
        }
    }
    if (first && self->address_end_cycle == MEM_NEVER)
        grant(self, first, cycle);
}
