// SPDX-License-Identifier: Apache-2.0
// What validate draws: runs that can be run, on the RTL of their variant, of every kind.
#include "sim/machine.h"
#include "sim/validate_draw.h"
#include "tests/config_text.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <string.h>

enum { NUM_VARIANTS = 12, NUM_RUNS = 60 };

static struct validate_drawing drawing_of(uint64_t seed)
{
    struct validate_drawing drawing = {.rng = rng_make(seed, RNG_VALIDATE, 0),
                                       .router_cycles_min = 1000};
    int length =
        snprintf(drawing.graph_path, sizeof drawing.graph_path, "%s/graph.txt", scratch_folder());
    cr_assert_lt((size_t)length, sizeof drawing.graph_path);
    return drawing;
}

Test(validate, a_seed_draws_the_same_variants_and_runs_again)
{
    struct validate_drawing drawings[] = {drawing_of(5), drawing_of(5), drawing_of(6)};
    struct validate_variant variants[3];
    struct validate_settings settings[3];
    bool differs = false;
    for (uint32_t i = 0; i < 2 * NUM_VARIANTS; i++) {
        for (size_t d = 0; d < 3; d++) {
            variants[d] = validate_draw_variant(&drawings[d], i);
            settings[d].num = 0;
            validate_draw_run(&drawings[d], &variants[d], &settings[d]);
        }
        cr_assert_eq(settings[0].num, settings[1].num);
        for (uint32_t s = 0; s < settings[0].num; s++) {
            cr_assert_str_eq(settings[0].text[s], settings[1].text[s]);
            differs |= s < settings[2].num && strcmp(settings[0].text[s], settings[2].text[s]) != 0;
        }
    }
    cr_expect(differs, "else seeds do nothing");
}

Test(validate, few_variants_run_every_kind_of_topology_and_parts_that_failed)
{
    struct validate_drawing drawing = drawing_of(1);
    struct validate_variant variants[6];
    uint32_t num_failed = 0;
    for (uint32_t v = 0; v < 6; v++)
        variants[v] = validate_draw_variant(&drawing, v);
    for (uint32_t i = 0; i < NUM_RUNS; i++) {
        struct validate_settings settings;
        validate_draw_run(&drawing, &variants[i % 6], &settings);
        num_failed += strstr(settings.text[0], "failed") != NULL;
    }
    for (size_t k = 0; k < topology_num_kinds; k++)
        cr_expect_gt(drawing.kind_runs[k], 0, "%s", topology_kinds[k]->name);
    cr_expect_gt(num_failed, 0);
}

// Fails unless the run can be made, and needs the RTL of the variant.
static void check_run(const struct validate_settings *settings,
                      const struct validate_variant *variant)
{
    struct config config = made();
    struct run_outputs outputs = {.quiet = true};
    struct machine machine = {0};
    struct err err = {0};
    for (uint32_t s = 0; s < settings->num; s++)
        set(&config, settings->text[s]);
    set(&config, "fabric.backend=ref");
    cr_assert(config_check(&config, &err), "%s", err.text);
    cr_assert(machine_make(&machine, &config, &outputs, NULL, NULL, NULL, &err), "%s: %s",
              settings->text[0], err.text);
    cr_expect_eq(machine.topology->radix, variant->radix);
    cr_expect_eq(machine.topology->flit_cycles != NULL, variant->paced);
    cr_expect_eq(machine.routing->kind, variant->kind);
    cr_expect_eq(config.vcs, variant->vcs);
    cr_expect_eq(config.flit_bits, variant->flit_bits);
    cr_expect_leq(config.buffer_flits, variant->max_buffer_flits);
    cr_expect_gt(2 * config.buffer_flits, variant->max_buffer_flits);
    static const struct router_design of_circuits = {.pipeline = 1, .allocator_iterations = 1};
    const struct router_design *design =
        switching_is_circuit(config.switching) ? &of_circuits : &variant->design;
    cr_expect_eq(config.design.pipeline, design->pipeline);
    cr_expect_eq(config.design.speculative, design->speculative);
    cr_expect_eq(config.design.vc_allocator, design->vc_allocator);
    cr_expect_eq(config.design.switch_allocator, design->switch_allocator);
    cr_expect_eq(config.design.allocator_iterations, design->allocator_iterations);
    machine_free(&machine);
    struct run_result result;
    cr_expect(run_simulate(&config, &outputs, &result, &err), "%s: %s", settings->text[0],
              err.text);
    cr_expect_eq(result.outcome, RUN_SLICE);
    config_free(&config);
}

Test(validate, whatever_is_drawn_runs_on_its_variant)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct validate_drawing drawing = drawing_of(seed);
        for (uint32_t v = 0; v < NUM_VARIANTS; v++) {
            struct validate_variant variant = validate_draw_variant(&drawing, v);
            for (int i = 0; i < 5; i++) {
                struct validate_settings settings;
                validate_draw_run(&drawing, &variant, &settings);
                check_run(&settings, &variant);
            }
        }
    }
}
