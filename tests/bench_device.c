// SPDX-License-Identifier: Apache-2.0
#include "tests/bench_device.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BUFFER = 64 };

struct bench_flit {
    struct device_forward wires;
    uint32_t in_port;
    uint32_t packet_flits;
    uint32_t to;
};

struct input_vc {
    struct bench_flit fifo[MAX_BUFFER]; // the front first
    uint32_t count;
    bool holds; // an output VC
    bool loses; // the packet at the front
    uint32_t out_port, out_vc;
    uint32_t due; // credits to send back
};

struct output {
    struct device_forward wires;
    struct device_forward again; // leaves next, if valid
    bool withdrawn;              // for this cycle
    bool held[DEVICE_MAX_VCS];
    uint32_t room[DEVICE_MAX_VCS];   // credits
    uint32_t recent[DEVICE_MAX_VCS]; // levels, bit 0 the newest
    uint32_t rr_in;                  // input VC that is asked first
};

struct bench {
    struct bench_link link;
    struct bench_plant plant;
    const struct device_spec *spec;
    const struct stimulus *setup;
    uint64_t left; // flits, since the run began
    bool spent;    // the fault acted, and was to once
    bool dead, failed;
    enum device_phase phase;
    struct device_pins in;
    uint16_t backward[DEVICE_MAX_PORTS]; // of this cycle
    uint16_t credits[DEVICE_MAX_PORTS];  // registers
    struct output outputs[DEVICE_MAX_PORTS];
    struct input_vc vcs[]; // [num_ports * num_vcs]
};

// True if the fault is planted and acts now, on this flit if it is one of flits.
static bool acts(struct bench *self, enum bench_fault fault, const struct bench_flit *flit)
{
    const struct bench_plant *plant = &self->plant;
    if (plant->fault != fault || self->spent || self->left < plant->after)
        return false;
    if (flit && plant->in_port != BENCH_ANY && flit->in_port != plant->in_port)
        return false;
    if (flit && flit->packet_flits < plant->min_flits)
        return false;
    self->spent = plant->once;
    return true;
}

static void flip_middle(const struct device_spec *spec, struct device_forward *wires)
{
    uint32_t bit = spec->flit_bits / 2;
    wires->bits[bit / 64] ^= UINT64_C(1) << bit % 64;
}

static void clear(struct bench *self, bool all)
{
    const struct device_spec *spec = self->spec;
    for (uint32_t i = 0; i < spec->num_ports * spec->num_vcs; i++) {
        struct input_vc *vc = &self->vcs[i];
        uint32_t left =
            all || !vc->count || !acts(self, BENCH_LEFTOVER, &vc->fifo[0]) ? 0 : vc->count;
        vc->count = left;
        vc->holds = vc->loses = false;
        vc->due = 0;
    }
    for (uint32_t o = 0; o < spec->num_ports; o++) {
        struct output old = self->outputs[o];
        self->outputs[o] = (struct output){0};
        bool stale = !all && acts(self, BENCH_STALE_CREDITS, NULL);
        for (uint32_t v = 0; v < spec->num_vcs; v++)
            self->outputs[o].room[v] = stale ? old.room[v] : spec->out.buffer_flits;
        self->credits[o] = 0;
    }
}

static bool bench_begin(void *of, const struct stimulus *setup, struct err *err)
{
    (void)err;
    struct bench *self = of;
    self->setup = setup;
    self->left = 0;
    self->spent = self->dead = self->failed = false;
    clear(self, true);
    return true;
}

// Bits of VCs for which there is room, by the flow control of the channels into the device.
static uint16_t levels(struct bench *self, uint32_t port)
{
    const struct device_spec *spec = self->spec;
    uint32_t reserve = spec->in.flow == DEVICE_ON_OFF ? spec->in.slack_flits : 0;
    uint16_t on = 0;
    for (uint32_t v = 0; v < spec->num_vcs; v++) {
        uint32_t free = spec->in.buffer_flits - self->vcs[port * spec->num_vcs + v].count;
        if (free > reserve || acts(self, BENCH_LATE_OFF, NULL))
            on |= (uint16_t)(1U << v);
    }
    uint16_t all = (uint16_t)((1U << spec->num_vcs) - 1);
    return !spec->in.shared || on == all ? on : 0;
}

