// SPDX-License-Identifier: Apache-2.0
// The list of signals that lies beside a waveform, as a save file of GTKWave: router by router, and
// port by port under their names in the topology, what comes and goes on the channel, what is in
// the buffers, who holds which VC, and credits; or, of routers for circuits, probes and answers.
// Signals are parts of vectors that the RTL packs a field a port (rtl/router_sim.sv,
// rtl/circuit_sim.sv).
//
// Bounds: the first WAVE_LIST_MAX_ROUTERS routers of a waveform.
// Source: the save files that GTKWave 3.3 writes.
#ifndef ORDITO_SIM_WAVE_LIST_H
#define ORDITO_SIM_WAVE_LIST_H

#include "model/net/fabric.h"

enum { WAVE_LIST_MAX_ROUTERS = 64 };

struct wave_list {
    const struct topology *topology;
    uint32_t num_vcs, buffer_flits;
    uint32_t payload_bits; // of a flit, in the RTL that is run
    bool circuits;
    uint32_t router; // ROUTER_ALL: all
    uint64_t from_cycle;
};

// The file's text, to be freed; NULL without memory. `wave` is the path of the waveform.
char *wave_list_text(const struct wave_list *self, const char *wave);

// The path of the list beside a waveform, to be freed: FILE.gtkw of FILE.fst. NULL without memory.
char *wave_list_path(const char *wave);

// PARTS, for other lists.

// How what follows is shown; beginning and end of a group, whose name follows after a `-`.
#define WAVE_LIST_BITS "@28\n"
#define WAVE_LIST_HEX  "@22\n"
#define WAVE_LIST_OPEN "@800200\n"
#define WAVE_LIST_END  "@1000200\n"

// The beginning of a list: names of the waveform and of the list, and times of its left edge and of
// its mark.
void wave_list_head(FILE *to, const char *wave, const char *list, uint64_t from, uint64_t marked);

// Bits `lsb` and up of a vector of `width` bits, under a name.
void wave_list_part(FILE *to, const char *format, const char *name, const char *scope,
                    const char *vector, uint32_t width, uint32_t lsb, uint32_t num);

#endif
