// SPDX-License-Identifier: Apache-2.0
#include "model/net/ideal.h"
#include "model/net/route_spread.h"

#include <stdlib.h>

const char *const ideal_rules_names[IDEAL_NUM_RULES] = {
    [IDEAL_NETRACE] = "netrace",
    [IDEAL_LOGGOPS] = "loggops",
};

// A packet on its way.
struct arrival {
    uint64_t cycle; // in which it is due
    uint64_t order; // of its injection: 0, 1, ...
    uint32_t handle;
};

struct ideal_node {
    uint32_t first, last; // queue of packets created; MSG_NONE if it is empty
    struct arrival *heap; // [cap]: those due here, the first to come at the root
    uint32_t num;
    uint32_t cap;
};

struct ideal {
    const struct fabric_params *params;
    struct packet_pool *pool;
    struct ideal_node *nodes; // [num_nodes]
    uint64_t *sending;        // bits of nodes whose queue is not empty
    uint64_t *receiving;      // bits of nodes to which packets are on their way
    uint32_t num_words;       // of these
    uint32_t *hops;           // [num_routers * num_routers], or NULL: by closed form
    uint64_t num_injected;
    struct fabric_class_counters classes[ROUTER_MAX_CLASSES];
};

// --- making one ---------------------------------------------------------------------------------

// Distances of all routers from each other.
static bool measure(struct ideal *self, struct err *err)
{
    const struct topology *t = self->params->topology;
    size_t num = t->num_routers;
    if (num > IDEAL_MAX_ROUTERS)
        return err_set(err, ERR_CONFIG,
                       "fabric.model: ideal takes graphs, clusters and topologies with failed "
                       "parts of at most %d routers, and here are %zu",
                       IDEAL_MAX_ROUTERS, num);
    uint32_t *queue = malloc(num * sizeof *queue);
    self->hops = malloc(num * num * sizeof *self->hops);
    bool good = queue && self->hops;
    for (uint32_t r = 0; good && r < num; r++)
        spread_distances(t, r, self->hops + r * num, queue);
    free(queue);
    return good || err_set(err, ERR_RUN, "out of memory for distances of %zu routers", num);
}

static bool make(struct ideal *self, struct err *err)
{
    const struct topology *t = self->params->topology;
    self->num_words = (t->num_nodes + 63) / 64;
    self->nodes = calloc(t->num_nodes, sizeof *self->nodes);
    self->sending = calloc(self->num_words, sizeof *self->sending);
    self->receiving = calloc(self->num_words, sizeof *self->receiving);
    if (!self->nodes || !self->sending || !self->receiving)
        return err_set(err, ERR_RUN, "out of memory for %u nodes", t->num_nodes);
    for (uint32_t n = 0; n < t->num_nodes; n++)
        self->nodes[n].first = MSG_NONE;
    return t->kind->distance || measure(self, err);
}

struct ideal *ideal_new(const struct fabric_params *params, struct packet_pool *pool,
                        struct err *err)
{
    struct ideal *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->params = params;
    self->pool = pool;
    if (make(self, err))
        return self;
    ideal_free(self);
    return NULL;
}

void ideal_free(struct ideal *self)
{
    if (!self)
        return;
    for (uint32_t n = 0; self->nodes && n < self->params->topology->num_nodes; n++)
        free(self->nodes[n].heap);
    free(self->nodes);
    free(self->sending);
    free(self->receiving);
    free(self->hops);
    free(self);
}

// --- packets on their way -----------------------------------------------------------------------

static bool comes_before(struct arrival a, struct arrival b)
{
    return a.cycle != b.cycle ? a.cycle < b.cycle : a.order > b.order;
}

static bool push(struct ideal_node *node, struct arrival arrival, struct err *err)
{
    if (node->num == node->cap) {
        uint32_t cap = node->cap ? 2 * node->cap : 8;
        struct arrival *heap = realloc(node->heap, cap * sizeof *heap);
        if (!heap)
            return err_set(err, ERR_RUN, "out of memory for packets on their way");
        node->heap = heap;
        node->cap = cap;
    }
    uint32_t at = node->num++;
    for (; at > 0 && comes_before(arrival, node->heap[(at - 1) / 2]); at = (at - 1) / 2)
        node->heap[at] = node->heap[(at - 1) / 2];
    node->heap[at] = arrival;
    return true;
}

