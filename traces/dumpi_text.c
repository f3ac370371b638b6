// SPDX-License-Identifier: Apache-2.0
#include "traces/dumpi_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// Bytes of an element of a datatype of MPI's own, by DUMPI's number; 0: none that data can be of.
static const uint8_t type_bytes[] = {
    0, 0, 1, 1,  1,  1,  4, 2,  2, 4, // 0: - null char schar uchar byte wchar short ushort int
    4, 8, 8, 4,  8,  16, 8, 8,  8, 1, // 10: uint long ulong float double ldouble llong*3 packed
    0, 0, 8, 12, 12, 6,  8, 20,       // 20: lb ub float_int double_int long_int short_int 2int ..
};
enum { NUM_TYPES = sizeof type_bytes };

bool dumpi_text_good(const struct dumpi_parse *p)
{
    return p->err->status == ERR_NONE;
}

void dumpi_text_wrong(const struct dumpi_parse *p, const char *field, const char *what)
{
    if (dumpi_text_good(p))
        err_set(p->err, ERR_TRACE, "%s:%u: rank %u: %s: %.64s%s%s", p->call->file, p->call->line,
                p->call->rank, p->call->name, field, *field ? ": " : "", what);
}

// The value of an argument; "" with ERR_TRACE if there is none.
static const char *value_of(const struct dumpi_parse *p, const char *name)
{
    size_t length = strlen(name);
    for (uint32_t i = 0; i < p->call->num_fields; i++) {
        const char *field = p->call->fields[i];
        if (strncmp(field, name, length) == 0 && (field[length] == '=' || field[length] == '['))
            return strchr(field, '=') + 1;
    }
    dumpi_text_wrong(p, name, "missing");
    return "";
}

// A whole number behind `before`; what follows it, or NULL if there is none.
static const char *number(const char *text, const char *before, int32_t *value)
{
    size_t length = strlen(before);
    if (strncmp(text, before, length) != 0 || !text[length] || !strchr("-0123456789", text[length]))
        return NULL;
    char *end;
    errno = 0;
    long read = strtol(text + length, &end, 10);
    *value = (int32_t)read;
    return end != text + length && errno == 0 && read == *value ? end : NULL;
}

int32_t dumpi_text_integer(const struct dumpi_parse *p, const char *name)
{
    int32_t value = 0;
    const char *rest = number(value_of(p, name), "", &value);
    if (!rest || (*rest && strncmp(rest, " (", 2) != 0))
        dumpi_text_wrong(p, name, "not a number");
    return value;
}

bool dumpi_text_element(const struct dumpi_parse *p, const char *name, const char **at,
                        int32_t *value)
{
    bool first = !*at;
    if (first)
        *at = value_of(p, name);
    if (!dumpi_text_good(p) || strcmp(*at, "[]") == 0 || strcmp(*at, "]") == 0)
        return false;
    *at = number(*at, first ? "[" : ", ", value);
    if (!*at)
        dumpi_text_wrong(p, name, "not a list of numbers");
    return *at != NULL;
}

static uint64_t datatype(const struct dumpi_parse *p, const char *name)
{
    int32_t type = dumpi_text_integer(p, name);
    bool known = type >= 0 && type < NUM_TYPES && type_bytes[type] > 0;
    if (!known)
        dumpi_text_wrong(p, name, "a datatype whose size is not known");
    return known ? type_bytes[type] : 0;
}

// Prints elements as bytes: a single number, or a list.
static void print_bytes(const struct dumpi_parse *p, const char *name, uint64_t size_bytes)
{
    const char *at = NULL;
    int32_t num;
    if (*value_of(p, name) != '[') {
        fprintf(p->to, "%" PRId64, (int64_t)dumpi_text_integer(p, name) * (int64_t)size_bytes);
        return;
    }
    for (bool first = true; dumpi_text_element(p, name, &at, &num); first = false)
        fprintf(p->to, "%s%" PRId64, first ? "" : ",", (int64_t)num * (int64_t)size_bytes);
}

// Prints what stands in braces: the value of an argument, with `:TYPE` the bytes of so many
// elements of a datatype, or `0` for each rank.
static void print_value(const struct dumpi_parse *p, char *name)
{
    char *type = strchr(name, ':');
    if (strcmp(name, "0") == 0) {
        for (uint32_t i = 0; i < p->call->num_ranks; i++)
            fputs(i == 0 ? "0" : ",0", p->to);
    } else if (type) {
        *type = '\0';
        print_bytes(p, name, datatype(p, type + 1));
    } else {
        int32_t value = dumpi_text_integer(p, name);
        if (value == DUMPI_ANY && (strcmp(name, "source") == 0 || strstr(name, "tag")))
            fputs("any", p->to);
        else
            fprintf(p->to, "%" PRId32, value);
    }
}

void dumpi_text_print(const struct dumpi_parse *p, const char *template)
{
    for (const char *at = template; dumpi_text_good(p) && *at;) {
        char name[DUMPI_MAX_NAME];
        int length = 0;
        if (sscanf(at, "{%63[^}]}%n", name, &length) == 1 && length > 0)
            print_value(p, name);
        else
            fputc(*at, p->to);
        at += length > 0 ? length : 1;
    }
}
