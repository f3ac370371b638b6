// SPDX-License-Identifier: Apache-2.0
#include "model/net/workers.h"

#include "sim/host.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// Looks before sleeping: some tens of microseconds, more than the caller's own work between two
// turns takes most times, and little beside what a sleep and its end cost.
enum { MAX_LOOKS = 1000, LINE_BYTES = 64 };

struct worker {
    struct workers *workers;
    uint32_t part;
    pthread_t thread;
};

struct workers {
    workers_fn *work;
    void *context;
    uint32_t num_parts;
    uint32_t num_started; // threads
    uint32_t looks;       // before sleeping
    struct worker *threads;
    pthread_mutex_t mutex; // of who falls asleep
    pthread_cond_t turn_began;
    pthread_cond_t turn_over;
    bool ending;                                 // told with a turn
    _Alignas(LINE_BYTES) atomic_uint turn;       // number of the last one that began
    _Alignas(LINE_BYTES) atomic_uint num_left;   // parts of it that are not done, but for part 0
    _Alignas(LINE_BYTES) atomic_uint num_asleep; // threads that wait for a turn
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
// looks for sleepers after that: one of the two sees the other.
static void wait_for_turn(struct workers *self, uint32_t last)
{
    for (uint32_t i = 0; i < self->looks; i++) {
        if (atomic_load_explicit(&self->turn, memory_order_acquire) != last)
            return;
        look_later();
    }
    pthread_mutex_lock(&self->mutex);
    atomic_fetch_add(&self->num_asleep, 1);
    while (atomic_load(&self->turn) == last)
        pthread_cond_wait(&self->turn_began, &self->mutex);
    atomic_fetch_sub(&self->num_asleep, 1);
    pthread_mutex_unlock(&self->mutex);
}

static void begin_turn(struct workers *self)
{
    atomic_store(&self->num_left, self->num_started);
    atomic_fetch_add(&self->turn, 1);
    if (atomic_load(&self->num_asleep) == 0)
        return;
    pthread_mutex_lock(&self->mutex);
    pthread_cond_broadcast(&self->turn_began);
    pthread_mutex_unlock(&self->mutex);
}

static void end_part(struct workers *self)
{
    if (atomic_fetch_sub(&self->num_left, 1) != 1 || !atomic_load(&self->caller_asleep))
        return;
    pthread_mutex_lock(&self->mutex);
    pthread_cond_signal(&self->turn_over);
    pthread_mutex_unlock(&self->mutex);
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
    const struct worker *worker = argument;
    struct workers *self = worker->workers;
    for (uint32_t turn = 0;; turn++) {
        wait_for_turn(self, turn);
        if (self->ending)
            return NULL;
        self->work(self->context, worker->part);
        end_part(self);
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
        struct worker *worker = &self->threads[self->num_started];
        *worker = (struct worker){.workers = self, .part = self->num_started + 1};
        failure = pthread_create(&worker->thread, NULL, thread_main, worker);
        self->num_started += failure == 0;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

struct workers *workers_new(uint32_t num_parts, workers_fn *work, void *context, struct err *err)
{
    struct workers *self = aligned_alloc(LINE_BYTES, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory for threads");
        return NULL;
    }
    memset(self, 0, sizeof *self);
    self->work = work;
    self->context = context;
    self->num_parts = num_parts;
    self->looks = num_parts <= host_processors() ? MAX_LOOKS : 0;
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->turn_began, NULL);
    pthread_cond_init(&self->turn_over, NULL);
    self->threads = calloc(num_parts - 1, sizeof *self->threads);
    int failure = self->threads ? start_threads(self) : ENOMEM;
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
    self->ending = true;
    begin_turn(self);
    for (uint32_t i = 0; i < self->num_started; i++)
        pthread_join(self->threads[i].thread, NULL);
    pthread_cond_destroy(&self->turn_over);
    pthread_cond_destroy(&self->turn_began);
    pthread_mutex_destroy(&self->mutex);
    free(self->threads);
    free(self);
}

void workers_run(struct workers *self)
{
    begin_turn(self);
    self->work(self->context, 0);
    wait_for_parts(self);
}
