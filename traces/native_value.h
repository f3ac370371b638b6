// SPDX-License-Identifier: Apache-2.0
// Values of fields of native traces: each into its place, or false with ERR_TRACE.
#ifndef ORDITO_TRACES_NATIVE_VALUE_H
#define ORDITO_TRACES_NATIVE_VALUE_H

#include "traces/native_line.h"

#include <stdbool.h>

// A line in work.
struct native_parse {
    struct native_line *line;
    const char *word;
    struct err *err;
};

// Says what is wrong with a field, or, if `key` is empty, with the line. False.
bool native_wrong(const struct native_parse *p, const char *key, const char *what);
bool native_value_bytes(const struct native_parse *p, const char *key, const char *text,
                        uint64_t *bytes);
bool native_value_rank(const struct native_parse *p, const char *key, const char *text,
                       uint32_t *rank);
bool native_value_amount(const struct native_parse *p, const char *key, const char *text,
                         double *amount);
bool native_value_counts(const struct native_parse *p, const char *key, char *text, uint32_t which);

#endif
