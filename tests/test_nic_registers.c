// SPDX-License-Identifier: Apache-2.0
// Registers of cards: widths, reset values, states.
#include "tests/nic_rig.h"

#include <criterion/criterion.h>

static bool try_read(struct nic_rig *rig, uint64_t offset, uint32_t bytes)
{
    uint8_t data[64];
    struct mem_device *device = nic_device(rig->nics[0]);
    return device->read(device, offset, data, bytes, rig->now);
}

static bool try_write(struct nic_rig *rig, uint64_t offset, uint32_t bytes)
{
    uint8_t data[64] = {0};
    struct mem_device *device = nic_device(rig->nics[0]);
    return device->write(device, offset, data, bytes, rig->now);
}

Test(nic_registers, have_the_reset_values_of_the_map)
{
    struct nic_rig *rig = nic_rig_of(3);
    const uint64_t values[][2] = {
        {NIC_CARD_CONTEXTS, 3},
        {NIC_CARD_NODE, 1},
        {NIC_CARD_NODES, 2},
        {NIC_CARD_MAX_PAYLOAD, 1024},
        {NIC_CARD_MAX_MESSAGE, 1 << 20},
        {NIC_CARD_OPEN, 0},
        {NIC_CARD_STATUS, 0},
        {nic_rig_at(2, NIC_CONTROL), 0},
        {nic_rig_at(2, NIC_STATUS), 0},
        {nic_rig_at(2, NIC_SEND + NIC_RING_BASE), 0},
        {nic_rig_at(2, NIC_COMPLETION + NIC_RING_SIZE), 0},
        {nic_rig_at(2, NIC_COALESCE_EVENTS), nic_default_params.coalesce_events},
        {nic_rig_at(2, NIC_COALESCE_DELAY), nic_default_params.coalesce_delay_cycles},
        {nic_rig_at(2, NIC_PIO_STATUS), NIC_OK},
        {nic_rig_at(2, NIC_PIO_FROM_BYTES), 0},
    };
    for (uint32_t i = 0; i < sizeof values / sizeof *values; i++)
        cr_expect_eq(nic_rig_read(rig, 1, values[i][0]), values[i][1], "offset %llx",
                     (unsigned long long)values[i][0]);
    cr_expect_eq(nic_device(rig->nics[0])->bytes, 4 * NIC_PAGE_BYTES);
    nic_rig_free(rig);
}

Test(nic_registers, refuse_unknown_offsets_wrong_widths_and_wrong_directions)
{
    struct nic_rig *rig = nic_rig_of(1);
    const uint64_t unknown[] = {NIC_CARD_STATUS + 8,  NIC_PAGE_BYTES - 8,
                                nic_rig_at(0, 0x10),  nic_rig_at(0, NIC_RING_SHADOW + NIC_SEND + 8),
                                nic_rig_at(0, 0x3f8), nic_rig_at(0, 0xc00)};
    for (uint32_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        cr_expect(!try_read(rig, unknown[i], 8));
        cr_expect(!try_write(rig, unknown[i], 8));
    }
    cr_expect_eq(nic_rig_errors(rig, NIC_BAD_REGISTER), 12);
    cr_expect(!try_write(rig, NIC_CARD_NODE, 8));
    cr_expect(!try_read(rig, NIC_CARD_RANGE_REGISTER, 8));
    cr_expect(!try_write(rig, nic_rig_at(0, NIC_SEND + NIC_RING_CONSUMER), 8));
    cr_expect(!try_write(rig, nic_rig_at(0, NIC_COMPLETION + NIC_RING_PRODUCER), 8));
    cr_expect(!try_read(rig, nic_rig_at(0, NIC_PIO_SEND), 8));
    cr_expect(!try_read(rig, nic_rig_at(0, NIC_PIO_OUT), 8));
    cr_expect(!try_write(rig, nic_rig_at(0, NIC_PIO_IN), 8));
    cr_expect_eq(nic_rig_errors(rig, NIC_BAD_REGISTER), 19);
    const uint32_t widths[] = {1, 2, 4, 7, 12, 16, 64};
    for (uint32_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        cr_expect(!try_read(rig, NIC_CARD_NODE, widths[i]));
        cr_expect(!try_write(rig, nic_rig_at(0, NIC_STATUS), widths[i]));
    }
    cr_expect(!try_read(rig, NIC_CARD_NODE + 4, 8));
    cr_expect_eq(nic_rig_errors(rig, NIC_BAD_WIDTH), 15);
    cr_expect(try_write(rig, nic_rig_at(0, NIC_PIO_OUT + 64), 64));
    cr_expect(try_read(rig, nic_rig_at(0, NIC_PIO_IN + 1024 - 64), 64));
    cr_expect(!try_write(rig, nic_rig_at(0, NIC_PIO_OUT), 4));
    cr_expect_eq(nic_rig_errors(rig, NIC_BAD_WIDTH), 16);
    cr_expect_eq(nic_rig_read(rig, 0, NIC_CARD_STATUS), 1 << NIC_BAD_REGISTER | 1 << NIC_BAD_WIDTH);
    nic_rig_free(rig);
}

// --- enabling -----------------------------------------------------------------------------------

