// SPDX-License-Identifier: Apache-2.0
// Registers of cards: widths, reset values, states; contexts kept apart; programmed I/O.
#include "tests/nic_rig.h"

#include <criterion/criterion.h>

static const uint32_t ring_sizes[3] = {8, 8, 8};

static struct nic_rig *rig_of(uint32_t contexts)
{
    struct nic_rig_spec spec = {.nic = nic_default_params};
    spec.nic.num_contexts = contexts;
    return nic_rig_new(&spec);
}

static uint64_t errors(const struct nic_rig *rig, enum nic_status status)
{
    return nic_rig_stats(rig, 0).errors[status];
}

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
    struct nic_rig *rig = rig_of(3);
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
    struct nic_rig *rig = rig_of(1);
    const uint64_t unknown[] = {NIC_CARD_STATUS + 8,  NIC_PAGE_BYTES - 8,
                                nic_rig_at(0, 0x10),  nic_rig_at(0, NIC_RING_SHADOW + NIC_SEND + 8),
                                nic_rig_at(0, 0x3f8), nic_rig_at(0, 0xc00)};
    for (uint32_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        cr_expect(!try_read(rig, unknown[i], 8));
        cr_expect(!try_write(rig, unknown[i], 8));
    }
    cr_expect_eq(errors(rig, NIC_BAD_REGISTER), 12);
    cr_expect(!try_write(rig, NIC_CARD_NODE, 8));
    cr_expect(!try_read(rig, NIC_CARD_RANGE_REGISTER, 8));
    cr_expect(!try_write(rig, nic_rig_at(0, NIC_SEND + NIC_RING_CONSUMER), 8));
    cr_expect(!try_write(rig, nic_rig_at(0, NIC_COMPLETION + NIC_RING_PRODUCER), 8));
    cr_expect(!try_read(rig, nic_rig_at(0, NIC_PIO_SEND), 8));
    cr_expect(!try_read(rig, nic_rig_at(0, NIC_PIO_OUT), 8));
    cr_expect(!try_write(rig, nic_rig_at(0, NIC_PIO_IN), 8));
    cr_expect_eq(errors(rig, NIC_BAD_REGISTER), 19);
    const uint32_t widths[] = {1, 2, 4, 7, 12, 16, 64};
    for (uint32_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        cr_expect(!try_read(rig, NIC_CARD_NODE, widths[i]));
        cr_expect(!try_write(rig, nic_rig_at(0, NIC_STATUS), widths[i]));
    }
    cr_expect(!try_read(rig, NIC_CARD_NODE + 4, 8));
    cr_expect_eq(errors(rig, NIC_BAD_WIDTH), 15);
    cr_expect(try_write(rig, nic_rig_at(0, NIC_PIO_OUT + 64), 64));
    cr_expect(try_read(rig, nic_rig_at(0, NIC_PIO_IN + 1024 - 64), 64));
    cr_expect(!try_write(rig, nic_rig_at(0, NIC_PIO_OUT), 4));
    cr_expect_eq(errors(rig, NIC_BAD_WIDTH), 16);
    cr_expect_eq(nic_rig_read(rig, 0, NIC_CARD_STATUS), 1 << NIC_BAD_REGISTER | 1 << NIC_BAD_WIDTH);
    nic_rig_free(rig);
}

// --- enabling -----------------------------------------------------------------------------------

static void expect_not_enabled(struct nic_rig *rig, uint64_t offset, uint64_t value,
                               enum nic_status status)
{
    uint64_t was = nic_rig_read(rig, 0, nic_rig_at(0, offset));
    uint64_t before = errors(rig, status);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_CONTROL), 0);
    nic_rig_write(rig, 0, nic_rig_at(0, offset), value);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_CONTROL), NIC_ENABLE);
    cr_expect_eq(nic_rig_read(rig, 0, nic_rig_at(0, NIC_CONTROL)), 0);
    cr_expect_eq(errors(rig, status), before + 1, "status %u", status);
    nic_rig_write(rig, 0, nic_rig_at(0, offset), was);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_CONTROL), NIC_ENABLE);
    cr_expect_eq(nic_rig_read(rig, 0, nic_rig_at(0, NIC_CONTROL)), NIC_ENABLE);
}

