// SPDX-License-Identifier: Apache-2.0
#include "sim/interrupt.h"
#include "sim/workbench/near_path.h"
#include "sim/workbench/reproducer.h"
#include "sim/workbench/shrink.h"
#include "tests/scratch.h"
#include "tests/shrinking.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct bench_map plain = {0};
static const struct bench_plant flip = {.fault = BENCH_FLIP_BIT, .in_port = BENCH_ANY};

static char *in_scratch(const char *name)
{
    char *path = NULL;
    cr_assert_geq(asprintf(&path, "%s/%s", scratch_folder(), name), 0);
    return path;
}

// A file's content, to be freed.
static char *content(const char *folder, const char *name)
{
    char path[512];
    char *text = calloc(1, 100000);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *from = fopen(path, "r");
    cr_assert_not_null(from, "%s", path);
    cr_assert_gt(fread(text, 1, 99999, from), 0);
    fclose(from);
    return text;
}

// Writes a reproducer of a failure that the workbench finds.
static char *written(struct workbench *bench, const char *folder, struct stimulus *stimulus)
{
    char *made = NULL;
    struct err err = {0};
    shrinking_draw(bench, 1, stimulus);
    struct failure failure = shrinking_play(bench, stimulus);
    cr_assert(failure.found);
    cr_assert(reproducer_write(bench, stimulus, &failure, folder, &made, &err), "%s", err.text);
    return made;
}

Test(reproducer, is_read_as_it_was_written)
{
    static const struct device_map_change changes[] = {{"FAULT", "3"}, {"my_x", "{x} + 1"}};
    struct workbench bench;
    struct stimulus stimulus;
    struct stimulus again = {0};
    struct workbench_asked asked = {0};
    struct err err = {0};
    char *folder = in_scratch("found/flip");
    char *rtl = in_scratch("rtl");
    cr_assert_eq(mkdir(rtl, 0777), 0);
    shrinking_open(&bench, &plain, &flip);
    bench.asked.rtl = rtl;
    bench.asked.top = "my_router";
    bench.asked.changes = changes;
    bench.asked.num_changes = 2;
    char *made = written(&bench, folder, &stimulus);
    cr_expect_str_eq(made, folder);

    struct reproducer *reproducer = reproducer_open(made, &asked, &err);
    cr_assert_not_null(reproducer, "%s", err.text);
    cr_expect_eq(reproducer_rule(reproducer), RULE_INTACT);
    cr_expect_str_eq(asked.top, "my_router");
    cr_expect_eq(asked.num_changes, 2);
    cr_expect_str_eq(asked.changes[0].name, "FAULT");
    cr_expect_str_eq(asked.changes[1].value, "{x} + 1");
    cr_expect_eq(asked.claims, DEVICE_CLAIM_FUNCTION);
    char *map = near_path_whole(asked.map);
    char *expected = near_path_whole(bench.asked.map);
    cr_expect_str_eq(map, expected);
    char *whole_rtl = near_path_whole(asked.rtl);
    cr_expect_str_eq(whole_rtl, rtl);
    cr_assert(reproducer_stimulus(reproducer, bench.spec, &again, &err), "%s", err.text);
    char *before = shrinking_text(&bench, &stimulus);
    char *after = shrinking_text(&bench, &again);
    cr_expect_str_eq(before, after);
    cr_expect_eq(shrinking_play(&bench, &again).rule, RULE_INTACT);
    reproducer_close(reproducer);
    stimulus_free(&stimulus);
    stimulus_free(&again);
    workbench_close(&bench);
    free(before);
    free(after);
    free(map);
    free(expected);
    free(whole_rtl);
    free(rtl);
    free(made);
    free(folder);
}

Test(reproducer, names_what_it_belongs_to_from_its_own_folder)
{
    struct workbench bench;
    struct stimulus stimulus;
    char *folder = in_scratch("a/b/c");
    shrinking_open(&bench, &plain, &flip);
    char *made = written(&bench, folder, &stimulus);
    char *text = content(made, "replay.txt");
    cr_expect_not_null(strstr(text, "\nmap ../../../bench.yaml\n"), "%s", text);
    free(text);
    free(made);
    free(folder);
    stimulus_free(&stimulus);
    workbench_close(&bench);
}

