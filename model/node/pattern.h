// SPDX-License-Identifier: Apache-2.0
// Traffic patterns: where a node sends. Nodes are numbered with dimension 0 fastest.
//
//   uniform         any node, each with the same chance
//   transpose       (x, y) -> (y, x) on square grids; else the halves of the node number change
//                   places: 2^b nodes, b even
//   bit-complement  every bit of the node number inverted: 2^b nodes, as for the next two
//   bit-reverse     bit i -> bit b - 1 - i
//   shuffle         bit i -> bit i + 1 mod b
//   tornado         every coordinate + ceil(k / 2) - 1 mod k, k the side of its dimension
//   neighbour       every coordinate + 1 mod k
//   hotspot         with a given chance to one of the hotspots (each with the same chance, counted
//                   as often as it is named), else uniform
//   permutation     from a file, or drawn at random
//   matrix          from a file with a row of weights a node
//
// A node does not send to itself, but with `include_self`: without it, uniform and matrix leave the
// node itself out, a hotspot sends as uniform where it would send to itself, a random permutation
// has no fixed points, and fixed points of other patterns do not send at all.
//
// Bounds: a pattern that is undefined for a topology, or in which no node would send, is refused.
// Owner: pattern_new allocates, pattern_free frees.
// Source: Dally and Towles, "Principles and Practices of Interconnection Networks", table 3.1.
#ifndef ORDITO_MODEL_NODE_PATTERN_H
#define ORDITO_MODEL_NODE_PATTERN_H

#include "model/net/topology.h"
#include "sim/err.h"
#include "sim/rng.h"

enum { PATTERN_SILENT = UINT32_MAX }; // the destination of a node that does not send

// Parameters as in the configuration.
struct pattern_spec {
    const char *pattern; // a name of pattern_names
    bool include_self;
    uint64_t seed;            // of a random permutation
    const uint32_t *hotspots; // [num_hotspots] nodes
    uint32_t num_hotspots;    // 0: the node in the middle (rounded down)
    double hotspot_fraction;  // 0..1, of packets that go to a hotspot
    const char *permutation;  // file: destination of node i in line i; NULL: drawn at random
    const char *matrix;       // file: num_nodes lines of num_nodes weights
};

extern const char *const pattern_names[];
extern const size_t pattern_num_names;

struct pattern;

// NULL on failure: ERR_CONFIG (unknown name, undefined for the topology, a fault in a file), or
// ERR_RUN for memory.
struct pattern *pattern_new(const struct pattern_spec *spec, const struct topology *topology,
                            struct err *err);
void pattern_free(struct pattern *self);

// False if the node never sends.
bool pattern_sends(const struct pattern *self, uint32_t source);

// Where the node's next packet goes, by draws from `rng` where the pattern is random. Only for
// nodes that send.
uint32_t pattern_destination(const struct pattern *self, uint32_t source, struct rng *rng);

#endif
