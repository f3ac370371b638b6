// SPDX-License-Identifier: Apache-2.0
#include "sim/report_run.h"

#include "sim/flit_record.h"
#include "sim/json_path.h"
#include "sim/machine.h"
#include "sim/measurement.h"
#include "sim/output.h"
#include "sim/output_fabric.h"
#include "sim/report_messages.h"
#include "sim/report_record.h"
#include "sim/report_time.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// Bounds that keep a page below some 5 MB.
enum { MAX_EVENTS = 500000, MAX_PACKETS = 40000, MAX_CHANNELS = 40000, MAX_BINS = 120 };

struct report_run {
    const struct config *config;
    struct report_window window;
    struct flit_record record;
    struct report_time time;
    struct report_messages *messages; // of full nodes; else NULL
    struct fabric_observer observers[3];
    struct run_follower follower;
    // From the machine, before it goes; NULL: there is none, or out of memory.
    json_t *recording, *over_time, *latency, *slowest;
    bool has_fabric;
    bool too_large; // for its topology to be drawn
    bool out_of_memory;
};

static void window_begins(void *context, uint64_t cycle)
{
    struct report_run *self = context;
    if (self->window.from_cycle != REPORT_AUTO)
        return;
    self->window.from_cycle = cycle;
    self->record.limits.from_cycle = cycle;
    self->record.limits.to_cycle = cycle + self->window.cycles - 1;
}

// Where nothing is measured for a while, the animation begins with the first packet.
static void first_event(void *context, const struct fabric_event *event,
                        const struct packet *packet)
{
    struct report_run *self = context;
    (void)packet;
    if (self->config->workload != WORKLOAD_SYNTHETIC)
        window_begins(self, event->cycle);
}

static FILE *follow_lives(void *context, FILE *to)
{
    struct report_run *self = context;
    return self->messages ? report_messages_stream(self->messages, to) : to;
}

// --- what is taken from the machine -------------------------------------------------------------

// The number of samples of each of so many bins.
static json_t *bins(struct stat_histogram *histogram, uint64_t first, uint64_t width)
{
    json_t *list = json_array();
    uint64_t before = stat_histogram_below(histogram, first);
    bool good = list;
    for (uint64_t i = 0; good && i < MAX_BINS; i++) {
        uint64_t up_to = stat_histogram_below(histogram, first + (i + 1) * width);
        good = json_array_append_new(list, json_integer((json_int_t)(up_to - before))) == 0;
        before = up_to;
        if (before == histogram->num)
            break;
    }
    return list;
}

// Bins of a round number of cycles, up to what 99.9 % do not exceed, and some more.
static json_t *latency_json(struct stat_histogram *histogram)
{
    static const unsigned steps[] = {1, 2, 5};
    if (histogram->num == 0)
        return NULL;
    uint64_t first = stat_histogram_min(histogram);
    uint64_t last = stat_histogram_percentile(histogram, 0.999);
    uint64_t width = 1;
    for (unsigned i = 0; (last - first / width * width) / width >= MAX_BINS; i++) {
        uint64_t power = 1;
        for (unsigned p = 0; p < i / 3; p++)
            power *= 10;
        width = steps[i % 3] * power;
    }
    first = first / width * width;
    json_t *counts = bins(histogram, first, width);
    uint64_t shown = stat_histogram_below(histogram, first + json_array_size(counts) * width);
    return json_pack("{s:I s:I s:I s:o}", "first_cycles", (json_int_t)first, "bin_cycles",
                     (json_int_t)width, "beyond", (json_int_t)(histogram->num - shown), "counts",
                     counts);
}

