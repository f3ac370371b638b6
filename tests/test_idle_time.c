// SPDX-License-Identifier: Apache-2.0
// Time in which nothing happens costs nothing and changes nothing: it is jumped over, and routers
// without flits are left out. Turns are counted, not seconds.
#include "model/net/carrier.h"
#include "sim/rng.h"
#include "sim/run.h"
#include "tests/config_text.h"
#include "tests/idle_machine.h"
#include "tests/kinds.h"
#include "tests/rig.h"

// Calls of a back end's operations.
static uint64_t num_cycles, num_evaluated;
static const struct router_ops *counted;

static void count_evaluate(void *bank, uint32_t router, struct router_out *out)
{
    num_evaluated++;
    counted->evaluate(bank, router, out);
}

static void count_update(void *bank, uint32_t router, struct router_out *out)
{
    num_evaluated++;
    counted->update(bank, router, out);
}

static const struct carrier *carriers;

static bool count_carry(void *bank, const struct carrier *given)
{
    carriers = given;
    return counted->carry(bank, given);
}

static void count_evaluate_all(void *bank, uint32_t part)
{
    const struct carrier *carrier = &carriers[part];
    num_evaluated += *carrier->num_came;
    for (uint32_t w = carrier->first_word; w < carrier->end_word; w++)
        num_evaluated += (uint64_t)__builtin_popcountll(carrier->active[w]);
    counted->evaluate_all(bank, part);
}

static bool count_check(void *bank, struct err *err)
{
    num_cycles++; // once in every cycle that is simulated
    return !counted->check || counted->check(bank, err);
}

// A back end that counts.
static struct router_ops counting(const struct router_ops *ops)
{
    struct router_ops counter = *ops;
    counted = ops;
    counter.evaluate = ops->evaluate ? count_evaluate : NULL;
    counter.update = ops->update ? count_update : NULL;
    counter.carry = ops->carry ? count_carry : NULL;
    counter.evaluate_all = ops->evaluate_all ? count_evaluate_all : NULL;
    counter.check = count_check;
    num_cycles = num_evaluated = 0;
    return counter;
}

static const struct router_ops *const all_ops[] = {&router_plain_ops, &router_fast_ops,
                                                   &router_circuit_ops, &router_rtl_ops};
enum { NUM_OPS = sizeof all_ops / sizeof *all_ops };

static struct config machine_with(const struct config *base, const struct router_ops *ops)
{
    struct config config = *base;
    bool circuits = ops == &router_circuit_ops;
    config.topology = kinds_five_port_shapes[0];
    config.switching = circuits ? SWITCHING_CIRCUIT : SWITCHING_WORMHOLE;
    config.vcs = 2;
    return config;
}

// Simulates, with everything counted; gives the cycles of the whole run.
static uint64_t count(const struct config *config, const struct router_ops *ops)
{
    struct router_ops counter = counting(ops);
    struct run_outputs outputs = {.quiet = true, .assertions = true, .ops = &counter};
    struct run_result *result = calloc(1, sizeof *result);
    struct err err = {0};
    cr_assert(result && run_simulate(config, &outputs, result, &err), "%s", err.text);
    cr_assert_eq(result->outcome, RUN_COMPLETED, "%s", err.text);
    uint64_t cycles = result->cycles;
    free(result);
    return cycles;
}

// Files in which the same happens, with ever longer gaps.
static void check_gaps(const struct config *base, const struct router_ops *ops,
                       enum config_workload workload, const char *const files[3])
{
    uint64_t cycles[3];
    uint64_t simulated[3];
    uint64_t evaluated[3];
    struct config config = machine_with(base, ops);
    config.workload = workload;
    for (size_t i = 0; i < 3; i++) {
        config.path = (char *)files[i];
        cycles[i] = count(&config, ops);
        simulated[i] = num_cycles;
        evaluated[i] = num_evaluated;
    }
    cr_expect_gt(cycles[1], 100 * cycles[0]);
    cr_expect_gt(cycles[2], 1000 * cycles[1]);
    cr_expect(simulated[0] == simulated[1] && simulated[1] == simulated[2],
              "%s: %lu cycles are simulated of %lu, %lu of %lu, %lu of %lu", ops->name,
              simulated[0], cycles[0], simulated[1], cycles[1], simulated[2], cycles[2]);
    cr_expect(evaluated[0] == evaluated[1] && evaluated[1] == evaluated[2]);
}

