// SPDX-License-Identifier: Apache-2.0
#include "model/node/computers_state.h"

#include <inttypes.h>
#include <stdlib.h>

// Fabric cycles that a computer which no other can reach is simulated in one go.
enum { STRIDE_CYCLES = 1 << 16 };

// Of what only announces something.
enum { MPI_HEADER_BYTES = 16 };

// --- running ------------------------------------------------------------------------------------

// Runs a computer up to the fabric's cycle `end`.
static bool run(struct computers *self, uint32_t idx, uint64_t end, struct err *err)
{
    struct computer *computer = &self->computers[idx];
    const struct clock_ratio clock = computer->clock;
    if (!node_run(computer->node, clock_node_cycle(clock, end), err))
        return false;
    const struct err *fault = self->memory ? memory_source_err(self->memory) : &self->err;
    for (uint32_t i = 0; fault->status == ERR_NONE && i < computer->num_ranks; i++)
        fault = &computer->ranks[i].err;
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
    uint64_t next = UINT64_MAX;
    for (uint32_t i = 0; i < self->num_computers; i++)
        if (self->next_cycles[i] < next)
            next = self->next_cycles[i];
    return next == UINT64_MAX || next > cycle ? next : cycle + 1;
}

// True if a computer that does nothing has something left to do.
static bool stands_still(const struct computer *computer)
{
    bool left = computer->nic && !nic_idle(computer->nic);
    for (uint32_t i = 0; i < computer->num_ranks; i++)
        left |= computer->ranks[i].driver.num_jobs > 0;
    return left;
}

static void stuck(const struct workload *base, struct err *err)
{
    const struct computers *self = (const struct computers *)base;
    for (uint32_t i = 0; i < self->num_computers; i++)
        if (stands_still(&self->computers[i])) {
            err_set(err, ERR_DEADLOCK,
                    "deadlock: node %" PRIu32 " has messages to send or to receive, and neither "
                    "its card nor its driver does anything",
                    i);
            return;
        }
    self->mpi->ops->stuck(self->mpi, err);
}

static void free_all(struct workload *base)
{
    struct computers *self = (struct computers *)base;
    for (uint32_t i = 0; self->computers && i < self->num_computers; i++) {
        for (uint32_t r = 0; r < self->computers[i].num_ranks; r++)
            rank_source_free(&self->computers[i].ranks[r]);
        free(self->computers[i].ranks);
        nic_free(self->computers[i].nic);
        node_free(self->computers[i].node);
    }
    free(self->computers);
    free(self->next_cycles);
    free(self->clocks_hz);
    nic_store_free(&self->store);
    memory_source_free(self->memory);
    if (self->mpi)
        self->mpi->ops->free(self->mpi);
    free(self);
}

static void delivered(struct workload *base, const struct packet *packet);

static const struct workload_ops ops = {
    .step = step,
    .delivered = delivered,
    .next_event = next_event,
    .done = done,
    .stuck = stuck,
    .free = free_all,
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
    nic_arrived(computer->nic, packet->message, told_cycle(computer, self->cycle));
    heed(self, packet->destination);
}

const struct fabric_nodes *computers_nodes(struct workload *base)
{
    struct computers *self = (struct computers *)base;
    return self->mpi ? &self->nodes : NULL;
}

// --- the machine of the ranks -------------------------------------------------------------------

static struct rank_source *source_of(const struct computers *self, uint32_t rank)
{
    uint32_t per_node = self->params.ranks_per_node;
    return &self->computers[rank / per_node].ranks[rank % per_node];
}

static void compute(void *context, uint32_t rank, uint64_t node_cycles)
{
    struct computers *self = context;
    rank_source_compute(source_of(self, rank), node_cycles);
}

static void access_memory(void *context, uint32_t rank, const struct op *op)
{
    struct computers *self = context;
    rank_source_access(source_of(self, rank), op);
}

static void wake(void *context, uint32_t rank)
{
    struct computers *self = context;
    rank_source_wake(source_of(self, rank));
}

