// SPDX-License-Identifier: Apache-2.0
// Netrace traces: packets by type, what depends on what, regions; and whether ids are unique.
#include "sim/id_map.h"
#include "sim/trace_summary.h"
#include "traces/netrace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_IDS = 4096 };

// A bit for each id that was seen, in pages.
struct seen {
    struct id_map pages; // id / PAGE_IDS, and which page
    uint64_t (*bits)[PAGE_IDS / 64];
    uint32_t num;
    uint32_t cap;
};

struct counted {
    uint64_t packets[NETRACE_NUM_TYPES];
    uint64_t from[NETRACE_NUM_AGENTS];
    uint64_t num;
    uint64_t bytes;
    uint64_t to_themselves; // from a node to itself
    uint64_t dependencies;
    uint64_t waiting; // packets that depend on others
    uint32_t most_dependents;
    uint32_t depth;
    uint64_t first_cycle, last_cycle;
    struct seen seen;
};

static bool netrace_format(size_t i, const char **name, const char **help)
{
    *name = "netrace";
    *help = "packets of a coherent chip multiprocessor, and what they depend on (Netrace 1.0)";
    return i == 0;
}

// Marks an id. False if it was already, or, with `err`, if out of memory.
static bool mark(struct seen *self, uint32_t id, struct err *err)
{
    const uint32_t *page = id_map_find(&self->pages, id / PAGE_IDS);
    if (!page) {
        if (self->num == self->cap) {
            uint32_t cap = self->cap ? 2 * self->cap : 16;
            void *bits = realloc(self->bits, cap * sizeof *self->bits);
            if (!bits)
                return err_set(err, ERR_RUN, "out of memory for ids");
            self->bits = bits;
            self->cap = cap;
        }
        if (!id_map_reserve(&self->pages, 1))
            return err_set(err, ERR_RUN, "out of memory for ids");
        memset(self->bits[self->num], 0, sizeof *self->bits);
        id_map_put(&self->pages, id / PAGE_IDS, self->num++);
        page = id_map_find(&self->pages, id / PAGE_IDS);
    }
    uint64_t *word = &self->bits[*page][id % PAGE_IDS / 64];
    uint64_t bit = UINT64_C(1) << id % 64;
    bool is_new = !(*word & bit);
    *word |= bit;
    return is_new;
}

static bool count(struct counted *self, const struct netrace *trace,
                  const struct netrace_packet *packet, struct err *err)
{
    self->first_cycle = self->num++ == 0 ? packet->cycle : self->first_cycle;
    self->last_cycle = packet->cycle;
    self->packets[packet->type]++;
    self->from[packet->from]++;
    self->bytes += netrace_types[packet->type].bytes;
    self->to_themselves += packet->source == packet->destination;
    self->dependencies += packet->num_dependents;
    self->waiting += packet->depth > 0;
    if (packet->num_dependents > self->most_dependents)
        self->most_dependents = packet->num_dependents;
    if (packet->depth > self->depth)
        self->depth = packet->depth;
    return mark(&self->seen, packet->id, err) ||
           (err->status == ERR_NONE &&
            netrace_refuse(trace, err, "its id %" PRIu32 " is that of a packet before it",
                           packet->id));
}

static bool count_all(struct counted *self, struct netrace *trace, struct err *err)
{
    struct netrace_packet packet;
    enum netrace_next next;
    while ((next = netrace_next(trace, &packet, err)) == NETRACE_PACKET)
        if (!count(self, trace, &packet, err))
            return false;
    return next == NETRACE_END;
}

// A text of the file: it may have bytes that are no text.
static json_t *text_json(const char *text)
{
    char *copy = strdup(text);
    for (char *at = copy; at && *at; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
    json_t *json = copy ? json_string(copy) : NULL;
    free(copy);
    return json;
}

// An object of what there is of a number of kinds.
static json_t *numbers_json(const char *const *names, const uint64_t *numbers, size_t num)
{
    json_t *object = json_object();
    for (size_t i = 0; i < num; i++)
        if (numbers[i])
            json_object_set_new(object, names[i], json_integer((json_int_t)numbers[i]));
    return object;
}

static json_t *packets_json(const struct counted *counted)
{
    const char *names[NETRACE_NUM_TYPES];
    for (size_t i = 0; i < NETRACE_NUM_TYPES; i++)
        names[i] = netrace_types[i].name;
    json_t *object = numbers_json(names, counted->packets, NETRACE_NUM_TYPES);
    json_object_set_new(object, "all", json_integer((json_int_t)counted->num));
    return object;
}

static json_t *regions_json(const struct netrace_header *header)
{
    json_t *object = json_object();
    for (uint32_t r = 0; r < header->num_regions; r++) {
        char key[16];
        snprintf(key, sizeof key, "%" PRIu32, r);
        json_object_set_new(object, key,
                            json_pack("{s:I, s:I}", "cycles",
                                      (json_int_t)header->regions[r].num_cycles, "packets",
                                      (json_int_t)header->regions[r].num_packets));
    }
    return object;
}

static json_t *figures_json(const struct counted *counted, const struct netrace *trace)
{
    const struct netrace_header *header = netrace_header(trace);
    json_t *dependencies =
        json_pack("{s:I, s:I, s:i, s:i}", "all", (json_int_t)counted->dependencies,
                  "packets_that_wait", (json_int_t)counted->waiting, "most_of_a_packet",
                  (int)counted->most_dependents, "depth", (int)counted->depth);
    return json_pack(
        "{s:s, s:o, s:o, s:i, s:I, s:I, s:I, s:o, s:o, s:I, s:I, s:o, s:o}", "format", "netrace",
        "benchmark", text_json(header->name), "notes", text_json(header->notes), "nodes",
        (int)header->num_nodes, "cycles", (json_int_t)header->num_cycles, "first_cycle",
        (json_int_t)counted->first_cycle, "last_cycle", (json_int_t)counted->last_cycle, "packets",
        packets_json(counted), "from",
        numbers_json(netrace_agent_names, counted->from, NETRACE_NUM_AGENTS), "bytes",
        (json_int_t)counted->bytes, "from_a_node_to_itself", (json_int_t)counted->to_themselves,
        "dependencies", dependencies, "regions", regions_json(header));
}

static json_t *summarise(const char *path, const char *format, struct err *err)
{
    (void)format; // there is one
    struct netrace *trace = netrace_open(path, NETRACE_ALL, err);
    if (!trace)
        return NULL;
    struct counted counted = {0};
    json_t *figures = count_all(&counted, trace, err) ? figures_json(&counted, trace) : NULL;
    id_map_free(&counted.seen.pages);
    free(counted.seen.bits);
    netrace_close(trace);
    return figures;
}

const struct trace_kind trace_kind_netrace = {
    .title = "packets with dependencies",
    .reads_stdin = true,
    .format = netrace_format,
    .probe = netrace_probe,
    .summarise = summarise,
};
