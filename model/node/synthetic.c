// SPDX-License-Identifier: Apache-2.0
#include "model/node/synthetic.h"
#include "model/node/geometric.h"
#include "model/node/wheel.h"

#include <stdlib.h>

// A node whose next packet is as late as this has none.
#define LATEST_CYCLE (UINT64_C(1) << 62)

// A node's sources of chance.
struct sender {
    struct rng injection;
    struct rng destination; // and length
    uint64_t burst_end;     // bursty: first cycle after the current burst
};

struct synthetic {
    struct workload workload;
    struct pattern *pattern;
    struct sender *senders; // [num_nodes]
    struct wheel wheel;     // the next packet of each node that sends
    uint32_t num_lengths;
    struct synthetic_length *lengths; // [num_lengths]
    uint64_t *lengths_below; // [num_lengths]: rng_threshold of this length or one before it
    struct geometric gap;    // cycles without a packet between two packets (bursty: on-cycles)
    bool bursty;
    uint64_t on_threshold; // bursty: of being on at the start
    struct geometric on;   // bursty: cycles of a burst after its first
    struct geometric off;  // bursty: cycles between two bursts
};

// --- when ---------------------------------------------------------------------------------------

// The cycle that is `gap` cycles of bursts after `last`, which is in the current burst, or just
// before it.
static uint64_t next_in_bursts(const struct synthetic *self, struct sender *sender, uint64_t last,
                               uint64_t gap)
{
    while (last + gap >= sender->burst_end) {
        gap -= sender->burst_end - 1 - last;
        last = sender->burst_end - 1 + geometric_draw(&self->off, &sender->injection);
        if (last >= LATEST_CYCLE)
            return UINT64_MAX;
        sender->burst_end = last + 2 + geometric_draw(&self->on, &sender->injection);
    }
    return last + gap;
}

// The cycle of the sender's next packet after `last`, the cycle of the one before.
static inline uint64_t next_packet(const struct synthetic *self, struct sender *sender,
                                   uint64_t last)
{
    uint64_t gap = 1 + geometric_draw(&self->gap, &sender->injection);
    return self->bursty ? next_in_bursts(self, sender, last, gap) : last + gap;
}

// The cycle of the sender's first packet. What is left of a burst, or of the time between two, has
// the same distribution at any time.
static uint64_t first_packet(const struct synthetic *self, struct sender *sender)
{
    uint64_t last = UINT64_MAX; // the cycle before cycle 0
    if (self->bursty) {
        if (!rng_chance(&sender->injection, self->on_threshold))
            last += 1 + geometric_draw(&self->off, &sender->injection);
        sender->burst_end = last + 2 + geometric_draw(&self->on, &sender->injection);
    }
    return next_packet(self, sender, last);
}

// --- what ---------------------------------------------------------------------------------------

static const struct synthetic_length *draw_length(const struct synthetic *self, struct rng *rng)
{
    if (self->num_lengths == 1)
        return self->lengths;
    uint64_t draw = rng_next(rng);
    uint32_t i = 0;
    while (i + 1 < self->num_lengths && draw >= self->lengths_below[i])
        i++;
    return &self->lengths[i];
}

static inline bool take(struct synthetic *self, uint64_t cycle, struct packet_spec *packet)
{
    uint32_t node;
    if (!wheel_take(&self->wheel, cycle, &node))
        return false;
    struct sender *sender = &self->senders[node];
    packet->source = node;
    packet->destination = pattern_destination(self->pattern, node, &sender->destination);
    const struct synthetic_length *length = draw_length(self, &sender->destination);
    packet->flits = length->flits;
    packet->traffic_class = length->traffic_class;
    packet->message = MSG_NONE;
    wheel_set(&self->wheel, node, next_packet(self, sender, cycle));
    return true;
}

bool synthetic_take(struct workload *workload, uint64_t cycle, struct packet_spec *packet)
{
    return take((struct synthetic *)workload, cycle, packet);
}

// --- the workload -------------------------------------------------------------------------------

static bool step(struct workload *workload, struct fabric *fabric, uint64_t cycle, struct err *err)
{
    struct synthetic *self = (struct synthetic *)workload;
    struct packet_spec packet;
    while (take(self, cycle, &packet))
        if (!fabric_send(fabric, &packet, err))
            return false;
    return true;
}

static uint64_t next_event(const struct workload *workload, uint64_t cycle)
{
    const struct synthetic *self = (const struct synthetic *)workload;
    return wheel_next(&self->wheel, cycle);
}

static bool done(const struct workload *workload)
{
    (void)workload; // it never is
    return false;
}

