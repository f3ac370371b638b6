// SPDX-License-Identifier: Apache-2.0
#include "traces/dumpi.h"

#include "traces/dumpi_call.h"
#include "traces/native_line.h"
#include "traces/simgrid_files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum state { BEFORE_INIT, RUNNING, FINALIZED };

// A rank's calls. `input` is closed as soon as its file has ended.
struct stream {
    struct input *input;
    char *file; // its name, for messages
    struct dumpi_call call;
    char *text; // lines of what the call does, or NULL
    char *next; // that are still to be read
    struct native_line line;
    enum state state;
    bool tells;           // it has just begun or ended
    uint64_t returned_ns; // when the last call did
    uint64_t gap_ns;      // computed, but not told yet
};

struct dumpi {
    struct trace base;
    struct stream *streams;   // [num_ranks]
    struct unpacked *archive; // that they read from, or NULL
};

// A line that a call begins or ends with.
struct mark {
    char name[DUMPI_MAX_NAME];
    bool enters;
    uint64_t ns; // of the clock that is used
};

static const char *dumpi_file(const struct trace *base, uint32_t rank)
{
    return ((const struct dumpi *)base)->streams[rank].file;
}

static bool wrong(const struct stream *self, struct err *err, const char *what)
{
    return err_set(err, ERR_TRACE, "%s:%u: rank %u: %s", self->file, input_line_number(self->input),
                   self->call.rank, what);
}

// --- lines --------------------------------------------------------------------------------------

// Nanoseconds of `SECONDS` or `SECONDS.FRACTION`.
static bool read_ns(const char *text, uint64_t *ns)
{
    uint64_t seconds = 0;
    uint64_t fraction = 0;
    int digits = 0;
    size_t num = strspn(text, "0123456789");
    if (num == 0 || num > 9)
        return false;
    for (size_t i = 0; i < num; i++)
        seconds = 10 * seconds + (uint64_t)(text[i] - '0');
    const char *at = text + num;
    for (at += *at == '.'; *at >= '0' && *at <= '9' && digits < 9; at++, digits++)
        fraction = 10 * fraction + (uint64_t)(*at - '0');
    for (; digits < 9; digits++)
        fraction *= 10;
    *ns = seconds * 1000000000U + fraction;
    return *at == '\0';
}

// "NAME entering at walltime S, cputime S seconds in thread 0." False if a line is none such.
static bool read_mark(const char *line, bool cpu, struct mark *mark)
{
    char what[16];
    char wall_s[32];
    char cpu_s[32];
    int end = 0;
    int num =
        sscanf(line, "%63s %15s at walltime %31[0-9.], cputime %31[0-9.] seconds in thread 0.%n",
               mark->name, what, wall_s, cpu_s, &end);
    mark->enters = num == 4 && strcmp(what, "entering") == 0;
    return num == 4 && end > 0 && line[end] == '\0' && strncmp(mark->name, "MPI_", 4) == 0 &&
           (mark->enters || strcmp(what, "returning") == 0) &&
           read_ns(cpu ? cpu_s : wall_s, &mark->ns);
}

static bool may_be_mark(const char *line)
{
    return strncmp(line, "MPI", 3) == 0 && strstr(line, " at walltime ");
}

static bool begins_with(const char *line, const char *text)
{
    return strncmp(line, text, strlen(text)) == 0;
}

// What dumpi2ascii says of a trace before its calls (-H), and of counters around them.
static bool is_beside(const char *line)
{
    static const char *const beginnings[] = {
        "version=", "starttime=", "hostname=", "username=",
        "meshdim=", "meshsize=",  "meshcrd=",  "Perfcounters: "};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (begins_with(line, beginnings[i]))
            return true;
    return false;
}

// The next line at which a call begins; false with `err`, or at the end of the file.
static bool next_entering(struct stream *self, bool cpu, struct mark *mark, struct err *err)
{
    char *line;
    while (simgrid_files_line(self->input, &line, err) == INPUT_LINE) {
        if (is_beside(line))
            continue;
        if (!read_mark(line, cpu, mark) || !mark->enters)
            return wrong(self, err, "not the beginning of a call in thread 0");
        return true;
    }
    return false;
}

