// SPDX-License-Identifier: Apache-2.0
// The configuration of a run: one struct, filled from defaults, a YAML file and --set options, all
// by one table of parameters (config_table.c), which also makes the help text and the echo.
//
// Owner: strings and arrays in the struct belong to it; config_free releases them.
#ifndef ORDITO_SIM_CONFIG_H
#define ORDITO_SIM_CONFIG_H

#include "model/net/circuit.h"
#include "model/net/fabric.h"
#include "model/net/router_design.h"
#include "model/net/switching.h"
#include "model/net/topology.h"
#include "model/node/collective_rules.h"
#include "model/node/mapping.h"
#include "model/node/netrace_replay.h"
#include "model/node/node.h"
#include "model/node/rpc.h"
#include "model/node/software.h"
#include "model/node/synthetic.h"
#include "nic/nic_params.h"
#include "sim/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { CONFIG_AUTO = -1 }; // of a *_cycles value: "auto" or "none"

enum config_backend { BACKEND_REF, BACKEND_RTL, BACKEND_LOCKSTEP, BACKEND_RTL_WHOLE, BACKEND_NUM };
enum config_workload { WORKLOAD_SYNTHETIC, WORKLOAD_TRACE, WORKLOAD_PACKETS, WORKLOAD_NUM };
enum config_model { MODEL_IDEAL, MODEL_FULL, MODEL_NUM };

// Where a parameter was given.
struct config_given {
    char *where; // "FILE:LINE" or the option; NULL: it has its default
    char *path;  // paths: as written, before it was taken relative to the file's folder
};

struct config {
    struct config_given *given; // [number of parameters]

    // fabric.topology: {kind, nodes | dims | n}
    struct topology_spec topology;

    // fabric.router
    enum switching switching;
    struct router_design design;
    char *routing;         // "auto" or a name of routing_algorithms
    uint32_t vcs;          // 1..8
    uint32_t classes;      // 1..4
    bool by_flow;          // vc_choice: any | by-flow
    uint32_t buffer_flits; // 1..64
    uint32_t flit_bits;    // 16..512

    struct circuit_params circuit; // fabric.circuit

    // fabric.channel
    uint32_t channel_latency_cycles;  // 1..1000
    uint32_t terminal_latency_cycles; // 1..1000
    int64_t ejection_latency_cycles;  // 1..1000, or CONFIG_AUTO
    double drop_rate, corrupt_rate;   // 0..1, fabric.channel.faults

    // fabric.packet
    uint32_t max_flits;    // header included
    uint32_t header_flits; // flits of a packet that carry no data of the message

    // fabric.terminal
    double stall_probability; // 0..0.99: of a terminal not consuming in a cycle

    enum fabric_model fabric_model;
    enum ideal_rules ideal_rules;  // fabric.ideal
    uint32_t ideal_cycles_per_hop; // 1..1000000
    struct {
        double latency_ns, overhead_ns, gap_ns;       // L, o, g
        double gap_ns_per_byte, overhead_ns_per_byte; // G, O
    } loggops;                                        // fabric.ideal, under its rules

    double fabric_clock_hz;
    enum config_backend backend;
    bool allow_deadlock; // run although the proof of deadlock freedom fails
    bool skip_idle;      // leave out routers that cannot change; never changes results

    // workload
    enum config_workload workload;
    char *path;                     // trace, packets
    char *format;                   // trace: "auto" or a format
    double compute_scale;           // trace: factor of compute amounts
    uint64_t eager_bytes;           // trace: messages of this size and more use rendezvous
    uint64_t unexpected_bytes;      // trace: kept at a rank before their receive; 0: any number
    bool sends_until_received;      // trace: send_until: sent | received
    enum netrace_mode netrace_mode; // workload.netrace
    int64_t netrace_region;         // 0.., or CONFIG_AUTO: all
    uint64_t priority_bytes; // trace: messages of fewer bytes are of the highest traffic class
    // trace: algorithms of collectives as the text of model/node/collective_rules.h; NULL: as
    // collectives_auto says, those that MPICH would choose, or the default
    char *collectives[COLLECTIVE_NUM_KINDS];
    bool collectives_auto; // preset: first | auto
    char *rpc_interface;   // trace: file of the procedures that it calls, or NULL
    struct rpc_params rpc; // what is not a number there is not looked at
    char *pattern;         // synthetic
    bool include_self;
    double rate_flits_per_node_cycle; // 0..1
    struct synthetic_length *lengths; // packet_flits: N or a list of {flits, weight, class}
    uint32_t num_lengths;
    bool bursty;                            // process: bernoulli | bursty
    double burst_cycles;                    // bursty: mean length of a burst
    double burst_rate_flits_per_node_cycle; // bursty: rate within a burst, rate..1
    uint32_t *hotspots;                     // nodes
    uint32_t num_hotspots;
    double hotspot_fraction; // of packets that go to a hotspot
    char *permutation;       // file: destination of node i in line i; NULL: random, by the seed
    char *matrix;            // file: num_nodes x num_nodes weights

