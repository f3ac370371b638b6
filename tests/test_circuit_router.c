// SPDX-License-Identifier: Apache-2.0
// The router for circuit switching at its pins, cycle by cycle: the timing contract of
// router_circuit.h, of every back end.
#include "model/net/router_circuit.h"
#include "tests/rtl_bench.h"

#include <criterion/criterion.h>

static const struct router_ops *const backends[] = {&router_ref_ops, &router_rtl_ops,
                                                    &router_lockstep_ops};
enum { NUM_BACKENDS = sizeof backends / sizeof *backends, HERE = 4 };

// The middle router of a mesh of 3 x 3 on a bench, and its ports by where they lead.
struct bench {
    struct rtl_bench b;
    uint32_t terminal;
    uint32_t west, east, north; // to nodes 3, 5 and 1
};

static uint32_t port_to(const struct bench *self, uint32_t node)
{
    const struct rtl_bench *b = &self->b;
    struct route_at at = {b->own_address[HERE], 0, 0, (uint32_t)rtl_bench_head(b, node, 2)};
    return routing_compute(b->routing, HERE, &at).route.port;
}

static void bench_open(struct bench *self, const struct router_ops *ops, bool waits)
{
    struct topology_spec mesh = {.kind = "mesh", .num_dims = 2, .dims = {3, 3}};
    *self = (struct bench){.b = {.params = {.switching = SWITCHING_CIRCUIT, .circuit_waits = waits},
                                 .rtl.assertions = true}};
    rtl_bench_open(&self->b, mesh, 64, ops);
    cr_assert(self->b.bank, "%s", self->b.err.text);
    self->terminal = port_to(self, HERE);
    self->west = port_to(self, 3);
    self->east = port_to(self, 5);
    self->north = port_to(self, 1);
}

static void probe_in(struct bench *self, uint32_t port, uint32_t node)
{
    self->b.ops->flit(
        self->b.bank, HERE, port,
        (struct flit){.payload = rtl_bench_head(&self->b, node, 2), .vc = CIRCUIT_PROBE});
}

static void data_in(struct bench *self, uint32_t port, uint64_t payload, enum circuit_kind kind)
{
    self->b.ops->flit(
        self->b.bank, HERE, port,
        (struct flit){.payload = payload, .vc = (uint8_t)kind, .tail = kind == CIRCUIT_LAST});
}

static void answer_in(struct bench *self, uint32_t port, bool ack, bool nack)
{
    self->b.ops->answer(self->b.bank, HERE, port, ack, nack);
}

// The clock edge, and what the outputs must hold after it: flits and answers.
static void edge(struct bench *self, uint32_t num_flits, uint32_t num_answers)
{
    cr_assert(rtl_bench_cycle(&self->b, HERE), "%s", self->b.err.text);
    cr_assert_eq(self->b.out.num_flits, num_flits, "%s, cycle %lu: %u flits, expected %u",
                 self->b.ops->name, self->b.now - 1, self->b.out.num_flits, num_flits);
    cr_assert_eq(self->b.out.num_credits, num_answers, "%s, cycle %lu: %u answers, expected %u",
                 self->b.ops->name, self->b.now - 1, self->b.out.num_credits, num_answers);
}

static void begin(struct bench *self)
{
    rtl_bench_evaluate(&self->b, HERE);
}

static void expect_flit(const struct bench *self, uint32_t port, uint64_t payload, uint8_t kind)
{
    const struct router_out_flit *out = &self->b.out.flits[0];
    cr_assert_eq(out->port, port);
    cr_assert_eq(out->flit.payload, payload);
    cr_assert_eq(out->flit.vc, kind);
    cr_assert_eq(out->flit.tail, kind == CIRCUIT_LAST);
}

static void expect_answer(const struct bench *self, uint32_t idx, uint32_t port, bool ack,
                          bool nack)
{
    const struct router_out_credit *out = &self->b.out.credits[idx];
    cr_assert_eq(out->port, port);
    cr_assert_eq(out->ack, ack);
    cr_assert_eq(out->nack, nack);
    cr_assert_eq(out->vcs, 0);
}

