// SPDX-License-Identifier: Apache-2.0
// Caches counted by cachegrind's rules: each rule by itself, then all of them against caches that
// are lists of lines.
#include "model/node/cachegrind.h"
#include "sim/rng.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { FETCH = CACHEGRIND_FETCH, READ = CACHEGRIND_READ, WRITE = CACHEGRIND_WRITE };

// Caches so small that a few references fill them: direct-mapped first level of 4 lines of 64
// bytes, last level of one set of 4 ways.
static const struct cachegrind_params small = {
    .i1 = {.size_bytes = 256, .line_bytes = 64, .ways = 1},
    .d1 = {.size_bytes = 256, .line_bytes = 64, .ways = 1},
    .ll = {.size_bytes = 256, .line_bytes = 64, .ways = 4},
    .write_backs = true,
};

static struct cachegrind_counts count(const struct cachegrind_params *params,
                                      const struct mem_ref *refs, size_t num)
{
    struct cachegrind caches;
    struct err err = {0};
    cr_assert(cachegrind_make(&caches, params, &err), "%s", err.text);
    cachegrind_run(&caches, refs, num);
    struct cachegrind_counts counts = caches.counts;
    cachegrind_free(&caches);
    return counts;
}

#define COUNT(params, ...)                                                                         \
    count(params, (const struct mem_ref[]){__VA_ARGS__},                                           \
          sizeof((const struct mem_ref[]){__VA_ARGS__}) / sizeof(struct mem_ref))

#define LINE(n) ((uint64_t)(n)*64)

// --- the rules ----------------------------------------------------------------------------------

Test(cachegrind, a_first_reference_misses_everywhere_and_a_second_nowhere)
{
    static const uint8_t kinds[] = {MEM_REF_FETCH, MEM_REF_LOAD, MEM_REF_STORE};
    for (int access = 0; access < CACHEGRIND_NUM_ACCESSES; access++) {
        struct cachegrind_counts counts =
            COUNT(&small, {LINE(1), 8, kinds[access]}, {LINE(2) - 1, 1, kinds[access]},
                  {LINE(2), 1, kinds[access]});
        cr_assert_eq(counts.references[access], 3);
        cr_assert_eq(counts.l1_misses[access], 2);
        cr_assert_eq(counts.ll_misses[access], 2);
    }
}

Test(cachegrind, a_modify_is_one_read)
{
    struct cachegrind_counts counts = COUNT(&small, {LINE(1), 8, MEM_REF_MODIFY});
    cr_assert_eq(counts.references[READ], 1);
    cr_assert_eq(counts.l1_misses[READ], 1);
    cr_assert_eq(counts.references[WRITE], 0);
}

Test(cachegrind, fetches_and_data_share_the_last_level_alone)
{
    struct cachegrind_counts counts =
        COUNT(&small, {LINE(1), 4, MEM_REF_FETCH}, {LINE(1), 4, MEM_REF_LOAD});
    cr_assert_eq(counts.l1_misses[READ], 1);
    cr_assert_eq(counts.ll_misses[READ], 0);
}

Test(cachegrind, a_reference_in_two_lines_looks_up_both_and_is_one_miss)
{
    struct cachegrind_counts counts = COUNT(&small, {LINE(2) - 4, 8, MEM_REF_LOAD},
                                            {LINE(1), 4, MEM_REF_LOAD}, {LINE(2), 4, MEM_REF_LOAD});
    cr_assert_eq(counts.references[READ], 3);
    cr_assert_eq(counts.l1_misses[READ], 1);
    cr_assert_eq(counts.ll_misses[READ], 1);
}

Test(cachegrind, on_a_miss_the_last_level_is_looked_up_for_the_whole_reference)
{
    // Line 1 stays in the data cache, and is pushed out of the last level by fetches. A load of
    // lines 1 and 2 then misses line 2 alone, but looks up line 1 too and brings it back.
    struct cachegrind_counts counts = COUNT(
        &small, {LINE(1), 4, MEM_REF_LOAD}, {LINE(10), 4, MEM_REF_FETCH},
        {LINE(11), 4, MEM_REF_FETCH}, {LINE(12), 4, MEM_REF_FETCH}, {LINE(13), 4, MEM_REF_FETCH},
        {LINE(2) - 4, 8, MEM_REF_LOAD}, {LINE(1), 4, MEM_REF_FETCH});
    cr_assert_eq(counts.l1_misses[READ], 2);
    cr_assert_eq(counts.ll_misses[READ], 2);
    cr_assert_eq(counts.l1_misses[FETCH], 5);
    cr_assert_eq(counts.ll_misses[FETCH], 4);
}

