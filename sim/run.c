// SPDX-License-Identifier: Apache-2.0
#include "sim/run.h"

#include "model/node/workload.h"
#include "sim/host.h"
#include "sim/interrupt.h"
#include "sim/machine.h"
#include "sim/measurement.h"
#include "sim/outfile.h"
#include "sim/progress.h"
#include "sim/run_loggops.h"
#include "sim/run_result.h"
#include "sim/wave_list.h"
#include "sim/wavefile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_LOOK_TURNS = 4096,   // turns of the cycle loop between looks at the clock
    WAVE_BEFORE_CYCLES = 64, // around a difference of RTL and reference
    WAVE_AFTER_CYCLES = 8
};

static const double look_s = 0.1; // wall time between looks at the clock

// A run in progress.
struct run {
    const struct config *config;
    const struct run_outputs *outputs;
    struct machine machine;
    struct measurement measurement;
    struct outfile packets, messages;
    struct wavefile wave;
    struct timeline timeline;
    double started_s;
    double looked_s;        // when the clock was looked at
    uint32_t look_turns;    // turns of the loop from one look to the next, 1..MAX_LOOK_TURNS
    uint32_t turns_to_look; // left of them
};

static void delivered(void *context, const struct packet *packet)
{
    struct run *self = context;
    measurement_packet(&self->measurement, packet);
    struct workload *workload = self->machine.workload;
    if (workload->ops->delivered)
        workload->ops->delivered(workload, packet);
}

static void flit_ejected(void *context, uint32_t node, uint64_t cycle, struct flit flit)
{
    struct run *self = context;
    self->outputs->flit_ejected(self->outputs->context, node, cycle, flit);
}

// Moves an idle machine on to the next cycle in which something happens. False with `err` if
// nothing ever will.
static bool jump(struct run *self, struct err *err)
{
    struct workload *workload = self->machine.workload;
    uint64_t now = fabric_now(self->machine.fabric);
    uint64_t next = now > 0 ? workload->ops->next_event(workload, now - 1) : 0;
    if (next == UINT64_MAX && workload->ops->stuck && !workload->ops->done(workload)) {
        workload->ops->stuck(workload, err);
        return false;
    }
    uint64_t phase_end = measurement_next_event(&self->measurement);
    if (phase_end < next)
        next = phase_end;
    if (self->config->max_cycles != CONFIG_AUTO && (uint64_t)self->config->max_cycles < next)
        next = (uint64_t)self->config->max_cycles;
    if (next != UINT64_MAX && self->config->skip_idle)
        fabric_jump(self->machine.fabric, next);
    return true;
}

// Called in every turn of the loop; looks at the clock when about look_s have passed.
static void show_progress(struct run *self)
{
    if (!self->outputs->progress || --self->turns_to_look > 0)
        return;
    double time_s = host_now_s();
    bool early = time_s - self->looked_s < look_s;
    if (early && self->look_turns < MAX_LOOK_TURNS)
        self->look_turns *= 2;
    else if (!early && self->look_turns > 1)
        self->look_turns /= 2;
    self->looked_s = time_s;
    self->turns_to_look = self->look_turns;
    uint64_t now = fabric_now(self->machine.fabric);
    struct fabric_counters counters = fabric_counters(self->machine.fabric);
    progress_show("cycle %" PRIu64 ", %" PRIu64 " packets delivered, %.0f cycles/s", now,
                  counters.packets_ejected, (double)now / (time_s - self->started_s));
}

static void follow_measurement(struct run *self)
{
    const struct run_follower *follower = self->outputs->follower;
    bool waits = self->measurement.phase == PHASE_WARMUP;
    measurement_cycle(&self->measurement, self->machine.fabric);
    if (follower && follower->window && waits && self->measurement.phase == PHASE_MEASURE)
        follower->window(follower->context, fabric_now(self->machine.fabric));
}

