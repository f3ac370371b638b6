// SPDX-License-Identifier: Apache-2.0
// Files that appear whole or not at all.
#include "sim/outfile.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t files_in(const char *folder)
{
    size_t num = 0;
    DIR *dir = opendir(folder);
    cr_assert(dir != NULL);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        num += entry->d_name[0] != '.';
    closedir(dir);
    return num;
}

Test(outfile, a_file_appears_when_it_is_complete_and_replaces_the_old_one)
{
    const char *folder = scratch_folder();
    char path[128];
    char text[16] = "";
    struct err err = {0};
    struct outfile file;
    snprintf(path, sizeof path, "%s/x", folder);
    cr_assert(outfile_write(path, "old", 3, &err), "%s", err.text);
    cr_assert(outfile_open(&file, path, &err));
    fputs("new", file.stream);
    fflush(file.stream);
    FILE *from = fopen(path, "r");
    cr_assert(fgets(text, sizeof text, from) && strcmp(text, "old") == 0);
    fclose(from);
    cr_assert(outfile_close(&file, &err));
    from = fopen(path, "r");
    cr_assert(fgets(text, sizeof text, from) && strcmp(text, "new") == 0);
    fclose(from);
    cr_assert_eq(files_in(folder), 1);
}

Test(outfile, a_file_given_up_leaves_nothing)
{
    const char *folder = scratch_folder();
    char path[128];
    struct err err = {0};
    struct outfile file;
    snprintf(path, sizeof path, "%s/x", folder);
    cr_assert(outfile_open(&file, path, &err));
    fputs("half", file.stream);
    outfile_discard(&file);
    cr_assert_eq(files_in(folder), 0);
    cr_assert(outfile_probe(path, &err));
    cr_assert_eq(files_in(folder), 0);
}

Test(outfile, a_program_that_is_killed_leaves_no_file_of_that_name)
{
    const char *folder = scratch_folder();
    char path[128];
    int status = 0;
    snprintf(path, sizeof path, "%s/x", folder);
    pid_t child = fork();
    if (child == 0) {
        struct outfile file;
        struct err err = {0};
        if (!outfile_open(&file, path, &err))
            _exit(1);
        fputs("half", file.stream);
        fflush(file.stream);
        kill(getpid(), SIGKILL);
    }
    cr_assert(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    cr_assert_neq(access(path, F_OK), 0);
    char part[160];
    snprintf(part, sizeof part, "%s.%ld.part", path, (long)child);
    unlink(part); // left where the file system has no files without a name
    cr_assert_eq(files_in(folder), 0);
}

Test(outfile, what_cannot_be_written_is_an_error_that_names_path_and_reason)
{
    static const char *const paths[] = {"/nonexistent/x", "/tmp", "/proc/x"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct err err = {0};
        cr_assert(!outfile_write(paths[i], "x", 1, &err));
        cr_assert_eq(err.status, ERR_RUN);
        cr_assert(strstr(err.text, paths[i]) && strstr(err.text, "cannot be written: "), "%s",
                  err.text);
    }
}

Test(outfile, a_full_disk_is_an_error)
{
    struct err err = {0};
    cr_assert(!outfile_write("/dev/full", "x", 1, &err));
    cr_assert_eq(err.status, ERR_RUN);
    cr_assert(strstr(err.text, "No space left") != NULL, "%s", err.text);
}
