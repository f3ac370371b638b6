// SPDX-License-Identifier: Apache-2.0
// Adapter descriptions: what is read, and what is refused how.
#include "sim/rng.h"
#include "tests/device_maps.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const maps[] = {mesh_map,  torus_map,   crossbar_map,
                                   table_map, network_map, own_map};
enum { NUM_MAPS = sizeof maps / sizeof *maps };

Test(device_map, a_mesh_router_is_what_its_map_says)
{
    struct device_map *map = map_of(mesh_map);
    const struct device_spec *spec = device_map_spec(map);
    cr_assert(!spec->network && spec->num_ports == 5 && spec->num_vcs == 2);
    cr_assert_str_eq(spec->port_names[3], "north");
    cr_assert_eq(spec->claims,
                 DEVICE_CLAIM_FUNCTION | DEVICE_CLAIM_EXACT | DEVICE_CLAIM_PERFORMANCE);
    cr_assert(spec->in.flow == DEVICE_CREDIT && spec->in.buffer_flits == 4 && !spec->in.held);
    cr_assert(spec->out.flow == DEVICE_CREDIT && spec->out.buffer_flits == 4);
    cr_assert(spec->num_modes == 2 && spec->modes[0] == SWITCHING_WORMHOLE &&
              spec->modes[1] == SWITCHING_STORE_AND_FORWARD);
    cr_assert(spec->max_flits == 16 &&
              device_spec_max_flits(spec, SWITCHING_STORE_AND_FORWARD) == 4);
    cr_assert(spec->flit_bits == 34 && spec->num_destinations == 12 && spec->num_positions == 12);
    cr_assert(spec->reset_asynchronous && spec->reset_cycles == 4 && spec->patience_cycles == 500);
    cr_assert(device_map_reference(map) && device_map_reference(map)->vcs == 2);
    cr_assert_eq(device_map_tolerance(map).throughput, 0.05);
    struct device_map_rtl rtl = device_map_rtl(map);
    cr_assert_str_eq(rtl.top, "mesh_router");
    cr_assert_str_eq(rtl.parameters[1], "WIDTH=34");
    cr_assert(!rtl.parameters[2] && !rtl.sources && !rtl.defines[0]);
    char text[64];
    device_map_address(map, 6, text, sizeof text);
    cr_assert_str_eq(text, "address 6 (x 2, y 1)");
    device_map_position(map, 5, text, sizeof text);
    cr_assert_str_eq(text, "position 5 (x 1, y 1)");
    device_map_free(map);
}

Test(device_map, on_off_and_ready_valid_are_told_by_their_wires)
{
    struct device_map *torus = map_of(torus_map);
    const struct device_spec *spec = device_map_spec(torus);
    cr_assert(spec->in.flow == DEVICE_ON_OFF && spec->in.react_cycles == 2 &&
              spec->in.slack_flits == 3 && !spec->in.shared);
    cr_assert(spec->out.flow == DEVICE_ON_OFF && spec->out.buffer_flits == 6 &&
              spec->out.slack_flits == 2);
    cr_assert(spec->vc_rule == DEVICE_VC_DATELINE && !spec->reset_asynchronous);
    struct device_map *crossbar = map_of(crossbar_map);
    spec = device_map_spec(crossbar);
    cr_assert(spec->in.flow == DEVICE_READY_VALID && spec->in.held && spec->in.shared);
    cr_assert(spec->implied_head && spec->claims & DEVICE_CLAIM_FLOW_ORDER);
    cr_assert(spec->reset_cycles == 2 && spec->num_destinations == 4 && spec->num_positions == 1);
    device_map_free(torus);
    device_map_free(crossbar);
}

Test(device_map, changes_from_outside_go_before_the_map)
{
    struct err err = {0};
    struct device_map_change changes[] = {{"DEPTH", "7"}, {"my_x", "1"}};
    const char *path = scratch_file("map.yaml", mesh_map);
    struct device_map *map = device_map_read(path, "/some/where", "other", changes, 2, &err);
    cr_assert(map, "%s", err.text);
    cr_assert_eq(device_map_spec(map)->in.buffer_flits, 7);
    cr_assert_str_eq(device_map_rtl(map).parameters[0], "DEPTH=7");
    cr_assert_str_eq(device_map_rtl(map).folder, "/some/where");
    cr_assert_str_eq(device_map_rtl(map).top, "other");
    device_map_free(map);
    changes[0].name = "DEPHT";
    cr_assert(!device_map_read(path, NULL, NULL, changes, 1, &err));
    cr_assert(
        strstr(err.text, "\"DEPHT\" is neither a parameter nor a tie of the map; nearest: DEPTH"),
        "%s", err.text);
}

