// SPDX-License-Identifier: Apache-2.0
// A cycle of all routers of a partition, of a bank of fast reference routers that carries flits and
// credits by itself.
//
// At low load most FIFOs are empty, and a flit that comes leaves in the next cycle. So flits that
// have come to a router stay in the list of what has come, and leave from there, if the router's
// FIFOs are empty, all of them may leave, and no two go to the same port (no two come by the same
// one in a cycle): had they been in FIFOs, these would be empty again, and nothing else would
// differ. All others are put into FIFOs before steps 1 to 5 are made for these.
#include "model/net/calendar.h"
#include "model/net/router_fast_lot.h"
#include "model/net/router_fast_steps.h"
#include "model/net/terminal.h"

// Where there are more routers with flits in FIFOs than one for so many flits that come, all go
// into FIFOs: which routers are empty could not be foretold, and it would take longer to find out.
enum { FLITS_A_BACKLOG = 6 };

// --- channels -----------------------------------------------------------------------------------

// Of a day that is less than `num_days` off.
static inline uint32_t day_idx(const struct fast_bank *self, uint32_t day)
{
    return day < self->num_days ? day : day - self->num_days;
}

// What a partition has sent that arrives at the partition whose days begin at `first_day`.
static inline struct fast_day *day_in(const struct fast_bank *self, const struct fast_part *from,
                                      uint32_t first_day, uint32_t latency_cycles)
{
    return &from->days[first_day + day_idx(self, from->today + latency_cycles)];
}

void fast_set_lanes(const struct fast_bank *self, struct fast_part *from)
{
    for (uint32_t l = 0; l < self->num_lanes; l++) {
        const struct fast_lane *lane = &self->lanes[l];
        struct fast_day *day = day_in(self, from, lane->first_day, lane->latency_cycles);
        from->flits[l] = &day->flits[lane->kind];
        from->credits[l] = &day->credits[lane->kind];
    }
}

static bool short_of_memory(struct fast_part *part)
{
    return err_set(&part->err, ERR_RUN, "out of memory for flits on channels");
}

// Makes room in all lanes for `num` flits and credits. False if out of memory.
static inline bool reserve(const struct fast_bank *self, struct fast_part *from, size_t num)
{
    for (uint32_t l = 0; l < self->num_lanes; l++)
        if (!fast_reserve_flits(from->flits[l], num) ||
            !fast_reserve_credits(from->credits[l], num))
            return short_of_memory(from);
    return true;
}

// The first VC at the router that a node's channel leads to.
static uint32_t first_at(const struct fast_bank *self, const struct wire *wire)
{
    return wire->to.place * FAST_MAX_SET + wire->to.port * self->num_vcs;
}

bool fast_inject(void *bank, uint32_t part, const struct wire *wire, struct flit flit)
{
    const struct fast_bank *self = bank;
    struct fast_part *from = &self->parts[part];
    struct fast_day *day = day_in(self, from, wire->part * self->num_days, wire->latency_cycles);
    struct fast_flits *to = &day->flits[FAST_ROUTER];
    if (to->end == to->limit)
        return (fast_grow_flits(to, 1) || short_of_memory(from)) &&
               fast_inject(bank, part, wire, flit);
    to->end->payload = flit.payload;
    to->end->tag = fast_ends_of(flit);
    to->end->event = first_at(self, wire) + flit.vc;
    to->end++;
    from->num_added++;
    return true;
}

bool fast_give_back(void *bank, uint32_t part, const struct wire *wire, uint32_t vc)
{
    const struct fast_bank *self = bank;
    struct fast_part *from = &self->parts[part];
    struct fast_day *day = // `fast_arrive` has moved on to the next one
        day_in(self, from, wire->part * self->num_days, wire->credit_latency_cycles - 1);
    struct fast_credits *to = &day->credits[FAST_ROUTER];
    if (to->end == to->limit)
        return (fast_grow_credits(to, 1) || short_of_memory(from)) &&
               fast_give_back(bank, part, wire, vc);
    *to->end++ = first_at(self, wire) + vc;
    from->carrier->calendar->num_pending++; // what arrives in this cycle has been counted
    return true;
}

// --- what arrives -------------------------------------------------------------------------------

