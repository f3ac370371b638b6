// SPDX-License-Identifier: Apache-2.0
#include "model/net/allocator.h"

#include <assert.h>
#include <string.h>

const char *const allocator_names[ALLOCATOR_NUM] = {
#define ALLOCATOR_NAME(symbol, value, name) [symbol] = name,
    ALLOCATOR_KINDS(ALLOCATOR_NAME)
#undef ALLOCATOR_NAME
};

// --- arbiters -----------------------------------------------------------------------------------

// Positions that beat position `i` of a matrix arbiter of up to 8: by default the lower ones.
static uint8_t beaten_by(uint64_t changed, uint32_t i)
{
    return (uint8_t)(((1U << i) - 1) ^ (uint8_t)(changed >> 8 * i));
}

uint32_t arbiter_pick(const struct arbiter *self, bool matrix, uint8_t requests)
{
    assert(requests);
    if (!matrix) {
        uint32_t from = (uint32_t)(0xffU << self->state) & requests;
        return (uint32_t)__builtin_ctz(from ? from : requests);
    }
    uint32_t rest = requests;
    while (beaten_by(self->state, (uint32_t)__builtin_ctz(rest)) & requests)
        rest &= rest - 1;
    return (uint32_t)__builtin_ctz(rest);
}

void arbiter_used(struct arbiter *self, bool matrix, uint32_t position, uint32_t size)
{
    if (!matrix) {
        self->state = position + 1 == size ? 0 : position + 1;
        return;
    }
    for (uint32_t i = 0; i < size; i++) {
        if (i == position)
            continue;
        // i beats `position`: a change where i is not the lower one.
        uint64_t pair = UINT64_C(1) << (8 * i + position) | UINT64_C(1) << (8 * position + i);
        self->state = position < i ? self->state | pair : self->state & ~pair;
    }
}

// --- allocators ---------------------------------------------------------------------------------

size_t allocator_words(const struct allocator_shape *shape)
{
    switch (shape->kind) {
    case ALLOCATOR_SEPARABLE:
        return shape->side; // a pointer a column
    case ALLOCATOR_MATRIX:
        return (size_t)shape->side * shape->side; // when a row was last used, a column; see below
    case ALLOCATOR_ISLIP:
        return (size_t)2 * shape->side; // pointers of columns, then of rows
    default:
        return 1; // the diagonal
    }
}

// Whether `row` comes before `other` in the cyclic order from `pointer` on.
static bool first_of(uint32_t row, uint32_t other, uint32_t pointer)
{
    return (row >= pointer) == (other >= pointer) ? row < other : row >= pointer;
}

static uint16_t behind(uint32_t position, uint32_t side)
{
    return (uint16_t)(position + 1 == side ? 0 : position + 1);
}

// Ranks of the rows in a column's order of least recent use: 0 stands for "by number, never used",
// greater ones for later use. A matrix of pairs says the same: who was used last loses to all.
static bool used_before(const uint16_t *ranks, uint32_t row, uint32_t other)
{
    return ranks[row] != ranks[other] ? ranks[row] < ranks[other] : row < other;
}

// Gives `row` the highest rank and closes the gap that it leaves.
static void use(uint16_t *ranks, uint32_t row, uint32_t side)
{
    uint16_t highest = 0;
    for (uint32_t r = 0; r < side; r++) {
        if (ranks[row] && ranks[r] > ranks[row])
            ranks[r]--;
        if (r != row && ranks[r] > highest)
            highest = ranks[r];
    }
    ranks[row] = highest + 1;
}

// One request a row: the columns' arbiters decide.
static void run_columns(const struct allocator_shape *shape, uint16_t *state,
                        const struct allocator_request *requests, uint32_t num, bool *granted)
{
    uint16_t winner[ALLOCATOR_MAX_ROWS]; // request + 1 that leads in a column
    bool matrix = shape->kind == ALLOCATOR_MATRIX;
    for (uint32_t i = 0; i < num; i++)
        winner[requests[i].column] = 0;
    for (uint32_t i = 0; i < num; i++) {
        uint32_t column = requests[i].column;
        uint32_t row = requests[i].row;
        granted[i] = false;
        if (winner[column]) {
            uint32_t other = requests[winner[column] - 1].row;
            if (matrix ? !used_before(&state[(size_t)column * shape->side], row, other)
                       : !first_of(row, other, state[column]))
                continue;
        }
        winner[column] = (uint16_t)(i + 1);
    }
    for (uint32_t i = 0; i < num; i++) {
        uint32_t column = requests[i].column;
        if (winner[column] != i + 1)
            continue;
        granted[i] = true;
        if (matrix)
            use(&state[(size_t)column * shape->side], requests[i].row, shape->side);
        else
            state[column] = behind(requests[i].row, shape->side);
    }
}

