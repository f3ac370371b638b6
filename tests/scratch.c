// SPDX-License-Identifier: Apache-2.0
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_FILES = 256, MAX_PATH = 128 };

static char folder[] = "/tmp/ordito-test-XXXXXX";
static char paths[MAX_FILES][MAX_PATH];
static size_t num_files;
static bool made;

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status, (void)type, (void)ftw;
    return remove(path);
}

static void remove_folder(void)
{
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_folder(void)
{
    if (!made) {
        cr_assert(mkdtemp(folder) != NULL);
        atexit(remove_folder);
        made = true;
    }
    return folder;
}

const char *scratch_file(const char *name, const char *text)
{
    cr_assert(num_files < MAX_FILES);
    char *path = paths[num_files++];
    snprintf(path, MAX_PATH, "%s/%s", scratch_folder(), name);
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL);
    cr_assert(fputs(text, file) >= 0);
    cr_assert(fclose(file) == 0);
    return path;
}
