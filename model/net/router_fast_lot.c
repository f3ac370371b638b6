// SPDX-License-Identifier: Apache-2.0
// Lots of fast reference routers, but for their cycle, which is router_fast_lot_cycle.c's.
#include "model/net/router_fast_lot.h"
#include "model/net/router_fast_steps.h"

#include <stdlib.h>
#include <string.h>

static uint32_t num_lots(const struct fast_bank *self)
{
    return partition_num_words(self->num_routers);
}

static size_t words_of_lot(const struct fast_bank *self)
{
    bool ever_dense = fast_lot_cycle_for(self);
    return ever_dense ? lot_layout(lot_shape_of(self->radix, self->num_vcs)).end : 0;
}

uint64_t fast_lots_bytes(const struct fast_bank *self)
{
    return num_lots(self) * (sizeof *self->lots + words_of_lot(self) * sizeof *self->lot_words);
}

// A dense lot is faster where flits wait for each other: each of them is looked at in every cycle,
// and how many there are cannot be foretold. Measured.
static void set_limits(struct fast_bank *self, bool come_and_go)
{
    uint32_t min_lost = self->set_size * self->set_size / 20;
    self->lots_come_and_go = come_and_go && self->lot_cycle;
    self->lot_cycles = come_and_go ? 3 : 8;
    self->lot_min_lost = min_lost < self->set_size ? self->set_size : min_lost;
    if (!self->lot_cycle)
        self->lot_min_lost = UINT32_MAX;
}

bool fast_lots_make(struct fast_bank *self, bool come_and_go)
{
    size_t num_words = words_of_lot(self);
    self->lot_shape = lot_shape_of(self->radix, self->num_vcs);
    self->lot_cycle = fast_lot_cycle_for(self);
    set_limits(self, come_and_go);
    self->lots = cache_line_calloc(num_lots(self), sizeof *self->lots);
    self->lot_words = calloc(num_lots(self) * num_words + 1, sizeof *self->lot_words);
    if (!self->lots || !self->lot_words)
        return false;
    for (uint32_t l = 0; l < num_lots(self); l++) {
        self->lots[l].words = self->lot_words + l * num_words;
        self->lots[l].credit = self->lots[l].words + lot_layout(self->lot_shape).credit;
    }
    return true;
}

uint64_t fast_lot_lost(const struct fast_bank *self, uint32_t router)
{
    const struct fast_lot *lot = &self->lots[router / PARTITION_WORD];
    if (!lot->was_dense)
        return 0;
    const uint64_t *lost = lot->words + lot_layout(self->lot_shape).lost;
    uint64_t sum = 0;
    for (uint32_t d = 0; d < LOT_COUNT_DIGITS; d++)
        sum += (lost[d] >> router % PARTITION_WORD & 1) << d;
    return sum;
}

static uint32_t num_routers_of(const struct fast_bank *self, size_t lot)
{
    size_t left = self->num_routers - lot * PARTITION_WORD;
    return left < PARTITION_WORD ? (uint32_t)left : PARTITION_WORD;
}

// Bits of a router's set to the words of a lot, and back.
static void scatter_set(uint64_t *words, uint64_t set, uint32_t r)
{
    for (; set; set &= set - 1)
        words[__builtin_ctzll(set)] |= fast_bit_of(r);
}

static uint64_t gather_set(const uint64_t *words, uint32_t size, uint32_t r)
{
    uint64_t set = 0;
    for (uint32_t x = 0; x < size; x++)
        set |= (words[x] >> r & 1) << x;
    return set;
}

static void set_number(uint64_t *digits, uint32_t num_digits, uint32_t r, uint32_t number)
{
    for (uint32_t d = 0; d < num_digits; d++)
        digits[d] |= (uint64_t)(number >> d & 1) << r;
}

// The last one of `num`, by those after it, of which each is so many bits.
static uint32_t last_of(uint64_t after, uint32_t num, uint32_t bits)
{
    return num - 1 - (uint32_t)__builtin_popcountll(after) / bits;
}

