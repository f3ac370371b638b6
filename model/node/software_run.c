// SPDX-License-Identifier: Apache-2.0
#include "model/node/software_state.h"

#include <stddef.h>
#include <stdlib.h>

static bool sleeps(const struct thread *thread)
{
    return thread->sleep_end_cycle != MEM_NEVER;
}

static bool has_steps(const struct thread *thread)
{
    return thread->stalled ? thread->before > 0 : thread->num > 0;
}

// Keeps its core while it waits: it polls.
static bool keeps_core(const struct software *self, const struct thread *thread)
{
    return self->params->arrival == SOFTWARE_ARRIVAL_POLLING && !thread->pop_up &&
           !sleeps(thread) && thread->process->end_cycle == MEM_NEVER;
}

static bool is_runnable(const struct thread *thread)
{
    return !thread->pop_up && !thread->stalled && thread->process->runnable;
}

// True if it is to look at what has come.
static bool looks(const struct software *self, const struct thread *thread)
{
    return thread->port->looks || self->num_stalled > 0 || thread->pop_up ||
           (self->params->arrival == SOFTWARE_ARRIVAL_POLLING && !is_runnable(thread));
}

static bool has_work(const struct software *self, const struct thread *thread)
{
    return !sleeps(thread) &&
           (has_steps(thread) || is_runnable(thread) || (thread->pop_up && !thread->stalled) ||
            driver_has_work(&thread->port->driver) ||
            (thread->port->driver.mail && looks(self, thread)));
}

void software_ready(struct software *self, struct thread *thread)
{
    bool is_new =
        thread != self->current && !thread->scheduled.ready && thread != &self->interrupt_thread;
    if (!is_new)
        return;
    scheduler_add(&self->scheduler, &thread->scheduled);
    if (self->acting && !thread->pop_up && self->params->arrival != SOFTWARE_ARRIVAL_POLLING) {
        self->stats.wakes++;
        software_compute(self, self->acting, SOFTWARE_WAKE, self->params->wake_cycles);
    }
}

// The thread has to wait for room, which others may find to be free.
void software_stall(struct software *self, struct thread *thread, const struct step *step)
{
    self->num_stalled += !thread->stalled;
    thread->stalled = false;
    software_push(self, thread, step);
    thread->before = software_bring_forward(thread);
    thread->stalled = true;
    for (uint32_t i = 0; i < self->num_processes; i++)
        if (&self->processes[i].thread != thread && has_work(self, &self->processes[i].thread))
            software_ready(self, &self->processes[i].thread);
}

void software_make_pop_up(struct software *self, struct port *port)
{
    struct thread *thread = self->free_threads;
    if (thread)
        self->free_threads = thread->next_free;
    else
        thread = calloc(1, sizeof *thread);
    if (!thread) {
        software_out_of_memory(self);
        return;
    }
    if (!thread->pop_up) { // it is new
        *thread = (struct thread){.scheduled = {.urgent = true},
                                  .pop_up = true,
                                  .sleep_end_cycle = MEM_NEVER,
                                  .insert = STEPS_AT_THE_END,
                                  .next_made = self->made_threads};
        self->made_threads = thread;
    }
    thread->port = port;
    port->popped = true;
    self->stats.threads++;
    software_ready(self, thread);
}

void software_pop_ups_free(struct software *self)
{
    while (self->made_threads) {
        struct thread *thread = self->made_threads;
        self->made_threads = thread->next_made;
        free(thread->steps);
        free(thread);
    }
}

static void end_pop_up(struct software *self, struct thread *thread)
{
    thread->port->popped = false;
    thread->next_free = self->free_threads;
    self->free_threads = thread;
    self->current = NULL;
}

static void give_turn(struct software *self, struct thread *thread)
{
    self->current = thread;
    self->quantum_end_cycle =
        self->cycle + self->scheduler.policy->quantum_cycles(&self->scheduler, &thread->scheduled);
}

// The current thread goes behind the others.
static void take_turn(struct software *self)
{
    struct thread *thread = self->current;
    self->current = NULL;
    if (thread)
        scheduler_add(&self->scheduler, &thread->scheduled);
}

static struct thread *of(struct scheduled *scheduled)
{
    return (struct thread *)scheduled;
}

// True if another thread than the current one has something to do.
static bool others_have_work(const struct software *self)
{
    for (const struct scheduled *at = self->scheduler.first; at; at = at->next)
        if (has_work(self, (const struct thread *)at))
            return true;
    return false;
}

