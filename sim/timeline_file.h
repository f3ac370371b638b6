// SPDX-License-Identifier: Apache-2.0
// A file of Chrome's trace event format (JSON), which Perfetto opens, written as it comes: lanes
// with slices on them, and arrows from one slice to another.
//
// A lane is a thread of a process: a place where one thing is done at a time. Slices of a lane do
// not overlap, unless one lies in the other. What is on a lane comes in the order of time. Times
// are in picoseconds from the start of the run, and in the file in microseconds with six decimals.
//
// Bounds: events outside the window are left out; after so many events no more are written, and the
// file says so in `otherData`, as does timeline_file_word.
// Owner: from timeline_file_open to timeline_file_close or timeline_file_discard.
// Source: "Trace Event Format", by the authors of Chrome's trace viewer.
#ifndef ORDITO_SIM_TIMELINE_FILE_H
#define ORDITO_SIM_TIMELINE_FILE_H

#include "sim/id_map.h"
#include "sim/outfile.h"
#include "traces/packer.h"

#include <stdint.h>

enum { TIMELINE_MAX_EVENTS = 1000000, TIMELINE_MAX_TEXT = 256 };

struct timeline_lane {
    uint32_t process, thread;
    uint64_t end_ps; // of its slices, the latest
    // A slice that another like it may prolong.
    bool has_pending;
    uint64_t pending_begin_ps;
    const char *pending_name;
    char pending_args[TIMELINE_MAX_TEXT];
};

struct timeline_file {
    struct outfile file;
    struct packer packer;
    FILE *stream;            // into `file`, compressed or not; NULL: not open
    uint64_t from_ps, to_ps; // of the window
    uint64_t max_events;
    uint64_t num_events; // written
    uint64_t num_slices;
    uint64_t num_pending; // events that are still to be written
    uint64_t num_flows;
    bool cut;        // there would have been more
    uint64_t cut_ps; // from then on
    bool out_of_memory;
    struct id_map ids; // of lanes, to their numbers
    struct timeline_lane *lanes;
    uint32_t num_lanes, cap_lanes;
    uint32_t first_thread; // its number
};

// A lane is known by an id of the caller's. Made when it is used first.
struct timeline_place {
    uint64_t id;
    uint32_t process; // number, 1..
    uint32_t order;   // of lanes in it
    const char *name;
};

struct timeline_slice {
    uint64_t begin_ps, end_ps;
    const char *name;
    const char *args; // members of a JSON object, fewer than TIMELINE_MAX_TEXT bytes; NULL: none
};

// Compresses as the path's suffix says (packer.h). Threads are numbered from `first_thread` on.
// False with ERR_RUN.
bool timeline_file_open(struct timeline_file *self, const char *path, uint32_t first_thread,
                        struct err *err);

// The rest of the file: `about` has members of `otherData`.
bool timeline_file_close(struct timeline_file *self, const char *about, struct err *err);
void timeline_file_discard(struct timeline_file *self);

// Names a process, and says where it stands among others.
void timeline_file_process(struct timeline_file *self, uint32_t process, const char *name);

// True if a slice would be in the window, and there is room for `num` more events.
bool timeline_file_takes(struct timeline_file *self, uint64_t begin_ps, uint64_t end_ps,
                         uint32_t num);

// The lane, or NULL without memory; new lanes take an event or two.
struct timeline_lane *timeline_file_lane(struct timeline_file *self,
                                         const struct timeline_place *place);
// Its number if it has been used, or UINT32_MAX.
struct timeline_lane *timeline_file_find_lane(const struct timeline_file *self, uint64_t id);

// Writes a slice, or its two ends, between which come what lies within it and arrows from or to it.
// As two events, so that no reader has to add a beginning and a duration, and round what comes out.
void timeline_file_begin(struct timeline_file *self, struct timeline_lane *lane,
                         const struct timeline_slice *slice);
void timeline_file_end(struct timeline_file *self, struct timeline_lane *lane,
                       const struct timeline_slice *slice);
void timeline_file_slice(struct timeline_file *self, struct timeline_lane *lane,
                         const struct timeline_slice *slice);

// Likewise one that goes on with the last of its lane, if it begins where that ends and is alike.
void timeline_file_prolong(struct timeline_file *self, struct timeline_lane *lane,
                           const struct timeline_slice *slice);

// Where an arrow begins, and then where it ends: a moment within a slice.
void timeline_file_arrow(struct timeline_file *self, const struct timeline_lane *lane, uint64_t ps,
                         bool ends);

// What was left out, in words; empty: nothing.
void timeline_file_word(const struct timeline_file *self, char *text, size_t size);

// Puts text into a JSON string, without quotation marks, cut where there is no room. Returns `to`.
const char *timeline_file_escape(const char *text, char *to, size_t size);

#endif
