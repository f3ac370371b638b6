// SPDX-License-Identifier: Apache-2.0
// What Verilator tells of a user's RTL: its pins, what else it is made of, and what is wrong with
// it.
#include "sim/workbench/device_elaborate.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Elaborates the module `dut` of the scratch folder.
static bool elaborate(struct device_elaboration *found, struct device_map_rtl rtl, struct err *err)
{
    rtl.map = "map.yaml";
    rtl.folder = scratch_folder();
    rtl.top = rtl.top ? rtl.top : "dut";
    *err = (struct err){0};
    return device_elaborate(found, &rtl, err);
}

static const struct device_pin *pin(const struct device_elaboration *found, const char *name)
{
    uint32_t p = 0;
    while (p < found->num_pins && strcmp(found->pins[p].name, name) != 0)
        p++;
    cr_assert_lt(p, found->num_pins, "no pin %s", name);
    return &found->pins[p];
}

static void check_pin(const struct device_elaboration *found, const char *name, bool output,
                      uint32_t bits, int32_t lsb)
{
    const struct device_pin *is = pin(found, name);
    cr_assert_eq(is->output, output, "%s", name);
    cr_assert_eq(is->bits, bits, "%s has %u bits", name, is->bits);
    cr_assert_eq(is->lsb, lsb, "%s begins at %d", name, is->lsb);
}

Test(device_elaborate, pins_are_those_of_the_parameters_whatever_their_types)
{
    // Names so that the package is not the first of the alphabet
    scratch_file("types.sv",
                 "`include \"width.svh\"\n"
                 "package types;\n"
                 "  typedef struct packed { logic [3:0] kind; logic [69:0] data; } flit_t;\n"
                 "  typedef enum logic [1:0] {HEAD, BODY} kind_t;\n"
                 "  typedef union packed { flit_t f; logic [73:0] raw; } both_t;\n"
                 "endpackage\n");
    scratch_file("width.svh", "`define WIDTH 7\n");
    scratch_file(
        "dut.sv",
        "module dut import types::*; #(parameter int P = 3, parameter bit Wide = 0) (\n"
        "  input wire clk, input rst_n, input flit_t flits [P], input kind_t kind,\n"
        "  input both_t both, input logic [`WIDTH:0][3:0] table_i,\n"
        "  input logic [0:5] up, input logic [11:4] off, input logic [7:0] down [4:1],\n"
        "  output flit_t out [P], output reg [P-1:0] v, input integer n,\n"
        "  output logic [(Wide ? 130 : 1)-1:0] wide);\n"
        "  function automatic logic f(input logic [2:0] no_pin); return ^no_pin; endfunction\n"
        "  assign v = {P{f(up[0:2])}}, out = flits, wide = '0;\n"
        "endmodule\n");
    struct err err;
    struct device_elaboration found;
    static const char *const parameters[] = {"P=4", "Wide=1", NULL};
    cr_assert(elaborate(&found, (struct device_map_rtl){.parameters = parameters}, &err), "%s",
              err.text);
    cr_assert_eq(found.num_pins, 13);
    check_pin(&found, "clk", false, 1, 0);
    check_pin(&found, "kind", false, 2, 0);
    check_pin(&found, "both", false, 74, 0);
    check_pin(&found, "table_i", false, 32, 0);
    check_pin(&found, "up", false, 6, 0);
    cr_assert(pin(&found, "up")->ascending);
    check_pin(&found, "off", false, 8, 4);
    cr_assert(!pin(&found, "off")->ascending);
    check_pin(&found, "v", true, 4, 0);
    check_pin(&found, "n", false, 32, 0);
    check_pin(&found, "wide", true, 130, 0);
    check_pin(&found, "out", true, 74, 0);
    cr_assert_eq(pin(&found, "out")->elements, 4);
    cr_assert_eq(pin(&found, "out")->left, 0);
    cr_assert_eq(pin(&found, "out")->right, 3);
    cr_assert_eq(pin(&found, "down")->left, 4);
    cr_assert_eq(pin(&found, "down")->right, 1);
    cr_assert_eq(pin(&found, "v")->elements, 0);
    device_elaborate_free(&found);
}

