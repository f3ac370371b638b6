// SPDX-License-Identifier: Apache-2.0
// Pins of the link against the vectors of the wrapper.
#include "sim/workbench/device_wrapper_state.h"

#include <inttypes.h>
#include <stdio.h>

struct wire {
    const struct device_map *map;
    const struct map_pins *pins;
    char path[32];
    struct err *err;
};

static struct wire wire_of(const struct device_map *map, uint32_t channel, enum map_wire which,
                           uint32_t port, struct err *err)
{
    struct wire wire = {.map = map, .pins = &map->channels[channel].wires[which][port], .err = err};
    snprintf(wire.path, sizeof wire.path, "%s.%s", channel == 0 ? "in" : "out",
             map_wire_names[which]);
    return wire;
}

// Bits of a wire's pins together; 0, refused, if a pin is not there.
static uint32_t width(const struct wire *self)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < self->pins->num; i++) {
        struct wrapper_slice slice;
        if (!wrapper_find(self->map, &self->pins->parts[i], self->path, &slice, self->err))
            return 0;
        bits += slice.bits;
    }
    return bits;
}

static bool check_width(const struct wire *self, uint32_t port, uint32_t expected,
                        const char *because)
{
    uint32_t bits = width(self);
    if (self->err->status != ERR_NONE)
        return false;
    return bits == expected ||
           map_refuse(self->map, self->path, self->err,
                      "at port %s the pins are %" PRIu32 " bits, not %" PRIu32 ": %s",
                      self->map->spec.port_names[port], bits, expected, because);
}

// Drives the pins from successive bits, or reads them.
static bool connect(const struct wire *self, bool drives, struct bit_source first,
                    struct bit_source *to)
{
    uint32_t bit = 0;
    for (uint32_t i = self->pins->num; i-- > 0;) { // the lowest bits are named last
        struct wrapper_slice slice;
        if (!wrapper_find(self->map, &self->pins->parts[i], self->path, &slice, self->err))
            return false;
        struct wrapper_pin *pin = &self->map->wrapper->pins[slice.pin];
        if (!drives && !pin->is.output)
            return map_refuse(self->map, self->path, self->err,
                              "pin %s is an input of %s; an output is meant here", pin->is.name,
                              self->map->top);
        for (uint32_t b = 0; b < slice.bits; b++, bit++) {
            struct bit_source source = first;
            source.index += bit;
            if (drives && !wrapper_drive(self->map, self->path, slice.pin, slice.element,
                                         slice.low + b, source, self->err))
                return false;
            if (!drives)
                to[bit] = (struct bit_source){.from = FROM_PIN,
                                              .pin = (uint16_t)slice.pin,
                                              .element = slice.element,
                                              .index = slice.low + b};
        }
        pin->read |= !drives;
    }
    return true;
}

static bool forward(struct device_map *map, uint32_t channel, uint32_t port, struct err *err)
{
    uint32_t field = wrapper_forward_bits(map) * port;
    bool by_vc = map->flit.vc_by_valid;
    uint32_t vcs = field + 1 + map->flit.bits; // valid as a bit a VC
    struct wire valid = wire_of(map, channel, WIRE_VALID, port, err);
    struct wire flit = wire_of(map, channel, WIRE_FLIT, port, err);
    struct bit_source source = {
        .from = FROM_VECTOR, .vector = (uint8_t)wrapper_forward(channel), .index = field};
    struct bit_source bits = source;
    struct bit_source *to = map->wrapper->outputs[1];
    bits.index++;
    if (by_vc)
        source = (struct bit_source){.from = FROM_VALID_VC, .index = vcs, .valid = field};
    if (!check_width(&valid, port, by_vc ? map->spec.num_vcs : 1,
                     by_vc ? "a bit a VC" : "one bit") ||
        !check_width(&flit, port, map->flit.bits, "flit.bits"))
        return false;
    if (channel == 1 && by_vc) // any of them is valid: see device_wrapper.c
        to[field] = (struct bit_source){.from = FROM_VALID_VC, .index = vcs};
    return connect(&valid, channel == 0, source, to + (by_vc ? vcs : field)) &&
           connect(&flit, channel == 0, bits, to + field + 1);
}

// Wires of flow control that are named; the number's are above its valid.
static bool backward(struct device_map *map, uint32_t channel, uint32_t port, struct err *err)
{
    const struct device_side *side = channel == 0 ? &map->spec.in : &map->spec.out;
    uint32_t *bits = &map->wrapper->backward_bits[channel];
    uint32_t levels = side->shared ? 1 : map->spec.num_vcs;
    const char *because = side->shared ? "one bit for all VCs (flow.*.shared)"
                                       : "a bit a VC; if "
                                         "it is one for all, flow.*.shared says so";
    for (enum map_wire which = WIRE_READY; which <= WIRE_CREDIT_VC; which++) {
        struct wire wire = wire_of(map, channel, which, port, err);
        bool number = which == WIRE_CREDIT_VC;
        uint32_t own = number ? width(&wire) : which == WIRE_CREDIT_VALID ? 1 : levels;
        if (err->status != ERR_NONE)
            return false;
        if (wire.pins->num == 0)
            continue;
        if (number && (own > 8 || 1U << own < map->spec.num_vcs))
            return map_refuse(map, wire.path, err,
                              "%" PRIu32 " bits are no number of a VC, of which there are %" PRIu32,
                              own, map->spec.num_vcs);
        uint32_t all = own + (number ? 1 : 0);
        if (port == 0 && all > *bits)
            *bits = all;
        if (!check_width(&wire, port, number ? *bits - 1 : own,
                         number ? "as at other ports" : because))
            return false;
    }
    return true;
}

static bool connect_backward(struct device_map *map, uint32_t channel, uint32_t port,
                             struct err *err)
{
    uint32_t field = map->wrapper->backward_bits[channel] * port;
    for (enum map_wire which = WIRE_READY; which <= WIRE_CREDIT_VC; which++) {
        struct wire wire = wire_of(map, channel, which, port, err);
        uint32_t low = field + (which == WIRE_CREDIT_VC ? 1 : 0);
        struct bit_source source = {
            .from = FROM_VECTOR, .vector = (uint8_t)wrapper_backward(channel), .index = low};
        if (!connect(&wire, channel == 1, source, map->wrapper->outputs[0] + low))
            return false;
    }
    return true;
}

bool wrapper_resolve_links(struct device_map *map, struct err *err)
{
    uint32_t num_ports = map->spec.num_ports;
    for (uint32_t channel = 0; channel < 2; channel++)
        for (uint32_t port = 0; port < num_ports; port++)
            if (!backward(map, channel, port, err))
                return false;
    size_t bits[] = {(size_t)num_ports * map->wrapper->backward_bits[0],
                     (size_t)num_ports * wrapper_forward_bits(map)};
    for (uint32_t i = 0; i < 2; i++) {
        map->wrapper->outputs[i] = map_keep(map, bits[i] * sizeof(struct bit_source), err);
        if (!map->wrapper->outputs[i])
            return false;
    }
    for (uint32_t channel = 0; channel < 2; channel++)
        for (uint32_t port = 0; port < num_ports; port++)
            if (!forward(map, channel, port, err) || !connect_backward(map, channel, port, err))
                return false;
    return true;
}
