// SPDX-License-Identifier: Apache-2.0
#include "model/node/bus.h"

#include "model/node/cache.h"
#include "model/node/image.h"
#include "model/node/memory_side.h"

struct mem_device *bus_device_at(const struct bus *self, uint64_t address)
{
    for (uint32_t i = 0; i < self->num_devices; i++)
        if (address - self->devices[i]->address < self->devices[i]->bytes)
            return self->devices[i];
    return NULL;
}

static uint64_t line_of(const struct bus *self, uint64_t address)
{
    return address >> __builtin_ctz(self->params.line_bytes);
}

static bool is_write(enum mem_req_kind kind)
{
    return kind == MEM_WRITE || kind == MEM_WRITE_BACK;
}

static void wake(struct bus *self, uint64_t cycle)
{
    if (cycle < self->next_cycle)
        self->next_cycle = cycle;
}

void bus_add_monitor(struct bus *self, struct bus_monitor *monitor)
{
    monitor->next = self->monitors;
    self->monitors = monitor;
}

// --- the end of a transaction -------------------------------------------------------------------

static void finish(struct bus *self, uint32_t slot, uint64_t cycle)
{
    struct bus_transaction *transaction = &self->slots[slot];
    struct mem_master *master = transaction->master;
    struct mem_req req = transaction->req;
    uint32_t i = 0;
    while (self->active[i] != slot)
        i++;
    self->active[i] = self->active[--self->num_active];
    self->active[self->num_active] = (uint8_t)slot;
    master->stats.latency_cycles += cycle - req.ready_cycle;
    master->stats.errors += req.status != MEM_OK;
    master->done(master, &req, cycle);
}

// Written data has come over the bus.
static void take_write(struct bus *self, struct bus_transaction *transaction, uint64_t cycle)
{
    struct mem_req *req = &transaction->req;
    if (self->watch && req->kind == MEM_WRITE) {
        if (!transaction->merges && req->bytes < self->params.line_bytes)
            req->version = memory_side_version(self->memory, transaction->line);
        if (req->bytes < self->params.line_bytes)
            line_watch_read(self->watch, transaction->line, req->version);
        req->version = line_watch_write(self->watch, transaction->line);
    }
    if (req->kind == MEM_WRITE && req->data)
        image_write(self->image, req->address, req->data, req->bytes);
    for (struct bus_monitor *monitor = self->monitors; monitor; monitor = monitor->next)
        if (req->kind == MEM_WRITE && req->address < monitor->address + monitor->bytes &&
            monitor->address < req->address + req->bytes)
            monitor->written(monitor, cycle);
    struct mem_req write = *req;
    if (transaction->merges) {
        write.address = transaction->line * self->params.line_bytes;
        write.bytes = self->params.line_bytes;
    }
    self->memory->pending_writes--;
    memory_side_write(self->memory, &write, cycle);
}

static void end_data(struct bus *self, uint64_t cycle)
{
    uint32_t slot = self->data_slot;
    struct bus_transaction *transaction = &self->slots[slot];
    self->data_end_cycle = MEM_NEVER;
    if (is_write(transaction->req.kind)) {
        if (transaction->device) {
            transaction->phase = BUS_IN_DEVICE;
            transaction->ready_cycle = cycle + transaction->device->latency_cycles;
            return;
        }
        take_write(self, transaction, cycle);
    }
    finish(self, slot, cycle);
}

// --- devices ------------------------------------------------------------------------------------

static void act_device(struct bus *self, uint32_t slot, uint64_t cycle)
{
    struct bus_transaction *transaction = &self->slots[slot];
    struct mem_req *req = &transaction->req;
    struct mem_device *device = transaction->device;
    uint64_t offset = req->address - device->address;
    uint8_t nothing[CACHE_MAX_LINE_BYTES] = {0}; // where a request of timing only reads and writes
    uint8_t *data = req->data ? req->data : nothing;
    if (req->kind == MEM_WRITE) {
        if (!device->write(device, offset, data, req->bytes, cycle))
            req->status = MEM_DEVICE_ERROR;
        finish(self, slot, cycle);
        return;
    }
    if (!device->read(device, offset, data, req->bytes, cycle))
        req->status = MEM_DEVICE_ERROR;
    transaction->phase = BUS_FOR_DATA;
}

