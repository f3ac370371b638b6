// SPDX-License-Identifier: Apache-2.0
// libordito: the switch fabric of Ordito, cycle by cycle, inside another simulator.
//
// An instance is a topology with routers, channels and the terminals of its nodes, made from a
// configuration of the same keys that `ordito run --help` lists, of which workload.* and nodes.*
// are not looked at: who uses the library is the workload. Packets go in at nodes, cycles are
// simulated, packets come out, in the same cycles as of `ordito run` with a packet trace.
//
//     struct ordito *o = ordito_new("fabric: {topology: {kind: torus}}", NULL, &error);
//     ordito_send(o, 0, 63, 4, 0, 1234, &error);  // 4 flits from node 0 to 63, class 0, tag 1234
//     ordito_step_until(o, ORDITO_NEVER, &error); // something has arrived
//     while (ordito_poll(o, &delivery, sizeof delivery))
//         ...                                     // delivery.tag is 1234
//     ordito_free(o);
//
// TIME is counted in cycles of the fabric, from 0. Calls between two cycles are of the cycle that
// is simulated next (ordito_cycle): a packet sent now is created in it, and its head can be on its
// node's channel in it. A delivery can be polled once the cycle in which its tail was taken has
// been simulated.
//
// ERRORS are values: functions that can fail return ORDITO_OK and leave `error` as it is, or return
// the status and, if `error` is not NULL, fill it with status and words; so one that begins as zero
// tells after several calls whether any has failed. The library never prints, exits or aborts for
// what a user does. What a call refuses (ORDITO_REFUSED) changes nothing. After any other failure
// of ordito_step* the instance can only be read, polled and freed, and tells the same error again.
//
// OWNERSHIP. Instances are the caller's, from ordito_new* to ordito_free. Texts and structs passed
// in are read during the call and not kept, but for the callback and its context. What is returned
// by pointer belongs to the library, unless its function says otherwise.
//
// THREADS. There is no global state. Instances are independent and may be used by different threads
// at the same time; each by one thread at a time. Back ends that run RTL build a variant of it
// once, by Verilator and g++ in processes of their own, and keep it where `ordito` does.
//
// ABI. struct ordito is opaque. Structs that the library fills are given with their size as the
// caller knows it: it fills no more, and zeroes what it knows nothing of. Structs that it reads
// begin with their size. New fields go to their ends, new functions are added, numbers never change
// their meaning; anything else changes the number in the soname, libordito.so.0. Symbols that do
// not begin with ordito_ are hidden, in the static library, too.
#ifndef ORDITO_H
#define ORDITO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ORDITO_API __attribute__((visibility("default")))

// No cycle: later than all.
#define ORDITO_NEVER UINT64_MAX

struct ordito;

// Statuses, the same numbers as exit statuses of the program.
enum ordito_status {
    ORDITO_OK = 0,
    ORDITO_FAILED = 1,   // out of memory, Verilator missing, a file that cannot be read
    ORDITO_REFUSED = 2,  // what was asked for: configuration, packet, node
    ORDITO_DEADLOCK = 3, // nothing can move any more, or the configuration can come to that
    ORDITO_MISMATCH = 4  // RTL and reference differ, or a flit came out wrong
};

struct ordito_error {
    int32_t status;  // enum ordito_status
    char text[2044]; // one or more lines, without a newline at the end
};

// The version and what tells these sources from others: "0.1.0+6f21ab90cd34". Valid for ever.
ORDITO_API const char *ordito_version(void);

// --- making an instance -------------------------------------------------------------------------

// A flit that a node has taken.
struct ordito_flit {
    uint64_t cycle;         // in which it was taken
    uint64_t tag;           // of its packet
    uint32_t node;          // that took it
    uint32_t flit_idx;      // within its packet: 0 is the head
    uint32_t packet_flits;  // length of the packet, so the tail is packet_flits - 1
    uint32_t vc;            // that it came by
    uint32_t traffic_class; // of its packet
    uint32_t source;        // node that sent it
};

