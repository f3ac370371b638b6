// SPDX-License-Identifier: Apache-2.0
#include "model/node/software_state.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_STEPS = 16 };

// --- steps --------------------------------------------------------------------------------------

// Room for one more step, behind those that are there.
static bool make_room(struct thread *thread)
{
    if (thread->first + thread->num < thread->cap)
        return true;
    if (thread->first > thread->cap / 2) {
        memmove(thread->steps, thread->steps + thread->first, thread->num * sizeof *thread->steps);
        thread->first = 0;
        return true;
    }
    uint32_t cap = thread->cap ? 2 * thread->cap : FIRST_STEPS;
    struct step *steps = realloc(thread->steps, cap * sizeof *steps);
    if (!steps)
        return false;
    thread->steps = steps;
    thread->cap = cap;
    return true;
}

void software_push(struct software *self, struct thread *thread, const struct step *step)
{
    if (!make_room(thread)) {
        software_out_of_memory(self);
        return;
    }
    uint32_t end = thread->stalled ? thread->before : thread->num;
    uint32_t at = thread->insert == STEPS_AT_THE_END ? end : thread->insert++;
    struct step *place = thread->steps + thread->first + at;
    memmove(place + 1, place, (thread->num - at) * sizeof *place);
    *place = *step;
    place->comes = thread->comes || thread->stalled || thread != self->acting;
    thread->num++;
    thread->before += thread->stalled;
    if (thread != self->acting)
        software_ready(self, thread);
}

void software_compute(struct software *self, struct thread *thread, enum software_account account,
                      uint64_t cycles)
{
    if (cycles > 0)
        software_push(self, thread,
                      &(struct step){.kind = STEP_COMPUTE, .account = account, .a = cycles});
}

void software_copy(struct software *self, struct thread *thread, enum software_account account,
                   uint64_t from, uint64_t to, uint64_t bytes)
{
    if (bytes > 0)
        software_push(
            self, thread,
            &(struct step){.kind = STEP_COPY, .account = account, .a = from, .b = to, .c = bytes});
}

void software_then(struct software *self, struct thread *thread, software_call *call, uint64_t arg)
{
    software_push(self, thread, &(struct step){.kind = STEP_CALL, .call = call, .a = arg});
}

void software_hand_over(struct software *self, struct thread *thread, const struct port *port)
{
    software_push(self, thread,
                  &(struct step){.kind = STEP_HAND_OVER, .a = (uint64_t)(port - self->ports)});
}

void software_mark(struct software *self, struct thread *thread, enum life_part part,
                   enum life_of of, uint64_t name)
{
    if (self->config.lives)
        software_push(self, thread,
                      &(struct step){.kind = STEP_MARK,
                                     .account = SOFTWARE_DRIVER,
                                     .a = name,
                                     .b = (uint64_t)of,
                                     .life = part});
}

static void drop_step(struct thread *thread)
{
    thread->num--;
    thread->before -= thread->before > 0;
    thread->first = thread->num > 0 ? thread->first + 1 : 0;
}

// --- whose time it is ---------------------------------------------------------------------------

void software_begin_time(const struct software *self, struct meter *meter,
                         enum software_account account)
{
    *meter = (struct meter){account, self->cycle, self->handled_cycles, true};
}

static void tell_time(const struct software *self, const struct meter *meter)
{
    bool handles = meter == &self->handler_meter;
    const struct process *process =
        !handles && self->current ? self->current->process : NULL; // NULL: a pop-up thread
    struct activity time = {.kind = handles ? ACTIVITY_HANDLER : ACTIVITY_CORE,
                            .idx = self->config.core_idx,
                            .begin_cycle = meter->since_cycle,
                            .end_cycle = self->cycle,
                            .name = software_account_names[meter->account],
                            .rank = process ? process->rank : ACTIVITY_NO_RANK};
    activity_tell(&self->config.activity, &time);
}

void software_end_time(struct software *self, struct meter *meter)
{
    if (meter->runs && self->config.activity.watch)
        tell_time(self, meter);
    if (meter->runs)
        self->stats.cycles[meter->account] +=
            self->cycle - meter->since_cycle - (self->handled_cycles - meter->handled_cycles);
    meter->runs = false;
}

// --- the driver ---------------------------------------------------------------------------------

// A handler does not wait until the card has room for a message by programmed I/O.
static void leave_to_process(struct software *self, const struct port *port)
{
    struct process *process = self->processes;
    while (process->thread.port != port)
        process++;
    software_ready(self, &process->thread);
}

// Lets a driver act, by whoever does now. False if it has nothing to do; *num operations, if any.
bool software_drive(struct software *self, struct port *port, bool polls, struct meter *meter,
                    struct core_op *ops, uint32_t *num)
{
    struct driver_news news = {0};
    bool leaves = meter == &self->handler_meter && port->driver.window_full;
    struct driver_turn turn = {.polls = polls, .hands_over = !leaves};
    bool has_news = false;
    *num = driver_next(&port->driver, turn, ops, &news, &has_news);
    if (port->driver.step == DRIVER_READS_FLAGS)
        port->look_cycle = self->cycle;
    if (*num > 0 && meter == &self->meter)
        self->port = port;
    else if (*num > 0)
        self->handler_port = port;
    if (has_news && news.received)
        software_received(self, port, &news);
    else if (has_news)
        software_sent(self, (uint32_t)(news.tag >> 32), news.refused);
    if (*num > 0)
        software_begin_time(self, meter, SOFTWARE_DRIVER);
    if (polls && !*num && !has_news)
        port->looks = false;
    if (leaves && !*num && !has_news)
        leave_to_process(self, port);
    return *num > 0 || has_news;
}

