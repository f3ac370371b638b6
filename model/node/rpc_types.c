// SPDX-License-Identifier: Apache-2.0
#include "model/node/rpc_types.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TYPES = 1024, UNIT_BYTES = 4, WORD_BYTES = 8 };

static const struct {
    const char *name;
    uint32_t native_bytes, wire_bytes;
} numbers[] = {
    {"byte", 1, 1},   {"bool", 1, 4},   {"int8", 1, 4},  {"int16", 2, 4},
    {"int32", 4, 4},  {"int64", 8, 8},  {"uint8", 1, 4}, {"uint16", 2, 4},
    {"uint32", 4, 4}, {"uint64", 8, 8}, {"float", 4, 4}, {"double", 8, 8},
};
enum { NUM_NUMBERS = sizeof numbers / sizeof *numbers };

// --- what cannot be marshalled ------------------------------------------------------------------

static const struct {
    const char *word, *why;
} refused[] = {
    {"...", "untyped arguments cannot be marshalled: nothing tells the stub how many there are and "
            "of which types"},
    {"global", "global state cannot be shared: client and server have a memory each; make it a "
               "parameter"},
    {"extern", "global state cannot be shared: client and server have a memory each; make it a "
               "parameter"},
    {"static", "global state cannot be shared: client and server have a memory each; make it a "
               "parameter"},
    {"procedure", "a procedure cannot be passed: its code and its environment are in the memory of "
                  "who passes it"},
    {"union", "a union cannot be marshalled: nothing tells which of its members is stored"},
    {"void", "void cannot be marshalled: nothing tells the stub how many bytes there are; give a "
             "bounded array, as in 'byte data[<=4096] count n'"},
};

bool rpc_types_allowed(const struct rpc_lexer *lexer)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (rpc_lexer_is(lexer, refused[i].word))
            return rpc_lexer_wrong(lexer, "%s", refused[i].why);
    return true;
}

// A star behind a type, if there is one.
static bool read_star(const struct rpc_interface *self, struct rpc_lexer *lexer, bool member,
                      struct rpc_declared *declared)
{
    declared->pointer = rpc_lexer_is(lexer, "*");
    if (!declared->pointer)
        return true;
    if (member)
        return rpc_lexer_wrong(lexer, "a pointer within a struct cannot be marshalled: copied and "
                                      "restored is only what a parameter itself points to");
    if (declared->string || strcmp(self->types[declared->type].name, "byte") == 0)
        return rpc_lexer_wrong(lexer, "a pointer without a size cannot be marshalled: nothing "
                                      "tells the stub how many bytes lie behind it; give a bounded "
                                      "array, as in 'byte data[<=4096] count n'");
    if (!rpc_lexer_next(lexer))
        return false;
    if (rpc_lexer_is(lexer, "*"))
        return rpc_lexer_wrong(lexer, "a pointer to a pointer cannot be marshalled: an address "
                                      "means nothing in the memory of the other side");
    return true;
}

// --- types --------------------------------------------------------------------------------------

static struct rpc_type *add_type(struct rpc_interface *self, struct err *err)
{
    if (self->num_types == self->cap_types) {
        uint32_t cap = self->cap_types ? 2 * self->cap_types : 16;
        struct rpc_type *types = realloc(self->types, cap * sizeof *types);
        if (!types) {
            err_set(err, ERR_RUN, "out of memory");
            return NULL;
        }
        self->types = types;
        self->cap_types = cap;
    }
    struct rpc_type *type = &self->types[self->num_types++];
    *type = (struct rpc_type){.native_align = 1};
    return type;
}

bool rpc_types_make(struct rpc_interface *self, struct err *err)
{
    for (uint32_t i = 0; i < NUM_NUMBERS; i++) {
        struct rpc_type *type = add_type(self, err);
        if (!type)
            return false;
        type->native_bytes = type->native_align = numbers[i].native_bytes;
        type->wire_bytes = numbers[i].wire_bytes;
        strcpy(type->name, numbers[i].name);
        type->leaves = calloc(1, sizeof *type->leaves);
        if (!type->leaves)
            return err_set(err, ERR_RUN, "out of memory");
        type->leaves[type->num_leaves++] =
            (struct rpc_leaf){.native_bytes = type->native_bytes, .wire_bytes = type->wire_bytes};
    }
    return true;
}

