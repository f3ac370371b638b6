// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/device_rtl.h"

#include "model/net/rtl_build.h"
#include "model/net/rtl_cache.h"
#include "model/net/rtl_compile.h"
#include "sim/outfile.h"
#include "sim/rng.h"
#include "sim/wavefile.h"
#include "sim/workbench/device_elaborate.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { WAVE_CYCLE = 10, WAVE_HALF = 5 }; // units of time in a wave file

static const char wrapper_module[] = "workbench_top";

// A model of the device, in a library.
struct model {
    struct rtl_library library;
    const struct device_door *door;
    void *device;
};

struct device_rtl {
    struct device_map *map;
    struct model model;
    struct model counting; // of lines and toggles; or nothing
    bool count_next;       // in the next run,
    bool counts;           //   in this one
    char *wrapper;         // path
    uint32_t num_warnings;
    char warning[512];
    double build_s;
    uint64_t lead_cycles; // of the first reset and setup
    uint32_t *words[DEVICE_NUM_VECTORS];
    const struct stimulus *setup; // of the run
    bool watched;                 // the first reset is over
    uint64_t tick;                // clock edges in the run
    char fault[512];
    struct wavefile wave; // of the run
    char *wave_path;      // of the next run; or NULL
    uint64_t wave_from;   // ticks
    uint64_t wave_to;
};

static void close_model(struct model *self)
{
    if (self->device)
        self->door->device_free(self->device);
    rtl_build_close(&self->library);
    *self = (struct model){0};
}

static bool close_wave(struct device_rtl *self, struct err *err)
{
    if (!self->wave.writer_path)
        return true;
    self->model.door->wave_close(self->model.device);
    return wavefile_close(&self->wave, err);
}

static void rtl_free(void *handle)
{
    struct device_rtl *self = handle;
    struct err ignored = {0};
    close_wave(self, &ignored);
    close_model(&self->model);
    close_model(&self->counting);
    for (uint32_t v = 0; v < DEVICE_NUM_VECTORS; v++)
        free(self->words[v]);
    free(self->wave_path);
    free(self->wrapper);
    free(self);
}

static struct device_door_in inputs(const struct device_rtl *self, enum device_phase phase)
{
    return (struct device_door_in){
        .reset = phase == DEVICE_RESET,
        .strap = self->words[DEVICE_STRAP],
        .setup = self->words[DEVICE_SETUP_PINS],
        .forward = self->words[DEVICE_FORWARD_IN],
        .backward = self->words[DEVICE_BACKWARD_OUT],
    };
}

// Logic that does not settle: names a loop that Verilator saw, which gave
// FILE:LINE:COLUMN: ...: 'SIGNAL'.
static void note_loop(struct device_rtl *self)
{
    char line[512] = "";
    char *path = rtl_cache_text("%s/" RTL_COMPILE_LOOPS, self->model.library.folder);
    FILE *file = fopen(path, "re");
    if (file && !fgets(line, sizeof line, file))
        *line = 0;
    if (file)
        fclose(file);
    free(path);
    char *column = strchr(line, ':') ? strchr(strchr(line, ':') + 1, ':') : NULL;
    char *signal = column ? strchr(column, '\'') : NULL;
    if (signal)
        snprintf(self->fault, sizeof self->fault,
                 "%.*s: combinational logic does not settle; there is a loop through %.*s",
                 (int)(column - line), line, (int)strcspn(signal + 1, "'"), signal + 1);
}

static void note_fault(struct device_rtl *self)
{
    const char *text = self->model.door->fault(self->model.device);
    if (!text || *self->fault)
        return;
    snprintf(self->fault, sizeof self->fault, "%s", text);
    if (strstr(text, DEVICE_DOOR_UNSETTLED))
        note_loop(self);
    device_elaborate_shorten(self->fault);
}

static bool open_wave(struct device_rtl *self, struct err *err)
{
    if (!wavefile_open(&self->wave, self->wave_path, err))
        return false;
    if (self->model.door->wave_open(self->model.device, self->wave.writer_path))
        return true;
    wavefile_discard(&self->wave);
    return err_set(err, ERR_RUN, "cannot write the waveform %s", self->wave_path);
}

static bool begin_model(struct model *self, uint32_t seed, const struct device_door_in *in)
{
    return self->door->begin(self->device, seed, in);
}

