// SPDX-License-Identifier: Apache-2.0
#include "traces/native_line.h"

#include "traces/native_value.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r"

enum { NOT_GIVEN = INT32_MIN }; // of a rank

// --- keys: one function each --------------------------------------------------------------------

static bool key_ns(const struct native_parse *p, char *text)
{
    return native_value_amount(p, "ns", text, &p->line->op.amount);
}

static bool key_sleep(const struct native_parse *p, char *text)
{
    p->line->op.amount = 0;
    if (!native_value_amount(p, "ns", text, &p->line->op.amount))
        return false;
    p->line->op.amount *= 1e-9; // seconds
    return true;
}

static bool key_seconds(const struct native_parse *p, char *text)
{
    return native_value_amount(p, "s", text, &p->line->op.amount);
}

static bool key_at(const struct native_parse *p, char *text)
{
    return native_number(text, UINT64_MAX - 1, &p->line->op.address) ||
           native_wrong(p, "at", "not an address");
}

static bool key_stride(const struct native_parse *p, char *text)
{
    return native_number(text, UINT64_MAX, &p->line->stride) ||
           native_wrong(p, "stride", "not a number of bytes");
}

static bool key_width(const struct native_parse *p, char *text)
{
    struct op *op = &p->line->op;
    return (native_number(text, 4096, &op->bytes) && op->bytes > 0) ||
           native_wrong(p, "bytes", "not a number in 1 to 4096");
}

static bool key_some(const struct native_parse *p, char *text)
{
    return native_value_bytes(p, "bytes", text, &p->line->op.bytes) &&
           (p->line->op.bytes > 0 || native_wrong(p, "bytes", "not at least 1"));
}

static bool key_bytes(const struct native_parse *p, char *text)
{
    return native_value_bytes(p, "bytes", text, &p->line->op.bytes);
}

// Of a collective whose parts are all alike.
static bool key_parts(const struct native_parse *p, char *text)
{
    p->line->op.recv_bytes = 0;
    if (!native_value_bytes(p, "bytes", text, &p->line->op.bytes))
        return false;
    p->line->op.recv_bytes = p->line->op.bytes;
    return true;
}

static bool key_recv_bytes(const struct native_parse *p, char *text)
{
    return native_value_bytes(p, "bytes", text, &p->line->op.recv_bytes);
}

static bool capacity(const struct native_parse *p, const char *key, const char *text,
                     uint64_t *bytes)
{
    *bytes = OP_ANY_BYTES;
    return strcmp(text, "any") == 0 || native_number(text, OP_ANY_BYTES - 1, bytes) ||
           native_wrong(p, key, "not a number of bytes");
}

static bool key_capacity(const struct native_parse *p, char *text)
{
    return capacity(p, "bytes", text, &p->line->op.bytes);
}

static bool key_room(const struct native_parse *p, char *text)
{
    return capacity(p, "room", text, &p->line->op.recv_bytes);
}

static bool key_to(const struct native_parse *p, char *text)
{
    uint32_t rank = 0;
    p->line->op.destination = OP_NOBODY;
    if (strcmp(text, "nobody") == 0)
        return true;
    if (!native_value_rank(p, "to", text, &rank))
        return false;
    p->line->op.destination = (int32_t)rank;
    return true;
}

static bool key_from(const struct native_parse *p, char *text)
{
    uint32_t rank = 0;
    p->line->op.source = strcmp(text, "nobody") == 0 ? OP_NOBODY : -1;
    if (p->line->op.source == OP_NOBODY || strcmp(text, "any") == 0)
        return true;
    if (!native_value_rank(p, "from", text, &rank))
        return false;
    p->line->op.source = (int32_t)rank;
    return true;
}

static bool key_tag(const struct native_parse *p, char *text)
{
    uint64_t tag;
    if (!native_number(text, INT32_MAX, &tag))
        return native_wrong(p, "tag", "not a number in 0 to 2147483647");
    p->line->op.tag = (int32_t)tag;
    return true;
}

static bool key_any_tag(const struct native_parse *p, char *text)
{
    p->line->op.tag = -1;
    return strcmp(text, "any") == 0 || key_tag(p, text);
}

static bool key_root(const struct native_parse *p, char *text)
{
    return native_value_rank(p, "root", text, &p->line->op.root);
}

static bool key_send(const struct native_parse *p, char *text)
{
    return native_value_counts(p, "send", text, 0);
}

static bool key_recv(const struct native_parse *p, char *text)
{
    return native_value_counts(p, "recv", text, 1);
}

// Of the rank that serves.
static bool key_server(const struct native_parse *p, char *text)
{
    uint32_t rank = 0;
    if (!native_value_rank(p, "to", text, &rank))
        return false;
    p->line->op.destination = (int32_t)rank;
    return rank != p->line->rank ||
           native_wrong(p, "to", "a rank that calls itself waits for ever");
}

