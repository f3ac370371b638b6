// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/device_template.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

enum { MAX_TOKENS = 12, MAX_TEXT = 160 };

// What a pin is for. Forward ones go with the flits.
enum role {
    ROLE_CLOCK,
    ROLE_RESET,
    ROLE_VALID,
    ROLE_HEAD,
    ROLE_TAIL,
    ROLE_VC,
    ROLE_FLIT,
    ROLE_READY, // from here on backward
    ROLE_ON,
    ROLE_OFF,
    ROLE_CREDIT,
    ROLE_CREDIT_VALID,
    ROLE_CREDIT_VC,
    ROLE_NONE
};

static const char *const keys[] = {
    [ROLE_READY] = "ready",
    [ROLE_ON] = "on",
    [ROLE_OFF] = "off",
    [ROLE_CREDIT] = "credit",
    [ROLE_CREDIT_VC] = "credit_vc",
    [ROLE_CREDIT_VALID] = "credit_valid",
};

static const struct {
    const char *word;
    enum role role;
    bool whole; // the word must be a whole token
} words[] = {
    {"ck", ROLE_CLOCK, true},       {"first", ROLE_HEAD, true},   {"clk", ROLE_CLOCK, false},
    {"clock", ROLE_CLOCK, false},   {"rst", ROLE_RESET, false},   {"reset", ROLE_RESET, false},
    {"credit", ROLE_CREDIT, false}, {"crd", ROLE_CREDIT, false},  {"valid", ROLE_VALID, false},
    {"vld", ROLE_VALID, false},     {"ready", ROLE_READY, false}, {"rdy", ROLE_READY, false},
    {"xon", ROLE_ON, true},         {"on", ROLE_ON, true},        {"xoff", ROLE_OFF, true},
    {"off", ROLE_OFF, true},        {"stop", ROLE_OFF, true},     {"vc", ROLE_VC, true},
    {"vcid", ROLE_VC, true},        {"head", ROLE_HEAD, false},   {"sop", ROLE_HEAD, true},
    {"last", ROLE_TAIL, false},     {"tail", ROLE_TAIL, false},   {"eop", ROLE_TAIL, true},
    {"flit", ROLE_FLIT, false},     {"data", ROLE_FLIT, false},   {"payload", ROLE_FLIT, false},
};

// A name in its tokens, in small letters.
struct tokens {
    char text[MAX_TOKENS][64];
    uint32_t num;
};

static struct tokens tokens_of(const char *name)
{
    struct tokens self = {0};
    while (self.num < MAX_TOKENS) {
        size_t length = strcspn(name, "_");
        for (size_t i = 0; i < length; i++)
            self.text[self.num][i] = (char)tolower((unsigned char)name[i]);
        self.num++;
        if (!name[length])
            break;
        name += length + 1;
    }
    return self;
}

static enum role role_of(const char *name)
{
    struct tokens tokens = tokens_of(name);
    bool has[ROLE_NONE + 1] = {false};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        for (uint32_t t = 0; t < tokens.num; t++)
            has[words[w].role] |= words[w].whole ? strcmp(tokens.text[t], words[w].word) == 0
                                                 : strstr(tokens.text[t], words[w].word) != NULL;
    if (has[ROLE_CREDIT])
        return has[ROLE_VALID] ? ROLE_CREDIT_VALID : has[ROLE_VC] ? ROLE_CREDIT_VC : ROLE_CREDIT;
    for (enum role role = ROLE_CLOCK; role < ROLE_NONE; role++)
        if (has[role])
            return role;
    return ROLE_NONE;
}

struct template
{
    const struct device_pin *pins;
    uint32_t num_pins;
    uint32_t num_ports;
    char ports[DEVICE_MAX_PORTS][24]; // names; "" : numbers
    bool used[1024];                  // pins that the map names
    FILE *to;
};

// Pins of a role, of the channels into the device (0) or out of it.
struct group {
    uint32_t pins[DEVICE_MAX_PORTS];
    uint32_t num;
};

static struct group group_of(const struct template *self, uint32_t channel, enum role role)
{
    struct group group = {.num = 0};
    bool output = (channel == 1) != (role >= ROLE_READY);
    for (uint32_t p = 0; p < self->num_pins && group.num < DEVICE_MAX_PORTS; p++)
        if (self->pins[p].output == output && role_of(self->pins[p].name) == role)
            group.pins[group.num++] = p;
    return group;
}

