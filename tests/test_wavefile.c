// SPDX-License-Identifier: Apache-2.0
// Waveform files: moved to their place when whole, and nothing left of them otherwise.
#include "sim/wavefile.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// The least that has the form of a file of blocks: a header and a geometry.
static const char whole[] = "\0\0\0\0\0\0\0\0\011h\003\0\0\0\0\0\0\0\012gg";
enum { WHOLE_BYTES = sizeof whole - 1 };

static size_t files_in_folder(void)
{
    size_t num = 0;
    DIR *dir = opendir(scratch_folder());
    cr_assert(dir != NULL);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        num += entry->d_name[0] != '.';
    closedir(dir);
    return num;
}

// What the writer does: removes, and makes anew.
static void write_as_verilator(const struct wavefile *wave, size_t size)
{
    unlink(wave->writer_path);
    FILE *to = fopen(wave->writer_path, "w");
    cr_assert(to != NULL);
    cr_assert_eq(fwrite(whole, 1, size, to), size);
    fclose(to);
}

Test(wavefile, a_whole_waveform_replaces_the_old_one_and_keeps_its_mode)
{
    struct stat status;
    struct err err = {0};
    struct wavefile wave;
    const char *path = scratch_file("w.fst", "old");
    cr_assert_eq(chmod(path, 0600), 0);
    cr_assert(wavefile_open(&wave, path, &err), "%s", err.text);
    write_as_verilator(&wave, WHOLE_BYTES);
    cr_assert(stat(path, &status) == 0 && status.st_size == 3);
    cr_assert(wavefile_close(&wave, &err), "%s", err.text);
    cr_assert(stat(path, &status) == 0 && status.st_size == WHOLE_BYTES);
    cr_assert_eq(status.st_mode & 07777, 0600);
    cr_assert_eq(files_in_folder(), 1);
}

Test(wavefile, what_is_not_whole_is_an_error_and_leaves_the_old_file)
{
    struct stat status;
    const char *path = scratch_file("w.fst", "old");
    for (size_t size = 0; size < WHOLE_BYTES; size++) {
        struct err err = {0};
        struct wavefile wave;
        cr_assert(wavefile_open(&wave, path, &err), "%s", err.text);
        write_as_verilator(&wave, size);
        cr_assert(!wavefile_close(&wave, &err), "%zu bytes", size);
        cr_assert_eq(err.status, ERR_RUN);
        cr_assert(strstr(err.text, path), "%s", err.text);
        cr_assert(stat(path, &status) == 0 && status.st_size == 3);
        cr_assert_eq(files_in_folder(), 1);
    }
}

Test(wavefile, pipes_and_folders_are_refused)
{
    struct stat status;
    char path[256];
    snprintf(path, sizeof path, "%s/pipe", scratch_folder());
    cr_assert_eq(mkfifo(path, 0600), 0);
    const char *const paths[] = {path, scratch_folder(), "/nonexistent/w.fst"};
    for (size_t i = 0; i < 3; i++) {
        struct err err = {0};
        cr_assert(!wavefile_probe(paths[i], &err));
        cr_assert_eq(err.status, ERR_RUN);
        cr_assert(strstr(err.text, paths[i]), "%s", err.text);
    }
    cr_assert(stat(path, &status) == 0 && S_ISFIFO(status.st_mode));
    cr_assert_eq(files_in_folder(), 1);
}

Test(wavefile, a_full_disk_under_the_writers_maps_ends_the_process_and_leaves_nothing)
{
    int status = 0;
    char path[256];
    snprintf(path, sizeof path, "%s/w.fst", scratch_folder());
    pid_t child = fork();
    if (child == 0) {
        struct err err = {0};
        struct wavefile wave;
        if (!wavefile_open(&wave, path, &err))
            _exit(99);
        write_as_verilator(&wave, 3);
        raise(SIGBUS);
        _exit(98);
    }
    cr_assert(waitpid(child, &status, 0) == child && WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), ERR_RUN);
    cr_assert_eq(files_in_folder(), 0);
}
