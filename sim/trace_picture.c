// SPDX-License-Identifier: Apache-2.0
// A communication matrix as a picture, which scripts/plot draws: it is given the matrix, of
// no more cells than can be told apart, on its standard input, and tells what is wrong on its
// standard error.
#include "sim/outfile.h"
#include "sim/shipped.h"
#include "sim/trace_matrix.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_CELLS = 512, PATH_BYTES = 4096 };

bool trace_picture_check(const char *path, struct err *err)
{
    const char *dot = strrchr(path, '.');
    if (!dot || (strcmp(dot, ".png") != 0 && strcmp(dot, ".svg") != 0 && strcmp(dot, ".pdf") != 0))
        return err_set(err, ERR_CONFIG, "--picture: \"%.200s\" ends with none of .png, .svg, .pdf",
                       path);
    return outfile_probe(path, err);
}

static bool find_script(char *path, size_t size, struct err *err)
{
    return shipped_find("scripts/plot", path, size) ||
           err_set(err, ERR_RUN, "--picture: %s, which draws it, is not there", path);
}

// Writes the matrix with several ranks to a cell if there are many.
static bool write_cells(const struct trace_matrix *self, FILE *to)
{
    uint32_t per_cell = (self->num_ranks + MAX_CELLS - 1) / MAX_CELLS;
    uint32_t side = (self->num_ranks + per_cell - 1) / per_cell;
    uint64_t *cells = calloc((size_t)side * side, sizeof *cells);
    if (!cells)
        return false;
    for (size_t i = 0; i < self->num_pairs; i++)
        cells[(size_t)(self->pairs[i].from / per_cell) * side + self->pairs[i].to / per_cell] +=
            self->pairs[i].bytes;
    for (uint32_t row = 0; row < side; row++)
        for (uint32_t column = 0; column < side; column++)
            fprintf(to, "%" PRIu64 "%c", cells[(size_t)row * side + column],
                    column + 1 < side ? ',' : '\n');
    free(cells);
    return fflush(to) == 0 && fseek(to, 0, SEEK_SET) == 0;
}

// Becomes the script.
static void execute(const char *script, const char *path, const char *title, uint32_t num_ranks,
                    FILE *matrix, int said)
{
    char ranks[16];
    snprintf(ranks, sizeof ranks, "%" PRIu32, num_ranks);
    if (dup2(fileno(matrix), STDIN_FILENO) >= 0 && dup2(said, STDERR_FILENO) >= 0)
        execl(script, script, "matrix", "--ranks", ranks, "--title", title, "--output", path, "-",
              (char *)NULL);
    _exit(127);
}

// Waits for the script, and keeps the end of what it says.
static bool finish(pid_t child, int said, const char *script, struct err *err)
{
    char text[1024];
    size_t length = 0;
    ssize_t num;
    int status;
    while ((num = read(said, text + length, sizeof text - 1 - length)) > 0) {
        length += (size_t)num;
        if (length == sizeof text - 1) // the reason stands last
            length = length / 2, memmove(text, text + sizeof text - 1 - length, length);
    }
    while (length > 0 && text[length - 1] == '\n')
        length--;
    text[length] = '\0';
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return err_set(err, ERR_RUN, "%s: %s", script, strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return err_set(err, ERR_RUN, "--picture: %s",
                   length > 0 ? text : "what draws it cannot be run; is there a /usr/bin/python3?");
}

bool trace_matrix_draw(const struct trace_matrix *self, const char *path, const char *title,
                       struct err *err)
{
    char script[PATH_BYTES];
    int said[2];
    if (!find_script(script, sizeof script, err))
        return false;
    FILE *matrix = tmpfile();
    if (!matrix || !write_cells(self, matrix) || pipe(said) != 0) {
        if (matrix)
            fclose(matrix);
        return err_set(err, ERR_RUN, "--picture: no memory, or no room for temporary files");
    }
    fflush(NULL); // nothing may be written twice
    pid_t child = fork();
    if (child == 0) {
        close(said[0]);
        execute(script, path, title, self->num_ranks, matrix, said[1]);
    }
    close(said[1]);
    fclose(matrix);
    bool good = child > 0 ? finish(child, said[0], script, err)
                          : err_set(err, ERR_RUN, "--picture: %s", strerror(errno));
    close(said[0]);
    return good;
}
