// SPDX-License-Identifier: Apache-2.0
// Every algorithm of every collective is run by an abstract machine that follows, block by block,
// whose contributions each rank holds. Sends block until they are received (the harshest rule, so
// that what ends here ends under any protocol), and messages of a pair are received in order.
#include "model/node/collective.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RANKS = 32 };

typedef uint64_t ranks_set; // a bit a rank

struct transfer {
    bool posted;
    uint32_t first, num;
    uint64_t bytes;
    bool combine;
    ranks_set blocks[MAX_RANKS]; // sends: what was there when it was posted
};

// What one rank has posted to or from another, in order.
struct queue {
    struct transfer *items;
    uint32_t num, taken, cap;
};

struct machine {
    struct collective ranks[MAX_RANKS];
    uint32_t num;
    uint32_t step_idx[MAX_RANKS];
    uint32_t pending[MAX_RANKS];
    bool waits[MAX_RANKS];
    ranks_set held[MAX_RANKS][MAX_RANKS];     // [rank][block]
    struct queue sends[MAX_RANKS][MAX_RANKS]; // [from][to]
    struct queue recvs[MAX_RANKS][MAX_RANKS]; // [to][from]
    uint64_t num_messages;
    uint64_t num_bytes;
    bool overlap_allowed; // barriers only need to hear of all
};

static struct transfer *queue_push(struct queue *queue)
{
    if (queue->num == queue->cap) {
        queue->cap = queue->cap ? 2 * queue->cap : 2;
        queue->items = realloc(queue->items, queue->cap * sizeof *queue->items);
        cr_assert_not_null(queue->items);
    }
    return &queue->items[queue->num++];
}

static const char *name(const struct machine *m)
{
    return m->ranks[0].algorithm->name;
}

static void post(struct machine *m, uint32_t rank, const struct collective_step *step)
{
    if (step->recv_from != COLLECTIVE_NOBODY) {
        cr_assert_lt(step->recv_from, m->num);
        cr_assert_neq(step->recv_from, rank);
        *queue_push(&m->recvs[rank][step->recv_from]) = (struct transfer){.first = step->recv_first,
                                                                          .num = step->recv_num,
                                                                          .bytes = step->recv_bytes,
                                                                          .combine = step->combine};
        m->pending[rank]++;
    }
    if (step->send_to != COLLECTIVE_NOBODY) {
        cr_assert_lt(step->send_to, m->num);
        cr_assert_neq(step->send_to, rank);
        struct transfer *send = queue_push(&m->sends[rank][step->send_to]);
        *send = (struct transfer){
            .first = step->send_first, .num = step->send_num, .bytes = step->send_bytes};
        memcpy(send->blocks, m->held[rank], sizeof send->blocks);
        m->pending[rank]++;
        m->num_messages++;
        m->num_bytes += step->send_bytes;
    }
}

static void take_block(struct machine *m, uint32_t to, uint32_t block, ranks_set sent, bool combine)
{
    ranks_set *held = &m->held[to][block];
    cr_assert(sent != 0, "%s: an empty block is sent", name(m));
    if (combine) {
        cr_assert(m->overlap_allowed || !(*held & sent), "%s: combined twice", name(m));
        *held |= sent;
    } else {
        *held = sent;
    }
}

static void meet(struct machine *m, uint32_t from, uint32_t to)
{
    struct queue *sends = &m->sends[from][to];
    struct queue *recvs = &m->recvs[to][from];
    while (sends->taken < sends->num && recvs->taken < recvs->num) {
        const struct transfer *send = &sends->items[sends->taken++];
        const struct transfer *recv = &recvs->items[recvs->taken++];
        cr_assert_eq(send->bytes, recv->bytes, "%s: %u to %u sizes", name(m), from, to);
        cr_assert_eq(send->num, recv->num);
        m->pending[from]--;
        m->pending[to]--;
        if (m->ranks[0].algorithm->kind == COLLECTIVE_ALLTOALL) {
            cr_assert(send->first == to && send->num == 1 && recv->first == from);
            cr_assert_eq(m->held[to][from], 0, "%s: a block twice", name(m));
            m->held[to][from] = (ranks_set)1 << from;
            continue;
        }
        cr_assert_eq(send->first, recv->first);
        for (uint32_t i = 0; i < send->num; i++) {
            uint32_t block = (send->first + i) % m->num;
            take_block(m, to, block, send->blocks[block], recv->combine);
        }
    }
}

