// SPDX-License-Identifier: Apache-2.0
// A network interface card: registers and doorbells, rings of descriptors in memory, DMA channels
// or programmed I/O, on-board RAM, and stages that cut, check and put together. nic_layout.h is
// what its software sees.
//
// A message by DMA, and what its time is the sum of; each part begins with the end of the one
// before, in the same cycle:
//   doorbell_cycles   from the write of the send ring's producer to asking for the descriptor
//   1, bus            it is asked for in the next cycle; it is read
//   handler send      once a message
//   (grants)          a request and a grant, without payload: handler protocol, network,
//                     link_cycles, handlers demultiplex and protocol, each
//   handler protocol  once a packet, when there is on-board RAM for it
//   dma_startup_cycles  the first request of a channel is ready so long after it took the packet
//   bus               the last byte is read
//   handler checksum  if the list has NIC_CHECKSUM
//   handler reliable  if delivery is; and again, behind a time-out, each time that it goes
//   network           from nic_net.send to nic_arrived
//   link_cycles
//   handler reliable, as above
//   handlers demultiplex, checksum, protocol
//   dma_startup_cycles  a receive list has been read before
//   bus               the last byte is written
//   handler deliver   once a message, when those before it in its flow are delivered
//   1, bus            the completion is written
// Programmed I/O: the write of NIC_PIO_SEND begins with the handler protocol, and has no DMA; the
// receiver's window has the message at the end of the handler deliver.
// nic_life.h has the same as parts that are noted for each message, with what it waits between
// them. Handlers take one packet or message at a time, first come first served: fixed hardware has
// a unit for each (going out and coming in apart), the network processor is one unit that runs all,
// in cycles of its own clock.
//
// Packets go to the network in the order in which messages are cut, one message after another, from
// contexts in turn, but for those of a reliable card to others whose window is full. What the
// network calls (nic_offer, nic_left, nic_arrived) in cycle t is seen by the card in t + 1 or
// later, so it does not matter whether node or network comes first in a cycle. Leaves out: time of
// on-board RAM, a bound on the messages under reassembly. Owner: nic_new allocates, nic_free frees;
// net, store and bus outlive it. Pools grow while it runs; without memory for that, nic_failed is
// true and the run must end.
#ifndef ORDITO_NIC_NIC_H
#define ORDITO_NIC_NIC_H

#include "model/activity.h"
#include "model/mem_req.h"
#include "model/msg.h"
#include "nic/nic_params.h"
#include "nic/nic_stats.h"
#include "nic/nic_store.h"

// The network, as cards see it.
struct nic_net {
    // A packet is at its source queue; `message` of the spec is its handle in the store. The card
    // is told by nic_left when the packet's last flit has gone, and its on-board RAM with it,
    // unless it keeps that until the packet has come. One that is lost: nic_store_lose.
    void (*send)(struct nic_net *self, const struct packet_spec *spec, uint64_t cycle);
    // From `cycle` on, which is this or the next, there may be room at a card that refused an
    // offer. NULL: the network asks by itself.
    void (*room)(struct nic_net *self, uint32_t node, uint64_t cycle);
};

struct nic_config {
    struct nic_params params;
    uint32_t node;      // the card's
    uint32_t num_nodes; // of the machine, 1..
    uint64_t address;   // of its registers on the bus
    struct nic_net *net;
    struct nic_store *store;             // of params.max_payload_bytes
    const struct nic_life_timing *lives; // kept if the store does, too; NULL: none are
    struct activity_port activity;       // what channels and handlers do is told there
    // An interrupt for a context; or NULL.
    void (*interrupt)(void *context, uint32_t nic_context, uint64_t cycle);
    void *context;
};

struct nic;

// NULL with ERR_CONFIG (parameters, under `key`) or ERR_RUN (memory).
struct nic *nic_new(const struct nic_config *config, const char *key, struct err *err);
void nic_free(struct nic *self);

// Bytes of such a card, but for what pools grow to.
uint64_t nic_bytes(const struct nic_params *params);

// Its parts, to be put on the node's bus: the registers, and masters: number 0 reads descriptors
// and writes completions, the others are the DMA channels. And its own cycles.
struct mem_device *nic_device(struct nic *self);
uint32_t nic_num_masters(const struct nic *self);
struct mem_master *nic_master(struct nic *self, uint32_t idx);
struct mem_agent *nic_agent(struct nic *self);

// From the network. A packet whose head is at the card: true if on-board RAM is kept for it from
// now on; else its flits wait in the network, and it is offered again. While one waits, others are
// refused until it has been taken.
bool nic_offer(struct nic *self, uint32_t handle, uint64_t cycle);
// The last flit of a packet that was taken has come.
void nic_arrived(struct nic *self, uint32_t handle, uint64_t cycle);
// A packet has gone from its source queue.
void nic_left(struct nic *self, uint32_t handle, uint64_t cycle);

// For the owner of the card in a machine without an operating system: registers a range of memory
// for a context, and opens it. As by NIC_CARD_RANGE_REGISTER and NIC_CARD_OPEN. False if there is
// no such context or range.
bool nic_open(struct nic *self, uint32_t context, uint32_t range, uint64_t address, uint64_t bytes);

// The life of the message whose completion has this index in the ring of a context, until the ring
// has gone round; and of the oldest message in the window. False if there is none, or lives are not
// kept, or the message was not whole.
bool nic_life(const struct nic *self, uint32_t context, uint32_t completion_index,
              struct nic_life *life);
bool nic_life_of_window(const struct nic *self, uint32_t context, struct nic_life *life);

// True if nothing is on the card and nothing of it on the bus or in source queues.
bool nic_idle(const struct nic *self);
bool nic_failed(const struct nic *self);

// Counters since nic_new; what lasts is counted up to `cycle`.
struct nic_stats nic_stats(const struct nic *self, uint64_t cycle);

#endif
