// SPDX-License-Identifier: Apache-2.0
#include "tests/random_program.h"

#include "sim/rng.h"
#include "tests/trace_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUM_ROUNDS = 25 };

struct program {
    struct rng rng;
    uint32_t num_ranks;
    bool own;
    bool exact;
    uint32_t num_overlaps;
    FILE *ranks[RANDOM_PROGRAM_MAX_RANKS];
};

static uint32_t below(struct program *self, uint32_t num)
{
    return (uint32_t)rng_below(&self->rng, num);
}

// A number with as many digits as there are, of any size.
static double amount(struct program *self)
{
    double scale = 1e-3;
    for (uint32_t i = below(self, 9); i > 0; i--)
        scale *= 10;
    return (double)rng_below(&self->rng, UINT32_MAX) / 4294967296.0 * scale;
}

static uint32_t size(struct program *self)
{
    return below(self, 3) == 0 ? 0 : below(self, 5000);
}

static void compute(struct program *self)
{
    for (uint32_t r = 0; r < self->num_ranks; r++)
        fprintf(self->ranks[r], "%s ns=%.17g\n", below(self, 4) ? "compute" : "sleep",
                amount(self));
}

static void access_memory(struct program *self)
{
    static const char *const words[] = {"load", "store", "modify", "fetch"};
    for (uint32_t r = 0; r < self->num_ranks; r++)
        fprintf(self->ranks[r], "repeat 3\n%s at=0x%x bytes=%u stride=%u\nend\nfence\n",
                words[below(self, 4)], below(self, 1 << 30), 1 + below(self, 64), below(self, 128));
}

static void put_buffer(struct program *self, FILE *to)
{
    if (self->own && below(self, 2))
        fprintf(to, " at=0x%x", below(self, 1 << 30));
    fputc('\n', to);
}

// Every rank sends to the one a few further on, and waits for all or for one after the other.
static void shift(struct program *self)
{
    uint32_t far = below(self, self->num_ranks);
    uint32_t tag = below(self, 3) ? 0 : below(self, 1000);
    uint32_t bytes = size(self);
    bool any_source = !self->exact && below(self, 4) == 0;
    bool any_tag = !self->exact && below(self, 4) == 0;
    bool any_bytes = below(self, 4) == 0;
    bool one_by_one = below(self, 2);
    for (uint32_t r = 0; r < self->num_ranks; r++) {
        FILE *to = self->ranks[r];
        uint32_t from = (r + self->num_ranks - far) % self->num_ranks;
        char source[16];
        char tags[16];
        snprintf(source, sizeof source, any_source ? "any" : "%u", from);
        snprintf(tags, sizeof tags, any_tag ? "any" : "%u", tag);
        fprintf(to, "irecv from=%s tag=%s", source, tags);
        fprintf(to, any_bytes ? " bytes=any" : " bytes=%u", bytes + 7);
        put_buffer(self, to);
        fprintf(to, "isend to=%u bytes=%u tag=%u", (r + far) % self->num_ranks, bytes, tag);
        put_buffer(self, to);
        if (one_by_one)
            fprintf(to, "test from=%s tag=%s\nwait from=%s tag=%s\n", source, tags, source, tags);
        fputs("waitall\n", to);
        fputs("barrier\n", to); // so that wildcards take what they should
    }
}

static void maybe_compute(struct program *self, FILE *to)
{
    if (below(self, 2))
        fprintf(to, "compute ns=%.17g\n", amount(self));
}

// Several shifts at a time, of tags of their own, of which some are waited for.
static void overlap(struct program *self)
{
    enum { MOST = 4, FIRST_TAG = 2000 };
    uint32_t num = 1 + below(self, MOST);
    uint32_t far[MOST];
    uint32_t bytes[MOST];
    uint32_t tag[MOST];
    for (uint32_t i = 0; i < num; i++) {
        far[i] = below(self, self->num_ranks);
        bytes[i] = size(self);
        tag[i] = FIRST_TAG + MOST * self->num_overlaps + below(self, 2);
    }
    self->num_overlaps++;
    for (uint32_t r = 0; r < self->num_ranks; r++) {
        FILE *to = self->ranks[r];
        for (uint32_t i = 0; i < num; i++) {
            fprintf(to, "irecv from=%u tag=%u bytes=5000\n",
                    (r + self->num_ranks - far[i]) % self->num_ranks, tag[i]);
            maybe_compute(self, to);
            fprintf(to, "isend to=%u tag=%u bytes=%u\n", (r + far[i]) % self->num_ranks, tag[i],
                    bytes[i]);
        }
        maybe_compute(self, to);
        for (uint32_t i = 0; i < num; i++) {
            if (below(self, 2))
                fprintf(to, "wait from=%u tag=%u\n",
                        (r + self->num_ranks - far[i]) % self->num_ranks, tag[i]);
            maybe_compute(self, to);
            if (below(self, 2))
                fprintf(to, "wait to=%u tag=%u\n", (r + far[i]) % self->num_ranks, tag[i]);
        }
    }
}

