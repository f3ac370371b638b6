// SPDX-License-Identifier: Apache-2.0
// A test that writes out of bounds: it must fail in a build with sanitizers (tests/planted.sh).
#include <criterion/criterion.h>
#include <stdlib.h>

static volatile size_t past_the_end = 10;

Test(planted, write_out_of_bounds)
{
    char *bytes = malloc(10);
    cr_assert(bytes != NULL);
    bytes[past_the_end] = 1;
    cr_assert(bytes[past_the_end] == 1);
    free(bytes);
}
