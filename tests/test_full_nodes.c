// SPDX-License-Identifier: Apache-2.0
// Programs on full nodes: where they run, how they end, what is refused.
#include "tests/config_text.h"
#include "tests/full_nodes.h"

// The run ends with this status, and its error tells all of `parts` (up to NULL).
static void fails(struct config config, enum err_status status, const char *const *parts)
{
    struct err err = {0};
    struct run_result *result = full_nodes_run(&config, &err);
    cr_assert_eq(err.status, status, "%d: %s", err.status, err.text);
    for (; *parts; parts++)
        cr_assert(strstr(err.text, *parts), "\"%s\" is not in \"%s\"", *parts, err.text);
    free(result);
    config_free(&config);
}

#define FAILS(config, status, ...) fails(config, status, (const char *const[]){__VA_ARGS__, NULL})

// --- how programs end ---------------------------------------------------------------------------

Test(full_nodes, ranks_that_wait_for_ever_are_named_with_file_and_line)
{
    FAILS(FULL_NODES("ranks 3\nrank 1\ncompute ns=10\nrecv from=0 bytes=8 tag=5", "run.seed=1"),
          ERR_TRACE, "1 of 3 ranks", "rank 1", "0.trace:5", "recv from 0, tag 5");
    FAILS(FULL_NODES("ranks 2\nrank 0\nsend to=1 bytes=8\nrank 1\nrecv from=0 bytes=8 tag=5",
                     "workload.eager_bytes=1", "nodes.software.arrival=interrupt"),
          ERR_TRACE, "2 of 2 ranks", "rank 0, ", "1.trace:4: send to 1", "rank 1, ", ".trace:6");
}

Test(full_nodes, a_message_that_nobody_receives_is_refused_with_its_place)
{
    FAILS(FULL_NODES("ranks 2\nrank 0\nsend to=1 bytes=8 tag=3", "run.seed=1"), ERR_TRACE,
          "0.trace:4: rank 0: a message of 8 bytes to rank 1 with tag 3 is never received");
    FAILS(FULL_NODES("ranks 2\nrank 0\nisend to=1 bytes=8000 tag=3\nrank 1\ncompute ns=9",
                     "workload.eager_bytes=1"),
          ERR_TRACE, ".trace:4: rank 0", "never received");
    FAILS(FULL_NODES("ranks 2\nrank 0\nirecv from=1 bytes=8 tag=3", "run.seed=1"), ERR_TRACE,
          ".trace:4: rank 0", "tag 3");
}

Test(full_nodes, a_message_longer_than_its_receive_is_refused)
{
    FAILS(
        FULL_NODES("ranks 2\nrank 0\nsend to=1 bytes=9\nrank 1\nrecv from=0 bytes=8", "run.seed=1"),
        ERR_TRACE, ".trace:4", "9 bytes");
    FAILS(FULL_NODES("ranks 2\nrank 0\nsend to=1 bytes=9\nrank 1\nirecv from=0 bytes=8\n"
                     "compute ns=100000\nwaitall",
                     "nodes.software.arrival=interrupt"),
          ERR_TRACE, ".trace:4", "9 bytes");
}

Test(full_nodes, collectives_that_differ_are_refused)
{
    FAILS(FULL_NODES("ranks 2\nrank 0\nbarrier\nrank 1\nallreduce bytes=8", "run.seed=1"),
          ERR_TRACE, ".trace:4", ".trace:6");
}

// Who begins a rendezvous and does not wait for it learns of its end long after the receiver.
Test(full_nodes, a_sender_may_end_before_it_is_told_that_its_message_has_gone)
{
    struct config config =
        FULL_NODES("ranks 2\nrank 0\nisend to=1 bytes=8000\n"
                   "rank 1\nrecv from=0 bytes=8000",
                   "workload.eager_bytes=1", "nodes.groups=[{of: 0-0, clock_hz: 1e7}]");
    struct run_result *result = full_nodes_complete(&config);
    cr_assert_eq(result->messages, 1);
    free(result);
    config_free(&config);
}

Test(full_nodes, a_message_to_oneself_stays_out_of_the_card)
{
    for (int eager = 1; eager < 10000; eager += 9000) {
        struct config config = FULL_NODES(
            "ranks 2\nrank 0\nisend to=0 bytes=800\nrecv from=0 bytes=800\nwaitall", "run.seed=1");
        config.eager_bytes = (uint64_t)eager;
        struct run_result *result = full_nodes_complete(&config);
        cr_assert_eq(result->messages, 1);
        cr_assert_eq(result->nodes.nic.packets_sent, 0);
        free(result);
        config_free(&config);
    }
}

