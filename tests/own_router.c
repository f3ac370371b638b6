// SPDX-License-Identifier: Apache-2.0
#include "tests/own_router.h"

#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { LEN_BITS = 4, FLIT_BITS = 32 };

static uint32_t bits_of(uint32_t side)
{
    return 32U - (uint32_t)__builtin_clz(side - 1);
}

// Parameters and straps (model/net/routing.h) of a router.
static void print_router(FILE *to, const struct own_router *self)
{
    const uint32_t *sides = self->sides;
    uint32_t y = LEN_BITS + bits_of(sides[0]), end = y + bits_of(sides[1]);
    uint32_t masks[] = {(1U << y) - (1U << LEN_BITS), (1U << end) - (1U << y)};
    uint32_t lsbs[] = {LEN_BITS, y};
    fprintf(to, "top: router\nsources: [switching.sv, input_buffer.sv, input_allocator.sv, "
                "output_allocator.sv, credits.sv, port_selection.sv, arbiter.sv, allocator.sv, "
                "vc_stage.sv, switch_stage.sv, class_allocator.sv, stages.sv, channel_pace.sv, "
                "crossbar.sv, router.sv]\n"
                "device: router\nports: [local, east, west, north, south]\n"
                "parameters: {RADIX: 5, DIMS: 2, ");
    fprintf(to,
            "VCS: %u, DEPTH: %u, FLIT_BITS: %u, PIPELINE: %u, VC_KIND: %d, SWITCH_KIND: %d, "
            "ITERATIONS: %u, SPECULATIVE: %d}\n",
            self->num_vcs, self->buffer_flits, FLIT_BITS, self->design.pipeline,
            self->design.vc_allocator, self->design.switch_allocator,
            self->design.allocator_iterations, self->design.speculative);
    fprintf(to,
            "routing: {kind: dimension-order, dims: [%u, %u], ring: %s, ports: {local: local, "
            "x+: east, x-: west, y+: north, y-: south}}\n",
            sides[0], sides[1], self->ring ? "true, half: parity" : "false");
    fprintf(to,
            "ties:\n  own_addr_i: \"{x} << %u | {y} << %u\"\n  addr_lsb_i: %u\n"
            "  addr_mask_i: %u\n  via_bits_i: 0\n  max_flits_i: 0\n",
            lsbs[0], lsbs[1], LEN_BITS, masks[0] | masks[1]);
    for (uint32_t d = 0; d < 2; d++) {
        char limit[32];
        const char *format = !self->ring ? "%u - {%c}" : sides[d] % 2 ? "%u" : "%u - {%c}[0]";
        snprintf(limit, sizeof limit, format, self->ring ? sides[d] / 2 : sides[d] - 1, "xy"[d]);
        fprintf(to, "  dim_mask_i[%u:%u]: %u\n", d * 32 + 31, d * 32, masks[d]);
        fprintf(to, "  dim_size_i[%u:%u]: %u\n", d * 32 + 31, d * 32,
                sides[d] << lsbs[d] & masks[d]);
        fprintf(to, "  dim_limit_i[%u:%u]: \"(%s) << %u\"\n", d * 32 + 31, d * 32, limit, lsbs[d]);
    }
    fprintf(to,
            "  dim_plus_i: \"1 | 3 << 3\"\n  dim_minus_i: \"2 | 4 << 3\"\n  dim_ring_i: %d\n"
            "  dim_at_first_i: \"({x} == 0) | ({y} == 0) << 1\"\n"
            "  dim_at_last_i: \"({x} == %u) | ({y} == %u) << 1\"\n"
            "  flit_cycles_i: 0\n  table_write_i: 0\n  table_index_i: 0\n  table_port_i: 0\n"
            "  table_vcs_i: 0\n",
            self->ring ? 3 : 0, sides[0] - 1, sides[1] - 1);
}

