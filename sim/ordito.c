// SPDX-License-Identifier: Apache-2.0
// Packets in, time, packets out. ordito_make.c makes instances, and ordito_read.c reads them.
#include "sim/ordito_state.h"
#include "sim/run_result.h"
#include "sim/version.h"

#include <inttypes.h>
#include <string.h>

const char *ordito_version(void)
{
    return version_text;
}

void ordito_give(void *to, size_t size, const void *from, size_t own_size)
{
    size_t both = size < own_size ? size : own_size;
    memcpy(to, from, both);
    memset((char *)to + both, 0, size - both);
}

int ordito_tell(const struct err *err, struct ordito_error *error)
{
    if (error && err->status != ERR_NONE) {
        error->status = (int32_t)err->status;
        snprintf(error->text, sizeof error->text, "%.*s", (int)sizeof error->text - 1, err->text);
    }
    return (int)err->status;
}

// --- packets in ---------------------------------------------------------------------------------

int ordito_send(struct ordito *self, uint32_t source, uint32_t destination, uint32_t flits,
                uint32_t traffic_class, uint64_t tag, struct ordito_error *error)
{
    struct packet_spec packet = {.source = source,
                                 .destination = destination,
                                 .flits = flits,
                                 .traffic_class = traffic_class};
    struct err err = {.status = ERR_NONE};
    if (self->failed.status != ERR_NONE)
        return ordito_tell(&self->failed, error);
    if (!packets_check(&packet, self->machine.topology->num_nodes, self->config.classes,
                       self->machine.packet_flits_max, &err)) {
        err.status = ERR_CONFIG;
        return ordito_tell(&err, error);
    }
    uint64_t *tags = pool_take(&self->tag_pool, self->tags, sizeof *tags, &packet.message);
    if (!tags) {
        err_set(&self->failed, ERR_RUN, "out of memory for packets");
        return ordito_tell(&self->failed, error);
    }
    self->tags = tags;
    tags[packet.message] = tag;
    if (fabric_send(self->machine.fabric, &packet, &self->failed))
        ++*ordito_queue(self, source, traffic_class);
    return ordito_tell(&self->failed, error);
}

uint32_t ordito_queued(const struct ordito *self, uint32_t node, uint32_t traffic_class)
{
    if (node >= self->machine.topology->num_nodes || traffic_class >= self->config.classes)
        return UINT32_MAX;
    return *ordito_queue(self, node, traffic_class);
}

// --- time ---------------------------------------------------------------------------------------

uint64_t ordito_cycle(const struct ordito *self)
{
    return fabric_now(self->machine.fabric);
}

bool ordito_idle(const struct ordito *self)
{
    return fabric_idle(self->machine.fabric);
}

// Adds to a deadlock's error who waits for whom.
static void explain(struct ordito *self)
{
    size_t used = strlen(self->failed.text);
    if (self->failed.status != ERR_DEADLOCK || !self->machine.ops ||
        used + 2 >= sizeof self->failed.text)
        return;
    self->failed.text[used] = '\n';
    self->failed.text[used + 1] = '\0';
    run_result_waits(self->machine.fabric, self->failed.text + used + 1,
                     sizeof self->failed.text - used - 1);
    used = strlen(self->failed.text);
    if (self->failed.text[used - 1] == '\n')
        self->failed.text[used - 1] = '\0';
}

// Simulates the current cycle. False with `failed`.
static bool cycle(struct ordito *self)
{
    if (!fabric_cycle(self->machine.fabric, &self->failed)) {
        explain(self);
        return false;
    }
    if (self->num_stalled > 0 &&
        atomic_exchange_explicit(&self->left_something, false, memory_order_relaxed))
        fabric_stir(self->machine.fabric);
    return !(self->out_of_memory || self->measurement.out_of_memory) ||
           err_set(&self->failed, ERR_RUN, "out of memory for packets that arrived");
}

int ordito_step(struct ordito *self, struct ordito_error *error)
{
    if (self->failed.status == ERR_NONE)
        cycle(self);
    return ordito_tell(&self->failed, error);
}

// Simulates all cycles before `end`, or until there is a delivery.
static int step_to(struct ordito *self, uint64_t end, bool until_delivery,
                   struct ordito_error *error)
{
    struct fabric *fabric = self->machine.fabric;
    while (self->failed.status == ERR_NONE && fabric_now(fabric) < end &&
           !(until_delivery && self->num_deliveries > 0)) {
        if (!fabric_idle(fabric) || (!self->config.skip_idle && end != ORDITO_NEVER)) {
            cycle(self);
            continue;
        }
        if (end == ORDITO_NEVER)
            break;
        fabric_jump(fabric, end);
    }
    return ordito_tell(&self->failed, error);
}

int ordito_step_to(struct ordito *self, uint64_t cycle, struct ordito_error *error)
{
    struct err err = {.status = ERR_NONE};
    if (cycle <= WORKLOAD_LAST_CYCLE)
        return step_to(self, cycle, false, error);
    err_set(&err, ERR_CONFIG, "cycle %" PRIu64 " is after the last, %" PRIu64, cycle,
            WORKLOAD_LAST_CYCLE);
    return ordito_tell(&err, error);
}

int ordito_step_until(struct ordito *self, uint64_t cycle, struct ordito_error *error)
{
    struct err err = {.status = ERR_NONE};
    if (cycle != ORDITO_NEVER && cycle > WORKLOAD_LAST_CYCLE)
        return ordito_step_to(self, cycle, error);
    if (cycle != ORDITO_NEVER || self->num_stalled == 0)
        return step_to(self, cycle, true, error);
    err_set(&err, ERR_CONFIG,
            "%" PRIu32
            " nodes are stalled, and what waits for them may wait for ever; give a cycle",
            self->num_stalled);
    return ordito_tell(&err, error);
}

// --- packets out --------------------------------------------------------------------------------

bool ordito_poll(struct ordito *self, struct ordito_delivery *delivery, size_t size)
{
    if (self->num_deliveries == 0)
        return false;
    ordito_give(delivery, size, &self->deliveries[self->first_delivery], sizeof *delivery);
    self->first_delivery = (self->first_delivery + 1) & (self->cap_deliveries - 1);
    self->num_deliveries--;
    return true;
}

int ordito_stall(struct ordito *self, uint32_t node, uint32_t classes, struct ordito_error *error)
{
    struct err err = {.status = ERR_NONE};
    uint32_t num_nodes = self->machine.topology->num_nodes;
    if (node >= num_nodes)
        err_set(&err, ERR_CONFIG, "there is no node %" PRIu32 ", the last is %" PRIu32, node,
                num_nodes - 1);
    else if (!self->machine.ops)
        err_set(&err, ERR_CONFIG,
                "an ideal network (fabric.model) has no room for packets that "
                "nodes do not take");
    else if (classes >> self->config.classes)
        err_set(&err, ERR_CONFIG,
                "classes 0x%" PRIx32 ": there are %" PRIu32
                " traffic classes (fabric.router.classes)",
                classes, self->config.classes);
    else {
        self->num_stalled -= self->stalled[node] != 0;
        self->num_stalled += classes != 0;
        self->stalled[node] = (uint8_t)classes;
    }
    return ordito_tell(&err, error);
}
