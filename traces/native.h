// SPDX-License-Identifier: Apache-2.0
// The project's own format of traces: text that is written by hand, or by a program, one operation
// a line. traces/README.md describes it.
//
// Bounds: a file is read as it comes, once for each of its ranks; kept in memory is one `repeat`
// with all that it encloses.
#ifndef ORDITO_TRACES_NATIVE_H
#define ORDITO_TRACES_NATIVE_H

#include "traces/trace.h"

extern const struct trace_format native_format;

#endif