Test(cachegrind, data_larger_than_the_smallest_line_counts_as_that_large)
{
    struct cachegrind_params params = small;
    params.ll.line_bytes = 128;
    params.ll.size_bytes = 512;
    params.i1.line_bytes = 32;
    // 32 bytes: of line 1 alone. Fetches count as they are.
    struct cachegrind_counts counts =
        COUNT(&params, {LINE(1), 512, MEM_REF_LOAD}, {LINE(2), 4, MEM_REF_LOAD},
              {LINE(1) + 32, 32, MEM_REF_LOAD}, {LINE(4), 96, MEM_REF_FETCH},
              {LINE(5) + 31, 1, MEM_REF_FETCH});
    cr_assert_eq(counts.l1_misses[READ], 2);
    cr_assert_eq(counts.l1_misses[FETCH], 1);
}

Test(cachegrind, geometries_that_cannot_be_are_refused_by_name)
{
    static const struct {
        uint64_t size_bytes;
        uint32_t ways, line_bytes;
    } bad[] = {{0, 1, 64}, {256, 0, 64}, {256, 1, 0}, {256, 1, 48}, {320, 1, 64}, {64, 2, 64}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        for (int which = 0; which < 3; which++) {
            struct cachegrind_params params = small;
            struct cache_geometry *geometries[] = {&params.i1, &params.d1, &params.ll};
            static const char *const names[] = {"--i1.", "--d1.", "--ll."};
            *geometries[which] = (struct cache_geometry){.size_bytes = bad[i].size_bytes,
                                                         .ways = bad[i].ways,
                                                         .line_bytes = bad[i].line_bytes};
            struct cachegrind caches;
            struct err err = {0};
            cr_assert(!cachegrind_make(&caches, &params, &err));
            cr_assert_eq(err.status, ERR_CONFIG);
            cr_assert_eq(strncmp(err.text, names[which], 5), 0, "%s", err.text);
        }
    }
}

// --- write-backs --------------------------------------------------------------------------------

Test(cachegrind, lines_are_written_back_when_they_are_dirty_and_evicted)
{
    // Lines 0, 4 and 8 share a place in the data cache.
    struct cachegrind_counts counts =
        COUNT(&small, {LINE(0), 8, MEM_REF_LOAD}, {LINE(4), 8, MEM_REF_LOAD});
    cr_assert_eq(counts.write_backs, 0);
    counts = COUNT(&small, {LINE(0), 8, MEM_REF_STORE});
    cr_assert_eq(counts.write_backs, 0);
    counts = COUNT(&small, {LINE(0), 8, MEM_REF_STORE}, {LINE(4), 8, MEM_REF_LOAD},
                   {LINE(8), 8, MEM_REF_LOAD});
    cr_assert_eq(counts.write_backs, 1);
    counts = COUNT(&small, {LINE(0), 8, MEM_REF_LOAD}, {LINE(0), 8, MEM_REF_MODIFY},
                   {LINE(4), 8, MEM_REF_LOAD});
    cr_assert_eq(counts.write_backs, 1);
    counts = COUNT(&small, {LINE(1) - 4, 8, MEM_REF_STORE}, {LINE(5) - 4, 8, MEM_REF_LOAD});
    cr_assert_eq(counts.write_backs, 2);
    cr_assert_eq(counts.write_back_misses, 0);
}

// Line 0 is made dirty, four fetches push it out of the last level, and line 4 evicts it from the
// data cache, into a last level of lines 11, 12, 13 and 4.
#define WRITTEN_ALONE                                                                              \
    {LINE(0), 8, MEM_REF_STORE}, {LINE(10), 4, MEM_REF_FETCH}, {LINE(11), 4, MEM_REF_FETCH},       \
        {LINE(12), 4, MEM_REF_FETCH}, {LINE(13), 4, MEM_REF_FETCH},                                \
    {                                                                                              \
        LINE(4), 8, MEM_REF_LOAD                                                                   \
    }

