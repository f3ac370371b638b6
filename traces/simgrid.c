// SPDX-License-Identifier: Apache-2.0
#include "traces/simgrid.h"

#include "traces/input.h"
#include "traces/simgrid_files.h"
#include "traces/simgrid_line.h"

#include <stdlib.h>
#include <string.h>

// A rank's lines. `input` is closed as soon as the rank has ended.
struct stream {
    struct input *input;
    char *file;       // its name, for messages
    uint64_t *counts; // [2 * num_ranks], arrays of the operation read last; NULL before the first
    bool started;     // `init` was read
    bool doubles;     // what an element without a datatype is
};

struct simgrid {
    struct trace base;
    struct stream *streams;   // [num_ranks]
    struct unpacked *archive; // that they read from, or NULL
    char **fields;            // scratch of the line parser
};

static const char *simgrid_file(const struct trace *base, uint32_t rank)
{
    return ((const struct simgrid *)base)->streams[rank].file;
}

static enum trace_next wrong(const struct stream *stream, uint32_t rank, struct err *err,
                             const char *what)
{
    err_set(err, ERR_TRACE, "%s:%u: rank %u: %s", stream->file, input_line_number(stream->input),
            rank, what);
    return TRACE_ERROR;
}

// The next line of this rank; lines of others are passed over.
static enum input_next next_line(struct stream *stream, uint32_t rank, char **rest, struct err *err)
{
    char *content;
    enum input_next next;
    while ((next = simgrid_files_line(stream->input, &content, err)) == INPUT_LINE) {
        uint32_t of_rank;
        if (!simgrid_files_rank(content, &of_rank, rest)) {
            wrong(stream, rank, err, "a line that does not begin with a rank");
            return INPUT_ERROR;
        }
        if (of_rank == rank)
            break;
    }
    return next;
}

// The next action of a rank that has an effect, wherever it may stand.
static enum trace_next next_action(struct simgrid *self, uint32_t rank, struct op *op,
                                   struct err *err)
{
    struct stream *stream = &self->streams[rank];
    for (;;) {
        char *rest;
        enum input_next next = next_line(stream, rank, &rest, err);
        if (next == INPUT_ERROR)
            return TRACE_ERROR;
        if (next == INPUT_END)
            return wrong(stream, rank, err,
                         stream->started ? "the file ends before finalize: it is cut off"
                                         : "no init of this rank");
        struct simgrid_line line = {.file = stream->file,
                                    .line = input_line_number(stream->input),
                                    .rank = rank,
                                    .num_ranks = self->base.num_ranks,
                                    .doubles = stream->doubles,
                                    .counts = &stream->counts,
                                    .fields = self->fields};
        enum simgrid_result result = simgrid_line_parse(&line, rest, op, err);
        if (result == SIMGRID_WRONG)
            return TRACE_ERROR;
        stream->doubles = line.doubles;
        if (result == SIMGRID_OP)
            return TRACE_OP;
    }
}

// After `finalize`: nothing of this rank may follow, and the rest of the file must be readable.
static bool finish(struct stream *stream, uint32_t rank, struct err *err)
{
    char *rest;
    enum input_next next = next_line(stream, rank, &rest, err);
    if (next == INPUT_LINE)
        wrong(stream, rank, err, "an action after finalize");
    if (next != INPUT_END)
        return false;
    input_close(stream->input);
    stream->input = NULL;
    return true;
}

static enum trace_next simgrid_next(struct trace *base, uint32_t rank, struct op *op,
                                    struct err *err)
{
    struct simgrid *self = (struct simgrid *)base;
    struct stream *stream = &self->streams[rank];
    if (!stream->input)
        return TRACE_END;
    if (next_action(self, rank, op, err) == TRACE_ERROR)
        return TRACE_ERROR;
    if (stream->started == (op->kind == OP_INIT))
        return wrong(stream, rank, err,
                     stream->started ? "a second init" : "an action before init");
    stream->started = true;
    if (op->kind == OP_FINALIZE && !finish(stream, rank, err))
        return TRACE_ERROR;
    return TRACE_OP;
}

static void simgrid_close(struct trace *base)
{
    struct simgrid *self = (struct simgrid *)base;
    for (uint32_t i = 0; self->streams && i < base->num_ranks; i++) {
        input_close(self->streams[i].input);
        free(self->streams[i].file);
        free(self->streams[i].counts);
    }
    unpacked_free(self->archive);
    free(self->streams);
    free(self->fields);
    free(self);
}

static struct simgrid *simgrid_new(uint32_t num_ranks, struct err *err)
{
    struct simgrid *self = calloc(1, sizeof *self);
    if (self) {
        self->base = (struct trace){.format = &simgrid_format,
                                    .num_ranks = num_ranks,
                                    .next = simgrid_next,
                                    .file = simgrid_file,
                                    .close = simgrid_close};
        self->streams = calloc(num_ranks, sizeof *self->streams);
        self->fields = calloc(simgrid_line_max_fields(num_ranks), sizeof *self->fields);
        if (self->streams && self->fields)
            return self;
        simgrid_close(&self->base);
    }
    err_set(err, ERR_RUN, "out of memory");
    return NULL;
}

static bool open_stream(struct simgrid *self, uint32_t rank, const struct simgrid_files *files,
                        struct err *err)
{
    const struct simgrid_place *place = simgrid_files_place(files, rank);
    struct stream *stream = &self->streams[rank];
    stream->input = input_open(place->path, place->member, self->archive, err);
    if (!stream->input)
        return simgrid_files_prefix(files, rank, err);
    stream->file = strdup(input_name(stream->input));
    return stream->file || err_set(err, ERR_RUN, "out of memory");
}

static struct trace *simgrid_open(const char *path, struct err *err)
{
    struct simgrid_files files;
    struct simgrid *self = NULL;
    if (simgrid_files_find(&files, path, err))
        self = simgrid_new(files.num_ranks, err);
    if (self) {
        self->archive = files.archive;
        files.archive = NULL;
        input_reserve_files(files.num_ranks);
    }
    for (uint32_t i = 0; self && i < files.num_ranks; i++) {
        if (!open_stream(self, i, &files, err)) {
            simgrid_close(&self->base);
            self = NULL;
        }
    }
    simgrid_files_free(&files);
    return self ? &self->base : NULL;
}

const struct trace_format simgrid_format = {
    .name = "simgrid",
    .help = "SimGrid time-independent trace: its index file, folder, tar archive, or single file",
    .probe = simgrid_files_probe,
    .open = simgrid_open,
};
