// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/stimulus.h"

#include <stdlib.h>
#include <string.h>

void stimulus_free(struct stimulus *self)
{
    free(self->packets);
    free(self->pauses);
    free(self->stalls);
    free(self->resets);
    *self = (struct stimulus){0};
}

// A copy of `num` items, with room for the next power of two of them; NULL for none, or if out of
// memory.
static void *copy(const void *items, size_t num, size_t bytes)
{
    size_t room = 1;
    while (room < num)
        room *= 2;
    void *to = num ? malloc(room * bytes) : NULL;
    return to ? memcpy(to, items, num * bytes) : NULL;
}

bool stimulus_copy(struct stimulus *to, const struct stimulus *from, struct err *err)
{
    *to = *from;
    to->packets = copy(from->packets, from->num_packets, sizeof *to->packets);
    to->pauses = copy(from->pauses, from->num_pauses, sizeof *to->pauses);
    to->stalls = copy(from->stalls, from->num_stalls, sizeof *to->stalls);
    to->resets = copy(from->resets, from->num_resets, sizeof *to->resets);
    if ((to->packets || !to->num_packets) && (to->pauses || !to->num_pauses) &&
        (to->stalls || !to->num_stalls) && (to->resets || !to->num_resets))
        return true;
    stimulus_free(to);
    return err_set(err, ERR_RUN, "out of memory");
}

// Appends an item to an array of `num`, which has room for the next power of two or more.
static bool append(void **items, size_t *num, const void *item, size_t bytes, struct err *err)
{
    if (!(*num & (*num - 1))) {
        size_t room = *num ? 2 * *num : 1;
        void *grown = realloc(*items, room * bytes);
        if (!grown)
            return err_set(err, ERR_RUN, "out of memory");
        *items = grown;
    }
    memcpy((char *)*items + (*num)++ * bytes, item, bytes);
    return true;
}

bool stimulus_add_packet(struct stimulus *self, struct stimulus_packet packet, struct err *err)
{
    void *items = self->packets;
    bool ok = append(&items, &self->num_packets, &packet, sizeof packet, err);
    self->packets = items;
    return ok;
}

bool stimulus_add_pause(struct stimulus *self, struct stimulus_quiet pause, struct err *err)
{
    void *items = self->pauses;
    bool ok = append(&items, &self->num_pauses, &pause, sizeof pause, err);
    self->pauses = items;
    return ok;
}

bool stimulus_add_stall(struct stimulus *self, struct stimulus_quiet stall, struct err *err)
{
    void *items = self->stalls;
    bool ok = append(&items, &self->num_stalls, &stall, sizeof stall, err);
    self->stalls = items;
    return ok;
}

bool stimulus_add_reset(struct stimulus *self, uint64_t cycle, struct err *err)
{
    void *items = self->resets;
    bool ok = append(&items, &self->num_resets, &cycle, sizeof cycle, err);
    self->resets = items;
    return ok;
}
