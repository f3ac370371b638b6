// SPDX-License-Identifier: Apache-2.0
// A user's RTL as a device: its pins cycle by cycle, its complaints, and random state.
#include "tests/exchange.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

// A flit goes through, waits while there is no ready, and ready is seen in the same cycle.
static void check_way(struct exchange *self)
{
    exchange_begin(self);
    exchange_send(self, 0, 0x123456789abc, 0);
    exchange_settle(self, DEVICE_RUN);
    cr_assert(!self->out.forward[0].valid && !self->out.forward[1].valid);
    cr_assert(self->out.backward[0] && self->out.backward[1]);
    struct device_forward sent = self->in.forward[0];
    exchange_clock(self);
    for (int waits = 0; waits < 3; waits++) {
        exchange_settle(self, DEVICE_RUN);
        cr_assert(self->out.forward[1].valid && !self->out.forward[0].valid);
        cr_assert_arr_eq(self->out.forward[1].bits, sent.bits, sizeof sent.bits);
        cr_assert(!self->out.backward[0] && self->out.backward[1]);
        exchange_clock(self);
    }
    self->in.backward[1] = 1;
    exchange_settle(self, DEVICE_RUN);
    cr_assert(self->out.backward[0], "ready in the same cycle");
    exchange_clock(self);
    exchange_settle(self, DEVICE_RUN);
    cr_assert(!self->out.forward[1].valid);
    cr_assert_null(exchange_fault(self));
}

Test(device_rtl, pins_follow_clock_and_inputs_under_every_kind_of_reset)
{
    static const char *const maps[] = {
        exchange_map,
        EXCHANGE_MAP("active: high, kind: synchronous", "ActiveLow: 0"),
    };
    for (size_t m = 0; m < 2; m++) {
        struct exchange b;
        exchange_open_of(&b, maps[m], "tests/rtl", (struct device_rtl_options){0});
        cr_assert_eq(b.device.setup_cycles, 0);
        check_way(&b);
        // A reset in flight
        exchange_send(&b, 1, 77, 0);
        exchange_cycle(&b);
        exchange_settle(&b, DEVICE_RESET);
        exchange_clock(&b);
        exchange_settle(&b, DEVICE_RUN);
        cr_assert(!b.out.forward[0].valid && !b.out.forward[1].valid);
        exchange_close(&b);
    }
}

Test(device_rtl, what_rtl_complains_of_is_a_fault_with_its_place)
{
    static const char *const words[] = {
        [0] = NULL,
        [1] = "trap 1 is fatal",
        [2] = "trap 2 is an error",
        [3] = "$finish",
        [4] = "no_trap_4",
        [5] = "number five",
        [6] = "$stop: before it stops",
        [7] = NULL,
        [8] = "combinational logic does not settle; there is a loop through ",
    };
    struct exchange b;
    exchange_open(&b, (struct device_rtl_options){0});
    for (size_t trap = 0; trap < sizeof words / sizeof *words; trap++) {
        exchange_begin(&b);
        cr_assert_null(exchange_fault(&b), "%s", exchange_fault(&b));
        exchange_send(&b, 0, 0, (uint8_t)trap);
        exchange_cycle(&b);
        exchange_cycle(&b);
        const char *text = exchange_fault(&b);
        cr_assert_eq(text != NULL, words[trap] != NULL, "trap %zu: %s", trap, text);
        if (!text)
            continue;
        cr_assert_eq(strncmp(text, "tests/rtl/exchange.sv:", 22), 0, "%s", text);
        cr_assert_gt(atoi(text + 22), 50, "%s", text);
        cr_assert(strstr(text, words[trap]), "trap %zu: %s", trap, text);
    }
    check_way(&b);
    exchange_close(&b);
}

// The words of the data registers before anything came in.
static uint64_t unset_state(struct exchange *self, uint64_t seed)
{
    self->stimulus.seed = seed;
    exchange_begin(self);
    exchange_settle(self, DEVICE_RUN);
    const uint32_t *words = device_rtl_words(&self->device, DEVICE_FORWARD_OUT);
    return (uint64_t)words[1] << 32 | words[2];
}

Test(device_rtl, what_is_not_reset_is_random_by_the_seed_whatever_is_recorded)
{
    struct exchange b;
    struct exchange counted;
    uint64_t ones = 0;
    exchange_open(&b, (struct device_rtl_options){0});
    exchange_open(&counted, (struct device_rtl_options){.coverage = true});
    for (uint64_t seed = 0; seed < 8; seed++) {
        uint64_t state = unset_state(&b, seed);
        cr_assert_neq(state, unset_state(&b, seed + 1));
        cr_assert_eq(state, unset_state(&b, seed));
        cr_assert_eq(state, unset_state(&counted, seed));
        ones += (uint64_t)__builtin_popcountll(state);
    }
    cr_assert(ones > 8 * 16 && ones < 8 * 48, "%u of 512", (unsigned)ones);
    exchange_close(&b);
    exchange_close(&counted);
}

Test(device_rtl, devices_in_one_process_do_not_disturb_each_other)
{
    struct exchange a;
    struct exchange b;
    exchange_open(&a, (struct device_rtl_options){0});
    exchange_open(&b, (struct device_rtl_options){0});
    exchange_begin(&a);
    exchange_begin(&b);
    exchange_send(&a, 0, 5, 0);
    exchange_send(&b, 0, 6, 4);
    exchange_cycle(&a);
    exchange_cycle(&b);
    exchange_settle(&a, DEVICE_RUN);
    exchange_settle(&b, DEVICE_RUN);
    cr_assert_eq(a.out.forward[1].bits[0], 5 << 8);
    cr_assert_eq(b.out.forward[1].bits[0], 6 << 8 | 4);
    cr_assert_null(exchange_fault(&a));
    cr_assert_not_null(exchange_fault(&b));
    exchange_close(&b);
    exchange_cycle(&a);
    cr_assert_null(exchange_fault(&a));
    exchange_close(&a);
}