static void expect_not_enabled(struct nic_rig *rig, uint64_t offset, uint64_t value,
                               enum nic_status status)
{
    uint64_t was = nic_rig_read(rig, 0, nic_rig_at(0, offset));
    uint64_t before = nic_rig_errors(rig, status);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_CONTROL), 0);
    nic_rig_write(rig, 0, nic_rig_at(0, offset), value);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_CONTROL), NIC_ENABLE);
    cr_expect_eq(nic_rig_read(rig, 0, nic_rig_at(0, NIC_CONTROL)), 0);
    cr_expect_eq(nic_rig_errors(rig, status), before + 1, "status %u", status);
    nic_rig_write(rig, 0, nic_rig_at(0, offset), was);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_CONTROL), NIC_ENABLE);
    cr_expect_eq(nic_rig_read(rig, 0, nic_rig_at(0, NIC_CONTROL)), NIC_ENABLE);
}

Test(nic_registers, a_context_is_enabled_only_with_rings_that_are_right)
{
    struct nic_rig *rig = nic_rig_of(1);
    struct nic_host host = nic_host_make(rig, 0, 0, nic_rig_ring_sizes, 0, 0);
    expect_not_enabled(rig, NIC_SEND + NIC_RING_BASE, host.base + 16, NIC_BAD_RING);
    expect_not_enabled(rig, NIC_RECEIVE + NIC_RING_BASE, host.base + 8, NIC_BAD_RING);
    expect_not_enabled(rig, NIC_SEND + NIC_RING_SHADOW, host.base + 4, NIC_BAD_RING);
    expect_not_enabled(rig, NIC_SEND + NIC_RING_SIZE, 6, NIC_BAD_RING);
    expect_not_enabled(rig, NIC_SEND + NIC_RING_SIZE, 2 * NIC_MAX_RING, NIC_BAD_RING);
    expect_not_enabled(rig, NIC_SEND + NIC_RING_SIZE, UINT64_C(1) << 63, NIC_BAD_RING);
    expect_not_enabled(rig, NIC_COMPLETION + NIC_RING_SIZE, 0, NIC_BAD_RING);
    expect_not_enabled(rig, NIC_COMPLETION + NIC_RING_SIZE, 1, NIC_BAD_RING);
    expect_not_enabled(rig, NIC_SEND + NIC_RING_BASE, 0, NIC_BAD_ADDRESS);
    expect_not_enabled(rig, NIC_COMPLETION + NIC_RING_BASE,
                       host.base + NIC_RIG_CONTEXT_BYTES - 7 * 32, NIC_BAD_ADDRESS);
    expect_not_enabled(rig, NIC_COMPLETION + NIC_RING_SHADOW, 64, NIC_BAD_ADDRESS);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_SEND + NIC_RING_SIZE), 16);
    cr_expect_eq(nic_rig_errors(rig, NIC_BAD_STATE), 1);
    cr_expect_eq(nic_rig_read(rig, 0, nic_rig_at(0, NIC_SEND + NIC_RING_SIZE)), 8);
    nic_rig_free(rig);
}

Test(nic_registers, the_owner_opens_contexts_and_gives_them_memory)
{
    struct nic_rig *rig = nic_rig_of(2);
    nic_rig_write(rig, 0, nic_rig_at(1, NIC_CONTROL), NIC_ENABLE);
    cr_expect_eq(nic_rig_errors(rig, NIC_DISABLED), 1);
    nic_rig_write(rig, 0, NIC_CARD_OPEN, UINT64_MAX);
    cr_expect_eq(nic_rig_read(rig, 0, NIC_CARD_OPEN), 3);
    nic_rig_write(rig, 0, nic_rig_at(1, NIC_CONTROL), NIC_ENABLE);
    cr_expect_eq(nic_rig_read(rig, 0, nic_rig_at(1, NIC_CONTROL)), NIC_ENABLE);
    nic_rig_write(rig, 0, NIC_CARD_RANGE_ADDRESS, 4096);
    nic_rig_write(rig, 0, NIC_CARD_RANGE_BYTES, 4096);
    nic_rig_write(rig, 0, NIC_CARD_RANGE_REGISTER, 1);
    nic_rig_write(rig, 0, NIC_CARD_RANGE_REGISTER, 2); // no such context
    cr_expect_eq(nic_rig_errors(rig, NIC_BAD_CONTEXT), 1);
    nic_rig_write(rig, 0, NIC_CARD_RANGE_REGISTER, 1 | UINT64_C(16) << 32); // no such range
    cr_expect_eq(nic_rig_errors(rig, NIC_BAD_ADDRESS), 1);
    nic_rig_write(rig, 0, NIC_CARD_RANGE_REGISTER, 1 | UINT64_C(1) << 32); // another may come
    nic_rig_write(rig, 0, NIC_CARD_RANGE_REGISTER, 1);                     // but none go
    cr_expect_eq(nic_rig_errors(rig, NIC_BAD_STATE), 1);
    nic_rig_write(rig, 0, NIC_CARD_OPEN, 1);
    cr_expect_eq(nic_rig_read(rig, 0, nic_rig_at(1, NIC_CONTROL)), 0);
    nic_rig_write(rig, 0, NIC_CARD_RANGE_REGISTER, 1);
    cr_expect_eq(nic_rig_errors(rig, NIC_BAD_STATE), 1);
    nic_rig_free(rig);
}

Test(nic_registers, doorbells_of_a_disabled_context_do_nothing_and_are_counted)
{
    struct nic_rig *rig = nic_rig_of(1);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_SEND + NIC_RING_PRODUCER), 1);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_RECEIVE + NIC_RING_PRODUCER), 1);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_COMPLETION + NIC_RING_CONSUMER), 1);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_SEND), 8);
    cr_expect_eq(nic_rig_errors(rig, NIC_DISABLED), 4);
    cr_expect_eq(nic_rig_stats(rig, 0).doorbells, 0);
    cr_expect(!nic_rig_step(rig));
    nic_rig_free(rig);
}
