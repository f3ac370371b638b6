// SPDX-License-Identifier: Apache-2.0
// Runs the tests of a build without Criterion, and counts them as it does.
// usage: tests [--filter PATTERN] [--list]
#include "tests/plain/criterion/criterion.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

static struct plain_test *tests;
static unsigned num_tested;

void plain_add(struct plain_test *test)
{
    test->next = tests;
    tests = test;
}

static void count(unsigned passing)
{
    printf("[====] Synthesis: Tested: %u | Passing: %u\n", num_tested, passing);
}

void plain_fail(const char *file, int line, const char *condition)
{
    printf("%s:%d: %s\n", file, line, condition);
    count(num_tested - 1);
    exit(1);
}

int main(int argc, char **argv)
{
    const char *pattern = "*";
    int list = 0;
    for (int i = 1; i < argc; i++) {
        list |= strcmp(argv[i], "--list") == 0;
        if (strcmp(argv[i], "--filter") == 0 && i + 1 < argc)
            pattern = argv[++i];
    }
    for (const struct plain_test *test = tests; test; test = test->next) {
        if (fnmatch(pattern, test->name, 0) != 0)
            continue;
        printf("[RUN ] %s\n", test->name);
        fflush(stdout);
        num_tested++;
        if (!list)
            test->run();
    }
    if (!list)
        count(num_tested);
    return 0;
}
