// SPDX-License-Identifier: Apache-2.0
// A record of where packets and flits were, as a fabric tells it (model/net/observer.h): the whole
// way, from creation on, of every packet that is alive in some cycle of a window, up to the end of
// the window. So it is known of each flit in each cycle of the window in which place it is.
//
// Bounds: no more packets than `max_packets`, and no more events than `max_events`. Packets that
// wait at their sources, the last of each, are left out if there are too many; the record ends with
// the cycle before the first of these moves, or as many events have happened as there may, and says
// so. Packets that are gone before the window begins take no room. Owner: zero-initialised but for
// the limits; flit_record_free releases. A record is for one run.
#ifndef ORDITO_SIM_FLIT_RECORD_H
#define ORDITO_SIM_FLIT_RECORD_H

#include "model/net/observer.h"

#include <stddef.h>

struct flit_record_limits {
    uint64_t from_cycle;
    uint64_t to_cycle;  // the last one; UINT64_MAX: until the run ends
    size_t max_packets; // 0: any number
    size_t max_events;  // 0: FLIT_RECORD_MAX_EVENTS
};

enum { FLIT_RECORD_MAX_EVENTS = 1 << 22 }; // 160 MB

struct flit_record {
    struct flit_record_limits limits;
    struct packet *packets; // [num_packets] in order of creation: as delivered, or, of one that is
                            // under way when the record ends, as created (ejected_cycle is 0)
    bool *delivered;        // [num_packets]
    size_t num_packets, cap_packets;
    struct fabric_event *events; // [num_events] in the order of observer.h, of these packets alone
    size_t num_events, cap_events;
    uint64_t end_cycle; // the first that is not in it; UINT64_MAX: all of the run is
    uint64_t left_out;  // packets of the window beyond `max_packets`
    bool cut;           // its room was used up before the window ended
    bool out_of_memory; // likewise, for want of memory
    bool begun;         // the window has
    size_t compact_at;  // so many events; before the window
};

// An observer for fabric_params and run_outputs that records into `self`.
struct fabric_observer flit_record_observer(struct flit_record *self);

// After the run.
void flit_record_finish(struct flit_record *self);
void flit_record_free(struct flit_record *self);

// The number in `packets` of the packet with this serial number, or num_packets.
size_t flit_record_find(const struct flit_record *self, uint64_t serial);

#endif
