// SPDX-License-Identifier: Apache-2.0
#include "nic/nic_store.h"

#include <stdlib.h>

void nic_store_make(struct nic_store *self, uint32_t max_payload_bytes)
{
    *self = (struct nic_store){.max_payload_bytes = max_payload_bytes, .first_free = MSG_NONE};
}

void nic_store_free(struct nic_store *self)
{
    for (uint32_t i = 0; i < self->num_chunks; i++) {
        free(self->chunks[i]->life); // of all of them
        free(self->chunks[i]);
    }
    free(self->chunks);
    *self = (struct nic_store){.first_free = MSG_NONE};
}

static bool grow(struct nic_store *self)
{
    if (self->num_chunks == self->cap_chunks) {
        uint32_t cap = self->cap_chunks ? 2 * self->cap_chunks : 16;
        struct nic_packet **chunks = realloc(self->chunks, cap * sizeof(struct nic_packet *));
        if (!chunks)
            return false;
        self->chunks = chunks;
        self->cap_chunks = cap;
    }
    size_t bytes = sizeof(struct nic_packet) + self->max_payload_bytes;
    struct nic_packet *chunk = calloc(NIC_STORE_CHUNK, bytes);
    struct nic_life *lives =
        chunk && self->keeps_lives ? calloc(NIC_STORE_CHUNK, sizeof *lives) : NULL;
    if (!chunk || (self->keeps_lives && !lives)) {
        free(chunk);
        return false;
    }
    uint8_t *payloads = (uint8_t *)(chunk + NIC_STORE_CHUNK);
    uint32_t first = self->num_chunks * NIC_STORE_CHUNK;
    self->chunks[self->num_chunks++] = chunk;
    for (uint32_t i = NIC_STORE_CHUNK; i-- > 0;) {
        chunk[i].payload = payloads + (size_t)i * self->max_payload_bytes;
        chunk[i].life = lives ? &lives[i] : NULL;
        chunk[i].next_out = self->first_free;
        self->first_free = first + i;
    }
    return true;
}

uint32_t nic_store_take(struct nic_store *self)
{
    if (self->first_free == MSG_NONE && !grow(self))
        return MSG_NONE;
    uint32_t handle = self->first_free;
    struct nic_packet *packet = nic_store_at(self, handle);
    self->first_free = packet->next_out;
    self->num_used++;
    *packet = (struct nic_packet){.send = MSG_NONE,
                                  .next_out = MSG_NONE,
                                  .original = MSG_NONE,
                                  .message = MSG_NONE,
                                  .next_in = MSG_NONE,
                                  .payload = packet->payload,
                                  .life = packet->life};
    if (packet->life)
        nic_life_begin(packet->life, 0);
    return handle;
}

void nic_store_lose(struct nic_store *self, uint32_t handle)
{
    nic_store_at(self, handle)->taken = true;
    nic_store_release(self, handle);
}

void nic_store_damage(struct nic_store *self, uint32_t handle, uint64_t draw)
{
    struct nic_packet *packet = nic_store_at(self, handle);
    packet->damaged = true;
    if (packet->bytes > 0)
        packet->payload[draw / 8 % packet->bytes] ^= (uint8_t)(1U << draw % 8);
}

void nic_store_release(struct nic_store *self, uint32_t handle)
{
    struct nic_packet *packet = nic_store_at(self, handle);
    if (!packet->left || !packet->taken)
        return;
    packet->next_out = self->first_free;
    self->first_free = handle;
    self->num_used--;
}