static uint32_t first_at_or_after(uint64_t bits, uint32_t pointer)
{
    uint64_t from = bits & (UINT64_MAX << pointer);
    return (uint32_t)__builtin_ctzll(from ? from : bits);
}

// An iteration among the rows and columns that are free: offers, then acceptance. `of_row[r]` gets
// the column granted.
static void islip_iterate(const struct allocator_shape *shape, uint16_t *state,
                          const uint64_t *by_column, uint64_t *free_rows, uint64_t *free_columns,
                          uint16_t *of_row, bool first)
{
    uint64_t offers[ALLOCATOR_MAX_SIDE] = {0}; // columns, a bit each, by row
    for (uint64_t rest = *free_columns; rest; rest &= rest - 1) {
        uint32_t column = (uint32_t)__builtin_ctzll(rest);
        uint64_t asking = by_column[column] & *free_rows;
        if (asking)
            offers[first_at_or_after(asking, state[column])] |= UINT64_C(1) << column;
    }
    for (uint64_t rest = *free_rows; rest; rest &= rest - 1) {
        uint32_t row = (uint32_t)__builtin_ctzll(rest);
        if (!offers[row])
            continue;
        uint32_t column = first_at_or_after(offers[row], state[shape->side + row]);
        of_row[row] = (uint16_t)column;
        *free_rows &= ~(UINT64_C(1) << row);
        *free_columns &= ~(UINT64_C(1) << column);
        if (first) {
            state[column] = behind(row, shape->side);
            state[shape->side + row] = behind(column, shape->side);
        }
    }
}

static void wavefront(const struct allocator_shape *shape, uint16_t *state,
                      const uint64_t *by_column, uint64_t free_rows, uint64_t free_columns,
                      uint16_t *of_row)
{
    uint32_t side = shape->side;
    for (uint32_t step = 0; step < side; step++) {
        uint32_t diagonal = (state[0] + step) % side;
        for (uint64_t rest = free_columns; rest; rest &= rest - 1) {
            uint32_t column = (uint32_t)__builtin_ctzll(rest);
            uint32_t row = (diagonal + side - column) % side;
            if (!(by_column[column] & free_rows & UINT64_C(1) << row))
                continue;
            of_row[row] = (uint16_t)column;
            free_rows &= ~(UINT64_C(1) << row);
            free_columns &= ~(UINT64_C(1) << column);
        }
    }
    state[0] = behind(state[0], side);
}

// Several requests a row.
static void run_matching(const struct allocator_shape *shape, uint16_t *state,
                         const struct allocator_request *requests, uint32_t num, bool *granted)
{
    uint64_t by_column[ALLOCATOR_MAX_SIDE] = {0}; // rows that ask for it, a bit each
    uint64_t rows = 0;
    uint64_t columns = 0;
    uint16_t of_row[ALLOCATOR_MAX_SIDE];
    for (uint32_t i = 0; i < num; i++) {
        by_column[requests[i].column] |= UINT64_C(1) << requests[i].row;
        rows |= UINT64_C(1) << requests[i].row;
        columns |= UINT64_C(1) << requests[i].column;
    }
    memset(of_row, 0xff, sizeof of_row);
    if (shape->kind == ALLOCATOR_WAVEFRONT)
        wavefront(shape, state, by_column, rows, columns, of_row);
    else
        for (uint32_t i = 0; i < shape->iterations; i++)
            islip_iterate(shape, state, by_column, &rows, &columns, of_row, i == 0);
    for (uint32_t i = 0; i < num; i++) {
        granted[i] = of_row[requests[i].row] == requests[i].column;
    }
}

void allocator_run(const struct allocator_shape *shape, uint16_t *state,
                   const struct allocator_request *requests, uint32_t num, bool *granted)
{
    if (num == 0)
        return;
    if (allocator_takes_one_a_row(shape->kind))
        run_columns(shape, state, requests, num, granted);
    else
        run_matching(shape, state, requests, num, granted);
}
