// SPDX-License-Identifier: Apache-2.0
// The wrapper: accepted by Verilator and Icarus around modules with pins of all kinds, and what its
// vectors hold.
#include "sim/workbench/device_elaborate.h"
#include "sim/workbench/device_wrapper.h"
#include "tests/device_maps.h"
#include "tests/device_modules.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = 512 };

struct made {
    struct device_map *map;
    struct device_elaboration found;
    const char *wrapper; // path
};

// Elaborates the RTL, and writes the wrapper of a map around it. False with `err`.
static bool try_wrap(struct made *made, const char *map, const char *rtl, struct err *err)
{
    char path[512];
    char *text = module_of(rtl);
    const char *dut = scratch_file("dut.sv", text);
    free(text);
    *made = (struct made){.map = map_of(map)};
    struct device_map_rtl what = device_map_rtl(made->map);
    const char *const sources[] = {"dut.sv", NULL};
    what.folder = scratch_folder();
    what.sources = sources;
    cr_assert(dut && device_elaborate(&made->found, &what, err), "%s", err->text);
    snprintf(path, sizeof path, "%s/workbench_top.sv", scratch_folder());
    FILE *to = fopen(path, "w");
    bool ok = device_wrapper_write(made->map, made->found.pins, made->found.num_pins, to, err);
    cr_assert_eq(fclose(to), 0);
    made->wrapper = "workbench_top.sv";
    return ok;
}

static struct made wrap(const char *map, const char *rtl)
{
    struct err err = {0};
    struct made made;
    cr_assert(try_wrap(&made, map, rtl, &err), "%s", err.text);
    return made;
}

static void unwrap(struct made *made)
{
    device_elaborate_free(&made->found);
    device_map_free(made->map);
}

// Runs a command in the folder of the wrapper.
static void accepts(const char *command)
{
    char whole[1024];
    snprintf(whole, sizeof whole, "cd %s && %s >log 2>&1 || { cat log workbench_top.sv; exit 1; }",
             scratch_folder(), command);
    cr_assert_eq(system(whole), 0, "%s", command);
}

static void check_tools(const char *map, const char *rtl)
{
    struct made made = wrap(map, rtl);
    accepts("verilator --lint-only -Wno-lint --top-module workbench_top dut.sv workbench_top.sv");
    if (tool_is_there("iverilog"))
        accepts("iverilog -g2012 -s workbench_top -o out dut.sv workbench_top.sv");
    unwrap(&made);
}

#define NEEDS_VERILATOR                                                                            \
    if (!tool_is_there("verilator"))                                                               \
    cr_skip_test("Verilator is missing")

Test(device_wrapper, verilator_and_icarus_accept_it)
{
    NEEDS_VERILATOR;
    check_tools(mesh_map, mesh_rtl);
    check_tools(torus_map, torus_rtl);
    check_tools(crossbar_map, crossbar_rtl);
    check_tools(table_map, table_rtl);
    check_tools(network_map, network_rtl);
}

// Pins of a combinational crossbar, in simulation: each port's flit comes out again.
static void check_crossbar(const char *rtl)
{
    static const char bench[] =
        "module bench;\n"
        "  reg [39:0] f; wire [39:0] g; wire [3:0] r; integer i;\n"
        "  workbench_top dut (.clk_i(1'b0), .reset_i(1'b0), .strap_i(1'b0), .setup_i(1'b0),\n"
        "    .forward_i(f), .backward_o(r), .forward_o(g), .backward_i(4'b1010));\n"
        "  initial for (i = 0; i < 100; i = i + 1) begin\n"
        "    f = {$random, $random}; #1;\n"
        "    if (g !== f || r !== 4'b1010) begin $display(\"differs\"); $finish(1); end\n"
        "    if (i == 99) $display(\"alike\");\n"
        "  end\n"
        "endmodule\n";
    struct made made = wrap(crossbar_map, rtl);
    scratch_file("bench.sv", bench);
    accepts("iverilog -g2012 -s bench -o out bench.sv dut.sv workbench_top.sv && vvp out | "
            "grep alike");
    unwrap(&made);
}

Test(device_wrapper, arrays_are_wired_element_by_element)
{
    NEEDS_VERILATOR;
    if (!tool_is_there("iverilog"))
        cr_skip_test("Icarus is missing");
    check_crossbar(crossbar_rtl);
    check_crossbar(packed_rtl);
}

