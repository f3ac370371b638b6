// SPDX-License-Identifier: Apache-2.0
#include "sim/timeline_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PS_PER_US = 1000000, PENDING_EVENTS = 2 };

// --- the file -----------------------------------------------------------------------------------

bool timeline_file_open(struct timeline_file *self, const char *path, uint32_t first_thread,
                        struct err *err)
{
    *self = (struct timeline_file){
        .to_ps = UINT64_MAX, .max_events = TIMELINE_MAX_EVENTS, .first_thread = first_thread};
    if (!outfile_open(&self->file, path, err))
        return false;
    if (!packer_open(&self->packer, self->file.stream, path, err)) {
        err_prefix(err, "%s", path);
        outfile_discard(&self->file);
        return false;
    }
    self->stream = self->packer.stream;
    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", self->stream);
    return true;
}

static void release(struct timeline_file *self)
{
    id_map_free(&self->ids);
    free(self->lanes);
    self->lanes = NULL;
    self->stream = NULL;
}

static void begin_event(struct timeline_file *self)
{
    fputs(self->num_events++ ? ",\n" : "\n", self->stream);
}

static void put_place(struct timeline_file *self, const char *phase,
                      const struct timeline_lane *lane, uint64_t ps)
{
    begin_event(self);
    fprintf(self->stream,
            "{\"ph\":\"%s\",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32 ",\"ts\":%" PRIu64 ".%06" PRIu64,
            phase, lane->process, lane->thread, ps / PS_PER_US, ps % PS_PER_US);
}

static void put_begin(struct timeline_file *self, const struct timeline_lane *lane,
                      const struct timeline_slice *slice)
{
    self->num_slices++;
    put_place(self, "B", lane, slice->begin_ps);
    fprintf(self->stream, ",\"name\":\"%s\"", slice->name);
    if (slice->args && *slice->args)
        fprintf(self->stream, ",\"args\":{%s}", slice->args);
    fputc('}', self->stream);
}

// With its name, by which some readers find what it ends.
static void put_end(struct timeline_file *self, const struct timeline_lane *lane,
                    const struct timeline_slice *slice)
{
    put_place(self, "E", lane, slice->end_ps);
    fprintf(self->stream, ",\"name\":\"%s\"}", slice->name);
}

static void flush(struct timeline_file *self, struct timeline_lane *lane)
{
    struct timeline_slice slice = {lane->pending_begin_ps, lane->end_ps, lane->pending_name,
                                   lane->pending_args};
    if (lane->has_pending) {
        put_begin(self, lane, &slice);
        put_end(self, lane, &slice);
        self->num_pending -= PENDING_EVENTS;
    }
    lane->has_pending = false;
}

bool timeline_file_close(struct timeline_file *self, const char *about, struct err *err)
{
    char word[TIMELINE_MAX_TEXT];
    struct err why = {0};
    for (uint32_t i = 0; i < self->num_lanes; i++)
        flush(self, &self->lanes[i]);
    timeline_file_word(self, word, sizeof word);
    fprintf(self->stream,
            "\n],\n\"otherData\":{%s,\"slices\":%" PRIu64 ",\"flows\":%" PRIu64
            ",\"cut\":%s%s%s}}\n",
            about, self->num_slices, self->num_flows, *word ? "\"" : "", *word ? word : "null",
            *word ? "\"" : "");
    bool good = !self->out_of_memory || err_set(&why, ERR_RUN, "out of memory");
    good = packer_close(&self->packer, good ? &why : &(struct err){0}) && good;
    release(self);
    if (good)
        return outfile_close(&self->file, err);
    err_set(err, ERR_RUN, "%.1000s: %s", self->file.path, why.text);
    outfile_discard(&self->file);
    return false;
}

void timeline_file_discard(struct timeline_file *self)
{
    if (!self->stream)
        return;
    packer_close(&self->packer, &(struct err){0});
    release(self);
    outfile_discard(&self->file);
}

void timeline_file_word(const struct timeline_file *self, char *text, size_t size)
{
    *text = '\0';
    if (self->cut)
        snprintf(text, size,
                 "the timeline has %" PRIu64 " events, as many as it may; from %" PRIu64
                 ".%06" PRIu64 " us on some are left out",
                 self->num_events, self->cut_ps / PS_PER_US, self->cut_ps % PS_PER_US);
}

const char *timeline_file_escape(const char *text, char *to, size_t size)
{
    size_t used = 0;
    for (; *text && used + 7 < size; text++) {
        unsigned char c = (unsigned char)*text;
        const char *form = c == '"' || c == '\\' ? "\\%c" : c < ' ' ? "\\u%04x" : "%c";
        used += (size_t)snprintf(to + used, size - used, form, c);
    }
    to[used] = '\0';
    return to;
}