// A map with one thing wrong, and what is said of it.
static const struct bad {
    const char *map;
    const char *from;
    const char *to;
    const char *says; // after "FILE:"
} bads[] = {
    {mesh_map, "clock: clk", "clokc: clk", "3: clokc: unknown key; nearest: clock"},
    {mesh_map, "clock: clk\n", "\n", "1: clock: is missing"},
    {mesh_map, "top: mesh_router\n", "\n", "1: top: is missing"},
    {mesh_map, "top: mesh_router", "top: 3mesh", "1: top: \"3mesh\" is no name of a module"},
    {mesh_map, "active: low", "active: lo", "4: reset.active: \"lo\" is none of high, low"},
    {mesh_map, "{pin: rst_n, active: low, kind: asynchronous}", "{active: low}",
     "4: reset: pin is missing"},
    {mesh_map, "vcs: 2\n", "vcs: 17\n", "18: vcs: 17 is out of range (1..16)"},
    {mesh_map, "vcs: 2\n", "vcs: two\n", "18: vcs: \"two\" is no number: no value at \"two\""},
    {mesh_map, "vcs: 2\n", "vcs: [2]\n", "18: vcs: must be text, not a list"},
    {mesh_map, "vcs: 2\n", "vcs: 2\nvcs: 2\n", "19: vcs: is there twice; before, in line 18"},
    {mesh_map, "[local, east,", "[local, local,", "9: ports[1]: \"local\" is there twice"},
    {mesh_map, "[local, east,", "[local, ea-st,", "9: ports[1]: must be of letters"},
    {mesh_map, "out_valid[{p}]", "out_valid[{q}]",
     "15: out.valid: {q} is not known here; known: {DEPTH}, {WIDTH}, {p}"},
    {mesh_map, "out_valid[{p}]", "out_valid[{p}", "15: out.valid: \"]\" is missing"},
    {mesh_map, "out_valid[{p}]", "3x", "15: out.valid: \"3x\" is no name of a pin"},
    {mesh_map, "  credit: \"{port}_in_credit\"\n", "",
     "10: in: must have one of ready, on, off, credit, credit_valid; it has 0"},
    {mesh_map, "  credit: \"{PORT}_CREDIT\"\n", "  credit: c\n  ready: r\n",
     "14: out: must have one of ready, on, off, credit, credit_valid; it has 2"},
    {mesh_map, "  credit: \"{PORT}_CREDIT\"\n", "  credit_valid: c\n",
     "14: out.credit_vc: credit_valid and credit_vc go together"},
    {mesh_map, "  credit: \"{port}_in_credit\"\n", "  ready: r\n",
     "36: claims: exact is for flow control by credit"},
    {mesh_map, "reference:\n  router: {vcs: 2, buffer_flits: 4}\n", "",
     "34: claims: exact and performance need a reference"},
    {mesh_map, "router: {vcs: 2, buffer_flits: 4}", "router: {vcz: 2}",
     "35: fabric.router.vcz: unknown key; nearest: fabric.router.vcs"},
    {mesh_map, "router: {vcs: 2, buffer_flits: 4}", "router: {vcs: 99}", "35: fabric.router.vcs: "},
    {mesh_map, "claims: [exact,", "claims: [exakt,", "36: claims[0]: \"exakt\" is none of exact"},
    {mesh_map, "throughput: 0.05", "throughput: 1.5",
     "37: performance.throughput: 1.5 is out of range (0..1)"},
    {mesh_map, "throughput: 0.05", "throughput: lots", "\"lots\" is no number"},
    {mesh_map, "  in: {buffer_flits: \"{DEPTH}\"}\n", "  in: {}\n",
     "27: flow.in.buffer_flits: is missing"},
    {mesh_map, "buffer_flits: \"{DEPTH}\"", "buffer_flits: 4, slack_flits: 2",
     "27: flow.in.slack_flits: is for flow control by on-off; in has other wires"},
    {mesh_map, "min_flits: 1,", "min_flits: 17,",
     "28: packet.min_flits: is more than max_flits, 16"},
    {mesh_map, "min_flits: 1,", "min_flits: 5,",
     "28: packet.min_flits: under store-and-forward packets are of at most 4 flits"},
    {mesh_map, "  bits: 34\n", "", "19: flit: bits is missing"},
    {mesh_map, "vc: \"33\"", "vc: \"34\"", "21: flit.vc: bit 34 is not in a flit of 34 bits"},
    {mesh_map, "vc: \"33\"", "vc: \"0:3\"", "21: flit.vc: \"0:3\" are no bits of a flit"},
    {mesh_map, "vc: \"33\"", "vc: {at: 33, code: one-hot}",
     "21: flit.vc: one-hot, it must be of 2 bits"},
    {mesh_map, "  vc: \"33\"\n", "", "19: flit.vc: is missing: which of 2 VCs a flit is on"},
    {mesh_map, "vc: \"33\"", "vc: \"31\"", "21: flit.vc: overlaps type"},
    {mesh_map, "vc: \"33\"", "vc: {code: binary}", "21: flit.vc: at is missing"},
    {mesh_map, "tail: 2, single", "tail: 1, single",
     "22: flit.type.tail: 1 is the code of head too"},
    {mesh_map, "tail: 2, single", "tail: 4, single",
     "22: flit.type.tail: 4 is more than 2 bits hold"},
    {mesh_map, ", single: 3", "", "22: flit.type.single: is missing: packets are of 1 to 16 flits"},
    {mesh_map, "body: 0", "tial: 0", "22: flit.type.tial: unknown key; nearest: tail"},
    {mesh_map, "  type: {at: \"32:31\", head: 1, body: 0, tail: 2, single: 3}\n", "",
     "19: flit: type, or tail, is missing"},
    {mesh_map, "  type:", "  head: 30\n  type:", "22: flit.head: type tells it already"},
    {mesh_map, "y: \"3:2\"", "z: \"3:2\"",
     "23: flit.destination.z: there is no such dimension: routing.dims has 2"},
    {mesh_map, ", y: \"3:2\"", "", "23: flit.destination: must be an address, a port, or a coord"},
    {mesh_map, "y: \"3:2\"", "y: \"2\"",
     "23: flit.destination.y: 1 bits do not hold numbers up to 2"},
    {mesh_map, "x: \"1:0\", y: \"3:2\"", "port: \"3:0\"",
     "23: flit.destination.port: a head that names its port needs routing.kind: port"},
    {mesh_map, "at: \"8:4\", bias: 0", "at: \"8:4\", bias: 2",
     "24: flit.length: the bias is more than packet.min_flits"},
    {mesh_map, "at: \"8:4\", bias: 0", "at: \"7:4\", bias: 0",
     "24: flit.length: 4 bits do not hold numbers up to 16"},
    {mesh_map, "value: 2", "value: 4", "25: flit.constant: 2 bits do not hold numbers up to 4"},
    {mesh_map, "at: \"10:9\"", "at: \"8:7\"", "25: flit.constant: overlaps length"},
    {mesh_map, "  kind: dimension-order\n", "", "29: routing.kind: is missing"},
    {mesh_map, "  dims: [4, 3]\n", "", "31: routing.ports.x+: unknown key; known: local, and x+"},
    {mesh_map, "dims: [4, 3]", "dims: [4, 3, 2, 2, 2]", "31: routing.dims: must be 1 to 4 sides"},
    {mesh_map, ", y-: south", "", "32: routing.ports: y- is missing: dims has a side of 3 there"},
    {mesh_map, "y-: south", "y-: north", "32: routing.ports.y-: port north is there twice"},
    {mesh_map, "y-: south", "y-: sout",
     "32: routing.ports.y-: \"sout\" is no port; nearest: south"},
    {mesh_map, "local: local, ", "", "32: routing.ports: local is missing"},
    {mesh_map, "kind: dimension-order", "kind: port",
     "31: routing.dims: means nothing to this kind of routing"},
    {mesh_map, "kind: dimension-order", "kind: terminal",
     "30: routing.kind: terminal is for networks"},
    {mesh_map, "my_x: \"{x}\"\n  my_y[1:0]: \"{y}\"", "my_x: 0\n  my_y[1:0]: 0",
     "routing.positions: no tie tells the router where it is"},
    {mesh_map, "my_x: \"{x}\"", "my_x: \"{z}\"",
     "6: ties.my_x: {z} is not known here; known: {DEPTH}, {WIDTH}, {x}, {y}, {position}, {mode}"},
    {mesh_map, "my_x: \"{x}\"", "my_x: \"3 +\"", "6: ties.my_x: a value is missing at the end"},
    {mesh_map, "wormhole: 2", "circuit: 2", "33: modes.circuit: known are store-and-forward"},
    {mesh_map, "DEPTH: 4,", "D-PTH: 4,", "\"{DEPTH}\" is no number: {DEPTH} is not known here"},
    {mesh_map, "WIDTH: 34}", "WIDTH: 34, S-E: 1}",
     "2: parameters: \"S-E\" is no name of a parameter"},
    {mesh_map, "WIDTH: 34}", "WIDTH: 34, S: \"1; x\"}",
     "2: parameters.S: is no value of a parameter"},
    {torus_map, "order: [y, x]", "order: [y, y]", "routing.order[1]: \"y\" is no dimension"},
    {torus_map, "order: [y, x]", "order: [y]", "routing.order: must be all dimensions"},
    {torus_map, "kind: dimension-order", "kind: west-first",
     "routing.order: means nothing to this kind of routing"},
    {torus_map, "  ring: true\n", "", "vc: dateline is for dimension-order on rings"},
    {torus_map, "  ring: true\n", "  half: minus\n",
     "routing.half: means nothing to this kind of routing"},
    {torus_map, "slack_flits: 3", "slack_flits: 1",
     "25: flow.in.slack_flits: 1 flits are lost where a sender goes on for 2 cycles after off"},
    {torus_map, "buffer_flits: 6", "buffer_flits: 3",
     "25: flow.in.buffer_flits: a buffer of 3 flits has no room for any but slack_flits"},
    {torus_map, "  u_turns: true\n", "  u_turns: yes\n", "\"yes\" is none of false, true"},
    {torus_map, "ring: true", "ring: true\n  positions: [[0, 3]]",
     "routing.positions[0][1]: 3 is out of range (0..2)"},
    {crossbar_map, "port: \"1:0\"", "port: \"0\"", "7: flit.destination.port: 1 bits do not hold"},
    {crossbar_map, "port: \"1:0\"", "address: \"1:0\"",
     "routing.kind: port needs destination: {port"},
    {crossbar_map, "routing: {kind: port}", "routing: {kind: table}",
     "9: routing.destinations: is missing"},
    {crossbar_map, "routing: {kind: port}", "routing: {kind: table, destinations: 4}",
     "9: routing.table: is missing"},
    {crossbar_map, "ports: 4", "ports: 65", "4: ports: 65 is out of range (1..64)"},
    {table_map, "vc: any", "vc: same", "10: vc: same, but routing.table.vcs names the VCs"},
    {table_map, "write: we, ", "", "routing.table: write is missing"},
    {table_map, "vc: {code: valid}", "vc: {at: 3, code: valid}", "at and code: valid exclude"},
    {table_map, "enable: 1, index", "enable: \"{x}\", index",
     "setup[1].enable: {x} is not known here"},
    {network_map, "ports: 6", "ports: 6\nrouting: {dims: [2, 2]}",
     "6: routing.dims: are 4 nodes, but ports are 6"},
    {network_map, "ports: 6", "ports: 6\nrouting: {kind: port}", "terminal is for networks"},
};

