// SPDX-License-Identifier: Apache-2.0
#include "traces/input.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { BLOCK_BYTES = 1 << 14, FIRST_LINE_BYTES = 256 };

static const char STDIN_NAME[] = "standard input";

// Bytes of a file for libarchive. Those of gzip are decoded here, by zlib, which looks at their
// checksum, as libarchive does not; zlib hands on any others as they are.
struct source {
    gzFile file;
    char block[BLOCK_BYTES];
};

struct input {
    struct archive *archive;
    struct source source;
    char *name;
    const char *block; // what libarchive decoded last
    size_t block_bytes;
    size_t block_at;  // first byte not yet given out
    char *line;       // the line that is being put together
    size_t cap_line;  // allocated
    uint32_t line_no; // lines given out
    bool ended;
};

static const char *reason(struct archive *archive)
{
    const char *text = archive_error_string(archive);
    return text ? text : "damaged data";
}

// libarchive's reader: the next block, of 0 bytes at the end of the file, or -1 with a reason.
static la_ssize_t read_source(struct archive *archive, void *data, const void **block)
{
    struct source *source = data;
    *block = source->block;
    int num = gzread(source->file, source->block, BLOCK_BYTES);
    int error = Z_OK;
    gzerror(source->file, &error);
    if (num > 0 || error == Z_OK)
        return num;
    archive_set_error(archive, EIO, "%s",
                      error == Z_BUF_ERROR    ? "truncated gzip data"
                      : error == Z_DATA_ERROR ? "damaged gzip data"
                                              : strerror(errno));
    return -1;
}

static void archive_close(struct archive *archive, struct source *source)
{
    archive_read_free(archive);
    gzclose_r(source->file);
}

// Opens a regular file, or standard input if there is no path. NULL on failure.
static gzFile open_bytes(const char *path, struct err *err)
{
    struct stat status;
    gzFile file = NULL;
    int descriptor = path ? -1 : dup(STDIN_FILENO);
    if (path && stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        err_set(err, ERR_TRACE, "%s: not a regular file", path);
        return NULL;
    }
    if (path)
        file = gzopen(path, "rbe");
    else if (descriptor >= 0 && !(file = gzdopen(descriptor, "rb")))
        close(descriptor);
    if (!file)
        err_set(err, ERR_TRACE, "%s: %s", path ? path : STDIN_NAME, strerror(errno));
    return file;
}

