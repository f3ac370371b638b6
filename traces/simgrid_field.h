// SPDX-License-Identifier: Apache-2.0
// Fields of a line of a SimGrid time-independent trace into values.
//
// Each function reads the field `idx`, counted from 0 after the action. A field that does not hold
// what is asked for fills the parse's `err` (ERR_TRACE: file, line, rank, action, field) and
// returns false, and the value is then undefined.
// Bounds: a field that may be left out says so below; any other must be there.
#ifndef ORDITO_TRACES_SIMGRID_FIELD_H
#define ORDITO_TRACES_SIMGRID_FIELD_H

#include "traces/op.h"

#include "sim/err.h"

#include <stdbool.h>
#include <stdint.h>

struct simgrid_line;

// A parse in progress: the line, and where its operation goes.
struct simgrid_parse {
    struct simgrid_line *line;
    struct op *op;
    struct err *err;
};

// A number in low..high; `what` it is called in the message.
bool simgrid_field_number(const struct simgrid_parse *p, uint32_t idx, const char *what, double low,
                          double high, double *value);
bool simgrid_field_integer(const struct simgrid_parse *p, uint32_t idx, const char *what,
                           double low, double high, int32_t *value);

// Size of a datatype; without the field, of the default one.
bool simgrid_field_type(const struct simgrid_parse *p, uint32_t idx, uint64_t *bytes);

// Sizes of a send and a receive datatype in two fields; a single one counts for both.
bool simgrid_field_types(const struct simgrid_parse *p, uint32_t idx, uint64_t size_bytes[2]);

// Bytes of a count of elements.
bool simgrid_field_count(const struct simgrid_parse *p, uint32_t idx, uint64_t size_bytes,
                         uint64_t *bytes);

// The same of something that is sent: at most OP_MAX_BYTES.
bool simgrid_field_message(const struct simgrid_parse *p, uint32_t idx, uint64_t size_bytes,
                           uint64_t *bytes);

// A rank of the trace; without the field, 0.
bool simgrid_field_root(const struct simgrid_parse *p, uint32_t idx, uint32_t *root);

// A rank of the trace, or OP_NOBODY.
bool simgrid_field_peer(const struct simgrid_parse *p, uint32_t idx, int32_t *peer);

// A count for each rank, as simgrid_field_message, in the fields from idx on; `which` of the line's
// two arrays it goes to. ERR_RUN for memory.
bool simgrid_field_counts(const struct simgrid_parse *p, uint32_t idx, uint64_t size_bytes,
                          uint32_t which, const uint64_t **counts);

#endif
