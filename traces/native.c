// SPDX-License-Identifier: Apache-2.0
#include "traces/native.h"

#include "traces/input.h"
#include "traces/native_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC  "ordito-trace"
#define BLANKS " \t\r"

enum { VERSION = 1, MAX_DEPTH = 16, MAX_KEPT = 1 << 20 };

// A turn of a repeat.
struct turn {
    uint32_t first; // of the kept lines, within it
    uint64_t idx;   // of this turn
    uint64_t times;
};

// A rank's operations. `input` is closed as soon as the file has ended.
struct stream {
    struct input *input;
    char *file;               // its name, for messages
    struct native_line line;  // read last
    struct native_line *kept; // [num_kept] a repeat, its lines, and its end
    uint32_t num_kept, cap_kept;
    uint32_t next_kept; // to be replayed; num_kept: none
    struct turn turns[MAX_DEPTH];
    uint32_t depth; // of repeats that are being replayed
    bool started;   // `init` has been given
    bool ended;     // so has `finalize`
};

struct native {
    struct trace base;
    struct stream *streams; // [num_ranks]
};

static const char *native_file(const struct trace *base, uint32_t rank)
{
    return ((const struct native *)base)->streams[rank].file;
}

// --- lines --------------------------------------------------------------------------------------

static bool wrong_line(const struct input *input, struct err *err, const char *what)
{
    return err_set(err, ERR_TRACE, "%s:%u: %s", input_name(input), input_line_number(input), what);
}

// The next line that is not empty, without its comment.
static enum input_next next_content(struct input *input, char **content, struct err *err)
{
    enum input_next next;
    while ((next = input_line(input, content, err)) == INPUT_LINE) {
        (*content)[strcspn(*content, "#")] = '\0';
        if ((*content)[strspn(*content, BLANKS)])
            break;
    }
    return next;
}

// A line that is a word and a number.
static bool is_word_number(const char *content, const char *word, uint32_t *value)
{
    char name[32];
    char digits[32];
    char rest;
    uint64_t number;
    if (sscanf(content, " %31s %31s %c", name, digits, &rest) != 2 || strcmp(name, word) != 0 ||
        !native_number(digits, UINT32_MAX, &number))
        return false;
    *value = (uint32_t)number;
    return true;
}

// The two lines that a file begins with.
static bool read_header(struct input *input, uint32_t *num_ranks, struct err *err)
{
    char *content;
    uint32_t version;
    enum input_next next = next_content(input, &content, err);
    if (next == INPUT_ERROR)
        return false;
    if (next == INPUT_END || !is_word_number(content, MAGIC, &version))
        return wrong_line(input, err, "not a trace: no 'ordito-trace 1' at its beginning");
    if (version != VERSION)
        return wrong_line(input, err, "a version of the format that is not known, which is 1");
    next = next_content(input, &content, err);
    if (next == INPUT_ERROR)
        return false;
    if (next == INPUT_END || !is_word_number(content, "ranks", num_ranks) || *num_ranks == 0 ||
        *num_ranks > TRACE_MAX_RANKS)
        return wrong_line(input, err, "the second line must be 'ranks N', of 1 to 1048576");
    return true;
}

// True if the first word of a line is this one.
static bool begins_with(const char *content, const char *word)
{
    content += strspn(content, BLANKS);
    size_t length = strlen(word);
    return strncmp(content, word, length) == 0 &&
           (!content[length] || strchr(BLANKS, content[length]));
}

static enum input_next content_or_cut_off(struct stream *self, char **content, struct err *err)
{
    enum input_next next = next_content(self->input, content, err);
    self->line.line = input_line_number(self->input);
    if (next != INPUT_END)
        return next;
    wrong_line(self->input, err, "the file ends before its 'end': it is cut off");
    return INPUT_ERROR;
}

