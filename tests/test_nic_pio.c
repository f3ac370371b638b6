// SPDX-License-Identifier: Apache-2.0
// Programmed I/O of cards.
#include "tests/nic_rig.h"

#include <criterion/criterion.h>

Test(nic_pio, messages_of_all_lengths_arrive_in_the_window_in_order)
{
    struct nic_rig *rig = nic_rig_of(1);
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
    // Of the longest, which was there before, nothing is to be seen.
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_SEND), 1);
    nic_rig_run(rig, 1000);
    cr_expect_eq(nic_rig_read(rig, 1, nic_rig_at(0, NIC_PIO_FROM_BYTES)), 1);
    cr_expect_lt(nic_rig_read(rig, 1, nic_rig_at(0, NIC_PIO_IN)), 256);
    cr_expect_eq(nic_rig_read(rig, 1, nic_rig_at(0, NIC_PIO_IN + 8)), 0);
    nic_rig_write(rig, 1, nic_rig_at(0, NIC_PIO_POP), 0);
    nic_rig_write(rig, 1, nic_rig_at(0, NIC_PIO_POP), 0);
    cr_expect_eq(nic_rig_stats(rig, 1).errors[NIC_PIO_EMPTY], 1);
    nic_rig_free(rig);
}

static void expect_pio(struct nic_rig *rig, uint64_t to, uint64_t send, enum nic_status status)
{
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_TO), to);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_PIO_SEND), send);
    cr_expect_eq(nic_rig_read(rig, 0, nic_rig_at(0, NIC_PIO_STATUS)), status);
    cr_expect(status == NIC_OK || nic_rig_errors(rig, status));
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
    spec.nic.out_ram_bytes = 1088 + 64; // of the longest packet and a short one
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host from = nic_host_make(rig, 0, 0, nic_rig_ring_sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, nic_rig_ring_sizes, 0, NIC_WINDOW);
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
    struct nic_host from = nic_host_make(rig, 0, 0, nic_rig_ring_sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 0, nic_rig_ring_sizes, 0, NIC_WINDOW);
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
