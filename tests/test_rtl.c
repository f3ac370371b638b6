// SPDX-License-Identifier: Apache-2.0
// RTL routers as libraries: pins cycle by cycle, what the cache does with damaged libraries and
// failing tools, and waves.
#include "model/net/rtl_cache.h"
#include "tests/rtl_bench.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// What comes in by a port goes out by the next one at the next edge.
static const char shift_body[] =
    "    for (genvar i = 0; i < RADIX; i++) begin : g_port\n"
    "        always_ff @(posedge clk_i) begin\n"
    "            fwd_o[(i + 1) % RADIX * 6+:6] <= rst_ni ? fwd_i[i*6+:6] : '0;\n"
    "            payload_o[(i + 1) % RADIX] <= payload_i[i];\n"
    "            if (fwd_i[i*6+5]) assert (fwd_i[i*6+:3] == 3'd0);\n"
    "        end\n"
    "    end\n"
    "    assign credit_o = '0, ack_o = '0, nack_o = '0, busy_o = 1'b0;\n"
    "    for (genvar i = 0; i < 7; i++) assign stalls_o[i] = '0;\n"
    "endmodule\n";

static const struct topology_spec line_of_three = {.kind = "mesh", .num_dims = 1, .dims = {3}};
static const struct topology_spec pair = {.kind = "hypercube", .n = 1};

// A packet of two flits, on the pins of the middle router in cycles 0 and 1.
static void check_packet(const struct router_ops *ops, enum switching mode, uint64_t head_cycle)
{
    struct rtl_bench b = {.params.switching = mode, .rtl.assertions = true};
    rtl_bench_open(&b, line_of_three, 64, ops);
    cr_assert(b.bank, "%s", b.err.text);
    uint64_t head = rtl_bench_head(&b, 2, 2) | UINT64_C(0xabcd) << 32;
    uint32_t own = b.own_address[1];
    uint32_t in_port =
        routing_compute(b.routing, 1,
                        &(struct route_at){own, 0, 0, (uint32_t)rtl_bench_head(&b, 0, 2)})
            .route.port;
    uint32_t out_port =
        routing_compute(b.routing, 1, &(struct route_at){own, in_port, 0, (uint32_t)head})
            .route.port;
    cr_assert_neq(in_port, out_port);
    for (uint64_t cycle = 0; cycle < 8; cycle++) {
        rtl_bench_evaluate(&b, 1);
        if (cycle == 0)
            b.ops->flit(b.bank, 1, in_port, (struct flit){.payload = head, .vc = 1, .head = true});
        if (cycle == 1)
            b.ops->flit(b.bank, 1, in_port, (struct flit){.payload = ~head, .vc = 1, .tail = true});
        cr_assert(rtl_bench_cycle(&b, 1), "%s", b.err.text);
        bool leaves = cycle == head_cycle || cycle == head_cycle + 1;
        cr_assert_eq(b.out.num_flits, leaves, "%s, cycle %u", ops->name, (unsigned)cycle);
        cr_assert_eq(b.out.num_credits, leaves);
        if (!leaves)
            continue;
        struct router_out_flit out = b.out.flits[0];
        bool is_head = cycle == head_cycle;
        cr_assert_eq(out.port, out_port);
        cr_assert_eq(out.flit.payload, is_head ? head : ~head);
        cr_assert_eq(out.flit.vc, 0, "the first VC is the first to be taken");
        cr_assert_eq(out.flit.head, is_head);
        cr_assert_eq(out.flit.tail, !is_head);
        cr_assert_eq(b.out.credits[0].port, in_port);
        cr_assert_eq(b.out.credits[0].vcs, 2, "credit for the VC it came in");
    }
    cr_assert(!b.ops->busy(b.bank, 1));
    rtl_bench_close(&b);
}

Test(rtl, a_flit_is_on_the_output_pins_two_cycles_after_the_input_pins)
{
    const struct router_ops *const backends[] = {&router_ref_ops, &router_rtl_ops,
                                                 &router_lockstep_ops};
    for (size_t i = 0; i < 3; i++) {
        check_packet(backends[i], SWITCHING_WORMHOLE, 1);
        check_packet(backends[i], SWITCHING_VIRTUAL_CUT_THROUGH, 1);
        check_packet(backends[i], SWITCHING_STORE_AND_FORWARD, 2);
    }
}

// Sends a flit into the last port of the RTL that shifts, and says by which port it goes out.
static uint32_t shifted_port(struct rtl_bench *self)
{
    self->ops->flit(self->bank, 0, self->params.radix - 1, (struct flit){.payload = 7});
    cr_assert(rtl_bench_cycle(self, 0), "%s", self->err.text);
    cr_assert_eq(self->out.num_flits, 1);
    cr_assert_eq(self->out.flits[0].flit.payload, 7);
    return self->out.flits[0].port;
}

