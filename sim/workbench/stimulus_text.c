// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/stimulus.h"
#include "traces/native_value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n"

enum { MAX_FIELDS = 6 };

static void write_quiets(const struct stimulus_quiet *quiets, size_t num, const char *word,
                         const char *whose, const struct device_spec *spec, FILE *to)
{
    if (num)
        fprintf(to, "#      from_cycle to_cycle %s vcs\n", whose);
    for (size_t i = 0; i < num; i++) {
        const struct stimulus_quiet *quiet = &quiets[i];
        fprintf(to, "%s  %10" PRIu64 " %8" PRIu64 " %*s ", word, quiet->from_cycle, quiet->to_cycle,
                (int)strlen(whose), spec->port_names[quiet->port]);
        const char *comma = "";
        for (uint32_t v = 0; v < spec->num_vcs; v++) {
            if (!(quiet->vcs >> v & 1))
                continue;
            fprintf(to, "%s%" PRIu32, comma, v);
            comma = ",";
        }
        fputc('\n', to);
    }
}

void stimulus_write(const struct stimulus *self, const struct device_spec *spec, FILE *to)
{
    fprintf(
        to,
        "# What is done to the device. Cycles count from the end of the first reset.\n"
        "# mode      switching mode\n"
        "# position  number of the place in a network that a router is told to be in\n"
        "# seed      of the state before the first reset, and of routing tables\n"
        "# last      a run ends with this cycle at the latest\n"
        "# packet    its head is sent in this cycle or later, after those before it of the same\n"
        "#           port and VC; `to` is its destination's address, `content` seeds what it "
        "carries\n"
        "# pause     no flit of these VCs is sent at this input port\n"
        "# stall     none is consumed at this output port: not ready, no credits, off when full\n"
        "# reset     the device is reset; packets that have begun are gone\n"
        "mode %s\nposition %" PRIu32 "\nseed %" PRIu64 "\nlast %" PRIu64 "\n",
        switching_names[self->mode], self->position, self->seed, self->last_cycle);
    if (self->num_packets)
        fputs("#            cycle  input_port vc       to flits content\n", to);
    for (size_t i = 0; i < self->num_packets; i++) {
        const struct stimulus_packet *p = &self->packets[i];
        fprintf(to,
                "packet  %10" PRIu64 " %11s %2" PRIu32 " %8" PRIu32 " %5" PRIu32 " 0x%08" PRIx32
                "\n",
                p->cycle, spec->port_names[p->port], p->vc, p->to, p->flits, p->content);
    }
    write_quiets(self->pauses, self->num_pauses, "pause", " input_port", spec, to);
    write_quiets(self->stalls, self->num_stalls, "stall", "output_port", spec, to);
    for (size_t i = 0; i < self->num_resets; i++)
        fprintf(to, "reset   %10" PRIu64 "\n", self->resets[i]);
}

// A line, cut into words.
struct line {
    const struct device_spec *spec;
    const char *file;
    uint32_t number;
    const char *fields[MAX_FIELDS]; // after the first word
    uint32_t num_fields;
    struct err *err;
};

static bool wrong(const struct line *line, const char *word, const char *why)
{
    return err_set(line->err, ERR_CONFIG, "%s:%" PRIu32 ": %.64s: %s", line->file, line->number,
                   word, why);
}

// A field as a number in min..max.
static bool number(const struct line *line, uint32_t i, const char *name, uint64_t min,
                   uint64_t max, uint64_t *value)
{
    const char *word = line->fields[i];
    if (native_number(word, max, value) && *value >= min)
        return true;
    return err_set(line->err, ERR_CONFIG,
                   "%s:%" PRIu32 ": %s: \"%.40s\" is no number in %" PRIu64 "..%" PRIu64,
                   line->file, line->number, name, word, min, max);
}

