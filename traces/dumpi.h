// SPDX-License-Identifier: Apache-2.0
// DUMPI traces of MPI programs, as the text that dumpi2ascii writes of their calls: an index names
// the files of the ranks, as for SimGrid's. traces/README.md describes what is read.
//
// Bounds: kept in memory are the call that is being read, and the requests of a rank under way.
// Source: the grammar is that of the SST project's dumpi2ascii.
#ifndef ORDITO_TRACES_DUMPI_H
#define ORDITO_TRACES_DUMPI_H

#include "traces/trace.h"

// Computing is all time between calls, or the processor time that is told of them.
extern const struct trace_format dumpi_format;
extern const struct trace_format dumpi_cpu_format;

#endif
