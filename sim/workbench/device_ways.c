// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/device_ways.h"

#include <stdlib.h>

bool device_ways_find(struct device_ways *self, const struct device_map *map,
                      const struct stimulus *setup, struct err *err)
{
    const struct device_spec *spec = device_map_spec(map);
    size_t inputs = (size_t)spec->num_ports * spec->num_vcs;
    *self = (struct device_ways){.num_vcs = spec->num_vcs};
    self->first = calloc(inputs + 1, sizeof *self->first);
    self->way = calloc(inputs * spec->num_destinations + 1, sizeof *self->way);
    if (!self->first || !self->way)
        return err_set(err, ERR_RUN, "out of memory for the ways through a device");
    uint32_t num = 0;
    for (uint32_t input = 0; input < inputs; input++) {
        uint32_t port = input / spec->num_vcs, vc = input % spec->num_vcs;
        for (uint32_t to = 0; to < spec->num_destinations; to++) {
            struct device_route route = device_map_route(map, setup, port, vc, to);
            if (!route.ports)
                continue;
            self->way[num++] = (struct device_way){.to = to, .route = route};
            self->reach[port][vc] |= route.ports;
        }
        self->first[input + 1] = num;
    }
    return true;
}

void device_ways_free(struct device_ways *self)
{
    free(self->first);
    free(self->way);
    *self = (struct device_ways){0};
}
