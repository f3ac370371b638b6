// SPDX-License-Identifier: Apache-2.0
// Full nodes give the same results, to the byte, whatever simulates them: threads, back ends, and
// with idle parts left out or not.
#include "sim/output.h"
#include "tests/config_text.h"
#include "tests/full_nodes.h"
#include "tests/kinds.h"

// Ranks that compute, go through memory, send eagerly and not, and meet.
static const char program[] = "ranks 4\n"
                              "rank 0\n"
                              "repeat 3\n"
                              "compute ns=500\n"
                              "repeat 20\n"
                              "load at=0x1000 bytes=8 stride=64\n"
                              "store at=0x80000 bytes=16 stride=24\n"
                              "end\n"
                              "send to=1 bytes=900 tag=1 at=0x80000\n"
                              "recv from=3 bytes=40 tag=2 at=0x1000\n"
                              "end\n"
                              "allreduce bytes=64 ns=40\n"
                              "alltoall bytes=100\n"
                              "rank 1\n"
                              "repeat 3\n"
                              "recv from=0 bytes=900 tag=1 at=0x4000\n"
                              "modify at=0x4000 bytes=256\n"
                              "isend to=2 bytes=5000 at=0x4000\n"
                              "compute ns=2000\n"
                              "wait to=2\n"
                              "end\n"
                              "allreduce bytes=64 ns=40\n"
                              "alltoall bytes=100\n"
                              "rank 2\n"
                              "repeat 3\n"
                              "recv from=1 bytes=5000 at=0x9000\n"
                              "fetch at=0x100000 bytes=4\n"
                              "send to=3 bytes=8\n"
                              "end\n"
                              "allreduce bytes=64 ns=40\n"
                              "alltoall bytes=100\n"
                              "rank 3\n"
                              "repeat 3\n"
                              "sleep ns=700\n"
                              "recv from=any bytes=any\n"
                              "fence\n"
                              "send to=0 bytes=40 tag=2\n"
                              "end\n"
                              "allreduce bytes=64 ns=40\n"
                              "alltoall bytes=100\n";

// What all machines share, which borrow its texts.
static struct config base(void)
{
    return FULL_NODES(program, "workload.eager_bytes=1000", "nodes.cores=2", "fabric.router.vcs=4",
                      "nodes.nic.in_ram_bytes=128", "nodes.driver.send_slots=2",
                      "nodes.groups=[{of: 1-1, clock_hz: 7e8}]",
                      "nodes.software.interrupt_cycles=300");
}

// What the number of a combination makes of a machine.
static struct config machine(const struct config *from, const struct topology_spec *shape, int mode,
                             uint32_t number)
{
    struct config config = *from;
    config.topology = *shape;
    config.switching = (enum switching)mode;
    config.software.arrival = number % 2;
    config.ranks_per_node = 1 + number / 2 % 2;
    config.nic.processor = number % 3 == 0;
    config.nic.grants = number % 4 == 1;
    config.driver_checksum = number % 3 == 1;
    config.driver_pio_bytes = number % 5 == 0 ? 56 : 0;
    config.stall_probability = number % 7 == 0 ? 0.2 : 0;
    return config;
}

static void check_same(const struct config *a, const struct config *b)
{
    char *one = full_nodes_told(a);
    char *other = full_nodes_told(b);
    cr_assert(strncmp(one, "0 ", 2) == 0, "%s: %.300s", a->topology.kind, one);
    cr_assert(strcmp(one, other) == 0, "%s, %s", a->topology.kind, switching_names[a->switching]);
    free(one);
    free(other);
}

static const struct topology_spec large[] = {
    {.kind = "mesh", .num_dims = 2, .dims = {12, 12}},
    {.kind = "hypercube", .n = 8},
    {.kind = "fat-tree", .arity = 2, .height = 7},
    {.kind = "dragonfly", .routers_per_group = 8, .concentration = 1, .global_ports = 2},
};

