// SPDX-License-Identifier: Apache-2.0
// Figures of a topology as probe packets see them on the fabric.
#ifndef ORDITO_SIM_MEASURE_H
#define ORDITO_SIM_MEASURE_H

#include "sim/config.h"

// Sends probe packets between all pairs of nodes over the fabric of the configuration's back end
// and fills `measured`: figures that packets cannot show are UINT64_MAX, UINT32_MAX or negative.
// False with `err` if the fabric cannot be built or a packet does not arrive.
bool measure_topology(const struct config *config, struct topology_figures *measured,
                      struct err *err);

#endif
