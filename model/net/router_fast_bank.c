// SPDX-License-Identifier: Apache-2.0
// Making of banks of fast reference routers, and what is seen of them from outside.
#include "model/net/calendar.h"
#include "model/net/router_fast_lot.h"
#include "model/net/topology.h"

#include <stdlib.h>
#include <string.h>

bool router_fast_serves(const struct router_params *params)
{
    const struct router_design *design = &params->design;
    const struct routing *routing = params->routing;
    return design->pipeline == 1 && design->switch_allocator == ALLOCATOR_SEPARABLE &&
           design->way != ROUTER_STEP_BY_STEP && !params->flit_cycles &&
           routing->class_vcs == params->num_vcs &&
           params->radix * params->num_vcs <= FAST_MAX_SET && !routing_is_adaptive(routing);
}

enum { FIRST_CAPACITY = 64 };

static void free_days(const struct fast_bank *self, struct fast_part *part)
{
    for (uint32_t d = 0; part->days && d < self->num_parts * self->num_days; d++)
        for (int kind = 0; kind < FAST_NUM_KINDS; kind++) {
            free(part->days[d].flits[kind].list);
            free(part->days[d].credits[kind].list);
        }
    free(part->days);
    free(part->contenders);
    free(part->flits);
    free(part->credits);
}

void fast_bank_free(void *bank)
{
    struct fast_bank *self = bank;
    if (!self)
        return;
    for (uint32_t p = 0; self->parts && p < self->num_parts; p++)
        free_days(self, &self->parts[p]);
    free(self->parts);
    free(self->lanes);
    free(self->routers);
    free(self->stalls);
    free(self->lots);
    free(self->lot_words);
    free(self);
}

static size_t round_up(size_t size, size_t unit)
{
    return (size + unit - 1) / unit * unit;
}

// How a router is laid out.
static void lay_out(struct fast_bank *self, const struct router_params *params)
{
    self->num_routers = params->num_routers;
    self->num_parts = params->partitioning.num_parts ? params->partitioning.num_parts : 1;
    self->radix = params->radix;
    self->num_vcs = params->num_vcs;
    self->set_size = params->radix * params->num_vcs;
    while (1U << self->fifo_log < params->buffer_flits)
        self->fifo_log++;
    self->ports_at = sizeof(struct fast_router) + self->set_size * sizeof(struct fast_vc);
    self->fifos_at =
        round_up(self->ports_at + self->radix * sizeof(struct fast_port), sizeof(struct fast_flit));
    size_t fifos_bytes = sizeof(struct fast_flit) * self->set_size << self->fifo_log;
    self->stride = round_up(self->fifos_at + fifos_bytes, CACHE_LINE_BYTES);
}

// Contenders that a partition has room for: of a word of routers.
static size_t num_contenders(const struct fast_bank *self)
{
    return (size_t)PARTITION_WORD * self->set_size;
}

uint64_t router_fast_bytes(const struct router_params *params)
{
    struct fast_bank bank = {0};
    lay_out(&bank, params);
    uint64_t routers = bank.num_routers * (bank.stride + sizeof *bank.stalls);
    return sizeof bank + routers + fast_lots_bytes(&bank) +
           num_contenders(&bank) * sizeof(struct fast_contender);
}

static bool allocate(struct fast_bank *self, const struct router_design *design)
{
    self->routers = aligned_alloc(CACHE_LINE_BYTES, self->num_routers * self->stride);
    self->stalls = calloc(self->num_routers, sizeof *self->stalls);
    self->parts = cache_line_calloc(self->num_parts, sizeof *self->parts);
    return self->routers && self->stalls && self->parts &&
           fast_lots_make(self, design->way == ROUTER_LOTS_COME_AND_GO);
}

// A router at reset.
static void reset(struct fast_bank *self, uint32_t router, uint32_t address)
{
    struct fast_router *at = fast_router_at(self, router);
    memset(at, 0, self->stride);
    at->address = address;
    at->number = router;
    at->credit = ~UINT64_C(0) >> (FAST_MAX_SET - self->set_size);
    size_t first_fifo = self->fifos_at / sizeof(struct fast_flit);
    for (uint32_t x = 0; x < self->set_size; x++) {
        at->vcs[x].credits = (uint8_t)self->buffer_flits;
        at->vcs[x].fifo = (uint16_t)(first_fifo + ((size_t)x << self->fifo_log));
    }
    for (uint32_t p = 0; p < self->radix; p++)
        fast_ports_of(self, at)[p] = (struct fast_port){.first = (uint8_t)(p * self->num_vcs)};
}

