// SPDX-License-Identifier: Apache-2.0
#include "model/net/rtl_bank.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum { WAVE_CYCLE = 10, WAVE_HALF = 5 }; // units of time in a wave file

static struct router_door_straps straps_of(const struct router_params *params, bool waves)
{
    const struct routing *routing = params->routing;
    return (struct router_door_straps){
        .mode = (uint8_t)params->switching,
        .depth_flits = (uint8_t)params->buffer_flits,
        .by_flow = routing->by_flow,
        .vcs_low = routing->vcs_low,
        .vcs_high = routing->vcs_high,
        .vcs_class = routing->vcs_class,
        .waits = params->circuit_waits,
        .len_mask = routing->layout.len_mask,
        .waves = waves,
    };
}

void rtl_bank_set_design(struct rtl_variant *variant, const struct router_design *design)
{
    rtl_variant_set(variant, "PIPELINE", "%u", design->pipeline);
    rtl_variant_set(variant, "VC_KIND", "%d", (int)design->vc_allocator);
    rtl_variant_set(variant, "SWITCH_KIND", "%d", (int)design->switch_allocator);
    rtl_variant_set(variant, "ITERATIONS", "%u", design->allocator_iterations);
    rtl_variant_set(variant, "SPECULATIVE", "%d", design->speculative);
}

static bool open_wave(struct rtl_bank *self, struct err *err)
{
    const struct router_rtl *rtl = self->rtl;
    if (!rtl || !rtl->wave)
        return true;
    bool all = rtl->wave_router >= self->num_instances;
    assert(self->num_parts == 1);
    self->wave_open =
        self->door->wave_open(self->parts->instances, rtl->wave, all ? 0 : rtl->wave_router,
                              all ? self->num_instances : 1);
    return self->wave_open || err_set(err, ERR_RUN, "cannot write the wave file %s", rtl->wave);
}

static bool make_part(struct rtl_bank *self, uint32_t p, const struct router_door_straps *straps)
{
    const struct router_door *door = self->door;
    struct rtl_part *part = &self->parts[p];
    uint32_t end = self->num_instances;
    if (p + 1 < self->num_parts)
        end = partition_first_word(&self->partitioning, p + 1) * PARTITION_WORD;
    if (p > 0)
        part->first = partition_first_word(&self->partitioning, p) * PARTITION_WORD;
    part->num = end - part->first;
    part->out.flits = calloc(door->ports, sizeof *part->out.flits);
    part->out.backs = calloc(door->ports, sizeof *part->out.backs);
    part->out.words = calloc((size_t)door->ports * door->num_words, sizeof *part->out.words);
    if (part->out.flits && part->out.backs && part->out.words)
        part->instances = door->bank_new(part->num, straps);
    return part->instances != NULL;
}

static bool make_instances(struct rtl_bank *self, const struct router_params *params,
                           const struct rtl_variant *variant, struct err *err)
{
    struct router_door_straps straps = straps_of(params, variant->waves);
    self->num_words = self->door->num_words;
    self->busy = calloc(self->num_instances, sizeof *self->busy);
    self->parts = calloc(self->num_parts, sizeof *self->parts);
    bool made = self->busy && self->parts;
    for (uint32_t p = 0; made && p < self->num_parts; p++)
        made = make_part(self, p, &straps);
    if (!made && variant->systemc)
        return err_set(err, ERR_RUN,
                       "the fabric as a SystemC module is made by the constructor of "
                       "another, which knows how long a cycle is");
    return made ||
           err_set(err, ERR_RUN, "out of memory for %" PRIu32 " RTL routers", self->num_instances);
}

struct rtl_bank *rtl_bank_new(const struct router_params *params, struct rtl_variant *variant,
                              uint32_t flit_bits, struct err *err)
{
    struct router_rtl none = {0};
    struct router_rtl *asked = params->rtl ? params->rtl : &none;
    variant->assertions = asked->assertions;
    variant->waves = asked->wave != NULL;
    struct rtl_bank *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory for RTL routers");
        return NULL;
    }
    self->num_instances = params->num_routers;
    self->partitioning = params->partitioning;
    self->num_parts = params->partitioning.num_parts ? params->partitioning.num_parts : 1;
    self->now = params->now;
    self->rtl = params->rtl;
    self->last_word_mask = UINT64_MAX >> (63 - (flit_bits - 1) % 64);
    if (rtl_build_open(variant, asked->quiet, &asked->build_s, &self->library, err)) {
        self->door = self->library.door;
        if (make_instances(self, params, variant, err) && open_wave(self, err))
            return self;
    }
    rtl_bank_free(self);
    return NULL;
}