// Opens a bank of the RTL that shifts; returns the time it took to build it.
static double open_shift(struct rtl_bench *self, struct topology_spec topology)
{
    *self = (struct rtl_bench){0};
    rtl_bench_open(self, topology, 64, &router_rtl_ops);
    cr_assert(self->bank, "%s", self->err.text);
    return self->rtl.build_s;
}

Test(rtl, variants_in_one_process_do_not_disturb_each_other)
{
    struct rtl_bench three;
    struct rtl_bench two;
    struct rtl_bench again;
    rtl_bench_use(shift_body);
    open_shift(&three, line_of_three);
    open_shift(&two, pair);
    open_shift(&again, line_of_three);
    cr_assert_eq(three.params.radix, 3);
    cr_assert_eq(two.params.radix, 2);
    cr_assert_eq(shifted_port(&three), 0);
    cr_assert_eq(shifted_port(&two), 0);
    three.ops->flit(three.bank, 0, 1, (struct flit){.payload = 9});
    cr_assert(rtl_bench_cycle(&again, 0));
    cr_assert_eq(again.out.num_flits, 0);
    cr_assert(rtl_bench_cycle(&three, 0));
    cr_assert_eq(three.out.num_flits, 1);
    cr_assert_eq(three.out.flits[0].port, 2);
    rtl_bench_close(&again);
    rtl_bench_close(&two);
    cr_assert_eq(shifted_port(&three), 0);
    rtl_bench_close(&three);
}

// What a process saw that opened the RTL that shifts, in memory that processes share.
struct seen {
    double build_s;
    bool works;
    char library[512]; // file that was loaded
};

static void note_library(struct seen *seen)
{
    char line[1024];
    FILE *maps = fopen("/proc/self/maps", "r");
    cr_assert(maps != NULL);
    while (fgets(line, sizeof line, maps))
        if (strstr(line, "/door.so"))
            snprintf(seen->library, sizeof seen->library, "%.*s",
                     (int)strcspn(strchr(line, '/'), "\n"), strchr(line, '/'));
    fclose(maps);
}

static pid_t start_process(struct seen *seen)
{
    *seen = (struct seen){0};
    pid_t process = fork();
    cr_assert_geq(process, 0);
    if (process != 0)
        return process;
    alarm(600); // an assertion that fails here would wait for ever to be reported
    struct rtl_bench b;
    seen->build_s = open_shift(&b, pair);
    note_library(seen);
    seen->works = shifted_port(&b) == 0;
    _exit(0);
}

static void end_process(pid_t process, const struct seen *seen)
{
    int status;
    cr_assert_eq(waitpid(process, &status, 0), process);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    cr_assert(seen->works);
}

static void overwrite(const char *path, long at)
{
    FILE *file = fopen(path, "r+");
    cr_assert(file != NULL);
    cr_assert_eq(fseek(file, at, SEEK_SET), 0);
    cr_assert(fputs("damaged", file) >= 0);
    cr_assert_eq(fclose(file), 0);
}

