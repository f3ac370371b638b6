// SPDX-License-Identifier: Apache-2.0
#include "traces/input.h"

#include "traces/packed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { FIRST_LINE_BYTES = 256 };

struct input {
    struct packed *packed; // NULL: all there is has been decoded
    char *name;
    const char *block; // decoded last
    size_t block_bytes;
    size_t block_at;  // first byte not yet given out
    char *line;       // the line that is being put together
    size_t cap_line;  // allocated
    uint32_t line_no; // lines given out
    bool ended;       // no block follows
};

// Positions the input at the data wanted: of the member, or of the file itself. An empty file has
// none and is at its end.
static bool seek_member(struct input *self, const char *member, struct err *err)
{
    const char *name;
    while (packed_next(self->packed, &name, err)) {
        if (!member || (name && strcmp(name, member) == 0))
            return true;
    }
    if (err->status != ERR_NONE)
        return false;
    if (member)
        return err_set(err, ERR_TRACE, "%s: no such member in the archive", self->name);
    self->ended = true;
    return true;
}

struct input *input_open(const char *path, const char *member, const struct unpacked *archive,
                         struct err *err)
{
    struct input *self = calloc(1, sizeof *self);
    const char *name = path ? path : PACKED_STDIN;
    if (!self || asprintf(&self->name, member ? "%s:%s" : "%s", name, member) < 0) {
        free(self);
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->ended =
        member && archive && unpacked_member(archive, member, &self->block, &self->block_bytes);
    if (self->ended)
        return self;
    self->packed = packed_open(path, !member, err);
    if (!self->packed || !seek_member(self, member, err)) {
        input_close(self);
        return NULL;
    }
    return self;
}

void input_close(struct input *self)
{
    if (!self)
        return;
    packed_close(self->packed);
    free(self->name);
    free(self->line);
    free(self);
}

// Fetches the next block; sets `ended` at the end of the data.
static bool fetch(struct input *self, struct err *err)
{
    self->block_at = 0;
    self->block_bytes = 0;
    enum packed_result result = packed_block(self->packed, &self->block, &self->block_bytes);
    self->ended = result == PACKED_END;
    return result != PACKED_DAMAGED || err_set(err, ERR_TRACE, "%s", packed_reason(self->packed));
}

size_t input_read(struct input *self, char *bytes, size_t num, struct err *err)
{
    size_t done = 0;
    while (done < num) {
        if (self->block_at == self->block_bytes) {
            if (!self->ended && !fetch(self, err)) {
                err_prefix(err, "%s", self->name);
                break;
            }
            if (self->ended)
                break;
            continue;
        }
        size_t part = self->block_bytes - self->block_at;
        part = part < num - done ? part : num - done;
        memcpy(bytes + done, self->block + self->block_at, part);
        self->block_at += part;
        done += part;
    }
    return done;
}

// Appends bytes to the line; keeps room for its NUL.
static bool append(struct input *self, size_t length, const char *bytes, size_t num,
                   struct err *err)
{
    if (length + num > INPUT_MAX_LINE)
        return err_set(err, ERR_TRACE, "%s:%u: a line longer than %d bytes", self->name,
                       self->line_no + 1, INPUT_MAX_LINE);
    if (length + num + 1 > self->cap_line) {
        size_t cap = self->cap_line ? self->cap_line : FIRST_LINE_BYTES;
        while (cap < length + num + 1)
            cap *= 2;
        char *line = realloc(self->line, cap);
        if (!line)
            return err_set(err, ERR_RUN, "out of memory");
        self->line = line;
        self->cap_line = cap;
    }
    memcpy(self->line + length, bytes, num);
    return true;
}

enum input_next input_line(struct input *self, char **line, struct err *err)
{
    size_t length = 0;
    bool whole = false;
    while (!whole) {
        if (self->block_at == self->block_bytes) {
            if (!self->ended && !fetch(self, err)) {
                err_prefix(err, "%s:%u", self->name, self->line_no + 1);
                return INPUT_ERROR;
            }
            if (self->ended)
                break;
            continue;
        }
        const char *from = self->block + self->block_at;
        size_t left = self->block_bytes - self->block_at;
        const char *newline = memchr(from, '\n', left);
        size_t num = newline ? (size_t)(newline - from) : left;
        if (!append(self, length, from, num, err))
            return INPUT_ERROR;
        length += num;
        self->block_at += num + (newline != NULL);
        whole = newline != NULL;
    }
    if (!whole && length == 0)
        return INPUT_END;
    self->line[length] = '\0';
    if (strlen(self->line) != length) {
        err_set(err, ERR_TRACE, "%s:%u: a NUL byte in a text file", self->name, self->line_no + 1);
        return INPUT_ERROR;
    }
    self->line_no++;
    *line = self->line;
    return INPUT_LINE;
}

uint32_t input_line_number(const struct input *self)
{
    return self->line_no;
}

const char *input_name(const struct input *self)
{
    return self->name;
}

void input_reserve_files(uint32_t num)
{
    enum { OTHERS = 64 }; // files that the program has open for other ends
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= (rlim_t)num + OTHERS)
        return;
    limit.rlim_cur = (rlim_t)num + OTHERS < limit.rlim_max ? (rlim_t)num + OTHERS : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}
