// SPDX-License-Identifier: Apache-2.0
// Programs on full nodes over channels that lose packets and change them: with cards that deliver
// reliably, every message comes, and results depend on nothing but the configuration.
#include "model/net/routing_table.h"
#include "tests/config_text.h"
#include "tests/full_nodes.h"

enum { RANKS = 9, MESSAGES = 3 };

static const char program[] = "ranks 4\n"
                              "rank 0\n"
                              "repeat 3\n"
                              "send to=1 bytes=900 tag=1\n"
                              "recv from=3 bytes=40 tag=2\n"
                              "end\n"
                              "allreduce bytes=64 ns=40\n"
                              "alltoall bytes=100\n"
                              "rank 1\n"
                              "repeat 3\n"
                              "recv from=0 bytes=900 tag=1\n"
                              "isend to=2 bytes=5000\n"
                              "compute ns=2000\n"
                              "wait to=2\n"
                              "end\n"
                              "allreduce bytes=64 ns=40\n"
                              "alltoall bytes=100\n"
                              "rank 2\n"
                              "repeat 3\n"
                              "recv from=1 bytes=5000\n"
                              "send to=3 bytes=8\n"
                              "end\n"
                              "allreduce bytes=64 ns=40\n"
                              "alltoall bytes=100\n"
                              "rank 3\n"
                              "repeat 3\n"
                              "recv from=any bytes=any\n"
                              "send to=0 bytes=40 tag=2\n"
                              "end\n"
                              "allreduce bytes=64 ns=40\n"
                              "alltoall bytes=100\n";

#define LOSSY                                                                                      \
    "fabric.channel.faults={drop_rate: 0.03, corrupt_rate: 0.03}", "nodes.nic.reliable=nic",       \
        "nodes.nic.retransmit_timeout_cycles=3000", "nodes.nic.max_retries=1000"

// A run that must complete: as much as without faults has been handed out.
static void check_complete(const struct config *config)
{
    struct err err = {0};
    struct config whole = *config;
    whole.drop_rate = whole.corrupt_rate = 0;
    whole.nic.reliable = NIC_RELIABLE_NONE;
    whole.nic.grants = true;
    whole.driver_pio_bytes = 0;
    struct run_result *without = full_nodes_complete(&whole);
    struct run_result *with = full_nodes_run(config, &err);
    cr_assert(with, "%s", err.text);
    cr_assert_eq(with->outcome, RUN_COMPLETED, "%s", run_outcome_names[with->outcome]);
    cr_assert_eq(with->messages, without->messages);
    cr_assert_eq(with->bytes, without->bytes);
    const struct nic_stats *cards = &with->nodes.nic;
    cr_assert_eq(cards->messages_received, without->nodes.nic.messages_received);
    cr_assert_leq(cards->messages_sent, cards->messages_received); // the last answers may be due
    cr_assert_eq(cards->bytes_received, without->nodes.nic.bytes_received);
    cr_assert_eq(with->nodes.driver_errors, 0);
    cr_assert_eq(with->counters.packets_created, cards->packets_sent);
    cr_assert_eq(cards->packets_received, cards->packets_sent - with->counters.packets_dropped);
    cr_assert_eq(cards->damaged, with->counters.packets_corrupted);
    cr_assert_gt(cards->damaged, 0);
    cr_assert_gt(cards->retransmissions, 0);
    cr_assert_gt(cards->acknowledgements, 0);
    cr_assert_geq(cards->retransmissions + 2 * with->counters.packets_dropped, cards->duplicates);
    cr_assert_leq(cards->max_in_ram_bytes, config->nic.in_ram_bytes);
    cr_assert_leq(cards->max_out_ram_bytes, config->nic.out_ram_bytes);
    free(without);
    free(with);
}

static struct config flood_config(uint32_t bytes)
{
    return FULL_NODES(full_nodes_flood(RANKS, MESSAGES, bytes), LOSSY,
                      "fabric.topology={kind: mesh, dims: [3, 3]}", "nodes.driver.send_slots=1",
                      "nodes.driver.receive_slots=16", "nodes.nic.in_ram_bytes=64",
                      "nodes.nic.out_ram_bytes=64", "nodes.nic.channels=1");
}

// The smallest memory, all to all, every way to route, in order of flows or not, asking first or
// not.
Test(full_faults, a_flood_arrives_by_every_way_to_route_a_mesh)
{
    uint32_t num_routed = 0;
    for (size_t i = 0; i < routing_num_algorithms; i++) {
        struct err err = {0};
        struct config config = flood_config(500);
        char setting[64];
        snprintf(setting, sizeof setting, "fabric.router.routing=%s", routing_algorithms[i].name);
        set(&config, setting);
        config.vcs = 4;
        config.by_flow = i % 3 == 0;
        config.nic.grants = i % 2;
        config.software.arrival = i % 5 == 0;
        config.software.interrupt_cycles = 100;
        config.nic.processor = i % 4 == 1;
        struct topology *topology = config_topology(&config, &err);
        topology_free(topology);
        struct config whole = config;
        whole.drop_rate = whole.corrupt_rate = 0;
        struct run_result *result = full_nodes_run(&whole, &err);
        free(result);
        if (result) {
            num_routed++;
            check_complete(&config);
        } else {
            cr_assert_eq(err.status, ERR_CONFIG, "%s", err.text);
        }
        config_free(&config);
    }
    cr_assert_geq(num_routed, 7);
}

