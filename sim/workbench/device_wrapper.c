// SPDX-License-Identifier: Apache-2.0
// The text of the wrapper.
#include "sim/workbench/device_wrapper_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const vectors[DEVICE_NUM_VECTORS] = {
    [DEVICE_STRAP] = "strap_i",         [DEVICE_SETUP_PINS] = "setup_i",
    [DEVICE_FORWARD_IN] = "forward_i",  [DEVICE_BACKWARD_IN] = "backward_o",
    [DEVICE_FORWARD_OUT] = "forward_o", [DEVICE_BACKWARD_OUT] = "backward_i",
};

// True if `b` goes on where `a`, a number of bits before, began.
static bool goes_on(const struct bit_source *a, const struct bit_source *b, uint32_t distance)
{
    if (a->from != b->from)
        return false;
    switch (a->from) {
    case FROM_CONSTANT:
        return true;
    case FROM_VECTOR:
        return a->vector == b->vector && b->index == a->index + distance;
    case FROM_PIN:
        return a->pin == b->pin && a->element == b->element && b->index == a->index + distance;
    default:
        return false;
    }
}

// The name of a pin, or of an element of it.
static void put_pin(const struct device_map *map, uint32_t p, uint32_t element, FILE *to)
{
    const struct device_pin *pin = &map->wrapper->pins[p].is;
    fprintf(to, "pin_%s", pin->name);
    if (pin->elements > 0)
        fprintf(to, "[%d]", (pin->left < pin->right ? pin->left : pin->right) + (int)element);
}

static void put_range(uint32_t of, uint32_t low, uint32_t bits, FILE *to)
{
    if (of == 1)
        return; // a scalar
    if (bits == 1)
        fprintf(to, "[%" PRIu32 "]", low);
    else
        fprintf(to, "[%" PRIu32 ":%" PRIu32 "]", low + bits - 1, low);
}

static void put_run(const struct device_map *map, const struct bit_source *first, uint32_t bits,
                    FILE *to)
{
    const struct map_wrapper *wrapper = map->wrapper;
    switch (first->from) {
    case FROM_CLOCK:
        fputs("clk_i", to);
        break;
    case FROM_RESET:
        fputs(map->reset_low ? "~reset_i" : "reset_i", to);
        break;
    case FROM_CONSTANT:
        fprintf(to, "%" PRIu32 "'b", bits);
        for (uint32_t b = bits; b-- > 0;)
            fputc(first[b].index ? '1' : '0', to);
        break;
    case FROM_VALID_VC:
        fprintf(to, "forward_i[%" PRIu32 "] & forward_i[%" PRIu32 "]", first->valid, first->index);
        break;
    case FROM_PIN:
        put_pin(map, first->pin, first->element, to);
        put_range(wrapper->pins[first->pin].is.bits, first->index, bits, to);
        break;
    default: // vectors are written as such, also those of one bit
        fputs(vectors[first->vector], to);
        put_range(UINT32_MAX, first->index, bits, to);
        break;
    }
}

// A concatenation, the highest bits first, in runs of bits that lie together.
static void put_bits(const struct device_map *map, const struct bit_source *bits, uint32_t num,
                     FILE *to)
{
    fputc('{', to);
    for (uint32_t high = num; high > 0;) {
        uint32_t low = high - 1;
        while (low > 0 && goes_on(&bits[low - 1], &bits[low], 1))
            low--;
        fputs(high == num ? "" : ", ", to);
        put_run(map, &bits[low], high - low, to);
        high = low;
    }
    fputc('}', to);
}

static void put_input(const struct device_map *map, uint32_t p, FILE *to)
{
    const struct wrapper_pin *pin = &map->wrapper->pins[p];
    uint32_t elements = pin->is.elements > 0 ? pin->is.elements : 1;
    for (uint32_t e = 0; e < elements && !pin->is.output; e++) {
        fputs("    assign ", to);
        put_pin(map, p, e, to);
        fputs(" = ", to);
        put_bits(map, &pin->bits[(size_t)e * pin->is.bits], pin->is.bits, to);
        fputs(";\n", to);
    }
}

static void put_declarations(const struct device_map *map, FILE *to)
{
    for (uint32_t p = 0; p < map->wrapper->num_pins; p++) {
        const struct wrapper_pin *pin = &map->wrapper->pins[p];
        if (pin->is.output && !pin->read)
            continue;
        fputs("    wire ", to);
        if (pin->is.bits > 1)
            fprintf(to, "[%" PRIu32 ":0] ", pin->is.bits - 1);
        fprintf(to, "pin_%s", pin->is.name);
        if (pin->is.elements > 0)
            fprintf(to, " [%" PRId32 ":%" PRId32 "]", pin->is.left, pin->is.right);
        fputs(";\n", to);
    }
}

