// SPDX-License-Identifier: Apache-2.0
#include "model/net/graph_file.h"

#include "model/net/router.h"

#include <errno.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE_BYTES = 1 << 28 };

bool graph_file_fault(const struct graph_file *self, size_t line, struct err *err,
                      const char *format, ...)
{
    char what[512];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return err_set(err, ERR_CONFIG, "%.1000s:%zu: %s", self->path, line, what);
}

bool graph_file_number(const struct graph_file *self, size_t line, const char *key,
                       const char *text, uint32_t min, uint32_t max, uint32_t *number,
                       struct err *err)
{
    size_t digits = strspn(text, "0123456789");
    unsigned long value = digits > 0 && digits < 10 && !text[digits] ? strtoul(text, NULL, 10) : 0;
    if (digits == 0 || text[digits])
        return graph_file_fault(self, line, err, "%s: \"%.60s\" is no number (takes: %u..%u)", key,
                                text, min, max);
    if (digits > 9 || value < min || value > max)
        return graph_file_fault(self, line, err, "%s: %.60s is out of range (takes: %u..%u)", key,
                                text, min, max);
    *number = (uint32_t)value;
    return true;
}

// --- routers and channels -----------------------------------------------------------------------

// An entry of the search tree of names.
struct name {
    char *text;
    uint32_t number;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

// Makes room for one more item in an array that grows by doubling. NULL if out of memory.
static void *grown(void *array, uint32_t num, size_t size)
{
    bool full = (num & (num - 1)) == 0;
    return full ? realloc(array, (num > 0 ? 2 * (size_t)num : 1) * size) : array;
}

static struct graph_router *out_of_memory(struct err *err)
{
    err_set(err, ERR_RUN, "out of memory for a graph");
    return NULL;
}

struct graph_router *graph_file_router(struct graph_file *self, const char *name, size_t line,
                                       struct err *err)
{
    struct name wanted = {.text = (char *)name};
    struct name **found = tfind(&wanted, &self->names, by_text);
    if (found)
        return &self->routers[(*found)->number];
    if (self->num_routers == GRAPH_MAX_ROUTERS) {
        graph_file_fault(self, line, err, "more than %d routers, the most that can be read",
                         GRAPH_MAX_ROUTERS);
        return NULL;
    }
    struct graph_router *routers = grown(self->routers, self->num_routers, sizeof *self->routers);
    if (!routers)
        return out_of_memory(err);
    self->routers = routers;
    struct graph_router *router = &routers[self->num_routers];
    struct name *entry = malloc(sizeof *entry);
    *router = (struct graph_router){.name = strdup(name), .number = self->num_routers, .nodes = 1};
    self->num_routers++;
    if (entry)
        *entry = (struct name){.text = router->name, .number = router->number};
    if (!entry || !router->name || !tsearch(entry, &self->names, by_text)) {
        free(entry);
        return out_of_memory(err);
    }
    return router;
}

bool graph_file_add(struct graph_file *self, const struct graph_channel *channel, struct err *err)
{
    if (channel->a == channel->b)
        return graph_file_fault(self, channel->line, err,
                                "a channel from router \"%.60s\" to itself",
                                self->routers[channel->a].name);
    struct graph_channel *channels =
        grown(self->channels, self->num_channels, sizeof *self->channels);
    if (!channels)
        return out_of_memory(err);
    self->channels = channels;
    self->channels[self->num_channels++] = *channel;
    uint32_t ends[] = {channel->a, channel->b};
    for (size_t i = 0; i < 2; i++)
        if (++self->routers[ends[i]].ports > ROUTER_MAX_RADIX)
            return graph_file_fault(self, channel->line, err,
                                    "router \"%.60s\" has more than %d ports, the most that a "
                                    "router can have",
                                    self->routers[ends[i]].name, ROUTER_MAX_RADIX);
    return true;
}

// --- the whole ----------------------------------------------------------------------------------

// If the names are the numbers 0 to n - 1: puts the routers in that order.
static bool number_by_name(struct graph_file *self, struct err *err)
{
    uint32_t n = self->num_routers;
    struct graph_router *sorted = calloc(n + 1, sizeof *sorted);
    if (!sorted)
        return out_of_memory(err);
    bool numbers = true;
    for (uint32_t r = 0; numbers && r < n; r++) {
        const char *name = self->routers[r].name;
        size_t digits = strspn(name, "0123456789");
        numbers = digits > 0 && digits < 6 && !name[digits] && (*name != '0' || digits == 1);
        unsigned long number = numbers ? strtoul(name, NULL, 10) : n;
        numbers = number < n;
        if (!numbers)
            break;
        self->routers[r].number = (uint32_t)number; // names differ, so numbers do
        sorted[number] = self->routers[r];
    }
    for (uint32_t c = 0; numbers && c < self->num_channels; c++) {
        self->channels[c].a = self->routers[self->channels[c].a].number;
        self->channels[c].b = self->routers[self->channels[c].b].number;
    }
    for (uint32_t r = 0; r < n; r++) {
        if (numbers)
            self->routers[r] = sorted[r];
        else
            self->routers[r].number = r;
    }
    free(sorted);
    return true;
}

static bool check(struct graph_file *self, struct err *err)
{
    if (self->num_routers == 0)
        return err_set(err, ERR_CONFIG, "%.1000s: no router in this file", self->path);
    for (uint32_t r = 0; r < self->num_routers; r++) {
        struct graph_router *router = &self->routers[r];
        router->ports += router->nodes;
        if (router->ports > ROUTER_MAX_RADIX)
            return err_set(err, ERR_CONFIG,
                           "%.1000s: router \"%.60s\" has %u nodes and %u channels: %u ports, and "
                           "a router can have %d at most",
                           self->path, router->name, router->nodes, router->ports - router->nodes,
                           router->ports, ROUTER_MAX_RADIX);
        if (router->ports > self->radix)
            self->radix = router->ports;
        self->num_nodes += router->nodes;
    }
    if (self->num_nodes == 0)
        return err_set(err, ERR_CONFIG, "%.1000s: no router of this file has a node", self->path);
    if (self->num_nodes > GRAPH_MAX_ROUTERS)
        return err_set(err, ERR_CONFIG, "%.1000s: %u nodes; %d are the most that can be read",
                       self->path, self->num_nodes, GRAPH_MAX_ROUTERS);
    return true;
}

// The text of a file, with a null character after it. NULL with `err` if it cannot be read.
static char *read_text(const char *path, size_t *length, struct err *err)
{
    FILE *from = fopen(path, "rb");
    size_t room = 1 << 16;
    char *text = from ? malloc(room) : NULL;
    *length = 0;
    errno = from ? 0 : errno;
    while (text && !feof(from) && !ferror(from) && *length < MAX_FILE_BYTES) {
        *length += fread(text + *length, 1, room - 1 - *length, from);
        if (*length == room - 1) {
            char *larger = realloc(text, room *= 2);
            if (!larger)
                free(text);
            text = larger;
        }
    }
    if (!from || (text && ferror(from)))
        err_set(err, ERR_CONFIG, "%.1000s: %s", path, strerror(errno));
    else if (!text)
        out_of_memory(err);
    else if (*length >= MAX_FILE_BYTES)
        err_set(err, ERR_CONFIG, "%.1000s: more than %d bytes", path, MAX_FILE_BYTES);
    else
        text[*length] = '\0';
    if (from)
        fclose(from);
    if (err->status == ERR_NONE)
        return text;
    free(text);
    return NULL;
}

bool graph_file_read(struct graph_file *self, const char *path, struct err *err)
{
    size_t length;
    char *text = read_text(path, &length, err);
    *self = (struct graph_file){.path = path};
    if (!text)
        return false;
    size_t bom = strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    bool xml = text[bom + strspn(text + bom, " \t\r\n")] == '<';
    bool good = true;
    if (!xml && strlen(text) != length)
        good = err_set(err, ERR_CONFIG, "%.1000s: no text: a null character at byte %zu", path,
                       strlen(text));
    else
        good =
            xml ? graph_xml_read(self, text, length, err) : graph_list_read(self, text + bom, err);
    tdestroy(self->names, free);
    self->names = NULL;
    free(text);
    if (good && number_by_name(self, err) && check(self, err))
        return true;
    graph_file_free(self);
    return false;
}

void graph_file_free(struct graph_file *self)
{
    for (uint32_t r = 0; r < self->num_routers; r++)
        free(self->routers[r].name);
    free(self->routers);
    free(self->channels);
    *self = (struct graph_file){0};
}
