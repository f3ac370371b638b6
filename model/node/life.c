// SPDX-License-Identifier: Apache-2.0
#include "model/node/life.h"

#include "sim/pool.h"

#include <inttypes.h>
#include <stdlib.h>

enum { NONE = UINT32_MAX };

#define LIFE_NAME(symbol, name)      [symbol] = #name,
#define LIFE_CARD_NAME(symbol, name) [LIFE_CARDS + (int) symbol] = #name,
const char *const life_names[LIFE_NUM_PARTS] = {
    LIFE_SENDER_PARTS(LIFE_NAME) LIFE_RECEIVER_PARTS(LIFE_NAME) NIC_LIFE_PARTS(LIFE_CARD_NAME)};
#undef LIFE_NAME
#undef LIFE_CARD_NAME

// A piece under way.
struct underway {
    uint32_t next;
    struct life life;
};

// Of a message.
struct record {
    uint32_t first, last; // pieces under way, in order
    struct life of_last;  // piece that has come
    bool has_last;
};

struct lives {
    struct record *records; // [num_records], by message
    uint32_t num_records;
    struct underway *pieces; // [cap_pieces]
    struct pool pool;
    struct life_stats stats;
    FILE *to;
    struct activity_watch *watch;
};

void life_add_cards(struct life *self, const struct nic_life *cards)
{
    life_mark(self, LIFE_DOORBELL, cards->begin_cycle);
    for (uint32_t i = 0; i < NIC_LIFE_NUM_PARTS; i++)
        life_mark(self, (enum life_part)(LIFE_CARDS + i), cards->end_cycles[i]);
}

struct lives *lives_new(FILE *to, struct activity_watch *watch)
{
    struct lives *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    self->to = to;
    self->watch = watch;
    if (!to)
        return self;
    fputs("source_rank,destination_rank,bytes,begin_cycle,end_cycle", to);
    for (uint32_t i = 0; i < LIFE_NUM_PARTS; i++)
        fprintf(to, ",%s_cycles", life_names[i]);
    fputc('\n', to);
    return self;
}

void lives_free(struct lives *self)
{
    if (!self)
        return;
    free(self->records);
    free(self->pieces);
    free(self);
}

static struct record *record_of(struct lives *self, uint32_t message)
{
    if (message < self->num_records)
        return &self->records[message];
    uint32_t num = 2 * message + 16;
    struct record *records = realloc(self->records, num * sizeof *records);
    if (!records)
        return NULL;
    for (uint32_t i = self->num_records; i < num; i++)
        records[i] = (struct record){.first = NONE};
    self->records = records;
    self->num_records = num;
    return &self->records[message];
}

bool lives_push(struct lives *self, uint32_t message, const struct life *life)
{
    struct record *record = record_of(self, message);
    uint32_t idx;
    struct underway *pieces =
        record ? pool_take(&self->pool, self->pieces, sizeof *pieces, &idx) : NULL;
    if (!pieces)
        return false;
    self->pieces = pieces;
    self->pieces[idx] = (struct underway){NONE, *life};
    if (record->first == NONE)
        record->first = idx;
    else
        self->pieces[record->last].next = idx;
    record->last = idx;
    return true;
}

struct life *lives_pop(struct lives *self, uint32_t message)
{
    struct record *record = message < self->num_records ? &self->records[message] : NULL;
    if (!record || record->first == NONE)
        return NULL;
    uint32_t idx = record->first;
    record->first = self->pieces[idx].next;
    pool_give(&self->pool, self->pieces, sizeof *self->pieces, idx);
    lives_set_last(self, message, &self->pieces[idx].life);
    return &record->of_last;
}

struct life *lives_last(struct lives *self, uint32_t message)
{
    struct record *record = message < self->num_records ? &self->records[message] : NULL;
    return record && record->has_last ? &record->of_last : NULL;
}

void lives_set_last(struct lives *self, uint32_t message, const struct life *life)
{
    self->records[message].of_last = *life;
    self->records[message].has_last = true;
}

static void tell(struct activity_watch *watch, const struct life *life, const struct life_end *end)
{
    struct activity_message message = {
        .from = end->from,
        .to = end->to,
        .bytes = end->bytes,
        .begin_cycle = life->begin_cycle,
        .num_parts = LIFE_NUM_PARTS,
        .first_network = LIFE_CARDS + NIC_LIFE_HOPS,
        .first_receiver = LIFE_CARDS + NIC_LIFE_IN_RAM,
        .part_names = life_names,
        .part_cycles = life->cycles,
    };
    watch->message(watch, &message);
}

void lives_end(struct lives *self, const struct life *life, const struct life_end *end)
{
    self->stats.messages++;
    for (uint32_t i = 0; i < LIFE_NUM_PARTS; i++)
        self->stats.cycles[i] += life->cycles[i];
    if (self->watch)
        tell(self->watch, life, end);
    if (!self->to)
        return;
    fprintf(self->to, "%" PRIu32 ",%" PRIu32 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, end->from,
            end->to, end->bytes, life->begin_cycle, life->now_cycle);
    for (uint32_t i = 0; i < LIFE_NUM_PARTS; i++)
        fprintf(self->to, ",%" PRIu64, life->cycles[i]);
    fputc('\n', self->to);
}

void lives_forget(struct lives *self, uint32_t message)
{
    if (message >= self->num_records)
        return;
    while (self->records[message].first != NONE)
        lives_pop(self, message);
    self->records[message].has_last = false;
}

const struct life_stats *lives_stats(const struct lives *self)
{
    return &self->stats;
}
