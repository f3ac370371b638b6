// SPDX-License-Identifier: Apache-2.0
#include "sim/output_fabric.h"

#include "sim/drawing.h"
#include "sim/json_path.h"

struct writer {
    const struct config *config;
    const struct run_detail *detail;
    struct topology *topology;
    struct drawing drawing;
};

static json_t *integer(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *integer_or_null(uint32_t value)
{
    return value == TOPOLOGY_NONE ? json_null() : integer(value);
}

// Of the window.
static json_t *per_cycle(const struct writer *w, uint64_t sum)
{
    uint64_t cycles = w->detail->window_cycles;
    return w->detail->channels && cycles > 0 ? json_real((double)sum / (double)cycles)
                                             : json_null();
}

static json_t *flits(const struct writer *w, uint64_t num)
{
    return w->detail->channels ? integer(num) : json_null();
}

// What went over a channel; nothing if that is not known.
static struct run_channel traffic(const struct writer *w, size_t channel)
{
    return w->detail->channels ? w->detail->channels[channel] : (struct run_channel){0};
}

bool output_fabric_lists(const struct topology *t, size_t channel)
{
    return channel >= (size_t)t->num_routers * t->radix || t->peer[channel] != TOPOLOGY_NONE ||
           t->port_node[channel] != TOPOLOGY_NONE;
}

uint32_t output_fabric_latency_cycles(const struct config *config, const struct topology *t,
                                      size_t channel)
{
    size_t ports = (size_t)t->num_routers * t->radix;
    bool from_node = channel >= ports;
    size_t port = from_node ? t->node_port[channel - ports] : channel;
    if (t->latency_cycles && t->latency_cycles[port] > 0)
        return t->latency_cycles[port];
    return from_node                             ? config->terminal_latency_cycles
           : t->port_node[port] != TOPOLOGY_NONE ? config_ejection_latency_cycles(config)
                                                 : config->channel_latency_cycles;
}

// A channel out of a router, or out of a node. NULL if out of memory.
static json_t *channel_json(const struct writer *w, size_t channel)
{
    const struct topology *t = w->topology;
    size_t ports = (size_t)t->num_routers * t->radix;
    bool from_node = channel >= ports;
    uint32_t from = (uint32_t)(from_node ? channel - ports : channel / t->radix);
    uint32_t port = from_node ? t->node_port[from] : (uint32_t)channel;
    uint32_t to = from_node ? port : t->peer[port];
    uint32_t node = t->port_node[port];
    bool to_node = !from_node && node != TOPOLOGY_NONE;
    struct run_channel went = traffic(w, channel);
    const struct drawing_channel *drawn = &w->drawing.channels[port];
    return json_pack("{s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o s:b s:f}",                   //
                     "from_node", integer_or_null(from_node ? node : TOPOLOGY_NONE),            //
                     "from_router", integer_or_null(from_node ? TOPOLOGY_NONE : from),          //
                     "from_port", integer_or_null(from_node ? TOPOLOGY_NONE : port % t->radix), //
                     "to_node", integer_or_null(to_node ? node : TOPOLOGY_NONE),                //
                     "to_router", integer_or_null(to_node ? TOPOLOGY_NONE : to / t->radix),     //
                     "to_port", integer_or_null(to_node ? TOPOLOGY_NONE : to % t->radix),       //
                     "latency_cycles",                                                          //
                     integer(output_fabric_latency_cycles(w->config, t, channel)),              //
                     "flit_cycles",
                     integer(t->flit_cycles && !from_node ? t->flit_cycles[port] : 1), //
                     "flits", flits(w, went.flits),                                    //
                     "utilisation", per_cycle(w, went.busy_cycles),                    //
                     "dimension", integer_or_null(drawn->dimension),                   //
                     "wraps", (int)drawn->wraps,                                       //
                     "bend", drawn->bend);
}

static json_t *channels_json(const struct writer *w)
{
    json_t *list = json_array();
    bool good = list;
    for (size_t c = 0; good && c < topology_num_channels(w->topology); c++)
        good = !output_fabric_lists(w->topology, c) ||
               json_array_append_new(list, channel_json(w, c)) == 0;
    if (good)
        return list;
    json_decref(list);
    return NULL;
}

// A router, with what leaves it.
static json_t *router_json(const struct writer *w, uint32_t router)
{
    const struct topology *t = w->topology;
    char name[256];
    uint64_t num = 0;
    uint64_t in_window = 0;
    bool connected = false;
    for (uint32_t p = 0; p < t->radix; p++) {
        struct run_channel went = traffic(w, (size_t)router * t->radix + p);
        num += went.flits;
        in_window += went.window_flits;
        connected |= output_fabric_lists(t, (size_t)router * t->radix + p);
    }
    return json_pack("{s:s s:o s:o s:b s:f s:f}",                                //
                     "name", topology_router_name(t, router, name, sizeof name), //
                     "flits", flits(w, num),                                     //
                     "flits_per_cycle", per_cycle(w, in_window),                 //
                     "failed", (int)!connected,                                  //
                     "x", w->drawing.routers[router].x,                          //
                     "y", w->drawing.routers[router].y);
}

static json_t *routers_json(const struct writer *w)
{
    json_t *list = json_array();
    bool good = list;
    for (uint32_t r = 0; good && r < w->topology->num_routers; r++)
        good = json_array_append_new(list, router_json(w, r)) == 0;
    if (good)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *nodes_json(const struct writer *w)
{
    json_t *list = json_array();
    bool good = list;
    for (uint32_t n = 0; good && n < w->topology->num_nodes; n++) {
        uint32_t router = w->topology->node_port[n] / w->topology->radix;
        struct drawing_point at = w->drawing.nodes[n];
        good = json_array_append_new(list, json_pack("{s:i s:f s:f}", "router", (int)router, "x",
                                                     at.x, "y", at.y)) == 0;
    }
    if (good)
        return list;
    json_decref(list);
    return NULL;
}

bool output_fabric(json_t *root, const struct config *config, const struct run_detail *detail,
                   struct err *err)
{
    struct writer w = {
        .config = config, .detail = detail, .topology = config_topology(config, err)};
    bool made = w.topology && drawing_make(&w.drawing, w.topology, err);
    if (made && !(json_path_set(root, "fabric.routers", routers_json(&w)) &&
                  json_path_set(root, "fabric.nodes", nodes_json(&w)) &&
                  json_path_set(root, "fabric.channels", channels_json(&w))))
        made = err_set(err, ERR_RUN, "out of memory");
    drawing_free(&w.drawing);
    topology_free(w.topology);
    return made;
}