Test(cachegrind, a_line_that_is_written_back_can_save_one_miss)
{
    struct cachegrind_counts counts = COUNT(&small, WRITTEN_ALONE, {LINE(0), 4, MEM_REF_FETCH});
    cr_assert_eq(counts.write_backs, 1);
    cr_assert_eq(counts.write_back_misses, 1);
    cr_assert_eq(counts.ll_misses[FETCH], 5);
    cr_assert_eq(counts.ll_misses_beside[FETCH], 4);
    cr_assert_eq(counts.ll_misses_beside[READ], counts.ll_misses[READ]);
}

Test(cachegrind, a_line_that_is_written_back_can_cost_as_many_misses_as_there_are_ways)
{
    // Taken the longest unused first, all four lines are there; with line 0 before them, each has
    // just been pushed out by the one before.
    struct cachegrind_counts counts =
        COUNT(&small, WRITTEN_ALONE, {LINE(15), 4, MEM_REF_FETCH}, {LINE(11), 4, MEM_REF_FETCH});
    cr_assert_eq(counts.ll_misses_beside[FETCH], counts.ll_misses[FETCH]);
    struct cachegrind_params params = small;
    params.i1.size_bytes = 64; // no fetch of another line hits
    counts =
        COUNT(&params, WRITTEN_ALONE, {LINE(11), 4, MEM_REF_FETCH}, {LINE(12), 4, MEM_REF_FETCH},
              {LINE(13), 4, MEM_REF_FETCH}, {LINE(4), 4, MEM_REF_FETCH});
    cr_assert_eq(counts.write_backs, 1);
    cr_assert_eq(counts.ll_misses[FETCH], 4);
    cr_assert_eq(counts.ll_misses_beside[FETCH], 4 + params.ll.ways);
}

// --- against lists of lines ---------------------------------------------------------------------

enum { MAX_LINES = 4096 };

// A cache as the list of its lines, the last used first, of which a set keeps as many as its ways.
struct list {
    struct cache_geometry geometry;
    uint64_t lines[MAX_LINES];
    bool dirty[MAX_LINES];
    size_t num;
};

// True if the line is there. It comes first; `*evicted` is a dirty line that goes, if one does.
static bool list_use(struct list *self, uint64_t line, bool write, uint64_t *evicted)
{
    uint64_t sets = self->geometry.size_bytes / self->geometry.line_bytes / self->geometry.ways;
    size_t at = self->num, in_set = 0, last_of_set = 0;
    for (size_t i = 0; i < self->num; i++) {
        if (self->lines[i] == line)
            at = i;
        if (self->lines[i] % sets == line % sets) {
            in_set++;
            last_of_set = i;
        }
    }
    bool there = at < self->num;
    bool dirty = write || (there && self->dirty[at]);
    if (!there && in_set == self->geometry.ways) {
        at = last_of_set;
        if (evicted && self->dirty[at])
            *evicted = self->lines[at];
    } else if (!there) {
        self->num++;
    }
    memmove(self->lines + 1, self->lines, at * sizeof *self->lines);
    memmove(self->dirty + 1, self->dirty, at * sizeof *self->dirty);
    self->lines[0] = line;
    self->dirty[0] = dirty;
    return there;
}

static bool list_span(struct list *self, uint64_t first, uint64_t last)
{
    bool there = true;
    for (uint64_t line = first / self->geometry.line_bytes;
         line <= last / self->geometry.line_bytes; line++)
        there &= list_use(self, line, false, NULL);
    return there;
}

struct lists {
    struct list i1, d1, ll, beside;
    struct cachegrind_counts counts;
};

