// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/pin_record.h"

#include "sim/workbench/device_rtl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

size_t pin_record_num_words(const struct device_wires *wires, enum device_vector vector)
{
    return (wires->bits[vector] + 31) / 32;
}

// Where a vector begins in the words of a row; of DEVICE_NUM_VECTORS, how many words a row has.
static size_t offset(const struct device_wires *wires, enum device_vector vector)
{
    size_t words = 0;
    for (enum device_vector v = 0; v < vector; v++)
        words += pin_record_num_words(wires, v);
    return words;
}

const uint32_t *pin_record_words(const struct pin_record *self, size_t row,
                                 enum device_vector vector)
{
    return self->words + row * offset(self->wires, DEVICE_NUM_VECTORS) +
           offset(self->wires, vector);
}

// Doubles the room for rows when it is used up.
static bool make_room(struct pin_record *self)
{
    if (self->num_rows < self->room_rows)
        return true;
    size_t room = self->room_rows ? self->room_rows * 2 : 256;
    size_t width = offset(self->wires, DEVICE_NUM_VECTORS) * sizeof *self->words;
    struct pin_row *rows = realloc(self->rows, room * sizeof *rows);
    if (rows)
        self->rows = rows;
    uint32_t *words = rows ? realloc(self->words, room * width) : NULL;
    if (words) {
        self->words = words;
        self->room_rows = room;
    }
    return words != NULL;
}

static void note_event(struct pin_record *self, struct pin_event event)
{
    if (self->num_events == self->room_events) {
        size_t room = self->room_events ? self->room_events * 2 : 256;
        struct pin_event *more = realloc(self->events, room * sizeof *more);
        if (!more) {
            self->out_of_memory = true;
            return;
        }
        self->events = more;
        self->room_events = room;
    }
    self->events[self->num_events++] = event;
}

static void note_flits(struct pin_record *self, const struct device_pins *pins, uint64_t ports,
                       bool output)
{
    for (; ports; ports &= ports - 1) {
        uint32_t port = (uint32_t)__builtin_ctzll(ports);
        const struct device_forward *flit = &pins->forward[port];
        note_event(self, (struct pin_event){.row = self->num_rows,
                                            .port = port,
                                            .output = output,
                                            .head = flit->head,
                                            .tail = flit->tail,
                                            .vc = flit->vc,
                                            .packet = flit->packet,
                                            .flit = flit->flit});
    }
}

static void record_cycle(void *of, const struct play_cycle *cycle, struct failure *failure)
{
    (void)failure;
    struct pin_record *self = of;
    if (self->out_of_memory || !make_room(self)) {
        self->out_of_memory = true;
        return;
    }
    note_flits(self, cycle->in, cycle->taken, false);
    note_flits(self, cycle->out, cycle->given, true);
    self->rows[self->num_rows] = (struct pin_row){.phase = cycle->phase, .cycle = cycle->cycle};
    uint32_t *to = self->words + self->num_rows * offset(self->wires, DEVICE_NUM_VECTORS);
    for (enum device_vector v = 0; v < DEVICE_NUM_VECTORS; v++) {
        size_t num = pin_record_num_words(self->wires, v);
        memcpy(to, device_rtl_words(self->device, v), num * sizeof *to);
        to += num;
    }
    self->num_rows++;
}

struct play_checker pin_record_checker(struct pin_record *self, const struct workbench *bench)
{
    self->device = &bench->rtl;
    self->wires = device_wrapper_wires(bench->map);
    return (struct play_checker){.cycle = record_cycle, .self = self};
}

void pin_record_free(struct pin_record *self)
{
    free(self->rows);
    free(self->words);
    free(self->events);
    *self = (struct pin_record){0};
}

static void put_hex(FILE *to, const uint32_t *words, uint32_t bits)
{
    for (size_t digit = (bits + 3) / 4; digit-- > 0;)
        fputc("0123456789abcdef"[words[digit / 8] >> digit % 8 * 4 & 15], to);
}

static void explain_event(const struct device_spec *spec, const struct pin_event *event, FILE *to)
{
    const char *kind = event->head && event->tail ? "single flit"
                       : event->head              ? "head"
                       : event->tail              ? "tail"
                                                  : "body flit";
    if (event->output)
        fprintf(to, "; %s out by %s", kind, spec->port_names[event->port]);
    else
        fprintf(to, "; %s of packet %" PRIu32 " in by %s", kind, event->packet,
                spec->port_names[event->port]);
    if (spec->num_vcs > 1)
        fprintf(to, " VC %u", event->vc);
}

void pin_record_explain(const struct pin_record *self, const struct device_spec *spec, size_t row,
                        size_t *event, FILE *to)
{
    const struct pin_row *is = &self->rows[row];
    fprintf(to, "cycle %" PRIu64, is->cycle);
    if (is->phase != DEVICE_RUN)
        fputs(is->phase == DEVICE_RESET ? ", reset" : ", setting up", to);
    while (*event < self->num_events && self->events[*event].row < row)
        ++*event;
    while (*event < self->num_events && self->events[*event].row == row)
        explain_event(spec, &self->events[(*event)++], to);
}

void pin_record_write(const struct pin_record *self, const struct device_spec *spec, FILE *to)
{
    size_t event = 0;
    for (size_t row = 0; row < self->num_rows; row++) {
        fputc(self->rows[row].phase == DEVICE_RESET ? '1' : '0', to);
        for (enum device_vector v = 0; v < DEVICE_NUM_VECTORS; v++) {
            fputc(' ', to);
            put_hex(to, pin_record_words(self, row, v), self->wires->bits[v]);
        }
        if (spec) {
            fputs(" // ", to);
            pin_record_explain(self, spec, row, &event, to);
        }
        fputc('\n', to);
    }
}
