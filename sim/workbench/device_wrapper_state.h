// SPDX-License-Identifier: Apache-2.0
// A map resolved against the pins of the top module: what drives each bit of an input, and which
// bits of outputs are read.
//
// Owner: it belongs to the map, all of it (map_keep).
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_WRAPPER_STATE_H
#define ORDITO_SIM_WORKBENCH_DEVICE_WRAPPER_STATE_H

#include "sim/workbench/device_map_state.h"

// Where a bit comes from.
enum bit_from {
    FROM_NOTHING,
    FROM_CLOCK,
    FROM_RESET,
    FROM_CONSTANT, // index is its value
    FROM_VECTOR,   // index in a vector of the wrapper
    FROM_VALID_VC, // of a valid that is a bit a VC: `valid` and the bit at index, both forward_i
    FROM_PIN       // bit of an element of an output
};

struct bit_source {
    uint8_t from;   // enum bit_from
    uint8_t vector; // FROM_VECTOR
    uint16_t pin;   // FROM_PIN
    uint32_t element;
    uint32_t index;
    uint32_t valid; // FROM_VALID_VC
};

struct wrapper_pin {
    struct device_pin is;
    struct bit_source *bits; // of inputs, [elements * bits]
    bool read;               // of outputs
};

// Bits of a pin.
struct wrapper_slice {
    uint32_t pin;
    uint32_t element;
    uint32_t low;
    uint32_t bits;
};

// A tie that changes from run to run.
struct wrapper_strap {
    const struct map_tie *tie;
    uint32_t low; // in the vector
    uint32_t bits;
};

struct map_wrapper {
    struct device_wires wires;
    struct wrapper_pin *pins;
    uint32_t num_pins;
    struct wrapper_strap *straps;
    uint32_t num_straps;
    uint32_t strap_bits;
    uint32_t setup_bits;
    uint32_t backward_bits[2];     // of a port, of channels in and out
    struct bit_source *outputs[2]; // backward_o, forward_o
};

// The vectors that channel 0 (in) or 1 (out) goes by.
static inline enum device_vector wrapper_forward(uint32_t channel)
{
    return channel == 0 ? DEVICE_FORWARD_IN : DEVICE_FORWARD_OUT;
}

static inline enum device_vector wrapper_backward(uint32_t channel)
{
    return channel == 0 ? DEVICE_BACKWARD_IN : DEVICE_BACKWARD_OUT;
}

// Bits of a port's field of the forward vectors: {flit, valid}.
static inline uint32_t wrapper_forward_bits(const struct device_map *map)
{
    return 1 + map->spec.flit_bits;
}

// Finds the pin of a part, and the bits of it. `path` is the key that names it.
bool wrapper_find(const struct device_map *map, const struct device_part *part, const char *path,
                  struct wrapper_slice *slice, struct err *err);

// Gives a bit of an input its driver; `path` is the key that says so.
bool wrapper_drive(const struct device_map *map, const char *path, uint32_t pin, uint32_t element,
                   uint32_t bit, struct bit_source source, struct err *err);

// Resolves everything; then refuses inputs that nothing drives.
bool wrapper_resolve(struct device_map *map, struct err *err);       // device_wrapper_resolve.c
bool wrapper_resolve_ties(struct device_map *map, struct err *err);  // device_wrapper_ties.c
bool wrapper_resolve_links(struct device_map *map, struct err *err); // device_wrapper_links.c

#endif
