// SPDX-License-Identifier: Apache-2.0
#include "traces/simgrid_files.h"

#include "traces/simgrid_line.h"
#include "traces/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char index_name[] = "index.txt";

static struct input *open_place(const struct simgrid_files *self, const struct simgrid_place *place,
                                struct err *err)
{
    return input_open(place->path, place->member, self->archive, err);
}

static void place_free(struct simgrid_place *place)
{
    free(place->path);
    free(place->member);
}

void simgrid_files_free(struct simgrid_files *self)
{
    for (uint32_t i = 0; i < self->num_places; i++)
        place_free(&self->places[i]);
    place_free(&self->index);
    unpacked_free(self->archive);
    free(self->places);
    free(self->lines);
}

const struct simgrid_place *simgrid_files_place(const struct simgrid_files *self, uint32_t rank)
{
    return &self->places[self->shared ? 0 : rank];
}

bool simgrid_files_prefix(const struct simgrid_files *self, uint32_t rank, struct err *err)
{
    const char *member = self->index.member;
    if (self->shared)
        return false;
    return err_prefix(err, "%s%s%s:%u: file of rank %u", self->index.path, member ? ":" : "",
                      member ? member : "", self->lines[rank], rank);
}

// --- lines ---------------------------------------------------------------------------------------

// As isspace in the C locale, but in place.
static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

enum input_next simgrid_files_line(struct input *input, char **content, struct err *err)
{
    enum input_next next;
    char *line;
    while ((next = input_line(input, &line, err)) == INPUT_LINE) {
        while (is_space(*line))
            line++;
        size_t length = strlen(line);
        while (length > 0 && is_space(line[length - 1]))
            line[--length] = '\0';
        *content = line;
        if (*line && *line != '#')
            break;
    }
    return next;
}

bool simgrid_files_rank(char *content, uint32_t *rank, char **rest)
{
    char *at = content;
    uint32_t number = 0;
    for (; *at >= '0' && *at <= '9' && number < TRACE_MAX_RANKS; at++)
        number = 10 * number + (uint32_t)(*at - '0');
    *rank = number;
    *rest = at;
    return at != content && number < TRACE_MAX_RANKS && (*at == '\0' || is_space(*at));
}

// --- the list of files ---------------------------------------------------------------------------

// The place of a file named in an index. Names are relative to the index's folder; an absolute
// name that is not there any more is looked for beside the index by its last two components,
// since the recorder writes absolute names and traces are moved.
static bool place_of(const struct simgrid_place *index, const char *name,
                     struct simgrid_place *place)
{
    const char *at = index->member ? index->member : index->path;
    const char *slash = strrchr(at, '/');
    int folder_length = slash ? (int)(slash - at) + 1 : 0;
    const char *tail = name;
    if (*name == '/' && (index->member || access(name, F_OK) != 0)) {
        int slashes = 0;
        tail = name + strlen(name);
        while (tail > name + 1 && !(tail[-1] == '/' && ++slashes == 2))
            tail--;
    }
    char *full = NULL;
    if (asprintf(&full, "%.*s%s", *tail == '/' ? 0 : folder_length, at, tail) < 0)
        return false;
    if (!index->member) {
        place->path = full;
        return true;
    }
    place->member = full;
    place->path = strdup(index->path);
    return place->path != NULL;
}

static bool add_place(struct simgrid_files *self, const char *name, uint32_t line, struct err *err)
{
    if (self->num_places == TRACE_MAX_RANKS)
        return err_set(err, ERR_TRACE, "%s:%u: more than %d ranks", self->index.path, line,
                       TRACE_MAX_RANKS);
    if (self->num_places == self->cap_places) {
        uint32_t cap = self->cap_places ? 2 * self->cap_places : 64;
        struct simgrid_place *places = realloc(self->places, cap * sizeof *places);
        self->places = places ? places : self->places;
        uint32_t *lines = realloc(self->lines, cap * sizeof *lines);
        self->lines = lines ? lines : self->lines;
        if (!places || !lines)
            return err_set(err, ERR_RUN, "out of memory");
        self->cap_places = cap;
    }
    struct simgrid_place *place = &self->places[self->num_places];
    *place = (struct simgrid_place){0};
    self->lines[self->num_places++] = line;
    return place_of(&self->index, name, place) || err_set(err, ERR_RUN, "out of memory");
}

static bool read_index(struct simgrid_files *self, struct err *err)
{
    struct input *input = open_place(self, &self->index, err);
    if (!input)
        return false;
    char *name;
    while (simgrid_files_line(input, &name, err) == INPUT_LINE) {
        if (!add_place(self, name, input_line_number(input), err))
            break;
    }
    if (self->num_places == 0)
        err_set(err, ERR_TRACE, "%s: an empty index", input_name(input));
    input_close(input);
    self->num_ranks = self->num_places;
    self->shared = self->num_places == 1;
    return err->status == ERR_NONE;
}

// --- a single file with the lines of all ranks -------------------------------------------------