static void act_devices(struct bus *self, uint64_t cycle)
{
    for (uint32_t i = 0; self->num_devices && i < self->num_active;) {
        uint32_t slot = self->active[i];
        struct bus_transaction *transaction = &self->slots[slot];
        if (transaction->phase == BUS_IN_DEVICE && transaction->ready_cycle <= cycle) {
            act_device(self, slot, cycle);
            i = 0; // others may have moved
        } else {
            i++;
        }
    }
}

// --- the end of an address phase ----------------------------------------------------------------

// Asks all caches but the requester's.
static struct cache_snooped snoop_caches(struct bus *self,
                                         const struct bus_transaction *transaction)
{
    struct cache_snooped all = {0};
    for (uint32_t i = 0; i < self->num_caches; i++) {
        if (&self->caches[i]->port == transaction->master)
            continue;
        if (self->drop_snoop &&
            cache_answers(self->caches[i], transaction->req.kind, transaction->line) &&
            --self->drop_snoop == 0)
            continue;
        struct cache_snooped one =
            cache_snoop(self->caches[i], transaction->req.kind, transaction->line);
        all.had |= one.had || one.dirty;
        all.dirty |= one.dirty;
        all.version += one.version; // of at most one
        self->stats.invalidations += one.invalidated;
    }
    return all;
}

static void answer_read(struct bus *self, uint32_t slot, struct cache_snooped snooped,
                        uint64_t cycle)
{
    struct bus_transaction *transaction = &self->slots[slot];
    struct mem_req *req = &transaction->req;
    if (req->data)
        image_read(self->image, req->address, req->data, req->bytes);
    if (self->watch) {
        req->version =
            snooped.dirty ? snooped.version : memory_side_version(self->memory, transaction->line);
        line_watch_read(self->watch, transaction->line, req->version);
    }
    req->shared = snooped.had;
    if (!snooped.dirty) {
        transaction->phase = BUS_IN_MEMORY;
        memory_side_read(self->memory, req, slot, cycle);
        return;
    }
    self->stats.interventions++;
    transaction->phase = BUS_FOR_DATA;
    transaction->ready_cycle = cycle + self->params.intervention_cycles;
    if (req->kind == MEM_READ_SHARED) { // the memory side takes it in passing
        struct mem_req write = *req;
        write.kind = MEM_WRITE_BACK;
        memory_side_write(self->memory, &write, cycle);
    }
}

static void answer_memory(struct bus *self, uint32_t slot, uint64_t cycle)
{
    struct bus_transaction *transaction = &self->slots[slot];
    struct mem_req *req = &transaction->req;
    transaction->ready_cycle = cycle;
    if (req->kind == MEM_WRITE_BACK) {
        transaction->phase = BUS_FOR_DATA;
        return;
    }
    bool upgrade = req->kind == MEM_UPGRADE;
    if (upgrade && !cache_has((struct cache *)transaction->master, transaction->line)) {
        upgrade = false; // it was lost meanwhile
        req->kind = MEM_READ_EXCLUSIVE;
    }
    struct cache_snooped snooped = snoop_caches(self, transaction);
    if (upgrade) {
        finish(self, slot, cycle);
    } else if (req->kind == MEM_WRITE) {
        transaction->phase = BUS_FOR_DATA;
        transaction->merges = snooped.dirty && req->bytes < self->params.line_bytes;
        req->version = snooped.version;
    } else {
        answer_read(self, slot, snooped, cycle);
    }
}

static void end_address(struct bus *self, uint64_t cycle)
{
    uint32_t slot = self->address_slot;
    struct bus_transaction *transaction = &self->slots[slot];
    struct mem_req *req = &transaction->req;
    self->address_end_cycle = MEM_NEVER;
    if (req->status != MEM_OK) {
        finish(self, slot, cycle);
    } else if (!transaction->device) {
        answer_memory(self, slot, cycle);
    } else if (req->kind == MEM_WRITE) {
        transaction->phase = BUS_FOR_DATA;
        transaction->ready_cycle = cycle;
    } else {
        transaction->phase = BUS_IN_DEVICE;
        transaction->ready_cycle = cycle + transaction->device->latency_cycles;
    }
}

// --- arbitration --------------------------------------------------------------------------------