Test(nic_registers, a_context_is_enabled_only_with_rings_that_are_right)
{
    struct nic_rig *rig = rig_of(1);
    struct nic_host host = nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
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
    cr_expect_eq(errors(rig, NIC_BAD_STATE), 1);
    cr_expect_eq(nic_rig_read(rig, 0, nic_rig_at(0, NIC_SEND + NIC_RING_SIZE)), 8);
    nic_rig_free(rig);
}

Test(nic_registers, the_owner_opens_contexts_and_gives_them_memory)
{
    struct nic_rig *rig = rig_of(2);
    nic_rig_write(rig, 0, nic_rig_at(1, NIC_CONTROL), NIC_ENABLE);
    cr_expect_eq(errors(rig, NIC_DISABLED), 1);
    nic_rig_write(rig, 0, NIC_CARD_OPEN, UINT64_MAX);
    cr_expect_eq(nic_rig_read(rig, 0, NIC_CARD_OPEN), 3);
    nic_rig_write(rig, 0, nic_rig_at(1, NIC_CONTROL), NIC_ENABLE);
    cr_expect_eq(nic_rig_read(rig, 0, nic_rig_at(1, NIC_CONTROL)), NIC_ENABLE);
    nic_rig_write(rig, 0, NIC_CARD_RANGE_ADDRESS, 4096);
    nic_rig_write(rig, 0, NIC_CARD_RANGE_BYTES, 4096);
    nic_rig_write(rig, 0, NIC_CARD_RANGE_REGISTER, 1);
    nic_rig_write(rig, 0, NIC_CARD_RANGE_REGISTER, 2); // no such context
    cr_expect_eq(errors(rig, NIC_BAD_CONTEXT), 1);
    nic_rig_write(rig, 0, NIC_CARD_RANGE_REGISTER, 1 | UINT64_C(16) << 32); // no such range
    cr_expect_eq(errors(rig, NIC_BAD_ADDRESS), 1);
    nic_rig_write(rig, 0, NIC_CARD_RANGE_REGISTER, 1 | UINT64_C(1) << 32); // another may come
    nic_rig_write(rig, 0, NIC_CARD_RANGE_REGISTER, 1);                     // but none go
    cr_expect_eq(errors(rig, NIC_BAD_STATE), 1);
    nic_rig_write(rig, 0, NIC_CARD_OPEN, 1);
    cr_expect_eq(nic_rig_read(rig, 0, nic_rig_at(1, NIC_CONTROL)), 0);
    nic_rig_write(rig, 0, NIC_CARD_RANGE_REGISTER, 1);
    cr_expect_eq(errors(rig, NIC_BAD_STATE), 1);
    nic_rig_free(rig);
}

Test(nic_registers, doorbells_of_a_disabled_context_do_nothing_and_are_counted)
{
    struct nic_rig *rig = rig_of(1);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_SEND + NIC_RING_PRODUCER), 1);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_RECEIVE + NIC_RING_PRODUCER), 1);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_COMPLETION + NIC_RING_CONSUMER), 1);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_SEND), 8);
    cr_expect_eq(errors(rig, NIC_DISABLED), 4);
    cr_expect_eq(nic_rig_stats(rig, 0).doorbells, 0);
    cr_expect(!nic_rig_step(rig));
    nic_rig_free(rig);
}

// --- contexts -----------------------------------------------------------------------------------

