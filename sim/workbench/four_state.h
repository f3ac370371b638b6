// SPDX-License-Identifier: Apache-2.0
// The device in Icarus Verilog, whose registers are X until something gives them a value: no output
// of the link may be X after reset, and all of them must be what Verilator has.
#ifndef ORDITO_SIM_WORKBENCH_FOUR_STATE_H
#define ORDITO_SIM_WORKBENCH_FOUR_STATE_H

#include "sim/workbench/workbench.h"

struct four_state_result {
    bool checked;    // else `why`
    char why[512];   // Icarus is not there, or cannot read the RTL: its first error
    uint64_t cycles; // compared
};

// Plays stimuli on the RTL, records the pins, and has Icarus, for which the RTL is compiled once,
// play them again. What is X or differs is a failure of RULE_KNOWN. `bench` must outlive it.
struct four_state;
struct four_state *four_state_open(struct workbench *bench, struct err *err);
bool four_state_play(struct four_state *self, const struct stimulus *stimulus,
                     struct four_state_result *result, struct failure *failure, struct err *err);
void four_state_close(struct four_state *self);

#endif
