// SPDX-License-Identifier: Apache-2.0
// The fabric: routers of any back end wired as a topology, and the terminals of the nodes.
//
// Timing of a cycle t, each step for the whole fabric before the next:
//   a. routers evaluate (contract steps 1 to 5 of router.h);
//   b. terminals inject: a node with packets waiting puts at most one flit on its channel;
//   c. what was sent over a channel of latency L in cycle t - L arrives: at routers (steps 6, 7),
//      or at terminals; banks that carry (carrier.h) see to that by themselves;
//   d. terminals eject: a node that does not stall takes at most one flit, and its credit starts
//      back in this cycle; a tail delivers its packet.
// A terminal's credits that arrive in t are usable in t + 1, like a router's. So a packet of one
// flit created and sent in cycle c over H channels between routers of pipeline 1 is ejected in
// c + Li + H Lc + Le + (H + 1), with the latencies Li from the node, Lc between routers and Le to
// the node.
//
// A terminal sends one packet of a traffic class at a time, its flits in one VC: `any` takes the
// first VC after the one used last that has the credits which the switching mode needs, `by-flow`
// the flow's VC. In each cycle the highest class that can send a flit does. Terminals buffer
// `buffer_flits` a VC and consume always, but for random stalls on request.
//
// Under circuit switching terminals set up and free circuits (terminal_circuit.h); routing has one
// VC, since a circuit has whole channels.
//
// Channels may lose packets, or change a bit of them (fault.h): a terminal takes these as others,
// but does not offer to its node what is lost.
//
// Threads: routers and nodes are shared out among partitions, which make the steps of a cycle side
// by side (fabric_partition.c). All else, packets' creation and delivery included, is done by the
// caller's thread, and results are the same whatever the number of threads.
//
// Owner: the fabric owns its routers and packets; topology and routing belong to the caller and
// outlive it. No allocation in a cycle but for growth of pools.
#ifndef ORDITO_MODEL_NET_FABRIC_H
#define ORDITO_MODEL_NET_FABRIC_H

#include "model/msg.h"
#include "model/net/circuit.h"
#include "model/net/fault.h"
#include "model/net/observer.h"
#include "model/net/router.h"
#include "model/net/topology.h"

#include <stdio.h>

// Called after step d for each packet, in ascending order of node; the packet's slot is free after.
// Of a packet that is lost, too, as its `fate` says: the node knows nothing of it.
typedef void fabric_delivered_fn(void *context, const struct packet *packet);

// Called after step d for each flit that a node takes, before its packet is delivered.
typedef void fabric_flit_fn(void *context, uint32_t node, uint64_t cycle, struct flit flit);

// Nodes that do not take whatever comes, and want to know what has gone.
struct fabric_nodes {
    // The head of a packet that is not lost is at a node. False: it stays there, and all that is
    // behind it in its VC, and the node is asked again in the next cycle; other VCs go on. Under
    // circuit switching it is the packet of a probe that asks for a circuit, by which others may
    // come unasked. Called in step d by the thread of the node's partition, for different nodes
    // side by side.
    bool (*offer)(void *context, uint32_t node, const struct packet *packet, uint64_t cycle);
    // After step d, of a partition before its deliveries, in ascending order of nodes: a packet's
    // tail has left.
    void (*left)(void *context, uint32_t node, const struct packet *packet, uint64_t cycle);
    void *context;
};

// What takes packets from node to node: routers and channels, or, by some rules, an ideal network
// (ideal.h), of which only topology and the callbacks for packets matter below. The rules `loggops`
// know no packets, and take the place of a fabric where messages are made (loggops.h).
enum fabric_model { FABRIC_DETAILED, FABRIC_IDEAL, FABRIC_NUM_MODELS };
enum ideal_rules { IDEAL_NETRACE, IDEAL_LOGGOPS, IDEAL_NUM_RULES };

extern const char *const ideal_rules_names[IDEAL_NUM_RULES];

