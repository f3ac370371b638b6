// SPDX-License-Identifier: Apache-2.0
// Drawings of topologies, and what channels and routers carried, as --detail tells.
#include "sim/drawing.h"

#include "sim/output_fabric.h"
#include "tests/config_text.h"
#include "tests/kinds.h"

#include <criterion/criterion.h>
#include <math.h>

static struct topology *built(const struct topology_spec *shape)
{
    struct topology_spec spec = *shape;
    struct err err = {0};
    struct topology *t = topology_new(&spec, &err);
    cr_assert(t, "%s: %s", shape->kind, err.text);
    return t;
}

static struct drawing drawn(const struct topology *t)
{
    struct drawing drawing;
    struct err err = {0};
    cr_assert(drawing_make(&drawing, t, &err), "%s: %s", t->spec.kind, err.text);
    return drawing;
}

static double apart(struct drawing_point a, struct drawing_point b)
{
    return hypot(a.x - b.x, a.y - b.y);
}

Test(drawing, routers_and_nodes_of_every_kind_are_apart_from_each_other)
{
    for (size_t s = 0; s < kinds_num_shapes; s++) {
        struct topology *t = built(&kinds_shapes[s]);
        struct drawing d = drawn(t);
        for (uint32_t a = 0; a < t->num_routers; a++)
            for (uint32_t b = 0; b < a; b++)
                cr_assert_geq(apart(d.routers[a], d.routers[b]), 0.99, "%s: routers %u, %u",
                              t->kind->name, a, b);
        for (uint32_t a = 0; a < t->num_nodes; a++)
            for (uint32_t b = 0; b < a; b++)
                cr_assert_geq(apart(d.nodes[a], d.nodes[b]), 0.2, "%s: nodes %u, %u", t->kind->name,
                              a, b);
        drawing_free(&d);
        topology_free(t);
    }
    kinds_check(kinds_shapes, kinds_num_shapes);
}

Test(drawing, a_topology_is_drawn_the_same_again)
{
    for (size_t s = 0; s < kinds_num_shapes; s++) {
        struct topology *t = built(&kinds_shapes[s]);
        struct drawing a = drawn(t);
        struct drawing b = drawn(t);
        cr_assert_eq(memcmp(a.routers, b.routers, t->num_routers * sizeof *a.routers), 0);
        cr_assert_eq(memcmp(a.nodes, b.nodes, t->num_nodes * sizeof *a.nodes), 0);
        drawing_free(&a);
        drawing_free(&b);
        topology_free(t);
    }
}

static void count(const struct topology_spec *shape, uint32_t wraps, uint32_t arcs)
{
    struct topology *t = built(shape);
    struct drawing d = drawn(t);
    uint32_t num_wraps = 0;
    uint32_t num_arcs = 0;
    for (uint32_t p = 0; p < t->num_routers * t->radix; p++) {
        num_wraps += d.channels[p].wraps;
        num_arcs += d.channels[p].bend > 0;
        cr_assert_eq(t->peer[p] != TOPOLOGY_NONE, d.channels[p].dimension != TOPOLOGY_NONE);
    }
    cr_assert_eq(num_wraps, wraps, "%s: %u wrap", shape->kind, num_wraps);
    cr_assert_eq(num_arcs, arcs, "%s: %u arcs", shape->kind, num_arcs);
    drawing_free(&d);
    topology_free(t);
}

Test(drawing, only_rings_of_grids_wrap_and_only_what_goes_over_routers_is_an_arc)
{
    count(&(struct topology_spec){.kind = "mesh", .num_dims = 2, .dims = {4, 3}}, 0, 0);
    count(&(struct topology_spec){.kind = "mesh", .num_dims = 3, .dims = {4, 3, 5}}, 0, 0);
    count(&(struct topology_spec){.kind = "torus", .num_dims = 2, .dims = {4, 3}}, 14, 0);
    count(&(struct topology_spec){.kind = "torus", .num_dims = 2, .dims = {4, 2}}, 4, 0);
    count(&(struct topology_spec){.kind = "ring", .n = 5}, 0, 0);
    count(&(struct topology_spec){.kind = "cube", .num_dims = 3, .dims = {3, 3, 3}}, 54, 0);
    count(&(struct topology_spec){.kind = "hypercube", .n = 3}, 0, 0);
    count(&(struct topology_spec){.kind = "hypercube", .n = 4}, 0, 16); // 0-3 of 4 rows, 4 columns
    count(
        &(struct topology_spec){
            .kind = "flattened-butterfly", .num_dims = 2, .dims = {3, 2}, .concentration = 2},
        0, 4);
}

static bool same_place(struct drawing_point a, struct drawing_point b)
{
    return a.x == b.x && a.y == b.y;
}

Test(drawing, parts_that_fail_leave_the_rest_where_it_was)
{
    struct topology_spec shape = {.kind = "torus", .num_dims = 2, .dims = {4, 4}};
    char failed[] = "router 5\nchannel 0-1";
    struct topology *whole = built(&shape);
    shape.failed = failed;
    struct topology *left = built(&shape);
    struct drawing a = drawn(whole);
    struct drawing b = drawn(left);
    cr_assert_eq(left->num_nodes, 15);
    for (uint32_t r = 0; r < 16; r++)
        cr_assert(same_place(a.routers[r], b.routers[r]));
    for (uint32_t n = 0; n < left->num_nodes; n++)
        cr_assert(same_place(b.nodes[n], b.routers[left->node_port[n] / left->radix]));
    drawing_free(&a);
    drawing_free(&b);
    topology_free(whole);
    topology_free(left);
}

