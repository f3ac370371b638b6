// SPDX-License-Identifier: Apache-2.0
// Making of banks of fast reference routers, and what is seen of them from outside.
#include "model/net/calendar.h"
#include "model/net/router_fast_state.h"
#include "model/net/topology.h"

#include <stdlib.h>
#include <string.h>

bool router_fast_serves(const struct router_params *params)
{
    const struct router_design *design = &params->design;
    const struct routing *routing = params->routing;
    return design->pipeline == 1 && design->switch_allocator == ALLOCATOR_SEPARABLE &&
           !design->step_by_step && !params->flit_cycles && routing->class_vcs == params->num_vcs &&
           params->radix * params->num_vcs <= FAST_MAX_SET && !routing_is_adaptive(routing);
}

static void free_days(const struct fast_bank *self, struct fast_part *part)
{
    for (uint32_t d = 0; part->days && d < self->num_parts * self->num_days; d++)
        for (int kind = 0; kind < FAST_NUM_KINDS; kind++) {
            free(part->days[d].flits[kind].list);
            free(part->days[d].credits[kind].list);
        }
    free(part->days);
    free(part->contenders);
}

void fast_bank_free(void *bank)
{
    struct fast_bank *self = bank;
    if (!self)
        return;
    for (uint32_t p = 0; self->parts && p < self->num_parts; p++)
        free_days(self, &self->parts[p]);
    free(self->parts);
    free(self->routers);
    free(self->stalls);
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
    return sizeof bank + routers + num_contenders(&bank) * sizeof(struct fast_contender);
}

static bool allocate(struct fast_bank *self)
{
    self->routers = aligned_alloc(CACHE_LINE_BYTES, self->num_routers * self->stride);
    self->stalls = calloc(self->num_routers, sizeof *self->stalls);
    self->parts = cache_line_calloc(self->num_parts, sizeof *self->parts);
    return self->routers && self->stalls && self->parts;
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
    if (!allocate(self))
        return false;
    uint64_t all = ~UINT64_C(0) >> (FAST_MAX_SET - self->set_size);
    for (uint32_t x = 0; x < self->set_size; x++) {
        uint32_t port = x / self->num_vcs;
        uint32_t first = port * self->num_vcs;
        self->port_at[x] = (uint16_t)(self->ports_at + port * sizeof(struct fast_port));
        self->vc_of[x] = (uint8_t)(x - first);
        self->siblings[x] = ((UINT64_C(1) << self->num_vcs) - 1) << first;
        self->after[x] = self->siblings[x] & ~UINT64_C(1) << x;
        self->beyond[x] = all & ~(self->siblings[x] | (fast_bit_of(first) - 1));
        self->firsts |= fast_bit_of(first);
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

// Tells a port what is at the other end of its channel.
static void connect(const struct fast_bank *self, struct fast_port *port, const struct wire *wire)
{
    bool to_node = wire->to.port == CARRIER_TERMINAL;
    uint32_t place = wire->to.place == TOPOLOGY_NONE ? FAST_NOWHERE : wire->to.place;
    port->event = place * FAST_MAX_SET + (to_node ? 0 : wire->to.port * self->num_vcs);
    port->first_day = wire->part * self->num_days;
    port->latency_cycles = (uint16_t)wire->latency_cycles;
    port->credit_latency_cycles = (uint16_t)wire->credit_latency_cycles;
    port->kind = to_node || place == FAST_NOWHERE ? FAST_NODE : FAST_ROUTER;
    port->is_hop = wire->is_hop;
}

// A bank of more routers or nodes than events can name, of longer channels than ports can tell, or
// without memory for what it needs, does not carry.
bool fast_carry(void *bank, const struct carrier *carriers)
{
    struct fast_bank *self = bank;
    self->num_days = carriers->calendar->num_days;
    self->day_mask = self->num_days - 1;
    bool can = self->num_routers < FAST_NOWHERE && carriers->num_nodes < FAST_NOWHERE &&
               self->num_days <= UINT16_MAX;
    for (uint32_t p = 0; p < self->num_parts; p++) {
        struct fast_part *part = &self->parts[p];
        part->days = calloc((size_t)self->num_parts * self->num_days, sizeof *part->days);
        part->contenders = malloc(num_contenders(self) * sizeof *part->contenders);
        can = can && part->days && part->contenders;
    }
    for (size_t r = 0; can && r < self->num_routers; r++)
        for (uint32_t p = 0; p < self->radix; p++)
            connect(self, &fast_ports_of(self, fast_router_at(self, r))[p],
                    &carriers->wires[r * self->radix + p]);
    for (uint32_t p = 0; can && p < self->num_parts; p++)
        self->parts[p].carrier = &carriers[p];
    return can;
}

bool fast_grow(void *list, uint32_t *cap, size_t size)
{
    enum { FIRST_CAPACITY = 64 };
    uint32_t more = *cap ? *cap * 2 : FIRST_CAPACITY;
    void *grown = realloc(*(void **)list, more * size);
    if (!grown)
        return false;
    *(void **)list = grown;
    *cap = more;
    return true;
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
    router_stalls_add(sum, &((const struct fast_bank *)bank)->stalls[router]);
}

uint32_t fast_waits(const void *bank, uint32_t router, struct router_wait *waits)
{
    const struct fast_bank *self = bank;
    struct fast_router *at = fast_router_at(self, router);
    uint32_t num = 0;
    for (uint64_t rest = at->occupied; rest; rest &= rest - 1) {
        uint32_t x = (uint32_t)__builtin_ctzll(rest);
        const struct fast_flit *front = fast_front(self, at, x);
        bool holds = !(front->want.ends & FAST_HEAD);
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
