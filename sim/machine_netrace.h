// SPDX-License-Identifier: Apache-2.0
// The workload of a machine that replays a Netrace trace.
#ifndef ORDITO_SIM_MACHINE_NETRACE_H
#define ORDITO_SIM_MACHINE_NETRACE_H

#include "sim/machine.h"

// Opens the trace, if it is one by its format's name or, if that is "auto", by its content, and
// finds out how long packets get, which are not cut. False with `err` if it cannot be replayed.
bool machine_open_netrace(struct machine *self, const struct config *config, struct err *err);

bool machine_make_netrace(struct machine *self, const struct config *config, struct err *err);

// Fills what the replay says of itself.
void machine_netrace_application(const struct machine *self, struct run_result *result);

#endif
