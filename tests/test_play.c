// SPDX-License-Identifier: Apache-2.0
// Playing a stimulus: what senders and receivers do, cycle by cycle, and when a run ends.
#include "sim/rng.h"
#include "sim/workbench/play.h"
#include "tests/bench_device.h"
#include "tests/bench_map.h"

#include <criterion/criterion.h>
#include <string.h>

enum { CYCLES = 40 };

// A device whose port 0 does what a test says, cycle by cycle; the others are quiet.
struct script {
    uint16_t backward[CYCLES]; // what senders are told
    uint8_t sends[CYCLES];     // VC + 1 of a flit that leaves; 0: none
    // What it saw
    struct device_forward came[CYCLES];
    uint16_t told[CYCLES]; // backward wires of its output
    uint64_t resets, setups;
    const char *fault;
    uint64_t cycle;
};

static void script_free(void *self)
{
    (void)self;
}

static bool script_begin(void *self, const struct stimulus *setup, struct err *err)
{
    (void)self;
    (void)setup;
    (void)err;
    return true;
}

static void script_settle(void *of, enum device_phase phase, uint64_t step,
                          const struct device_pins *in, struct device_pins *out)
{
    struct script *self = of;
    memset(out, 0, sizeof *out);
    if (phase == DEVICE_RESET) {
        cr_assert_eq(step, self->resets++ % 2);
        self->setups = 0;
    } else if (phase == DEVICE_SETUP) {
        cr_assert_eq(step, self->setups++);
    }
    if (phase != DEVICE_RUN) {
        for (uint32_t p = 0; p < 3; p++)
            cr_assert(!in->forward[p].valid && !in->backward[p], "pins are quiet");
        return;
    }
    cr_assert_eq(self->setups, 3);
    cr_assert_lt(self->cycle, CYCLES);
    self->came[self->cycle] = in->forward[0];
    self->told[self->cycle] = in->backward[0];
    out->backward[0] = self->backward[self->cycle];
    uint8_t sends = self->sends[self->cycle];
    if (sends)
        out->forward[0] = (struct device_forward){
            .valid = true, .head = true, .tail = true, .vc = (uint8_t)(sends - 1)};
    self->cycle++;
}

static void script_clock(void *self)
{
    (void)self;
}

static const char *script_fault(const void *of)
{
    const struct script *self = of;
    return self->cycle > 5 ? self->fault : NULL;
}

static const struct device_ops script_ops = {.name = "script",
                                             .free = script_free,
                                             .begin = script_begin,
                                             .settle = script_settle,
                                             .clock = script_clock,
                                             .fault = script_fault};

// Waits for a cycle to come.
struct wait {
    uint64_t until, cycle;
};

static void wait_cycle(void *of, const struct play_cycle *cycle, struct failure *failure)
{
    (void)failure;
    ((struct wait *)of)->cycle = cycle->cycle;
}

static bool wait_waits(const void *of)
{
    const struct wait *self = of;
    return self->cycle < self->until;
}

static struct play_result play_script(struct script *script, const struct bench_map *asked,
                                      struct stimulus *stimulus)
{
    struct device_map *map = bench_map(asked);
    struct device device = {.ops = &script_ops, .self = script, .setup_cycles = 3};
    struct wait wait = {.until = CYCLES - 1};
    struct play_checker checker = {.cycle = wait_cycle, .waits = wait_waits, .self = &wait};
    struct play_result result;
    struct err err = {0};
    stimulus->mode = SWITCHING_WORMHOLE;
    stimulus->last_cycle = CYCLES - 1;
    cr_assert(play(map, &device, stimulus, &checker, 1, &result, &err));
    device_map_free(map);
    return result;
}

enum { CAME, TOLD };

// A character for each cycle from 0 on: '.', or of what came its VC, of what was told its bits.
static void assert_shown(const struct script *script, int told, const char *expected)
{
    char shown[CYCLES + 1] = "";
    for (size_t c = 0; c < strlen(expected); c++) {
        const struct device_forward *wires = &script->came[c];
        bool is = told ? script->told[c] != 0 : wires->valid;
        shown[c] = "0123456789."[!is ? 10 : told ? script->told[c] : wires->vc];
    }
    cr_assert_str_eq(shown, expected);
}

static void fill(uint16_t *backward, uint32_t from, uint32_t to, uint16_t vcs)
{
    for (uint32_t c = from; c <= to; c++)
        backward[c] = vcs;
}

