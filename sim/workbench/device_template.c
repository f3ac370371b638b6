// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/device_template.h"

#include "sim/workbench/device_elaborate.h"
#include "sim/workbench/pin_role.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

enum { MAX_TEXT = 160 };

static const char *const keys[] = {
    [ROLE_READY] = "ready",
    [ROLE_ON] = "on",
    [ROLE_OFF] = "off",
    [ROLE_CREDIT] = "credit",
    [ROLE_CREDIT_VC] = "credit_vc",
    [ROLE_CREDIT_VALID] = "credit_valid",
};

struct guess {
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

static struct group group_of(const struct guess *self, uint32_t channel, enum pin_role role)
{
    struct group group = {.num = 0};
    bool output = (channel == 1) != (role >= ROLE_READY);
    for (uint32_t p = 0; p < self->num_pins && group.num < DEVICE_MAX_PORTS; p++)
        if (self->pins[p].output == output && pin_role(self->pins[p].name) == role)
            group.pins[group.num++] = p;
    return group;
}

// The token in which the names of a group differ; PIN_MAX_TOKENS if there is none, or more than
// one.
static uint32_t differing(const struct guess *self, const struct group *group)
{
    struct pin_tokens first = pin_tokens(self->pins[group->pins[0]].name);
    uint32_t at = PIN_MAX_TOKENS;
    for (uint32_t i = 1; i < group->num; i++) {
        struct pin_tokens other = pin_tokens(self->pins[group->pins[i]].name);
        if (other.num != first.num)
            return PIN_MAX_TOKENS;
        for (uint32_t t = 0; t < first.num; t++) {
            if (strcmp(first.text[t], other.text[t]) == 0)
                continue;
            if (at != PIN_MAX_TOKENS && at != t)
                return PIN_MAX_TOKENS;
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

static void find_ports(struct guess *self)
{
    struct group valid = group_of(self, 0, ROLE_VALID);
    uint32_t token = valid.num > 1 ? differing(self, &valid) : PIN_MAX_TOKENS;
    self->num_ports = 1;
    if (valid.num == 1)
        self->num_ports = elements_of(&self->pins[valid.pins[0]]);
    if (self->num_ports > DEVICE_MAX_PORTS)
        self->num_ports = DEVICE_MAX_PORTS;
    if (token == PIN_MAX_TOKENS)
        return;
    self->num_ports = valid.num;
    for (uint32_t p = 0; p < valid.num; p++) {
        struct pin_tokens tokens = pin_tokens(self->pins[valid.pins[p]].name);
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
static bool reference(struct guess *self, uint32_t channel, enum pin_role role, char *text,
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
static struct flit_seen write_channel(struct guess *self, uint32_t channel)
{
    static const enum pin_role parts[] = {ROLE_VC, ROLE_HEAD, ROLE_TAIL, ROLE_FLIT};
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
    for (enum pin_role role = ROLE_READY; role < ROLE_NONE; role++)
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

static void write_clock_and_reset(struct guess *self)
{
    for (enum pin_role role = ROLE_CLOCK; role <= ROLE_RESET; role++) {
        struct group group = group_of(self, 0, role);
        const char *name = group.num > 0 ? self->pins[group.pins[0]].name : "NAME";
        struct pin_tokens tokens = pin_tokens(name);
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

static void write_ports(struct guess *self)
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

static void write_flit(struct guess *self, const struct flit_seen *flit)
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

static void write_ties(struct guess *self)
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
    struct guess self = {.pins = pins, .num_pins = num_pins < 1024 ? num_pins : 1024, .to = to};
    find_ports(&self);
    fprintf(to, "# A first map of %s, guessed from the names of its pins: look at every line.\n",
            top);
    fprintf(to,
            "device: router              # or network: its ports are terminals; routing: {kind: "
            "terminal}\n"
            "top: %s\n",
            top);
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

bool device_template(const char *folder, const char *top, FILE *to, struct err *err)
{
    static const char *const none[] = {NULL};
    struct device_map_rtl rtl = {.map = folder,
                                 .folder = folder,
                                 .top = top,
                                 .includes = none,
                                 .defines = none,
                                 .parameters = none};
    struct device_elaboration found = {0};
    bool ok = device_elaborate(&found, &rtl, err);
    if (ok)
        device_template_write(top, found.pins, found.num_pins, to);
    device_elaborate_free(&found);
    return ok;
}
