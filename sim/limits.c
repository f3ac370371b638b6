// SPDX-License-Identifier: Apache-2.0
#include "sim/limits.h"

#include <inttypes.h>

bool limits_check(const struct limits *rows, size_t num, const char *key, struct err *err)
{
    for (const struct limits *row = rows; row < rows + num; row++) {
        bool fits = row->value >= row->low && row->value <= row->high;
        if (!fits || (row->power_of_two && !limits_power_of_two(row->value)))
            return err_set(err, ERR_CONFIG, "%s.%s: %" PRIu64 " is not %sin %" PRIu64 "..%" PRIu64,
                           key, row->name, row->value, row->power_of_two ? "a power of two " : "",
                           row->low, row->high);
    }
    return true;
}
