// SPDX-License-Identifier: Apache-2.0
#include "model/node/clock.h"

#include <math.h>

bool clock_ratio_make(struct clock_ratio *self, double node_hz, double fabric_hz, const char *key,
                      struct err *err)
{
    // The convergents of the continued fraction of the quotient, up to the first that is it.
    double quotient = node_hz / fabric_hz;
    double rest = quotient;
    double node = 1, node_before = 0, fabric = 0, fabric_before = 1;
    while (isfinite(rest) && quotient > 0) {
        double whole = floor(rest);
        double next_node = whole * node + node_before;
        double next_fabric = whole * fabric + fabric_before;
        if (next_node > CLOCK_MAX_RATIO || next_fabric > CLOCK_MAX_RATIO)
            break;
        node_before = node;
        fabric_before = fabric;
        node = next_node;
        fabric = next_fabric;
        if (node > 0 && fabs(node / fabric - quotient) <= 1e-13 * quotient) {
            *self = (struct clock_ratio){(uint32_t)node, (uint32_t)fabric};
            return true;
        }
        rest = 1 / (rest - whole);
    }
    return err_set(err, ERR_CONFIG,
                   "%s: %.17g to the fabric's %.17g is not a ratio of whole numbers up to %d", key,
                   node_hz, fabric_hz, CLOCK_MAX_RATIO);
}
