// SPDX-License-Identifier: Apache-2.0
// The page of a report: the template that scripts/build-report makes, with the data of one run or
// those of a sweep in it (sim/report/README.md).
#ifndef ORDITO_SIM_REPORT_H
#define ORDITO_SIM_REPORT_H

#include "sim/err.h"

#include <jansson.h>
#include <stdbool.h>

// Whether a page could be written: its template is there, and the file can be opened.
bool report_probe(const char *path, struct err *err);

// Writes a page of runs with values of axes ([{key, values}]; empty: there is one run). Takes both
// over, also NULL for want of memory.
bool report_write(const char *path, json_t *axes, json_t *runs, struct err *err);

#endif
