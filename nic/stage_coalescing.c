// SPDX-License-Identifier: Apache-2.0
// Interrupt coalescing: a context raises one interrupt for so many events, or so many cycles after
// the first of them. Without it every event raises one, in its cycle.
#include "nic/nic_state.h"

// Forgets the events since the last interrupt.
void nic_coalesce_drop(struct nic *self, uint32_t context)
{
    struct nic_context *from = &self->contexts[context];
    from->num_events = 0;
    from->deadline_cycle = MEM_NEVER;
    self->coalescing &= ~(UINT64_C(1) << context);
}

static void raise(struct nic *self, uint32_t context, uint64_t cycle)
{
    nic_coalesce_drop(self, context);
    self->stats.interrupts++;
    if (self->config.interrupt)
        self->config.interrupt(self->config.context, context, cycle);
}

void nic_coalesce_event(struct nic *self, uint32_t context, uint64_t cycle)
{
    struct nic_context *from = &self->contexts[context];
    if (!nic_enabled(from) || !(from->control & NIC_INTERRUPT))
        return;
    self->stats.interrupt_events++;
    from->num_events++;
    if (!self->config.params.coalescing || from->num_events >= from->coalesce_events) {
        raise(self, context, cycle);
    } else if (from->num_events == 1) {
        uint64_t left_cycles = MEM_NEVER - cycle;
        from->deadline_cycle = from->coalesce_delay_cycles < left_cycles
                                   ? cycle + from->coalesce_delay_cycles
                                   : MEM_NEVER;
        self->coalescing |= UINT64_C(1) << context;
    }
}

void nic_coalesce_run(struct nic *self, uint64_t cycle)
{
    for (uint64_t left = self->coalescing; left; left &= left - 1) {
        uint32_t context = (uint32_t)__builtin_ctzll(left);
        const struct nic_context *from = &self->contexts[context];
        if (from->deadline_cycle > cycle)
            continue;
        if (from->control & NIC_INTERRUPT)
            raise(self, context, cycle);
        else // switched off meanwhile
            nic_coalesce_drop(self, context);
    }
}

uint64_t nic_coalesce_next(const struct nic *self)
{
    uint64_t next_cycle = MEM_NEVER;
    for (uint64_t left = self->coalescing; left; left &= left - 1) {
        uint64_t deadline_cycle = self->contexts[__builtin_ctzll(left)].deadline_cycle;
        next_cycle = deadline_cycle < next_cycle ? deadline_cycle : next_cycle;
    }
    return next_cycle;
}
