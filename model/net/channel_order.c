// SPDX-License-Identifier: Apache-2.0
#include "model/net/channel_order.h"

#include <assert.h>
#include <stdlib.h>

struct channel_order {
    const struct topology *topology;
    uint32_t num_channels; // names, connected or not: num_routers * radix
    bool *depends;         // [num_channels * radix] by channel and output port
    uint32_t *position;    // [num_channels] in the order
    bool *seen;            // [num_channels] by the current search
    uint32_t *found;       // [num_channels] the current search's, backward ones first
    uint32_t *positions;   // [num_channels] of what was found
    uint32_t *added;       // [num_channels] indices in `depends` since keep
    uint32_t num_added;
};

struct channel_order *channel_order_new(const struct topology *topology)
{
    struct channel_order *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    size_t channels = (size_t)topology->num_routers * topology->radix;
    self->topology = topology;
    self->num_channels = (uint32_t)channels;
    self->depends = calloc(channels * topology->radix, sizeof *self->depends);
    self->position = malloc(channels * sizeof *self->position);
    self->seen = calloc(channels, sizeof *self->seen);
    self->found = malloc(channels * sizeof *self->found);
    self->positions = malloc(channels * sizeof *self->positions);
    self->added = malloc(channels * sizeof *self->added);
    if (!self->depends || !self->position || !self->seen || !self->found || !self->positions ||
        !self->added) {
        channel_order_free(self);
        return NULL;
    }
    for (uint32_t c = 0; c < self->num_channels; c++)
        self->position[c] = c;
    return self;
}

void channel_order_free(struct channel_order *self)
{
    if (!self)
        return;
    free(self->depends);
    free(self->position);
    free(self->seen);
    free(self->found);
    free(self->positions);
    free(self->added);
    free(self);
}

static void find(struct channel_order *self, uint32_t channel, uint32_t *num)
{
    if (self->seen[channel])
        return;
    self->seen[channel] = true;
    self->found[(*num)++] = channel;
}

// Lists, from found[first] on, what depends on `from` (or, forward, what it depends on), up to the
// position `bound`; returns the end of the list.
static uint32_t search(struct channel_order *self, uint32_t from, uint32_t bound, bool forward,
                       uint32_t first)
{
    const struct topology *t = self->topology;
    uint32_t num = first;
    find(self, from, &num);
    for (uint32_t i = first; i < num; i++) {
        uint32_t channel = self->found[i];
        // The router where the dependencies of this channel are, and its port there.
        uint32_t here = forward ? channel : t->peer[channel];
        uint32_t router = here / t->radix;
        uint32_t port = here % t->radix;
        for (uint32_t p = 0; p < t->radix; p++) {
            uint32_t other = router * t->radix + p;
            size_t in = forward ? here : other;
            if (!self->depends[in * t->radix + (forward ? p : port)])
                continue;
            uint32_t next = forward ? t->peer[other] : other;
            if (forward ? self->position[next] <= bound : self->position[next] >= bound)
                find(self, next, &num);
        }
    }
    return num;
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int by_position(const void *a, const void *b, void *position)
{
    const uint32_t *of = position;
    return ascending(&of[*(const uint32_t *)a], &of[*(const uint32_t *)b]);
}

// Sorts found[0 .. backward) before found[backward .. end), each part in its order so far, into
// the positions that they all have now.
static void reorder(struct channel_order *self, uint32_t backward, uint32_t end)
{
    for (uint32_t i = 0; i < end; i++)
        self->positions[i] = self->position[self->found[i]];
    qsort_r(self->found, backward, sizeof *self->found, by_position, self->position);
    qsort_r(self->found + backward, end - backward, sizeof *self->found, by_position,
            self->position);
    qsort(self->positions, end, sizeof *self->positions, ascending);
    for (uint32_t i = 0; i < end; i++)
        self->position[self->found[i]] = self->positions[i];
}

// Makes the order agree with a dependency of `from` on `to`. False if `from` is reached from `to`.
static bool make_room(struct channel_order *self, uint32_t from, uint32_t to)
{
    uint32_t high = self->position[from];
    uint32_t low = self->position[to];
    if (high < low)
        return true;
    if (from == to)
        return false;
    uint32_t backward = search(self, from, low, false, 0);
    bool cycle = self->seen[to];
    uint32_t end = cycle ? backward : search(self, to, high, true, backward);
    if (!cycle)
        reorder(self, backward, end);
    for (uint32_t i = 0; i < end; i++)
        self->seen[self->found[i]] = false;
    return !cycle;
}

bool channel_order_add(struct channel_order *self, uint32_t channel, uint32_t out_port)
{
    const struct topology *t = self->topology;
    size_t index = (size_t)channel * t->radix + out_port;
    if (self->depends[index])
        return true;
    if (!make_room(self, channel, t->peer[channel / t->radix * t->radix + out_port]))
        return false;
    assert(self->num_added < self->num_channels);
    self->depends[index] = true;
    self->added[self->num_added++] = (uint32_t)index;
    return true;
}

void channel_order_undo(struct channel_order *self)
{
    while (self->num_added > 0)
        self->depends[self->added[--self->num_added]] = false;
}

void channel_order_keep(struct channel_order *self)
{
    self->num_added = 0;
}
