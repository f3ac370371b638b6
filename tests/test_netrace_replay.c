// SPDX-License-Identifier: Apache-2.0
// Replay of Netrace traces: over an ideal network as Netrace's example simulator does it, and over
// every kind of topology as the dependencies say.
#include "model/node/netrace_replay.h"

#include "tests/kinds.h"
#include "tests/netrace_file.h"
#include "tests/rig.h"
#include "traces/input.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { NUM_RANDOM = 400, MAX_EVENTS = 50000, LINE_BYTES = 512 };

// --- as the example simulator -------------------------------------------------------------------

struct event {
    uint64_t cycle;
    bool ejection;
    uint32_t node;
    uint32_t id;
};

struct replayed {
    struct event events[MAX_EVENTS];
    size_t num;
};

// Injections come first, then ejections, each by node, which has at most one of each in a cycle.
static int compare_events(const void *a, const void *b)
{
    const struct event *one = a, *other = b;
    if (one->cycle != other->cycle)
        return one->cycle < other->cycle ? -1 : 1;
    if (one->ejection != other->ejection)
        return one->ejection ? 1 : -1;
    return one->node < other->node ? -1 : one->node > other->node;
}

static void note_packet(void *context, const struct packet *packet)
{
    struct replayed *self = context;
    cr_assert_lt(self->num + 1, MAX_EVENTS);
    self->events[self->num++] =
        (struct event){packet->injected_cycle, false, packet->source, packet->message};
    self->events[self->num++] =
        (struct event){packet->ejected_cycle, true, packet->destination, packet->message};
}

// Packets of a trace, by their ids, which are their numbers; the caller frees them.
static struct netrace_packet *packets_of(const char *path)
{
    struct err err = {0};
    struct netrace *trace = netrace_open(path, NETRACE_ALL, &err);
    cr_assert_not_null(trace, "%s", err.text);
    uint64_t num = netrace_header(trace)->num_packets;
    struct netrace_packet *packets = calloc(num, sizeof *packets);
    cr_assert_not_null(packets);
    for (uint64_t i = 0; i < num; i++)
        cr_assert(netrace_next(trace, &packets[i], &err) == NETRACE_PACKET && packets[i].id == i);
    netrace_close(trace);
    return packets;
}

// Replays a trace over the ideal network of the example simulator, cycle by cycle.
static void replay_ideal(const char *path, enum netrace_mode mode, struct replayed *replayed)
{
    struct err err = {0};
    struct topology_spec mesh = {.kind = "mesh", .num_dims = 2, .dims = {8, 8}};
    struct netrace *trace = netrace_open(path, NETRACE_ALL, &err);
    struct topology *topology = topology_new(&mesh, &err);
    struct netrace_replay_params params = {
        .trace = trace, .mode = mode, .num_nodes = 64, .flit_bits = 64, .header_flits = 1};
    struct workload *workload = netrace_replay_new(&params, &err);
    cr_assert_not_null(workload, "%s", err.text);
    struct fabric_params network = {.topology = topology,
                                    .model = FABRIC_IDEAL,
                                    .ideal_cycles_per_hop = 3,
                                    .delivered = note_packet,
                                    .context = replayed};
    struct fabric *fabric = fabric_new(&network, &err);
    size_t told = 0;
    while (!fabric_idle(fabric) || !workload->ops->done(workload)) {
        cr_assert(workload->ops->step(workload, fabric, fabric_now(fabric), &err), "%s", err.text);
        cr_assert(fabric_cycle(fabric, &err));
        for (; told < replayed->num; told += 2) {
            struct packet packet = {.message = replayed->events[told].id,
                                    .ejected_cycle = replayed->events[told + 1].cycle};
            workload->ops->delivered(workload, &packet);
        }
    }
    workload->ops->free(workload);
    fabric_free(fabric);
    topology_free(topology);
    netrace_close(trace);
    qsort(replayed->events, replayed->num, sizeof *replayed->events, compare_events);
}

static struct replayed replayed;

