// SPDX-License-Identifier: Apache-2.0
// Configurations of tests: defaults, read from a text, set.
#ifndef ORDITO_TESTS_CONFIG_TEXT_H
#define ORDITO_TESTS_CONFIG_TEXT_H

#include "sim/config.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline struct config made(void)
{
    struct config config;
    struct err err = {0};
    cr_assert(config_default(&config, &err), "%s", err.text);
    return config;
}

// Reads text as the file `name` (in a folder of its own), and gives the folder.
static inline bool read_text(struct config *config, const char *text, char folder[64],
                             struct err *err)
{
    char path[128];
    strcpy(folder, scratch_folder());
    snprintf(path, sizeof path, "%s/c.yaml", folder);
    FILE *to = fopen(path, "w");
    cr_assert(to != NULL);
    fputs(text, to);
    fclose(to);
    bool ok = config_read(config, path, err);
    unlink(path);
    return ok;
}

static inline void set(struct config *config, const char *assignment)
{
    struct err err = {0};
    cr_assert(config_set(config, assignment, "--set", &err), "%s", err.text);
}

#endif
