// SPDX-License-Identifier: Apache-2.0
// The router tests/rtl/exchange.sv, or other RTL with its pins, as a device on a bench.
#ifndef ORDITO_TESTS_EXCHANGE_H
#define ORDITO_TESTS_EXCHANGE_H

#include "sim/workbench/device_rtl.h"

// An adapter description, with what is to be said of the reset and of parameters.
#define EXCHANGE_MAP(reset, parameters)                                                            \
    "top: exchange\n"                                                                              \
    "parameters: {" parameters "}\n"                                                               \
    "clock: clk\n"                                                                                 \
    "reset: {pin: rst, " reset ", cycles: 2}\n"                                                    \
    "ports: 2\n"                                                                                   \
    "in: {valid: \"in_valid[{p}]\", flit: \"in_flit[{p}]\", ready: \"in_ready[{p}]\"}\n"           \
    "out: {valid: \"out_valid[{p}]\", flit: \"out_flit[{p}]\", ready: \"out_ready[{p}]\"}\n"       \
    "flit:\n"                                                                                      \
    "  bits: 100\n"                                                                                \
    "  head: 99\n"                                                                                 \
    "  tail: 98\n"                                                                                 \
    "  destination: {port: \"97\"}\n"                                                              \
    "routing: {kind: port}\n"                                                                      \
    "packet: {max_flits: 4}\n"

enum { EXCHANGE_RESET_CYCLES = 2 };

extern const char exchange_map[]; // an asynchronous reset, low

struct exchange {
    struct device_map *map;
    struct device device;
    struct err err;
    struct stimulus stimulus;
    struct device_pins in;
    struct device_pins out;
    uint64_t step;
};

// Opens the device of RTL in a folder, with a map; or the usual ones.
void exchange_open_of(struct exchange *self, const char *map, const char *rtl,
                      struct device_rtl_options options);
void exchange_open(struct exchange *self, struct device_rtl_options options);
void exchange_close(struct exchange *self);

// Begins a run and leaves the reset behind.
void exchange_begin(struct exchange *self);

// Puts a flit on the pins of an input, for a cycle.
void exchange_send(struct exchange *self, uint32_t port, uint64_t data, uint8_t trap);

void exchange_settle(struct exchange *self, enum device_phase phase);
void exchange_clock(struct exchange *self);
void exchange_cycle(struct exchange *self); // both

const char *exchange_fault(const struct exchange *self);

#endif
