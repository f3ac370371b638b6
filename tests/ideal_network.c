// SPDX-License-Identifier: Apache-2.0
#include "tests/ideal_network.h"

#include <assert.h>
#include <stdlib.h>

void ideal_network_make(struct ideal_network *self, uint32_t num_nodes, uint64_t latency_cycles)
{
    *self = (struct ideal_network){.latency_cycles = latency_cycles, .num_nodes = num_nodes};
    self->free_cycle = calloc(num_nodes, sizeof *self->free_cycle);
    assert(self->free_cycle);
}

void ideal_network_free(struct ideal_network *self)
{
    free(self->free_cycle);
    free(self->heap);
}

static bool before(const struct ideal_packet *a, const struct ideal_packet *b)
{
    return a->due_cycle != b->due_cycle ? a->due_cycle < b->due_cycle : a->serial < b->serial;
}

static bool send(void *context, const struct packet_spec *spec, struct err *err)
{
    struct ideal_network *self = context;
    uint32_t source = spec->source;
    uint32_t flits = spec->flits;
    assert(source < self->num_nodes && spec->destination < self->num_nodes && flits > 0);
    assert(source != spec->destination);
    if (self->num == self->cap) {
        self->cap = self->cap ? 2 * self->cap : 64;
        self->heap = realloc(self->heap, self->cap * sizeof *self->heap);
        if (!self->heap)
            return err_set(err, ERR_RUN, "out of memory");
    }
    uint64_t start =
        self->free_cycle[source] > self->cycle ? self->free_cycle[source] : self->cycle;
    self->free_cycle[source] = start + flits;
    struct ideal_packet entry = {
        .due_cycle = start + flits - 1 + self->latency_cycles +
                     (self->num_packets % 2 ? self->detour_cycles : 0),
        .serial = self->num_packets,
        .packet = {.source = source,
                   .destination = spec->destination,
                   .flits = flits,
                   .message = spec->message},
    };
    self->num_packets++;
    self->num_flits += flits;
    self->num_priority_packets += spec->traffic_class > 0;
    self->longest_flits = flits > self->longest_flits ? flits : self->longest_flits;
    if (self->late_cycles > 0)
        entry.due_cycle += rng_below(&self->rng, self->late_cycles + 1);
    if (self->loss_rate > 0 && rng_chance(&self->rng, rng_threshold(self->loss_rate)))
        return true;
    size_t at = self->num++;
    for (; at > 0 && before(&entry, &self->heap[(at - 1) / 2]); at = (at - 1) / 2)
        self->heap[at] = self->heap[(at - 1) / 2];
    self->heap[at] = entry;
    return true;
}

static struct ideal_packet take(struct ideal_network *self)
{
    struct ideal_packet first = self->heap[0];
    struct ideal_packet last = self->heap[--self->num];
    size_t at = 0;
    for (size_t child = 1; child < self->num; child = 2 * at + 1) {
        child += child + 1 < self->num && before(&self->heap[child + 1], &self->heap[child]);
        if (!before(&self->heap[child], &last))
            break;
        self->heap[at] = self->heap[child];
        at = child;
    }
    self->heap[at] = last;
    return first;
}

struct mpi_network ideal_network_seam(struct ideal_network *self)
{
    return (struct mpi_network){.send = send, .context = self};
}

bool ideal_network_run(struct ideal_network *self, struct workload *workload, struct err *err)
{
    bool done = false;
    for (uint64_t cycle = 0;;) {
        uint64_t num_before = self->num_packets;
        self->cycle = cycle;
        if (!workload->ops->step(workload, NULL, cycle, err))
            return false;
        assert(!done || (workload->ops->done(workload) && self->num_packets == num_before));
        done = workload->ops->done(workload);
        while (self->num > 0 && self->heap[0].due_cycle <= cycle) {
            struct ideal_packet next = take(self);
            assert(next.due_cycle == cycle);
            workload->ops->delivered(workload, &next.packet);
        }
        uint64_t event = workload->ops->next_event(workload, cycle);
        uint64_t due = self->num > 0 ? self->heap[0].due_cycle : UINT64_MAX;
        if (event == UINT64_MAX && due == UINT64_MAX) {
            if (workload->ops->done(workload))
                return true;
            workload->ops->stuck(workload, err);
            return false;
        }
        uint64_t next = event < due ? event : due;
        assert(next > cycle);
        cycle = next;
    }
}
