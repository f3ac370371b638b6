// SPDX-License-Identifier: Apache-2.0
// The ways into a device that is set up like a stimulus says: which destinations packets may be
// sent to, by input port and VC, and which output ports and VCs they lead to.
//
// Owner: who zero-initialises a `struct device_ways` calls device_ways_free.
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_WAYS_H
#define ORDITO_SIM_WORKBENCH_DEVICE_WAYS_H

#include "sim/err.h"
#include "sim/workbench/device_map.h"

#include <stdbool.h>
#include <stdint.h>

struct device_way {
    uint32_t to;
    struct device_route route;
};

struct device_ways {
    uint32_t num_vcs;
    uint32_t *first; // of an input VC (port * num_vcs + vc) and, at the end, of none
    struct device_way *way;
    uint64_t reach[DEVICE_MAX_PORTS][DEVICE_MAX_VCS]; // output ports, a bit each
};

// False if out of memory (ERR_RUN).
bool device_ways_find(struct device_ways *self, const struct device_map *map,
                      const struct stimulus *setup, struct err *err);
void device_ways_free(struct device_ways *self);

static inline const struct device_way *device_ways_of(const struct device_ways *self, uint32_t port,
                                                      uint32_t vc, uint32_t *num)
{
    uint32_t input = port * self->num_vcs + vc;
    *num = self->first[input + 1] - self->first[input];
    return self->way + self->first[input];
}

#endif