static uint32_t send_message(void *context, const struct mpi_transfer *transfer, struct err *err)
{
    struct computers *self = context;
    struct driver_job job = {
        .node = transfer->to / self->params.ranks_per_node,
        .context = transfer->to % self->params.ranks_per_node,
        .traffic_class = transfer->traffic_class,
        .tag = transfer->message,
        .address = transfer->address == OP_NO_ADDRESS ? self->user_address : transfer->address,
        .bytes = transfer->bytes > 0 ? transfer->bytes : MPI_HEADER_BYTES,
        .tells_sent = transfer->tells_sent,
    };
    uint32_t num_pieces = driver_send(&source_of(self, transfer->from)->driver, &job);
    if (num_pieces == 0)
        err_set(err, ERR_RUN, "out of memory");
    return num_pieces;
}

// --- making -------------------------------------------------------------------------------------

static bool make_programs(struct computers *self, struct err *err)
{
    const struct computers_params *params = &self->params;
    if (params->memory) {
        self->memory = memory_source_new(params->memory);
        self->num_computers = 1;
        return self->memory || err_set(err, ERR_RUN, "out of memory");
    }
    uint32_t num_ranks = params->mpi->trace->num_ranks;
    if (num_ranks > (uint64_t)params->num_nodes * params->ranks_per_node)
        return err_set(err, ERR_CONFIG,
                       "the trace has %" PRIu32 " ranks, of which the %" PRIu32
                       " nodes take %" PRIu32 " each (nodes.ranks_per_node)",
                       num_ranks, params->num_nodes, params->ranks_per_node);
    self->clocks_hz =
        calloc((size_t)params->num_nodes * params->ranks_per_node, sizeof *self->clocks_hz);
    if (!self->clocks_hz)
        return err_set(err, ERR_RUN, "out of memory");
    self->machine = (struct mpi_machine){compute, access_memory, wake, send_message, self};
    self->mpi_params = *params->mpi;
    self->mpi_params.machine = &self->machine;
    self->mpi_params.num_nodes = params->num_nodes * params->ranks_per_node;
    self->mpi_params.node_clocks_hz = self->clocks_hz;
    for (uint32_t i = 0; i < self->mpi_params.num_nodes; i++)
        self->clocks_hz[i] = params->node_clocks_hz[i / params->ranks_per_node];
    self->mpi = mpi_new(&self->mpi_params, err);
    self->num_computers = (num_ranks + params->ranks_per_node - 1) / params->ranks_per_node;
    return self->mpi != NULL;
}

static void interrupt(void *computer, uint32_t nic_context, uint64_t cycle)
{
    rank_source_interrupt(&((struct computer *)computer)->ranks[nic_context], cycle);
}

// A node's card, and the driver that its program uses.
static bool make_card(struct computers *self, uint32_t idx, struct err *err)
{
    const struct computers_params *params = &self->params;
    struct computer *computer = &self->computers[idx];
    struct nic_config config = {
        .params = params->nic,
        .node = idx,
        .num_nodes = params->num_nodes,
        .address = self->driver.nic_address,
        .net = &self->net.base,
        .store = &self->store,
        .interrupt = interrupt,
        .context = computer,
    };
    config.params.num_contexts = computer->num_ranks;
    config.params.line_bytes = params->node.l1d.geometry.line_bytes;
    computer->nic = nic_new(&config, "nodes.nic", err);
    if (!computer->nic || !bus_add_device(&computer->node->bus, nic_device(computer->nic), err) ||
        !node_add_agent(computer->node, nic_agent(computer->nic), err))
        return false;
    for (uint32_t i = 0; i < nic_num_masters(computer->nic); i++)
        if (!bus_add_master(&computer->node->bus, nic_master(computer->nic, i), err))
            return false;
    for (uint32_t i = 0; i < computer->num_ranks; i++) {
        struct driver_params driver = self->driver;
        driver.context = i;
        driver.address += i * driver_bytes(&driver);
        driver_init(&computer->ranks[i].driver, &driver, computer->node, computer->nic,
                    rank_source_mail, &computer->ranks[i]);
    }
    return true;
}

