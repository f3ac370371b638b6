// SPDX-License-Identifier: Apache-2.0
// Faults of channels: what they hit, what they leave alone, and that nothing else decides it.
#include "tests/config_text.h"
#include "tests/kinds.h"
#include "tests/rig.h"

#include "sim/run.h"

#include <math.h>

Test(fault, hits_a_packet_at_each_crossing_with_its_rate)
{
    enum { PACKETS = 20000 };
    for (uint32_t num = 1; num <= 9; num += 4)
        for (double rate = 0.01; rate < 0.5; rate *= 5) {
            struct fault_params both = {rng_threshold(rate), rng_threshold(rate / 2)};
            uint32_t fates[3] = {0};
            for (uint64_t serial = 0; serial < PACKETS; serial++)
                fates[fault_fate(&both, 7, serial, num)]++;
            double dropped = 1 - pow(1 - rate, num);
            double whole = (1 - dropped) * pow(1 - rate / 2, num);
            double few = 4 * sqrt(0.25 * PACKETS);
            cr_assert_float_eq(fates[PACKET_DROPPED], dropped * PACKETS, few);
            cr_assert_float_eq(fates[PACKET_WHOLE], whole * PACKETS, few);
        }
}

Test(fault, never_hits_by_rate_0_and_always_by_rate_1)
{
    struct fault_params drops = {UINT64_MAX, 0}, corrupts = {0, UINT64_MAX}, none = {0, 0};
    cr_assert(!fault_possible(&none));
    for (uint64_t serial = 0; serial < 1000; serial++) {
        cr_assert_eq(fault_fate(&none, serial, serial, 9), PACKET_WHOLE);
        cr_assert_eq(fault_fate(&drops, serial, serial, 1), PACKET_DROPPED);
        cr_assert_eq(fault_fate(&corrupts, serial, serial, 1), PACKET_CORRUPTED);
        cr_assert_eq(fault_fate(&corrupts, serial, serial, 0), PACKET_WHOLE);
    }
}

// Traffic with faults.
static struct rig *faulty(struct rig_spec spec)
{
    spec.drop_rate = 0.03;
    spec.corrupt_rate = 0.05;
    struct rig *rig = rig_new(&spec);
    cr_assert(rig_traffic(rig, 300, 0.09, 8), "%s", rig->err.text);
    cr_assert_gt(rig->num_log, 100);
    return rig;
}

// The counters tell the fates of packets, which are those of their ways.
static void check_fates(const struct rig *rig)
{
    struct fabric_counters counters = fabric_counters(rig->fabric);
    struct fault_params faults = {rng_threshold(0.03), rng_threshold(0.05)};
    uint64_t num[3] = {0};
    for (uint32_t i = 0; i < rig->num_log; i++) {
        const struct packet *packet = &rig->log[i];
        uint32_t channels = topology_router_hops(rig->topology, rig_hops(rig, packet)) + 2;
        num[packet->fate]++;
        cr_assert_eq(packet->fate, fault_fate(&faults, rig->spec.seed, packet->serial, channels));
    }
    cr_assert_eq(counters.packets_dropped, num[PACKET_DROPPED]);
    cr_assert_eq(counters.packets_corrupted, num[PACKET_CORRUPTED]);
    cr_assert_gt(num[PACKET_DROPPED], 0);
    cr_assert_gt(num[PACKET_CORRUPTED], 0);
}

static void check_same(struct rig *a, struct rig *b, bool fates)
{
    cr_assert_eq(a->num_log, b->num_log);
    cr_assert_eq(a->flit_hash, b->flit_hash);
    for (uint32_t i = 0; i < a->num_log; i++) {
        cr_assert_eq(a->log[i].serial, b->log[i].serial);
        cr_assert_eq(a->log[i].injected_cycle, b->log[i].injected_cycle);
        cr_assert_eq(a->log[i].ejected_cycle, b->log[i].ejected_cycle);
        cr_assert(!fates || a->log[i].fate == b->log[i].fate);
    }
    rig_free(b);
}

// Every flit comes in its cycle, and afterwards the network is as it was: a packet takes what the
// closed form says.
Test(fault, changes_no_cycle_and_loses_no_credit_on_any_topology_by_any_switching)
{
    for (size_t i = 0; i < kinds_num_shapes; i++)
        for (int mode = 0; mode < SWITCHING_NUM; mode++) {
            struct rig_spec spec = {.topology = kinds_shapes[i],
                                    .switching = (enum switching)mode,
                                    .stall_probability = i % 3 ? 0 : 0.2,
                                    .seed = i + 1};
            struct rig *rig = faulty(spec);
            struct rig *without = rig_new(&spec);
            check_fates(rig);
            cr_assert(rig_traffic(without, 300, 0.09, 8), "%s", without->err.text);
            check_same(rig, without, false);
            if (spec.stall_probability <= 0) {
                struct packet packet =
                    rig_probe(rig, 0, rig->topology->num_nodes - 1, rig->spec.buffer_flits);
                cr_assert_eq(packet.ejected_cycle - packet.created_cycle,
                             rig_zero_load_cycles(rig, &packet));
            }
            rig_free(rig);
        }
}