// How long a thread polls before it gives its turn away.
static uint64_t spin_cycles(const struct software *self)
{
    uint64_t quantum_cycles = self->scheduler.quantum_cycles;
    return self->params->spin_cycles < quantum_cycles ? self->params->spin_cycles : quantum_cycles;
}

// While all waited by polling, each did so in turn: finds who is at it now. Returns the cycles that
// are left of the switch to it.
static uint64_t catch_up(struct software *self)
{
    if (!self->spins || self->scheduler.num == 0 || self->cycle < self->spin_end_cycle)
        return 0;
    uint64_t period_cycles = spin_cycles(self) + self->params->switch_cycles;
    if (period_cycles == 0)
        return 0;
    uint64_t over_cycles = self->cycle - self->spin_end_cycle;
    uint64_t turns = 1 + over_cycles / period_cycles;
    for (uint64_t i = turns % (self->scheduler.num + 1); i > 0; i--) {
        take_turn(self);
        self->current = of(scheduler_take(&self->scheduler));
    }
    give_turn(self, self->current);
    self->spin_end_cycle = self->cycle + period_cycles - over_cycles % period_cycles;
    uint64_t switched_cycles = over_cycles % period_cycles;
    self->last = switched_cycles > 0 ? self->current : of(self->scheduler.last);
    if (switched_cycles == 0) // the switch is still to come
        return 0;
    return switched_cycles < self->params->switch_cycles
               ? self->params->switch_cycles - switched_cycles
               : 0;
}

// Chooses who runs. False if nobody has anything to do.
static bool dispatch(struct software *self)
{
    const struct scheduled *first = self->scheduler.first;
    if (first && first->urgent && self->current && !self->current->scheduled.urgent)
        take_turn(self);
    for (uint32_t i = self->scheduler.num; !self->current && i > 0; i--) {
        struct thread *thread = of(scheduler_take(&self->scheduler));
        if (has_work(self, thread) || keeps_core(self, thread))
            give_turn(self, thread);
    }
    return self->current;
}

static uint32_t compute_now(struct software *self, enum software_account account, uint64_t cycles)
{
    self->ops[0] = (struct core_op){.kind = CORE_COMPUTE, .address = cycles};
    software_begin_time(self, &self->meter, account);
    return 1;
}

static void set_alarm(struct software *self, uint64_t cycle)
{
    if (cycle < self->alarm.next_cycle)
        self->alarm.next_cycle = cycle;
}

// Threads whose sleep is over are ready; those that still sleep are woken in time.
static void look_at_sleepers(struct software *self)
{
    self->alarm.next_cycle = MEM_NEVER;
    for (uint32_t i = 0; i < self->num_processes; i++) {
        struct thread *thread = &self->processes[i].thread;
        if (!sleeps(thread))
            continue;
        if (thread->sleep_end_cycle > self->cycle) {
            set_alarm(self, thread->sleep_end_cycle);
            continue;
        }
        thread->sleep_end_cycle = MEM_NEVER;
        software_ready(self, thread);
    }
}

bool software_sleep(struct software *self, struct thread *thread, uint64_t cycles)
{
    thread->sleep_end_cycle = self->cycle + cycles;
    thread->process->runnable = true;
    set_alarm(self, thread->sleep_end_cycle);
    return true;
}

// The current thread waits. If it keeps its core, it sleeps, if others have something to do only
// for some time.
static void wait(struct software *self, bool *waits)
{
    bool keeps = keeps_core(self, self->current);
    bool others = others_have_work(self);
    if (keeps && !self->spins) {
        self->spin_end_cycle = self->cycle + spin_cycles(self);
        if (others && self->quantum_end_cycle < self->spin_end_cycle) // its time is over before
            self->spin_end_cycle = self->quantum_end_cycle;
    }
    self->spins = keeps;
    *waits = keeps && (!others || self->cycle < self->spin_end_cycle);
    if (*waits && others) {
        set_alarm(self, self->spin_end_cycle);
        software_begin_time(self, &self->meter, SOFTWARE_SPIN);
    } else if (!*waits && keeps) {
        take_turn(self);
    } else if (!*waits) {
        self->current = NULL;
    }
}

