// SPDX-License-Identifier: Apache-2.0
#include "sim/measurement.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Least share of the offered load that a network which is not saturated accepts.
static const double accepted_share = 0.95;

// Growth of source queues that is no noise, in standard deviations.
static const double growth_deviations = 3;

static size_t num_channels(const struct measurement *self)
{
    return (size_t)topology_num_channels(self->topology);
}

bool measurement_start(struct measurement *self, struct err *err)
{
    self->channel_flits = calloc(num_channels(self), sizeof *self->channel_flits);
    if (!self->channel_flits)
        return err_set(err, ERR_RUN, "out of memory for statistics");
    self->end_serial = UINT64_MAX;
    self->window_to_cycle = UINT64_MAX;
    self->phase_end_cycle = UINT64_MAX;
    self->phase = PHASE_MEASURE;
    if (self->windows) {
        self->phase = PHASE_WARMUP;
        self->first_serial = UINT64_MAX;
        self->phase_end_cycle = self->config->warmup_cycles == CONFIG_AUTO
                                    ? WARMUP_BATCH_CYCLES
                                    : (uint64_t)self->config->warmup_cycles;
    }
    return true;
}

uint64_t measurement_bytes(const struct topology *topology, uint32_t num_classes)
{
    const struct measurement *measurement;
    uint64_t num_histograms = 2 + num_classes;
    return topology_num_channels(topology) * sizeof *measurement->channel_flits +
           num_histograms * STAT_DENSE * sizeof *measurement->latency_cycles.dense;
}

void measurement_free(struct measurement *self)
{
    stat_histogram_free(&self->latency_cycles);
    stat_histogram_free(&self->network_latency_cycles);
    for (uint32_t c = 0; c < ROUTER_MAX_CLASSES; c++)
        stat_histogram_free(&self->classes[c].latency_cycles);
    free(self->channel_flits);
}

static void write_packet(FILE *to, const struct packet *packet, uint32_t hops)
{
    fprintf(to, "%" PRIu64 ",%u,%u,%u,%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%u,",
            packet->serial, packet->source, packet->destination, packet->flits, hops,
            packet->created_cycle, packet->injected_cycle, packet->ejected_cycle,
            packet->ejected_cycle - packet->created_cycle, packet->traffic_class);
    if (packet->message != MSG_NONE)
        fprintf(to, "%u", packet->message);
    fputc('\n', to);
}

// The batch of the confidence interval in which a cycle of the window lies.
static size_t ci_batch(const struct measurement *self, uint64_t cycle)
{
    return (size_t)((cycle - self->window_from_cycle) * CI_BATCHES / self->config->measure_cycles);
}

// Counts a packet for the confidence intervals.
static inline void add_to_batch(struct measurement *self, const struct packet *packet,
                                struct measurement_class *of_class, uint64_t latency,
                                uint64_t network_latency)
{
    size_t batch = ci_batch(self, packet->created_cycle);
    self->ci_sum[0][batch] += latency;
    self->ci_sum[1][batch] += network_latency;
    self->ci_num[batch]++;
    if (of_class) {
        of_class->ci_sum[batch] += latency;
        of_class->ci_num[batch]++;
    }
}

void measurement_packet(struct measurement *self, const struct packet *packet)
{
    uint64_t latency = packet->ejected_cycle - packet->created_cycle;
    uint64_t network_latency = packet->ejected_cycle - packet->injected_cycle;
    uint32_t hops = packet->hops;
    if (packet->fate == PACKET_DROPPED) {
        bool counts = self->phase != PHASE_WARMUP && packet->serial >= self->first_serial &&
                      packet->serial < self->end_serial;
        self->classes[packet->traffic_class].num_dropped += counts;
        return;
    }
    if (self->hops_by_distance)
        hops = self->topology->kind->distance(self->topology, packet->source, packet->destination);
    if (self->packets)
        write_packet(self->packets, packet, hops);
    if (self->phase == PHASE_WARMUP) {
        self->batch_sum += latency;
        self->batch_num++;
        return;
    }
    if (packet->serial < self->first_serial || packet->serial >= self->end_serial)
        return;
    self->classes[packet->traffic_class].num_delivered++;
    self->hops_sum += hops;
    if (hops > self->hops_max)
        self->hops_max = hops;
    struct measurement_class *of_class = // NULL: there is only one
        self->config->classes > 1 ? &self->classes[packet->traffic_class] : NULL;
    if (!stat_histogram_add(&self->latency_cycles, latency) ||
        !stat_histogram_add(&self->network_latency_cycles, network_latency) ||
        (of_class && !stat_histogram_add(&of_class->latency_cycles, latency)))
        self->out_of_memory = true;
    if (self->windows)
        add_to_batch(self, packet, of_class, latency, network_latency);
}

