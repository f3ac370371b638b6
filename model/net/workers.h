// SPDX-License-Identifier: Apache-2.0
// Threads that do the parts of a job together, again and again: the caller does part 0, a thread of
// its own each of the others. Who is done with its part takes one that nobody has begun, so that a
// thread that gets no processor holds up nobody.
//
// Timing: a turn begins and ends with one synchronisation. Who waits for the other side looks again
// and again for some microseconds if there is a processor for each thread, and then sleeps; if
// there are fewer, it sleeps at once.
// Owner: the threads end in workers_free; signals go to other threads.
#ifndef ORDITO_MODEL_NET_WORKERS_H
#define ORDITO_MODEL_NET_WORKERS_H

#include "sim/err.h"

#include <stdint.h>

struct workers;

typedef void workers_fn(void *context, uint32_t part);

// `num_parts` is 2 or more. NULL with `err` if there are no threads to be had.
struct workers *workers_new(uint32_t num_parts, workers_fn *work, void *context, struct err *err);
void workers_free(struct workers *self);

// A turn: all parts are done when it returns, and what each thread wrote is seen by all.
void workers_run(struct workers *self);

#endif
