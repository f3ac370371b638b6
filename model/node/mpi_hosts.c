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

static bool begin(struct mpi *self, const struct loggops_event *event, uint64_t finish_cycle,
                  struct err *err)
{
    if (finish_cycle > WORKLOAD_LAST_CYCLE)
        return err_set(err, ERR_TRACE,
                       "%s: rank %" PRIu32 ": it would end after cycle %" PRIu64
                       ", the last that can be simulated",
                       mpi_file(self, event->host), event->host, WORKLOAD_LAST_CYCLE);
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
