// SPDX-License-Identifier: Apache-2.0
// The `lockstep` back end: a router is two, the reference (router_ref.c, or router_circuit.c under
// circuit switching) and the RTL, with the same inputs. The reference's outputs go to the fabric;
// after each clock edge all outputs of the RTL must be the same: valid, credit, ack, nack and busy
// always, VC, head, tail and payload where valid, and the stall counters.
//
// Timing: the reference's outputs are known in `evaluate`, or in `update` if it has only that; the
// RTL's in `update` of the same cycle.
// A router is clocked for one cycle more after its last output, to see its pins become quiet.
// Bounds: the RTL's payload has exactly as many wires as configured; wider ones are made of the
// reference's payload (layout.h). Only the first difference is kept, and told by `check`.
// Leaves out: routers that the fabric does not call are not compared; it can be told to call all.
#include "model/net/router_history.h"
#include "model/net/rtl_bank.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What is found at the routers of a partition.
struct lockstep_part {
    uint64_t num_compared; // router-cycles in this cycle
    struct err difference; // the first one
};

struct lockstep {
    const struct router_ops *ref_ops;
    void *ref;
    struct rtl_bank *rtl;
    uint32_t radix;
    uint64_t first_word_mask;          // wires of payload word 0
    uint32_t *num_flits;               // [num_routers]: of the reference in this cycle
    uint32_t *num_credits;             // [num_routers]
    struct router_out_flit *flits;     // [num_routers * radix]
    struct router_out_credit *credits; // [num_routers * radix]
    struct router_history *history;    // inputs, and the RTL's outputs
    struct lockstep_part *parts;       // [rtl->num_parts]
};

static void bank_free(void *bank)
{
    struct lockstep *self = bank;
    if (!self)
        return;
    if (self->ref)
        self->ref_ops->bank_free(self->ref);
    rtl_bank_free(self->rtl);
    free(self->num_flits);
    free(self->num_credits);
    free(self->flits);
    free(self->credits);
    free(self->parts);
    router_history_free(self->history);
    free(self);
}

static bool allocate(struct lockstep *self, const struct router_params *params)
{
    size_t num_ports = (size_t)params->num_routers * params->radix;
    self->radix = params->radix;
    self->num_flits = calloc(params->num_routers, sizeof *self->num_flits);
    self->num_credits = calloc(params->num_routers, sizeof *self->num_credits);
    self->flits = calloc(num_ports, sizeof *self->flits);
    self->credits = calloc(num_ports, sizeof *self->credits);
    self->history = router_history_new(params->num_routers, params->radix);
    return self->num_flits && self->num_credits && self->flits && self->credits && self->history;
}

static void *bank_new(const struct router_params *params, struct err *err)
{
    uint32_t flit_bits = params->routing->layout.flit_bits;
    struct lockstep *self = calloc(1, sizeof *self);
    if (!self || !allocate(self, params)) {
        err_set(err, ERR_RUN, "out of memory for routers in lockstep");
        bank_free(self);
        return NULL;
    }
    self->first_word_mask = flit_bits < 64 ? (UINT64_C(1) << flit_bits) - 1 : UINT64_MAX;
    self->ref_ops = router_choose(&router_ref_ops, params);
    self->ref = self->ref_ops->bank_new(params, err);
    if (self->ref)
        self->rtl = rtl_bank_new_routers(params, flit_bits, err);
    if (self->rtl) {
        self->parts = calloc(self->rtl->num_parts, sizeof *self->parts);
        if (self->parts)
            return self;
        err_set(err, ERR_RUN, "out of memory for routers in lockstep");
    }
    bank_free(self);
    return NULL;
}

static uint64_t bytes(const struct router_params *params)
{
    uint64_t routers = params->num_routers;
    const struct lockstep *self;
    uint64_t of_router = sizeof *self->num_flits + sizeof *self->num_credits;
    uint64_t of_port = sizeof *self->flits + sizeof *self->credits;
    return sizeof *self + routers * (of_router + params->radix * of_port) +
           router_history_bytes(params->num_routers, params->radix) + router_ref_ops.bytes(params) +
           router_rtl_ops.bytes(params);
}

// The reference has decided.
static void keep(struct lockstep *self, uint32_t router, const struct router_out *out)
{
    self->num_flits[router] = out->num_flits;
    self->num_credits[router] = out->num_credits;
    size_t first = (size_t)router * self->radix;
    for (uint32_t i = 0; i < out->num_flits; i++)
        self->flits[first + i] = out->flits[i];
    for (uint32_t i = 0; i < out->num_credits; i++)
        self->credits[first + i] = out->credits[i];
}

static void evaluate(void *bank, uint32_t router, struct router_out *out)
{
    struct lockstep *self = bank;
    if (!self->ref_ops->evaluate)
        return;
    self->ref_ops->evaluate(self->ref, router, out);
    keep(self, router, out);
}

static void flit_in(void *bank, uint32_t router, uint32_t port, struct flit flit)
{
    struct lockstep *self = bank;
    router_history_flit(self->history, router, rtl_bank_cycle(self->rtl), ROUTER_HISTORY_FLIT_IN,
                        port, flit);
    self->ref_ops->flit(self->ref, router, port, flit);
    rtl_bank_flit(self->rtl, router, port, flit);
}

