// SPDX-License-Identifier: Apache-2.0
#include "model/node/computers_state.h"
#include "sim/rng.h"

#include <inttypes.h>

// Fabric cycles that a computer which no other can reach is simulated in one go.
enum { STRIDE_CYCLES = 1 << 16 };

// --- running ------------------------------------------------------------------------------------

// Runs a computer up to the fabric's cycle `end`.
static bool run(struct computers *self, uint32_t idx, uint64_t end, struct err *err)
{
    struct computer *computer = &self->computers[idx];
    const struct clock_ratio clock = computer->clock;
    if (!node_run(computer->node, clock_node_cycle(clock, end), err))
        return false;
    const struct err *fault = self->memory ? memory_source_err(self->memory) : &self->err;
    for (uint32_t i = 0; fault->status == ERR_NONE && i < computer->node->params.cores; i++)
        if (computer->software && computer->software[i])
            fault = software_err(computer->software[i]);
    if (fault->status != ERR_NONE) {
        *err = *fault;
        return false;
    }
    if (computer->nic && nic_failed(computer->nic))
        return err_set(err, ERR_RUN, "out of memory for a network interface card");
    uint64_t next = node_next_cycle(computer->node);
    self->next_cycles[idx] = next == MEM_NEVER ? UINT64_MAX : clock_fabric_cycle_of(clock, next);
    return true;
}

static bool step(struct workload *base, struct fabric *fabric, uint64_t cycle, struct err *err)
{
    struct computers *self = (struct computers *)base;
    self->cycle = cycle;
    self->fabric = fabric;
    uint64_t end = cycle + 1;
    if (self->mpi && mpi_timer_cycle(self->mpi) <= cycle && !mpi_timers(self->mpi, cycle, err))
        return false;
    bool works = false; // somebody does, or will, which may move what waits in the fabric
    if (self->memory && cycle + STRIDE_CYCLES < self->params.end_cycle)
        end = cycle + STRIDE_CYCLES;
    for (uint32_t i = 0; i < self->num_computers; i++) {
        if (self->next_cycles[i] == UINT64_MAX)
            continue;
        works = true;
        if (self->next_cycles[i] <= cycle && !run(self, i, end, err))
            return false;
    }
    if (works)
        fabric_stir(fabric);
    return !self->mpi || mpi_check(self->mpi, err);
}

static bool done(const struct workload *base)
{
    const struct computers *self = (const struct computers *)base;
    return computers_ended(self) && self->cycle + 1 >= computers_makespan_cycles(base);
}

static uint64_t next_event(const struct workload *base, uint64_t cycle)
{
    const struct computers *self = (const struct computers *)base;
    if (computers_ended(self)) {
        uint64_t makespan_cycles = computers_makespan_cycles(base);
        return makespan_cycles > cycle + 1 ? makespan_cycles - 1 : cycle + 1;
    }
    uint64_t next = self->mpi ? mpi_timer_cycle(self->mpi) : UINT64_MAX;
    for (uint32_t i = 0; i < self->num_computers; i++)
        if (self->next_cycles[i] < next)
            next = self->next_cycles[i];
    return next == UINT64_MAX || next > cycle ? next : cycle + 1;
}

// True if a computer that does nothing has something left to do.
static bool stands_still(const struct computer *computer)
{
    bool left = computer->nic && !nic_idle(computer->nic);
    for (uint32_t i = 0; computer->software && i < computer->node->params.cores; i++)
        left |= computer->software[i] && software_has_jobs(computer->software[i]);
    return left;
}

static void stuck(const struct workload *base, struct err *err)
{
    const struct computers *self = (const struct computers *)base;
    if (computers_gave_up(self, err))
        return;
    for (uint32_t i = 0; i < self->num_computers; i++)
        if (stands_still(&self->computers[i])) {
            err_set(err, ERR_DEADLOCK,
                    "deadlock: node %" PRIu32 " has messages to send or to receive, and neither "
                    "its card nor its driver does anything",
                    i);
            return;
        }
    self->mpi->ops->stuck(self->mpi, err);
    uint64_t refused = computers_refused(self);
    if (refused > 0)
        err_prefix(err,
                   "what was refused (nodes.software.refused: %" PRIu64
                   ", memory that is not pinned, registers of others) may be what is waited for",
                   refused);
}

static void delivered(struct workload *base, const struct packet *packet);

const struct workload_ops computers_ops = {
    .step = step,
    .delivered = delivered,
    .next_event = next_event,
    .done = done,
    .stuck = stuck,
    .free = computers_free,
};

// --- between cards and fabric -------------------------------------------------------------------

// What the fabric tells in its cycle is seen by cards in the next one.
static uint64_t told_cycle(const struct computer *computer, uint64_t fabric_cycle)
{
    return clock_node_cycle(computer->clock, fabric_cycle + 1) - 1;
}

// A node's card has been told something, by which it may have something to do.
static void heed(struct computers *self, uint32_t node)
{
    const struct computer *computer = &self->computers[node];
    uint64_t next = nic_agent(computer->nic)->next_cycle;
    uint64_t cycle = next == MEM_NEVER ? UINT64_MAX : clock_fabric_cycle_of(computer->clock, next);
    if (cycle < self->next_cycles[node])
        self->next_cycles[node] = cycle;
}

void computers_nudge(struct computers *self, uint32_t rank)
{
    uint32_t node = self->places[rank].node;
    process_nudge(self->processes[rank], told_cycle(&self->computers[node], self->cycle) + 1);
    if (self->next_cycles[node] > self->cycle + 1)
        self->next_cycles[node] = self->cycle + 1;
}

static void send_packet(struct nic_net *base, const struct packet_spec *spec, uint64_t cycle)
{
    struct computers *self = ((struct computers_net *)base)->computers;
    (void)cycle; // it is of the fabric's cycle that is simulated
    fabric_send(self->fabric, spec, &self->err);
}

static bool offer(void *context, uint32_t node, const struct packet *packet, uint64_t cycle)
{
    struct computers *self = context;
    struct computer *computer = &self->computers[node];
    bool taken = nic_offer(computer->nic, packet->message, told_cycle(computer, cycle));
    computers_life_offered(self, packet, cycle, taken);
    heed(self, node);
    return taken;
}

static void left(void *context, uint32_t node, const struct packet *packet, uint64_t cycle)
{
    struct computers *self = context;
    struct computer *computer = &self->computers[node];
    nic_left(computer->nic, packet->message, told_cycle(computer, cycle));
    heed(self, node);
}

static void delivered(struct workload *base, const struct packet *packet)
{
    struct computers *self = (struct computers *)base;
    struct computer *computer = &self->computers[packet->destination];
    if (packet->fate == PACKET_DROPPED) {
        nic_store_lose(&self->store, packet->message);
        return;
    }
    if (packet->fate == PACKET_CORRUPTED)
        nic_store_damage(&self->store, packet->message,
                         rng_mix(self->params.seed ^ (uint64_t)RNG_FAULT << 56 ^ packet->serial));
    computers_life_travelled(self, packet);
    nic_arrived(computer->nic, packet->message, told_cycle(computer, self->cycle));
    heed(self, packet->destination);
}

void computers_connect(struct computers *self)
{
    self->net = (struct computers_net){{.send = send_packet}, self};
    self->nodes = (struct fabric_nodes){offer, left, self};
}

const struct fabric_nodes *computers_nodes(struct workload *base)
{
    struct computers *self = (struct computers *)base;
    return self->mpi ? &self->nodes : NULL;
}
