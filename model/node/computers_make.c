// SPDX-License-Identifier: Apache-2.0
// Makes computers and the software on them, and frees them.
#include "model/node/computers_state.h"

#include <inttypes.h>
#include <stdlib.h>

// --- the machine of the ranks -------------------------------------------------------------------

static void compute(void *context, uint32_t rank, uint64_t node_cycles)
{
    process_compute(((struct computers *)context)->processes[rank], node_cycles);
}

static void sleep_for(void *context, uint32_t rank, uint64_t node_cycles)
{
    process_sleep(((struct computers *)context)->processes[rank], node_cycles);
}

static void access_memory(void *context, uint32_t rank, const struct op *op)
{
    process_access(((struct computers *)context)->processes[rank], op);
}

static void pin(void *context, uint32_t rank, const struct op *op)
{
    process_pin(((struct computers *)context)->processes[rank], op->address, op->bytes);
}

static void wake(void *context, uint32_t rank)
{
    process_wake(((struct computers *)context)->processes[rank]);
}

static void post(void *context, uint32_t rank, uint32_t looked_at, bool waits)
{
    process_post(((struct computers *)context)->processes[rank], looked_at, waits);
}

static void wait(void *context, uint32_t rank)
{
    process_wait(((struct computers *)context)->processes[rank]);
}

static void look(void *context, uint32_t rank)
{
    process_look(((struct computers *)context)->processes[rank]);
}

static void nudge(void *context, uint32_t rank)
{
    computers_nudge(context, rank);
}

static uint32_t send_message(void *context, const struct mpi_transfer *transfer, struct err *err)
{
    struct computers *self = context;
    uint32_t num_pieces = process_send(self->processes[transfer->from], transfer);
    if (num_pieces == 0)
        err_set(err, ERR_RUN, "out of memory");
    return num_pieces;
}

static void fetch(void *context, uint32_t rank, uint32_t message, uint64_t bytes, uint64_t address)
{
    process_fetch(((struct computers *)context)->processes[rank], message, bytes, address);
}

static void received(void *context, uint32_t rank, uint32_t message, uint32_t from, uint64_t bytes)
{
    struct computers *self = context;
    if (self->lives)
        process_received(self->processes[rank], message, from, bytes);
}

static struct mpi_machine make_machine(struct computers *self)
{
    uint32_t send = self->params.software.send;
    return (struct mpi_machine){
        .compute = compute,
        .sleep = sleep_for,
        .access = access_memory,
        .pin = pin,
        .wake = wake,
        .post = post,
        .wait = wait,
        .look = look,
        .send = send_message,
        .fetch = fetch,
        .received = received,
        .nudge = nudge,
        .frees_later = send != SOFTWARE_SEND_COPY && send != SOFTWARE_SEND_COPY_ON_WRITE,
        .isend_waits = send == SOFTWARE_SEND_BLOCKING,
        .context = self,
    };
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
    struct mapping_params mapping = {.policy = params->mapping,
                                     .path = params->mapping_path,
                                     .num_nodes = params->num_nodes,
                                     .ranks_per_node = params->ranks_per_node,
                                     .cores = params->node.cores,
                                     .seed = params->seed};
    self->places = mapping_make(&mapping, num_ranks, err);
    if (!self->places)
        return false;
    self->clocks_hz = calloc(num_ranks, sizeof *self->clocks_hz);
    self->processes = calloc(num_ranks, sizeof(struct process *));
    if (!self->clocks_hz || !self->processes)
        return err_set(err, ERR_RUN, "out of memory");
    self->machine = make_machine(self);
    self->mpi_params = *params->mpi;
    self->mpi_params.machine = &self->machine;
    self->mpi_params.rpc.address = self->user_address;
    self->mpi_params.num_nodes = num_ranks;
    self->mpi_params.node_clocks_hz = self->clocks_hz;
    for (uint32_t i = 0; i < num_ranks; i++) {
        uint32_t node = self->places[i].node;
        self->clocks_hz[i] = params->node_clocks_hz[node];
        self->num_computers = node < self->num_computers ? self->num_computers : node + 1;
        if (params->watch && !params->watch->place(params->watch, i, node))
            return err_set(err, ERR_RUN, "out of memory");
    }
    self->mpi = mpi_new(&self->mpi_params, err);
    return self->mpi != NULL;
}

// By way of the kernel a context is a core's, else a rank's.
static void interrupt(void *context, uint32_t nic_context, uint64_t cycle)
{
    struct computer *computer = context;
    for (uint32_t i = 0; i < computer->node->params.cores; i++)
        if (computer->software[i])
            software_interrupt(computer->software[i], nic_context, cycle);
}

static void locate(void *context, uint32_t rank, uint32_t *node, uint32_t *nic_context)
{
    const struct computers *self = context;
    const struct mapping_place *place = &self->places[rank];
    *node = place->node;
    *nic_context = self->params.software.path == SOFTWARE_KERNEL ? place->core : place->on_node;
}

// A node's card.
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
        .activity = {params->watch, idx},
        .interrupt = interrupt,
        .context = computer,
    };
    bool kernel = params->software.path == SOFTWARE_KERNEL;
    config.params.num_contexts = kernel ? params->node.cores : computer->num_ranks;
    config.params.line_bytes = params->node.l1d.geometry.line_bytes;
    computer->nic = nic_new(&config, "nodes.nic", err);
    if (!computer->nic || !bus_add_device(&computer->node->bus, nic_device(computer->nic), err) ||
        !node_add_agent(computer->node, nic_agent(computer->nic), err))
        return false;
    for (uint32_t i = 0; i < nic_num_masters(computer->nic); i++)
        if (!bus_add_master(&computer->node->bus, nic_master(computer->nic, i), err))
            return false;
    return true;
}

