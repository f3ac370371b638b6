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

// Something on the pins of a port.
struct router_history_event {
    uint64_t cycle;
    uint64_t payload; // flits
    uint16_t port;
    uint8_t pins; // enum router_history_pins
    uint8_t vcs;  // flits: the VC's number; credits: a bit per VC
    bool head;
    bool tail;
    bool ack;
    bool nack;
};

struct router_history {
    uint32_t room;                       // events kept a router, a power of two
    uint64_t *num_events;                // [num_routers]: noted since the beginning
    struct router_history_event *events; // [num_routers * room]: event i is at i % room
};

// NULL if out of memory.
struct router_history *router_history_new(uint32_t num_routers, uint32_t radix);
void router_history_free(struct router_history *self);
uint64_t router_history_bytes(uint32_t num_routers, uint32_t radix);

static inline struct router_history_event *
router_history_event_at(const struct router_history *self, uint32_t router, uint64_t number)
{
    return &self->events[(size_t)router * self->room + (number & (self->room - 1))];
}

// Notes what is on a router's pins in a cycle; cycles do not decrease.
static inline void router_history_note(struct router_history *self, uint32_t router,
                                       struct router_history_event event)
{
    *router_history_event_at(self, router, self->num_events[router]++) = event;
}

static inline void router_history_flit(struct router_history *self, uint32_t router, uint64_t cycle,
                                       enum router_history_pins pins, uint32_t port,
                                       struct flit flit)
{
    router_history_note(self, router,
                        (struct router_history_event){.cycle = cycle,
                                                      .payload = flit.payload,
                                                      .port = (uint16_t)port,
                                                      .pins = (uint8_t)pins,
                                                      .vcs = flit.vc,
                                                      .head = flit.head,
                                                      .tail = flit.tail});
}

static inline void router_history_credit(struct router_history *self, uint32_t router,
                                         uint64_t cycle, enum router_history_pins pins,
                                         uint32_t port, uint8_t vcs)
{
    router_history_note(
        self, router,
        (struct router_history_event){
            .cycle = cycle, .port = (uint16_t)port, .pins = (uint8_t)pins, .vcs = vcs});
}

static inline void router_history_answer(struct router_history *self, uint32_t router,
                                         uint64_t cycle, enum router_history_pins pins,
                                         uint32_t port, bool ack, bool nack)
{
    router_history_note(self, router,
                        (struct router_history_event){.cycle = cycle,
                                                      .port = (uint16_t)port,
                                                      .pins = (uint8_t)pins,
                                                      .ack = ack,
                                                      .nack = nack});
}

// Writes a router's last cycles with something on the pins as a table, oldest first, ports in
// ascending order, at most ROUTER_HISTORY_CYCLES rows, whole cycles and no more than fit `text`;
// the last ones are kept. No newline at the end.
void router_history_table(const struct router_history *self, uint32_t router, char *text,
                          size_t size);

#endif