static void finish_wave_cycle(struct rtl_bank *self)
{
    if (self->wave_low)
        self->door->wave_high(self->parts->instances, (self->wave_cycle + 1) * WAVE_CYCLE);
    self->wave_low = false;
}

// Before the first input of a cycle: the cycle before is over.
static void leave_wave_cycle(struct rtl_bank *self)
{
    if (self->wave_low && self->wave_cycle != rtl_bank_cycle(self))
        finish_wave_cycle(self);
}

// Before the first clock edge of a cycle that the wave covers: all inputs are on the pins.
static void begin_wave_cycle(struct rtl_bank *self)
{
    uint64_t cycle = rtl_bank_cycle(self);
    leave_wave_cycle(self);
    if (self->wave_low || cycle < self->rtl->wave_from_cycle || cycle > self->rtl->wave_to_cycle)
        return;
    self->door->wave_low(self->parts->instances, cycle * WAVE_CYCLE + WAVE_HALF);
    self->wave_low = true;
    self->wave_cycle = cycle;
}

static void free_part(const struct rtl_bank *self, struct rtl_part *part)
{
    if (part->instances)
        self->door->bank_free(part->instances);
    free(part->out.flits);
    free(part->out.backs);
    free(part->out.words);
}

void rtl_bank_free(void *bank)
{
    struct rtl_bank *self = bank;
    if (!self)
        return;
    if (self->wave_open) {
        finish_wave_cycle(self);
        self->door->wave_close(self->parts->instances);
    }
    for (uint32_t p = 0; self->parts && p < self->num_parts; p++)
        free_part(self, &self->parts[p]);
    free(self->parts);
    free(self->busy);
    rtl_build_close(&self->library);
    free(self);
}

void rtl_bank_flit(void *bank, uint32_t instance, uint32_t port, struct flit flit)
{
    struct rtl_bank *self = bank;
    leave_wave_cycle(self);
    uint64_t words[LAYOUT_MAX_WORDS];
    words[0] = flit.payload;
    for (uint32_t w = 1; w < self->num_words; w++)
        words[w] = layout_word(flit.payload, w);
    words[self->num_words - 1] &= self->last_word_mask;
    const struct rtl_part *part = rtl_bank_part(self, instance);
    self->door->flit(part->instances, instance - part->first, port, rtl_bank_wires(flit), words);
}

void rtl_bank_credit(void *bank, uint32_t instance, uint32_t port, uint8_t vcs)
{
    struct rtl_bank *self = bank;
    leave_wave_cycle(self);
    const struct rtl_part *part = rtl_bank_part(self, instance);
    self->door->credit(part->instances, instance - part->first, port, vcs);
}

void rtl_bank_answer(void *bank, uint32_t instance, uint32_t port, bool ack, bool nack)
{
    struct rtl_bank *self = bank;
    leave_wave_cycle(self);
    const struct rtl_part *part = rtl_bank_part(self, instance);
    self->door->answer(part->instances, instance - part->first, port, ack, nack);
}

void rtl_bank_configure(struct rtl_bank *self, uint32_t instance, uint32_t addr, uint32_t data)
{
    const struct rtl_part *part = rtl_bank_part(self, instance);
    self->door->configure(part->instances, instance - part->first, addr, data);
}

void rtl_bank_note_fault(struct rtl_bank *self, uint32_t instance)
{
    struct rtl_part *part = rtl_bank_part(self, instance);
    if (part->differs)
        return;
    part->differs = true;
    part->fault_router = instance;
}

static void check_assertions(struct rtl_bank *self, struct rtl_part *part, uint32_t instance)
{
    const char *where = self->door->fault(part->instances);
    if (!where || part->fault.status != ERR_NONE)
        return;
    err_set(&part->fault, ERR_MISMATCH,
            "cycle %" PRIu64 ", router %" PRIu32 ": an assertion of the RTL failed at %s",
            rtl_bank_cycle(self), instance, where);
    rtl_bank_note_fault(self, instance);
}

