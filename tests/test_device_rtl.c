// SPDX-License-Identifier: Apache-2.0
// A user's RTL as a device: its pins cycle by cycle, its complaints, random state, waves, coverage,
// and what is built when.
#include "model/net/rtl_cache.h"
#include "sim/workbench/device_rtl.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAP(reset, parameters)                                                                     \
    "top: cross\n"                                                                                 \
    "parameters: {" parameters "}\n"                                                               \
    "clock: clk\n"                                                                                 \
    "reset: {pin: rst, " reset ", cycles: 2}\n"                                                    \
    "ports: 2\n"                                                                                   \
    "in: {valid: \"in_valid[{p}]\", flit: \"in_flit[{p}]\", ready: \"in_ready[{p}]\"}\n"           \
    "out: {valid: \"out_valid[{p}]\", flit: \"out_flit[{p}]\", ready: \"out_ready[{p}]\"}\n"       \
    "flit:\n"                                                                                      \
    "  bits: 100\n"                                                                                \
    "  head: 99\n"                                                                                 \
    "  tail: 98\n"                                                                                 \
    "  destination: {port: \"97\"}\n"                                                              \
    "routing: {kind: port}\n"                                                                      \
    "packet: {max_flits: 4}\n"

enum { RESET_CYCLES = 2, VALID_BIT = 0, FLIT_BITS = 100 };

struct bench {
    struct device_map *map;
    struct device device;
    struct err err;
    struct stimulus stimulus;
    struct device_pins in;
    struct device_pins out;
    uint64_t step;
};

static const char usual[] = MAP("active: low, kind: asynchronous", "");

static void read_map(struct bench *self, const char *text, const char *rtl)
{
    static int number;
    char name[32];
    snprintf(name, sizeof name, "map%d.yaml", number++);
    self->map = device_map_read(scratch_file(name, text), rtl, NULL, NULL, 0, &self->err);
    cr_assert(self->map, "%s", self->err.text);
}

// Opens the device of RTL in a folder.
static void open_of(struct bench *self, const char *text, const char *rtl,
                    struct device_rtl_options options)
{
    options.quiet = true;
    *self = (struct bench){.stimulus = {.seed = 1}};
    read_map(self, text, rtl);
    cr_assert(device_rtl_open(&self->device, self->map, &options, &self->err), "%s",
              self->err.text);
}

static void open_usual(struct bench *self, struct device_rtl_options options)
{
    open_of(self, usual, "tests/rtl", options);
}

static void close_bench(struct bench *self)
{
    device_free(&self->device);
    device_map_free(self->map);
}

static void settle(struct bench *self, enum device_phase phase)
{
    self->device.ops->settle(self->device.self, phase, self->step++, &self->in, &self->out);
}

static void clock_edge(struct bench *self)
{
    self->device.ops->clock(self->device.self);
    memset(&self->in.forward, 0, sizeof self->in.forward);
}

static void cycle(struct bench *self)
{
    settle(self, DEVICE_RUN);
    clock_edge(self);
}

static void begin(struct bench *self)
{
    memset(&self->in, 0, sizeof self->in);
    self->step = 0;
    cr_assert(self->device.ops->begin(self->device.self, &self->stimulus, &self->err), "%s",
              self->err.text);
    for (uint32_t c = 0; c < RESET_CYCLES; c++) {
        settle(self, DEVICE_RESET);
        clock_edge(self);
    }
}

// Puts a flit on the pins of an input.
static void send(struct bench *self, uint32_t port, uint64_t data, uint8_t trap)
{
    self->in.forward[port] = (struct device_forward){
        .valid = true,
        .head = true,
        .tail = true,
        .bits = {data << 8 | trap, UINT64_C(3) << 34 | (uint64_t)(1 - port) << 33 | 0x1abcdef01}};
}

static const char *fault(const struct bench *self)
{
    return self->device.ops->fault(self->device.self);
}

// A flit goes through, waits while there is no ready, and ready is seen in the same cycle.
static void check_way(struct bench *self)
{
    begin(self);
    send(self, 0, 0x123456789abc, 0);
    settle(self, DEVICE_RUN);
    cr_assert(!self->out.forward[0].valid && !self->out.forward[1].valid);
    cr_assert(self->out.backward[0] && self->out.backward[1]);
    struct device_forward sent = self->in.forward[0];
    clock_edge(self);
    for (int waits = 0; waits < 3; waits++) {
        settle(self, DEVICE_RUN);
        cr_assert(self->out.forward[1].valid && !self->out.forward[0].valid);
        cr_assert_arr_eq(self->out.forward[1].bits, sent.bits, sizeof sent.bits);
        cr_assert(!self->out.backward[0] && self->out.backward[1]);
        clock_edge(self);
    }
    self->in.backward[1] = 1;
    settle(self, DEVICE_RUN);
    cr_assert(self->out.backward[0], "ready in the same cycle");
    clock_edge(self);
    settle(self, DEVICE_RUN);
    cr_assert(!self->out.forward[1].valid);
    cr_assert_null(fault(self));
}

