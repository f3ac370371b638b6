// SPDX-License-Identifier: Apache-2.0
#include "model/node/collective.h"

#include "model/node/collective_steps.h"

#include <string.h>

const char *const collective_names[COLLECTIVE_NUM_KINDS] = {
#define COLLECTIVE_NAME(symbol, name) name,
    COLLECTIVE_KINDS(COLLECTIVE_NAME)
#undef COLLECTIVE_NAME
};

#define ROW(kind, name, uneven, steps)                                                             \
    {                                                                                              \
        COLLECTIVE_##kind, name, uneven, collective_##steps##_num, collective_##steps              \
    }

const struct collective_algorithm collective_algorithms[] = {
    ROW(BARRIER, "dissemination", true, dissemination),
    ROW(BARRIER, "recursive-doubling", true, exchange),
    ROW(BARRIER, "tree", true, join_spread),
    ROW(BARRIER, "central", true, central),
    ROW(BCAST, "binomial", true, spread),
    ROW(BCAST, "scatter-allgather", true, scatter_ring),
    ROW(BCAST, "linear", true, spread_linear),
    ROW(REDUCE, "binomial", true, join),
    ROW(REDUCE, "linear", true, join_linear),
    ROW(ALLREDUCE, "recursive-doubling", true, exchange),
    ROW(ALLREDUCE, "reduce-bcast", true, join_spread),
    ROW(ALLREDUCE, "ring", true, ring_allreduce),
    ROW(SCAN, "recursive-doubling", true, scan_doubling),
    ROW(SCAN, "linear", true, scan_chain),
    ROW(GATHER, "binomial", false, gather),
    ROW(GATHER, "linear", true, gather_linear),
    ROW(SCATTER, "binomial", false, scatter),
    ROW(SCATTER, "linear", true, scatter_linear),
    ROW(ALLGATHER, "ring", true, ring_gather),
    ROW(ALLGATHER, "recursive-doubling", true, allgather_doubling), // else than 2^n ranks: bruck
    ROW(ALLGATHER, "bruck", true, bruck),
    ROW(ALLTOALL, "pairwise", true, pairwise),
    ROW(ALLTOALL, "post-all", true, post_all),
    ROW(REDUCE_SCATTER, "pairwise", true, pairwise_reduce),
    ROW(REDUCE_SCATTER, "ring", true, ring_reduce),
};
const size_t collective_num_algorithms =
    sizeof collective_algorithms / sizeof *collective_algorithms;

const struct collective_algorithm *collective_find(enum collective_kind kind, const char *name,
                                                   struct err *err)
{
    const char *names[sizeof collective_algorithms / sizeof *collective_algorithms];
    size_t num = 0;
    for (size_t i = 0; i < collective_num_algorithms; i++) {
        const struct collective_algorithm *row = &collective_algorithms[i];
        if (row->kind != kind)
            continue;
        if (!name || strcmp(name, row->name) == 0)
            return row;
        names[num++] = row->name;
    }
    const char *nearest = err_nearest(name, names, num);
    err_set(err, ERR_CONFIG, "'%s' is not an algorithm of %s; did you mean '%s'?", name,
            collective_names[kind], nearest ? nearest : names[0]);
    return NULL;
}

const struct collective_algorithm *collective_uneven(const struct collective_algorithm *algorithm)
{
    const struct collective_algorithm *row = algorithm;
    for (size_t i = 0; !row->uneven && i < collective_num_algorithms; i++) {
        if (collective_algorithms[i].kind == algorithm->kind && collective_algorithms[i].uneven)
            row = &collective_algorithms[i];
    }
    return row;
}

// True if `bytes` is the length of a vector that is cut into blocks.
static bool is_vector(enum collective_kind kind)
{
    return kind == COLLECTIVE_BCAST || kind == COLLECTIVE_REDUCE || kind == COLLECTIVE_ALLREDUCE ||
           kind == COLLECTIVE_SCAN;
}

// Bytes of the first `num` blocks of a vector.
static uint64_t vector_bytes(const struct collective *self, uint32_t num)
{
    uint64_t each = self->bytes / self->num_ranks;
    uint64_t longer = self->bytes % self->num_ranks; // blocks that have a byte more
    return each * num + (num < longer ? num : longer);
}

// Bytes of blocks first, first + 1, ... modulo num_ranks.
static uint64_t blocks_bytes(const struct collective *self, const uint64_t *counts_bytes,
                             uint32_t first, uint32_t num)
{
    uint32_t before_wrap = num < self->num_ranks - first ? num : self->num_ranks - first;
    if (counts_bytes) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < before_wrap; i++)
            sum += counts_bytes[first + i];
        for (uint32_t i = 0; i < num - before_wrap; i++)
            sum += counts_bytes[i];
        return sum;
    }
    if (is_vector(self->algorithm->kind))
        return vector_bytes(self, first + before_wrap) - vector_bytes(self, first) +
               vector_bytes(self, num - before_wrap);
    return self->bytes * num;
}

uint32_t collective_num_steps(const struct collective *self)
{
    return self->num_ranks == 1 ? 0 : self->algorithm->num_steps(self);
}

struct collective_step collective_step(const struct collective *self, uint32_t step_idx)
{
    struct collective_step step = {
        .send_to = COLLECTIVE_NOBODY, .recv_from = COLLECTIVE_NOBODY, .wait = true};
    self->algorithm->step(self, step_idx, &step);
    if (step.send_to != COLLECTIVE_NOBODY)
        step.send_bytes =
            blocks_bytes(self, self->send_counts_bytes, step.send_first, step.send_num);
    if (step.recv_from != COLLECTIVE_NOBODY)
        step.recv_bytes =
            blocks_bytes(self, self->recv_counts_bytes, step.recv_first, step.recv_num);
    return step;
}
