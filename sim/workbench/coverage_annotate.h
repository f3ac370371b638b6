// SPDX-License-Identifier: Apache-2.0
// Sources with what coverage says of their lines.
#ifndef ORDITO_SIM_WORKBENCH_COVERAGE_ANNOTATE_H
#define ORDITO_SIM_WORKBENCH_COVERAGE_ANNOTATE_H

#include "sim/workbench/coverage_dat.h"

// How often each line of a file ran, as points tell; lines count from 1.
struct coverage_lines {
    uint64_t *count;
    bool *known; // it is of those that can run
    uint32_t num;
};

// Of the points from..to-1, which are of one file. Out of memory: `num` is 0.
void coverage_lines_count(struct coverage_lines *self, const struct coverage_dat *dat, size_t from,
                          size_t to);
void coverage_lines_free(struct coverage_lines *self);

// A file's name from the folder `root` on, if it is in it.
const char *coverage_file_name(const char *file, const char *root);

// Writes FOLDER/annotated/ and FOLDER/coverage.info.
bool coverage_annotate(const struct coverage_dat *dat, const char *root, const char *folder,
                       struct err *err);

#endif
