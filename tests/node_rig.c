// SPDX-License-Identifier: Apache-2.0
#include "tests/node_rig.h"

#include <criterion/criterion.h>
#include <string.h>

// --- sources ------------------------------------------------------------------------------------

static uint32_t script_next(struct core_source *base, uint64_t cycle, const struct core_op **ops)
{
    struct script *self = (struct script *)base;
    (void)cycle;
    uint32_t num = self->num - self->given;
    *ops = self->ops + self->given;
    self->given = self->num;
    base->ended = !num;
    return num;
}

static void script_loaded(struct core_source *base, uint64_t value, uint64_t cycle)
{
    struct script *self = (struct script *)base;
    cr_assert_lt(self->num_values, sizeof self->values / sizeof *self->values);
    self->values[self->num_values] = value;
    self->value_cycles[self->num_values++] = cycle;
}

struct script script_make(const struct core_op *ops, uint32_t num)
{
    return (struct script){
        .base = {.next = script_next, .loaded = script_loaded}, .ops = ops, .num = num};
}

// --- masters ------------------------------------------------------------------------------------

static void dma_done(struct mem_master *master, const struct mem_req *req, uint64_t cycle)
{
    struct dma *self = (struct dma *)master;
    cr_assert_lt(self->num_done, RIG_MAX_DONE);
    self->done[self->num_done] = *req;
    self->cycles[self->num_done++] = cycle;
}

void dma_make(struct dma *self, struct node *node, const char *name)
{
    struct err err = {0};
    *self = (struct dma){.master = {.name = name, .done = dma_done}};
    cr_assert(bus_add_master(&node->bus, &self->master, &err), "%s", err.text);
}

void dma_push(struct dma *self, enum mem_req_kind kind, uint64_t address, uint32_t bytes,
              uint8_t *data, uint64_t ready_cycle)
{
    mem_master_push(&self->master, &(struct mem_req){.ready_cycle = ready_cycle,
                                                     .address = address,
                                                     .data = data,
                                                     .bytes = bytes,
                                                     .kind = kind});
}

// --- devices ------------------------------------------------------------------------------------

enum { REGISTERS_REFUSE = 248 };

static bool registers_read(struct mem_device *device, uint64_t offset, uint8_t *data,
                           uint32_t bytes, uint64_t cycle)
{
    struct registers *self = (struct registers *)device;
    self->num_reads++;
    self->read_cycle = cycle;
    memcpy(data, self->bytes + offset, bytes);
    return offset < REGISTERS_REFUSE;
}

static bool registers_write(struct mem_device *device, uint64_t offset, const uint8_t *data,
                            uint32_t bytes, uint64_t cycle)
{
    struct registers *self = (struct registers *)device;
    self->num_writes++;
    self->write_cycle = cycle;
    memcpy(self->bytes + offset, data, bytes);
    return offset < REGISTERS_REFUSE;
}

void registers_make(struct registers *self, struct node *node, uint64_t address,
                    uint32_t latency_cycles)
{
    struct err err = {0};
    *self = (struct registers){.device = {.name = "registers",
                                          .address = address,
                                          .bytes = sizeof self->bytes,
                                          .latency_cycles = latency_cycles,
                                          .read = registers_read,
                                          .write = registers_write}};
    cr_assert(bus_add_device(&node->bus, &self->device, &err), "%s", err.text);
}

// --- nodes --------------------------------------------------------------------------------------

struct node *rig_node(const struct node_params *params)
{
    struct err err = {0};
    cr_assert(node_params_check(params, "nodes", &err), "%s", err.text);
    struct node *node = node_new(params, 1, 0, NULL, &err);
    cr_assert(node, "%s", err.text);
    return node;
}

void rig_run_to(struct node *node, uint64_t until_cycle)
{
    struct err err = {0};
    cr_assert(node_run(node, until_cycle, &err), "%s", err.text);
}

uint64_t rig_run(struct node *node, const struct core_op *ops, uint32_t num, uint64_t cycle)
{
    struct script script = script_make(ops, num);
    struct core *core = &node->cores[0].core;
    core_start(core, &script.base, cycle);
    while (!core_ended(core)) {
        uint64_t next_cycle = node_next_cycle(node);
        cr_assert_neq(next_cycle, MEM_NEVER, "the core waits for ever");
        rig_run_to(node, next_cycle + 1);
    }
    return core->stats.ended_cycle;
}

const struct core_stats *rig_stats(const struct node *node)
{
    return &node->cores[0].core.stats;
}

struct node_params rig_params(uint32_t stores, uint32_t load_misses)
{
    struct node_params p = node_params_default();
    p.core.store_buffer_entries = stores;
    p.core.max_load_misses = load_misses;
    p.mem.t_refi_cycles = 0;
    return p;
}

uint64_t rig_miss_cycles(const struct node_params *params)
{
    struct node *node = rig_node(params);
    uint64_t cycles = RIG_RUN(node, 0, op_load(0));
    node_free(node);
    return cycles;
}

void rig_expect_sum(const struct node *node)
{
    const struct core_stats *stats = rig_stats(node);
    uint64_t sum = stats->compute_cycles + stats->busy_cycles;
    for (int i = 0; i < CORE_NUM_WAITS; i++)
        sum += stats->wait_cycles[i];
    cr_expect_eq(sum, stats->ended_cycle);
}
