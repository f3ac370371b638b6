// SPDX-License-Identifier: Apache-2.0
// Parts of pins as the map names them, against the pins that there are.
#include "sim/workbench/device_wrapper_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MAX_NEAR = 256 };

static bool refuse_unknown(const struct device_map *map, const char *name, const char *path,
                           struct err *err)
{
    const char *names[MAX_NEAR];
    uint32_t num = 0;
    for (; num < map->wrapper->num_pins && num < MAX_NEAR; num++)
        names[num] = map->wrapper->pins[num].is.name;
    const char *nearest = err_nearest(name, names, num);
    return map_refuse(map, path, err, "%s has no pin %s%s%s", map->top, name,
                      nearest ? "; nearest: " : "", nearest ? nearest : "");
}

// Takes the bits that a bracket names out of those that there are, `lsb` being the lowest one's
// index.
static bool find_bits(const struct device_map *map, const struct device_pin *pin, int32_t lsb,
                      const struct device_bracket *bracket, const char *path,
                      struct wrapper_slice *slice, struct err *err)
{
    uint64_t first = (uint64_t)(int64_t)lsb; // a negative one is a large number
    uint64_t low = bracket->low - first;
    uint64_t high = bracket->high - first;
    if (low >= slice->bits || high >= slice->bits)
        return map_refuse(map, path, err,
                          "[%" PRIu64 ":%" PRIu64 "] is not in pin %s, which has bits %" PRId32
                          " to %" PRId64 " there",
                          bracket->high, bracket->low, pin->name, lsb,
                          (int64_t)lsb + slice->bits - 1);
    slice->low += (uint32_t)(pin->ascending ? slice->bits - 1 - high : low);
    slice->bits = (uint32_t)(high - low + 1);
    return true;
}

// The place of an index in an array from `left` to `right`; -1, refused, if it has none.
static int64_t place(const struct device_map *map, const struct device_pin *pin, int32_t left,
                     int32_t right, uint64_t index, const char *path, struct err *err)
{
    int32_t lowest = left < right ? left : right;
    int32_t highest = left < right ? right : left;
    int64_t at = (int64_t)index;
    if (at >= lowest && at <= highest)
        return at - lowest;
    map_refuse(map, path, err,
               "[%" PRIu64 "] is not in pin %s, which has elements %" PRId32 " to %" PRId32, index,
               pin->name, lowest, highest);
    return -1;
}

// A field of a packed array.
static bool find_field(const struct device_map *map, const struct device_pin *pin,
                       const struct device_bracket *bracket, const char *path,
                       struct wrapper_slice *slice, struct err *err)
{
    int64_t at = place(map, pin, pin->field_left, pin->field_right, bracket->low, path, err);
    if (at < 0)
        return false;
    int64_t num = pin->bits / pin->field_bits;
    bool ascending = pin->field_left < pin->field_right;
    slice->low = (uint32_t)(ascending ? num - 1 - at : at) * pin->field_bits;
    slice->bits = pin->field_bits;
    return true;
}

static bool find_element(const struct device_map *map, const struct device_pin *pin,
                         const struct device_bracket *bracket, const char *path,
                         struct wrapper_slice *slice, struct err *err)
{
    if (bracket->range)
        return map_refuse(map, path, err, "pin %s is an array: name one element of it, as %s[0]",
                          pin->name, pin->name);
    int64_t at = place(map, pin, pin->left, pin->right, bracket->low, path, err);
    slice->element = (uint32_t)at;
    return at >= 0;
}

bool wrapper_find(const struct device_map *map, const struct device_part *part, const char *path,
                  struct wrapper_slice *slice, struct err *err)
{
    const struct map_wrapper *wrapper = map->wrapper;
    uint32_t p = 0;
    while (p < wrapper->num_pins && strcmp(wrapper->pins[p].is.name, part->name) != 0)
        p++;
    if (p == wrapper->num_pins)
        return refuse_unknown(map, part->name, path, err);
    const struct device_pin *pin = &wrapper->pins[p].is;
    uint32_t next = 0; // bracket
    *slice = (struct wrapper_slice){.pin = p, .bits = pin->bits};
    if (pin->elements > 0 && part->num_brackets == 0)
        return map_refuse(map, path, err, "pin %s is an array: name an element of it, as %s[0]",
                          pin->name, pin->name);
    if (pin->elements > 0 && !find_element(map, pin, &part->brackets[next++], path, slice, err))
        return false;
    bool field = pin->field_bits > 0 && next < part->num_brackets && !part->brackets[next].range;
    if (field && !find_field(map, pin, &part->brackets[next++], path, slice, err))
        return false;
    if (next < part->num_brackets &&
        !find_bits(map, pin, pin->lsb, &part->brackets[next++], path, slice, err))
        return false;
    return next == part->num_brackets ||
           map_refuse(map, path, err, "pin %s has no part [%" PRIu64 "] of these bits", pin->name,
                      part->brackets[next].low);
}

