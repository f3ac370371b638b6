// SPDX-License-Identifier: Apache-2.0
// A test that leaks: it must fail in a build with sanitizers (tests/planted.sh).
#include <criterion/criterion.h>
#include <stdlib.h>

static void *volatile kept;

Test(planted, memory_leaks)
{
    kept = malloc(100);
    cr_assert(kept != NULL);
    kept = NULL;
}
