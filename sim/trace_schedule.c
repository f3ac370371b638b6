// SPDX-License-Identifier: Apache-2.0
#include "sim/trace_schedule.h"

#include <inttypes.h>
#include <stdlib.h>

// A message, or a receive. All of a trace are sorted by destination, source and tag.
struct side {
    uint32_t destination;
    int32_t source; // negative: any
    int32_t tag;    // negative: any
    uint32_t rank;  // whose operation it is
    uint32_t line;
    bool receives;
};

struct sides {
    struct side *of; // [num]
    size_t num;
};

static size_t num_ops(const struct trace *trace)
{
    size_t num = 0;
    for (uint32_t rank = 0; rank < trace->num_ranks; rank++)
        num += trace->schedule->num_ops(trace, rank);
    return num;
}

static void collect(struct sides *self, const struct trace *trace)
{
    for (uint32_t rank = 0; rank < trace->num_ranks; rank++) {
        uint32_t num = trace->schedule->num_ops(trace, rank);
        for (uint32_t i = 0; i < num; i++) {
            struct op op;
            struct op_links links;
            trace->schedule->get(trace, rank, i, &op, &links);
            if (op.kind != OP_SEND && op.kind != OP_RECV)
                continue;
            self->of[self->num++] = (struct side){
                .destination = (uint32_t)op.destination,
                .source = op.source < 0 ? -1 : op.source,
                .tag = op.tag < 0 ? -1 : op.tag,
                .rank = rank,
                .line = op.line,
                .receives = op.kind == OP_RECV,
            };
        }
    }
}

static int compare(const void *left, const void *right)
{
    const struct side *a = left;
    const struct side *b = right;
    if (a->destination != b->destination)
        return a->destination < b->destination ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    if (a->tag != b->tag)
        return a->tag < b->tag ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

// True if a receive takes messages of a source and tag, perhaps among others.
static bool takes(const struct side *receive, int32_t source, int32_t tag)
{
    return (receive->source < 0 || receive->source == source) &&
           (receive->tag < 0 || receive->tag == tag);
}

static bool unmatched(const struct trace *trace, const struct side *side, size_t num,
                      struct err *err)
{
    char peer[16] = "any";
    char tag[16] = "any";
    if (side->source >= 0)
        snprintf(peer, sizeof peer, "%" PRId32, side->source);
    if (side->tag >= 0)
        snprintf(tag, sizeof tag, "%" PRId32, side->tag);
    if (side->receives)
        return err_set(err, ERR_TRACE,
                       "%s:%" PRIu32 ": rank %" PRIu32 ": unmatched: %zu receives from %s with tag "
                       "%s, of which this is one, never get a message",
                       trace->file(trace, side->rank), side->line, side->rank, num, peer, tag);
    return err_set(err, ERR_TRACE,
                   "%s:%" PRIu32 ": rank %" PRIu32 ": unmatched: %zu messages to rank %" PRIu32
                   " with tag %s, of which this is one, are never received",
                   trace->file(trace, side->rank), side->line, side->rank, num, side->destination,
                   tag);
}

// Checks the messages and receives from `first` on that have one destination, source and tag, where
// `num_wild` of the `wild` receives of that destination have wildcards.
static bool check_key(const struct trace *trace, const struct side *first, size_t num,
                      const struct side *wild, size_t num_wild, struct err *err)
{
    const struct side *last_of[2] = {first, first};
    size_t nums[2] = {0, 0};
    for (size_t i = 0; i < num; i++) {
        nums[first[i].receives]++;
        last_of[first[i].receives] = &first[i];
    }
    if (nums[true] > nums[false])
        return unmatched(trace, last_of[true], nums[true] - nums[false], err);
    size_t left = nums[false] - nums[true];
    for (size_t i = 0; i < num_wild && left > 0; i++)
        left -= takes(&wild[i], first->source, first->tag);
    return left == 0 || unmatched(trace, last_of[false], left, err);
}

// True if two are of one destination, source and tag.
static bool alike(const struct side *a, const struct side *b)
{
    return a->destination == b->destination && a->source == b->source && a->tag == b->tag;
}

// Checks all that goes to one rank: `wild` are its receives with wildcards.
static bool check_rank(const struct trace *trace, const struct side *sides, size_t num,
                       struct side *wild, struct err *err)
{
    size_t num_wild = 0;
    size_t num_receives = 0;
    for (size_t i = 0; i < num; i++) {
        num_receives += sides[i].receives;
        if (sides[i].receives && (sides[i].source < 0 || sides[i].tag < 0))
            wild[num_wild++] = sides[i];
    }
    for (size_t i = 0; i < num;) {
        size_t end = i + 1;
        while (end < num && alike(&sides[i], &sides[end]))
            end++;
        if (sides[i].source >= 0 && sides[i].tag >= 0 &&
            !check_key(trace, &sides[i], end - i, wild, num_wild, err))
            return false;
        i = end;
    }
    size_t num_messages = num - num_receives;
    return num_receives <= num_messages ||
           unmatched(trace, &wild[num_wild - 1], num_receives - num_messages, err);
}

bool trace_schedule_check(const struct trace *trace, struct err *err)
{
    size_t most = num_ops(trace) + 1;
    struct sides sides = {.of = calloc(most, sizeof *sides.of)};
    struct side *wild = calloc(most, sizeof *wild);
    bool good = (sides.of && wild) || err_set(err, ERR_RUN, "out of memory");
    if (good) {
        collect(&sides, trace);
        qsort(sides.of, sides.num, sizeof *sides.of, compare);
    }
    for (size_t i = 0; good && i < sides.num;) {
        size_t end = i + 1;
        while (end < sides.num && sides.of[end].destination == sides.of[i].destination)
            end++;
        good = check_rank(trace, &sides.of[i], end - i, wild, err);
        i = end;
    }
    free(sides.of);
    free(wild);
    return good;
}

bool trace_schedule_figures(const struct trace *trace, json_t *figures)
{
    uint64_t num_finish = 0;
    uint64_t num_start = 0;
    for (uint32_t rank = 0; rank < trace->num_ranks; rank++) {
        uint32_t num = trace->schedule->num_ops(trace, rank);
        for (uint32_t i = 0; i < num; i++) {
            struct op op;
            struct op_links links;
            trace->schedule->get(trace, rank, i, &op, &links);
            num_finish += links.num_finish;
            num_start += links.num_start;
        }
    }
    json_t *dependencies = json_pack("{s:I, s:I}", "on_finish", (json_int_t)num_finish, "on_start",
                                     (json_int_t)num_start);
    return json_object_set_new(figures, "dependencies", dependencies) == 0 &&
           json_object_set_new(figures, "cpus", json_integer(trace->num_cpus)) == 0 &&
           json_object_set_new(figures, "nics", json_integer(trace->num_nics)) == 0;
}
