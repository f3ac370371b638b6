// SPDX-License-Identifier: Apache-2.0
// A test with a signed overflow: it must fail in a build with sanitizers (tests/planted.sh).
#include <criterion/criterion.h>
#include <limits.h>

static volatile int largest = INT_MAX;

Test(planted, signed_overflow)
{
    volatile int more = largest + 1;
    cr_assert(more != 0);
}