// What is put on pins is read from them again, of channels that are alike in both directions.
static void check_values(const char *map, const char *rtl)
{
    struct made made = wrap(map, rtl);
    const struct device_spec *spec = device_map_spec(made.map);
    uint32_t forward[MAX_WORDS];
    uint32_t backward[MAX_WORDS];
    static struct device_pins in;
    static struct device_pins out;
    struct stimulus setup = {0};
    for (uint32_t p = 0; p < spec->num_ports; p++) {
        struct stimulus_packet packet = {
            .flits = spec->max_flits, .content = p + 7, .to = p % spec->num_destinations};
        struct device_forward *flit = &in.forward[p];
        *flit = (struct device_forward){.valid = p != 1, .head = !spec->implied_head};
        flit->vc = (uint8_t)((p + 1) % spec->num_vcs);
        device_map_encode(made.map, &setup, &packet, 0, flit->vc, flit->bits);
        in.backward[p] = (uint16_t)(1 << p % spec->num_vcs);
    }
    device_wrapper_forward_in(made.map, &in, forward);
    device_wrapper_backward_out(made.map, &in, backward);
    device_wrapper_outputs(made.map, backward, forward, &out);
    for (uint32_t p = 0; p < spec->num_ports; p++) {
        cr_assert_eq(out.forward[p].valid, p != 1);
        cr_assert_eq(out.backward[p], in.backward[p]);
        const struct device_forward *a = &in.forward[p];
        const struct device_forward *b = &out.forward[p];
        cr_assert(p == 1 || (a->head == b->head && a->tail == b->tail && a->vc == b->vc));
        cr_assert(p == 1 || memcmp(a->bits, b->bits, sizeof a->bits) == 0);
    }
    unwrap(&made);
}

Test(device_wrapper, what_is_driven_is_read)
{
    NEEDS_VERILATOR;
    check_values(mesh_map, mesh_rtl);
    check_values(crossbar_map, crossbar_rtl);
    check_values(table_map, table_rtl);
    check_values(network_map, network_rtl);
}

Test(device_wrapper, straps_follow_position_and_mode)
{
    NEEDS_VERILATOR;
    struct made made = wrap(mesh_map, mesh_rtl);
    struct stimulus setup = {.position = 6, .mode = SWITCHING_WORMHOLE};
    uint32_t words[MAX_WORDS];
    cr_assert_eq(device_wrapper_wires(made.map)->bits[DEVICE_STRAP], 6);
    device_wrapper_straps(made.map, &setup, words);
    cr_assert_eq(words[0], 2 | 1 << 2 | 2 << 4); // x, y, mode
    setup.mode = SWITCHING_STORE_AND_FORWARD;
    device_wrapper_straps(made.map, &setup, words);
    cr_assert_eq(words[0], 2 | 1 << 2);
    cr_assert_eq(device_wrapper_setup_cycles(made.map), 0);
    unwrap(&made);
}

Test(device_wrapper, tables_are_written_after_reset)
{
    NEEDS_VERILATOR;
    struct made made = wrap(table_map, table_rtl);
    struct stimulus setup = {.seed = 5};
    uint32_t words[MAX_WORDS];
    // In the order in which the map names them: enable, index (3 bits), write, port (3), VCs (2)
    cr_assert_eq(device_wrapper_wires(made.map)->bits[DEVICE_SETUP_PINS], 10);
    cr_assert_eq(device_wrapper_setup_cycles(made.map), 2 + 8);
    device_wrapper_setup(made.map, &setup, DEVICE_SETUP, 0, words);
    cr_assert_eq(words[0], 1);
    device_wrapper_setup(made.map, &setup, DEVICE_SETUP, 1, words);
    cr_assert_eq(words[0], 1 | 7 << 1);
    for (uint32_t to = 0; to < 8; to++) {
        device_wrapper_setup(made.map, &setup, DEVICE_SETUP, 2 + to, words);
        struct device_route route = {0};
        for (uint32_t p = 0; !route.ports; p++)
            route = device_map_route(made.map, &setup, p, 0, to);
        cr_assert_eq(words[0], to << 1 | 1 << 4 | route.ports << 5 | (uint32_t)route.vcs << 8);
    }
    device_wrapper_setup(made.map, &setup, DEVICE_RUN, 0, words);
    cr_assert_eq(words[0], 0);
    unwrap(&made);
}

Test(device_wrapper, off_and_credit_numbers_are_turned)
{
    NEEDS_VERILATOR;
    struct made torus = wrap(torus_map, torus_rtl);
    static struct device_pins in;
    uint32_t words[MAX_WORDS];
    in.backward[0] = 0x5;
    device_wrapper_backward_out(torus.map, &in, words);
    cr_assert_eq(words[0] & 0xff, 0xfa); // off where it is not on
    unwrap(&torus);
    struct made table = wrap(table_map, table_rtl);
    in.backward[0] = 2;
    device_wrapper_backward_out(table.map, &in, words);
    cr_assert_eq(words[0] & 3, 3); // VC 1, valid
    unwrap(&table);
}

