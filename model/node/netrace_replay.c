// SPDX-License-Identifier: Apache-2.0
#include "model/node/netrace_replay.h"
#include "model/node/dependencies.h"
#include "model/node/netrace_open.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

const char *const netrace_mode_names[NETRACE_NUM_MODES] = {
    [NETRACE_NORMAL] = "normal",
    [NETRACE_NO_DEPENDENCIES] = "no-dependencies",
    [NETRACE_SELF_THROTTLED] = "self-throttled",
};

struct netrace_replay {
    struct workload workload;
    struct netrace_replay_params params;
    struct netrace_packet next; // of the file
    bool has_next;
    uint64_t num_read;
    uint64_t read_cycle;  // of the packet read last; of self-throttled readers
    uint64_t ahead_cycle; // up to which they read

    struct dependencies dependencies;
    struct netrace_open open;
    uint32_t arrived; // slots ejected in the cycle before: the first; NETRACE_NO_SLOT: none
    uint32_t arrived_last;
    uint32_t num_released; // of open.released: slots of packets that wait for nothing any more
    uint64_t num_unsent;   // open packets that have not been sent
    struct netrace_replay_stats stats;
};

// The cycle of the packet that comes next, from the first of what is replayed.
static uint64_t next_cycle(const struct netrace_replay *self)
{
    return self->next.cycle - netrace_start_cycle(self->params.trace);
}

// --- the file -----------------------------------------------------------------------------------

static bool check_next(const struct netrace_replay *self, struct err *err)
{
    const struct netrace_packet *packet = &self->next;
    if (packet->id == MSG_NONE)
        return netrace_refuse(self->params.trace, err, "an id of %" PRIu32 " cannot be replayed",
                              packet->id);
    if (id_map_find(&self->open.ids, packet->id))
        return netrace_refuse(self->params.trace, err,
                              "its id %" PRIu32 " is that of a packet that is not over",
                              packet->id);
    for (uint32_t i = 0; i < packet->num_dependents; i++)
        if (id_map_find(&self->open.ids, packet->dependents[i]))
            return netrace_refuse(self->params.trace, err,
                                  "id %" PRIu32 ", which depends on it, comes before it",
                                  packet->dependents[i]);
    return next_cycle(self) <= WORKLOAD_LAST_CYCLE ||
           netrace_refuse(self->params.trace, err, "cycle %" PRIu64 " is beyond %" PRIu64,
                          next_cycle(self), WORKLOAD_LAST_CYCLE);
}

// Reads the next packet, and what depends on it.
static bool read_next(struct netrace_replay *self, struct err *err)
{
    enum netrace_next next = netrace_next(self->params.trace, &self->next, err);
    self->has_next = next == NETRACE_PACKET;
    if (!self->has_next)
        return next == NETRACE_END;
    const struct netrace_packet *packet = &self->next;
    bool waits = self->params.mode != NETRACE_NO_DEPENDENCIES;
    if (!check_next(self, err))
        return false;
    for (uint32_t i = 0; waits && i < packet->num_dependents; i++)
        if (!dependencies_require(&self->dependencies, packet->dependents[i], packet->id))
            return err_set(err, ERR_RUN, "out of memory for dependencies of packets");
    return true;
}

// Takes the packet that was read: it waits, or is due in its cycle, or in this one if that is
// later.
static bool take_next(struct netrace_replay *self, uint64_t cycle, struct err *err)
{
    uint64_t start_cycle = netrace_start_cycle(self->params.trace);
    uint32_t slot = netrace_open_add(&self->open, &self->next, start_cycle, self->num_read++);
    if (slot == NETRACE_NO_SLOT)
        return err_set(err, ERR_RUN, "out of memory for packets");
    self->num_unsent++;
    struct netrace_open_packet *packet = &self->open.slots[slot];
    packet->waited = dependencies_unmet(&self->dependencies, packet->id) > 0;
    if (!packet->waited)
        netrace_open_due(&self->open, slot, packet->cycle > cycle ? packet->cycle : cycle);
    return read_next(self, err);
}

// --- what was ejected ---------------------------------------------------------------------------

