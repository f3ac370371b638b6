// SPDX-License-Identifier: Apache-2.0
#include "traces/trace.h"

#include "traces/dumpi.h"
#include "traces/goal.h"
#include "traces/native.h"
#include "traces/simgrid.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const struct trace_format *const trace_formats[] = {
    &native_format,
    // Before what takes any index of files.
    &dumpi_format,
    &dumpi_cpu_format,
    &simgrid_format,
    &goal_format,
};
const size_t trace_num_formats = sizeof trace_formats / sizeof *trace_formats;

// The format of a name. NULL with ERR_CONFIG if there is none.
static const struct trace_format *format_of_name(const char *name, struct err *err)
{
    const char *names[sizeof trace_formats / sizeof *trace_formats + 1] = {"auto"};
    for (size_t i = 0; i < trace_num_formats; i++) {
        if (strcmp(name, trace_formats[i]->name) == 0)
            return trace_formats[i];
        names[i + 1] = trace_formats[i]->name;
    }
    const char *nearest = err_nearest(name, names, trace_num_formats + 1);
    err_set(err, ERR_CONFIG, "'%s' is not a trace format%s%s%s", name,
            nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
    return NULL;
}

struct trace *trace_open(const char *path, const char *format, struct err *err)
{
    if (strcmp(format, "auto") != 0) {
        const struct trace_format *named = format_of_name(format, err);
        return named ? named->open(path, err) : NULL;
    }
    if (access(path, R_OK) != 0) {
        err_set(err, ERR_TRACE, "%s: %s", path, strerror(errno));
        return NULL;
    }
    for (size_t i = 0; i < trace_num_formats; i++) {
        if (trace_formats[i]->probe(path))
            return trace_formats[i]->open(path, err);
    }
    err_set(err, ERR_TRACE, "%s: not a trace of a known format", path);
    return NULL;
}

void trace_close(struct trace *self)
{
    if (self)
        self->close(self);
}
