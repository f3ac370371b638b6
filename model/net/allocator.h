// SPDX-License-Identifier: Apache-2.0
// Arbiters and allocators: which of several requesters gets a resource, and which of many
// requesters get which of many resources, at most one each. `rtl/arbiter.sv` and `rtl/allocator.sv`
// mirror this file.
//
// An ARBITER grants one of the requests on it. `round robin` grants the first at or after its
// pointer, cyclically; a grant that is used moves the pointer behind it. `matrix` grants the one
// that was used longest ago: of any two positions it knows which one beats the other, the lower one
// after reset; a grant that is used loses to all others from then on.
//
// An ALLOCATOR takes requests (row, column) and grants some, at most one in a row and in a column:
//   separable  every row asks for one column; each column has a round-robin arbiter over rows.
//   matrix     the same with matrix arbiters.
//   islip      each column offers itself to a row by round robin over all requests on it, each row
//              accepts an offer by round robin; a pointer moves behind a grant only if it is
//              accepted in the first iteration; more iterations match what is left.
//   wavefront  row and column numbers summed modulo the size make diagonals, on each of which all
//              requests can be granted; diagonals are served in order, from one that moves on by
//              one in each cycle in which there are requests.
// Pointers and diagonals are 0 after reset.
//
// Timing: an allocation is made of the requests of one cycle, and what it changes counts from the
// next on. An allocator without requests stays as it is.
// Bounds: rows and columns up to 65 x 8 for separable, ALLOCATOR_MAX_SIDE for the others.
//
// Source: Dally and Towles, chapters 18 and 19; McKeown 1999 (iSLIP); Tamir and Chi 1993
// (wavefront).
#ifndef ORDITO_MODEL_NET_ALLOCATOR_H
#define ORDITO_MODEL_NET_ALLOCATOR_H

#include "sim/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One row a kind: symbol, value of the RTL's parameter, name in configurations.
#define ALLOCATOR_KINDS(X)                                                                         \
    X(ALLOCATOR_SEPARABLE, 0, "separable")                                                         \
    X(ALLOCATOR_MATRIX, 1, "matrix")                                                               \
    X(ALLOCATOR_ISLIP, 2, "islip")                                                                 \
    X(ALLOCATOR_WAVEFRONT, 3, "wavefront")

enum allocator_kind {
#define ALLOCATOR_SYMBOL(symbol, value, name) symbol = value,
    ALLOCATOR_KINDS(ALLOCATOR_SYMBOL)
#undef ALLOCATOR_SYMBOL
        ALLOCATOR_NUM
};

// Names in order of value.
extern const char *const allocator_names[ALLOCATOR_NUM];

enum {
    ALLOCATOR_MAX_ROWS = 65 * 8,
    ALLOCATOR_MAX_SIDE = 64, // rows and columns of all but separable ones
    ALLOCATOR_MAX_ITERATIONS = 4,
    ALLOCATOR_NONE = 0xffff
};

// True if every row may ask for one column only, so that whoever makes the requests picks one.
static inline bool allocator_takes_one_a_row(enum allocator_kind kind)
{
    return kind == ALLOCATOR_SEPARABLE || kind == ALLOCATOR_MATRIX;
}

// --- arbiters over up to 8 positions ------------------------------------------------------------

// State of an arbiter, all zero after reset: the pointer, or, for matrix arbiters, the pairs that
// have changed: bit 8 i + j says that of i and j not the lower one wins.
struct arbiter {
    uint64_t state;
};

// The position granted, of those in `requests`, which must not be 0.
uint32_t arbiter_pick(const struct arbiter *self, bool matrix, uint8_t requests);

// Notes that `position` of `size` was used.
void arbiter_used(struct arbiter *self, bool matrix, uint32_t position, uint32_t size);

// --- allocators ---------------------------------------------------------------------------------

struct allocator_shape {
    enum allocator_kind kind;
    uint32_t side;       // rows, and columns
    uint32_t iterations; // islip
};

// 16-bit words of state that an allocator of this shape has; all zero after reset.
size_t allocator_words(const struct allocator_shape *shape);

struct allocator_request {
    uint16_t row;
    uint16_t column;
};

// Grants of one cycle. Requests are distinct, in any order. `granted[i]` tells of request i.
void allocator_run(const struct allocator_shape *shape, uint16_t *state,
                   const struct allocator_request *requests, uint32_t num, bool *granted);

#endif
