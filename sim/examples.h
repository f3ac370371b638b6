// SPDX-License-Identifier: Apache-2.0
// The example configurations that come with the program: beside its source tree, or installed.
#ifndef ORDITO_SIM_EXAMPLES_H
#define ORDITO_SIM_EXAMPLES_H

#include <stdbool.h>
#include <stdio.h>

// Lists them, a line each: the command that runs one, and its first comment.
void examples_list(FILE *to);

#endif