// May be zero but for `size`.
struct ordito_options {
    size_t size;                 // of this struct: sizeof
    const char *const *settings; // [num_settings] "KEY=VALUE" each, applied in order after the
    size_t num_settings;         //   configuration, as --set of the program
    // Told of every flit that a node takes, after its cycle, in ascending order of nodes; not under
    // fabric.model ideal, which has none. It must not call the library. NULL: nobody is told.
    void (*flit_taken)(void *context, const struct ordito_flit *flit);
    void *context; // of flit_taken
    // With fabric.backend rtl-whole, the routers are a SystemC module, within that in whose
    // constructor the instance is made, and ordito_step* are called by a process of SystemC.
    // sim/systemc has a module that does so; others need not.
    bool systemc;
};

// Makes an instance from YAML text, in which relative paths start from the working directory; or
// from a file, in which they start from its folder. `options` may be NULL. NULL on failure:
// ORDITO_REFUSED names line and key, ORDITO_DEADLOCK the channels of a cycle, ORDITO_FAILED the
// rest.
ORDITO_API struct ordito *ordito_new(const char *yaml, const struct ordito_options *options,
                                     struct ordito_error *error);
ORDITO_API struct ordito *ordito_new_file(const char *path, const struct ordito_options *options,
                                          struct ordito_error *error);

// Frees an instance with all that is in it; NULL does nothing.
ORDITO_API void ordito_free(struct ordito *self);

// --- packets in ---------------------------------------------------------------------------------

// Creates a packet in the current cycle, behind those of its class that wait at its source: source
// and destination (which may be one) are nodes 0..nodes-1, `flits` its length with its head flit,
// 1..packet_flits_max, `traffic_class` 0..classes-1, higher ones first. `tag` is the caller's, and
// comes back with the delivery. Packets of a cycle are created in the order of calls.
ORDITO_API int ordito_send(struct ordito *self, uint32_t source, uint32_t destination,
                           uint32_t flits, uint32_t traffic_class, uint64_t tag,
                           struct ordito_error *error);

// Packets of a class that wait at their source, the one included that is being sent (under
// fabric.model ideal those that have not arrived). Source queues are unbounded: who models a
// bounded one looks here before ordito_send. UINT32_MAX: there is no such node or class.
ORDITO_API uint32_t ordito_queued(const struct ordito *self, uint32_t node, uint32_t traffic_class);

// --- time ---------------------------------------------------------------------------------------

// The cycle that is simulated next.
ORDITO_API uint64_t ordito_cycle(const struct ordito *self);

// Whether no packet waits or moves and no credit is on its way. Deliveries may still be polled.
ORDITO_API bool ordito_idle(const struct ordito *self);

// Simulates the current cycle.
ORDITO_API int ordito_step(struct ordito *self, struct ordito_error *error);

// Simulates all cycles before `cycle`, which is the current one then; none if it is not later than
// that already. While the fabric is idle, time jumps. At most 2^50.
ORDITO_API int ordito_step_to(struct ordito *self, uint64_t cycle, struct ordito_error *error);

// The same, but returns as soon as there is a delivery to poll. With ORDITO_NEVER it also returns,
// and time stays, when the fabric is idle; not while nodes are stalled (ORDITO_REFUSED).
ORDITO_API int ordito_step_until(struct ordito *self, uint64_t cycle, struct ordito_error *error);

// --- packets out --------------------------------------------------------------------------------

// What faults of channels (fabric.channel.faults) have made of a packet.
enum ordito_fate { ORDITO_WHOLE = 0, ORDITO_CORRUPTED = 1, ORDITO_DROPPED = 2 };

// A packet that has left the fabric.
struct ordito_delivery {
    uint64_t tag;            // as sent
    uint64_t packet;         // number of the packet, from 0, in order of ordito_send
    uint64_t created_cycle;  // of ordito_send
    uint64_t injected_cycle; // its head was put on its node's channel
    uint64_t ejected_cycle;  // its tail was taken by the destination
    uint32_t source;
    uint32_t destination;
    uint32_t flits; // as sent; under routing `bubble` padded to the longest
    uint32_t traffic_class;
    uint32_t hops; // channels of the topology's graph that it crossed
    uint32_t fate; // enum ordito_fate; a packet that is dropped never reached its node
};