Test(play, senders_have_a_credit_for_each_flit_of_a_buffer_and_for_each_that_comes_back)
{
    struct stimulus_packet packets[] = {{.flits = 8}, {.vc = 1, .flits = 8, .cycle = 2}};
    struct stimulus stimulus = {.packets = packets, .num_packets = 2};
    struct script script = {.backward = {[12] = 1, [15] = 3, [16] = 2}};
    struct bench_map asked = {.in = DEVICE_CREDIT, .in_buffer_flits = 4};
    struct play_result result = play_script(&script, &asked, &stimulus);
    assert_shown(&script, CAME, "00101011.....0..101.........");
    cr_assert_eq(script.came[0].head, true);
    cr_assert_eq(script.came[1].head, false);
    cr_assert_eq(script.came[17].flit, 5);
    cr_assert_eq(result.flits_in, 12);
    cr_assert_eq(result.packets_in, 0);
}

Test(play, senders_send_until_the_cycle_before_an_off_must_be_obeyed)
{
    struct stimulus_packet packet = {.flits = 8};
    for (uint32_t react = 1; react <= 100; react += react < 3 ? 1 : 97) {
        struct stimulus stimulus = {.packets = &packet, .num_packets = 1};
        struct script script = {0};
        fill(script.backward, 3, 4, 1);
        fill(script.backward, 10, CYCLES - 1, 3);
        struct bench_map asked = {
            .in = DEVICE_ON_OFF, .react_cycles = react, .in_buffer_flits = 101};
        play_script(&script, &asked, &stimulus);
        // On in cycle 4, off in 5 to 9: the last flit is in cycle 4 + react.
        assert_shown(&script, CAME,
                     react == 1   ? "....00.....000000."
                     : react == 2 ? "....000....00000.."
                     : react == 3 ? "....0000...0000..."
                                  : "....00000000......");
    }
}

Test(play, held_flits_stay_until_they_are_taken)
{
    struct stimulus_packet packets[] = {{.flits = 2}, {.vc = 1, .flits = 2}};
    struct stimulus_quiet pause = {.from_cycle = 1, .to_cycle = 9, .vcs = 1};
    struct stimulus stimulus = {.packets = packets, .num_packets = 2};
    stimulus.pauses = &pause;
    stimulus.num_pauses = 1;
    struct bench_map asked = {.in = DEVICE_READY_VALID, .held = true};
    struct script script = {0};
    fill(script.backward, 2, 3, 2); // the VC that is not offered
    fill(script.backward, 4, 4, 1);
    fill(script.backward, 7, CYCLES - 1, 3);
    play_script(&script, &asked, &stimulus);
    assert_shown(&script, CAME, "000001111.0.");

    asked.held = false;
    struct script other = {0};
    fill(other.backward, 2, 2, 2);
    fill(other.backward, 12, CYCLES - 1, 3);
    play_script(&other, &asked, &stimulus);
    assert_shown(&other, CAME, "011111111101010.");
}

Test(play, receivers_give_a_credit_in_the_cycle_after_a_flit_but_while_they_are_stalled)
{
    struct stimulus_quiet stall = {.from_cycle = 4, .to_cycle = 9, .vcs = 2};
    struct stimulus stimulus = {.stalls = &stall, .num_stalls = 1};
    struct bench_map asked = {.out = DEVICE_CREDIT};
    struct script script = {.sends = {[1] = 1, [2] = 2, [3] = 2, [4] = 2, [9] = 1}};
    play_script(&script, &asked, &stimulus);
    assert_shown(&script, TOLD, "..12......32....");

    asked.one_credit = true; // one at a time, both VCs in turn
    struct script one = {.sends = {[1] = 1, [2] = 2, [3] = 2, [4] = 2, [9] = 1}};
    play_script(&one, &asked, &stimulus);
    assert_shown(&one, TOLD, "..12......122...");
}

Test(play, receivers_are_ready_but_while_they_are_stalled)
{
    struct stimulus_quiet stalls[] = {{.from_cycle = 4, .to_cycle = 7, .vcs = 2},
                                      {.from_cycle = 6, .to_cycle = 9, .vcs = 3}};
    struct stimulus stimulus = {.stalls = stalls, .num_stalls = 2};
    struct bench_map asked = {.out = DEVICE_READY_VALID};
    struct script script = {.sends = {[5] = 1, [6] = 1, [10] = 2}};
    struct play_result result = play_script(&script, &asked, &stimulus);
    assert_shown(&script, TOLD, "333311....33");
    cr_assert_eq(result.flits_out, 2);

    asked.shared = true;
    struct script shared = {0};
    play_script(&shared, &asked, &stimulus);
    assert_shown(&shared, TOLD, "3333......33");
}