// --- lanes --------------------------------------------------------------------------------------

// Names a process, or one of its threads, and says where it stands.
static void put_name(struct timeline_file *self, const char *what, uint32_t process,
                     uint32_t thread, const char *name, uint32_t order)
{
    char text[TIMELINE_MAX_TEXT];
    begin_event(self);
    fprintf(self->stream,
            "{\"ph\":\"M\",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32
            ",\"name\":\"%s_name\",\"args\":{\"name\":\"%s\"}}",
            process, thread, what, timeline_file_escape(name, text, sizeof text));
    begin_event(self);
    fprintf(self->stream,
            "{\"ph\":\"M\",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32
            ",\"name\":\"%s_sort_index\",\"args\":{\"sort_index\":%" PRIu32 "}}",
            process, thread, what, order);
}

void timeline_file_process(struct timeline_file *self, uint32_t process, const char *name)
{
    put_name(self, "process", process, 0, name, process);
}

struct timeline_lane *timeline_file_find_lane(const struct timeline_file *self, uint64_t id)
{
    const uint32_t *number = id_map_find(&self->ids, id);
    return number ? &self->lanes[*number] : NULL;
}

struct timeline_lane *timeline_file_lane(struct timeline_file *self,
                                         const struct timeline_place *place)
{
    struct timeline_lane *lane = timeline_file_find_lane(self, place->id);
    if (lane)
        return lane;
    if (self->num_lanes == self->cap_lanes) {
        uint32_t cap = self->cap_lanes ? 2 * self->cap_lanes : 64;
        struct timeline_lane *lanes = reallocarray(self->lanes, cap, sizeof *lanes);
        if (lanes) {
            self->lanes = lanes;
            self->cap_lanes = cap;
        }
    }
    if (self->num_lanes == self->cap_lanes || !id_map_reserve(&self->ids, 1)) {
        self->out_of_memory = true;
        return NULL;
    }
    id_map_put(&self->ids, place->id, self->num_lanes);
    lane = &self->lanes[self->num_lanes];
    *lane = (struct timeline_lane){.process = place->process,
                                   .thread = self->first_thread + self->num_lanes++};
    put_name(self, "thread", lane->process, lane->thread, place->name, place->order);
    return lane;
}

// --- events -------------------------------------------------------------------------------------

bool timeline_file_takes(struct timeline_file *self, uint64_t begin_ps, uint64_t end_ps,
                         uint32_t num)
{
    if (end_ps <= self->from_ps || begin_ps > self->to_ps)
        return false;
    bool fits = !self->cut && self->num_events + self->num_pending + num <= self->max_events;
    if (!fits && (!self->cut || begin_ps < self->cut_ps))
        self->cut_ps = begin_ps;
    self->cut |= !fits;
    return fits;
}

void timeline_file_begin(struct timeline_file *self, struct timeline_lane *lane,
                         const struct timeline_slice *slice)
{
    flush(self, lane);
    put_begin(self, lane, slice);
}

void timeline_file_end(struct timeline_file *self, struct timeline_lane *lane,
                       const struct timeline_slice *slice)
{
    put_end(self, lane, slice);
    if (slice->end_ps > lane->end_ps)
        lane->end_ps = slice->end_ps;
}

void timeline_file_slice(struct timeline_file *self, struct timeline_lane *lane,
                         const struct timeline_slice *slice)
{
    timeline_file_begin(self, lane, slice);
    timeline_file_end(self, lane, slice);
}

void timeline_file_prolong(struct timeline_file *self, struct timeline_lane *lane,
                           const struct timeline_slice *slice)
{
    bool alike = lane->has_pending && lane->end_ps == slice->begin_ps &&
                 strcmp(lane->pending_name, slice->name) == 0 &&
                 strcmp(lane->pending_args, slice->args) == 0;
    if (!alike) {
        flush(self, lane);
        self->num_pending += PENDING_EVENTS;
        lane->has_pending = true;
        lane->pending_begin_ps = slice->begin_ps;
        lane->pending_name = slice->name;
        snprintf(lane->pending_args, sizeof lane->pending_args, "%s", slice->args);
    }
    lane->end_ps = slice->end_ps;
}

void timeline_file_arrow(struct timeline_file *self, const struct timeline_lane *lane, uint64_t ps,
                         bool ends)
{
    put_place(self, ends ? "f" : "s", lane, ps);
    fprintf(self->stream, "%s,\"id\":%" PRIu64 ",\"cat\":\"message\",\"name\":\"message\"}",
            ends ? ",\"bp\":\"e\"" : "", self->num_flows);
    self->num_flows += ends;
}