Test(reproducer, leaves_what_is_there)
{
    struct workbench bench;
    struct stimulus stimulus;
    char *folder = in_scratch("failure");
    shrinking_open(&bench, &plain, &flip);
    char *first = written(&bench, folder, &stimulus);
    char *story = content(first, "story.txt");
    stimulus_free(&stimulus);
    bench.asked.top = "another";
    char *second = written(&bench, folder, &stimulus);
    stimulus_free(&stimulus);
    char *third = written(&bench, folder, &stimulus);
    cr_expect_str_eq(first, folder);
    cr_expect_eq(strncmp(second, folder, strlen(folder)), 0);
    cr_expect_str_eq(second + strlen(folder), "-2");
    cr_expect_str_eq(third + strlen(folder), "-3");
    char *replay = content(first, "replay.txt");
    cr_expect_null(strstr(replay, "another"));
    char *story_again = content(first, "story.txt");
    cr_expect_str_eq(story, story_again);
    free(replay);
    free(story);
    free(story_again);
    free(first);
    free(second);
    free(third);
    free(folder);
    stimulus_free(&stimulus);
    workbench_close(&bench);
}

Test(reproducer, tells_rule_place_and_packets_in_words)
{
    struct workbench bench;
    struct stimulus stimulus;
    char *folder = in_scratch("told");
    shrinking_open(&bench, &plain, &flip);
    char *made = written(&bench, folder, &stimulus);
    char *text = content(made, "story.txt");
    static const char *const words[] = {
        "rule:     intact: flits leave with the bits with which they came",
        "where:    cycle ",
        "output port ",
        "packet 0: ",
        "What happened:",
        "ordito validate --replay replay.txt"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        cr_expect_not_null(strstr(text, words[i]), "%s is not in\n%s", words[i], text);
    free(text);
    free(made);
    free(folder);
    stimulus_free(&stimulus);
    workbench_close(&bench);
}

Test(reproducer, leaves_nothing_where_it_cannot_be_written)
{
    struct workbench bench;
    struct stimulus stimulus;
    struct err err = {0};
    char *made = NULL;
    const char *file = scratch_file("taken", "a file");
    char *folder = in_scratch("taken/failure");
    shrinking_open(&bench, &plain, &flip);
    shrinking_draw(&bench, 1, &stimulus);
    struct failure failure = shrinking_play(&bench, &stimulus);
    cr_expect(!reproducer_write(&bench, &stimulus, &failure, folder, &made, &err));
    cr_expect_eq(err.status, ERR_RUN);
    cr_expect_not_null(strstr(err.text, file), "%s", err.text);
    cr_expect_null(made);
    free(folder);
    stimulus_free(&stimulus);
    workbench_close(&bench);
}

Test(reproducer, is_kept_without_what_a_run_has_when_the_user_interrupts)
{
    struct workbench bench;
    struct stimulus stimulus;
    struct err err = {0};
    char *made = NULL;
    char *folder = in_scratch("interrupted");
    shrinking_open(&bench, &plain, &flip);
    shrinking_draw(&bench, 1, &stimulus);
    struct failure failure = shrinking_play(&bench, &stimulus);
    struct shrink_result small = {0};
    interrupt_install();
    raise(SIGINT);
    cr_assert(shrink(&bench, &stimulus, &failure, 1000, &small, &err));
    cr_expect_eq(small.tries, 0);
    cr_expect_eq(small.failure.rule, RULE_INTACT);
    cr_assert(reproducer_write(&bench, &stimulus, &failure, folder, &made, &err), "%s", err.text);
    char *story = content(made, "story.txt");
    char *replay = content(made, "replay.txt");
    cr_expect_not_null(strstr(story, "interrupted"), "%s", story);
    cr_expect_not_null(strstr(replay, "\nrule intact\n"), "%s", replay);
    free(story);
    free(replay);
    free(made);
    free(folder);
    stimulus_free(&stimulus);
    workbench_close(&bench);
}

static void expect_refused(const char *text, const char *expected)
{
    struct workbench_asked asked = {0};
    struct err err = {0};
    const char *path = scratch_file("bad.txt", text);
    struct reproducer *reproducer = reproducer_open(path, &asked, &err);
    cr_expect_null(reproducer, "read: %s", text);
    cr_expect_eq(err.status, ERR_CONFIG);
    cr_expect_eq(strncmp(err.text, path, strlen(path)), 0, "%s", err.text);
    cr_expect_not_null(strstr(err.text, expected), "\"%s\" does not say \"%s\"", err.text,
                       expected);
}

Test(reproducer, what_is_wrong_with_a_file_is_told_with_its_line)
{
    expect_refused("hello\n", ":1: not a replay file");
    expect_refused("", "ordito-replay: is missing");
    expect_refused("ordito-replay 2\n", ":1: ordito-replay: this program reads format 1, not 2");
    expect_refused("ordito-replay 1\nmpa x\n", ":2: \"mpa\" is not known; nearest: map");
    expect_refused("ordito-replay 1\nmap\n", ":2: map: has no value");
    expect_refused("# x\n\nordito-replay 1\nmap a\nmap b\n", ":5: map: a second time");
    expect_refused("ordito-replay 1\nchange FAULT\n", ":2: change: not NAME=VALUE: FAULT");
    expect_refused("ordito-replay 1\nclaims function exat\n",
                   ":2: claims: \"exat\" is not known; nearest: exact");
    expect_refused("ordito-replay 1\nrule ordre\n",
                   ":2: rule: \"ordre\" is not known; nearest: order");
    expect_refused("ordito-replay 1\nmap a\nstimulus\n", "rule: is missing");
    expect_refused("ordito-replay 1\nmap a\nrule order\nstimulus x\n",
                   ":4: stimulus: its lines follow, not x");
    expect_refused("ordito-replay 1\nmap a\nrule order\n", "stimulus: is missing");
}

Test(reproducer, lines_of_the_stimulus_are_counted_from_the_files_first)
{
    struct workbench bench;
    struct workbench_asked asked = {0};
    struct stimulus stimulus = {0};
    struct err err = {0};
    shrinking_open(&bench, &plain, &flip);
    const char *path = scratch_file(
        "replay.txt", "ordito-replay 1\nmap a\nrule order\nstimulus\nmode wormhole\nnonsense 1\n");
    struct reproducer *reproducer = reproducer_open(path, &asked, &err);
    cr_assert_not_null(reproducer, "%s", err.text);
    cr_expect(!reproducer_stimulus(reproducer, bench.spec, &stimulus, &err));
    cr_expect_not_null(strstr(err.text, "replay.txt:6: "), "%s", err.text);
    reproducer_close(reproducer);
    stimulus_free(&stimulus);
    workbench_close(&bench);
}

Test(reproducer, a_file_that_is_not_there_is_named)
{
    struct workbench_asked asked = {0};
    struct err err = {0};
    cr_expect_null(reproducer_open("/nowhere/replay.txt", &asked, &err));
    cr_expect_eq(err.status, ERR_CONFIG);
    cr_expect_not_null(strstr(err.text, "/nowhere/replay.txt: cannot be read"));
}

static void expect_near(const char *folder, const char *path, const char *expected)
{
    char *near = near_path_from(folder, path);
    cr_expect_str_eq(near, expected, "%s from %s is %s, not %s", path, folder, near, expected);
    free(near);
}

Test(reproducer, paths_are_as_seen_from_a_folder)
{
    expect_near("/nowhere/a/b", "/nowhere/a/b/c", "c");
    expect_near("/nowhere/a/b", "/nowhere/a", "..");
    expect_near("/nowhere/a/b", "/nowhere/a/b", ".");
    expect_near("/nowhere/a/b", "/nowhere/ab/c", "../../ab/c");
    expect_near("/nowhere/a/b/", "/nowhere/c", "../../c");
    expect_near("/nowhere/a", "/elsewhere/c", "/elsewhere/c");
}
