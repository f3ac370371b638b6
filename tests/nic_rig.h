// SPDX-License-Identifier: Apache-2.0
// Nodes with network interface cards, joined by a network of tests' own, and drivers that take no
// time: they act between cycles, on the content of memory and on registers.
#ifndef ORDITO_TESTS_NIC_RIG_H
#define ORDITO_TESTS_NIC_RIG_H

#include "model/node/node.h"
#include "nic/nic.h"
#include "sim/rng.h"

enum {
    NIC_RIG_MAX_NODES = 16,
    NIC_RIG_MAX_PACKETS = 1024, // at a source, or towards a destination
    NIC_RIG_CONTEXT_BYTES = 1 << 24,
    NIC_RIG_BUFFERS = 1 << 22, // where buffers may begin, from the context's memory
};

#define NIC_RIG_REGISTERS (UINT64_C(1) << 40)

// A network: a source puts a flit a cycle on a channel of its own as long as there are less than
// `depth` packets on the way to the destination, which gets them `latency_cycles`, and up to
// `jitter_cycles` more, after they have left, and offers them one after the other.
struct nic_rig_way {
    uint32_t num_out, num_in;
    uint32_t out[NIC_RIG_MAX_PACKETS], in[NIC_RIG_MAX_PACKETS];
    uint64_t out_cycles[NIC_RIG_MAX_PACKETS]; // from which it may go
    uint64_t in_cycles[NIC_RIG_MAX_PACKETS];  // of arrival, ascending
    uint32_t num_on_way;                      // towards it, or at it
    uint64_t sent_cycle;                      // out[0] has left; MEM_NEVER: it waits
    uint64_t room_cycle;                      // in[0] may be offered
};

struct nic_rig_spec {
    uint32_t num_nodes; // 0: 2
    struct nic_params nic;
    struct node_params node; // cores 0: nic_rig_node_params
    uint32_t latency_cycles; // 0: 10
    uint32_t jitter_cycles;
    bool net_first;                // of a cycle, before the nodes, which changes nothing
    uint32_t depth;                // 0: no bound
    uint32_t corrupt_every;        // 0: none; every so many packets loses a bit
    double drop_rate, damage_rate; // of packets
    uint64_t drop_set, damage_set; // of the first 64 that leave, a bit each
    bool lives;                    // are kept
    uint64_t seed;
};

struct nic_rig {
    struct nic_net net; // the first member
    struct nic_rig_spec spec;
    struct node *nodes[NIC_RIG_MAX_NODES];
    struct nic *nics[NIC_RIG_MAX_NODES];
    struct nic_rig_way ways[NIC_RIG_MAX_NODES];
    struct nic_store store;
    struct nic_life_timing life_timing;
    struct rng rng;
    uint64_t now; // all before is done
    uint64_t num_packets, num_left;
    uint64_t net_cycle; // of the network's next event
    uint32_t num_interrupts[NIC_RIG_MAX_NODES][NIC_MAX_CONTEXTS];
    uint64_t interrupt_cycle; // of the last
    struct nic_rig_line {
        struct nic_rig *rig;
        uint32_t node;
    } lines[NIC_RIG_MAX_NODES];
};

// One core that does nothing, L1 only, a bus of 16 bytes at the node's clock, memory whose only row
// is 1 Mbyte a bank and is never refreshed.
struct node_params nic_rig_node_params(void);

struct nic_rig *nic_rig_new(const struct nic_rig_spec *spec);

// The default card with so many contexts, and rings of 8 slots for software on it.
struct nic_rig *nic_rig_of(uint32_t contexts);
extern const uint32_t nic_rig_ring_sizes[3];
void nic_rig_free(struct nic_rig *self);

// Simulates the next cycle in which something happens; false if there is none.
bool nic_rig_step(struct nic_rig *self);
// All that happens before a cycle, which is now then.
void nic_rig_run_to(struct nic_rig *self, uint64_t cycle);
// Until nothing happens any more; fails the test after so many cycles.
void nic_rig_run(struct nic_rig *self, uint64_t max_cycles);

// Registers, now.
uint64_t nic_rig_read(struct nic_rig *self, uint32_t node, uint64_t offset);
void nic_rig_write(struct nic_rig *self, uint32_t node, uint64_t offset, uint64_t value);
static inline uint64_t nic_rig_at(uint32_t context, uint64_t offset)
{
    return (uint64_t)(context + 1) * NIC_PAGE_BYTES + offset;
}

struct nic_stats nic_rig_stats(const struct nic_rig *self, uint32_t node);

// Errors of a status that node 0's card has counted.
uint64_t nic_rig_errors(const struct nic_rig *self, enum nic_status status);

// The driver of a context, whose memory is NIC_RIG_CONTEXT_BYTES from `base` on.
struct nic_host {
    struct nic_rig *rig;
    uint32_t node, context;
    uint64_t base;
    uint64_t rings[3]; // addresses
    uint32_t sizes[3];
    uint32_t sent, posted; // producers
    uint32_t completed;    // consumer
};

// Sets up, opens and enables a context with rings of these sizes. `shift` moves the rings by so
// many times NIC_RING_ALIGN_BYTES.
struct nic_host nic_host_make(struct nic_rig *rig, uint32_t node, uint32_t context,
                              const uint32_t sizes[3], uint32_t shift, uint64_t control);

// Puts a descriptor into the ring, without telling the card.
void nic_host_put_send(struct nic_host *self, const struct nic_send_descriptor *descriptor);
void nic_host_put_receive(struct nic_host *self, const struct nic_receive_descriptor *descriptor);
void nic_host_ring_send(struct nic_host *self);
void nic_host_ring_receive(struct nic_host *self);

// One piece, and the doorbell.
void nic_host_send(struct nic_host *self, uint32_t node, uint32_t context, uint64_t address,
                   uint32_t bytes, uint32_t flags, uint64_t tag);
void nic_host_post(struct nic_host *self, uint64_t address, uint32_t bytes);

// What the card has written of its indices.
uint32_t nic_host_shadow(const struct nic_host *self, uint32_t ring);

// Takes the next completion, by its phase; false if there is none.
bool nic_host_poll(struct nic_host *self, struct nic_completion *completion);
// The same, which must be there, of this status.
struct nic_completion nic_host_expect(struct nic_host *self, enum nic_status status);

// Content of memory: bytes of a stream named by `key`.
void nic_host_fill(const struct nic_host *self, uint64_t address, uint32_t bytes, uint64_t key);
bool nic_host_holds(const struct nic_host *self, uint64_t address, uint32_t bytes, uint64_t key,
                    uint32_t skipped);

#endif
