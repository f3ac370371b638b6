// SPDX-License-Identifier: Apache-2.0
// All cards flood each other with the least on-board RAM: nothing locks up, nothing is lost.
#include "tests/nic_rig.h"

#include <criterion/criterion.h>

enum { NODES = 6, MESSAGES = 12, MAX_BYTES = 700, MAX_LISTS = 8, BUFFERS = 512 };

struct flooder {
    struct nic_host host;
    uint32_t begun;
    uint32_t received[NODES];
    uint32_t num_received;
    uint32_t lists; // posted; list i has the buffer i modulo BUFFERS
};

// The number and length of message k from one node to another.
static uint64_t name(uint32_t from, uint32_t to, uint32_t k)
{
    return (uint64_t)from << 32 | to << 16 | k;
}

static uint32_t length(uint64_t message)
{
    return 1 + (uint32_t)(rng_mix(message) % MAX_BYTES);
}

static void post(struct flooder *self)
{
    nic_host_post(&self->host, self->host.base + NIC_RIG_BUFFERS + (self->lists++ % BUFFERS) * 4096,
                  MAX_BYTES);
}

static void take(struct flooder *self)
{
    struct nic_completion completion;
    while (nic_host_poll(&self->host, &completion)) {
        uint32_t k = self->received[completion.node]++;
        uint64_t message = name(completion.node, self->host.node, k);
        uint64_t address = self->host.base + NIC_RIG_BUFFERS + (completion.index % BUFFERS) * 4096;
        cr_assert_eq(completion.status, NIC_OK, "status %u", completion.status);
        cr_assert_eq(completion.tag, message);
        cr_assert_eq(completion.length, length(message));
        cr_assert(nic_host_holds(&self->host, address, completion.length, message, 0));
        self->num_received++;
        post(self);
    }
}

// Every node sends to all others in turn, as fast as its ring takes them.
static void send(struct flooder *self)
{
    while (self->begun < MESSAGES * (NODES - 1) &&
           self->host.sent - nic_host_shadow(&self->host, 0) < self->host.sizes[0]) {
        uint32_t to = (self->host.node + 1 + self->begun % (NODES - 1)) % NODES;
        uint64_t message = name(self->host.node, to, self->begun / (NODES - 1));
        uint64_t address = self->host.base + 2 * NIC_RIG_BUFFERS + self->begun * 1024;
        nic_host_fill(&self->host, address, length(message), message);
        nic_host_send(&self->host, to, 0, address, length(message), NIC_CHECKSUM, message);
        self->begun++;
    }
}

// Messages that arrived of those that all nodes sent, before nothing moved any more, and when.
static uint32_t flood_until(const struct nic_rig_spec *spec, uint32_t lists, uint64_t *end_cycle)
{
    struct nic_rig *rig = nic_rig_new(spec);
    struct flooder flooders[NODES] = {0};
    const uint32_t sizes[3] = {16, MAX_LISTS,
                               spec->nic.grants     ? 2
                               : spec->nic.reliable ? 2 * NIC_MAX_SENDS // and lists
                                                    : MAX_LISTS};
    uint64_t full_cycles = 0;
    uint32_t received = 0;
    for (uint32_t i = 0; i < NODES; i++) {
        flooders[i].host = nic_host_make(rig, i, 0, sizes, i, 0);
        while (flooders[i].lists < lists)
            post(&flooders[i]);
        send(&flooders[i]);
    }
    while (nic_rig_step(rig))
        for (uint32_t i = 0; i < NODES; i++) {
            take(&flooders[i]);
            send(&flooders[i]);
        }
    for (uint32_t i = 0; i < NODES; i++) {
        struct nic_stats stats = nic_rig_stats(rig, i);
        received += flooders[i].num_received;
        cr_expect_leq(stats.max_in_ram_bytes, spec->nic.in_ram_bytes);
        cr_expect_leq(stats.max_out_ram_bytes, spec->nic.out_ram_bytes);
        full_cycles += stats.in_full_cycles;
    }
    if (received == NODES * MESSAGES * (NODES - 1)) {
        for (uint32_t i = 0; i < NODES; i++)
            cr_expect(nic_idle(rig->nics[i]));
        cr_expect_eq(rig->store.num_used, 0);
    }
    cr_expect_gt(full_cycles, 0);
    *end_cycle = rig->now;
    nic_rig_free(rig);
    return received;
}

