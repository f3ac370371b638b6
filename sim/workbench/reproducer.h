// SPDX-License-Identifier: Apache-2.0
// What is left of a failure for its user: a folder with the small stimulus, which replays by one
// command, a stand-alone testbench with its inputs, a wave around the failure, and its story.
#ifndef ORDITO_SIM_WORKBENCH_REPRODUCER_H
#define ORDITO_SIM_WORKBENCH_REPRODUCER_H

#include "sim/workbench/workbench.h"

// Writes FOLDER/replay.txt, story.txt, wave.fst, testbench/ (sources, vectors, a Makefile).
bool reproducer_write(struct workbench *bench, const struct stimulus *stimulus,
                      const struct failure *failure, const char *folder, struct err *err);

// Reads a replay file: what has to be opened (its strings stay until reproducer_close), and then,
// with the workbench open, its stimulus.
struct reproducer;
struct reproducer *reproducer_open(const char *path, struct workbench_asked *asked,
                                   struct err *err);
bool reproducer_stimulus(struct reproducer *self, const struct device_spec *spec,
                         struct stimulus *stimulus, struct err *err);
void reproducer_close(struct reproducer *self);

#endif
