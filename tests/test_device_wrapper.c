// SPDX-License-Identifier: Apache-2.0
// The wrapper: accepted by Verilator and Icarus around modules with pins of all kinds, and what its
// vectors hold.
#include "sim/workbench/device_elaborate.h"
#include "sim/workbench/device_template.h"
#include "sim/workbench/device_wrapper.h"
#include "tests/device_maps.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = 512 };

// Modules with the pins that the maps of device_maps.h name; all but the last are empty.
static const char mesh_rtl[] =
    "module mesh_router #(parameter int DEPTH = 2, parameter int WIDTH = 34) (\n"
    "  input logic clk, input logic rst_n, input logic [1:0] my_x, input logic [1:0] my_y,\n"
    "  input logic [1:0] mode,\n"
    "#in input logic #_in_valid, input logic #_in_vc, input logic [32:0] #_in_data,\n"
    "# output logic [1:0] #_in_credit,\n"
    "#@ input logic [1:0] @_CREDIT,\n"
    "  output logic [4:0] out_valid, output logic [5*WIDTH-1:0] out_flit,\n"
    "  output logic [7:0] debug);\n"
    "endmodule\n";

// A line that begins with # is there for every port, with its name for #, in capitals for @.
static char *expanded(const char *text)
{
    static const char *const names[] = {"local", "east", "west", "north", "south"};
    static const char *const capitals[] = {"LOCAL", "EAST", "WEST", "NORTH", "SOUTH"};
    char *result = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&result, &size);
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        bool each = *line == '#';
        const char *from = each ? strchr(line, ' ') : line;
        for (int p = 0; p < (each ? 5 : 1); p++)
            for (const char *c = from; c[-(c > from)] != '\n' || c == from; c++) {
                if (*c == '#' && each)
                    fputs(names[p], to);
                else if (*c == '@' && each)
                    fputs(capitals[p], to);
                else
                    fputc(*c, to);
            }
    }
    fclose(to);
    return result;
}

static const char torus_rtl[] =
    "module torus_router (\n"
    "  input logic clk_i, input logic rst_i, input logic [3:0] addr_i,\n"
    "  input logic [4:0] in_valid, input logic [69:0] in_flit [5], output logic [19:0] in_on,\n"
    "  output logic [4:0] out_valid, output logic [69:0] out_flit [4:0],\n"
    "  input logic [0:19] out_off);\n"
    "endmodule\n";

static const char crossbar_rtl[] =
    "module crossbar (\n"
    "  input wire clk, reset,\n"
    "  input wire [3:0] s_valid, s_last, input wire [7:0] s_data [0:3], output wire [3:0] "
    "s_ready,\n"
    "  output wire [3:0] m_valid, m_last, output wire [7:0] m_data [0:3], input wire [3:0] "
    "m_ready);\n"
    "  assign m_valid = s_valid; assign m_last = s_last; assign s_ready = m_ready;\n"
    "  genvar i;\n"
    "  for (i = 0; i < 4; i = i + 1) begin : g assign m_data[i] = s_data[i]; end\n"
    "endmodule\n";

static const char table_rtl[] =
    "module table_router (\n"
    "  input logic clk, rst_n, enable, we, input logic [2:0] index, input logic [2:0] port,\n"
    "  input logic [1:0] vcs, input logic [5:0] in_v, input logic [47:0] in_d,\n"
    "  output logic [2:0] in_cv, in_cid, output logic [5:0] out_v, output logic [47:0] out_d,\n"
    "  input logic [2:0] out_cv, out_cid);\n"
    "endmodule\n";

static const char network_rtl[] =
    "module ring (\n"
    "  input logic clk, rst, input logic [5:0] iv, input logic [19:0] id [6], output logic [5:0] "
    "ir,\n"
    "  output logic [5:0] ov, output logic [19:0] od [6], input logic [5:0] or_);\n"
    "endmodule\n";

// Pins as others name them.
static const char foreign_rtl[] =
    "module foreign (\n"
    "  input wire aclk, input wire aresetn, input wire [7:0] mode, input wire [1:0] speeds [2],\n"
    "  input wire in0_vld, in1_vld, in2_vld, input wire [15:0] in0_data, in1_data, in2_data,\n"
    "  input wire [1:0] in0_vc, in1_vc, in2_vc, output wire [3:0] in0_stop, in1_stop, in2_stop,\n"
    "  output wire out0_vld, out1_vld, out2_vld, output wire [15:0] out0_data, out1_data, "
    "out2_data,\n"
    "  output wire [1:0] out0_vc, out1_vc, out2_vc, input wire [3:0] out0_stop, out1_stop, "
    "out2_stop);\n"
    "endmodule\n";

