// SPDX-License-Identifier: Apache-2.0
// Reads a graph from GraphML; graph_file.h says what is taken from it.
//
// Edges may come before the nodes that they name. What GraphML has and a graph of routers has not
// is refused: directed edges, hyperedges, ports, graphs within nodes, several graphs.
#include "model/net/graph_file.h"

#include "model/net/router.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The data that mean something here.
enum datum { DATUM_NODES, DATUM_LATENCY, DATUM_FLIT, NUM_DATA, DATUM_OTHER = NUM_DATA };

static const struct {
    const char *name;
    bool of_edges;
    uint32_t min, max;
} data[NUM_DATA] = {
    [DATUM_NODES] = {"nodes", false, 0, ROUTER_MAX_RADIX},
    [DATUM_LATENCY] = {"latency_cycles", true, 1, GRAPH_MAX_CYCLES},
    [DATUM_FLIT] = {"flit_cycles", true, 1, GRAPH_MAX_FLIT_CYCLES},
};

enum { MAX_ID = 64, MAX_VALUE = 64 };

struct reader {
    struct graph_file *graph;
    XML_Parser parser;
    struct err *err;
    char key_id[NUM_DATA][MAX_ID]; // of the key elements, "" if there is none
    uint32_t initial[NUM_DATA];    // default
    enum datum key;                // of the key element that we are in
    enum datum datum;              // of the data element that we are in
    bool takes_text;               // within a data or default element that means something
    char text[MAX_VALUE];          // of it
    size_t text_length;            // may be more than fits
    bool root_seen, in_key, in_graph, graph_seen, directed;
    bool in_node;
    uint32_t node; // number of the router that we are in
    bool in_edge;
    struct graph_channel edge;
};

static size_t here(const struct reader *self)
{
    return XML_GetCurrentLineNumber(self->parser);
}

static void stop(struct reader *self)
{
    XML_StopParser(self->parser, XML_FALSE);
}

static const char *attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return NULL;
}

// The value of an attribute that has to be there.
static const char *needed(struct reader *self, const char *element, const char **attributes,
                          const char *name)
{
    const char *value = attribute(attributes, name);
    if (!value) {
        graph_file_fault(self->graph, here(self), self->err, "<%s> without %s", element, name);
        stop(self);
    }
    return value;
}

static void begin_key(struct reader *self, const char **attributes)
{
    const char *id = needed(self, "key", attributes, "id");
    const char *name = attribute(attributes, "attr.name");
    const char *of = attribute(attributes, "for");
    self->in_key = true;
    self->key = DATUM_OTHER;
    for (enum datum d = 0; id && name && d < NUM_DATA; d++) {
        bool fits =
            !of || strcmp(of, "all") == 0 || strcmp(of, data[d].of_edges ? "edge" : "node") == 0;
        if (!fits || strcmp(name, data[d].name) != 0)
            continue;
        if (strlen(id) >= MAX_ID || self->key_id[d][0]) {
            graph_file_fault(self->graph, here(self), self->err, "<key>: %s for %s",
                             self->key_id[d][0] ? "a second one" : "an id that is too long", name);
            stop(self);
            return;
        }
        snprintf(self->key_id[d], MAX_ID, "%s", id);
        self->key = d;
    }
}

static void begin_graph(struct reader *self, const char **attributes)
{
    const char *edges = attribute(attributes, "edgedefault");
    if (self->graph_seen) {
        graph_file_fault(self->graph, here(self), self->err,
                         "a second <graph>, or one within a <node>; one is read");
        stop(self);
        return;
    }
    self->in_graph = self->graph_seen = true;
    self->directed = edges && strcmp(edges, "directed") == 0;
}

static void begin_node(struct reader *self, const char **attributes)
{
    const char *id = needed(self, "node", attributes, "id");
    struct graph_router *router =
        id ? graph_file_router(self->graph, id, here(self), self->err) : NULL;
    if (router && router->line > 0)
        graph_file_fault(self->graph, here(self), self->err,
                         "node \"%.60s\" is already in line %zu", id, router->line);
    if (self->err->status != ERR_NONE) {
        stop(self);
        return;
    }
    router->line = here(self);
    router->nodes = self->initial[DATUM_NODES];
    self->in_node = true;
    self->node = router->number;
}

static void begin_edge(struct reader *self, const char **attributes)
{
    const char *ends[] = {needed(self, "edge", attributes, "source"),
                          needed(self, "edge", attributes, "target")};
    const char *directed = attribute(attributes, "directed");
    uint32_t numbers[2] = {0, 0};
    if (directed ? strcmp(directed, "true") == 0 : self->directed)
        graph_file_fault(self->graph, here(self), self->err,
                         "a directed edge; channels come in pairs, one each way: write each pair "
                         "as one undirected edge");
    for (size_t i = 0; i < 2 && self->err->status == ERR_NONE; i++) {
        struct graph_router *router =
            graph_file_router(self->graph, ends[i], here(self), self->err);
        numbers[i] = router ? router->number : 0;
    }
    if (self->err->status != ERR_NONE) {
        stop(self);
        return;
    }
    self->in_edge = true;
    self->edge = (struct graph_channel){
        .a = numbers[0],
        .b = numbers[1],
        .latency_cycles = self->initial[DATUM_LATENCY],
        .flit_cycles = self->initial[DATUM_FLIT],
        .line = here(self),
    };
}

