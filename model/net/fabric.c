// SPDX-License-Identifier: Apache-2.0
// The cycle of a fabric, as far as all partitions are at one. fabric_partition.c has its steps,
// fabric_make.c makes a fabric.
#include "model/net/fabric_state.h"
#include "model/net/terminal_state.h"

#include <inttypes.h>

bool fabric_send(struct fabric *self, const struct packet_spec *spec, struct err *err)
{
    const struct topology *topology = self->params.topology;
    const struct routing *routing = self->params.routing;
    uint64_t serial;
    uint32_t handle = packet_pool_take(&self->pool, &serial);
    if (handle == MSG_NONE)
        return err_set(err, ERR_RUN, "out of memory for packets (%" PRIu64 " alive)",
                       packet_pool_num_live(&self->pool));
    struct packet *packet = &self->pool.slots[handle];
    *packet = (struct packet){
        .serial = serial,
        .created_cycle = self->now,
        .source = spec->source,
        .destination = spec->destination,
        .flits = spec->flits,
        .traffic_class = spec->traffic_class,
        .message = spec->message,
        .hops = topology->indirect ? 1 : 0, // from the node to its switch
        .next = MSG_NONE,
    };
    if (routing && routing->kind && routing->kind->bubbles)
        packet->flits = routing->max_flits; // padded
    if (self->observation)
        observation_created(self->observation, packet);
    if (self->ideal) {
        ideal_enqueue(self->ideal, handle);
        return true;
    }
    packet->head = routing_head(routing, topology->node_addr[spec->source],
                                topology->node_addr[spec->destination], packet->flits,
                                spec->traffic_class, serial, handle);
    uint32_t part = partition_of(&self->nodes, spec->source);
    terminals_enqueue(&self->parts[part].terminals, handle);
    return true;
}

// Too little is active for threads to pay: the caller is done with it before they would be awake.
// Of two threads on meshes of 16x16 and 32x32, at flit-hops a cycle, the speed beside one thread's:
//
//   flit-hops a cycle            27    44    55    87    136
//   both work in every cycle   0.93  1.18  1.15  1.36   1.43
//   from 32 on                 0.84  1.11  1.16  1.36   1.40
//   from 48 on                 0.87  0.90  1.10  1.42   1.39
//   one does all               0.89  0.91  0.92  0.91   0.95
static bool is_small(const struct fabric *self)
{
    enum { FEW = 32 }; // flits that came to routers, routers with others, and nodes to send
    uint32_t num = 0;
    for (uint32_t p = 0; p < self->num_parts; p++)
        num += self->parts[p].num_came;
    for (uint32_t w = 0; w < partition_num_words(self->routers.num_items); w++) {
        num += (uint32_t)__builtin_popcountll(self->active[w]);
        if (num >= FEW)
            return false;
    }
    for (uint32_t w = 0; w < partition_num_words(self->nodes.num_items); w++)
        num += (uint32_t)__builtin_popcountll(self->terminals.sending[w]);
    return num < FEW;
}

// The steps of the cycle, for all partitions.
static void step(struct fabric *self)
{
    if (self->workers && !is_small(self)) {
        workers_run(self->workers);
        return;
    }
    for (uint32_t p = 0; p < self->num_parts; p++)
        partition_cycle(&self->parts[p]);
}

// The first fault by step and node, nodes of partitions being in ascending order, then those that
// are of no step.
static bool check(struct fabric *self, struct err *err)
{
    const struct router_ops *ops = self->params.ops;
    const struct partition *first = NULL;
    bool memory = true;
    for (uint32_t p = 0; p < self->num_parts; p++) {
        const struct partition *part = &self->parts[p];
        memory &= !part->out_of_memory;
        if (part->faulty && (!first || part->fault_at < first->fault_at))
            first = part;
    }
    bool good = !ops->check || ops->check(self->bank, err);
    if (first)
        *err = first->fault;
    else if (!memory)
        *err = (struct err){ERR_RUN, "out of memory for flits on channels"};
    return good && memory && !first;
}

// Adds up what partitions have counted. Counts the cycles in which packets are there and no flit
// moves, be it along a channel; nor does a credit, which a flit may wait for; nor does a node wait
// for the end of a back-off.
static bool watch(struct fabric *self, struct err *err)
{
    uint64_t moves = 0;
    uint64_t pending = 0;
    uint64_t backing_off = 0;
    for (uint32_t p = 0; p < self->num_parts; p++) {
        const struct partition *part = &self->parts[p];
        const struct fabric_class_counters *counters = part->terminals.class_counters;
        for (uint32_t c = 0; c < part->terminals.num_classes; c++)
            moves += counters[c].flits_injected + counters[c].flits_ejected;
        moves += part->flit_hops;
        pending += part->calendar.num_pending;
        backing_off += part->terminals.num_backing_off;
    }
    bool moved = moves != self->num_moves;
    self->num_moves = moves;
    self->num_pending = pending;
    if (moved || pending > 0 || packet_pool_num_live(&self->pool) == 0 || backing_off > 0) {
        self->quiet_cycles = 0;
        return true;
    }
    if (++self->quiet_cycles < self->params.watchdog_cycles)
        return true;
    return err_set(err, ERR_DEADLOCK,
                   "deadlock: %" PRIu64
                   " packets are in the fabric and source queues, and no flit has "
                   "moved since cycle %" PRIu64,
                   packet_pool_num_live(&self->pool), self->now + 1 - self->quiet_cycles);
}