static void free_synthetic(struct workload *workload)
{
    struct synthetic *self = (struct synthetic *)workload;
    pattern_free(self->pattern);
    wheel_free(&self->wheel);
    free(self->senders);
    free(self->lengths);
    free(self->lengths_below);
    free(self);
}

static const struct workload_ops synthetic_ops = {
    .step = step,
    .next_event = next_event,
    .done = done,
    .free = free_synthetic,
};

// --- setting up ---------------------------------------------------------------------------------

// Fills the table of lengths and returns their mean.
static double make_lengths(struct synthetic *self, const struct synthetic_params *params)
{
    double sum = 0.0;
    double mean = 0.0;
    for (uint32_t i = 0; i < params->num_lengths; i++)
        sum += params->lengths[i].weight;
    double below = 0.0;
    for (uint32_t i = 0; i < params->num_lengths; i++) {
        double share = params->lengths[i].weight / sum;
        below += share;
        mean += share * params->lengths[i].flits;
        self->lengths[i] = params->lengths[i];
        self->lengths_below[i] = rng_threshold(below);
    }
    self->num_lengths = params->num_lengths;
    return mean;
}

// Sets the processes up for packets of this mean length.
static bool make_process(struct synthetic *self, const struct synthetic_params *params,
                         double mean_flits, struct err *err)
{
    double rate = params->rate_flits_per_node_cycle;
    double on_cycles = params->burst_cycles;
    double on_rate = params->burst_rate_flits_per_node_cycle;
    self->gap = geometric_make(1.0 - rate / mean_flits);
    self->bursty = params->bursty && rate > 0.0;
    if (!self->bursty)
        return true;
    if (on_rate < rate)
        return err_set(err, ERR_CONFIG,
                       "workload.burst_rate_flits_per_node_cycle: %g is below the mean rate, %g",
                       on_rate, rate);
    if (on_rate * on_cycles * 1000.0 < mean_flits)
        return err_set(err, ERR_CONFIG,
                       "workload.burst_cycles: at %g flits a cycle, not one burst of %g cycles in "
                       "1000 would hold a packet",
                       on_rate, on_cycles);
    double off_cycles = on_cycles * (on_rate / rate - 1.0);
    self->gap = geometric_make(1.0 - on_rate / mean_flits);
    self->on = geometric_make(1.0 - 1.0 / on_cycles);
    self->off = geometric_make(off_cycles / (1.0 + off_cycles));
    self->on_threshold = rng_threshold(rate / on_rate);
    return true;
}

static bool make_memory(struct synthetic *self, uint32_t num_nodes, uint32_t num_lengths,
                        struct err *err)
{
    self->senders = calloc(num_nodes, sizeof *self->senders);
    self->lengths = calloc(num_lengths, sizeof *self->lengths);
    self->lengths_below = calloc(num_lengths, sizeof *self->lengths_below);
    if (self->senders && self->lengths && self->lengths_below &&
        wheel_make(&self->wheel, num_nodes))
        return true;
    return err_set(err, ERR_RUN, "out of memory for the traffic of %u nodes", num_nodes);
}

static void make_senders(struct synthetic *self, uint64_t seed, uint32_t num_nodes)
{
    for (uint32_t node = 0; node < num_nodes; node++) {
        if (!pattern_sends(self->pattern, node))
            continue;
        struct sender *sender = &self->senders[node];
        sender->injection = rng_make(seed, RNG_INJECTION, node);
        sender->destination = rng_make(seed, RNG_DESTINATION, node);
        wheel_set(&self->wheel, node, first_packet(self, sender));
    }
}

static bool fill(struct synthetic *self, const struct synthetic_params *params,
                 const struct topology *topology, struct err *err)
{
    self->pattern = pattern_new(&params->pattern, topology, err);
    if (!self->pattern || !make_memory(self, topology->num_nodes, params->num_lengths, err) ||
        !make_process(self, params, make_lengths(self, params), err))
        return false;
    if (params->rate_flits_per_node_cycle > 0.0)
        make_senders(self, params->pattern.seed, topology->num_nodes);
    return true;
}

uint64_t synthetic_bytes(uint32_t num_nodes)
{
    return num_nodes * sizeof(struct sender) + wheel_bytes(num_nodes);
}

struct workload *synthetic_new(const struct synthetic_params *params,
                               const struct topology *topology, struct err *err)
{
    struct synthetic *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory for the traffic");
        return NULL;
    }
    self->workload.ops = &synthetic_ops;
    if (fill(self, params, topology, err))
        return &self->workload;
    free_synthetic(&self->workload);
    return NULL;
}
