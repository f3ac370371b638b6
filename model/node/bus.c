// SPDX-License-Identifier: Apache-2.0
#include "model/node/bus_state.h"

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

// A phase of a transaction, which ends now, is told.
static void tell_phase(const struct bus *self, const struct bus_transaction *transaction,
                       enum activity_kind kind, uint64_t bus_cycles, uint64_t cycle)
{
    static const char *const names[MEM_NUM_KINDS] = {
        [MEM_READ] = "read",
        [MEM_WRITE] = "write",
        [MEM_FETCH] = "fetch",
        [MEM_READ_SHARED] = "read shared",
        [MEM_READ_EXCLUSIVE] = "read exclusive",
        [MEM_UPGRADE] = "upgrade",
        [MEM_WRITE_BACK] = "write back",
    };
    struct activity phase = {.kind = kind,
                             .begin_cycle = cycle - bus_cycles * self->params.clock_divisor,
                             .end_cycle = cycle,
                             .name = names[transaction->req.kind],
                             .master = transaction->master->name,
                             .address = transaction->req.address,
                             .bytes = transaction->req.bytes,
                             .rank = ACTIVITY_NO_RANK};
    activity_tell(&self->activity, &phase);
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
    if (self->activity.watch)
        tell_phase(self, transaction, ACTIVITY_BUS_DATA,
                   bus_data_cycles(self, transaction->req.bytes), cycle);
    if (bus_is_write(transaction->req.kind)) {
        if (transaction->device) {
            transaction->phase = BUS_IN_DEVICE;
            transaction->ready_cycle = cycle + transaction->device->latency_cycles;
            transaction->asked_cycle = cycle;
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
        transaction->master->stats.answer_cycles += cycle - transaction->asked_cycle;
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
    transaction->asked_cycle = cycle;
    if (self->activity.watch)
        tell_phase(self, transaction, ACTIVITY_BUS_ADDRESS, self->params.address_cycles, cycle);
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
            bus_start_data(self, cycle);
        bus_arbitrate(self, cycle);
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
