// SPDX-License-Identifier: Apache-2.0
#include "model/node/software_state.h"

#include "nic/nic_layout.h"

#include <stdlib.h>

#define SOFTWARE_NAME(symbol, name) name,
const char *const software_path_names[SOFTWARE_NUM_PATHS] = {SOFTWARE_PATHS(SOFTWARE_NAME)};
const char *const software_send_names[SOFTWARE_NUM_SENDS] = {SOFTWARE_SENDS(SOFTWARE_NAME)};
const char *const software_arrival_names[SOFTWARE_NUM_ARRIVALS] = {
    SOFTWARE_ARRIVALS(SOFTWARE_NAME)};
const char *const software_account_names[SOFTWARE_NUM_ACCOUNTS] = {
    SOFTWARE_ACCOUNTS(SOFTWARE_NAME)};
#undef SOFTWARE_NAME

// --- made and freed -----------------------------------------------------------------------------

static uint64_t room_bytes(const struct software_params *params)
{
    uint64_t page = SOFTWARE_PAGE_BYTES;
    return (params->kernel_buffer_bytes + page - 1) / page * page;
}

static uint32_t num_ports(const struct software_params *params, uint32_t num_processes)
{
    return params->path == SOFTWARE_KERNEL ? 1 : num_processes;
}

uint64_t software_bytes(const struct software_params *params, const struct driver_params *driver,
                        uint32_t num_processes)
{
    return num_ports(params, num_processes) * driver_bytes(driver) + 2 * room_bytes(params);
}

static bool make_ports(struct software *self, const struct software_config *config)
{
    const struct software_params *params = self->params;
    struct driver_params driver = config->driver;
    driver.arrivals_raise = params->arrival != SOFTWARE_ARRIVAL_POLLING;
    driver.interrupts = driver.arrivals_raise || params->send == SOFTWARE_SEND_INTERRUPT;
    driver.places = params->receive_copies > 0;
    driver.all_memory = params->path == SOFTWARE_KERNEL || !params->pins_explicitly;
    driver.user_address = config->user_address;
    driver.user_bytes = OP_MAX_BYTES;
    self->num_ports = num_ports(params, config->num_processes);
    self->ports = calloc(self->num_ports, sizeof *self->ports);
    for (uint32_t i = 0; self->ports && i < self->num_ports; i++) {
        struct port *port = &self->ports[i];
        uint32_t node;
        port->software = self;
        config->locate(config->context, config->ranks[i], &node, &driver.context);
        if (!driver_init(&port->driver, &driver, config->node, config->nic, software_mail, port))
            return false;
        driver.address += driver_bytes(&driver);
    }
    self->send_room = driver.address;
    self->receive_room = driver.address + room_bytes(params);
    return self->ports;
}

static void make_process(struct software *self, const struct software_config *config, uint32_t idx)
{
    struct process *process = &self->processes[idx];
    struct port *port = &self->ports[self->num_ports > 1 ? idx : 0];
    *process = (struct process){
        .thread = {.process = process,
                   .port = port,
                   .insert = STEPS_AT_THE_END,
                   .sleep_end_cycle = MEM_NEVER},
        .software = self,
        .rank = config->ranks[idx],
        .next_range = 2,
        .runnable = true,
        .end_cycle = MEM_NEVER,
    };
    scheduler_add(&self->scheduler, &process->thread.scheduled);
}

struct software *software_new(const struct software_config *config, struct err *err)
{
    struct software *self = calloc(1, sizeof *self);
    bool good = self;
    if (self) {
        *self = (struct software){
            .core = {.next = software_next, .loaded = software_loaded},
            .handler = {.next = software_next_of_handler, .loaded = software_loaded_by_handler},
            .on = config->core,
            .mpi = config->mpi,
            .clock = config->clock,
            .config = *config,
            .params = config->params,
            .user_address = config->user_address,
            .scheduler = {.policy = &scheduler_round_robin,
                          .quantum_cycles = config->params->quantum_cycles},
            .interrupt_thread = {.insert = STEPS_AT_THE_END},
            .alarm = {MEM_NEVER, software_alarm},
        };
        self->processes = calloc(config->num_processes, sizeof *self->processes);
        good = self->processes && make_ports(self, config);
    }
    if (!good)
        err_set(err, ERR_RUN, "out of memory");
    if (!good || !node_add_agent(config->node, &self->alarm, err)) {
        software_free(self);
        return NULL;
    }
    self->num_processes = config->num_processes;
    for (uint32_t i = 0; i < self->num_processes; i++)
        make_process(self, config, i);
    core_start(self->on, &self->core, 0);
    return self;
}

