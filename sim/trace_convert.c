// SPDX-License-Identifier: Apache-2.0
#include "sim/trace_convert.h"

#include "sim/interrupt.h"
#include "sim/outfile.h"
#include "sim/progress.h"
#include "traces/packer.h"

#include <inttypes.h>
#include <string.h>

static const struct trace_converter converters[] = {
    {&trace_kind_program, "native", ".native", "a program: the project's own text", true,
     trace_convert_program},
    {&trace_kind_program, "simgrid", ".ti", "a program: SimGrid's time-independent trace, one file",
     false, trace_convert_program},
    {&trace_kind_program, "goal", ".goal",
     "a program or schedule: GOAL, collectives as their messages", false, trace_convert_goal},
    {&trace_kind_memory, "lackey", ".lackey",
     "references to memory: as Valgrind's lackey writes them", false, trace_convert_memory},
    {&trace_kind_memory, "dinero", ".din",
     "references to memory: for the Dinero cache simulators, with sizes", false,
     trace_convert_memory},
    {&trace_kind_netrace, "packets", ".packets",
     "packets with dependencies: packets at fixed times, without these", true,
     trace_convert_netrace},
    {&trace_kind_memory, "native", ".native",
     "references to memory: as a program of one rank in the project's own text", false,
     trace_convert_memory},
};

enum { NUM_CONVERTERS = sizeof converters / sizeof *converters };

void trace_convert_help(FILE *to)
{
    fputs("Formats to convert to, and suffixes that ask for them:\n", to);
    for (size_t i = 0; i < NUM_CONVERTERS; i++)
        fprintf(to, "  %-10s %-8s %s\n", converters[i].to, converters[i].suffix,
                converters[i].help);
}

static bool has_suffix(const char *path, const char *suffix)
{
    size_t stem = packer_stem(path);
    size_t length = strlen(suffix);
    return stem > length && strncmp(path + stem - length, suffix, length) == 0;
}

static const struct trace_converter *refuse(const struct trace_kind *kind, const char *to,
                                            struct err *err)
{
    const char *names[NUM_CONVERTERS];
    char list[256] = "";
    size_t num = 0;
    for (size_t i = 0; i < NUM_CONVERTERS; i++) {
        if (converters[i].from != kind)
            continue;
        names[num++] = converters[i].to;
        size_t length = strlen(list);
        snprintf(list + length, sizeof list - length, "%s%s", num > 1 ? ", " : "",
                 converters[i].to);
    }
    if (num == 0) {
        err_set(err, ERR_CONFIG, "traces of %s cannot be converted", kind->title);
        return NULL;
    }
    if (!to) {
        err_set(err, ERR_CONFIG, "--to: which format? %s become %s", kind->title, list);
        return NULL;
    }
    const char *nearest = err_nearest(to, names, num);
    err_set(err, ERR_CONFIG, "--to: %s do not become \"%.60s\"%s%s; there are %s", kind->title, to,
            nearest ? "; nearest: " : "", nearest ? nearest : "", list);
    return NULL;
}

// The conversion of a kind to a format, by name, by suffix, or the usual one.
static const struct trace_converter *converter_of(const struct trace_kind *kind, const char *to,
                                                  const char *out, struct err *err)
{
    const struct trace_converter *usual = NULL;
    for (size_t i = 0; i < NUM_CONVERTERS; i++) {
        const struct trace_converter *row = &converters[i];
        if (row->from != kind)
            continue;
        if (to ? strcmp(row->to, to) == 0 : has_suffix(out, row->suffix))
            return row;
        if (row->usual)
            usual = row;
    }
    return usual && !to ? usual : refuse(kind, to, err);
}

bool trace_convert_progress(const struct trace_conversion *self, struct err *err)
{
    if (ferror(self->stream))
        return err_set(err, ERR_RUN, "it cannot be written: is there room?");
    progress_show("%s: %" PRIu64 " written", self->path, self->num_written);
    return !interrupt_pending() || err_set(err, ERR_INTERRUPTED, "interrupted: nothing is written");
}

// Writes to an open file, and completes it.
static bool write_to(struct outfile *file, const char *out, const struct trace_converter *converter,
                     struct trace_conversion *conversion, struct err *err)
{
    struct packer packer;
    struct err close_err = {0};
    if (!packer_open(&packer, file->stream, out, err)) {
        err_prefix(err, "%s", out);
        outfile_discard(file);
        return false;
    }
    conversion->stream = packer.stream;
    bool good = converter->run(conversion, err);
    progress_clear();
    if (!packer_close(&packer, &close_err) && good) {
        *err = close_err;
        err_prefix(err, "%s", out);
        good = false;
    }
    if (good)
        return outfile_close(file, err);
    outfile_discard(file);
    return false;
}

bool trace_convert(const char *path, const char *format, const char *out, const char *to,
                   bool split_modifies, const char *collectives, struct err *err)
{
    bool told = strcmp(format, "auto") != 0;
    const struct trace_kind *kind = trace_kind_of(path, format, err);
    const struct trace_converter *converter = kind ? converter_of(kind, to, out, err) : NULL;
    struct outfile file;
    if (!converter)
        return false;
    if (collectives && converter->run != trace_convert_goal)
        return err_set(err, ERR_CONFIG, "--collectives: the format %s has collectives as they are",
                       converter->to);
    interrupt_install();
    if (!outfile_open(&file, out, err))
        return false;
    struct trace_conversion conversion = {.path = path,
                                          .format = told ? format : NULL,
                                          .to = converter->to,
                                          .split_modifies = split_modifies,
                                          .collectives = collectives ? collectives : "first"};
    return write_to(&file, out, converter, &conversion, err);
}