static bool small(const struct line *line, uint32_t i, const char *name, uint32_t min, uint32_t max,
                  uint32_t *value)
{
    uint64_t wide;
    bool ok = number(line, i, name, min, max, &wide);
    *value = ok ? (uint32_t)wide : 0;
    return ok;
}

static bool one_of(const struct line *line, uint32_t i, const char *what, const char *const *names,
                   uint32_t num, uint32_t *idx)
{
    const char *word = line->fields[i];
    for (*idx = 0; *idx < num; (*idx)++)
        if (!strcmp(word, names[*idx]))
            return true;
    const char *nearest = err_nearest(word, names, num);
    return err_set(line->err, ERR_CONFIG, "%s:%" PRIu32 ": %.64s: no %s of this device%s%s%s",
                   line->file, line->number, word, what, nearest ? "; did you mean " : "",
                   nearest ? nearest : "", nearest ? "?" : "");
}

static bool port(const struct line *line, uint32_t i, uint32_t *value)
{
    const char *names[DEVICE_MAX_PORTS];
    for (uint32_t p = 0; p < line->spec->num_ports; p++)
        names[p] = line->spec->port_names[p];
    return one_of(line, i, "port", names, line->spec->num_ports, value);
}

static bool vcs(const struct line *line, uint32_t i, uint16_t *value)
{
    *value = 0;
    const char *at = line->fields[i];
    for (size_t length;; at += length + 1) {
        char word[16];
        uint64_t vc;
        length = strcspn(at, ",");
        snprintf(word, sizeof word, "%.*s", (int)(length < 15 ? length : 15), at);
        if (!native_number(word, line->spec->num_vcs - 1, &vc) || *value >> vc & 1)
            return wrong(line, line->fields[i], "not a list of VCs of this device, as 0,2");
        *value |= (uint16_t)(1U << vc);
        if (!at[length])
            return true;
    }
}

static bool read_mode(struct stimulus *self, const struct line *line)
{
    const char *names[DEVICE_MAX_MODES];
    for (uint32_t m = 0; m < line->spec->num_modes; m++)
        names[m] = switching_names[line->spec->modes[m]];
    uint32_t idx;
    if (!one_of(line, 0, "switching mode", names, line->spec->num_modes, &idx))
        return false;
    self->mode = line->spec->modes[idx];
    return true;
}

static bool read_position(struct stimulus *self, const struct line *line)
{
    return small(line, 0, "position", 0, line->spec->num_positions - 1, &self->position);
}

static bool read_seed(struct stimulus *self, const struct line *line)
{
    return number(line, 0, "seed", 0, UINT64_MAX, &self->seed);
}

static bool read_last(struct stimulus *self, const struct line *line)
{
    return number(line, 0, "last", 0, UINT64_MAX, &self->last_cycle);
}

static bool read_packet(struct stimulus *self, const struct line *line)
{
    const struct device_spec *spec = line->spec;
    struct stimulus_packet p;
    return number(line, 0, "cycle", 0, UINT64_MAX, &p.cycle) && port(line, 1, &p.port) &&
           small(line, 2, "vc", 0, spec->num_vcs - 1, &p.vc) &&
           small(line, 3, "to", 0, spec->num_destinations - 1, &p.to) &&
           small(line, 4, "flits", spec->min_flits, device_spec_max_flits(spec, self->mode),
                 &p.flits) &&
           small(line, 5, "content", 0, UINT32_MAX, &p.content) &&
           stimulus_add_packet(self, p, line->err);
}

static bool quiet(const struct line *line, struct stimulus_quiet *value)
{
    return number(line, 0, "from_cycle", 0, UINT64_MAX, &value->from_cycle) &&
           number(line, 1, "to_cycle", value->from_cycle, UINT64_MAX, &value->to_cycle) &&
           port(line, 2, &value->port) && vcs(line, 3, &value->vcs);
}

static bool read_pause(struct stimulus *self, const struct line *line)
{
    struct stimulus_quiet pause;
    return quiet(line, &pause) && stimulus_add_pause(self, pause, line->err);
}