bool wrapper_drive(const struct device_map *map, const char *path, uint32_t pin, uint32_t element,
                   uint32_t bit, struct bit_source source, struct err *err)
{
    struct wrapper_pin *to = &map->wrapper->pins[pin];
    if (to->is.output)
        return map_refuse(map, path, err, "pin %s is an output of %s; an input is meant here",
                          to->is.name, map->top);
    struct bit_source *is = &to->bits[(size_t)element * to->is.bits + bit];
    bool setup = source.from == FROM_VECTOR && source.vector == DEVICE_SETUP_PINS;
    if (setup && is->from == FROM_VECTOR && is->vector == DEVICE_SETUP_PINS)
        return true;
    if (is->from != FROM_NOTHING)
        return map_refuse(map, path, err,
                          "bit %" PRIu32 " of pin %s is driven twice: by another key too", bit,
                          to->is.name);
    *is = source;
    return true;
}

// Clock and reset go to every bit that they name.
static bool drive_all(const struct device_map *map, const struct map_pins *pins, const char *path,
                      enum bit_from from, struct err *err)
{
    for (uint32_t i = 0; i < pins->num; i++) {
        struct wrapper_slice slice;
        if (!wrapper_find(map, &pins->parts[i], path, &slice, err))
            return false;
        for (uint32_t b = 0; b < slice.bits; b++)
            if (!wrapper_drive(map, path, slice.pin, slice.element, slice.low + b,
                               (struct bit_source){.from = (uint8_t)from}, err))
                return false;
    }
    return true;
}

// Adds the part of a pin that nothing drives, as a tie that would.
static bool list_open(const struct wrapper_pin *pin, uint32_t element, char *text, size_t size)
{
    const struct bit_source *bits = &pin->bits[(size_t)element * pin->is.bits];
    bool open = false;
    for (uint32_t low = 0; low < pin->is.bits; low++) {
        uint32_t high = low;
        if (bits[low].from != FROM_NOTHING)
            continue;
        while (high + 1 < pin->is.bits && bits[high + 1].from == FROM_NOTHING)
            high++;
        size_t used = strlen(text);
        int lowest = pin->is.left < pin->is.right ? pin->is.left : pin->is.right;
        char index[16] = "";
        char range[32] = "";
        if (pin->is.elements > 0)
            snprintf(index, sizeof index, "[%d]", lowest + (int)element);
        int first = pin->is.lsb + (int)(pin->is.ascending ? pin->is.bits - 1 - high : low);
        if (high - low + 1 < pin->is.bits)
            snprintf(range, sizeof range, "[%d:%d]", first + (int)(high - low), first);
        snprintf(text + used, size - used, "%s\"%s%s%s\": 0", open || used > 0 ? ", " : "",
                 pin->is.name, index, range);
        open = true;
        low = high;
    }
    return open;
}

static bool check_open(const struct device_map *map, struct err *err)
{
    char text[512] = "";
    for (uint32_t p = 0; p < map->wrapper->num_pins; p++) {
        const struct wrapper_pin *pin = &map->wrapper->pins[p];
        uint32_t elements = pin->is.elements ? pin->is.elements : 1;
        for (uint32_t e = 0; e < elements && !pin->is.output; e++)
            list_open(pin, e, text, sizeof text);
    }
    return !*text || map_refuse(map, "ties", err,
                                "inputs of %s that nothing drives; name them, or tie them, as {%s}",
                                map->top, text);
}

bool wrapper_resolve(struct device_map *map, struct err *err)
{
    return drive_all(map, &map->clock, "clock", FROM_CLOCK, err) &&
           drive_all(map, &map->reset, "reset", FROM_RESET, err) &&
           wrapper_resolve_ties(map, err) && wrapper_resolve_links(map, err) &&
           check_open(map, err);
}
