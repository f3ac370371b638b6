// SPDX-License-Identifier: Apache-2.0
#include "model/net/workers.h"

#include "model/net/cache_line.h"
#include "sim/host.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// Looks before sleeping: some tens of microseconds, more than the caller's own work between two
// turns takes most times, and little beside what a sleep and its end cost.
enum { MAX_LOOKS = 1000 };

// A part, and the thread whose it is, of all but part 0.
struct worker {
    _Alignas(CACHE_LINE_BYTES) atomic_uint turn; // the last one in which somebody took the part
    struct workers *workers;
    pthread_t thread;
};

struct workers {
    workers_fn *work;
    void *context;
    uint32_t num_parts;
    uint32_t num_started;  // threads
    uint32_t looks;        // before sleeping
    struct worker *parts;  // [num_parts]
    pthread_mutex_t mutex; // of who falls asleep
    pthread_cond_t turn_began;
    pthread_cond_t turn_over;
    atomic_bool ending;                                // told with a turn
    _Alignas(CACHE_LINE_BYTES) atomic_uint turn;       // number of the last one that began
    _Alignas(CACHE_LINE_BYTES) atomic_uint num_left;   // parts of it that are not done
    _Alignas(CACHE_LINE_BYTES) atomic_uint num_asleep; // threads that wait for a turn
    atomic_bool caller_asleep;
};

static void look_later(void)
{
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("yield");
#endif
}

// Sleepers announce themselves before they look for the last time, and who ends what they wait for
// looks for sleepers after that: one of the two sees the other. Returns the turn after `last`, or a
// later one.
static uint32_t wait_for_turn(struct workers *self, uint32_t last)
{
    for (uint32_t i = 0; i < self->looks; i++) {
        uint32_t turn = atomic_load_explicit(&self->turn, memory_order_acquire);
        if (turn != last)
            return turn;
        look_later();
    }
    pthread_mutex_lock(&self->mutex);
    atomic_fetch_add(&self->num_asleep, 1);
    while (atomic_load(&self->turn) == last)
        pthread_cond_wait(&self->turn_began, &self->mutex);
    atomic_fetch_sub(&self->num_asleep, 1);
    pthread_mutex_unlock(&self->mutex);
    return atomic_load(&self->turn);
}

static uint32_t begin_turn(struct workers *self)
{
    atomic_store(&self->num_left, self->num_parts);
    uint32_t turn = atomic_fetch_add(&self->turn, 1) + 1;
    if (atomic_load(&self->num_asleep) > 0) {
        pthread_mutex_lock(&self->mutex);
        pthread_cond_broadcast(&self->turn_began);
        pthread_mutex_unlock(&self->mutex);
    }
    return turn;
}

static void end_part(struct workers *self)
{
    if (atomic_fetch_sub(&self->num_left, 1) != 1 || !atomic_load(&self->caller_asleep))
        return;
    pthread_mutex_lock(&self->mutex);
    pthread_cond_signal(&self->turn_over);
    pthread_mutex_unlock(&self->mutex);
}

// Does the parts of a turn that nobody has taken, from `first` on. A turn that is over has none.
static void do_parts(struct workers *self, uint32_t turn, uint32_t first)
{
    for (uint32_t i = 0; i < self->num_parts; i++) {
        uint32_t part = (first + i) % self->num_parts;
        uint32_t before = turn - 1;
        if (!atomic_compare_exchange_strong(&self->parts[part].turn, &before, turn))
            continue;
        self->work(self->context, part);
        end_part(self);
    }
}

static void wait_for_parts(struct workers *self)
{
    for (uint32_t i = 0; i < self->looks; i++) {
        if (atomic_load_explicit(&self->num_left, memory_order_acquire) == 0)
            return;
        look_later();
    }
    pthread_mutex_lock(&self->mutex);
    atomic_store(&self->caller_asleep, true);
    while (atomic_load(&self->num_left) > 0)
        pthread_cond_wait(&self->turn_over, &self->mutex);
    atomic_store(&self->caller_asleep, false);
    pthread_mutex_unlock(&self->mutex);
}

static void *thread_main(void *argument)
{
    struct worker *worker = argument;
    struct workers *self = worker->workers;
    for (uint32_t turn = 0;;) {
        turn = wait_for_turn(self, turn);
        if (atomic_load(&self->ending))
            return NULL;
        do_parts(self, turn, (uint32_t)(worker - self->parts));
    }
}

// Signals are for the thread that polls them, so those that are started here block all.
static int start_threads(struct workers *self)
{
    sigset_t all;
    sigset_t before;
    int failure = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (failure == 0 && self->num_started + 1 < self->num_parts) {
        struct worker *worker = &self->parts[self->num_started + 1];
        worker->workers = self;
        failure = pthread_create(&worker->thread, NULL, thread_main, worker);
        self->num_started += failure == 0;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

struct workers *workers_new(uint32_t num_parts, workers_fn *work, void *context, struct err *err)
{
    struct workers *self = cache_line_calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory for threads");
        return NULL;
    }
    self->work = work;
    self->context = context;
    self->num_parts = num_parts;
    self->looks = num_parts <= host_processors() ? MAX_LOOKS : 0;
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->turn_began, NULL);
    pthread_cond_init(&self->turn_over, NULL);
    self->parts = cache_line_calloc(num_parts, sizeof *self->parts);
    int failure = self->parts ? start_threads(self) : ENOMEM;
    if (failure == 0)
        return self;
    err_set(err, ERR_RUN, "no %u threads for a run: %s", num_parts, strerror(failure));
    workers_free(self);
    return NULL;
}

void workers_free(struct workers *self)
{
    if (!self)
        return;
    atomic_store(&self->ending, true);
    begin_turn(self);
    for (uint32_t i = 0; i < self->num_started; i++)
        pthread_join(self->parts[i + 1].thread, NULL);
    pthread_cond_destroy(&self->turn_over);
    pthread_cond_destroy(&self->turn_began);
    pthread_mutex_destroy(&self->mutex);
    free(self->parts);
    free(self);
}

void workers_run(struct workers *self)
{
    do_parts(self, begin_turn(self), 0);
    wait_for_parts(self);
}
