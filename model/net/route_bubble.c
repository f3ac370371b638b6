// SPDX-License-Identifier: Apache-2.0
// Dimension order on rings without datelines: a packet enters a ring only where this leaves room
// for one more packet. So a ring is never full, and its packets move on. A packet keeps its VC
// along a ring, and every VC is a ring by itself.
//
// Deadlock: free by the theorem of bubble flow control, for packets that are buffered whole, in
// buffers of two packets or more, and all of one length, since space that is left in pieces is no
// bubble: shorter packets are padded (fabric.h).
// Source: Carrion, Beivide, Gregorio and Vallejo, "A flow control mechanism to avoid message
// deadlock in k-ary n-cube networks", HiPC 1997; Puente et al., "The adaptive bubble router", J.
// Parallel and Distributed Computing 61(9), 2001.
#include "model/net/route_kinds.h"

static void route(const struct routing *self, const struct route_at *at,
                  struct route_options *options)
{
    options->route = route_in_order(self, at, false, false);
    for (uint32_t d = 0; d < self->num_dims; d++) {
        const struct route_dim *dim = &self->dims[d];
        bool plus = options->route.port == dim->plus_port;
        if (!dim->ring || (!plus && options->route.port != dim->minus_port))
            continue;
        if (at->in_port == (plus ? dim->minus_port : dim->plus_port))
            options->route.vcs = (uint8_t)(1U << at->in_vc);
        else
            options->credits = (uint8_t)(options->credits + self->max_flits);
    }
}

const struct route_kind route_bubble = {
    .strap = 7,
    .num_phases = 1,
    .in_order = true,
    .bubbles = true,
    .classify = route_classify_none,
    .route = route,
};