static inline const struct router_door_out *clock_edge(struct rtl_bank *self, uint32_t instance)
{
    struct rtl_part *part = rtl_bank_part(self, instance);
    if (self->wave_open)
        begin_wave_cycle(self);
    self->door->clock(part->instances, instance - part->first, &part->out);
    self->busy[instance] = part->out.busy;
    if (self->rtl && self->rtl->assertions)
        check_assertions(self, part, instance);
    return &part->out;
}

const struct router_door_out *rtl_bank_clock(struct rtl_bank *self, uint32_t instance)
{
    return clock_edge(self, instance);
}

// The words past the first of a payload must be what they were made at an input.
static void check_words(struct rtl_bank *self, uint32_t instance, uint32_t idx)
{
    struct rtl_part *part = rtl_bank_part(self, instance);
    const uint64_t *words = &part->out.words[(size_t)idx * self->num_words];
    for (uint32_t w = 1; w < self->num_words; w++) {
        uint64_t mask = w + 1 == self->num_words ? self->last_word_mask : UINT64_MAX;
        uint64_t expected = layout_word(words[0], w) & mask;
        if (words[w] == expected || part->fault.status != ERR_NONE)
            continue;
        err_set(&part->fault, ERR_MISMATCH,
                "cycle %" PRIu64 ", router %" PRIu32 ", port %" PRIu32 ", payload word %" PRIu32
                ": RTL has 0x%" PRIx64 ", should be 0x%" PRIx64,
                rtl_bank_cycle(self), instance, part->out.flits[idx].port, w, words[w], expected);
        rtl_bank_note_fault(self, instance);
    }
}

void rtl_bank_update(void *bank, uint32_t instance, struct router_out *out)
{
    struct rtl_bank *self = bank;
    const struct router_door_out *pins = clock_edge(self, instance);
    uint32_t num_flits = pins->num_flits;
    struct router_out_flit *flits = out->flits;
    for (uint32_t i = 0; i < num_flits; i++) {
        flits[i].port = pins->flits[i].port;
        flits[i].flit = rtl_bank_out_flit(self, pins, i);
        if (self->num_words > 1)
            check_words(self, instance, i);
    }
    out->num_flits = num_flits;
    uint32_t num_backs = pins->num_backs;
    const struct router_door_back *backs = pins->backs;
    struct router_out_credit *credits = out->credits;
    for (uint32_t i = 0; i < num_backs; i++) {
        struct router_door_back back = backs[i];
        credits[i] = (struct router_out_credit){
            .port = back.port, .vcs = back.credits, .ack = back.ack, .nack = back.nack};
    }
    out->num_credits = num_backs;
}

bool rtl_bank_busy(const void *bank, uint32_t instance)
{
    const struct rtl_bank *self = bank;
    return self->busy[instance];
}

void rtl_bank_stalls(const void *bank, uint32_t instance, struct router_stalls *sum)
{
    const struct rtl_bank *self = bank;
    if (!self->door->stalls)
        return;
    const struct rtl_part *part = rtl_bank_part(self, instance);
    const uint64_t *counts = self->door->stalls(part->instances, instance - part->first);
    uint32_t idx = 0;
#define ADD(name) sum->name += counts[idx++];
    ROUTER_STALLS(ADD)
#undef ADD
    assert(idx == ROUTER_DOOR_STALLS);
}

// Of several faults in a cycle, that of the lowest partition is the one to tell.
bool rtl_bank_check(void *bank, struct err *err)
{
    struct rtl_bank *self = bank;
    const struct err *fault = NULL;
    for (uint32_t p = 0; p < self->num_parts; p++) {
        const struct rtl_part *part = &self->parts[p];
        if (part->differs && self->rtl && !self->rtl->differs) {
            self->rtl->differs = true;
            self->rtl->fault_router = part->fault_router;
            self->rtl->fault_cycle = rtl_bank_cycle(self);
        }
        if (!fault && part->fault.status != ERR_NONE)
            fault = &part->fault;
    }
    if (fault)
        *err = *fault;
    return !fault;
}
