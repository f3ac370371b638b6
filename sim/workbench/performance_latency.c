// SPDX-License-Identifier: Apache-2.0
// Zero-load latency: of packets that are alone in the device.
#include "sim/workbench/device_map_state.h"
#include "sim/workbench/performance_measuring.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum {
    MAX_PAIRS = 84, // of inputs and outputs; of more, so many that are spread evenly
    FIRST_GAP_CYCLES = 64,
    LAST_GAP_CYCLES = 16384
};

// A packet, but for its cycle, and what was seen of it.
struct probe {
    struct stimulus_packet packet;
    uint32_t out;
    bool seen[PERFORMANCE_SIDES];            // all of it came out
    uint64_t head_cycles[PERFORMANCE_SIDES]; // head in to first flit out
    uint64_t tail_cycles[PERFORMANCE_SIDES]; // head in to last flit out
};

struct probes {
    struct probe *probes; // of a pair one of each length, in order
    size_t num;
};

// --- sending them one by one --------------------------------------------------------------------

struct sending {
    struct probe *probes;
    uint32_t side;
    size_t now; // the packet that went in last
    bool any;   // did one
    uint64_t in_cycle;
    uint32_t out_flits;
    bool overlap; // a packet went in before all of the one before it had come out
};

static bool waits(const void *of)
{
    const struct sending *self = of;
    return self->any && !self->probes[self->now].seen[self->side];
}

static void see(void *of, const struct play_cycle *cycle, struct failure *failure)
{
    (void)failure;
    struct sending *self = of;
    for (uint64_t left = cycle->given; left && self->any; left &= left - 1) {
        struct probe *probe = &self->probes[self->now];
        uint64_t cycles = cycle->cycle - self->in_cycle;
        if (self->out_flits++ == 0)
            probe->head_cycles[self->side] = cycles;
        probe->tail_cycles[self->side] = cycles;
        probe->seen[self->side] = self->out_flits == probe->packet.flits;
    }
    for (uint64_t left = cycle->taken; left; left &= left - 1) {
        const struct device_forward *wires = &cycle->in->forward[__builtin_ctzll(left)];
        if (!wires->head)
            continue;
        self->overlap |= waits(self);
        self->any = true;
        self->now = wires->packet;
        self->in_cycle = cycle->cycle;
        self->out_flits = 0;
    }
}

// Sends packets `gap_cycles` apart. `*alone` tells if that was enough.
static bool send_apart(const struct measuring *self, uint32_t side, const struct probes *probes,
                       uint64_t gap_cycles, bool *alone)
{
    struct stimulus stimulus = self->setup;
    stimulus.last_cycle = (probes->num + 1) * gap_cycles;
    bool ok = true;
    for (size_t i = 0; ok && i < probes->num; i++) {
        probes->probes[i].seen[side] = false;
        struct stimulus_packet packet = probes->probes[i].packet;
        packet.cycle = (i + 1) * gap_cycles;
        ok = stimulus_add_packet(&stimulus, packet, self->err);
    }
    struct sending sending = {.probes = probes->probes, .side = side};
    struct play_checker checker = {.cycle = see, .waits = waits, .self = &sending};
    ok = ok && performance_play(self, side, &stimulus, &checker);
    *alone = !sending.overlap && !waits(&sending);
    stimulus_free(&stimulus);
    return ok;
}

static bool send(const struct measuring *self, uint32_t side, const struct probes *probes)
{
    bool alone = false;
    for (uint64_t gap = FIRST_GAP_CYCLES; !alone && gap <= LAST_GAP_CYCLES; gap *= 4)
        if (!send_apart(self, side, probes, gap, &alone))
            return false;
    return true;
}

// --- which ones ---------------------------------------------------------------------------------

static bool is_pair(const struct measuring *self, uint32_t pair, struct probe *probe)
{
    uint32_t num_ports = self->bench->spec->num_ports;
    struct stimulus_packet *packet = &probe->packet;
    packet->port = pair / num_ports;
    probe->out = pair % num_ports;
    for (packet->vc = 0; packet->vc < self->bench->spec->num_vcs; packet->vc++)
        if (performance_way(self, packet->port, packet->vc, probe->out, &packet->to))
            return true;
    return false;
}

static bool draw(const struct measuring *self, struct probes *probes)
{
    uint32_t num_ports = self->bench->spec->num_ports;
    struct probe probe = {0};
    uint32_t num_pairs = 0, pair = 0;
    for (uint32_t k = 0; k < num_ports * num_ports; k++)
        num_pairs += is_pair(self, k, &probe);
    uint32_t most = num_pairs < MAX_PAIRS ? num_pairs : MAX_PAIRS;
    probes->probes = calloc((size_t)most * PERFORMANCE_LENGTHS + 1, sizeof *probes->probes);
    if (!probes->probes)
        return err_set(self->err, ERR_RUN, "out of memory");
    for (uint32_t k = 0; k < num_ports * num_ports; k++) {
        if (!is_pair(self, k, &probe))
            continue;
        bool wanted = pair * most / num_pairs != (pair + 1) * most / num_pairs;
        pair++;
        for (uint32_t l = 0; wanted && l < PERFORMANCE_LENGTHS; l++) {
            probe.packet.flits = self->lengths[l];
            probes->probes[probes->num++] = probe;
        }
    }
    return true;
}

// --- figures ------------------------------------------------------------------------------------

