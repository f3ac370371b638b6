// SPDX-License-Identifier: Apache-2.0
#include "traces/packer.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct state {
    struct archive *archive;
    bool failed;
};

static const struct suffix {
    const char *text;
    int (*add)(struct archive *archive);
} suffixes[] = {
    {".zst", archive_write_add_filter_zstd},
    {".xz", archive_write_add_filter_xz},
    {".gz", archive_write_add_filter_gzip},
    {".bz2", archive_write_add_filter_bzip2},
};

enum { NUM_SUFFIXES = sizeof suffixes / sizeof *suffixes };

static const struct suffix *suffix_of(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < NUM_SUFFIXES; i++) {
        size_t tail = strlen(suffixes[i].text);
        if (length > tail && strcmp(path + length - tail, suffixes[i].text) == 0)
            return &suffixes[i];
    }
    return NULL;
}

size_t packer_stem(const char *path)
{
    const struct suffix *suffix = suffix_of(path);
    return strlen(path) - (suffix ? strlen(suffix->text) : 0);
}

// A stream's writer: 0 tells the stream of an error.
static ssize_t put(void *cookie, const char *bytes, size_t num)
{
    struct state *state = cookie;
    if (!state->failed && archive_write_data(state->archive, bytes, num) != (la_ssize_t)num)
        state->failed = true;
    return state->failed ? 0 : (ssize_t)num;
}

static bool fail(struct state *state, struct err *err)
{
    const char *why = archive_error_string(state->archive);
    err_set(err, ERR_RUN, "cannot be compressed: %s", why ? why : "no more memory");
    archive_write_free(state->archive);
    free(state);
    return false;
}

// One entry, of which nothing but the content is written. Times would make files differ.
static bool begin(struct archive *archive, const struct suffix *suffix, FILE *file)
{
    struct archive_entry *entry = archive_entry_new();
    if (!entry)
        return false;
    archive_entry_set_pathname(entry, "trace");
    archive_entry_set_filetype(entry, S_IFREG);
    bool gzip = strcmp(suffix->text, ".gz") == 0;
    bool good = archive_write_set_format_raw(archive) == ARCHIVE_OK &&
                suffix->add(archive) == ARCHIVE_OK &&
                (!gzip || archive_write_set_filter_option(archive, "gzip", "timestamp", NULL) ==
                              ARCHIVE_OK) &&
                archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK &&
                archive_write_open_FILE(archive, file) == ARCHIVE_OK &&
                archive_write_header(archive, entry) == ARCHIVE_OK;
    archive_entry_free(entry);
    return good;
}

bool packer_open(struct packer *self, FILE *file, const char *path, struct err *err)
{
    const struct suffix *suffix = suffix_of(path);
    *self = (struct packer){.stream = file};
    if (!suffix)
        return true;
    struct state *state = calloc(1, sizeof *state);
    if (!state || !(state->archive = archive_write_new())) {
        free(state);
        return err_set(err, ERR_RUN, "out of memory");
    }
    if (!begin(state->archive, suffix, file))
        return fail(state, err);
    self->stream = fopencookie(state, "w", (cookie_io_functions_t){.write = put});
    if (!self->stream)
        return fail(state, err);
    self->state = state;
    return true;
}

bool packer_close(struct packer *self, struct err *err)
{
    struct state *state = self->state;
    if (!state)
        return true; // the file's own errors are seen when it is closed
    bool good = fclose(self->stream) == 0 && !state->failed;
    good = archive_write_close(state->archive) == ARCHIVE_OK && good;
    *self = (struct packer){0};
    if (!good)
        return fail(state, err);
    archive_write_free(state->archive);
    free(state);
    return true;
}