// Connects an input with the output to a node, in three cycles; nothing else happens.
static void connect(struct bench *self, uint32_t in, uint32_t node, uint32_t out)
{
    begin(self);
    probe_in(self, in, node);
    edge(self, 0, 0);
    begin(self);
    edge(self, 1, 0);
    expect_flit(self, out, rtl_bench_head(&self->b, node, 2), CIRCUIT_PROBE);
    begin(self);
    answer_in(self, out, true, false);
    edge(self, 0, 1);
    expect_answer(self, 0, in, true, false);
}

static void each_backend(void (*check)(const struct router_ops *ops))
{
    for (size_t i = 0; i < NUM_BACKENDS; i++)
        check(backends[i]);
}

static void check_circuit(const struct router_ops *ops)
{
    struct bench self;
    bench_open(&self, ops, false);
    connect(&self, self.west, 5, self.east); // a probe leaves in the cycle after it came
    for (uint64_t i = 0; i < 3; i++) {       // data and answers in the same
        begin(&self);
        data_in(&self, self.west, 0xdada0000 + i, i == 2 ? CIRCUIT_LAST : CIRCUIT_DATA);
        edge(&self, 1, 0);
        expect_flit(&self, self.east, 0xdada0000 + i, i == 2 ? CIRCUIT_LAST : CIRCUIT_DATA);
    }
    begin(&self);
    edge(&self, 0, 0);
    cr_assert_not(self.b.ops->busy(self.b.bank, HERE));
    connect(&self, self.north, 5, self.east); // the tail has freed the channel
    begin(&self);
    data_in(&self, self.north, 0, CIRCUIT_RELEASE);
    edge(&self, 1, 0);
    connect(&self, self.north, 5, self.east); // and so has a release
    rtl_bench_close(&self.b);
}

Test(circuit_router, a_probe_takes_two_cycles_from_pin_to_pin_data_and_answers_one)
{
    each_backend(check_circuit);
}

static void check_nack(const struct router_ops *ops)
{
    struct bench self;
    bench_open(&self, ops, false);
    begin(&self);
    probe_in(&self, self.west, 5);
    edge(&self, 0, 0);
    begin(&self);
    edge(&self, 1, 0);
    begin(&self);
    answer_in(&self, self.east, false, true);
    edge(&self, 0, 1);
    expect_answer(&self, 0, self.west, false, true);
    connect(&self, self.west, 1, self.north);
    connect(&self, self.north, 5, self.east);
    rtl_bench_close(&self.b);
}

Test(circuit_router, a_nack_frees_the_way_and_goes_on)
{
    each_backend(check_nack);
}

static void check_blocked(const struct router_ops *ops)
{
    struct bench self;
    bench_open(&self, ops, false);
    connect(&self, self.west, 5, self.east);
    for (int again = 0; again < 2; again++) {
        begin(&self);
        probe_in(&self, self.terminal, 5);
        edge(&self, 0, 0);
        begin(&self);
        edge(&self, 0, again ? 1 : 2); // who is asked for once is not asked for again
        uint32_t nacked = self.b.out.credits[0].port == self.terminal ? 0 : 1;
        expect_answer(&self, again ? 0 : nacked, self.terminal, false, true);
        if (!again)
            expect_answer(&self, 1 - nacked, self.west, true, true);
    }
    begin(&self); // a wish from further on is not passed on twice either, and does no harm
    answer_in(&self, self.east, true, true);
    data_in(&self, self.west, 7, CIRCUIT_LAST);
    edge(&self, 1, 0);
    begin(&self); // nor does one that comes when the circuit is gone
    answer_in(&self, self.east, true, true);
    edge(&self, 0, 0);
    struct router_stalls stalls = {0};
    self.b.ops->stalls(self.b.bank, HERE, &stalls);
    cr_expect_eq(stalls.no_vc, 2);
    cr_expect_eq(stalls.no_credit + stalls.not_whole + stalls.switch_lost, 0);
    rtl_bench_close(&self.b);
}

