// SPDX-License-Identifier: Apache-2.0
// The machine of a run: topology, routing with its proof, routers, terminals and workload, made
// from a configuration in the order in which the first fault is the most telling.
//
// Owner: machine_make allocates, machine_free frees, also after machine_make has failed.
#ifndef ORDITO_SIM_MACHINE_H
#define ORDITO_SIM_MACHINE_H

#include "model/net/deadlock.h"
#include "model/net/fabric.h"
#include "model/node/packets.h"
#include "model/node/workload.h"
#include "sim/config.h"
#include "sim/memory.h"
#include "sim/run.h"
#include "traces/mem_trace.h"
#include "traces/netrace.h"
#include "traces/trace.h"

struct machine {
    struct router_rtl rtl; // what is asked of RTL; set before machine_make
    struct topology *topology;
    struct routing *routing;
    const char *routing_name;
    struct deadlock_proof proof;
    const struct router_ops *ops; // of the back end; NULL: there are no routers
    const char *backend;          // its name
    bool internals_known;         // of channels and routers
    struct fabric *fabric;
    struct trace *trace;                 // of a parallel program, or
    struct mem_trace *memory;            // of references to memory, or
    struct netrace *netrace;             // of packets with dependencies
    struct rpc_interface *rpc_interface; // that the trace calls, or NULL
    struct packets_file packets_file;
    struct workload *workload;
    double *node_clocks_hz;       // [num_nodes]
    struct mapping_place *places; // of ranks on ideal nodes; NULL: rank i on node i
    bool computers;               // it is one of computers.h
    FILE *lives_to;               // lives of messages are written there; set before machine_make
    struct timeline *timeline;    // likewise: who looks on, or NULL
    uint32_t packet_flits_max;    // longest packet of the workload
};

// What `outputs` asks for in place of what is configured (back end, shuffling) is heeded.
bool machine_make(struct machine *self, const struct config *config,
                  const struct run_outputs *outputs, fabric_delivered_fn *delivered,
                  fabric_flit_fn *flit_ejected, void *context, struct err *err);
void machine_free(struct machine *self);

// A machine without a workload: whoever calls fabric_send, for packets of at most packet_flits_max
// flits, is it. `nodes` may be NULL.
bool machine_make_bare(struct machine *self, const struct config *config,
                       const struct fabric_nodes *nodes, fabric_delivered_fn *delivered,
                       fabric_flit_fn *flit_ejected, void *context, struct err *err);

// Fills what a trace's program, and the computers that execute it, say of themselves.
void machine_application(const struct machine *self, struct run_result *result);

// When each rank of its program ended. False if out of memory.
bool machine_detail(const struct machine *self, struct run_detail *detail, struct err *err);

// Its workload, in machine_workload.c: opens what it reads, and finds out how long its packets get;
// makes it, once there is a topology; and bytes that it will take, in between.
bool machine_open_workload(struct machine *self, const struct config *config, struct err *err);
bool machine_make_workload(struct machine *self, const struct config *config, struct err *err);
uint64_t machine_workload_bytes(const struct machine *self, const struct config *config);

// What a machine over this topology will take of memory. False with `err` if it cannot be made.
bool machine_estimate(struct topology *topology, const struct config *config,
                      struct memory_estimate *memory, struct err *err);

// The parts of machine_make that need no workload, in this order: the topology; and routing with
// its proof, after a look at the memory that the machine will need, where `longest_flits` is what
// the head flit must be able to tell.
bool machine_make_topology(struct machine *self, const struct config *config, struct err *err);
bool machine_make_routing(struct machine *self, const struct config *config, uint32_t longest_flits,
                          struct err *err);

// Parameters of a fabric for a network that has been made.
struct fabric_params machine_fabric_params(struct machine *self, const struct config *config,
                                           fabric_delivered_fn *delivered,
                                           fabric_flit_fn *flit_ejected, void *context);

#endif