static bool make(struct fast_bank *self, const struct router_params *params)
{
    lay_out(self, params);
    self->fifo_mask = (1U << self->fifo_log) - 1;
    self->buffer_flits = params->buffer_flits;
    self->needs_credits = switching_buffers_whole_packets(params->switching);
    self->waits_for_tail = switching_waits_for_tail(params->switching);
    self->routing = params->routing;
    if (!allocate(self, &params->design))
        return false;
    uint64_t all = ~UINT64_C(0) >> (FAST_MAX_SET - self->set_size);
    for (uint32_t x = 0; x < self->set_size; x++) {
        uint32_t port = x / self->num_vcs;
        uint32_t first = port * self->num_vcs;
        self->port_at[x] = (uint16_t)(self->ports_at + port * sizeof(struct fast_port));
        self->vc_of[x] = (uint8_t)(x - first);
        self->after[x] = (uint8_t)((1U << self->num_vcs) - (2U << self->vc_of[x]));
        self->siblings[x] = ((UINT64_C(1) << self->num_vcs) - 1) << first;
        self->beyond[x] = all & ~(self->siblings[x] | (fast_bit_of(first) - 1));
    }
    for (uint32_t r = 0; r < params->num_routers; r++)
        reset(self, r, params->own_address[r]);
    return true;
}

void *fast_bank_new(const struct router_params *params, struct err *err)
{
    struct fast_bank *self = calloc(1, sizeof *self);
    if (!self || !make(self, params)) {
        fast_bank_free(self);
        err_set(err, ERR_RUN, "out of memory for %u routers", params->num_routers);
        return NULL;
    }
    return self;
}

// The number of a lane, which is added if it is not there. False if out of memory.
static bool find_lane(struct fast_bank *self, struct fast_lane lane, uint16_t *lane_idx)
{
    uint32_t l = 0;
    while (l < self->num_lanes && (self->lanes[l].first_day != lane.first_day ||
                                   self->lanes[l].latency_cycles != lane.latency_cycles ||
                                   self->lanes[l].kind != lane.kind))
        l++;
    *lane_idx = (uint16_t)l;
    if (l < self->num_lanes)
        return true;
    struct fast_lane *lanes = realloc(self->lanes, (l + 1) * sizeof *lanes);
    if (!lanes || l == UINT16_MAX)
        return false;
    self->lanes = lanes;
    self->lanes[self->num_lanes++] = lane;
    return true;
}

// Tells a port what is at the other end of its channel. False if out of memory.
static bool connect(struct fast_bank *self, struct fast_port *port, const struct wire *wire)
{
    bool to_node = wire->to.port == CARRIER_TERMINAL;
    bool to_nowhere = wire->to.place == TOPOLOGY_NONE;
    uint32_t place = to_nowhere ? FAST_NOWHERE : wire->to.place;
    struct fast_lane lane = {
        .first_day = wire->part * self->num_days,
        .latency_cycles = (uint16_t)(to_nowhere ? 1 : wire->latency_cycles),
        .kind = to_node || to_nowhere ? FAST_NODE : FAST_ROUTER,
    };
    port->event = place * FAST_MAX_SET + (to_node ? 0 : wire->to.port * self->num_vcs);
    port->is_hop = wire->is_hop;
    if (!find_lane(self, lane, &port->flit_lane))
        return false;
    lane.latency_cycles = (uint16_t)(to_nowhere ? 1 : wire->credit_latency_cycles);
    return find_lane(self, lane, &port->credit_lane);
}

static bool connect_all(struct fast_bank *self, const struct wire *wires)
{
    for (size_t r = 0; r < self->num_routers; r++)
        for (uint32_t p = 0; p < self->radix; p++)
            if (!connect(self, &fast_ports_of(self, fast_router_at(self, r))[p],
                         &wires[r * self->radix + p]))
                return false;
    return true;
}

static bool make_part(const struct fast_bank *self, struct fast_part *part)
{
    part->days = calloc((size_t)self->num_parts * self->num_days, sizeof *part->days);
    part->contenders = malloc(num_contenders(self) * sizeof *part->contenders);
    part->flits = calloc(self->num_lanes, sizeof *part->flits);
    part->credits = calloc(self->num_lanes, sizeof *part->credits);
    if (!part->days || !part->contenders || !part->flits || !part->credits)
        return false;
    fast_set_lanes(self, part);
    return true;
}