Test(nic_contexts, cannot_name_memory_of_each_other)
{
    struct nic_rig *rig = rig_of(2);
    struct nic_host from[2], to[2];
    for (uint32_t i = 0; i < 2; i++) {
        from[i] = nic_host_make(rig, 0, i, ring_sizes, 0, 0);
        to[i] = nic_host_make(rig, 1, i, ring_sizes, 0, 0);
    }
    nic_host_send(&from[0], 1, 1, from[1].base + NIC_RIG_BUFFERS, 64, 0, 0);
    nic_host_post(&to[1], to[0].base + NIC_RIG_BUFFERS, 64);
    nic_rig_run(rig, 10000);
    nic_host_expect(&from[0], NIC_BAD_ADDRESS);
    nic_host_fill(&from[0], from[0].base + NIC_RIG_BUFFERS, 64, 3);
    nic_host_send(&from[0], 1, 1, from[0].base + NIC_RIG_BUFFERS, 64, 0, 0);
    nic_host_post(&to[1], to[1].base + NIC_RIG_BUFFERS, 64);
    nic_rig_run(rig, 10000);
    nic_host_expect(&to[1], NIC_BAD_ADDRESS);
    cr_expect_eq(nic_host_expect(&to[1], NIC_OK).context, 0);
    cr_expect(nic_host_holds(&to[1], to[1].base + NIC_RIG_BUFFERS, 64, 3, 0));
    struct nic_completion completion;
    cr_expect(!nic_host_poll(&from[1], &completion));
    cr_expect(!nic_host_poll(&to[0], &completion));
    nic_rig_free(rig);
}

Test(nic_contexts, each_have_rings_of_their_own_and_take_turns)
{
    enum { CONTEXTS = 64, MESSAGES = 4 };
    struct nic_rig *rig = rig_of(CONTEXTS);
    struct nic_host from[CONTEXTS], to[CONTEXTS];
    for (uint32_t i = 0; i < CONTEXTS; i++) {
        from[i] = nic_host_make(rig, 0, i, ring_sizes, 0, 0);
        to[i] = nic_host_make(rig, 1, i, ring_sizes, 0, 0);
    }
    for (uint32_t k = 0; k < MESSAGES; k++)
        for (uint32_t i = 0; i < CONTEXTS; i++) {
            uint64_t offset = NIC_RIG_BUFFERS + k * 4096;
            nic_host_fill(&from[i], from[i].base + offset, 1500, i * MESSAGES + k);
            nic_host_post(&to[i], to[i].base + offset, 1500);
            nic_host_send(&from[i], 1, i, from[i].base + offset, 1500, 0, k);
        }
    nic_rig_run(rig, 1000000);
    for (uint32_t k = 0; k < MESSAGES; k++)
        for (uint32_t i = 0; i < CONTEXTS; i++) {
            struct nic_completion completion = nic_host_expect(&to[i], NIC_OK);
            cr_expect_eq(completion.tag, k);
            cr_expect_eq(completion.context, i);
            cr_expect(nic_host_holds(&to[i], to[i].base + NIC_RIG_BUFFERS + k * 4096, 1500,
                                     i * MESSAGES + k, 0));
        }
    nic_rig_free(rig);
}

Test(nic_contexts, that_have_much_to_send_do_not_keep_others_waiting)
{
    struct nic_rig *rig = rig_of(2);
    struct nic_host from[2], to = nic_host_make(rig, 1, 0, ring_sizes, 0, 0);
    for (uint32_t i = 0; i < 2; i++)
        from[i] = nic_host_make(rig, 0, i, ring_sizes, 0, 0);
    for (uint32_t k = 0; k < 8; k++) {
        nic_host_post(&to, to.base + NIC_RIG_BUFFERS, 4096);
        if (k < 6) // the second context has but two
            nic_host_send(&from[0], 1, 0, from[0].base + NIC_RIG_BUFFERS, 4096, 0, k);
    }
    for (uint32_t k = 0; k < 2; k++)
        nic_host_send(&from[1], 1, 0, from[1].base + NIC_RIG_BUFFERS, 4096, 0, k);
    nic_rig_run(rig, 1000000);
    uint32_t last = 0;
    for (uint32_t k = 0; k < 8; k++)
        if (nic_host_expect(&to, NIC_OK).context == 1)
            last = k;
    cr_expect_leq(last, 4);
    nic_rig_free(rig);
}