static void begin_data(struct reader *self, const char **attributes)
{
    const char *key = needed(self, "data", attributes, "key");
    self->datum = DATUM_OTHER;
    for (enum datum d = 0; key && d < NUM_DATA; d++)
        if (self->key_id[d][0] && strcmp(key, self->key_id[d]) == 0 &&
            (data[d].of_edges ? self->in_edge : self->in_node))
            self->datum = d;
    self->takes_text = self->datum != DATUM_OTHER;
}

static void XMLCALL begin(void *context, const char *element, const char **attributes)
{
    struct reader *self = context;
    bool root = !self->root_seen;
    self->root_seen = true;
    self->text_length = 0;
    if (root && strcmp(element, "graphml") != 0) {
        graph_file_fault(self->graph, here(self), self->err, "<%.60s>: this is no GraphML",
                         element);
        stop(self);
    } else if (strcmp(element, "key") == 0) {
        begin_key(self, attributes);
    } else if (strcmp(element, "default") == 0) {
        self->takes_text = self->in_key && self->key != DATUM_OTHER;
    } else if (strcmp(element, "graph") == 0) {
        begin_graph(self, attributes);
    } else if (strcmp(element, "data") == 0) {
        begin_data(self, attributes);
    } else if (self->in_graph && strcmp(element, "node") == 0) {
        begin_node(self, attributes);
    } else if (self->in_graph && strcmp(element, "edge") == 0) {
        begin_edge(self, attributes);
    } else if (self->in_graph &&
               (strcmp(element, "hyperedge") == 0 || strcmp(element, "port") == 0)) {
        graph_file_fault(self->graph, here(self), self->err, "<%s> means nothing among routers",
                         element);
        stop(self);
    }
}

static void XMLCALL text(void *context, const char *characters, int length)
{
    struct reader *self = context;
    for (int i = 0; self->takes_text && i < length; i++) {
        if (strchr(" \t\r\n", characters[i]))
            continue;
        if (self->text_length < MAX_VALUE - 1)
            self->text[self->text_length] = characters[i];
        self->text_length++;
    }
}

// The end of a data or default element that means something.
static void take_value(struct reader *self, enum datum datum)
{
    uint32_t value;
    size_t length = self->text_length < MAX_VALUE ? self->text_length : MAX_VALUE - 1;
    self->takes_text = false;
    self->text[length] = '\0';
    if (!graph_file_number(self->graph, here(self), data[datum].name, self->text, data[datum].min,
                           data[datum].max, &value, self->err))
        stop(self);
    else if (self->in_key)
        self->initial[datum] = value;
    else if (datum == DATUM_NODES)
        self->graph->routers[self->node].nodes = value;
    else if (datum == DATUM_LATENCY)
        self->edge.latency_cycles = value;
    else
        self->edge.flit_cycles = value;
}

static void XMLCALL end(void *context, const char *element)
{
    struct reader *self = context;
    if (strcmp(element, "data") == 0 || strcmp(element, "default") == 0) {
        if (self->takes_text)
            take_value(self, self->in_key ? self->key : self->datum);
    } else if (strcmp(element, "key") == 0) {
        self->in_key = false;
    } else if (strcmp(element, "node") == 0) {
        self->in_node = false;
    } else if (strcmp(element, "edge") == 0 && self->in_edge) {
        self->in_edge = false;
        if (!graph_file_add(self->graph, &self->edge, self->err))
            stop(self);
    } else if (strcmp(element, "graph") == 0) {
        self->in_graph = false;
    }
}

// Refuses edges to nodes that are nowhere.
static bool check_declared(const struct reader *self)
{
    const struct graph_file *graph = self->graph;
    for (uint32_t c = 0; c < graph->num_channels; c++) {
        const struct graph_channel *channel = &graph->channels[c];
        const struct graph_router *a = &graph->routers[channel->a];
        const struct graph_router *b = &graph->routers[channel->b];
        if (a->line == 0 || b->line == 0)
            return graph_file_fault(graph, channel->line, self->err,
                                    "an edge to \"%.60s\", and there is no node of that id",
                                    a->line == 0 ? a->name : b->name);
    }
    return true;
}

bool graph_xml_read(struct graph_file *self, const char *bytes, size_t length, struct err *err)
{
    struct reader reader = {
        .graph = self,
        .parser = XML_ParserCreate(NULL),
        .err = err,
        .initial = {[DATUM_NODES] = 1, [DATUM_FLIT] = 1},
    };
    if (!reader.parser)
        return err_set(err, ERR_RUN, "out of memory for a graph");
    XML_SetUserData(reader.parser, &reader);
    XML_SetElementHandler(reader.parser, begin, end);
    XML_SetCharacterDataHandler(reader.parser, text);
    if (XML_Parse(reader.parser, bytes, (int)length, XML_TRUE) == XML_STATUS_ERROR)
        graph_file_fault(self, here(&reader), err, "%s",
                         XML_ErrorString(XML_GetErrorCode(reader.parser)));
    XML_ParserFree(reader.parser);
    if (err->status != ERR_NONE)
        return false;
    if (!reader.graph_seen)
        return err_set(err, ERR_CONFIG, "%.1000s: no <graph> in this file", self->path);
    return check_declared(&reader);
}