static bool rtl_begin(void *handle, const struct stimulus *setup, struct err *err)
{
    struct device_rtl *self = handle;
    static const struct device_pins quiet;
    if (!close_wave(self, err))
        return false;
    self->setup = setup;
    self->watched = false;
    self->tick = 0;
    *self->fault = 0;
    device_wrapper_straps(self->map, setup, self->words[DEVICE_STRAP]);
    device_wrapper_setup(self->map, setup, DEVICE_RESET, 0, self->words[DEVICE_SETUP_PINS]);
    device_wrapper_forward_in(self->map, &quiet, self->words[DEVICE_FORWARD_IN]);
    device_wrapper_backward_out(self->map, &quiet, self->words[DEVICE_BACKWARD_OUT]);
    // Not in reset yet, so that an asynchronous one has an edge
    struct device_door_in in = inputs(self, DEVICE_SETUP);
    uint32_t seed = (uint32_t)rng_mix(setup->seed);
    self->counts = self->count_next;
    if (!begin_model(&self->model, seed, &in) ||
        (self->counts && !begin_model(&self->counting, seed, &in)))
        return err_set(err, ERR_RUN, "out of memory for the RTL");
    note_fault(self);
    return !self->wave_path || open_wave(self, err);
}

static void watch(struct device_rtl *self)
{
    self->watched = true;
    self->model.door->watch(self->model.device);
    if (self->counts)
        self->counting.door->watch(self->counting.device);
}

static void rtl_settle(void *handle, enum device_phase phase, uint64_t step,
                       const struct device_pins *in, struct device_pins *out)
{
    struct device_rtl *self = handle;
    if (!self->watched && phase != DEVICE_RESET)
        watch(self);
    device_wrapper_setup(self->map, self->setup, phase, step, self->words[DEVICE_SETUP_PINS]);
    device_wrapper_forward_in(self->map, in, self->words[DEVICE_FORWARD_IN]);
    device_wrapper_backward_out(self->map, in, self->words[DEVICE_BACKWARD_OUT]);
    struct device_door_in pins = inputs(self, phase);
    struct device_door_out outputs = {
        .backward = self->words[DEVICE_BACKWARD_IN],
        .forward = self->words[DEVICE_FORWARD_OUT],
    };
    if (self->counts)
        self->counting.door->settle(self->counting.device, &pins, &outputs);
    self->model.door->settle(self->model.device, &pins, &outputs);
    note_fault(self);
    device_wrapper_outputs(self->map, outputs.backward, outputs.forward, out);
}

static void rtl_clock(void *handle)
{
    struct device_rtl *self = handle;
    const struct device_door *door = self->model.door;
    bool seen =
        self->wave.writer_path && self->tick >= self->wave_from && self->tick <= self->wave_to;
    if (seen)
        door->wave_dump(self->model.device, self->tick * WAVE_CYCLE + WAVE_HALF);
    if (self->counts)
        self->counting.door->clock(self->counting.device);
    door->clock(self->model.device);
    note_fault(self);
    self->tick++;
    if (seen)
        door->wave_dump(self->model.device, self->tick * WAVE_CYCLE);
}