Test(nic_contexts, that_are_disabled_lose_what_waits_for_them_and_can_begin_anew)
{
    struct nic_rig *rig = rig_of(2);
    struct nic_host from = nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 1, ring_sizes, 0, 0);
    uint64_t source = from.base + NIC_RIG_BUFFERS;
    for (uint32_t i = 0; i < 3; i++) // waits for a list
        nic_host_send(&from, 1, 1, source, 1500, 0, i);
    nic_rig_run(rig, 100000);
    cr_expect_eq(nic_rig_stats(rig, 1).receive_waits, 3);
    nic_rig_write(rig, 1, nic_rig_at(1, NIC_CONTROL), 0);
    nic_host_send(&from, 1, 1, source, 1500, 0, 3);
    nic_host_send(&from, 1, 63, source, 1500, 0, 3); // no such context there
    nic_rig_run(rig, 100000);
    cr_expect_eq(nic_rig_stats(rig, 1).errors[NIC_DISABLED], 4);
    cr_expect_eq(nic_rig_stats(rig, 1).errors[NIC_BAD_CONTEXT], 1);
    cr_expect_eq(nic_rig_stats(rig, 1).packets_discarded, 10);
    cr_expect(nic_idle(rig->nics[1]));
    to = nic_host_make(rig, 1, 1, ring_sizes, 0, 0);
    nic_host_post(&to, to.base + NIC_RIG_BUFFERS, 1500);
    nic_host_send(&from, 1, 1, source, 1500, 0, 4);
    nic_rig_run(rig, 100000);
    cr_expect_eq(nic_host_expect(&to, NIC_OK).tag, 4);
    cr_expect_eq(rig->store.num_used, 0);
    nic_rig_free(rig);
}

// --- programmed I/O -----------------------------------------------------------------------------

Test(nic_pio, messages_of_all_lengths_arrive_in_the_window_in_order)
{
    struct nic_rig *rig = rig_of(1);
    for (uint32_t i = 0; i < 2; i++)
        nic_host_make(rig, i, 0, (const uint32_t[3]){0}, 0, NIC_WINDOW);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_TO), 1);
    for (uint64_t bytes = 1; bytes <= 128; bytes++) {
        for (uint32_t i = 0; i < bytes; i += 8)
            nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_OUT + i), rng_mix(bytes * 100 + i));
        nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_TAG), bytes + 1000);
        nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_SEND),
                      bytes | (bytes % 2 ? (uint64_t)NIC_CHECKSUM << 32 : 0));
        cr_assert_eq(nic_rig_read(rig, 0, nic_rig_at(0, NIC_PIO_STATUS)), NIC_OK);
    }
    nic_rig_run(rig, 100000);
    for (uint64_t bytes = 1; bytes <= 128; bytes++) {
        cr_assert_eq(nic_rig_read(rig, 1, nic_rig_at(0, NIC_PIO_FROM_BYTES)), bytes);
        cr_expect_eq(nic_rig_read(rig, 1, nic_rig_at(0, NIC_PIO_FROM)), 0);
        cr_expect_eq(nic_rig_read(rig, 1, nic_rig_at(0, NIC_PIO_FROM_TAG)), bytes + 1000);
        cr_expect_eq(nic_rig_read(rig, 1, nic_rig_at(0, NIC_PIO_FROM_STATUS)), NIC_OK);
        for (uint32_t i = 0; i < 136; i += 8) {
            uint64_t sent = i < bytes ? rng_mix(bytes * 100 + i) : 0;
            if (i < bytes && bytes - i < 8)
                sent &= (UINT64_C(1) << 8 * (bytes - i)) - 1;
            cr_expect_eq(nic_rig_read(rig, 1, nic_rig_at(0, NIC_PIO_IN + i)), sent);
        }
        nic_rig_write(rig, 1, nic_rig_at(0, NIC_PIO_POP), 0);
    }
    nic_rig_run(rig, 1000);
    cr_expect(nic_idle(rig->nics[1]));
    cr_expect_eq(nic_rig_stats(rig, 1).pio_received, 128);
    nic_rig_write(rig, 1, nic_rig_at(0, NIC_PIO_POP), 0);
    cr_expect_eq(nic_rig_stats(rig, 1).errors[NIC_PIO_EMPTY], 1);
    nic_rig_free(rig);
}

static void expect_pio(struct nic_rig *rig, uint64_t to, uint64_t send, enum nic_status status)
{
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_TO), to);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_SEND), send);
    cr_expect_eq(nic_rig_read(rig, 0, nic_rig_at(0, NIC_PIO_STATUS)), status);
    cr_expect(status == NIC_OK || errors(rig, status));
}

