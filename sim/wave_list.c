// SPDX-License-Identifier: Apache-2.0
#include "sim/wave_list.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    UNITS_A_CYCLE = 10, // of time (router.h)
    FWD_BITS = 6        // of a port: {valid, head, tail, VC or kind (3 bits)}
};

// How GTKWave shows what follows.
#define BITS        WAVE_LIST_BITS
#define HEX         WAVE_LIST_HEX
#define DECIMAL     "@24\n"
#define OPEN_GROUP  WAVE_LIST_OPEN
#define END_GROUP   WAVE_LIST_END
#define SHUT_GROUP  "@c00200\n"
#define END_OF_SHUT "@1401200\n"

// What is being written of: a router.
struct scope {
    const struct wave_list *list;
    FILE *to;
    char pins[32];   // where its vectors are
    char inside[64]; // likewise, of its state
};

static uint32_t ceil_log2(uint32_t x)
{
    uint32_t bits = 0;
    while (UINT64_C(1) << bits < x)
        bits++;
    return bits;
}

void wave_list_part(FILE *to, const char *format, const char *name, const char *scope,
                    const char *vector, uint32_t width, uint32_t lsb, uint32_t num)
{
    fprintf(to, "%s#{%s", format, name);
    if (num > 1)
        fprintf(to, "[%" PRIu32 ":0]", num - 1);
    fputc('}', to);
    for (uint32_t i = 0; i < num; i++) // from the most significant one on, which is number 0
        fprintf(to, " (%" PRIu32 ")%s.%s[%" PRIu32 ":0]", width - lsb - num + i, scope, vector,
                width - 1);
    fputc('\n', to);
}

static void put_part(const struct scope *self, const char *format, const char *name,
                     const char *scope, const char *vector, uint32_t width, uint32_t lsb,
                     uint32_t num)
{
    wave_list_part(self->to, format, name, scope, vector, width, lsb, num);
}

// A channel's forward wires.
static void put_forward(const struct scope *self, uint32_t port, const char *name, char direction)
{
    const struct wave_list *list = self->list;
    uint32_t width = list->topology->radix * FWD_BITS;
    uint32_t lsb = port * FWD_BITS;
    char vector[8];
    char text[96];
    snprintf(vector, sizeof vector, "fwd_%c", direction);
    static const char *const bits[] = {"tail", "head", "valid"};
    for (int i = 2; i >= 0; i--) {
        snprintf(text, sizeof text, "%s %s", name, bits[i]);
        put_part(self, BITS, text, self->pins, vector, width, lsb + 3 + (uint32_t)i, 1);
    }
    snprintf(text, sizeof text, "%s %s", name, list->circuits ? "kind" : "vc");
    put_part(self, DECIMAL, text, self->pins, vector, width, lsb, 3);
    fprintf(self->to, HEX "+{%s payload} %s.payload_%c[%" PRIu32 "][%" PRIu32 ":0]\n", name,
            self->pins, direction, port, list->payload_bits - 1);
}

// A bit a port, or a VC of a port, of a vector with as many fields as there are ports, or more.
static void put_bits(const struct scope *self, uint32_t port, const char *name, const char *what,
                     const char *scope, const char *vector, uint32_t num_ports, uint32_t num)
{
    char text[96];
    snprintf(text, sizeof text, "%s %s", name, what);
    put_part(self, BITS, text, scope, vector, num_ports * num, port * num, num);
}

static void put_buffered(const struct scope *self, uint32_t port, const char *in, const char *out)
{
    const struct wave_list *list = self->list;
    uint32_t radix = list->topology->radix;
    uint32_t vcs = list->num_vcs;
    uint32_t fields = 1U << ceil_log2(radix); // of state
    uint32_t depth_flits = 1U << ceil_log2(list->buffer_flits);
    uint32_t bits = ceil_log2(depth_flits + 1);
    put_forward(self, port, in, 'i');
    put_bits(self, port, in, "vcs with flits", self->inside, "filled", radix, vcs);
    put_bits(self, port, in, "credits back", self->pins, "credit_o", radix, vcs);
    put_forward(self, port, out, 'o');
    put_bits(self, port, out, "vcs held", self->inside, "held", fields, vcs);
    put_bits(self, port, out, "credits that come", self->pins, "credit_i", radix, vcs);
    for (uint32_t vc = 0; vc < vcs; vc++) {
        char text[96];
        snprintf(text, sizeof text, "%s credits of vc %" PRIu32, out, vc);
        put_part(self, DECIMAL, text, self->inside, "num_credits", fields * vcs * bits,
                 (port * vcs + vc) * bits, bits);
    }
}