// Lets a rank go on as far as it can; true if it did anything.
static bool advance(struct machine *m, uint32_t rank)
{
    bool moved = false;
    while (m->step_idx[rank] < collective_num_steps(&m->ranks[rank]) &&
           !(m->waits[rank] && m->pending[rank] > 0)) {
        struct collective_step step = collective_step(&m->ranks[rank], m->step_idx[rank]++);
        post(m, rank, &step);
        m->waits[rank] = step.wait;
        moved = true;
    }
    return moved;
}

static void run(struct machine *m)
{
    bool moved = true;
    while (moved) {
        moved = false;
        for (uint32_t i = 0; i < m->num; i++)
            moved |= advance(m, i);
        for (uint32_t i = 0; i < m->num; i++) {
            for (uint32_t j = 0; j < m->num; j++)
                meet(m, i, j);
        }
    }
    for (uint32_t i = 0; i < m->num; i++) {
        cr_assert_eq(m->step_idx[i], collective_num_steps(&m->ranks[i]),
                     "%s: rank %u of %u is stuck in step %u", name(m), i, m->num, m->step_idx[i]);
        cr_assert_eq(m->pending[i], 0, "%s: rank %u of %u has messages left", name(m), i, m->num);
        if (m->step_idx[i] > 0)
            cr_assert(m->waits[i], "%s: the last step does not wait", name(m));
    }
}

static void machine_free(struct machine *m)
{
    for (uint32_t i = 0; i < MAX_RANKS; i++) {
        for (uint32_t j = 0; j < MAX_RANKS; j++) {
            free(m->sends[i][j].items);
            free(m->recvs[i][j].items);
        }
    }
    free(m);
}

// --- what every collective begins and ends with --------------------------------------------------

static ranks_set bit(uint32_t rank)
{
    return (ranks_set)1 << rank;
}

static ranks_set first_ranks(uint32_t num)
{
    return num == 64 ? UINT64_MAX : bit(num) - 1;
}

static ranks_set initially(enum collective_kind kind, uint32_t rank, uint32_t block, uint32_t root)
{
    switch (kind) {
    case COLLECTIVE_BCAST:
    case COLLECTIVE_SCATTER:
        return rank == root ? bit(root) : 0;
    case COLLECTIVE_GATHER:
    case COLLECTIVE_ALLGATHER:
        return rank == block ? bit(rank) : 0;
    case COLLECTIVE_ALLTOALL:
        return rank == block ? bit(rank) : 0; // the own block is not sent
    default:
        return bit(rank);
    }
}

// 0 means that anything may be there.
static ranks_set finally(enum collective_kind kind, uint32_t rank, uint32_t block, uint32_t root,
                         uint32_t num)
{
    switch (kind) {
    case COLLECTIVE_BCAST:
        return bit(root);
    case COLLECTIVE_SCATTER:
        return rank == block ? bit(root) : 0;
    case COLLECTIVE_GATHER:
        return rank == root ? bit(block) : 0;
    case COLLECTIVE_ALLGATHER:
    case COLLECTIVE_ALLTOALL:
        return bit(block);
    case COLLECTIVE_REDUCE:
        return rank == root ? first_ranks(num) : 0;
    case COLLECTIVE_REDUCE_SCATTER:
        return rank == block ? first_ranks(num) : 0;
    case COLLECTIVE_SCAN:
        return first_ranks(rank + 1);
    default:
        return first_ranks(num);
    }
}

static bool is_rooted(enum collective_kind kind)
{
    return kind == COLLECTIVE_BCAST || kind == COLLECTIVE_REDUCE || kind == COLLECTIVE_GATHER ||
           kind == COLLECTIVE_SCATTER;
}

