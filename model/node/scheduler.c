// SPDX-License-Identifier: Apache-2.0
#include "model/node/scheduler.h"

// Urgent threads stand before the others, in the order in which they came.
static void add(struct scheduler *self, struct scheduled *thread)
{
    struct scheduled **link = &self->first;
    if (!thread->urgent && self->first)
        link = &self->last->next;
    else
        while (*link && (*link)->urgent)
            link = &(*link)->next;
    thread->next = *link;
    *link = thread;
    if (!thread->next)
        self->last = thread;
}

static struct scheduled *take(struct scheduler *self)
{
    struct scheduled *thread = self->first;
    if (thread)
        self->first = thread->next;
    return thread;
}

static uint64_t quantum_cycles(const struct scheduler *self, const struct scheduled *thread)
{
    (void)thread;
    return self->quantum_cycles;
}

const struct scheduler_policy scheduler_round_robin = {
    .name = "round-robin", .add = add, .take = take, .quantum_cycles = quantum_cycles};
