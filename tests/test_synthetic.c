// SPDX-License-Identifier: Apache-2.0
#include "model/node/geometric.h"
#include "model/node/synthetic.h"
#include "model/node/wheel.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct topology line_of(uint32_t num_nodes)
{
    return (struct topology){.num_dims = 1, .sides = {num_nodes}, .num_nodes = num_nodes};
}

static const struct synthetic_length one_flit = {1, 1.0, 0};

static struct synthetic_params bernoulli(double rate)
{
    return (struct synthetic_params){
        .pattern = {.pattern = "neighbour", .seed = 42},
        .rate_flits_per_node_cycle = rate,
        .lengths = &one_flit,
        .num_lengths = 1,
    };
}

static struct synthetic_params bursty(double rate, double burst_rate, double burst_cycles)
{
    struct synthetic_params params = bernoulli(rate);
    params.bursty = true;
    params.burst_rate_flits_per_node_cycle = burst_rate;
    params.burst_cycles = burst_cycles;
    return params;
}

static struct workload *make(struct synthetic_params params, uint32_t num_nodes)
{
    struct topology topology = line_of(num_nodes);
    struct err err = {0};
    struct workload *workload = synthetic_new(&params, &topology, &err);
    cr_assert(workload, "%s", err.text);
    return workload;
}

static void unmake(struct workload *workload)
{
    workload->ops->free(workload);
}

// Counts the flits that each node creates in cycles 0 .. num_cycles - 1.
static void count(struct synthetic_params params, uint32_t num_nodes, uint64_t num_cycles,
                  uint32_t *flits)
{
    struct workload *workload = make(params, num_nodes);
    struct packet_spec packet;
    for (uint64_t cycle = 0; cycle < num_cycles; cycle++)
        while (synthetic_take(workload, cycle, &packet))
            flits[packet.source] += packet.flits;
    unmake(workload);
}

// True within 4 standard deviations of a binomial count; the seed fixes the outcome.
static bool likely(double times, double draws, double probability)
{
    double miss = times - draws * probability;
    return miss * miss <= 16.0 * draws * probability * (1.0 - probability);
}

// --- geometric numbers --------------------------------------------------------------------------

Test(synthetic, geometric_numbers_have_their_distribution)
{
    enum { DRAWS = 200000, VALUES = 12 };
    static const double qs[] = {0.0, 0.1, 0.5, 0.9, 0.975};
    for (size_t i = 0; i < sizeof qs / sizeof *qs; i++) {
        struct geometric geometric = geometric_make(qs[i]);
        struct rng rng = rng_make(5, RNG_INJECTION, i);
        uint32_t times[VALUES] = {0};
        double sum = 0.0;
        for (int draw = 0; draw < DRAWS; draw++) {
            uint64_t number = geometric_draw(&geometric, &rng);
            sum += (double)number;
            if (number < VALUES)
                times[number]++;
        }
        for (int k = 0; k < VALUES; k++)
            cr_assert(likely(times[k], DRAWS, (1.0 - qs[i]) * pow(qs[i], k)), "q %g k %d", qs[i],
                      k);
        double mean = qs[i] / (1.0 - qs[i]);
        double sigma = sqrt(qs[i]) / (1.0 - qs[i]) / sqrt(DRAWS);
        cr_assert(fabs(sum / DRAWS - mean) <= 4.0 * sigma, "q %g", qs[i]);
    }
}

Test(synthetic, a_geometric_number_of_next_to_no_chance_is_as_good_as_never)
{
    struct geometric geometric = geometric_make(1.0);
    struct rng rng = rng_make(5, RNG_INJECTION, 0);
    for (int draw = 0; draw < 1000; draw++) {
        uint64_t number = geometric_draw(&geometric, &rng);
        cr_assert(number > UINT64_C(1) << 40 && number < UINT64_C(1) << 62);
    }
}

// --- the wheel ----------------------------------------------------------------------------------

