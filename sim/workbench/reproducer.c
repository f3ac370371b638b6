// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/reproducer.h"

#include "model/net/rtl_cache.h"
#include "sim/interrupt.h"
#include "sim/workbench/folder_file.h"
#include "sim/workbench/near_path.h"
#include "sim/workbench/pin_record.h"
#include "sim/workbench/replay_file.h"
#include "sim/workbench/testbench.h"
#include "sim/workbench/wave_pins.h"
#include "sim/workbench/words.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    WAVE_BEFORE_CYCLES = 15, // of the failure
    WAVE_AFTER_CYCLES = 5,
    MOST_FOLDERS = 10000,
    MOST_EVENTS = 60, // flits that are told
    OTHER_SEEDS = 8
};

// A reproducer that is being written.
struct writing {
    struct workbench *bench;
    const struct stimulus *stimulus;
    const struct failure *failure;
    const char *folder; // temporary
    const char *home;   // where it will be
    struct pin_record record;
    bool is_rtl;
    bool repeated;                 // it failed again
    uint32_t failing_seeds;        // of OTHER_SEEDS
    bool interrupted;              // what was observed is not whole
    char *story;                   // of the scoreboard
    char *no_wave;                 // why there is none; NULL: there is one
    uint64_t wave_from, wave_mark; // cycles
    struct err *err;
};

static char *inside(const struct writing *self, const char *name)
{
    return rtl_cache_text("%s/%s", self->folder, name);
}

static void write_replay(const void *of, FILE *to)
{
    const struct writing *self = of;
    replay_file_write(self->bench, self->stimulus, self->failure, self->home, to);
}

static void write_quiet(const struct writing *self, const char *what,
                        const struct stimulus_quiet *quiet, size_t num, FILE *to)
{
    const struct device_spec *spec = self->bench->spec;
    for (size_t i = 0; i < num; i++) {
        fprintf(to, "  %s port %s", what, spec->port_names[quiet[i].port]);
        for (uint32_t vc = 0; spec->num_vcs > 1 && vc < spec->num_vcs; vc++)
            if (quiet[i].vcs >> vc & 1)
                fprintf(to, " VC %" PRIu32, vc);
        fprintf(to, " from cycle %" PRIu64 " to %" PRIu64 "\n", quiet[i].from_cycle,
                quiet[i].to_cycle);
    }
}

static void write_played(const struct writing *self, FILE *to)
{
    const struct stimulus *stimulus = self->stimulus;
    const struct device_spec *spec = self->bench->spec;
    char position[96];
    device_map_position(self->bench->map, stimulus->position, position, sizeof position);
    fprintf(to, "\nWhat is sent (%s", switching_names[stimulus->mode]);
    if (spec->num_positions > 1)
        fprintf(to, ", %s", position);
    fputs("; cycle 0 is the first one after reset and setting up):\n", to);
    for (size_t i = 0; i < stimulus->num_packets; i++) {
        fputs("  ", to);
        words_packet(to, self->bench->map, stimulus, i);
        fputc('\n', to);
    }
    if (!stimulus->num_packets)
        fputs("  nothing\n", to);
    write_quiet(self, "no flits are sent into", stimulus->pauses, stimulus->num_pauses, to);
    write_quiet(self, "no flits are consumed from", stimulus->stalls, stimulus->num_stalls, to);
    for (size_t i = 0; i < stimulus->num_resets; i++)
        fprintf(to, "  the device is reset in cycle %" PRIu64 "\n", stimulus->resets[i]);
}

static bool has_testbench(const struct writing *self)
{
    return self->is_rtl && !self->interrupted;
}

static bool is_seeded(const struct writing *self)
{
    return self->failure->rule != RULE_KNOWN && self->failing_seeds < OTHER_SEEDS;
}

// The flits that crossed the pins up to the failure; the last ones, if there are many.
static void write_cycles(const struct writing *self, FILE *to)
{
    const struct pin_record *record = &self->record;
    size_t first = record->num_events > MOST_EVENTS ? record->num_events - MOST_EVENTS : 0;
    fputs("\nThe pins, cycle by cycle:\n", to);
    if (first)
        fputs("  ...\n", to);
    for (size_t event = first; event < record->num_events;) {
        fputs("  ", to);
        pin_record_explain(record, self->bench->spec, record->events[event].row, &event, to);
        fputc('\n', to);
    }
}

