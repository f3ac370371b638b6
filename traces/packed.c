// SPDX-License-Identifier: Apache-2.0
#include "traces/packed.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { BLOCK_BYTES = 1 << 14 };

// Bytes come to libarchive by way of zlib, which decodes those of gzip and looks at their checksum,
// as libarchive does not; it hands on any others as they are.
struct packed {
    struct archive *archive;
    gzFile file;
    char *path;
    char block[BLOCK_BYTES];
};

const char *packed_reason(const struct packed *self)
{
    const char *text = archive_error_string(self->archive);
    return text ? text : "damaged data";
}

// libarchive's reader: the next block, of 0 bytes at the end of the file, or -1 with a reason.
static la_ssize_t read_source(struct archive *archive, void *data, const void **block)
{
    struct packed *self = data;
    *block = self->block;
    int num = gzread(self->file, self->block, BLOCK_BYTES);
    int error = Z_OK;
    gzerror(self->file, &error);
    if (num > 0 || error == Z_OK)
        return num;
    archive_set_error(archive, EIO, "%s",
                      error == Z_BUF_ERROR    ? "truncated gzip data"
                      : error == Z_DATA_ERROR ? "damaged gzip data"
                                              : strerror(errno));
    return -1;
}

static bool open_stdin(struct packed *self, struct err *err)
{
    int descriptor = dup(STDIN_FILENO);
    self->file = descriptor >= 0 ? gzdopen(descriptor, "rb") : NULL;
    if (self->file)
        return true;
    if (descriptor >= 0)
        close(descriptor);
    return err_set(err, ERR_TRACE, "%s: %s", self->path, strerror(errno));
}

static bool open_file(struct packed *self, struct err *err)
{
    struct stat status;
    if (stat(self->path, &status) != 0)
        return err_set(err, ERR_TRACE, "%s: %s", self->path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return err_set(err, ERR_TRACE, "%s: not a regular file", self->path);
    self->file = gzopen(self->path, "rbe");
    return self->file || err_set(err, ERR_TRACE, "%s: %s", self->path, strerror(errno));
}

static bool open_archive(struct packed *self, bool raw, struct err *err)
{
    self->archive = archive_read_new();
    if (!self->archive)
        return err_set(err, ERR_RUN, "out of memory");
    archive_read_support_filter_zstd(self->archive);
    archive_read_support_filter_xz(self->archive);
    archive_read_support_filter_bzip2(self->archive);
    archive_read_support_format_tar(self->archive);
    // Past the mark of an archive's end, too: a checksum comes behind it.
    archive_read_set_options(self->archive, "tar:read_concatenated_archives");
    archive_read_support_format_empty(self->archive);
    if (raw)
        archive_read_support_format_raw(self->archive);
    return archive_read_open(self->archive, self, NULL, read_source, NULL) == ARCHIVE_OK ||
           err_set(err, ERR_TRACE, "%s: %s", self->path, packed_reason(self));
}

struct packed *packed_open(const char *path, bool raw, struct err *err)
{
    struct packed *self = calloc(1, sizeof *self);
    if (!self || !(self->path = strdup(path ? path : PACKED_STDIN)))
        err_set(err, ERR_RUN, "out of memory");
    else if ((path ? open_file : open_stdin)(self, err) && open_archive(self, raw, err))
        return self;
    packed_close(self);
    return NULL;
}

void packed_close(struct packed *self)
{
    if (!self)
        return;
    if (self->archive)
        archive_read_free(self->archive);
    if (self->file)
        gzclose_r(self->file);
    free(self->path);
    free(self);
}

bool packed_next(struct packed *self, const char **name, struct err *err)
{
    struct archive_entry *entry;
    int result = archive_read_next_header(self->archive, &entry);
    if (result == ARCHIVE_EOF)
        return false;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
        return err_set(err, ERR_TRACE, "%s: %s", self->path, packed_reason(self));
    *name = archive_entry_pathname(entry);
    return true;
}

bool packed_is_archive(const struct packed *self)
{
    return archive_format(self->archive) != ARCHIVE_FORMAT_RAW;
}

enum packed_result packed_block(struct packed *self, const char **block, size_t *num_bytes)
{
    for (;;) {
        const void *bytes;
        int64_t offset;
        int result = archive_read_data_block(self->archive, &bytes, num_bytes, &offset);
        *block = bytes;
        if (result == ARCHIVE_EOF)
            return PACKED_END;
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
            return PACKED_DAMAGED;
        if (*num_bytes > 0)
            return PACKED_BLOCK;
    }
}
