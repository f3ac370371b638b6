// SPDX-License-Identifier: Apache-2.0
#include "model/node/pattern_file.h"
#include "model/node/text.h"
#include "traces/input.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

// A text file read line by line.
struct lines {
    const char *path;
    struct input *input;
    char *text; // the current line, without comment
};

// What is wrong with an input is, here, a fault of the configuration that names it.
static bool input_fault(struct err *err)
{
    if (err->status == ERR_TRACE)
        err->status = ERR_CONFIG;
    return false;
}

static bool lines_open(struct lines *self, const char *path, struct err *err)
{
    *self = (struct lines){.path = path, .input = input_open(path, NULL, NULL, err)};
    return self->input || input_fault(err);
}

static bool fault(const struct lines *self, struct err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Fails with "file:line: ...".
static bool fault(const struct lines *self, struct err *err, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return err_set(err, ERR_CONFIG, "%s:%u: %s", self->path, input_line_number(self->input), text);
}

// Moves on to the next line with something in it.
static enum input_next lines_next(struct lines *self, struct err *err)
{
    enum input_next next;
    do {
        next = input_line(self->input, &self->text, err);
    } while (next == INPUT_LINE && !text_strip(self->text));
    if (next == INPUT_ERROR)
        input_fault(err);
    return next;
}

// Moves on to the line of row `row` of `num_rows`, or, for row `num_rows`, to the end of the file.
static bool lines_row(struct lines *self, uint32_t row, uint32_t num_rows, struct err *err)
{
    enum input_next next = lines_next(self, err);
    if (next == INPUT_END && row < num_rows)
        return fault(self, err, "the file ends after %u of %u nodes", row, num_rows);
    if (next == INPUT_LINE && row == num_rows)
        return fault(self, err, "more lines than the %u nodes", num_rows);
    return next != INPUT_ERROR;
}

// --- permutation --------------------------------------------------------------------------------

static bool read_permutation(struct lines *lines, uint32_t num_nodes, uint32_t *destinations,
                             uint32_t *line_of, struct err *err)
{
    for (uint32_t node = 0; node < num_nodes; node++) {
        if (!lines_row(lines, node, num_nodes, err))
            return false;
        const char *text = lines->text;
        uint64_t destination;
        if (!text_number(&text, num_nodes - 1, &destination) || text_field(&text))
            return fault(lines, err, "'%.40s' is not one node's number (0 to %u)", text,
                         num_nodes - 1);
        if (line_of[destination])
            return fault(lines, err,
                         "not a permutation: node %" PRIu64 " is a destination in line %u already",
                         destination, line_of[destination]);
        line_of[destination] = input_line_number(lines->input);
        destinations[node] = (uint32_t)destination;
    }
    return lines_row(lines, num_nodes, num_nodes, err);
}

bool pattern_file_permutation(const char *path, uint32_t num_nodes, uint32_t *destinations,
                              struct err *err)
{
    struct lines lines;
    if (!lines_open(&lines, path, err))
        return false;
    uint32_t *line_of = calloc(num_nodes, sizeof *line_of); // a destination was first seen in
    bool ok = line_of ? read_permutation(&lines, num_nodes, destinations, line_of, err)
                      : err_set(err, ERR_RUN, "out of memory for the permutation");
    free(line_of);
    input_close(lines.input);
    return ok;
}

// --- matrix -------------------------------------------------------------------------------------

#define SEPARATORS TEXT_BLANKS ","

static bool read_weights(const struct lines *lines, uint32_t num_nodes, double *weights,
                         struct err *err)
{
    const char *text = lines->text;
    for (uint32_t column = 0; column < num_nodes; column++) {
        text += strspn(text, SEPARATORS);
        if (*text == '\0')
            return fault(lines, err, "%u weights, but there are %u nodes", column, num_nodes);
        char *end;
        weights[column] = strtod(text, &end);
        if (end == text || strcspn(end, SEPARATORS) != 0 || !isfinite(weights[column]) ||
            weights[column] < 0.0)
            return fault(lines, err, "'%.*s' is not a weight (a number >= 0)",
                         (int)strcspn(text, SEPARATORS), text);
        text = end;
    }
    if (text[strspn(text, SEPARATORS)] != '\0')
        return fault(lines, err, "more weights than the %u nodes", num_nodes);
    return true;
}

static bool accumulate(const struct lines *lines, const double *weights, uint32_t num_nodes,
                       uint64_t *cumulative, struct err *err)
{
    double sum = 0.0;
    for (uint32_t column = 0; column < num_nodes; column++)
        sum += weights[column];
    if (!isfinite(sum))
        return fault(lines, err, "the sum of the weights is out of range");
    double prefix = 0.0; // the same sum in the same order: it ends at exactly `sum`
    for (uint32_t column = 0; column < num_nodes; column++) {
        prefix += weights[column];
        cumulative[column] = sum > 0.0 ? (uint64_t)(prefix / sum * 0x1p63) : 0;
    }
    return true;
}

static bool read_matrix(struct lines *lines, uint32_t num_nodes, bool include_self, double *weights,
                        uint64_t *cumulative, struct err *err)
{
    for (uint32_t node = 0; node < num_nodes; node++) {
        if (!lines_row(lines, node, num_nodes, err) ||
            !read_weights(lines, num_nodes, weights, err))
            return false;
        if (!include_self)
            weights[node] = 0.0;
        if (!accumulate(lines, weights, num_nodes, cumulative + (size_t)node * num_nodes, err))
            return false;
    }
    return lines_row(lines, num_nodes, num_nodes, err);
}

bool pattern_file_matrix(const char *path, uint32_t num_nodes, bool include_self,
                         uint64_t *cumulative, struct err *err)
{
    struct lines lines;
    if (!lines_open(&lines, path, err))
        return false;
    double *weights = calloc(num_nodes, sizeof *weights);
    bool ok = weights ? read_matrix(&lines, num_nodes, include_self, weights, cumulative, err)
                      : err_set(err, ERR_RUN, "out of memory for the matrix");
    free(weights);
    input_close(lines.input);
    return ok;
}
