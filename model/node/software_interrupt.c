// SPDX-License-Identifier: Apache-2.0
#include "model/node/software_state.h"

#include <stddef.h>

static struct software *of_handler(struct core_source *handler)
{
    return (struct software *)((char *)handler - offsetof(struct software, handler));
}

// The current thread does not go on computing after the handler.
static void cut_computing(struct software *self)
{
    uint64_t left_cycles = core_cut(self->on);
    if (!self->current || left_cycles == 0)
        return;
    self->current->insert = 0;
    software_compute(self, self->current, self->meter.account, left_cycles);
    self->current->insert = STEPS_AT_THE_END;
}

static bool pop_up(struct software *self, struct thread *thread, uint64_t port)
{
    (void)thread;
    cut_computing(self);
    software_make_pop_up(self, &self->ports[port]);
    return true;
}

// What the handler does for a port that has raised an interrupt; false if there is nothing more.
static bool serve(struct software *self, struct port *port, uint32_t *num)
{
    *num = 0;
    if (port == self->port) { // who is in the middle of acting with it will see
        port->looks = true;
    } else if (self->params->arrival != SOFTWARE_ARRIVAL_POP_UP) {
        return software_drive(self, port, true, &self->handler_meter, self->handler_ops, num);
    } else if (!port->popped) {
        port->raised_cycle = self->handler_cycle;
        software_compute(self, self->acting, SOFTWARE_THREAD, self->params->thread_cycles);
        software_then(self, self->acting, pop_up, (uint64_t)(port - self->ports));
    }
    return false;
}

uint32_t software_next_of_handler(struct core_source *handler, uint64_t cycle,
                                  const struct core_op **ops)
{
    struct software *self = of_handler(handler);
    struct thread *thread = &self->interrupt_thread;
    uint32_t num = 0;
    self->cycle = cycle;
    self->acting = thread;
    software_end_time(self, &self->handler_meter);
    *ops = self->handler_ops;
    if (!self->entered) {
        self->entered = true;
        self->handler_cycle = cycle;
        self->stats.interrupts++;
        self->handler_ops[0] =
            (struct core_op){.kind = CORE_COMPUTE, .address = self->params->interrupt_cycles};
        software_begin_time(self, &self->handler_meter, SOFTWARE_INTERRUPT);
        return 1;
    }
    for (uint32_t i = 0; num == 0 && i <= self->num_ports && self->err.status == ERR_NONE;) {
        struct port *port = &self->ports[i];
        if (thread->num > 0)
            num = software_make_step(self, thread, &self->handler_meter, self->handler_ops);
        else if (i == self->num_ports)
            break;
        else if (!port->raised || !(port->raised = serve(self, port, &num)))
            i++;
    }
    self->acting = NULL;
    handler->ended = num == 0;
    self->entered = num > 0;
    if (handler->ended)
        self->handled_cycles += cycle - self->handler_cycle;
    return num;
}

void software_loaded_by_handler(struct core_source *handler, uint64_t value, uint64_t cycle)
{
    (void)cycle;
    driver_loaded(&of_handler(handler)->handler_port->driver, value);
}

void software_interrupt(struct software *self, uint32_t context, uint64_t cycle)
{
    bool raised = false;
    for (uint32_t i = 0; i < self->num_ports; i++)
        if (self->ports[i].driver.params.context == context)
            raised = self->ports[i].raised = true;
    if (!raised || self->entered) // it will see
        return;
    self->handler.ended = false;
    core_interrupt(self->on, &self->handler, cycle);
}