Test(play, receivers_say_off_when_no_more_than_the_slack_is_free)
{
    struct stimulus_quiet stall = {.from_cycle = 0, .to_cycle = 19, .vcs = 1};
    struct stimulus stimulus = {.stalls = &stall, .num_stalls = 1};
    for (uint32_t slack = 1; slack <= 3; slack++) {
        struct bench_map asked = {.out = DEVICE_ON_OFF,
                                  .in_buffer_flits = 5,
                                  .out_buffer_flits = 5,
                                  .slack_flits = slack};
        struct script script = {.sends = {[1] = 1, [3] = 1, [5] = 1, [7] = 1, [8] = 1}};
        play_script(&script, &asked, &stimulus);
        // A flit that came in cycle t is in the buffer from t + 1 on, and leaves it from 20 on.
        assert_shown(&script, TOLD,
                     slack == 1   ? "33333333222222222222233333"
                     : slack == 2 ? "33333322222222222222223333"
                                  : "33332222222222222222222333");
    }
}

Test(play, a_reset_takes_its_cycles_and_packets_that_had_begun_are_gone)
{
    struct stimulus_packet packets[] = {
        {.flits = 8}, {.flits = 2}, {.vc = 1, .flits = 1, .cycle = 3}};
    uint64_t resets[] = {2};
    struct stimulus stimulus = {.packets = packets, .num_packets = 3};
    stimulus.resets = resets;
    stimulus.num_resets = 1;
    struct bench_map asked = {.in = DEVICE_CREDIT};
    struct script script = {0};
    struct play_result result = play_script(&script, &asked, &stimulus);
    // Cycles 2 to 6 are reset and setup, which the script does not count.
    assert_shown(&script, CAME, "00010....");
    cr_assert_eq(script.came[2].packet, 1);
    cr_assert_eq(script.resets, 4);
    cr_assert_eq(result.cycles, 5 + CYCLES);
    cr_assert_eq(result.packets_in, 2);
}

Test(play, a_run_ends_when_all_is_sent_and_none_waits_or_with_the_last_cycle)
{
    struct bench_map asked = {.in = DEVICE_CREDIT, .out = DEVICE_CREDIT};
    struct device_map *map = bench_map(&asked);
    struct bench_link link = bench_map_link(map);
    struct device device;
    bench_device_open(&device, &link, NULL);
    struct stimulus_packet packet = {.to = 2, .flits = 3, .cycle = 10};
    struct stimulus stimulus = {
        .mode = SWITCHING_WORMHOLE, .packets = &packet, .num_packets = 1, .last_cycle = 1000};
    struct play_result result;
    struct err err = {0};
    cr_assert(play(map, &device, &stimulus, NULL, 0, &result, &err));
    cr_assert_eq(result.cycles, 2 + 13);
    struct wait wait = {.until = 20};
    struct play_checker checker = {.cycle = wait_cycle, .waits = wait_waits, .self = &wait};
    cr_assert(play(map, &device, &stimulus, &checker, 1, &result, &err));
    cr_assert_eq(result.cycles, 2 + 21);
    cr_assert_eq(result.flits_out, 3);
    stimulus.last_cycle = 11;
    cr_assert(play(map, &device, &stimulus, &checker, 1, &result, &err));
    cr_assert_eq(result.cycles, 2 + 12);
    cr_assert_eq(result.flits_in, 2);
    device_free(&device);
    device_map_free(map);
}

static void fail_in_cycle_3(void *of, const struct play_cycle *cycle, struct failure *failure)
{
    (void)of;
    if (cycle->cycle == 3)
        failure_set(failure, &(struct failure){.rule = RULE_ONCE, .cycle = 3}, "enough");
}

Test(play, the_first_failure_ends_a_run_and_so_does_what_the_device_complains_of)
{
    struct bench_map asked = {0};
    struct device_map *map = bench_map(&asked);
    struct script script = {.fault = "router.sv:7: it cannot be"};
    struct device device = {.ops = &script_ops, .self = &script, .setup_cycles = 3};
    struct stimulus_packet packet = {.flits = 1, .cycle = 30};
    struct stimulus stimulus = {.packets = &packet, .num_packets = 1, .last_cycle = 39};
    stimulus.mode = SWITCHING_WORMHOLE;
    struct play_checker checker = {.cycle = fail_in_cycle_3};
    struct play_result result;
    struct err err = {0};
    cr_assert(play(map, &device, &stimulus, &checker, 1, &result, &err));
    cr_assert_eq(result.failure.rule, RULE_ONCE);
    cr_assert_eq(result.cycles, 5 + 4);
    script = (struct script){.fault = "router.sv:7: it cannot be"};
    cr_assert(play(map, &device, &stimulus, NULL, 0, &result, &err));
    cr_assert_eq(result.failure.rule, RULE_ASSERTION);
    cr_assert_eq(result.failure.cycle, 5);
    cr_assert_str_eq(result.failure.text, "router.sv:7: it cannot be");
    device_map_free(map);
}

