// SPDX-License-Identifier: Apache-2.0
// First maps of modules: they can be read and wrapped, and say what names of pins tell.
#include "sim/workbench/device_elaborate.h"
#include "sim/workbench/device_template.h"
#include "tests/device_maps.h"
#include "tests/device_modules.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Writes the first map of a module, and makes use of it.
static void check_template(const char *rtl, const char *top, const char *const *says)
{
    struct err err = {0};
    struct device_elaboration found = {0};
    char *text = module_of(rtl);
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

Test(device_template, a_first_map_is_guessed_from_names)
{
    if (!tool_is_there("verilator"))
        cr_skip_test("Verilator is missing");
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