static void write_observed(const struct writing *self, FILE *to)
{
    if (self->story && *self->story)
        fprintf(to, "\nWhat happened:\n%s", self->story);
    if (self->record.num_events)
        write_cycles(self, to);
    if (is_seeded(self))
        fprintf(to,
                "\nIt depends on what state is before the first reset, which the seed draws: of %d "
                "other seeds,\n%" PRIu32 " let it fail too.\n",
                OTHER_SEEDS, self->failing_seeds);
    if (!self->repeated)
        fputs("\nPlayed again for this folder, the device did not do it: it depends on what was "
              "played before.\n",
              to);
}

static void write_story(const void *of, FILE *to)
{
    const struct writing *self = of;
    words_failure(to, self->bench->spec, self->failure, "");
    write_played(self, to);
    if (self->interrupted)
        fputs("\nIt was not played to its end for this folder: interrupted.\n", to);
    else
        write_observed(self, to);
    fputs("\nIn this folder:\n"
          "  ordito validate --replay replay.txt    plays it again, and checks all rules\n",
          to);
    if (self->no_wave)
        fprintf(to, "  (no waves: %s)\n", self->no_wave);
    else
        fputs("  gtkwave wave.gtkw                      the cycles around the failure\n", to);
    if (has_testbench(self))
        fputs("  make -C testbench icarus               the same inputs without ordito; or "
              "verilator\n",
              to);
}

// The cycles that waves show: those around the failure; or, where it is that nothing happens,
// around the last flit that moved.
static void set_window(struct writing *self)
{
    const struct pin_record *record = &self->record;
    uint64_t cycle = self->failure->cycle;
    uint64_t moved =
        record->num_events ? record->rows[record->events[record->num_events - 1].row].cycle : cycle;
    if (moved + WAVE_AFTER_CYCLES < cycle)
        cycle = moved;
    self->wave_from = cycle > WAVE_BEFORE_CYCLES ? cycle - WAVE_BEFORE_CYCLES : 0;
    self->wave_mark = cycle;
}

// Plays it once more. False with `err` if it cannot be played.
static bool play_again(struct writing *self, FILE *story, const struct play_checker *recorder)
{
    struct play_result played = {0};
    const struct workbench_try how = {
        .function_only = self->failure->rule != RULE_EXACT, .story = story, .own = recorder};
    bool good = workbench_try(self->bench, self->stimulus, &how, &played, self->err);
    // Icarus has to say whether an output is X.
    self->repeated = self->failure->rule == RULE_KNOWN ||
                     (played.failure.found && played.failure.rule == self->failure->rule);
    return good;
}

// For its story and its pins.
static bool record(struct writing *self)
{
    size_t size = 0;
    FILE *story = open_memstream(&self->story, &size);
    struct play_checker recorder = {0};
    if (!story)
        return err_set(self->err, ERR_RUN, "out of memory");
    if (self->is_rtl)
        recorder = pin_record_checker(&self->record, self->bench);
    bool good = play_again(self, story, self->is_rtl ? &recorder : NULL);
    fclose(story);
    return good && (!self->record.out_of_memory || err_set(self->err, ERR_RUN, "out of memory"));
}

// Whether two stimuli set the device up in the same way.
static bool same_setup(const struct workbench *bench, const struct stimulus *a,
                       const struct stimulus *b)
{
    size_t num = pin_record_num_words(device_wrapper_wires(bench->map), DEVICE_SETUP_PINS);
    uint32_t *words = calloc(2 * num, sizeof *words);
    bool same = words != NULL;
    for (uint64_t step = 0; same && step < bench->rtl.setup_cycles; step++) {
        device_wrapper_setup(bench->map, a, DEVICE_SETUP, step, words);
        device_wrapper_setup(bench->map, b, DEVICE_SETUP, step, words + num);
        same = memcmp(words, words + num, num * sizeof *words) == 0;
    }
    free(words);
    return same;
}

// With other seeds, unless they draw routing tables too: then they tell nothing of the state before
// reset.
static bool try_seeds(struct writing *self)
{
    const struct workbench_try how = {.function_only = self->failure->rule != RULE_EXACT};
    struct stimulus other = {0};
    bool good = stimulus_copy(&other, self->stimulus, self->err);
    for (uint32_t i = 0; good && i < OTHER_SEEDS; i++) {
        struct play_result played = {0};
        other.seed++;
        if (!self->is_rtl || !same_setup(self->bench, self->stimulus, &other)) {
            self->failing_seeds = OTHER_SEEDS;
            break;
        }
        good = workbench_try(self->bench, &other, &how, &played, self->err);
        self->failing_seeds += played.failure.found && played.failure.rule == self->failure->rule;
    }
    stimulus_free(&other);
    return good;
}

