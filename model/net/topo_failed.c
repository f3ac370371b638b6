// SPDX-License-Identifier: Apache-2.0
#include "model/net/topo_failed.h"

#include "model/net/route_spread.h"
#include "model/net/topo_graph.h"
#include "model/net/topo_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char key[] = "fabric.topology.failed";

// Keeps the names that the kind gives its routers, without their numbers: "3,1".
static bool keep_names(struct topology *self, struct err *err)
{
    if (self->router_names || !(self->kind->grid || self->kind->router_name))
        return true;
    self->router_names = calloc(self->num_routers, sizeof *self->router_names);
    bool good = self->router_names;
    for (uint32_t r = 0; good && r < self->num_routers; r++) {
        char name[256];
        char plain[32];
        topology_router_name(self, r, name, sizeof name);
        size_t length = (size_t)snprintf(plain, sizeof plain, "router %u (", r);
        bool repeats = strncmp(name, plain, length) == 0;
        if (repeats)
            name[strlen(name) - 1] = '\0';
        self->router_names[r] = strdup(repeats ? name + length : name);
        good = self->router_names[r];
    }
    return good || err_set(err, ERR_RUN, "out of memory for a topology");
}

// --- items --------------------------------------------------------------------------------------

// A router by its number or its name, of `length` characters; TOPOLOGY_NONE if there is none.
static uint32_t find_router(const struct topology *self, const char *name, size_t length)
{
    uint64_t number = 0;
    size_t digits = strspn(name, "0123456789");
    for (size_t i = 0; i < digits && i < length && number < TOPOLOGY_NONE; i++)
        number = number * 10 + (uint64_t)(name[i] - '0');
    for (uint32_t r = 0; self->router_names && r < self->num_routers; r++) {
        const char *other = self->router_names[r];
        if (other && strlen(other) == length && memcmp(other, name, length) == 0)
            return r;
    }
    return length > 0 && digits >= length && number < self->num_routers ? (uint32_t)number
                                                                        : TOPOLOGY_NONE;
}

static bool refuse_router(const struct topology *self, const char *item, const char *name,
                          struct err *err)
{
    const char *nearest = NULL;
    if (self->router_names) {
        const char **names = calloc(self->num_routers, sizeof *names);
        size_t num = 0;
        for (uint32_t r = 0; names && r < self->num_routers; r++)
            if (self->router_names[r])
                names[num++] = self->router_names[r];
        nearest = names ? err_nearest(name, names, num) : NULL;
        free(names);
    }
    return err_set(err, ERR_CONFIG, "%s: \"%.100s\": no router \"%.60s\"; there are 0..%u%s%s", key,
                   item, name, self->num_routers - 1, nearest ? "; the nearest name is " : "",
                   nearest ? nearest : "");
}

static void disconnect(struct topology *self, size_t port)
{
    uint32_t peer = self->peer[port];
    if (peer != TOPOLOGY_NONE)
        self->peer[peer] = TOPOLOGY_NONE;
    self->peer[port] = TOPOLOGY_NONE;
}

// A failed router's nodes are marked by a port of TOPOLOGY_NONE, until all items are done.
static bool remove_router(struct topology *self, const char *item, const char *name,
                          struct err *err)
{
    uint32_t router = find_router(self, name, strlen(name));
    if (router == TOPOLOGY_NONE)
        return refuse_router(self, item, name, err);
    for (uint32_t p = 0; p < self->radix; p++) {
        size_t port = (size_t)router * self->radix + p;
        disconnect(self, port);
        if (self->port_node[port] != TOPOLOGY_NONE)
            self->node_port[self->port_node[port]] = TOPOLOGY_NONE;
        self->port_node[port] = TOPOLOGY_NONE;
    }
    return true;
}

static bool refuse_channel(const struct topology *self, const char *item, uint32_t a, uint32_t b,
                           struct err *err)
{
    char list[256] = "";
    size_t used = 0;
    for (uint32_t p = 0; p < self->radix && used < sizeof list - 16; p++) {
        uint32_t peer = self->peer[(size_t)a * self->radix + p];
        if (peer != TOPOLOGY_NONE)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%u", used ? ", " : "",
                                     peer / self->radix);
    }
    return err_set(err, ERR_CONFIG,
                   "%s: \"%.100s\": no channel is left between routers %u and %u; router %u has "
                   "channels to: %s",
                   key, item, a, b, a, used ? list : "none");
}

// The hyphen between two names of routers, which may have hyphens in them; NULL if there is none.
static const char *find_hyphen(const struct topology *self, const char *names)
{
    for (const char *hyphen = names; (hyphen = strchr(hyphen, '-')); hyphen++)
        if (find_router(self, names, (size_t)(hyphen - names)) != TOPOLOGY_NONE &&
            find_router(self, hyphen + 1, strlen(hyphen + 1)) != TOPOLOGY_NONE)
            return hyphen;
    return NULL;
}

static bool remove_channel(struct topology *self, const char *item, const char *names,
                           struct err *err)
{
    const char *hyphen = find_hyphen(self, names);
    if (!hyphen) {
        char first[100];
        hyphen = strchr(names, '-');
        if (!hyphen)
            return err_set(err, ERR_CONFIG, "%s: \"%.100s\": a channel is \"channel A-B\"", key,
                           item);
        snprintf(first, sizeof first, "%.*s", (int)(hyphen - names), names);
        bool known = find_router(self, first, strlen(first)) != TOPOLOGY_NONE;
        return refuse_router(self, item, known ? hyphen + 1 : first, err);
    }
    uint32_t a = find_router(self, names, (size_t)(hyphen - names));
    uint32_t b = find_router(self, hyphen + 1, strlen(hyphen + 1));
    for (uint32_t p = 0; p < self->radix; p++) {
        size_t port = (size_t)a * self->radix + p;
        if (self->peer[port] == TOPOLOGY_NONE || self->peer[port] / self->radix != b)
            continue;
        disconnect(self, port);
        return true;
    }
    return refuse_channel(self, item, a, b, err);
}

