// SPDX-License-Identifier: Apache-2.0
// What machine and measurement have to say of a run, or of one so far.
#ifndef ORDITO_SIM_RUN_RESULT_H
#define ORDITO_SIM_RUN_RESULT_H

#include "sim/machine.h"
#include "sim/measurement.h"

// Fills all of a result but how it ended and what it took of the host's time.
void run_result_fill(const struct machine *machine, struct measurement *measurement,
                     const struct config *config, struct run_result *result);

// Says in at most `size` bytes who waits for whom; nothing if the back end cannot be looked into.
void run_result_waits(const struct fabric *fabric, char *text, size_t size);

// The closed forms, and figures by search in place of those that there are none of, as far as that
// takes no longer than a moment.
struct topology_figures run_topology_figures(const struct topology *topology);

#endif
