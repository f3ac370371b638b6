// SPDX-License-Identifier: Apache-2.0
// Route computation: from where a head flit is and where it goes, to the output ports and VCs that
// it may use. One function serves the reference router, the deadlock proof and the closed forms;
// `rtl/route_grid.svh` and the table in `rtl/input_buffer.sv` mirror it.
//
// Algorithms are rows of the list in routing_table.c. Those for grids that go by coordinates are a
// struct route_kind each, in a file route_*.c that states method and source. Deterministic ones
// give one output port. Adaptive ones give a set of ports, of which the router chooses in every
// cycle (router.h, step 1c), and a route to fall back on, the escape.
//
// Grids (mesh, torus, hypercube). In dimension order, dimensions are corrected in order of their
// number; a hypercube is a grid whose sides are 2, and dimension order on it is e-cube. Every
// comparison is made in place, on the window of the head flit (layout.h) under the dimension's
// mask:
//
//   forward = (destination - own) mod size          hops to go in the plus direction
//   plus if forward <= limit, minus otherwise; the dimension is done if forward == 0
//
// and `limit` makes the topology: a line's is (size - 1 - own), so that it never wraps; a ring's is
// half its size, where at an even size the tie goes plus from even and minus from odd coordinates,
// which loads both directions alike; a side of 2 has a single port, "plus", and limit 1.
//
// Other networks. A table says for each router and destination which output port and which VCs a
// packet may take (routing_table.h). Grids can be routed by tables, too.
//
// Datelines. On a ring, VCs are split into two classes, low and high. The dateline is the channel
// between coordinates size-1 and 0, in both directions. A packet that has still to cross it in
// this dimension uses low VCs, and on the dateline itself VCs of both classes. A packet that needs
// not, or no longer, cross it uses high VCs, and also low ones if it certainly has not crossed: if
// it is entering the dimension here, or came in a low VC and not over the dateline itself. So
// low-class chains end at the dateline, high-class chains begin at it or behind it and end before
// it, and no chain goes from high to low: the channel dependency graph is acyclic, packets that
// never cross spread over all VCs, and so do all packets on the dateline.
//
// Traffic classes. VCs are split evenly among them, adjacent ones a class, and a packet stays in
// the VCs of its class. So each class is a network by itself, of class_vcs VCs, and masks of VCs
// below are of the first class; routing_compute moves them to the packet's.
//
// Groups. The VCs of a class are split evenly into groups of adjacent ones: one group, or one a
// phase of routings that have two of these (route_two_phase.c, route_o1turn.c). A packet's VC tells
// its group, hence its phase; the two classes of datelines and escape VCs are within a group.
//
// Source: Dally and Seitz, "Deadlock-free message routing in multiprocessor interconnection
// networks", IEEE Trans. Computers 36(5), 1987; Dally and Towles, chapters 8, 13 and 14.
#ifndef ORDITO_MODEL_NET_ROUTING_H
#define ORDITO_MODEL_NET_ROUTING_H

#include "model/net/layout.h"
#include "model/net/switching.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    ROUTING_MAX_VCS = 8,
    ROUTING_TERMINAL_PORT = 0, // on grids, the port of the router's own node
    ROUTING_NO_PORT = 0x7f
};

// One dimension of a grid, shared by all its routers. Masks and quantities are in place.
struct route_dim {
    uint32_t mask;       // of this coordinate in the window
    uint32_t size;       // side, masked: a side that fills its field counts as 0 (mod 2^bits)
    uint32_t last;       // side - 1
    uint32_t one;        // lowest bit of the mask
    uint32_t limit_even; // rings and sides of 2: greatest forward distance that goes plus,
    uint32_t limit_odd;  //   from even and from odd coordinates
    uint8_t plus_port;   // output towards coordinate + 1
    uint8_t minus_port;  // output towards coordinate - 1; = plus_port for sides of 2
    bool line;           // an open side: limit is last - own
    bool ring;           // datelines apply
};

// An entry of a routing table, by destination address.
struct route {
    uint8_t port; // output port
    uint8_t vcs;  // output VCs that may be used, a bit each; never 0
};

// What a head flit may ask for.
struct route_options {
    struct route route; // the only one if `ports` is 0; otherwise if none of these has a usable VC
    uint8_t credits;    // that an output VC must have, at most ROUTE_MAX_CREDITS
    uint32_t ports;     // the adaptive VCs of these, a bit a port
};

enum { ROUTE_MAX_CREDITS = 127 };

// Where a head flit is.
struct route_at {
    uint32_t own; // address of the router in place
    uint32_t in_port;
    uint32_t in_vc;
    uint32_t window; // low 32 bits of its payload
};

struct routing;

// A way to route on grids by coordinates.
struct route_kind {
    uint32_t strap;      // ROUTING of rtl/router.sv
    uint32_t num_phases; // 1 or 2: groups of VCs
    bool varies;         // packets of a flow may go different ways
    bool adaptive;       // a packet may have several ports to choose from
    bool in_order;       // dimensions one after the other, also between escapes
    bool escapes;        // it has an escape: free of deadlock by Duato's theorem
    bool bubbles;        // free of deadlock by the theorem of bubble flow control
    bool vias;           // the head flit carries an address to go to first

    // Sets the VC masks of the first group in `self`, whose rest is there.
    void (*classify)(struct routing *self);

    // Fills `options`, all zero, but for `credits` of its switching mode, which are there. VCs are
    // those of a class: of `at`, and those it gives.
    void (*route)(const struct routing *self, const struct route_at *at,
                  struct route_options *options);

    // Address to go to first, by a random number; all are in place. NULL unless `vias`.
    uint32_t (*via)(const struct routing *self, uint32_t source, uint32_t destination,
                    uint64_t draw);

