// SPDX-License-Identifier: Apache-2.0
#include "tests/nic_rig.h"

#include <criterion/criterion.h>

// --- the network --------------------------------------------------------------------------------

static void net_send(struct nic_net *net, const struct packet_spec *spec, uint64_t cycle)
{
    struct nic_rig *self = (struct nic_rig *)net;
    struct nic_rig_way *way = &self->ways[spec->source];
    const struct nic_packet *packet = nic_store_at(&self->store, spec->message);
    cr_assert_eq(spec->destination, packet->destination);
    cr_assert_lt(spec->destination, self->spec.num_nodes);
    cr_assert_eq(spec->flits, nic_packet_flits(&self->spec.nic, packet->bytes));
    cr_assert_lt(way->num_out, NIC_RIG_MAX_PACKETS);
    way->out_cycles[way->num_out] = cycle + 1;
    way->out[way->num_out++] = spec->message;
    self->net_cycle = cycle + 1 < self->net_cycle ? cycle + 1 : self->net_cycle;
}

static void net_room(struct nic_net *net, uint32_t node, uint64_t cycle)
{
    struct nic_rig *self = (struct nic_rig *)net;
    self->ways[node].room_cycle = cycle;
    self->net_cycle = cycle < self->net_cycle ? cycle : self->net_cycle;
}

static void put_in(struct nic_rig *self, uint32_t handle, uint64_t cycle)
{
    struct nic_rig_way *way = &self->ways[nic_store_at(&self->store, handle)->destination];
    uint32_t i = way->num_in++;
    cr_assert_leq(way->num_in, NIC_RIG_MAX_PACKETS);
    for (; i > 1 && way->in_cycles[i - 1] > cycle; i--) { // the first may have been offered
        way->in[i] = way->in[i - 1];
        way->in_cycles[i] = way->in_cycles[i - 1];
    }
    way->in[i] = handle;
    way->in_cycles[i] = cycle;
}

static void remove_first(uint32_t *handles, uint64_t *cycles, uint32_t *num)
{
    --*num;
    memmove(handles, handles + 1, *num * sizeof *handles);
    memmove(cycles, cycles + 1, *num * sizeof *cycles);
}

// Whether the packet that leaves is one of a set, or is drawn.
static bool happens(struct nic_rig *self, double rate, uint64_t set)
{
    if (self->num_left < 64 && set >> self->num_left & 1)
        return true;
    return rate > 0 && rng_chance(&self->rng, rng_threshold(rate));
}

static void run_source(struct nic_rig *self, uint32_t node, uint64_t cycle)
{
    struct nic_rig_way *way = &self->ways[node];
    if (way->sent_cycle == cycle) {
        uint32_t handle = way->out[0];
        uint64_t jitter_cycles =
            self->spec.jitter_cycles ? rng_below(&self->rng, self->spec.jitter_cycles + 1) : 0;
        remove_first(way->out, way->out_cycles, &way->num_out);
        way->sent_cycle = MEM_NEVER;
        if (happens(self, self->spec.damage_rate, self->spec.damage_set))
            nic_store_damage(&self->store, handle, rng_next(&self->rng));
        if (happens(self, self->spec.drop_rate, self->spec.drop_set)) {
            self->ways[nic_store_at(&self->store, handle)->destination].num_on_way--;
            nic_store_lose(&self->store, handle);
        } else {
            put_in(self, handle, cycle + self->spec.latency_cycles + jitter_cycles);
        }
        self->num_left++;
        nic_left(self->nics[node], handle, cycle);
    }
    if (way->sent_cycle != MEM_NEVER || !way->num_out || way->out_cycles[0] > cycle)
        return;
    struct nic_packet *packet = nic_store_at(&self->store, way->out[0]);
    struct nic_rig_way *to = &self->ways[packet->destination];
    if (self->spec.depth && to->num_on_way == self->spec.depth)
        return;
    to->num_on_way++;
    way->sent_cycle = cycle + nic_packet_flits(&self->spec.nic, packet->bytes);
    packet->cycle = cycle; // until it has come
    self->num_packets++;
    bool corrupts = self->spec.corrupt_every && packet->bytes;
    if (corrupts && self->num_packets % self->spec.corrupt_every == 0)
        packet->payload[rng_below(&self->rng, packet->bytes)] ^= 0x10;
}

