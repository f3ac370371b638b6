// SPDX-License-Identifier: Apache-2.0
// What the formats of memory traces in text share: lines that wait to be decoded, and numbers.
#ifndef ORDITO_TRACES_MEM_TEXT_H
#define ORDITO_TRACES_MEM_TEXT_H

#include "traces/mem_ref.h"

#include <stdbool.h>
#include <stddef.h>

// Whole lines, each with its newline, so that no check of the end is needed within a line.
struct mem_text {
    const char *at;    // the next line
    const char *end;   // behind the last one
    uint64_t lines;    // before `at`
    uint64_t others;   // lines before `at` that are no references
    const char *fault; // what is wrong with the line at `at`; NULL if nothing is known to be
};

// A format: one file, and a line in the list in mem_trace.c.
struct mem_format {
    const char *name;
    const char *help;
    // True if the first line of a file looks like the format.
    bool (*probe)(const char *line);
    // Decodes lines up to `cap` references, the end or a fault; returns how many references.
    size_t (*decode)(struct mem_text *text, struct mem_ref *refs, size_t cap);
};

extern const uint8_t mem_text_digits[256]; // 1 more than what a hexadecimal digit is; 0: is none

// Reads hexadecimal digits. Returns the first character behind them; NULL if there are none or more
// than 16.
static inline const char *mem_text_number(const char *text, uint64_t *number)
{
    const char *at = text;
    uint64_t value = 0;
    for (unsigned digit; (digit = mem_text_digits[(unsigned char)*at]) > 0; at++)
        value = value << 4 | (digit - 1);
    *number = value;
    return at > text && at - text <= 16 ? at : NULL;
}

// False if the reference has no bytes, too many, or some behind the last address.
static inline bool mem_text_fits(uint64_t address, uint64_t size)
{
    return size - 1 < UINT16_MAX && size - 1 <= UINT64_MAX - address;
}

#endif