static bool read_stall(struct stimulus *self, const struct line *line)
{
    struct stimulus_quiet stall;
    return quiet(line, &stall) && stimulus_add_stall(self, stall, line->err);
}

static bool read_reset(struct stimulus *self, const struct line *line)
{
    uint64_t cycle, min = self->num_resets ? self->resets[self->num_resets - 1] + 1 : 0;
    return number(line, 0, "cycle", min, UINT64_MAX, &cycle) &&
           stimulus_add_reset(self, cycle, line->err);
}

// The first NUM_ONCE are there once each, before the others.
enum { NUM_ONCE = 4, NUM_WORDS = 8 };

static const struct {
    const char *word;
    uint32_t num_fields;
    bool (*read)(struct stimulus *self, const struct line *line);
} words[NUM_WORDS] = {
    {"mode", 1, read_mode},   {"position", 1, read_position}, {"seed", 1, read_seed},
    {"last", 1, read_last},   {"packet", 6, read_packet},     {"pause", 4, read_pause},
    {"stall", 4, read_stall}, {"reset", 1, read_reset},
};

// Reads a line of which `word` is the first; `seen` has a bit for each word that there must be.
static bool read_line(struct stimulus *self, const struct line *line, const char *word,
                      uint32_t *seen)
{
    const char *names[NUM_WORDS];
    uint32_t w = NUM_WORDS;
    for (uint32_t i = 0; i < NUM_WORDS; i++) {
        names[i] = words[i].word;
        if (!strcmp(word, names[i]))
            w = i;
    }
    if (w == NUM_WORDS) {
        const char *nearest = err_nearest(word, names, NUM_WORDS);
        char why[64];
        snprintf(why, sizeof why, "not a word of stimuli%s%s%s", nearest ? "; did you mean " : "",
                 nearest ? nearest : "", nearest ? "?" : "");
        return wrong(line, word, why);
    }
    if (line->num_fields != words[w].num_fields)
        return err_set(line->err, ERR_CONFIG,
                       "%s:%" PRIu32 ": %s: %" PRIu32 " fields, not %" PRIu32, line->file,
                       line->number, word, line->num_fields, words[w].num_fields);
    if (w < NUM_ONCE && *seen >> w & 1)
        return wrong(line, word, "given twice");
    for (uint32_t i = 0; i < NUM_ONCE && w >= NUM_ONCE; i++)
        if (!(*seen >> i & 1))
            return err_set(line->err, ERR_CONFIG, "%s:%" PRIu32 ": %s: before it there must be %s",
                           line->file, line->number, word, names[i]);
    *seen |= 1U << w;
    return words[w].read(self, line);
}

bool stimulus_read(struct stimulus *self, const struct device_spec *spec, FILE *from,
                   const char *name, uint32_t first_line, struct err *err)
{
    *self = (struct stimulus){0};
    struct line line = {.spec = spec, .file = name, .number = first_line, .err = err};
    char *text = NULL;
    size_t room = 0;
    uint32_t seen = 0;
    bool ok = true;
    for (; ok && getline(&text, &room, from) >= 0; line.number++) {
        text[strcspn(text, "#")] = '\0';
        char *save, *word = strtok_r(text, BLANKS, &save), *field;
        line.num_fields = 0;
        while (word && (field = strtok_r(NULL, BLANKS, &save))) {
            if (line.num_fields < MAX_FIELDS)
                line.fields[line.num_fields] = field;
            line.num_fields++;
        }
        ok = !word || read_line(self, &line, word, &seen);
    }
    free(text);
    if (ok && ferror(from))
        ok = err_set(err, ERR_RUN, "%s: cannot be read", name);
    for (uint32_t i = 0; i < NUM_ONCE && ok; i++)
        ok = seen >> i & 1 || wrong(&line, words[i].word, "missing");
    if (!ok)
        stimulus_free(self);
    return ok;
}
