// SPDX-License-Identifier: Apache-2.0
#include "model/node/collective.h"

#include "model/node/collective_steps.h"

#include <assert.h>
#include <string.h>

enum { COUNT_BYTES = 4 }; // of a block, in front of messages whose receiver passes blocks on

const char *const collective_names[COLLECTIVE_NUM_KINDS] = {
#define COLLECTIVE_NAME(symbol, name) name,
    COLLECTIVE_KINDS(COLLECTIVE_NAME)
#undef COLLECTIVE_NAME
};

#define ROW_WITH(kind, name, steps, option)                                                        \
    {                                                                                              \
        COLLECTIVE_##kind, name, .num_steps = collective_##steps##_num,                            \
                                 .step = collective_##steps, option                                \
    }
#define ROW(kind, name, steps) ROW_WITH(kind, name, steps, .learns_sizes = false)
#define CORE_BLOCKS            .num_blocks = collective_core_blocks
#define LEARNS_SIZES           .learns_sizes = true

const struct collective_algorithm collective_algorithms[] = {
    ROW(BARRIER, "dissemination", dissemination),
    ROW(BARRIER, "recursive-doubling", exchange),
    ROW(BARRIER, "tree", join_spread),
    ROW(BARRIER, "central", central),
    ROW(BCAST, "binomial", spread),
    ROW(BCAST, "scatter-allgather", scatter_ring),
    ROW(BCAST, "scatter-doubling", scatter_doubling),
    ROW(BCAST, "linear", spread_linear),
    ROW(REDUCE, "binomial", join),
    ROW_WITH(REDUCE, "rabenseifner", rabenseifner_root, CORE_BLOCKS),
    ROW(REDUCE, "linear", join_linear),
    ROW(ALLREDUCE, "recursive-doubling", exchange),
    ROW_WITH(ALLREDUCE, "rabenseifner", rabenseifner, CORE_BLOCKS),
    ROW(ALLREDUCE, "reduce-bcast", join_spread),
    ROW(ALLREDUCE, "ring", ring_allreduce),
    ROW(SCAN, "recursive-doubling", scan_doubling),
    ROW(SCAN, "linear", scan_chain),
    ROW(GATHER, "binomial", gather),
    ROW(GATHER, "linear", gather_linear),
    ROW(SCATTER, "binomial", scatter),
    ROW(SCATTER, "linear", scatter_linear),
    ROW(ALLGATHER, "ring", ring_gather),
    ROW(ALLGATHER, "recursive-doubling", allgather_doubling),
    ROW(ALLGATHER, "bruck", bruck),
    ROW(ALLTOALL, "pairwise", pairwise),
    ROW(ALLTOALL, "post-all", post_all),
    ROW(ALLTOALL, "bruck", bruck_all),
    ROW(REDUCE_SCATTER, "pairwise", pairwise_reduce),
    ROW(REDUCE_SCATTER, "recursive-halving", halving_reduce),
    ROW(REDUCE_SCATTER, "ring", ring_reduce),
    ROW(GATHERV, "linear", gather_linear),
    ROW_WITH(GATHERV, "binomial", gather, LEARNS_SIZES),
    ROW(SCATTERV, "linear", scatter_linear),
    ROW_WITH(SCATTERV, "binomial", scatter, LEARNS_SIZES),
    ROW(ALLGATHERV, "ring", ring_gather),
    ROW(ALLGATHERV, "recursive-doubling", allgather_doubling),
    ROW(ALLGATHERV, "bruck", bruck),
    ROW(ALLTOALLV, "pairwise", pairwise),
    ROW(ALLTOALLV, "post-all", post_all),
};
static_assert(sizeof collective_algorithms / sizeof *collective_algorithms <=
                  COLLECTIVE_MAX_ALGORITHMS,
              "counts of their uses have room");
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

// True if `bytes` is the length of a vector that is cut into blocks.
static bool is_vector(enum collective_kind kind)
{
    return kind == COLLECTIVE_BCAST || kind == COLLECTIVE_REDUCE || kind == COLLECTIVE_ALLREDUCE ||
           kind == COLLECTIVE_SCAN;
}

uint32_t collective_num_blocks(const struct collective *self)
{
    return self->algorithm->num_blocks ? self->algorithm->num_blocks(self) : self->num_ranks;
}

// Bytes of the first `num` blocks of a vector.
static uint64_t vector_bytes(const struct collective *self, uint32_t num)
{
    uint64_t each = self->bytes / collective_num_blocks(self);
    uint64_t longer = self->bytes % collective_num_blocks(self); // blocks that have a byte more
    return each * num + (num < longer ? num : longer);
}

// Bytes of blocks first, first + 1, ... modulo their number.
static uint64_t blocks_bytes(const struct collective *self, const uint64_t *counts_bytes,
                             uint32_t first, uint32_t num)
{
    uint32_t up_to_end = collective_num_blocks(self) - first;
    uint32_t before_wrap = num < up_to_end ? num : up_to_end;
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
    if (self->algorithm->kind == COLLECTIVE_SCATTERV && self->algorithm->learns_sizes &&
        step.send_num > 1)
        step.send_bytes += COUNT_BYTES * (uint64_t)step.send_num;
    if (step.recv_from == COLLECTIVE_NOBODY)
        return step;
    step.recv_bytes = self->algorithm->learns_sizes ? COLLECTIVE_ANY_BYTES
                                                    : blocks_bytes(self, self->recv_counts_bytes,
                                                                   step.recv_first, step.recv_num);
    return step;
}
