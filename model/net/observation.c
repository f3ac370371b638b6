// SPDX-License-Identifier: Apache-2.0
#include "model/net/observation.h"

#include <stdlib.h>

// What goes by a VC of a channel, or is taken out of one by a node.
struct stream {
    uint64_t serial; // of the packet whose head was the last, or of the probe
    uint32_t handle;
    uint32_t num_flits; // of it so far
};

// Something that is put on wires in this cycle.
struct on_wires {
    struct fabric_event event;
    struct flit flit; // unless it is an answer
};

struct observation {
    const struct fabric_observer *observers;
    const struct fabric_params *params;
    const struct packet_pool *pool;
    fabric_delivered_fn *delivered; // whom the fabric's owner wants to be told
    fabric_flit_fn *flit_ejected;
    void *context;
    bool circuits;
    uint32_t num_vcs;
    uint64_t num_channels;
    struct stream *streams; // [(num_channels + num_nodes) * num_vcs]
    struct on_wires *on_wires;
    size_t num_on_wires, cap_on_wires;
    bool out_of_memory;
};

// The packet of a stream, if it is there still.
static const struct packet *packet_of(const struct observation *self, const struct stream *stream)
{
    const struct packet *packet =
        stream->serial != FABRIC_NO_PACKET ? packet_pool_at(self->pool, stream->handle) : NULL;
    return packet && packet->serial == stream->serial ? packet : NULL;
}

static void tell(const struct observation *self, const struct fabric_event *event,
                 const struct packet *packet)
{
    for (const struct fabric_observer *to = self->observers; to; to = to->next)
        to->event(to->context, event, packet);
}

static struct stream *stream_at(const struct observation *self, uint64_t place, uint8_t vc)
{
    uint32_t vc_idx = self->circuits ? 0 : vc;
    return vc_idx < self->num_vcs ? &self->streams[place * self->num_vcs + vc_idx] : NULL;
}

// Sets a stream to the packet that a head flit or a probe names.
static void begin(const struct observation *self, struct stream *stream, uint64_t payload)
{
    const struct packet *packet = packet_pool_at(self->pool, layout_handle(payload));
    *stream = (struct stream){.serial = packet ? packet->serial : FABRIC_NO_PACKET,
                              .handle = layout_handle(payload)};
}

// Fills in which flit of which packet this one is.
static void identify(const struct observation *self, uint64_t place, struct flit flit,
                     struct fabric_event *event)
{
    struct stream *stream = stream_at(self, place, flit.vc);
    bool is_data = event->kind == FABRIC_FLIT || event->kind == FABRIC_EJECTED;
    event->packet = FABRIC_NO_PACKET;
    if (!stream)
        return; // of an RTL that is wrong
    if (flit.head || event->kind == FABRIC_PROBE)
        begin(self, stream, flit.payload);
    event->packet = stream->serial;
    event->flit_idx = is_data ? stream->num_flits++ : 0;
    event->vc = self->circuits ? 0 : flit.vc;
    event->tail = flit.tail;
}

static void add(struct observation *self, struct on_wires what)
{
    if (self->num_on_wires == self->cap_on_wires) {
        size_t cap = self->cap_on_wires ? 2 * self->cap_on_wires : 256;
        struct on_wires *on_wires = realloc(self->on_wires, cap * sizeof *on_wires);
        if (!on_wires) {
            self->out_of_memory = true;
            return;
        }
        self->on_wires = on_wires;
        self->cap_on_wires = cap;
    }
    self->on_wires[self->num_on_wires++] = what;
}

void observation_created(struct observation *self, const struct packet *packet)
{
    struct fabric_event event = {.cycle = packet->created_cycle,
                                 .arrives_cycle = packet->created_cycle,
                                 .packet = packet->serial,
                                 .place = packet->source,
                                 .kind = FABRIC_CREATED};
    tell(self, &event, packet);
}

void observation_flit(struct observation *self, uint64_t channel, struct observation_wires when,
                      struct flit flit)
{
    enum fabric_event_kind kind = FABRIC_FLIT;
    if (self->circuits && (flit.vc & CIRCUIT_NO_DATA))
        kind = flit.vc == CIRCUIT_PROBE ? FABRIC_PROBE : FABRIC_RELEASE;
    add(self, (struct on_wires){.event = {.cycle = when.cycle,
                                          .arrives_cycle = when.arrives_cycle,
                                          .place = (uint32_t)channel,
                                          .kind = (uint8_t)kind,
                                          .frees = self->circuits && (flit.vc & CIRCUIT_FREES)},
                                .flit = flit});
}

void observation_answer(struct observation *self, uint64_t channel, struct observation_wires when,
                        bool ack, bool nack)
{
    enum fabric_event_kind kind = ack && nack ? FABRIC_ASKED : ack ? FABRIC_ACK : FABRIC_NACK;
    add(self, (struct on_wires){.event = {.cycle = when.cycle,
                                          .arrives_cycle = when.arrives_cycle,
                                          .place = (uint32_t)channel,
                                          .kind = (uint8_t)kind}});
}