// Marks the ranks that have lines.
static bool mark_ranks(struct simgrid_files *self, struct input *input, uint8_t *seen,
                       struct err *err)
{
    char *content;
    while (simgrid_files_line(input, &content, err) == INPUT_LINE) {
        uint32_t rank;
        char *rest;
        if (!simgrid_files_rank(content, &rank, &rest))
            return err_set(err, ERR_TRACE, "%s:%u: a line that does not begin with a rank",
                           input_name(input), input_line_number(input));
        seen[rank] = 1;
        if (rank >= self->num_ranks)
            self->num_ranks = rank + 1;
    }
    return err->status == ERR_NONE;
}

// Number of ranks: one more than the highest. All of them must have a line.
static bool count_ranks(struct simgrid_files *self, struct err *err)
{
    struct input *input = open_place(self, &self->places[0], err);
    if (!input)
        return false;
    uint8_t *seen = calloc(TRACE_MAX_RANKS, sizeof *seen);
    self->num_ranks = 0;
    bool good = seen ? mark_ranks(self, input, seen, err) : err_set(err, ERR_RUN, "out of memory");
    if (good && self->num_ranks == 0)
        good = err_set(err, ERR_TRACE, "%s: no actions", input_name(input));
    for (uint32_t i = 0; good && i < self->num_ranks; i++) {
        if (!seen[i])
            good = err_set(err, ERR_TRACE, "%s: no line of rank %u, although there is a rank %u",
                           input_name(input), i, self->num_ranks - 1);
    }
    free(seen);
    input_close(input);
    return good;
}

// --- which of these it is ------------------------------------------------------------------------

enum shape { SHAPE_NONE, SHAPE_SHARED, SHAPE_INDEX };

// What the first line of a file tells: a rank and an action, a name of a file, or neither.
static enum shape shape_of(const struct simgrid_files *self, struct err *err)
{
    struct input *input = open_place(self, &self->index, err);
    enum shape shape = SHAPE_NONE;
    char *content;
    if (input && simgrid_files_line(input, &content, err) == INPUT_LINE) {
        uint32_t rank;
        char *rest;
        char *action = NULL;
        if (simgrid_files_rank(content, &rank, &rest))
            action = strtok_r(rest, " \t", &rest);
        if (action)
            shape = simgrid_line_is_action(action) ? SHAPE_SHARED : SHAPE_NONE;
        else if (!strpbrk(content, " \t"))
            shape = SHAPE_INDEX;
    }
    input_close(input);
    return shape;
}

// Looks into a file. If it is an archive, it is kept, and its index is where the trace begins.
static bool look_into(struct simgrid_files *self, const char *path, struct err *err)
{
    struct unpacked *archive = unpacked_read(path, index_name, UNPACKED_MOST_BYTES, err);
    if (!archive)
        return false;
    if (!unpacked_is_archive(archive)) {
        unpacked_free(archive);
        return true;
    }
    self->archive = archive;
    const char *index = unpacked_found(archive);
    if (!index)
        return err_set(err, ERR_TRACE, "%s: the archive holds no %s", path, index_name);
    self->index.member = strdup(index);
    return self->index.member || err_set(err, ERR_RUN, "out of memory");
}

// Finds where a trace begins: the index of a folder or archive, or the file itself.
static bool locate(struct simgrid_files *self, const char *path, struct err *err)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        if (asprintf(&self->index.path, "%s/%s", path, index_name) < 0)
            self->index.path = NULL;
    } else {
        self->index.path = strdup(path);
        if (!look_into(self, path, err))
            return false;
    }
    return self->index.path || err_set(err, ERR_RUN, "out of memory");
}

bool simgrid_files_probe(const char *path)
{
    struct err err = {0};
    struct simgrid_files self = {0};
    bool found = locate(&self, path, &err) && shape_of(&self, &err) != SHAPE_NONE;
    simgrid_files_free(&self);
    return found || err.status != ERR_NONE;
}

bool simgrid_files_list(struct simgrid_files *self, const char *path, struct err *err)
{
    *self = (struct simgrid_files){0};
    if (!locate(self, path, err))
        return false;
    if (shape_of(self, err) != SHAPE_INDEX && err->status == ERR_NONE)
        err_set(err, ERR_TRACE, "%s: not an index of files", self->index.path);
    bool found = err->status == ERR_NONE && read_index(self, err);
    self->shared = false;
    return found;
}

bool simgrid_files_find(struct simgrid_files *self, const char *path, struct err *err)
{
    *self = (struct simgrid_files){0};
    if (!locate(self, path, err))
        return false;
    enum shape shape = shape_of(self, err);
    if (err->status != ERR_NONE)
        return false;
    if (shape == SHAPE_SHARED) {
        self->shared = true;
        const char *at = self->index.member ? self->index.member : self->index.path;
        const char *slash = strrchr(at, '/');
        if (!add_place(self, slash ? slash + 1 : at, 0, err))
            return false;
    } else if (!read_index(self, err)) {
        return false;
    }
    return !self->shared || count_ranks(self, err);
}