static void exchange(struct program *self)
{
    uint32_t far = 1 + below(self, self->num_ranks);
    uint32_t bytes = size(self);
    for (uint32_t r = 0; r < self->num_ranks; r++) {
        uint32_t to = (r + far) % self->num_ranks;
        uint32_t from = (r + self->num_ranks * 2 - far) % self->num_ranks;
        fprintf(self->ranks[r], "sendrecv to=%u bytes=%u from=%u room=", to, bytes, from);
        fprintf(self->ranks[r], self->own && far % 2 ? "any\n" : "%u\n", bytes);
    }
    for (uint32_t r = 0; r < self->num_ranks; r++)
        fputs("send to=nobody bytes=9\nrecv from=nobody bytes=9\n", self->ranks[r]);
}

static void put_counts(FILE *to, const char *key, const uint32_t *counts, uint32_t num)
{
    fprintf(to, " %s=", key);
    for (uint32_t i = 0; i < num; i++)
        fprintf(to, "%s%u", i ? "," : "", counts[i]);
}

// A collective with a count for each rank.
static void collective_v(struct program *self)
{
    uint32_t counts[RANDOM_PROGRAM_MAX_RANKS][RANDOM_PROGRAM_MAX_RANKS];
    uint32_t column[RANDOM_PROGRAM_MAX_RANKS];
    uint32_t num = self->num_ranks;
    uint32_t root = below(self, num);
    uint32_t which = below(self, 5);
    double ns = amount(self);
    for (uint32_t i = 0; i < num; i++)
        for (uint32_t j = 0; j < num; j++)
            counts[i][j] = size(self);
    for (uint32_t r = 0; r < num; r++) {
        FILE *to = self->ranks[r];
        for (uint32_t i = 0; i < num; i++)
            column[i] = counts[i][r];
        switch (which) {
        case 0:
            fprintf(to, "gatherv bytes=%u root=%u", counts[0][r], root);
            put_counts(to, "recv", counts[r == root ? 0 : 1], num); // looked at by the root alone
            break;
        case 1:
            fprintf(to, "scatterv bytes=%u root=%u", counts[0][r], root);
            put_counts(to, "send", counts[r == root ? 0 : 1], num);
            break;
        case 2:
            fprintf(to, "allgatherv bytes=%u", counts[0][r]);
            put_counts(to, "recv", counts[0], num);
            break;
        case 3:
            fputs("alltoallv", to);
            put_counts(to, "send", counts[r], num);
            put_counts(to, "recv", column, num);
            break;
        default:
            fprintf(to, "reduce-scatter ns=%.17g", ns);
            put_counts(to, "recv", counts[0], num);
        }
        fputc('\n', to);
    }
}

static void collective(struct program *self)
{
    static const char *const words[] = {"bcast",  "reduce",  "allreduce", "scan",    "exscan",
                                        "gather", "scatter", "allgather", "alltoall"};
    enum { FIRST_REDUCTION = 1, LAST_REDUCTION = 4, LAST_ROOTED = 6 };
    uint32_t which = below(self, sizeof words / sizeof *words);
    uint32_t bytes = size(self);
    uint32_t root = below(self, self->num_ranks);
    bool computes = which >= FIRST_REDUCTION && which <= LAST_REDUCTION;
    bool rooted = which < 2 || (which > LAST_REDUCTION && which <= LAST_ROOTED);
    for (uint32_t r = 0; r < self->num_ranks; r++) {
        fprintf(self->ranks[r], "%s bytes=%u", words[which], bytes);
        if (rooted)
            fprintf(self->ranks[r], " root=%u", root);
        if (computes)
            fprintf(self->ranks[r], " ns=%.17g", amount(self));
        fputc('\n', self->ranks[r]);
    }
}

static void round_of(struct program *self)
{
    switch (below(self, self->own || self->exact ? 6 : 5)) {
    case 0:
        compute(self);
        break;
    case 1:
        shift(self);
        break;
    case 2:
        exchange(self);
        break;
    case 3:
        collective(self);
        break;
    case 4:
        collective_v(self);
        break;
    default:
        if (self->exact)
            overlap(self);
        else
            access_memory(self);
    }
}

static const char *write_program(const char *name, uint64_t seed, struct program self)
{
    char *texts[RANDOM_PROGRAM_MAX_RANKS];
    size_t sizes[RANDOM_PROGRAM_MAX_RANKS];
    char *text;
    size_t text_size;
    self.rng = rng_make(seed, RNG_SHUFFLE, 0);
    self.num_ranks = 1 + below(&self, RANDOM_PROGRAM_MAX_RANKS);
    for (uint32_t r = 0; r < self.num_ranks; r++)
        cr_assert_not_null(self.ranks[r] = open_memstream(&texts[r], &sizes[r]));
    for (uint32_t i = 0; i < NUM_ROUNDS; i++)
        round_of(&self);
    FILE *all = open_memstream(&text, &text_size);
    fprintf(all, "ordito-trace 1\nranks %u\n", self.num_ranks);
    for (uint32_t r = 0; r < self.num_ranks; r++) {
        fclose(self.ranks[r]);
        fprintf(all, "rank %u\n%s%s", r, texts[r], self.exact ? "waitall\n" : "");
        free(texts[r]);
    }
    fputs("end\n", all);
    fclose(all);
    const char *path = trace_files_write(name, text);
    free(text);
    return path;
}

const char *random_program_write(const char *name, uint64_t seed, bool own)
{
    return write_program(name, seed, (struct program){.own = own});
}

const char *random_program_write_exact(const char *name, uint64_t seed)
{
    return write_program(name, seed, (struct program){.exact = true});
}
