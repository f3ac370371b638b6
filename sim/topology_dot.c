// SPDX-License-Identifier: Apache-2.0
#include "sim/topology_dot.h"

#include "sim/outfile.h"

#include <inttypes.h>

static void write_quoted(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', to);
        fputc(*text, to);
    }
    fputc('"', to);
}

// Whether routers and nodes are one: router n has node n, and no other.
static bool is_one(const struct topology *t)
{
    bool one = !t->indirect && t->num_nodes == t->num_routers;
    for (uint32_t n = 0; one && n < t->num_nodes; n++)
        one = t->node_port[n] / t->radix == n;
    return one;
}

static void write_router(FILE *to, const struct topology *t, uint32_t router)
{
    char name[256];
    bool connected = t->num_routers == 1;
    for (uint32_t p = 0; p < t->radix; p++) {
        size_t port = (size_t)router * t->radix + p;
        connected |= t->peer[port] != TOPOLOGY_NONE || t->port_node[port] != TOPOLOGY_NONE;
    }
    fprintf(to, "  r%" PRIu32 " [label=", router);
    write_quoted(to, topology_router_name(t, router, name, sizeof name));
    fputs(connected ? "];\n" : ", style=dashed];\n", to);
}

static void write_label(FILE *to, const struct topology *t, size_t port)
{
    uint32_t latency = t->latency_cycles ? t->latency_cycles[port] : 0;
    uint32_t flit = t->flit_cycles ? t->flit_cycles[port] : 1;
    if (latency > 0)
        fprintf(to, " [label=\"%" PRIu32 " cycles", latency);
    if (flit > 1)
        fprintf(to, "%s%" PRIu32 " a flit", latency > 0 ? ", " : " [label=\"", flit);
    fputs(latency > 0 || flit > 1 ? "\"];\n" : ";\n", to);
}

bool topology_dot(const char *path, const struct topology *t, struct err *err)
{
    struct outfile file;
    if (!outfile_open(&file, path, err))
        return false;
    FILE *to = file.stream;
    fputs("graph topology {\n  node [shape=box];\n", to);
    for (uint32_t r = 0; r < t->num_routers; r++)
        write_router(to, t, r);
    bool one = is_one(t);
    for (uint32_t n = 0; !one && n < t->num_nodes; n++) {
        fprintf(to, "  n%" PRIu32 " [label=\"%" PRIu32 "\", shape=circle];\n", n, n);
        fprintf(to, "  r%" PRIu32 " -- n%" PRIu32, t->node_port[n] / t->radix, n);
        write_label(to, t, t->node_port[n]);
    }
    for (uint32_t p = 0; p < t->num_routers * t->radix; p++) {
        uint32_t peer = t->peer[p];
        if (peer == TOPOLOGY_NONE || peer < p)
            continue;
        fprintf(to, "  r%" PRIu32 " -- r%" PRIu32, p / t->radix, peer / t->radix);
        write_label(to, t, p);
    }
    fputs("}\n", to);
    return outfile_close(&file, err);
}
