// SPDX-License-Identifier: Apache-2.0
#include "traces/native_value.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double max_amount = 1e15; // units of compute (11 days), seconds of sleep

bool native_wrong(const struct native_parse *p, const char *key, const char *what)
{
    char rank[32] = "";
    if (p->line->rank >= 0)
        snprintf(rank, sizeof rank, "rank %" PRId64 ": ", p->line->rank);
    return err_set(p->err, ERR_TRACE, "%s:%u: %s%.64s: %.64s%s%s", p->line->file, p->line->line,
                   rank, p->word, key, *key ? ": " : "", what);
}

bool native_number(const char *text, uint64_t max, uint64_t *value)
{
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = hex ? text + 2 : text;
    if (!*digits || digits[strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789")])
        return false;
    errno = 0;
    *value = strtoull(digits, NULL, hex ? 16 : 10);
    return errno == 0 && *value <= max;
}

bool native_value_bytes(const struct native_parse *p, const char *key, const char *text,
                        uint64_t *bytes)
{
    return native_number(text, OP_MAX_BYTES, bytes) ||
           native_wrong(p, key, "not a number of bytes up to 1 GiB");
}

bool native_value_rank(const struct native_parse *p, const char *key, const char *text,
                       uint32_t *rank)
{
    uint64_t value;
    if (p->line->num_ranks == 0 || !native_number(text, p->line->num_ranks - 1, &value))
        return native_wrong(p, key, "not a rank of this trace");
    *rank = (uint32_t)value;
    return true;
}

bool native_value_amount(const struct native_parse *p, const char *key, const char *text,
                         double *amount)
{
    char *end;
    *amount = strtod(text, &end);
    bool good = end != text && !*end && isfinite(*amount) && *amount >= 0 && *amount <= max_amount;
    return good || native_wrong(p, key, "not a number in 0 to 1e15");
}

// Bytes for each rank, with commas between.
bool native_value_counts(const struct native_parse *p, const char *key, char *text, uint32_t which)
{
    uint64_t *counts = calloc(p->line->num_ranks, sizeof *counts);
    free(p->line->counts[which]);
    p->line->counts[which] = counts;
    if (!counts)
        return err_set(p->err, ERR_RUN, "out of memory");
    *(which == 0 ? &p->line->op.send_counts_bytes : &p->line->op.recv_counts_bytes) = counts;
    uint32_t num = 0;
    for (char *save, *item = strtok_r(text, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
        if (num == p->line->num_ranks)
            return native_wrong(p, key, "more numbers than ranks");
        if (!native_value_bytes(p, key, item, &counts[num++]))
            return false;
    }
    return num == p->line->num_ranks || native_wrong(p, key, "fewer numbers than ranks");
}