static bool remove_item(struct topology *self, const char *item, struct err *err)
{
    static const char router[] = "router ";
    static const char channel[] = "channel ";
    if (strncmp(item, router, sizeof router - 1) == 0)
        return remove_router(self, item, item + sizeof router - 1, err);
    if (strncmp(item, channel, sizeof channel - 1) == 0)
        return remove_channel(self, item, item + sizeof channel - 1, err);
    return err_set(err, ERR_CONFIG, "%s: \"%.100s\" is neither \"router A\" nor \"channel A-B\"",
                   key, item);
}

// --- what is left -------------------------------------------------------------------------------

// Fills piece[num_routers] with the lowest router that each is connected with.
static bool find_pieces(const struct topology *self, uint32_t *piece, struct err *err)
{
    uint32_t *hops = malloc(self->num_routers * sizeof *hops);
    uint32_t *queue = malloc(self->num_routers * sizeof *queue);
    bool good = hops && queue;
    for (uint32_t r = 0; r < self->num_routers; r++)
        piece[r] = TOPOLOGY_NONE;
    for (uint32_t r = 0; good && r < self->num_routers; r++) {
        if (piece[r] != TOPOLOGY_NONE)
            continue;
        uint32_t reached = spread_distances(self, r, hops, queue);
        for (uint32_t i = 0; i < reached; i++)
            piece[queue[i]] = r;
    }
    free(hops);
    free(queue);
    return good || err_set(err, ERR_RUN, "out of memory for a topology");
}

static uint32_t piece_of(const struct topology *self, const uint32_t *piece, uint32_t node)
{
    uint32_t port = self->node_port[node];
    return port == TOPOLOGY_NONE ? port : piece[port / self->radix];
}

// Pairs of nodes that are left and cut off from each other. `nodes` [num_routers] is zero.
static uint64_t count_cuts(const struct topology *self, const uint32_t *piece, uint32_t *nodes)
{
    uint64_t pairs = 0;
    uint64_t before = 0;
    for (uint32_t node = 0; node < self->num_nodes; node++) {
        uint32_t own = piece_of(self, piece, node);
        if (own == TOPOLOGY_NONE)
            continue;
        pairs += before - nodes[own];
        nodes[own]++;
        before++;
    }
    return pairs;
}

// Names the first pairs that are cut off. There are `num`.
static bool refuse_cuts(const struct topology *self, const uint32_t *piece, uint64_t num,
                        struct err *err)
{
    enum { MAX_LISTED = 8 };
    char list[256] = "";
    size_t used = 0;
    uint32_t listed = 0;
    for (uint32_t a = 0; a < self->num_nodes; a++)
        for (uint32_t b = a + 1; b < self->num_nodes && listed < MAX_LISTED; b++) {
            uint32_t of_a = piece_of(self, piece, a);
            uint32_t of_b = piece_of(self, piece, b);
            if (of_a == of_b || of_a == TOPOLOGY_NONE || of_b == TOPOLOGY_NONE)
                continue;
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%u and %u",
                                     listed++ ? ", " : "", a, b);
        }
    return err_set(err, ERR_CONFIG, "%s: %llu pair%s of nodes cut off from each other: %s%s", key,
                   (unsigned long long)num, num == 1 ? "" : "s", list,
                   num > MAX_LISTED ? ", ..." : "");
}

static bool check_connected(const struct topology *self, struct err *err)
{
    uint32_t *piece = malloc(self->num_routers * sizeof *piece);
    uint32_t *nodes = calloc(self->num_routers, sizeof *nodes);
    bool good = piece && nodes;
    if (!good)
        err_set(err, ERR_RUN, "out of memory for a topology");
    good = good && find_pieces(self, piece, err);
    uint64_t cuts = good ? count_cuts(self, piece, nodes) : 0;
    if (cuts > 0)
        good = refuse_cuts(self, piece, cuts, err);
    free(piece);
    free(nodes);
    return good;
}

// Numbers the nodes that are left.
static bool renumber(struct topology *self, struct err *err)
{
    uint32_t num = 0;
    for (uint32_t node = 0; node < self->num_nodes; node++) {
        uint32_t port = self->node_port[node];
        if (port == TOPOLOGY_NONE)
            continue;
        self->port_node[port] = num;
        self->node_port[num] = port;
        self->node_addr[num] = self->node_addr[node];
        num++;
    }
    if (num == 0)
        return err_set(err, ERR_CONFIG, "%s: no node is left", key);
    if (num < self->num_nodes)
        self->num_dims = 0; // coordinates do not follow from the numbers of nodes any more
    self->num_nodes = num;
    return true;
}

// No kind that can be configured: what others turn into.
static const struct topology_kind topo_failed = {
    .name = "topology of which parts have failed",
    .default_routing = "up-down",
    .router_name = topo_names_router,
    .port_name = topo_names_port,
};

bool topo_failed_remove(struct topology *self, struct err *err)
{
    char *items = strdup(self->spec.failed);
    if (!items)
        return err_set(err, ERR_RUN, "out of memory for a topology");
    bool good = keep_names(self, err);
    char *rest = items;
    for (char *item; good && (item = strsep(&rest, "\n"));)
        good = remove_item(self, item, err);
    free(items);
    if (!good || !check_connected(self, err) || !renumber(self, err))
        return false;
    self->kind = &topo_failed;
    topo_graph_count(self);
    return true;
}