uint64_t observation_out_of_port(const struct observation *self, uint64_t port)
{
    return self->params->ops->whole ? self->params->topology->node_port[port] : port;
}

uint64_t observation_out_of_node(const struct observation *self, uint32_t node)
{
    return self->num_channels - self->params->topology->num_nodes + node;
}

uint64_t observation_into_node(const struct observation *self, uint32_t node)
{
    return self->params->topology->node_port[node];
}

uint64_t observation_into_port(const struct observation *self, uint64_t port)
{
    const struct topology *t = self->params->topology;
    if (self->params->ops->whole)
        return observation_out_of_node(self, (uint32_t)port);
    return t->port_node[port] != TOPOLOGY_NONE ? observation_out_of_node(self, t->port_node[port])
                                               : t->peer[port];
}

static bool is_answer(const struct fabric_event *event)
{
    return event->kind >= FABRIC_ACK;
}

// Answers before flits, so that they are of what went by the channel before them; then by channel,
// of which each has at most one of both in a cycle.
static int by_channel(const void *a, const void *b)
{
    const struct fabric_event *x = &((const struct on_wires *)a)->event;
    const struct fabric_event *y = &((const struct on_wires *)b)->event;
    if (is_answer(x) != is_answer(y))
        return is_answer(y) - is_answer(x);
    return (x->place > y->place) - (x->place < y->place);
}

bool observation_end_cycle(struct observation *self, struct err *err)
{
    if (self->out_of_memory)
        return err_set(err, ERR_RUN, "out of memory for observing flits");
    if (self->num_on_wires > 1)
        qsort(self->on_wires, self->num_on_wires, sizeof *self->on_wires, by_channel);
    for (size_t i = 0; i < self->num_on_wires; i++) {
        struct fabric_event *event = &self->on_wires[i].event;
        if (is_answer(event))
            event->packet = stream_at(self, event->place, 0)->serial;
        else
            identify(self, event->place, self->on_wires[i].flit, event);
        tell(self, event, packet_of(self, stream_at(self, event->place, event->vc)));
    }
    self->num_on_wires = 0;
    return true;
}

// --- what comes to nodes ------------------------------------------------------------------------

static void flit_ejected(void *context, uint32_t node, uint64_t cycle, struct flit flit)
{
    struct observation *self = context;
    struct fabric_event event = {
        .cycle = cycle, .arrives_cycle = cycle, .place = node, .kind = FABRIC_EJECTED};
    uint64_t place = self->num_channels + node;
    identify(self, place, flit, &event);
    tell(self, &event, packet_of(self, stream_at(self, place, event.vc)));
    if (self->flit_ejected)
        self->flit_ejected(self->context, node, cycle, flit);
}

static void delivered(void *context, const struct packet *packet)
{
    struct observation *self = context;
    struct fabric_event event = {.cycle = packet->ejected_cycle,
                                 .arrives_cycle = packet->ejected_cycle,
                                 .packet = packet->serial,
                                 .place = packet->destination,
                                 .kind = FABRIC_DELIVERED};
    tell(self, &event, packet);
    if (self->delivered)
        self->delivered(self->context, packet);
}

struct observation *observation_new(struct fabric_params *params, const struct packet_pool *pool,
                                    struct err *err)
{
    struct observation *self = calloc(1, sizeof *self);
    bool ideal = params->model == FABRIC_IDEAL;
    uint32_t num_vcs = ideal ? 0 : params->routing->num_vcs;
    uint64_t num_channels = topology_num_channels(params->topology);
    size_t num_streams = (num_channels + params->topology->num_nodes) * num_vcs;
    struct stream *streams = malloc((num_streams ? num_streams : 1) * sizeof *streams);
    if (!self || !streams) {
        free(self);
        free(streams);
        err_set(err, ERR_RUN, "out of memory for observing flits");
        return NULL;
    }
    for (size_t i = 0; i < num_streams; i++)
        streams[i] = (struct stream){.serial = FABRIC_NO_PACKET};
    *self = (struct observation){
        .observers = params->observer,
        .params = params,
        .pool = pool,
        .delivered = params->delivered,
        .flit_ejected = params->flit_ejected,
        .context = params->context,
        .circuits = !ideal && switching_is_circuit(params->switching),
        .num_vcs = num_vcs,
        .num_channels = num_channels,
        .streams = streams,
    };
    params->delivered = delivered;
    params->flit_ejected = flit_ejected;
    params->context = self;
    return self;
}

void observation_free(struct observation *self)
{
    if (!self)
        return;
    free(self->streams);
    free(self->on_wires);
    free(self);
}
