// SPDX-License-Identifier: Apache-2.0
#include "model/node/mem.h"

#include "sim/limits.h"

#include <inttypes.h>

const struct mem_params mem_ddr4_2400 = {
    .clock_divisor = 2,
    .banks = 16,
    .row_bytes = 8192,
    .burst_bytes = 64,
    .read_entries = 32,
    .write_entries = 32,
    .max_bypasses = 16,
    .controller_latency_cycles = 8,
    .burst_cycles = 4,
    .t_cl_cycles = 17,
    .t_cwl_cycles = 12,
    .t_rcd_cycles = 17,
    .t_rp_cycles = 17,
    .t_ras_cycles = 39,
    .t_rtp_cycles = 9,
    .t_wr_cycles = 18,
    .t_refi_cycles = 9360,
    .t_rfc_cycles = 420,
};

bool mem_params_check(const struct mem_params *params, const char *key, struct err *err)
{
    const struct limits rows[] = {
        {"clock_divisor", params->clock_divisor, 1, 64, false},
        {"banks", params->banks, 1, MEM_MAX_BANKS, true},
        {"row_bytes", params->row_bytes, 256, 1 << 20, true},
        {"burst_bytes", params->burst_bytes, 8, 256, true},
        {"read_entries", params->read_entries, 1, MEM_MAX_ENTRIES, false},
        {"write_entries", params->write_entries, 1, MEM_MAX_ENTRIES, false},
        {"max_bypasses", params->max_bypasses, 0, 1000, false},
        {"controller_latency_cycles", params->controller_latency_cycles, 0, 1000, false},
        {"burst_cycles", params->burst_cycles, 1, 64, false},
        {"t_cl_cycles", params->t_cl_cycles, 1, 1000, false},
        {"t_cwl_cycles", params->t_cwl_cycles, 1, 1000, false},
        {"t_rcd_cycles", params->t_rcd_cycles, 1, 1000, false},
        {"t_rp_cycles", params->t_rp_cycles, 0, 1000, false},
        {"t_ras_cycles", params->t_ras_cycles, 0, 1000, false},
        {"t_rtp_cycles", params->t_rtp_cycles, 0, 1000, false},
        {"t_wr_cycles", params->t_wr_cycles, 0, 1000, false},
        {"t_refi_cycles", params->t_refi_cycles, 0, 1000000, false},
        {"t_rfc_cycles", params->t_rfc_cycles, 0, 1000000, false},
    };
    if (!limits_check(rows, sizeof rows / sizeof *rows, key, err))
        return false;
    // Between refreshes there must be room to open a row, use it and close it.
    uint64_t longest_cycles = (uint64_t)params->t_rcd_cycles + params->t_ras_cycles +
                              params->t_cl_cycles + params->t_cwl_cycles + params->t_wr_cycles +
                              params->t_rtp_cycles + params->t_rp_cycles +
                              64ULL * params->burst_cycles;
    if (params->t_refi_cycles && params->t_refi_cycles <= params->t_rfc_cycles + longest_cycles)
        return err_set(err, ERR_CONFIG,
                       "%s.t_refi_cycles: %u leaves no time between refreshes of %u cycles; use 0 "
                       "(no refresh), or more than %" PRIu64,
                       key, params->t_refi_cycles, params->t_rfc_cycles,
                       params->t_rfc_cycles + longest_cycles);
    return true;
}