static const char *rtl_fault(const void *handle)
{
    const struct device_rtl *self = handle;
    return *self->fault ? self->fault : NULL;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static bool rtl_wave(void *handle, const char *path, uint64_t from_cycle, uint64_t to_cycle,
                     struct err *err)
{
    struct device_rtl *self = handle;
    free(self->wave_path);
    self->wave_path = path ? rtl_cache_text("%s", path) : NULL;
    self->wave_from = from_cycle ? plus(from_cycle, self->lead_cycles) : 0;
    self->wave_to = plus(to_cycle, self->lead_cycles);
    return close_wave(self, err);
}

static const struct device_ops rtl_ops = {
    .name = "rtl",
    .free = rtl_free,
    .begin = rtl_begin,
    .settle = rtl_settle,
    .clock = rtl_clock,
    .fault = rtl_fault,
    .wave = rtl_wave,
};

static struct device_rtl *of(const struct device *device)
{
    assert(device->ops == &rtl_ops);
    return device->self;
}

static bool open_model(struct device_rtl *self, const struct rtl_foreign *foreign, bool quiet,
                       struct model *model, struct err *err)
{
    struct rtl_variant variant = {.top = wrapper_module,
                                  .foreign = foreign,
                                  .waves = !foreign->coverage,
                                  .large = device_map_spec(self->map)->network};
    snprintf(variant.words, sizeof variant.words, "%.80s%s", device_map_rtl(self->map).top,
             foreign->coverage ? ", counting lines and toggles" : "");
    if (!rtl_build_open(&variant, quiet, &self->build_s, &model->library, err)) {
        device_elaborate_shorten(err->text);
        return false;
    }
    model->door = model->library.device;
    model->device = model->door->device_new();
    return model->device || err_set(err, ERR_RUN, "out of memory for the RTL");
}

// What entries in the cache are called by: letters, digits and _.
static char *entry_name(const char *top)
{
    char *name = rtl_cache_text("%.100s", top);
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    return name;
}

static bool open_models(struct device_rtl *self, const struct device_elaboration *found,
                        const char *wrapper, const struct device_rtl_options *options,
                        struct err *err)
{
    char *name = entry_name(device_map_rtl(self->map).top);
    struct rtl_foreign foreign = {
        .name = name,
        .top_text = wrapper,
        .options = (const char *const *)found->options,
        .hash = found->hash,
    };
    bool opened = open_model(self, &foreign, options->quiet, &self->model, err);
    foreign.coverage = true;
    if (opened && options->coverage)
        self->count_next = opened =
            open_model(self, &foreign, options->quiet, &self->counting, err);
    free(name);
    if (opened)
        self->wrapper = rtl_cache_text("%s/%s.sv", self->model.library.folder, wrapper_module);
    return opened;
}

static bool make_words(struct device_rtl *self, struct err *err)
{
    const struct device_wires *wires = device_wrapper_wires(self->map);
    bool made = true;
    for (uint32_t v = 0; v < DEVICE_NUM_VECTORS; v++) {
        self->words[v] = calloc(wires->bits[v] / 32 + 1, sizeof *self->words[v]);
        made = made && self->words[v];
    }
    return made || err_set(err, ERR_RUN, "out of memory for the RTL");
}

static bool build(struct device_rtl *self, const struct device_rtl_options *options,
                  struct err *err)
{
    struct device_map_rtl rtl = device_map_rtl(self->map);
    struct device_elaboration found = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    bool done = to != NULL && device_elaborate(&found, &rtl, err);
    if (done) {
        done = device_wrapper_write(self->map, found.pins, found.num_pins, to, err);
        self->num_warnings = found.num_warnings;
        memcpy(self->warning, found.warning, sizeof self->warning);
    }
    if (to)
        fclose(to);
    done = done && make_words(self, err) && open_models(self, &found, text, options, err);
    device_elaborate_free(&found);
    free(text);
    return done;
}

bool device_rtl_open(struct device *device, struct device_map *map,
                     const struct device_rtl_options *options, struct err *err)
{
    struct device_rtl *self = calloc(1, sizeof *self);
    *device = (struct device){0};
    if (!self)
        return err_set(err, ERR_RUN, "out of memory for the RTL");
    self->map = map;
    if (!build(self, options, err)) {
        rtl_free(self);
        return false;
    }
    uint64_t setup_cycles = device_wrapper_setup_cycles(map);
    self->lead_cycles = device_map_spec(map)->reset_cycles + setup_cycles;
    *device = (struct device){.ops = &rtl_ops, .self = self, .setup_cycles = setup_cycles};
    return true;
}

const uint32_t *device_rtl_words(const struct device *device, enum device_vector vector)
{
    return of(device)->words[vector];
}

const char *device_rtl_wrapper(const struct device *device)
{
    return of(device)->wrapper;
}

uint64_t device_rtl_wave_time(const struct device *device, uint64_t cycle)
{
    return plus(cycle, of(device)->lead_cycles) * WAVE_CYCLE;
}

uint32_t device_rtl_warnings(const struct device *device, const char **first)
{
    *first = of(device)->warning;
    return of(device)->num_warnings;
}

void device_rtl_count(const struct device *device, bool on)
{
    struct device_rtl *self = of(device);
    self->count_next = on && self->counting.device;
}

bool device_rtl_write_coverage(const struct device *device, const char *path, struct err *err)
{
    const struct device_rtl *self = of(device);
    const struct model *model = &self->counting;
    struct outfile file;
    if (!model->device)
        return err_set(err, ERR_RUN, "no lines and toggles of the RTL were counted");
    if (!outfile_open_named(&file, path, err))
        return false;
    if (model->door->coverage_write(model->device, file.temporary))
        return outfile_close(&file, err);
    outfile_discard(&file);
    return err_set(err, ERR_RUN, "%s: cannot be written", path);
}

double device_rtl_build_s(const struct device *device)
{
    return of(device)->build_s;
}
