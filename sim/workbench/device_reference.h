// SPDX-License-Identifier: Apache-2.0
// The C reference (model/net/router.h) as a device with the same link as the map's: what a
// cycle-exact device must equal, and what performance is compared with. A router of a grid stands
// at its position in the grid; any other has the routes of the device as its table. Its outputs
// tell packet and flit, as inputs do. Flow control is by credits, whatever the map's is.
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_REFERENCE_H
#define ORDITO_SIM_WORKBENCH_DEVICE_REFERENCE_H

#include "sim/err.h"
#include "sim/workbench/device.h"
#include "sim/workbench/device_map.h"

#include <stdbool.h>

// `map` must outlive it. Needs the map's section `reference`. False with `err` filled if there is
// none, or what it says cannot be (ERR_CONFIG).
bool device_reference_open(struct device *device, const struct device_map *map, struct err *err);

#endif
