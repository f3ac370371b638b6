// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/words.h"

#include <inttypes.h>
#include <string.h>

void words_packet(FILE *to, const struct device_map *map, const struct stimulus *stimulus,
                  size_t packet)
{
    const struct device_spec *spec = device_map_spec(map);
    const struct stimulus_packet *p = &stimulus->packets[packet];
    char address[96];
    device_map_address(map, p->to, address, sizeof address);
    fprintf(to, "packet %zu: %" PRIu32 " flit%s, in by port %s", packet, p->flits,
            p->flits == 1 ? "" : "s", spec->port_names[p->port]);
    if (spec->num_vcs > 1)
        fprintf(to, ", VC %" PRIu32, p->vc);
    fprintf(to, ", in cycle %" PRIu64 " or later; to %s", p->cycle, address);
}

void words_place(FILE *to, const struct device_spec *spec, const struct failure *failure)
{
    fprintf(to, "cycle %" PRIu64, failure->cycle);
    if (failure->port != FAILURE_NONE && failure->port < spec->num_ports)
        fprintf(to, ", %s port %s", failure->output ? "output" : "input",
                spec->port_names[failure->port]);
    if (failure->vc != FAILURE_NONE && spec->num_vcs > 1)
        fprintf(to, ", VC %" PRIu32, failure->vc);
    if (failure->packet != FAILURE_NONE)
        fprintf(to, ", packet %" PRIu32, failure->packet);
    if (failure->flit != FAILURE_NONE)
        fprintf(to, ", flit %" PRIu32, failure->flit);
    if (failure->field[0])
        fprintf(to, ", field %s", failure->field);
}

void words_lines(FILE *to, const char *text, const char *indent)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        fprintf(to, "%s%.*s\n", indent, (int)length, text);
        text += length + (text[length] == '\n');
    }
}

void words_seen(FILE *to, const struct device_spec *spec, const struct failure *failure,
                const char *indent)
{
    fprintf(to, "%swhere:    ", indent);
    words_place(to, spec, failure);
    fputc('\n', to);
    if (failure->expected[0])
        fprintf(to, "%sexpected: %s\n", indent, failure->expected);
    if (failure->actual[0])
        fprintf(to, "%sactual:   %s\n", indent, failure->actual);
    words_lines(to, failure->text, indent);
}

void words_failure(FILE *to, const struct device_spec *spec, const struct failure *failure,
                   const char *indent)
{
    fprintf(to, "%srule:     %s: %s\n", indent, failure_rule_names[failure->rule],
            failure_rule_texts[failure->rule]);
    words_seen(to, spec, failure, indent);
}
