// SPDX-License-Identifier: Apache-2.0
// A small router in C behind struct device_ops, right or with a fault planted, to try checkers on.
//
// Input-queued, with buffers per VC, round-robin arbiters at every output, and one flit a cycle out
// of every input. All outputs of the forward wires are registers: a flit that comes in cycle t
// leaves in t + 2 at the earliest. All flow controls and switching modes (but circuits), any ports
// and VCs. As a network it is one stage.
#ifndef ORDITO_TESTS_BENCH_DEVICE_H
#define ORDITO_TESTS_BENCH_DEVICE_H

#include "sim/workbench/device.h"
#include "sim/workbench/device_map.h"

// One row a fault: symbol, what it does from when it acts.
#define BENCH_FAULTS(X)                                                                            \
    X(BENCH_RIGHT, "nothing is wrong")                                                             \
    X(BENCH_LOSE_TAIL, "tails do not leave; their packets give their VC back")                     \
    X(BENCH_LOSE_BODY, "flits that are neither head nor tail do not leave")                        \
    X(BENCH_LOSE_PACKET, "no flit of a packet leaves")                                             \
    X(BENCH_DOUBLE_FLIT, "flits leave twice")                                                      \
    X(BENCH_FLIP_BIT, "the middle bit of a flit is inverted")                                      \
    X(BENCH_SWAP_FLITS, "the second and the third flit of a packet change places")                 \
    X(BENCH_WRONG_PORT, "packets leave by the next output port")                                   \
    X(BENCH_WRONG_VC, "packets leave by the VC after the one they should, if it is free")          \
    X(BENCH_INTERLEAVE, "heads take VCs that other packets hold")                                  \
    X(BENCH_OVERTAKE, "of two whole packets in a buffer the later one leaves first")               \
    X(BENCH_KEEP_VC, "tails do not give their VC back")                                            \
    X(BENCH_FORGET_CREDIT, "flits that leave do not send a credit back")                           \
    X(BENCH_DOUBLE_CREDIT, "flits that leave send two credits back, one after the other")          \
    X(BENCH_WRONG_CREDIT, "credits go back for the next VC")                                       \
    X(BENCH_LOSE_ROOM, "credits that come from the next buffer are not counted")                   \
    X(BENCH_IGNORE_ROOM, "flits leave without credit, or while off; not ready counts as ready")    \
    X(BENCH_LATE_OFF, "on or ready although the buffer has no room; what then comes is lost")      \
    X(BENCH_WITHDRAW, "ready-valid: a flit that is not taken is withdrawn for a cycle")            \
    X(BENCH_CHANGE_HELD, "ready-valid: a flit that is not taken changes its middle bit")           \
    X(BENCH_DEADLOCK, "nothing leaves any more")                                                   \
    X(BENCH_STARVE, "heads of input port `in_port` lose every arbitration")                        \
    X(BENCH_EARLY, "store-and-forward: heads do not wait for the tail")                            \
    X(BENCH_LEFTOVER, "reset does not empty the buffers")                                          \
    X(BENCH_STALE_CREDITS, "reset does not restore the credits")                                   \
    X(BENCH_RESET_VALID, "an output is valid during reset")                                        \
    X(BENCH_WRONG_TYPE, "flits leave with a type that is no code")                                 \
    X(BENCH_BAD_VC, "flits leave with a VC that does not exist")                                   \
    X(BENCH_ASSERTION, "an assertion of its own fails")

enum bench_fault {
#define BENCH_SYMBOL(symbol, text) symbol,
    BENCH_FAULTS(BENCH_SYMBOL)
#undef BENCH_SYMBOL
        BENCH_NUM_FAULTS
};

extern const char *const bench_fault_names[BENCH_NUM_FAULTS]; // the symbols

enum { BENCH_ANY = UINT32_MAX };

// When a fault acts: on packets, or flits of packets, for which all of this holds.
struct bench_plant {
    enum bench_fault fault;
    uint32_t in_port;   // input port of the packet, or BENCH_ANY
    uint32_t min_flits; // of the packet
    uint64_t after;     // so many flits have left since the run began
    bool once;          // only the first time
};

// Where to packets go, and what their bits are; a map tells (bench_map_link), or a test.
struct bench_link {
    const struct device_spec *spec;
    struct device_route (*route)(const void *of, const struct stimulus *setup, uint32_t in_port,
                                 uint32_t in_vc, uint32_t to);
    // The bits of a flit on the channel with this VC, from those on the channel that it came by.
    void (*set_vc)(const void *of, const struct stimulus *setup, struct device_forward *flit);
    const void *of;
};

// Packets to address a go to port a modulo the number of ports, by a VC of the spec's rule; the
// bits of flits stay as they are. `spec` must outlive it.
struct bench_link bench_plain_link(const struct device_spec *spec);

// As the map says, which must outlive it.
struct bench_link bench_map_link(const struct device_map *map);

// Makes a device; the link's spec and `of` must outlive it. Never fails.
void bench_device_open(struct device *device, const struct bench_link *link,
                       const struct bench_plant *plant);

#endif
