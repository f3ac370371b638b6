// SPDX-License-Identifier: Apache-2.0
// The wrapper: a SystemVerilog module, written from a map, that gives any device the same ports.
// Verilator, Icarus and stand-alone testbenches all run the device inside of it.
//
//   module workbench_top (
//       input  logic                clk_i,
//       input  logic                reset_i,     // high resets, whatever the device's own polarity
//       input  logic [S-1:0]        strap_i,     // ties that change from run to run; S may be 1
//       input  logic [C-1:0]        setup_i,     // pins of the setup port
//       input  logic [P*FI-1:0]     forward_i,   // a field a port: {flit, valid}
//       output logic [P*BI-1:0]     backward_o,  // of the channels into the device
//       output logic [P*FO-1:0]     forward_o,
//       input  logic [P*BO-1:0]     backward_i   // of the channels out of it
//   );
//
// Widths of 0 are 1 there, and not used. The bits of backward wires are those that the map names.
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_WRAPPER_H
#define ORDITO_SIM_WORKBENCH_DEVICE_WRAPPER_H

#include "sim/err.h"
#include "sim/workbench/device.h"
#include "sim/workbench/device_map.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// A port of the user's top module, as Verilator sees it after parameters are set.
struct device_pin {
    char name[64];
    bool output;
    uint32_t bits;  // of one element; packed dimensions and structs are one vector
    int32_t lsb;    // index of the lowest bit; 0 of those that are made of several
    bool ascending; // declared as [lsb:lsb+bits-1], highest bit first
    uint32_t
        field_bits; // of packed arrays (logic [3:0][7:0]): of one of their fields; 0: it is none
    int32_t field_left;  // index of the highest field
    int32_t field_right; // index of the lowest one
    uint32_t elements;   // of an unpacked array of one dimension; 0: it is none
    int32_t left;        // index of its first element, as declared; [N] is [0:N-1]
    int32_t right;       // index of its last element
};

// Vectors of the wrapper as 32-bit words, lowest first.
enum device_vector {
    DEVICE_STRAP,
    DEVICE_SETUP_PINS,
    DEVICE_FORWARD_IN,
    DEVICE_BACKWARD_IN, // an output of the wrapper
    DEVICE_FORWARD_OUT, // an output of the wrapper
    DEVICE_BACKWARD_OUT,
    DEVICE_NUM_VECTORS
};

struct device_wires {
    uint32_t bits[DEVICE_NUM_VECTORS]; // widths in all, 1..
};

// Resolves what the map says of pins against the pins that are there, and writes the wrapper.
// False with `err` filled (ERR_CONFIG) if the map names a pin that is not there (naming the
// nearest), slices out of a pin, drives an output, drives a bit twice, or leaves an input without a
// driver.
bool device_wrapper_write(struct device_map *map, const struct device_pin *pins, uint32_t num_pins,
                          FILE *to, struct err *err);

// After that:
const struct device_wires *device_wrapper_wires(const struct device_map *map);
uint64_t device_wrapper_setup_cycles(const struct device_map *map);

// Values of the wrapper's vectors. Each fills or reads the words of one vector whole.
void device_wrapper_straps(const struct device_map *map, const struct stimulus *setup,
                           uint32_t *words);
void device_wrapper_setup(const struct device_map *map, const struct stimulus *setup,
                          enum device_phase phase, uint64_t step, uint32_t *words);
void device_wrapper_forward_in(const struct device_map *map, const struct device_pins *in,
                               uint32_t *words);
void device_wrapper_backward_out(const struct device_map *map, const struct device_pins *in,
                                 uint32_t *words);
void device_wrapper_outputs(const struct device_map *map, const uint32_t *backward_in,
                            const uint32_t *forward_out, struct device_pins *out);

// What the backward wires of the channels into the device, or out of it, tell as they are on its
// pins: "ready", "credit", "on" or "off".
const char *device_wrapper_backward_name(const struct device_map *map, bool out);

#endif