static void put_instance(const struct device_map *map, FILE *to)
{
    fprintf(to, "    %s ", map->top);
    for (char **p = map->parameters; p && *p; p++) {
        int name = (int)strcspn(*p, "=");
        fprintf(to, "%s.%.*s(%s)", p == map->parameters ? "#(" : ", ", name, *p, *p + name + 1);
    }
    fprintf(to, "%su_device (\n", map->parameters && *map->parameters ? ") " : "");
    for (uint32_t p = 0; p < map->wrapper->num_pins; p++) {
        const struct wrapper_pin *pin = &map->wrapper->pins[p];
        bool open = pin->is.output && !pin->read;
        fprintf(to, "        .%s(%s%s)%s\n", pin->is.name, open ? "" : "pin_",
                open ? "" : pin->is.name, p + 1 < map->wrapper->num_pins ? "," : "");
    }
    fputs("    );\n", to);
}

// The outputs of the wrapper, a port after the other, the last one first.
static void put_outputs(const struct device_map *map, uint32_t which, FILE *to)
{
    const struct bit_source *bits = map->wrapper->outputs[which];
    uint32_t field = which == 0 ? map->wrapper->backward_bits[0] : wrapper_forward_bits(map);
    fprintf(to, "    assign %s = {\n",
            vectors[which == 0 ? DEVICE_BACKWARD_IN : DEVICE_FORWARD_OUT]);
    for (uint32_t port = map->spec.num_ports; port-- > 0;) {
        const struct bit_source *of = &bits[(size_t)port * field];
        fputs("        ", to);
        if (which == 1 && map->flit.vc_by_valid) { // valid is any of the VCs'
            fputc('{', to);
            put_bits(map, of + 1, field - 1, to);
            fputs(", |", to);
            put_bits(map, of + 1 + map->flit.bits, map->spec.num_vcs, to);
            fputc('}', to);
        } else {
            put_bits(map, of, field, to);
        }
        fprintf(to, "%s // %s\n", port > 0 ? "," : "", map->spec.port_names[port]);
    }
    fputs("    };\n", to);
}

static void put_module(const struct device_map *map, FILE *to)
{
    const uint32_t *bits = map->wrapper->wires.bits;
    fprintf(to,
            "// The pins of %s as a link of flits: a field a port, the first port lowest.\n"
            "//   forward_i, forward_o   {flit, valid}\n"
            "//   backward_o, backward_i what the map names of flow control\n"
            "module workbench_top (\n"
            "    input  wire clk_i,\n"
            "    input  wire reset_i,\n",
            map->top);
    for (enum device_vector v = 0; v < DEVICE_NUM_VECTORS; v++) {
        bool output = v == DEVICE_BACKWARD_IN || v == DEVICE_FORWARD_OUT;
        fprintf(to, "    %s wire [%" PRIu32 ":0] %s%s\n", output ? "output" : "input ", bits[v] - 1,
                vectors[v], v + 1 < DEVICE_NUM_VECTORS ? "," : "");
    }
    fputs(");\n", to);
    put_declarations(map, to);
    fputc('\n', to);
    for (uint32_t p = 0; p < map->wrapper->num_pins; p++)
        put_input(map, p, to);
    fputc('\n', to);
    put_instance(map, to);
    fputc('\n', to);
    put_outputs(map, 0, to);
    put_outputs(map, 1, to);
    fputs("endmodule\n", to);
}

// Room for the drivers of every pin.
static bool begin(struct device_map *map, const struct device_pin *pins, uint32_t num_pins,
                  struct err *err)
{
    struct map_wrapper *wrapper = map_keep(map, sizeof *wrapper, err);
    map->wrapper = wrapper;
    if (!wrapper || !(wrapper->pins = map_keep(map, (num_pins + 1) * sizeof *wrapper->pins, err)))
        return false;
    wrapper->num_pins = num_pins;
    for (uint32_t p = 0; p < num_pins; p++) {
        struct wrapper_pin *pin = &wrapper->pins[p];
        size_t bits = (size_t)(pins[p].elements > 0 ? pins[p].elements : 1) * pins[p].bits;
        pin->is = pins[p];
        if (!pins[p].output && !(pin->bits = map_keep(map, bits * sizeof *pin->bits, err)))
            return false;
    }
    return true;
}

static uint32_t at_least_one(uint32_t bits)
{
    return bits > 0 ? bits : 1;
}

bool device_wrapper_write(struct device_map *map, const struct device_pin *pins, uint32_t num_pins,
                          FILE *to, struct err *err)
{
    if (!begin(map, pins, num_pins, err) || !wrapper_resolve(map, err))
        return false;
    struct map_wrapper *wrapper = map->wrapper;
    uint32_t num_ports = map->spec.num_ports;
    wrapper->wires =
        (struct device_wires){.bits = {
                                  [DEVICE_STRAP] = at_least_one(wrapper->strap_bits),
                                  [DEVICE_SETUP_PINS] = at_least_one(wrapper->setup_bits),
                                  [DEVICE_FORWARD_IN] = num_ports * wrapper_forward_bits(map),
                                  [DEVICE_BACKWARD_IN] = num_ports * wrapper->backward_bits[0],
                                  [DEVICE_FORWARD_OUT] = num_ports * wrapper_forward_bits(map),
                                  [DEVICE_BACKWARD_OUT] = num_ports * wrapper->backward_bits[1],
                              }};
    put_module(map, to);
    return true;
}

const struct device_wires *device_wrapper_wires(const struct device_map *map)
{
    return &map->wrapper->wires;
}
