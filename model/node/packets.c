// SPDX-License-Identifier: Apache-2.0
#include "model/node/packets.h"
#include "model/node/text.h"
#include "traces/input.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// --- the file -----------------------------------------------------------------------------------

static bool copy_all(int from, int to, struct err *err)
{
    char block[1 << 14];
    for (;;) {
        ssize_t num = read(from, block, sizeof block);
        if (num == 0)
            return true;
        if (num < 0 && errno == EINTR)
            continue;
        if (num < 0)
            return err_set(err, ERR_RUN, "standard input: %s", strerror(errno));
        for (ssize_t copied = 0; copied < num;) {
            ssize_t written = write(to, block + copied, (size_t)(num - copied));
            if (written < 0 && errno != EINTR)
                return err_set(err, ERR_RUN, "temporary copy of standard input: %s",
                               strerror(errno));
            copied += written < 0 ? 0 : written;
        }
    }
}

bool packets_file_open(struct packets_file *self, const char *path, struct err *err)
{
    *self = (struct packets_file){.given = path, .name = path, .copy = -1};
    if (strcmp(path, "-") != 0)
        return true;
    FILE *temporary = tmpfile();
    self->copy = temporary ? dup(fileno(temporary)) : -1;
    if (temporary)
        fclose(temporary);
    if (self->copy < 0)
        return err_set(err, ERR_RUN, "temporary copy of standard input: %s", strerror(errno));
    self->name = "standard input";
    snprintf(self->path, sizeof self->path, "/dev/fd/%d", self->copy);
    if (copy_all(STDIN_FILENO, self->copy, err))
        return true;
    packets_file_close(self);
    return false;
}

void packets_file_close(struct packets_file *self)
{
    if (self->copy >= 0)
        close(self->copy);
    self->copy = -1;
}

bool packets_check(const struct packet_spec *packet, uint32_t num_nodes, uint32_t num_classes,
                   uint32_t max_flits, struct err *err)
{
    uint32_t node = packet->source >= num_nodes ? packet->source : packet->destination;
    if (node >= num_nodes)
        return err_set(err, ERR_TRACE, "there is no node %u, the last is %u", node, num_nodes - 1);
    if (packet->traffic_class >= num_classes)
        return err_set(err, ERR_TRACE,
                       "there is no traffic class %u, the last is %u (fabric.router.classes)",
                       packet->traffic_class, num_classes - 1);
    if (packet->flits == 0)
        return err_set(err, ERR_TRACE, "a packet has at least 1 flit");
    return packet->flits <= max_flits ||
           err_set(err, ERR_TRACE,
                   "a packet of %u flits, and the longest that the fabric takes is %u",
                   packet->flits, max_flits);
}

// --- lines --------------------------------------------------------------------------------------

struct reader {
    const char *name; // of the file
    struct input *input;
    uint32_t num_nodes;
    uint32_t num_classes;
    uint32_t max_flits;
    uint64_t cycle; // of the line before
};

static bool reader_open(struct reader *self, const struct packets_file *file, uint32_t num_nodes,
                        uint32_t num_classes, uint32_t max_flits, struct err *err)
{
    *self = (struct reader){
        .name = file->name,
        .input = input_open(file->path[0] ? file->path : file->given, NULL, NULL, err),
        .num_nodes = num_nodes,
        .num_classes = num_classes,
        .max_flits = max_flits,
    };
    return self->input != NULL;
}