// The next line of the log that tells of an event.
static enum input_next next_event_line(struct input *log, char **line, struct err *err)
{
    enum input_next next;
    do {
        next = input_line(log, line, err);
    } while (next == INPUT_LINE && strncmp(*line, "Inject", 6) != 0 &&
             strncmp(*line, "Eject", 5) != 0);
    return next;
}

static void is_logged(const char *name, enum netrace_mode mode)
{
    static const char *const suffixes[NETRACE_NUM_MODES] = {"", "-d", "-t"};
    char path[256], line[LINE_BYTES], *logged;
    struct err err = {0};
    snprintf(path, sizeof path, "traces/samples/%s.tra.bz2", name);
    struct netrace_packet *packets = packets_of(path);
    replayed.num = 0;
    replay_ideal(path, mode, &replayed);
    snprintf(path, sizeof path, "traces/samples/%s.refsim%s.log.xz", name, suffixes[mode]);
    struct input *log = input_open(path, NULL, NULL, &err);
    cr_assert_not_null(log, "%s", err.text);
    for (size_t i = 0; i < replayed.num; i++) {
        const struct event *event = &replayed.events[i];
        netrace_file_line(event->ejection ? "Eject" : "Inject", event->cycle, &packets[event->id],
                          line, sizeof line);
        cr_assert_eq(next_event_line(log, &logged, &err), INPUT_LINE, "%s: %zu", path, i);
        cr_assert_str_eq(line, logged, "%s: %zu", path, i);
    }
    cr_assert_eq(next_event_line(log, &logged, &err), INPUT_END);
    input_close(log);
    free(packets);
}

Test(netrace_replay, over_an_ideal_network_it_is_the_log_of_the_example_simulator)
{
    for (int mode = 0; mode < NETRACE_NUM_MODES; mode++) {
        is_logged("shrtex", (enum netrace_mode)mode);
        is_logged("example", (enum netrace_mode)mode);
    }
}

// Of this one the logs are too large to have here; sums are of their lines of events, newlines
// included.
Test(netrace_replay, over_an_ideal_network_it_has_the_check_sum_of_longer_logs)
{
    static const unsigned long sums[NETRACE_NUM_MODES] = {0x0740444a, 0x80f5df6c, 0xeb049a94};
    static const char path[] = "traces/samples/multiregion.tra.bz2";
    struct netrace_packet *packets = packets_of(path);
    for (int mode = 0; mode < NETRACE_NUM_MODES; mode++) {
        unsigned long sum = crc32(0, NULL, 0);
        replayed.num = 0;
        replay_ideal(path, (enum netrace_mode)mode, &replayed);
        cr_assert_eq(replayed.num, 45936);
        for (size_t i = 0; i < replayed.num; i++) {
            const struct event *event = &replayed.events[i];
            char line[LINE_BYTES];
            netrace_file_line(event->ejection ? "Eject" : "Inject", event->cycle,
                              &packets[event->id], line, sizeof line - 1);
            strcat(line, "\n");
            sum = crc32(sum, (const unsigned char *)line, (unsigned)strlen(line));
        }
        cr_assert_eq(sum, sums[mode], "%s: 0x%08lx", netrace_mode_names[mode], sum);
    }
    free(packets);
}

// --- over any network ---------------------------------------------------------------------------

// When the last that a packet waits for was ejected, and whether it waits for any, by number.
static void latest(const struct netrace_file *file, const struct packet *const *packets,
                   uint64_t *cycles, bool *waits)
{
    memset(cycles, 0, NUM_RANDOM * sizeof *cycles);
    memset(waits, 0, NUM_RANDOM * sizeof *waits);
    for (uint32_t i = 0; i < NUM_RANDOM; i++)
        for (uint32_t d = 0; d < file->packets[i].num; d++) {
            uint32_t later = (file->packets[i].dependents[d] - 3) / 7;
            waits[later] = true;
            if (packets[i]->ejected_cycle > cycles[later])
                cycles[later] = packets[i]->ejected_cycle;
        }
}