void software_free(struct software *self)
{
    if (!self)
        return;
    for (uint32_t i = 0; self->ports && i < self->num_ports; i++)
        driver_free(&self->ports[i].driver);
    for (uint32_t i = 0; i < self->num_processes; i++) {
        free(self->processes[i].thread.steps);
        free(self->processes[i].wokens);
        software_pages_free(&self->processes[i]);
    }
    software_pop_ups_free(self);
    free(self->interrupt_thread.steps);
    free(self->ports);
    free(self->processes);
    free(self->sends);
    free(self->pieces);
    free(self);
}

// --- what is known of it ------------------------------------------------------------------------

const struct err *software_err(const struct software *self)
{
    return &self->err;
}

const struct software_stats *software_stats(const struct software *self)
{
    return &self->stats;
}

uint64_t software_end_cycle(const struct software *self)
{
    uint64_t last = 0;
    for (uint32_t i = 0; i < self->num_processes; i++)
        if (self->processes[i].end_cycle > last)
            last = self->processes[i].end_cycle;
    return last;
}

bool software_has_jobs(const struct software *self)
{
    bool some = false;
    for (uint32_t i = 0; i < self->num_ports; i++)
        some |= self->ports[i].driver.num_jobs > 0;
    return some;
}

uint64_t software_errors(const struct software *self)
{
    uint64_t num = 0;
    for (uint32_t i = 0; i < self->num_ports; i++)
        num += self->ports[i].driver.errors;
    return num;
}

// --- what processes ask for ---------------------------------------------------------------------

struct process *software_process(struct software *self, uint32_t idx)
{
    return &self->processes[idx];
}

static bool goes_on(struct software *self, struct thread *thread, uint64_t none)
{
    (void)self;
    (void)none;
    thread->process->runnable = true;
    return true;
}

void process_compute(struct process *self, uint64_t cycles)
{
    software_compute(self->software, &self->thread, SOFTWARE_COMPUTE, cycles);
    software_then(self->software, &self->thread, goes_on, 0);
}

void process_sleep(struct process *self, uint64_t cycles)
{
    software_then(self->software, &self->thread, software_sleep, cycles);
}

// True if it is an access to registers of the card that are not mapped into the process.
static bool trespasses(const struct process *self, const struct op *op)
{
    const struct driver_params *driver = &self->thread.port->driver.params;
    uint64_t first = driver->nic_address;
    uint64_t own = first + (1 + driver->context) * (uint64_t)NIC_PAGE_BYTES;
    bool on_card = op->kind != OP_FENCE && op->address + op->bytes > first &&
                   op->address < first + (1 + NIC_MAX_CONTEXTS) * (uint64_t)NIC_PAGE_BYTES;
    bool mapped = self->software->params->path == SOFTWARE_USER && op->address >= own &&
                  op->address + op->bytes <= own + NIC_PAGE_BYTES;
    return on_card && !mapped;
}

// The kernel tells the card, of whole pages.
static bool register_range(struct software *self, struct thread *thread, uint64_t range)
{
    struct process *process = thread->process;
    uint64_t begin = process->pin_address / SOFTWARE_PAGE_BYTES * SOFTWARE_PAGE_BYTES;
    uint64_t end = process->pin_address + process->pin_bytes + SOFTWARE_PAGE_BYTES - 1;
    nic_open(self->config.nic, thread->port->driver.params.context, (uint32_t)range, begin,
             end / SOFTWARE_PAGE_BYTES * SOFTWARE_PAGE_BYTES - begin);
    return true;
}

void process_pin(struct process *self, uint64_t address, uint64_t bytes)
{
    struct software *software = self->software;
    const struct software_params *params = software->params;
    bool tells = params->path == SOFTWARE_USER && params->pins_explicitly;
    bool refused = tells && self->next_range == NIC_MAX_RANGES;
    bool pins = params->path == SOFTWARE_USER && !refused;
    uint64_t pages = pins ? software_pin(self, address, bytes) : 0;
    if (pages == UINT64_MAX) {
        software_out_of_memory(software);
        return;
    }
    software->stats.refused += refused;
    software->stats.pinned_pages += pages;
    software->stats.traps++;
    software_compute(software, &self->thread, SOFTWARE_TRAP,
                     params->trap_cycles + params->trap_return_cycles);
    software_compute(software, &self->thread, SOFTWARE_PIN, pages * params->pin_cycles);
    self->pin_address = address;
    self->pin_bytes = bytes;
    if (tells && !refused)
        software_then(software, &self->thread, register_range, self->next_range++);
    software_then(software, &self->thread, goes_on, 0);
}