// The cycle loop. Gives the outcome; `err` is filled for those that are errors.
static enum run_outcome loop(struct run *self, struct err *err)
{
    struct fabric *fabric = self->machine.fabric;
    struct workload *workload = self->machine.workload;
    uint64_t max_cycles =
        self->config->max_cycles == CONFIG_AUTO ? UINT64_MAX : (uint64_t)self->config->max_cycles;
    for (self->look_turns = self->turns_to_look = 1;;) {
        if (interrupt_pending()) {
            err_set(err, ERR_INTERRUPTED, "interrupted in cycle %" PRIu64, fabric_now(fabric));
            return RUN_INTERRUPTED;
        }
        show_progress(self);
        bool idle = fabric_idle(fabric);
        if (idle && workload->ops->done(workload))
            return RUN_COMPLETED;
        if (idle && !jump(self, err))
            return RUN_COMPLETED; // told apart by err
        if (fabric_now(fabric) >= max_cycles)
            return self->config->slice ? RUN_SLICE : RUN_CYCLE_LIMIT;
        follow_measurement(self);
        if (self->measurement.phase == PHASE_DONE)
            return self->measurement.saturated ? RUN_SATURATED : RUN_COMPLETED;
        if (!workload->ops->step(workload, fabric, fabric_now(fabric), err))
            return RUN_COMPLETED;
        if (!fabric_cycle(fabric, err))
            return err->status == ERR_DEADLOCK ? RUN_DEADLOCK : RUN_MISMATCH;
    }
}

// Makes machine and measurement.
static bool make(struct run *self, struct err *err)
{
    const struct run_outputs *outputs = self->outputs;
    if (!machine_make(&self->machine, self->config, outputs, delivered,
                      outputs->flit_ejected ? flit_ejected : NULL, self, err))
        return false;
    self->measurement.config = self->config;
    self->measurement.topology = self->machine.topology;
    self->measurement.windows = self->config->workload == WORKLOAD_SYNTHETIC;
    self->measurement.hops_by_distance = self->machine.ops && self->machine.ops->whole;
    self->measurement.channels = self->machine.internals_known;
    self->measurement.packets = self->packets.stream;
    return measurement_start(&self->measurement, err);
}

// The list of signals for a waveform of the machine, to be freed; NULL if there is no machine.
static char *list_signals(const struct run *self, const char *wave)
{
    const struct machine *machine = &self->machine;
    bool exact = machine->ops == &router_lockstep_ops || self->config->flit_bits > 64;
    struct wave_list list = {
        .topology = machine->topology,
        .num_vcs = machine->routing ? machine->routing->num_vcs : 0,
        .buffer_flits = self->config->buffer_flits,
        .payload_bits = exact ? self->config->flit_bits : 64,
        .circuits = switching_is_circuit(self->config->switching),
        .router = machine->rtl.wave_router,
        .from_cycle = machine->rtl.wave_from_cycle,
    };
    return machine->fabric ? wave_list_text(&list, wave) : NULL;
}

// Completes a waveform, and writes the list of its signals, which is released, beside it.
static bool close_wave(struct run *self, const char *wave, char *signals, struct err *err)
{
    char *path = wave_list_path(wave);
    bool good = wavefile_close(&self->wave, err) &&
                ((path && signals) || err_set(err, ERR_RUN, "out of memory")) &&
                outfile_write(path, signals, strlen(signals), err);
    free(path);
    free(signals);
    return good;
}

