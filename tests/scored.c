// SPDX-License-Identifier: Apache-2.0
#include "tests/scored.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct outcome scored_run(const struct device_map *map, const struct bench_plant *plant,
                          const struct stimulus *stimulus)
{
    struct outcome outcome = {0};
    struct err err = {0};
    struct device device = {0};
    struct bench_link link = bench_plain_link(device_map_spec(map));
    bench_device_open(&device, &link, plant);
    struct scoreboard *board = scoreboard_new(map, stimulus, &err);
    cr_assert(board, "%s", err.text);
    struct play_checker checker = scoreboard_checker(board);
    cr_assert(play(map, &device, stimulus, &checker, 1, &outcome.result, &err), "%s", err.text);
    scoreboard_measures_add(&outcome.measures, board);
    if (outcome.result.failure.found) {
        FILE *to = fmemopen(outcome.story, sizeof outcome.story, "w");
        scoreboard_story(board, &outcome.result.failure, to);
        fclose(to);
    }
    scoreboard_free(board);
    device_free(&device);
    return outcome;
}

void scored_add(struct stimulus *stimulus, struct stimulus_packet packet)
{
    struct err err = {0};
    packet.content = (uint32_t)stimulus->num_packets;
    cr_assert(stimulus_add_packet(stimulus, packet, &err));
}
