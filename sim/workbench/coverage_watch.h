// SPDX-License-Identifier: Apache-2.0
// One run as coverage sees it: what is in the device, by input VC; what goes on at every output VC;
// and which bins that hits.
#ifndef ORDITO_SIM_WORKBENCH_COVERAGE_WATCH_H
#define ORDITO_SIM_WORKBENCH_COVERAGE_WATCH_H

#include "sim/workbench/coverage_bins.h"
#include "sim/workbench/play.h"

// A flit in the device.
struct watch_flit {
    uint64_t cycle; // in which it came
    uint32_t packet;
    bool head;
    bool tail;
};

// A channel's VC, as the flits on it tell.
struct watch_channel {
    uint64_t last_cycle; // of a flit
    bool under_way;      // a head has passed, and its tail not
};

struct watch_input {
    struct watch_channel channel;
    struct watch_flit *flits; // all that will ever come, of which those from `first` on are inside
    uint32_t first;
    uint32_t next;
    int32_t credits;
    bool was_full;
    uint64_t left_cycle; // in which a flit of it left the device
    uint32_t output;     // VC that it left by
};

struct watch_output {
    struct watch_channel channel;
    uint32_t packet; // that is under way
    uint32_t source; // input VC that it came by; FAILURE_NONE: unknown
    int32_t credits;
    bool was_used;       // credits are not all there; or there was no room
    uint64_t free_since; // cycle from which on no packet has held it
    uint64_t room_since; // and from which on it has had room; UINT64_MAX: it has none
};

struct watch_port {
    uint64_t last_cycle; // of a flit
    uint32_t last_vc;
    bool last_tail;
};

struct watch_packet {
    uint64_t key;        // of its head's bits
    uint64_t tail_cycle; // in which its tail came
    uint32_t next;       // in the chain of those whose heads are inside; FAILURE_NONE: none
    uint32_t input;
    struct device_route route;
};

// A flit that leaves in this cycle.
struct watch_leaving {
    uint32_t port;
    uint32_t vc;
    uint32_t input; // VC that it came by; FAILURE_NONE: unknown
    bool head;
};

struct watch {
    // Of the campaign
    const struct device_map *map;
    const struct device_spec *spec;
    struct coverage_bins *bins;
    const uint32_t *crowd;
    uint64_t *quickest_cycles; // of a head through the device, by mode; UINT64_MAX: unknown
    // Of the run
    const struct stimulus *stimulus;
    uint32_t mode; // index in the spec
    bool waits_for_tail;
    bool whole;
    uint32_t max_flits;
    uint64_t cycles; // of traffic
    bool running;    // not in reset or set-up
    bool was_used;
    uint64_t inside;              // flits
    struct watch_input *inputs;   // port * num_vcs + vc
    struct watch_output *outputs; // the same
    struct watch_port ports[2][DEVICE_MAX_PORTS];
    uint16_t held[DEVICE_MAX_PORTS];  // VCs of outputs that were held before this cycle
    uint16_t level[DEVICE_MAX_PORTS]; // of the backward wires of outputs, in the cycle before
    uint64_t blocked_left[DEVICE_MAX_PORTS]; // reasons for which no head was blocked yet
    struct watch_leaving leaving[DEVICE_MAX_PORTS];
    uint32_t num_leaving;
    // Grown as runs need it
    struct watch_flit *flits;
    struct watch_packet *packets;
    uint32_t *chains; // by key; FAILURE_NONE: empty
    size_t room_flits;
    size_t room_packets;
    size_t num_chains; // a power of two
    bool blind;        // out of memory: nothing is seen
};

bool watch_make(struct watch *self, struct err *err);
void watch_free(struct watch *self);
void watch_begin(struct watch *self, const struct stimulus *stimulus);
void watch_cycle(struct watch *self, const struct play_cycle *cycle);

// coverage_arbiters.c: who was served, and who waited why, once all flits of the cycle are known.
void watch_arbiters(struct watch *self, const struct play_cycle *cycle);

// coverage_room.c: credits and levels.
void watch_room(struct watch *self, const struct play_cycle *cycle);

#endif
