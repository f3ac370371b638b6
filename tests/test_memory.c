// SPDX-License-Identifier: Apache-2.0
// What is said of memory before a machine is made, beside what it takes; limits; and refusing.
#include "model/net/routing_table.h"
#include "sim/host.h"
#include "sim/machine.h"
#include "tests/config_text.h"
#include "tests/kinds.h"

#include <inttypes.h>
#include <malloc.h>
#include <sys/stat.h>

#ifdef __SANITIZE_ADDRESS__
enum { MALLOC_IS_COUNTED = false }; // its memory is not that of a release build
#else
enum { MALLOC_IS_COUNTED = true };
#endif

static uint64_t allocated_bytes(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

// --- of a fabric --------------------------------------------------------------------------------

// Makes a machine's fabric and compares. False if such a machine is refused.
static bool check_fabric(const struct config *config, double tolerance)
{
    struct machine machine = {.rtl = {.quiet = true}};
    struct err err = {0};
    bool legal = machine_make_topology(&machine, config, &err) &&
                 machine_make_routing(&machine, config, config_longest_flits(config), &err);
    if (legal) {
        struct fabric_params params = machine_fabric_params(&machine, config, NULL, NULL, NULL);
        uint64_t of_routers;
        double said = (double)fabric_bytes(&params, &of_routers);
        fabric_free(fabric_new(&params, &err)); // what loading RTL takes does not go away
        uint64_t before = allocated_bytes();
        machine.fabric = fabric_new(&params, &err);
        cr_assert(machine.fabric, "%s", err.text);
        double took = (double)(allocated_bytes() - before);
        cr_expect(took > said * (1 - tolerance) - 4096 && took < said * (1 + tolerance) + 4096,
                  "%s, %s, %s, back end %d, pipeline %u: %.0f bytes, said %.0f",
                  config->topology.kind, switching_names[config->switching], config->routing,
                  config->backend, config->design.pipeline, took, said);
    }
    machine_free(&machine);
    return legal;
}

Test(memory, a_fabric_takes_what_its_modules_say)
{
    struct config base = made();
    struct kinds_parts parts;
    uint32_t num = 0;
    for (size_t n = 0; MALLOC_IS_COUNTED && kinds_combination(n, KINDS_NUM_DESIGNS, &parts); n++) {
        struct config config = base;
        config.topology = kinds_shapes[parts.shape];
        config.switching = (enum switching)parts.mode;
        config.routing = (char *)routing_algorithms[parts.algorithm].name;
        config.design = switching_is_circuit(config.switching) ? base.design
                                                               : kinds_design(parts.design, n % 97);
        config.vcs = 4U << n % 2;
        config.classes = 1 + n % 3 % 2;
        config.max_flits = 4;
        config.buffer_flits = 8U << n % 5 % 3;
        num += check_fabric(&config, 0.03);
    }
    cr_expect(num > 500 || !MALLOC_IS_COUNTED, "%u", num);
    config_free(&base);
}

// Of the variant that a run of defaults but two VCs has.
Test(memory, routers_in_rtl_take_about_what_is_estimated)
{
    struct config config = made();
    set(&config, "fabric.topology={kind: torus, dims: [16, 16]}");
    set(&config, "fabric.router.vcs=2");
    for (int backend = BACKEND_RTL; MALLOC_IS_COUNTED && backend <= BACKEND_LOCKSTEP; backend++) {
        config.backend = (enum config_backend)backend;
        cr_expect(check_fabric(&config, 0.15));
    }
    config_free(&config);
}

// --- of a whole run -----------------------------------------------------------------------------

// Growth of the process while it runs, in a child of its own.
static void check_run(const char *const *settings, size_t num)
{
    struct config config = made();
    struct machine machine = {0};
    struct memory_estimate estimate;
    struct err err = {0};
    struct run_result *result = calloc(1, sizeof *result);
    for (size_t i = 0; i < num; i++)
        set(&config, settings[i]);
    set(&config, "run.warmup_cycles=0");
    set(&config, "run.drain_cycles=0");
    cr_assert(machine_make_topology(&machine, &config, &err), "%s", err.text);
    cr_assert(machine_estimate(machine.topology, &config, &estimate, &err), "%s", err.text);
    machine_free(&machine);
    malloc_trim(0);
    uint64_t before = host_peak_rss_bytes();
    cr_assert(result && run_simulate(&config, &(struct run_outputs){0}, result, &err), "%s",
              err.text);
    double took = (double)(host_peak_rss_bytes() - before);
    cr_expect(took > 0.75 * (double)estimate.all && took < 1.25 * (double)estimate.all,
              "%s: %.0f bytes, by estimate %" PRIu64, settings[0], took, estimate.all);
    free(result);
    config_free(&config);
}

#define CHECK_RUN(...)                                                                             \
    check_run((const char *const[]){__VA_ARGS__},                                                  \
              sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

Test(memory, a_large_mesh_takes_what_is_estimated)
{
    if (MALLOC_IS_COUNTED)
        CHECK_RUN("fabric.topology={kind: mesh, dims: [192, 192]}", "run.measure_cycles=200",
                  "workload.rate_flits_per_node_cycle=0.012");
}

Test(memory, a_large_hypercube_takes_what_is_estimated)
{
    if (MALLOC_IS_COUNTED)
        CHECK_RUN("fabric.topology={kind: hypercube, n: 14}", "run.measure_cycles=30",
                  "workload.rate_flits_per_node_cycle=0.2");
}

Test(memory, large_tables_take_what_is_estimated)
{
    if (MALLOC_IS_COUNTED)
        CHECK_RUN("fabric.topology={kind: fat-tree, arity: 4, height: 6}", "run.measure_cycles=10",
                  "workload.rate_flits_per_node_cycle=0.2");
}

// --- limits and refusal -------------------------------------------------------------------------

// A file in a folder of the scratch folder, with the folders above it.
static void put(const char *path, const char *text)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s/%s", scratch_folder(), path);
    for (char *slash = strchr(whole + strlen(scratch_folder()) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(whole, 0777);
        *slash = '/';
    }
    FILE *to = fopen(whole, "w");
    cr_assert(to && fputs(text, to) >= 0 && fclose(to) == 0);
}

static uint64_t limit_of(const char *groups, const char *root)
{
    char paths[2][512];
    snprintf(paths[0], sizeof paths[0], "%s/%s", scratch_folder(), groups);
    snprintf(paths[1], sizeof paths[1], "%s/%s", scratch_folder(), root);
    return host_group_limit_bytes(paths[0], paths[1]);
}

Test(memory, the_least_limit_of_a_control_group_and_those_above_it_counts)
{
    put("groups", "0::/a/b\n");
    put("fs/a/b/memory.max", "max\n");
    cr_expect_eq(limit_of("groups", "fs"), UINT64_MAX);
    put("fs/a/memory.max", "5000000000\n");
    cr_expect_eq(limit_of("groups", "fs"), 5000000000);
    put("fs/a/b/memory.max", "7000000000\n");
    cr_expect_eq(limit_of("groups", "fs"), 5000000000, "of the group above");
    put("fs/a/b/memory.max", "3000000000\n");
    cr_expect_eq(limit_of("groups", "fs"), 3000000000);
    put("fs/memory.max", "2000000000\n"); // of a container, which sees its own as the root
    cr_expect_eq(limit_of("groups", "fs"), 2000000000);
    put("elsewhere", "0::/not/seen/from/here\n");
    cr_expect_eq(limit_of("elsewhere", "fs"), 2000000000);
    put("none", "");
    cr_expect_eq(limit_of("none", "fs"), UINT64_MAX);
    cr_expect_eq(limit_of("no-such-file", "fs"), UINT64_MAX);
}

Test(memory, limits_of_version_1_count_too)
{
    put("groups", "9:name=systemd:/\n5:devices:/x\n4:memory:/a/b\n0::/\n");
    put("fs/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
    cr_expect_eq(limit_of("groups", "fs"), 9223372036854771712U);
    put("fs/memory/a/memory.limit_in_bytes", "4000000000\n");
    cr_expect_eq(limit_of("groups", "fs"), 4000000000);
    put("fs/unified/memory.max", "1000000000\n");
    cr_expect_eq(limit_of("groups", "fs"), 1000000000);
}

Test(memory, what_does_not_fit_is_refused_before_it_is_made)
{
    struct config config = made();
    struct run_result *result = calloc(1, sizeof *result);
    struct err err = {0};
    char folder[64];
    char place[128];
    cr_assert(read_text(&config,
                        "fabric:\n"
                        "  router: {vcs: 8, buffer_flits: 64, flit_bits: 512}\n"
                        "  topology: {kind: hypercube, n: 20}\n"
                        "  backend: lockstep\n",
                        folder, &err),
              "%s", err.text);
    snprintf(place, sizeof place, "%s/c.yaml:3: fabric.topology: 1048576 routers need about ",
             folder);
    cr_assert(!run_simulate(&config, &(struct run_outputs){0}, result, &err));
    cr_expect_eq(err.status, ERR_CONFIG);
    cr_expect_eq(strncmp(err.text, place, strlen(place)), 0, "%s", err.text);
    cr_expect(strstr(err.text, " bytes each, and th") && strstr(err.text, " has "), "%s", err.text);
    if (MALLOC_IS_COUNTED)
        cr_expect_lt(host_peak_rss_bytes(), 300000000, "but for the graph of 184 MB");
    free(result);
    config_free(&config);
}