static void travelled(const struct nic_rig *self, const struct nic_packet *packet, uint64_t cycle)
{
    struct nic_life_travel travel = {
        .injected_cycle = packet->cycle,
        .ejected_cycle = cycle,
        .hops_cycles = self->spec.latency_cycles,
        .serialisation_cycles = nic_packet_flits(&self->spec.nic, packet->bytes),
    };
    nic_life_travelled(packet->life, &travel);
}

static void run_destination(struct nic_rig *self, uint32_t node, uint64_t cycle)
{
    struct nic_rig_way *way = &self->ways[node];
    while (way->num_in && way->in_cycles[0] <= cycle && way->room_cycle <= cycle) {
        uint32_t handle = way->in[0];
        bool taken = nic_offer(self->nics[node], handle, cycle);
        nic_life_offered(nic_store_at(&self->store, handle)->life, cycle, taken);
        if (!taken) {
            way->room_cycle = MEM_NEVER; // it will say
            return;
        }
        travelled(self, nic_store_at(&self->store, handle), cycle);
        nic_arrived(self->nics[node], handle, cycle);
        remove_first(way->in, way->in_cycles, &way->num_in);
        way->num_on_way--;
    }
}

static void run_net(struct nic_rig *self, uint64_t cycle)
{
    uint64_t next_cycle = MEM_NEVER;
    for (uint32_t i = 0; i < self->spec.num_nodes; i++)
        run_destination(self, i, cycle);
    for (uint32_t i = 0; i < self->spec.num_nodes; i++)
        run_source(self, (i + (uint32_t)cycle) % self->spec.num_nodes, cycle);
    self->net_cycle = MEM_NEVER;
    for (uint32_t i = 0; i < self->spec.num_nodes; i++) {
        const struct nic_rig_way *way = &self->ways[i];
        if (way->num_out && way->out_cycles[0] > cycle && way->out_cycles[0] < next_cycle)
            next_cycle = way->out_cycles[0];
        uint64_t in_cycle = way->num_in ? way->in_cycles[0] : MEM_NEVER;
        in_cycle = way->room_cycle > in_cycle ? way->room_cycle : in_cycle;
        next_cycle = way->sent_cycle < next_cycle ? way->sent_cycle : next_cycle;
        next_cycle = in_cycle < next_cycle ? in_cycle : next_cycle;
    }
    self->net_cycle = next_cycle > cycle ? next_cycle : cycle + 1;
}

// --- the machine --------------------------------------------------------------------------------

struct node_params nic_rig_node_params(void)
{
    struct node_params p = node_params_default();
    p.cores = 1;
    p.l1i.enabled = p.l2.enabled = false;
    p.bus.clock_divisor = 1;
    p.bus.width_bytes = 16;
    p.bus.address_cycles = 1;
    p.mem.clock_divisor = 1;
    p.mem.banks = 16;
    p.mem.row_bytes = 1 << 20;
    p.mem.t_refi_cycles = 0;
    return p;
}

static void interrupted(void *context, uint32_t nic_context, uint64_t cycle)
{
    struct nic_rig_line *line = context;
    line->rig->num_interrupts[line->node][nic_context]++;
    line->rig->interrupt_cycle = cycle;
}

static void make_node(struct nic_rig *self, uint32_t idx)
{
    struct err err = {0};
    self->lines[idx] = (struct nic_rig_line){self, idx};
    self->ways[idx].sent_cycle = MEM_NEVER;
    struct nic_config config = {.params = self->spec.nic,
                                .node = idx,
                                .num_nodes = self->spec.num_nodes,
                                .address = NIC_RIG_REGISTERS,
                                .net = &self->net,
                                .store = &self->store,
                                .lives = self->spec.lives ? &self->life_timing : NULL,
                                .interrupt = interrupted,
                                .context = &self->lines[idx]};
    cr_assert(node_params_check(&self->spec.node, "nodes", &err), "%s", err.text);
    struct node *node = self->nodes[idx] = node_new(&self->spec.node, 1, idx, NULL, &err);
    cr_assert(node, "%s", err.text);
    struct nic *nic = self->nics[idx] = nic_new(&config, "nodes.nic", &err);
    cr_assert(nic, "%s", err.text);
    for (uint32_t i = 0; i < nic_num_masters(nic); i++)
        cr_assert(bus_add_master(&node->bus, nic_master(nic, i), &err), "%s", err.text);
    cr_assert(bus_add_device(&node->bus, nic_device(nic), &err), "%s", err.text);
    cr_assert(node_add_agent(node, nic_agent(nic), &err), "%s", err.text);
}