static void put_circuit(const struct scope *self, uint32_t port, const char *in, const char *out)
{
    uint32_t radix = self->list->topology->radix;
    put_forward(self, port, in, 'i');
    put_bits(self, port, in, "holds a probe", self->inside, "held", radix, 1);
    put_bits(self, port, in, "ack back", self->pins, "ack_o", radix, 1);
    put_bits(self, port, in, "nack back", self->pins, "nack_o", radix, 1);
    put_forward(self, port, out, 'o');
    put_bits(self, port, out, "ack that comes", self->pins, "ack_i", radix, 1);
    put_bits(self, port, out, "nack that comes", self->pins, "nack_i", radix, 1);
}

// The name of a port without its router's; braces and brackets would end an alias.
static void name_port(const struct topology *topology, uint32_t router, uint32_t port,
                      const char *direction, char *text, size_t size)
{
    char whole[160];
    char start[128];
    topology_port_name(topology, router, port, whole, sizeof whole);
    topology_router_name(topology, router, start, sizeof start);
    size_t skipped = strncmp(whole, start, strlen(start)) == 0 ? strlen(start) : 0;
    while (whole[skipped] == ' ')
        skipped++;
    snprintf(text, size, "%.40s %s", whole + skipped, direction);
    for (char *at = text; *at; at++)
        if (strchr("{}[]", *at))
            *at = '_';
}

static void put_router(const struct wave_list *self, uint32_t router, bool open, FILE *to)
{
    const struct topology *t = self->topology;
    struct scope scope = {.list = self, .to = to};
    char name[128];
    snprintf(scope.pins, sizeof scope.pins, "router_%" PRIu32, router);
    snprintf(scope.inside, sizeof scope.inside, "router_%" PRIu32 ".%s", router,
             self->circuits ? "circuit_sim" : "router_sim.u_router");
    topology_router_name(t, router, name, sizeof name);
    fprintf(to, "%s-%s\n" BITS "%s.clk_i\n", open ? OPEN_GROUP : SHUT_GROUP, name, scope.pins);
    for (uint32_t port = 0; port < t->radix; port++) {
        size_t at = (size_t)router * t->radix + port;
        char in[64];
        char out[64];
        if (t->peer[at] == TOPOLOGY_NONE && t->port_node[at] == TOPOLOGY_NONE)
            continue;
        name_port(t, router, port, "in", in, sizeof in);
        name_port(t, router, port, "out", out, sizeof out);
        if (self->circuits)
            put_circuit(&scope, port, in, out);
        else
            put_buffered(&scope, port, in, out);
    }
    fprintf(to, "%s-%s\n", open ? END_GROUP : END_OF_SHUT, name);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *wave_list_path(const char *wave)
{
    size_t length = strlen(wave);
    char *path = NULL;
    if (length > 4 && strcmp(wave + length - 4, ".fst") == 0)
        length -= 4;
    return asprintf(&path, "%.*s.gtkw", (int)length, wave) < 0 ? NULL : path;
}

void wave_list_head(FILE *to, const char *wave, const char *list, uint64_t from, uint64_t marked)
{
    fprintf(to,
            "[*]\n[*] %d units of time are a cycle: pins change in its middle, registers at its "
            "end\n[*]\n[dumpfile] \"%s\"\n[savefile] \"%s\"\n[timestart] %" PRIu64
            "\n[size] 1600 900\n[pos] -1 -1\n*-5.500000 %" PRIu64
            " -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1\n"
            "[sst_width] 200\n[signals_width] 330\n[sst_expanded] 1\n[sst_vpaned_height] 280\n",
            UNITS_A_CYCLE, wave, list, from, marked);
}

char *wave_list_text(const struct wave_list *self, const char *wave)
{
    char *text = NULL;
    size_t size = 0;
    char *path = wave_list_path(wave);
    FILE *to = path ? open_memstream(&text, &size) : NULL;
    bool all = self->router == ROUTER_ALL;
    uint32_t first = all ? 0 : self->router;
    uint32_t num = all ? self->topology->num_routers : 1;
    uint64_t from = self->from_cycle * UNITS_A_CYCLE;
    if (!to) {
        free(path);
        return NULL;
    }
    wave_list_head(to, last_part(wave), last_part(path), from, from);
    for (uint32_t i = 0; i < num && i < WAVE_LIST_MAX_ROUTERS; i++)
        put_router(self, first + i, i == 0, to);
    free(path);
    bool good = fflush(to) == 0 && !ferror(to);
    fclose(to);
    if (good)
        return text;
    free(text);
    return NULL;
}