// Takes the numbers of a line. False with an error naming the field that is wrong.
static bool parse(const struct reader *self, const char *text, struct packets_line *line,
                  struct err *err)
{
    static const char *const names[] = {"cycle", "source", "destination", "flits", "class"};
    const uint64_t limits[] = {WORKLOAD_LAST_CYCLE, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
    uint64_t values[5] = {0};
    for (size_t i = 0; i < 5; i++) {
        if (text_number(&text, limits[i], &values[i]))
            continue;
        int length = text_field(&text);
        if (length == 0 && i == 4)
            break;
        if (length == 0)
            return err_set(err, ERR_TRACE,
                           "%s:%u: the line ends before its %s; it must be "
                           "'cycle source destination flits'",
                           self->name, input_line_number(self->input), names[i]);
        return err_set(err, ERR_TRACE, "%s:%u: %s: '%.*s' is not a number from 0 to %" PRIu64,
                       self->name, input_line_number(self->input), names[i],
                       length < 40 ? length : 40, text, limits[i]);
    }
    if (text_field(&text))
        return err_set(err, ERR_TRACE, "%s:%u: '%.40s' after the numbers of a packet", self->name,
                       input_line_number(self->input), text);
    *line = (struct packets_line){.cycle = values[0],
                                  .packet = {.source = (uint32_t)values[1],
                                             .destination = (uint32_t)values[2],
                                             .flits = (uint32_t)values[3],
                                             .traffic_class = (uint32_t)values[4],
                                             .message = MSG_NONE}};
    return true;
}

static bool check(const struct reader *self, const struct packets_line *line, struct err *err)
{
    uint32_t number = input_line_number(self->input);
    if (line->cycle < self->cycle)
        return err_set(err, ERR_TRACE,
                       "%s:%u: cycle %" PRIu64 " comes after cycle %" PRIu64
                       "; cycles must not decrease",
                       self->name, number, line->cycle, self->cycle);
    return packets_check(&line->packet, self->num_nodes, self->num_classes, self->max_flits, err) ||
           err_prefix(err, "%s:%u", self->name, number);
}

// The next packet of the file.
static enum input_next reader_next(struct reader *self, struct packets_line *line, struct err *err)
{
    char *text;
    enum input_next next;
    do {
        next = input_line(self->input, &text, err);
    } while (next == INPUT_LINE && !text_strip(text));
    if (next != INPUT_LINE)
        return next;
    if (!parse(self, text, line, err) || !check(self, line, err))
        return INPUT_ERROR;
    self->cycle = line->cycle;
    return INPUT_LINE;
}

bool packets_scan(const struct packets_file *file, uint32_t num_nodes, uint32_t num_classes,
                  struct packets_summary *summary, struct err *err)
{
    struct reader reader;
    if (!reader_open(&reader, file, num_nodes, num_classes, UINT32_MAX, err))
        return false;
    *summary = (struct packets_summary){0};
    struct packets_line line;
    enum input_next next;
    while ((next = reader_next(&reader, &line, err)) == INPUT_LINE) {
        if (line.packet.flits > summary->longest_flits)
            summary->longest_flits = line.packet.flits;
    }
    input_close(reader.input);
    return next == INPUT_END;
}

// --- the workload -------------------------------------------------------------------------------

struct packets {
    struct workload workload;
    struct reader reader;
    struct packets_line next; // its cycle is UINT64_MAX at the end of the file
};

// Reads the line that comes next.
static bool advance(struct packets *self, struct err *err)
{
    enum input_next next = reader_next(&self->reader, &self->next, err);
    if (next == INPUT_END)
        self->next.cycle = UINT64_MAX;
    return next != INPUT_ERROR;
}

bool packets_take(struct workload *workload, uint64_t cycle, bool *any, struct packets_line *line,
                  struct err *err)
{
    struct packets *self = (struct packets *)workload;
    assert(self->next.cycle >= cycle);
    *any = self->next.cycle == cycle;
    if (!*any)
        return true;
    *line = self->next;
    return advance(self, err);
}

static bool step(struct workload *workload, struct fabric *fabric, uint64_t cycle, struct err *err)
{
    struct packets_line line;
    bool any;
    for (;;) {
        if (!packets_take(workload, cycle, &any, &line, err))
            return false;
        if (!any)
            return true;
        if (!fabric_send(fabric, &line.packet, err))
            return false;
    }
}

static uint64_t next_event(const struct workload *workload, uint64_t cycle)
{
    const struct packets *self = (const struct packets *)workload;
    assert(self->next.cycle > cycle);
    return self->next.cycle;
}

static bool done(const struct workload *workload)
{
    return ((const struct packets *)workload)->next.cycle == UINT64_MAX;
}

static void free_packets(struct workload *workload)
{
    struct packets *self = (struct packets *)workload;
    input_close(self->reader.input);
    free(self);
}

static const struct workload_ops packets_ops = {
    .step = step,
    .next_event = next_event,
    .done = done,
    .free = free_packets,
};

struct workload *packets_new(const struct packets_file *file, uint32_t num_nodes,
                             uint32_t num_classes, uint32_t max_flits, struct err *err)
{
    struct packets *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory for the packet trace");
        return NULL;
    }
    self->workload.ops = &packets_ops;
    if (reader_open(&self->reader, file, num_nodes, num_classes, max_flits, err) &&
        advance(self, err))
        return &self->workload;
    free_packets(&self->workload);
    return NULL;
}