    // run
    uint64_t seed;
    int64_t warmup_cycles; // or CONFIG_AUTO
    uint64_t measure_cycles;
    int64_t drain_cycles; // or CONFIG_AUTO: as long as the measured window
    int64_t max_cycles;   // or CONFIG_AUTO: none
    bool slice;           // reaching max_cycles is a success
    uint64_t watchdog_cycles;
    uint32_t threads; // of a run, or under --vary runs at a time; 0: auto; never changes results

    // nodes
    enum config_model node_model;
    double node_clock_hz; // 0: auto
    uint32_t ranks_per_node;
    enum mapping_policy mapping;
    char *mapping_file;
    struct software_params software;     // but for copies:
    int64_t send_copies, receive_copies; // or CONFIG_AUTO
    char *node_groups;                   // see config_groups.h
    struct node_params node;
    struct nic_params nic;
    uint32_t driver_send_slots, driver_receive_slots; // of rings
    uint32_t driver_piece_bytes, driver_pio_bytes;
    bool lives; // nodes.life
    bool driver_checksum;

    // Not a key: packets that messages are cut into are at most this long; 0: by max_flits and
    // buffer_flits alone. Set by --vary, so that runs with different switching cut alike.
    uint32_t cut_flits;
};

// All parameters at their defaults.
bool config_default(struct config *config, struct err *err);
void config_free(struct config *config);

// Makes `to` a copy of its own. False if out of memory; then there is nothing to free.
bool config_copy(struct config *to, const struct config *from, struct err *err);

// Reads a YAML file ("-" is standard input) over what is there. Errors name file:line, key and the
// nearest valid key or value.
bool config_read(struct config *config, const char *path, struct err *err);

// The same of YAML text, which errors call `name`; relative paths start from the working directory.
bool config_read_text(struct config *config, const char *text, const char *name, struct err *err);

// Applies "KEY=VALUE" (dotted path, any YAML value; `from` names the option in errors).
bool config_set(struct config *config, const char *assignment, const char *from, struct err *err);

// Splits "KEY=LIST": copies the key, `*items` gets the YAML text of each value and `*num` their
// number (1..). The caller frees the items and the array.
bool config_list(const char *assignment, const char *from, char *key, size_t size, char ***items,
                 size_t *num, struct err *err);

// Refuses a dotted key that is neither a parameter nor a section, as config_set would.
bool config_known(const char *key, const char *from, struct err *err);

// Checks what concerns several parameters at once, after all have been read.
bool config_check(const struct config *config, struct err *err);

// The part of config_check that does not look at the workload.
bool config_check_network(const struct config *config, struct err *err);

// What config_check looks at where packets come from who uses the fabric: neither workload nor
// nodes.
bool config_check_fabric(const struct config *config, struct err *err);

// Where the parameter `key`, or the first one below it, was given: "FILE:LINE" or the option. NULL:
// it has its default.
const char *config_where(const struct config *config, const char *key);

// Refuses a parameter with ERR_CONFIG: "FILE:LINE: KEY: ..." if it was given, "KEY: ..." if it has
// its default. Of a group ("fabric.topology") the first given key below it tells the place. Always
// returns false.
bool config_refuse(const struct config *config, const char *key, struct err *err,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

// Latency of channels from router to node.
static inline uint32_t config_ejection_latency_cycles(const struct config *config)
{
    return config->ejection_latency_cycles == CONFIG_AUTO
               ? config->terminal_latency_cycles
               : (uint32_t)config->ejection_latency_cycles;
}

// The fabric is a model of hosts and messages, without packets.
static inline bool config_is_loggops(const struct config *config)
{
    return config->fabric_model == FABRIC_IDEAL && config->ideal_rules == IDEAL_LOGGOPS;
}

// Clock of the processors.
static inline double config_node_clock_hz(const struct config *config)
{
    double automatic_hz = config->node_model == MODEL_FULL ? 2.4e9 : 1e9;
    return config->node_clock_hz > 0 ? config->node_clock_hz : automatic_hz;
}

// Builds the topology; what is wrong with it is told with the place where it was given. NULL on
// failure. The caller frees it, before the configuration.
struct topology *config_topology(const struct config *config, struct err *err);

// Longest packet that messages are cut into: at most max_flits, what a buffer takes where packets
// are buffered whole, and cut_flits if that is given.
uint32_t config_cut_flits(const struct config *config);

// Longest packet that the head flit has to be able to tell: max_flits, or the longest of a mix of
// lengths if that is longer.
uint32_t config_longest_flits(const struct config *config);

// The resolved configuration, only keys that can change results. The caller owns it.
json_t *config_echo(const struct config *config);

// The files that the run would read, as it would open them. The caller owns the list.
json_t *config_inputs(const struct config *config);

// The table of all keys with type, range, unit, default and meaning, for help texts.
void config_help(FILE *to);

#endif