    // VCs that a packet may be injected by; NULL: the first group.
    uint8_t (*inject)(const struct routing *self, uint64_t draw);
};

// All that route computation needs, for every router of a fabric. Made by routing_new, freed by
// routing_free.
struct routing {
    struct layout layout;
    const struct route_kind *kind; // NULL: by table
    enum switching switching;
    uint32_t buffer_flits;
    uint32_t max_flits;
    bool circuits;      // circuit switching: num_vcs is 1, and layers have no VCs of their own
    uint32_t num_vcs;   // 1..8
    uint32_t class_vcs; // VCs of a traffic class
    uint32_t group_vcs; // VCs of a group
    uint8_t first_of_class[ROUTING_MAX_VCS]; // of a VC: first VC of its class
    uint8_t first_of_group[ROUTING_MAX_VCS]; //   and of its group
    uint8_t vcs_class;                       // first class: all its VCs
    uint8_t vcs_group;                       // first group: all its VCs
    uint8_t vcs_low;      //   low class of a ring, escape VCs; vcs_group if it has one VC
    uint8_t vcs_high;     //   high class
    uint8_t vcs_adaptive; //   those of route_options.ports
    uint8_t vcs_inject;   // first class: those that packets are injected by; 0: it depends on them
    bool by_flow;         // narrow the set to one VC, chosen by the destination
    bool direct;          // dimension order by coordinates, and not by flow
    uint32_t num_dims;    // grids; dimensions of side 1 are left out
    struct route_dim *dims; // [num_dims], and one without bits, whose ports are the terminal's
    uint32_t dims_mask;     // of all of them
    uint8_t dim_of_bit[LAYOUT_WINDOW_BITS + 1]; // of dims_mask; num_dims of the bit past the window
    uint32_t table_size;                        // addresses; 0 for grids
    struct route *table;                        // [num_routers * table_size], or NULL
};

// Straps of dimension `d` at the router whose address in place is `own`.
static inline uint32_t routing_limit(const struct route_dim *dim, uint32_t own)
{
    if (dim->line)
        return dim->last - (own & dim->mask);
    return own & dim->one ? dim->limit_odd : dim->limit_even;
}

// First VC of `vcs`, a bit each and not 0, at or after `key` (0..8), cyclically over 8.
static inline uint32_t routing_first_vc_idx(uint8_t vcs, uint32_t key)
{
    uint32_t twice = (uint32_t)vcs | (uint32_t)vcs << 8;
    return (uint32_t)__builtin_ctz(twice & (0xffffU << key)) % 8;
}

// The same as a mask of one bit.
static inline uint8_t routing_first_vc(uint8_t vcs, uint32_t key)
{
    return (uint8_t)(1U << routing_first_vc_idx(vcs, key));
}

// The key by which a flow keeps one VC: destination bits folded to 3 by exclusive or.
static inline uint32_t routing_flow_key(const struct routing *self, uint32_t window)
{
    uint32_t a = window & self->layout.addr_mask;
    a ^= a >> 24; // groups of 3 bits: 24 + 12 + 6 + 3
    a &= 0xffffffU;
    a ^= a >> 12;
    a &= 0xfffU;
    a ^= a >> 6;
    a ^= a >> 3;
    return a & 7U;
}

// First VC of the class that a VC is in.
static inline uint32_t routing_class(const struct routing *self, uint32_t vc)
{
    return self->first_of_class[vc];
}

// First VC of the group that a VC is in.
static inline uint32_t routing_group(const struct routing *self, uint32_t vc)
{
    return self->first_of_group[vc];
}

// VCs that a packet which came in by `in_vc` may use at the ports of route_options.ports.
static inline uint8_t routing_adaptive_vcs(const struct routing *self, uint32_t in_vc)
{
    return (uint8_t)(self->vcs_adaptive << routing_group(self, in_vc));
}

// True if a head may have several output ports to choose from.
static inline bool routing_is_adaptive(const struct routing *self)
{
    return self->kind && self->kind->adaptive;
}

// Options of a head flit at `router`.
struct route_options routing_compute(const struct routing *self, uint32_t router,
                                     const struct route_at *at);

// Route on a grid that depends on the destination alone, as an entry of a table does: on a ring, a
// packet that need not cross the dateline uses high VCs, as if it had crossed it.
struct route routing_by_destination(const struct routing *self, uint32_t own, uint32_t window);

// The address, in place, that a packet goes to first, where its head flit carries one, and the VCs
// of the first class that it may be injected by. `serial` decides on what is random in its way.
uint32_t routing_via(const struct routing *self, uint32_t source, uint32_t destination,
                     uint64_t serial);
uint8_t routing_draw_inject_vcs(const struct routing *self, uint32_t window, uint64_t serial);

// Payload of the head flit of a packet, from the address of its source to that of its destination.
static inline uint64_t routing_head(const struct routing *self, uint32_t source,
                                    uint32_t destination, uint32_t flits, uint32_t traffic_class,
                                    uint64_t serial, uint32_t handle)
{
    const struct layout *layout = &self->layout;
    uint64_t head = layout_head(layout, destination, flits, traffic_class, handle);
    if (layout->via_bits)
        head |= (uint64_t)routing_via(self, source, destination, serial) << layout->via_bits;
    return head;
}

// VCs that a packet may be injected by.
static inline uint8_t routing_inject_vcs(const struct routing *self, uint32_t traffic_class,
                                         uint32_t window, uint64_t serial)
{
    uint32_t vcs = self->vcs_inject;
    if (!vcs)
        vcs = routing_draw_inject_vcs(self, window, serial);
    return (uint8_t)(vcs << traffic_class * self->class_vcs);
}

#endif