// What came to routers of a partition from another one in the last cycle.
static inline struct fast_flits *flits_from(const struct fast_bank *self, uint32_t from,
                                            uint32_t part)
{
    uint32_t yesterday = day_idx(self, self->parts[part].today + self->num_days - 1);
    return &self->parts[from].days[part * self->num_days + yesterday].flits[FAST_ROUTER];
}

static inline struct fast_router *router_of(const struct fast_bank *self, uint32_t event)
{
    return fast_router_at(self, event / FAST_MAX_SET);
}

// Puts a flit that has come into the FIFO of its input VC, and has the router arbitrated.
static inline void queue_flit(const struct fast_bank *self, const struct fast_part *here,
                              struct fast_router *at, const struct fast_arrival *in)
{
    const struct fast_lot *lot = &self->lots[fast_lot_of(in->event)];
    if (here->num_dense > 0 && lot->is_dense) {
        fast_lot_queue(self, lot, at, in);
        return;
    }
    fast_arrive_flit(self, at, in->event % FAST_MAX_SET, in->payload, in->tag);
    here->carrier->active[fast_lot_of(in->event)] |= fast_lot_bit(in->event);
}

// Does so with all that came in the last cycle.
static void queue_flits(const struct fast_bank *self, uint32_t part)
{
    for (uint32_t from = 0; from < self->num_parts; from++) {
        struct fast_flits *flits = flits_from(self, from, part);
        for (const struct fast_arrival *in = flits->list; in < flits->end; in++)
            queue_flit(self, &self->parts[part], router_of(self, in->event), in);
        flits->end = flits->list;
    }
}

void fast_settle_all(const struct fast_bank *self)
{
    for (uint32_t p = 0; p < self->num_parts; p++) {
        struct fast_part *part = &self->parts[p];
        if (!part->carrier)
            continue;
        queue_flits(self, p);
        for (uint32_t w = part->carrier->first_word; w < part->carrier->end_word; w++)
            if (self->lots[w].is_dense)
                fast_lot_scatter(self, part, w);
    }
}

static void arrive_at_nodes(struct fast_part *here, const struct fast_day *today)
{
    const struct carrier *carrier = here->carrier;
    const struct fast_flits *flits = &today->flits[FAST_NODE];
    const struct fast_credits *credits = &today->credits[FAST_NODE];
    for (const struct fast_arrival *in = flits->list; in < flits->end; in++) {
        uint32_t node = in->event / FAST_MAX_SET;
        if (node == FAST_NOWHERE)
            continue;
        if (in->tag & FAST_HEAD)
            carrier->pool->slots[layout_handle(in->payload)].hops += in->tag / FAST_HOP;
        terminals_flit(carrier->terminals, node,
                       fast_flit_out(in->payload, in->tag, in->event % FAST_MAX_SET), &here->err);
    }
    for (const uint32_t *in = credits->list; in < credits->end; in++)
        terminals_credit(carrier->terminals, *in / FAST_MAX_SET,
                         (uint8_t)(1U << *in % FAST_MAX_SET));
}

// Step 7 for credits that have come to routers.
static inline void arrive_credits(const struct fast_bank *self, const struct fast_part *here,
                                  const struct fast_credits *credits)
{
    for (const uint32_t *in = credits->list; in < credits->end; in++) {
        struct fast_router *at = router_of(self, *in);
        const struct fast_lot *lot = &self->lots[fast_lot_of(*in)];
        if (here->num_dense > 0 && lot->is_dense)
            fast_lot_credit(self, lot, at, *in);
        else
            fast_arrive_credit(self, at, *in % FAST_MAX_SET);
    }
}

