// SPDX-License-Identifier: Apache-2.0
#include "sim/report_messages.h"

#include "model/node/life.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 2048, NUM_FIRST = 5 }; // columns before those of parts

// A message: source, destination, bytes, begin, end.
struct message {
    uint64_t first[NUM_FIRST];
    uint64_t cycles[LIFE_NUM_PARTS];
};

struct report_messages {
    FILE *stream;
    FILE *to;
    size_t max, num;
    char line[LINE_BYTES]; // that is being written
    size_t length;
    struct message slowest[]; // [max], slowest first; of equals the one that ended first
};

struct report_messages *report_messages_new(size_t max)
{
    struct report_messages *self = calloc(1, sizeof *self + max * sizeof *self->slowest);
    if (self)
        self->max = max;
    return self;
}

void report_messages_free(struct report_messages *self)
{
    if (self && self->stream)
        fclose(self->stream);
    free(self);
}

static uint64_t time_of(const struct message *message)
{
    return message->first[4] - message->first[3];
}

static void keep(struct report_messages *self, const struct message *message)
{
    size_t at = self->num;
    while (at > 0 && time_of(&self->slowest[at - 1]) < time_of(message))
        at--;
    if (at == self->max)
        return;
    self->num += self->num < self->max;
    memmove(&self->slowest[at + 1], &self->slowest[at],
            (self->num - 1 - at) * sizeof *self->slowest);
    self->slowest[at] = *message;
}

// Takes up a whole line; that of the headings has no numbers.
static void take_line(struct report_messages *self)
{
    struct message message;
    char *at = self->line;
    for (size_t i = 0; i < NUM_FIRST + LIFE_NUM_PARTS; i++) {
        char *end;
        uint64_t value = strtoull(at, &end, 10);
        if (end == at)
            return;
        if (i < NUM_FIRST)
            message.first[i] = value;
        else
            message.cycles[i - NUM_FIRST] = value;
        at = end + (*end == ',');
    }
    keep(self, &message);
}

static ssize_t take(void *cookie, const char *bytes, size_t size)
{
    struct report_messages *self = cookie;
    for (size_t i = 0; i < size; i++) {
        if (self->length < LINE_BYTES - 1)
            self->line[self->length++] = bytes[i];
        if (bytes[i] != '\n')
            continue;
        self->line[self->length] = '\0';
        take_line(self);
        self->length = 0;
    }
    return self->to ? (ssize_t)fwrite(bytes, 1, size, self->to) : (ssize_t)size;
}

FILE *report_messages_stream(struct report_messages *self, FILE *to)
{
    self->to = to;
    self->stream = fopencookie(self, "w", (cookie_io_functions_t){.write = take});
    if (self->stream)
        setvbuf(self->stream, NULL, _IOLBF, BUFSIZ); // nothing is left when `to` is closed
    return self->stream;
}

static json_t *row_json(const struct message *message)
{
    static const char *const names[NUM_FIRST] = {"source", "destination", "bytes", "begin_cycle",
                                                 "end_cycle"};
    json_t *row = json_object();
    json_t *cycles = json_array();
    bool good = row && json_object_set_new(row, "cycles", cycles) == 0;
    for (int i = 0; good && i < NUM_FIRST; i++)
        good = json_object_set_new(row, names[i], json_integer((json_int_t)message->first[i])) == 0;
    for (int i = 0; good && i < LIFE_NUM_PARTS; i++)
        good = json_array_append_new(cycles, json_integer((json_int_t)message->cycles[i])) == 0;
    if (good)
        return row;
    json_decref(row);
    return NULL;
}

json_t *report_messages_json(const struct report_messages *self)
{
    json_t *parts = json_array();
    json_t *rows = json_array();
    bool good = parts && rows;
    for (int i = 0; good && i < LIFE_NUM_PARTS; i++)
        good = json_array_append_new(parts, json_string(life_names[i])) == 0;
    for (size_t i = 0; good && i < self->num; i++)
        good = json_array_append_new(rows, row_json(&self->slowest[i])) == 0;
    if (good)
        return json_pack("{s:s s:o s:o}", "kind", "messages", "parts", parts, "rows", rows);
    json_decref(parts);
    json_decref(rows);
    return NULL;
}
