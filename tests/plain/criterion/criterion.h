// SPDX-License-Identifier: Apache-2.0
// What tests/test_threads.c and its helpers use of Criterion, for builds with SAN=thread: Criterion
// has its memory where ThreadSanitizer cannot let it be. Tests run one after the other in one
// process, and the first that fails ends it.
#ifndef ORDITO_TESTS_PLAIN_CRITERION_H
#define ORDITO_TESTS_PLAIN_CRITERION_H

#include <stdbool.h>
#include <string.h>

struct plain_test {
    const char *name; // SUITE/NAME
    void (*run)(void);
    struct plain_test *next;
};

void plain_add(struct plain_test *test);
_Noreturn void plain_fail(const char *file, int line, const char *condition);

#define Test(suite, test)                                                                          \
    static void suite##_##test(void);                                                              \
    __attribute__((constructor)) static void suite##_##test##_add(void)                            \
    {                                                                                              \
        static struct plain_test self = {.name = #suite "/" #test, .run = suite##_##test};         \
        plain_add(&self);                                                                          \
    }                                                                                              \
    static void suite##_##test(void)

#define PLAIN_FIRST(first, ...)          first
#define PLAIN_SECOND(first, second, ...) second
#define PLAIN_CHECK(condition)                                                                     \
    do {                                                                                           \
        if (!(condition))                                                                          \
            plain_fail(__FILE__, __LINE__, #condition);                                            \
    } while (0)
#define PLAIN_COMPARE(operation, ...)                                                              \
    PLAIN_CHECK((PLAIN_FIRST(__VA_ARGS__, 0))operation(PLAIN_SECOND(__VA_ARGS__, 0)))

#define cr_assert(...)     PLAIN_CHECK(PLAIN_FIRST(__VA_ARGS__, 0))
#define cr_assert_not(...) PLAIN_CHECK(!(PLAIN_FIRST(__VA_ARGS__, 0)))
#define cr_assert_eq(...)  PLAIN_COMPARE(==, __VA_ARGS__, 0)
#define cr_assert_neq(...) PLAIN_COMPARE(!=, __VA_ARGS__, 0)
#define cr_assert_gt(...)  PLAIN_COMPARE(>, __VA_ARGS__, 0)
#define cr_assert_lt(...)  PLAIN_COMPARE(<, __VA_ARGS__, 0)
#define cr_assert_str_eq(...)                                                                      \
    PLAIN_CHECK(strcmp(PLAIN_FIRST(__VA_ARGS__, 0), PLAIN_SECOND(__VA_ARGS__, 0)) == 0)
#define cr_expect cr_assert

#endif
