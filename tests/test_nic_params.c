// SPDX-License-Identifier: Apache-2.0
// Parameters of cards are refused where they cannot be, by name.
#include "nic/nic.h"
#include "nic/nic_layout.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_refused(const struct nic_params *params, const char *text)
{
    struct err err = {0};
    cr_expect(!nic_params_check(params, "nodes.nic", &err));
    cr_expect_eq(err.status, ERR_CONFIG);
    cr_expect_eq(strncmp(err.text, text, strlen(text)), 0, "%s", err.text);
}

Test(nic_params, that_are_the_default_are_good)
{
    struct err err = {0};
    cr_expect(nic_params_check(&nic_default_params, "nodes.nic", &err), "%s", err.text);
    cr_expect_lt(nic_bytes(&nic_default_params), 50000);
}

Test(nic_params, out_of_range_are_refused_by_name_and_range)
{
    struct nic_params p = nic_default_params;
    p.num_contexts = 65;
    expect_refused(&p, "nodes.nic.contexts: 65 is not in 1..64");
    p = nic_default_params;
    p.num_channels = 0;
    expect_refused(&p, "nodes.nic.channels: 0 is not in 1..8");
    p = nic_default_params;
    p.ram_block_bytes = 96;
    expect_refused(&p, "nodes.nic.ram_block_bytes: 96 is not a power of two in 8..4096");
    p = nic_default_params;
    p.in_ram_bytes = 1024; // header and payload of the longest packet are in 17 blocks of 64
    expect_refused(&p, "nodes.nic.in_ram_bytes: 1024 is not in 1088..");
    p = nic_default_params;
    p.out_ram_bytes = 1087;
    expect_refused(&p, "nodes.nic.out_ram_bytes: 1087 is not in 1088..");
    p = nic_default_params;
    p.max_payload_bytes = 64;
    expect_refused(&p, "nodes.nic.window_bytes: 128 is not in 8..64");
    p = nic_default_params;
    p.window_bytes = 100;
    expect_refused(&p, "nodes.nic.window_bytes: 100 is not a multiple of 8");
    p = nic_default_params;
    p.instructions[NIC_HANDLER_CHECKSUM].per_16_bytes = 10001;
    expect_refused(&p, "nodes.nic.instructions: checksum.per_16_bytes: 10001 is not in 0..10000");
    p = nic_default_params;
    p.processor_den = 0;
    expect_refused(&p, "nodes.nic.processor_den: 0 is not in 1..1000");
    struct err err = {0};
    struct nic_config config = {.params = p, .num_nodes = 1};
    cr_expect_null(nic_new(&config, "nodes.nic", &err));
    cr_expect_eq(err.status, ERR_CONFIG);
}