// Flits that come to routers stay where they are until these are evaluated, in the next cycle,
// unless it is done one by one.
void fast_arrive(void *bank, uint32_t part)
{
    const struct fast_bank *self = bank;
    struct fast_part *here = &self->parts[part];
    const struct carrier *carrier = here->carrier;
    size_t num_came = 0;
    size_t num_arrived = 0;
    for (uint32_t from = 0; from < self->num_parts; from++) {
        struct fast_day *today = &self->parts[from].days[part * self->num_days + here->today];
        arrive_credits(self, here, &today->credits[FAST_ROUTER]);
        arrive_at_nodes(here, today);
        num_came += (size_t)(today->flits[FAST_ROUTER].end - today->flits[FAST_ROUTER].list);
        num_arrived += (size_t)(today->flits[FAST_NODE].end - today->flits[FAST_NODE].list);
        today->flits[FAST_NODE].end = today->flits[FAST_NODE].list;
        for (int kind = 0; kind < FAST_NUM_KINDS; kind++) {
            num_arrived += (size_t)(today->credits[kind].end - today->credits[kind].list);
            today->credits[kind].end = today->credits[kind].list;
        }
    }
    *carrier->flit_hops += here->num_hops;
    carrier->calendar->num_pending += here->num_added - num_arrived - num_came;
    here->num_hops = 0;
    here->num_added = 0;
    here->today = day_idx(self, here->today + 1);
    fast_set_lanes(self, here);
    if (carrier->one_by_one)
        queue_flits(self, part);
    else
        *carrier->num_came = (uint32_t)num_came;
}

// --- flits that need no FIFO --------------------------------------------------------------------

// Step 1 for a flit that has come to an empty FIFO: output VCs that it may leave by.
static inline uint64_t usable_at_once(const struct fast_bank *self, const struct fast_router *at,
                                      uint32_t x, const struct fast_arrival *in)
{
    uint64_t wanted = fast_bit_of(at->vcs[x].out);
    uint32_t needed_credits = 1;
    if (in->tag & FAST_HEAD) {
        struct route_options options = route_compute(self->routing, at->number, at->address, x,
                                                     self->vc_of[x], (uint32_t)in->payload);
        wanted = (uint64_t)options.route.vcs << options.route.port * self->num_vcs & ~at->held;
        needed_credits = options.credits;
    }
    if (!self->needs_credits)
        return wanted & at->credit;
    if (self->waits_for_tail && (in->tag & FAST_ENDS) == FAST_HEAD)
        return 0;
    return fast_with_credits(at->vcs, wanted, needed_credits);
}

// Finds out in which routers all flits that came leave at once, and marks the others.
static void look_at_flits(const struct fast_bank *self, const struct fast_flits *flits)
{
    const struct fast_arrival *end = flits->end;
    for (struct fast_arrival *in = flits->list; in < end; in++) {
        uint32_t x = in->event % FAST_MAX_SET;
        struct fast_router *at = router_of(self, in->event);
        uint64_t usable = at->occupied ? 0 : usable_at_once(self, at, x, in);
        if (usable == 0 || (at->asked & usable)) {
            at->asked = UINT64_MAX;
            continue;
        }
        in->usable = usable;
        at->asked |= self->siblings[__builtin_ctzll(usable)];
    }
}

// Sends them, and puts those of the others into FIFOs.
static void take_flits(const struct fast_bank *self, struct fast_part *here,
                       struct fast_flits *flits)
{
    const struct fast_arrival *end = flits->end;
    here->num_added += 2 * (uint64_t)(end - flits->list);
    for (const struct fast_arrival *in = flits->list; in < end; in++) {
        uint32_t x = in->event % FAST_MAX_SET;
        struct fast_router *at = router_of(self, in->event);
        if (at->asked == UINT64_MAX) {
            queue_flit(self, here, at, in);
            here->num_added -= 2;
            continue;
        }
        at->asked = 0;
        struct fast_port *from = fast_port_of(self, at, x);
        struct fast_port *out = fast_port_of(self, at, (uint32_t)__builtin_ctzll(in->usable));
        uint32_t vc = fast_leave(self, at, from, x, out, in->usable, in->tag);
        fast_send(here, in->payload, in->tag, out, vc, from, self->vc_of[x]);
    }
    flits->end = flits->list;
}

// --- flits in FIFOs -----------------------------------------------------------------------------

// Steps 4 and 5 for contenders, which send their front flits.
static inline void grant(const struct fast_bank *self, struct fast_part *from,
                         const struct fast_contender *winner, const struct fast_contender *end)
{
    from->num_added += 2 * (uint64_t)(end - winner);
    for (; winner < end; winner++) {
        struct fast_router *at = winner->at;
        const struct fast_flit *front = winner->front;
        struct fast_port *in = fast_port_of(self, at, winner->x);
        uint32_t vc = fast_leave(self, at, in, winner->x, winner->out, winner->usable, front->tag);
        fast_send(from, front->payload, front->tag, winner->out, vc, in, self->vc_of[winner->x]);
        fast_pop(self, at, winner->x, front->tag);
    }
}

