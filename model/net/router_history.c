// SPDX-License-Identifier: Apache-2.0
#include "model/net/router_history.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_CHARS = 384, MAX_PORTS_PER_CYCLE = 32 };

// Events to keep of a router.
static uint32_t room_of(uint32_t radix)
{
    uint32_t ports = radix < MAX_PORTS_PER_CYCLE ? radix : MAX_PORTS_PER_CYCLE;
    uint32_t room = 64;
    while (room < ROUTER_HISTORY_CYCLES * ports)
        room *= 2;
    return room;
}

uint64_t router_history_bytes(uint32_t num_routers, uint32_t radix)
{
    const struct router_history *history;
    return sizeof *history + num_routers * (sizeof *history->num_events +
                                            (uint64_t)room_of(radix) * sizeof *history->events);
}

struct router_history *router_history_new(uint32_t num_routers, uint32_t radix)
{
    struct router_history *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    self->room = room_of(radix);
    self->num_events = calloc(num_routers, sizeof *self->num_events);
    self->events = calloc((size_t)num_routers * self->room, sizeof *self->events);
    if (self->num_events && self->events)
        return self;
    router_history_free(self);
    return NULL;
}

void router_history_free(struct router_history *self)
{
    if (!self)
        return;
    free(self->num_events);
    free(self->events);
    free(self);
}

// A row of the table; what does not fit is left out.
struct row {
    char text[ROW_CHARS];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void append(struct row *row, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(row->text + row->length, sizeof row->text - row->length, format, args);
    va_end(args);
    row->length += (size_t)length;
    if (row->length < sizeof row->text)
        return;
    row->length = sizeof row->text - 1;
    memcpy(row->text + row->length - 3, "...", 3);
}

static void append_event(struct row *row, const struct router_history_event *event)
{
    if (event->pins == ROUTER_HISTORY_CREDIT_IN || event->pins == ROUTER_HISTORY_CREDIT_OUT) {
        if (event->ack || event->nack)
            append(row, " %u:%s%s", event->port, event->ack ? "A" : "", event->nack ? "N" : "");
        else
            append(row, " %u:%02x", event->port, event->vcs);
        return;
    }
    append(row, " %u:%u%s%s=%" PRIx64, event->port, event->vcs, event->head ? "H" : "",
           event->tail ? "T" : "", event->payload);
}

enum { NO_PORT = UINT32_MAX };

// The lowest port from `from` on with an event on these pins, of events number `first` to `end`
// - 1.
static uint32_t next_port(const struct router_history *self, uint32_t router, uint64_t first,
                          uint64_t end, uint32_t pins, uint32_t from)
{
    uint32_t lowest = NO_PORT;
    for (uint64_t i = first; i < end; i++) {
        const struct router_history_event *event = router_history_event_at(self, router, i);
        if (event->pins == pins && event->port >= from && event->port < lowest)
            lowest = event->port;
    }
    return lowest;
}

// The row of a cycle, whose events are number `first` to `end` - 1, in whatever order they came.
static void make_row(const struct router_history *self, uint32_t router, uint64_t first,
                     uint64_t end, struct row *row)
{
    static const char *const titles[ROUTER_HISTORY_NUM_PINS] = {" in", " credit in", " out",
                                                                " credit out"};
    row->length = 0;
    append(row, "  cycle %" PRIu64 ":", router_history_event_at(self, router, first)->cycle);
    for (uint32_t pins = 0; pins < ROUTER_HISTORY_NUM_PINS; pins++) {
        uint32_t port = next_port(self, router, first, end, pins, 0);
        if (port != NO_PORT)
            append(row, "%s", titles[pins]);
        for (; port != NO_PORT; port = next_port(self, router, first, end, pins, port + 1))
            for (uint64_t i = first; i < end; i++) {
                const struct router_history_event *event = router_history_event_at(self, router, i);
                if (event->pins == pins && event->port == port)
                    append_event(row, event);
            }
    }
    append(row, "\n");
}

void router_history_table(const struct router_history *self, uint32_t router, char *text,
                          size_t size)
{
    struct row rows[ROUTER_HISTORY_CYCLES];
    uint64_t end = self->num_events[router];
    uint64_t oldest = end > self->room ? end - self->room : 0;
    uint32_t num = 0;
    size_t left = size;
    while (num < ROUTER_HISTORY_CYCLES && end > oldest) {
        uint64_t first = end - 1;
        uint64_t cycle = router_history_event_at(self, router, first)->cycle;
        while (first > oldest && router_history_event_at(self, router, first - 1)->cycle == cycle)
            first--;
        if (first == oldest && oldest > 0)
            break; // what came before in this cycle may be gone
        make_row(self, router, first, end, &rows[num]);
        if (rows[num].length >= left)
            break;
        left -= rows[num++].length;
        end = first;
    }
    *text = 0;
    while (num-- > 0)
        strcat(text, rows[num].text);
    if (*text)
        text[strlen(text) - 1] = 0;
}