// Passes over what is another rank's: up to the next 'rank', or the end of the file.
static enum input_next pass_over(struct stream *self, char **content, struct err *err)
{
    for (uint32_t depth = 0;;) {
        enum input_next next = content_or_cut_off(self, content, err);
        if (next != INPUT_LINE)
            return next;
        bool ends = begins_with(*content, "end");
        if (depth == 0 && (ends || begins_with(*content, "rank")))
            return next;
        depth += begins_with(*content, "repeat");
        depth -= ends;
    }
}

// The next line of the rank, or the end of the file, parsed.
static bool next_line(struct stream *self, uint32_t rank, bool in_repeat, struct err *err)
{
    for (;;) {
        char *content;
        bool mine = self->line.rank == (int64_t)rank || self->line.rank < 0;
        enum input_next next =
            mine ? content_or_cut_off(self, &content, err) : pass_over(self, &content, err);
        if (next != INPUT_LINE || !native_line_parse(&self->line, content, err))
            return false;
        if (self->line.kind != NATIVE_RANK)
            return true;
        if (in_repeat)
            return wrong_line(self->input, err, "a 'rank' within a repeat");
        self->line.rank = (int64_t)self->line.number;
    }
}

// --- repeats ------------------------------------------------------------------------------------

static void forget_kept(struct stream *self)
{
    for (uint32_t i = 0; i < self->num_kept; i++) {
        for (int which = 0; which < 2; which++)
            free(self->kept[i].counts[which]);
        free(self->kept[i].call);
    }
    self->num_kept = 0;
    self->next_kept = 0;
}

// Keeps the line that was read last.
static bool keep(struct stream *self, struct err *err)
{
    if (self->num_kept == MAX_KEPT)
        return wrong_line(self->input, err, "more than 1048576 lines in a repeat");
    if (self->num_kept == self->cap_kept) {
        uint32_t cap = self->cap_kept ? 2 * self->cap_kept : 16;
        struct native_line *kept = realloc(self->kept, cap * sizeof *kept);
        if (!kept)
            return err_set(err, ERR_RUN, "out of memory");
        self->kept = kept;
        self->cap_kept = cap;
    }
    self->kept[self->num_kept++] = self->line;
    self->line.counts[0] = NULL; // they are kept
    self->line.counts[1] = NULL;
    self->line.call = NULL;
    return true;
}

// Keeps the repeat that has just begun, up to its end.
static bool keep_repeat(struct stream *self, uint32_t rank, struct err *err)
{
    uint32_t depth = 0;
    uint32_t first_line = self->line.line;
    bool has_op = false;
    forget_kept(self);
    do {
        if (depth == MAX_DEPTH && self->line.kind == NATIVE_REPEAT)
            return wrong_line(self->input, err, "repeats deeper than 16");
        depth += self->line.kind == NATIVE_REPEAT;
        depth -= self->line.kind == NATIVE_END;
        has_op |= self->line.kind == NATIVE_OP;
        if (!keep(self, err))
            return false;
        if (depth > 0 && !next_line(self, rank, true, err))
            return false;
    } while (depth > 0);
    return has_op ||
           err_set(err, ERR_TRACE, "%s:%u: a repeat without an operation", self->file, first_line);
}

// The next operation of the repeat that is kept; false at its end.
static bool replay(struct stream *self, struct op *op)
{
    while (self->next_kept < self->num_kept) {
        const struct native_line *line = &self->kept[self->next_kept++];
        struct turn *turn = self->depth ? &self->turns[self->depth - 1] : NULL;
        switch (line->kind) {
        case NATIVE_REPEAT:
            self->turns[self->depth++] = (struct turn){self->next_kept, 0, line->number};
            break;
        case NATIVE_END:
            if (++turn->idx < turn->times)
                self->next_kept = turn->first;
            else
                self->depth--;
            break;
        default:
            *op = line->op;
            op->address += turn->idx * line->stride;
            return true;
        }
    }
    return false;
}

// --- the trace ----------------------------------------------------------------------------------

