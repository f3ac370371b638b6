// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl_bench.h"

#include "model/net/rtl_cache.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char router_head[] =
    "module router_sim #(parameter int RADIX = 5, VCS = 2, DEPTH = 8, FLIT_BITS = 64,\n"
    "                    TABLE_SIZE = 0, PIPELINE = 1, VC_KIND = 0, SWITCH_KIND = 0,\n"
    "                    ITERATIONS = 1, SPECULATIVE = 0, PACED = 0, ROUTING = 0,\n"
    "                    CLASS_VCS = VCS, GROUP_VCS = VCS) (\n"
    "    input logic clk_i, rst_ni,\n"
    "    input logic [1:0] mode_i, input logic [6:0] depth_i, input logic by_flow_i,\n"
    "    input logic [7:0] vcs_low_i, vcs_high_i, vcs_class_i,\n"
    "    input logic cfg_valid_i, input logic [23:0] cfg_addr_i, input logic [31:0] cfg_data_i,\n"
    "    input logic [RADIX*6-1:0] fwd_i, input logic [FLIT_BITS-1:0] payload_i[RADIX],\n"
    "    input logic [RADIX*VCS-1:0] credit_i, input logic [RADIX-1:0] ack_i, nack_i,\n"
    "    output logic [RADIX*6-1:0] fwd_o, output logic [FLIT_BITS-1:0] payload_o[RADIX],\n"
    "    output logic [RADIX*VCS-1:0] credit_o, output logic [RADIX-1:0] ack_o, nack_o,\n"
    "    output logic busy_o,\n"
    "    output logic [63:0] stalls_o[7]);\n";

void rtl_bench_open(struct rtl_bench *self, struct topology_spec topology, uint32_t flit_bits,
                    const struct router_ops *ops)
{
    struct routing_spec routing = {.routing = "auto",
                                   .num_vcs = 2,
                                   .flit_bits = flit_bits,
                                   .max_flits = 8,
                                   .switching = self->params.switching};
    const char *name;
    self->topology = topology_new(&topology, &self->err);
    cr_assert(self->topology, "%s", self->err.text);
    self->routing = routing_new(self->topology, &routing, &name, &self->err);
    cr_assert(self->routing, "%s", self->err.text);
    self->own_address = routing_own_addresses(self->routing, self->topology);
    self->rtl.quiet = true;
    self->params = (struct router_params){
        .radix = self->topology->radix,
        .num_vcs = self->routing->num_vcs,
        .buffer_flits = 3,
        .switching = self->params.switching,
        .circuit_waits = self->params.circuit_waits,
        .design = {.pipeline = 1, .allocator_iterations = 1},
        .routing = self->routing,
        .num_routers = self->topology->num_routers,
        .own_address = self->own_address,
        .now = &self->now,
        .rtl = &self->rtl,
    };
    self->out = (struct router_out){.flits = self->flits, .credits = self->credits};
    self->ops = router_choose(ops, &self->params);
    self->bank = self->ops->bank_new(&self->params, &self->err);
}

void rtl_bench_close(struct rtl_bench *self)
{
    self->ops->bank_free(self->bank);
    routing_free(self->routing);
    topology_free(self->topology);
    free(self->own_address);
}

bool rtl_bench_cycle(struct rtl_bench *self, uint32_t router)
{
    if (self->ops->update)
        self->ops->update(self->bank, router, &self->out);
    self->now++;
    return !self->ops->check || self->ops->check(self->bank, &self->err);
}

void rtl_bench_evaluate(struct rtl_bench *self, uint32_t router)
{
    self->out.num_flits = 0;
    self->out.num_credits = 0;
    if (self->ops->evaluate)
        self->ops->evaluate(self->bank, router, &self->out);
}

uint64_t rtl_bench_head(const struct rtl_bench *self, uint32_t node, uint32_t flits)
{
    return layout_head(&self->routing->layout, self->topology->node_addr[node], flits, 0, 0);
}

void rtl_bench_use(const char *body)
{
    struct err err = {0};
    char *sources;
    char *cache;
    static const char *const kept[] = {"router_door.cpp", "router_door.h", "router_edge.h",
                                       "router_pins.h"};
    unsetenv("ORDITO_RTL");
    cr_assert(rtl_cache_find(&sources, &cache, &err), "%s", err.text);
    char *text = rtl_cache_text("%s%s", router_head, body);
    char *folder = rtl_cache_text("%s", scratch_file("router_sim.sv", text));
    dirname(folder);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        char *from = rtl_cache_text("%s/%s", sources, kept[i]);
        char *to = rtl_cache_text("%s/%s", folder, kept[i]);
        cr_assert_eq(symlink(from, to), 0);
        free(from);
        free(to);
    }
    char *tests = rtl_cache_text("%s/tests", cache);
    cr_assert_eq(setenv("ORDITO_RTL", folder, 1), 0);
    cr_assert_eq(setenv("XDG_CACHE_HOME", tests, 1), 0);
    free(tests);
    free(text);
    free(folder);
    free(sources);
    free(cache);
}

void rtl_bench_add_true_router(void)
{
    struct err err = {0};
    char *sources;
    char *cache;
    struct rtl_cache_names files;
    char *folder = rtl_cache_text("%s", getenv("ORDITO_RTL"));
    unsetenv("ORDITO_RTL");
    cr_assert(rtl_cache_find(&sources, &cache, &err) && rtl_cache_list(sources, "", &files, &err),
              "%s", err.text);
    for (size_t i = 0; i < files.num; i++) {
        char *from = rtl_cache_text("%s/%s", sources, files.names[i]);
        char *to = rtl_cache_text("%s/%s", folder, files.names[i]);
        if (strncmp(files.names[i], "router_door", 11) != 0 &&
            strcmp(files.names[i], "router_edge.h") != 0 &&
            strcmp(files.names[i], "router_pins.h") != 0 &&
            strcmp(files.names[i], "router_sim.sv") != 0)
            cr_assert_eq(symlink(from, to), 0);
        free(from);
        free(to);
    }
    char *command = rtl_cache_text("sed 's/module router_sim/module true_router/' "
                                   "%s/router_sim.sv > %s/true_router.sv",
                                   sources, folder);
    cr_assert_eq(system(command), 0);
    cr_assert_eq(setenv("ORDITO_RTL", folder, 1), 0);
    free(command);
    free(folder);
    free(sources);
    free(cache);
    rtl_cache_names_free(&files);
}
