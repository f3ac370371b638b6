// SPDX-License-Identifier: Apache-2.0
// Files that go with the program: in the source tree that it was built in, or installed with it.
#ifndef ORDITO_SIM_SHIPPED_H
#define ORDITO_SIM_SHIPPED_H

#include <stdbool.h>
#include <stddef.h>

// Puts into `path` where the file is that the tree has as `in_tree` ("scripts/plot-matrix"); the
// folder that is installed has it under the last part of that. False, with the last place that was
// looked at, if it cannot be read anywhere.
bool shipped_find(const char *in_tree, char *path, size_t size);

#endif
