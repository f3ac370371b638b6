// SPDX-License-Identifier: Apache-2.0
// The report of Verilator's coverage: figures, annotated sources, what is left out.
#include "sim/workbench/coverage_rtl.h"
#include "tests/exchange.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char source[] = "module fifo;\n"
                             "  logic [2:0] full;\n"
                             "  always_comb begin\n"
                             "    if (full[0]) x = 1;\n"
                             "    y = 2;\n"
                             "  end\n"
                             "endmodule\n";

// A line of a coverage.dat.
static void point(FILE *to, const char *file, const char *page, uint32_t line, uint32_t column,
                  const char *what, const char *lines, const char *instance, uint64_t count)
{
    fprintf(to, "C '\1f\2%s\1l\2%u\1n\2%u\1page\2%s\1o\2%s", file, line, column, page, what);
    if (lines[0])
        fprintf(to, "\1S\2%s", lines);
    fprintf(to, "\1h\2%s' %lu\n", instance, count);
}

static const char *write_dat(const char *file)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/coverage.dat", scratch_folder());
    FILE *to = fopen(path, "w");
    fputs("# SystemC::Coverage-3\n", to);
    point(to, "w.sv", "v_toggle/workbench_top", 1, 1, "clk_i", "", "top", 0);
    point(to, file, "v_line/fifo", 3, 3, "block", "3,5", "top.a", 4);
    point(to, file, "v_branch/fifo", 4, 5, "if", "4", "top.a", 0);
    point(to, file, "v_branch/fifo", 4, 6, "else", "", "top.a", 3);
    point(to, file, "v_branch/fifo__P2", 4, 5, "if", "4", "top.b", 0);
    point(to, file, "v_branch/fifo__P2", 4, 6, "else", "", "top.b", 2);
    point(to, file, "v_toggle/fifo", 2, 9, "full[0]", "", "top.a", 0);
    point(to, file, "v_toggle/fifo", 2, 9, "full[1]", "", "top.a", 0);
    point(to, file, "v_toggle/fifo", 2, 9, "full[2]", "", "top.a", 0);
    point(to, file, "v_toggle/fifo__P2", 2, 9, "full[1]", "", "top.b", 7);
    fclose(to);
    return path;
}

static void check_tally(const json_t *of, const char *key, int all, int hit)
{
    const json_t *tally = json_object_get(of, key);
    cr_assert_eq(json_integer_value(json_object_get(tally, "all")), all, "%s", key);
    cr_assert_eq(json_integer_value(json_object_get(tally, "hit")), hit, "%s", key);
}

static char *contents(const char *folder, const char *name)
{
    static char text[8192];
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *from = fopen(path, "r");
    cr_assert(from, "%s", path);
    text[fread(text, 1, sizeof text - 1, from)] = '\0';
    fclose(from);
    return text;
}

