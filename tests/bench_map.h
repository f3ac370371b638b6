// SPDX-License-Identifier: Apache-2.0
// Maps for the small router of bench_device.h.
#ifndef ORDITO_TESTS_BENCH_MAP_H
#define ORDITO_TESTS_BENCH_MAP_H

#include "sim/workbench/device_map.h"

// What is asked of a map; all zero: a router of three ports and two VCs, by ready-valid.
struct bench_map {
    bool network;       // by terminals; else packets name their output port
    uint32_t num_ports; // 0: 3
    uint32_t num_vcs;   // 0: 2
    enum device_flow in, out;
    uint32_t in_buffer_flits;  // 0: 4
    uint32_t out_buffer_flits; // 0: 4
    uint32_t react_cycles;     // 0: 1
    uint32_t slack_flits;      // 0: react_cycles
    bool one_credit, shared, held;
    uint32_t content_bits; // of flits, that are no field; 0: 20
    uint32_t min_flits;    // 0: 1
    uint32_t max_flits;    // 0: 8
    const char *dims;      // of a network, and whether they are rings, as YAML; NULL: none
    const char *modes;     // YAML; NULL: {wormhole: 0}
    const char *more;      // further lines; NULL: none
};

// The map as a file of the test's folder, read. Fails the test if it is refused.
struct device_map *bench_map(const struct bench_map *asked);

#endif
