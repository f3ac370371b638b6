// SPDX-License-Identifier: Apache-2.0
// A core's operations from a trace of references to memory.
#ifndef ORDITO_MODEL_NODE_MEMORY_SOURCE_H
#define ORDITO_MODEL_NODE_MEMORY_SOURCE_H

#include "model/core_op.h"
#include "traces/mem_trace.h"

// The first member of what it is made of.
struct memory_source;

// The trace outlives the source. NULL if out of memory.
struct memory_source *memory_source_new(struct mem_trace *trace);
void memory_source_free(struct memory_source *self);

struct core_source *memory_source_core(struct memory_source *self);

// What was wrong with the trace, at which the source has ended: ERR_TRACE, or ERR_NONE.
const struct err *memory_source_err(const struct memory_source *self);

#endif
