// SPDX-License-Identifier: Apache-2.0
// References and misses of caches that a memory trace goes through, by cachegrind's rules
// (model/node/cachegrind.h).
#ifndef ORDITO_SIM_TRACE_CACHE_H
#define ORDITO_SIM_TRACE_CACHE_H

#include "sim/err.h"

#include <jansson.h>
#include <stdbool.h>

// Where no geometry is given. As cachegrind's options: bytes, ways, bytes of a line.
#define TRACE_CACHE_I1 "32768,8,64"
#define TRACE_CACHE_D1 "32768,8,64"
#define TRACE_CACHE_LL "1048576,16,64"

// An object of figures, the caller's. `geometries` are of I1, D1 and LL, NULL for what stands
// above; `format` is that of a memory trace, or "auto". NULL on failure: ERR_CONFIG for a geometry
// or a format, ERR_TRACE, or ERR_RUN.
json_t *trace_cache(const char *path, const char *format, const char *const geometries[3],
                    bool write_backs, struct err *err);

#endif
