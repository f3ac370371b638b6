// SPDX-License-Identifier: Apache-2.0
// A reference to memory, decoded: what programs of memory traces consist of.
#ifndef ORDITO_TRACES_MEM_REF_H
#define ORDITO_TRACES_MEM_REF_H

#include <stdint.h>

enum mem_ref_kind {
    MEM_REF_FETCH, // of an instruction
    MEM_REF_LOAD,
    MEM_REF_STORE,
    MEM_REF_MODIFY, // a load and then a store of the same bytes by one instruction
    MEM_REF_NUM_KINDS
};

extern const char *const mem_ref_names[MEM_REF_NUM_KINDS]; // "fetch"

// The reference ends below 2^64.
struct mem_ref {
    uint64_t address; // of the first byte, virtual
    uint16_t size;    // bytes, 1..UINT16_MAX
    uint8_t kind;     // enum mem_ref_kind
};

_Static_assert(sizeof(struct mem_ref) == 16, "batches are read at full speed");

#endif
