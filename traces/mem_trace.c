// SPDX-License-Identifier: Apache-2.0
#include "traces/mem_trace.h"

#include "traces/dinero.h"
#include "traces/input.h"
#include "traces/lackey.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct mem_format *const mem_formats[] = {
    &lackey_format,
    &dinero_format,
};
const size_t mem_num_formats = sizeof mem_formats / sizeof *mem_formats;

const char *const mem_ref_names[MEM_REF_NUM_KINDS] = {
    [MEM_REF_FETCH] = "fetch",
    [MEM_REF_LOAD] = "load",
    [MEM_REF_STORE] = "store",
    [MEM_REF_MODIFY] = "modify",
};

const uint8_t mem_text_digits[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

struct mem_trace {
    struct input *input;
    const struct mem_format *format;
    struct mem_text text; // whole lines of the buffer, decoded up to `at`
    char *buffer;
    size_t cap;        // bytes of the buffer
    size_t filled;     // bytes of text in it; those behind `text.end` are a part of a line
    bool ended;        // nothing more comes from the file
    struct err failed; // reading it, which is told when all before has been decoded
    bool any;          // a reference was found
};

// Makes room behind the text: that before text.at is dropped, and if a line fills all, it grows.
static bool make_room(struct mem_trace *self, struct err *err)
{
    size_t done = (size_t)(self->text.at - self->buffer);
    self->filled -= done;
    memmove(self->buffer, self->buffer + done, self->filled);
    if (self->filled == self->cap) {
        if (self->cap >= INPUT_MAX_LINE)
            return err_set(err, ERR_TRACE, "%s:%" PRIu64 ": a line longer than %d bytes",
                           input_name(self->input), self->text.lines + 1, INPUT_MAX_LINE);
        size_t cap = 2 * self->cap < INPUT_MAX_LINE ? 2 * self->cap : INPUT_MAX_LINE;
        char *buffer = realloc(self->buffer, cap);
        if (!buffer)
            return err_set(err, ERR_RUN, "out of memory");
        self->buffer = buffer;
        self->cap = cap;
    }
    self->text.at = self->text.end = self->buffer;
    return true;
}

// Reads on until there is a whole line, or the end. All lines there have been decoded.
static bool fill(struct mem_trace *self, struct err *err)
{
    while (self->text.at == self->text.end && !self->ended) {
        if (!make_room(self, err))
            return false;
        char *from = self->buffer + self->filled;
        size_t room = self->cap - self->filled;
        size_t num = input_read(self->input, from, room, &self->failed);
        self->ended = num < room;
        self->filled += num;
        const char *newline = memrchr(from, '\n', num);
        if (newline)
            self->text.end = newline + 1;
    }
    return true;
}

static struct mem_trace *open_input(const char *path, size_t buffer_bytes, struct err *err)
{
    struct mem_trace *self = calloc(1, sizeof *self);
    if (self && !(self->buffer = malloc(buffer_bytes))) {
        free(self);
        self = NULL;
    }
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->cap = buffer_bytes;
    self->text.at = self->text.end = self->buffer;
    self->input = input_open(strcmp(path, "-") == 0 ? NULL : path, NULL, NULL, err);
    if (self->input && fill(self, err))
        return self;
    mem_trace_close(self);
    return NULL;
}

// The format that the first line is of. NULL if there is none, and on an error.
static const struct mem_format *tell_format(const struct mem_trace *self, struct err *err)
{
    if (self->failed.status != ERR_NONE && self->text.at == self->text.end) {
        *err = self->failed;
        return NULL;
    }
    for (size_t i = 0; self->text.at < self->text.end && i < mem_num_formats; i++)
        if (mem_formats[i]->probe(self->text.at))
            return mem_formats[i];
    err_set(err, ERR_TRACE, "%s: %s", input_name(self->input),
            self->filled ? "not a memory trace of a known format" : "an empty file");
    return NULL;
}

struct mem_trace *mem_trace_open_sized(const char *path, const struct mem_format *format,
                                       size_t buffer_bytes, struct err *err)
{
    struct mem_trace *self = open_input(path, buffer_bytes, err);
    if (!self)
        return NULL;
    self->format = format ? format : tell_format(self, err);
    if (self->format)
        return self;
    mem_trace_close(self);
    return NULL;
}

struct mem_trace *mem_trace_open(const char *path, const struct mem_format *format, struct err *err)
{
    return mem_trace_open_sized(path, format, MEM_TRACE_BUFFER_BYTES, err);
}

void mem_trace_close(struct mem_trace *self)
{
    if (!self)
        return;
    input_close(self->input);
    free(self->buffer);
    free(self);
}

// Names file and line, and quotes the line as far as it can be printed.
static void tell_fault(const struct mem_trace *self, struct err *err)
{
    char quote[64];
    size_t num = 0;
    for (const char *at = self->text.at; *at != '\n' && num < sizeof quote - 1; at++, num++) {
        quote[num] = *at;
        if (*at < ' ' || *at > '~')
            quote[num] = '?';
    }
    quote[num] = '\0';
    err_set(err, ERR_TRACE, "%s:%" PRIu64 ": \"%s\": %s", input_name(self->input),
            self->text.lines + 1, quote, self->text.fault);
}

// What the end of the file means.
static void tell_end(const struct mem_trace *self, struct err *err)
{
    if (self->failed.status != ERR_NONE)
        *err = self->failed;
    else if (self->filled > (size_t)(self->text.end - self->buffer))
        err_set(err, ERR_TRACE, "%s:%" PRIu64 ": the file ends within a line: it is cut off",
                input_name(self->input), self->text.lines + 1);
    else if (!self->any)
        err_set(err, ERR_TRACE, "%s: no reference to memory in it", input_name(self->input));
}

size_t mem_trace_next(struct mem_trace *self, struct mem_ref *refs, size_t cap, struct err *err)
{
    while (!self->text.fault && fill(self, err)) {
        if (self->text.at == self->text.end) {
            tell_end(self, err);
            return 0;
        }
        size_t num = self->format->decode(&self->text, refs, cap);
        if (num > 0) {
            self->any = true;
            return num;
        }
    }
    if (self->text.fault)
        tell_fault(self, err);
    return 0;
}

const struct mem_format *mem_trace_format(const struct mem_trace *self)
{
    return self->format;
}

uint64_t mem_trace_lines(const struct mem_trace *self)
{
    return self->text.lines;
}

uint64_t mem_trace_others(const struct mem_trace *self)
{
    return self->text.others;
}

bool mem_trace_probe(const char *path)
{
    struct err err = {0};
    struct mem_trace *trace = mem_trace_open(path, NULL, &err);
    mem_trace_close(trace);
    return trace != NULL;
}
