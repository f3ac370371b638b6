// SPDX-License-Identifier: Apache-2.0
#include "model/net/allocator.h"
#include "sim/rng.h"

#include <criterion/criterion.h>
#include <string.h>

enum { SIDE = 7, CYCLES = 4000 };

struct bench {
    struct allocator_shape shape;
    uint16_t state[SIDE * SIDE];
    struct allocator_request requests[SIDE * SIDE];
    bool granted[SIDE * SIDE];
    uint32_t num;
};

static void request(struct bench *self, uint32_t row, uint32_t column)
{
    self->requests[self->num++] = (struct allocator_request){(uint16_t)row, (uint16_t)column};
}

static void run(struct bench *self)
{
    allocator_run(&self->shape, self->state, self->requests, self->num, self->granted);
}

static struct bench bench_of(int kind, uint32_t iterations)
{
    struct bench self = {.shape = {(enum allocator_kind)kind, SIDE, iterations}};
    cr_assert_leq(allocator_words(&self.shape), SIDE * SIDE);
    return self;
}

Test(allocator, grants_are_a_matching_and_none_can_be_added_where_the_kind_promises_it)
{
    for (int kind = 0; kind < ALLOCATOR_NUM; kind++) {
        struct bench b = bench_of(kind, 1);
        struct rng rng = rng_make(1, RNG_SHUFFLE, (uint64_t)kind);
        for (uint32_t cycle = 0; cycle < CYCLES; cycle++) {
            bool row_got[SIDE] = {0};
            bool column_got[SIDE] = {0};
            b.num = 0;
            for (uint32_t r = 0; r < SIDE; r++) {
                if (allocator_takes_one_a_row(b.shape.kind))
                    request(&b, r, (uint32_t)rng_below(&rng, SIDE));
                else
                    for (uint32_t c = 0; c < SIDE; c++)
                        if (rng_below(&rng, 3) == 0)
                            request(&b, r, c);
            }
            run(&b);
            for (uint32_t i = 0; i < b.num; i++) {
                if (!b.granted[i])
                    continue;
                cr_assert_not(row_got[b.requests[i].row]);
                cr_assert_not(column_got[b.requests[i].column]);
                row_got[b.requests[i].row] = true;
                column_got[b.requests[i].column] = true;
            }
            // Columns never idle in separable ones; a wavefront is maximal.
            for (uint32_t i = 0; i < b.num; i++)
                if (kind != ALLOCATOR_ISLIP)
                    cr_assert(column_got[b.requests[i].column] || row_got[b.requests[i].row]);
        }
    }
}

Test(allocator, a_row_that_keeps_asking_waits_for_less_than_a_round)
{
    for (int kind = 0; kind < ALLOCATOR_NUM; kind++) {
        struct bench b = bench_of(kind, 1);
        uint32_t waited[SIDE] = {0};
        for (uint32_t cycle = 0; cycle < 10 * SIDE; cycle++) {
            b.num = 0;
            for (uint32_t r = 0; r < SIDE; r++)
                request(&b, r, 3);
            run(&b);
            for (uint32_t i = 0; i < b.num; i++) {
                waited[i] = b.granted[i] ? 0 : waited[i] + 1;
                cr_assert_lt(waited[i], SIDE, "%s: row %u", allocator_names[kind], i);
            }
        }
    }
}

Test(allocator, islip_gives_every_port_all_of_its_cycles_under_full_load)
{
    struct bench b = bench_of(ALLOCATOR_ISLIP, 1);
    uint32_t num_granted = 0;
    for (uint32_t r = 0; r < SIDE; r++)
        for (uint32_t c = 0; c < SIDE; c++)
            request(&b, r, c);
    for (uint32_t cycle = 0; cycle < 100; cycle++) {
        run(&b);
        for (uint32_t i = 0; cycle >= SIDE && i < b.num; i++)
            num_granted += b.granted[i];
    }
    cr_expect_eq(num_granted, (100 - SIDE) * SIDE, "pointers have not come apart: %u", num_granted);
}

Test(allocator, more_islip_iterations_match_more)
{
    uint32_t granted[3] = {0};
    for (uint32_t iterations = 1; iterations <= 2; iterations++) {
        struct bench b = bench_of(ALLOCATOR_ISLIP, iterations);
        struct rng rng = rng_make(1, RNG_SHUFFLE, 9);
        for (uint32_t cycle = 0; cycle < CYCLES; cycle++) {
            b.num = 0;
            for (uint32_t i = 0; i < SIDE * SIDE; i++)
                if (rng_below(&rng, 3) == 0)
                    request(&b, i / SIDE, i % SIDE);
            run(&b);
            for (uint32_t i = 0; i < b.num; i++)
                granted[iterations] += b.granted[i];
        }
    }
    cr_expect_gt(granted[2], granted[1] + granted[1] / 20);
}

Test(allocator, a_matrix_grants_the_row_used_longest_ago)
{
    struct bench b = bench_of(ALLOCATOR_MATRIX, 1);
    uint32_t last[SIDE];
    struct rng rng = rng_make(1, RNG_SHUFFLE, 5);
    for (uint32_t r = 0; r < SIDE; r++)
        last[r] = r; // never used: by number
    for (uint32_t cycle = 0; cycle < CYCLES; cycle++) {
        uint32_t oldest = SIDE;
        b.num = 0;
        for (uint32_t r = 0; r < SIDE; r++) {
            if (rng_below(&rng, 2) == 0)
                continue;
            request(&b, r, 2);
            if (oldest == SIDE || last[r] < last[oldest])
                oldest = r;
        }
        run(&b);
        for (uint32_t i = 0; i < b.num; i++)
            cr_assert_eq(b.granted[i], b.requests[i].row == oldest);
        if (oldest < SIDE)
            last[oldest] = SIDE + cycle;
    }
}

Test(allocator, arbiters_of_both_kinds_are_those_of_a_column)
{
    for (int matrix = 0; matrix < 2; matrix++) {
        struct bench b = bench_of(matrix ? ALLOCATOR_MATRIX : ALLOCATOR_SEPARABLE, 1);
        struct arbiter arbiter = {0};
        struct rng rng = rng_make(1, RNG_SHUFFLE, 7);
        for (uint32_t cycle = 0; cycle < CYCLES; cycle++) {
            uint8_t asked = (uint8_t)(1 + rng_below(&rng, (1U << SIDE) - 1));
            b.num = 0;
            for (uint32_t r = 0; r < SIDE; r++)
                if (asked >> r & 1)
                    request(&b, r, 0);
            run(&b);
            uint32_t picked = arbiter_pick(&arbiter, matrix, asked);
            for (uint32_t i = 0; i < b.num; i++)
                cr_assert_eq(b.granted[i], b.requests[i].row == picked);
            arbiter_used(&arbiter, matrix, picked, SIDE);
        }
    }
}
