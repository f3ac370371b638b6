// SPDX-License-Identifier: Apache-2.0
#include "tests/trace_files.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *trace_files_path(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", scratch_folder(), name);
    return path;
}

const char *trace_files_write_bytes(const char *name, const void *bytes, size_t num)
{
    const char *path = trace_files_path(name);
    FILE *file = fopen(path, "wb");
    assert(file);
    size_t written = fwrite(bytes, 1, num, file);
    int closed = fclose(file);
    assert(written == num && closed == 0);
    return path;
}

const char *trace_files_write(const char *name, const char *text)
{
    return trace_files_write_bytes(name, text, strlen(text));
}

char *trace_files_read(const char *path, size_t *num)
{
    FILE *file = fopen(path, "rb");
    assert(file);
    fseek(file, 0, SEEK_END);
    *num = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*num + 1);
    assert(bytes);
    size_t read = fread(bytes, 1, *num, file);
    assert(read == *num);
    bytes[*num] = '\0';
    fclose(file);
    return bytes;
}

static void write_entry(struct archive *archive, const char *name, const char *text)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)strlen(text));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    int header = archive_write_header(archive, entry);
    la_ssize_t data = archive_write_data(archive, text, strlen(text));
    assert(header == ARCHIVE_OK && data == (la_ssize_t)strlen(text));
    archive_entry_free(entry);
}

static struct archive *create(const char *path, const char *filter, bool raw)
{
    struct archive *archive = archive_write_new();
    int result =
        raw ? archive_write_set_format_raw(archive) : archive_write_set_format_ustar(archive);
    assert(result == ARCHIVE_OK);
    if (strcmp(filter, "none") != 0)
        result = archive_write_add_filter_by_name(archive, filter);
    assert(result == ARCHIVE_OK);
    result = archive_write_open_filename(archive, path);
    assert(result == ARCHIVE_OK);
    return archive;
}

const char *trace_files_compress(const char *name, const char *filter, const char *text)
{
    const char *path = trace_files_path(name);
    struct archive *archive = create(path, filter, true);
    write_entry(archive, "data", text);
    archive_write_free(archive);
    return path;
}

const char *trace_files_archive(const char *name, const char *filter, const char *members)
{
    const char *path = trace_files_path(name);
    struct archive *archive = create(path, filter, false);
    while (*members) {
        const char *text = members + strlen(members) + 1;
        write_entry(archive, members, text);
        members = text + strlen(text) + 1;
    }
    archive_write_free(archive);
    return path;
}

static size_t describe(const struct op *op, uint32_t rank, char *text, size_t size)
{
    char words[128];
    int length =
        snprintf(text, size,
                 "%" PRIu32 " %s: %" PRIu64 " %" PRIu64 " %g %" PRId32 " %" PRId32 " %" PRId32 "\n",
                 rank, op_text(op, words, sizeof words), op->bytes, op->recv_bytes, op->amount,
                 op->source, op->destination, op->tag);
    return (size_t)length < size ? (size_t)length : size;
}

bool trace_files_load(const char *path, const char *format, char *text, size_t size,
                      uint64_t *num_ops, struct err *err)
{
    struct trace *trace = trace_open(path, format, err);
    uint64_t num = 0;
    size_t length = 0;
    for (uint32_t rank = 0; trace && rank < trace->num_ranks; rank++) {
        struct op op;
        while (err->status == ERR_NONE && trace->next(trace, rank, &op, err) == TRACE_OP) {
            num++;
            if (text && length < size)
                length += describe(&op, rank, text + length, size - length);
        }
    }
    trace_close(trace);
    if (num_ops)
        *num_ops = num;
    return err->status == ERR_NONE;
}