static json_t *slow_packet_json(const struct packet *packet, const struct machine *machine)
{
    uint64_t all = packet->ejected_cycle - packet->created_cycle;
    uint64_t queue = packet->injected_cycle - packet->created_cycle;
    uint64_t hops = all - queue; // of an ideal network all that is not waiting
    uint64_t serialisation = 0;
    report_record_quiet(machine, packet, &hops, &serialisation);
    hops = hops < all - queue ? hops : all - queue;
    serialisation = serialisation < all - queue - hops ? serialisation : all - queue - hops;
    return json_pack("{s:I s:i s:i s:i s:I s:I s:[I I I I]}", "packet", (json_int_t)packet->serial,
                     "source", (int)packet->source, "destination", (int)packet->destination,
                     "flits", (int)packet->flits, "begin_cycle", (json_int_t)packet->created_cycle,
                     "end_cycle", (json_int_t)packet->ejected_cycle, "cycles", (json_int_t)queue,
                     (json_int_t)hops, (json_int_t)serialisation,
                     (json_int_t)(all - queue - hops - serialisation));
}

static json_t *slow_packets_json(const struct report_run *self, const struct machine *machine)
{
    json_t *rows = json_array();
    bool good = rows;
    for (size_t i = 0; good && i < self->time.num_slowest; i++)
        good = json_array_append_new(rows, slow_packet_json(&self->time.slowest[i], machine)) == 0;
    return json_pack("{s:s s:[s s s s] s:o}", "kind", "packets", "parts", "source_queue", "hops",
                     "serialisation", "blocking", "rows", rows);
}

static bool add_window(json_t *over_time, const struct measurement *measurement)
{
    bool windows = measurement->windows && measurement->window_to_cycle != UINT64_MAX;
    json_int_t from = (json_int_t)measurement->window_from_cycle;
    json_int_t to = (json_int_t)measurement->window_to_cycle;
    return json_path_set(over_time, "window_from_cycle",
                         windows ? json_integer(from) : json_null()) &&
           json_path_set(over_time, "window_to_cycle", windows ? json_integer(to) : json_null());
}

static void ended(void *context, const struct machine *machine,
                  const struct measurement *measurement)
{
    struct report_run *self = context;
    uint64_t cycles = fabric_now(machine->fabric);
    flit_record_finish(&self->record);
    self->has_fabric = true;
    self->too_large = topology_num_channels(machine->topology) > MAX_CHANNELS;
    if (machine->ops && !self->too_large && self->record.begun)
        self->recording = report_record_json(&self->record, machine, self->config, cycles);
    self->over_time = report_time_json(&self->time, cycles);
    struct stat_histogram latencies = measurement->latency_cycles; // may be put in order
    self->latency = latency_json(&latencies);
    self->slowest = slow_packets_json(self, machine);
    self->out_of_memory = !self->over_time || !add_window(self->over_time, measurement) ||
                          !self->slowest || (measurement->latency_cycles.num > 0 && !self->latency);
}

// --- the whole ----------------------------------------------------------------------------------

struct report_run *report_run_new(const struct config *config, const struct report_window *window)
{
    struct report_run *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    *self = (struct report_run){.config = config, .window = *window};
    bool waits = window->from_cycle == REPORT_AUTO;
    uint64_t from = window->from_cycle;
    unsigned share = window->share ? window->share : 1;
    self->record.limits = (struct flit_record_limits){
        .from_cycle = waits ? UINT64_MAX : from,
        .to_cycle = waits ? UINT64_MAX : from + window->cycles - 1,
        .max_packets = MAX_PACKETS / share,
        .max_events = MAX_EVENTS / share,
    };
    if (config->node_model == MODEL_FULL)
        self->messages = report_messages_new(REPORT_SLOWEST);
    if (config->node_model != MODEL_FULL || self->messages)
        return self;
    free(self);
    return NULL;
}

void report_run_free(struct report_run *self)
{
    if (!self)
        return;
    report_messages_free(self->messages);
    flit_record_free(&self->record);
    json_decref(self->recording);
    json_decref(self->over_time);
    json_decref(self->latency);
    json_decref(self->slowest);
    free(self);
}

