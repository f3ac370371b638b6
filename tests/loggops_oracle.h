// SPDX-License-Identifier: Apache-2.0
// The LogGOPS model a second time, for schedules whose ranks have one cpu and one card: from the
// words of its definition, event by event, with lists that are searched, and a matching of its own.
#ifndef ORDITO_TESTS_LOGGOPS_ORACLE_H
#define ORDITO_TESTS_LOGGOPS_ORACLE_H

#include "model/net/loggops.h"
#include "traces/trace.h"

// When each rank's cpu is idle for ever, with messages of `eager_bytes` and more that hold up their
// sender. False if some operation never ends.
bool loggops_oracle(const struct trace *trace, const struct loggops_params *params,
                    uint64_t eager_bytes, uint64_t *end_cycles);

#endif