static void is_right(const struct netrace_file *file, enum netrace_mode mode, const struct rig *rig)
{
    static const struct packet *packets[NUM_RANDOM];
    static uint64_t after[NUM_RANDOM];
    static bool waits[NUM_RANDOM];
    memset(packets, 0, sizeof packets);
    cr_assert_eq(rig->num_log, NUM_RANDOM);
    for (uint32_t i = 0; i < NUM_RANDOM; i++) {
        uint32_t number = (rig->log[i].message - 3) / 7;
        cr_assert_null(packets[number], "packet %u comes twice", number);
        packets[number] = &rig->log[i];
    }
    latest(file, packets, after, waits);
    uint32_t num_held = 0;
    for (uint32_t i = 0; i < NUM_RANDOM; i++) {
        const struct netrace_file_packet *of_file = &file->packets[i];
        const struct packet *packet = packets[i];
        uint64_t cycle = of_file->cycle;
        bool held = waits[i] && after[i] >= cycle;
        if (mode == NETRACE_NORMAL && held)
            cycle = after[i] + NETRACE_RELEASE_CYCLES;
        if (mode == NETRACE_SELF_THROTTLED && held)
            cycle = after[i] + 1;
        num_held += held;
        cr_assert(packet->source == of_file->source && packet->destination == of_file->destination);
        cr_assert_eq(packet->flits, 1 + netrace_types[of_file->type].bytes / 8);
        cr_assert_eq(packet->created_cycle, cycle, "packet %u of cycle %lu, after %lu: %lu", i,
                     of_file->cycle, after[i], packet->created_cycle);
        cr_assert(mode == NETRACE_NO_DEPENDENCIES || !waits[i] ||
                  packet->injected_cycle > after[i]);
    }
    cr_assert_gt(num_held, NUM_RANDOM / 8, "few wait: the test is weak");
}

static void replay_on(const struct rig_spec *spec, enum netrace_mode mode, uint64_t seed)
{
    struct rig *rig = rig_new(spec);
    struct err err = {0};
    struct netrace_file_region region;
    static struct netrace_file_packet packets[NUM_RANDOM];
    struct netrace_file file =
        netrace_file_random(seed, rig->topology->num_nodes, packets, NUM_RANDOM, &region);
    struct netrace *trace = netrace_open(netrace_file_write(&file), NETRACE_ALL, &err);
    struct netrace_replay_params params = {.trace = trace,
                                           .mode = mode,
                                           .num_nodes = rig->topology->num_nodes,
                                           .flit_bits = 64,
                                           .header_flits = 1};
    struct workload *workload = netrace_replay_new(&params, &err);
    cr_assert_not_null(workload, "%s", err.text);
    uint32_t told = 0;
    while (!fabric_idle(rig->fabric) || !workload->ops->done(workload)) {
        uint64_t now = fabric_now(rig->fabric);
        if (fabric_idle(rig->fabric) && now > 0)
            fabric_jump(rig->fabric, workload->ops->next_event(workload, now - 1));
        now = fabric_now(rig->fabric);
        cr_assert(workload->ops->step(workload, rig->fabric, now, &err), "%s", err.text);
        cr_assert(rig_cycle(rig), "%s", rig->err.text);
        for (; told < rig->num_log; told++)
            workload->ops->delivered(workload, &rig->log[told]);
    }
    is_right(&file, mode, rig);
    workload->ops->free(workload);
    netrace_close(trace);
    rig_free(rig);
}

Test(netrace_replay, no_packet_goes_before_those_that_it_waits_for_on_any_topology)
{
    for (size_t i = 0; i < kinds_num_shapes; i++)
        for (int mode = 0; mode < NETRACE_NUM_MODES; mode++) {
            struct rig_spec spec = {.topology = kinds_shapes[i],
                                    .switching =
                                        (enum switching)((i + (size_t)mode) % SWITCHING_NUM),
                                    .buffer_flits = 10};
            if (!rig_is_legal(&spec))
                spec.switching = SWITCHING_WORMHOLE;
            replay_on(&spec, (enum netrace_mode)mode, i);
        }
}