Test(full_faults, a_flood_arrives_under_every_switching_mode_by_rendezvous_and_programmed_io)
{
    static const char *const modes[] = {"fabric.router.switching=store-and-forward",
                                        "fabric.router.switching=virtual-cut-through",
                                        "fabric.router.switching=wormhole"};
    for (size_t i = 0; i < 6; i++) {
        struct config config = flood_config(40);
        set(&config, modes[i % 3]);
        if (i < 3)
            set(&config, "workload.eager_bytes=1");
        else
            set(&config, "nodes.driver.pio_bytes=48");
        config.by_flow = i % 2;
        check_complete(&config);
        config_free(&config);
    }
}

Test(full_faults, a_program_arrives_however_much_is_lost)
{
    for (uint32_t i = 1; i <= 4; i++) {
        struct config config = FULL_NODES(program, LOSSY);
        config.drop_rate = 0.1 * i - 0.1;
        config.corrupt_rate = 0.33 - 0.08 * i;
        config.nic.retransmit_timeout_cycles = 300;
        config.seed = i;
        check_complete(&config);
        config_free(&config);
    }
}

Test(full_faults, a_real_program_completes)
{
    struct config config =
        FULL_NODES(NULL, LOSSY, "workload.path=traces/samples/mg.S.64.ti.tar.zst",
                   "fabric.topology={kind: torus, dims: [8, 8]}", "fabric.router.vc_choice=any");
    config.drop_rate = config.corrupt_rate = 0.001;
    check_complete(&config);
    config_free(&config);
}

static void check_same(const struct config *a, const struct config *b)
{
    char *one = full_nodes_told(a);
    char *other = full_nodes_told(b);
    cr_assert(strncmp(one, "0 ", 2) == 0, "%.300s", one);
    cr_assert_str_eq(one, other);
    free(one);
    free(other);
}

Test(full_faults, results_depend_neither_on_threads_nor_on_idle_skipping)
{
    struct config one = FULL_NODES(full_nodes_flood(16, 1, 200), LOSSY,
                                   "fabric.topology={kind: torus, dims: [12, 12]}",
                                   "nodes.nic.in_ram_bytes=64", "nodes.nic.out_ram_bytes=64");
    struct config other = one;
    one.threads = 1;
    for (other.threads = 2; other.threads <= 3; other.threads++)
        check_same(&one, &other);
    other.threads = 1;
    other.skip_idle = !one.skip_idle;
    check_same(&one, &other);
    config_free(&one);
}

Test(full_faults, the_rtl_in_lockstep_gives_what_the_reference_does)
{
    struct config config =
        FULL_NODES(program, LOSSY, "fabric.topology={kind: mesh, dims: [3, 3]}",
                   "fabric.router.vcs=2", "run.max_cycles=60000", "run.slice=true");
    struct err err = {0};
    struct run_result *ref = full_nodes_run(&config, &err);
    cr_assert(ref, "%s", err.text);
    set(&config, "fabric.backend=lockstep");
    struct run_result *both = full_nodes_run(&config, &err);
    cr_assert(both, "%s", err.text);
    cr_assert_eq(memcmp(&ref->counters, &both->counters, sizeof ref->counters), 0);
    full_nodes_expect_same(&config, ref, both);
    cr_assert_eq(ref->makespan_cycles, both->makespan_cycles);
    cr_assert_gt(ref->counters.packets_dropped, 0);
    free(ref);
    free(both);
    config_free(&config);
}

// --- refused, and given up ----------------------------------------------------------------------

Test(full_faults, programs_are_refused_where_nothing_is_sent_again)
{
    struct err err = {0};
    struct config config = FULL_NODES(program, "fabric.channel.faults.drop_rate=0.01");
    cr_assert_null(full_nodes_run(&config, &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert_not_null(strstr(err.text, "nodes.nic.reliable: a program would wait"), "%s",
                       err.text);
    config_free(&config);
}

Test(full_faults, a_program_whose_messages_are_given_up_ends_and_says_so)
{
    struct err err = {0};
    struct config config = FULL_NODES(program, LOSSY, "nodes.nic.max_retries=2");
    config.drop_rate = 1;
    struct run_result *result = full_nodes_run(&config, &err);
    cr_assert_eq(err.status, ERR_RUN, "%s", err.text);
    cr_assert_not_null(strstr(err.text, "sent again 2 times in vain"), "%s", err.text);
    free(result);
    config_free(&config);
}
