// SPDX-License-Identifier: Apache-2.0
// A graph of routers in a file: a list of channels, or GraphML. What the first character is tells
// which: '<' begins GraphML.
//
// A LIST OF CHANNELS is text; a line is one of
//
//   A B [latency_cycles=L] [flit_cycles=W]   a channel each way between routers A and B
//   router A [nodes=K]                       router A has K nodes; 0 for a mere switch
//
// and '#' begins a comment. Routers are named by any words without '=' but "router", and exist by
// being named. Two routers may have several channels: one a line. Without more said, a channel has
// the latency that all channels have (fabric.channel.latency_cycles) and carries a flit a cycle,
// and a router has one node.
//
// GRAPHML: one undirected graph whose nodes are the routers, named by their id, and whose edges
// are the channels. Data of the names "nodes" (of GraphML's nodes), "latency_cycles" and
// "flit_cycles" (of its edges) mean what they mean above; other data are left alone.
//
// If the names of n routers are the numbers 0 to n - 1, they are the routers' numbers; otherwise
// routers are numbered in order of appearance. Nodes are numbered router by router. The ports of a
// router are its nodes', then its channels' in order of appearance.
//
// Bounds: GRAPH_MAX_ROUTERS routers and as many nodes, ROUTER_MAX_RADIX ports a router. Graphs that
// are not connected are read; whoever builds a topology refuses them.
// Owner: graph_file_free frees what graph_file_read allocates.
// Source: Brandes et al., "GraphML progress report", Graph Drawing 2001; the GraphML primer.
#ifndef ORDITO_MODEL_NET_GRAPH_FILE_H
#define ORDITO_MODEL_NET_GRAPH_FILE_H

#include "sim/err.h"

#include <stddef.h>
#include <stdint.h>

enum { GRAPH_MAX_ROUTERS = 1 << 14, GRAPH_MAX_CYCLES = 1000, GRAPH_MAX_FLIT_CYCLES = 255 };

struct graph_router {
    char *name;
    uint32_t number; // in the order of the list while the file is read, then for good
    uint32_t nodes;  // 0..ROUTER_MAX_RADIX
    uint32_t ports;  // nodes and channels
    size_t line;     // where it is declared; 0: it was only named
};

struct graph_channel {
    uint32_t a, b;           // numbers of routers
    uint32_t latency_cycles; // 1..GRAPH_MAX_CYCLES; 0: as all channels
    uint32_t flit_cycles;    // 1..GRAPH_MAX_FLIT_CYCLES
    size_t line;
};

struct graph_file {
    const char *path;
    struct graph_router *routers; // [num_routers] by number
    uint32_t num_routers;
    uint32_t num_nodes;
    struct graph_channel *channels; // [num_channels]
    uint32_t num_channels;
    uint32_t radix; // ports of the largest router
    void *names;    // while the file is read: routers by name
};

// Reads a file; `path` outlives the graph. False with `err` ("FILE:LINE: ...") if it cannot be read
// or is no such graph; there is nothing to free then.
bool graph_file_read(struct graph_file *self, const char *path, struct err *err);
void graph_file_free(struct graph_file *self);

// --- for the readers of the two formats ---------------------------------------------------------

// "FILE:LINE: ..." with ERR_CONFIG. Returns false.
bool graph_file_fault(const struct graph_file *self, size_t line, struct err *err,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

// The router of a name, which is made if there is none yet. NULL with `err` if there are too many.
struct graph_router *graph_file_router(struct graph_file *self, const char *name, size_t line,
                                       struct err *err);

// Adds a channel each way, as `channel` says. False if it joins a router to itself.
bool graph_file_add(struct graph_file *self, const struct graph_channel *channel, struct err *err);

// A number of the file, called `key`, in min..max.
bool graph_file_number(const struct graph_file *self, size_t line, const char *key,
                       const char *text, uint32_t min, uint32_t max, uint32_t *number,
                       struct err *err);

bool graph_list_read(struct graph_file *self, char *text, struct err *err);
bool graph_xml_read(struct graph_file *self, const char *text, size_t length, struct err *err);

#endif
