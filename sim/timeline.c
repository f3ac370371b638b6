// SPDX-License-Identifier: Apache-2.0
#include "sim/timeline.h"

#include "model/node/computers.h"
#include "sim/machine.h"
#include "sim/version.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { KIND_SHIFT = 58, SUB_BITS = 16 };

bool timeline_open(struct timeline *self, const struct timeline_request *request,
                   const struct config *config, struct err *err)
{
    *self = (struct timeline){.request = *request, .config = config};
    return timeline_file_open(&self->file, request->path, 0, err);
}

uint64_t timeline_ps_of(uint64_t cycle, double clock_hz)
{
    long double ps = (long double)cycle * 1e12L / clock_hz;
    return ps < 0x1p63L ? (uint64_t)llrintl(ps) : UINT64_C(1) << 63;
}

uint64_t timeline_ps(const struct timeline *self, uint64_t cycle)
{
    return timeline_ps_of(cycle, self->config->fabric_clock_hz);
}

bool timeline_begin(struct timeline *self, const struct machine *machine, struct err *err)
{
    uint32_t num_nodes = machine->topology->num_nodes;
    uint64_t to_cycle = self->request.to_cycle;
    self->machine = machine;
    self->file.from_ps = timeline_ps(self, self->request.from_cycle);
    self->file.to_ps = to_cycle == UINT64_MAX ? UINT64_MAX : timeline_ps(self, to_cycle);
    if (self->request.max_events > 0)
        self->file.max_events = self->request.max_events;
    self->file.first_thread = num_nodes + 2; // no thread is called as a process is
    self->named = calloc(num_nodes + 1, sizeof *self->named);
    if (!self->named)
        return err_set(err, ERR_RUN, "out of memory for a timeline");
    timeline_watch_nodes(self);
    return true;
}

static void release(struct timeline *self)
{
    free(self->named);
    free(self->rank_nodes);
    free(self->passing);
    free(self->circuits);
    free(self->heads_ejected);
    id_map_free(&self->sent);
}

static bool complete(struct timeline *self, uint64_t cycles, bool quiet, struct err *err)
{
    char about[TIMELINE_MAX_TEXT];
    char word[TIMELINE_MAX_TEXT];
    char to[32] = "null";
    const struct machine *machine = self->machine;
    if (machine->computers)
        computers_tell(machine->workload, cycles);
    else if (machine->trace)
        mpi_tell(machine->workload, cycles);
    timeline_end_fabric(self, cycles);
    if (self->request.to_cycle != UINT64_MAX)
        snprintf(to, sizeof to, "%" PRIu64, self->request.to_cycle);
    snprintf(about, sizeof about,
             "\"program\":\"ordito %s\",\"clock_hz\":%.17g,\"cycles\":%" PRIu64
             ",\"from_cycle\":%" PRIu64 ",\"to_cycle\":%s",
             version_text, self->config->fabric_clock_hz, cycles, self->request.from_cycle, to);
    timeline_file_word(&self->file, word, sizeof word);
    if (*word && !quiet)
        fprintf(stderr, "ordito: %s (--timeline-from and --timeline-to choose)\n", word);
    return timeline_file_close(&self->file, about, err);
}

bool timeline_end(struct timeline *self, bool good, uint64_t cycles, bool quiet, struct err *err)
{
    if (!self->file.stream)
        return good;
    if (good)
        good = complete(self, cycles, quiet, err);
    else
        timeline_file_discard(&self->file);
    release(self);
    return good;
}

// --- lanes --------------------------------------------------------------------------------------

static void name_process(struct timeline *self, uint32_t process)
{
    char name[64] = "fabric";
    if (self->named[process])
        return;
    self->named[process] = true;
    if (process < self->machine->topology->num_nodes)
        snprintf(name, sizeof name, "node %" PRIu32, process);
    timeline_file_process(&self->file, process + 1, name);
}

static uint64_t lane_id(uint32_t kind, uint64_t part, uint32_t sub)
{
    return (uint64_t)kind << KIND_SHIFT | part << SUB_BITS | sub;
}

// Where a lane stands in its process: by kind, part and number; channels by number.
static uint32_t order_of(uint32_t kind, uint64_t part, uint32_t sub)
{
    if (kind >= TIMELINE_CHANNEL)
        return (uint32_t)(2 * part + (kind == TIMELINE_CIRCUIT)) & INT32_MAX;
    return kind << 20 | (uint32_t)(part & 0xfff) << 8 | (sub < 0xff ? sub : 0xff);
}

struct timeline_lane *timeline_lane(struct timeline *self, uint32_t process, uint32_t kind,
                                    uint64_t part, uint32_t sub, const char *name)
{
    struct timeline_place place = {.id = lane_id(kind, part, sub),
                                   .process = process + 1,
                                   .order = order_of(kind, part, sub),
                                   .name = name};
    name_process(self, process);
    return timeline_file_lane(&self->file, &place);
}

struct timeline_lane *timeline_free_lane(struct timeline *self, uint32_t process, uint32_t kind,
                                         uint64_t part, uint64_t begin_ps, const char *name)
{
    char numbered[64];
    uint32_t sub = 0;
    for (;; sub++) {
        struct timeline_lane *lane = timeline_file_find_lane(&self->file, lane_id(kind, part, sub));
        if (lane && lane->end_ps <= begin_ps)
            return lane;
        if (!lane)
            break;
    }
    snprintf(numbered, sizeof numbered, sub ? "%s (%" PRIu32 ")" : "%s", name, sub + 1);
    return timeline_lane(self, process, kind, part, sub, numbered);
}