// --- where they run -----------------------------------------------------------------------------

enum { RANKS = 8, MESSAGES = 3, BYTES = 300 };

Test(full_nodes, ranks_share_nodes_out_among_cores)
{
    for (uint32_t per_node = 1; per_node <= RANKS; per_node *= 2)
        for (uint32_t interrupts = 0; interrupts < 2; interrupts++) {
            struct config config = FULL_NODES(full_nodes_flood(RANKS, MESSAGES, BYTES),
                                              "fabric.topology={kind: ring, n: 8}",
                                              "nodes.driver.piece_bytes=100", "nodes.cores=8");
            config.ranks_per_node = per_node;
            config.software.arrival = interrupts;
            struct run_result *result = full_nodes_complete(&config);
            cr_assert_eq(result->nodes.computers, RANKS / per_node);
            cr_assert_eq(result->messages, RANKS * (RANKS - 1) * MESSAGES);
            // A message to a rank of the same node goes through the card, too.
            cr_assert_eq(result->nodes.nic.bytes_received, result->bytes);
            free(result);
            config_free(&config);
        }
}

Test(full_nodes, a_node_may_have_fewer_ranks_than_others)
{
    struct config config =
        FULL_NODES(full_nodes_flood(7, 2, BYTES), "nodes.cores=3", "nodes.ranks_per_node=3");
    struct run_result *result = full_nodes_complete(&config);
    cr_assert_eq(result->nodes.computers, 3);
    free(result);
    config_free(&config);
}

Test(full_nodes, more_ranks_than_there_are_cores_for_are_refused)
{
    FAILS(FULL_NODES("ranks 5\nrank 4\ncompute ns=1", "run.seed=1"), ERR_CONFIG, "5 ranks",
          "4 nodes");
    FAILS(FULL_NODES("ranks 9\nrank 4\ncompute ns=1", "nodes.cores=2", "nodes.ranks_per_node=2"),
          ERR_CONFIG, "9 ranks", "4 nodes take 2 each", "nodes.ranks_per_node");
}

// A message without data that asks first is received by its data's being announced.
Test(full_nodes, messages_of_no_bytes_that_ask_first_are_received)
{
    for (int send = 0; send < SOFTWARE_NUM_SENDS; send++) {
        struct config config = FULL_NODES("ranks 3\nrank 0\nsend to=1 bytes=0\nbarrier\nrank 1\n"
                                          "recv from=0 bytes=0\nbarrier\nrank 2\nbarrier",
                                          "workload.eager_bytes=0");
        config.software.send = (uint32_t)send;
        free(full_nodes_complete(&config));
        config_free(&config);
    }
}

// With software that costs what it does by default.
static void complete_at_cost(const char *program, const char *const *settings)
{
    struct config costs = made();
    struct config config = full_nodes_config(program, (const char *const[]){NULL});
    config.software = costs.software;
    config.send_copies = costs.send_copies;
    config.receive_copies = costs.receive_copies;
    set(&config, "nodes.nic.grants=true");
    for (; *settings; settings++)
        set(&config, *settings);
    free(full_nodes_complete(&config));
    config_free(&config);
    config_free(&costs);
}

#define COMPLETE_AT_COST(program, ...)                                                             \
    complete_at_cost(program, (const char *const[]){__VA_ARGS__, NULL})

// A pop-up thread whose mail somebody else has taken ends as soon as it runs, and makes room for
// the next one.
Test(full_nodes, pop_up_threads_that_find_nothing_end)
{
    COMPLETE_AT_COST("ranks 3\nrank 0\nrepeat 5\nisend to=1 bytes=20000 tag=7 at=0x10000000\nend\n"
                     "barrier\nrepeat 5\nsend to=1 bytes=70000 tag=0\nend\nrank 1\nrepeat 10\n"
                     "recv from=any bytes=any tag=7\nend\nbarrier\nrepeat 5\n"
                     "recv from=0 bytes=70000 tag=0\nend\nrank 2\nrepeat 5\n"
                     "isend to=1 bytes=20000 tag=7 at=0x30000000\nend\nbarrier",
                     "nodes.software.arrival=pop-up", "nodes.nic.coalescing=true",
                     "fabric.router.flit_bits=128", "fabric.topology={kind: mesh, dims: [8, 8]}",
                     "fabric.router.vc_choice=any");
}

