// SPDX-License-Identifier: Apache-2.0
// Values of the wrapper's vectors.
#include "sim/workbench/device_wrapper_state.h"

#include <string.h>

static void clear(const struct device_map *map, enum device_vector vector, uint32_t *words)
{
    memset(words, 0, (map->wrapper->wires.bits[vector] + 31) / 32 * sizeof *words);
}

// Sets bits of a vector that are 0.
static void put(uint32_t *words, uint32_t low, uint32_t bits, uint64_t value)
{
    while (bits > 0) {
        uint32_t room = 32 - low % 32;
        uint32_t now = room < bits ? room : bits;
        words[low / 32] |= (uint32_t)(value & map_mask(now)) << low % 32;
        value >>= now;
        low += now;
        bits -= now;
    }
}

static uint64_t get(const uint32_t *words, uint32_t low, uint32_t bits)
{
    uint64_t value = 0;
    for (uint32_t got = 0; got < bits;) {
        uint32_t room = 32 - low % 32;
        uint32_t now = room < bits - got ? room : bits - got;
        value |= (words[low / 32] >> low % 32 & map_mask(now)) << got;
        low += now;
        got += now;
    }
    return value;
}

static uint32_t mode_strap(const struct device_map *map, const struct stimulus *setup)
{
    for (uint32_t m = 0; m < map->spec.num_modes; m++)
        if (map->spec.modes[m] == setup->mode)
            return map->mode_straps[m];
    return map->mode_straps[0];
}

static uint64_t tie_value(const struct device_map *map, const struct map_tie *tie,
                          const struct stimulus *setup)
{
    char why[256];
    uint64_t value = 0;
    map_tie_value(map, tie, setup->position, mode_strap(map, setup), &value, why, sizeof why);
    return value;
}

void device_wrapper_straps(const struct device_map *map, const struct stimulus *setup,
                           uint32_t *words)
{
    clear(map, DEVICE_STRAP, words);
    for (uint32_t i = 0; i < map->wrapper->num_straps; i++) {
        const struct wrapper_strap *strap = &map->wrapper->straps[i];
        put(words, strap->low, strap->bits, tie_value(map, strap->tie, setup));
    }
}

uint64_t device_wrapper_setup_cycles(const struct device_map *map)
{
    return map->setup_cycles + (map->table.write.num > 0 ? map->spec.num_destinations : 0);
}

// Sets the bits of the setup port that a part of a pin is; returns what is left of the value.
static uint64_t put_part(const struct device_map *map, const struct device_part *part,
                         uint64_t value, uint32_t *words)
{
    struct err err = {0};
    struct wrapper_slice slice;
    if (!wrapper_find(map, part, "", &slice, &err))
        return value; // it was found when the wrapper was written
    const struct wrapper_pin *pin = &map->wrapper->pins[slice.pin];
    const struct bit_source *bits = &pin->bits[(size_t)slice.element * pin->is.bits + slice.low];
    for (uint32_t b = 0; b < slice.bits; b++, value >>= 1)
        words[bits[b].index / 32] |= (uint32_t)(value & 1) << bits[b].index % 32;
    return value;
}

static void put_pins(const struct device_map *map, const struct map_pins *pins, uint64_t value,
                     uint32_t *words)
{
    for (uint32_t i = pins->num; i-- > 0;)
        value = put_part(map, &pins->parts[i], value, words);
}

void device_wrapper_setup(const struct device_map *map, const struct stimulus *setup,
                          enum device_phase phase, uint64_t step, uint32_t *words)
{
    const struct map_table *table = &map->table;
    clear(map, DEVICE_SETUP_PINS, words);
    if (phase != DEVICE_SETUP || step >= device_wrapper_setup_cycles(map))
        return;
    if (step < map->setup_cycles) {
        const struct map_ties *ties = &map->setup[step];
        for (uint32_t i = 0; i < ties->num; i++)
            put_part(map, &ties->ties[i].part, tie_value(map, &ties->ties[i], setup), words);
        return;
    }
    uint32_t to = (uint32_t)(step - map->setup_cycles);
    struct map_entry entry = map_table_entry(map, setup, to);
    put_pins(map, &table->write, 1, words);
    put_pins(map, &table->index, to, words);
    put_pins(map, &table->port, table->one_hot ? 1ULL << entry.port : entry.port, words);
    put_pins(map, &table->vcs, entry.vcs, words);
}