// --- the next operations of a thread ------------------------------------------------------------

// Loads and stores of a copy, as many as fit.
static uint32_t copy(const struct software *self, struct thread *thread, struct core_op *ops)
{
    struct step *step = &thread->steps[thread->first];
    uint32_t num = 0;
    while (num + 2 <= DRIVER_MAX_OPS && step->c > 0) {
        uint32_t bytes = self->params->copy_bytes;
        bytes = step->c < bytes ? (uint32_t)step->c : bytes;
        ops[num++] = (struct core_op){.kind = CORE_LOAD, .address = step->a, .bytes = bytes};
        ops[num++] = (struct core_op){.kind = CORE_STORE, .address = step->b, .bytes = bytes};
        step->a += bytes;
        step->b += bytes;
        step->c -= bytes;
    }
    if (step->c == 0)
        drop_step(thread);
    return num;
}

// What a program may compute before another's turn.
static uint64_t slice(const struct software *self, const struct thread *thread, uint64_t cycles)
{
    bool shares = self->num_processes > 1 && thread == self->current;
    uint64_t left_cycles = self->quantum_end_cycle - self->cycle;
    return shares && left_cycles < cycles ? left_cycles : cycles;
}

static uint32_t compute(const struct software *self, struct thread *thread, struct core_op *ops)
{
    struct step *step = &thread->steps[thread->first];
    uint64_t cycles = step->account == SOFTWARE_COMPUTE ? slice(self, thread, step->a) : step->a;
    ops[0] = (struct core_op){.kind = CORE_COMPUTE, .address = cycles};
    step->a -= cycles;
    if (step->a == 0)
        drop_step(thread);
    return 1;
}

// A thread that has to wait goes on with what has come, as what it waits for may wait for that.
// Returns the number of such steps, which are now the first; what it hands over is not one.
uint32_t software_bring_forward(struct thread *thread)
{
    struct step *steps = thread->steps + thread->first;
    uint32_t num = 0;
    for (uint32_t i = 0; i < thread->num; i++) {
        struct step moved = steps[i];
        if (!moved.comes || moved.kind == STEP_HAND_OVER)
            continue;
        memmove(steps + num + 1, steps + num, (i - num) * sizeof *steps);
        steps[num++] = moved;
    }
    return num;
}

// Calls. What they add comes first.
static void call(struct software *self, struct thread *thread)
{
    struct step step = thread->steps[thread->first];
    drop_step(thread);
    thread->insert = 0;
    thread->comes = step.comes;
    bool good = step.call(self, thread, step.a);
    thread->comes = false;
    if (!good)
        software_stall(self, thread, &step);
    thread->insert = STEPS_AT_THE_END;
}

// Lets the driver hand over what it has been given. If more is given to it at once, that is done
// together.
static uint32_t hand_over(struct software *self, struct thread *thread, struct meter *meter,
                          struct core_op *ops)
{
    uint32_t num = 0;
    const struct step *step = &thread->steps[thread->first];
    uint32_t next = 1;
    while (next < thread->num && step[next].kind == STEP_MARK)
        next++;
    bool more = next < thread->num && step[next].kind == STEP_CALL;
    struct port *port = &self->ports[step->a];
    if (port->driver.window_full && software_bring_forward(thread) > 0)
        return 0;
    bool held = meter != &self->meter && self->port == port; // by who was interrupted
    thread->insert = 0;                                      // what it tells comes before
    thread->comes = true;
    bool some = !more && !held && software_drive(self, port, false, meter, ops, &num);
    thread->comes = false;
    thread->insert = STEPS_AT_THE_END;
    if (!some)
        drop_step(thread);
    return num;
}

// The operations of the first step; 0 if it has none, or no more.
uint32_t software_make_step(struct software *self, struct thread *thread, struct meter *meter,
                            struct core_op *ops)
{
    const struct step *step = &thread->steps[thread->first];
    enum software_account account = step->account;
    uint32_t num = 0;
    switch (step->kind) {
    case STEP_CALL:
        call(self, thread);
        return 0;
    case STEP_MARK:
        software_life_mark(self, step);
        drop_step(thread);
        return 0;
    case STEP_HAND_OVER:
        return hand_over(self, thread, meter, ops);
    case STEP_COMPUTE:
        num = compute(self, thread, ops);
        break;
    case STEP_COPY:
        num = copy(self, thread, ops);
        break;
    case STEP_ACCESS:
        ops[num++] = step->op;
        drop_step(thread);
        break;
    }
    software_begin_time(self, meter, account);
    return num;
}