// The time of the current thread, which computes, is over, and others have something to do.
static bool is_over(struct software *self)
{
    const struct thread *thread = self->current;
    const struct step *step = &thread->steps[thread->first];
    bool over = self->num_processes > 1 && thread->num > 0 && step->kind != STEP_CALL &&
                step->account == SOFTWARE_COMPUTE && self->cycle >= self->quantum_end_cycle;
    if (over && !others_have_work(self))
        give_turn(self, self->current);
    return over && self->cycle >= self->quantum_end_cycle;
}

// The current thread tries again and again to hand over a message by programmed I/O, for which the
// card may have room only after others have had their turn.
static bool tries_too_long(const struct software *self)
{
    uint64_t turn_cycle = self->quantum_end_cycle - self->scheduler.quantum_cycles;
    return self->current->port->driver.window_full &&
           self->cycle > turn_cycle + spin_cycles(self) && others_have_work(self); // tried once
}

static void resume(struct software *self, struct process *process)
{
    process->runnable = false;
    software_life_wakes(self, process);
    if (process->faulted) {
        software_store(process);
        return;
    }
    self->in_program = true;
    mpi_resume(self->mpi, process->rank, software_now(self), &self->err);
    self->in_program = false;
    if (mpi_ended(self->mpi, process->rank) && process->end_cycle == MEM_NEVER)
        process->end_cycle = self->cycle;
}

// True if the current thread is not the one that ran before.
static bool is_switch(struct software *self)
{
    bool changes = self->last && self->last != self->current;
    self->last = self->current;
    self->stats.switches += changes;
    if (changes)
        self->quantum_end_cycle += self->params->switch_cycles;
    return changes && self->params->switch_cycles > 0;
}

// What the current thread does next; 0 if that is nothing, or more is to be asked.
static uint32_t turn(struct software *self, bool *waits)
{
    struct thread *thread = self->current;
    uint32_t num = 0;
    bool idle = false;
    self->acting = thread;
    if (is_switch(self))
        return compute_now(self, SOFTWARE_SWITCH, self->params->switch_cycles);
    if (is_over(self) || tries_too_long(self))
        take_turn(self);
    else if (sleeps(thread))
        idle = true;
    else if (has_steps(thread))
        num = software_make_step(self, thread, &self->meter, self->ops);
    else if (software_drive(self, thread->port, looks(self, thread), &self->meter, self->ops, &num))
        idle = false;
    else if (is_runnable(thread))
        resume(self, thread->process);
    else if (thread->pop_up && !thread->stalled)
        end_pop_up(self, thread);
    else
        idle = true;
    if (idle)
        wait(self, waits);
    else
        self->spins = false;
    return num;
}

uint32_t software_next(struct core_source *core, uint64_t cycle, const struct core_op **ops)
{
    struct software *self = (struct software *)core;
    uint32_t num = 0;
    bool waits = false;
    self->cycle = cycle;
    self->port = NULL;
    software_end_time(self, &self->meter);
    look_at_sleepers(self);
    uint64_t left_cycles = self->asleep ? catch_up(self) : 0;
    self->asleep = false;
    if (left_cycles > 0)
        num = compute_now(self, SOFTWARE_SPIN, left_cycles);
    while (num == 0 && !waits && self->err.status == ERR_NONE && dispatch(self))
        num = turn(self, &waits);
    self->acting = NULL;
    self->asleep = num == 0;
    core->ended = self->err.status != ERR_NONE;
    *ops = self->ops;
    return num;
}

void software_alarm(struct mem_agent *alarm, uint64_t cycle)
{
    struct software *self = (struct software *)((char *)alarm - offsetof(struct software, alarm));
    alarm->next_cycle = MEM_NEVER;
    if (self->asleep)
        core_wake(self->on, cycle);
}

void software_loaded(struct core_source *core, uint64_t value, uint64_t cycle)
{
    struct software *self = (struct software *)core;
    (void)cycle;
    driver_loaded(&self->port->driver, value);
}

void software_mail(void *context, uint64_t cycle)
{
    struct port *port = context;
    struct software *self = port->software;
    for (uint32_t i = 0; i < self->num_processes; i++) {
        struct thread *thread = &self->processes[i].thread;
        if (thread->port != port || !has_work(self, thread))
            continue;
        software_ready(self, thread);
        break;
    }
    for (struct thread *at = self->made_threads; at; at = at->next_made)
        if (at->stalled && at->port == port)
            software_ready(self, at);
    bool works = (self->current && has_work(self, self->current)) || others_have_work(self);
    if (!self->asleep || !works)
        return;
    core_wake(self->on, cycle);
}
