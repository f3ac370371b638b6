// SPDX-License-Identifier: Apache-2.0
// Files of traffic patterns: a permutation, a matrix of weights. Text; `#` begins a comment, empty
// lines do not count. Errors are ERR_CONFIG with file:line.
#ifndef ORDITO_MODEL_NODE_PATTERN_FILE_H
#define ORDITO_MODEL_NODE_PATTERN_FILE_H

#include "sim/err.h"

#include <stdint.h>

// One destination a line, that of node 0 first. Fails unless every node is a destination once.
bool pattern_file_permutation(const char *path, uint32_t num_nodes, uint32_t *destinations,
                              struct err *err);

#define PATTERN_FILE_WHOLE (UINT64_C(1) << 63)

// `num_nodes` lines of `num_nodes` weights >= 0, separated by blanks or commas, to cumulative
// chances: cumulative[row * num_nodes + column] is the chance of a destination <= column, in units
// of 1 / PATTERN_FILE_WHOLE. The last of a row is 0 if all its weights are 0, else
// PATTERN_FILE_WHOLE. Weights on the diagonal count as 0 unless `include_self`.
bool pattern_file_matrix(const char *path, uint32_t num_nodes, bool include_self,
                         uint64_t *cumulative, struct err *err);

#endif