static void credit_in(void *bank, uint32_t router, uint32_t port, uint8_t vcs)
{
    struct lockstep *self = bank;
    router_history_credit(self->history, router, rtl_bank_cycle(self->rtl),
                          ROUTER_HISTORY_CREDIT_IN, port, vcs);
    self->ref_ops->credit(self->ref, router, port, vcs);
    rtl_bank_credit(self->rtl, router, port, vcs);
}

static void answer_in(void *bank, uint32_t router, uint32_t port, bool ack, bool nack)
{
    struct lockstep *self = bank;
    router_history_answer(self->history, router, rtl_bank_cycle(self->rtl),
                          ROUTER_HISTORY_CREDIT_IN, port, ack, nack);
    self->ref_ops->answer(self->ref, router, port, ack, nack);
    rtl_bank_answer(self->rtl, router, port, ack, nack);
}

static struct lockstep_part *part_of(const struct lockstep *self, uint32_t router)
{
    return &self->parts[partition_of(&self->rtl->partitioning, router)];
}

// Notes a difference, unless there is one already.
static void note_difference(struct lockstep *self, uint32_t router, int64_t port, const char *field,
                            uint64_t rtl, uint64_t ref)
{
    struct err *difference = &part_of(self, router)->difference;
    if (difference->status != ERR_NONE)
        return;
    char at_port[32] = "";
    char table[sizeof difference->text - 256];
    if (port >= 0)
        snprintf(at_port, sizeof at_port, ", port %" PRId64, port);
    router_history_table(self->history, router, table, sizeof table);
    uint64_t cycle = rtl_bank_cycle(self->rtl);
    err_set(difference, ERR_MISMATCH,
            "cycle %" PRIu64 ", router %" PRIu32 "%s, %s: RTL has 0x%" PRIx64
            ", the reference 0x%" PRIx64 "\n"
            "last cycles of this router's pins (port:vc, H head, T tail, =payload; credits "
            "port:VCs, A ack, N nack; outputs of the RTL):\n%s",
            cycle, router, at_port, field, rtl, ref, table);
    rtl_bank_note_fault(self->rtl, router);
}

// Notes a difference if there is one. `port` is -1 where a field has none.
static inline void differ(struct lockstep *self, uint32_t router, int64_t port, const char *field,
                          uint64_t rtl, uint64_t ref)
{
    if (rtl != ref)
        note_difference(self, router, port, field, rtl, ref);
}

static void compare_payload(struct lockstep *self, uint32_t router,
                            const struct router_door_out *out, uint32_t idx, uint64_t payload)
{
    const struct rtl_bank *rtl = self->rtl;
    uint32_t port = out->flits[idx].port;
    const uint64_t *words = &out->words[(size_t)idx * rtl->num_words];
    differ(self, router, port, "payload", words[0], payload & self->first_word_mask);
    for (uint32_t w = 1; w < rtl->num_words; w++) {
        uint64_t mask = w + 1 == rtl->num_words ? rtl->last_word_mask : UINT64_MAX;
        char field[32];
        snprintf(field, sizeof field, "payload word %" PRIu32, w);
        differ(self, router, port, field, words[w], layout_word(payload, w) & mask);
    }
}

// True if flit `idx` of the RTL is the reference's in every wire; payloads of several words are
// for compare_payload.
static bool same_flit(const struct lockstep *self, const struct router_door_out *out, uint32_t idx,
                      const struct router_out_flit *ref)
{
    return out->flits[idx].port == ref->port &&
           out->flits[idx].wires == rtl_bank_wires(ref->flit) && self->rtl->num_words == 1 &&
           out->words[idx] == (ref->flit.payload & self->first_word_mask);
}

// Both lists are in ascending order of port.
static void compare_flits(struct lockstep *self, uint32_t router, const struct router_door_out *out)
{
    const struct router_out_flit *ref = &self->flits[(size_t)router * self->radix];
    const struct router_out_flit *end = ref + self->num_flits[router];
    for (uint32_t i = 0; i < out->num_flits; i++) {
        uint32_t port = out->flits[i].port;
        if (ref < end && same_flit(self, out, i, ref)) {
            ref++;
            continue;
        }
        if (ref < end && ref->port < port)
            break;
        if (ref == end || ref->port > port) {
            differ(self, router, port, "valid", 1, 0);
            return;
        }
        struct flit flit = rtl_bank_out_flit(self->rtl, out, i);
        differ(self, router, port, "vc", flit.vc, ref->flit.vc);
        differ(self, router, port, "head", flit.head, ref->flit.head);
        differ(self, router, port, "tail", flit.tail, ref->flit.tail);
        compare_payload(self, router, out, i, ref->flit.payload);
        ref++;
    }
    if (ref < end)
        differ(self, router, ref->port, "valid", 0, 1);
}

static bool same_back(const struct router_door_back *rtl, const struct router_out_credit *ref)
{
    return rtl->port == ref->port && rtl->credits == ref->vcs && rtl->ack == ref->ack &&
           rtl->nack == ref->nack;
}

