// SPDX-License-Identifier: Apache-2.0
#include "tests/bench_map.h"

#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void print_channel(FILE *to, const char *name, enum device_flow flow, bool one_credit)
{
    fprintf(to, "%s: {valid: \"%s_valid{port}\", flit: \"%s_flit{port}\", ", name, name, name);
    if (flow == DEVICE_CREDIT && one_credit)
        fprintf(to, "credit_valid: \"%s_credit{port}\", credit_vc: \"%s_credit_vc{port}\"}\n", name,
                name);
    else
        fprintf(to, "%s: \"%s_back{port}\"}\n",
                flow == DEVICE_CREDIT   ? "credit"
                : flow == DEVICE_ON_OFF ? "on"
                                        : "ready",
                name);
}

static void print_side(FILE *to, const char *name, enum device_flow flow, uint32_t buffer_flits,
                       const struct bench_map *asked)
{
    uint32_t react = asked->react_cycles ? asked->react_cycles : 1;
    fprintf(to, "  %s: {buffer_flits: %u", name, buffer_flits ? buffer_flits : 4);
    if (flow == DEVICE_ON_OFF)
        fprintf(to, ", react_cycles: %u, slack_flits: %u", react,
                asked->slack_flits ? asked->slack_flits : react);
    if (flow == DEVICE_READY_VALID)
        fprintf(to, ", held: %s", asked->held ? "true" : "false");
    if (flow != DEVICE_CREDIT)
        fprintf(to, ", shared: %s", asked->shared ? "true" : "false");
    fputs("}\n", to);
}

struct device_map *bench_map(const struct bench_map *asked)
{
    uint32_t num_vcs = asked->num_vcs ? asked->num_vcs : 2;
    uint32_t flit_bits = 12 + (asked->content_bits ? asked->content_bits : 20);
    char path[512];
    snprintf(path, sizeof path, "%s/bench.yaml", scratch_folder());
    FILE *to = fopen(path, "w");
    cr_assert_not_null(to);
    fprintf(to, "device: %s\ntop: bench\nclock: clk\nreset: {pin: rst, cycles: 2}\n",
            asked->network ? "network" : "router");
    fprintf(to, "ports: %u\nvcs: %u\n", asked->num_ports ? asked->num_ports : 3, num_vcs);
    print_channel(to, "in", asked->in, asked->one_credit);
    print_channel(to, "out", asked->out, asked->one_credit);
    fprintf(to,
            "flit:\n  bits: %u\n  type: {at: \"%u:%u\", head: 1, body: 0, tail: 2, single: 3}\n",
            flit_bits, flit_bits - 1, flit_bits - 2);
    if (num_vcs > 1)
        fprintf(to, "  vc: {at: \"%u:%u\", code: binary}\n", flit_bits - 3, flit_bits - 6);
    fprintf(to, "  destination: {%s: \"5:0\"}\n", asked->network ? "address" : "port");
    fputs("flow:\n", to);
    print_side(to, "in", asked->in, asked->in_buffer_flits, asked);
    print_side(to, "out", asked->out, asked->out_buffer_flits, asked);
    fprintf(to, "packet: {min_flits: %u, max_flits: %u}\n", asked->min_flits ? asked->min_flits : 1,
            asked->max_flits ? asked->max_flits : 8);
    fprintf(to, "routing: {kind: %s%s%s}\n", asked->network ? "terminal" : "port",
            asked->dims ? ", " : "", asked->dims ? asked->dims : "");
    fprintf(to, "modes: %s\n%s", asked->modes ? asked->modes : "{wormhole: 0}",
            asked->more ? asked->more : "");
    fclose(to);
    struct err err = {0};
    struct device_map *map = device_map_read(path, NULL, NULL, NULL, 0, &err);
    cr_assert_not_null(map, "%s", err.text);
    return map;
}
