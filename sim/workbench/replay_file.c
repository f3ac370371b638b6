// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/replay_file.h"

#include "model/net/rtl_cache.h"
#include "sim/version.h"
#include "sim/workbench/near_path.h"
#include "sim/workbench/reproducer.h"
#include "sim/workbench/words.h"

#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// One row a key: symbol, word, whether there may be several lines of it.
#define KEYS(X)                                                                                    \
    X(KEY_FORMAT, "ordito-replay", false)                                                          \
    X(KEY_PROGRAM, "program", false)                                                               \
    X(KEY_MAP, "map", false)                                                                       \
    X(KEY_RTL, "rtl", false)                                                                       \
    X(KEY_TOP, "top", false)                                                                       \
    X(KEY_CHANGE, "change", true)                                                                  \
    X(KEY_CLAIMS, "claims", false)                                                                 \
    X(KEY_RULE, "rule", false)                                                                     \
    X(KEY_STIMULUS, "stimulus", false)

enum key {
#define KEY_SYMBOL(symbol, word, several) symbol,
    KEYS(KEY_SYMBOL)
#undef KEY_SYMBOL
        NUM_KEYS
};

static const char *const keys[NUM_KEYS] = {
#define KEY_WORD(symbol, word, several) [symbol] = word,
    KEYS(KEY_WORD)
#undef KEY_WORD
};

static const bool several[NUM_KEYS] = {
#define KEY_SEVERAL(symbol, word, several) [symbol] = several,
    KEYS(KEY_SEVERAL)
#undef KEY_SEVERAL
};

static const char format[] = "1"; // of these files

enum { NUM_CLAIMS = 4 };
static const char *const claim_names[NUM_CLAIMS] = {"function", "exact", "performance",
                                                    "flow-order"}; // by their bits

static void write_path(FILE *to, enum key key, const char *home, const char *path)
{
    char *near = near_path_from(home, path);
    fprintf(to, "%s %s\n", keys[key], near);
    free(near);
}

void replay_file_write(const struct workbench *bench, const struct stimulus *stimulus,
                       const struct failure *failure, const char *home, FILE *to)
{
    const struct workbench_asked *asked = &bench->asked;
    // What does not concern the rule could fail before it.
    uint32_t claims = bench->claims & (DEVICE_CLAIM_FUNCTION | DEVICE_CLAIM_FLOW_ORDER);
    if (failure->rule == RULE_EXACT)
        claims |= DEVICE_CLAIM_EXACT;
    fprintf(to,
            "# SPDX-License-Identifier: Apache-2.0\n"
            "# A failure that ordito found. To see it again: ordito validate --replay replay.txt\n"
            "#\n");
    words_failure(to, bench->spec, failure, "#   ");
    fprintf(to, "%s %s\n%s %s\n", keys[KEY_FORMAT], format, keys[KEY_PROGRAM], version_text);
    write_path(to, KEY_MAP, home, asked->map);
    if (asked->rtl)
        write_path(to, KEY_RTL, home, asked->rtl);
    if (asked->top)
        fprintf(to, "%s %s\n", keys[KEY_TOP], asked->top);
    for (uint32_t i = 0; i < asked->num_changes; i++)
        fprintf(to, "%s %s=%s\n", keys[KEY_CHANGE], asked->changes[i].name,
                asked->changes[i].value);
    fputs(keys[KEY_CLAIMS], to);
    for (uint32_t i = 0; i < NUM_CLAIMS; i++)
        if (claims >> i & 1)
            fprintf(to, " %s", claim_names[i]);
    fprintf(to, "\n%s %s\n%s\n", keys[KEY_RULE], failure_rule_names[failure->rule],
            keys[KEY_STIMULUS]);
    stimulus_write(stimulus, bench->spec, to);
}

// --- reading ------------------------------------------------------------------------------------

struct reproducer {
    char *path;
    FILE *file; // at the stimulus, once that was reached
    uint32_t line;
    char *map, *rtl, *top;
    struct device_map_change *changes;
    char **texts; // of the changes: name and value
    uint32_t num_changes;
    uint32_t claims;
    enum failure_rule rule;
    bool seen[NUM_KEYS];
    struct err *err;
};

static bool wrong(struct reproducer *self, const char *key, const char *why, const char *word)
{
    return err_set(self->err, ERR_CONFIG, "%s:%" PRIu32 ": %s: %s%.200s", self->path, self->line,
                   key, why, word);
}

static bool unknown(struct reproducer *self, const char *key, const char *word,
                    const char *const *all, size_t num)
{
    const char *nearest = err_nearest(word, all, num);
    return err_set(self->err, ERR_CONFIG, "%s:%" PRIu32 ": %.64s%s\"%.64s\" is not known%s%s",
                   self->path, self->line, key, *key ? ": " : "", word,
                   nearest ? "; nearest: " : "", nearest ? nearest : "");
}

static char *read_path(const struct reproducer *self, const char *value)
{
    if (*value == '/')
        return rtl_cache_text("%s", value);
    char *copy = rtl_cache_text("%s", self->path);
    char *path = rtl_cache_text("%s/%s", dirname(copy), value);
    free(copy);
    return path;
}