struct fabric_params {
    const struct topology *topology;
    enum fabric_model model;
    uint32_t ideal_cycles_per_hop; // 1..
    const struct routing *routing;
    const struct router_ops *ops;
    enum switching switching;
    struct circuit_params circuit; // circuit switching only
    uint32_t buffer_flits;
    struct router_design design;
    uint32_t channel_latency_cycles;  // 1.., where the topology says nothing else
    uint32_t terminal_latency_cycles; // 1.., from node to router, likewise
    uint32_t ejection_latency_cycles; // 1.., from router to node, likewise
    uint64_t stall_threshold;         // rng_threshold of a terminal not consuming in a cycle
    uint64_t watchdog_cycles;         // packets are there, nothing moves and no node backs off for
                                      // so long: deadlock
    struct fault_params faults;       // of channels
    uint64_t seed;
    uint32_t num_threads;           // at most; 0: 1. Routers are shared out in lots of 64, so there
                                    // may be fewer; whole models, waves and observers have one
    bool skip_idle;                 // leave out routers that cannot change
    bool shuffle;                   // evaluate routers in a random order each cycle (tests)
    struct router_rtl *rtl;         // what is asked of back ends that run RTL, or NULL
    fabric_delivered_fn *delivered; // or NULL
    fabric_flit_fn *flit_ejected;   // or NULL
    void *context;
    const struct fabric_nodes *nodes;       // NULL: nodes take all that comes
    const struct fabric_observer *observer; // NULL: nobody looks on; outlives the fabric
};

struct fabric;

// Bytes that such a fabric takes, once every buffer has been used, and `*of_routers` of them by the
// bank; packets and what is on channels are not counted. Of the routing no table needs to be there.
uint64_t fabric_bytes(const struct fabric_params *params, uint64_t *of_routers);

// NULL on failure, with `err` filled.
struct fabric *fabric_new(const struct fabric_params *params, struct err *err);
void fabric_free(struct fabric *self);

// Creates a packet in the current cycle; lengths that the mode or the layout cannot carry, and
// traffic classes that there are not, are the caller's to refuse. False if out of memory.
bool fabric_send(struct fabric *self, const struct packet_spec *spec, struct err *err);

// Simulates the current cycle and moves on to the next. False with `err` if a flit came out wrong
// or RTL and reference differ (ERR_MISMATCH), if nothing can move (ERR_DEADLOCK), or if memory is
// short (ERR_RUN).
bool fabric_cycle(struct fabric *self, struct err *err);

// What keeps packets from moving is not in the fabric but in a node that is at work: the watchdog
// begins anew.
void fabric_stir(struct fabric *self);

// The cycle that fabric_cycle will simulate next.
uint64_t fabric_now(const struct fabric *self);

// True if no packet waits or moves and no credit is on its way.
bool fabric_idle(const struct fabric *self);

// Moves an idle fabric's clock on to `cycle`.
void fabric_jump(struct fabric *self, uint64_t cycle);

// The packet of a head flit, while flit_ejected is told of it.
const struct packet *fabric_packet(const struct fabric *self, struct flit head);

// Threads that simulate it.
uint32_t fabric_num_threads(const struct fabric *self);

// Counters of a traffic class.
struct fabric_class_counters {
    uint64_t flits_created;
    uint64_t flits_injected;
    uint64_t flits_ejected;
    uint64_t packets_created;
};

// Counters since fabric_new.
struct fabric_counters {
    uint64_t packets_created;
    uint64_t packets_injected; // heads put on a terminal channel; circuits: first probes
    uint64_t packets_ejected;
    uint64_t flits_created;
    uint64_t flits_injected;
    uint64_t flits_ejected;
    uint64_t packets_dropped;   // of those ejected, by faults of channels
    uint64_t packets_corrupted; // likewise; a bit is changed
    uint64_t flit_hops;         // flits put on channels that are hops, but for probes and releases
    struct router_stalls stalls;
    struct circuit_counters circuit;
    struct fabric_class_counters classes[ROUTER_MAX_CLASSES];
};

struct fabric_counters fabric_counters(const struct fabric *self);

// Flits of any kind that have been put on each channel, by number of channel
// (topology_num_channels); of a bank that is one router, by its output ports, then by node.
const uint64_t *fabric_channel_flits(const struct fabric *self);

// Cycles that a packet of so many flits would take by the way of this one, which has arrived, on an
// idle network: the closed form of switching.h, as if no channel had a latency or width of its own.
uint64_t fabric_quiet_cycles(const struct fabric *self, const struct packet *packet,
                             uint32_t flits);

// True if the back end's routers can be looked into.
bool fabric_sees_waits(const struct fabric *self);

// Who waits for whom, a line for each blocked front flit, at most `max_lines`. Says nothing for
// back ends whose routers cannot be looked into.
void fabric_report_waits(const struct fabric *self, uint32_t max_lines, FILE *to);

#endif