void mem_init(struct mem *self, const struct mem_params *params,
              void (*done)(void *context, bool write, uint32_t tag, uint64_t cycle), void *context)
{
    *self = (struct mem){.next_cycle = MEM_NEVER,
                         .params = *params,
                         .done = done,
                         .context = context,
                         .refresh_cycle = MEM_NEVER};
    uint32_t *times[] = {
        &self->params.controller_latency_cycles,
        &self->params.burst_cycles,
        &self->params.t_cl_cycles,
        &self->params.t_cwl_cycles,
        &self->params.t_rcd_cycles,
        &self->params.t_rp_cycles,
        &self->params.t_ras_cycles,
        &self->params.t_rtp_cycles,
        &self->params.t_wr_cycles,
        &self->params.t_refi_cycles,
        &self->params.t_rfc_cycles,
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        *times[i] *= params->clock_divisor;
    if (self->params.t_refi_cycles)
        self->refresh_cycle = self->params.t_refi_cycles;
}

static uint64_t edge(const struct mem *self, uint64_t cycle)
{
    uint32_t divisor = self->params.clock_divisor;
    return (cycle + divisor - 1) / divisor * divisor;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

void mem_push(struct mem *self, bool write, uint64_t address, uint32_t bytes, uint32_t tag,
              uint64_t cycle)
{
    const struct mem_params *p = &self->params;
    uint64_t row = address / p->row_bytes;
    assert(write ? mem_free_writes(self) : mem_free_reads(self));
    assert(bytes && (address + bytes - 1) / p->row_bytes == row);
    *(write ? &self->num_writes : &self->num_reads) += 1;
    uint64_t start_cycle = edge(self, cycle + p->controller_latency_cycles);
    self->waiting[self->num_waiting++] = (struct mem_entry){.arrival_cycle = cycle,
                                                            .start_cycle = start_cycle,
                                                            .row = row / p->banks,
                                                            .bank = (uint32_t)(row % p->banks),
                                                            .bytes = bytes,
                                                            .tag = tag,
                                                            .write = write};
    self->next_cycle = sooner(self->next_cycle, later(start_cycle, self->command_cycle));
}

// --- refresh ------------------------------------------------------------------------------------

// A refresh that is due at a cycle: all rows are closed, from then on or as soon as they may be.
static void refresh(struct mem *self, uint64_t cycle)
{
    const struct mem_params *p = &self->params;
    uint64_t start_cycle = cycle;
    for (uint32_t i = 0; i < p->banks; i++) {
        const struct mem_bank *bank = &self->banks[i];
        start_cycle =
            later(start_cycle,
                  bank->open ? later(cycle, bank->close_cycle) + p->t_rp_cycles : bank->open_cycle);
    }
    for (uint32_t i = 0; i < p->banks; i++) {
        self->banks[i].open = false;
        self->banks[i].open_cycle = start_cycle + p->t_rfc_cycles;
    }
    self->stats.refreshes++;
}

// Refreshes up to a cycle; those that find an idle memory leave nothing behind but the last.
static void refresh_up_to(struct mem *self, uint64_t cycle)
{
    uint64_t interval_cycles = self->params.t_refi_cycles;
    while (self->refresh_cycle <= cycle) {
        refresh(self, self->refresh_cycle);
        self->refresh_cycle += interval_cycles;
        uint64_t idle = cycle > self->refresh_cycle + interval_cycles
                            ? (cycle - self->refresh_cycle) / interval_cycles - 1
                            : 0;
        self->stats.refreshes += idle;
        self->refresh_cycle += idle * interval_cycles;
    }
}

// --- commands -----------------------------------------------------------------------------------

static uint32_t num_bursts(const struct mem *self, uint32_t bytes)
{
    return (bytes + self->params.burst_bytes - 1) / self->params.burst_bytes;
}

static uint64_t data_latency(const struct mem *self, const struct mem_entry *entry)
{
    return entry->write ? self->params.t_cwl_cycles : self->params.t_cl_cycles;
}

// The first cycle in which the data of a request whose row is open may be asked for.
static uint64_t column_cycle(const struct mem *self, const struct mem_entry *entry)
{
    uint64_t latency_cycles = data_latency(self, entry);
    uint64_t cycle = later(entry->start_cycle, self->banks[entry->bank].column_cycle);
    return self->data_free_cycle > latency_cycles
               ? later(cycle, edge(self, self->data_free_cycle - latency_cycles))
               : cycle;
}

static bool row_is_open(const struct mem *self, const struct mem_entry *entry)
{
    const struct mem_bank *bank = &self->banks[entry->bank];
    return bank->open && bank->row == entry->row;
}

// True if younger requests keep the row of entry i's bank open for now.
static bool is_held(const struct mem *self, uint32_t i, uint64_t cycle)
{
    const struct mem_entry *entry = &self->waiting[i];
    if (entry->bypasses >= self->params.max_bypasses)
        return false;
    for (uint32_t j = i + 1; j < self->num_waiting; j++)
        if (self->waiting[j].bank == entry->bank && self->waiting[j].start_cycle <= cycle &&
            row_is_open(self, &self->waiting[j]))
            return true;
    return false;
}

static void access_column(struct mem *self, uint32_t i, uint64_t cycle)
{
    const struct mem_params *p = &self->params;
    struct mem_entry entry = self->waiting[i];
    struct mem_bank *bank = &self->banks[entry.bank];
    uint64_t data_cycles = (uint64_t)num_bursts(self, entry.bytes) * p->burst_cycles;
    uint64_t end_cycle = cycle + data_latency(self, &entry) + data_cycles;
    uint64_t close_cycle = entry.write ? end_cycle + p->t_wr_cycles
                                       : cycle + data_cycles - p->burst_cycles + p->t_rtp_cycles;
    bank->column_cycle = cycle + data_cycles;
    bank->close_cycle = later(bank->close_cycle, close_cycle);
    self->data_free_cycle = end_cycle;
    self->stats.data_busy_cycles += data_cycles;
    *(entry.closed_another ? &self->stats.row_conflicts
      : entry.opened       ? &self->stats.row_closed
                           : &self->stats.row_hits) += 1;
    for (uint32_t j = 0; j < i; j++)
        self->waiting[j].bypasses +=
            self->waiting[j].bank == entry.bank && self->waiting[j].start_cycle <= cycle;
    for (uint32_t j = i + 1; j < self->num_waiting; j++)
        self->waiting[j - 1] = self->waiting[j];
    self->num_waiting--;
    entry.start_cycle = end_cycle;
    self->moving[(self->first_moving + self->num_moving++) % (2 * MEM_MAX_ENTRIES)] = entry;
}

static void open_row(struct mem *self, struct mem_entry *entry, uint64_t cycle)
{
    const struct mem_params *p = &self->params;
    struct mem_bank *bank = &self->banks[entry->bank];
    uint64_t open_cycle = bank->open ? cycle + p->t_rp_cycles : cycle;
    entry->opened = true;
    entry->closed_another = bank->open;
    bank->open = true;
    bank->row = entry->row;
    bank->column_cycle = open_cycle + p->t_rcd_cycles;
    bank->close_cycle = open_cycle + p->t_ras_cycles;
}

// True if an older request of its bank goes before request i, whose row is open or not.
static bool is_behind(const struct mem *self, uint32_t i, bool open, uint64_t cycle)
{
    for (uint32_t j = 0; j < i; j++) {
        const struct mem_entry *older = &self->waiting[j];
        if (older->bank == self->waiting[i].bank && older->start_cycle <= cycle &&
            (!open || row_is_open(self, older) || older->bypasses >= self->params.max_bypasses))
            return true;
    }
    return false;
}

// Gives the first command that can be given in this cycle, if there is one. Returns the first cycle
// in which there may be another, if no request comes before.
static uint64_t give_command(struct mem *self, uint64_t cycle)
{
    uint32_t opens = UINT32_MAX; // the oldest request whose row can be opened
    uint64_t next_cycle = MEM_NEVER;
    for (uint32_t i = 0; i < self->num_waiting; i++) {
        const struct mem_entry *entry = &self->waiting[i];
        const struct mem_bank *bank = &self->banks[entry->bank];
        bool open = row_is_open(self, entry);
        uint64_t at = entry->start_cycle;
        if (at <= cycle) {
            if (is_behind(self, i, open, cycle) || (!open && is_held(self, i, cycle)))
                continue;
            at = open ? column_cycle(self, entry)
                      : edge(self, bank->open ? bank->close_cycle : bank->open_cycle);
            if (at <= cycle && open) {
                access_column(self, i, cycle);
                return cycle + self->params.clock_divisor;
            }
        }
        if (at > cycle)
            next_cycle = sooner(next_cycle, at);
        else if (opens == UINT32_MAX)
            opens = i;
    }
    if (opens == UINT32_MAX)
        return next_cycle;
    open_row(self, &self->waiting[opens], cycle);
    return cycle + self->params.clock_divisor;
}

static void finish(struct mem *self, uint64_t cycle)
{
    while (self->num_moving && self->moving[self->first_moving].start_cycle <= cycle) {
        struct mem_entry entry = self->moving[self->first_moving];
        self->first_moving = (self->first_moving + 1) % (2 * MEM_MAX_ENTRIES);
        self->num_moving--;
        if (entry.write) {
            self->num_writes--;
            self->stats.writes++;
            self->stats.write_bytes += entry.bytes;
        } else {
            self->num_reads--;
            self->stats.reads++;
            self->stats.read_bytes += entry.bytes;
            self->stats.read_latency_cycles += cycle - entry.arrival_cycle;
        }
        self->done(self->context, entry.write, entry.tag, cycle);
    }
}

void mem_run(struct mem *self, uint64_t cycle)
{
    self->next_cycle = MEM_NEVER;
    finish(self, cycle); // which may push
    if (self->num_waiting && cycle >= self->command_cycle && cycle == edge(self, cycle)) {
        refresh_up_to(self, cycle);
        uint32_t num_waiting = self->num_waiting;
        uint64_t next_cycle = give_command(self, cycle);
        self->command_cycle = cycle + self->params.clock_divisor;
        if (self->num_waiting)
            self->next_cycle = next_cycle;
        assert(num_waiting != self->num_waiting || next_cycle != MEM_NEVER);
    } else if (self->num_waiting) {
        self->next_cycle = edge(self, later(self->command_cycle, cycle + 1));
    }
    if (self->num_moving)
        self->next_cycle = sooner(self->next_cycle, self->moving[self->first_moving].start_cycle);
}