Test(device_rtl, pins_follow_clock_and_inputs_under_every_kind_of_reset)
{
    static const char *const maps[] = {
        usual,
        MAP("active: high, kind: synchronous", "ActiveLow: 0"),
    };
    for (size_t m = 0; m < 2; m++) {
        struct bench b;
        open_of(&b, maps[m], "tests/rtl", (struct device_rtl_options){0});
        cr_assert_eq(b.device.setup_cycles, 0);
        check_way(&b);
        // A reset in flight
        send(&b, 1, 77, 0);
        cycle(&b);
        settle(&b, DEVICE_RESET);
        clock_edge(&b);
        settle(&b, DEVICE_RUN);
        cr_assert(!b.out.forward[0].valid && !b.out.forward[1].valid);
        close_bench(&b);
    }
}

Test(device_rtl, what_rtl_complains_of_is_a_fault_with_its_place)
{
    static const char *const words[] = {
        [0] = NULL,
        [1] = "trap 1 is fatal",
        [2] = "trap 2 is an error",
        [3] = "$finish",
        [4] = "no_trap_4",
        [5] = "number five",
        [6] = "$stop",
        [7] = NULL,
        [8] = "combinational logic does not settle; there is a loop through ",
    };
    struct bench b;
    open_usual(&b, (struct device_rtl_options){0});
    for (uint8_t trap = 0; trap < sizeof words / sizeof *words; trap++) {
        begin(&b);
        cr_assert_null(fault(&b), "%s", fault(&b));
        send(&b, 0, 0, trap);
        cycle(&b);
        cycle(&b);
        const char *text = fault(&b);
        cr_assert_eq(text != NULL, words[trap] != NULL, "trap %u: %s", trap, text);
        if (!text)
            continue;
        cr_assert_eq(strncmp(text, "tests/rtl/cross.sv:", 19), 0, "%s", text);
        cr_assert_gt(atoi(text + 19), 50, "%s", text);
        cr_assert(strstr(text, words[trap]), "trap %u: %s", trap, text);
    }
    check_way(&b);
    close_bench(&b);
}

// The words of the data registers before anything came in.
static uint64_t unset_state(struct bench *self, uint64_t seed)
{
    self->stimulus.seed = seed;
    begin(self);
    settle(self, DEVICE_RUN);
    const uint32_t *words = device_rtl_words(&self->device, DEVICE_FORWARD_OUT);
    return (uint64_t)words[1] << 32 | words[2];
}

Test(device_rtl, what_is_not_reset_is_random_by_the_seed_whatever_is_recorded)
{
    struct bench b;
    struct bench counted;
    uint64_t ones = 0;
    open_usual(&b, (struct device_rtl_options){0});
    open_usual(&counted, (struct device_rtl_options){.coverage = true});
    for (uint64_t seed = 0; seed < 8; seed++) {
        uint64_t state = unset_state(&b, seed);
        cr_assert_neq(state, unset_state(&b, seed + 1));
        cr_assert_eq(state, unset_state(&b, seed));
        cr_assert_eq(state, unset_state(&counted, seed));
        ones += (uint64_t)__builtin_popcountll(state);
    }
    cr_assert(ones > 8 * 16 && ones < 8 * 48, "%u of 512", (unsigned)ones);
    close_bench(&b);
    close_bench(&counted);
}

Test(device_rtl, devices_in_one_process_do_not_disturb_each_other)
{
    struct bench a;
    struct bench b;
    open_usual(&a, (struct device_rtl_options){0});
    open_usual(&b, (struct device_rtl_options){0});
    begin(&a);
    begin(&b);
    send(&a, 0, 5, 0);
    send(&b, 0, 6, 4);
    cycle(&a);
    cycle(&b);
    settle(&a, DEVICE_RUN);
    settle(&b, DEVICE_RUN);
    cr_assert_eq(a.out.forward[1].bits[0], 5 << 8);
    cr_assert_eq(b.out.forward[1].bits[0], 6 << 8 | 4);
    cr_assert_null(fault(&a));
    cr_assert_not_null(fault(&b));
    close_bench(&b);
    cycle(&a);
    cr_assert_null(fault(&a));
    close_bench(&a);
}