// Opens the waveform and machine, which simulates up to the fault, and closes both.
static bool replay_fault(struct run *self, const struct router_rtl *fault, const char *wave,
                         struct err *err)
{
    uint64_t cycle = fault->fault_cycle;
    if (!wavefile_open(&self->wave, wave, err))
        return false;
    self->machine.rtl = (struct router_rtl){
        .assertions = self->outputs->assertions,
        .quiet = true,
        .wave = self->wave.writer_path,
        .wave_router = fault->fault_router,
        .wave_from_cycle = cycle > WAVE_BEFORE_CYCLES ? cycle - WAVE_BEFORE_CYCLES : 0,
        .wave_to_cycle = cycle + WAVE_AFTER_CYCLES,
    };
    bool made = make(self, err);
    if (made) {
        loop(self, &(struct err){0});
        for (int i = 0; i < WAVE_AFTER_CYCLES; i++)
            fabric_cycle(self->machine.fabric, &(struct err){0});
    }
    char *signals = made ? list_signals(self, wave) : NULL;
    measurement_free(&self->measurement);
    machine_free(&self->machine);
    if (made)
        return close_wave(self, wave, signals, err);
    wavefile_discard(&self->wave);
    return false;
}

// Simulates again up to the cycle in which the back ends differed, with a waveform of the router.
// The machine may be gone afterwards.
static void write_wave_of_fault(struct run *self, struct run_result *result)
{
    struct router_rtl fault = self->machine.rtl;
    const char *wave = self->outputs->wave ? self->outputs->wave : "ordito-mismatch.fst";
    struct run_outputs outputs = {
        .assertions = self->outputs->assertions, .quiet = true, .ops = self->outputs->ops};
    struct run again = {.config = self->config, .outputs = &outputs};
    struct err err = {0};
    size_t used = strlen(result->note);
    if (self->config->workload != WORKLOAD_SYNTHETIC && strcmp(self->config->path, "-") == 0) {
        snprintf(result->note + used, sizeof result->note - used,
                 "no waveform around that cycle: the trace came from standard input, which cannot "
                 "be read again\n");
        return;
    }
    machine_free(&self->machine); // a writer of waveforms may be in it
    self->machine = (struct machine){0};
    wavefile_discard(&self->wave);
    bool written = replay_fault(&again, &fault, wave, &err);
    snprintf(result->note + used, sizeof result->note - used, "%s%s\n",
             written ? "waveform of the router around that cycle: " : "no waveform: ",
             written ? wave : err.text);
}

// Says who waits for whom, asking the reference if the back end cannot be looked into.
static void explain_deadlock(const struct run *self, struct run_result *result)
{
    if (!fabric_sees_waits(self->machine.fabric)) {
        struct run_outputs outputs = {.ops = &router_ref_ops};
        struct run_result *reference = calloc(1, sizeof *reference);
        struct err err = {0};
        if (reference && run_simulate(self->config, &outputs, reference, &err))
            memcpy(result->note, reference->note, sizeof result->note);
        free(reference);
        return;
    }
    run_result_waits(self->machine.fabric, result->note, sizeof result->note);
}

void run_detail_free(struct run_detail *self)
{
    free(self->end_cycles);
    free(self->channels);
    *self = (struct run_detail){0};
}

static bool open_packets(struct run *self, struct err *err)
{
    if (!self->outputs->packets)
        return true;
    if (!outfile_open(&self->packets, self->outputs->packets, err))
        return false;
    fputs("packet,source_node,destination_node,packet_flits,hops,created_cycle,injected_cycle,"
          "ejected_cycle,latency_cycles,traffic_class,message\n",
          self->packets.stream);
    return true;
}

static bool open_messages(struct run *self, struct err *err)
{
    const struct run_follower *follower = self->outputs->follower;
    bool full = self->config->node_model == MODEL_FULL;
    if (self->outputs->messages && !full)
        return config_refuse(self->config, "nodes.model", err,
                             "the lives of messages (--messages) are told of full nodes");
    if (self->outputs->messages && !outfile_open(&self->messages, self->outputs->messages, err))
        return false;
    self->machine.lives_to = self->messages.stream;
    if (full && follower && follower->lives)
        self->machine.lives_to = follower->lives(follower->context, self->messages.stream);
    return true;
}

static bool open_timeline(struct run *self, struct err *err)
{
    if (!self->outputs->timeline.path)
        return true;
    if (!timeline_open(&self->timeline, &self->outputs->timeline, self->config, err))
        return false;
    self->machine.timeline = &self->timeline;
    return true;
}

