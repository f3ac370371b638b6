// SPDX-License-Identifier: Apache-2.0
#include "model/node/mpi.h"

#include "model/node/mpi_state.h"

#include <stdio.h>
#include <stdlib.h>

static bool mpi_step(struct workload *base, struct fabric *fabric, uint64_t cycle, struct err *err)
{
    struct mpi *self = (struct mpi *)base;
    self->fabric = fabric;
    self->cycle = cycle;
    if (self->arrived.head != MPI_NONE && !mpi_wire_step(self, err))
        return false;
    while (self->shares && ideal_cores_next(&self->cores) <= cycle) {
        uint32_t rank = ideal_cores_step(&self->cores);
        if (rank != UINT32_MAX)
            wake_push(&self->wake, cycle, rank);
    }
    if (self->rpc && !mpi_rpc_timers(self, err))
        return false;
    do {
        while (wake_first(&self->wake) <= cycle) {
            if (!mpi_rank_run(self, wake_pop(&self->wake), err))
                return false;
        }
        if (self->has_hosts && !mpi_hosts_step(self, err))
            return false;
    } while (wake_first(&self->wake) <= cycle);
    return mpi_check(base, err);
}

bool mpi_check(const struct workload *base, struct err *err)
{
    const struct mpi *self = (const struct mpi *)base;
    if (self->num_ended == self->num_ranks && self->num_live == self->num_unexpected)
        return mpi_match_check_end(self, err);
    return true;
}

bool mpi_resume(struct workload *base, uint32_t rank, uint64_t cycle, struct err *err)
{
    struct mpi *self = (struct mpi *)base;
    self->cycle = cycle;
    bool good = mpi_rank_run(self, rank, err);
    while (good && self->arrived.head != MPI_NONE) // from itself
        good = mpi_wire_step(self, err);
    return good;
}

bool mpi_received(struct workload *base, uint32_t message_id, uint64_t bytes, uint64_t cycle,
                  struct mpi_arrival *arrival, struct err *err)
{
    struct mpi *self = (struct mpi *)base;
    self->cycle = cycle;
    return mpi_machine_seen(self, message_id, bytes, arrival, err);
}

bool mpi_put(struct workload *base, uint32_t message_id, uint64_t cycle, struct err *err)
{
    struct mpi *self = (struct mpi *)base;
    self->cycle = cycle;
    return mpi_machine_put(self, message_id, err);
}

void mpi_sent(struct workload *base, uint32_t message_id, uint64_t cycle)
{
    struct mpi *self = (struct mpi *)base;
    self->cycle = cycle;
    mpi_machine_sent(self, message_id);
}

bool mpi_refused(struct workload *base, uint32_t message_id, uint64_t cycle, struct err *err)
{
    struct mpi *self = (struct mpi *)base;
    self->cycle = cycle;
    return mpi_machine_refused(self, message_id, err);
}

bool mpi_ended(const struct workload *base, uint32_t rank)
{
    return ((const struct mpi *)base)->ranks[rank].ended;
}

static void mpi_delivered(struct workload *base, const struct packet *packet)
{
    mpi_wire_delivered((struct mpi *)base, packet->message);
}

uint64_t mpi_timer_cycle(const struct workload *base)
{
    const struct mpi *self = (const struct mpi *)base;
    return self->rpc ? mpi_rpc_timer_cycle(self) : UINT64_MAX;
}

bool mpi_timers(struct workload *base, uint64_t cycle, struct err *err)
{
    struct mpi *self = (struct mpi *)base;
    self->cycle = cycle;
    return mpi_rpc_timers(self, err);
}

static uint64_t mpi_next_event(const struct workload *base, uint64_t cycle)
{
    const struct mpi *self = (const struct mpi *)base;
    uint64_t timers = mpi_timer_cycle(base);
    uint64_t wakes = wake_first(&self->wake);
    uint64_t turns = self->shares ? ideal_cores_next(&self->cores) : UINT64_MAX;
    uint64_t begins = self->has_hosts ? loggops_next_cycle(&self->hosts) : UINT64_MAX;
    uint64_t first = wakes < turns ? wakes : turns;
    begins = begins < timers ? begins : timers;
    return self->arrived.head != MPI_NONE ? cycle + 1 : first < begins ? first : begins;
}

static bool mpi_done(const struct workload *base)
{
    const struct mpi *self = (const struct mpi *)base;
    return self->num_ended == self->num_ranks && self->num_live == 0;
}

// A line on a rank that has not ended; returns its length.
static int describe_rank(const struct mpi *self, uint32_t rank_idx, char *text, size_t size)
{
    const struct mpi_rank *rank = &self->ranks[rank_idx];
    char operation[128];
    struct op op = rank->op;
    if (self->schedules)
        mpi_schedule_waits(self, rank_idx, &op);
    int length = snprintf(text, size, "\n  rank %u, %s:%u: %s", rank_idx, mpi_file(self, rank_idx),
                          op.line, op_text(&op, operation, sizeof operation));
    if (rank->posted.head != MPI_NONE && self->requests[rank->posted.head].collective &&
        (size_t)length < size)
        length += snprintf(text + length, size - (size_t)length, ", for rank %d",
                           self->requests[rank->posted.head].source);
    if (rank->unexpected.head != MPI_NONE && (size_t)length < size) {
        const struct mpi_message *message = &self->messages[rank->unexpected.head];
        length += snprintf(text + length, size - (size_t)length,
                           "; not received: tag %d of rank %u, %s:%u", message->tag,
                           message->source, mpi_file(self, message->source), message->line);
    }
    return length;
}

