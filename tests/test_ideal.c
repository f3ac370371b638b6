// SPDX-License-Identifier: Apache-2.0
// The network without contention, over every kind of topology.
#include "model/net/ideal.h"
#include "model/net/topology.h"
#include "sim/run.h"
#include "tests/config_text.h"
#include "tests/kinds.h"

enum { MAX_PACKETS = 4096, CYCLES_PER_HOP = 3 };

struct bench {
    struct topology *topology;
    struct fabric_params params;
    struct fabric *fabric;
    struct packet delivered[MAX_PACKETS];
    uint32_t num;
    struct err err;
};

static void deliver(void *context, const struct packet *packet)
{
    struct bench *self = context;
    cr_assert_lt(self->num, MAX_PACKETS);
    self->delivered[self->num++] = *packet;
}

static struct bench *bench_new(const struct topology_spec *given)
{
    struct topology_spec spec = *given;
    struct bench *self = calloc(1, sizeof *self);
    cr_assert_not_null(self);
    self->topology = topology_new(&spec, &self->err);
    cr_assert_not_null(self->topology, "%s", self->err.text);
    self->params = (struct fabric_params){
        .topology = self->topology,
        .model = FABRIC_IDEAL,
        .ideal_cycles_per_hop = CYCLES_PER_HOP,
        .delivered = deliver,
        .context = self,
    };
    self->fabric = fabric_new(&self->params, &self->err);
    cr_assert_not_null(self->fabric, "%s", self->err.text);
    return self;
}

static void bench_free(struct bench *self)
{
    fabric_free(self->fabric);
    topology_free(self->topology);
    free(self);
}

static void send(struct bench *self, uint32_t source, uint32_t destination, uint32_t flits)
{
    struct packet_spec spec = {source, destination, flits, 0, MSG_NONE};
    cr_assert(fabric_send(self->fabric, &spec, &self->err), "%s", self->err.text);
}

static void run(struct bench *self)
{
    while (!fabric_idle(self->fabric))
        cr_assert(fabric_cycle(self->fabric, &self->err), "%s", self->err.text);
}

// A mean over all pairs that the search over the graph gives too.
static void hops_are_those_of_the_graph(struct bench *self, uint64_t sum)
{
    struct topology_figures figures;
    uint64_t nodes = self->topology->num_nodes;
    cr_assert(topology_search(self->topology, &figures, &self->err));
    cr_assert_float_eq((double)sum / (double)(nodes * (nodes - 1)), figures.average_hops, 1e-9);
}

Test(ideal, a_packet_takes_its_hops_and_at_least_one_of_any_length)
{
    for (size_t i = 0; i < kinds_num_shapes; i++) {
        struct bench *self = bench_new(&kinds_shapes[i]);
        uint64_t sum = 0;
        for (uint32_t s = 0; s < self->topology->num_nodes; s++)
            for (uint32_t d = 0; d < self->topology->num_nodes; d++) {
                self->num = 0;
                send(self, s, d, 1 + (s + d) % 90);
                run(self);
                const struct packet *packet = &self->delivered[0];
                uint32_t hops = packet->hops > 0 ? packet->hops : 1;
                cr_assert_eq(self->num, 1);
                cr_assert_eq(packet->injected_cycle, packet->created_cycle);
                cr_assert_eq(packet->ejected_cycle, packet->injected_cycle + CYCLES_PER_HOP * hops);
                sum += s == d ? 0 : packet->hops;
            }
        hops_are_those_of_the_graph(self, sum);
        bench_free(self);
    }
}