// Makes all, and says that it was interrupted if it was: the signal has also ended the tools that
// build RTL, and their failing is not what the user wants to read.
static bool prepare(struct run *self, struct err *err)
{
    if (make(self, err))
        return true;
    if (err->status == ERR_RUN && interrupt_pending()) {
        *err = (struct err){0};
        err_set(err, ERR_INTERRUPTED, "interrupted before the first cycle");
    }
    return false;
}

static bool simulate(struct run *self, struct run_result *result, struct err *err)
{
    double begin_s = host_now_s();
    const struct run_outputs *outputs = self->outputs;
    if (!open_packets(self, err) || !open_messages(self, err) || !open_timeline(self, err) ||
        (outputs->wave && !wavefile_open(&self->wave, outputs->wave, err)))
        return false;
    self->machine.rtl = (struct router_rtl){
        .assertions = outputs->assertions,
        .quiet = outputs->quiet,
        .wave = self->wave.writer_path,
        .wave_router = ROUTER_ALL,
        .wave_from_cycle = outputs->wave_from_cycle,
        .wave_to_cycle = outputs->wave_to_cycle,
    };
    if (!prepare(self, err))
        return false;
    self->started_s = host_now_s();
    result->setup_s = self->started_s - begin_s - self->machine.rtl.build_s;
    double cpu_s = host_cpu_s();
    result->outcome = loop(self, err);
    result->wall_s = host_now_s() - self->started_s;
    result->cpu_s = host_cpu_s() - cpu_s;
    if (self->measurement.out_of_memory)
        return err_set(err, ERR_RUN, "out of memory for statistics");
    if (err->status == ERR_RUN || err->status == ERR_TRACE || err->status == ERR_CONFIG)
        return false;
    run_result_fill(&self->machine, &self->measurement, self->config, result);
    if (!self->config->lives && !outputs->messages)
        result->nodes.nic.lives = 0; // kept for a follower alone: no figures
    if (outputs->detail &&
        (!machine_detail(&self->machine, outputs->detail, err) ||
         !measurement_detail(&self->measurement, self->machine.fabric, outputs->detail, err)))
        return false;
    if (outputs->follower && outputs->follower->ended)
        outputs->follower->ended(outputs->follower->context, &self->machine, &self->measurement);
    if (result->outcome == RUN_DEADLOCK)
        explain_deadlock(self, result);
    if (result->outcome != RUN_MISMATCH || !self->machine.rtl.differs)
        return true;
    // Looks at the machine, which may be gone afterwards.
    bool good = timeline_end(&self->timeline, true, result->cycles, outputs->quiet, err);
    if (good)
        write_wave_of_fault(self, result);
    return good;
}

// Keeps what was written if all was good.
static bool close_output(struct outfile *output, bool good, struct err *err)
{
    if (good && output->stream)
        return outfile_close(output, err);
    if (output->stream)
        outfile_discard(output);
    return good;
}

bool run_simulate(const struct config *config, const struct run_outputs *outputs,
                  struct run_result *result, struct err *err)
{
    struct run self = {.config = config, .outputs = outputs};
    *result = (struct run_result){0};
    if (config_is_loggops(config))
        return run_loggops(config, outputs, result, err);
    bool good = simulate(&self, result, err);
    if (outputs->progress)
        progress_clear();
    good = close_output(&self.packets, good, err);
    good = close_output(&self.messages, good, err);
    good = timeline_end(&self.timeline, good, result->cycles, outputs->quiet, err);
    measurement_free(&self.measurement);
    bool has_wave = good && self.wave.writer_path;
    char *signals = has_wave ? list_signals(&self, outputs->wave) : NULL;
    machine_free(&self.machine); // closes the waveform
    if (has_wave)
        good = close_wave(&self, outputs->wave, signals, err);
    wavefile_discard(&self.wave);
    return good;
}
