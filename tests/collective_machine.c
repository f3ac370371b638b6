// SPDX-License-Identifier: Apache-2.0
#include "tests/collective_machine.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RANKS = COLLECTIVE_MACHINE_MAX_RANKS };

typedef uint64_t ranks_set; // a bit a rank

// A block of an all-to-all.
struct wanderer {
    uint32_t origin, destination;
};

struct transfer {
    bool posted;
    uint32_t first, num;
    uint64_t bytes;
    uint32_t distance_bit;
    bool combine;
    ranks_set blocks[MAX_RANKS];          // sends: what was there when it was posted
    struct wanderer wanderers[MAX_RANKS]; // the same in an all-to-all
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
    ranks_set held[MAX_RANKS][MAX_RANKS];        // [rank][block]
    ranks_set got[MAX_RANKS];                    // whose contributions came to a rank
    struct wanderer slots[MAX_RANKS][MAX_RANKS]; // all-to-all: [rank][distance that it had to go]
    struct queue sends[MAX_RANKS][MAX_RANKS];    // [from][to]
    struct queue recvs[MAX_RANKS][MAX_RANKS];    // [to][from]
    struct collective_sent sent;
    uint64_t messages[MAX_RANKS]; // sent
    bool overlap_allowed;         // barriers only need to hear of all
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

static bool is_all_to_all(const struct machine *m)
{
    enum collective_kind kind = m->ranks[0].algorithm->kind;
    return kind == COLLECTIVE_ALLTOALL || kind == COLLECTIVE_ALLTOALLV;
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
        *queue_push(&m->recvs[rank][step->recv_from]) =
            (struct transfer){.first = step->recv_first,
                              .num = step->recv_num,
                              .bytes = step->recv_bytes,
                              .distance_bit = step->distance_bit,
                              .combine = step->combine};
        m->pending[rank]++;
    }
    if (step->send_to != COLLECTIVE_NOBODY) {
        cr_assert_lt(step->send_to, m->num);
        cr_assert_neq(step->send_to, rank);
        struct transfer *send = queue_push(&m->sends[rank][step->send_to]);
        *send = (struct transfer){.first = step->send_first,
                                  .num = step->send_num,
                                  .bytes = step->send_bytes,
                                  .distance_bit = step->distance_bit};
        memcpy(send->blocks, m->held[rank], sizeof send->blocks);
        memcpy(send->wanderers, m->slots[rank], sizeof send->wanderers);
        m->pending[rank]++;
        m->messages[rank]++;
        m->sent.messages++;
        m->sent.bytes += step->send_bytes;
        m->sent.by_rank_bytes[rank] += step->send_bytes;
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

// Blocks of an all-to-all: straight from their origin, or, of Bruck's, those of one bit.
static void take_wanderers(struct machine *m, uint32_t from, uint32_t to,
                           const struct transfer *send, const struct transfer *recv)
{
    uint32_t num = 0;
    uint32_t straight = (to + m->num - from) % m->num;
    cr_assert_eq(send->distance_bit, recv->distance_bit);
    if (send->distance_bit == 0)
        cr_assert(send->first == to && send->num == 1 && recv->first == from);
    else
        cr_assert_eq(straight, send->distance_bit);
    for (uint32_t slot = 1; slot < m->num; slot++) {
        if (send->distance_bit ? !(slot & send->distance_bit) : slot != straight)
            continue;
        m->slots[to][slot] = send->wanderers[slot];
        num++;
    }
    cr_assert_eq(num, send->num, "%s: names %u blocks of %u", name(m), send->num, num);
}

static void meet(struct machine *m, uint32_t from, uint32_t to)
{
    struct queue *sends = &m->sends[from][to];
    struct queue *recvs = &m->recvs[to][from];
    while (sends->taken < sends->num && recvs->taken < recvs->num) {
        const struct transfer *send = &sends->items[sends->taken++];
        const struct transfer *recv = &recvs->items[recvs->taken++];
        if (recv->bytes != COLLECTIVE_ANY_BYTES)
            cr_assert_eq(send->bytes, recv->bytes, "%s: %u to %u sizes", name(m), from, to);
        cr_assert_eq(send->num, recv->num);
        m->pending[from]--;
        m->pending[to]--;
        if (is_all_to_all(m)) {
            take_wanderers(m, from, to, send, recv);
            continue;
        }
        cr_assert_eq(send->first, recv->first);
        for (uint32_t i = 0; i < send->num; i++) {
            uint32_t block = (send->first + i) % collective_num_blocks(&m->ranks[0]);
            m->got[to] |= send->blocks[block];
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

static void go(struct machine *m)
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

// --- what every collective begins and ends with
// --------------------------------------------------

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
    case COLLECTIVE_SCATTERV:
        return rank == root ? bit(root) : 0;
    case COLLECTIVE_GATHER:
    case COLLECTIVE_GATHERV:
    case COLLECTIVE_ALLGATHER:
    case COLLECTIVE_ALLGATHERV:
        return rank == block ? bit(rank) : 0;
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
    case COLLECTIVE_SCATTERV:
        return rank == block ? bit(root) : 0;
    case COLLECTIVE_GATHER:
    case COLLECTIVE_GATHERV:
        return rank == root ? bit(block) : 0;
    case COLLECTIVE_ALLGATHER:
    case COLLECTIVE_ALLGATHERV:
        return bit(block);
    case COLLECTIVE_ALLTOALL:
    case COLLECTIVE_ALLTOALLV:
        return 0; // see check_wanderers
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

bool collective_machine_is_rooted(enum collective_kind kind)
{
    return kind == COLLECTIVE_BCAST || kind == COLLECTIVE_REDUCE || kind == COLLECTIVE_GATHER ||
           kind == COLLECTIVE_SCATTER || kind == COLLECTIVE_GATHERV || kind == COLLECTIVE_SCATTERV;
}

bool collective_machine_has_counts(enum collective_kind kind)
{
    return kind == COLLECTIVE_GATHERV || kind == COLLECTIVE_SCATTERV ||
           kind == COLLECTIVE_ALLGATHERV || kind == COLLECTIVE_ALLTOALLV ||
           kind == COLLECTIVE_REDUCE_SCATTER;
}

// Bytes of the block from one rank to another: anything, and often nothing.
uint64_t collective_machine_count(uint32_t seed, uint32_t from, uint32_t to)
{
    uint32_t mixed = (seed * 2654435761U) ^ (from * 40503U) ^ (to * 9973U);
    mixed ^= mixed >> 7;
    return mixed % 3 == 0 ? 0 : mixed % 1013;
}

// Counts as a rank sees them.
static uint64_t sent_counts[MAX_RANKS][MAX_RANKS];
static uint64_t received_counts[MAX_RANKS][MAX_RANKS];

static void set_counts(struct collective *c, uint32_t seed)
{
    enum collective_kind kind = c->algorithm->kind;
    bool all_to_all = kind == COLLECTIVE_ALLTOALLV;
    uint32_t rank = c->rank;
    for (uint32_t block = 0; block < c->num_ranks; block++) {
        sent_counts[rank][block] = collective_machine_count(seed, all_to_all ? rank : 0, block);
        received_counts[rank][block] =
            all_to_all ? collective_machine_count(seed, block, rank) : sent_counts[rank][block];
    }
    bool root_knows = kind == COLLECTIVE_GATHERV || kind == COLLECTIVE_SCATTERV;
    if (root_knows)
        c->bytes = sent_counts[rank][rank];
    if (root_knows && rank != c->root && !c->algorithm->learns_sizes)
        return;
    c->send_counts_bytes = sent_counts[rank];
    c->recv_counts_bytes = received_counts[rank];
}

static void begin(struct machine *m, const struct collective_run *run)
{
    for (uint32_t i = 0; i < m->num; i++) {
        m->ranks[i] = (struct collective){.algorithm = run->algorithm,
                                          .num_ranks = m->num,
                                          .rank = i,
                                          .root = run->root,
                                          .bytes = run->bytes};
        if (run->counts_seed)
            set_counts(&m->ranks[i], run->counts_seed);
        for (uint32_t b = 0; b < m->num; b++) {
            m->held[i][b] = initially(run->algorithm->kind, i, b, run->root);
            m->slots[i][b] = (struct wanderer){i, (i + b) % m->num};
        }
    }
}

static void check_wanderers(const struct machine *m)
{
    for (uint32_t i = 0; i < m->num; i++) {
        for (uint32_t slot = 0; slot < m->num; slot++) {
            uint32_t origin = (i + m->num - slot) % m->num;
            cr_assert(m->slots[i][slot].origin == origin && m->slots[i][slot].destination == i,
                      "%s of %u: rank %u has no block of %u", name(m), m->num, i, origin);
        }
    }
}

static void check(const struct machine *m, const struct collective_run *run)
{
    enum collective_kind kind = run->algorithm->kind;
    if (is_all_to_all(m))
        check_wanderers(m);
    for (uint32_t i = 0; i < m->num; i++) {
        for (uint32_t b = 0; b < collective_num_blocks(&m->ranks[i]); b++) {
            ranks_set expected = finally(kind, i, b, run->root, m->num);
            if (expected)
                cr_assert_eq(m->held[i][b], expected, "%s %s of %u, root %u: rank %u, block %u",
                             collective_names[kind], name(m), m->num, run->root, i, b);
        }
        if (kind == COLLECTIVE_SCAN) // an exscan is what came
            cr_assert_eq(m->got[i], first_ranks(i), "%s: exscan of rank %u", name(m), i);
    }
}

struct collective_sent collective_machine_run(const struct collective_run *run)
{
    struct machine *m = calloc(1, sizeof *m);
    cr_assert_not_null(m);
    m->num = run->num_ranks;
    m->overlap_allowed = run->algorithm->kind == COLLECTIVE_BARRIER;
    begin(m, run);
    go(m);
    check(m, run);
    for (uint32_t i = 0; i < m->num; i++)
        if (m->messages[i] > m->sent.rounds_max)
            m->sent.rounds_max = m->messages[i];
    struct collective_sent sent = m->sent;
    machine_free(m);
    return sent;
}
