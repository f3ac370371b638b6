// SPDX-License-Identifier: Apache-2.0
// The commands that make a shared library of an RTL variant: Verilator, then g++ on what it
// generated and on the door (rtl/router_door.cpp, rtl/device_door.cpp). No make: two compilations
// side by side, one of what runs in every cycle, one of what runs once, and a link with Verilator's
// runtime.
#ifndef ORDITO_MODEL_NET_RTL_COMPILE_H
#define ORDITO_MODEL_NET_RTL_COMPILE_H

#include "model/net/rtl_build.h"

#include <limits.h>

#define RTL_COMPILE_LIBRARY "door.so"
#define RTL_COMPILE_LOOPS   "loops.txt" // of foreign RTL: Verilator's lines on combinational loops

struct rtl_job {
    const struct rtl_variant *variant;
    const char *sources; // folder of the RTL
    const char *folder;  // empty, to build in; RTL_COMPILE_LIBRARY will be there
    const char *runtime; // folder with the runtime's object files
    const char *log;     // file to which the tools' output is appended
    char include[PATH_MAX];
    struct err *err;
};

// Chains the options that are built into this module to a hash (rtl_cache.h).
uint64_t rtl_compile_hash(uint64_t hash);

// Compiles Verilator's runtime into `folder`; it serves all variants with the same door, `waves`
// and coverage.
bool rtl_compile_runtime(struct rtl_job *self, const char *folder);

// Builds the variant. What Verilator finds wrong in foreign RTL is an ERR_CONFIG that begins with
// its file and line.
bool rtl_compile_variant(struct rtl_job *self);

#endif