// The project's own router, as it is.
Test(device_wrapper, the_own_router_has_a_map)
{
    NEEDS_VERILATOR;
    struct err err = {0};
    struct device_elaboration found = {0};
    struct device_map *map = map_of(own_map);
    struct device_map_rtl what = device_map_rtl(map);
    what.folder = "rtl";
    cr_assert(device_elaborate(&found, &what, &err), "%s", err.text);
    char path[512];
    snprintf(path, sizeof path, "%s/own.sv", scratch_folder());
    FILE *to = fopen(path, "w");
    cr_assert(device_wrapper_write(map, found.pins, found.num_pins, to, &err), "%s", err.text);
    cr_assert_eq(fclose(to), 0);
    char command[1024];
    snprintf(command, sizeof command,
             "verilator --lint-only -Wno-lint -Irtl --top-module workbench_top rtl/router.sv %s",
             path);
    cr_assert_eq(system(command), 0);
    device_elaborate_free(&found);
    device_map_free(map);
}

static const struct bad {
    const char *map;
    const char *rtl;
    const char *from;
    const char *to;
    const char *says;
} bads[] = {
    {crossbar_map, crossbar_rtl, "s_ready[{p}]", "s_raedy[{p}]",
     "5: in.ready: crossbar has no pin s_raedy; nearest: s_ready"},
    {crossbar_map, crossbar_rtl, "s_ready[{p}]", "s_ready[{p}+1]",
     "5: in.ready: [4:4] is not in pin s_ready, which has bits 0 to 3 there"},
    {crossbar_map, crossbar_rtl, "s_data[{p}]", "s_data[{p}+1]",
     "5: in.flit: [4] is not in pin s_data, which has elements 0 to 3"},
    {crossbar_map, crossbar_rtl, "s_data[{p}]", "s_data",
     "5: in.flit: pin s_data is an array: name an element of it"},
    {crossbar_map, crossbar_rtl, "s_last[{p}]", "s_last[{p}][0]",
     "5: in.flit: pin s_last has no part [0] of these bits"},
    {crossbar_map, crossbar_rtl, "s_valid[{p}]", "m_valid[{p}]",
     "5: in.valid: pin m_valid is an output of crossbar; an input is meant here"},
    {crossbar_map, crossbar_rtl, "m_valid[{p}]", "s_valid[{p}]",
     "6: out.valid: pin s_valid is an input of crossbar; an output is meant here"},
    {crossbar_map, crossbar_rtl, "s_valid[{p}]", "s_valid[0]",
     "5: in.valid: bit 0 of pin s_valid is driven twice"},
    {crossbar_map, crossbar_rtl, "s_valid[{p}]", "s_valid[1:0]",
     "5: in.valid: at port 0 the pins are 2 bits, not 1: one bit"},
    {crossbar_map, crossbar_rtl, "bits: 9, tail: 8", "bits: 8, tail: 7",
     "5: in.flit: at port 0 the pins are 9 bits, not 8: flit.bits"},
    {crossbar_map, crossbar_rtl, "ports: 4", "ports: 3",
     "inputs of crossbar that nothing drives; name them, or tie them, as {\"s_valid[3:3]\": 0, "
     "\"s_last[3:3]\": 0, \"s_data[3]\": 0, \"m_ready[3:3]\": 0}"},
    {crossbar_map, crossbar_rtl, "pin: reset", "pin: resett",
     "3: reset: crossbar has no pin resett; nearest: reset"},
    {table_map, table_rtl, "in_v[{p}*2 +: 2]", "in_v[{p}]",
     "5: in.valid: at port 0 the pins are 1 bits, not 2: a bit a VC"},
    {table_map, table_rtl, "index: index", "index: enable",
     "routing.table.index: 1 bits do not hold numbers up to 7"},
    {table_map, table_rtl, "index: 7", "index: 8",
     "setup[1].index: at position 0, wormhole, it is 8, which 3 bits do not hold"},
    {mesh_map, mesh_rtl, "my_x: \"{x}\"", "my_x: \"{x} - 1\"",
     "6: ties.my_x: at position 0 (x 0, y 0), wormhole, it is 18446744073709551615, which 2"},
    {mesh_map, mesh_rtl, "credit: \"{port}_in_credit\"", "credit: \"{port}_in_credit[0]\"",
     "13: in.credit: at port local the pins are 1 bits, not 2: a bit a VC"},
    {mesh_map, mesh_rtl, "  my_x: \"{x}\"\n", "",
     "5: ties: inputs of mesh_router that nothing drives; name them, or tie them, as {\"my_x\": "
     "0}"},
};

Test(device_wrapper, what_does_not_fit_the_pins_is_told_with_line_and_key)
{
    NEEDS_VERILATOR;
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        struct err err = {0};
        struct made made;
        char *text = replaced(bads[i].map, bads[i].from, bads[i].to);
        cr_expect(!try_wrap(&made, text, bads[i].rtl, &err), "not refused: %s", bads[i].to);
        cr_expect(err.status == ERR_CONFIG && strstr(err.text, bads[i].says),
                  "\"%s\"\nsays: %s\nnot:  %s", bads[i].to, err.text, bads[i].says);
        unwrap(&made);
        free(text);
    }
}
