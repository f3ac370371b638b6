// SPDX-License-Identifier: Apache-2.0
// Makes computers and the software on them, and frees them.
#include "model/node/computers_state.h"

#include <inttypes.h>
#include <stdlib.h>

// Of what only announces something.
enum { MPI_HEADER_BYTES = 16 };

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

static void nudge(void *context, uint32_t rank)
{
    struct computers *self = context;
    computers_nudge(self, rank / self->params.ranks_per_node, source_of(self, rank));
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
    self->machine = (struct mpi_machine){compute, access_memory, wake, send_message, nudge, self};
    self->mpi_params = *params->mpi;
    self->mpi_params.machine = &self->machine;
    self->mpi_params.rpc.address = self->user_address;
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
        .lives = computers_life_timing(self, idx),
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
    self->base.ops = &computers_ops;
    self->params = *params;
    nic_store_make(&self->store, params->nic.max_payload_bytes);
    self->store.keeps_lives = params->lives;
    computers_connect(self);
    bool good = lay_out(self, err) && make_programs(self, err);
    self->computers = good ? calloc(self->num_computers, sizeof *self->computers) : NULL;
    self->next_cycles = good ? calloc(self->num_computers, sizeof *self->next_cycles) : NULL;
    self->lives = good && params->lives ? calloc(self->num_computers, sizeof *self->lives) : NULL;
    if (good && (!self->computers || !self->next_cycles || (params->lives && !self->lives)))
        good = err_set(err, ERR_RUN, "out of memory");
    for (uint32_t i = 0; good && i < self->num_computers; i++)
        good = make_computer(self, i, err);
    if (good)
        return &self->base;
    computers_free(&self->base);
    return NULL;
}

void computers_free(struct workload *base)
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
    free(self->lives);
    free(self->clocks_hz);
    nic_store_free(&self->store);
    memory_source_free(self->memory);
    if (self->mpi)
        self->mpi->ops->free(self->mpi);
    free(self);
}