// The token in which the names of a group differ; MAX_TOKENS if there is none, or more than one.
static uint32_t differing(const struct template *self, const struct group *group)
{
    struct tokens first = tokens_of(self->pins[group->pins[0]].name);
    uint32_t at = MAX_TOKENS;
    for (uint32_t i = 1; i < group->num; i++) {
        struct tokens other = tokens_of(self->pins[group->pins[i]].name);
        if (other.num != first.num)
            return MAX_TOKENS;
        for (uint32_t t = 0; t < first.num; t++) {
            if (strcmp(first.text[t], other.text[t]) == 0)
                continue;
            if (at != MAX_TOKENS && at != t)
                return MAX_TOKENS;
            at = t;
        }
    }
    return at;
}

// The part of a token that is a port's name: its number at the end, or all of it.
static const char *port_in(const char *token)
{
    size_t length = strlen(token);
    size_t digits = 0;
    while (digits < length && isdigit((unsigned char)token[length - 1 - digits]))
        digits++;
    return digits > 0 ? token + length - digits : token;
}

// How many elements, one a port, a pin may have.
static uint32_t elements_of(const struct device_pin *pin)
{
    return pin->elements > 0     ? pin->elements
           : pin->field_bits > 0 ? pin->bits / pin->field_bits
                                 : pin->bits;
}

static void find_ports(struct template *self)
{
    struct group valid = group_of(self, 0, ROLE_VALID);
    uint32_t token = valid.num > 1 ? differing(self, &valid) : MAX_TOKENS;
    self->num_ports = 1;
    if (valid.num == 1)
        self->num_ports = elements_of(&self->pins[valid.pins[0]]);
    if (self->num_ports > DEVICE_MAX_PORTS)
        self->num_ports = DEVICE_MAX_PORTS;
    if (token == MAX_TOKENS)
        return;
    self->num_ports = valid.num;
    for (uint32_t p = 0; p < valid.num; p++) {
        struct tokens tokens = tokens_of(self->pins[valid.pins[p]].name);
        snprintf(self->ports[p], sizeof self->ports[p], "%.23s", port_in(tokens.text[token]));
    }
}

// Where the name of a port stands in that of a pin, as a token or at its end; NULL: nowhere.
static const char *find_port(const char *name, const char *port)
{
    size_t length = strlen(port);
    for (const char *at = name; *at; at++) {
        bool begins = at == name || at[-1] == '_' || isdigit((unsigned char)*port);
        bool ends = !at[length] || at[length] == '_';
        if (strncasecmp(at, port, length) == 0 && begins && ends)
            return at;
        if (strlen(at) <= length)
            break;
    }
    return NULL;
}

// The reference of a role's pins in every port, and their bits a port; false if it cannot be told.
static bool reference(struct template *self, uint32_t channel, enum role role, char *text,
                      uint32_t *bits)
{
    struct group group = group_of(self, channel, role);
    if (group.num == 0)
        return false;
    const struct device_pin *pin = &self->pins[group.pins[0]];
    const char *port = group.num > 1 ? find_port(pin->name, self->ports[0]) : NULL;
    uint32_t elements = elements_of(pin);
    *bits = pin->bits;
    if (group.num == self->num_ports && port) {
        bool capitals = isupper((unsigned char)*port);
        snprintf(text, MAX_TEXT, "%.*s{%s}%s", (int)(port - pin->name), pin->name,
                 capitals ? "PORT" : "port", port + strlen(self->ports[0]));
    } else if (self->num_ports == 1 && group.num == 1) {
        snprintf(text, MAX_TEXT, "%s", pin->name);
    } else if (group.num == 1 && elements == self->num_ports) {
        *bits = pin->elements > 0 ? pin->bits : pin->bits / elements;
        snprintf(text, MAX_TEXT, "%s[{p}]", pin->name);
    } else if (group.num == 1 && elements % self->num_ports == 0) {
        *bits = pin->bits / self->num_ports;
        snprintf(text, MAX_TEXT, "%s[{p}*%" PRIu32 " +: %" PRIu32 "]", pin->name, *bits, *bits);
    } else {
        return false;
    }
    for (uint32_t i = 0; i < group.num; i++)
        self->used[group.pins[i]] = true;
    return true;
}

