// SPDX-License-Identifier: Apache-2.0
// Which thread a core runs next. A policy is a struct of functions, chosen where the software is
// made (software.c).
//
// Threads that are ready are here, but for the one that runs; those that wait are not. What a
// switch from one thread to another costs is the caller's business.
// Owner: threads belong to the caller, and begin with a struct scheduled.
#ifndef ORDITO_MODEL_NODE_SCHEDULER_H
#define ORDITO_MODEL_NODE_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scheduled {
    struct scheduled *next; // in the queue
    bool ready;             // it is in the queue
    bool urgent;            // goes before all that are not, in the middle of their time
};

struct scheduler;

struct scheduler_policy {
    const char *name;
    // A thread has become ready, or its time is up.
    void (*add)(struct scheduler *self, struct scheduled *thread);
    // Takes the one to run next; NULL if none is ready.
    struct scheduled *(*take)(struct scheduler *self);
    // Cycles that it may run, from now on, if others are ready.
    uint64_t (*quantum_cycles)(const struct scheduler *self, const struct scheduled *thread);
};

struct scheduler {
    const struct scheduler_policy *policy;
    uint64_t quantum_cycles;
    struct scheduled *first, *last; // by policy
    uint32_t num;                   // ready
};

// Round robin: first come, first served, a quantum each.
extern const struct scheduler_policy scheduler_round_robin;

// Adds a thread that is not in the queue; takes one; quantum.
static inline void scheduler_add(struct scheduler *self, struct scheduled *thread)
{
    thread->ready = true;
    self->num++;
    self->policy->add(self, thread);
}

static inline struct scheduled *scheduler_take(struct scheduler *self)
{
    struct scheduled *thread = self->policy->take(self);
    if (thread) {
        thread->ready = false;
        self->num--;
    }
    return thread;
}

#endif
