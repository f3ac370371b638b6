// SPDX-License-Identifier: Apache-2.0
// Runs by several threads: their results, as files, are the same to the byte.
#include "sim/output.h"
#include "sim/run.h"
#include "sim/vary.h"
#include "tests/config_text.h"
#include "tests/rig.h"
#include "tests/rtl_bench.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 22 };

// What a run leaves behind.
struct outcome {
    char *json; // but for the section of the host
    char *packets;
    char note[2048];
    struct err err;
    uint32_t num_threads;
};

static char *read_file(const char *path)
{
    char *text = calloc(MAX_BYTES, 1);
    FILE *from = fopen(path, "r");
    cr_assert(text && from);
    cr_assert_lt(fread(text, 1, MAX_BYTES - 1, from), MAX_BYTES - 1, "room for %s", path);
    fclose(from);
    return text;
}

static struct outcome outcome_of(const char *const *settings, uint32_t num_threads)
{
    struct config config = made();
    struct outcome outcome = {0};
    struct run_result *result = calloc(1, sizeof *result);
    char *packets = strdup(scratch_file("packets.csv", ""));
    struct run_outputs outputs = {.quiet = true, .packets = packets};
    cr_assert(result && packets);
    for (; *settings; settings++)
        set(&config, *settings);
    config.threads = num_threads;
    cr_assert(run_simulate(&config, &outputs, result, &outcome.err), "%s", outcome.err.text);
    struct figure_source source = {.config = &config, .result = result};
    json_t *root = output_json(&source);
    cr_assert(root && json_object_get(root, "host"));
    json_object_del(root, "host");
    outcome.json = output_json_text(root, false);
    json_decref(root);
    outcome.packets = read_file(packets);
    outcome.num_threads = result->num_threads;
    memcpy(outcome.note, result->note, sizeof outcome.note);
    config_free(&config);
    free(packets);
    free(result);
    return outcome;
}

static void release(struct outcome *outcome)
{
    free(outcome->json);
    free(outcome->packets);
}

static void check_same(const char *const *settings)
{
    struct outcome one = outcome_of(settings, 1);
    cr_assert_eq(one.num_threads, 1);
    for (uint32_t threads = 2; threads <= 3; threads++) {
        struct outcome many = outcome_of(settings, threads);
        cr_assert_eq(many.num_threads, threads);
        cr_assert_str_eq(many.json, one.json);
        cr_assert_str_eq(many.packets, one.packets);
        cr_assert_str_eq(many.note, one.note);
        cr_assert_eq(many.err.status, one.err.status);
        cr_assert_str_eq(many.err.text, one.err.text);
        release(&many);
    }
    release(&one);
}

#define MESH  "fabric.topology={kind: mesh, dims: [13, 12]}"
#define TORUS "fabric.topology={kind: torus, dims: [12, 12]}"
#define SHORT "run.warmup_cycles=50", "run.measure_cycles=300"

Test(threads, files_of_results_are_the_same)
{
    static const char *const runs[][8] = {
        {MESH, SHORT},
        {TORUS, SHORT, "workload.rate_flits_per_node_cycle=0.9", "run.drain_cycles=100"},
        {MESH, SHORT, "workload.rate_flits_per_node_cycle=0.0005"},
        {MESH, SHORT, "fabric.router.switching=circuit", "fabric.circuit.hold=cached"},
        {TORUS, SHORT, "fabric.router={vcs: 4, classes: 2}",
         "workload.packet_flits=[{flits: 4, weight: 9}, {flits: 1, weight: 1, class: 1}]"},
        {MESH, SHORT, "fabric.terminal.stall_probability=0.3", "workload.pattern=hotspot",
         "workload.hotspots=[5, 100]", "fabric.router.switching=virtual-cut-through"},
        {TORUS, SHORT, "fabric.skip_idle=false", "fabric.router.switching=store-and-forward"},
        {TORUS, SHORT, "fabric.backend=lockstep"},
        {TORUS, SHORT, "fabric.backend=rtl", "fabric.router.flit_bits=128"},
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        check_same(runs[i]);
}

Test(threads, a_program_takes_the_same_time)
{
    static const char *const settings[] = {TORUS,
                                           "workload.kind=trace",
                                           "workload.path=traces/samples/is.S.64.ti.tar.zst",
                                           "run.max_cycles=30000",
                                           "run.slice=true",
                                           NULL};
    check_same(settings);
}

Test(threads, a_deadlock_is_explained_alike)
{
    static const char *const settings[] = {TORUS,
                                           "fabric.router={vcs: 1, buffer_flits: 2}",
                                           "fabric.allow_deadlock=true",
                                           "workload.rate_flits_per_node_cycle=0.9",
                                           "run.watchdog_cycles=100",
                                           "run.measure_cycles=5000",
                                           NULL};
    struct outcome one = outcome_of(settings, 1);
    cr_assert_eq(one.err.status, ERR_DEADLOCK, "else this shows nothing");
    release(&one);
    check_same(settings);
}

// The real router, but routers of odd coordinates of both dimensions spoil a payload from some
// cycle on.
static const char lying_body[] =
    "    logic [FLIT_BITS-1:0] payload[RADIX];\n"
    "    logic [9:0] cycle;\n"
    "    logic lies;\n"
    "    always_ff @(posedge clk_i)\n"
    "        if (!rst_ni) begin cycle <= '0; lies <= 1'b0; end\n"
    "        else if (!cfg_valid_i) cycle <= cycle + 10'd1;\n"
    "        else if (cfg_addr_i == 24'h10000) lies <= ^cfg_data_i;\n"
    "    true_router #(RADIX, VCS, DEPTH, FLIT_BITS, TABLE_SIZE) u_true (\n"
    "        .*, .payload_o(payload));\n"
    "    always_comb\n"
    "        for (int i = 0; i < RADIX; i++)\n"
    "            payload_o[i] = payload[i] ^ FLIT_BITS'(lies && cycle > 20 ? 1 << 20 : 0);\n"
    "endmodule\n";

Test(threads, the_first_difference_is_told_alike)
{
    struct rig *rigs[2];
    rtl_bench_use(lying_body);
    rtl_bench_add_true_router();
    for (uint32_t i = 0; i < 2; i++) {
        struct rig_spec spec = {.topology = {.kind = "mesh", .num_dims = 2, .dims = {12, 12}},
                                .ops = &router_lockstep_ops,
                                .switching = SWITCHING_WORMHOLE,
                                .evaluate_all = true,
                                .num_threads = 1 + 2 * i,
                                .rtl = {.quiet = true}};
        rigs[i] = rig_new(&spec);
        cr_assert_not(rig_traffic(rigs[i], 100, 0.2, 4));
        cr_assert_eq(rigs[i]->err.status, ERR_MISMATCH);
        cr_assert(rigs[i]->spec.rtl.differs);
    }
    cr_assert_str_eq(rigs[0]->err.text, rigs[1]->err.text);
    cr_assert_eq(rigs[0]->spec.rtl.fault_router, rigs[1]->spec.rtl.fault_router);
    cr_assert_eq(rigs[0]->spec.rtl.fault_cycle, rigs[1]->spec.rtl.fault_cycle);
    cr_assert_eq(rigs[0]->spec.rtl.compared_router_cycles,
                 rigs[1]->spec.rtl.compared_router_cycles);
    cr_assert_eq(rigs[0]->flit_hash, rigs[1]->flit_hash);
    rig_free(rigs[0]);
    rig_free(rigs[1]);
}
