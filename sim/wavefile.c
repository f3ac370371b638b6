// SPDX-License-Identifier: Apache-2.0
#include "sim/wavefile.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Blocks of an FST file: a byte that tells the kind, then the length of all but this byte in 8
// bytes, most significant first.
enum { BLOCK_HEADER = 0, BLOCK_GEOMETRY = 3, BLOCK_UNFINISHED = 255, LENGTH_BYTES = 8 };

// A signal handler can reach nothing but globals.
static struct {
    char *wave;
    char *hierarchy; // which the writer has beside the wave until it closes
    char *message;
} on_full_disk;
static struct sigaction before;

static void full_disk(int number)
{
    (void)number;
    unlink(on_full_disk.wave);
    unlink(on_full_disk.hierarchy);
    (void)!write(STDERR_FILENO, on_full_disk.message, strlen(on_full_disk.message));
    _exit(ERR_RUN);
}

static bool catch_full_disk(const struct outfile *file, struct err *err)
{
    on_full_disk.wave = strdup(file->temporary);
    if (asprintf(&on_full_disk.hierarchy, "%s.hier", file->temporary) < 0)
        on_full_disk.hierarchy = NULL;
    if (asprintf(&on_full_disk.message,
                 "ordito: %.1000s: cannot be written: no space left there or for temporary files\n",
                 file->path) < 0)
        on_full_disk.message = NULL;
    if (!on_full_disk.wave || !on_full_disk.hierarchy || !on_full_disk.message)
        return err_set(err, ERR_RUN, "out of memory");
    struct sigaction action = {.sa_handler = full_disk};
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &before);
    return true;
}

// Also forgets the names.
static void let_full_disk(void)
{
    if (on_full_disk.message)
        sigaction(SIGBUS, &before, NULL);
    free(on_full_disk.wave);
    free(on_full_disk.hierarchy);
    free(on_full_disk.message);
    memset(&on_full_disk, 0, sizeof on_full_disk);
}

bool wavefile_open(struct wavefile *self, const char *path, struct err *err)
{
    *self = (struct wavefile){0};
    if (!outfile_open_named(&self->file, path, err))
        return false;
    self->writer_path = self->file.temporary;
    if (catch_full_disk(&self->file, err))
        return true;
    wavefile_discard(self);
    return false;
}

// True if the blocks of the file are complete, and those are there with which it begins and ends.
static bool is_whole(const char *path)
{
    FILE *from = fopen(path, "re");
    if (!from)
        return false;
    struct stat status = {0};
    bool whole = fstat(fileno(from), &status) == 0 && getc(from) == BLOCK_HEADER;
    bool geometry = false;
    uint64_t size = (uint64_t)status.st_size;
    uint64_t at = 0;
    while (whole && at < size) {
        uint64_t length = 0;
        fseek(from, (long)at, SEEK_SET);
        int kind = getc(from);
        for (int i = 0; i < LENGTH_BYTES; i++)
            length = length << 8 | (uint8_t)getc(from);
        geometry = geometry || kind == BLOCK_GEOMETRY;
        whole =
            kind != BLOCK_UNFINISHED && !feof(from) && length >= LENGTH_BYTES && length < size - at;
        at += 1 + length;
    }
    fclose(from);
    return whole && geometry;
}

bool wavefile_close(struct wavefile *self, struct err *err)
{
    struct stat mode;
    struct wavefile wave = *self;
    *self = (struct wavefile){0};
    if (!is_whole(wave.writer_path)) {
        err_set(err, ERR_RUN, "%.1000s: cannot be written: the waveform is not whole (no space?)",
                wave.file.path);
        wavefile_discard(&wave);
        return false;
    }
    let_full_disk();
    if (fstat(fileno(wave.file.stream), &mode) == 0) // that the writer has replaced
        (void)!chmod(wave.writer_path, mode.st_mode & 07777);
    return outfile_close(&wave.file, err);
}

void wavefile_discard(struct wavefile *self)
{
    if (!self->writer_path)
        return;
    if (on_full_disk.hierarchy)
        unlink(on_full_disk.hierarchy);
    let_full_disk();
    outfile_discard(&self->file);
    self->writer_path = NULL;
}

bool wavefile_probe(const char *path, struct err *err)
{
    struct wavefile wave;
    if (!wavefile_open(&wave, path, err))
        return false;
    wavefile_discard(&wave);
    return true;
}