Test(ideal, a_node_injects_and_takes_a_packet_a_cycle_the_last_of_a_cycle_first)
{
    struct topology_spec line = {.kind = "mesh", .num_dims = 1, .dims = {5}};
    static const struct {
        uint32_t source, destination, injected_cycle, ejected_cycle;
    } expected[] = {
        {1, 1, 0, 3}, {3, 2, 0, 3}, {1, 2, 1, 4}, {4, 2, 0, 6}, {0, 2, 0, 7}, {0, 2, 1, 8},
    };
    // At node 2 those of nodes 3 and 1 are due in cycles 3 and 4; in 6 those of 0 and 4, of which
    // that of 4 was injected last; in 7 another of 0, which that of 6 keeps waiting.
    struct bench *self = bench_new(&line);
    send(self, 1, 1, 1);
    send(self, 0, 2, 9);
    send(self, 0, 2, 1);
    send(self, 1, 2, 1);
    send(self, 3, 2, 5);
    send(self, 4, 2, 1);
    run(self);
    cr_assert_eq(self->num, 6);
    for (size_t i = 0; i < 6; i++) {
        const struct packet *packet = &self->delivered[i];
        cr_expect_eq(packet->source, expected[i].source);
        cr_expect_eq(packet->destination, expected[i].destination);
        cr_expect_eq(packet->injected_cycle, expected[i].injected_cycle);
        cr_expect_eq(packet->ejected_cycle, expected[i].ejected_cycle);
    }
    struct fabric_counters counters = fabric_counters(self->fabric);
    cr_assert_eq(counters.packets_injected, 6);
    cr_assert_eq(counters.packets_ejected, 6);
    cr_assert_eq(counters.flits_created, 18);
    cr_assert_eq(counters.flits_injected, 18);
    cr_assert_eq(counters.flits_ejected, 18);
    bench_free(self);
}

// Against what a node can take: floods of one node, from all at random.
Test(ideal, nothing_is_lost_and_a_node_takes_all_it_can)
{
    struct topology_spec torus = {.kind = "torus", .num_dims = 2, .dims = {4, 4}};
    struct bench *self = bench_new(&torus);
    for (uint32_t i = 0; i < 1000; i++)
        send(self, i * 7 % 16, i % 3 ? 5 : i % 16, 1 + i % 4);
    run(self);
    cr_assert_eq(self->num, 1000);
    uint64_t at_5 = 0;
    uint64_t before = 0;
    for (uint32_t i = 0; i < self->num; i++) {
        const struct packet *packet = &self->delivered[i];
        if (packet->destination != 5)
            continue;
        cr_assert(at_5 == 0 || packet->ejected_cycle == before + 1, "node 5 takes none in %lu",
                  before + 1);
        before = packet->ejected_cycle;
        at_5++;
    }
    cr_assert_gt(at_5, 600);
    bench_free(self);
}

// --- as a model of a run ------------------------------------------------------------------------

Test(ideal, a_run_is_configured_and_measured_like_others)
{
    static struct run_result result;
    struct config config = made();
    struct err err = {0};
    set(&config, "fabric.model=ideal");
    set(&config, "fabric.ideal.cycles_per_hop=5");
    set(&config, "run.measure_cycles=20000");
    cr_assert(config_check(&config, &err), "%s", err.text);
    cr_assert(run_simulate(&config, &(struct run_outputs){0}, &result, &err), "%s", err.text);
    cr_assert_eq(result.outcome, RUN_COMPLETED);
    cr_assert_str_eq(result.backend, "ideal");
    cr_assert_not(result.internals_known);
    cr_assert_geq(result.latency.mean, 5 * result.hops_mean);
    cr_assert_lt(result.latency.mean, 5 * result.hops_mean + 0.2);
    cr_assert_float_eq(result.accepted_flits_per_node_cycle, 0.1, 0.005);
    config_free(&config);
}

static void is_refused(const char *assignment, const char *why)
{
    struct config config = made();
    struct err err = {0};
    set(&config, "fabric.model=ideal");
    set(&config, assignment);
    if (config_check(&config, &err)) {
        static struct run_result result;
        cr_assert_not(run_simulate(&config, &(struct run_outputs){0}, &result, &err));
    }
    cr_assert_eq(err.status, ERR_CONFIG);
    cr_assert(strstr(err.text, why), "%s", err.text);
    config_free(&config);
}

Test(ideal, what_takes_routers_is_refused)
{
    is_refused("fabric.backend=rtl", "fabric.backend: an ideal network");
    is_refused("nodes.model=full", "fabric.model: full nodes");
    is_refused("fabric.topology={kind: mesh, dims: [80, 80], failed: [channel 0-1]}",
               "at most 4096 routers, and here are 6400");
}
