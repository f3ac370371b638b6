// SPDX-License-Identifier: Apache-2.0
#include "sim/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(const char *path, int reason, struct err *err)
{
    return err_set(err, ERR_RUN, "%.1000s: cannot be written: %s", path, strerror(reason));
}

static void release(struct outfile *self)
{
    free(self->path);
    free(self->temporary);
    *self = (struct outfile){0};
}

// A file without a name in the folder of `path`; negative if there can be none.
static int open_nameless(const char *path)
{
    char *folder = strdup(path);
    char *slash = folder ? strrchr(folder, '/') : NULL;
    if (slash)
        slash[slash == folder] = '\0';
    int file = folder ? open(slash ? folder : ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666) : -1;
    free(folder);
    return file;
}

// Opens the temporary file, with the mode of the file that it will replace.
static bool open_temporary(struct outfile *self, const struct stat *old, bool named,
                           struct err *err)
{
    if (asprintf(&self->temporary, "%s.%ld.part", self->path, (long)getpid()) < 0) {
        self->temporary = NULL;
        return fail(self->path, ENOMEM, err);
    }
    int file = named ? -1 : open_nameless(self->path);
    self->nameless = file >= 0;
    if (file < 0)
        file = open(self->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file >= 0 && old)
        (void)!fchmod(file, old->st_mode & 07777);
    self->stream = file >= 0 ? fdopen(file, "w") : NULL;
    if (self->stream)
        return true;
    fail(self->path, errno, err);
    if (file >= 0) {
        close(file);
        unlink(self->temporary);
    }
    return false;
}

// Gives a complete file without a name its temporary one.
static bool name_file(const struct outfile *self)
{
    char handle[64];
    snprintf(handle, sizeof handle, "/proc/self/fd/%d", fileno(self->stream));
    unlink(self->temporary); // of a process that had the same number
    return linkat(AT_FDCWD, handle, AT_FDCWD, self->temporary, AT_SYMLINK_FOLLOW) == 0;
}

static bool open_in_place(struct outfile *self, struct err *err)
{
    self->stream = fopen(self->path, "we");
    return self->stream || fail(self->path, errno, err);
}

// Opens a file; `named` ones are regular and have a name from the beginning.
static bool open_file(struct outfile *self, const char *path, bool named, struct err *err)
{
    struct stat status;
    *self = (struct outfile){0};
    bool exists = stat(path, &status) == 0;
    // A link's target is replaced, not the link.
    self->path = exists ? realpath(path, NULL) : strdup(path);
    bool ok;
    if (!self->path)
        ok = fail(path, errno, err);
    else if (exists && S_ISDIR(status.st_mode))
        ok = fail(path, EISDIR, err);
    else if (exists && !S_ISREG(status.st_mode))
        ok = named ? err_set(err, ERR_RUN, "%.1000s: cannot be written: not a regular file", path)
                   : open_in_place(self, err);
    else if (exists && access(path, W_OK) != 0)
        ok = fail(path, errno, err);
    else
        ok = open_temporary(self, exists ? &status : NULL, named, err);
    if (!ok)
        release(self);
    return ok;
}

bool outfile_open(struct outfile *self, const char *path, struct err *err)
{
    if (strcmp(path, "-") != 0)
        return open_file(self, path, false, err);
    *self = (struct outfile){.stream = stdout, .path = strdup("standard output")};
    return self->path || fail(path, ENOMEM, err);
}

bool outfile_open_named(struct outfile *self, const char *path, struct err *err)
{
    return open_file(self, path, true, err);
}

bool outfile_close(struct outfile *self, struct err *err)
{
    bool ok = fflush(self->stream) == 0 && !ferror(self->stream);
    int reason = errno;
    if (ok && self->nameless && !name_file(self)) {
        ok = false;
        reason = errno;
    }
    if (self->stream != stdout && fclose(self->stream) != 0 && ok) {
        ok = false;
        reason = errno;
    }
    if (ok && self->temporary && rename(self->temporary, self->path) != 0) {
        ok = false;
        reason = errno;
    }
    if (!ok) {
        fail(self->path, reason, err);
        if (self->temporary)
            unlink(self->temporary);
    }
    release(self);
    return ok;
}

void outfile_discard(struct outfile *self)
{
    if (self->stream && self->stream != stdout)
        fclose(self->stream);
    if (self->temporary)
        unlink(self->temporary);
    release(self);
}

bool outfile_probe(const char *path, struct err *err)
{
    struct stat status;
    bool in_place =
        strcmp(path, "-") == 0 ||
        (stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode));
    if (in_place)
        return true; // opening a pipe would wait for its reader
    struct outfile file;
    if (!outfile_open(&file, path, err))
        return false;
    outfile_discard(&file);
    return true;
}

bool outfile_write(const char *path, const char *bytes, size_t size, struct err *err)
{
    struct outfile file;
    if (!outfile_open(&file, path, err))
        return false;
    fwrite(bytes, 1, size, file.stream);
    return outfile_close(&file, err);
}