static void compare_backs(struct lockstep *self, uint32_t router, const struct router_door_out *out)
{
    const struct router_out_credit *ref = &self->credits[(size_t)router * self->radix];
    const struct router_out_credit *end = ref + self->num_credits[router];
    for (uint32_t i = 0; i < out->num_backs; i++) {
        const struct router_door_back *back = &out->backs[i];
        if (ref < end && same_back(back, ref)) {
            ref++;
            continue;
        }
        if (ref < end && ref->port < back->port)
            break;
        bool same_port = ref < end && ref->port == back->port;
        differ(self, router, back->port, "credit", back->credits, same_port ? ref->vcs : 0);
        differ(self, router, back->port, "ack", back->ack, same_port && ref->ack);
        differ(self, router, back->port, "nack", back->nack, same_port && ref->nack);
        ref += same_port;
    }
    if (ref == end)
        return;
    differ(self, router, ref->port, "credit", 0, ref->vcs);
    differ(self, router, ref->port, "ack", 0, ref->ack);
    differ(self, router, ref->port, "nack", 0, ref->nack);
}

static void compare_stalls(struct lockstep *self, uint32_t router)
{
    const struct rtl_part *part = rtl_bank_part(self->rtl, router);
    const uint64_t *rtl = self->rtl->door->stalls(part->instances, router - part->first);
    struct router_stalls ref = {0};
    self->ref_ops->stalls(self->ref, router, &ref);
    _Static_assert(sizeof ref == ROUTER_DOOR_STALLS * sizeof *rtl, "counts alone");
    if (memcmp(&ref, rtl, sizeof ref) == 0)
        return;
    uint32_t idx = 0;
#define COMPARE(name) differ(self, router, -1, "stalls." #name, rtl[idx++], ref.name);
    ROUTER_STALLS(COMPARE)
#undef COMPARE
}

static void note_outputs(struct lockstep *self, uint32_t router, const struct router_door_out *out)
{
    uint64_t cycle = rtl_bank_cycle(self->rtl);
    for (uint32_t i = 0; i < out->num_flits; i++)
        router_history_flit(self->history, router, cycle, ROUTER_HISTORY_FLIT_OUT,
                            out->flits[i].port, rtl_bank_out_flit(self->rtl, out, i));
    for (uint32_t i = 0; i < out->num_backs; i++) {
        const struct router_door_back *back = &out->backs[i];
        if (back->credits)
            router_history_credit(self->history, router, cycle, ROUTER_HISTORY_CREDIT_OUT,
                                  back->port, back->credits);
        if (back->ack || back->nack)
            router_history_answer(self->history, router, cycle, ROUTER_HISTORY_CREDIT_OUT,
                                  back->port, back->ack, back->nack);
    }
}

static void update(void *bank, uint32_t router, struct router_out *out)
{
    struct lockstep *self = bank;
    if (self->ref_ops->update) {
        self->ref_ops->update(self->ref, router, out);
        keep(self, router, out);
    }
    const struct router_door_out *pins = rtl_bank_clock(self->rtl, router);
    part_of(self, router)->num_compared++;
    note_outputs(self, router, pins);
    compare_flits(self, router, pins);
    compare_backs(self, router, pins);
    // The RTL's busy covers output registers that the next edge will make quiet
    bool loaded = self->num_flits[router] || self->num_credits[router];
    differ(self, router, -1, "busy", pins->busy, loaded || self->ref_ops->busy(self->ref, router));
    compare_stalls(self, router);
    self->num_flits[router] = 0;
    self->num_credits[router] = 0;
}

// What the RTL says, which was compared.
static bool busy(const void *bank, uint32_t router)
{
    const struct lockstep *self = bank;
    return self->rtl->busy[router];
}

static void stalls(const void *bank, uint32_t router, struct router_stalls *sum)
{
    const struct lockstep *self = bank;
    self->ref_ops->stalls(self->ref, router, sum);
}

static uint32_t waits(const void *bank, uint32_t router, struct router_wait *list)
{
    const struct lockstep *self = bank;
    return self->ref_ops->waits(self->ref, router, list);
}

static bool check(void *bank, struct err *err)
{
    struct lockstep *self = bank;
    const struct err *difference = NULL;
    for (uint32_t p = 0; p < self->rtl->num_parts; p++) {
        struct lockstep_part *part = &self->parts[p];
        if (self->rtl->rtl)
            self->rtl->rtl->compared_router_cycles += part->num_compared;
        part->num_compared = 0;
        if (!difference && part->difference.status != ERR_NONE)
            difference = &part->difference;
    }
    bool good = rtl_bank_check(self->rtl, err);
    if (difference)
        *err = *difference;
    return good && !difference;
}

const struct router_ops router_lockstep_ops = {
    .name = "lockstep",
    .bytes = bytes,
    .bank_new = bank_new,
    .bank_free = bank_free,
    .evaluate = evaluate,
    .flit = flit_in,
    .credit = credit_in,
    .answer = answer_in,
    .update = update,
    .busy = busy,
    .stalls = stalls,
    .waits = waits,
    .check = check,
};