Test(full_same, results_do_not_depend_on_the_number_of_threads)
{
    struct config from = base();
    for (uint32_t i = 0; i < sizeof large / sizeof *large; i++)
        for (int mode = 0; mode < SWITCHING_CIRCUIT; mode++) {
            struct config one = machine(&from, &large[i], mode, 3 * i + (uint32_t)mode);
            struct config many = one;
            one.threads = 1;
            for (many.threads = 2; many.threads <= 3; many.threads++)
                check_same(&one, &many);
        }
    config_free(&from);
}

// Ranks far apart, all of which send: every thread has something to do.
Test(full_same, threads_share_out_nodes_that_flood_each_other)
{
    struct config one =
        FULL_NODES(full_nodes_flood(36, 1, 200), "fabric.topology={kind: torus, dims: [12, 12]}",
                   "nodes.nic.in_ram_bytes=64", "nodes.nic.out_ram_bytes=64");
    struct config many = one;
    one.threads = 1;
    for (many.threads = 2; many.threads <= 3; many.threads++)
        check_same(&one, &many);
    config_free(&one);
}

Test(full_same, results_do_not_depend_on_whether_idle_parts_are_left_out)
{
    struct config from = base();
    uint32_t number = 0, num_compared = 0;
    for (size_t i = 0; i < kinds_num_shapes; i++)
        for (int mode = 0; mode < SWITCHING_CIRCUIT; mode++, number++) {
            struct err err = {0};
            struct config skips = machine(&from, &kinds_shapes[i], mode, number);
            struct topology *topology = config_topology(&skips, &err);
            bool fits = topology && topology->num_nodes * skips.ranks_per_node >= 4;
            topology_free(topology);
            if (!fits)
                continue;
            num_compared++;
            struct config all = skips;
            skips.skip_idle = true;
            all.skip_idle = false;
            check_same(&skips, &all);
        }
    cr_assert_gt(num_compared, 2 * kinds_num_shapes);
    config_free(&from);
}

Test(full_same, a_memory_trace_runs_in_strides_as_cycle_by_cycle)
{
    struct config skips = FULL_NODES(NULL, "workload.path=traces/samples/sort.lackey.xz",
                                     "run.max_cycles=150000", "run.slice=true");
    struct config all = skips;
    skips.skip_idle = true;
    all.skip_idle = false;
    check_same(&skips, &all);
    skips.max_cycles = all.max_cycles = 2000000;
    check_same(&skips, &all);
    config_free(&skips);
}

Test(full_same, a_real_program_gives_the_same_by_any_number_of_threads_and_idle_or_not)
{
    struct config one =
        FULL_NODES(NULL, "workload.path=traces/samples/mg.S.64.ti.tar.zst", "run.slice=true",
                   "fabric.topology={kind: torus, dims: [12, 12]}", "run.max_cycles=300000");
    struct config other = one;
    one.threads = 1;
    other.threads = 3;
    check_same(&one, &other);
    other.threads = 1;
    other.skip_idle = !one.skip_idle;
    check_same(&one, &other);
    config_free(&one);
}

// A run's figures but for what names its back end.
static char *figures(struct config config, const char *backend)
{
    char setting[64];
    snprintf(setting, sizeof setting, "fabric.backend=%s", backend);
    set(&config, setting);
    struct run_result *result = full_nodes_complete(&config);
    result->backend = "any";
    set(&config, "fabric.backend=ref");
    struct figure_source source = {.config = &config, .result = result, .output_s = -1};
    json_t *object = output_json(&source);
    json_object_del(object, "host");
    char *text = output_json_text(object, false);
    json_decref(object);
    free(result);
    return text;
}

Test(full_same, the_rtl_gives_what_the_reference_does)
{
    struct config from = base();
    for (int mode = 0; mode < SWITCHING_CIRCUIT; mode++) {
        struct topology_spec shape = {.kind = "mesh", .num_dims = 2, .dims = {3, 3}};
        struct config config = machine(&from, &shape, mode, (uint32_t)mode);
        config.vcs = 2;
        char *ref = figures(config, "ref");
        char *rtl = figures(config, "rtl");
        char *both = figures(config, "lockstep");
        cr_assert_str_eq(ref, rtl);
        cr_assert_str_eq(ref, both);
        free(ref);
        free(rtl);
        free(both);
    }
    config_free(&from);
}
