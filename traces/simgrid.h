// SPDX-License-Identifier: Apache-2.0
// Time-independent traces of MPI programs, as SimGrid's SMPI records and replays them: a text line
// an action, `rank action arguments`. README.md says how traces are named and what is read.
//
// Bounds: a rank's lines are streamed; memory is a decompressor a rank, and two arrays of counts
// for one that has met a collective with counts. Every stream begins with `init` and ends with
// `finalize`, so that a cut file is noticed. In an archive every rank's stream skips to its own
// member: time grows with the square of the ranks, so archives of many hundreds of ranks are better
// unpacked first.
#ifndef ORDITO_TRACES_SIMGRID_H
#define ORDITO_TRACES_SIMGRID_H

#include "traces/trace.h"

extern const struct trace_format simgrid_format;

#endif