Test(drawing, a_path_among_other_routers_is_drawn_as_a_line_of_equal_hops)
{
    char path[128];
    snprintf(path, sizeof path, "%s", scratch_file("path.txt", "a b\nb c\nc d\n"));
    struct topology *t = built(&(struct topology_spec){.kind = "graph", .file = path});
    struct drawing d = drawn(t);
    double hop = apart(d.routers[0], d.routers[1]);
    cr_assert_float_eq(apart(d.routers[1], d.routers[2]), hop, hop / 50);
    cr_assert_float_eq(apart(d.routers[0], d.routers[3]), 3 * hop, hop / 50);
    cr_assert_float_eq(d.routers[0].y, d.routers[3].y, hop / 50);
    drawing_free(&d);
    topology_free(t);
}

// Runs a machine, and gives its results with what each channel carried.
static json_t *detailed(const char *const *settings, struct run_result *result)
{
    struct config config = made();
    struct run_detail detail = {0};
    struct err err = {0};
    for (; *settings; settings++)
        set(&config, *settings);
    cr_assert(run_simulate(&config, &(struct run_outputs){.detail = &detail, .quiet = true}, result,
                           &err),
              "%s", err.text);
    json_t *root = json_object();
    cr_assert(output_fabric(root, &config, &detail, &err), "%s", err.text);
    run_detail_free(&detail);
    config_free(&config);
    json_t *fabric = json_incref(json_object_get(root, "fabric"));
    json_decref(root);
    return fabric;
}

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static bool is_null(const json_t *object, const char *key)
{
    return json_is_null(json_object_get(object, key));
}

// What a run says of its channels and routers one by one adds up to what it says of all.
static void expect_sums(const char *const *settings, bool indirect)
{
    struct run_result result;
    json_t *fabric = detailed(settings, &result);
    double into = 0, out_of = 0, hops = 0, utilisation = 0, busiest = 0, num = 0, routed = 0;
    size_t i;
    json_t *part;
    json_array_foreach(json_object_get(fabric, "channels"), i, part)
    {
        double flits = number(part, "flits");
        bool of_node = !is_null(part, "from_node") || !is_null(part, "to_node");
        into += is_null(part, "from_node") ? 0 : flits;
        out_of += is_null(part, "to_node") ? 0 : flits;
        if (of_node && !indirect)
            continue;
        hops += flits;
        num++;
        utilisation += number(part, "utilisation");
        busiest = fmax(busiest, number(part, "utilisation"));
    }
    json_array_foreach(json_object_get(fabric, "routers"), i, part)
    {
        routed += number(part, "flits");
    }
    const struct fabric_counters *all = &result.counters;
    cr_assert_gt(all->flit_hops, 0);
    cr_assert_eq(into, all->flits_injected);
    cr_assert_geq(out_of, all->flits_ejected); // some are on their way
    cr_assert_leq(out_of, all->flits_injected);
    cr_assert_eq(hops, all->flit_hops);
    cr_assert_eq(routed, indirect ? hops - into : hops + out_of);
    cr_assert_float_eq(utilisation / num, result.channel_utilisation_mean, 1e-12);
    cr_assert_float_eq(busiest, result.channel_utilisation_max, 1e-12);
    json_decref(fabric);
}

Test(drawing, what_channels_and_routers_carry_adds_up_to_what_the_fabric_does)
{
    expect_sums((const char *const[]){"fabric.topology.kind=torus", "fabric.topology.nodes=16",
                                      "run.measure_cycles=2000", NULL},
                false);
    expect_sums((const char *const[]){"fabric.topology.kind=concentrated-mesh",
                                      "fabric.topology.nodes=32", "run.measure_cycles=2000", NULL},
                false);
    expect_sums((const char *const[]){"fabric.topology.kind=fat-tree", "fabric.topology.nodes=16",
                                      "run.measure_cycles=2000", NULL},
                true);
}

Test(drawing, an_ideal_fabric_is_drawn_without_figures)
{
    struct run_result result;
    json_t *fabric =
        detailed((const char *const[]){"fabric.topology.nodes=16", "fabric.model=ideal",
                                       "run.measure_cycles=1000", NULL},
                 &result);
    json_t *routers = json_object_get(fabric, "routers");
    json_t *channels = json_object_get(fabric, "channels");
    cr_assert_eq(json_array_size(routers), 16);
    cr_assert_eq(json_array_size(channels), 48 + 2 * 16);
    cr_assert(is_null(json_array_get(channels, 0), "flits"));
    cr_assert(is_null(json_array_get(channels, 0), "utilisation"));
    cr_assert(is_null(json_array_get(routers, 5), "flits"));
    cr_assert_eq(number(json_array_get(routers, 5), "x"), 1);
    cr_assert_eq(number(json_array_get(routers, 5), "y"), 1);
    json_decref(fabric);
}
