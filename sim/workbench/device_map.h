// SPDX-License-Identifier: Apache-2.0
// The adapter description: a YAML file that tells how the pins of a user's top module are the link
// of device_pins.h, and what the device is claimed to do (README.md of this folder has all keys).
//
// Owner: the caller, through device_map_free. Strings and arrays inside belong to the map.
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_MAP_H
#define ORDITO_SIM_WORKBENCH_DEVICE_MAP_H

#include "sim/config.h"
#include "sim/err.h"
#include "sim/workbench/device_spec.h"
#include "sim/workbench/stimulus.h"

#include <stdbool.h>
#include <stdint.h>

struct device_map;

// What may be changed of a map from outside, for campaigns: NAME=VALUE of a parameter or a tie.
struct device_map_change {
    const char *name;
    const char *value;
};

// Reads a map. `rtl` is the folder of the RTL, `top` the name of the top module, each NULL if the
// map says so itself (keys `rtl`, `top`; a folder is relative to the map's own). NULL with `err`
// filled (ERR_CONFIG, file:line: key: why, with the nearest valid key) if it is not right.
struct device_map *device_map_read(const char *path, const char *rtl, const char *top,
                                   const struct device_map_change *changes, uint32_t num_changes,
                                   struct err *err);
void device_map_free(struct device_map *self);

const struct device_spec *device_map_spec(const struct device_map *self);

// Where a packet that comes in at a port, by a VC, may go, of a device that is set up like this.
struct device_route device_map_route(const struct device_map *self, const struct stimulus *setup,
                                     uint32_t in_port, uint32_t in_vc, uint32_t to);

// In words for reports: "address 6 (x 2, y 1)", "position 5 (x 1, y 1)".
void device_map_address(const struct device_map *self, uint32_t to, char *text, size_t size);
void device_map_position(const struct device_map *self, uint32_t position, char *text, size_t size);

// Where a place in a grid, or an address, is: coordinates by dimension, up to
// DEVICE_MAX_DIMS. Returns the number of dimensions; 0 if the device is in no grid.
enum { DEVICE_MAX_DIMS = 4 };
uint32_t device_map_coordinates(const struct device_map *self, uint32_t address,
                                uint32_t coordinates[DEVICE_MAX_DIMS]);

// The address of a position in its network: the node there, or of a router in no grid 0.
uint32_t device_map_own_address(const struct device_map *self, uint32_t position);

// The reference of exact and performance: a configuration with the map's section `reference` as its
// `fabric`, or NULL if there is none.
const struct config *device_map_reference(const struct device_map *self);

// By how much a device may be worse than the reference.
struct device_tolerance {
    double latency_cycles;
    double throughput; // of the reference's, 0..1
};

struct device_tolerance device_map_tolerance(const struct device_map *self);

// What RTL it is, for the build. Lists end with NULL.
struct device_map_rtl {
    const char *map;            // path of the map file
    const char *folder;         // of the RTL
    const char *top;            // module
    const char *const *sources; // files that the map names, in the folder; NULL: all .sv and .v
                                // files of it, packages first
    const char *const *includes;
    const char *const *defines;    // NAME or NAME=VALUE
    const char *const *parameters; // NAME=VALUE
};

struct device_map_rtl device_map_rtl(const struct device_map *self);

// CODEC (device_codec.c). The bits of a flit of a packet as it is to be on the pins of an input
// port: fields of the map, and contents drawn from `packet->content` in bits that are no field.
// `vc` is that of the channel that the flit is on.
void device_map_encode(const struct device_map *self, const struct stimulus *setup,
                       const struct stimulus_packet *packet, uint32_t flit, uint32_t vc,
                       uint64_t bits[DEVICE_FLIT_WORDS]);

// Fills head, tail, vc and oddities from `bits` of an output.
void device_map_decode(const struct device_map *self, struct device_forward *forward);

// Bits that must arrive as they were sent: all but VC, and of heads what the map says is rewritten.
const uint64_t *device_map_kept(const struct device_map *self, bool head);

// Bits of a head flit that are no field, in which packets can be told apart: n of them (up to 32)
// differ in 2^n packets whose contents are successive numbers.
uint32_t device_map_free_bits(const struct device_map *self);

// The name of the field in which two flits differ first: "destination.x", "content", "type", ...
const char *device_map_field(const struct device_map *self, bool head,
                             const uint64_t a[DEVICE_FLIT_WORDS],
                             const uint64_t b[DEVICE_FLIT_WORDS]);

#endif