static bool read_change(struct reproducer *self, const char *value)
{
    const char *equals = strchr(value, '=');
    if (!equals || equals == value)
        return wrong(self, keys[KEY_CHANGE], "not NAME=VALUE: ", value);
    struct device_map_change *more = realloc(self->changes, (self->num_changes + 1) * sizeof *more);
    if (more)
        self->changes = more;
    char **texts = realloc(self->texts, (self->num_changes + 1) * sizeof *texts);
    if (texts)
        self->texts = texts;
    if (!more || !texts)
        return err_set(self->err, ERR_RUN, "out of memory");
    char *name = rtl_cache_text("%s", value);
    name[equals - value] = '\0';
    self->texts[self->num_changes] = name;
    self->changes[self->num_changes++] =
        (struct device_map_change){.name = name, .value = name + (equals - value) + 1};
    return true;
}

static bool read_claims(struct reproducer *self, char *value)
{
    char *rest = NULL;
    for (char *word = strtok_r(value, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        uint32_t i = 0;
        while (i < NUM_CLAIMS && strcmp(word, claim_names[i]) != 0)
            i++;
        if (i == NUM_CLAIMS)
            return unknown(self, keys[KEY_CLAIMS], word, claim_names, NUM_CLAIMS);
        self->claims |= 1U << i;
    }
    return true;
}

static bool read_rule(struct reproducer *self, const char *value)
{
    for (uint32_t i = 0; i < FAILURE_NUM_RULES; i++)
        if (strcmp(value, failure_rule_names[i]) == 0) {
            self->rule = (enum failure_rule)i;
            return true;
        }
    return unknown(self, keys[KEY_RULE], value, failure_rule_names, FAILURE_NUM_RULES);
}

static bool read_value(struct reproducer *self, enum key key, char *value)
{
    if (!*value && key != KEY_STIMULUS)
        return wrong(self, keys[key], "has no value", "");
    switch (key) {
    case KEY_FORMAT:
        return strcmp(value, format) == 0 ||
               wrong(self, keys[key], "this program reads format 1, not ", value);
    case KEY_MAP:
        self->map = read_path(self, value);
        return true;
    case KEY_RTL:
        self->rtl = read_path(self, value);
        return true;
    case KEY_TOP:
        self->top = rtl_cache_text("%s", value);
        return true;
    case KEY_CHANGE:
        return read_change(self, value);
    case KEY_CLAIMS:
        return read_claims(self, value);
    case KEY_RULE:
        return read_rule(self, value);
    case KEY_STIMULUS:
        return !*value || wrong(self, keys[key], "its lines follow, not ", value);
    case KEY_PROGRAM:
    case NUM_KEYS:
        return true;
    }
    return true;
}

// One line, without its end.
static bool read_line(struct reproducer *self, char *line)
{
    if (!*line || *line == '#')
        return true;
    char *value = line + strcspn(line, " ");
    if (*value)
        *value++ = '\0';
    enum key key = 0;
    while (key < NUM_KEYS && strcmp(line, keys[key]) != 0)
        key++;
    if (key != KEY_FORMAT && !self->seen[KEY_FORMAT])
        return err_set(self->err, ERR_CONFIG, "%s:%" PRIu32 ": not a replay file: \"%s\" is first",
                       self->path, self->line, keys[KEY_FORMAT]);
    if (key == NUM_KEYS)
        return unknown(self, "", line, keys, NUM_KEYS);
    if (self->seen[key] && !several[key])
        return wrong(self, keys[key], "a second time", "");
    self->seen[key] = true;
    return read_value(self, key, value);
}

static bool read_head(struct reproducer *self)
{
    char *line = NULL;
    size_t room = 0;
    bool good = true;
    while (good && !self->seen[KEY_STIMULUS] && getline(&line, &room, self->file) > 0) {
        self->line++;
        line[strcspn(line, "\r\n")] = '\0';
        good = read_line(self, line);
    }
    free(line);
    static const enum key needed[] = {KEY_FORMAT, KEY_MAP, KEY_RULE, KEY_STIMULUS};
    for (size_t i = 0; good && i < sizeof needed / sizeof *needed; i++)
        good = self->seen[needed[i]] || wrong(self, keys[needed[i]], "is missing", "");
    return good;
}

struct reproducer *reproducer_open(const char *path, struct workbench_asked *asked, struct err *err)
{
    struct reproducer *self = calloc(1, sizeof *self);
    struct stat status;
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    bool folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    self->path = rtl_cache_text("%s%s", path, folder ? "/replay.txt" : "");
    self->err = err;
    self->file = fopen(self->path, "re");
    if (!self->file)
        err_set(err, ERR_CONFIG, "%s: cannot be read: %s", self->path, strerror(errno));
    if (!self->file || !read_head(self)) {
        reproducer_close(self);
        return NULL;
    }
    self->err = NULL;
    asked->map = self->map;
    asked->rtl = self->rtl;
    asked->top = self->top;
    asked->changes = self->changes;
    asked->num_changes = self->num_changes;
    asked->claims = self->claims;
    return self;
}

bool reproducer_stimulus(struct reproducer *self, const struct device_spec *spec,
                         struct stimulus *stimulus, struct err *err)
{
    return stimulus_read(stimulus, spec, self->file, self->path, self->line + 1, err);
}

enum failure_rule reproducer_rule(const struct reproducer *self)
{
    return self->rule;
}

void reproducer_close(struct reproducer *self)
{
    if (self->file)
        fclose(self->file);
    for (uint32_t i = 0; i < self->num_changes; i++)
        free(self->texts[i]);
    free(self->texts);
    free(self->changes);
    free(self->path);
    free(self->map);
    free(self->rtl);
    free(self->top);
    free(self);
}
