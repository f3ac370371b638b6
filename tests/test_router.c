// SPDX-License-Identifier: Apache-2.0
// The timing contract, number by number, on a router by itself: a line of 3 routers' middle one,
// whose ports are 0 terminal, 1 plus, 2 minus.
#include "model/net/router.h"
#include "model/net/topology.h"

#include <criterion/criterion.h>

enum { MIDDLE = 1, TERMINAL = 0, PLUS = 1, MINUS = 2 };

struct bench {
    struct topology *topology;
    struct routing *routing;
    uint32_t *own;
    void *bank;
    struct router_out out;
    struct router_out_flit flits[3];
    struct router_out_credit credits[3];
};

// The reference is two routers; each test is of both.
static bool plain;
static const struct router_ops *ops;

#define EACH(name)                                                                                 \
    static void name(void);                                                                        \
    Test(router, name)                                                                             \
    {                                                                                              \
        plain = false;                                                                             \
        name();                                                                                    \
        plain = true;                                                                              \
        name();                                                                                    \
    }                                                                                              \
    static void name(void)

static struct bench bench_new(enum switching mode, uint32_t num_vcs, uint32_t buffer_flits)
{
    struct bench b = {0};
    struct err err = {0};
    struct topology_spec spec = {.kind = "mesh", .num_dims = 1, .dims = {3}};
    struct routing_spec routing = {.routing = "auto",
                                   .num_vcs = num_vcs,
                                   .flit_bits = 64,
                                   .max_flits = 64,
                                   .switching = mode,
                                   .buffer_flits = buffer_flits};
    const char *name;
    b.topology = topology_new(&spec, &err);
    b.routing = routing_new(b.topology, &routing, &name, &err);
    b.own = routing_own_addresses(b.routing, b.topology);
    struct router_params params = {
        .radix = 3,
        .num_vcs = num_vcs,
        .buffer_flits = buffer_flits,
        .switching = mode,
        .design = {.pipeline = 1,
                   .allocator_iterations = 1,
                   .way = plain ? ROUTER_STEP_BY_STEP : ROUTER_FASTEST},
        .routing = b.routing,
        .num_routers = 3,
        .own_address = b.own,
    };
    ops = router_choose(&router_ref_ops, &params);
    cr_assert_eq(ops, plain ? &router_plain_ops : &router_fast_ops);
    b.bank = ops->bank_new(&params, &err);
    cr_assert(b.bank, "%s", err.text);
    return b;
}

static void bench_free(struct bench *b)
{
    ops->bank_free(b->bank);
    free(b->own);
    routing_free(b->routing);
    topology_free(b->topology);
}

// A cycle: steps 1 to 5. Input of the same cycle is given after it (steps 6 and 7).
static void evaluate(struct bench *b)
{
    b->out = (struct router_out){.flits = b->flits, .credits = b->credits};
    ops->evaluate(b->bank, MIDDLE, &b->out);
}

static void give(struct bench *b, uint32_t port, uint8_t vc, uint32_t destination, uint32_t flits,
                 uint32_t flit_idx)
{
    bool head = flit_idx == 0;
    struct flit flit = {
        .payload = head ? layout_head(&b->routing->layout, destination, flits, 0, 0)
                        : layout_body(1, flit_idx),
        .vc = vc,
        .head = head,
        .tail = flit_idx + 1 == flits,
    };
    ops->flit(b->bank, MIDDLE, port, flit);
}

EACH(a_flit_leaves_in_the_cycle_after_it_arrived)
{
    struct bench b = bench_new(SWITCHING_WORMHOLE, 2, 4);
    evaluate(&b);
    cr_expect_eq(b.out.num_flits, 0);
    give(&b, MINUS, 1, 2, 1, 0);
    cr_expect(ops->busy(b.bank, MIDDLE));
    evaluate(&b);
    cr_assert_eq(b.out.num_flits, 1);
    cr_expect_eq(b.flits[0].port, PLUS);
    cr_expect_eq(b.flits[0].flit.vc, 0); // the first VC at or after the pointer, not the one it had
    cr_assert_eq(b.out.num_credits, 1);
    cr_expect_eq(b.credits[0].port, MINUS);
    cr_expect_eq(b.credits[0].vcs, 1U << 1);
    cr_expect_not(ops->busy(b.bank, MIDDLE));
    bench_free(&b);
}

EACH(store_and_forward_waits_for_the_tail_and_no_longer)
{
    struct bench b = bench_new(SWITCHING_STORE_AND_FORWARD, 1, 4);
    for (uint32_t i = 0; i < 3; i++) {
        evaluate(&b);
        cr_expect_eq(b.out.num_flits, 0);
        give(&b, MINUS, 0, 2, 3, i);
    }
    for (uint32_t i = 0; i < 3; i++) {
        evaluate(&b);
        cr_assert_eq(b.out.num_flits, 1);
        cr_expect_eq(b.flits[0].flit.head, i == 0);
        cr_expect_eq(b.flits[0].flit.tail, i == 2);
    }
    struct router_stalls stalls = {0};
    ops->stalls(b.bank, MIDDLE, &stalls);
    cr_expect_eq(stalls.not_whole, 2);
    bench_free(&b);
}