// Who is told of arrivals by interrupts, and of nothing else, looks at completions of what it has
// sent before they fill their ring.
Test(full_nodes, completions_that_nobody_is_told_of_do_not_fill_their_ring)
{
    static const char program[] =
        "ranks 2\nrank 0\nrepeat 400\nsend to=1 bytes=8\nend\nrecv from=1 bytes=8\n"
        "rank 1\nrepeat 400\nrecv from=0 bytes=8\nend\nsend to=0 bytes=8";
    static const char *const arrivals[] = {
        "nodes.software.arrival=polling", "nodes.software.arrival=interrupt",
        "nodes.software.arrival=pop-up", "nodes.software.arrival=active"};
    for (int i = 0; i < 4; i++) {
        COMPLETE_AT_COST(program, arrivals[i], "nodes.software.send=copy");
        COMPLETE_AT_COST(program, arrivals[i], "nodes.software.send=copy-on-write");
        COMPLETE_AT_COST(program, arrivals[i], "nodes.software.path=kernel");
    }
}

Test(full_nodes, programmed_io_is_refused_where_the_kernel_keeps_what_has_come)
{
    FAILS(FULL_NODES("ranks 1\nrank 0\ncompute ns=1", "nodes.driver.pio_bytes=16",
                     "nodes.software.path=kernel", "nodes.software.receive_copies=1"),
          ERR_CONFIG, "nodes.driver.pio_bytes", "nodes.software.path user");
}

// --- traces of references to memory -------------------------------------------------------------

static struct config memory_config(const char *path)
{
    struct config config = FULL_NODES(NULL, "run.seed=1");
    char setting[256];
    snprintf(setting, sizeof setting, "workload.path=%s", path);
    set(&config, setting);
    return config;
}

Test(full_nodes, a_memory_trace_runs_on_core_0_of_node_0)
{
    struct config config =
        memory_config(scratch_file("t.lackey", "I  1000,4\n L 20000,8\nI  1004,4\n S 20000,8\n"
                                               "I  1008,4\n M 20004,4\n"));
    struct run_result *result = full_nodes_complete(&config);
    const struct computers_stats *nodes = &result->nodes;
    cr_assert_eq(nodes->computers, 1);
    cr_assert_eq(nodes->core.ops[CORE_FETCH], 3);
    cr_assert_eq(nodes->core.ops[CORE_LOAD], 1);
    cr_assert_eq(nodes->core.ops[CORE_STORE], 1);
    cr_assert_eq(nodes->core.ops[CORE_MODIFY], 1);
    cr_assert_eq(nodes->l1d.read_misses, 1);
    cr_assert_eq(nodes->l1d.write_misses, 0);
    cr_assert_eq(nodes->l1i.read_misses, 1);
    cr_assert_eq(result->counters.packets_created, 0);
    free(result);
    config_free(&config);
}

Test(full_nodes, a_memory_trace_that_is_damaged_is_an_error_of_the_trace)
{
    FAILS(memory_config("/does/not/exist"), ERR_TRACE, "/does/not/exist");
    FAILS(memory_config(scratch_file("cut.lackey", "I  1000,4\n L 2000,8\n S 20")), ERR_TRACE,
          "cut.lackey:3", "cut off");
    FAILS(memory_config(scratch_file("bad.lackey", "I  1000,4\n L 2000,8\n X 20,4\n")), ERR_TRACE,
          "bad.lackey:3");
}

Test(full_nodes, a_compressed_memory_trace_that_is_cut_off_is_an_error_of_the_trace)
{
    char bytes[2000], path[128];
    FILE *from = fopen("traces/samples/sort.lackey.xz", "rb");
    snprintf(path, sizeof path, "%s/cut.lackey.xz", scratch_folder());
    FILE *to = fopen(path, "wb");
    cr_assert(from && to);
    cr_assert_eq(fread(bytes, 1, sizeof bytes, from), sizeof bytes);
    cr_assert_eq(fwrite(bytes, 1, sizeof bytes, to), sizeof bytes);
    fclose(from);
    fclose(to);
    FAILS(memory_config(path), ERR_TRACE, "cut.lackey.xz");
}

Test(full_nodes, a_memory_trace_needs_full_nodes)
{
    struct config config = memory_config(scratch_file("t.lackey", "I  1000,4\n"));
    set(&config, "nodes.model=ideal");
    FAILS(config, ERR_CONFIG, "nodes.model", "use full");
}

// --- what is refused ----------------------------------------------------------------------------

#define REFUSED(setting, ...)                                                                      \
    FAILS(FULL_NODES("ranks 2\nrank 0\ncompute ns=1", setting), ERR_CONFIG, __VA_ARGS__)

