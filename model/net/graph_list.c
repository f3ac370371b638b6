// SPDX-License-Identifier: Apache-2.0
// Reads a graph as a list of channels; graph_file.h has the format.
#include "model/net/graph_file.h"

#include "model/net/router.h"

#include <string.h>

static const char blanks[] = " \t\r";

// Cuts the next word off a line; NULL at its end.
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, blanks);
    size_t length = strcspn(word, blanks);
    if (length == 0)
        return NULL;
    *rest = word + length;
    if (**rest)
        *(*rest)++ = '\0';
    return word;
}

// Cuts "key=" off the front of a word and returns what follows; NULL if it does not begin so.
static const char *value_of(const char *word, const char *key)
{
    size_t length = strlen(key);
    return strncmp(word, key, length) == 0 && word[length] == '=' ? word + length + 1 : NULL;
}

static bool check_name(const struct graph_file *self, const char *word, size_t line,
                       struct err *err)
{
    if (strchr(word, '='))
        return graph_file_fault(self, line, err,
                                "\"%.60s\" where the name of a router belongs: a line is \"A B\" "
                                "or \"router A\", then options",
                                word);
    return strcmp(word, "router") != 0 ||
           graph_file_fault(self, line, err, "no router can be called \"router\"");
}

static bool read_router(struct graph_file *self, char *rest, size_t line, struct err *err)
{
    const char *name = next_word(&rest);
    if (!name)
        return graph_file_fault(self, line, err, "which router? A line is \"router A [nodes=K]\"");
    if (!check_name(self, name, line, err))
        return false;
    struct graph_router *router = graph_file_router(self, name, line, err);
    if (!router)
        return false;
    if (router->line > 0)
        return graph_file_fault(self, line, err, "router \"%.60s\" is already in line %zu", name,
                                router->line);
    router->line = line;
    for (const char *word; (word = next_word(&rest));) {
        const char *nodes = value_of(word, "nodes");
        if (!nodes)
            return graph_file_fault(self, line, err, "\"%.60s\": a router takes nodes=K", word);
        if (!graph_file_number(self, line, "nodes", nodes, 0, ROUTER_MAX_RADIX, &router->nodes,
                               err))
            return false;
    }
    return true;
}

static bool read_channel(struct graph_file *self, const char *first, char *rest, size_t line,
                         struct err *err)
{
    struct graph_channel channel = {.flit_cycles = 1, .line = line};
    const char *second = next_word(&rest);
    if (!second)
        return graph_file_fault(self, line, err,
                                "a channel from \"%.60s\" to where? A line is \"A B\" or "
                                "\"router A\"",
                                first);
    if (!check_name(self, first, line, err) || !check_name(self, second, line, err))
        return false;
    const struct graph_router *router = graph_file_router(self, first, line, err);
    if (!router)
        return false;
    channel.a = router->number;
    router = graph_file_router(self, second, line, err);
    if (!router)
        return false;
    channel.b = router->number;
    for (const char *word; (word = next_word(&rest));) {
        const char *latency = value_of(word, "latency_cycles");
        const char *flit = value_of(word, "flit_cycles");
        if (!latency && !flit)
            return graph_file_fault(self, line, err,
                                    "\"%.60s\": a channel takes latency_cycles=L and flit_cycles=W",
                                    word);
        if (!graph_file_number(self, line, latency ? "latency_cycles" : "flit_cycles",
                               latency ? latency : flit, 1,
                               latency ? GRAPH_MAX_CYCLES : GRAPH_MAX_FLIT_CYCLES,
                               latency ? &channel.latency_cycles : &channel.flit_cycles, err))
            return false;
    }
    return graph_file_add(self, &channel, err);
}

bool graph_list_read(struct graph_file *self, char *text, struct err *err)
{
    size_t line = 0;
    for (char *next; text; text = next) {
        line++;
        next = strchr(text, '\n');
        if (next)
            *next++ = '\0';
        text[strcspn(text, "#")] = '\0';
        char *rest = text;
        const char *word = next_word(&rest);
        if (!word)
            continue;
        bool good = strcmp(word, "router") == 0 ? read_router(self, rest, line, err)
                                                : read_channel(self, word, rest, line, err);
        if (!good)
            return false;
    }
    return true;
}