// Takes the next delivery, in order of ejected_cycle, then of node. False: there is none; then
// `delivery` is as it was. Deliveries are kept until they are polled.
ORDITO_API bool ordito_poll(struct ordito *self, struct ordito_delivery *delivery, size_t size);

// From the current cycle on, the node takes no packets of classes whose bits (1 << class) are set:
// their heads stay in the fabric, and what is behind them. Packets of which it has taken the head
// are taken to their ends. Under circuit switching it does not answer those who ask for a circuit;
// what comes by one that was kept it takes. 0: it takes all. Refused under fabric.model ideal,
// which has no place where they could stay.
ORDITO_API int ordito_stall(struct ordito *self, uint32_t node, uint32_t classes,
                            struct ordito_error *error);

// --- figures ------------------------------------------------------------------------------------

// Latencies of all packets delivered whole or corrupted so far; 0 without any.
struct ordito_latency {
    double mean_cycles;
    uint64_t min_cycles, p50_cycles, p90_cycles, p99_cycles, p999_cycles, max_cycles;
};

// Of the instance so far; METRICS.md defines them. Real numbers are negative if undefined.
struct ordito_statistics {
    uint64_t cycles;
    uint64_t packets_created, packets_injected, packets_ejected;
    uint64_t packets_dropped, packets_corrupted; // of those ejected
    uint64_t flits_created, flits_injected, flits_ejected;
    uint64_t flit_hops;                    // 0 if the back end does not tell (rtl-whole)
    struct ordito_latency latency;         // created -> tail ejected
    struct ordito_latency network_latency; // head injected -> tail ejected
    double hops_mean;
    uint64_t hops_max;
    double offered_flits_per_node_cycle;
    double accepted_flits_per_node_cycle;
    double channel_utilisation_mean, channel_utilisation_max; // of channels that are hops
};

ORDITO_API void ordito_read_statistics(struct ordito *self, struct ordito_statistics *statistics,
                                       size_t size);

// The section `fabric` of the JSON that `ordito run --json` writes, so far. The caller frees the
// text with free(). NULL on failure.
ORDITO_API char *ordito_json(struct ordito *self, struct ordito_error *error);

// What the instance is. Figures that are not known are UINT64_MAX, or negative.
struct ordito_topology {
    uint64_t nodes;
    uint64_t routers;
    uint64_t channels;           // hops' channels, each direction apart
    uint64_t degree_max;         // most channels, one way, out of a router
    uint64_t diameter_hops;      // between nodes
    double average_hops;         // over ordered pairs of distinct nodes
    uint64_t bisection_channels; // one way
    uint32_t classes;            // traffic classes
    uint32_t vcs;
    uint32_t packet_flits_max; // longest packet: fabric.packet.max_flits, or what a buffer takes
    uint32_t flit_bits;
    double clock_hz;       // fabric.clock_hz
    uint32_t header_flits; // of a packet, that carry no data: fabric.packet.header_flits
};

ORDITO_API void ordito_read_topology(const struct ordito *self, struct ordito_topology *topology,
                                     size_t size);

// Hops of the way from a node to another. Refused where packets draw their ways (valiant, romm).
ORDITO_API int ordito_hops(const struct ordito *self, uint32_t source, uint32_t destination,
                           uint32_t *hops, struct ordito_error *error);

// Cycles from a packet's creation until its tail is taken if nothing else is under way, by the
// closed form of `ordito topology`. Refused as ordito_hops, and where channels have latencies or
// widths of their own, for which there is none.
ORDITO_API int ordito_zero_load(const struct ordito *self, uint32_t source, uint32_t destination,
                                uint32_t flits, uint64_t *cycles, struct ordito_error *error);

#ifdef __cplusplus
}
#endif

#endif
