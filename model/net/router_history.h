// SPDX-License-Identifier: Apache-2.0
// The last cycles of every router's pins, kept for the report of a difference. Only what is not
// quiet is kept, in a ring of events a router.
#ifndef ORDITO_MODEL_NET_ROUTER_HISTORY_H
#define ORDITO_MODEL_NET_ROUTER_HISTORY_H

#include "model/net/router.h"

#include <stddef.h>

enum { ROUTER_HISTORY_CYCLES = 16 }; // rows of a report

enum router_history_pins {
    ROUTER_HISTORY_FLIT_IN,
    ROUTER_HISTORY_CREDIT_IN,
    ROUTER_HISTORY_FLIT_OUT,
    ROUTER_HISTORY_CREDIT_OUT,
    ROUTER_HISTORY_NUM_PINS
};

struct router_history;

// NULL if out of memory.
struct router_history *router_history_new(uint32_t num_routers, uint32_t radix);
void router_history_free(struct router_history *self);
uint64_t router_history_bytes(uint32_t num_routers, uint32_t radix);

// Notes what is on a router's pins in this cycle; cycles do not decrease.
void router_history_flit(struct router_history *self, uint32_t router, uint64_t cycle,
                         enum router_history_pins pins, uint32_t port, struct flit flit);
void router_history_credit(struct router_history *self, uint32_t router, uint64_t cycle,
                           enum router_history_pins pins, uint32_t port, uint8_t vcs);
void router_history_answer(struct router_history *self, uint32_t router, uint64_t cycle,
                           enum router_history_pins pins, uint32_t port, bool ack, bool nack);

// Writes a router's last cycles with something on the pins as a table, oldest first, ports in
// ascending order, at most ROUTER_HISTORY_CYCLES rows, whole cycles and no more than fit `text`;
// the last ones are kept. No newline at the end.
void router_history_table(const struct router_history *self, uint32_t router, char *text,
                          size_t size);

#endif