static void bench_settle(void *of, enum device_phase phase, uint64_t step,
                         const struct device_pins *in, struct device_pins *out)
{
    (void)step;
    struct bench *self = of;
    self->phase = phase;
    self->in = *in;
    for (uint32_t p = 0; p < self->spec->num_ports; p++) {
        struct output *output = &self->outputs[p];
        self->backward[p] = 0;
        out->forward[p] = (struct device_forward){0};
        if (phase == DEVICE_RUN) {
            self->backward[p] =
                self->spec->in.flow == DEVICE_CREDIT ? self->credits[p] : levels(self, p);
            if (output->wires.valid && !output->withdrawn)
                out->forward[p] = output->wires;
        } else if (phase == DEVICE_RESET && acts(self, BENCH_RESET_VALID, NULL)) {
            out->forward[p] = (struct device_forward){.valid = true, .head = true, .tail = true};
        }
        out->backward[p] = self->backward[p];
    }
}

// The output registers after this cycle, but for new flits.
static void move_outputs(struct bench *self)
{
    const struct device_spec *spec = self->spec;
    for (uint32_t o = 0; o < spec->num_ports; o++) {
        struct output *output = &self->outputs[o];
        uint16_t backward = self->in.backward[o];
        for (uint32_t v = 0; v < spec->num_vcs; v++)
            output->recent[v] = output->recent[v] << 1 | (backward >> v & 1);
        bool not_taken = spec->out.flow == DEVICE_READY_VALID && output->wires.valid &&
                         (output->withdrawn || !(backward >> output->wires.vc & 1));
        if (not_taken && !acts(self, BENCH_IGNORE_ROOM, NULL)) {
            output->withdrawn = !output->withdrawn && acts(self, BENCH_WITHDRAW, NULL);
            if (acts(self, BENCH_CHANGE_HELD, NULL))
                flip_middle(spec, &output->wires);
            continue;
        }
        output->wires = output->again;
        output->again.valid = output->withdrawn = false;
    }
}

static bool has_room(struct bench *self, uint32_t o, uint32_t v, uint32_t flits)
{
    const struct device_side *side = &self->spec->out;
    const struct output *output = &self->outputs[o];
    if (side->flow == DEVICE_CREDIT)
        return output->room[v] >= flits;
    if (side->flow == DEVICE_ON_OFF)
        return output->recent[v] & ((1U << side->react_cycles) - 1);
    return true;
}

// The VC by which a head may leave by port `o`, or DEVICE_MAX_VCS: none.
static uint32_t choose_vc(struct bench *self, const struct bench_flit *head, uint32_t o,
                          uint16_t vcs)
{
    const struct device_spec *spec = self->spec;
    uint32_t needed = switching_buffers_whole_packets(self->setup->mode) ? head->packet_flits : 1;
    for (uint32_t v = 0; v < spec->num_vcs; v++) {
        if (!(vcs >> v & 1))
            continue;
        uint32_t next = (v + 1) % spec->num_vcs;
        if (!self->outputs[o].held[next] && has_room(self, o, next, needed) &&
            acts(self, BENCH_WRONG_VC, head))
            return next;
        bool room = has_room(self, o, v, needed) || acts(self, BENCH_IGNORE_ROOM, head);
        if (room && (!self->outputs[o].held[v] || acts(self, BENCH_INTERLEAVE, head)))
            return v;
    }
    return DEVICE_MAX_VCS;
}

// Of two packets of a flow that are whole in a buffer, the later one goes to the front.
static void overtake(struct bench *self, struct input_vc *vc)
{
    uint32_t n = vc->fifo[0].packet_flits;
    if (vc->holds || n >= vc->count || vc->fifo[n].to != vc->fifo[0].to)
        return;
    uint32_t m = vc->fifo[n].packet_flits;
    if (n + m > vc->count || !acts(self, BENCH_OVERTAKE, &vc->fifo[0]))
        return;
    struct bench_flit was[MAX_BUFFER];
    memcpy(was, vc->fifo, n * sizeof *was);
    memmove(vc->fifo, vc->fifo + n, m * sizeof *was);
    memcpy(vc->fifo + m, was, n * sizeof *was);
}