static bool key_procedure(const struct native_parse *p, char *text)
{
    struct op_call *call = p->line->call;
    if (!*text || strlen(text) >= sizeof call->procedure)
        return native_wrong(p, "procedure", "not a name of 1 to 63 letters");
    strcpy(call->procedure, text);
    return true;
}

static bool key_counts(const struct native_parse *p, char *text)
{
    enum { MAX_COUNTS = sizeof p->line->call->counts / sizeof *p->line->call->counts };
    struct op_call *call = p->line->call;
    uint64_t count;
    for (char *save, *item = strtok_r(text, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
        if (call->num_counts == MAX_COUNTS)
            return native_wrong(p, "counts", "more than 16 numbers");
        if (!native_number(item, UINT32_MAX, &count))
            return native_wrong(p, "counts", "not numbers in 0 to 4294967295");
        call->counts[call->num_counts++] = (uint32_t)count;
    }
    return true;
}

static bool key_future(const struct native_parse *p, char *text)
{
    uint64_t future;
    if (!native_number(text, INT32_MAX, &future))
        return native_wrong(p, "future", "not a number in 0 to 2147483647");
    p->line->op.tag = (int32_t)future;
    return true;
}

static bool key_calls(const struct native_parse *p, char *text)
{
    struct op *op = &p->line->op;
    return (native_number(text, UINT64_MAX - 1, &op->bytes) && op->bytes > 0) ||
           native_wrong(p, "calls", "not a number of 1 or more");
}

static bool key_times(const struct native_parse *p, char *text)
{
    return (native_number(text, UINT64_MAX, &p->line->number) && p->line->number > 0) ||
           native_wrong(p, text, "not a number of 1 or more");
}

static bool key_rank(const struct native_parse *p, char *text)
{
    uint32_t rank = 0;
    if (!native_value_rank(p, text, text, &rank))
        return false;
    p->line->number = rank;
    return true;
}

// --- the table of words -------------------------------------------------------------------------

struct key {
    const char *name; // with a '!' before it if it must be there; "!": a value without a key
    bool (*set)(const struct native_parse *p, char *text);
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
    {NULL, NATIVE_OP, OP_PIN, {{"!at", key_at}, {"!bytes", key_some}}},
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

static const struct word *find_word(const struct native_parse *p)
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
    native_wrong(p, "", what);
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
static bool parse_field(const struct native_parse *p, const struct word *word, char *field,
                        uint32_t *seen)
{
    char *equals = strchr(field, '=');
    bool bare = word->keys[0].name && strcmp(word->keys[0].name, "!") == 0;
    if (bare && !equals && !(*seen & 1))
        return word->keys[0].set(p, field) && (*seen = 1);
    if (bare || !equals)
        return native_wrong(p, field,
                            bare ? "too much" : "not a field, which is written key=value");
    *equals = '\0';
    for (uint32_t k = 0; k < MAX_KEYS && word->keys[k].name; k++) {
        if (strcmp(field, key_name(&word->keys[k])) != 0)
            continue;
        if (*seen & 1U << k)
            return native_wrong(p, field, "given twice");
        *seen |= 1U << k;
        return word->keys[k].set(p, equals + 1);
    }
    return native_wrong(p, field, "not a key of this operation");
}

static bool parse_fields(const struct native_parse *p, const struct word *word, char **save)
{
    uint32_t seen = 0;
    for (char *field = strtok_r(NULL, BLANKS, save); field; field = strtok_r(NULL, BLANKS, save))
        if (!parse_field(p, word, field, &seen))
            return false;
    for (uint32_t k = 0; k < MAX_KEYS && word->keys[k].name; k++)
        if (must_be_there(&word->keys[k]) && !(seen & 1U << k))
            return native_wrong(p, key_name(&word->keys[k]),
                                *key_name(&word->keys[k]) ? "missing" : "a number is missing");
    return true;
}

// The side that is not given is this rank's.
static bool complete_wait(const struct native_parse *p)
{
    struct op *op = &p->line->op;
    bool sends = op->destination != NOT_GIVEN;
    bool receives = op->source != NOT_GIVEN;
    if (sends == receives)
        return native_wrong(p, "", "wants either 'to' or 'from'");
    if (sends)
        op->source = (int32_t)p->line->rank;
    else
        op->destination = (int32_t)p->line->rank;
    return true;
}

// What an operation holds that is about remote procedures, before its fields.
static bool prepare_call(const struct native_parse *p, enum op_kind kind)
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
    struct native_parse p = {self, strtok_r(text, BLANKS, &save), err};
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
        return native_wrong(&p, "", "before the first 'rank'");
    if (word->kind == NATIVE_OP && !prepare_call(&p, word->op))
        return false;
    if (!parse_fields(&p, word, &save) || (waits && !complete_wait(&p)))
        return false;
    if (word->op == OP_SLEEP && self->op.amount < 0)
        return native_wrong(&p, "ns", "missing");
    return self->stride == 0 || self->op.address != OP_NO_ADDRESS ||
           native_wrong(&p, "stride", "there is no 'at'");
}
