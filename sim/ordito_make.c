// SPDX-License-Identifier: Apache-2.0
// Makes instances of libordito, and keeps what their fabrics tell.
#include "sim/ordito_state.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_DELIVERIES = 64 };

// --- what the fabric tells ----------------------------------------------------------------------

static bool offer(void *context, uint32_t node, const struct packet *packet, uint64_t cycle)
{
    struct ordito *self = context;
    (void)cycle;
    if (!(self->stalled[node] >> packet->traffic_class & 1))
        return true;
    atomic_store_explicit(&self->left_something, true, memory_order_relaxed);
    return false;
}

static void left(void *context, uint32_t node, const struct packet *packet, uint64_t cycle)
{
    (void)cycle;
    --*ordito_queue(context, node, packet->traffic_class);
}

static void flit_ejected(void *context, uint32_t node, uint64_t cycle, struct flit flit)
{
    struct ordito *self = context;
    struct ordito_coming *coming = &self->coming[(size_t)node * ROUTER_MAX_VCS + flit.vc];
    if (flit.head) {
        const struct packet *packet = fabric_packet(self->machine.fabric, flit);
        *coming = (struct ordito_coming){
            .tag = self->tags[packet->message],
            .packet_flits = packet->flits,
            .traffic_class = packet->traffic_class,
            .source = packet->source,
        };
    }
    struct ordito_flit told = {
        .cycle = cycle,
        .tag = coming->tag,
        .node = node,
        .flit_idx = coming->next_flit++,
        .packet_flits = coming->packet_flits,
        .vc = flit.vc,
        .traffic_class = coming->traffic_class,
        .source = coming->source,
    };
    self->options.flit_taken(self->options.context, &told);
}

// Room for one more delivery. False if out of memory.
static bool grow_deliveries(struct ordito *self)
{
    size_t cap = self->cap_deliveries ? 2 * self->cap_deliveries : FIRST_DELIVERIES;
    struct ordito_delivery *more = reallocarray(self->deliveries, cap, sizeof *more);
    if (!more)
        return false;
    // What was before the first goes behind the last.
    memcpy(more + self->cap_deliveries, more, self->first_delivery * sizeof *more);
    self->deliveries = more;
    self->cap_deliveries = cap;
    return true;
}

static void delivered(void *context, const struct packet *packet)
{
    struct ordito *self = context;
    const struct topology *t = self->machine.topology;
    uint32_t message = packet->message;
    measurement_packet(&self->measurement, packet);
    if (!self->machine.ops)
        left(self, packet->source, packet, 0);
    if (self->num_deliveries == self->cap_deliveries && !grow_deliveries(self)) {
        self->out_of_memory = true;
        return;
    }
    size_t at = (self->first_delivery + self->num_deliveries++) & (self->cap_deliveries - 1);
    self->deliveries[at] = (struct ordito_delivery){
        .tag = self->tags[message],
        .packet = packet->serial,
        .created_cycle = packet->created_cycle,
        .injected_cycle = packet->injected_cycle,
        .ejected_cycle = packet->ejected_cycle,
        .source = packet->source,
        .destination = packet->destination,
        .flits = packet->flits,
        .traffic_class = packet->traffic_class,
        .hops = self->measurement.hops_by_distance
                    ? t->kind->distance(t, packet->source, packet->destination)
                    : packet->hops,
        .fate = packet->fate,
    };
    pool_give(&self->tag_pool, self->tags, sizeof *self->tags, message);
}

// --- making an instance -------------------------------------------------------------------------

static bool take_options(struct ordito *self, const struct ordito_options *options, struct err *err)
{
    if (!options)
        return true;
    if (options->size < offsetof(struct ordito_options, context) + sizeof options->context)
        return err_set(err, ERR_CONFIG, "options.size: %zu, less than any version has; give sizeof",
                       options->size);
    ordito_give(&self->options, sizeof self->options, options,
                options->size < sizeof self->options ? options->size : sizeof self->options);
    return true;
}

// Numbers are written with a point, whatever the locale of the program says.
static bool configure(struct ordito *self, const char *yaml, const char *path, struct err *err)
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = plain ? uselocale(plain) : (locale_t)0;
    bool good = config_default(&self->config, err) &&
                (yaml ? config_read_text(&self->config, yaml, "configuration", err)
                      : config_read(&self->config, path, err));
    for (size_t i = 0; good && i < self->options.num_settings; i++)
        good = config_set(&self->config, self->options.settings[i], "setting", err);
    if (plain) {
        uselocale(before);
        freelocale(plain);
    }
    self->config.workload = WORKLOAD_PACKETS;
    self->config.node_model = MODEL_IDEAL;
    return good && config_check_fabric(&self->config, err);
}

static bool allocate(struct ordito *self, struct err *err)
{
    const struct machine *machine = &self->machine;
    size_t num_nodes = machine->topology->num_nodes;
    self->stalled = calloc(num_nodes, sizeof *self->stalled);
    self->queued = calloc(num_nodes * self->config.classes, sizeof *self->queued);
    if (self->options.flit_taken)
        self->coming = calloc(num_nodes * ROUTER_MAX_VCS, sizeof *self->coming);
    if (machine->routing)
        self->own_addresses = routing_own_addresses(machine->routing, machine->topology);
    return (self->stalled && self->queued && (self->coming || !self->options.flit_taken) &&
            (self->own_addresses || !machine->routing)) ||
           err_set(err, ERR_RUN, "out of memory for %zu nodes", num_nodes);
}

static bool make(struct ordito *self, const char *yaml, const char *path,
                 const struct ordito_options *options, struct err *err)
{
    if (!yaml && !path)
        return err_set(err, ERR_CONFIG, "no configuration is given");
    if (!take_options(self, options, err) || !configure(self, yaml, path, err))
        return false;
    self->nodes = (struct fabric_nodes){.offer = offer, .left = left, .context = self};
    self->machine.rtl.quiet = true;
    self->machine.rtl.systemc = self->options.systemc;
    if (!machine_make_bare(&self->machine, &self->config, &self->nodes, delivered,
                           self->options.flit_taken ? flit_ejected : NULL, self, err))
        return false;
    self->measurement.config = &self->config;
    self->measurement.topology = self->machine.topology;
    self->measurement.hops_by_distance = self->machine.ops && self->machine.ops->whole;
    self->measurement.channels = self->machine.internals_known;
    return measurement_start(&self->measurement, err) && allocate(self, err);
}

static struct ordito *new_instance(const char *yaml, const char *path,
                                   const struct ordito_options *options, struct ordito_error *error)
{
    struct err err = {0};
    struct ordito *self = calloc(1, sizeof *self);
    if (!self)
        err_set(&err, ERR_RUN, "out of memory");
    else if (!make(self, yaml, path, options, &err)) {
        ordito_free(self);
        self = NULL;
    }
    ordito_tell(&err, error);
    return self;
}

struct ordito *ordito_new(const char *yaml, const struct ordito_options *options,
                          struct ordito_error *error)
{
    return new_instance(yaml, NULL, options, error);
}

struct ordito *ordito_new_file(const char *path, const struct ordito_options *options,
                               struct ordito_error *error)
{
    return new_instance(NULL, path, options, error);
}

void ordito_free(struct ordito *self)
{
    if (!self)
        return;
    measurement_free(&self->measurement);
    machine_free(&self->machine);
    config_free(&self->config);
    free(self->tags);
    free(self->deliveries);
    free(self->stalled);
    free(self->queued);
    free(self->coming);
    free(self->own_addresses);
    free(self);
}
