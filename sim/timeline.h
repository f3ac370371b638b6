// SPDX-License-Identifier: Apache-2.0
// The timeline of a run: what every part of the machine does when, as a file that Perfetto opens.
// sim/TIMELINE.md tells how to read it. Looking on changes no result.
//
// Processes of the file are nodes, and the fabric. Lanes of a node are what activity.h has, and
// messages that a rank sends and receives, or, where there are no ranks, packets that the node
// does; those that are under way at the same time are on lanes beside each other. Lanes of the
// fabric are its channels, each of their VCs apart, with the packets that go by.
//
// Owner: from timeline_open to timeline_end, which must come before the machine that is looked at
// is freed.
#ifndef ORDITO_SIM_TIMELINE_H
#define ORDITO_SIM_TIMELINE_H

#include "model/activity.h"
#include "model/net/observer.h"
#include "sim/config.h"
#include "sim/timeline_file.h"

struct machine;

// What is asked for.
struct timeline_request {
    const char *path;              // NULL: no timeline
    uint64_t from_cycle, to_cycle; // of the fabric; what lies within, or reaches in
    uint64_t max_events;           // 0: TIMELINE_MAX_EVENTS
};

// A packet that is on a channel by a VC, or a circuit over it.
struct timeline_passing {
    uint64_t begin_cycle;
    uint64_t packet; // serial number + 1; 0: none is
    uint32_t flits;  // so far
    uint32_t source, destination;
    uint32_t packet_flits;
};

struct timeline {
    struct timeline_file file;
    struct timeline_request request;
    struct fabric_observer observer;
    struct activity_watch watch;
    const struct config *config;
    const struct machine *machine; // NULL: not yet begun
    bool *named;                   // [num_nodes + 1] processes; the last is the fabric
    uint32_t *rank_nodes;          // [num_ranks]
    uint32_t num_ranks;
    // timeline_fabric.c
    uint32_t num_vcs;                  // 0: no channels are seen
    struct timeline_passing *passing;  // [num_channels * num_vcs]
    struct timeline_passing *circuits; // [num_channels], or NULL
    uint64_t *heads_ejected;           // [num_nodes * num_vcs]: cycle of the last head
    uint64_t head_ejected_cycle;       // of the packet whose tail was taken last
    struct id_map sent; // packets whose sending is in the file, to the numbers of their lanes
};

bool timeline_open(struct timeline *self, const struct timeline_request *request,
                   const struct config *config, struct err *err);

// The machine has its topology, and will have the rest before anything is told.
bool timeline_begin(struct timeline *self, const struct machine *machine, struct err *err);

// Sets `observer`, which the fabric is to tell, as it is `next`, or NULL; routing has been made.
bool timeline_watch_fabric(struct timeline *self, const struct fabric_observer *next,
                           struct err *err);

// After a run of so many cycles of the fabric: completes the file if the run was good, and says on
// standard error if something is left out of it, unless it is to be quiet; otherwise gives it up.
// Returns whether all was good. Does nothing if it is not open.
bool timeline_end(struct timeline *self, bool good, uint64_t cycles, bool quiet, struct err *err);

// --- for timeline_*.c ---------------------------------------------------------------------------

enum timeline_lane_kind {
    TIMELINE_SENDS = ACTIVITY_NUM_KINDS, // of a rank or a node
    TIMELINE_RECEIVES,
    TIMELINE_CHANNEL,
    TIMELINE_CIRCUIT
};

// Slices of the fabric's clock.
uint64_t timeline_ps(const struct timeline *self, uint64_t cycle);
uint64_t timeline_ps_of(uint64_t cycle, double clock_hz);

// A lane of a process, which is a node, or num_nodes: the fabric. `part`, whatever the process, and
// `sub` tell lanes of a kind apart, of activity_kind or of these. NULL without memory. `name` names
// it if it is new.
struct timeline_lane *timeline_lane(struct timeline *self, uint32_t process, uint32_t kind,
                                    uint64_t part, uint32_t sub, const char *name);

// The first lane of a kind and part on which nothing ends after `begin_ps`.
struct timeline_lane *timeline_free_lane(struct timeline *self, uint32_t process, uint32_t kind,
                                         uint64_t part, uint64_t begin_ps, const char *name);

// timeline_nodes.c: sets what parts of nodes call.
void timeline_watch_nodes(struct timeline *self);

// timeline_fabric.c: what has not come to its end.
void timeline_end_fabric(struct timeline *self, uint64_t cycles);

#endif
