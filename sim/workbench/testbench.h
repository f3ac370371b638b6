// SPDX-License-Identifier: Apache-2.0
// A stand-alone testbench of a failure in Verilog, for simulators without the workbench: Verilator
// and Icarus Verilog.
#ifndef ORDITO_SIM_WORKBENCH_TESTBENCH_H
#define ORDITO_SIM_WORKBENCH_TESTBENCH_H

#include "sim/workbench/pin_record.h"

struct testbench {
    const struct workbench *bench;
    const struct stimulus *stimulus;
    const struct failure *failure;
    const struct pin_record *record; // of a run that ended with the failure
    bool seeded;                     // it does not fail with every seed
};

// Writes into a folder: tb.sv, which is the same for all failures (rtl/testbench), what it
// includes, pins.hex with the pins of every cycle, wrapper.sv, filelist.f, which names the user's
// files from `home`, where the folder will be in the end (NULL: by whole paths), and a Makefile.
bool testbench_write(const struct testbench *self, const char *folder, const char *home,
                     struct err *err);

// Parts of that, for other testbenches: filelist.f and wrapper.sv; shape.svh for so many rows of
// pins; and a copy of a file of rtl/testbench.
bool testbench_sources(const struct workbench *bench, const char *folder, const char *home,
                       struct err *err);
bool testbench_shape(const struct workbench *bench, size_t rows, const char *folder,
                     struct err *err);
bool testbench_copy(const char *name, const char *folder, struct err *err);

#endif
