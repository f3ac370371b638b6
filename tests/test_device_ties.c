// SPDX-License-Identifier: Apache-2.0
// Ties that are changed from outside: one wrapper, and so one build, serves all their values.
#include "sim/workbench/device_wrapper.h"
#include "tests/device_maps.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The pins of network_map, with one more.
static const struct device_pin pins[] = {
    {.name = "clk", .bits = 1},
    {.name = "rst", .bits = 1},
    {.name = "iv", .bits = 6},
    {.name = "id", .bits = 20, .elements = 6, .right = 5},
    {.name = "ir", .bits = 6, .output = true},
    {.name = "ov", .bits = 6, .output = true},
    {.name = "od", .bits = 20, .elements = 6, .right = 5, .output = true},
    {.name = "or_", .bits = 6},
    {.name = "chosen", .bits = 8},
};

// The wrapper when a tie has that value from outside (NULL: as the map says), to be freed; and what
// is on the straps.
static char *wrapper_of(const char *value, uint32_t *strap, uint32_t *strap_bits)
{
    struct err err = {0};
    const struct device_map_change change = {.name = "chosen", .value = value};
    char *text = replaced(network_map, "packet:", "ties: {chosen: 5}\npacket:");
    char *wrapper = NULL;
    size_t size;
    uint32_t words[4] = {0};
    struct stimulus setup = {.mode = SWITCHING_WORMHOLE};
    struct device_map *map =
        device_map_read(scratch_file("map.yaml", text), NULL, NULL, &change, value ? 1 : 0, &err);
    free(text);
    cr_assert(map, "%s", err.text);
    FILE *to = open_memstream(&wrapper, &size);
    cr_assert(to && device_wrapper_write(map, pins, sizeof pins / sizeof *pins, to, &err), "%s",
              err.text);
    cr_assert_eq(fclose(to), 0);
    *strap_bits = device_wrapper_wires(map)->bits[DEVICE_STRAP];
    device_wrapper_straps(map, &setup, words);
    *strap = words[0];
    device_map_free(map);
    return wrapper;
}

Test(device_ties, one_wrapper_serves_all_values_of_a_tie_that_is_changed)
{
    uint32_t straps[3];
    uint32_t bits[3];
    char *constant = wrapper_of(NULL, &straps[0], &bits[0]);
    char *one = wrapper_of("17", &straps[1], &bits[1]);
    char *other = wrapper_of("200", &straps[2], &bits[2]);
    cr_assert_str_eq(one, other);
    cr_assert_str_neq(one, constant);
    cr_assert_eq(bits[0], 1); // none
    cr_assert_eq(bits[1], 8);
    cr_assert_eq(straps[1], 17);
    cr_assert_eq(straps[2], 200);
    free(constant);
    free(one);
    free(other);
}