static void mpi_stuck(const struct workload *base, struct err *err)
{
    enum { MAX_RANKS = 8 };
    const struct mpi *self = (const struct mpi *)base;
    char text[sizeof err->text];
    size_t length = 0;
    uint32_t num_waiting = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < self->num_ranks; i++) {
        if (self->ranks[i].ended)
            continue;
        if (num_waiting++ < MAX_RANKS && length < sizeof text)
            length += (size_t)describe_rank(self, i, text + length, sizeof text - length);
    }
    err_set(err, ERR_TRACE, "%u of %u ranks wait for ever%s:%s", num_waiting, self->num_ranks,
            num_waiting > MAX_RANKS ? "; the first of them" : "", text);
}

static void mpi_free(struct workload *base)
{
    struct mpi *self = (struct mpi *)base;
    mpi_schedule_free(self);
    loggops_free(&self->hosts);
    mpi_rpc_free(self);
    mpi_wire_free(self);
    wake_free(&self->wake);
    ideal_cores_free(&self->cores);
    free(self->ranks);
    free(self->requests);
    mpi_collective_free(self);
    free(self);
}

static const struct workload_ops mpi_ops = {
    .step = mpi_step,
    .delivered = mpi_delivered,
    .next_event = mpi_next_event,
    .done = mpi_done,
    .stuck = mpi_stuck,
    .free = mpi_free,
};

static bool check(const struct mpi_params *params, struct err *err)
{
    if (!params->places && params->trace->num_ranks > params->num_nodes)
        return err_set(err, ERR_CONFIG, "the trace has %u ranks, but the network only room for %u",
                       params->trace->num_ranks, params->num_nodes);
    uint64_t data_bits =
        params->max_flits > params->header_flits
            ? (uint64_t)(params->max_flits - params->header_flits) * params->flit_bits
            : 0;
    if (data_bits < 8)
        return err_set(err, ERR_CONFIG,
                       "packets of at most %u flits, %u of them headers, have no room for data",
                       params->max_flits, params->header_flits);
    return true;
}

// Cores of ideal nodes, if ranks share them.
static bool make_cores(struct mpi *self, struct err *err)
{
    const struct mpi_params *p = &self->params;
    self->shares = p->places && !p->machine;
    return !self->shares ||
           ideal_cores_make(&self->cores, p->num_nodes * p->cores, p->trace->num_ranks,
                            p->quantum_cycles) ||
           err_set(err, ERR_RUN, "out of memory");
}

// Those of an ideal network, or of ideal nodes that execute a schedule.
static bool make_hosts(struct mpi *self, struct err *err)
{
    const struct mpi_params *p = &self->params;
    static const struct loggops_params free_of_cost = {0};
    self->ideal = p->loggops != NULL;
    self->has_hosts = !p->machine && (self->ideal || p->trace->schedule);
    return !self->has_hosts ||
           loggops_make(&self->hosts, self->ideal ? p->loggops : &free_of_cost, self->num_ranks,
                        p->trace->schedule ? p->trace->num_cpus : 1,
                        p->trace->schedule ? p->trace->num_nics : 1) ||
           err_set(err, ERR_RUN, "out of memory");
}

static bool make(struct mpi *self, struct err *err)
{
    const struct mpi_params *p = &self->params;
    for (int kind = 0; kind < COLLECTIVE_NUM_KINDS; kind++)
        if (!collective_rules_read(&self->rules[kind], (enum collective_kind)kind,
                                   p->algorithms[kind], err))
            return false;
    self->num_ranks = p->trace->num_ranks;
    self->packet_bytes = (p->max_flits - p->header_flits) * p->flit_bits / 8;
    self->free_requests.head = MPI_NONE;
    self->ranks = calloc(self->num_ranks, sizeof *self->ranks);
    if (!mpi_wire_make(self) || !wake_make(&self->wake, self->num_ranks) || !self->ranks)
        return err_set(err, ERR_RUN, "out of memory");
    for (uint32_t i = 0; i < self->num_ranks; i++) {
        struct mpi_rank *rank = &self->ranks[i];
        rank->outstanding.head = MPI_NONE;
        rank->posted.head = MPI_NONE;
        rank->unexpected.head = MPI_NONE;
        if (!p->trace->schedule)
            wake_push(&self->wake, 0, i);
        if (p->watch && !p->machine && !p->watch->place(p->watch, i, mpi_node(self, i)))
            return err_set(err, ERR_RUN, "out of memory");
    }
    return make_cores(self, err) && make_hosts(self, err) &&
           (!p->trace->schedule || mpi_schedule_make(self, err)) && mpi_rpc_make(self, err);
}

struct workload *mpi_new(const struct mpi_params *params, struct err *err)
{
    if (!check(params, err))
        return NULL;
    struct mpi *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->base.ops = &mpi_ops;
    self->params = *params;
    if (!make(self, err)) {
        mpi_free(&self->base);
        return NULL;
    }
    return &self->base;
}

void mpi_tell(struct workload *base, uint64_t cycle)
{
    struct mpi *self = (struct mpi *)base;
    self->cycle = cycle;
    for (uint32_t i = 0; self->params.watch && !self->schedules && i < self->num_ranks; i++)
        if (!self->ranks[i].ended)
            mpi_rank_tell(self, i);
}

uint64_t mpi_end_cycle(const struct workload *base, uint32_t rank_idx)
{
    const struct mpi_rank *rank = &((const struct mpi *)base)->ranks[rank_idx];
    return rank->ended ? rank->end_cycle : UINT64_MAX;
}

struct mpi_stats mpi_stats(const struct workload *self)
{
    struct mpi_stats stats = ((const struct mpi *)self)->stats;
    if (((const struct mpi *)self)->rpc)
        mpi_rpc_stats((const struct mpi *)self, &stats.rpc);
    return stats;
}

const char *mpi_first_touch(const struct workload *self)
{
    return ((const struct mpi *)self)->first_touch.text;
}