// An archive handle on the file, at its first header, which reads from `source`. NULL on failure.
static struct archive *archive_at(const char *path, bool raw, struct source *source,
                                  struct err *err)
{
    source->file = open_bytes(path, err);
    if (!source->file)
        return NULL;
    struct archive *archive = archive_read_new();
    if (!archive) {
        gzclose_r(source->file);
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    archive_read_support_filter_zstd(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_format_tar(archive);
    // Past the mark of an archive's end, too: a checksum comes behind it.
    archive_read_set_options(archive, "tar:read_concatenated_archives");
    archive_read_support_format_empty(archive);
    if (raw)
        archive_read_support_format_raw(archive);
    if (archive_read_open(archive, source, NULL, read_source, NULL) != ARCHIVE_OK) {
        err_set(err, ERR_TRACE, "%s: %s", path ? path : STDIN_NAME, reason(archive));
        archive_close(archive, source);
        return NULL;
    }
    return archive;
}

// Moves on to the next entry. False at the end, and on failure, when `err` is filled.
static bool next_entry(struct archive *archive, const char *path, struct archive_entry **entry,
                       struct err *err)
{
    int result = archive_read_next_header(archive, entry);
    if (result == ARCHIVE_EOF)
        return false;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
        return err_set(err, ERR_TRACE, "%s: %s", path, reason(archive));
    return true;
}

// Positions the archive at the data wanted: of the member, or of the file itself. An empty file
// has none and is at its end.
static bool seek_member(struct input *self, const char *path, const char *member, struct err *err)
{
    struct archive_entry *entry;
    while (next_entry(self->archive, path, &entry, err)) {
        const char *name = archive_entry_pathname(entry);
        if (!member || (name && strcmp(name, member) == 0))
            return true;
    }
    if (err->status != ERR_NONE)
        return false;
    if (member)
        return err_set(err, ERR_TRACE, "%s: no such member in the archive", self->name);
    self->ended = true;
    return true;
}

static struct input *open_named(const char *name, const char *path, const char *member,
                                struct err *err)
{
    struct input *self = calloc(1, sizeof *self);
    if (!self || asprintf(&self->name, member ? "%s:%s" : "%s", name, member) < 0) {
        free(self);
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->archive = archive_at(path, !member, &self->source, err);
    if (!self->archive || !seek_member(self, name, member, err)) {
        input_close(self);
        return NULL;
    }
    return self;
}

struct input *input_open(const char *path, const char *member, struct err *err)
{
    return open_named(path, path, member, err);
}

struct input *input_open_stdin(struct err *err)
{
    return open_named(STDIN_NAME, NULL, NULL, err);
}

void input_close(struct input *self)
{
    if (!self)
        return;
    if (self->archive)
        archive_close(self->archive, &self->source);
    free(self->name);
    free(self->line);
    free(self);
}

// Fetches the next block; sets `ended` at the end of the data.
static bool fetch(struct input *self, struct err *err)
{
    const void *block;
    int64_t offset;
    int result = archive_read_data_block(self->archive, &block, &self->block_bytes, &offset);
    self->block = block;
    self->block_at = 0;
    if (result == ARCHIVE_EOF) {
        self->ended = true;
        self->block_bytes = 0;
    } else if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
        self->block_bytes = 0;
        return err_set(err, ERR_TRACE, "%s", reason(self->archive));
    }
    return true;
}

size_t input_read(struct input *self, char *bytes, size_t num, struct err *err)
{
    size_t done = 0;
    while (done < num && !self->ended) {
        if (self->block_at == self->block_bytes) {
            if (!fetch(self, err)) {
                err_prefix(err, "%s", self->name);
                break;
            }
            continue;
        }
        size_t part = self->block_bytes - self->block_at;
        part = part < num - done ? part : num - done;
        memcpy(bytes + done, self->block + self->block_at, part);
        self->block_at += part;
        done += part;
    }
    return done;
}

// Appends bytes to the line; keeps room for its NUL.
static bool append(struct input *self, size_t length, const char *bytes, size_t num,
                   struct err *err)
{
    if (length + num > INPUT_MAX_LINE)
        return err_set(err, ERR_TRACE, "%s:%u: a line longer than %d bytes", self->name,
                       self->line_no + 1, INPUT_MAX_LINE);
    if (length + num + 1 > self->cap_line) {
        size_t cap = self->cap_line ? self->cap_line : FIRST_LINE_BYTES;
        while (cap < length + num + 1)
            cap *= 2;
        char *line = realloc(self->line, cap);
        if (!line)
            return err_set(err, ERR_RUN, "out of memory");
        self->line = line;
        self->cap_line = cap;
    }
    memcpy(self->line + length, bytes, num);
    return true;
}

enum input_next input_line(struct input *self, char **line, struct err *err)
{
    size_t length = 0;
    bool whole = false;
    while (!whole) {
        if (self->block_at == self->block_bytes) {
            if (!self->ended && !fetch(self, err)) {
                err_prefix(err, "%s:%u", self->name, self->line_no + 1);
                return INPUT_ERROR;
            }
            if (self->ended)
                break;
            continue;
        }
        const char *from = self->block + self->block_at;
        size_t left = self->block_bytes - self->block_at;
        const char *newline = memchr(from, '\n', left);
        size_t num = newline ? (size_t)(newline - from) : left;
        if (!append(self, length, from, num, err))
            return INPUT_ERROR;
        length += num;
        self->block_at += num + (newline != NULL);
        whole = newline != NULL;
    }
    if (!whole && length == 0)
        return INPUT_END;
    self->line[length] = '\0';
    if (strlen(self->line) != length) {
        err_set(err, ERR_TRACE, "%s:%u: a NUL byte in a text file", self->name, self->line_no + 1);
        return INPUT_ERROR;
    }
    self->line_no++;
    *line = self->line;
    return INPUT_LINE;
}

uint32_t input_line_number(const struct input *self)
{
    return self->line_no;
}

const char *input_name(const struct input *self)
{
    return self->name;
}

bool input_find_member(const char *path, const char *base, bool *is_archive, char **member,
                       struct err *err)
{
    *is_archive = false;
    *member = NULL;
    struct source source;
    struct archive *archive = archive_at(path, true, &source, err);
    if (!archive)
        return false;
    struct archive_entry *entry;
    while (next_entry(archive, path, &entry, err)) {
        if (archive_format(archive) == ARCHIVE_FORMAT_RAW)
            break;
        *is_archive = true;
        const char *name = archive_entry_pathname(entry);
        if (!name || *member)
            continue;
        const char *slash = strrchr(name, '/');
        if (strcmp(slash ? slash + 1 : name, base) == 0 && !(*member = strdup(name)))
            err_set(err, ERR_RUN, "out of memory");
    }
    archive_close(archive, &source);
    if (err->status == ERR_NONE)
        return true;
    free(*member);
    *member = NULL;
    return false;
}

void input_reserve_files(uint32_t num)
{
    enum { OTHERS = 64 }; // files that the program has open for other ends
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= (rlim_t)num + OTHERS)
        return;
    limit.rlim_cur = (rlim_t)num + OTHERS < limit.rlim_max ? (rlim_t)num + OTHERS : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}