static bool unknown_type(const struct rpc_interface *self, const struct rpc_lexer *lexer)
{
    const char *names[MAX_TYPES + 1] = {"string"};
    uint32_t num = 1;
    for (uint32_t i = 0; i < self->num_types; i++)
        names[num++] = self->types[i].name;
    const char *nearest = err_nearest(lexer->text, names, num);
    return rpc_lexer_wrong(lexer, "'%s' is not a type%s%s%s", lexer->text,
                           nearest ? "; did you mean '" : "", nearest ? nearest : "",
                           nearest ? "'?" : "");
}

bool rpc_types_read(struct rpc_interface *self, struct rpc_lexer *lexer, const char *member,
                    struct rpc_declared *declared)
{
    *declared = (struct rpc_declared){0};
    if (!rpc_types_allowed(lexer) || (rpc_lexer_is(lexer, "struct") && !rpc_lexer_next(lexer)))
        return false;
    if (lexer->token != RPC_TOKEN_NAME)
        return rpc_lexer_wrong(lexer, "a type expected, not '%s'", lexer->text);
    if (member && strcmp(lexer->text, member) == 0)
        return rpc_lexer_wrong(lexer, "struct %s contains itself, and has no fixed size", member);
    declared->string = rpc_lexer_is(lexer, "string");
    if (declared->string && member)
        return rpc_lexer_wrong(lexer, "a string within a struct has no fixed size; give 'byte "
                                      "name[N]', or make it a parameter");
    while (!declared->string && declared->type < self->num_types &&
           strcmp(self->types[declared->type].name, lexer->text) != 0)
        declared->type++;
    if (declared->type == self->num_types)
        return unknown_type(self, lexer);
    return rpc_lexer_next(lexer) && read_star(self, lexer, member != NULL, declared);
}

bool rpc_types_length(struct rpc_lexer *lexer, uint32_t *length, bool *bounded)
{
    if (!rpc_lexer_expect(lexer, "["))
        return false;
    *bounded = rpc_lexer_is(lexer, "<=");
    if (*bounded && !rpc_lexer_next(lexer))
        return false;
    if (rpc_lexer_is(lexer, "]") || rpc_lexer_is(lexer, "*"))
        return rpc_lexer_wrong(lexer,
                               "an array without a bound cannot be marshalled: nothing tells "
                               "the stubs how much to copy and how much room to keep; give "
                               "[N], or [<=N] and what counts it");
    if (lexer->token != RPC_TOKEN_NUMBER || lexer->number == 0 || lexer->number > RPC_MAX_ELEMENTS)
        return rpc_lexer_wrong(lexer, "a length of 1 to %d expected, not '%s'", RPC_MAX_ELEMENTS,
                               lexer->text);
    *length = (uint32_t)lexer->number;
    return rpc_lexer_next(lexer) && rpc_lexer_expect(lexer, "]");
}

bool rpc_types_name(struct rpc_lexer *lexer, char *name, const void *others, uint32_t num,
                    size_t stride)
{
    if (rpc_lexer_is(lexer, "("))
        return rpc_lexer_wrong(lexer, "a pointer to a procedure cannot be marshalled: its code and "
                                      "its environment are in the memory of who passes it");
    if (lexer->token != RPC_TOKEN_NAME)
        return rpc_lexer_wrong(lexer, "a name expected, not '%s'", lexer->text);
    for (uint32_t i = 0; i < num; i++)
        if (strcmp((const char *)others + i * stride, lexer->text) == 0)
            return rpc_lexer_wrong(lexer, "there is another '%s'", lexer->text);
    strcpy(name, lexer->text);
    return rpc_lexer_next(lexer);
}

// --- structs ------------------------------------------------------------------------------------

struct member {
    char name[RPC_NAME_BYTES];
};

static bool add_leaf(struct rpc_type *type, struct rpc_leaf leaf, struct rpc_lexer *lexer)
{
    if (type->num_leaves == RPC_MAX_LEAVES)
        return rpc_lexer_wrong(lexer, "struct %s has more than %d numbers", type->name,
                               RPC_MAX_LEAVES);
    type->leaves[type->num_leaves++] = leaf;
    return true;
}

// A row of bytes, of which up to 8 are copied at once.
static bool add_bytes(struct rpc_type *type, uint32_t native_offset, uint32_t length,
                      struct rpc_lexer *lexer)
{
    for (uint32_t at = 0; at < length; at += WORD_BYTES) {
        uint32_t bytes = length - at < WORD_BYTES ? length - at : WORD_BYTES;
        struct rpc_leaf leaf = {native_offset + at, type->wire_bytes, bytes,
                                (uint32_t)rpc_types_align(bytes, UNIT_BYTES)};
        if (!add_leaf(type, leaf, lexer))
            return false;
        type->wire_bytes += leaf.wire_bytes;
    }
    return true;
}

