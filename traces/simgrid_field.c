// SPDX-License-Identifier: Apache-2.0
#include "traces/simgrid_field.h"

#include "traces/simgrid_line.h"

#include <stdlib.h>
#include <string.h>

// Bytes of an element, by datatype number on x86-64; 0 is not a datatype.
static const uint8_t type_bytes[] = {
    8,  4,  1,  2,  8,
    4,  1,  8,  1,  1, // 0: double int char short long float byte llong schar uchar
    2,  4,  8,  8,  16,
    4,  1,  1,  2,  4, // 10: ushort unsigned ulong ullong ldouble wchar bool int8..32
    8,  1,  2,  4,  8,
    8,  16, 32, 8,  8, // 20: int64 uint8..64 complex float, double, ldouble aint offset
    8,  16, 16, 8,  8,
    8,  16, 16, 4,  4, // 30: pairs; real, real4
    8,  16, 8,  16, 16,
    4,  2,  4,  8,  16, // 40: real8 real16 complex8..32 integer1..16
    32, 1,  8,  16, 32,
    0,  0,  1,  8,  8, // 50: ldouble_int cxx_bool cxx complexes - - packed ptr count
};
enum { NUM_TYPES = sizeof type_bytes, TYPE_DOUBLE = 0, TYPE_BYTE = 6 };

static bool wrong(const struct simgrid_parse *p, uint32_t idx, const char *what)
{
    return err_set(p->err, ERR_TRACE, "%s:%u: rank %u: %s: '%s' is not %s", p->line->file,
                   p->line->line, p->line->rank, p->line->action, p->line->fields[idx], what);
}

// Reads a whole number that a double holds exactly, as nearly all are. False if it is none, or may
// be written otherwise.
static bool read_whole(const char *text, double *value)
{
    enum { MAX_DIGITS = 15 };
    bool negative = *text == '-';
    const char *first = text + negative;
    const char *end = first;
    uint64_t number = 0;
    for (; *end >= '0' && *end <= '9' && end - first < MAX_DIGITS; end++)
        number = 10 * number + (uint64_t)(*end - '0');
    *value = negative ? -(double)number : (double)number;
    return *end == '\0' && end != first;
}

static bool read_number(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && !*end && !text[strspn(text, "+-.0123456789eE")];
}

bool simgrid_field_number(const struct simgrid_parse *p, uint32_t idx, const char *what, double low,
                          double high, double *value)
{
    const char *text = p->line->fields[idx];
    bool good = read_whole(text, value) || read_number(text, value);
    return (good && *value >= low && *value <= high) || wrong(p, idx, what);
}

bool simgrid_field_integer(const struct simgrid_parse *p, uint32_t idx, const char *what,
                           double low, double high, int32_t *value)
{
    double x;
    if (!simgrid_field_number(p, idx, what, low, high, &x))
        return false;
    *value = (int32_t)x;
    return *value == x || wrong(p, idx, what);
}

bool simgrid_field_type(const struct simgrid_parse *p, uint32_t idx, uint64_t *bytes)
{
    int32_t type = p->line->doubles ? TYPE_DOUBLE : TYPE_BYTE;
    if (idx < p->line->num_fields) {
        if (!simgrid_field_integer(p, idx, "a datatype", 0, INT32_MAX, &type))
            return false;
        if (type >= NUM_TYPES || type_bytes[type] == 0)
            return wrong(p, idx, "a datatype whose size is known");
    }
    *bytes = type_bytes[type];
    return true;
}

bool simgrid_field_count(const struct simgrid_parse *p, uint32_t idx, uint64_t size_bytes,
                         uint64_t *bytes)
{
    double x;
    if (!simgrid_field_number(p, idx, "a count", 0, INT32_MAX, &x))
        return false;
    *bytes = (uint64_t)x * size_bytes;
    return true;
}

bool simgrid_field_message(const struct simgrid_parse *p, uint32_t idx, uint64_t size_bytes,
                           uint64_t *bytes)
{
    if (!simgrid_field_count(p, idx, size_bytes, bytes))
        return false;
    return *bytes <= OP_MAX_BYTES || wrong(p, idx, "a count of at most 1 GiB of data");
}

bool simgrid_field_types(const struct simgrid_parse *p, uint32_t idx, uint64_t size_bytes[2])
{
    if (!simgrid_field_type(p, idx, &size_bytes[0]))
        return false;
    return simgrid_field_type(p, idx + 1 < p->line->num_fields ? idx + 1 : idx, &size_bytes[1]);
}

bool simgrid_field_root(const struct simgrid_parse *p, uint32_t idx, uint32_t *root)
{
    int32_t rank = 0;
    if (idx < p->line->num_fields &&
        !simgrid_field_integer(p, idx, "a rank of this trace", 0, p->line->num_ranks - 1.0, &rank))
        return false;
    *root = (uint32_t)rank;
    return true;
}

bool simgrid_field_peer(const struct simgrid_parse *p, uint32_t idx, int32_t *peer)
{
    if (!simgrid_field_integer(p, idx, "a rank of this trace", INT32_MIN, p->line->num_ranks - 1.0,
                               peer))
        return false;
    return *peer >= 0 || *peer == OP_NOBODY || wrong(p, idx, "a rank of this trace");
}

bool simgrid_field_counts(const struct simgrid_parse *p, uint32_t idx, uint64_t size_bytes,
                          uint32_t which, const uint64_t **counts)
{
    uint32_t num = p->line->num_ranks;
    if (!*p->line->counts)
        *p->line->counts = malloc((size_t)2 * num * sizeof **p->line->counts);
    if (!*p->line->counts)
        return err_set(p->err, ERR_RUN, "out of memory");
    uint64_t *to = *p->line->counts + (size_t)which * num;
    for (uint32_t i = 0; i < num; i++) {
        if (!simgrid_field_message(p, idx + i, size_bytes, &to[i]))
            return false;
    }
    *counts = to;
    return true;
}
