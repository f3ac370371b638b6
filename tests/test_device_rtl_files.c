// SPDX-License-Identifier: Apache-2.0
// What a user's RTL leaves in files: waves, coverage, and libraries that are built when they must.
#include "model/net/rtl_cache.h"
#include "tests/exchange.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Writes a wave of a run of 40 cycles, of which some are asked for, and returns what fst2vcd makes
// of it.
static char *wave(struct exchange *self, uint64_t from, uint64_t to)
{
    char path[256];
    char command[300];
    static char text[65536];
    snprintf(path, sizeof path, "%s/wave.fst", scratch_folder());
    cr_assert(self->device.ops->wave(self->device.self, path, from, to, &self->err));
    exchange_begin(self);
    for (int c = 0; c < 40; c++) {
        if (c == 20)
            exchange_send(self, 0, 0x55, 0);
        exchange_cycle(self);
    }
    cr_assert_neq(access(path, F_OK), 0, "it is not there before it is whole");
    cr_assert(self->device.ops->wave(self->device.self, NULL, 0, 0, &self->err), "%s",
              self->err.text);
    snprintf(command, sizeof command, "fst2vcd %s", path);
    FILE *from_tool = popen(command, "r");
    size_t got = fread(text, 1, sizeof text - 1, from_tool);
    text[got] = 0;
    cr_assert_eq(pclose(from_tool), 0);
    unlink(path);
    return text;
}

// The first and the last time of a dump.
static void check_times(const char *vcd, uint64_t first, uint64_t last)
{
    uint64_t begin_time = UINT64_MAX;
    uint64_t end_time = 0;
    for (const char *at = strstr(vcd, "\n#"); at; at = strstr(at + 1, "\n#")) {
        end_time = strtoull(at + 2, NULL, 10);
        begin_time = begin_time == UINT64_MAX ? end_time : begin_time;
    }
    cr_assert_eq(begin_time, first, "begins at %u", (unsigned)begin_time);
    cr_assert_eq(end_time, last, "ends at %u", (unsigned)end_time);
}

Test(device_rtl_files, waves_have_the_cycles_that_were_asked_for)
{
    if (system("command -v fst2vcd >/dev/null") != 0)
        return;
    struct exchange b;
    exchange_open(&b, (struct device_rtl_options){.waves = true});
    uint64_t at_20 = device_rtl_wave_time(&b.device, 20);
    cr_assert_eq(at_20, 10 * (20 + EXCHANGE_RESET_CYCLES));
    const char *vcd = wave(&b, 20, 21);
    check_times(vcd, at_20 + 5, at_20 + 20);
    cr_assert(strstr(vcd, "$scope module workbench_top") && strstr(vcd, "out_valid"));
    vcd = wave(&b, 0, 3);
    check_times(vcd, 5, device_rtl_wave_time(&b.device, 4));
    // Not asked for any more
    exchange_begin(&b);
    exchange_cycle(&b);
    exchange_close(&b);
}

// Sum of the counts of a file of coverage whose lines have all these words.
static uint64_t sum(const char *path, const char *first, const char *second, uint64_t *num)
{
    char line[1024];
    uint64_t total = 0;
    *num = 0;
    FILE *file = fopen(path, "r");
    cr_assert(file);
    while (fgets(line, sizeof line, file))
        if (strstr(line, first) && strstr(line, second)) {
            total += strtoull(strrchr(line, ' '), NULL, 10);
            ++*num;
        }
    fclose(file);
    return total;
}

Test(device_rtl_files, lines_and_toggles_are_counted_over_the_runs_that_count)
{
    char path[256];
    uint64_t num;
    struct exchange b;
    exchange_open(&b, (struct device_rtl_options){.coverage = true});
    for (uint64_t seed = 0; seed < 20; seed++) {
        b.stimulus.seed = seed;
        device_rtl_count(&b.device, seed < 16);
        exchange_begin(&b);
        exchange_send(&b, 0, seed, 0);
        b.in.backward[1] = 1;
        for (int c = 0; c < 5; c++)
            exchange_cycle(&b);
    }
    snprintf(path, sizeof path, "%s/coverage.dat", scratch_folder());
    cr_assert(device_rtl_write_coverage(&b.device, path, &b.err), "%s", b.err.text);
    cr_assert_eq(sum(path, "workbench_top.sv", "", &num), 0);
    cr_assert_eq(num, 0, "the wrapper is left out");
    cr_assert_eq(sum(path, "v_toggle", "out_valid[1]", &num), 2 * 16, "up and down in each run");
    cr_assert_eq(num, 1);
    cr_assert_eq(sum(path, "v_toggle", "out_valid[0]", &num), 0);
    cr_assert_eq(sum(path, "v_toggle", "stuck_q[", &num), 0, "random state is no coverage");
    cr_assert_eq(num, 2);
    cr_assert_gt(sum(path, "v_line", "exchange.sv", &num), 0);
    cr_assert_gt(num, 2);
    exchange_close(&b);
}