void fast_evaluate_one(const struct fast_bank *self, struct fast_part *from, struct fast_router *at)
{
    uint32_t num_lost = 0;
    uint32_t num = fast_arbitrate(self, at, from->contenders, &num_lost);
    if (reserve(self, from, num))
        grant(self, from, from->contenders, from->contenders + num);
}

// Whether a lot is to be made dense, or not so any more: when it has been worth it for some cycles.
static inline bool changes(const struct fast_bank *self, size_t word, bool is_worth_it)
{
    struct fast_lot *lot = &self->lots[word];
    lot->num_cycles = is_worth_it || self->lots_come_and_go ? lot->num_cycles + 1 : 0;
    if (lot->num_cycles < self->lot_cycles)
        return false;
    lot->num_cycles = 0;
    return true;
}

// Steps 1 to 3 for the routers of a word of the active ones, then 4 and 5: a long loop ends less
// often than a short one for each router would. Returns those that are busy then.
static uint64_t evaluate_word(const struct fast_bank *self, struct fast_part *from, size_t word,
                              uint64_t active)
{
    unsigned char *routers = self->routers + word * PARTITION_WORD * self->stride;
    struct fast_contender *end = from->contenders;
    uint32_t num_lost = 0;
    for (uint64_t rest = active; rest; rest &= rest - 1) {
        struct fast_router *at =
            (struct fast_router *)(routers + (size_t)__builtin_ctzll(rest) * self->stride);
        at->asked = 0;
        end += fast_arbitrate(self, at, end, &num_lost);
    }
    if (!reserve(self, from, (size_t)(end - from->contenders)))
        return active;
    grant(self, from, from->contenders, end);
    uint64_t busy = 0;
    for (uint64_t rest = active; rest; rest &= rest - 1) {
        const struct fast_router *at =
            (struct fast_router *)(routers + (size_t)__builtin_ctzll(rest) * self->stride);
        busy |= rest & -rest & fast_mask_of(at->occupied != 0);
    }
    if (changes(self, word, num_lost >= self->lot_min_lost))
        fast_lot_gather(self, from, word);
    return busy;
}

// The same for a dense lot.
static uint64_t evaluate_lot(const struct fast_bank *self, struct fast_part *from, size_t word)
{
    if (!reserve(self, from, (size_t)PARTITION_WORD * self->radix))
        return from->carrier->active[word];
    uint32_t num_lost;
    uint64_t busy = self->lot_cycle(self, from, word, &num_lost);
    if (changes(self, word, num_lost < self->lot_min_lost))
        fast_lot_scatter(self, from, word);
    return busy;
}

// Routers with flits in FIFOs.
static uint32_t num_backlogs(const struct carrier *carrier)
{
    uint32_t num = 0;
    for (uint32_t w = carrier->first_word; w < carrier->end_word; w++)
        num += (uint32_t)__builtin_popcountll(carrier->active[w]);
    return num;
}

void fast_evaluate_all(void *bank, uint32_t part)
{
    const struct fast_bank *self = bank;
    struct fast_part *here = &self->parts[part];
    const struct carrier *carrier = here->carrier;
    if (!reserve(self, here, *carrier->num_came))
        return;
    if (num_backlogs(carrier) * FLITS_A_BACKLOG > *carrier->num_came) {
        queue_flits(self, part);
    } else {
        for (uint32_t from = 0; from < self->num_parts; from++)
            look_at_flits(self, flits_from(self, from, part));
        for (uint32_t from = 0; from < self->num_parts; from++)
            take_flits(self, here, flits_from(self, from, part));
    }
    for (uint32_t w = carrier->first_word; w < carrier->end_word; w++)
        if (self->lots[w].is_dense)
            carrier->active[w] = evaluate_lot(self, here, w);
        else if (carrier->active[w])
            carrier->active[w] = evaluate_word(self, here, w, carrier->active[w]);
}