// The bits of a channel's flits, and where its marks are.
struct flit_seen {
    uint32_t bits;
    uint32_t vc_low, vc_bits; // 0: no such pins
    int32_t head, tail;       // -1: no such pins
    uint32_t data_bits;
    uint32_t backward_bits;
    uint32_t vc_bits_told; // by the credits' VC
    bool on_off;
};

// One channel; the marks of flits are put above their data.
static struct flit_seen write_channel(struct template *self, uint32_t channel)
{
    static const enum role parts[] = {ROLE_VC, ROLE_HEAD, ROLE_TAIL, ROLE_FLIT};
    struct flit_seen flit = {.head = -1, .tail = -1};
    char texts[4][MAX_TEXT];
    uint32_t bits[4] = {0};
    char text[MAX_TEXT] = "NAME";
    uint32_t width;
    uint32_t num = 0;
    bool valid = reference(self, channel, ROLE_VALID, text, &width);
    fprintf(self->to, "%s:\n  valid: \"%s\"%s\n", channel == 0 ? "in" : "out", text,
            valid ? "" : "  # which pin?");
    for (uint32_t i = 0; i < 4; i++)
        if (!reference(self, channel, parts[i], texts[i], &bits[i]))
            bits[i] = 0;
    fputs("  flit: [", self->to);
    for (uint32_t i = 0; i < 4; i++)
        if (bits[i] > 0)
            fprintf(self->to, "%s\"%s\"", num++ > 0 ? ", " : "", texts[i]);
    fprintf(self->to, "%s]\n", num > 0 ? "" : "NAME");
    for (uint32_t i = 4; i-- > 0;) {
        if (bits[i] > 0 && parts[i] == ROLE_VC)
            flit.vc_low = flit.bits;
        if (bits[i] > 0 && parts[i] == ROLE_HEAD)
            flit.head = (int32_t)flit.bits;
        if (bits[i] > 0 && parts[i] == ROLE_TAIL)
            flit.tail = (int32_t)flit.bits;
        flit.bits += bits[i];
    }
    flit.vc_bits = bits[0];
    flit.data_bits = bits[3];
    bool found = false;
    for (enum role role = ROLE_READY; role < ROLE_NONE; role++)
        if (reference(self, channel, role, text, &width)) {
            fprintf(self->to, "  %s: \"%s\"\n", keys[role], text);
            flit.backward_bits = role <= ROLE_CREDIT ? width : 0;
            if (role == ROLE_CREDIT_VC)
                flit.vc_bits_told = width;
            flit.on_off = role == ROLE_ON || role == ROLE_OFF;
            found = true;
        }
    if (!found)
        fputs("  ready: NAME               # or on, off, credit: which pins?\n", self->to);
    return flit;
}

static void write_clock_and_reset(struct template *self)
{
    for (enum role role = ROLE_CLOCK; role <= ROLE_RESET; role++) {
        struct group group = group_of(self, 0, role);
        const char *name = group.num > 0 ? self->pins[group.pins[0]].name : "NAME";
        struct tokens tokens = tokens_of(name);
        const char *last = tokens.text[tokens.num - 1];
        bool low = strcmp(last, "n") == 0 || strcmp(last, "ni") == 0 || strcmp(last, "b") == 0 ||
                   strstr(last, "rstn") || strstr(last, "resetn");
        if (group.num > 0)
            self->used[group.pins[0]] = true;
        if (role == ROLE_CLOCK)
            fprintf(self->to, "clock: %s\n", name);
        else
            fprintf(self->to, "reset: {pin: %s, active: %s, kind: %s}\n", name,
                    low ? "low" : "high", tolower(*name) == 'a' ? "asynchronous" : "synchronous");
    }
}

static void write_ports(struct template *self)
{
    if (!*self->ports[0]) {
        fprintf(self->to, "ports: %" PRIu32 "\n", self->num_ports);
        return;
    }
    for (uint32_t p = 0; p < self->num_ports; p++)
        fprintf(self->to, "%s%s", p == 0 ? "ports: [" : ", ", self->ports[p]);
    fputs("]\n", self->to);
}

