// SPDX-License-Identifier: Apache-2.0
// The example configurations and sample traces of the program: beside its source tree, or
// installed.
#ifndef ORDITO_SIM_EXAMPLES_H
#define ORDITO_SIM_EXAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// Lists them, a line each: the command that runs one, and its first comment.
void examples_list(FILE *to);

// Where the sample trace of this name is. False if it is not found.
bool examples_sample(const char *name, char *path, size_t size);

#endif
