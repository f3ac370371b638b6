// SPDX-License-Identifier: Apache-2.0
// Results of runs as JSON and CSV. Both take their figures from the table in figure.c.
#ifndef ORDITO_SIM_OUTPUT_H
#define ORDITO_SIM_OUTPUT_H

#include "sim/figure.h"

#include <jansson.h>
#include <stdio.h>

// What all commands write: schema, version, seed and the resolved configuration. The caller owns
// it; NULL if out of memory.
json_t *output_envelope(const struct config *config);

// A configuration that is not run: the envelope; `inputs`, the files that it names, as the run
// would open them; `backend`; and `packet_flits_max`, what messages would be cut into. The caller
// owns it; NULL if out of memory.
json_t *output_resolved(const struct config *config);

// The whole object of a run. The caller owns it; NULL if out of memory.
json_t *output_json(const struct figure_source *source);

// An object as text: over several lines, or on one; a newline at the end. The caller frees it; NULL
// if out of memory.
char *output_json_text(const json_t *object, bool one_line);

// Makes an object a file ("-": standard output), and takes it; NULL if there was no memory for it.
bool output_json_file(const char *path, json_t *object, struct err *err);

// A text as a field of CSV, quoted if it has to be.
void output_csv_text(FILE *to, const char *text);

// CSV as in RFC 4180, lines ended by a newline: first the `num_keys` varied keys, then every figure
// but those of the host, then `error`.
void output_csv_header(FILE *to, const char *const *keys, size_t num_keys);

// One run; `result` is NULL if it failed, then `outcome` is "failed" and `error` tells why.
void output_csv_row(FILE *to, const char *const *values, size_t num_keys,
                    const struct config *config, const struct run_result *result,
                    const char *error);

#endif
