// SPDX-License-Identifier: Apache-2.0
// The device in Icarus Verilog. Tests need Verilator too, which plays first.
#include "sim/workbench/four_state.h"
#include "sim/workbench/shrink.h"
#include "tests/scratch.h"
#include "tests/shrinking.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char map[] = "rtl/examples/xy_ready_valid/map.yaml";
static const char *const right = "0";
static const char *const not_reset = "5"; // valid of what an input holds

static void open_example(struct workbench *bench, const char *fault)
{
    struct err err = {0};
    const struct device_map_change change = {"FAULT", fault};
    const struct workbench_asked asked = {.map = map,
                                          .changes = &change,
                                          .num_changes = 1,
                                          .claims = DEVICE_CLAIM_FUNCTION,
                                          .quiet = true};
    *bench = (struct workbench){0};
    cr_assert(workbench_open(bench, &asked, &err), "%s", err.text);
    bench->asked.changes = NULL;
    bench->asked.num_changes = 0;
}

// As if there were only these programs.
static void only_programs(const char *iverilog)
{
    char path[200];
    const char *file = scratch_file("iverilog", iverilog);
    cr_assert_eq(chmod(file, 0755), 0);
    cr_assert_eq(chmod(scratch_file("vvp", "#!/bin/sh\nexit 1\n"), 0755), 0);
    snprintf(path, sizeof path, "%s:/usr/bin:/bin", scratch_folder());
    setenv("PATH", path, 1);
}

static struct four_state_result check(struct workbench *bench, struct failure *failure)
{
    struct four_state_result result = {0};
    struct stimulus stimulus;
    struct err err = {0};
    shrinking_draw(bench, 1, &stimulus);
    struct four_state *icarus = four_state_open(bench, &err);
    cr_assert(icarus && four_state_play(icarus, &stimulus, &result, failure, &err), "%s", err.text);
    four_state_close(icarus);
    stimulus_free(&stimulus);
    return result;
}

Test(four_state, what_is_reset_is_known_and_as_in_verilator)
{
    struct workbench bench;
    struct failure failure = {0};
    open_example(&bench, right);
    struct four_state_result result = check(&bench, &failure);
    cr_expect(result.checked, "%s", result.why);
    cr_expect(!failure.found, "%s", failure.text);
    cr_expect_gt(result.cycles, 400);
    workbench_close(&bench);
}

Test(four_state, what_depends_on_state_that_is_not_reset_is_told_and_made_small)
{
    struct workbench bench;
    struct failure failure = {0};
    struct stimulus stimulus;
    struct shrink_result small = {0};
    struct err err = {0};
    open_example(&bench, not_reset);
    struct four_state_result result = check(&bench, &failure);
    cr_expect(result.checked, "%s", result.why);
    cr_assert(failure.found);
    cr_expect_eq(failure.rule, RULE_KNOWN);
    cr_expect_str_eq(failure.field, "valid");
    cr_expect(failure.output);
    cr_expect_neq(failure.port, (uint32_t)FAILURE_NONE);
    shrinking_draw(&bench, 1, &stimulus);
    cr_assert(shrink(&bench, &stimulus, &failure, 200, &small, &err), "%s", err.text);
    cr_expect_eq(small.failure.rule, RULE_KNOWN);
    cr_expect_leq(stimulus.num_packets, 1);
    cr_expect_eq(stimulus.num_stalls + stimulus.num_pauses + stimulus.num_resets, 0);
    cr_expect_lt(small.failure.cycle, 5);
    stimulus_free(&stimulus);
    workbench_close(&bench);
}

Test(four_state, rtl_that_icarus_cannot_read_is_not_checked_and_its_first_error_is_told)
{
    struct workbench bench;
    struct failure failure = {0};
    open_example(&bench, right);
    only_programs("#!/bin/sh\necho 'warning: a matter of taste'\n"
                  "echo 'my.sv:7: syntax error'\necho 'my.sv:9: error: more'\nexit 2\n");
    struct four_state_result result = check(&bench, &failure);
    cr_expect(!result.checked);
    cr_expect(!failure.found);
    cr_expect_str_eq(result.why, "Icarus Verilog cannot read the RTL: my.sv:7: syntax error");
    workbench_close(&bench);
}

Test(four_state, a_simulation_that_ends_early_is_not_taken_for_good)
{
    struct workbench bench;
    struct failure failure = {0};
    open_example(&bench, right);
    only_programs("#!/bin/sh\nexit 0\n");
    struct four_state_result result = check(&bench, &failure);
    cr_expect(!result.checked);
    cr_expect_not_null(strstr(result.why, "Icarus Verilog ended in cycle 0"), "%s", result.why);
    workbench_close(&bench);
}

Test(four_state, where_icarus_is_missing_the_package_is_named)
{
    struct workbench bench;
    struct failure failure = {0};
    open_example(&bench, right);
    setenv("PATH", scratch_folder(), 1);
    struct four_state_result result = check(&bench, &failure);
    cr_expect(!result.checked);
    cr_expect_not_null(strstr(result.why, "install the package iverilog"), "%s", result.why);
    workbench_close(&bench);
}
