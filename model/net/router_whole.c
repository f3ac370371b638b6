// SPDX-License-Identifier: Apache-2.0
// The `rtl-whole` back end: a whole fabric as one Verilated model (rtl/fabric_sim.sv), which looks
// like one router whose port i is the terminal of node i.
//
// Timing: channels inside have a latency of 1 cycle.
// Bounds: meshes, tori (cubes and rings too) and hypercubes by dimension order, up to 8 dimensions
// that have neighbours; others are refused. The model grows with the fabric: 64 nodes take minutes
// to build. Leaves out: stalls, and all else that is inside.
#include "model/net/route_kinds.h"
#include "model/net/rtl_bank.h"
#include "model/net/topology.h"

#include <stdio.h>
#include <string.h>

enum { MAX_DIMS = 8, MAX_SIDE = 65535 };

// What the top's parameter KIND is for a kind of topology.
static const struct {
    const char *name;
    uint32_t kind;
} kinds[] = {{"mesh", 0}, {"torus", 1}, {"cube", 1}, {"ring", 1}, {"hypercube", 2}};
enum { NUM_KINDS = sizeof kinds / sizeof *kinds };

// What the top module is told of a topology. Sides of 1 are left out, for they have no ports.
struct shape {
    uint32_t kind;
    uint32_t num_dims;
    uint32_t sides[MAX_DIMS];
};

static bool shape_of(const struct topology *topology, struct shape *shape, struct err *err)
{
    *shape = (struct shape){0};
    size_t i = 0;
    while (i < NUM_KINDS && strcmp(kinds[i].name, topology->kind->name) != 0)
        i++;
    if (i == NUM_KINDS)
        return err_set(err, ERR_CONFIG,
                       "fabric.backend: rtl-whole has no %s, but meshes, tori (cubes and rings are "
                       "some) and hypercubes; use rtl",
                       topology->kind->name);
    shape->kind = kinds[i].kind;
    for (uint32_t d = 0; d < topology->num_dims; d++) {
        uint32_t side = topology->sides[d];
        if (side == 1)
            continue;
        if (shape->num_dims == MAX_DIMS || side > MAX_SIDE)
            return err_set(err, ERR_CONFIG,
                           "fabric.backend: rtl-whole takes up to %d dimensions of up to %d nodes",
                           MAX_DIMS, MAX_SIDE);
        shape->sides[shape->num_dims++] = side;
    }
    if (shape->num_dims == 0)
        shape->sides[shape->num_dims++] = 1;
    return true;
}

static bool can_do(const struct router_params *params, struct err *err)
{
    if (switching_is_circuit(params->switching))
        return err_set(err, ERR_CONFIG, "fabric.backend: rtl-whole has no circuit switching");
    if (params->routing->kind != &route_dimension_order)
        return err_set(
            err, ERR_CONFIG,
            "fabric.router.routing: rtl-whole routes by dimension order and coordinates");
    if (params->channel_latency_cycles > 1)
        return err_set(err, ERR_CONFIG,
                       "fabric.channel.latency_cycles: channels of rtl-whole have a latency of 1, "
                       "not %u",
                       params->channel_latency_cycles);
    return true;
}

static void set_parameters(struct rtl_variant *variant, const struct router_params *params,
                           const struct shape *shape, uint32_t flit_bits)
{
    char sides[4 * MAX_DIMS + 1]; // hexadecimal, the last dimension first
    for (uint32_t i = 0; i < MAX_DIMS; i++)
        snprintf(sides + (size_t)4 * i, 5, "%04x", shape->sides[MAX_DIMS - 1 - i] & MAX_SIDE);
    rtl_variant_set(variant, "KIND", "%u", shape->kind);
    rtl_variant_set(variant, "NUM_DIMS", "%u", shape->num_dims);
    rtl_variant_set(variant, "SIDES", "128'h%s", sides);
    rtl_variant_set(variant, "VCS", "%u", params->num_vcs);
    rtl_variant_set(variant, "DEPTH", "%u", rtl_bank_power_of_two(params->buffer_flits));
    rtl_variant_set(variant, "FLIT_BITS", "%u", flit_bits);
    rtl_variant_set(variant, "CLASS_VCS", "%u", params->routing->class_vcs);
    rtl_variant_set(variant, "LEN_BITS", "%u", params->routing->layout.len_bits);
    rtl_bank_set_design(variant, &params->design);
}

// As its routers would take each by itself.
static uint64_t bytes(const struct router_params *params)
{
    return router_rtl_ops.bytes(params);
}

static void *bank_new(const struct router_params *params, struct err *err)
{
    struct shape shape;
    if (!shape_of(params->topology, &shape, err) || !can_do(params, err))
        return NULL;
    uint32_t flit_bits = params->routing->layout.flit_bits;
    flit_bits = flit_bits < 64 ? 64 : flit_bits;
    bool systemc = params->rtl && params->rtl->systemc;
    struct rtl_variant variant = {.top = systemc ? "fabric" : "fabric_sim",
                                  .define = "DOOR_WHOLE",
                                  .large = true,
                                  .systemc = systemc};
    set_parameters(&variant, params, &shape, flit_bits);
    snprintf(variant.words, sizeof variant.words,
             "%sRTL fabric: %s of %u nodes, %u VCs of up to %u flits, %u-bit flits",
             systemc ? "SystemC, " : "", params->topology->kind->name, params->topology->num_nodes,
             params->num_vcs, rtl_bank_power_of_two(params->buffer_flits), flit_bits);
    return rtl_bank_new(params, &variant, flit_bits, err);
}

const struct router_ops router_whole_ops = {
    .name = "rtl-whole",
    .whole = true,
    .bytes = bytes,
    .bank_new = bank_new,
    .bank_free = rtl_bank_free,
    .flit = rtl_bank_flit,
    .credit = rtl_bank_credit,
    .update = rtl_bank_update,
    .busy = rtl_bank_busy,
    .check = rtl_bank_check,
};