// The lines of a call up to its end.
static bool read_call(struct stream *self, bool cpu, struct mark *mark, struct err *err)
{
    char *line;
    bool matters = dumpi_call_begin(&self->call, mark->name, input_line_number(self->input));
    while (simgrid_files_line(self->input, &line, err) == INPUT_LINE) {
        if (may_be_mark(line)) {
            bool good = read_mark(line, cpu, mark) && !mark->enters &&
                        strcmp(mark->name, self->call.name) == 0;
            return good || wrong(self, err, "not the end of the call that has begun");
        }
        if (matters && !is_beside(line) && !dumpi_call_add(&self->call, line, err))
            return false;
    }
    return err->status == ERR_NONE &&
           wrong(self, err, "the file ends within a call: it is cut off");
}

// --- calls --------------------------------------------------------------------------------------

// Prints what was computed, and what the call does.
static bool translate(struct stream *self, FILE *text, struct err *err)
{
    const char *name = self->call.name;
    bool begins = strcmp(name, "MPI_Init") == 0 || strcmp(name, "MPI_Init_thread") == 0;
    bool ends = strcmp(name, "MPI_Finalize") == 0;
    if (self->state == RUNNING && self->gap_ns > 0)
        fprintf(text, "compute ns=%" PRIu64 "\n", self->gap_ns);
    long before = ftell(text);
    if (!begins && !ends && !dumpi_call_translate(&self->call, text, err))
        return false;
    bool does = begins || ends || ftell(text) != before;
    if (does && self->state != (begins ? BEFORE_INIT : RUNNING))
        return wrong(self, err, "a call before MPI_Init, after MPI_Finalize, or a second of these");
    self->tells = begins || ends;
    if (self->tells)
        self->state = begins ? RUNNING : FINALIZED;
    if (does)
        self->gap_ns = 0;
    else
        rewind(text); // what was computed goes on
    return true;
}

// Reads a call, and how much was computed before it. False with `err`, or at the end of the file.
static bool next_call(struct stream *self, bool cpu, struct err *err)
{
    struct mark mark;
    if (!next_entering(self, cpu, &mark, err))
        return false;
    if (mark.ns < self->returned_ns)
        return wrong(self, err, "a call begins before the one before it has ended");
    if (self->state == RUNNING)
        self->gap_ns += mark.ns - self->returned_ns;
    self->returned_ns = mark.ns;
    if (!read_call(self, cpu, &mark, err))
        return false;
    if (mark.ns < self->returned_ns)
        return wrong(self, err, "a call ends before it has begun");
    self->returned_ns = mark.ns;
    return true;
}

// The lines of the next call. False with `err`, or at the end of the file.
static bool fill(struct stream *self, bool cpu, struct err *err)
{
    size_t size;
    free(self->text);
    self->text = self->next = NULL;
    if (!next_call(self, cpu, err))
        return false;
    FILE *text = open_memstream(&self->text, &size);
    if (!text)
        return err_set(err, ERR_RUN, "out of memory");
    bool good = translate(self, text, err);
    if (fclose(text) != 0)
        return err_set(err, ERR_RUN, "out of memory");
    self->next = self->text;
    return good;
}

// The operation of a line.
static enum trace_next read_line(struct stream *self, struct op *op, struct err *err)
{
    char *line = self->next;
    self->next = strchr(line, '\n') + 1;
    self->next[-1] = '\0';
    self->line.line = self->call.line;
    if (!native_line_parse(&self->line, line, err)) {
        err_prefix(err, "%s", self->call.name);
        return TRACE_ERROR;
    }
    *op = self->line.op;
    return TRACE_OP;
}

static enum trace_next finish(struct stream *self, struct err *err)
{
    if (err->status == ERR_NONE && self->state != FINALIZED)
        wrong(self, err, "the file ends before MPI_Finalize: it is cut off");
    input_close(self->input);
    self->input = NULL;
    return err->status == ERR_NONE ? TRACE_END : TRACE_ERROR;
}

