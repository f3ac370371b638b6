// SPDX-License-Identifier: Apache-2.0
// The reference router for the designs that most runs use, made for speed: one cycle, separable
// allocation, one traffic class, at most 64 input VCs, channels that take a flit a cycle, routing
// that is not adaptive. It makes the steps of the contract in router.h on sets of VCs, a bit each;
// what it does is what router_ref.c does, which tests/test_routing.c holds it to.
#ifndef ORDITO_MODEL_NET_ROUTER_FAST_H
#define ORDITO_MODEL_NET_ROUTER_FAST_H

#include "model/net/router.h"

// True if router_fast_ops can be what is asked for.
bool router_fast_serves(const struct router_params *params);

// Bytes of a bank of one partition.
uint64_t router_fast_bytes(const struct router_params *params);

#endif