struct made {
    struct device_map *map;
    struct device_elaboration found;
    const char *wrapper; // path
};

// Elaborates the RTL, and writes the wrapper of a map around it. False with `err`.
static bool try_wrap(struct made *made, const char *map, const char *rtl, struct err *err)
{
    char path[512];
    char *text = expanded(rtl);
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

static bool there(const char *tool)
{
    char command[128];
    snprintf(command, sizeof command, "command -v %s >/dev/null", tool);
    return system(command) == 0;
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
    if (there("iverilog"))
        accepts("iverilog -g2012 -s workbench_top -o out dut.sv workbench_top.sv");
    unwrap(&made);
}

#define NEEDS_VERILATOR                                                                            \
    if (!there("verilator"))                                                                       \
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

// The crossbar of above with its data in packed arrays, counted down and up.
static const char packed_rtl[] =
    "module crossbar (\n"
    "  input wire clk, reset,\n"
    "  input wire [3:0] s_valid, s_last, input wire [3:0][7:0] s_data, output wire [3:0] s_ready,\n"
    "  output wire [3:0] m_valid, m_last, output wire [0:3][7:0] m_data, input wire [0:3] "
    "m_ready);\n"
    "  assign m_valid = s_valid; assign m_last = s_last;\n"
    "  genvar i;\n"
    "  for (i = 0; i < 4; i = i + 1) begin : g\n"
    "    assign m_data[i] = s_data[i]; assign s_ready[i] = m_ready[i];\n"
    "  end\n"
    "endmodule\n";

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
    if (!there("iverilog"))
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

// The first map of a module is one that can be read and wrapped, and names what it names.
static void check_template(const char *rtl, const char *top, const char *const *says)
{
    struct err err = {0};
    struct device_elaboration found = {0};
    char *text = expanded(rtl);
    char *written = NULL;
    size_t size = 0;
    scratch_file("dut.sv", text);
    FILE *to = open_memstream(&written, &size);
    cr_assert(device_template(scratch_folder(), top, to, &err), "%s", err.text);
    cr_assert_eq(fclose(to), 0);
    for (; *says; says++)
        cr_expect(strstr(written, *says), "%s\nis not in\n%s", *says, written);
    struct device_map *map = map_of(written); // beside the RTL
    struct device_map_rtl what = device_map_rtl(map);
    cr_assert(device_elaborate(&found, &what, &err), "%s", err.text);
    to = fopen("/dev/null", "w");
    cr_assert(device_wrapper_write(map, found.pins, found.num_pins, to, &err), "%s\n%s", err.text,
              written);
    fclose(to);
    device_map_free(map);
    device_elaborate_free(&found);
    free(written);
    free(text);
}

Test(device_wrapper, a_first_map_is_guessed_from_names)
{
    NEEDS_VERILATOR;
    check_template(crossbar_rtl, "crossbar",
                   (const char *[]){"clock: clk\n", "reset: {pin: reset, active: high, kind: sync",
                                    "ports: 4\n", "valid: \"s_valid[{p}]\"",
                                    "flit: [\"m_last[{p}]\", \"m_data[{p}]\"]",
                                    "ready: \"m_ready[{p}]\"", "bits: 9\n  tail: 8\n", NULL});
    check_template(packed_rtl, "crossbar",
                   (const char *[]){"flit: [\"s_last[{p}]\", \"s_data[{p}]\"]", NULL});
    check_template(mesh_rtl, "mesh_router",
                   (const char *[]){
                       "ports: [local, east, west, north, south]\n",
                       "reset: {pin: rst_n, active: low,", "vcs: 2\n",
                       "flit: [\"{port}_in_vc\", \"{port}_in_data\"]", "credit: \"{PORT}_CREDIT\"",
                       "flit: [\"out_flit[{p}*34 +: 34]\"]", "\"my_x\": 0  # 2 bits", NULL});
    check_template(foreign_rtl, "foreign",
                   (const char *[]){"reset: {pin: aresetn, active: low, kind: asynchronous}",
                                    "ports: [0, 1, 2]\n", "valid: \"in{port}_vld\"",
                                    "flit: [\"out{port}_vc\", \"out{port}_data\"]",
                                    "off: \"out{port}_stop\"", "vcs: 4\n",
                                    "vc: {at: \"17:16\", code: binary}", "\"speeds[1]\": 0", NULL});
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