Test(nic_pio, what_cannot_be_sent_is_told_by_the_status)
{
    struct nic_rig_spec spec = {.nic = nic_default_params};
    spec.nic.out_ram_bytes = nic_packet_ram_bytes(&spec.nic, spec.nic.max_payload_bytes);
    struct nic_rig *rig = nic_rig_new(&spec);
    nic_host_make(rig, 0, 0, (const uint32_t[3]){0}, 0, 0);
    expect_pio(rig, 1, 0, NIC_BAD_LENGTH);
    expect_pio(rig, 1, 129, NIC_BAD_LENGTH);
    expect_pio(rig, 2, 8, NIC_BAD_NODE);
    expect_pio(rig, 1 | UINT64_C(64) << 32, 8, NIC_BAD_CONTEXT);
    expect_pio(rig, 1, 8 | UINT64_C(1) << (32 + NIC_CLASS_SHIFT), NIC_BAD_CLASS);
    uint32_t sent = 0;
    for (; sent < 100; sent++) {
        nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_SEND), 8);
        if (nic_rig_read(rig, 0, nic_rig_at(0, NIC_PIO_STATUS)) == NIC_PIO_BUSY)
            break;
    }
    cr_expect_eq(sent, spec.nic.out_ram_bytes / nic_packet_ram_bytes(&spec.nic, 8));
    nic_rig_run(rig, 100000);
    expect_pio(rig, 1, 8, NIC_OK);
    nic_rig_free(rig);
}

// Programmed I/O and DMA of one flow are one order, and short messages by DMA reach the window.
Test(nic_pio, is_in_order_with_dma)
{
    struct nic_rig_spec spec = {.nic = nic_default_params};
    spec.nic.out_ram_bytes = 1088; // of one packet of the longest
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host from = nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, ring_sizes, 0, NIC_WINDOW);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_TO), 1);
    nic_host_post(&to, to.base + NIC_RIG_BUFFERS, 4096);
    nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, 4096, 0, 1);
    nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, 128, 0, 2);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_TAG), 3);
    // Once the messages before it have their numbers, it waits until their packets are made.
    while (nic_rig_stats(rig, 0).handlers[NIC_HANDLER_PROTOCOL].runs < 1)
        cr_assert(nic_rig_step(rig));
    expect_pio(rig, 1, 8, NIC_PIO_BUSY);
    while (nic_rig_stats(rig, 0).messages_sent < 2)
        cr_assert(nic_rig_step(rig));
    expect_pio(rig, 1, 8, NIC_OK);
    nic_rig_run(rig, 100000);
    cr_expect_eq(nic_host_expect(&to, NIC_OK).tag, 1);
    for (uint64_t tag = 2; tag <= 3; tag++) {
        cr_expect_eq(nic_rig_read(rig, 1, nic_rig_at(0, NIC_PIO_FROM_TAG)), tag);
        nic_rig_write(rig, 1, nic_rig_at(0, NIC_PIO_POP), 0);
    }
    nic_rig_free(rig);
}

// With the least RAM, a short message for the window may not sit there while the one before it in
// its flow has no list.
Test(nic_pio, messages_for_the_window_are_granted_when_they_can_be_delivered)
{
    struct nic_rig_spec spec = {.nic = nic_default_params};
    spec.nic.grants = true;
    spec.nic.in_ram_bytes = 1088;
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host from = nic_host_make(rig, 0, 0, ring_sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, ring_sizes, 0, NIC_WINDOW);
    nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, 3000, 0, 1);
    nic_host_send(&from, 1, 0, from.base + NIC_RIG_BUFFERS, 100, 0, 2);
    nic_rig_run(rig, 100000);
    cr_expect_eq(nic_rig_stats(rig, 1).grants_given, 0);
    nic_host_post(&to, to.base + NIC_RIG_BUFFERS, 3000);
    nic_rig_run(rig, 100000);
    cr_expect_eq(nic_host_expect(&to, NIC_OK).tag, 1);
    cr_expect_eq(nic_rig_read(rig, 1, nic_rig_at(0, NIC_PIO_FROM_TAG)), 2);
    nic_rig_free(rig);
}
