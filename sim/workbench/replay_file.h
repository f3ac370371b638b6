// SPDX-License-Identifier: Apache-2.0
// The replay file: lines of a key and a value that tell what device it is and which rule it broke,
// then `stimulus` and its lines (stimulus.h). Paths are relative to the file's folder; empty lines
// and those that begin with # say nothing.
#ifndef ORDITO_SIM_WORKBENCH_REPLAY_FILE_H
#define ORDITO_SIM_WORKBENCH_REPLAY_FILE_H

#include "sim/workbench/workbench.h"

// Writes one that is going to be in the folder `home`.
void replay_file_write(const struct workbench *bench, const struct stimulus *stimulus,
                       const struct failure *failure, const char *home, FILE *to);

#endif
