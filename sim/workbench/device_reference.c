// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/device_reference.h"

#include "sim/workbench/device_map_state.h"
#include "sim/workbench/device_reference_net.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct reference {
    struct reference_net net;
    struct device_spec spec;
    // As it is set up
    const struct stimulus *setup;
    const struct topology *topology;
    struct routing routing; // the router's own part of it
    struct route *table;    // of `routing`, if it was made for it
    uint32_t *addresses;    // of routers
    struct reference_port ports[DEVICE_MAX_PORTS];
    uint32_t *device_ports; // [num_routers * radix]: the port of the device, or TOPOLOGY_NONE
    struct router_params params;
    const struct router_ops *ops;
    // As it is
    void *bank; // NULL: out of memory
    bool fresh; // no cycle since reset
    uint64_t now;
    struct calendar channels;     // between its routers
    struct device_pins in;        // of this cycle
    struct device_pins registers; // outputs
    enum device_phase phase;      // of this cycle
    struct router_out_flit flits[ROUTER_MAX_RADIX];
    struct router_out_credit credits[ROUTER_MAX_RADIX];
};

static void forget_setup(struct reference *self)
{
    if (self->bank)
        self->ops->bank_free(self->bank);
    calendar_free(&self->channels);
    free(self->table);
    free(self->addresses);
    free(self->device_ports);
    self->bank = NULL;
    self->channels = (struct calendar){0};
    self->table = NULL;
    self->addresses = self->device_ports = NULL;
}

static void reference_free(void *of)
{
    struct reference *self = of;
    forget_setup(self);
    reference_net_free(&self->net);
    free(self);
}

// Cycles of a flit, or without `narrow` of a credit, over the channel out of a port of the network.
static uint32_t latency_of(const struct reference *self, size_t port, bool narrow)
{
    const struct topology *t = self->topology;
    uint32_t latency = t->latency_cycles ? t->latency_cycles[port] : 0;
    if (!latency)
        latency = self->net.config.channel_latency_cycles;
    return latency + (narrow && t->flit_cycles ? t->flit_cycles[port] - 1 : 0);
}

static bool make_channels(struct reference *self, struct err *err)
{
    uint32_t most = 1;
    for (size_t p = 0; p < (size_t)self->params.num_routers * self->params.radix; p++) {
        uint32_t latency = latency_of(self, p, true);
        most = latency > most ? latency : most;
    }
    return calendar_make(&self->channels, most, 1, err);
}

static bool restart(struct reference *self, struct err *err)
{
    if (self->bank)
        self->ops->bank_free(self->bank);
    calendar_free(&self->channels);
    self->channels = (struct calendar){0};
    device_pins_clear(&self->registers, self->spec.num_ports);
    self->fresh = true;
    self->bank = self->ops->bank_new(&self->params, err);
    return self->bank && make_channels(self, err);
}

// Of a network all routers are run, of a router itself.
static bool make_routing(struct reference *self, const struct machine *machine, struct err *err)
{
    const struct stimulus *setup = self->setup;
    self->topology = machine->topology;
    self->routing = *machine->routing;
    self->addresses = routing_own_addresses(machine->routing, self->topology);
    if (!self->addresses)
        return err_set(err, ERR_RUN, "out of memory");
    if (self->spec.network)
        return true;
    if (!map_is_grid(self->net.map)) {
        bool ok = reference_net_table(&self->net, setup, &self->routing, err);
        self->table = ok ? self->routing.table : NULL;
        return ok;
    }
    uint32_t router = reference_net_router(&self->net, setup->position);
    self->addresses[0] = self->addresses[router];
    if (self->routing.table)
        self->routing.table += (size_t)router * self->routing.table_size;
    return true;
}

static bool place_ports(struct reference *self, struct err *err)
{
    size_t num = (size_t)self->params.num_routers * self->params.radix;
    self->device_ports = malloc(num * sizeof *self->device_ports);
    if (!self->device_ports)
        return err_set(err, ERR_RUN, "out of memory");
    memset(self->device_ports, 0xff, num * sizeof *self->device_ports); // TOPOLOGY_NONE
    reference_net_ports(&self->net, self->topology, self->setup->position, self->ports);
    for (uint32_t p = 0; p < self->spec.num_ports; p++) {
        const struct reference_port *port = &self->ports[p];
        if (port->port != TOPOLOGY_NONE)
            self->device_ports[port->router * self->params.radix + port->port] = p;
    }
    return true;
}

static bool reference_begin(void *of, const struct stimulus *setup, struct err *err)
{
    struct reference *self = of;
    forget_setup(self);
    self->setup = setup;
    const struct machine *machine = reference_net_machine(&self->net, setup->mode, err);
    if (!machine || !make_routing(self, machine, err))
        return false;
    const struct config *config = &self->net.config;
    self->params = (struct router_params){
        .radix = self->topology->radix,
        .num_vcs = self->routing.num_vcs,
        .buffer_flits = config->buffer_flits,
        .switching = setup->mode,
        .design = config->design,
        .flit_cycles = self->spec.network ? self->topology->flit_cycles : NULL,
        .routing = &self->routing,
        .num_routers = self->spec.network ? self->topology->num_routers : 1,
        .own_address = self->addresses,
        .now = &self->now,
    };
    self->ops = router_choose(&router_ref_ops, &self->params);
    assert(!self->ops->update && self->params.radix <= ROUTER_MAX_RADIX);
    self->now = 0;
    return place_ports(self, err) && restart(self, err);
}

static void reference_settle(void *of, enum device_phase phase, uint64_t step,
                             const struct device_pins *in, struct device_pins *out)
{
    (void)step;
    struct reference *self = of;
    self->phase = phase;
    device_pins_copy(&self->in, in, self->spec.num_ports);
    if (phase == DEVICE_RESET && !self->fresh) {
        struct err err = {0};
        restart(self, &err);
    }
    device_pins_copy(out, &self->registers, self->spec.num_ports);
}

