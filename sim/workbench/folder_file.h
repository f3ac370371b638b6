// SPDX-License-Identifier: Apache-2.0
// Files of a folder that is being made: what cannot be written is an error that names the file.
#ifndef ORDITO_SIM_WORKBENCH_FOLDER_FILE_H
#define ORDITO_SIM_WORKBENCH_FOLDER_FILE_H

#include "sim/err.h"

#include <stdbool.h>
#include <stdio.h>

bool folder_file_write(const char *folder, const char *name,
                       void (*write)(const void *of, FILE *to), const void *of, struct err *err);

// Copies the file `path`.
bool folder_file_copy(const char *folder, const char *name, const char *path, struct err *err);

#endif