// Hops between the two nodes of a packet in a network.
static uint32_t hops_of(const struct measuring *self, const struct probe *probe)
{
    const struct device_map *map = self->bench->map;
    uint32_t a[DEVICE_MAX_DIMS], b[DEVICE_MAX_DIMS], hops = 0;
    uint32_t num = device_map_coordinates(map, probe->packet.port, a);
    device_map_coordinates(map, probe->packet.to, b);
    for (uint32_t d = 0; d < num; d++) {
        uint32_t way = a[d] > b[d] ? a[d] - b[d] : b[d] - a[d];
        uint32_t back = map->route.dims[d] - way;
        hops += map->route.ring && back < way ? back : way;
    }
    return hops;
}

// What probes have in common: a length, and hops or all of them.
struct group {
    uint32_t length; // index
    bool head;       // the latency of heads, not of tails
    uint32_t hops;   // or ALL_HOPS
};

enum { ALL_HOPS = UINT32_MAX };

// Their mean latency; NAN if one was not seen, or there are none.
static double mean(const struct measuring *self, const struct probes *probes, uint32_t side,
                   struct group group)
{
    double sum = 0, num = 0;
    for (size_t i = group.length; i < probes->num; i += PERFORMANCE_LENGTHS) {
        const struct probe *probe = &probes->probes[i];
        if (group.hops != ALL_HOPS && hops_of(self, probe) != group.hops)
            continue;
        if (!probe->seen[side])
            return NAN;
        sum += (double)(group.head ? probe->head_cycles[side] : probe->tail_cycles[side]);
        num++;
    }
    return num > 0 ? sum / num : NAN;
}

static void means(const struct measuring *self, const struct probes *probes, struct group group,
                  double figures[PERFORMANCE_SIDES])
{
    for (uint32_t side = 0; side < PERFORMANCE_SIDES; side++)
        figures[side] = mean(self, probes, side, group);
}

static bool add_lengths(const struct measuring *self, const struct probes *probes)
{
    double figures[PERFORMANCE_SIDES];
    for (uint32_t l = 0; l < PERFORMANCE_LENGTHS; l++) {
        if (l > 0 && self->lengths[l] == self->lengths[l - 1])
            continue;
        for (uint32_t tail = 0; tail < 2; tail++) {
            means(self, probes, (struct group){l, !tail, ALL_HOPS}, figures);
            if (!performance_add_latency(
                    self, figures, "zero-load latency of %s, %" PRIu32 " flit%s",
                    tail ? "tails" : "heads", self->lengths[l], self->lengths[l] == 1 ? "" : "s"))
                return false;
        }
    }
    return true;
}

static bool add_pairs(const struct measuring *self, const struct probes *probes)
{
    const struct device_spec *spec = self->bench->spec;
    for (size_t i = 0; i < probes->num; i += PERFORMANCE_LENGTHS) {
        const struct probe *probe = &probes->probes[i];
        double figures[PERFORMANCE_SIDES];
        for (uint32_t side = 0; side < PERFORMANCE_SIDES; side++)
            figures[side] = probe->seen[side] ? (double)probe->head_cycles[side] : NAN;
        if (!performance_add_latency(self, figures, "zero-load latency of heads, %s to %s",
                                     spec->port_names[probe->packet.port],
                                     spec->port_names[probe->out]))
            return false;
    }
    return true;
}

// The slope of a straight line through heads by hops, by least squares.
static double per_hop(const struct measuring *self, const struct probes *probes, uint32_t side)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < probes->num; i += PERFORMANCE_LENGTHS) {
        const struct probe *probe = &probes->probes[i];
        double hops = hops_of(self, probe);
        double cycles = probe->seen[side] ? (double)probe->head_cycles[side] : NAN;
        n++;
        x += hops;
        y += cycles;
        xx += hops * hops;
        xy += hops * cycles;
    }
    double spread = n * xx - x * x;
    return spread > 0 ? (n * xy - x * y) / spread : NAN;
}

static bool add_hops(const struct measuring *self, const struct probes *probes)
{
    double figures[PERFORMANCE_SIDES];
    uint32_t most = 0;
    for (size_t i = 0; i < probes->num; i++) {
        uint32_t hops = hops_of(self, &probes->probes[i]);
        most = hops > most ? hops : most;
    }
    for (uint32_t hops = 0; hops <= most; hops++) {
        bool any = false;
        for (size_t i = 0; i < probes->num && !any; i++)
            any = hops_of(self, &probes->probes[i]) == hops;
        means(self, probes, (struct group){0, true, hops}, figures);
        if (any &&
            !performance_add_latency(self, figures, "zero-load latency of heads, %" PRIu32 " hop%s",
                                     hops, hops == 1 ? "" : "s"))
            return false;
    }
    for (uint32_t side = 0; side < PERFORMANCE_SIDES; side++)
        figures[side] = per_hop(self, probes, side);
    return isnan(figures[PERFORMANCE_DEVICE]) ||
           performance_add_latency(self, figures, "zero-load latency of heads, per hop");
}

bool performance_latency(const struct measuring *self)
{
    struct probes probes = {0};
    bool network = self->bench->spec->network && map_is_grid(self->bench->map);
    bool ok = draw(self, &probes);
    for (uint32_t side = 0; ok && side < self->num_sides; side++)
        ok = send(self, side, &probes);
    ok = ok && add_lengths(self, &probes) &&
         (network ? add_hops(self, &probes) : add_pairs(self, &probes));
    free(probes.probes);
    return ok;
}