static void start_data(struct bus *self, uint64_t cycle)
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
    uint32_t width_bytes = self->params.width_bytes;
    uint64_t data_cycles =
        (uint64_t)((first->req.bytes + width_bytes - 1) / width_bytes) * self->params.clock_divisor;
    first->phase = BUS_IN_DATA;
    self->data_slot = (uint32_t)(first - self->slots);
    self->data_end_cycle = cycle + data_cycles;
    self->stats.data_busy_cycles += data_cycles;
    first->master->stats.data_cycles += data_cycles;
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
    uint64_t line = line_of(self, head->address);
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
        struct mem_req cancelled = pop_head(master, cycle);
        master->done(master, &cancelled, cycle);
    }
    if (!master->num)
        return false;
    const struct mem_req *head = &master->queue[master->first];
    if (head->ready_cycle > cycle)
        return false;
    master->stats.wait_cycles[master->wait] += cycle - master->wait_since_cycle;
    master->wait_since_cycle = cycle;
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
                                            .line = line_of(self, req.address),
                                            .serial = self->num_granted++};
    assert(line_of(self, last) == transaction->line);
    bool cached = req.kind != MEM_READ && req.kind != MEM_WRITE;
    if (transaction->device != bus_device_at(self, last) || (transaction->device && cached) ||
        (!transaction->device && !mem_holds(&self->memory->mem, last)))
        transaction->req.status = MEM_NO_SLAVE;
    else if (!transaction->device && is_write(req.kind))
        self->memory->pending_writes++;
    master->stats.requests[req.kind]++;
    master->stats.address_cycles += address_cycles;
    self->stats.address_busy_cycles += address_cycles;
    self->stats.transactions++;
    self->address_slot = slot;
    self->address_end_cycle = cycle + address_cycles;
    self->last_granted = master->idx;
}

// In the cycle at which a bus cycle begins.
static void arbitrate(struct bus *self, uint64_t cycle)
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

// --- events -------------------------------------------------------------------------------------

// The next event, but for what others bring about: the ends of phases; the first data or request
// that may take an idle bus.
static void find_next(struct bus *self, uint64_t cycle)
{
    wake(self, self->address_end_cycle);
    wake(self, self->data_end_cycle);
    for (uint32_t i = 0; i < self->num_active; i++) {
        const struct bus_transaction *transaction = &self->slots[self->active[i]];
        uint64_t ready_cycle = transaction->ready_cycle;
        if (transaction->phase == BUS_IN_DEVICE)
            wake(self, ready_cycle);
        else if (transaction->phase == BUS_FOR_DATA && self->data_end_cycle == MEM_NEVER)
            wake(self, bus_edge(self, ready_cycle > cycle ? ready_cycle : cycle + 1));
    }
    uint64_t next_edge = bus_edge(self, cycle + 1);
    bool at_edge = bus_edge(self, cycle) == cycle;
    for (uint32_t i = 0; i < self->num_masters; i++) {
        const struct mem_master *master = self->masters[i];
        if (!master->num)
            continue;
        uint64_t ready_cycle = master->queue[master->first].ready_cycle;
        if (ready_cycle > cycle)
            wake(self, bus_edge(self, ready_cycle));
        else if (!at_edge)
            wake(self, next_edge); // else it waits for one of the events above, or the memory
    }
}

void bus_run(struct bus *self, uint64_t cycle)
{
    self->next_cycle = MEM_NEVER;
    if (self->data_end_cycle == cycle)
        end_data(self, cycle);
    act_devices(self, cycle);
    if (self->address_end_cycle == cycle)
        end_address(self, cycle);
    act_devices(self, cycle); // those without latency
    if (bus_edge(self, cycle) == cycle) {
        if (self->data_end_cycle == MEM_NEVER)
            start_data(self, cycle);
        arbitrate(self, cycle);
    }
    find_next(self, cycle);
}

void bus_memory_ready(struct bus *self, uint32_t slot, uint64_t cycle)
{
    struct bus_transaction *transaction = &self->slots[slot];
    transaction->phase = BUS_FOR_DATA;
    transaction->ready_cycle = cycle;
    wake(self, bus_edge(self, cycle));
}

void bus_memory_has_room(struct bus *self, uint64_t cycle)
{
    wake(self, cycle);
}