Test(fault, depends_neither_on_threads_nor_on_idle_skipping_nor_on_order)
{
    for (int mode = 0; mode < SWITCHING_NUM; mode++) {
        struct rig_spec spec = {.topology = {.kind = "torus", .num_dims = 2, .dims = {12, 12}},
                                .switching = (enum switching)mode,
                                .seed = 5};
        struct rig *one = faulty(spec);
        check_fates(one);
        for (spec.num_threads = 2; spec.num_threads <= 3; spec.num_threads++)
            check_same(one, faulty(spec), true);
        spec.num_threads = 1;
        spec.evaluate_all = true;
        check_same(one, faulty(spec), true);
        spec.shuffle = true;
        check_same(one, faulty(spec), true);
        rig_free(one);
    }
}

Test(fault, is_the_same_by_the_rtl_and_where_packets_do_not_know_their_way)
{
    for (int mode = 0; mode < SWITCHING_NUM; mode++) {
        struct rig_spec spec = {.topology = kinds_five_port_shapes[0],
                                .switching = (enum switching)mode,
                                .seed = 5,
                                .rtl = {.assertions = true, .quiet = true}};
        struct rig *ref = faulty(spec);
        spec.ops = &router_rtl_ops;
        check_same(ref, faulty(spec), true);
        rig_free(ref);
    }
    struct rig_spec spec = {.topology = kinds_whole_shapes[0],
                            .switching = SWITCHING_WORMHOLE,
                            .rtl = {.assertions = true, .quiet = true}};
    struct rig *ref = faulty(spec);
    spec.ops = &router_whole_ops;
    check_same(ref, faulty(spec), true);
    rig_free(ref);
}

// --- runs ---------------------------------------------------------------------------------------

static struct run_result *run(const char *const *settings, const char *packets, struct err *err)
{
    struct config config = made();
    struct run_result *result = calloc(1, sizeof *result);
    struct run_outputs outputs = {.quiet = true, .packets = packets};
    cr_assert(result);
    set(&config, "fabric.topology={kind: mesh, dims: [4, 4]}");
    for (; *settings; settings++)
        set(&config, *settings);
    if (!config_check(&config, err) || !run_simulate(&config, &outputs, result, err)) {
        free(result);
        result = NULL;
    }
    config_free(&config);
    return result;
}
#define RUN(packets, ...) run((const char *const[]){__VA_ARGS__, NULL}, packets, &err)

Test(fault, synthetic_traffic_is_measured_by_what_comes)
{
    struct err err = {0};
    char *packets = strdup(scratch_file("packets.csv", ""));
    struct run_result *with =
        RUN(packets, "fabric.channel.faults={drop_rate: 0.05, corrupt_rate: 0.1}",
            "run.measure_cycles=5000");
    cr_assert(with, "%s", err.text);
    cr_assert_eq(with->outcome, RUN_COMPLETED);
    cr_assert_gt(with->counters.packets_dropped, 100);
    cr_assert_gt(with->counters.packets_corrupted, 100);
    uint64_t lines = 0;
    FILE *from = fopen(packets, "r");
    for (int c = getc(from); c != EOF; c = getc(from))
        lines += c == '\n';
    fclose(from);
    cr_assert_eq(lines - 1, with->counters.packets_ejected - with->counters.packets_dropped);
    free(with);
    free(packets);
}

Test(fault, traffic_that_is_all_lost_ends)
{
    struct err err = {0};
    struct run_result *none =
        RUN(NULL, "fabric.channel.faults.drop_rate=1", "run.measure_cycles=500");
    cr_assert(none, "%s", err.text);
    cr_assert_eq(none->outcome, RUN_COMPLETED);
    cr_assert_eq(none->counters.packets_dropped, none->counters.packets_ejected);
    cr_assert_eq(none->latency.num, 0);
    free(none);
}

Test(fault, packet_traces_end_and_programs_are_refused)
{
    struct err err = {0};
    char setting[300];
    snprintf(setting, sizeof setting, "workload={kind: packets, path: %s}",
             scratch_file("p.txt", "0 0 5 4\n3 1 2 3\n9 15 0 8\n"));
    struct run_result *result = RUN(NULL, setting, "fabric.channel.faults.drop_rate=1");
    cr_assert(result, "%s", err.text);
    cr_assert_eq(result->outcome, RUN_COMPLETED);
    cr_assert_eq(result->counters.packets_dropped, 3);
    free(result);
    cr_assert_null(RUN(NULL, "fabric.model=ideal", "fabric.channel.faults.drop_rate=0.1"));
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert_not_null(strstr(err.text, "has no channels"), "%s", err.text);
    err = (struct err){0};
    cr_assert_null(
        RUN(NULL, "workload={kind: trace, path: x}", "fabric.channel.faults.corrupt_rate=0.1"));
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert_not_null(strstr(err.text, "fabric.channel.faults: a program on ideal nodes"), "%s",
                       err.text);
}