// True if the front of the input VC could leave by output `o` now; its packet gets a VC.
static bool asks(struct bench *self, struct input_vc *vc, uint32_t o)
{
    if (!vc->count)
        return false;
    const struct bench_flit *front = &vc->fifo[0];
    if (vc->holds)
        return vc->out_port == o && (has_room(self, o, vc->out_vc, 1) || vc->loses ||
                                     acts(self, BENCH_IGNORE_ROOM, front));
    if (!front->wires.head)
        return vc->out_port == o; // left over by a fault
    struct device_route route =
        self->link.route(self->link.of, self->setup, front->in_port, front->wires.vc, front->to);
    uint32_t port = 0;
    while (port + 1 < self->spec->num_ports && !(route.ports >> port & 1))
        port++;
    if (acts(self, BENCH_WRONG_PORT, front))
        port = (port + 1) % self->spec->num_ports;
    bool whole = vc->count >= front->packet_flits;
    if (port != o ||
        (switching_waits_for_tail(self->setup->mode) && !whole && !acts(self, BENCH_EARLY, front)))
        return false;
    vc->out_port = o;
    vc->out_vc = choose_vc(self, front, o, route.vcs);
    return vc->out_vc < DEVICE_MAX_VCS;
}

static void load(struct bench *self, struct output *output, const struct bench_flit *flit,
                 uint32_t v)
{
    struct device_forward *wires = &output->wires;
    *wires = flit->wires;
    wires->vc = (uint8_t)v;
    self->link.set_vc(self->link.of, self->setup, wires);
    wires->packet = wires->flit = 0; // pins do not tell
    if (acts(self, BENCH_FLIP_BIT, flit))
        flip_middle(self->spec, wires);
    if (acts(self, BENCH_WRONG_TYPE, flit))
        wires->oddities |= DEVICE_ODD_TYPE;
    if (acts(self, BENCH_BAD_VC, flit))
        wires->oddities |= DEVICE_ODD_VC;
    if (acts(self, BENCH_DOUBLE_FLIT, flit))
        output->again = *wires;
    self->dead |= acts(self, BENCH_DEADLOCK, flit);
    self->failed |= acts(self, BENCH_ASSERTION, flit);
    self->left++;
}

// Removes the front, gives room back, and puts it on its way.
static void leave(struct bench *self, uint32_t p, uint32_t v)
{
    struct input_vc *vc = &self->vcs[p * self->spec->num_vcs + v];
    struct output *output = &self->outputs[vc->out_port];
    if (vc->count > 2 && vc->fifo[0].wires.flit == 1 && vc->fifo[0].packet_flits > 3 &&
        acts(self, BENCH_SWAP_FLITS, &vc->fifo[0])) {
        struct bench_flit second = vc->fifo[0];
        vc->fifo[0] = vc->fifo[1];
        vc->fifo[1] = second;
    }
    struct bench_flit flit = vc->fifo[0];
    vc->count--;
    memmove(vc->fifo, vc->fifo + 1, vc->count * sizeof *vc->fifo);

    uint32_t credit_vc = acts(self, BENCH_WRONG_CREDIT, &flit) ? (v + 1) % self->spec->num_vcs : v;
    uint32_t credits = acts(self, BENCH_DOUBLE_CREDIT, &flit) ? 2 : 1;
    if (!acts(self, BENCH_FORGET_CREDIT, &flit))
        self->vcs[p * self->spec->num_vcs + credit_vc].due += credits;

    if (flit.wires.head)
        vc->loses = acts(self, BENCH_LOSE_PACKET, &flit);
    bool loses = vc->loses || (flit.wires.tail && acts(self, BENCH_LOSE_TAIL, &flit)) ||
                 (!flit.wires.head && !flit.wires.tail && acts(self, BENCH_LOSE_BODY, &flit));
    if (!loses) {
        output->room[vc->out_vc] -= output->room[vc->out_vc] > 0;
        load(self, output, &flit, vc->out_vc);
    }
    vc->holds = !flit.wires.tail;
    output->held[vc->out_vc] = vc->holds || acts(self, BENCH_KEEP_VC, &flit);
    if (flit.wires.tail)
        vc->loses = false;
}