static void print_fabric(FILE *to, const struct own_router *self)
{
    const uint32_t *sides = self->sides;
    fprintf(to,
            "top: fabric\nsources: [switching.sv, input_buffer.sv, input_allocator.sv, "
            "output_allocator.sv, credits.sv, port_selection.sv, arbiter.sv, allocator.sv, "
            "vc_stage.sv, switch_stage.sv, class_allocator.sv, stages.sv, channel_pace.sv, "
            "crossbar.sv, router.sv, fabric.sv]\n"
            "device: network\nports: %u\n"
            "parameters: {KIND: %d, NUM_DIMS: 2, SIDES: \"128'h%04x%04x\", LEN_BITS: %u, ",
            sides[0] * sides[1], self->ring, sides[1], sides[0], LEN_BITS);
    fprintf(to,
            "VCS: %u, DEPTH: %u, FLIT_BITS: %u, PIPELINE: %u, VC_KIND: %d, SWITCH_KIND: %d, "
            "ITERATIONS: %u, SPECULATIVE: %d}\n",
            self->num_vcs, self->buffer_flits, FLIT_BITS, self->design.pipeline,
            self->design.vc_allocator, self->design.switch_allocator,
            self->design.allocator_iterations, self->design.speculative);
    fprintf(to, "routing: {kind: terminal, dims: [%u, %u], ring: %s}\nties:\n", sides[0], sides[1],
            self->ring ? "true" : "false");
}

struct device_map *own_router_map(const struct own_router *self)
{
    char text[8192];
    uint32_t vcs = (1U << self->num_vcs) - 1, low = (1U << self->num_vcs / 2) - 1;
    bool several = self->num_vcs > 1;
    FILE *to = fmemopen(text, sizeof text, "w");
    (self->network ? print_fabric : print_router)(to, self);
    fprintf(to,
            "  mode_i: \"{mode}\"\n  depth_i: %u\n  len_mask_i: 15\n  by_flow_i: 0\n"
            "  vcs_low_i: %u\n  vcs_high_i: %u\n  vcs_class_i: %u\n  ack_i: 0\n  nack_i: 0\n",
            self->buffer_flits, several ? low : vcs, several ? vcs & ~low : vcs, vcs);
    fprintf(to,
            "claims: [exact]\nclock: clk_i\nreset: {pin: rst_ni, active: low}\n"
            "defines: [ORDITO_ASSERT]\n"
            "in: {valid: \"fwd_i[{p}*6 + 5]\", credit: \"credit_o[{p}*%u +: %u]\",\n"
            "  flit: [\"fwd_i[{p}*6 +: 5]\", \"payload_i[{p}*32 +: 32]\"]}\n"
            "out: {valid: \"fwd_o[{p}*6 + 5]\", credit: \"credit_i[{p}*%u +: %u]\",\n"
            "  flit: [\"fwd_o[{p}*6 +: 5]\", \"payload_o[{p}*32 +: 32]\"]}\n",
            self->num_vcs, self->num_vcs, self->num_vcs, self->num_vcs);
    fprintf(to, "vcs: %u\nvc: %s\nflow: {in: {buffer_flits: %u}}\npacket: {max_flits: 12}\n",
            self->num_vcs, several && self->ring && !self->network ? "dateline" : "any",
            self->buffer_flits);
    uint32_t y = LEN_BITS + bits_of(self->sides[0]), end = y + bits_of(self->sides[1]);
    fprintf(to,
            "flit: {bits: 37, head: 36, tail: 35, vc: \"34:32\", length: \"3:0\",\n"
            "  destination: {x: \"%u:4\", y: \"%u:%u\"}, constant: {at: \"%u:%u\", value: 0}}\n",
            y - 1, end - 1, y, end + 1, end);
    fprintf(to,
            "modes: {store-and-forward: 0, virtual-cut-through: 1, wormhole: 2}\n"
            "reference: {router: {pipeline: %u, vc_allocator: %s, switch_allocator: %s, "
            "allocator_iterations: %u, speculative: %s}}\n",
            self->design.pipeline, allocator_names[self->design.vc_allocator],
            allocator_names[self->design.switch_allocator], self->design.allocator_iterations,
            self->design.speculative ? "true" : "false");
    fclose(to);
    struct err err = {0};
    struct device_map *map =
        device_map_read(scratch_file("own.yaml", text), "rtl", NULL, NULL, 0, &err);
    cr_assert_not_null(map, "%s", err.text);
    return map;
}