// Traffic of all ports and VCs, with pauses, stalls and, if `resets`, a reset in flight.
static struct stimulus draw(uint64_t seed, const struct device_spec *spec, bool resets)
{
    struct rng rng = rng_make(seed, RNG_VALIDATE, 0);
    struct err err = {0};
    struct stimulus stimulus = {.mode = spec->modes[rng_below(&rng, spec->num_modes)],
                                .last_cycle = 20000};
    uint64_t most = device_spec_max_flits(spec, stimulus.mode);
    for (uint32_t i = 0; i < 120; i++) {
        struct stimulus_packet packet = {.cycle = rng_below(&rng, 200),
                                         .port = (uint32_t)rng_below(&rng, spec->num_ports),
                                         .vc = (uint32_t)rng_below(&rng, spec->num_vcs),
                                         .flits = 1 + (uint32_t)rng_below(&rng, most)};
        packet.to = (packet.port + 1 + (uint32_t)rng_below(&rng, 2)) % 3; // no U-turns
        struct stimulus_quiet quiet = {
            .from_cycle = rng_below(&rng, 300),
            .port = (uint32_t)rng_below(&rng, spec->num_ports),
            .vcs = (uint16_t)(rng_below(&rng, 4) & ((1U << spec->num_vcs) - 1))};
        quiet.to_cycle = quiet.from_cycle + rng_below(&rng, 30);
        cr_assert(stimulus_add_packet(&stimulus, packet, &err));
        cr_assert(i % 9 || stimulus_add_pause(&stimulus, quiet, &err));
        cr_assert(i % 8 || stimulus_add_stall(&stimulus, quiet, &err));
    }
    cr_assert(!resets || stimulus_add_reset(&stimulus, 100, &err));
    return stimulus;
}

struct flow {
    uint64_t in, out, resets, idle_cycles;
};

static void flow_cycle(void *of, const struct play_cycle *cycle, struct failure *failure)
{
    (void)failure;
    struct flow *self = of;
    self->in += (uint64_t)__builtin_popcountll(cycle->taken);
    self->out += (uint64_t)__builtin_popcountll(cycle->given);
    self->idle_cycles = cycle->taken || cycle->given ? 0 : self->idle_cycles + 1;
    if (cycle->phase == DEVICE_RESET)
        *self = (struct flow){.resets = self->resets + 1};
}

static bool flow_waits(const void *of)
{
    return ((const struct flow *)of)->idle_cycles < 400;
}

Test(play, a_right_router_delivers_all_flits_under_every_pair_of_flow_controls)
{
    for (uint32_t i = 0; i < 3 * 3 * 8; i++) {
        struct bench_map asked = {.in = i % 3,
                                  .out = i / 3 % 3,
                                  .one_credit = i & 1,
                                  .shared = i & 2,
                                  .num_vcs = i & 6 ? 1 : 2, // else VCs block each other
                                  .held = i & 4,
                                  .react_cycles = 1 + i % 2,
                                  .modes = "{wormhole: 0, virtual-cut-through: 1, "
                                           "store-and-forward: 2}"};
        struct device_map *map = bench_map(&asked);
        struct bench_link link = bench_map_link(map);
        struct device device;
        bench_device_open(&device, &link, NULL);
        struct stimulus stimulus = draw(i, link.spec, i % 2);
        struct flow flow = {0};
        struct play_checker checker = {.cycle = flow_cycle, .waits = flow_waits, .self = &flow};
        struct play_result result;
        struct err err = {0};
        cr_assert(play(map, &device, &stimulus, &checker, 1, &result, &err));
        cr_assert(flow.in > 100 && flow.in == flow.out, "%u: in %lu, out %lu", i, flow.in,
                  flow.out);
        cr_assert_lt(result.cycles, 10000);
        cr_assert_eq(flow.resets, i % 2 ? 4 : 2);
        stimulus_free(&stimulus);
        device_free(&device);
        device_map_free(map);
    }
}