bool fabric_cycle(struct fabric *self, struct err *err)
{
    if (self->ideal)
        return ideal_cycle(self->ideal, self->now++, err);
    step(self);
    if (self->observation && !observation_end_cycle(self->observation, err))
        return false;
    for (uint32_t p = 0; p < self->num_parts; p++)
        terminals_deliver(&self->parts[p].terminals, self->now);
    if (!check(self, err))
        return false;
    self->now++;
    return watch(self, err);
}

void fabric_stir(struct fabric *self)
{
    self->quiet_cycles = 0;
}

uint64_t fabric_now(const struct fabric *self)
{
    return self->now;
}

bool fabric_idle(const struct fabric *self)
{
    if (packet_pool_num_live(&self->pool) > 0 || self->num_pending > 0)
        return false;
    for (uint32_t w = 0; self->params.skip_idle && w < partition_num_words(self->num_routers); w++)
        if (self->active[w])
            return false;
    return true;
}

void fabric_jump(struct fabric *self, uint64_t cycle)
{
    if (cycle > self->now)
        self->now = cycle;
}

static void add_class(struct fabric_counters *sum, uint32_t class_idx,
                      const struct fabric_class_counters *of)
{
    struct fabric_class_counters *to = &sum->classes[class_idx];
    to->packets_created += of->packets_created;
    to->flits_created += of->flits_created;
    to->flits_injected += of->flits_injected;
    to->flits_ejected += of->flits_ejected;
    sum->flits_created += of->flits_created;
    sum->flits_injected += of->flits_injected;
    sum->flits_ejected += of->flits_ejected;
}

static void add_part(struct fabric_counters *sum, const struct partition *part)
{
    const struct terminals *terminals = &part->terminals;
    sum->packets_injected += terminals->packets_injected;
    sum->packets_dropped += terminals->packets_dropped;
    sum->packets_corrupted += terminals->packets_corrupted;
    sum->flit_hops += part->flit_hops;
    circuit_counters_add(&sum->circuit, &terminals->circuit_counters);
    for (uint32_t c = 0; c < ROUTER_MAX_CLASSES; c++)
        add_class(sum, c, &terminals->class_counters[c]);
}

struct fabric_counters fabric_counters(const struct fabric *self)
{
    struct fabric_counters counters = {
        .packets_created = self->pool.next_serial,
        .packets_ejected = self->pool.num_given,
    };
    for (uint32_t p = 0; p < self->num_parts; p++)
        add_part(&counters, &self->parts[p]);
    if (self->ideal) {
        counters.packets_injected = ideal_packets_injected(self->ideal);
        for (uint32_t c = 0; c < ROUTER_MAX_CLASSES; c++)
            add_class(&counters, c, ideal_class(self->ideal, c));
        return counters;
    }
    if (self->params.topology->indirect)
        counters.flit_hops += counters.flits_injected;
    for (uint32_t r = 0; self->params.ops->stalls && r < self->num_routers; r++)
        self->params.ops->stalls(self->bank, r, &counters.stalls);
    return counters;
}

uint64_t fabric_quiet_cycles(const struct fabric *self, const struct packet *packet, uint32_t flits)
{
    const struct fabric_params *params = &self->params;
    struct switching_timing timing = {
        .channel_latency_cycles = params->channel_latency_cycles,
        .terminal_latency_cycles = params->terminal_latency_cycles,
        .ejection_latency_cycles = params->ejection_latency_cycles,
        .buffer_flits = params->buffer_flits,
        .pipeline = params->design.pipeline,
        .speculative = params->design.speculative,
    };
    return switching_zero_load_cycles(params->switching, &timing, flits,
                                      terminals_router_hops(&self->terminals, packet));
}

const struct packet *fabric_packet(const struct fabric *self, struct flit head)
{
    return packet_pool_at(&self->pool, layout_handle(head.payload));
}

uint32_t fabric_num_threads(const struct fabric *self)
{
    return self->ideal ? 1 : self->num_parts;
}

const uint64_t *fabric_channel_flits(const struct fabric *self)
{
    if (self->bank_carries)
        self->params.ops->channel_flits(self->bank, self->channel_flits);
    return self->channel_flits;
}

static void report_wait(const struct fabric *self, uint32_t router, const struct router_wait *wait,
                        FILE *to)
{
    const struct topology *t = self->params.topology;
    char in_name[128];
    char out_name[128];
    topology_port_name(t, router, wait->port, in_name, sizeof in_name);
    topology_port_name(t, router, wait->out_port, out_name, sizeof out_name);
    fprintf(to, "  %s input, vc %u (%u flits) waits for %s, vc", in_name, wait->vc, wait->flits,
            out_name);
    for (uint32_t vc = 0; vc < self->params.routing->num_vcs; vc++)
        if (wait->out_vcs >> vc & 1)
            fprintf(to, " %u", vc);
    fprintf(to, "%s: %s\n", wait->holds ? " (its own)" : "", wait->reason);
}

bool fabric_sees_waits(const struct fabric *self)
{
    return self->params.ops->waits != NULL;
}

void fabric_report_waits(const struct fabric *self, uint32_t max_lines, FILE *to)
{
    if (!fabric_sees_waits(self))
        return;
    uint32_t num = 0;
    struct router_wait waits[ROUTER_MAX_RADIX * ROUTER_MAX_VCS];
    for (uint32_t r = 0; r < self->num_routers; r++) {
        uint32_t here = self->params.ops->waits(self->bank, r, waits);
        for (uint32_t i = 0; i < here; i++, num++)
            if (num < max_lines)
                report_wait(self, r, &waits[i], to);
    }
    if (num > max_lines)
        fprintf(to, "  and %u more\n", num - max_lines);
}
