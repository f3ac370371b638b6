// SPDX-License-Identifier: Apache-2.0
// RTL variants as shared libraries, built on demand by Verilator and g++ and kept (rtl_cache.h).
//
// A variant is a top module with parameters: one of ours with the door router_door.h, or foreign
// RTL within a top module whose text is given, with the door device_door.h. Its entry in the cache
// is named after it and after a hash of the RTL sources, the door, the compilers' options and
// Verilator's version, so nothing stale is ever loaded. It is built under a lock, in a temporary
// folder that is renamed into place when complete, so processes may ask for the same variant at
// once. A library that is damaged is built again.
#ifndef ORDITO_MODEL_NET_RTL_BUILD_H
#define ORDITO_MODEL_NET_RTL_BUILD_H

#include "rtl/device_door.h"
#include "rtl/router_door.h"
#include "sim/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { RTL_BUILD_MAX_PARAMETERS = 20 };

#define RTL_BUILD_FOREIGN "device_"

// RTL that is not ours. Lists end with NULL.
struct rtl_foreign {
    const char *name;           // of its entry in the cache, after RTL_BUILD_FOREIGN
    const char *top_text;       // the file of the top module; stays beside the library, as TOP.sv
    const char *const *options; // of Verilator: files, folders of includes, macros
    uint64_t hash;              // of the contents of all files that these lead to
    bool coverage;              // lines and toggles are counted
};

struct rtl_variant {
    const char *top;                   // top module
    const struct rtl_foreign *foreign; // NULL: of rtl/, where the door is in any case
    uint32_t num_parameters;
    struct {
        const char *name;
        char value[80]; // as Verilator's -G option takes it
    } parameters[RTL_BUILD_MAX_PARAMETERS];
    const char *define; // macro of the door, or NULL
    bool large;         // of many equal modules: build it sooner rather than make it fast
    bool assertions;
    bool waves;
    bool systemc;    // as a SystemC module, whose edges are made by a process (systemc_edge.h)
    char words[128]; // what it is, for people
};

// Sets a parameter of the top module.
void rtl_variant_set(struct rtl_variant *variant, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// A library in use. rtl_build_close gives it back; opening a variant several times loads it once,
// and it stays in the process's memory.
struct rtl_library {
    void *handle;
    char *folder;                     // that it is in
    const struct router_door *door;   // of our variants
    const struct device_door *device; // of foreign ones
};

// Opens a variant, which it builds first if need be, with a line on standard error unless `quiet`.
// Adds the time spent on building to `*build_s`.
bool rtl_build_open(const struct rtl_variant *variant, bool quiet, double *build_s,
                    struct rtl_library *library, struct err *err);
void rtl_build_close(struct rtl_library *library);

#endif
