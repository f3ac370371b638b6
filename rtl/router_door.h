// SPDX-License-Identifier: Apache-2.0
// The door between C and a Verilated model: a table of functions that one shared library per RTL
// variant exports. A bank holds any number of instances of the variant's top module
// (router_sim.sv, circuit_sim.sv, or fabric_sim.sv as one instance whose ports are the terminals of
// the nodes; or fabric.sv as a module of SystemC, which is used in its processes: systemc_edge.h).
//
// Timing: flit, credit and answer set input pins; clock makes one rising edge, after which the
// outputs are what the instance's registers hold, and the pins are quiet again. Pins that nobody
// set are quiet.
//
// Owner: the bank belongs to who made it. Nothing here throws or exits.
#ifndef ORDITO_RTL_ROUTER_DOOR_H
#define ORDITO_RTL_ROUTER_DOOR_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The forward wires of a port but for the payload, as the tops pack them.
enum {
    ROUTER_DOOR_VALID = 1 << 5,
    ROUTER_DOOR_HEAD = 1 << 4,
    ROUTER_DOOR_TAIL = 1 << 3,
    ROUTER_DOOR_VC = 7 // circuits: the kind of flit
};

enum { ROUTER_DOOR_STALLS = 7 }; // reasons of which stalls are counted

struct router_door_flit {
    uint32_t port;
    uint8_t wires; // ROUTER_DOOR_*
};

// The backward wires of a port.
struct router_door_back {
    uint32_t port;
    uint8_t credits; // a bit per VC
    uint8_t ack;     // 0 or 1
    uint8_t nack;    // 0 or 1
};

// The outputs of an instance. Sparse: only ports with something on their wires, in ascending order.
// The arrays belong to the caller and have room for one entry a port.
struct router_door_out {
    uint32_t num_flits;
    uint32_t num_backs;
    bool busy;
    struct router_door_flit *flits;
    uint64_t *words; // [ports * num_words]: payload of flits[i] from words[i * num_words] on
    struct router_door_back *backs;
};

// Straps that all instances of a bank share.
struct router_door_straps {
    uint8_t mode;        // enum switching
    uint8_t depth_flits; // depth in use, 1..variant's depth
    uint8_t by_flow;     // 0 or 1
    uint8_t vcs_low;     // a bit per VC
    uint8_t vcs_high;
    uint8_t vcs_class;
    uint8_t waits;     // circuits only, 0 or 1: a blocked probe waits
    uint32_t len_mask; // whole fabrics only; routers are told through `configure`
    bool waves;        // waves may be asked for later
};

struct router_door {
    uint32_t ports;     // of an instance
    uint32_t num_words; // 64-bit words of a payload

    // Makes instances and resets them. NULL if out of memory.
    void *(*bank_new)(uint32_t num_instances, const struct router_door_straps *straps);
    void (*bank_free)(void *bank);

    // Writes a word through the configuration port (router_sim.sv), before traffic.
    void (*configure)(void *bank, uint32_t instance, uint32_t addr, uint32_t data);

    // Input pins of this cycle. The payload's bits past the wires must be 0.
    void (*flit)(void *bank, uint32_t instance, uint32_t port, uint8_t wires,
                 const uint64_t *words);
    void (*credit)(void *bank, uint32_t instance, uint32_t port, uint8_t vcs);
    void (*answer)(void *bank, uint32_t instance, uint32_t port, bool ack, bool nack);
    void (*clock)(void *bank, uint32_t instance, struct router_door_out *out);

    // Counts since reset, [ROUTER_DOOR_STALLS] in the order of struct router_stalls; the instance's
    // own, which go on counting. NULL where there are none.
    const uint64_t *(*stalls)(void *bank, uint32_t instance);

    // The first assertion that failed, as file:line, or NULL.
    const char *(*fault)(void *bank);

    // Waves; NULL in a variant compiled without. Opens a file with `num` instances from `first` on,
    // one file a bank; false if it cannot be written.
    bool (*wave_open)(void *bank, const char *path, uint32_t first, uint32_t num);
    // Between setting pins and clock: makes the clock of all instances in the file low and writes
    // them down, inputs applied.
    void (*wave_low)(void *bank, uint64_t time);
    // After clock: gives those in the file that were not clocked their edge, and writes all down.
    void (*wave_high)(void *bank, uint64_t time);
    void (*wave_close)(void *bank);
};

// The only symbol that a library shows.
const struct router_door *router_door(void);

#ifdef __cplusplus
}
#endif

#endif