// Adds a member of `length` elements; both types are entries of the table.
static bool add_member(struct rpc_type *type, const struct rpc_type *of, uint32_t length,
                       struct rpc_lexer *lexer)
{
    uint64_t offset = rpc_types_align(type->native_bytes, of->native_align);
    if (offset + (uint64_t)length * of->native_bytes > INT32_MAX)
        return rpc_lexer_wrong(lexer, "struct %s is longer than 2 GiB", type->name);
    type->native_bytes = (uint32_t)(offset + (uint64_t)length * of->native_bytes);
    if (of->native_align > type->native_align)
        type->native_align = of->native_align;
    if (!of->is_struct && of->wire_bytes == 1)
        return add_bytes(type, (uint32_t)offset, length, lexer);
    for (uint32_t i = 0; i < length; i++) {
        for (uint32_t l = 0; l < of->num_leaves; l++) {
            struct rpc_leaf leaf = of->leaves[l];
            leaf.native_offset += (uint32_t)offset + i * of->native_bytes;
            leaf.wire_offset += type->wire_bytes;
            if (!add_leaf(type, leaf, lexer))
                return false;
        }
        type->wire_bytes += of->wire_bytes;
    }
    return true;
}

static bool read_member(struct rpc_interface *self, uint32_t type, struct rpc_lexer *lexer,
                        struct member *members, uint32_t num)
{
    struct rpc_declared declared;
    uint32_t length = 1;
    bool bounded = false;
    if (!rpc_types_read(self, lexer, self->types[type].name, &declared) ||
        !rpc_types_name(lexer, members[num].name, members, num, sizeof *members))
        return false;
    if (rpc_lexer_is(lexer, "[") && !rpc_types_length(lexer, &length, &bounded))
        return false;
    if (bounded)
        return rpc_lexer_wrong(lexer, "a bounded array within a struct has no fixed size; give "
                                      "[N], or make it a parameter");
    return add_member(&self->types[type], &self->types[declared.type], length, lexer) &&
           rpc_lexer_expect(lexer, ";");
}

static bool read_members(struct rpc_interface *self, uint32_t type, struct rpc_lexer *lexer)
{
    enum { MAX_MEMBERS = 256 };
    struct member *members = calloc(MAX_MEMBERS, sizeof *members);
    bool good = members || err_set(lexer->err, ERR_RUN, "out of memory");
    for (uint32_t num = 0; good && !rpc_lexer_is(lexer, "}"); num++)
        good = num < MAX_MEMBERS
                   ? read_member(self, type, lexer, members, num)
                   : rpc_lexer_wrong(lexer, "a struct of more than %d members", MAX_MEMBERS);
    free(members);
    return good;
}

bool rpc_types_struct(struct rpc_interface *self, struct rpc_lexer *lexer)
{
    uint32_t idx = self->num_types;
    uint32_t line = lexer->line;
    char name[RPC_NAME_BYTES];
    if (idx == MAX_TYPES)
        return rpc_lexer_wrong(lexer, "more than %d types", MAX_TYPES);
    if (rpc_lexer_is(lexer, "string"))
        return rpc_lexer_wrong(lexer, "there is another 'string'");
    if (!rpc_types_name(lexer, name, self->types, idx, sizeof *self->types) ||
        !rpc_lexer_expect(lexer, "{"))
        return false;
    struct rpc_type *type = add_type(self, lexer->err);
    if (!type)
        return false;
    strcpy(type->name, name);
    type->is_struct = true;
    type->line = line;
    type->leaves = calloc(RPC_MAX_LEAVES, sizeof *type->leaves);
    if (!type->leaves)
        return err_set(lexer->err, ERR_RUN, "out of memory");
    if (!read_members(self, idx, lexer))
        return false;
    type = &self->types[idx];
    if (type->num_leaves == 0)
        return rpc_lexer_wrong(lexer, "struct %s has no members", name);
    struct rpc_leaf *leaves = realloc(type->leaves, type->num_leaves * sizeof *leaves);
    type->leaves = leaves ? leaves : type->leaves;
    type->native_bytes = (uint32_t)rpc_types_align(type->native_bytes, type->native_align);
    return rpc_lexer_next(lexer) && rpc_lexer_expect(lexer, ";");
}
