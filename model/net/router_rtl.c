// SPDX-License-Identifier: Apache-2.0
// The `rtl` back end: a bank of Verilated routers (rtl/router_sim.sv, or rtl/circuit_sim.sv under
// circuit switching).
//
// Everything happens at the clock edge, in `update`; there is nothing to evaluate before. The
// library's buffers are as deep as the next power of two, and its routing tables have that many
// entries, MIN_TABLE_SIZE at least, so that few variants serve many machines; the depth in use is a
// strap. A payload of fewer than 64 wires is carried on 64, so that the
// simulator finds its packets again; lockstep (router_lockstep.c) runs the exact width.
#include "model/net/rtl_bank.h"

#include <stdio.h>

enum { MIN_TABLE_SIZE = 64 };

// Configuration port of router_sim.sv.
enum {
    CFG_OWN_ADDR = 0x10000,
    CFG_LEN_MASK = 0x10001,
    CFG_ADDR_MASK = 0x10002,
    CFG_ADDR_LSB = 0x10003,
    CFG_VIA_BITS = 0x10004,
    CFG_MAX_FLITS = 0x10005,
    CFG_FLIT_CYCLES = 0x20000,
    CFG_TABLE = 1 << 23
};

// Routers with buffers; returns the length of the variant's words.
static int buffered_variant(struct rtl_variant *variant, const struct router_params *params,
                            uint32_t flit_bits)
{
    uint32_t depth_flits = rtl_bank_power_of_two(params->buffer_flits);
    variant->top = "router_sim";
    rtl_variant_set(variant, "RADIX", "%u", params->radix);
    rtl_variant_set(variant, "VCS", "%u", params->num_vcs);
    rtl_variant_set(variant, "DEPTH", "%u", depth_flits);
    rtl_variant_set(variant, "PACED", "%d", params->flit_cycles != NULL);
    const struct routing *routing = params->routing;
    rtl_variant_set(variant, "ROUTING", "%u", routing->kind ? routing->kind->strap : 0);
    rtl_variant_set(variant, "CLASS_VCS", "%u", routing->class_vcs);
    rtl_variant_set(variant, "GROUP_VCS", "%u", routing->group_vcs);
    rtl_bank_set_design(variant, &params->design);
    return snprintf(variant->words, sizeof variant->words,
                    "RTL router: radix %u, %u VCs of up to %u flits, %u-bit flits", params->radix,
                    params->num_vcs, depth_flits, flit_bits);
}

static int circuit_variant(struct rtl_variant *variant, const struct router_params *params,
                           uint32_t flit_bits)
{
    variant->top = "circuit_sim";
    variant->define = "DOOR_CIRCUIT";
    rtl_variant_set(variant, "RADIX", "%u", params->radix);
    return snprintf(variant->words, sizeof variant->words,
                    "RTL router for circuits: radix %u, %u-bit flits", params->radix, flit_bits);
}

static struct rtl_variant variant_of(const struct router_params *params, uint32_t flit_bits)
{
    struct rtl_variant variant = {0};
    uint32_t table_size = params->routing->table_size;
    if (table_size > 0)
        table_size =
            rtl_bank_power_of_two(table_size > MIN_TABLE_SIZE ? table_size : MIN_TABLE_SIZE);
    int length = switching_is_circuit(params->switching)
                     ? circuit_variant(&variant, params, flit_bits)
                     : buffered_variant(&variant, params, flit_bits);
    rtl_variant_set(&variant, "FLIT_BITS", "%u", flit_bits);
    rtl_variant_set(&variant, "TABLE_SIZE", "%u", table_size);
    if (table_size)
        snprintf(variant.words + length, sizeof variant.words - (size_t)length,
                 ", tables of %u entries", table_size);
    return variant;
}

