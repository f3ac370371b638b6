// SPDX-License-Identifier: Apache-2.0
// A bus before its first cycle: parameters, and who is on it.
#include "model/node/bus.h"

#include "model/node/cache_sets.h"
#include "sim/limits.h"

const char *const bus_arbitration_names[BUS_NUM_ARBITRATIONS] = {
    [BUS_ROUND_ROBIN] = "round-robin",
    [BUS_FIXED_PRIORITY] = "fixed-priority",
};

bool bus_params_check(const struct bus_params *params, const char *key, struct err *err)
{
    const struct limits rows[] = {
        {"clock_divisor", params->clock_divisor, 1, 64, false},
        {"width_bytes", params->width_bytes, 1, 256, true},
        {"address_cycles", params->address_cycles, 1, 64, false},
        {"max_outstanding", params->max_outstanding, 1, BUS_MAX_OUTSTANDING, false},
        {"intervention_cycles", params->intervention_cycles, 0, 1000, false},
        {"arbitration", params->arbitration, 0, BUS_NUM_ARBITRATIONS - 1, false},
        {"line_bytes", params->line_bytes, CACHE_MIN_LINE_BYTES, CACHE_MAX_LINE_BYTES, true},
    };
    return limits_check(rows, sizeof rows / sizeof *rows, key, err);
}

void bus_init(struct bus *self, const struct bus_params *params, struct memory_side *memory,
              struct image *image, struct line_watch *watch)
{
    *self = (struct bus){.next_cycle = MEM_NEVER,
                         .params = *params,
                         .address_end_cycle = MEM_NEVER,
                         .data_end_cycle = MEM_NEVER,
                         .memory = memory,
                         .image = image,
                         .watch = watch};
    for (uint32_t i = 0; i < BUS_MAX_OUTSTANDING; i++)
        self->active[i] = (uint8_t)i;
}

bool bus_add_master(struct bus *self, struct mem_master *master, struct err *err)
{
    if (self->num_masters == BUS_MAX_MASTERS)
        return err_set(err, ERR_CONFIG, "the bus has no place for %s: it has %u masters",
                       master->name, BUS_MAX_MASTERS);
    master->bus_next_cycle = &self->next_cycle;
    master->idx = self->num_masters;
    master->line_bytes = self->params.line_bytes;
    master->first = master->num = 0;
    self->masters[self->num_masters++] = master;
    self->last_granted = master->idx;
    return true;
}

bool bus_add_device(struct bus *self, struct mem_device *device, struct err *err)
{
    if (self->num_devices == BUS_MAX_DEVICES)
        return err_set(err, ERR_CONFIG, "the bus has no place for %s: it has %u devices",
                       device->name, BUS_MAX_DEVICES);
    if (!device->bytes || device->address + (device->bytes - 1) < device->address)
        return err_set(err, ERR_CONFIG, "%s: its addresses are none, or go beyond 2^64",
                       device->name);
    if (device->address % self->params.line_bytes || device->bytes % self->params.line_bytes)
        return err_set(err, ERR_CONFIG, "%s: its addresses are not whole lines of %u bytes",
                       device->name, self->params.line_bytes);
    for (uint32_t i = 0; i < self->num_devices; i++) {
        const struct mem_device *other = self->devices[i];
        if (device->address <= other->address + (other->bytes - 1) &&
            other->address <= device->address + (device->bytes - 1))
            return err_set(err, ERR_CONFIG, "%s and %s have addresses in common", device->name,
                           other->name);
    }
    self->devices[self->num_devices++] = device;
    return true;
}

bool bus_add_cache(struct bus *self, struct cache *cache, struct err *err)
{
    if (self->num_caches == BUS_MAX_CACHES)
        return err_set(err, ERR_CONFIG, "the bus snoops at most %u caches", BUS_MAX_CACHES);
    self->caches[self->num_caches++] = cache;
    return true;
}
