// SPDX-License-Identifier: Apache-2.0
// By recursive descent, a function for each level of binding.
#include "sim/workbench/device_expression.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_DEPTH = 32 };

struct scan {
    const char *at;
    const struct device_names *names;
    uint32_t depth;
    char *why;
    size_t size;
    bool bad;
};

static uint64_t complain(struct scan *self, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static uint64_t complain(struct scan *self, const char *format, ...)
{
    if (self->bad)
        return 0;
    self->bad = true;
    va_list args;
    va_start(args, format);
    vsnprintf(self->why, self->size, format, args);
    va_end(args);
    return 0;
}

static void skip_blanks(struct scan *self)
{
    self->at += strspn(self->at, " \t\n");
}

static bool take(struct scan *self, const char *token)
{
    skip_blanks(self);
    size_t length = strlen(token);
    if (self->bad || strncmp(self->at, token, length) != 0)
        return false;
    self->at += length;
    return true;
}

static uint64_t expect(struct scan *self, const char *token)
{
    return take(self, token)
               ? 1
               : complain(self, "\"%s\" is missing before \"%.20s\"", token, self->at);
}

static uint64_t sum(struct scan *self);
static uint64_t any(struct scan *self);

static uint64_t number(struct scan *self)
{
    uint32_t base = take(self, "0x") ? 16 : take(self, "0b") ? 2 : 10;
    uint64_t value = 0;
    const char *from = self->at;
    for (; isxdigit((unsigned char)*self->at); self->at++) {
        uint32_t digit = isdigit((unsigned char)*self->at)
                             ? (uint32_t)(*self->at - '0')
                             : (uint32_t)(tolower((unsigned char)*self->at) - 'a') + 10;
        if (digit >= base)
            return complain(self, "\"%c\" is no digit of base %u", *self->at, base);
        if (value > (UINT64_MAX - digit) / base)
            return complain(self, "a number of more than 64 bits");
        value = value * base + digit;
    }
    if (self->at == from)
        return complain(self, *from ? "no value at \"%.20s\"" : "a value is missing at the end",
                        from);
    return value;
}

static uint64_t name(struct scan *self)
{
    size_t length = strcspn(self->at, "}");
    const struct device_names *names = self->names;
    for (uint32_t i = 0; i < names->num; i++) {
        if (strlen(names->names[i]) != length || strncmp(names->names[i], self->at, length) != 0)
            continue;
        self->at += length;
        expect(self, "}");
        return names->values[i];
    }
    char known[256] = "";
    for (uint32_t i = 0; i < names->num; i++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s{%s}", i > 0 ? ", " : "", names->names[i]);
    }
    return complain(self, "{%.*s} is not known here%s%s", (int)(length < 20 ? length : 20),
                    self->at, names->num > 0 ? "; known: " : "", known);
}

// What stands between brackets, the first of which is taken.
static struct device_bracket bracket(struct scan *self)
{
    struct device_bracket found = {.high = sum(self)};
    found.low = found.high;
    if (take(self, "+:")) {
        uint64_t width = sum(self);
        found.range = true;
        found.high = found.low + width - 1;
        if (width == 0)
            complain(self, "a part of no bits");
    } else if (take(self, ":")) {
        found.range = true;
        found.low = sum(self);
    }
    if (found.high < found.low)
        complain(self, "the higher bit stands first, as in [7:4]");
    expect(self, "]");
    return found;
}

static uint64_t bits_of(struct scan *self, uint64_t value)
{
    while (take(self, "[")) {
        struct device_bracket part = bracket(self);
        uint64_t width = part.high - part.low + 1;
        value = part.low < 64 ? value >> part.low : 0;
        value &= width < 64 ? (1ULL << width) - 1 : UINT64_MAX;
    }
    return value;
}

static uint64_t primary(struct scan *self)
{
    uint64_t value = 0;
    if (self->depth++ >= MAX_DEPTH)
        complain(self, "nests too deep");
    else if (take(self, "-"))
        value = 0 - primary(self);
    else if (take(self, "~"))
        value = ~primary(self);
    else if (take(self, "(")) {
        value = any(self);
        expect(self, ")");
        value = bits_of(self, value);
    } else if (take(self, "{"))
        value = bits_of(self, name(self));
    else
        value = bits_of(self, number(self));
    self->depth--;
    return value;
}

static uint64_t product(struct scan *self)
{
    uint64_t value = primary(self);
    while (take(self, "*"))
        value *= primary(self);
    return value;
}

static bool at_part(struct scan *self) // "+:" belongs to brackets
{
    skip_blanks(self);
    return strncmp(self->at, "+:", 2) == 0;
}

static uint64_t sum(struct scan *self)
{
    uint64_t value = product(self);
    for (;;) {
        if (at_part(self))
            return value;
        if (take(self, "+"))
            value += product(self);
        else if (take(self, "-"))
            value -= product(self);
        else
            return value;
    }
}

static uint64_t shift(struct scan *self)
{
    uint64_t value = sum(self);
    for (;;) {
        bool left = take(self, "<<");
        if (!left && !take(self, ">>"))
            return value;
        uint64_t by = sum(self);
        value = by >= 64 ? 0 : left ? value << by : value >> by;
    }
}

static uint64_t equal(struct scan *self)
{
    uint64_t value = shift(self);
    while (take(self, "=="))
        value = value == shift(self);
    return value;
}

static uint64_t all(struct scan *self)
{
    uint64_t value = equal(self);
    while (take(self, "&"))
        value &= equal(self);
    return value;
}

static uint64_t any(struct scan *self)
{
    uint64_t value = all(self);
    while (take(self, "|"))
        value |= all(self);
    return value;
}

static bool at_end(struct scan *self)
{
    skip_blanks(self);
    if (*self->at)
        complain(self, "\"%.20s\" is too much", self->at);
    return !self->bad;
}

bool device_expression(const char *text, const struct device_names *names, uint64_t *value,
                       char *why, size_t size)
{
    struct scan self = {.at = text, .names = names, .why = why, .size = size};
    *value = any(&self);
    return at_end(&self);
}

static bool is_name(char c, bool first)
{
    return isalpha((unsigned char)c) || c == '_' ||
           (!first && (isdigit((unsigned char)c) || c == '$'));
}

bool device_part_read(const char *text, const struct device_names *names, struct device_part *part,
                      char *why, size_t size)
{
    struct scan self = {.at = text, .names = names, .why = why, .size = size};
    size_t length = 0;
    *part = (struct device_part){0};
    skip_blanks(&self);
    while (is_name(self.at[length], length == 0))
        length++;
    if (length == 0 || length >= sizeof part->name)
        complain(&self, "\"%.40s\" is no name of a pin, as in data_i or data_i[7:0]", text);
    else
        memcpy(part->name, self.at, length);
    self.at += length;
    while (take(&self, "[")) {
        if (part->num_brackets == DEVICE_MAX_BRACKETS) {
            complain(&self, "more than %d brackets", DEVICE_MAX_BRACKETS);
            break;
        }
        part->brackets[part->num_brackets++] = bracket(&self);
    }
    return at_end(&self);
}

bool device_bits_read(const char *text, uint64_t *high, uint64_t *low)
{
    char why[64];
    struct device_names none = {0};
    struct scan self = {.at = text, .names = &none, .why = why, .size = sizeof why};
    *high = number(&self);
    *low = take(&self, ":") ? number(&self) : *high;
    return at_end(&self) && *high >= *low;
}
