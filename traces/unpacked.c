// SPDX-License-Identifier: Apache-2.0
#include "traces/unpacked.h"

#include "traces/packed.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 1 << 16, FIRST_MEMBERS = 64 };

// A member, by indices of `bytes`.
struct member {
    size_t name; // with its NUL
    size_t data;
    size_t num_bytes;
};

struct unpacked {
    bool is_archive;
    char *found;
    bool keeps;        // as long as there is room
    size_t most_bytes; // that may be kept
    char *bytes;       // names and data
    size_t num_bytes, cap_bytes;
    struct member *members; // by name, and of one name in the archive's order
    size_t num_members, cap_members;
};

static void drop(struct unpacked *self)
{
    free(self->bytes);
    free(self->members);
    self->bytes = NULL;
    self->members = NULL;
    self->num_members = 0;
    self->keeps = false;
}

void unpacked_free(struct unpacked *self)
{
    if (!self)
        return;
    drop(self);
    free(self->found);
    free(self);
}

// Room for `num` more elements: the list, which may have moved, or NULL if out of memory.
static void *grow(void *list, size_t num, size_t *cap, size_t first, size_t size)
{
    if (num <= *cap)
        return list;
    size_t more = *cap ? *cap : first;
    while (more < num)
        more *= 2;
    void *grown = reallocarray(list, more, size);
    *cap = grown ? more : *cap;
    return grown;
}

static bool keep_bytes(struct unpacked *self, const char *bytes, size_t num, struct err *err)
{
    if (self->keeps && num > self->most_bytes - self->num_bytes)
        drop(self);
    if (!self->keeps)
        return true;
    char *grown = grow(self->bytes, self->num_bytes + num, &self->cap_bytes, FIRST_BYTES, 1);
    if (!grown)
        return err_set(err, ERR_RUN, "out of memory");
    self->bytes = grown;
    memcpy(self->bytes + self->num_bytes, bytes, num);
    self->num_bytes += num;
    return true;
}

// Keeps a member, or passes it over if its name is NULL.
static bool keep_member(struct unpacked *self, struct packed *from, const char *path,
                        const char *name, struct err *err)
{
    struct member member = {.name = self->num_bytes};
    if (!name || !keep_bytes(self, name, strlen(name) + 1, err))
        return err->status == ERR_NONE;
    member.data = self->num_bytes;
    enum packed_result result = PACKED_BLOCK;
    const char *block;
    size_t num;
    while (self->keeps && (result = packed_block(from, &block, &num)) == PACKED_BLOCK)
        if (!keep_bytes(self, block, num, err))
            return false;
    if (result == PACKED_DAMAGED)
        return err_set(err, ERR_TRACE, "%s: %s", path, packed_reason(from));
    if (!self->keeps)
        return true;
    struct member *grown = grow(self->members, self->num_members + 1, &self->cap_members,
                                FIRST_MEMBERS, sizeof *grown);
    if (!grown)
        return err_set(err, ERR_RUN, "out of memory");
    self->members = grown;
    member.num_bytes = self->num_bytes - member.data;
    self->members[self->num_members++] = member;
    return true;
}

static bool read_all(struct unpacked *self, struct packed *from, const char *path, const char *base,
                     struct err *err)
{
    const char *name;
    while (packed_next(from, &name, err)) {
        if (!packed_is_archive(from))
            return true;
        self->is_archive = true;
        const char *slash = name ? strrchr(name, '/') : NULL;
        if (name && !self->found && strcmp(slash ? slash + 1 : name, base) == 0 &&
            !(self->found = strdup(name)))
            return err_set(err, ERR_RUN, "out of memory");
        if (!keep_member(self, from, path, name, err))
            return false;
    }
    return err->status == ERR_NONE;
}

static int compare(const void *a, const void *b, void *bytes)
{
    const struct member *x = a;
    const struct member *y = b;
    int order = strcmp((const char *)bytes + x->name, (const char *)bytes + y->name);
    return order ? order : (x->name > y->name) - (x->name < y->name);
}

struct unpacked *unpacked_read(const char *path, const char *base, size_t most_bytes,
                               struct err *err)
{
    struct packed *from = packed_open(path, true, err);
    if (!from)
        return NULL;
    struct unpacked *self = calloc(1, sizeof *self);
    if (self) {
        self->keeps = true;
        self->most_bytes = most_bytes;
    } else {
        err_set(err, ERR_RUN, "out of memory");
    }
    if (self && !read_all(self, from, path, base, err)) {
        unpacked_free(self);
        self = NULL;
    }
    packed_close(from);
    if (self && self->num_members > 0)
        qsort_r(self->members, self->num_members, sizeof *self->members, compare, self->bytes);
    return self;
}

bool unpacked_is_archive(const struct unpacked *self)
{
    return self->is_archive;
}

const char *unpacked_found(const struct unpacked *self)
{
    return self->found;
}

bool unpacked_member(const struct unpacked *self, const char *name, const char **bytes,
                     size_t *num_bytes)
{
    size_t from = 0;
    size_t to = self->num_members;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (strcmp(self->bytes + self->members[middle].name, name) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    if (from == self->num_members || strcmp(self->bytes + self->members[from].name, name) != 0)
        return false;
    *bytes = self->bytes + self->members[from].data;
    *num_bytes = self->members[from].num_bytes;
    return true;
}