static uint32_t pop(struct ideal_node *node)
{
    uint32_t handle = node->heap[0].handle;
    struct arrival last = node->heap[--node->num];
    uint32_t at = 0;
    for (uint32_t child = 1; child < node->num; child = 2 * at + 1) {
        if (child + 1 < node->num && comes_before(node->heap[child + 1], node->heap[child]))
            child++;
        if (!comes_before(node->heap[child], last))
            break;
        node->heap[at] = node->heap[child];
        at = child;
    }
    node->heap[at] = last;
    return handle;
}

// --- a cycle ------------------------------------------------------------------------------------

static uint64_t bit_of(uint32_t node)
{
    return UINT64_C(1) << node % 64;
}

void ideal_enqueue(struct ideal *self, uint32_t handle)
{
    struct packet *packet = &self->pool->slots[handle];
    struct ideal_node *node = &self->nodes[packet->source];
    if (node->first == MSG_NONE)
        node->first = handle;
    else
        self->pool->slots[node->last].next = handle;
    node->last = handle;
    self->sending[packet->source / 64] |= bit_of(packet->source);
    struct fabric_class_counters *counters = &self->classes[packet->traffic_class];
    counters->packets_created++;
    counters->flits_created += packet->flits;
}

static uint32_t hops_of(const struct ideal *self, const struct packet *packet)
{
    const struct topology *t = self->params->topology;
    if (!self->hops)
        return t->kind->distance(t, packet->source, packet->destination);
    uint32_t from = t->node_port[packet->source] / t->radix;
    uint32_t to = t->node_port[packet->destination] / t->radix;
    return self->hops[(size_t)from * t->num_routers + to] + (t->indirect ? 2 : 0);
}

static bool inject(struct ideal *self, uint32_t n, uint64_t cycle, struct err *err)
{
    struct ideal_node *node = &self->nodes[n];
    uint32_t handle = node->first;
    struct packet *packet = &self->pool->slots[handle];
    node->first = packet->next;
    if (node->first == MSG_NONE)
        self->sending[n / 64] ^= bit_of(n);
    packet->injected_cycle = cycle;
    packet->hops = hops_of(self, packet);
    self->classes[packet->traffic_class].flits_injected += packet->flits;
    self->receiving[packet->destination / 64] |= bit_of(packet->destination);
    uint64_t hops = packet->hops > 0 ? packet->hops : 1;
    struct arrival arrival = {.cycle = cycle + hops * self->params->ideal_cycles_per_hop,
                              .order = self->num_injected++,
                              .handle = handle};
    return push(&self->nodes[packet->destination], arrival, err);
}

static void eject(struct ideal *self, uint32_t n, uint64_t cycle)
{
    struct ideal_node *node = &self->nodes[n];
    if (node->heap[0].cycle > cycle)
        return;
    uint32_t handle = pop(node);
    if (node->num == 0)
        self->receiving[n / 64] ^= bit_of(n);
    struct packet *packet = &self->pool->slots[handle];
    packet->ejected_cycle = cycle;
    self->classes[packet->traffic_class].flits_ejected += packet->flits;
    if (self->params->delivered)
        self->params->delivered(self->params->context, packet);
    packet_pool_give(self->pool, handle);
}

bool ideal_cycle(struct ideal *self, uint64_t cycle, struct err *err)
{
    for (uint32_t w = 0; w < self->num_words; w++)
        for (uint64_t rest = self->sending[w]; rest; rest &= rest - 1)
            if (!inject(self, w * 64 + (uint32_t)__builtin_ctzll(rest), cycle, err))
                return false;
    for (uint32_t w = 0; w < self->num_words; w++)
        for (uint64_t rest = self->receiving[w]; rest; rest &= rest - 1)
            eject(self, w * 64 + (uint32_t)__builtin_ctzll(rest), cycle);
    return true;
}

const struct fabric_class_counters *ideal_class(const struct ideal *self, uint32_t class_idx)
{
    return &self->classes[class_idx];
}

uint64_t ideal_packets_injected(const struct ideal *self)
{
    return self->num_injected;
}