static void arbitrate(struct bench *self)
{
    const struct device_spec *spec = self->spec;
    uint32_t num = spec->num_ports * spec->num_vcs;
    uint64_t used = 0; // input ports
    for (uint32_t o = 0; o < spec->num_ports && !self->dead; o++) {
        struct output *output = &self->outputs[o];
        uint32_t best = num, starved = num;
        for (uint32_t k = 0; k < num && best == num && !output->wires.valid; k++) {
            uint32_t i = (output->rr_in + k) % num;
            struct input_vc *vc = &self->vcs[i];
            if (used >> i / spec->num_vcs & 1)
                continue;
            overtake(self, vc);
            if (!asks(self, vc, o))
                continue;
            if (!vc->holds && self->plant.in_port == vc->fifo[0].in_port &&
                acts(self, BENCH_STARVE, &vc->fifo[0]))
                starved = starved < num ? starved : i;
            else
                best = i;
        }
        if (best == num)
            best = starved;
        if (best == num)
            continue;
        used |= UINT64_C(1) << best / spec->num_vcs;
        output->rr_in = (best + 1) % num;
        leave(self, best / spec->num_vcs, best % spec->num_vcs);
    }
}

static void send_credits(struct bench *self)
{
    const struct device_spec *spec = self->spec;
    for (uint32_t p = 0; p < spec->num_ports; p++) {
        self->credits[p] = 0;
        for (uint32_t v = 0; v < spec->num_vcs; v++) {
            struct input_vc *vc = &self->vcs[p * spec->num_vcs + v];
            if (!vc->due || (spec->in.one_credit && self->credits[p]))
                continue;
            vc->due--;
            self->credits[p] |= (uint16_t)(1U << v);
        }
    }
}

static void arrive(struct bench *self, uint32_t p)
{
    const struct device_spec *spec = self->spec;
    const struct device_forward *wires = &self->in.forward[p];
    bool ready = spec->in.flow != DEVICE_READY_VALID || self->backward[p] >> wires->vc & 1;
    if (!wires->valid || !ready)
        return;
    struct input_vc *vc = &self->vcs[p * spec->num_vcs + wires->vc];
    const struct stimulus_packet *packet = &self->setup->packets[wires->packet];
    if (vc->count < spec->in.buffer_flits)
        vc->fifo[vc->count++] = (struct bench_flit){*wires, p, packet->flits, packet->to};
}

static void bench_clock(void *of)
{
    struct bench *self = of;
    const struct device_spec *spec = self->spec;
    if (self->phase == DEVICE_RESET)
        clear(self, false);
    if (self->phase != DEVICE_RUN)
        return;
    move_outputs(self);
    arbitrate(self);
    send_credits(self);
    for (uint32_t p = 0; p < spec->num_ports; p++) {
        for (uint32_t v = 0; v < spec->num_vcs && spec->out.flow == DEVICE_CREDIT; v++) {
            bool credit = self->in.backward[p] >> v & 1;
            self->outputs[p].room[v] += credit && !acts(self, BENCH_LOSE_ROOM, NULL);
        }
        arrive(self, p);
    }
}

static const char *bench_device_fault(const void *of)
{
    return ((const struct bench *)of)->failed ? "bench.sv:1: no flit is to leave" : NULL;
}

static const struct device_ops bench_ops = {
    .name = "bench",
    .free = free,
    .begin = bench_begin,
    .settle = bench_settle,
    .clock = bench_clock,
    .fault = bench_device_fault,
};

void bench_device_open(struct device *device, const struct bench_link *link,
                       const struct bench_plant *plant)
{
    const struct device_spec *spec = link->spec;
    assert(spec->in.buffer_flits <= MAX_BUFFER && spec->out.react_cycles < 32);
    struct bench *self =
        calloc(1, sizeof *self + spec->num_ports * spec->num_vcs * sizeof *self->vcs);
    assert(self);
    self->link = *link;
    self->spec = spec;
    self->plant = plant ? *plant : (struct bench_plant){.in_port = BENCH_ANY};
    *device = (struct device){.ops = &bench_ops, .self = self, .spec = spec};
}
