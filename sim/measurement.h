// SPDX-License-Identifier: Apache-2.0
// What a run measures from the packets that are delivered, and when.
//
// Synthetic traffic goes through warm-up, a measured window and a drain; only packets created in
// the window count, and the run is saturated if they do not drain, or if less than 0.95 of the
// offered load of a traffic class was accepted in the window while its source queues grew by more
// than 3 standard deviations: those of a Poisson count of the packets created in the window, times
// their mean length. So 60 packets must leave 24 more of them queued, from 3600 on it is less than
// the missing 0.05. A window that is cut off (cycle limit, interrupt, deadlock) gets no verdict. Of
// other workloads all packets of the whole run count.
//
// The end of an automatic warm-up is found by MSER (stat.h) over the mean latencies of batches of
// WARMUP_BATCH_CYCLES: it has come when the truncation point lies in the first half of the series.
#ifndef ORDITO_SIM_MEASUREMENT_H
#define ORDITO_SIM_MEASUREMENT_H

#include "model/net/fabric.h"
#include "sim/run.h"
#include "sim/stat.h"

#include <stdio.h>

enum {
    WARMUP_BATCH_CYCLES = 250,
    WARMUP_MIN_BATCHES = 8,
    WARMUP_MAX_BATCHES = 400, // then measuring begins all the same
    CI_BATCHES = 32
};

enum measurement_phase { PHASE_WARMUP, PHASE_MEASURE, PHASE_DRAIN, PHASE_DONE };

// Of a traffic class.
struct measurement_class {
    uint64_t num_delivered; // of packets created in the window
    uint64_t num_dropped;   // likewise, by faults of channels
    bool saturated;
    struct stat_histogram latency_cycles;
    uint64_t ci_sum[CI_BATCHES]; // latency by time of creation
    uint64_t ci_num[CI_BATCHES];
};

struct measurement {
    // Set-up.
    const struct config *config;
    const struct topology *topology;
    bool windows;          // synthetic: warm-up, window, drain; otherwise the whole run counts
    bool hops_by_distance; // packets do not know their hops (rtl-whole)
    bool channels;         // it is known what goes over them
    FILE *packets;         // CSV of packets, or NULL

    enum measurement_phase phase;
    uint64_t phase_end_cycle;   // UINT64_MAX: open
    uint64_t window_from_cycle; // first of the window
    uint64_t window_to_cycle;   // first after it
    uint64_t first_serial;      // of packets created in the window
    uint64_t end_serial;        // UINT64_MAX while it is open
    struct fabric_counters at_window_start;
    struct fabric_counters at_window_end;
    uint64_t *channel_flits; // by number of channel, in the window; at its start until it ends
    bool saturated;          // some class is
    bool out_of_memory;
    struct measurement_class classes[ROUTER_MAX_CLASSES];

    struct stat_histogram latency_cycles;
    struct stat_histogram network_latency_cycles;
    uint64_t hops_sum;
    uint32_t hops_max;
    uint64_t ci_sum[2][CI_BATCHES]; // latency, network latency by time of creation
    uint64_t ci_num[CI_BATCHES];
    double warmup_mean[WARMUP_MAX_BATCHES];
    size_t num_warmup;
    uint64_t batch_sum; // warm-up: latencies of the current batch
    uint64_t batch_num;
};

// Starts measuring at cycle 0. `windows` etc. have been set. False if out of memory.
bool measurement_start(struct measurement *self, struct err *err);
void measurement_free(struct measurement *self);

// Bytes that measuring takes, packets of more than STAT_DENSE cycles left out.
uint64_t measurement_bytes(const struct topology *topology, uint32_t num_classes);

// A fabric_delivered_fn's work: a packet has arrived.
void measurement_packet(struct measurement *self, const struct packet *packet);

// To be called before each cycle that is simulated: moves through the phases.
void measurement_cycle(struct measurement *self, const struct fabric *fabric);

// Cycle before which nothing changes by time alone: a jump must not go past it. 0 when the last
// packet has just come that was waited for, which measurement_cycle has yet to see.
uint64_t measurement_next_event(const struct measurement *self);

// Ends the run's measuring and fills what the result says of packets and channels. Without windows
// it may be called at any time, and measuring goes on.
void measurement_finish(struct measurement *self, const struct fabric *fabric,
                        struct run_result *result);

// What went over each channel, once measuring has ended. False if out of memory.
bool measurement_detail(const struct measurement *self, const struct fabric *fabric,
                        struct run_detail *detail, struct err *err);

#endif