// Ends a batch of the warm-up. True if the warm-up is over.
static bool warmed_up(struct measurement *self)
{
    if (self->config->warmup_cycles != CONFIG_AUTO)
        return true;
    double last = self->num_warmup ? self->warmup_mean[self->num_warmup - 1] : 0;
    self->warmup_mean[self->num_warmup++] =
        self->batch_num ? (double)self->batch_sum / (double)self->batch_num : last;
    self->batch_sum = 0;
    self->batch_num = 0;
    if (self->num_warmup == WARMUP_MAX_BATCHES)
        return true;
    return self->num_warmup >= WARMUP_MIN_BATCHES && self->num_warmup % 4 == 0 &&
           stat_mser(self->warmup_mean, self->num_warmup) <= self->num_warmup / 2;
}

static void open_window(struct measurement *self, const struct fabric *fabric)
{
    uint64_t now = fabric_now(fabric);
    self->phase = PHASE_MEASURE;
    self->window_from_cycle = now;
    self->phase_end_cycle = now + self->config->measure_cycles;
    self->at_window_start = fabric_counters(fabric);
    self->first_serial = self->at_window_start.packets_created;
    if (self->channels)
        memcpy(self->channel_flits, fabric_channel_flits(fabric),
               num_channels(self) * sizeof *self->channel_flits);
}

static uint64_t queued_flits(const struct fabric_class_counters *counters)
{
    return counters->flits_created - counters->flits_injected;
}

// Whether the network did not take in the window what it was offered of a class: see the header.
static bool is_overloaded(const struct measurement *self, uint32_t class_idx)
{
    const struct fabric_class_counters *from = &self->at_window_start.classes[class_idx];
    const struct fabric_class_counters *to = &self->at_window_end.classes[class_idx];
    double packets = (double)(to->packets_created - from->packets_created);
    double offered = (double)(to->flits_created - from->flits_created);
    double accepted = (double)(to->flits_ejected - from->flits_ejected);
    double growth = (double)queued_flits(to) - (double)queued_flits(from);
    return accepted < accepted_share * offered &&
           growth > growth_deviations * sqrt(packets) * (offered / packets);
}

static void close_window(struct measurement *self, const struct fabric *fabric)
{
    const uint64_t *flits = fabric_channel_flits(fabric);
    self->window_to_cycle = fabric_now(fabric);
    self->at_window_end = fabric_counters(fabric);
    if (self->windows)
        self->end_serial = self->at_window_end.packets_created;
    for (size_t p = 0; self->channels && p < num_channels(self); p++)
        self->channel_flits[p] = flits[p] - (self->windows ? self->channel_flits[p] : 0);
}

static void start_drain(struct measurement *self)
{
    uint64_t drain = self->config->drain_cycles == CONFIG_AUTO
                         ? self->config->measure_cycles
                         : (uint64_t)self->config->drain_cycles;
    self->phase = PHASE_DRAIN;
    self->phase_end_cycle = self->window_to_cycle + drain;
    for (uint32_t c = 0; c < self->config->classes; c++) {
        self->classes[c].saturated = is_overloaded(self, c);
        self->saturated |= self->classes[c].saturated;
    }
}

// Whether all packets of a class that were created in the window have arrived, or are lost.
static bool class_drained(const struct measurement *self, uint32_t class_idx)
{
    return self->classes[class_idx].num_delivered + self->classes[class_idx].num_dropped ==
           self->at_window_end.classes[class_idx].packets_created -
               self->at_window_start.classes[class_idx].packets_created;
}

// Whether they have arrived of all classes but those that are saturated and never will.
static bool drained(const struct measurement *self)
{
    for (uint32_t c = 0; c < self->config->classes; c++)
        if (!self->classes[c].saturated && !class_drained(self, c))
            return false;
    return true;
}

// Draining takes too long.
static void give_up(struct measurement *self)
{
    for (uint32_t c = 0; c < self->config->classes; c++)
        self->classes[c].saturated = !class_drained(self, c);
    self->saturated = true;
    self->phase = PHASE_DONE;
}

void measurement_cycle(struct measurement *self, const struct fabric *fabric)
{
    uint64_t now = fabric_now(fabric);
    if (self->phase == PHASE_WARMUP && now >= self->phase_end_cycle) {
        if (warmed_up(self))
            open_window(self, fabric);
        else
            self->phase_end_cycle = now + WARMUP_BATCH_CYCLES;
    }
    if (self->phase == PHASE_MEASURE && now >= self->phase_end_cycle) {
        close_window(self, fabric);
        start_drain(self);
    }
    if (self->phase == PHASE_DRAIN && drained(self))
        self->phase = PHASE_DONE;
    if (self->phase == PHASE_DRAIN && now >= self->phase_end_cycle)
        give_up(self);
}

uint64_t measurement_next_event(const struct measurement *self)
{
    return self->phase == PHASE_DRAIN && drained(self) ? 0 : self->phase_end_cycle;
}

static double ci95_of(const uint64_t *sums, const uint64_t *nums)
{
    double means[CI_BATCHES];
    size_t num = 0;
    for (size_t b = 0; b < CI_BATCHES; b++)
        if (nums[b])
            means[num++] = (double)sums[b] / (double)nums[b];
    return stat_ci95(means, num);
}