Test(rtl, a_damaged_library_is_built_again_and_a_whole_one_is_not)
{
    struct seen *seen =
        mmap(NULL, 2 * sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(seen, MAP_FAILED);
    // RTL of this process alone, so that nobody else's library is damaged
    char *body = rtl_cache_text("// damaged by process %d\n%s", (int)getpid(), shift_body);
    rtl_bench_use(body);
    end_process(start_process(&seen[0]), &seen[0]);
    cr_assert_gt(seen[0].build_s, 0);
    char *library = rtl_cache_text("%s", seen[0].library);
    overwrite(library, 0x3000);
    end_process(start_process(&seen[0]), &seen[0]);
    cr_assert_gt(seen[0].build_s, 0);
    end_process(start_process(&seen[0]), &seen[0]);
    cr_assert_eq(seen[0].build_s, 0);
    // Two ask at once: one builds, both get it
    cr_assert_eq(truncate(library, 100), 0);
    pid_t first = start_process(&seen[0]);
    pid_t second = start_process(&seen[1]);
    end_process(first, &seen[0]);
    end_process(second, &seen[1]);
    cr_assert_str_eq(seen[0].library, seen[1].library);
    rtl_cache_remove(dirname(library));
    char *lock = rtl_cache_text("%s.lock", library);
    cr_assert_eq(unlink(lock), 0);
    free(lock);
    free(library);
    free(body);
    munmap(seen, 2 * sizeof *seen);
}

Test(rtl, a_missing_verilator_is_said_and_how_to_do_without)
{
    struct rtl_bench b = {0};
    char *folder = rtl_cache_text("%s", scratch_file("empty", ""));
    rtl_bench_use(shift_body);
    cr_assert_eq(setenv("PATH", dirname(folder), 1), 0);
    rtl_bench_open(&b, pair, 64, &router_rtl_ops);
    cr_assert_null(b.bank);
    cr_assert_eq(b.err.status, ERR_RUN);
    cr_assert(strstr(b.err.text, "verilator is not installed"), "%s", b.err.text);
    cr_assert(strstr(b.err.text, "--backend ref"), "%s", b.err.text);
    rtl_bench_close(&b);
    free(folder);
}

Test(rtl, a_failed_build_tells_the_first_error_and_the_log)
{
    struct rtl_bench b = {0};
    rtl_bench_use("    assign busy_o = no_such_wire;\nendmodule\n");
    rtl_bench_open(&b, pair, 64, &router_rtl_ops);
    cr_assert_null(b.bank);
    cr_assert_eq(b.err.status, ERR_RUN);
    cr_assert(strstr(b.err.text, "no_such_wire"), "%s", b.err.text);
    char *log = strstr(b.err.text, "(log: ");
    cr_assert(log, "%s", b.err.text);
    log += strlen("(log: ");
    log[strcspn(log, ")")] = 0;
    cr_assert_eq(access(log, R_OK), 0);
    unlink(log);
    rtl_bench_close(&b);
}

Test(rtl, an_assertion_that_fails_is_a_mismatch_that_names_it)
{
    struct rtl_bench b = {.rtl.assertions = true};
    rtl_bench_use(shift_body);
    rtl_bench_open(&b, pair, 64, &router_rtl_ops);
    cr_assert(b.bank, "%s", b.err.text);
    cr_assert_eq(shifted_port(&b), 0);
    b.ops->flit(b.bank, 1, 0, (struct flit){.vc = 1});
    cr_assert(!rtl_bench_cycle(&b, 1));
    cr_assert_eq(b.err.status, ERR_MISMATCH);
    cr_assert(strstr(b.err.text, "cycle 1, router 1: an assertion"), "%s", b.err.text);
    cr_assert(strstr(b.err.text, "router_sim.sv:"), "%s", b.err.text);
    cr_assert(b.rtl.differs);
    cr_assert_eq(b.rtl.fault_router, 1);
    rtl_bench_close(&b);
}

Test(rtl, a_body_flit_without_a_head_fails_an_assertion_of_the_routers_own)
{
    struct rtl_bench b = {.rtl.assertions = true};
    rtl_bench_open(&b, line_of_three, 64, &router_rtl_ops);
    cr_assert(b.bank, "%s", b.err.text);
    b.ops->flit(b.bank, 1, 0, (struct flit){.payload = 7, .vc = 1, .tail = true});
    cr_assert(!rtl_bench_cycle(&b, 1));
    cr_assert_eq(b.err.status, ERR_MISMATCH);
    cr_assert(strstr(b.err.text, "cycle 0, router 1: an assertion"), "%s", b.err.text);
    cr_assert(strstr(b.err.text, "input_buffer.sv:"), "%s", b.err.text);
    rtl_bench_close(&b);
}

// A number of 8 bytes, most significant first, as wave files have them.
static uint64_t big_endian(const unsigned char *bytes)
{
    uint64_t number = 0;
    for (size_t i = 0; i < 8; i++)
        number = number << 8 | bytes[i];
    return number;
}

Test(rtl, a_wave_covers_the_cycles_that_were_asked_for)
{
    // FST: a block of type 0 and 329 bytes comes first, with the first and last time
    enum { AT_LENGTH = 1, AT_FIRST = 9, AT_LAST = 17, HEADER = 25 };
    const char *path = scratch_file("wave.fst", "");
    struct rtl_bench b = {
        .rtl = {.wave = path, .wave_router = ROUTER_ALL, .wave_from_cycle = 3, .wave_to_cycle = 8}};
    rtl_bench_use(shift_body);
    rtl_bench_open(&b, line_of_three, 64, &router_rtl_ops);
    cr_assert(b.bank, "%s", b.err.text);
    while (b.now < 20)
        cr_assert_eq(shifted_port(&b), 0);
    rtl_bench_close(&b);
    unsigned char header[HEADER];
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL);
    cr_assert_eq(fread(header, 1, sizeof header, file), sizeof header);
    fclose(file);
    cr_assert_eq(header[0], 0);
    cr_assert_eq(big_endian(header + AT_LENGTH), 329);
    cr_assert_eq(big_endian(header + AT_FIRST), 35);
    cr_assert_eq(big_endian(header + AT_LAST), 90);
}

Test(rtl, the_structural_fabric_refuses_what_it_does_not_have)
{
    struct rtl_bench b = {0};
    rtl_bench_open(&b, line_of_three, 64, &router_ref_ops);
    cr_assert(b.bank, "%s", b.err.text);
    b.params.topology = b.topology;
    b.params.channel_latency_cycles = 2;
    struct err err = {0};
    cr_assert_null(router_whole_ops.bank_new(&b.params, &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert(strstr(err.text, "fabric.channel.latency_cycles"), "%s", err.text);
    b.params.channel_latency_cycles = 1;
    b.routing->kind = NULL;
    err = (struct err){0};
    cr_assert_null(router_whole_ops.bank_new(&b.params, &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert(strstr(err.text, "coordinates"), "%s", err.text);
    b.routing->table_size = 0;
    rtl_bench_close(&b);
}