static void access_memory(struct process *self, const struct op *op)
{
    static const uint8_t kinds[OP_NUM_KINDS] = {
        [OP_LOAD] = CORE_LOAD,   [OP_STORE] = CORE_STORE, [OP_MODIFY] = CORE_MODIFY,
        [OP_FETCH] = CORE_FETCH, [OP_FENCE] = CORE_FENCE,
    };
    struct step step = {.kind = STEP_ACCESS, .account = SOFTWARE_COMPUTE};
    step.op = (struct core_op){
        .kind = kinds[op->kind], .address = op->address, .bytes = (uint32_t)op->bytes};
    software_push(self->software, &self->thread, &step);
    software_then(self->software, &self->thread, goes_on, 0);
}

static bool look(struct software *self, struct thread *thread, uint64_t none)
{
    (void)self;
    (void)none;
    thread->port->looks = true;
    thread->process->runnable = true;
    return true;
}

// A store to pages that are protected traps; the kernel looks whether they have been sent,
static bool traps(struct process *self, const struct op *op)
{
    struct software *software = self->software;
    bool stores = (op->kind == OP_STORE || op->kind == OP_MODIFY) && self->num_protected > 0;
    uint64_t num = stores ? software_num_protected(self, op->address, op->bytes) : 0;
    if (num == 0)
        return false;
    self->faulted = true;
    self->store = *op;
    software->stats.faults += num;
    software_compute(software, &self->thread, SOFTWARE_FAULT, num * software->params->fault_cycles);
    software_then(software, &self->thread, look, 0);
    return true;
}

// and if not the process gets copies of them.
void software_store(struct process *self)
{
    struct software *software = self->software;
    const struct op *op = &self->store;
    uint64_t page;
    self->faulted = false;
    while ((page = software_fault(self, op->address, op->bytes)) != UINT64_MAX)
        software_copy(software, &self->thread, SOFTWARE_FAULT, page,
                      software_room(software, SOFTWARE_PAGE_BYTES), SOFTWARE_PAGE_BYTES);
    access_memory(self, op);
}

void process_access(struct process *self, const struct op *op)
{
    struct software *software = self->software;
    if (trespasses(self, op)) {
        software->stats.refused++;
        software_compute(software, &self->thread, SOFTWARE_FAULT, software->params->fault_cycles);
        software_then(software, &self->thread, goes_on, 0);
    } else if (!traps(self, op)) {
        access_memory(self, op);
    }
}

void process_wake(struct process *self)
{
    self->runnable = true;
    software_ready(self->software, &self->thread);
}

void process_nudge(struct process *self, uint64_t cycle)
{
    struct software *software = self->software;
    process_wake(self);
    if (software->asleep)
        core_wake(software->on, cycle);
}

// A system call, if it is one, that does nothing more.
static void call_kernel(struct process *self)
{
    struct software *software = self->software;
    const struct software_params *params = software->params;
    if (params->path != SOFTWARE_KERNEL || !software->in_program)
        return;
    software->stats.traps++;
    software_compute(software, &self->thread, SOFTWARE_TRAP,
                     params->trap_cycles + params->trap_return_cycles);
}

void process_post(struct process *self, uint32_t looked_at, bool waits)
{
    const struct software_params *params = self->software->params;
    if (!waits)
        call_kernel(self);
    software_compute(self->software, &self->thread, SOFTWARE_MATCH,
                     params->match_cycles + looked_at * (uint64_t)params->match_entry_cycles);
}

void process_wait(struct process *self)
{
    call_kernel(self);
}

void process_look(struct process *self)
{
    call_kernel(self);
    software_then(self->software, &self->thread, look, 0);
}

uint32_t process_send(struct process *self, const struct mpi_transfer *transfer)
{
    return software_send(self->software, self, transfer);
}

void process_fetch(struct process *self, uint32_t message, uint64_t bytes, uint64_t address)
{
    software_fetch(self->software, self, message, bytes, address);
}
