// SPDX-License-Identifier: Apache-2.0
// What `ordito trace info` and `check` tell of GOAL schedules.
#include "sim/trace_summary.h"
#include "tests/trace_files.h"

#include <criterion/criterion.h>
#include <string.h>

static json_t *summary_of(const char *text)
{
    struct err err = {0};
    json_t *figures = trace_summary(trace_files_write("t.goal", text), "auto", &err);
    cr_assert_not_null(figures, "%s", err.text);
    return figures;
}

static void is_matched(const char *text)
{
    json_t *figures = summary_of(text);
    cr_assert_null(json_object_get(figures, "unmatched"));
    json_decref(figures);
}

static void is_unmatched(const char *text, const char *why)
{
    json_t *figures = summary_of(text);
    const char *fault =
        json_string_value(json_object_get(json_object_get(figures, "unmatched"), "fault"));
    cr_assert_not_null(fault, "%s", why);
    cr_assert_not_null(strstr(fault, why), "'%s' is not in '%s'", why, fault);
    json_decref(figures);
}

#define TWO(first, second) "num_ranks 2\nrank 0 {\n" first "}\nrank 1 {\n" second "}\n"

Test(goal_summary, a_summary_counts_operations_and_dependencies)
{
    json_t *figures = summary_of(TWO("a: calc 5 cpu 2\ns: send 8b to 1\nt: send 9b to 1 nic 1\n"
                                     "s requires a\nt requires a\nt irequires s\n",
                                     "recv 8b from 0\nrecv 9b from 0\n"));
    static const struct {
        const char *object, *key;
        json_int_t value;
    } expected[] = {
        {NULL, "ranks", 2},
        {"operations", "compute", 1},
        {"operations", "send", 2},
        {"operations", "recv", 2},
        {NULL, "messages", 2},
        {NULL, "bytes", 17},
        {NULL, "longest_message_bytes", 9},
        {"dependencies", "on_finish", 2},
        {"dependencies", "on_start", 1},
        {NULL, "cpus", 3},
        {NULL, "nics", 2},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        json_t *object =
            expected[i].object ? json_object_get(figures, expected[i].object) : figures;
        cr_assert_eq(json_integer_value(json_object_get(object, expected[i].key)),
                     expected[i].value, "%s", expected[i].key);
    }
    json_decref(figures);
}

Test(goal_summary, messages_and_receives_are_matched_by_source_and_tag_in_any_order)
{
    is_matched(TWO("send 8b to 1 tag 1\nsend 8b to 1 tag 2\n",
                   "recv 8b from 0 tag 2\nrecv 8b from 0 tag 1\n"));
    is_matched(TWO("send 8b to 1 tag 1\nsend 8b to 1 tag 2\nsend 8b to 1 tag 2\n",
                   "recv 8b from -1 tag 2\nrecv 8b from 0 tag -1\nrecv 8b from 0 tag 2\n"));
    is_unmatched(TWO("send 8b to 1 tag 1\n", "recv 8b from 0 tag 2\n"),
                 "t.goal:3: rank 0: unmatched: 1 messages to rank 1 with tag 1");
    is_unmatched(TWO("send 8b to 1 tag 1\n", "recv 8b from 0 tag 1\nrecv 8b from 0 tag 1\n"),
                 "t.goal:7: rank 1: unmatched: 1 receives from 0 with tag 1");
    is_unmatched(TWO("send 8b to 1 tag 1\n", "recv 8b from 1 tag 1\n"), "unmatched: 1 messages");
    is_unmatched(TWO("send 8b to 1 tag 1\n", "recv 8b from -1 tag 2\n"), "unmatched: 1 messages");
    is_unmatched(TWO("send 8b to 1\n", "recv 8b from -1\nrecv 8b from -1 tag -1\n"),
                 "unmatched: 1 receives from any with tag 0");
}
