// SPDX-License-Identifier: Apache-2.0
// Words and counts that several files of the scoreboard need.
#include "sim/workbench/scoreboard_state.h"

#include <stdio.h>

struct score_words score_words_channel(const struct scoreboard *self, uint32_t channel)
{
    struct score_words words;
    const char *name = self->spec->port_names[score_port(self, channel)];
    if (self->spec->num_vcs == 1)
        snprintf(words.text, sizeof words.text, "%s", name);
    else
        snprintf(words.text, sizeof words.text, "%s VC %u", name, score_vc(self, channel));
    return words;
}

void score_words_ways(const struct scoreboard *self, const struct score_packet *packet, char *text,
                      size_t size)
{
    size_t used = 0;
    for (uint32_t by = 0; by < self->num_inputs && used < size; ++by)
        if (score_leads(self, packet, by))
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", or " : "by ",
                                     score_words_channel(self, by).text);
}

struct failure score_at(const struct scoreboard *self, enum failure_rule rule, bool output,
                        uint32_t channel, uint32_t packet, uint32_t flit)
{
    return (struct failure){.rule = rule,
                            .cycle = self->cycle,
                            .output = output,
                            .port = score_port(self, channel),
                            .vc = score_vc(self, channel),
                            .packet = packet,
                            .flit = flit};
}

uint32_t score_flits_inside(const struct scoreboard *self, uint32_t channel)
{
    uint32_t flits = 0;
    for (uint32_t i = self->inputs[channel].first; i != SCORE_NONE; i = self->packets[i].behind)
        flits += self->packets[i].in - self->packets[i].out;
    return flits;
}
