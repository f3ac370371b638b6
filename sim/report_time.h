// SPDX-License-Identifier: Apache-2.0
// How a run went over time, in stretches of equal length, which double whenever there get to be too
// many; and the packets that took longest.
#ifndef ORDITO_SIM_REPORT_TIME_H
#define ORDITO_SIM_REPORT_TIME_H

#include "model/net/observer.h"

#include <jansson.h>

enum { REPORT_TIME_MAX_BUCKETS = 512, REPORT_TIME_FIRST_CYCLES = 16, REPORT_SLOWEST = 20 };

struct report_time_bucket {
    uint64_t created_flits;
    uint64_t ejected_flits;  // of packets delivered, and not lost
    uint64_t packets;        // delivered, and not lost
    uint64_t latency_cycles; // of these, all together
};

// Zero-initialised.
struct report_time {
    uint64_t bucket_cycles; // 0: nothing has happened yet
    size_t num;             // up to the last in which something did
    struct report_time_bucket buckets[REPORT_TIME_MAX_BUCKETS];
    size_t num_slowest;
    struct packet slowest[REPORT_SLOWEST]; // slowest first; of equals the one that came first
};

// An observer for fabric_params and run_outputs.
struct fabric_observer report_time_observer(struct report_time *self);

// The object "over_time" of a report, of a run of so many cycles; the caller adds its window. NULL
// if out of memory.
json_t *report_time_json(const struct report_time *self, uint64_t cycles);

#endif
