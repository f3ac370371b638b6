// SPDX-License-Identifier: Apache-2.0
#include "model/node/core_state.h"
#include "model/node/image.h"

const struct core_store *core_find_store(const struct core *self, uint64_t address, uint32_t bytes)
{
    for (uint32_t i = self->num_stores; i-- > 0;) {
        const struct core_store *store = &self->stores[(self->first_store + i) % CORE_MAX_STORES];
        if (address < store->address + store->bytes && store->address < address + bytes)
            return store;
    }
    return NULL;
}

void core_push_store(struct core *self, const struct core_store *store, uint64_t cycle)
{
    self->stores[(self->first_store + self->num_stores) % CORE_MAX_STORES] = *store;
    if (self->num_stores++ == 0)
        self->drain_cycle = cycle;
}

void core_pop_store(struct core *self, uint64_t cycle)
{
    self->first_store = (self->first_store + 1) % CORE_MAX_STORES;
    self->num_stores--;
    self->store_again = false;
    self->drain_cycle = self->num_stores ? cycle + 1 : MEM_NEVER;
    core_accesses_done(self, cycle);
}

static void to_bytes(const struct core_store *store, uint8_t *bytes)
{
    for (uint32_t i = 0; i < sizeof store->value; i++)
        bytes[i] = (uint8_t)(store->value >> 8 * i);
}

void core_write_image(struct core *self, const struct core_store *store)
{
    uint8_t bytes[sizeof store->value];
    if (!store->has_value)
        return;
    assert(store->bytes <= sizeof bytes);
    to_bytes(store, bytes);
    image_write(self->image, store->address, bytes, store->bytes);
}

void core_store_to_device(struct core *self, const struct core_store *store, uint64_t cycle)
{
    assert(!store->has_value || store->bytes <= sizeof self->store_value);
    to_bytes(store, self->store_value);
    self->stats.device_stores++;
    self->stores_device = true;
    cache_pass(self->data, true, store->address, store->has_value ? self->store_value : NULL,
               store->bytes, cycle);
}

void core_drain(struct core *self)
{
    const struct core_store *store = &self->stores[self->first_store];
    uint64_t cycle = self->drain_cycle;
    uint64_t line = cache_sets_line(&self->data->sets, store->address);
    self->drain_cycle = MEM_NEVER;
    if (store->device) {
        core_store_to_device(self, store, cycle);
    } else if (cache_write_hit(self->data, line)) {
        self->data->stats.writes += !self->store_again;
        core_write_image(self, store);
        core_pop_store(self, cycle);
    } else {
        bool pending =
            cache_write_miss(self->data, line, self->store_again, cycle) == CACHE_PENDING;
        self->store_again = true;
        self->store_refused = !pending;
        self->store_line = pending ? line : CACHE_NO_LINE;
    }
}
