// SPDX-License-Identifier: Apache-2.0
// Writing a trace of references to memory.
#ifndef ORDITO_TRACES_MEM_WRITER_H
#define ORDITO_TRACES_MEM_WRITER_H

#include "traces/mem_ref.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct mem_writer {
    const char *name; // of the format
    const char *help;
    const char *begin, *end; // of the file
    // Writes a reference; false if the format has no words for it.
    bool (*ref)(FILE *to, const struct mem_ref *ref);
};

extern const struct mem_writer mem_writers[];
extern const size_t mem_num_writers;

// NULL if there is none of this name.
const struct mem_writer *mem_writer_find(const char *name);

#endif