static void gather_ports(const struct fast_bank *self, struct fast_router *at, uint64_t *words,
                         uint32_t r)
{
    struct lot_shape shape = self->lot_shape;
    struct lot_layout to = lot_layout(shape);
    for (size_t p = 0; p < shape.radix; p++) {
        const struct fast_port *port = &fast_ports_of(self, at)[p];
        set_number(words + to.last_in + p * shape.vc_digits, shape.vc_digits, r,
                   last_of(port->rr_vc, shape.num_vcs, 1));
        set_number(words + to.last_out + p * shape.vc_digits, shape.vc_digits, r,
                   last_of(port->rr_out_vc, shape.num_vcs, 1));
        set_number(words + to.last_port + p * shape.port_digits, shape.port_digits, r,
                   last_of(port->rr_in, shape.radix, shape.num_vcs));
    }
}

void fast_lot_gather(const struct fast_bank *self, struct fast_part *part, size_t lot)
{
    struct lot_layout to = lot_layout(self->lot_shape);
    uint64_t *words = self->lots[lot].words;
    memset(words, 0, to.lost * sizeof *words);
    for (uint32_t r = 0; r < num_routers_of(self, lot); r++) {
        struct fast_router *at = lot_router(self, lot, r);
        scatter_set(words + to.occupied, at->occupied, r);
        scatter_set(words + to.held, at->held, r);
        scatter_set(words + to.credit, at->credit, r);
        gather_ports(self, at, words, r);
        at->occupied = FAST_IN_LOT;
    }
    self->lots[lot].is_dense = true;
    self->lots[lot].was_dense = true;
    part->num_dense++;
}

// Computes what heads in the FIFO of an input VC want.
static void route_heads(const struct fast_bank *self, struct fast_router *at, uint32_t x)
{
    const struct fast_vc *vc = &at->vcs[x];
    for (uint32_t i = 0; i < vc->num; i++) {
        struct fast_flit *flit = fast_flit_at(self, at, vc, (uint32_t)vc->first + i);
        if (flit->tag & FAST_HEAD)
            fast_route(self, at, x, flit);
    }
}

static void scatter_ports(const struct fast_bank *self, struct fast_router *at,
                          const uint64_t *words, uint32_t r)
{
    struct lot_shape shape = self->lot_shape;
    struct lot_layout from = lot_layout(shape);
    for (size_t p = 0; p < shape.radix; p++) {
        struct fast_port *port = &fast_ports_of(self, at)[p];
        uint32_t in = lot_number(words + from.last_in + p * shape.vc_digits, shape.vc_digits, r);
        uint32_t out = lot_number(words + from.last_out + p * shape.vc_digits, shape.vc_digits, r);
        uint32_t last =
            lot_number(words + from.last_port + p * shape.port_digits, shape.port_digits, r);
        port->rr_vc = self->after[in];
        port->rr_out_vc = self->after[out];
        port->rr_in = self->beyond[(size_t)last * shape.num_vcs];
    }
}

void fast_lot_scatter(const struct fast_bank *self, struct fast_part *part, size_t lot)
{
    struct lot_layout from = lot_layout(self->lot_shape);
    const uint64_t *words = self->lots[lot].words;
    for (uint32_t r = 0; r < num_routers_of(self, lot); r++) {
        struct fast_router *at = lot_router(self, lot, r);
        at->occupied = gather_set(words + from.occupied, self->set_size, r);
        at->held = gather_set(words + from.held, self->set_size, r);
        at->credit = gather_set(words + from.credit, self->set_size, r);
        at->asked = 0;
        scatter_ports(self, at, words, r);
        for (uint64_t rest = at->occupied; rest; rest &= rest - 1)
            route_heads(self, at, (uint32_t)__builtin_ctzll(rest));
    }
    self->lots[lot].is_dense = false;
    part->num_dense--;
}