// A packet is over. Gathers those that are released by it.
static void complete(struct netrace_replay *self, uint32_t slot)
{
    uint64_t id;
    dependencies_complete(&self->dependencies, self->open.slots[slot].id);
    while (dependencies_released(&self->dependencies, &id)) {
        const uint32_t *open = id_map_find(&self->open.ids, id);
        if (open && self->open.slots[*open].waited)
            self->open.released[self->num_released++] = *open;
    }
}

static int compare_waiting(const void *a, const void *b, void *context)
{
    const struct netrace_open_packet *slots = context;
    const struct netrace_open_packet *one = &slots[*(const uint32_t *)a];
    const struct netrace_open_packet *other = &slots[*(const uint32_t *)b];
    if (one->source != other->source)
        return one->source < other->source ? -1 : 1;
    if (one->cycle != other->cycle)
        return one->cycle < other->cycle ? -1 : 1;
    return one->number > other->number ? -1 : 1;
}

// Packets that were released become due, in the order of a list of those that wait.
static void release_normal(struct netrace_replay *self, uint64_t ejected_cycle)
{
    if (self->num_released == 0)
        return;
    qsort_r(self->open.released, self->num_released, sizeof *self->open.released, compare_waiting,
            self->open.slots);
    for (uint32_t i = 0; i < self->num_released; i++)
        netrace_open_due(&self->open, self->open.released[i],
                         ejected_cycle + NETRACE_RELEASE_CYCLES);
    self->num_released = 0;
}

// Packets that were released become due, as they were, and the reader goes on.
static bool release_throttled(struct netrace_replay *self, uint64_t cycle, struct err *err)
{
    for (uint32_t i = 0; i < self->num_released; i++) {
        uint32_t slot = self->open.released[i];
        netrace_open_due(&self->open, slot,
                         self->open.slots[slot].cycle > cycle ? self->open.slots[slot].cycle
                                                              : cycle);
    }
    self->num_released = 0;
    while (self->has_next && self->read_cycle <= self->ahead_cycle) {
        self->read_cycle = next_cycle(self);
        if (!take_next(self, cycle, err))
            return false;
    }
    return true;
}

// Takes what has been ejected since the step before.
static bool take_arrived(struct netrace_replay *self, uint64_t cycle, struct err *err)
{
    bool throttled = self->params.mode == NETRACE_SELF_THROTTLED;
    uint64_t ejected_cycle = 0;
    for (uint32_t slot = self->arrived; slot != NETRACE_NO_SLOT;) {
        const struct netrace_open_packet *packet = &self->open.slots[slot];
        uint32_t after = packet->next;
        ejected_cycle = packet->due_cycle;
        uint64_t ahead_cycle = packet->cycle + NETRACE_AHEAD_CYCLES;
        if (ahead_cycle > self->ahead_cycle)
            self->ahead_cycle = ahead_cycle;
        complete(self, slot);
        netrace_open_remove(&self->open, slot);
        if (throttled && !release_throttled(self, cycle, err))
            return false;
        slot = after;
    }
    self->arrived = NETRACE_NO_SLOT;
    if (!throttled)
        release_normal(self, ejected_cycle);
    return true;
}

// --- the workload -------------------------------------------------------------------------------

static uint32_t flits_of(const struct netrace_replay_params *params, uint32_t bytes)
{
    return params->header_flits + (bytes * 8 + params->flit_bits - 1) / params->flit_bits;
}

static bool send(struct netrace_replay *self, struct fabric *fabric, uint32_t slot, struct err *err)
{
    const struct netrace_open_packet *packet = &self->open.slots[slot];
    uint32_t bytes = netrace_types[packet->type].bytes;
    struct packet_spec spec = {
        .source = packet->source,
        .destination = packet->destination,
        .flits = flits_of(&self->params, bytes),
        .traffic_class = bytes < self->params.priority_bytes ? self->params.priority_class : 0,
        .message = packet->id,
    };
    self->num_unsent--;
    return fabric_send(fabric, &spec, err);
}