void report_run_follow(struct report_run *self, struct run_outputs *outputs)
{
    self->observers[0] = (struct fabric_observer){.event = first_event, .context = self};
    self->observers[1] = flit_record_observer(&self->record);
    self->observers[2] = report_time_observer(&self->time);
    self->observers[0].next = &self->observers[1];
    self->observers[1].next = &self->observers[2];
    self->observers[2].next = outputs->observer;
    self->follower = (struct run_follower){
        .window = window_begins, .lives = follow_lives, .ended = ended, .context = self};
    outputs->observer = &self->observers[0];
    outputs->follower = &self->follower;
}

// A list of objects with the same keys as an object of lists. NULL if out of memory.
static json_t *columns(const json_t *rows)
{
    json_t *object = json_object();
    bool good = object;
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        const char *key;
        json_t *value;
        json_object_foreach(row, key, value)
        {
            if (good && i == 0)
                good = json_object_set_new(object, key, json_array()) == 0;
            good = good && json_array_append(json_object_get(object, key), value) == 0;
        }
    }
    if (good)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *topology_json(const struct report_run *self, const struct run_detail *detail,
                             struct err *err)
{
    json_t *root = json_object();
    json_t *topology = json_object();
    bool good = root && topology && output_fabric(root, self->config, detail, err);
    const json_t *fabric = json_object_get(root, "fabric");
    static const char *const names[] = {"routers", "nodes", "channels"};
    static const char *const unused[] = {"from_port", "to_port", "dimension"};
    for (size_t i = 0; good && i < sizeof names / sizeof *names; i++)
        good = json_path_set(topology, names[i], columns(json_object_get(fabric, names[i])));
    for (size_t i = 0; i < sizeof unused / sizeof *unused; i++)
        json_object_del(json_object_get(topology, "channels"), unused[i]);
    json_decref(root);
    if (good)
        return topology;
    json_decref(topology);
    return NULL;
}

// What takes the place of an animation. NULL: there is one.
static const char *no_recording(const struct report_run *self)
{
    return self->recording     ? NULL
           : !self->has_fabric ? "There is no animation: this network knows no packets."
           : self->too_large ? "There is no animation: the topology is too large to be drawn here."
           : self->record.cut && !self->record.begun
               ? "There is no animation: more is under way at a time than a page has room for."
           : self->time.num == 0 ? "There is no animation: no packet crosses the network."
           : !self->record.begun
               ? "There is no animation: nothing moves in the cycles that were to be shown."
               : "There is no animation: an ideal network has no channels that packets share.";
}

static json_t *or_null(json_t *object)
{
    return object ? json_incref(object) : json_null();
}

json_t *report_run_json(struct report_run *self, const struct run_detail *detail,
                        const struct run_result *result, struct err *err)
{
    struct figure_source source = {.config = self->config, .result = result, .output_s = -1};
    json_t *object = json_object();
    json_t *slowest = json_array();
    const char *word = no_recording(self);
    bool good = object && slowest && !self->out_of_memory;
    good = good && json_path_set(object, "result", output_json(&source));
    good = good &&
           (self->too_large || json_path_set(object, "topology", topology_json(self, detail, err)));
    good = good && json_path_set(object, "latency", or_null(self->latency));
    good = good && json_path_set(object, "over_time", or_null(self->over_time));
    good = good && json_path_set(object, "recording", or_null(self->recording));
    good = good && (!word || json_path_set(object, "no_recording", json_string(word)));
    if (good && self->messages)
        good = json_array_append_new(slowest, report_messages_json(self->messages)) == 0;
    if (good && self->slowest)
        good = json_array_append(slowest, self->slowest) == 0;
    if (good && json_object_set(object, "slowest", slowest) == 0) {
        json_decref(slowest);
        return object;
    }
    json_decref(slowest);
    json_decref(object);
    err_set(err, ERR_RUN, "out of memory for the report");
    return NULL;
}