// A flit of the router is known by its payload: the packet, and the flit's number within it.
static uint64_t payload_of(const struct reference *self, const struct device_forward *wires)
{
    const struct stimulus_packet *packet = &self->setup->packets[wires->packet];
    if (!wires->head)
        return (uint64_t)wires->packet << 32 | wires->flit;
    uint32_t own = self->spec.network
                       ? reference_net_address(&self->net, self->topology, packet->port)
                       : self->addresses[0];
    uint32_t to = reference_net_address(&self->net, self->topology, packet->to);
    return routing_head(&self->routing, own, to, packet->flits, 0, wires->packet, wires->packet);
}

static void put_out(struct reference *self, uint32_t port, struct flit flit)
{
    struct device_forward *wires = &self->registers.forward[port];
    uint32_t packet = (uint32_t)(flit.payload >> 32);
    uint32_t flit_idx = flit.head ? 0 : (uint32_t)flit.payload;
    *wires = (struct device_forward){.valid = true,
                                     .head = flit.head,
                                     .tail = flit.tail,
                                     .vc = flit.vc,
                                     .packet = packet,
                                     .flit = flit_idx};
    device_map_encode(self->net.map, self->setup, &self->setup->packets[packet], flit_idx, flit.vc,
                      wires->bits);
}

// What a router's output registers hold goes out, or on its channel to another router.
static void emit(struct reference *self, uint32_t router, const struct router_out *out)
{
    const struct topology *t = self->topology;
    size_t first = (size_t)router * self->params.radix;
    for (uint32_t i = 0; i < out->num_flits; i++) {
        size_t port = first + out->flits[i].port;
        if (self->device_ports[port] != TOPOLOGY_NONE) {
            put_out(self, self->device_ports[port], out->flits[i].flit);
        } else if (self->spec.network && t->peer[port] != TOPOLOGY_NONE) {
            struct calendar_flit *entry =
                calendar_add_flit(&self->channels, 0, self->now + latency_of(self, port, true));
            assert(entry);
            *entry = (struct calendar_flit){{t->peer[port] / t->radix, t->peer[port] % t->radix},
                                            out->flits[i].flit};
        }
    }
    for (uint32_t i = 0; i < out->num_credits; i++) {
        size_t port = first + out->credits[i].port;
        uint8_t vcs = out->credits[i].vcs;
        if (self->device_ports[port] != TOPOLOGY_NONE) {
            self->registers.backward[self->device_ports[port]] = vcs;
        } else if (self->spec.network && t->peer[port] != TOPOLOGY_NONE) {
            uint32_t peer = t->peer[port];
            struct calendar_credit *entry =
                calendar_add_credit(&self->channels, 0, self->now + latency_of(self, peer, false));
            assert(entry);
            *entry = (struct calendar_credit){.to = {peer / t->radix, peer % t->radix}, .vcs = vcs};
        }
    }
}

static void take_in(struct reference *self)
{
    for (uint32_t p = 0; p < self->spec.num_ports; p++) {
        const struct device_forward *wires = &self->in.forward[p];
        struct reference_port to = self->ports[p];
        if (to.port == TOPOLOGY_NONE)
            continue;
        if (wires->valid)
            self->ops->flit(self->bank, to.router, to.port,
                            (struct flit){.payload = payload_of(self, wires),
                                          .vc = wires->vc,
                                          .head = wires->head,
                                          .tail = wires->tail});
        if (self->in.backward[p])
            self->ops->credit(self->bank, to.router, to.port, (uint8_t)self->in.backward[p]);
    }
    struct calendar_day *today = calendar_at(&self->channels, 0, self->now);
    for (uint32_t i = 0; i < today->num_flits; i++) {
        struct calendar_flit *in = &today->flits[i];
        self->ops->flit(self->bank, in->to.place, in->to.port, in->flit);
    }
    for (uint32_t i = 0; i < today->num_credits; i++) {
        struct calendar_credit *in = &today->credits[i];
        self->ops->credit(self->bank, in->to.place, in->to.port, in->vcs);
    }
    calendar_clear(&self->channels, today);
}

static void reference_clock(void *of)
{
    struct reference *self = of;
    if (self->phase != DEVICE_RUN || !self->bank)
        return;
    self->fresh = false;
    device_pins_clear(&self->registers, self->spec.num_ports);
    for (uint32_t router = 0; router < self->params.num_routers; router++) {
        struct router_out out = {.flits = self->flits, .credits = self->credits};
        self->ops->evaluate(self->bank, router, &out);
        emit(self, router, &out);
    }
    take_in(self);
    self->now++;
}

static const char *reference_fault(const void *of)
{
    return ((const struct reference *)of)->bank ? NULL : "the reference is out of memory";
}

static const struct device_ops reference_ops = {
    .name = "reference",
    .free = reference_free,
    .begin = reference_begin,
    .settle = reference_settle,
    .clock = reference_clock,
    .fault = reference_fault,
};

bool device_reference_open(struct device *device, const struct device_map *map, struct err *err)
{
    struct reference *self = calloc(1, sizeof *self);
    if (!self)
        return err_set(err, ERR_RUN, "out of memory");
    if (!reference_net_make(&self->net, map, err)) {
        reference_free(self);
        return false;
    }
    self->spec = *device_map_spec(map);
    self->spec.in = self->spec.out =
        (struct device_side){.flow = DEVICE_CREDIT, .buffer_flits = self->net.config.buffer_flits};
    *device = (struct device){.ops = &reference_ops, .self = self, .spec = &self->spec};
    return true;
}
