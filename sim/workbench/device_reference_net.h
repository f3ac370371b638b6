// SPDX-License-Identifier: Apache-2.0
// The network that the reference is, or is a router of: what the map's section `reference` says,
// and where it is silent, what the map says of the device. Part of device_reference.c.
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_REFERENCE_NET_H
#define ORDITO_SIM_WORKBENCH_DEVICE_REFERENCE_NET_H

#include "model/net/calendar.h"
#include "sim/config.h"
#include "sim/machine.h"
#include "sim/workbench/device_map.h"

#include <stdbool.h>
#include <stdint.h>

// Where a port of the device is.
struct reference_port {
    uint32_t router; // of those that are run
    uint32_t port;   // TOPOLOGY_NONE: nowhere, nothing comes or goes there
};

struct reference_net {
    const struct device_map *map;
    struct config config;
    struct machine
        machines[SWITCHING_NUM]; // topology and routing, of the modes that were asked for
};

// False with `err` if the map has no reference, or one that cannot be; freed either way.
bool reference_net_make(struct reference_net *self, const struct device_map *map, struct err *err);
void reference_net_free(struct reference_net *self);

// Topology and routing under a mode; NULL with `err`.
const struct machine *reference_net_machine(struct reference_net *self, enum switching mode,
                                            struct err *err);

// The router that a device is at a position; of a network 0.
uint32_t reference_net_router(const struct reference_net *self, uint32_t position);

// Fills [num_ports] of the device, as it is set up.
void reference_net_ports(const struct reference_net *self, const struct topology *topology,
                         uint32_t position, struct reference_port *ports);

// The address of a destination of the map.
uint32_t reference_net_address(const struct reference_net *self, const struct topology *topology,
                               uint32_t to);

// Of a device that is no router of a grid: gives the routing, a copy, a table that is as the
// device's routes, to be freed. False with `err` if that cannot be.
bool reference_net_table(const struct reference_net *self, const struct stimulus *setup,
                         struct routing *routing, struct err *err);

#endif