// After the end of the file nothing may follow.
static bool finish(struct stream *self, struct err *err)
{
    char *content;
    enum input_next next = next_content(self->input, &content, err);
    if (next == INPUT_LINE)
        wrong_line(self->input, err, "something after the last 'end'");
    if (next != INPUT_END)
        return false;
    input_close(self->input);
    self->input = NULL;
    return true;
}

static enum trace_next native_next(struct trace *base, uint32_t rank, struct op *op,
                                   struct err *err)
{
    struct stream *self = &((struct native *)base)->streams[rank];
    if (!self->started) {
        self->started = true;
        *op = (struct op){.kind = OP_INIT, .line = 1};
        return TRACE_OP;
    }
    while (self->input) {
        if (replay(self, op))
            return TRACE_OP;
        if (!next_line(self, rank, false, err))
            return TRACE_ERROR;
        if (self->line.kind == NATIVE_OP) {
            *op = self->line.op;
            return TRACE_OP;
        }
        bool repeats = self->line.kind == NATIVE_REPEAT;
        if (!(repeats ? keep_repeat(self, rank, err) : finish(self, err)))
            return TRACE_ERROR;
    }
    if (self->ended)
        return TRACE_END;
    self->ended = true;
    *op = (struct op){.kind = OP_FINALIZE, .line = self->line.line};
    return TRACE_OP;
}

static void native_close(struct trace *base)
{
    struct native *self = (struct native *)base;
    for (uint32_t i = 0; self->streams && i < base->num_ranks; i++) {
        struct stream *stream = &self->streams[i];
        input_close(stream->input);
        forget_kept(stream);
        free(stream->line.counts[0]);
        free(stream->line.counts[1]);
        free(stream->line.call);
        free(stream->kept);
        free(stream->file);
    }
    free(self->streams);
    free(self);
}

static struct native *native_new(uint32_t num_ranks, struct err *err)
{
    struct native *self = calloc(1, sizeof *self);
    if (self) {
        self->base = (struct trace){.format = &native_format,
                                    .num_ranks = num_ranks,
                                    .next = native_next,
                                    .file = native_file,
                                    .close = native_close};
        self->streams = calloc(num_ranks, sizeof *self->streams);
        if (self->streams)
            return self;
        free(self);
    }
    err_set(err, ERR_RUN, "out of memory");
    return NULL;
}

static bool open_stream(struct native *self, uint32_t rank, const char *path, struct err *err)
{
    struct stream *stream = &self->streams[rank];
    uint32_t num_ranks;
    stream->input = input_open(path, NULL, NULL, err);
    if (!stream->input || !read_header(stream->input, &num_ranks, err))
        return false;
    stream->file = strdup(input_name(stream->input));
    if (!stream->file)
        return err_set(err, ERR_RUN, "out of memory");
    stream->line =
        (struct native_line){.file = stream->file, .num_ranks = self->base.num_ranks, .rank = -1};
    return true;
}

static struct trace *native_open(const char *path, struct err *err)
{
    uint32_t num_ranks = 0;
    struct input *input = input_open(path, NULL, NULL, err);
    bool good = input && read_header(input, &num_ranks, err);
    input_close(input);
    struct native *self = good ? native_new(num_ranks, err) : NULL;
    if (self)
        input_reserve_files(num_ranks);
    for (uint32_t i = 0; self && i < num_ranks; i++) {
        if (!open_stream(self, i, path, err)) {
            native_close(&self->base);
            self = NULL;
        }
    }
    return self ? &self->base : NULL;
}

static bool native_probe(const char *path)
{
    struct err err = {0};
    uint32_t version;
    char *content;
    struct input *input = input_open(path, NULL, NULL, &err);
    bool is_native = input && next_content(input, &content, &err) == INPUT_LINE &&
                     is_word_number(content, MAGIC, &version);
    input_close(input);
    return is_native;
}

const struct trace_format native_format = {
    .name = "native",
    .help = "the project's own text, one operation a line",
    .probe = native_probe,
    .open = native_open,
};