// What the software of a node takes at most, if its cores share ranks evenly.
static uint64_t most_bytes(const struct computers *self)
{
    const struct computers_params *params = &self->params;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < params->node.cores; i++)
        bytes += software_bytes(&params->software, &self->driver,
                                (params->ranks_per_node + i) / params->node.cores);
    return bytes;
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
        .checksum = params->checksum,
        .nic_address = size_bytes ? (size_bytes + 4095) & ~UINT64_C(4095) : UINT64_C(1) << 46,
        .address = UINT64_C(3) << 44,
    };
    self->user_address = size_bytes ? 0 : UINT64_C(1) << 45;
    if (size_bytes == 0)
        return true;
    self->driver.address = 0;
    uint64_t bytes = most_bytes(self);
    if (bytes > size_bytes)
        return err_set(err, ERR_CONFIG,
                       "nodes.mem.size_bytes: %" PRIu64 " are fewer than the %" PRIu64
                       " that kernel and drivers of the network interface card take",
                       size_bytes, bytes);
    self->driver.address = (size_bytes - bytes) & ~UINT64_C(4095);
    return true;
}

// The programs of a core, and the software that runs them. Its memory begins at *address.
static bool make_software(struct computers *self, uint32_t idx, uint32_t core, uint64_t *address,
                          struct err *err)
{
    const struct computers_params *params = &self->params;
    struct computer *computer = &self->computers[idx];
    uint32_t *ranks = calloc(computer->num_ranks, sizeof *ranks);
    if (!ranks)
        return err_set(err, ERR_RUN, "out of memory");
    struct software_config config = {
        .params = &params->software,
        .mpi = self->mpi,
        .clock = computer->clock,
        .core = &computer->node->cores[core].core,
        .node = computer->node,
        .nic = computer->nic,
        .driver = self->driver,
        .user_address = self->user_address,
        .ranks = ranks,
        .locate = locate,
        .context = self,
        .lives = self->lives,
        .activity = {params->watch, idx},
        .core_idx = core,
    };
    config.driver.address = *address;
    for (uint32_t i = 0; i < self->mpi_params.trace->num_ranks; i++)
        if (self->places[i].node == idx && self->places[i].core == core)
            ranks[config.num_processes++] = i;
    if (config.num_processes > 0)
        computer->software[core] = software_new(&config, err);
    bool good = config.num_processes == 0 || computer->software[core];
    for (uint32_t i = 0; good && i < config.num_processes; i++)
        self->processes[ranks[i]] = software_process(computer->software[core], i);
    *address += software_bytes(&params->software, &self->driver, config.num_processes);
    free(ranks);
    return good;
}

static bool make_programs_of(struct computers *self, uint32_t idx, struct err *err)
{
    struct computer *computer = &self->computers[idx];
    uint32_t cores = self->params.node.cores;
    uint64_t address = self->driver.address;
    computer->software = calloc(cores, sizeof(struct software *));
    if (!computer->software)
        return err_set(err, ERR_RUN, "out of memory");
    bool good = true;
    for (uint32_t i = 0; good && i < cores; i++)
        good = make_software(self, idx, i, &address, err);
    return good;
}

static bool make_computer(struct computers *self, uint32_t idx, struct err *err)
{
    const struct computers_params *params = &self->params;
    struct computer *computer = &self->computers[idx];
    if (!clock_ratio_make(&computer->clock, params->node_clocks_hz[idx], params->fabric_clock_hz,
                          "nodes.clock_hz or nodes.groups", err))
        return false;
    for (uint32_t i = 0; self->mpi && i < self->mpi_params.trace->num_ranks; i++)
        computer->num_ranks += self->places[i].node == idx;
    if (self->mpi && computer->num_ranks == 0) {
        self->next_cycles[idx] = UINT64_MAX;
        return true;
    }
    computer->node = node_new(&params->node, params->seed, idx, NULL, err);
    if (!computer->node)
        return false;
    node_watch(computer->node, params->watch, idx);
    if (self->memory) {
        core_start(&computer->node->cores[0].core, memory_source_core(self->memory), 0);
        return true;
    }
    return make_card(self, idx, err) && make_programs_of(self, idx, err);
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
    bool lives = params->lives || params->watch;
    self->store.keeps_lives = lives;
    self->lives = lives ? lives_new(params->lives_to, params->watch) : NULL;
    computers_connect(self);
    bool good = (self->lives || !lives || err_set(err, ERR_RUN, "out of memory")) &&
                lay_out(self, err) && make_programs(self, err);
    self->computers = good ? calloc(self->num_computers, sizeof *self->computers) : NULL;
    self->next_cycles = good ? calloc(self->num_computers, sizeof *self->next_cycles) : NULL;
    self->card_timings =
        good && lives ? calloc(self->num_computers, sizeof *self->card_timings) : NULL;
    if (good && (!self->computers || !self->next_cycles || (lives && !self->card_timings)))
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
        for (uint32_t k = 0; self->computers[i].software && k < self->params.node.cores; k++)
            software_free(self->computers[i].software[k]);
        free(self->computers[i].software);
        nic_free(self->computers[i].nic);
        node_free(self->computers[i].node);
    }
    free(self->computers);
    free(self->next_cycles);
    free(self->card_timings);
    free(self->clocks_hz);
    free(self->places);
    free(self->processes);
    nic_store_free(&self->store);
    lives_free(self->lives);
    memory_source_free(self->memory);
    if (self->mpi)
        self->mpi->ops->free(self->mpi);
    free(self);
}