Test(circuit_router, a_blocked_probe_is_refused_and_asks_the_owner_once)
{
    each_backend(check_blocked);
}

static void check_wish(const struct router_ops *ops)
{
    struct bench self;
    bench_open(&self, ops, false);
    connect(&self, self.west, 5, self.east);
    begin(&self);
    answer_in(&self, self.east, true, true);
    edge(&self, 0, 1);
    expect_answer(&self, 0, self.west, true, true);
    begin(&self);
    data_in(&self, self.west, 0, CIRCUIT_RELEASE);
    edge(&self, 1, 0);
    begin(&self); // an open circuit ignores what is late
    probe_in(&self, self.north, 5);
    edge(&self, 0, 0);
    begin(&self);
    edge(&self, 1, 0);
    begin(&self);
    answer_in(&self, self.east, true, true);
    edge(&self, 0, 0);
    begin(&self);
    answer_in(&self, self.east, true, false);
    edge(&self, 0, 1);
    expect_answer(&self, 0, self.north, true, false);
    rtl_bench_close(&self.b);
}

Test(circuit_router, a_wish_for_a_circuit_goes_back_to_its_owner_unless_it_is_late)
{
    each_backend(check_wish);
}

static void check_waiting(const struct router_ops *ops)
{
    struct bench self;
    bench_open(&self, ops, true);
    connect(&self, self.west, 5, self.east);
    begin(&self);
    probe_in(&self, self.terminal, 5);
    probe_in(&self, self.north, 5);
    edge(&self, 0, 0);
    begin(&self);
    edge(&self, 0, 1);
    expect_answer(&self, 0, self.west, true, true);
    for (int i = 0; i < 5; i++) {
        begin(&self);
        edge(&self, 0, 0);
        cr_assert(self.b.ops->busy(self.b.bank, HERE), "a probe that waits must not be skipped");
    }
    begin(&self);
    data_in(&self, self.west, 1, CIRCUIT_LAST);
    edge(&self, 1, 0);
    begin(&self); // free from the next cycle on
    edge(&self, 1, 0);
    expect_flit(&self, self.east, rtl_bench_head(&self.b, 5, 2), CIRCUIT_PROBE);
    rtl_bench_close(&self.b);
}

Test(circuit_router, a_probe_that_waits_goes_on_in_the_cycle_after_the_tail)
{
    each_backend(check_waiting);
}

// Probes of all inputs for one output, again and again: who is granted, in order.
static void check_round_robin(const struct router_ops *ops)
{
    struct bench self;
    bench_open(&self, ops, false);
    uint32_t ins[3] = {self.terminal, self.west, self.north};
    uint32_t times[RTL_BENCH_PORTS] = {0};
    uint32_t last = UINT32_MAX;
    for (int round = 0; round < 9; round++) {
        begin(&self);
        for (int i = 0; i < 3; i++)
            probe_in(&self, ins[i], 5);
        edge(&self, 0, 0);
        begin(&self);
        edge(&self, 1, 2); // the others are refused
        begin(&self);
        answer_in(&self, self.east, false, true);
        edge(&self, 0, 1);
        uint32_t granted = self.b.out.credits[0].port;
        cr_assert_neq(granted, last);
        last = granted;
        times[granted]++;
    }
    for (int i = 0; i < 3; i++)
        cr_assert_eq(times[ins[i]], 3);
    struct router_stalls stalls = {0};
    self.b.ops->stalls(self.b.bank, HERE, &stalls);
    cr_expect_eq(stalls.switch_lost, 18);
    rtl_bench_close(&self.b);
}

Test(circuit_router, probes_that_come_together_are_granted_in_turn)
{
    each_backend(check_round_robin);
}
