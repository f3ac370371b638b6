// SPDX-License-Identifier: Apache-2.0
// Full nodes: a workload in which programs are executed by the computers of node.h. mapping.h says
// where ranks run; nodes without a program have no computer.
//
// Programs: a trace of references to memory (one, on core 0 of node 0), or the ranks of a trace of
// an MPI program (mpi.h), which the software on each core (software.h) runs as processes: the cores
// execute their computing and accesses to memory, and all that software does to send and receive
// their messages by the node's network interface card (driver.h).
//
// Where things are in a node's memory: registers of the card from the end of memory on, or from
// 2^46 on if all addresses are memory; the driver's rings and buffers behind 3 * 2^44, or at the
// end of memory; buffers of messages that have no address, behind 2^45, or at address 0.
//
// The time of a message from memory to memory, from the rank's wish to send to its receiver's going
// on, is on quiet nodes the sum of these, each of which begins with the end of the one before, and
// of what software.h's costs and copies add between (life.h has all parts):
//   stores of the descriptor   four, by the core, which follow each other if the cache has the line
//   doorbell                   a store of a register over the bus, and the card's latency
//   card, bus, network, card   nic.h has the list; the descriptor is read from the core's cache
//   completion                 is written over the bus, which wakes who polls in that cycle,
//   interrupt                  or interrupts; then it takes so long to enter the handler
//   status and flags           a load that misses, behind the card's write in the memory
//   tag                        a load that hits
//   interrupt                  flags again: the handler sees that there is no more
// By programmed I/O the card's part begins with the last of the stores of registers, which follow
// each other at the distance of a doorbell and a cycle.
//
// Messages that wait for a list of the receive ring take on-board RAM. For sure no flood locks up
// if cards ask first (nodes.nic.grants) and nothing goes by programmed I/O, which does not; or if a
// flow keeps its order (fabric.router.vc_choice by-flow, routing that does not adapt) and three
// quarters of the receive ring are a list or more for each rank that sends; the configuration
// refuses what is neither (sim/machine_workload.c). Where channels lose packets, cards have to
// deliver reliably (nodes.nic.reliable), and then keep the order themselves.
//
// Timing: what happens in node cycle n belongs to the fabric's cycle floor(n * fabric / node) of
// the ratio of the clocks, which simulates it. A computer that no other can reach is simulated in
// long strides, which changes nothing but the speed.
// Owner: traces belong to the caller and outlive the workload.
#ifndef ORDITO_MODEL_NODE_COMPUTERS_H
#define ORDITO_MODEL_NODE_COMPUTERS_H

#include "model/node/clock.h"
#include "model/node/life.h"
#include "model/node/mapping.h"
#include "model/node/mpi.h"
#include "model/node/node.h"
#include "model/node/software.h"
#include "nic/nic.h"
#include "traces/mem_trace.h"

struct computers_params {
    struct node_params node;
    struct nic_params nic; // line_bytes is not looked at
    uint32_t send_slots;   // of the driver's rings
    uint32_t receive_slots;
    uint32_t piece_bytes; // of the driver's buffers
    uint32_t pio_bytes;   // messages up to this long go by programmed I/O
    struct software_params software;
    bool checksum;                // messages have one
    bool lives;                   // what each message waits for is kept (life.h), and counted,
    FILE *lives_to;               // and written there; or NULL
    struct activity_watch *watch; // who is told what all parts do, of lives, too; or NULL
    uint32_t num_nodes;
    uint32_t ranks_per_node;      // at most
    enum mapping_policy mapping;  // of ranks to nodes and cores
    const char *mapping_path;     // of a file that says
    const double *node_clocks_hz; // [num_nodes]
    double fabric_clock_hz;
    uint64_t seed;
    uint64_t end_cycle;           // of the fabric: nothing from here on is simulated
    struct mem_trace *memory;     // the program, or NULL:
    const struct mpi_params *mpi; // ranks of this one, with `machine` to be filled in
};

// Bytes of so many ranks' computers, with the driver's buffers in use.
uint64_t computers_bytes(const struct computers_params *params, uint32_t num_ranks);

// NULL on failure: ERR_CONFIG (clocks, as `nodes.clock_hz`; the card, as `nodes.nic`; the program),
// ERR_RUN.
struct workload *computers_new(const struct computers_params *params, struct err *err);

// Who asks for the bus.
enum computers_master { MASTER_L1D, MASTER_L1I, MASTER_NIC, MASTER_DMA, MASTER_NUM };

// Sums over all computers; cycles are those of the nodes.
struct computers_stats {
    uint64_t computers;
    uint64_t cycles; // from the start to the end of the last program, or to `cycle`, all together
    struct core_stats core;
    struct cache_stats l1d, l1i;
    struct l2_stats l2;
    struct bus_stats bus;
    struct mem_master_stats masters[MASTER_NUM];
    struct mem_stats mem;
    struct nic_stats nic;
    struct nic_channel_stats channels; // of all DMA channels
    uint64_t channel_cycles;           // `cycles`, for each DMA channel
    double bus_use_max;                // share of time of data on the bus, of the busiest computer
    uint64_t driver_errors;            // completions with a status other than NIC_OK
    struct software_stats software;
    struct life_stats life; // all 0 if lives are not kept
};

// In the fabric's cycle `cycle`, before which all has been simulated.
void computers_stats(const struct workload *self, uint64_t cycle, struct computers_stats *stats);

// What the fabric is to ask and tell the computers.
const struct fabric_nodes *computers_nodes(struct workload *self);

// As nic_life, of the card of a node.
bool computers_life(const struct workload *self, uint32_t node, uint32_t context,
                    uint32_t completion_index, struct nic_life *life);

// Of the MPI program, if it is one.
struct mpi_stats computers_mpi_stats(const struct workload *self);

// As mpi_tell.
void computers_tell(struct workload *self, uint64_t cycle);

const char *computers_first_touch(const struct workload *self);
// The fabric's cycle in which a rank of it has ended; UINT64_MAX if it has not.
uint64_t computers_end_cycle(const struct workload *self, uint32_t rank);

// The fabric's cycle in which the last program has ended; UINT64_MAX if some have not.
uint64_t computers_makespan_cycles(const struct workload *self);

#endif