Test(idle, time_in_which_nothing_happens_costs_nothing, .timeout = 60)
{
    const char *packets[] = {idle_packets_file("a.txt", 1000, 1),
                             idle_packets_file("b.txt", 200000, 1),
                             idle_packets_file("c.txt", 300000000, 1)};
    const char *programs[] = {idle_trace_file("a.ti", 1000), idle_trace_file("b.ti", 200000),
                              idle_trace_file("c.ti", 300000000)};
    struct config base = idle_base();
    for (size_t i = 0; i < NUM_OPS; i++) {
        check_gaps(&base, all_ops[i], WORKLOAD_PACKETS, packets);
        check_gaps(&base, all_ops[i], WORKLOAD_TRACE, programs);
    }
    config_free(&base);
}

Test(idle, sparse_synthetic_traffic_costs_by_packets_and_not_by_cycles, .timeout = 60)
{
    struct config base = idle_base();
    base.warmup_cycles = 0;
    base.measure_cycles = 20000000;
    base.rate_flits_per_node_cycle = 0.000001; // about 60 packets
    for (size_t i = 0; i < NUM_OPS; i++)
        for (int bursty = 0; bursty < 2; bursty++) {
            struct config config = machine_with(&base, all_ops[i]);
            idle_give_work(&config, &(struct idle_files){0},
                           bursty ? IDLE_BURSTY : WORKLOAD_SYNTHETIC, true);
            config.rate_flits_per_node_cycle = base.rate_flits_per_node_cycle;
            cr_expect_geq(count(&config, all_ops[i]), base.measure_cycles);
            cr_expect_lt(num_cycles, 60 * 100, "%s: %lu cycles", all_ops[i]->name, num_cycles);
        }
    config_free(&base);
}

Test(idle, routers_without_flits_are_left_out)
{
    struct config base = idle_base();
    const char *packets = idle_packets_file("p.txt", 1000, 1);
    for (size_t i = 0; i < NUM_OPS; i++) {
        struct config config = machine_with(&base, all_ops[i]);
        config.workload = WORKLOAD_PACKETS;
        config.path = (char *)packets;
        count(&config, all_ops[i]);
        uint64_t skipping = num_evaluated;
        config.skip_idle = false;
        uint64_t cycles = count(&config, all_ops[i]);
        cr_expect_eq(num_cycles, cycles, "all are simulated");
        cr_expect_geq(num_evaluated, 12 * cycles, "12 routers");
        cr_expect_lt(skipping, 60 * 60, "%s: 60 packets of a few flits and hops", all_ops[i]->name);
        cr_expect_gt(skipping, 60);
    }
    config_free(&base);
}

// What is jumped over is the same as what is simulated, whatever is jumped over.
Test(idle, a_jump_is_as_many_empty_cycles)
{
    for (size_t i = 0; i < kinds_num_shapes; i++)
        for (int mode = 0; mode < SWITCHING_NUM; mode++) {
            struct rig_spec spec = {.topology = kinds_shapes[i],
                                    .switching = (enum switching)mode,
                                    .circuit = {.hold = (enum circuit_hold)(i % CIRCUIT_HOLD_NUM)},
                                    .stall_probability = i % 2 ? 0.3 : 0,
                                    .seed = i};
            struct rig *jumping = rig_new(&spec);
            struct rig *walking = rig_new(&spec);
            uint32_t nodes = jumping->topology->num_nodes;
            for (uint32_t n = 0; n < 40; n++) {
                uint64_t draw = rng_mix(n);
                rig_probe(jumping, idle_part(draw, 0, nodes), idle_part(draw, 8, nodes),
                          1 + idle_part(draw, 16, 8));
                rig_probe(walking, idle_part(draw, 0, nodes), idle_part(draw, 8, nodes),
                          1 + idle_part(draw, 16, 8));
                fabric_jump(jumping->fabric, fabric_now(jumping->fabric) + idle_part(draw, 24, 50));
                while (fabric_now(walking->fabric) < fabric_now(jumping->fabric))
                    cr_assert(rig_cycle(walking), "%s", walking->err.text);
                cr_assert_eq(fabric_now(walking->fabric), fabric_now(jumping->fabric));
            }
            for (size_t p = 0; p < 40; p++) {
                const struct packet *a = &jumping->log[p];
                const struct packet *b = &walking->log[p];
                cr_expect(a->serial == b->serial && a->source == b->source &&
                          a->destination == b->destination && a->hops == b->hops &&
                          a->injected_cycle == b->injected_cycle &&
                          a->ejected_cycle == b->ejected_cycle);
            }
            cr_expect_eq(jumping->flit_hash, walking->flit_hash);
            rig_free(jumping);
            rig_free(walking);
        }
}