// Writes a wave of a run of 40 cycles, of which some are asked for, and returns what fst2vcd makes
// of it.
static char *wave(struct bench *self, uint64_t from, uint64_t to)
{
    char path[256];
    char command[300];
    static char text[65536];
    snprintf(path, sizeof path, "%s/wave.fst", scratch_folder());
    cr_assert(self->device.ops->wave(self->device.self, path, from, to, &self->err));
    begin(self);
    for (int c = 0; c < 40; c++) {
        if (c == 20)
            send(self, 0, 0x55, 0);
        cycle(self);
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

Test(device_rtl, waves_have_the_cycles_that_were_asked_for)
{
    if (system("command -v fst2vcd >/dev/null") != 0)
        return;
    struct bench b;
    open_usual(&b, (struct device_rtl_options){.waves = true});
    uint64_t at_20 = device_rtl_wave_time(&b.device, 20);
    cr_assert_eq(at_20, 10 * (20 + RESET_CYCLES));
    const char *vcd = wave(&b, 20, 21);
    check_times(vcd, at_20 + 5, at_20 + 20);
    cr_assert(strstr(vcd, "$scope module workbench_top") && strstr(vcd, "out_valid"));
    vcd = wave(&b, 0, 3);
    check_times(vcd, 5, device_rtl_wave_time(&b.device, 4));
    // Not asked for any more
    begin(&b);
    cycle(&b);
    close_bench(&b);
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

Test(device_rtl, lines_and_toggles_are_counted_over_all_runs)
{
    char path[256];
    uint64_t num;
    struct bench b;
    open_usual(&b, (struct device_rtl_options){.coverage = true});
    for (uint64_t seed = 0; seed < 16; seed++) {
        b.stimulus.seed = seed;
        begin(&b);
        send(&b, 0, seed, 0);
        b.in.backward[1] = 1;
        for (int c = 0; c < 5; c++)
            cycle(&b);
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
    cr_assert_gt(sum(path, "v_line", "cross.sv", &num), 0);
    cr_assert_gt(num, 2);
    close_bench(&b);
}

// Opens and closes; returns the time it took to build.
static double reopen(struct bench *self, const char *folder, char wrapper[256])
{
    open_of(self, usual, folder, (struct device_rtl_options){0});
    snprintf(wrapper, 256, "%s", device_rtl_wrapper(&self->device));
    cr_assert_eq(access(wrapper, R_OK), 0);
    double build_s = device_rtl_build_s(&self->device);
    close_bench(self);
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

Test(device_rtl, what_is_there_and_whole_is_not_built_again)
{
    char text[8192];
    char first[256];
    char wrapper[256];
    struct bench b;
    FILE *file = fopen("tests/rtl/cross.sv", "r");
    size_t got = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[got] = 0;
    scratch_file("cross.sv", text);
    cr_assert_gt(reopen(&b, scratch_folder(), first), 0);
    cr_assert_eq(reopen(&b, scratch_folder(), wrapper), 0);
    cr_assert_str_eq(wrapper, first);
    // Cut off
    char *library = rtl_cache_text("%.*s/door.so", (int)(strrchr(first, '/') - first), first);
    cr_assert_eq(truncate(library, 1000), 0);
    free(library);
    cr_assert_gt(reopen(&b, scratch_folder(), wrapper), 0);
    cr_assert_str_eq(wrapper, first);
    forget(first);
}

Test(device_rtl, an_initial_block_that_fails_is_a_fault_at_once)
{
    char wrapper[256];
    struct bench b;
    scratch_file("cross.sv",
                 "module cross(input clk, rst, input [1:0] in_valid, input [99:0] in_flit [2],\n"
                 "  output [1:0] in_ready, out_valid, output [99:0] out_flit [2],\n"
                 "  input [1:0] out_ready);\n"
                 "  initial $fatal(1, \"not so\");\n"
                 "  assign in_ready = '0, out_valid = '0, out_flit = in_flit;\n"
                 "endmodule\n");
    open_of(&b, usual, scratch_folder(), (struct device_rtl_options){0});
    snprintf(wrapper, sizeof wrapper, "%s", device_rtl_wrapper(&b.device));
    begin(&b);
    cr_assert_not_null(fault(&b));
    cr_assert(strstr(fault(&b), "cross.sv:4:") && strstr(fault(&b), "not so"), "%s", fault(&b));
    close_bench(&b);
    forget(wrapper);
}