// What a card takes at a time, and at most as much as is asked for.
static uint32_t piece_bytes(const struct computers_params *params)
{
    const struct nic_params *nic = &params->nic;
    uint32_t bytes = params->piece_bytes;
    if (bytes > nic->max_message_bytes)
        bytes = nic->max_message_bytes;
    return nic->segmentation || bytes < nic->max_payload_bytes ? bytes : nic->max_payload_bytes;
}

// Where things are in memory: see computers.h.
static bool lay_out(struct computers *self, struct err *err)
{
    const struct computers_params *params = &self->params;
    uint64_t size_bytes = params->node.mem.size_bytes;
    self->driver = (struct driver_params){
        .send_slots = params->send_slots,
        .receive_slots = params->receive_slots,
        .piece_bytes = params->piece_bytes,
        .pio_bytes = params->pio_bytes,
        .interrupts = params->interrupts,
        .checksum = params->checksum,
        .nic_address = size_bytes ? (size_bytes + 4095) & ~UINT64_C(4095) : UINT64_C(1) << 46,
        .address = UINT64_C(3) << 44,
    };
    self->user_address = size_bytes ? 0 : UINT64_C(1) << 45;
    if (size_bytes == 0)
        return true;
    self->driver.address = 0;
    uint64_t bytes = params->ranks_per_node * driver_bytes(&self->driver);
    if (bytes > size_bytes)
        return err_set(err, ERR_CONFIG,
                       "nodes.mem.size_bytes: %" PRIu64 " are fewer than the %" PRIu64
                       " that the driver of the network interface card takes",
                       size_bytes, bytes);
    self->driver.address = (size_bytes - bytes) & ~UINT64_C(4095);
    return true;
}

// The programs of a node, and the cores that run them.
static bool make_ranks(struct computers *self, uint32_t idx, struct err *err)
{
    const struct computers_params *params = &self->params;
    struct computer *computer = &self->computers[idx];
    uint32_t first = idx * params->ranks_per_node;
    uint32_t num = params->mpi->trace->num_ranks - first;
    num = num < params->ranks_per_node ? num : params->ranks_per_node;
    computer->ranks = calloc(num, sizeof *computer->ranks);
    if (!computer->ranks)
        return err_set(err, ERR_RUN, "out of memory");
    computer->num_ranks = num;
    for (uint32_t i = 0; i < num; i++) {
        struct core *core = &computer->node->cores[i].core;
        rank_source_init(&computer->ranks[i], self->mpi, first + i, computer->clock, core,
                         params->interrupt_cycles);
        core_start(core, &computer->ranks[i].core, 0);
    }
    return true;
}

static bool make_computer(struct computers *self, uint32_t idx, struct err *err)
{
    const struct computers_params *params = &self->params;
    struct computer *computer = &self->computers[idx];
    if (!clock_ratio_make(&computer->clock, params->node_clocks_hz[idx], params->fabric_clock_hz,
                          "nodes.clock_hz or nodes.groups", err))
        return false;
    computer->node = node_new(&params->node, params->seed, idx, NULL, err);
    if (!computer->node)
        return false;
    if (self->memory) {
        core_start(&computer->node->cores[0].core, memory_source_core(self->memory), 0);
        return true;
    }
    return make_ranks(self, idx, err) && make_card(self, idx, err);
}

struct workload *computers_new(const struct computers_params *params, struct err *err)
{
    struct computers *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->base.ops = &ops;
    self->params = *params;
    self->params.piece_bytes = piece_bytes(params);
    nic_store_make(&self->store, params->nic.max_payload_bytes);
    self->net = (struct computers_net){{.send = send_packet}, self};
    self->nodes = (struct fabric_nodes){offer, left, self};
    bool good = lay_out(self, err) && make_programs(self, err);
    self->computers = good ? calloc(self->num_computers, sizeof *self->computers) : NULL;
    self->next_cycles = good ? calloc(self->num_computers, sizeof *self->next_cycles) : NULL;
    if (good && (!self->computers || !self->next_cycles))
        good = err_set(err, ERR_RUN, "out of memory");
    for (uint32_t i = 0; good && i < self->num_computers; i++)
        good = make_computer(self, i, err);
    if (good)
        return &self->base;
    free_all(&self->base);
    return NULL;
}