static void lists_refer(struct lists *self, const struct mem_ref *ref, uint32_t most_bytes)
{
    uint64_t size = ref->kind != MEM_REF_FETCH && ref->size > most_bytes ? most_bytes : ref->size;
    uint64_t last = ref->address + size - 1;
    uint64_t evicted[2] = {CACHE_NO_LINE, CACHE_NO_LINE};
    int access = ref->kind == MEM_REF_FETCH ? FETCH : ref->kind == MEM_REF_STORE ? WRITE : READ;
    bool there = true;
    self->counts.references[access]++;
    if (access == FETCH) {
        there = list_span(&self->i1, ref->address, last);
    } else {
        uint64_t d1_bytes = self->d1.geometry.line_bytes;
        uint64_t first = ref->address / d1_bytes;
        for (uint64_t line = first; line <= last / d1_bytes; line++)
            there &= list_use(&self->d1, line, ref->kind != MEM_REF_LOAD, &evicted[line - first]);
    }
    if (there)
        return;
    self->counts.l1_misses[access]++;
    self->counts.ll_misses[access] += !list_span(&self->ll, ref->address, last);
    self->counts.ll_misses_beside[access] += !list_span(&self->beside, ref->address, last);
    for (size_t i = 0; i < 2; i++) {
        uint64_t d1_bytes = self->d1.geometry.line_bytes;
        uint64_t ll_bytes = self->ll.geometry.line_bytes;
        for (uint64_t at = 0; evicted[i] != CACHE_NO_LINE && at < d1_bytes; at += ll_bytes) {
            self->counts.write_backs++;
            self->counts.write_back_misses +=
                !list_use(&self->beside, (evicted[i] * d1_bytes + at) / ll_bytes, false, NULL);
        }
    }
}

static struct cache_geometry draw_geometry(struct rng *rng, uint64_t most_sets)
{
    struct cache_geometry geometry = {.line_bytes = 16U << rng_below(rng, 4),
                                      .ways = (uint32_t)(1 + rng_below(rng, 6))};
    geometry.size_bytes = geometry.line_bytes * geometry.ways * (1ULL << rng_below(rng, most_sets));
    return geometry;
}

// References in a few runs of addresses, now and then elsewhere.
static void draw_refs(struct rng *rng, struct mem_ref *refs, size_t num)
{
    uint64_t address = 0;
    for (size_t i = 0; i < num; i++) {
        if (rng_below(rng, 8) == 0)
            address = rng_below(rng, 1 << 13) + (rng_below(rng, 4) << 40);
        refs[i] =
            (struct mem_ref){address, (uint16_t)(1 + rng_below(rng, rng_below(rng, 9) ? 16 : 200)),
                             (uint8_t)rng_below(rng, MEM_REF_NUM_KINDS)};
        address += rng_below(rng, 40);
    }
}

Test(cachegrind, counts_are_those_of_lists_of_lines)
{
    enum { NUM_REFS = 3000 };
    static struct mem_ref refs[NUM_REFS];
    static struct lists lists;
    struct rng rng = rng_make(1, RNG_SHUFFLE, 0);
    uint64_t saved = 0, cost = 0;
    for (int trial = 0; trial < 150; trial++) {
        struct cachegrind_params params = {.i1 = draw_geometry(&rng, 4),
                                           .d1 = draw_geometry(&rng, 4),
                                           .ll = draw_geometry(&rng, 6),
                                           .write_backs = true};
        uint32_t most = params.i1.line_bytes;
        most = params.d1.line_bytes < most ? params.d1.line_bytes : most;
        most = params.ll.line_bytes < most ? params.ll.line_bytes : most;
        lists = (struct lists){.i1.geometry = params.i1,
                               .d1.geometry = params.d1,
                               .ll.geometry = params.ll,
                               .beside.geometry = params.ll};
        draw_refs(&rng, refs, NUM_REFS);
        for (size_t i = 0; i < NUM_REFS; i++)
            lists_refer(&lists, &refs[i], most);
        struct cachegrind_counts counts = count(&params, refs, NUM_REFS);
        cr_assert_eq(memcmp(&counts, &lists.counts, sizeof counts), 0, "trial %d", trial);
        int64_t difference = 0;
        for (int access = 0; access < CACHEGRIND_NUM_ACCESSES; access++)
            difference +=
                (int64_t)counts.ll_misses_beside[access] - (int64_t)counts.ll_misses[access];
        cr_assert_geq(difference, -(int64_t)counts.write_backs);
        cr_assert_leq(difference, (int64_t)(counts.write_backs * params.ll.ways));
        saved += difference < 0;
        cost += difference > 0;
        params.write_backs = false; // the rest stays as it is
        struct cachegrind_counts without = count(&params, refs, NUM_REFS);
        cr_assert_eq(memcmp(without.ll_misses, counts.ll_misses, sizeof counts.ll_misses), 0);
        cr_assert_eq(memcmp(without.l1_misses, counts.l1_misses, sizeof counts.l1_misses), 0);
        cr_assert_eq(without.write_backs, 0);
    }
    cr_assert(saved > 0 && cost > 0);
}
