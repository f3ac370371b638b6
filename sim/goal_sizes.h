// SPDX-License-Identifier: Apache-2.0
// What has to be known of a whole program before it can be written as a schedule: the size of the
// message that each receive gets, where programs tell only how much there is room for, and a tag
// above those of the program.
//
// A receive that names its source and tag, of a rank all of whose receives do, gets the message of
// that source and tag that is sent as the how-manieth as it is posted, whatever the times are.
// Bounds: memory grows with the messages of the program.
#ifndef ORDITO_SIM_GOAL_SIZES_H
#define ORDITO_SIM_GOAL_SIZES_H

#include "traces/trace.h"

struct goal_message {
    uint32_t from, to; // ranks
    int32_t tag;
    uint32_t taken; // of the first of its pair and tag: how many receives have got theirs
    uint64_t idx;   // in the order in which the program was read
    uint64_t bytes;
};

// Owner: goal_sizes_free releases its memory.
struct goal_sizes {
    struct goal_message *sent; // [num], sorted by receiver, sender, tag and order
    size_t num, cap;
    bool *has_wildcards; // [num_ranks] receives there leave open what they get
    int32_t tag_max;     // of sends and receives; -1: there are none
};

// Reads all of a trace whose operations are in program order. False with ERR_TRACE or ERR_RUN, and
// nothing has to be freed.
bool goal_sizes_read(struct goal_sizes *self, struct trace *trace, struct err *err);
void goal_sizes_free(struct goal_sizes *self);

// Bytes of the message that the next receive of a rank from a source with a tag gets; the room that
// it has if that is less, or if it is open what it gets.
uint64_t goal_sizes_take(struct goal_sizes *self, uint32_t rank, int32_t source, int32_t tag,
                         uint64_t room_bytes);

#endif
