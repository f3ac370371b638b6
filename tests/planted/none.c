// SPDX-License-Identifier: Apache-2.0
// A test without a fault: it must pass in a build with sanitizers (tests/planted.sh).
#include <criterion/criterion.h>
#include <stdlib.h>

Test(planted, no_fault)
{
    void *volatile bytes = malloc(10);
    cr_assert(bytes != NULL);
    free(bytes);
}