// Against an array that is searched: members near, a turn away, and far, some without an event.
Test(synthetic, a_wheel_gives_events_in_order_of_cycle_and_member)
{
    enum { NUM = 130, CYCLES = 20000 };
    static uint64_t due[NUM];
    struct wheel wheel;
    struct rng rng = rng_make(9, RNG_INJECTION, 0);
    cr_assert(wheel_make(&wheel, NUM));
    for (uint32_t member = 0; member < NUM; member++) {
        due[member] = member % 10 ? rng_below(&rng, 600) : UINT64_MAX;
        wheel_set(&wheel, member, due[member]);
    }
    for (uint64_t cycle = 0; cycle < CYCLES; cycle++) {
        uint32_t member;
        uint64_t first = UINT64_MAX;
        for (uint32_t expected = 0; expected < NUM; expected++) {
            if (due[expected] == cycle) {
                cr_assert(wheel_take(&wheel, cycle, &member));
                cr_assert_eq(member, expected);
                uint64_t gap = 1 + rng_below(&rng, UINT64_C(1) << (1 + expected % 13));
                due[expected] = expected % 7 ? cycle + gap : cycle + WHEEL_SLOTS;
                wheel_set(&wheel, expected, due[expected]);
            }
            first = due[expected] < first ? due[expected] : first;
        }
        cr_assert_not(wheel_take(&wheel, cycle, &member));
        cr_assert_eq(wheel_next(&wheel, cycle), first);
    }
    wheel_free(&wheel);
}

// --- Bernoulli ----------------------------------------------------------------------------------

Test(synthetic, the_rate_is_the_rate_asked_for)
{
    static const double rates[] = {0.001, 0.025, 0.1, 0.5, 0.99};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        uint32_t flits[64] = {0};
        uint64_t sum = 0;
        count(bernoulli(rates[i]), 64, 20000, flits);
        for (uint32_t node = 0; node < 64; node++)
            sum += flits[node];
        cr_assert(likely((double)sum, 64.0 * 20000, rates[i]), "rate %g: %lu flits", rates[i], sum);
    }
}

Test(synthetic, a_rate_of_one_flit_a_cycle_sends_in_every_cycle)
{
    uint32_t flits[4] = {0};
    count(bernoulli(1.0), 4, 1000, flits);
    for (uint32_t node = 0; node < 4; node++)
        cr_assert_eq(flits[node], 1000);
}

Test(synthetic, a_rate_of_zero_never_sends)
{
    struct workload *workload = make(bernoulli(0.0), 4);
    struct packet_spec packet;
    cr_assert_not(synthetic_take(workload, 0, &packet));
    cr_assert_eq(workload->ops->next_event(workload, 0), UINT64_MAX);
    cr_assert_not(workload->ops->done(workload));
    unmake(workload);
}

// Creation in one cycle says nothing about the next: pairs of cycles occur as often as they should.
Test(synthetic, cycles_are_independent)
{
    enum { CYCLES = 200000 };
    struct workload *workload = make(bernoulli(0.3), 2);
    struct packet_spec packet;
    uint32_t pairs[4] = {0};
    uint32_t before = 0;
    for (uint64_t cycle = 0; cycle < CYCLES; cycle++) {
        uint32_t created = 0;
        while (synthetic_take(workload, cycle, &packet))
            created |= packet.source == 0;
        pairs[before * 2 + created]++;
        before = created;
    }
    cr_assert(likely(pairs[0], CYCLES, 0.49));
    cr_assert(likely(pairs[1], CYCLES, 0.21));
    cr_assert(likely(pairs[3], CYCLES, 0.09));
    unmake(workload);
}

Test(synthetic, packets_of_a_cycle_come_in_order_of_node)
{
    struct workload *workload = make(bernoulli(0.4), 100);
    struct packet_spec packet;
    for (uint64_t cycle = 0; cycle < 500; cycle++)
        for (uint32_t from = 0; synthetic_take(workload, cycle, &packet); from = packet.source + 1)
            cr_assert_geq(packet.source, from);
    unmake(workload);
}