static struct run_latency summary(struct stat_histogram *histogram, bool saturated,
                                  const uint64_t *ci_sums, const uint64_t *ci_nums)
{
    if (histogram->num == 0 || saturated)
        return (struct run_latency){.ci95 = -1};
    return (struct run_latency){
        .num = histogram->num,
        .mean = stat_histogram_mean(histogram),
        .ci95 = ci95_of(ci_sums, ci_nums),
        .min = stat_histogram_min(histogram),
        .p50 = stat_histogram_percentile(histogram, 0.5),
        .p90 = stat_histogram_percentile(histogram, 0.9),
        .p99 = stat_histogram_percentile(histogram, 0.99),
        .p999 = stat_histogram_percentile(histogram, 0.999),
        .max = stat_histogram_max(histogram),
    };
}

// Cycles of the window that flits took up a channel; one that the end cuts off counts as a whole.
static uint64_t busy_cycles(const struct measurement *self, size_t channel, double window_cycles)
{
    const struct topology *t = self->topology;
    bool of_router = channel < (size_t)t->num_routers * t->radix;
    uint64_t flit_cycles = t->flit_cycles && of_router ? t->flit_cycles[channel] : 1;
    uint64_t cycles = self->channel_flits[channel] * flit_cycles;
    return (double)cycles < window_cycles ? cycles : (uint64_t)window_cycles;
}

static void channel_summary(const struct measurement *self, double window_cycles,
                            struct run_result *result)
{
    uint64_t sum = 0;
    uint64_t max = 0;
    uint64_t num = 0;
    for (size_t p = 0; p < num_channels(self); p++) {
        if (!topology_is_hop(self->topology, p))
            continue;
        num++;
        uint64_t busy = busy_cycles(self, p, window_cycles);
        sum += busy;
        max = busy > max ? busy : max;
    }
    result->channel_utilisation_mean = -1;
    result->channel_utilisation_max = -1;
    if (num > 0 && window_cycles > 0 && self->channels) {
        result->channel_utilisation_mean = (double)sum / (double)num / window_cycles;
        result->channel_utilisation_max = (double)max / window_cycles;
    }
}

static double per_node_cycle(uint64_t flits, double node_cycles)
{
    return node_cycles > 0 ? (double)flits / node_cycles : -1;
}

static void class_summary(struct measurement *self, uint32_t class_idx, double node_cycles,
                          struct run_class *result)
{
    struct measurement_class *of_class = &self->classes[class_idx];
    const struct fabric_class_counters *from = &self->at_window_start.classes[class_idx];
    const struct fabric_class_counters *to = &self->at_window_end.classes[class_idx];
    *result = (struct run_class){
        .packets = of_class->num_delivered,
        .offered_flits_per_node_cycle =
            per_node_cycle(to->flits_created - from->flits_created, node_cycles),
        .accepted_flits_per_node_cycle =
            per_node_cycle(to->flits_ejected - from->flits_ejected, node_cycles),
        .latency = summary(&of_class->latency_cycles, of_class->saturated, of_class->ci_sum,
                           of_class->ci_num),
    };
}

void measurement_finish(struct measurement *self, const struct fabric *fabric,
                        struct run_result *result)
{
    if (self->phase == PHASE_WARMUP)
        open_window(self, fabric); // cut off early: an empty window
    if (self->phase == PHASE_MEASURE)
        close_window(self, fabric); // cut off, or of the whole run: there is no verdict
    const struct fabric_counters *from = &self->at_window_start;
    const struct fabric_counters *to = &self->at_window_end;
    double cycles = (double)(self->window_to_cycle - self->window_from_cycle);
    double node_cycles = cycles * self->topology->num_nodes;
    result->counters = fabric_counters(fabric);
    result->latency =
        summary(&self->latency_cycles, self->saturated, self->ci_sum[0], self->ci_num);
    result->network_latency =
        summary(&self->network_latency_cycles, self->saturated, self->ci_sum[1], self->ci_num);
    uint64_t num = self->latency_cycles.num;
    result->hops_mean = num ? (double)self->hops_sum / (double)num : -1;
    result->hops_max = self->hops_max;
    result->offered_flits_per_node_cycle =
        per_node_cycle(to->flits_created - from->flits_created, node_cycles);
    result->accepted_flits_per_node_cycle =
        per_node_cycle(to->flits_ejected - from->flits_ejected, node_cycles);
    channel_summary(self, cycles, result);
    result->num_classes = self->config->classes;
    for (uint32_t c = 0; result->num_classes > 1 && c < result->num_classes; c++)
        class_summary(self, c, node_cycles, &result->classes[c]);
}

bool measurement_detail(const struct measurement *self, const struct fabric *fabric,
                        struct run_detail *detail, struct err *err)
{
    const uint64_t *flits = fabric_channel_flits(fabric);
    detail->window_cycles = self->window_to_cycle - self->window_from_cycle;
    if (!self->channels)
        return true;
    detail->channels = calloc(num_channels(self), sizeof *detail->channels);
    if (!detail->channels)
        return err_set(err, ERR_RUN, "out of memory for statistics");
    for (size_t c = 0; c < num_channels(self); c++)
        detail->channels[c] = (struct run_channel){
            .flits = flits[c],
            .window_flits = self->channel_flits[c],
            .busy_cycles = busy_cycles(self, c, (double)detail->window_cycles),
        };
    return true;
}
