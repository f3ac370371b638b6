// SPDX-License-Identifier: Apache-2.0
// Contexts of cards are kept apart, take turns, and come and go.
#include "tests/nic_rig.h"

#include <criterion/criterion.h>

Test(nic_contexts, cannot_name_memory_of_each_other)
{
    struct nic_rig *rig = nic_rig_of(2);
    struct nic_host from[2], to[2];
    for (uint32_t i = 0; i < 2; i++) {
        from[i] = nic_host_make(rig, 0, i, nic_rig_ring_sizes, 0, 0);
        to[i] = nic_host_make(rig, 1, i, nic_rig_ring_sizes, 0, 0);
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
    struct nic_rig *rig = nic_rig_of(CONTEXTS);
    struct nic_host from[CONTEXTS], to[CONTEXTS];
    for (uint32_t i = 0; i < CONTEXTS; i++) {
        from[i] = nic_host_make(rig, 0, i, nic_rig_ring_sizes, 0, 0);
        to[i] = nic_host_make(rig, 1, i, nic_rig_ring_sizes, 0, 0);
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

Test(nic_contexts, that_have_much_to_send_take_turns)
{
    struct nic_rig_spec spec = {.nic = nic_default_params};
    spec.nic.num_contexts = 2;
    spec.nic.out_ram_bytes = 1088; // so that descriptors are read long before they are wanted
    struct nic_rig *rig = nic_rig_new(&spec);
    struct nic_host from[2], to = nic_host_make(rig, 1, 0, (const uint32_t[3]){0, 16, 16}, 0, 0);
    for (uint32_t i = 0; i < 2; i++)
        from[i] = nic_host_make(rig, 0, i, nic_rig_ring_sizes, 0, 0);
    for (uint32_t k = 0; k < 16; k++) {
        nic_host_post(&to, to.base + NIC_RIG_BUFFERS, 4096);
        nic_host_send(&from[k / 8], 1, 0, from[k / 8].base + NIC_RIG_BUFFERS, 4096, 0, k);
    }
    nic_rig_run(rig, 1000000);
    uint32_t num[2] = {0};
    for (uint32_t k = 0; k < 16; k++) {
        num[nic_host_expect(&to, NIC_OK).context]++;
        cr_expect_leq(num[0], num[1] + 2);
        cr_expect_leq(num[1], num[0] + 2);
    }
    nic_rig_free(rig);
}

Test(nic_contexts, that_are_disabled_lose_what_waits_for_them_and_can_begin_anew)
{
    struct nic_rig *rig = nic_rig_of(2);
    struct nic_host from = nic_host_make(rig, 0, 0, nic_rig_ring_sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 1, 1, nic_rig_ring_sizes, 0, 0);
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
    to = nic_host_make(rig, 1, 1, nic_rig_ring_sizes, 0, 0);
    nic_host_post(&to, to.base + NIC_RIG_BUFFERS, 1500);
    nic_host_send(&from, 1, 1, source, 1500, 0, 4);
    nic_rig_run(rig, 100000);
    cr_expect_eq(nic_host_expect(&to, NIC_OK).tag, 4);
    cr_expect_eq(rig->store.num_used, 0);
    nic_rig_free(rig);
}

Test(nic_contexts, are_not_enabled_before_what_was_under_way_is_done)
{
    struct nic_rig *rig = nic_rig_of(1);
    struct nic_host from = nic_host_make(rig, 1, 0, nic_rig_ring_sizes, 0, 0);
    struct nic_host to = nic_host_make(rig, 0, 0, nic_rig_ring_sizes, 0, 0);
    nic_host_fill(&from, from.base + NIC_RIG_BUFFERS, 4096, 9);
    nic_host_post(&to, to.base + NIC_RIG_BUFFERS, 4096);
    nic_host_send(&from, 0, 0, from.base + NIC_RIG_BUFFERS, 4096, 0, 0);
    while (!nic_rig_stats(rig, 0).channels[0].bytes_written)
        cr_assert(nic_rig_step(rig));
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_CONTROL), 0);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_CONTROL), NIC_ENABLE);
    cr_expect_eq(nic_rig_read(rig, 0, nic_rig_at(0, NIC_CONTROL)), 0);
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_SEND + NIC_RING_SIZE), 4);
    cr_expect_eq(nic_rig_errors(rig, NIC_BAD_STATE), 2);
    nic_rig_run(rig, 100000);
    struct nic_completion completion; // what has its place comes to an end
    image_read(&rig->nodes[0]->image, to.rings[2], (uint8_t *)&completion, sizeof completion);
    cr_expect_eq(completion.status, NIC_OK);
    cr_expect(nic_host_holds(&to, to.base + NIC_RIG_BUFFERS, 4096, 9, 0));
    nic_rig_write(rig, 0, nic_rig_at(0, NIC_CONTROL), NIC_ENABLE);
    cr_expect_eq(nic_rig_read(rig, 0, nic_rig_at(0, NIC_CONTROL)), NIC_ENABLE);
    nic_rig_free(rig);
}
