// SPDX-License-Identifier: Apache-2.0
// Hosts and an ideal network by the LogGOPS model: every pair of hosts is joined alike, and nothing
// contends for anything but the processors (cpus) and cards (nics) of the two hosts of a message.
//
// Parameters: L latency, o overhead of a message for the cpu, g gap between messages of a nic, G
// gap a byte, O overhead a byte. (S, from which size on a sender waits until it is received, is the
// business of who matches messages.)
//
// Timing, of a message of s bytes, where (s - 1) of an empty one counts as 0:
//   send     begins at t, when the host's cpu and its nic's sending side are free; the cpu is free
//            again at t + o + (s - 1) O, the nic at t + g + (s - 1) G;
//   arrival  the first byte is there at t + o + L; its host takes it at t', from then on, when the
//            cpu and the nic's receiving side are free; the cpu is free again at
//            t' + o + (s - 1) max(O, G), the nic at t' + g + (s - 1) G;
//   compute  begins when the cpu is free;
//   post     of a receive: takes no time, but not before the cpu is free as it was when added.
// Who waits for a cpu or nic is served in the order in which it was added; the message that a send
// makes is added when that begins. With all parameters 0 this is hosts that serialise only what
// their cpus compute. (s - 1) G and (s - 1) O are rounded down to whole cycles.
//
// As a bound: with o = g = G = O = 0, and L the zero-load latency of a flit over the shortest way
// between nodes of a fabric of routers and the cycle after, programs in program order end no later
// than over that fabric, since all that they wait for comes earlier; wildcards, messages to oneself
// (which keep out of a fabric), and cpus that several operations wait for can make exceptions. With
// G, the time of a flit for each byte, it is a bound only where nobody computes while messages
// come: a cpu that receives is busy for G, and a fabric does not ask for it.
//
// Source: Alexandrov, Ionescu, Schauser, Scheiman: LogGP (SPAA 1995); Ino, Fujimoto, Hagihara:
// LogGPS (PPoPP 2001); Hoefler, Schneider, Lumsdaine: LogGOPSim (HPDC 2010). The order of what
// happens, and that the receiving cpu is busy for G, are LogGOPSim's.
// Owner: loggops_free releases what loggops_make took.
#ifndef ORDITO_MODEL_NET_LOGGOPS_H
#define ORDITO_MODEL_NET_LOGGOPS_H

#include <stdbool.h>
#include <stdint.h>

struct loggops_params {
    uint64_t latency_cycles;
    uint64_t overhead_cycles;
    uint64_t gap_cycles;
    double gap_cycles_per_byte;      // >= 0
    double overhead_cycles_per_byte; // >= 0
};

enum loggops_kind { LOGGOPS_SEND, LOGGOPS_ARRIVAL, LOGGOPS_COMPUTE, LOGGOPS_POST };

struct loggops_event {
    uint64_t cycle;  // added: not before; taken: when it begins
    uint64_t serial; // in the order in which they were added
    uint64_t amount; // bytes, or cycles of computing
    uint32_t host;
    uint32_t name; // the caller's
    uint8_t kind;  // enum loggops_kind
    uint8_t cpu, nic;
    bool waits; // it is the first of its lane
};

// A heap by (cycle, serial).
struct loggops_heap {
    struct loggops_event *of; // [num]
    uint32_t num, cap;
};

// Events that are due and wait for one cpu and, but for computing, one side of one nic.
struct loggops_lane {
    struct loggops_heap waiting; // by serial
    uint32_t next;               // lane of the host, LOGGOPS_NONE
    uint8_t kind, cpu, nic;
};

enum { LOGGOPS_NONE = UINT32_MAX };

struct loggops {
    struct loggops_params params;
    uint32_t num_cpus, num_nics; // of a host
    uint64_t *cpu_free;          // [hosts][num_cpus]: cycle
    uint64_t *send_free;         // [hosts][num_nics]
    uint64_t *receive_free;      // [hosts][num_nics]
    struct loggops_heap due;     // events to come, and one for each that is first of its lane
    uint32_t *first_lane;        // [hosts]
    struct loggops_lane *lanes;  // [num_lanes]
    uint32_t num_lanes, cap_lanes;
    uint64_t next_serial;
};

// False if out of memory.
bool loggops_make(struct loggops *self, const struct loggops_params *params, uint32_t num_hosts,
                  uint32_t num_cpus, uint32_t num_nics);
void loggops_free(struct loggops *self);

// Adds something that a host is to do. False if out of memory.
bool loggops_add(struct loggops *self, struct loggops_event event);

// Adds the arrival of the message of a send that was taken. False if out of memory.
bool loggops_launch(struct loggops *self, const struct loggops_event *send, uint32_t destination,
                    uint32_t name);

// Takes what begins next, in `cycle` or before, and tells when its cpu is free again. False if
// nothing does, or if out of memory, when `failed` is set.
bool loggops_take(struct loggops *self, uint64_t cycle, struct loggops_event *event,
                  uint64_t *finish_cycle, bool *failed);

// A cycle before which loggops_take finds nothing; UINT64_MAX if nothing waits.
static inline uint64_t loggops_next_cycle(const struct loggops *self)
{
    return self->due.num > 0 ? self->due.of[0].cycle : UINT64_MAX;
}

#endif
