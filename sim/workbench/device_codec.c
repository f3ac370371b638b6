// SPDX-License-Identifier: Apache-2.0
// Flits of packets as bits on pins, and back.
//
// Bits that are no field are counted through: the low bits of content * odd + flit, so that flits
// of a packet differ from those next to them, and packets of successive contents differ, as far as
// there are bits; the higher ones are mixed from these.
#include "sim/rng.h"
#include "sim/workbench/device_map_state.h"

#include <string.h>

static void put(uint64_t bits[DEVICE_FLIT_WORDS], uint32_t low, uint32_t num, uint64_t value)
{
    for (uint32_t i = 0; i < num; i++) {
        uint32_t bit = low + i;
        bits[bit / 64] &= ~(1ULL << bit % 64);
        bits[bit / 64] |= (value >> i & 1) << bit % 64;
    }
}

static uint64_t get(const uint64_t bits[DEVICE_FLIT_WORDS], uint32_t low, uint32_t num)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < num; i++)
        value |= (bits[(low + i) / 64] >> (low + i) % 64 & 1) << i;
    return value;
}

static enum map_type type_of(uint32_t flit, uint32_t flits)
{
    bool tail = flit + 1 == flits;
    if (flit == 0)
        return tail ? TYPE_SINGLE : TYPE_HEAD;
    return tail ? TYPE_TAIL : TYPE_BODY;
}

static uint64_t address_part(const struct device_map *map, const struct map_field *field,
                             uint32_t address)
{
    uint32_t at[DEVICE_MAX_DIMS];
    if (field->part != PART_COORDINATE)
        return address;
    device_map_coordinates(map, address, at);
    return at[field->dim];
}

static uint64_t value_of(const struct device_map *map, const struct map_field *field,
                         const struct stimulus_packet *packet, uint32_t flit, uint32_t vc)
{
    switch (field->kind) {
    case FIELD_TYPE:
        return map->flit.codes[type_of(flit, packet->flits)];
    case FIELD_HEAD:
        return flit == 0;
    case FIELD_TAIL:
        return flit + 1 == packet->flits;
    case FIELD_VC:
        return vc;
    case FIELD_DESTINATION:
        return address_part(map, field, packet->to);
    case FIELD_SOURCE:
        return address_part(map, field, packet->port);
    case FIELD_LENGTH:
        return packet->flits - field->value;
    default:
        return field->value;
    }
}

// Fills the bits that are no field.
static void fill(const struct device_map *map, const struct stimulus_packet *packet, uint32_t flit,
                 uint64_t bits[DEVICE_FLIT_WORDS])
{
    uint32_t serial = packet->content * 0x9e3779b1U + flit;
    uint64_t word = serial;
    uint32_t left = 32;
    uint32_t words = 0;
    for (uint32_t bit = 0; bit < map->spec.flit_bits; bit++) {
        if (map->flit.used[flit == 0][bit / 64] >> bit % 64 & 1)
            continue;
        if (left == 0) {
            word = rng_mix(serial | (uint64_t)++words << 32);
            left = 64;
        }
        bits[bit / 64] |= (word & 1) << bit % 64;
        word >>= 1;
        left--;
    }
}

void device_map_encode(const struct device_map *self, const struct stimulus *setup,
                       const struct stimulus_packet *packet, uint32_t flit, uint32_t vc,
                       uint64_t bits[DEVICE_FLIT_WORDS])
{
    (void)setup;
    memset(bits, 0, DEVICE_FLIT_WORDS * sizeof *bits);
    fill(self, packet, flit, bits);
    for (uint32_t i = 0; i < self->flit.num_fields; i++) {
        const struct map_field *field = &self->flit.fields[i];
        if (flit > 0 && !map_field_in_body(field))
            continue;
        uint64_t value = value_of(self, field, packet, flit, vc);
        put(bits, field->low, field->bits, field->one_hot ? 1ULL << value : value);
    }
}

static void decode_vc(const struct device_map *map, struct device_forward *forward)
{
    const struct map_field *field = map_field(map, FIELD_VC);
    forward->vc = 0;
    if (!field)
        return;
    uint64_t value = get(forward->bits, field->low, field->bits);
    if (field->one_hot) {
        if (__builtin_popcountll(value) != 1)
            forward->oddities |= DEVICE_ODD_VC;
        value = value ? (uint64_t)__builtin_ctzll(value) : 0;
    }
    if (value >= map->spec.num_vcs) {
        forward->oddities |= DEVICE_ODD_VC;
        value = 0;
    }
    forward->vc = (uint8_t)value;
}

static void decode_type(const struct device_map *map, struct device_forward *forward)
{
    const struct map_field *type = map_field(map, FIELD_TYPE);
    const struct map_field *head = map_field(map, FIELD_HEAD);
    const struct map_field *tail = map_field(map, FIELD_TAIL);
    const uint32_t *codes = map->flit.codes;
    bool single = map->spec.max_flits == 1;
    if (type) {
        uint64_t code = get(forward->bits, type->low, type->bits);
        forward->head = code == codes[TYPE_HEAD] || code == codes[TYPE_SINGLE];
        forward->tail = code == codes[TYPE_TAIL] || code == codes[TYPE_SINGLE];
        if (!forward->head && !forward->tail && code != codes[TYPE_BODY])
            forward->oddities |= DEVICE_ODD_TYPE;
        return;
    }
    forward->head = head ? get(forward->bits, head->low, 1) : single;
    forward->tail = tail ? get(forward->bits, tail->low, 1) : single;
}

void device_map_decode(const struct device_map *self, struct device_forward *forward)
{
    forward->oddities = 0;
    decode_vc(self, forward);
    decode_type(self, forward);
}

const uint64_t *device_map_kept(const struct device_map *self, bool head)
{
    return self->flit.kept[head];
}

uint32_t device_map_free_bits(const struct device_map *self)
{
    uint32_t used = 0;
    for (uint32_t w = 0; w < DEVICE_FLIT_WORDS; w++)
        used += (uint32_t)__builtin_popcountll(self->flit.used[1][w]);
    return self->spec.flit_bits - used;
}

const char *device_map_field(const struct device_map *self, bool head,
                             const uint64_t a[DEVICE_FLIT_WORDS],
                             const uint64_t b[DEVICE_FLIT_WORDS])
{
    for (uint32_t i = 0; i < self->flit.num_fields; i++) {
        const struct map_field *field = &self->flit.fields[i];
        if ((head || map_field_in_body(field)) &&
            get(a, field->low, field->bits) != get(b, field->low, field->bits))
            return field->name;
    }
    return "content";
}