Test(synthetic, next_event_is_the_next_cycle_with_a_packet)
{
    struct workload *stepped = make(bernoulli(0.0005), 8);
    struct workload *jumped = make(bernoulli(0.0005), 8);
    struct packet_spec packet, other;
    uint64_t jump = synthetic_take(jumped, 0, &other) ? 0 : jumped->ops->next_event(jumped, 0);
    for (uint64_t cycle = 1; cycle < 200000; cycle++) {
        bool any = synthetic_take(stepped, cycle, &packet);
        cr_assert_eq(any, cycle == jump);
        if (!any)
            continue;
        do {
            cr_assert(synthetic_take(jumped, cycle, &other));
            cr_assert_eq(packet.source, other.source);
            cr_assert_eq(packet.destination, other.destination);
        } while (synthetic_take(stepped, cycle, &packet));
        cr_assert_not(synthetic_take(jumped, cycle, &other));
        jump = jumped->ops->next_event(jumped, cycle);
    }
    unmake(stepped);
    unmake(jumped);
}

// --- lengths ------------------------------------------------------------------------------------

Test(synthetic, lengths_occur_by_weight_and_the_rate_is_in_flits)
{
    enum { CYCLES = 40000, NODES = 16 };
    static const struct synthetic_length mix[] = {
        {1, 3.0, 1}, {5, 1.0, 0}, {9, 1.0, 3}}; // mean 3.4
    struct synthetic_params params = bernoulli(0.34);
    params.lengths = mix;
    params.num_lengths = 3;
    struct workload *workload = make(params, NODES);
    struct packet_spec packet;
    uint32_t times[10] = {0};
    uint32_t packets = 0;
    for (uint64_t cycle = 0; cycle < CYCLES; cycle++)
        for (; synthetic_take(workload, cycle, &packet); packets++) {
            cr_assert_eq(packet.traffic_class, packet.flits == 1 ? 1 : packet.flits == 9 ? 3 : 0);
            times[packet.flits]++;
        }
    cr_assert(likely(packets, (double)CYCLES * NODES, 0.1));
    cr_assert(likely(times[1], packets, 0.6));
    cr_assert(likely(times[5], packets, 0.2));
    cr_assert(likely(times[9], packets, 0.2));
    unmake(workload);
}

// --- bursty -------------------------------------------------------------------------------------

// Nodes are independent, so the spread between them tells how good the mean is.
Test(synthetic, the_mean_rate_of_bursts_is_the_rate_asked_for)
{
    static const struct {
        double rate, burst_rate, burst_cycles;
    } cases[] = {{0.1, 1.0, 20}, {0.1, 0.3, 5}, {0.2, 0.2, 10}, {0.9, 1.0, 3}, {0.02, 0.5, 100}};
    enum { NODES = 400, CYCLES = 5000 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t flits[NODES] = {0};
        count(bursty(cases[i].rate, cases[i].burst_rate, cases[i].burst_cycles), NODES, CYCLES,
              flits);
        double sum = 0.0, squares = 0.0;
        for (uint32_t node = 0; node < NODES; node++) {
            double miss = flits[node] - cases[i].rate * CYCLES;
            sum += miss;
            squares += miss * miss;
        }
        cr_assert(fabs(sum) <= 4.0 * sqrt(squares), "case %zu: %g flits too many", i, sum);
    }
}

Test(synthetic, bursts_begin_in_their_steady_state)
{
    enum { NODES = 100000 };
    struct workload *workload = make(bursty(0.05, 0.8, 30), NODES);
    struct packet_spec packet;
    for (uint64_t cycle = 0; cycle < 40; cycle++) {
        uint32_t created = 0;
        while (synthetic_take(workload, cycle, &packet))
            created++;
        cr_assert(likely(created, NODES, 0.05), "cycle %lu: %u", cycle, created);
    }
    unmake(workload);
}

// At one flit a cycle, bursts are runs of cycles. A burst of 8 cycles in the mean follows another
// at once with probability 1 / (1 + 24), so runs have 8 * 25 / 24 cycles in the mean.
Test(synthetic, bursts_have_the_mean_length_asked_for)
{
    enum { CYCLES = 2000000 };
    struct workload *workload = make(bursty(0.25, 1.0, 8), 2);
    struct packet_spec packet;
    uint32_t runs = 0, flits = 0;
    bool before = false;
    for (uint64_t cycle = 0; cycle < CYCLES; cycle++) {
        bool created = false;
        while (synthetic_take(workload, cycle, &packet))
            created |= packet.source == 0;
        flits += created;
        runs += created && !before;
        before = created;
    }
    double mean = (double)flits / runs;
    double sigma = 8.0 * 25 / 24 / sqrt(runs);
    cr_assert_float_eq(mean, 8.0 * 25 / 24, 4.0 * sigma);
    unmake(workload);
}

