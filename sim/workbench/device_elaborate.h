// SPDX-License-Identifier: Apache-2.0
// What Verilator tells of a user's RTL without building anything: the pins of the top module once
// parameters are set, all files that it is made of, and warnings.
//
// Leaves out: delays and other timing within the RTL. Delays are ignored, which is a warning;
// processes that wait for more than one event are refused.
//
// Owner: the caller, through device_elaborate_free, whatever happened.
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_ELABORATE_H
#define ORDITO_SIM_WORKBENCH_DEVICE_ELABORATE_H

#include "sim/err.h"
#include "sim/workbench/device_map.h"
#include "sim/workbench/device_wrapper.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct device_elaboration {
    struct device_pin *pins;
    uint32_t num_pins;
    char **options; // of Verilator: sources, includes, defines; ends with NULL
    size_t num_options;
    uint64_t hash; // of paths and contents of all files, included ones too
    uint32_t num_warnings;
    char warning[512]; // the first one, as file:line:column: text
};

// False with `err` filled: ERR_CONFIG for what is wrong with map or RTL, beginning with its file
// and line; ERR_RUN if there is no Verilator.
bool device_elaborate(struct device_elaboration *self, const struct device_map_rtl *rtl,
                      struct err *err);
void device_elaborate_free(struct device_elaboration *self);

// Reads pins and the hash of files from what Verilator writes (device_elaborate_xml.c).
bool device_elaborate_xml(struct device_elaboration *self, FILE *xml, struct err *err);

// Takes the current folder out of paths in a text.
void device_elaborate_shorten(char *text);

#endif
