// SPDX-License-Identifier: Apache-2.0
// A map from 64-bit ids to 32-bit values: a hash table with linear probing.
//
// Bounds: memory is that of the most ids at a time.
// Owner: id_map_free releases; the zero value is an empty map.
#ifndef ORDITO_SIM_ID_MAP_H
#define ORDITO_SIM_ID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct id_map_slot {
    uint64_t id;
    uint32_t value;
    bool used;
};

struct id_map {
    struct id_map_slot *slots; // [mask + 1]; NULL at first
    size_t mask;               // a power of two less 1
    size_t num;                // ids in it, at most three quarters of the slots
};

void id_map_free(struct id_map *self);

// Makes room, so that so many more ids can be put in. False if out of memory.
bool id_map_reserve(struct id_map *self, size_t num);

// The value of an id, until another is put in or taken out; NULL if it is not in the map.
uint32_t *id_map_find(const struct id_map *self, uint64_t id);

// Puts in an id that is not there, and for which there is room.
void id_map_put(struct id_map *self, uint64_t id, uint32_t value);

// Takes an id out. False if it is not there.
bool id_map_take(struct id_map *self, uint64_t id);

// Goes through all ids from `*at` = 0 on, in no order that anything may depend on. False at the
// end.
bool id_map_next(const struct id_map *self, size_t *at, uint64_t *id, uint32_t *value);

#endif