// For its waves. The device may have none, or they may not be possible here; then it is noted why.
static bool draw_waves(struct writing *self)
{
    const struct device *device = &self->bench->rtl;
    struct err err = {0};
    set_window(self);
    if (!device->ops->wave) {
        self->no_wave = rtl_cache_text("the device has none");
        return true;
    }
    char *path = inside(self, "wave.fst");
    bool good = device->ops->wave(device->self, path, self->wave_from,
                                  self->wave_mark + WAVE_AFTER_CYCLES, &err) &&
                play_again(self, NULL, NULL);
    if (!device->ops->wave(device->self, NULL, 0, 0, &err) || err.status != ERR_NONE)
        self->no_wave = rtl_cache_text("%s", err.text);
    free(path);
    return good || self->no_wave;
}

static bool write_testbench(struct writing *self)
{
    const struct testbench testbench = {.bench = self->bench,
                                        .stimulus = self->stimulus,
                                        .failure = self->failure,
                                        .record = &self->record,
                                        .seeded = is_seeded(self)};
    char *folder = inside(self, "testbench");
    char *home = rtl_cache_text("%s/testbench", self->home);
    bool good = mkdir(folder, 0777) == 0 ||
                err_set(self->err, ERR_RUN, "%s: cannot be made: %s", folder, strerror(errno));
    good = good && testbench_write(&testbench, folder, home, self->err);
    // Once the user interrupts, there may be none.
    if (!good && self->err->status == ERR_INTERRUPTED) {
        *self->err = (struct err){0};
        rtl_cache_remove(folder);
        good = true;
    }
    free(folder);
    free(home);
    return good;
}

static void write_wave_list(const void *of, FILE *to)
{
    const struct writing *self = of;
    wave_pins_write(self->bench, self->wave_from, self->wave_mark, to);
}

// Plays it for all that a folder has of a run. Once the user interrupts, no run is whole.
static bool observe(struct writing *self)
{
    if (!interrupt_pending() && (!record(self) || !try_seeds(self) || !draw_waves(self)))
        return false;
    self->interrupted = interrupt_pending();
    if (self->interrupted && !self->no_wave) {
        char *path = inside(self, "wave.fst");
        self->no_wave = rtl_cache_text("interrupted");
        unlink(path);
        free(path);
    }
    return true;
}

static bool write_all(struct writing *self)
{
    const char *folder = self->folder;
    return observe(self) &&
           folder_file_write(folder, "replay.txt", write_replay, self, self->err) &&
           folder_file_write(folder, "story.txt", write_story, self, self->err) &&
           (self->no_wave ||
            folder_file_write(folder, "wave.gtkw", write_wave_list, self, self->err)) &&
           (!has_testbench(self) || write_testbench(self));
}

// Gives the finished folder its name, or the next one that is free.
static char *move_into_place(const char *temporary, const char *folder, struct err *err)
{
    for (unsigned n = 1; n < MOST_FOLDERS; n++) {
        char *name = n == 1 ? rtl_cache_text("%s", folder) : rtl_cache_text("%s-%u", folder, n);
        struct stat status;
        // Not all file systems know how to rename only if there is none.
        if (renameat2(AT_FDCWD, temporary, AT_FDCWD, name, RENAME_NOREPLACE) == 0 ||
            (errno == EINVAL && lstat(name, &status) != 0 && rename(temporary, name) == 0))
            return name;
        int reason = errno;
        bool there = lstat(name, &status) == 0;
        if (!there)
            err_set(err, ERR_RUN, "%s: cannot be made: %s", name, strerror(reason));
        free(name);
        if (!there)
            return NULL;
    }
    err_set(err, ERR_RUN, "%s: there are too many of that name", folder);
    return NULL;
}

bool reproducer_write(struct workbench *bench, const struct stimulus *stimulus,
                      const struct failure *failure, const char *folder, char **made,
                      struct err *err)
{
    char *temporary = rtl_cache_text("%s.%ld.part", folder, (long)getpid());
    char *home = near_path_whole(folder);
    struct writing self = {.bench = bench,
                           .stimulus = stimulus,
                           .failure = failure,
                           .folder = temporary,
                           .home = home,
                           .is_rtl = strcmp(bench->rtl.ops->name, "rtl") == 0,
                           .err = err};
    *made = NULL;
    if (rtl_cache_make_folders(temporary, err) && rtl_cache_empty_folder(temporary, err) &&
        write_all(&self))
        *made = move_into_place(temporary, folder, err);
    if (!*made)
        rtl_cache_remove(temporary);
    pin_record_free(&self.record);
    free(self.story);
    free(self.no_wave);
    free(temporary);
    free(home);
    return *made != NULL;
}
