// SPDX-License-Identifier: Apache-2.0
// Full nodes beside ideal ones: the same program on the same fabric is never faster on cores,
// caches and cards than where all that costs nothing, and sends the same messages.
#include "tests/config_text.h"
#include "tests/full_nodes.h"

struct machine {
    const char *topology, *switching, *more;
};

static void compare(struct config config, const struct machine *machine)
{
    char text[128];
    snprintf(text, sizeof text, "fabric.topology=%s", machine->topology);
    set(&config, text);
    snprintf(text, sizeof text, "fabric.router.switching=%s", machine->switching);
    set(&config, text);
    set(&config, "nodes.clock_hz=1e9");
    set(&config, machine->more);
    struct run_result *full = full_nodes_complete(&config);
    struct err err = {0};
    config.node_model = MODEL_IDEAL;
    struct run_result *ideal = full_nodes_run(&config, &err);
    cr_assert(ideal, "%s", err.text);
    cr_assert_eq(ideal->outcome, RUN_COMPLETED);
    cr_assert_gt(full->makespan_cycles, ideal->makespan_cycles, "%s, %s, %s", machine->topology,
                 machine->switching, machine->more);
    cr_assert_eq(full->messages, ideal->messages);
    cr_assert_eq(full->bytes, ideal->bytes);
    cr_assert_eq(full->collective_messages, ideal->collective_messages);
    cr_assert_eq(full->collective_bytes, ideal->collective_bytes);
    cr_assert_eq(full->compute_cycles_max, ideal->compute_cycles_max);
    free(full);
    free(ideal);
    config_free(&config);
}

static const struct machine machines[] = {
    {"{kind: torus, dims: [8, 8]}", "wormhole", "workload.eager_bytes=65536"},
    {"{kind: mesh, dims: [8, 8]}", "store-and-forward", "nodes.software.arrival=interrupt"},
    {"{kind: hypercube, n: 6}", "virtual-cut-through", "workload.eager_bytes=2000"},
    {"{kind: star, n: 64}", "wormhole", "nodes.nic.processor=true"},
};

Test(full_ideal, real_programs_are_never_faster_on_full_nodes)
{
    static const char *const paths[] = {"workload.path=traces/samples/is.S.64.ti.tar.zst",
                                        "workload.path=traces/samples/mg.S.64.ti.tar.zst"};
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
        compare(FULL_NODES(NULL, paths[i % 2]), &machines[i]);
}

Test(full_ideal, floods_are_never_faster_on_full_nodes)
{
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
        for (uint32_t bytes = 8; bytes < 5000; bytes = 8 * bytes + 1)
            compare(FULL_NODES(full_nodes_flood(8, 2, bytes), "nodes.driver.pio_bytes=56"),
                    &machines[i]);
}

// Pieces of an eager message, or data after request and answer, whose buffers are in caches or not.
Test(full_ideal, programs_with_memory_are_never_faster_on_full_nodes)
{
    static const char program[] =
        "ranks 4\nrank 0\nrepeat 30\nstore at=0x2000 bytes=64 stride=64\nend\n"
        "bcast bytes=1900\nrank 1\nbcast bytes=1900\nrepeat 5\nload at=0x40000 bytes=8 stride=8\n"
        "compute ns=3\nend\nrank 2\nbcast bytes=1900\nrank 3\nbcast bytes=1900\nfence";
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
        compare(FULL_NODES(program, "run.seed=2"), &machines[i]);
}
