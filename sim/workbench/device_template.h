// SPDX-License-Identifier: Apache-2.0
// A first map of a top module, from the names and widths of its pins.
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_TEMPLATE_H
#define ORDITO_SIM_WORKBENCH_DEVICE_TEMPLATE_H

#include "sim/err.h"
#include "sim/workbench/device_wrapper.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// Writes a map with comments: what pins are is guessed from words in their names (clk, rst_n,
// valid, ready, credit, flit, vc, last, ...), ports from what names differ in, or from widths. What
// cannot be guessed has a comment that asks for it; inputs that are not known are tied to 0.
void device_template_write(const char *top, const struct device_pin *pins, uint32_t num_pins,
                           FILE *to);

// The same of module `top` in a folder of RTL, by all .sv and .v files of it. False with `err` if
// it cannot be elaborated; then nothing is written.
bool device_template(const char *folder, const char *top, FILE *to, struct err *err);

#endif