static uint32_t flood(const struct nic_rig_spec *spec, uint32_t lists)
{
    uint64_t end_cycle;
    return flood_until(spec, lists, &end_cycle);
}

static struct nic_rig_spec least_ram(void)
{
    struct nic_rig_spec spec = {.num_nodes = NODES, .nic = nic_default_params};
    struct nic_params *p = &spec.nic;
    p->max_payload_bytes = 128;
    p->out_ram_bytes = p->in_ram_bytes = nic_packet_ram_bytes(p, p->max_payload_bytes);
    return spec;
}

enum { ALL = NODES * MESSAGES * (NODES - 1) };

// In order, a list for each of the others is enough: each sends one message at a time.
Test(nic_flood, of_cards_with_the_least_ram_neither_locks_up_nor_loses_a_packet)
{
    struct nic_rig_spec spec = least_ram();
    for (spec.depth = 1; spec.depth <= 3; spec.depth++)
        for (uint32_t processor = 0; processor < 2; processor++)
            for (uint32_t channels = 1; channels <= 2; channels++) {
                spec.nic.processor = processor;
                spec.nic.num_channels = channels;
                spec.nic.arbitration = spec.depth % NIC_NUM_ARBITRATIONS;
                cr_expect_eq(flood(&spec, NODES - 1), ALL);
            }
}

// The smallest rings, too.
Test(nic_flood, with_grants_needs_but_one_receive_list_in_whatever_order_packets_come)
{
    struct nic_rig_spec spec = least_ram();
    spec.nic.grants = true;
    for (spec.seed = 1; spec.seed <= 4; spec.seed++)
        for (spec.depth = 1; spec.depth <= 5; spec.depth += 2)
            for (uint32_t jitter = 0; jitter < 2; jitter++) {
                spec.jitter_cycles = jitter * 700;
                spec.nic.processor = spec.seed % 2;
                cr_expect_eq(flood(&spec, 1), ALL);
            }
}

// The least of all, over networks that lose packets and in which they overtake each other. Without
// grants a list for each of the others is enough, as cards take in order what has no place.
Test(nic_flood, over_a_network_that_loses_packets_neither_locks_up_nor_loses_a_message)
{
    struct nic_rig_spec spec = least_ram();
    spec.nic.reliable = NIC_RELIABLE_NIC;
    spec.nic.max_retries = 1000;
    for (spec.seed = 1; spec.seed <= 12; spec.seed++) {
        spec.depth = 1 + (uint32_t)spec.seed % 3;
        spec.drop_rate = 0.3 * (double)(spec.seed % 4) / 3;
        spec.damage_rate = 0.3 * (double)(spec.seed % 3) / 2;
        spec.jitter_cycles = spec.seed % 2 * 700;
        spec.nic.grants = spec.seed % 5 < 3;
        // Several packets under way, so that some may come before those that were sent before them.
        spec.nic.out_ram_bytes = spec.nic.in_ram_bytes * (spec.nic.grants ? 1 : 8);
        spec.nic.retransmit_timeout_cycles = spec.seed % 7 ? 4000 : 1;
        spec.nic.retransmit_window = spec.seed % 6 ? 32 : 1;
        spec.nic.processor = spec.seed % 3 == 1;
        cr_expect_eq(flood(&spec, spec.nic.grants ? 1 : NODES - 1), ALL, "seed %u",
                     (unsigned)spec.seed);
    }
}

// What grants are for: the first packets of others keep the rest of a message out.
Test(nic_flood, without_grants_locks_up_on_one_receive_list)
{
    struct nic_rig_spec spec = least_ram();
    spec.depth = 2;
    cr_expect_lt(flood(&spec, 1), ALL);
}

Test(nic_flood, takes_as_long_whether_network_or_nodes_come_first_in_a_cycle)
{
    for (uint32_t grants = 0; grants < 2; grants++) {
        struct nic_rig_spec spec = least_ram();
        uint64_t end_cycles[2];
        spec.nic.grants = grants;
        spec.nic.dma_startup_cycles = 1;
        for (spec.depth = 1; spec.depth < 8; spec.depth++) {
            for (uint32_t i = 0; i < 2; i++) {
                spec.net_first = i;
                cr_expect_eq(flood_until(&spec, NODES - 1, &end_cycles[i]), ALL);
            }
            cr_expect_eq(end_cycles[0], end_cycles[1]);
        }
    }
}
