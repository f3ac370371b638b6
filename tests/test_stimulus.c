// SPDX-License-Identifier: Apache-2.0
// Stimuli as text: what is written is read again as it was, and what is wrong is refused.
#include "sim/rng.h"
#include "sim/workbench/stimulus.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct device_spec spec = {.num_ports = 3,
                                        .port_names = {"local", "east", "west"},
                                        .num_vcs = 4,
                                        .in = {.buffer_flits = 4},
                                        .out = {.buffer_flits = 6},
                                        .num_modes = 2,
                                        .modes = {SWITCHING_WORMHOLE, SWITCHING_STORE_AND_FORWARD},
                                        .min_flits = 2,
                                        .max_flits = 9,
                                        .num_destinations = 16,
                                        .num_positions = 5};

static struct stimulus draw(uint64_t seed)
{
    struct rng rng = rng_make(seed, RNG_VALIDATE, 0);
    struct err err = {0};
    struct stimulus stimulus = {.mode = spec.modes[rng_below(&rng, 2)],
                                .position = (uint32_t)rng_below(&rng, 5),
                                .seed = rng_next(&rng),
                                .last_cycle = rng_next(&rng)};
    uint64_t num = rng_below(&rng, 20);
    uint64_t reset = 0;
    for (uint64_t i = 0; i < num; i++) {
        struct stimulus_packet packet = {.cycle = rng_next(&rng),
                                         .port = (uint32_t)rng_below(&rng, 3),
                                         .vc = (uint32_t)rng_below(&rng, 4),
                                         .to = (uint32_t)rng_below(&rng, 16),
                                         .flits = 2 + (uint32_t)rng_below(&rng, 3),
                                         .content = (uint32_t)rng_next(&rng)};
        struct stimulus_quiet quiet = {.from_cycle = rng_below(&rng, 1000),
                                       .to_cycle = 1000 + rng_below(&rng, 1000),
                                       .port = (uint32_t)rng_below(&rng, 3),
                                       .vcs = (uint16_t)(1 + rng_below(&rng, 15))};
        reset += 1 + rng_below(&rng, 100);
        cr_assert(stimulus_add_packet(&stimulus, packet, &err));
        cr_assert(i % 2 || stimulus_add_pause(&stimulus, quiet, &err));
        cr_assert(i % 3 || stimulus_add_stall(&stimulus, quiet, &err));
        cr_assert(i % 5 || stimulus_add_reset(&stimulus, reset, &err));
    }
    return stimulus;
}

static char *text_of(const struct stimulus *stimulus)
{
    char *text;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    stimulus_write(stimulus, &spec, to);
    fclose(to);
    return text;
}

static bool read_text(struct stimulus *stimulus, const char *text, struct err *err)
{
    FILE *from = fopen(scratch_file("small.txt", text), "r");
    bool ok = stimulus_read(stimulus, &spec, from, "small.txt", 1, err);
    fclose(from);
    return ok;
}

static void assert_same(const struct stimulus *a, const struct stimulus *b)
{
    cr_assert(a->mode == b->mode && a->position == b->position && a->seed == b->seed &&
              a->last_cycle == b->last_cycle && a->num_packets == b->num_packets &&
              a->num_pauses == b->num_pauses && a->num_stalls == b->num_stalls &&
              a->num_resets == b->num_resets);
    for (size_t i = 0; i < a->num_packets; i++) {
        const struct stimulus_packet *p = &a->packets[i], *q = &b->packets[i];
        cr_assert(p->cycle == q->cycle && p->port == q->port && p->vc == q->vc && p->to == q->to &&
                  p->flits == q->flits && p->content == q->content);
    }
    for (size_t i = 0; i < a->num_resets; i++)
        cr_assert(a->resets[i] == b->resets[i]);
}

Test(stimulus, what_is_written_is_read_again_as_it_was)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct stimulus stimulus = draw(seed), again = {0}, copy = {0};
        struct err err = {0};
        char *text = text_of(&stimulus);
        cr_assert(read_text(&again, text, &err), "%s", err.text);
        assert_same(&stimulus, &again);
        char *text_again = text_of(&again); // pauses and stalls are all in the text
        cr_assert_str_eq(text, text_again);
        cr_assert(stimulus_copy(&copy, &stimulus, &err));
        char *text_copy = text_of(&copy);
        cr_assert_str_eq(text, text_copy);
        free(text);
        free(text_again);
        free(text_copy);
        stimulus_free(&stimulus);
        stimulus_free(&again);
        stimulus_free(&copy);
    }
}