// A bank of more routers or nodes than events can name, of longer channels than ports can tell, or
// without memory for what it needs, does not carry.
bool fast_carry(void *bank, const struct carrier *carriers)
{
    struct fast_bank *self = bank;
    // What came on a day is there until the end of the next one.
    self->num_days = carriers->calendar->num_days + 1;
    if (self->num_routers >= FAST_NOWHERE || carriers->num_nodes >= FAST_NOWHERE ||
        self->num_days > UINT16_MAX || !connect_all(self, carriers->wires))
        return false;
    for (uint32_t p = 0; p < self->num_parts; p++)
        if (!make_part(self, &self->parts[p]))
            return false;
    for (uint32_t p = 0; p < self->num_parts; p++)
        self->parts[p].carrier = &carriers[p];
    return true;
}

// A list of `num` items of `size` bytes with room for `more`, and for `*cap` in all; NULL if out of
// memory.
static void *grow(void *list, size_t num, size_t *cap, size_t more, size_t size)
{
    *cap = *cap < FIRST_CAPACITY ? FIRST_CAPACITY : *cap;
    while (*cap - num < more)
        *cap *= 2;
    return realloc(list, *cap * size);
}

bool fast_grow_flits(struct fast_flits *flits, size_t num)
{
    size_t num_there = (size_t)(flits->end - flits->list);
    size_t cap = (size_t)(flits->limit - flits->list);
    struct fast_arrival *list = grow(flits->list, num_there, &cap, num, sizeof *list);
    if (list)
        *flits = (struct fast_flits){list, list + num_there, list + cap};
    return list;
}

bool fast_grow_credits(struct fast_credits *credits, size_t num)
{
    size_t num_there = (size_t)(credits->end - credits->list);
    size_t cap = (size_t)(credits->limit - credits->list);
    uint32_t *list = grow(credits->list, num_there, &cap, num, sizeof *list);
    if (list)
        *credits = (struct fast_credits){list, list + num_there, list + cap};
    return list;
}

bool fast_check(void *bank, struct err *err)
{
    const struct fast_bank *self = bank;
    for (uint32_t p = 0; p < self->num_parts; p++)
        if (self->parts[p].err.status != ERR_NONE) {
            *err = self->parts[p].err;
            return false;
        }
    return true;
}

// --- what is seen from outside ------------------------------------------------------------------

void fast_channel_flits(const void *bank, uint64_t *flits)
{
    const struct fast_bank *self = bank;
    for (size_t r = 0; r < self->num_routers; r++)
        for (uint32_t p = 0; p < self->radix; p++)
            flits[r * self->radix + p] = fast_ports_of(self, fast_router_at(self, r))[p].num_flits;
}

void fast_stalls(const void *bank, uint32_t router, struct router_stalls *sum)
{
    const struct fast_bank *self = bank;
    router_stalls_add(sum, &self->stalls[router]);
    sum->switch_lost += fast_lot_lost(self, router);
}

uint32_t fast_waits(const void *bank, uint32_t router, struct router_wait *waits)
{
    const struct fast_bank *self = bank;
    struct fast_router *at = fast_router_at(self, router);
    uint32_t num = 0;
    fast_settle_all(self);
    for (uint64_t rest = at->occupied; rest; rest &= rest - 1) {
        uint32_t x = (uint32_t)__builtin_ctzll(rest);
        const struct fast_flit *front = fast_front(self, at, x);
        bool holds = !(front->tag & FAST_HEAD);
        bool usable = fast_usable_of(self, at, x, front) != 0;
        if (usable && fast_is_whole(self, at, x, front))
            continue;
        uint64_t wanted = holds ? fast_bit_of(at->vcs[x].out) : fast_wanted(&front->want);
        uint32_t out_port = (uint32_t)__builtin_ctzll(wanted) / self->num_vcs;
        waits[num++] = (struct router_wait){
            .port = x / self->num_vcs,
            .vc = x % self->num_vcs,
            .flits = at->vcs[x].num,
            .out_port = out_port,
            .out_vcs = (uint8_t)(wanted >> out_port * self->num_vcs),
            .holds = holds,
            .reason = usable                     ? ROUTER_WAITS_FOR_TAIL
                      : fast_lacks_vc(at, front) ? ROUTER_WAITS_FOR_VC
                                                 : ROUTER_WAITS_FOR_ROOM,
        };
    }
    return num;
}
