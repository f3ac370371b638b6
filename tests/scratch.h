// SPDX-License-Identifier: Apache-2.0
// Files that a test makes, in a folder of its own that goes with the test's process.
#ifndef ORDITO_TESTS_SCRATCH_H
#define ORDITO_TESTS_SCRATCH_H

#include <stddef.h>

// The test's folder. The path is valid until the process ends.
const char *scratch_folder(void);

// Writes `text` to a new file in the test's folder. The path is valid until the process ends.
const char *scratch_file(const char *name, const char *text);

#endif