Test(synthetic, rates_that_do_not_fit_together_are_refused)
{
    struct topology topology = line_of(4);
    struct err err = {0};
    struct synthetic_params params = bursty(0.3, 0.2, 10);
    cr_assert_null(synthetic_new(&params, &topology, &err));
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert(strstr(err.text, "workload.burst_rate_flits_per_node_cycle"));
    err = (struct err){0};
    params = bursty(1e-9, 1e-8, 10);
    cr_assert_null(synthetic_new(&params, &topology, &err));
    cr_assert(strstr(err.text, "workload.burst_cycles"));
}

// A burst holds a packet with a chance of 0.002 and comes every 2^61 cycles: after a few the cycle
// would not fit in 64 bits.
Test(synthetic, next_to_no_bursts_are_none)
{
    struct workload *workload = make(bursty(1e-300, 0.0002, 10), 4);
    cr_assert_eq(workload->ops->next_event(workload, 0), UINT64_MAX);
    unmake(workload);
}

// --- determinism --------------------------------------------------------------------------------

enum { RECORD = 4000 };

struct record {
    uint64_t cycle;
    struct packet_spec packet;
};

// The first packets of the first 16 nodes.
static void record(struct synthetic_params params, uint32_t num_nodes, struct record *records)
{
    struct workload *workload = make(params, num_nodes);
    struct packet_spec packet;
    size_t num = 0;
    for (uint64_t cycle = 0; num < RECORD; cycle++)
        while (synthetic_take(workload, cycle, &packet))
            if (packet.source < 16 && num < RECORD)
                records[num++] = (struct record){.cycle = cycle, .packet = packet};
    unmake(workload);
}

static bool same(const struct record *a, const struct record *b)
{
    return a->cycle == b->cycle && a->packet.source == b->packet.source &&
           a->packet.destination == b->packet.destination && a->packet.flits == b->packet.flits;
}

static bool all_same(const struct record *a, const struct record *b)
{
    for (size_t i = 0; i < RECORD; i++)
        if (!same(&a[i], &b[i]))
            return false;
    return true;
}

Test(synthetic, a_seed_gives_the_same_packets_again)
{
    static struct record first[RECORD], again[RECORD], other[RECORD];
    struct synthetic_params params = bernoulli(0.1);
    params.pattern.pattern = "uniform";
    record(params, 16, first);
    record(params, 16, again);
    params.pattern.seed++;
    record(params, 16, other);
    cr_assert(all_same(first, again));
    cr_assert_not(all_same(first, other));
}

Test(synthetic, what_a_node_draws_does_not_depend_on_the_number_of_nodes)
{
    static struct record few[RECORD], many[RECORD];
    struct synthetic_params kinds[] = {bernoulli(0.1), bursty(0.1, 0.6, 12)};
    for (int i = 0; i < 2; i++) {
        record(kinds[i], 16, few);
        record(kinds[i], 304, many);
        for (size_t j = 0; j < RECORD; j++) // neighbour wraps later
            many[j].packet.destination %= 16;
        cr_assert(all_same(few, many));
    }
}

Test(synthetic, nodes_that_do_not_send_change_nothing_for_others)
{
    static struct record with[RECORD], without[RECORD];
    struct synthetic_params params = bernoulli(0.1);
    params.pattern.pattern = "bit-reverse"; // of 16 nodes, 0, 6, 9 and 15 are fixed points
    record(params, 16, without);
    params.pattern.include_self = true;
    record(params, 16, with);
    for (size_t i = 0, j = 0; j < RECORD; j++) {
        uint32_t node = with[j].packet.source;
        if (node == 0 || node == 6 || node == 9 || node == 15)
            continue;
        cr_assert(same(&with[j], &without[i++]));
    }
}