static enum trace_next dumpi_next(struct trace *base, uint32_t rank, struct op *op, struct err *err)
{
    struct stream *self = &((struct dumpi *)base)->streams[rank];
    while (self->input) {
        if (self->next && *self->next)
            return read_line(self, op, err);
        if (self->tells) {
            self->tells = false;
            *op = (struct op){.kind = self->state == RUNNING ? OP_INIT : OP_FINALIZE,
                              .line = self->call.line};
            return TRACE_OP;
        }
        if (!fill(self, base->format == &dumpi_cpu_format, err))
            return finish(self, err);
    }
    return TRACE_END;
}

// --- the trace ----------------------------------------------------------------------------------

static void dumpi_close(struct trace *base)
{
    struct dumpi *self = (struct dumpi *)base;
    for (uint32_t i = 0; self->streams && i < base->num_ranks; i++) {
        struct stream *stream = &self->streams[i];
        input_close(stream->input);
        dumpi_call_free(&stream->call);
        free(stream->line.counts[0]);
        free(stream->line.counts[1]);
        free(stream->text);
        free(stream->file);
    }
    unpacked_free(self->archive);
    free(self->streams);
    free(self);
}

static bool open_stream(struct stream *self, uint32_t rank, const struct simgrid_files *files,
                        const struct unpacked *archive, struct err *err)
{
    const struct simgrid_place *place = simgrid_files_place(files, rank);
    self->input = input_open(place->path, place->member, archive, err);
    if (!self->input)
        return simgrid_files_prefix(files, rank, err);
    self->file = strdup(input_name(self->input));
    self->call =
        (struct dumpi_call){.file = self->file, .rank = rank, .num_ranks = files->num_ranks};
    self->line =
        (struct native_line){.file = self->file, .rank = rank, .num_ranks = files->num_ranks};
    return self->file || err_set(err, ERR_RUN, "out of memory");
}

static struct trace *open_as(const struct trace_format *format, const char *path, struct err *err)
{
    struct simgrid_files files;
    struct dumpi *self = NULL;
    if (simgrid_files_list(&files, path, err) && !(self = calloc(1, sizeof *self)))
        err_set(err, ERR_RUN, "out of memory");
    if (self) {
        self->base = (struct trace){
            .format = format,
            .num_ranks = files.num_ranks,
            .next = dumpi_next,
            .file = dumpi_file,
            .close = dumpi_close,
        };
        self->streams = calloc(files.num_ranks, sizeof *self->streams);
        self->archive = files.archive;
        files.archive = NULL;
        input_reserve_files(files.num_ranks);
        if (!self->streams)
            err_set(err, ERR_RUN, "out of memory");
    }
    for (uint32_t i = 0; err->status == ERR_NONE && i < files.num_ranks; i++)
        open_stream(&self->streams[i], i, &files, self->archive, err);
    simgrid_files_free(&files);
    if (self && err->status != ERR_NONE) {
        dumpi_close(&self->base);
        self = NULL;
    }
    return self ? &self->base : NULL;
}

static struct trace *dumpi_open(const char *path, struct err *err)
{
    return open_as(&dumpi_format, path, err);
}

static struct trace *dumpi_cpu_open(const char *path, struct err *err)
{
    return open_as(&dumpi_cpu_format, path, err);
}

// The first file that an index names begins as one of calls does.
static bool dumpi_probe(const char *path)
{
    struct err err = {0};
    struct simgrid_files files;
    struct input *input = NULL;
    char *line;
    if (simgrid_files_list(&files, path, &err))
        input = input_open(files.places[0].path, files.places[0].member, files.archive, &err);
    bool is_dumpi = input && simgrid_files_line(input, &line, &err) == INPUT_LINE &&
                    (may_be_mark(line) || is_beside(line));
    input_close(input);
    simgrid_files_free(&files);
    return is_dumpi;
}

static bool by_name_alone(const char *path)
{
    (void)path;
    return false;
}

const struct trace_format dumpi_format = {
    .name = "dumpi",
    .help = "DUMPI trace as dumpi2ascii writes it: index of its files; time on the wall",
    .probe = dumpi_probe,
    .open = dumpi_open,
};

const struct trace_format dumpi_cpu_format = {
    .name = "dumpi-cpu",
    .help = "the same, by the processor time that it tells",
    .probe = by_name_alone,
    .open = dumpi_cpu_open,
};
