// SPDX-License-Identifier: Apache-2.0
// What is done to a device in one run, told in full: nothing of it is random any more, so that it
// can be written down, shrunk part by part, and played again with the same result.
//
// Owner: who zero-initialises a `struct stimulus` calls stimulus_free, whatever happened.
#ifndef ORDITO_SIM_WORKBENCH_STIMULUS_H
#define ORDITO_SIM_WORKBENCH_STIMULUS_H

#include "sim/err.h"
#include "sim/workbench/device_spec.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// A packet. Those of the same port and VC are sent in the order in which they are listed.
struct stimulus_packet {
    uint64_t cycle;   // its head is not sent earlier; cycles count from the end of the first reset
    uint32_t port;    // input port; of a network, the node
    uint32_t vc;      // by which it comes
    uint32_t to;      // destination address
    uint32_t flits;   // 1..
    uint32_t content; // seed of what its flits carry in bits that nobody reads
};

// An interval of cycles in which a channel is quiet.
struct stimulus_quiet {
    uint64_t from_cycle;
    uint64_t to_cycle; // the last one
    uint32_t port;
    uint16_t vcs; // a bit each
};

struct stimulus {
    // How the device is set up
    enum switching mode;
    uint32_t position; // of a router, 0..num_positions-1
    uint64_t seed;     // of what the device's state is before its first reset, and of its routing
                       // tables where the map says that they are drawn
    // What happens
    struct stimulus_packet *packets;
    size_t num_packets;
    struct stimulus_quiet *pauses; // of senders, at input ports: no flit of these VCs is sent
    size_t num_pauses;
    struct stimulus_quiet *stalls; // of receivers, at output ports: flits of these VCs are not
                                   // consumed (not ready; no credits; off as soon as must be)
    size_t num_stalls;
    uint64_t *resets;  // cycles at whose start the device is reset again, ascending; what is in it
    size_t num_resets; // is gone, packets that have begun are not sent on
    uint64_t last_cycle; // a run ends here at the latest, whatever was delivered
};

void stimulus_free(struct stimulus *self);
bool stimulus_copy(struct stimulus *to, const struct stimulus *from, struct err *err);

// Add one at the end; memory that cannot be had is an ERR_RUN. Only for arrays that were made by
// these and stimulus_copy; items may be taken out of them.
bool stimulus_add_packet(struct stimulus *self, struct stimulus_packet packet, struct err *err);
bool stimulus_add_pause(struct stimulus *self, struct stimulus_quiet pause, struct err *err);
bool stimulus_add_stall(struct stimulus *self, struct stimulus_quiet stall, struct err *err);
bool stimulus_add_reset(struct stimulus *self, uint64_t cycle, struct err *err);

// As lines of text, one a packet, pause, stall and reset, with a comment that explains them
// (stimulus_text.c). Reading refuses what does not suit the spec, naming file, line and word.
void stimulus_write(const struct stimulus *self, const struct device_spec *spec, FILE *to);
bool stimulus_read(struct stimulus *self, const struct device_spec *spec, FILE *from,
                   const char *name, uint32_t first_line, struct err *err);

#endif
