// SPDX-License-Identifier: Apache-2.0
// Replay of a packet trace: a line `cycle source destination flits` a packet, and if that is not of
// traffic class 0, its class after these; numbers in decimal, separated by blanks; `#` begins a
// comment, empty lines do not count; cycles must not decrease. The file may be compressed
// (traces/input.h).
//
// Timing: a packet is created in step(cycle), packets of a cycle in the order of their lines.
// Nothing comes back from the network: what is sent, and when, is what the file says.
// Bounds: cycles up to WORKLOAD_LAST_CYCLE; memory is that of a line; what is wrong with a line is
// an ERR_TRACE with file:line.
#ifndef ORDITO_MODEL_NODE_PACKETS_H
#define ORDITO_MODEL_NODE_PACKETS_H

#include "model/node/workload.h"

// A trace that can be read several times. Standard input ("-") is first copied to a temporary file
// that has no name, so that it goes when it is closed, and when the program ends in any way.
struct packets_file {
    char path[32];     // of the copy; empty if the file itself is read
    const char *given; // path as given
    const char *name;  // for messages
    int copy;          // file descriptor of the copy; -1 if there is none
};

// `path` must stay valid while the file is open. False with ERR_RUN if the copy cannot be made.
bool packets_file_open(struct packets_file *self, const char *path, struct err *err);
void packets_file_close(struct packets_file *self);

// Whether a fabric of so many nodes and classes can take a packet; otherwise ERR_TRACE says why
// not.
bool packets_check(const struct packet_spec *packet, uint32_t num_nodes, uint32_t num_classes,
                   uint32_t max_flits, struct err *err);

// What a whole trace holds. All 0 if it is empty.
struct packets_summary {
    uint32_t longest_flits; // of a packet
};

// Reads the whole trace once, and so checks it.
bool packets_scan(const struct packets_file *file, uint32_t num_nodes, uint32_t num_classes,
                  struct packets_summary *summary, struct err *err);

// A workload that replays the trace, which must stay open until it is freed. A packet of more than
// `max_flits` flits is an error. NULL on failure: ERR_TRACE, or ERR_RUN for memory.
struct workload *packets_new(const struct packets_file *file, uint32_t num_nodes,
                             uint32_t num_classes, uint32_t max_flits, struct err *err);

// A line of the trace.
struct packets_line {
    uint64_t cycle;
    struct packet_spec packet;
};

// Takes the next packet of this cycle from a workload made by packets_new: sets `*any`, and fills
// `line` if there is one. False with ERR_TRACE if the line after it is wrong. No cycle in which
// there is a packet may be left out. The workload's `step` is this, and fabric_send.
bool packets_take(struct workload *workload, uint64_t cycle, bool *any, struct packets_line *line,
                  struct err *err);

#endif