Test(stimulus, a_copy_grows_on_its_own)
{
    struct err err = {0};
    struct stimulus stimulus = {0}, copy = {0};
    for (uint32_t i = 0; i < 5; i++)
        cr_assert(stimulus_add_packet(&stimulus, (struct stimulus_packet){.to = i}, &err));
    cr_assert(stimulus_copy(&copy, &stimulus, &err));
    for (uint32_t i = 5; i < 20; i++)
        cr_assert(stimulus_add_packet(&copy, (struct stimulus_packet){.to = i}, &err));
    for (uint32_t i = 0; i < 20; i++)
        cr_assert_eq(copy.packets[i].to, i);
    cr_assert_eq(stimulus.num_packets, 5);
    stimulus_free(&stimulus);
    stimulus_free(&copy);
}

#define SETUP "mode wormhole\nposition 1\nseed 7\nlast 100\n"
#define SAF   "mode store-and-forward\nposition 1\nseed 7\nlast 100\n"

static const struct {
    const char *text;
    const char *error;
} refused[] = {
    {"", "small.txt:1: mode: missing"},
    {"mode wormhole\n", "small.txt:2: position: missing"},
    {"mode wormhle",
     "small.txt:1: wormhle: no switching mode of this device; did you mean wormhole?"},
    {"mode circuit", "small.txt:1: circuit: no switching mode of this device"},
    {"mode wormhole\nmode wormhole\n", "small.txt:2: mode: given twice"},
    {"position 5\n", "small.txt:1: position: \"5\" is no number in 0..4"},
    {"seed 18446744073709551616\n",
     "small.txt:1: seed: \"18446744073709551616\" is no number in 0..18446744073709551615"},
    {"reset 4\n", "small.txt:1: reset: before it there must be mode"},
    {SETUP "packt 1\n", "small.txt:5: packt: not a word of stimuli; did you mean packet?"},
    {SETUP "# comment\n\nreset\n", "small.txt:7: reset: 0 fields, not 1"},
    {SETUP "packet 0 east 0 0 2 0 0\n", "small.txt:5: packet: 7 fields, not 6"},
    {SETUP "packet 0 est 0 0 2 0\n",
     "small.txt:5: est: no port of this device; did you mean east?"},
    {SETUP "packet -1 east 0 0 2 0\n",
     "small.txt:5: cycle: \"-1\" is no number in 0..18446744073709551615"},
    {SETUP "packet 0 east 4 0 2 0\n", "small.txt:5: vc: \"4\" is no number in 0..3"},
    {SETUP "packet 0 east 0 16 2 0\n", "small.txt:5: to: \"16\" is no number in 0..15"},
    {SETUP "packet 0 east 0 0 1 0\n", "small.txt:5: flits: \"1\" is no number in 2..9"},
    {SETUP "packet 0 east 0 0 10 0\n", "small.txt:5: flits: \"10\" is no number in 2..9"},
    {SAF "packet 0 east 0 0 5 0\n", "small.txt:5: flits: \"5\" is no number in 2..4"},
    {SETUP "packet 0 east 0 0 2 0x123456789\n",
     "small.txt:5: content: \"0x123456789\" is no number in 0..4294967295"},
    {SETUP "pause 3 2 east 0\n",
     "small.txt:5: to_cycle: \"2\" is no number in 3..18446744073709551615"},
    {SETUP "stall 3 4 east 0,4\n", "small.txt:5: 0,4: not a list of VCs of this device, as 0,2"},
    {SETUP "stall 3 4 east 0,0\n", "small.txt:5: 0,0: not a list of VCs of this device, as 0,2"},
    {SETUP "stall 3 4 east 0,\n", "small.txt:5: 0,: not a list of VCs of this device, as 0,2"},
    {SETUP "reset 4\nreset 4\n",
     "small.txt:6: cycle: \"4\" is no number in 5..18446744073709551615"},
};

Test(stimulus, what_is_wrong_is_refused_by_file_line_and_word)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct stimulus stimulus;
        struct err err = {0};
        cr_assert(!read_text(&stimulus, refused[i].text, &err), "%s", refused[i].text);
        cr_assert_eq(err.status, ERR_CONFIG);
        cr_assert_str_eq(err.text, refused[i].error);
        cr_assert_eq(stimulus.num_packets, 0);
    }
}