struct nic_rig *nic_rig_new(const struct nic_rig_spec *spec)
{
    struct nic_rig *self = calloc(1, sizeof *self);
    cr_assert(self);
    self->spec = *spec;
    self->spec.num_nodes = spec->num_nodes ? spec->num_nodes : 2;
    self->spec.latency_cycles = spec->latency_cycles ? spec->latency_cycles : 10;
    if (!spec->node.cores)
        self->spec.node = nic_rig_node_params();
    self->net = (struct nic_net){net_send, net_room};
    self->rng = rng_make(spec->seed, RNG_SHUFFLE, 1);
    self->net_cycle = MEM_NEVER;
    nic_store_make(&self->store, spec->nic.max_payload_bytes);
    self->store.keeps_lives = spec->lives;
    const struct mem_params *mem = &self->spec.node.mem;
    const struct bus_params *bus = &self->spec.node.bus;
    self->life_timing = (struct nic_life_timing){
        .read_latency_cycles = bus->address_cycles + mem->controller_latency_cycles +
                               mem->t_cl_cycles + mem->burst_cycles,
        .write_latency_cycles = bus->address_cycles,
        .bus_cycles = 1,
        .bus_bytes = bus->width_bytes,
    };
    for (uint32_t i = 0; i < self->spec.num_nodes; i++)
        make_node(self, i);
    return self;
}

void nic_rig_free(struct nic_rig *self)
{
    for (uint32_t i = 0; i < self->spec.num_nodes; i++) {
        nic_free(self->nics[i]);
        node_free(self->nodes[i]);
    }
    nic_store_free(&self->store);
    free(self);
}

static uint64_t next_cycle(const struct nic_rig *self)
{
    uint64_t cycle = self->net_cycle;
    for (uint32_t i = 0; i < self->spec.num_nodes; i++) {
        uint64_t other = node_next_cycle(self->nodes[i]);
        cycle = other < cycle ? other : cycle;
    }
    return cycle;
}

static void run_cycle(struct nic_rig *self, uint64_t cycle)
{
    struct err err = {0};
    if (self->spec.net_first && self->net_cycle <= cycle)
        run_net(self, cycle);
    for (uint32_t i = 0; i < self->spec.num_nodes; i++) {
        cr_assert(node_run(self->nodes[i], cycle + 1, &err), "%s", err.text);
        cr_assert(!nic_failed(self->nics[i]));
    }
    if (self->net_cycle <= cycle)
        run_net(self, cycle);
    self->now = cycle + 1;
}

bool nic_rig_step(struct nic_rig *self)
{
    uint64_t cycle = next_cycle(self);
    if (cycle == MEM_NEVER)
        return false;
    run_cycle(self, cycle);
    return true;
}

void nic_rig_run_to(struct nic_rig *self, uint64_t cycle)
{
    while (next_cycle(self) < cycle)
        nic_rig_step(self);
    self->now = cycle;
}

void nic_rig_run(struct nic_rig *self, uint64_t max_cycles)
{
    uint64_t limit_cycle = self->now + max_cycles;
    while (nic_rig_step(self))
        cr_assert_leq(self->now, limit_cycle, "it does not come to an end");
}

uint64_t nic_rig_read(struct nic_rig *self, uint32_t node, uint64_t offset)
{
    uint64_t value = 0;
    struct mem_device *device = nic_device(self->nics[node]);
    cr_assert(device->read(device, offset, (uint8_t *)&value, sizeof value, self->now));
    return value;
}

void nic_rig_write(struct nic_rig *self, uint32_t node, uint64_t offset, uint64_t value)
{
    struct mem_device *device = nic_device(self->nics[node]);
    cr_assert(device->write(device, offset, (const uint8_t *)&value, sizeof value, self->now));
}

struct nic_stats nic_rig_stats(const struct nic_rig *self, uint32_t node)
{
    return nic_stats(self->nics[node], self->now);
}

const uint32_t nic_rig_ring_sizes[3] = {8, 8, 8};

struct nic_rig *nic_rig_of(uint32_t contexts)
{
    struct nic_rig_spec spec = {.nic = nic_default_params};
    spec.nic.num_contexts = contexts;
    return nic_rig_new(&spec);
}

uint64_t nic_rig_errors(const struct nic_rig *self, enum nic_status status)
{
    return nic_rig_stats(self, 0).errors[status];
}