Test(device_map, what_is_wrong_is_told_with_line_and_key)
{
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        struct err err = {0};
        char *text = replaced(bads[i].map, bads[i].from, bads[i].to);
        const char *path = scratch_file("bad.yaml", text);
        struct device_map *map = device_map_read(path, NULL, NULL, NULL, 0, &err);
        cr_expect(!map, "not refused: %s", bads[i].to);
        cr_expect(map || err.status == ERR_CONFIG, "%s", err.text);
        cr_expect(map || strncmp(err.text, path, strlen(path)) == 0, "%s", err.text);
        cr_expect(map || strstr(err.text, bads[i].says), "\"%s\" -> \"%s\"\nsays: %s\nnot:  %s",
                  bads[i].from, bads[i].to, err.text, bads[i].says);
        device_map_free(map);
        free(text);
    }
}

Test(device_map, a_file_that_is_none_is_refused)
{
    struct err err = {0};
    cr_assert(!device_map_read("/nowhere/map.yaml", NULL, NULL, NULL, 0, &err));
    cr_assert(strstr(err.text, "cannot be read"));
    err = (struct err){0};
    cr_assert(!device_map_read(scratch_folder(), NULL, NULL, NULL, 0, &err));
    cr_assert(strstr(err.text, "is a folder, not a map"));
    err = (struct err){0};
    cr_assert(!device_map_read(scratch_file("map.yaml", ""), NULL, NULL, NULL, 0, &err));
    cr_assert(strstr(err.text, "there is nothing in it"));
    err = (struct err){0};
    cr_assert(!device_map_read(scratch_file("map.yaml", "a: [\n"), NULL, NULL, NULL, 0, &err));
    cr_assert(strstr(err.text, "not YAML"));
}

