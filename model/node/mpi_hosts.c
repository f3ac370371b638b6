// SPDX-License-Identifier: Apache-2.0
#include "model/node/mpi_state.h"

#include <inttypes.h>

// A message is taken by its receiver's cpu, which is free again in `finish_cycle`.
static bool take_message(struct mpi *self, uint32_t message_id, uint64_t finish_cycle,
                         struct err *err)
{
    self->messages[message_id].taken_cycle = finish_cycle;
    return mpi_wire_arrived(self, message_id, err);
}

// Who watches is told what a cpu does up to `finish_cycle`.
static void tell(const struct mpi *self, const struct loggops_event *event, uint64_t finish_cycle)
{
    static const char *const names[] = {[LOGGOPS_SEND] = "send",
                                        [LOGGOPS_ARRIVAL] = "receive",
                                        [LOGGOPS_COMPUTE] = "compute",
                                        [LOGGOPS_POST] = "post"};
    struct activity activity = {.kind = ACTIVITY_CPU,
                                .idx = event->host,
                                .begin_cycle = event->cycle,
                                .end_cycle = finish_cycle,
                                .name = names[event->kind],
                                .bytes = event->kind == LOGGOPS_COMPUTE ? 0 : event->amount,
                                .rank = event->host,
                                .cpu = event->cpu};
    activity_tell(&(struct activity_port){.watch = self->params.watch}, &activity);
}

static bool begin(struct mpi *self, const struct loggops_event *event, uint64_t finish_cycle,
                  struct err *err)
{
    if (finish_cycle > WORKLOAD_LAST_CYCLE)
        return err_set(err, ERR_TRACE,
                       "%s: rank %" PRIu32 ": it would end after cycle %" PRIu64
                       ", the last that can be simulated",
                       mpi_file(self, event->host), event->host, WORKLOAD_LAST_CYCLE);
    if (self->params.watch)
        tell(self, event, finish_cycle);
    if (event->kind == LOGGOPS_ARRIVAL)
        return take_message(self, event->name, finish_cycle, err);
    if (self->schedules)
        return mpi_schedule_begin(self, event, finish_cycle, err);
    if (event->kind == LOGGOPS_COMPUTE) {
        wake_push(&self->wake, finish_cycle, event->host);
        return true;
    }
    return loggops_launch(&self->hosts, event, self->messages[event->name].destination,
                          event->name) ||
           err_set(err, ERR_RUN, "out of memory");
}

bool mpi_hosts_step(struct mpi *self, struct err *err)
{
    struct loggops_event event;
    uint64_t finish_cycle;
    bool failed;
    if (!mpi_schedule_release(self, err))
        return false;
    while (loggops_take(&self->hosts, self->cycle, &event, &finish_cycle, &failed)) {
        if (!begin(self, &event, finish_cycle, err) || !mpi_schedule_release(self, err))
            return false;
    }
    return !failed || err_set(err, ERR_RUN, "out of memory");
}