static bool step(struct workload *workload, struct fabric *fabric, uint64_t cycle, struct err *err)
{
    struct netrace_replay *self = (struct netrace_replay *)workload;
    if (!take_arrived(self, cycle, err))
        return false;
    while (self->params.mode != NETRACE_SELF_THROTTLED && self->has_next &&
           next_cycle(self) <= cycle)
        if (!take_next(self, cycle, err))
            return false;
    while (self->open.num_due > 0 && self->open.slots[self->open.due[0]].due_cycle <= cycle)
        if (!send(self, fabric, netrace_open_pop(&self->open), err))
            return false;
    return true;
}

static void delivered(struct workload *workload, const struct packet *packet)
{
    struct netrace_replay *self = (struct netrace_replay *)workload;
    const uint32_t *found = id_map_find(&self->open.ids, packet->message);
    assert(found);
    uint32_t slot = *found;
    self->open.slots[slot].due_cycle = packet->ejected_cycle;
    self->open.slots[slot].next = NETRACE_NO_SLOT;
    if (self->arrived == NETRACE_NO_SLOT)
        self->arrived = slot;
    else
        self->open.slots[self->arrived_last].next = slot;
    self->arrived_last = slot;
    self->stats.packets++;
    self->stats.bytes += netrace_types[self->open.slots[slot].type].bytes;
    self->stats.makespan_cycles = packet->ejected_cycle;
}

static uint64_t next_event(const struct workload *workload, uint64_t cycle)
{
    const struct netrace_replay *self = (const struct netrace_replay *)workload;
    if (self->arrived != NETRACE_NO_SLOT)
        return cycle + 1;
    uint64_t next =
        self->open.num_due > 0 ? self->open.slots[self->open.due[0]].due_cycle : UINT64_MAX;
    if (self->params.mode == NETRACE_SELF_THROTTLED || !self->has_next)
        return next;
    return next_cycle(self) < next ? next_cycle(self) : next;
}

static bool done(const struct workload *workload)
{
    const struct netrace_replay *self = (const struct netrace_replay *)workload;
    return !self->has_next && self->num_unsent == 0;
}

static void free_replay(struct workload *workload)
{
    struct netrace_replay *self = (struct netrace_replay *)workload;
    dependencies_free(&self->dependencies);
    netrace_open_free(&self->open);
    free(self);
}

static const struct workload_ops netrace_replay_ops = {
    .step = step,
    .delivered = delivered,
    .next_event = next_event,
    .done = done,
    .free = free_replay,
};

uint32_t netrace_replay_flits_max(const struct netrace_replay_params *params)
{
    uint32_t most_bytes = 0;
    for (uint32_t i = 0; i < NETRACE_NUM_TYPES; i++)
        if (netrace_types[i].bytes > most_bytes)
            most_bytes = netrace_types[i].bytes;
    return flits_of(params, most_bytes);
}

// Reads the first packet, and, if it is self-throttled, those ahead.
static bool begin(struct netrace_replay *self, struct err *err)
{
    if (!read_next(self, err))
        return false;
    if (self->params.mode != NETRACE_SELF_THROTTLED || !self->has_next)
        return true;
    self->read_cycle = next_cycle(self);
    self->ahead_cycle = next_cycle(self) + NETRACE_AHEAD_CYCLES;
    return release_throttled(self, 0, err);
}

struct workload *netrace_replay_new(const struct netrace_replay_params *params, struct err *err)
{
    uint32_t num_nodes = netrace_header(params->trace)->num_nodes;
    if (num_nodes > params->num_nodes) {
        err_set(err, ERR_CONFIG,
                "fabric.topology: %" PRIu32 " nodes are too few for the %" PRIu32 " of the trace",
                params->num_nodes, num_nodes);
        return NULL;
    }
    struct netrace_replay *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->workload.ops = &netrace_replay_ops;
    self->params = *params;
    self->arrived = NETRACE_NO_SLOT;
    if (begin(self, err))
        return &self->workload;
    free_replay(&self->workload);
    return NULL;
}

struct netrace_replay_stats netrace_replay_stats(const struct workload *workload)
{
    return ((const struct netrace_replay *)workload)->stats;
}