// Sends a packet that is drawn.
static void use(const struct device_map *map, struct rng *rng)
{
    const struct device_spec *spec = device_map_spec(map);
    struct stimulus setup = {.position = (uint32_t)rng_below(rng, spec->num_positions),
                             .mode = spec->modes[0],
                             .seed = rng_next(rng)};
    struct stimulus_packet packet = {.port = (uint32_t)rng_below(rng, spec->num_ports),
                                     .vc = (uint32_t)rng_below(rng, spec->num_vcs),
                                     .to = (uint32_t)rng_below(rng, spec->num_destinations),
                                     .flits = spec->min_flits,
                                     .content = (uint32_t)rng_next(rng)};
    struct device_forward flit = {.valid = true};
    struct device_route route = device_map_route(map, &setup, packet.port, packet.vc, packet.to);
    device_map_encode(map, &setup, &packet, 0, packet.vc, flit.bits);
    device_map_decode(map, &flit);
    cr_assert(!flit.oddities && flit.vc == packet.vc);
    cr_assert_eq(route.ports == 0, route.vcs == 0);
    cr_assert(spec->num_ports == 64 || route.ports >> spec->num_ports == 0);
}

// Bytes cut out, changed and put in: a map, or an error that names the file, never a crash.
Test(device_map, any_text_is_a_map_or_an_error)
{
    struct rng rng = rng_make(1, RNG_VALIDATE, 0);
    static const char pieces[] = "{}[]:,\"' \n-&*0123456789xyzp+<";
    const char *path = scratch_file("fuzz.yaml", "");
    uint32_t refused = 0;
    for (uint32_t round = 0; round < 3000; round++) {
        char text[4096];
        snprintf(text, sizeof text, "%s", maps[round % NUM_MAPS]);
        for (uint64_t edits = 1 + rng_below(&rng, 3); edits > 0; edits--) {
            size_t length = strlen(text);
            size_t at = rng_below(&rng, length);
            size_t cut = rng_below(&rng, 2) ? rng_below(&rng, 12) : 0;
            cut = cut < length - at ? cut : length - at;
            memmove(text + at, text + at + cut, length - at - cut + 1);
            if (text[at])
                text[at] = pieces[rng_below(&rng, sizeof pieces - 1)];
        }
        FILE *to = fopen(path, "w");
        cr_assert(to && fputs(text, to) >= 0 && fclose(to) == 0);
        struct err err = {0};
        struct device_map *map = device_map_read(path, NULL, NULL, NULL, 0, &err);
        cr_assert(map || (err.status == ERR_CONFIG && *err.text), "%s", text);
        refused += !map;
        for (uint32_t i = 0; map && i < 20; i++)
            use(map, &rng);
        device_map_free(map);
    }
    cr_assert(refused > 1000 && refused < 3000);
}
