// SPDX-License-Identifier: Apache-2.0
#include "sim/run_loggops.h"

#include "sim/host.h"
#include "sim/interrupt.h"
#include "sim/machine.h"
#include "sim/progress.h"
#include "sim/run_result.h"

#include <inttypes.h>

enum { LOOK_TURNS = 4096 }; // of the loop, between looks at the clock

// Goes from event to event. `*cycle` is the first that has not been simulated.
static enum run_outcome loop(struct machine *machine, const struct config *config,
                             const struct run_outputs *outputs, uint64_t *cycle, struct err *err)
{
    struct workload *workload = machine->workload;
    uint64_t max_cycles =
        config->max_cycles == CONFIG_AUTO ? UINT64_MAX : (uint64_t)config->max_cycles;
    for (uint64_t turn = 0;; turn++) {
        if (interrupt_pending()) {
            err_set(err, ERR_INTERRUPTED, "interrupted in cycle %" PRIu64, *cycle);
            return RUN_INTERRUPTED;
        }
        if (outputs->progress && turn % LOOK_TURNS == 0)
            progress_show("cycle %" PRIu64, *cycle);
        uint64_t next = *cycle > 0 ? workload->ops->next_event(workload, *cycle - 1) : 0;
        if (next == UINT64_MAX && workload->ops->done(workload))
            return RUN_COMPLETED;
        if (next == UINT64_MAX) {
            workload->ops->stuck(workload, err);
            return RUN_COMPLETED; // told apart by err
        }
        *cycle = next < max_cycles ? next : max_cycles;
        if (*cycle == max_cycles)
            return config->slice ? RUN_SLICE : RUN_CYCLE_LIMIT;
        if (!workload->ops->step(workload, NULL, *cycle, err))
            return RUN_COMPLETED;
        ++*cycle;
    }
}

static void fill_result(const struct machine *machine, uint64_t cycle, struct run_result *result)
{
    result->is_loggops = true;
    result->cycles = cycle;
    result->topology = run_topology_figures(machine->topology);
    result->routing = "";
    result->backend = "";
    machine_application(machine, result);
    result->peak_rss_bytes = host_peak_rss_bytes();
    result->num_threads = 1;
}

static bool simulate(struct machine *machine, const struct config *config,
                     const struct run_outputs *outputs, struct run_result *result,
                     struct timeline *timeline, struct err *err)
{
    uint64_t cycle = 0;
    double begin_s = host_now_s();
    if (outputs->packets)
        return err_set(err, ERR_CONFIG, "--packets: an ideal fabric (fabric.model) has no packets");
    if (outputs->timeline.path) {
        if (!timeline_open(timeline, &outputs->timeline, config, err))
            return false;
        machine->timeline = timeline;
    }
    if (!machine_make(machine, config, outputs, NULL, NULL, NULL, err))
        return false;
    double started_s = host_now_s();
    double cpu_s = host_cpu_s();
    result->setup_s = started_s - begin_s;
    result->outcome = loop(machine, config, outputs, &cycle, err);
    result->wall_s = host_now_s() - started_s;
    result->cpu_s = host_cpu_s() - cpu_s;
    if (err->status != ERR_NONE && err->status != ERR_INTERRUPTED)
        return false;
    fill_result(machine, cycle, result);
    return !outputs->detail || machine_detail(machine, outputs->detail, err);
}

bool run_loggops(const struct config *config, const struct run_outputs *outputs,
                 struct run_result *result, struct err *err)
{
    struct machine machine = {0};
    struct timeline timeline = {0};
    bool good = simulate(&machine, config, outputs, result, &timeline, err);
    if (outputs->progress)
        progress_clear();
    good = timeline_end(&timeline, good, result->cycles, outputs->quiet, err);
    machine_free(&machine);
    return good;
}