// Counts of the v-collectives as block b of rank r sees them: seen from all ranks alike.
static uint64_t sent_counts[MAX_RANKS][MAX_RANKS];
static uint64_t received_counts[MAX_RANKS][MAX_RANKS];

static void set_counts(struct collective *c)
{
    uint32_t rank = c->rank;
    for (uint32_t block = 0; block < c->num_ranks; block++) {
        uint64_t alike = 7 * block + 3 + (block == 2 ? 1000 : 0);
        bool all_to_all = c->algorithm->kind == COLLECTIVE_ALLTOALL;
        sent_counts[rank][block] = all_to_all ? 100 * rank + block : alike;
        received_counts[rank][block] = all_to_all ? 100 * block + rank : alike;
    }
    enum collective_kind kind = c->algorithm->kind;
    if (kind == COLLECTIVE_GATHER || kind == COLLECTIVE_SCATTER) {
        c->bytes = sent_counts[rank][rank];
        if (rank != c->root)
            return;
    }
    c->send_counts_bytes = sent_counts[rank];
    c->recv_counts_bytes = received_counts[rank];
}

static bool has_counts(enum collective_kind kind)
{
    return kind == COLLECTIVE_GATHER || kind == COLLECTIVE_SCATTER ||
           kind == COLLECTIVE_ALLGATHER || kind == COLLECTIVE_ALLTOALL ||
           kind == COLLECTIVE_REDUCE_SCATTER;
}

static struct machine *run_one(const struct collective_algorithm *algorithm, uint32_t num,
                               uint32_t root, uint64_t bytes, bool counts)
{
    struct machine *m = calloc(1, sizeof *m);
    m->num = num;
    m->overlap_allowed = algorithm->kind == COLLECTIVE_BARRIER;
    for (uint32_t i = 0; i < num; i++) {
        m->ranks[i] = (struct collective){
            .algorithm = algorithm, .num_ranks = num, .rank = i, .root = root, .bytes = bytes};
        if (counts)
            set_counts(&m->ranks[i]);
        for (uint32_t b = 0; b < num; b++)
            m->held[i][b] = initially(algorithm->kind, i, b, root);
    }
    run(m);
    for (uint32_t i = 0; i < num; i++) {
        for (uint32_t b = 0; b < num; b++) {
            ranks_set expected = finally(algorithm->kind, i, b, root, num);
            if (expected)
                cr_assert_eq(m->held[i][b], expected, "%s %s of %u, root %u: rank %u, block %u",
                             collective_names[algorithm->kind], algorithm->name, num, root, i, b);
        }
    }
    return m;
}

static void check_all(uint32_t num, bool counts)
{
    for (size_t a = 0; a < collective_num_algorithms; a++) {
        const struct collective_algorithm *algorithm = &collective_algorithms[a];
        if (counts && !has_counts(algorithm->kind))
            continue;
        if (counts)
            algorithm = collective_uneven(algorithm);
        for (uint32_t root = 0; root < (is_rooted(algorithm->kind) ? num : 1); root++)
            machine_free(run_one(algorithm, num, root, 1000, counts));
    }
}

Test(collective, every_algorithm_moves_every_block_for_any_ranks_and_root)
{
    for (uint32_t num = 1; num <= 17; num++)
        check_all(num, false);
    check_all(31, false);
    check_all(32, false);
}

Test(collective, every_algorithm_takes_blocks_of_different_sizes)
{
    for (uint32_t num = 1; num <= 17; num++)
        check_all(num, true);
    check_all(32, true);
}

// --- what the textbooks say of messages and bytes ------------------------------------------------

static struct machine *run_named(enum collective_kind kind, const char *algorithm, uint32_t num,
                                 uint64_t bytes)
{
    struct err err = {0};
    const struct collective_algorithm *found = collective_find(kind, algorithm, &err);
    cr_assert_not_null(found, "%s", err.text);
    return run_one(found, num, 0, bytes, false);
}