// Opens and closes; returns the time it took to build.
static double reopen(struct exchange *self, const char *folder, char wrapper[256])
{
    exchange_open_of(self, exchange_map, folder, (struct device_rtl_options){0});
    snprintf(wrapper, 256, "%s", device_rtl_wrapper(&self->device));
    cr_assert_eq(access(wrapper, R_OK), 0);
    double build_s = device_rtl_build_s(&self->device);
    exchange_close(self);
    return build_s;
}

static void forget(const char *wrapper)
{
    char *folder = rtl_cache_text("%s", wrapper);
    dirname(folder);
    char *lock = rtl_cache_text("%s.lock", folder);
    rtl_cache_remove(folder);
    unlink(lock);
    free(lock);
    free(folder);
}

Test(device_rtl_files, what_is_there_and_whole_is_not_built_again)
{
    char text[8192];
    char first[256];
    char wrapper[256];
    struct exchange b;
    FILE *file = fopen("tests/rtl/exchange.sv", "r");
    size_t got = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[got] = 0;
    scratch_file("exchange.sv", text);
    cr_assert_gt(reopen(&b, scratch_folder(), first), 0);
    cr_assert_eq(reopen(&b, scratch_folder(), wrapper), 0);
    cr_assert_str_eq(wrapper, first);
    // Damaged; the old one is still mapped
    char *library = rtl_cache_text("%.*s/door.so", (int)(strrchr(first, '/') - first), first);
    cr_assert_eq(unlink(library), 0);
    file = fopen(library, "w");
    fputs("no library", file);
    fclose(file);
    free(library);
    cr_assert_gt(reopen(&b, scratch_folder(), wrapper), 0);
    cr_assert_str_eq(wrapper, first);
    forget(first);
}

// RTL whose initial block is the statement.
static void check_initial(const char *statement, const char *place, const char *said)
{
    char text[1024];
    char wrapper[256];
    struct exchange b;
    snprintf(text, sizeof text,
             "module exchange(input clk, rst, input [1:0] in_valid, input [99:0] in_flit [2],\n"
             "  output [1:0] in_ready, out_valid, output [99:0] out_flit [2],\n"
             "  input [1:0] out_ready);\n"
             "  reg [99:0] table_q [2];\n"
             "  initial %s;\n"
             "  assign in_ready = '0, out_valid = '0, out_flit = table_q;\n"
             "endmodule\n",
             statement);
    scratch_file("exchange.sv", text);
    exchange_open_of(&b, exchange_map, scratch_folder(), (struct device_rtl_options){0});
    snprintf(wrapper, sizeof wrapper, "%s", device_rtl_wrapper(&b.device));
    exchange_begin(&b);
    cr_assert_not_null(exchange_fault(&b));
    cr_assert(strstr(exchange_fault(&b), place) && strstr(exchange_fault(&b), said), "%s",
              exchange_fault(&b));
    exchange_close(&b);
    forget(wrapper);
}

Test(device_rtl_files, an_initial_block_that_fails_is_a_fault_at_once)
{
    check_initial("$fatal(1, \"not so\")", "exchange.sv:5:", "not so");
    check_initial("$readmemh(\"gone.hex\", table_q)", "gone.hex", "not found");
}

Test(device_rtl_files, the_cache_keeps_those_that_were_used_last)
{
    char path[256];
    struct err err = {0};
    static const char *const names[] = {"device_a", "device_b", "device_c", "device_d", "router_e"};
    for (size_t i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "%s/%s", scratch_folder(), names[i]);
        cr_assert(rtl_cache_empty_folder(path, &err), "%s", err.text);
        struct timespec used[] = {{.tv_sec = 1000 + (time_t)i}, {.tv_sec = 1000 + (time_t)i}};
        cr_assert_eq(utimensat(AT_FDCWD, path, used, 0), 0);
    }
    snprintf(path, sizeof path, "%s/device_a", scratch_folder());
    rtl_cache_touch(path);
    rtl_cache_trim(scratch_folder(), "device_", 2);
    for (size_t i = 0; i < 5; i++) {
        bool stays = i == 0 || i >= 3;
        snprintf(path, sizeof path, "%s/%s", scratch_folder(), names[i]);
        cr_assert_eq(access(path, F_OK) == 0, stays, "%s", names[i]);
    }
}