// VCs, as the widths of flow control or of their number say.
static uint32_t guess_vcs(const struct flit_seen *flit)
{
    uint32_t bits = flit->vc_bits_told > 0 ? flit->vc_bits_told : flit->vc_bits;
    uint32_t vcs = flit->backward_bits > 1 ? flit->backward_bits : 1U << (bits < 4 ? bits : 4);
    return vcs < DEVICE_MAX_VCS ? vcs : DEVICE_MAX_VCS;
}

static void write_flit(struct template *self, const struct flit_seen *flit)
{
    uint32_t vcs = guess_vcs(flit);
    uint32_t port_bits = 1;
    while (1U << port_bits < self->num_ports)
        port_bits++;
    fprintf(self->to, "vcs: %" PRIu32 "\nflit:\n  bits: %" PRIu32 "\n", vcs,
            flit->bits > 0 ? flit->bits : 1);
    if (flit->vc_bits > 0)
        fprintf(self->to, "  vc: {at: \"%" PRIu32 ":%" PRIu32 "\", code: %s}\n",
                flit->vc_low + flit->vc_bits - 1, flit->vc_low,
                flit->vc_bits == vcs && vcs > 2 ? "one-hot" : "binary");
    else if (vcs > 1 && flit->data_bits > 8) // somewhere, for a start
        fprintf(self->to, "  vc: \"%" PRIu32 ":%" PRIu32 "\"               # which bits?\n",
                flit->data_bits - 2, flit->data_bits - 5);
    if (flit->head >= 0)
        fprintf(self->to, "  head: %" PRId32 "\n", flit->head);
    if (flit->tail >= 0)
        fprintf(self->to, "  tail: %" PRId32 "\n", flit->tail);
    else
        fprintf(self->to,
                "  tail: %" PRIu32
                "                   # which bit? Or type: {at: \"1:0\", head: 1, "
                "body: 0, tail: 2, single: 3}\n",
                flit->data_bits > 0 ? flit->data_bits - 1 : 0);
    fprintf(self->to,
            "  destination: {port: \"%" PRIu32
            ":0\"}  # which bits of a head? Or {address: \"7:0\"}, "
            "or {x: \"3:0\", y: \"7:4\"}\n"
            "                            # more: length, source, constant, rewritten\n",
            port_bits - 1);
}

static void write_ties(struct template *self)
{
    bool any = false;
    for (uint32_t p = 0; p < self->num_pins; p++) {
        const struct device_pin *pin = &self->pins[p];
        uint32_t elements = pin->elements > 0 ? pin->elements : 1;
        if (pin->output || self->used[p])
            continue;
        fputs(any ? ""
                  : "ties:                       # what are these? Positions are {x}, {y}, ...; "
                    "modes {mode}\n",
              self->to);
        any = true;
        for (uint32_t e = 0; e < elements; e++) {
            int lowest = pin->left < pin->right ? pin->left : pin->right;
            char index[16] = "";
            if (pin->elements > 0)
                snprintf(index, sizeof index, "[%d]", lowest + (int)e);
            fprintf(self->to, "  \"%s%s\": 0  # %" PRIu32 " bit%s\n", pin->name, index, pin->bits,
                    pin->bits > 1 ? "s" : "");
        }
    }
}

void device_template_write(const char *top, const struct device_pin *pins, uint32_t num_pins,
                           FILE *to)
{
    struct template self = {.pins = pins, .num_pins = num_pins < 1024 ? num_pins : 1024, .to = to};
    find_ports(&self);
    fprintf(to, "# A first map of %s, guessed from the names of its pins: look at every line.\n",
            top);
    fprintf(to, "top: %s\n", top);
    write_clock_and_reset(&self);
    write_ports(&self);
    struct flit_seen flit = write_channel(&self, 0);
    write_channel(&self, 1);
    write_flit(&self, &flit);
    fprintf(to,
            "flow:\n"
            "  in: {buffer_flits: 4%s}  # of a VC\n"
            "packet: {min_flits: 1, max_flits: 4}\n"
            "routing: {kind: port}       # or dimension-order, minimal, table, with their keys\n",
            flit.on_off ? ", slack_flits: 1, react_cycles: 1" : "");
    write_ties(&self);
}