Test(coverage_rtl, instances_and_parameters_are_one_and_the_wrapper_none)
{
    struct err err = {0};
    json_t *figures;
    char folder[512];
    snprintf(folder, sizeof folder, "%s/deep/report", scratch_folder());
    const char *dat = write_dat(scratch_file("fifo.sv", source));
    cr_assert(coverage_rtl_report(dat, scratch_folder(), folder, &figures, &err), "%s", err.text);
    const json_t *modules = json_object_get(figures, "modules");
    const json_t *fifo = json_array_get(modules, 0);
    cr_assert_eq(json_array_size(modules), 1);
    cr_assert_str_eq(json_string_value(json_object_get(fifo, "file")), "fifo.sv");
    cr_assert_str_eq(json_string_value(json_object_get(fifo, "module")), "fifo");
    check_tally(fifo, "lines", 3, 2);
    check_tally(fifo, "branches", 2, 1);
    check_tally(fifo, "bits", 3, 1);
    check_tally(figures, "bits", 3, 1);
    cr_assert_eq(json_integer_value(json_array_get(json_object_get(fifo, "not_run"), 0)), 4);

    char *text = contents(folder, "annotated/fifo.sv");
    cr_assert(strstr(text, "         4       3 |   always_comb begin\n"), "%s", text);
    cr_assert(strstr(text, "         0 !     4 |     if (full[0]) x = 1;\n"
                           "           !       |   never taken: if\n"),
              "%s", text);
    cr_assert(strstr(text, "never toggled: full[0] full[2]\n"), "%s", text);
    cr_assert(strstr(text, "                 7 | endmodule\n"), "%s", text);
    text = contents(folder, "coverage.info");
    cr_assert(strstr(text, "BRDA:4,0,0,0\nBRDA:4,0,1,5\nDA:3,4\nDA:4,0\nDA:5,4\nend_of_record\n"),
              "%s", text);

    size_t size = 0;
    char *printed = NULL;
    FILE *to = open_memstream(&printed, &size);
    coverage_rtl_print(figures, to);
    fclose(to);
    cr_assert(strstr(printed, "not run: line 4\n    not taken: line 4 if\n"
                              "    not toggled: full (2 bits)\n"),
              "%s", printed);
    free(printed);
    json_decref(figures);
}

Test(coverage_rtl, what_cannot_be_read_or_written_is_named)
{
    struct err err = {0};
    json_t *figures;
    cr_assert(!coverage_rtl_report("/no/coverage.dat", ".", scratch_folder(), &figures, &err));
    cr_assert(strstr(err.text, "/no/coverage.dat"), "%s", err.text);
    err = (struct err){0};
    const char *empty = scratch_file("empty.dat", "# SystemC::Coverage-3\n");
    cr_assert(!coverage_rtl_report(empty, ".", scratch_folder(), &figures, &err));
    cr_assert(strstr(err.text, "no lines and toggles"), "%s", err.text);
    err = (struct err){0};
    const char *dat = write_dat("/no/fifo.sv");
    cr_assert(!coverage_rtl_report(dat, ".", scratch_folder(), &figures, &err) && !figures);
    cr_assert(strstr(err.text, "/no/fifo.sv"), "%s", err.text);
    err = (struct err){0};
    dat = write_dat(scratch_file("fifo.sv", source));
    cr_assert(!coverage_rtl_report(dat, ".", "/proc/no/report", &figures, &err));
    cr_assert(strstr(err.text, "/proc/no"), "%s", err.text);
}

Test(coverage_rtl, lines_and_toggles_of_a_run_are_reported)
{
    struct exchange bench;
    struct err err = {0};
    json_t *figures;
    char folder[512];
    snprintf(folder, sizeof folder, "%s/report", scratch_folder());
    exchange_open(&bench, (struct device_rtl_options){.coverage = true, .quiet = true});
    exchange_begin(&bench);
    exchange_send(&bench, 0, 5, 0);
    exchange_cycle(&bench);
    exchange_cycle(&bench);
    cr_assert(coverage_rtl_write(&bench.device, bench.map, folder, &figures, &err), "%s", err.text);
    const json_t *modules = json_object_get(figures, "modules");
    size_t at;
    const json_t *module;
    json_array_foreach((json_t *)modules, at, module)
    {
        cr_assert_str_eq(json_string_value(json_object_get(module, "file")), "exchange.sv");
    }
    const json_t *bits = json_object_get(figures, "bits");
    json_int_t all = json_integer_value(json_object_get(bits, "all"));
    json_int_t hit = json_integer_value(json_object_get(bits, "hit"));
    cr_assert(hit > 3 && hit < all, "%lld of %lld", hit, all); // some, but hardly all
    cr_assert(strstr(contents(folder, "annotated/exchange.sv"), "never toggled:"));
    cr_assert(strstr(contents(folder, "coverage.dat"), "exchange"));
    json_decref(figures);
    exchange_close(&bench);
}
