// SPDX-License-Identifier: Apache-2.0
// Expressions of a map: values of ties ("3 - {x}", "({y} << 2) + {x}"), and parts of pins
// ("data_i[{p}*8 +: 8]").
//
// Numbers are decimal, 0x or 0b, of 64 bits; names stand in braces. Operators, those that bind most
// first, as in SystemVerilog: bits [7], [7:4] or [4 +: 4] of a value; - ~; *; + -; << >>; ==; &; |.
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_EXPRESSION_H
#define ORDITO_SIM_WORKBENCH_DEVICE_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device_names {
    const char *const *names;
    const uint64_t *values; // of each
    uint32_t num;
};

// False, with `why` filled, if the text is no expression or uses a name that is not among them.
bool device_expression(const char *text, const struct device_names *names, uint64_t *value,
                       char *why, size_t size);

// An index or a range in brackets.
struct device_bracket {
    bool range;
    uint64_t high; // an index: that
    uint64_t low;
};

enum { DEVICE_MAX_BRACKETS = 3 }; // of elements of arrays, and of bits

// A pin, or a part of it.
struct device_part {
    char name[64];
    uint32_t num_brackets;
    struct device_bracket brackets[DEVICE_MAX_BRACKETS];
};

// Reads "NAME", "NAME[3]", "NAME[7:4]", "NAME[3][8 +: 8]".
bool device_part_read(const char *text, const struct device_names *names, struct device_part *part,
                      char *why, size_t size);

// Reads "7" or "7:4": bits. False if it is neither.
bool device_bits_read(const char *text, uint64_t *high, uint64_t *low);

#endif
