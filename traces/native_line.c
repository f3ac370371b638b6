// SPDX-License-Identifier: Apache-2.0
#include "traces/native_line.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r"

enum { NOT_GIVEN = INT32_MIN }; // of a rank

static const double max_amount = 1e15; // units of compute (11 days), seconds of sleep

// A line in work.
struct parse {
    struct native_line *line;
    const char *word;
    struct err *err;
};

static bool wrong(const struct parse *p, const char *key, const char *what)
{
    char rank[32] = "";
    if (p->line->rank >= 0)
        snprintf(rank, sizeof rank, "rank %" PRId64 ": ", p->line->rank);
    return err_set(p->err, ERR_TRACE, "%s:%u: %s%.64s: %.64s%s%s", p->line->file, p->line->line,
                   rank, p->word, key, *key ? ": " : "", what);
}

// --- values -------------------------------------------------------------------------------------

bool native_number(const char *text, uint64_t max, uint64_t *value)
{
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = hex ? text + 2 : text;
    if (!*digits || digits[strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789")])
        return false;
    errno = 0;
    *value = strtoull(digits, NULL, hex ? 16 : 10);
    return errno == 0 && *value <= max;
}

static bool value_bytes(const struct parse *p, const char *key, const char *text, uint64_t *bytes)
{
    return native_number(text, OP_MAX_BYTES, bytes) ||
           wrong(p, key, "not a number of bytes up to 1 GiB");
}

static bool value_rank(const struct parse *p, const char *key, const char *text, uint32_t *rank)
{
    uint64_t value;
    if (p->line->num_ranks == 0 || !native_number(text, p->line->num_ranks - 1, &value))
        return wrong(p, key, "not a rank of this trace");
    *rank = (uint32_t)value;
    return true;
}

static bool value_amount(const struct parse *p, const char *key, const char *text, double *amount)
{
    char *end;
    *amount = strtod(text, &end);
    bool good = end != text && !*end && isfinite(*amount) && *amount >= 0 && *amount <= max_amount;
    return good || wrong(p, key, "not a number in 0 to 1e15");
}

// Bytes for each rank, with commas between.
static bool value_counts(const struct parse *p, const char *key, char *text, uint32_t which)
{
    uint64_t *counts = calloc(p->line->num_ranks, sizeof *counts);
    free(p->line->counts[which]);
    p->line->counts[which] = counts;
    if (!counts)
        return err_set(p->err, ERR_RUN, "out of memory");
    *(which == 0 ? &p->line->op.send_counts_bytes : &p->line->op.recv_counts_bytes) = counts;
    uint32_t num = 0;
    for (char *save, *item = strtok_r(text, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
        if (num == p->line->num_ranks)
            return wrong(p, key, "more numbers than ranks");
        if (!value_bytes(p, key, item, &counts[num++]))
            return false;
    }
    return num == p->line->num_ranks || wrong(p, key, "fewer numbers than ranks");
}

// --- keys: one function each --------------------------------------------------------------------

static bool key_ns(const struct parse *p, char *text)
{
    return value_amount(p, "ns", text, &p->line->op.amount);
}

static bool key_sleep(const struct parse *p, char *text)
{
    p->line->op.amount = 0;
    if (!value_amount(p, "ns", text, &p->line->op.amount))
        return false;
    p->line->op.amount *= 1e-9; // seconds
    return true;
}

static bool key_seconds(const struct parse *p, char *text)
{
    return value_amount(p, "s", text, &p->line->op.amount);
}

static bool key_at(const struct parse *p, char *text)
{
    return native_number(text, UINT64_MAX - 1, &p->line->op.address) ||
           wrong(p, "at", "not an address");
}

static bool key_stride(const struct parse *p, char *text)
{
    return native_number(text, UINT64_MAX, &p->line->stride) ||
           wrong(p, "stride", "not a number of bytes");
}

static bool key_width(const struct parse *p, char *text)
{
    struct op *op = &p->line->op;
    return (native_number(text, 4096, &op->bytes) && op->bytes > 0) ||
           wrong(p, "bytes", "not a number in 1 to 4096");
}

static bool key_bytes(const struct parse *p, char *text)
{
    return value_bytes(p, "bytes", text, &p->line->op.bytes);
}

// Of a collective whose parts are all alike.
static bool key_parts(const struct parse *p, char *text)
{
    p->line->op.recv_bytes = 0;
    if (!value_bytes(p, "bytes", text, &p->line->op.bytes))
        return false;
    p->line->op.recv_bytes = p->line->op.bytes;
    return true;
}

static bool key_recv_bytes(const struct parse *p, char *text)
{
    return value_bytes(p, "bytes", text, &p->line->op.recv_bytes);
}

static bool capacity(const struct parse *p, const char *key, const char *text, uint64_t *bytes)
{
    *bytes = OP_ANY_BYTES;
    return strcmp(text, "any") == 0 || native_number(text, OP_ANY_BYTES - 1, bytes) ||
           wrong(p, key, "not a number of bytes");
}

static bool key_capacity(const struct parse *p, char *text)
{
    return capacity(p, "bytes", text, &p->line->op.bytes);
}

static bool key_room(const struct parse *p, char *text)
{
    return capacity(p, "room", text, &p->line->op.recv_bytes);
}

static bool key_to(const struct parse *p, char *text)
{
    uint32_t rank = 0;
    p->line->op.destination = OP_NOBODY;
    if (strcmp(text, "nobody") == 0)
        return true;
    if (!value_rank(p, "to", text, &rank))
        return false;
    p->line->op.destination = (int32_t)rank;
    return true;
}

static bool key_from(const struct parse *p, char *text)
{
    uint32_t rank = 0;
    p->line->op.source = strcmp(text, "nobody") == 0 ? OP_NOBODY : -1;
    if (p->line->op.source == OP_NOBODY || strcmp(text, "any") == 0)
        return true;
    if (!value_rank(p, "from", text, &rank))
        return false;
    p->line->op.source = (int32_t)rank;
    return true;
}

static bool key_tag(const struct parse *p, char *text)
{
    uint64_t tag;
    if (!native_number(text, INT32_MAX, &tag))
        return wrong(p, "tag", "not a number in 0 to 2147483647");
    p->line->op.tag = (int32_t)tag;
    return true;
}

static bool key_any_tag(const struct parse *p, char *text)
{
    p->line->op.tag = -1;
    return strcmp(text, "any") == 0 || key_tag(p, text);
}

static bool key_root(const struct parse *p, char *text)
{
    return value_rank(p, "root", text, &p->line->op.root);
}

static bool key_send(const struct parse *p, char *text)
{
    return value_counts(p, "send", text, 0);
}

static bool key_recv(const struct parse *p, char *text)
{
    return value_counts(p, "recv", text, 1);
}

// Of the rank that serves.
static bool key_server(const struct parse *p, char *text)
{
    uint32_t rank = 0;
    if (!value_rank(p, "to", text, &rank))
        return false;
    p->line->op.destination = (int32_t)rank;
    return rank != p->line->rank || wrong(p, "to", "a rank that calls itself waits for ever");
}

static bool key_procedure(const struct parse *p, char *text)
{
    struct op_call *call = p->line->call;
    if (!*text || strlen(text) >= sizeof call->procedure)
        return wrong(p, "procedure", "not a name of 1 to 63 letters");
    strcpy(call->procedure, text);
    return true;
}

static bool key_counts(const struct parse *p, char *text)
{
    enum { MAX_COUNTS = sizeof p->line->call->counts / sizeof *p->line->call->counts };
    struct op_call *call = p->line->call;
    uint64_t count;
    for (char *save, *item = strtok_r(text, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
        if (call->num_counts == MAX_COUNTS)
            return wrong(p, "counts", "more than 16 numbers");
        if (!native_number(item, UINT32_MAX, &count))
            return wrong(p, "counts", "not numbers in 0 to 4294967295");
        call->counts[call->num_counts++] = (uint32_t)count;
    }
    return true;
}

static bool key_future(const struct parse *p, char *text)
{
    uint64_t future;
    if (!native_number(text, INT32_MAX, &future))
        return wrong(p, "future", "not a number in 0 to 2147483647");
    p->line->op.tag = (int32_t)future;
    return true;
}

static bool key_calls(const struct parse *p, char *text)
{
    struct op *op = &p->line->op;
    return (native_number(text, UINT64_MAX - 1, &op->bytes) && op->bytes > 0) ||
           wrong(p, "calls", "not a number of 1 or more");
}

static bool key_times(const struct parse *p, char *text)
{
    return (native_number(text, UINT64_MAX, &p->line->number) && p->line->number > 0) ||
           wrong(p, text, "not a number of 1 or more");
}

static bool key_rank(const struct parse *p, char *text)
{
    uint32_t rank = 0;
    if (!value_rank(p, text, text, &rank))
        return false;
    p->line->number = rank;
    return true;
}

// --- the table of words -------------------------------------------------------------------------

struct key {
    const char *name; // with a '!' before it if it must be there; "!": a value without a key
    bool (*set)(const struct parse *p, char *text);
};

enum { MAX_KEYS = 6 };

struct word {
    const char *name; // NULL: that of the operation
    enum native_kind kind;
    enum op_kind op;
    struct key keys[MAX_KEYS];
};

#define MEMORY                                                                                     \
    {"!at", key_at}, {"!bytes", key_width},                                                        \
    {                                                                                              \
        "stride", key_stride                                                                       \
    }
#define TAGGED                                                                                     \
    {                                                                                              \
        "tag", key_tag                                                                             \
    }
#define BUFFER                                                                                     \
    {"at", key_at},                                                                                \
    {                                                                                              \
        "stride", key_stride                                                                       \
    }

#define CALLED                                                                                     \
    {"!to", key_server}, {"!procedure", key_procedure}, {"counts", key_counts},                    \
    {                                                                                              \
        "ns", key_ns                                                                               \
    }
#define FUTURE                                                                                     \
    {                                                                                              \
        "future", key_future                                                                       \
    }

static const struct word words[] = {
    {NULL, NATIVE_OP, OP_COMPUTE, {{"!ns", key_ns}}},
    {NULL, NATIVE_OP, OP_SLEEP, {{"ns", key_sleep}, {"s", key_seconds}}},
    {NULL, NATIVE_OP, OP_LOAD, {MEMORY}},
    {NULL, NATIVE_OP, OP_STORE, {MEMORY}},
    {NULL, NATIVE_OP, OP_MODIFY, {MEMORY}},
    {NULL, NATIVE_OP, OP_FETCH, {MEMORY}},
    {NULL, NATIVE_OP, OP_FENCE, {{NULL, NULL}}},
    {NULL, NATIVE_OP, OP_SEND, {{"!to", key_to}, {"!bytes", key_bytes}, TAGGED, BUFFER}},
    {NULL, NATIVE_OP, OP_ISEND, {{"!to", key_to}, {"!bytes", key_bytes}, TAGGED, BUFFER}},
    {NULL,
     NATIVE_OP,
     OP_RECV,
     {{"!from", key_from}, {"!bytes", key_capacity}, {"tag", key_any_tag}, BUFFER}},
    {NULL,
     NATIVE_OP,
     OP_IRECV,
     {{"!from", key_from}, {"!bytes", key_capacity}, {"tag", key_any_tag}, BUFFER}},
    {NULL,
     NATIVE_OP,
     OP_SENDRECV,
     {{"!to", key_to}, {"!bytes", key_bytes}, {"!from", key_from}, {"!room", key_room}}},
    {NULL, NATIVE_OP, OP_WAIT, {{"to", key_to}, {"from", key_from}, {"tag", key_any_tag}}},
    {NULL, NATIVE_OP, OP_TEST, {{"to", key_to}, {"from", key_from}, {"tag", key_any_tag}}},
    {NULL, NATIVE_OP, OP_WAITALL, {{NULL, NULL}}},
    {NULL, NATIVE_OP, OP_BARRIER, {{NULL, NULL}}},
    {NULL, NATIVE_OP, OP_BCAST, {{"!bytes", key_bytes}, {"root", key_root}}},
    {NULL, NATIVE_OP, OP_REDUCE, {{"!bytes", key_bytes}, {"root", key_root}, {"ns", key_ns}}},
    {NULL, NATIVE_OP, OP_ALLREDUCE, {{"!bytes", key_bytes}, {"ns", key_ns}}},
    {NULL, NATIVE_OP, OP_SCAN, {{"!bytes", key_bytes}, {"ns", key_ns}}},
    {NULL, NATIVE_OP, OP_EXSCAN, {{"!bytes", key_bytes}, {"ns", key_ns}}},
    {NULL, NATIVE_OP, OP_GATHER, {{"!bytes", key_parts}, {"root", key_root}}},
    {NULL, NATIVE_OP, OP_SCATTER, {{"!bytes", key_parts}, {"root", key_root}}},
    {NULL, NATIVE_OP, OP_ALLGATHER, {{"!bytes", key_parts}}},
    {NULL, NATIVE_OP, OP_ALLTOALL, {{"!bytes", key_parts}}},
    {NULL, NATIVE_OP, OP_GATHERV, {{"!bytes", key_bytes}, {"!recv", key_recv}, {"root", key_root}}},
    {NULL,
     NATIVE_OP,
     OP_SCATTERV,
     {{"!send", key_send}, {"!bytes", key_recv_bytes}, {"root", key_root}}},
    {NULL, NATIVE_OP, OP_ALLGATHERV, {{"!bytes", key_bytes}, {"!recv", key_recv}}},
    {NULL, NATIVE_OP, OP_ALLTOALLV, {{"!send", key_send}, {"!recv", key_recv}}},
    {NULL, NATIVE_OP, OP_REDUCE_SCATTER, {{"!recv", key_recv}, {"ns", key_ns}}},
    {NULL, NATIVE_OP, OP_CALL, {CALLED}},
    {NULL, NATIVE_OP, OP_ACALL, {CALLED, FUTURE}},
    {NULL, NATIVE_OP, OP_BCALL, {CALLED, FUTURE}},
    {NULL, NATIVE_OP, OP_AWAIT, {FUTURE}},
    {NULL, NATIVE_OP, OP_SERVE, {{"calls", key_calls}}},
    {"rank", NATIVE_RANK, OP_NUM_KINDS, {{"!", key_rank}}},
    {"repeat", NATIVE_REPEAT, OP_NUM_KINDS, {{"!", key_times}}},
    {"end", NATIVE_END, OP_NUM_KINDS, {{NULL, NULL}}},
};
enum { NUM_WORDS = sizeof words / sizeof *words };

static const char *name_of(const struct word *word)
{
    return word->name ? word->name : op_names[word->op];
}

static const struct word *find_word(const struct parse *p)
{
    const char *names[NUM_WORDS];
    for (uint32_t i = 0; i < NUM_WORDS; i++) {
        names[i] = name_of(&words[i]);
        if (strcmp(p->word, names[i]) == 0)
            return &words[i];
    }
    char what[64] = "not an operation";
    const char *nearest = err_nearest(p->word, names, NUM_WORDS);
    if (nearest)
        snprintf(what, sizeof what, "not an operation; did you mean '%s'?", nearest);
    wrong(p, "", what);
    return NULL;
}

static bool must_be_there(const struct key *key)
{
    return key->name[0] == '!';
}

static const char *key_name(const struct key *key)
{
    return key->name + must_be_there(key);
}

// Sets what a field says, and the bit of its key in `seen`.
static bool parse_field(const struct parse *p, const struct word *word, char *field, uint32_t *seen)
{
    char *equals = strchr(field, '=');
    bool bare = word->keys[0].name && strcmp(word->keys[0].name, "!") == 0;
    if (bare && !equals && !(*seen & 1))
        return word->keys[0].set(p, field) && (*seen = 1);
    if (bare || !equals)
        return wrong(p, field, bare ? "too much" : "not a field, which is written key=value");
    *equals = '\0';
    for (uint32_t k = 0; k < MAX_KEYS && word->keys[k].name; k++) {
        if (strcmp(field, key_name(&word->keys[k])) != 0)
            continue;
        if (*seen & 1U << k)
            return wrong(p, field, "given twice");
        *seen |= 1U << k;
        return word->keys[k].set(p, equals + 1);
    }
    return wrong(p, field, "not a key of this operation");
}

static bool parse_fields(const struct parse *p, const struct word *word, char **save)
{
    uint32_t seen = 0;
    for (char *field = strtok_r(NULL, BLANKS, save); field; field = strtok_r(NULL, BLANKS, save))
        if (!parse_field(p, word, field, &seen))
            return false;
    for (uint32_t k = 0; k < MAX_KEYS && word->keys[k].name; k++)
        if (must_be_there(&word->keys[k]) && !(seen & 1U << k))
            return wrong(p, key_name(&word->keys[k]),
                         *key_name(&word->keys[k]) ? "missing" : "a number is missing");
    return true;
}

// The side that is not given is this rank's.
static bool complete_wait(const struct parse *p)
{
    struct op *op = &p->line->op;
    bool sends = op->destination != NOT_GIVEN;
    bool receives = op->source != NOT_GIVEN;
    if (sends == receives)
        return wrong(p, "", "wants either 'to' or 'from'");
    if (sends)
        op->source = (int32_t)p->line->rank;
    else
        op->destination = (int32_t)p->line->rank;
    return true;
}

// What an operation holds that is about remote procedures, before its fields.
static bool prepare_call(const struct parse *p, enum op_kind kind)
{
    struct op *op = &p->line->op;
    if (kind == OP_SERVE)
        op->bytes = OP_ANY_BYTES;
    if (kind < OP_CALL || kind > OP_AWAIT)
        return true;
    op->tag = -1;
    if (kind == OP_AWAIT)
        return true;
    op->amount = -1;
    free(p->line->call);
    op->call = p->line->call = calloc(1, sizeof *p->line->call);
    return op->call || err_set(p->err, ERR_RUN, "out of memory");
}

bool native_line_parse(struct native_line *self, char *text, struct err *err)
{
    char *save;
    struct parse p = {self, strtok_r(text, BLANKS, &save), err};
    const struct word *word = find_word(&p);
    if (!word)
        return false;
    self->kind = word->kind;
    self->stride = 0;
    self->op = (struct op){.kind = word->op,
                           .line = self->line,
                           .source = (int32_t)self->rank,
                           .destination = (int32_t)self->rank,
                           .address = OP_NO_ADDRESS};
    if (word->op == OP_SLEEP)
        self->op.amount = -1; // not given
    bool waits = word->kind == NATIVE_OP && (word->op == OP_WAIT || word->op == OP_TEST);
    if (waits)
        self->op.source = self->op.destination = NOT_GIVEN;
    if ((word->kind == NATIVE_OP || word->kind == NATIVE_REPEAT) && self->rank < 0)
        return wrong(&p, "", "before the first 'rank'");
    if (word->kind == NATIVE_OP && !prepare_call(&p, word->op))
        return false;
    if (!parse_fields(&p, word, &save) || (waits && !complete_wait(&p)))
        return false;
    if (word->op == OP_SLEEP && self->op.amount < 0)
        return wrong(&p, "ns", "missing");
    return self->stride == 0 || self->op.address != OP_NO_ADDRESS ||
           wrong(&p, "stride", "there is no 'at'");
}
