// SPDX-License-Identifier: Apache-2.0
// A test with a data race: it must fail in a build with SAN=thread (tests/planted.sh).
#include <criterion/criterion.h>
#include <pthread.h>

static int shared;

static void *add(void *unused)
{
    shared++;
    return unused;
}

Test(planted, data_race)
{
    pthread_t other;
    cr_assert_eq(pthread_create(&other, NULL, add, NULL), 0);
    shared++;
    pthread_join(other, NULL);
    cr_assert(shared > 0);
}
