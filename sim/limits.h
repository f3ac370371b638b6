// SPDX-License-Identifier: Apache-2.0
// Ranges of the numbers in a struct of parameters, checked row by row.
#ifndef ORDITO_SIM_LIMITS_H
#define ORDITO_SIM_LIMITS_H

#include "sim/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limits {
    const char *name; // of the parameter, below the struct's key
    uint64_t value;
    uint64_t low, high;
    bool power_of_two;
};

static inline bool limits_power_of_two(uint64_t x)
{
    return x && !(x & (x - 1));
}

// Refuses the first value that is out of its range: "nodes.bus.width_bytes: 3 is not ...".
bool limits_check(const struct limits *rows, size_t num, const char *key, struct err *err);

#endif
