// SPDX-License-Identifier: Apache-2.0
// A run over an ideal fabric: no routers, channels or packets, so that only a program's messages
// and computing happen, and the clock goes from one of these to the next.
#ifndef ORDITO_SIM_RUN_LOGGOPS_H
#define ORDITO_SIM_RUN_LOGGOPS_H

#include "sim/run.h"

// As run_simulate, of a configuration with fabric.model ideal by the rules `loggops`.
bool run_loggops(const struct config *config, const struct run_outputs *outputs,
                 struct run_result *result, struct err *err);

#endif