static void configure_dim(struct rtl_bank *self, uint32_t router, uint32_t dim_idx,
                          const struct route_dim *dim, uint32_t own)
{
    uint32_t ports = dim->plus_port | (uint32_t)dim->minus_port << 8 | (uint32_t)dim->ring << 16;
    if ((own & dim->mask) == 0)
        ports |= 1U << 17;
    if ((own & dim->mask) == dim->last)
        ports |= 1U << 18;
    uint32_t words[4] = {dim->mask, dim->size, routing_limit(dim, own), ports};
    for (uint32_t w = 0; w < 4; w++)
        rtl_bank_configure(self, router, dim_idx * 4 + w, words[w]);
}

static void configure(struct rtl_bank *self, const struct router_params *params, uint32_t router)
{
    const struct routing *routing = params->routing;
    uint32_t own = params->own_address[router];
    rtl_bank_configure(self, router, CFG_OWN_ADDR, own);
    rtl_bank_configure(self, router, CFG_LEN_MASK, routing->layout.len_mask);
    rtl_bank_configure(self, router, CFG_ADDR_MASK, routing->layout.addr_mask);
    rtl_bank_configure(self, router, CFG_ADDR_LSB, routing->layout.addr_lsb);
    rtl_bank_configure(self, router, CFG_VIA_BITS, routing->layout.via_bits);
    rtl_bank_configure(self, router, CFG_MAX_FLITS, routing->max_flits & 0x7f);
    for (uint32_t d = 0; d < routing->num_dims; d++)
        configure_dim(self, router, d, &routing->dims[d], own);
    for (uint32_t p = 0; params->flit_cycles && p < params->radix; p++)
        rtl_bank_configure(self, router, CFG_FLIT_CYCLES | p,
                           params->flit_cycles[(size_t)router * params->radix + p]);
    for (uint32_t i = 0; i < routing->table_size; i++) {
        struct route route = routing->table[(size_t)router * routing->table_size + i];
        rtl_bank_configure(self, router, CFG_TABLE | i, route.port | (uint32_t)route.vcs << 8);
    }
}

struct rtl_bank *rtl_bank_new_routers(const struct router_params *params, uint32_t flit_bits,
                                      struct err *err)
{
    struct rtl_variant variant = variant_of(params, flit_bits);
    struct rtl_bank *self = rtl_bank_new(params, &variant, flit_bits, err);
    if (self)
        for (uint32_t router = 0; router < params->num_routers; router++)
            configure(self, params, router);
    return self;
}

// Verilator's layout of a router is known when it is built. What is measured of it: words of the
// FIFOs with two marks each, five copies of a payload and a table a port, and state.
static uint64_t bytes(const struct router_params *params)
{
    const struct routing *routing = params->routing;
    uint64_t payload = (routing->layout.flit_bits + 63) / 64 * sizeof(uint64_t);
    uint64_t slots = switching_is_circuit(params->switching)
                         ? 0
                         : rtl_bank_power_of_two(params->buffer_flits) * (payload + 2);
    bool narrow = rtl_bank_power_of_two(params->radix) << params->num_vcs <= UINT8_MAX + 1;
    uint64_t entry = narrow ? sizeof(uint8_t) : sizeof(uint16_t); // port and a bit a VC
    uint64_t of_vc = slots + 30;
    uint64_t of_port = 5 * payload + routing->table_size * entry + 70;
    return params->num_routers * (450 + params->radix * (of_port + params->num_vcs * of_vc));
}

static void *bank_new(const struct router_params *params, struct err *err)
{
    uint32_t flit_bits = params->routing->layout.flit_bits;
    return rtl_bank_new_routers(params, flit_bits < 64 ? 64 : flit_bits, err);
}

const struct router_ops router_rtl_ops = {
    .name = "rtl",
    .bytes = bytes,
    .bank_new = bank_new,
    .bank_free = rtl_bank_free,
    .flit = rtl_bank_flit,
    .credit = rtl_bank_credit,
    .answer = rtl_bank_answer,
    .update = rtl_bank_update,
    .busy = rtl_bank_busy,
    .stalls = rtl_bank_stalls,
    .check = rtl_bank_check,
};
