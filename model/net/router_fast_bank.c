// SPDX-License-Identifier: Apache-2.0
// Making of banks of fast reference routers, and what is seen of them from outside.
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
    for (uint32_t d = 0; part->days && d < self->num_parts * self->num_days; d++) {
        free(part->days[d].flits.events);
        free(part->days[d].credits.events);
    }
    free(part->days);
}

void fast_bank_free(void *bank)
{
    struct fast_bank *self = bank;
    if (!self)
        return;
    for (uint32_t p = 0; self->parts && p < self->num_parts; p++)
        free_days(self, &self->parts[p]);
    free(self->parts);
    free(self->links);
    free(self->routers);
    free(self->stalls);
    free(self->wanted);
    free(self->vcs);
    free(self->credits);
    free(self->fifos);
    free(self->rr_vc);
    free(self->rr_out_vc);
    free(self->rr_in);
    free(self);
}

static bool allocate(struct fast_bank *self, const struct router_params *params)
{
    size_t routers = params->num_routers;
    size_t ports = routers * self->radix;
    size_t vcs = routers * self->set_size;
    self->routers = calloc(routers, sizeof *self->routers);
    self->stalls = calloc(routers, sizeof *self->stalls);
    self->wanted = calloc(vcs, sizeof *self->wanted);
    self->vcs = calloc(vcs, sizeof *self->vcs);
    self->credits = malloc(vcs);
    self->fifos = calloc(vcs << self->fifo_log, sizeof *self->fifos);
    self->rr_vc = calloc(ports, 1);
    self->rr_out_vc = calloc(ports, 1);
    self->rr_in = calloc(ports, 1);
    self->parts = aligned_alloc(_Alignof(struct fast_part), self->num_parts * sizeof *self->parts);
    if (self->parts)
        memset(self->parts, 0, self->num_parts * sizeof *self->parts);
    return self->parts && self->routers && self->stalls && self->wanted && self->vcs &&
           self->credits && self->fifos && self->rr_vc && self->rr_out_vc && self->rr_in;
}

static bool make(struct fast_bank *self, const struct router_params *params)
{
    self->num_routers = params->num_routers;
    self->num_parts = params->partitioning.num_parts ? params->partitioning.num_parts : 1;
    self->radix = params->radix;
    self->num_vcs = params->num_vcs;
    self->set_size = params->radix * params->num_vcs;
    while (1U << self->fifo_log < params->buffer_flits)
        self->fifo_log++;
    self->fifo_mask = (1U << self->fifo_log) - 1;
    self->buffer_flits = params->buffer_flits;
    self->waits_for_tail = switching_waits_for_tail(params->switching);
    self->routing = params->routing;
    self->own_address = params->own_address;
    self->port_vcs = (UINT64_C(1) << params->num_vcs) - 1;
    for (uint32_t x = 0; x < self->set_size; x++)
        self->port_of[x] = (uint8_t)(x / params->num_vcs);
    if (!allocate(self, params))
        return false;
    memset(self->credits, (int)params->buffer_flits, (size_t)params->num_routers * self->set_size);
    for (uint32_t r = 0; r < params->num_routers; r++)
        self->routers[r].credit = ~UINT64_C(0) >> (FAST_MAX_SET - self->set_size);
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

static struct fast_link link_of(const struct fast_bank *self, const struct wire *wire)
{
    uint32_t first = wire->to.port * self->num_vcs;
    if (wire->to.place == TOPOLOGY_NONE || wire->to.port == CARRIER_TERMINAL)
        return (struct fast_link){.event = FAST_TO_TERMINAL};
    return (struct fast_link){
        .event = wire->to.place * FAST_MAX_SET + first,
        .first_vc = wire->to.place * self->set_size + first,
        .first_day = wire->part * self->num_days,
        .latency_cycles = (uint16_t)wire->latency_cycles,
        .credit_latency_cycles = (uint16_t)wire->credit_latency_cycles,
    };
}

// A bank of more routers than events can name, of longer channels than links can tell, or without
// memory for what it needs, does not carry.
bool fast_carry(void *bank, const struct carrier *carriers)
{
    struct fast_bank *self = bank;
    size_t num_ports = (size_t)self->num_routers * self->radix;
    self->num_days = carriers->num_days;
    self->day_mask = self->num_days - 1;
    self->links = calloc(num_ports, sizeof *self->links);
    bool can = self->links && self->num_routers <= UINT32_MAX / FAST_MAX_SET &&
               self->num_days <= UINT16_MAX;
    for (uint32_t p = 0; p < self->num_parts; p++) {
        struct fast_part *part = &self->parts[p];
        part->days = calloc((size_t)self->num_parts * self->num_days, sizeof *part->days);
        can = can && part->days;
    }
    for (size_t p = 0; can && p < num_ports; p++)
        self->links[p] = link_of(self, &carriers->wires[p]);
    for (uint32_t p = 0; can && p < self->num_parts; p++)
        self->parts[p].carrier = &carriers[p];
    return can;
}

bool fast_events_grow(struct fast_events *self)
{
    enum { FIRST_CAPACITY = 64 };
    uint32_t more = self->cap ? self->cap * 2 : FIRST_CAPACITY;
    uint32_t *events = realloc(self->events, more * sizeof *events);
    if (!events)
        return false;
    self->events = events;
    self->cap = more;
    return true;
}

bool fast_check(void *bank, struct err *err)
{
    const struct fast_bank *self = bank;
    bool memory = true;
    for (uint32_t p = 0; p < self->num_parts; p++)
        memory &= !self->parts[p].out_of_memory;
    return memory || err_set(err, ERR_RUN, "out of memory for flits on channels");
}

// --- what is seen from outside ------------------------------------------------------------------

void fast_stalls(const void *bank, uint32_t router, struct router_stalls *sum)
{
    router_stalls_add(sum, &((const struct fast_bank *)bank)->stalls[router]);
}

uint32_t fast_waits(const void *bank, uint32_t router, struct router_wait *waits)
{
    const struct fast_bank *self = bank;
    const struct fast_router *state = &self->routers[router];
    size_t base = (size_t)router * self->set_size;
    uint32_t num = 0;
    for (uint64_t rest = state->occupied; rest; rest &= rest - 1) {
        uint32_t x = (uint32_t)__builtin_ctzll(rest);
        bool holds = state->holding >> x & 1;
        uint64_t wanted = self->wanted[base + x];
        bool usable = fast_usable_of(self, state, base, x) != 0;
        if (usable && (holds || !self->waits_for_tail || self->vcs[base + x].tails > 0))
            continue;
        uint32_t out_port = self->port_of[__builtin_ctzll(wanted)];
        waits[num++] = (struct router_wait){
            .port = self->port_of[x],
            .vc = x - self->port_of[x] * self->num_vcs,
            .flits = self->vcs[base + x].num,
            .out_port = out_port,
            .out_vcs = (uint8_t)(wanted >> out_port * self->num_vcs),
            .holds = holds,
            .reason = usable                                ? ROUTER_WAITS_FOR_TAIL
                      : fast_lacks_vc(self, state, base, x) ? ROUTER_WAITS_FOR_VC
                                                            : ROUTER_WAITS_FOR_ROOM,
        };
    }
    return num;
}