void device_wrapper_forward_in(const struct device_map *map, const struct device_pins *in,
                               uint32_t *words)
{
    uint32_t field = wrapper_forward_bits(map);
    clear(map, DEVICE_FORWARD_IN, words);
    for (uint32_t p = 0; p < map->spec.num_ports; p++) {
        const struct device_forward *forward = &in->forward[p];
        put(words, p * field, 1, forward->valid);
        for (uint32_t bit = 0; bit + 1 < field; bit += 64)
            put(words, p * field + 1 + bit, field - 1 - bit < 64 ? field - 1 - bit : 64,
                forward->bits[bit / 64]);
    }
}

static bool is_off(const struct device_map *map, uint32_t channel)
{
    return map->channels[channel].wires[WIRE_OFF][0].num > 0;
}

const char *device_wrapper_backward_name(const struct device_map *map, bool out)
{
    static const char *const names[] = {
        [DEVICE_READY_VALID] = "ready", [DEVICE_CREDIT] = "credit", [DEVICE_ON_OFF] = "on"};
    const struct device_side *side = out ? &map->spec.out : &map->spec.in;
    return is_off(map, out) ? "off" : names[side->flow];
}

// What a channel's flow control has on its pins, of a mask of VCs.
static uint64_t encode(const struct device_map *map, uint32_t channel, uint32_t vcs)
{
    const struct device_side *side = channel == 0 ? &map->spec.in : &map->spec.out;
    if (side->one_credit)
        return vcs ? (uint64_t)__builtin_ctz(vcs) << 1 | 1 : 0;
    uint64_t bits = side->shared ? vcs & 1 : vcs;
    return is_off(map, channel) ? bits ^ map_mask(map->wrapper->backward_bits[channel]) : bits;
}

static uint16_t decode(const struct device_map *map, uint32_t channel, uint64_t bits)
{
    const struct device_side *side = channel == 0 ? &map->spec.in : &map->spec.out;
    uint64_t all = map_mask(map->spec.num_vcs);
    if (map->channels[channel].wires[WIRE_OFF][0].num > 0)
        bits = ~bits;
    if (side->one_credit)
        return bits & 1 ? (uint16_t)(1U << (bits >> 1 & 31)) : 0;
    return (uint16_t)(side->shared ? (bits & 1 ? all : 0) : bits & all);
}

void device_wrapper_backward_out(const struct device_map *map, const struct device_pins *in,
                                 uint32_t *words)
{
    uint32_t field = map->wrapper->backward_bits[1];
    clear(map, DEVICE_BACKWARD_OUT, words);
    for (uint32_t p = 0; p < map->spec.num_ports; p++)
        put(words, p * field, field, encode(map, 1, in->backward[p]));
}

void device_wrapper_outputs(const struct device_map *map, const uint32_t *backward_in,
                            const uint32_t *forward_out, struct device_pins *out)
{
    uint32_t backward = map->wrapper->backward_bits[0];
    uint32_t field = wrapper_forward_bits(map);
    for (uint32_t p = 0; p < map->spec.num_ports; p++) {
        struct device_forward *forward = &out->forward[p];
        out->backward[p] = decode(map, 0, get(backward_in, p * backward, backward));
        *forward = (struct device_forward){.valid = get(forward_out, p * field, 1)};
        if (!forward->valid)
            continue;
        for (uint32_t bit = 0; bit + 1 < field; bit += 64)
            forward->bits[bit / 64] =
                get(forward_out, p * field + 1 + bit, field - 1 - bit < 64 ? field - 1 - bit : 64);
        device_map_decode(map, forward);
    }
}
