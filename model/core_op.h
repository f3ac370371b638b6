// SPDX-License-Identifier: Apache-2.0
// What a core executes: operations, one after the other, handed over in batches by a source (a
// reader of traces, software of the node, a test).
#ifndef ORDITO_MODEL_CORE_OP_H
#define ORDITO_MODEL_CORE_OP_H

#include <stdbool.h>
#include <stdint.h>

enum core_op_kind {
    CORE_COMPUTE, // `address` cycles, up to 2^50
    CORE_FETCH,   // an instruction
    CORE_LOAD,
    CORE_STORE,
    CORE_MODIFY, // a load and then a store of the same bytes, not atomic
    CORE_FENCE,  // waits until all loads and stores before are done
    CORE_NUM_OPS
};

struct core_op {
    uint64_t address;  // of the first byte; compute: cycles
    uint64_t value;    // has_value: what a store writes, the first byte lowest
    uint32_t bytes;    // 1..2^20; with a value 1..8
    uint8_t kind;      // enum core_op_kind
    bool has_value;    // a store writes `value`; a load hands what it finds to the source
    uint16_t reserved; // 0
};

// Where a core's operations come from. A batch is executed to its end before the next is asked for,
// so what is to depend on the value of a load comes in a batch after it.
struct core_source {
    // Sets *ops to the next operations in order, which stay in place until the next call, and
    // returns their number. 0: none for now; the core waits for core_wake, or, if `ended`, stops.
    uint32_t (*next)(struct core_source *self, uint64_t cycle, const struct core_op **ops);
    // The value of a load with has_value, in the cycle in which it is done; its first byte is the
    // lowest. NULL if no load has one.
    void (*loaded)(struct core_source *self, uint64_t value, uint64_t cycle);
    bool ended;
};

#endif