static void expect(enum collective_kind kind, const char *algorithm, uint32_t num, uint64_t bytes,
                   uint64_t messages, uint64_t sum_bytes)
{
    struct machine *m = run_named(kind, algorithm, num, bytes);
    cr_assert_eq(m->num_messages, messages, "%s: %lu messages", algorithm, m->num_messages);
    cr_assert_eq(m->num_bytes, sum_bytes, "%s: %lu bytes", algorithm, m->num_bytes);
    machine_free(m);
}

Test(collective, messages_and_bytes_are_those_of_the_papers)
{
    expect(COLLECTIVE_BARRIER, "dissemination", 6, 0, 6 * 3, 0);
    expect(COLLECTIVE_BARRIER, "recursive-doubling", 8, 0, 8 * 3, 0);
    expect(COLLECTIVE_BARRIER, "recursive-doubling", 6, 0, 2 + 4 * 2 + 2, 0);
    expect(COLLECTIVE_BARRIER, "tree", 6, 0, 10, 0);
    expect(COLLECTIVE_BARRIER, "central", 6, 0, 10, 0);
    expect(COLLECTIVE_BCAST, "binomial", 6, 60, 5, 5 * 60);
    expect(COLLECTIVE_BCAST, "linear", 6, 60, 5, 5 * 60);
    // Scatter over 8 ranks: 4/8 + 2 * 2/8 + 4 * 1/8 of the vector; ring: 7 * 8 parts.
    expect(COLLECTIVE_BCAST, "scatter-allgather", 8, 80, 7 + 56, 40 + 40 + 40 + 560);
    expect(COLLECTIVE_ALLREDUCE, "recursive-doubling", 8, 80, 24, 24 * 80);
    expect(COLLECTIVE_ALLREDUCE, "recursive-doubling", 5, 80, 1 + 8 + 1, 10 * 80);
    expect(COLLECTIVE_ALLREDUCE, "reduce-bcast", 8, 80, 14, 14 * 80);
    expect(COLLECTIVE_ALLREDUCE, "ring", 8, 80, 2 * 56, 2 * 56 * 10);
    expect(COLLECTIVE_ALLREDUCE, "ring", 8, 83, 2 * 56, 2 * 7 * 83); // odd parts
    expect(COLLECTIVE_ALLGATHER, "ring", 5, 10, 20, 200);
    expect(COLLECTIVE_ALLGATHER, "bruck", 5, 10, 15, 200);
    expect(COLLECTIVE_ALLGATHER, "recursive-doubling", 8, 10, 24, 560);
    expect(COLLECTIVE_ALLGATHER, "recursive-doubling", 5, 10, 15, 200); // falls back to bruck
    expect(COLLECTIVE_ALLTOALL, "pairwise", 5, 10, 20, 200);
    expect(COLLECTIVE_ALLTOALL, "post-all", 5, 10, 20, 200);
    expect(COLLECTIVE_GATHER, "binomial", 8, 10, 7, 120); // each level moves half of the blocks
    expect(COLLECTIVE_SCATTER, "linear", 8, 10, 7, 70);
    expect(COLLECTIVE_REDUCE_SCATTER, "pairwise", 5, 10, 20, 200);
    expect(COLLECTIVE_SCAN, "recursive-doubling", 8, 10, 7 + 6 + 4, 170);
    expect(COLLECTIVE_SCAN, "linear", 8, 10, 7, 70);
}

Test(collective, a_name_is_found_and_its_absence_means_the_default)
{
    struct err err = {0};
    for (size_t a = 0; a < collective_num_algorithms; a++) {
        const struct collective_algorithm *row = &collective_algorithms[a];
        cr_assert_eq(collective_find(row->kind, row->name, &err), row);
    }
    for (int kind = 0; kind < COLLECTIVE_NUM_KINDS; kind++)
        cr_assert_not_null(collective_find((enum collective_kind)kind, NULL, &err));
    cr_assert_str_eq(collective_find(COLLECTIVE_BCAST, NULL, &err)->name, "binomial");
}

Test(collective, an_unknown_name_is_refused_with_the_nearest)
{
    struct err err = {0};
    cr_assert_null(collective_find(COLLECTIVE_ALLGATHER, "brook", &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert_not_null(strstr(err.text, "'bruck'"), "%s", err.text);
}