// Fills the buffer beyond `port` with single flits and takes `free_flits` of them back.
static void leave_room(struct bench *b, uint32_t destination, uint32_t buffer, uint32_t free_flits)
{
    for (uint32_t i = 0; i < buffer; i++) {
        give(b, TERMINAL, 0, destination, 1, 0);
        evaluate(b);
        cr_assert_eq(b->out.num_flits, 1);
    }
    for (uint32_t i = 0; i < free_flits; i++)
        ops->credit(b->bank, MIDDLE, PLUS, 1);
}

EACH(cut_through_needs_room_for_the_whole_packet)
{
    for (uint32_t room = 2; room <= 3; room++) {
        struct bench b = bench_new(SWITCHING_VIRTUAL_CUT_THROUGH, 1, 4);
        leave_room(&b, 2, 4, room);
        give(&b, MINUS, 0, 2, 3, 0);
        evaluate(&b);
        cr_expect_eq(b.out.num_flits, room == 3 ? 1 : 0);
        bench_free(&b);
    }
}

EACH(wormhole_needs_room_for_one_flit)
{
    for (uint32_t room = 0; room <= 1; room++) {
        struct bench b = bench_new(SWITCHING_WORMHOLE, 1, 4);
        leave_room(&b, 2, 4, room);
        give(&b, MINUS, 0, 2, 3, 0);
        evaluate(&b);
        cr_expect_eq(b.out.num_flits, room);
        bench_free(&b);
    }
}

EACH(a_credit_is_usable_in_the_next_cycle)
{
    struct bench b = bench_new(SWITCHING_WORMHOLE, 1, 1);
    leave_room(&b, 2, 1, 0);
    give(&b, MINUS, 0, 2, 1, 0);
    evaluate(&b);
    cr_expect_eq(b.out.num_flits, 0);
    ops->credit(b.bank, MIDDLE, PLUS, 1);
    evaluate(&b);
    cr_expect_eq(b.out.num_flits, 1);
    bench_free(&b);
}

EACH(a_packet_holds_its_vc_until_its_tail)
{
    struct bench b = bench_new(SWITCHING_WORMHOLE, 1, 8);
    give(&b, MINUS, 0, 2, 2, 0);
    give(&b, TERMINAL, 0, 2, 1, 0);
    evaluate(&b); // both ask for the only VC; the terminal's port is first
    cr_assert_eq(b.out.num_credits, 1);
    cr_expect_eq(b.credits[0].port, TERMINAL);
    evaluate(&b);
    cr_assert_eq(b.out.num_credits, 1);
    cr_expect_eq(b.credits[0].port, MINUS);
    give(&b, TERMINAL, 0, 2, 1, 0);
    evaluate(&b); // held by the packet whose tail has not come
    cr_expect_eq(b.out.num_flits, 0);
    give(&b, MINUS, 0, 2, 2, 1);
    evaluate(&b);
    cr_assert_eq(b.out.num_flits, 1);
    cr_expect(b.flits[0].flit.tail);
    evaluate(&b);
    cr_assert_eq(b.out.num_credits, 1);
    cr_expect_eq(b.credits[0].port, TERMINAL);
    bench_free(&b);
}

EACH(contending_inputs_take_turns)
{
    struct bench b = bench_new(SWITCHING_WORMHOLE, 2, 64);
    for (uint32_t i = 0; i < 6; i++) {
        give(&b, MINUS, 0, 2, 1, 0);
        give(&b, TERMINAL, 0, 2, 1, 0);
    }
    uint32_t turn = TERMINAL;
    for (uint32_t i = 0; i < 12; i++) {
        evaluate(&b);
        cr_assert_eq(b.out.num_credits, 1);
        cr_expect_eq(b.credits[0].port, turn, "grant %u", i);
        turn = turn == TERMINAL ? MINUS : TERMINAL;
    }
    bench_free(&b);
}

EACH(vcs_of_an_input_take_turns_and_heads_take_the_next_output_vc)
{
    struct bench b = bench_new(SWITCHING_WORMHOLE, 2, 8);
    for (uint32_t i = 0; i < 2; i++) {
        give(&b, MINUS, 0, 2, 1, 0);
        give(&b, MINUS, 1, 2, 1, 0);
    }
    for (uint32_t i = 0; i < 4; i++) {
        evaluate(&b);
        cr_assert_eq(b.out.num_flits, 1);
        cr_expect_eq(b.credits[0].vcs, 1U << i % 2);
        cr_expect_eq(b.flits[0].flit.vc, i % 2);
    }
    bench_free(&b);
}

EACH(outputs_are_listed_in_order_of_port)
{
    struct bench b = bench_new(SWITCHING_WORMHOLE, 1, 8);
    give(&b, TERMINAL, 0, 2, 1, 0); // to plus
    give(&b, PLUS, 0, 0, 1, 0);     // to minus
    give(&b, MINUS, 0, 1, 1, 0);    // to the terminal
    evaluate(&b);
    cr_assert_eq(b.out.num_flits, 3);
    cr_assert_eq(b.out.num_credits, 3);
    for (uint32_t i = 0; i < 3; i++) {
        cr_expect_eq(b.flits[i].port, i);
        cr_expect_eq(b.credits[i].port, i);
    }
    bench_free(&b);
}
