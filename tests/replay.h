// SPDX-License-Identifier: Apache-2.0
// Replays a trace on ideal nodes over an ideal network, from opening to the end.
#ifndef ORDITO_TESTS_REPLAY_H
#define ORDITO_TESTS_REPLAY_H

#include "tests/ideal_network.h"

struct replay_params {
    uint64_t latency_cycles;
    uint64_t detour_cycles;
    uint64_t late_cycles;
    double loss_rate;      // of packets
    uint64_t seed;         // of these two
    const char *interface; // of remote procedures, a file; NULL: none
    uint32_t num_nodes;    // 0: as many as ranks
    double node_clock_hz;
    struct mpi_params mpi; // trace, clocks, nodes and network are filled in
};

struct replay_result {
    struct mpi_stats stats;
    uint64_t num_packets;
    uint64_t num_flits;
    uint64_t num_priority_packets; // of traffic classes above 0
    uint32_t longest_flits;
};

// 10 cycles latency, packets of 8 data flits of 64 bits and a header, 1 GHz, eager below 1 KiB.
struct replay_params replay_default(void);

// True if the program came to its end; `result` tells how far it came in any case.
bool replay_run(const char *path, const struct replay_params *params, struct replay_result *result,
                struct err *err);

#endif