Test(device_elaborate, the_hash_follows_included_files_and_nothing_else)
{
    static const char *const includes[] = {"inc", NULL};
    char folder[256];
    struct err err;
    struct device_elaboration found;
    snprintf(folder, sizeof folder, "%s/inc", scratch_folder());
    cr_assert_eq(mkdir(folder, 0777), 0);
    scratch_file("inc/width.svh", "`define WIDTH 7\n");
    scratch_file("dut.v", "`include \"width.svh\"\n"
                          "module dut(input [`WIDTH:0] a, output b); assign b = ^a; endmodule\n");
    const struct device_map_rtl rtl = {.includes = includes};
    uint64_t hashes[4];
    for (int i = 0; i < 4; i++) {
        if (i == 1)
            scratch_file("inc/other.svh", "`define HEIGHT 7\n");
        if (i == 2)
            scratch_file("inc/width.svh", "`define WIDTH 8\n");
        if (i == 3)
            scratch_file("more.v", "module more(input a); endmodule\n");
        cr_assert(elaborate(&found, rtl, &err), "%s", err.text);
        hashes[i] = found.hash;
        cr_assert_eq(pin(&found, "a")->bits, i < 2 ? 8 : 9);
        device_elaborate_free(&found);
    }
    cr_assert_eq(hashes[0], hashes[1]);
    cr_assert_neq(hashes[1], hashes[2]);
    cr_assert_neq(hashes[2], hashes[3], "a source");
}

Test(device_elaborate, verilog_whose_names_are_words_of_systemverilog_is_read)
{
    static const char text[] = "module dut(input clk, input [1:0] bit, output reg priority);\n"
                               "  always @(posedge clk) priority <= #1 bit;\n"
                               "endmodule\n";
    struct err err;
    struct device_elaboration found;
    scratch_file("dut.v", text);
    scratch_file("other.sv", "module other(input logic [1:0] a); endmodule\n");
    cr_assert(elaborate(&found, (struct device_map_rtl){0}, &err), "%s", err.text);
    cr_assert_eq(found.num_pins, 3);
    cr_assert_eq(found.num_warnings, 1, "of widths");
    cr_assert(strstr(found.warning, "dut.v:2:"), "%s", found.warning);
    device_elaborate_free(&found);
}

// Elaborates RTL that is not right, and says why.
static void check_refused(const char *text, struct device_map_rtl rtl, const char *why)
{
    struct err err;
    struct device_elaboration found;
    scratch_file("dut.sv", text);
    cr_assert(!elaborate(&found, rtl, &err), "%s", why);
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert(strstr(err.text, why), "\"%s\" is not in \"%s\"", why, err.text);
    device_elaborate_free(&found);
}

Test(device_elaborate, what_is_wrong_is_told_with_its_place)
{
    static const char good[] = "module dut(input a, output b); assign b = a; endmodule\n";
    static const char *const parameters[] = {"WIDTH=3", NULL};
    static const char *const sources[] = {"dut.sv", "gone.sv", NULL};
    static const struct device_map_rtl none = {0};
    cr_assert_eq(chdir(scratch_folder()), 0);
    check_refused("module dut(input a,\n  output b);\n  assign b = a +;\nendmodule\n", none,
                  "dut.sv:3:17: syntax error");
    check_refused("module dut(input a);\n  fifo u(.a);\nendmodule\n", none,
                  "dut.sv:2:3: Cannot find file containing module: 'fifo'");
    check_refused(
        "module dut(input a);\n  initial begin\n    #5; @(posedge a);\n  end\nendmodule\n", none,
        "test bench must not be among the sources");
    check_refused("module dut(input a); endmodule\nmodule dut(input b); endmodule\n", none,
                  "dut.sv:2:8: Duplicate declaration of module");
    check_refused("module dut(inout a); endmodule\n", none, "pin a of the top module is neither");
    check_refused("module dut(input logic a [2][3]); endmodule\n", none, "several dimensions");
    check_refused("module dut(input real a); endmodule\n", none, "neither a vector");
    check_refused(good, (struct device_map_rtl){.top = "router"},
                  "map.yaml: top: there is no module router in the sources");
    check_refused(good, (struct device_map_rtl){.top = "duty"}, "; nearest: dut");
    check_refused(good, (struct device_map_rtl){.parameters = parameters},
                  "map.yaml: parameters: dut has no parameter WIDTH");
    check_refused(good, (struct device_map_rtl){.sources = sources}, "map.yaml: sources: ");
}
