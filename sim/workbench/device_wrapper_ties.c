// SPDX-License-Identifier: Apache-2.0
// Ties, and what is written after reset.
#include "sim/workbench/device_wrapper_state.h"

#include <inttypes.h>
#include <string.h>

// The value of a tie must fit its pin, wherever the router is, and in every mode. One that is
// changed from outside varies as well, so that a build serves all its values.
static bool check_value(const struct device_map *map, const struct map_tie *tie, uint32_t bits,
                        bool *varies, struct err *err)
{
    uint64_t first = 0;
    *varies = tie->changed;
    for (uint32_t position = 0; position < map->spec.num_positions; position++)
        for (uint32_t m = 0; m < map->spec.num_modes; m++) {
            char why[256];
            char where[64];
            uint64_t value;
            if (!map_tie_value(map, tie, position, map->mode_straps[m], &value, why, sizeof why))
                return map_refuse(map, tie->path, err, "%s", why);
            device_map_position(map, position, where, sizeof where);
            if (value > map_mask(bits))
                return map_refuse(map, tie->path, err,
                                  "at %s, %s, it is %" PRIu64 ", which %" PRIu32
                                  " bits do not hold",
                                  where, switching_names[map->spec.modes[m]], value, bits);
            first = position == 0 && m == 0 ? value : first;
            *varies |= value != first;
        }
    return true;
}

static bool resolve_tie(struct device_map *map, const struct map_tie *tie, struct err *err)
{
    struct map_wrapper *wrapper = map->wrapper;
    struct wrapper_slice slice;
    char why[256];
    bool varies;
    uint64_t value = 0;
    if (!wrapper_find(map, &tie->part, tie->path, &slice, err) ||
        !check_value(map, tie, slice.bits, &varies, err))
        return false;
    map_tie_value(map, tie, 0, map->mode_straps[0], &value, why, sizeof why);
    uint32_t low = wrapper->strap_bits;
    uint32_t bits = slice.bits < 64 ? slice.bits : 64;
    for (uint32_t b = 0; b < slice.bits; b++) {
        struct bit_source source = {.from = FROM_CONSTANT,
                                    .index = b < 64 ? (uint32_t)(value >> b & 1) : 0};
        if (varies && b < 64)
            source =
                (struct bit_source){.from = FROM_VECTOR, .vector = DEVICE_STRAP, .index = low + b};
        if (!wrapper_drive(map, tie->path, slice.pin, slice.element, slice.low + b, source, err))
            return false;
    }
    if (!varies)
        return true;
    wrapper->straps[wrapper->num_straps++] =
        (struct wrapper_strap){.tie = tie, .low = low, .bits = bits};
    wrapper->strap_bits += bits;
    return true;
}

// Bits of a pin that are written after reset.
static bool drive_setup(struct device_map *map, const struct device_part *part, const char *path,
                        uint32_t *bits, struct err *err)
{
    struct wrapper_slice slice;
    if (!wrapper_find(map, part, path, &slice, err))
        return false;
    for (uint32_t b = 0; b < slice.bits; b++) {
        struct bit_source source = {
            .from = FROM_VECTOR, .vector = DEVICE_SETUP_PINS, .index = map->wrapper->setup_bits};
        if (!wrapper_drive(map, path, slice.pin, slice.element, slice.low + b, source, err))
            return false;
        const struct wrapper_pin *pin = &map->wrapper->pins[slice.pin];
        const struct bit_source *is =
            &pin->bits[(size_t)slice.element * pin->is.bits + slice.low + b];
        map->wrapper->setup_bits += is->index == source.index;
    }
    *bits += slice.bits;
    return true;
}

static bool drive_table(struct device_map *map, const struct map_pins *pins, const char *path,
                        uint64_t most, bool one_hot, struct err *err)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < pins->num; i++)
        if (!drive_setup(map, &pins->parts[i], path, &bits, err))
            return false;
    if (pins->num > 0 && one_hot && bits != most + 1)
        return map_refuse(map, path, err, "the pins are %" PRIu32 " bits, not %" PRIu64, bits,
                          most + 1);
    return pins->num == 0 || one_hot || most <= map_mask(bits) ||
           map_refuse(map, path, err, "%" PRIu32 " bits do not hold numbers up to %" PRIu64, bits,
                      most);
}

static bool resolve_setup(struct device_map *map, struct err *err)
{
    for (uint32_t c = 0; c < map->setup_cycles; c++)
        for (uint32_t i = 0; i < map->setup[c].num; i++) {
            const struct map_tie *tie = &map->setup[c].ties[i];
            uint32_t bits = 0;
            bool varies;
            if (!drive_setup(map, &tie->part, tie->path, &bits, err) ||
                !check_value(map, tie, bits, &varies, err))
                return false;
        }
    const struct device_spec *spec = &map->spec;
    const struct map_table *table = &map->table;
    return drive_table(map, &table->write, "routing.table.write", 0, true, err) &&
           drive_table(map, &table->index, "routing.table.index", spec->num_destinations - 1, false,
                       err) &&
           drive_table(map, &table->port, "routing.table.port", spec->num_ports - 1, table->one_hot,
                       err) &&
           drive_table(map, &table->vcs, "routing.table.vcs", spec->num_vcs - 1, true, err);
}

bool wrapper_resolve_ties(struct device_map *map, struct err *err)
{
    map->wrapper->straps = map_keep(map, (map->ties.num + 1) * sizeof *map->wrapper->straps, err);
    if (!map->wrapper->straps)
        return false;
    for (uint32_t i = 0; i < map->ties.num; i++)
        if (!resolve_tie(map, &map->ties.ties[i], err))
            return false;
    return resolve_setup(map, err);
}
