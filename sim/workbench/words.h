// SPDX-License-Identifier: Apache-2.0
// Packets and failures in words, for what people read.
#ifndef ORDITO_SIM_WORKBENCH_WORDS_H
#define ORDITO_SIM_WORKBENCH_WORDS_H

#include "sim/workbench/device_map.h"
#include "sim/workbench/failure.h"

#include <stdio.h>

// "packet 0: 4 flits, in by port west, VC 0, in cycle 3 or later; to address 6 (x 2, y
// 1)", without an end of line.
void words_packet(FILE *to, const struct device_map *map, const struct stimulus *stimulus,
                  size_t packet);

// "cycle 12, output port east, VC 0, packet 1, flit 2, field head": what applies.
void words_place(FILE *to, const struct device_spec *spec, const struct failure *failure);

// Lines of rule, place, what was expected and seen, and the sentence; each begins with `indent`.
// The second leaves out the rule.
void words_failure(FILE *to, const struct device_spec *spec, const struct failure *failure,
                   const char *indent);
void words_seen(FILE *to, const struct device_spec *spec, const struct failure *failure,
                const char *indent);

// A text of one or more lines, each beginning with `indent`.
void words_lines(FILE *to, const char *text, const char *indent);

#endif
