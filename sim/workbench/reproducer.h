// SPDX-License-Identifier: Apache-2.0
// What is left of a failure for its user: a folder with the small stimulus, which replays by one
// command, a stand-alone testbench with its inputs, a wave around the failure, and its story.
#ifndef ORDITO_SIM_WORKBENCH_REPRODUCER_H
#define ORDITO_SIM_WORKBENCH_REPRODUCER_H

#include "sim/workbench/workbench.h"

// Writes FOLDER/replay.txt, story.txt, wave.fst with wave.gtkw, testbench/ (wrapper, vectors, a
// Makefile), all of it or nothing. What is there already stays as it is: if there is a FOLDER, it
// is FOLDER-2, or the next number that is free. `*made` is its path, to be freed.
bool reproducer_write(struct workbench *bench, const struct stimulus *stimulus,
                      const struct failure *failure, const char *folder, char **made,
                      struct err *err);

// Reads a replay file, or that of a folder: what has to be opened (its strings stay until
// reproducer_close), and then, with the workbench open, its stimulus.
struct reproducer;
struct reproducer *reproducer_open(const char *path, struct workbench_asked *asked,
                                   struct err *err);
bool reproducer_stimulus(struct reproducer *self, const struct device_spec *spec,
                         struct stimulus *stimulus, struct err *err);
enum failure_rule reproducer_rule(const struct reproducer *self); // that was broken
void reproducer_close(struct reproducer *self);

#endif
