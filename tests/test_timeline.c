// SPDX-License-Identifier: Apache-2.0
// The file of a timeline: what it does not take, and names. tests/timeline.sh has the rest.
#include "sim/run.h"
#include "tests/config_text.h"

#include <jansson.h>

// A run's timeline of at most so many events.
static json_t *timeline_of(uint64_t max_events)
{
    struct config config = made();
    struct run_result *result = calloc(1, sizeof *result);
    struct err err = {0};
    struct run_outputs outputs = {.quiet = true,
                                  .timeline = {.path = scratch_file("timeline.json", ""),
                                               .to_cycle = UINT64_MAX,
                                               .max_events = max_events}};
    set(&config, "fabric.topology.nodes=9");
    set(&config, "run.measure_cycles=200");
    cr_assert(result && run_simulate(&config, &outputs, result, &err), "%s", err.text);
    json_error_t error;
    json_t *root = json_load_file(outputs.timeline.path, 0, &error);
    cr_assert(root, "%s", error.text);
    config_free(&config);
    free(result);
    return root;
}

static size_t num_events(const json_t *root)
{
    return json_array_size(json_object_get(root, "traceEvents"));
}

static size_t num_of_phase(const json_t *root, const char *phase)
{
    size_t num = 0;
    const json_t *events = json_object_get(root, "traceEvents");
    for (size_t i = 0; i < json_array_size(events); i++)
        num +=
            strcmp(json_string_value(json_object_get(json_array_get(events, i), "ph")), phase) == 0;
    return num;
}

Test(timeline, a_file_that_is_full_says_so_and_has_no_arrow_with_one_end)
{
    json_t *whole = timeline_of(0);
    size_t most = num_events(whole);
    cr_assert_gt(most, 1000);
    cr_assert(json_is_null(json_object_get(json_object_get(whole, "otherData"), "cut")));
    for (size_t max = 100; max < 1000; max += 97) {
        json_t *part = timeline_of(max);
        const json_t *about = json_object_get(part, "otherData");
        cr_assert_leq(num_events(part), max);
        cr_assert_gt(num_events(part), max - 100);
        cr_assert(strstr(json_string_value(json_object_get(about, "cut")), "are left out"));
        cr_assert_eq(num_of_phase(part, "s"), num_of_phase(part, "f"));
        cr_assert_eq((size_t)json_integer_value(json_object_get(about, "slices")),
                     num_of_phase(part, "B"));
        cr_assert_eq(num_of_phase(part, "B"), num_of_phase(part, "E"));
        json_decref(part);
    }
    json_t *fits = timeline_of(most + 12); // it asks for room for what may come
    cr_assert_eq(num_events(fits), most);
    json_decref(fits);
    json_decref(whole);
}

Test(timeline, names_are_escaped_and_never_cut_within_an_escape)
{
    char text[64];
    cr_assert_str_eq(timeline_file_escape("a \"b\"\\\n", text, sizeof text),
                     "a \\\"b\\\"\\\\\\u000a");
    for (size_t size = 8; size < sizeof text; size++) {
        timeline_file_escape("\"\n\"\n\"\n\"\n\"\n\"\n\"\n", text, size);
        cr_assert_lt(strlen(text), size);
        char quoted[80];
        snprintf(quoted, sizeof quoted, "\"%s\"", text);
        json_t *value = json_loads(quoted, JSON_DECODE_ANY, NULL);
        cr_assert(json_is_string(value), "%s", quoted);
        json_decref(value);
    }
}