Test(full_nodes, machines_that_cannot_be_are_refused_with_their_key)
{
    REFUSED("fabric.router.switching=circuit", "fabric.router.switching");
    REFUSED("workload.kind=synthetic", "nodes.model", "trace");
    REFUSED("nodes.driver.send_slots=3", "nodes.driver.send_slots", "power of two");
    REFUSED("nodes.driver.receive_slots=12", "nodes.driver.receive_slots", "power of two");
    REFUSED("nodes.driver.pio_bytes=57", "nodes.driver.pio_bytes", "window of 56");
    REFUSED("nodes.mem.size_bytes=65536", "nodes.mem.size_bytes", "65536 are fewer than");
    REFUSED("nodes.mem.size_bytes=10000", "nodes.mem.size_bytes", "lines");
    REFUSED("nodes={model: full, nic: {in_ram_bytes: 64, ram_block_bytes: 128}}",
            "nodes.nic.in_ram_bytes");
    REFUSED("nodes={model: full, nic: {out_ram_bytes: 64, ram_block_bytes: 128}}",
            "nodes.nic.out_ram_bytes");
    REFUSED("fabric={packet: {max_flits: 2}, router: {flit_bits: 32}}", "fabric.packet.max_flits",
            "4 bytes");
    REFUSED("nodes.nic.dma_burst_bytes=48", "nodes.nic.dma_burst_bytes", "power of two");
    REFUSED("nodes.clock_hz=3.14159265358979", "nodes.clock_hz", "ratio");
    REFUSED("nodes.groups=[{of: 3-4, clock_hz: 2e9}]", "nodes.groups", "no node 4");
    REFUSED("nodes.l1d.ways=3", "nodes.l1d");
}

Test(full_nodes, the_least_memory_that_holds_the_driver_is_enough)
{
    struct err err = {0};
    struct config config = FULL_NODES(full_nodes_flood(4, 2, 100), "nodes.mem.size_bytes=65536");
    cr_assert_null(full_nodes_run(&config, &err));
    const char *least = strstr(err.text, "fewer than the ");
    cr_assert(least, "%s", err.text);
    config.node.mem.size_bytes = strtoull(least + strlen("fewer than the "), NULL, 10);
    cr_assert_gt(config.node.mem.size_bytes, 65536);
    config.node.mem.size_bytes -= 64;
    err = (struct err){0};
    cr_assert_null(full_nodes_run(&config, &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    config.node.mem.size_bytes += 64;
    free(full_nodes_complete(&config));
    config_free(&config);
}

// Buffers of messages beyond the memory are errors that are counted, and messages still end.
static void check_outside(const char *setting)
{
    struct err err = {0};
    struct config config = FULL_NODES("ranks 2\nrank 0\nsend to=1 bytes=100 at=0x40000000\n"
                                      "rank 1\nrecv from=0 bytes=100",
                                      "nodes.mem.size_bytes=16777216", setting);
    struct run_result *result = full_nodes_run(&config, &err);
    cr_assert(result, "%s", err.text);
    cr_assert_eq(result->outcome, RUN_COMPLETED);
    cr_assert_eq(result->nodes.nic.errors[NIC_BUS_ERROR], 1);
    cr_assert_eq(result->nodes.nic.errors[NIC_ABORTED], 1);
    cr_assert_eq(result->nodes.driver_errors, 2);
    free(result);
    config_free(&config);
}

Test(full_nodes, a_buffer_outside_memory_is_an_error_of_the_machine)
{
    check_outside("nodes.software.arrival=polling");
    check_outside("nodes.software.arrival=interrupt");
    check_outside("workload.eager_bytes=100"); // the sender waits
}

// A card may take less at a time than the driver is told to send.
Test(full_nodes, messages_go_in_pieces_that_cards_take)
{
    static const char *const settings[] = {"nodes.nic.segmentation=false",
                                           "nodes.nic.max_message_bytes=70",
                                           "nodes.driver.piece_bytes=64"};
    for (uint32_t i = 0; i < 3; i++) {
        struct config config = FULL_NODES("ranks 2\nrank 0\nsend to=1 bytes=1000\n"
                                          "rank 1\nrecv from=0 bytes=1000",
                                          settings[i]);
        struct run_result *result = full_nodes_complete(&config);
        const uint32_t piece_bytes[] = {56, 70, 64};
        cr_assert_eq(result->nodes.nic.messages_sent, (1000 + piece_bytes[i] - 1) / piece_bytes[i]);
        free(result);
        config_free(&config);
    }
}
