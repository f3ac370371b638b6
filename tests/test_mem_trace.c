// SPDX-License-Identifier: Apache-2.0
// Readers of memory traces: what they decode, what they refuse, and that no size of buffer or batch
// matters.
#include "sim/rng.h"
#include "tests/trace_files.h"
#include "traces/dinero.h"
#include "traces/input.h"
#include "traces/lackey.h"
#include "traces/mem_trace.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_REFS = 4096, MAX_TEXT = 1 << 17 };

// A trace that was read as far as it goes.
struct loaded {
    struct mem_ref refs[MAX_REFS];
    size_t num;
    uint64_t lines, others;
    struct err err;
};

static void load(struct loaded *loaded, const char *path, const struct mem_format *format,
                 size_t buffer_bytes, size_t batch)
{
    memset(loaded, 0, sizeof *loaded);
    struct mem_trace *trace = mem_trace_open_sized(path, format, buffer_bytes, &loaded->err);
    size_t num;
    while (trace && loaded->num + batch <= MAX_REFS &&
           (num = mem_trace_next(trace, loaded->refs + loaded->num, batch, &loaded->err)) > 0) {
        cr_assert_leq(num, batch);
        loaded->num += num;
    }
    if (trace) {
        loaded->lines = mem_trace_lines(trace);
        loaded->others = mem_trace_others(trace);
    }
    mem_trace_close(trace);
}

static bool same_refs(const struct mem_ref *a, const struct mem_ref *b, size_t num)
{
    for (size_t i = 0; i < num; i++)
        if (a[i].address != b[i].address || a[i].size != b[i].size || a[i].kind != b[i].kind)
            return false;
    return true;
}

// Reads with buffers and batches of many sizes: all must be as the first, which the caller gets.
static void load_equally(struct loaded *first, const char *path, const struct mem_format *format)
{
    static struct loaded other;
    static const size_t buffers[] = {1, 2, 3, 16, 17, 100, 4096};
    static const size_t batches[] = {1, 3, 64};
    load(first, path, format, MEM_TRACE_BUFFER_BYTES, 64);
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) {
        load(&other, path, format, buffers[i], batches[i % 3]);
        cr_assert_eq(other.num, first->num, "%zu, not %zu", other.num, first->num);
        cr_assert(same_refs(other.refs, first->refs, first->num));
        cr_assert_eq(other.lines, first->lines);
        cr_assert_eq(other.others, first->others);
        cr_assert_eq(other.err.status, first->err.status);
        cr_assert_str_eq(other.err.text, first->err.text);
    }
}

static void expect_good(const char *path, const struct mem_format *format,
                        const struct mem_ref *refs, size_t num)
{
    static struct loaded loaded;
    load_equally(&loaded, path, format);
    cr_assert_eq(loaded.err.status, ERR_NONE, "%s", loaded.err.text);
    cr_assert_eq(loaded.num, num, "%zu, not %zu", loaded.num, num);
    cr_assert(same_refs(loaded.refs, refs, num));
}

// Reading fails after `num` references with ERR_TRACE and a message that contains `part`.
static void expect_bad(const char *path, const struct mem_format *format, size_t num,
                       const char *part)
{
    static struct loaded loaded;
    load_equally(&loaded, path, format);
    cr_assert_eq(loaded.err.status, ERR_TRACE, "%s: no error", part);
    cr_assert_not_null(strstr(loaded.err.text, part), "'%s' is not in '%s'", part, loaded.err.text);
    cr_assert_eq(loaded.num, num, "%s: %zu references, not %zu", part, loaded.num, num);
}

// --- what is decoded ----------------------------------------------------------------------------

#define SAID "==7== Lackey, an example Valgrind tool\n==7== \n"

static const char lackey_text[] = SAID "I  04001000,3\n"
                                       "--7-- a message of another sort\n"
                                       " S 1fff000608,8\n"
                                       "**7** and another\n"
                                       "I  04001003,15\n"
                                       " L FFFFFFFFFFFFFFFF,1\n"
                                       " M 1,65535\n"
                                       "==7== \n";

static const struct mem_ref lackey_refs[] = {
    {0x04001000, 3, MEM_REF_FETCH},  {0x1fff000608, 8, MEM_REF_STORE},
    {0x04001003, 15, MEM_REF_FETCH}, {UINT64_MAX, 1, MEM_REF_LOAD},
    {1, 65535, MEM_REF_MODIFY},
};

Test(mem_trace, lackey_is_decoded_and_what_valgrind_says_is_passed_over)
{
    static struct loaded loaded;
    const char *path = trace_files_write("a", lackey_text);
    expect_good(path, NULL, lackey_refs, 5);
    load(&loaded, path, &lackey_format, 64, 64);
    cr_assert_eq(loaded.lines, 10);
    cr_assert_eq(loaded.others, 5);
}

Test(mem_trace, both_forms_of_dinero_are_decoded_with_comments_and_escapes)
{
    static const char text[] = "0 1003\n1 0x2fff0 a comment\n2\t400abc \n3 0 an escape\n4 0\n"
                               "r 1003 1\nW 0x1000 0x10 a comment\n  i 400abc f\nm 7 8\nC 40 40\n"
                               "v 40 40\nR ffffffffffffff00 100\n";
    static const struct mem_ref refs[] = {
        {0x1000, 4, MEM_REF_LOAD},    {0x2fff0, 4, MEM_REF_STORE},
        {0x400abc, 4, MEM_REF_FETCH}, {0x1003, 1, MEM_REF_LOAD},
        {0x1000, 16, MEM_REF_STORE},  {0x400abc, 15, MEM_REF_FETCH},
        {7, 8, MEM_REF_LOAD},         {0xffffffffffffff00, 256, MEM_REF_LOAD},
    };
    static struct loaded loaded;
    const char *path = trace_files_write("a", text);
    expect_good(path, NULL, refs, 8);
    load(&loaded, path, &dinero_format, 64, 64);
    cr_assert_eq(loaded.lines, 12);
    cr_assert_eq(loaded.others, 4);
}

// Text of random references of a format, as they are in `refs`.
static void draw_text(struct rng *rng, const struct mem_format *format, struct mem_ref *refs,
                      size_t num, char *text)
{
    static const char *const lackey[] = {"I  ", " L ", " S ", " M "};
    for (size_t i = 0; i < num; i++) {
        uint64_t address = rng_next(rng) >> rng_below(rng, 64);
        uint16_t size =
            (uint16_t)(1 + (rng_next(rng) & 0xffff) % 65535 % (1U << rng_below(rng, 16)));
        if (UINT64_MAX - address < size)
            address -= size;
        uint8_t kind = (uint8_t)rng_below(rng, format == &lackey_format ? 4 : 3);
        refs[i] = (struct mem_ref){address, size, kind};
        if (format == &lackey_format)
            text += sprintf(text, rng_below(rng, 9) ? "%s%08" PRIx64 ",%u\n" : "%s%" PRIX64 ",%u\n",
                            lackey[kind], address, size);
        else
            text += sprintf(text,
                            rng_below(rng, 9) ? "%c %" PRIx64 " %x\n" : "%c\t0x%" PRIX64 "  %X x\n",
                            "irw"[kind], address, size);
    }
}

Test(mem_trace, what_is_written_is_what_is_read_for_every_size_of_buffer)
{
    static struct mem_ref refs[1000];
    static char text[MAX_TEXT];
    struct rng rng = rng_make(1, RNG_SHUFFLE, 0);
    for (size_t i = 0; i < mem_num_formats; i++) {
        for (size_t num = 1; num <= 1000; num += 333) {
            draw_text(&rng, mem_formats[i], refs, num, text);
            expect_good(trace_files_write("a", text), NULL, refs, num);
        }
    }
}

Test(mem_trace, files_may_be_compressed)
{
    static const char *const filters[] = {"none", "zstd", "xz", "gzip", "bzip2"};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        expect_good(trace_files_compress("a", filters[i], lackey_text), NULL, lackey_refs, 5);
}

Test(mem_trace, lines_that_are_no_references_may_be_long)
{
    static char text[INPUT_MAX_LINE + 64];
    size_t length = (size_t)sprintf(text, "==7== ");
    memset(text + length, 'x', INPUT_MAX_LINE - 1 - length);
    strcpy(text + INPUT_MAX_LINE - 1, "\nI  04001000,3\n");
    static struct loaded loaded;
    const char *path = trace_files_write("a", text);
    load(&loaded, path, NULL, 64, 64);
    cr_assert_eq(loaded.num, 1, "%s", loaded.err.text);
    text[INPUT_MAX_LINE - 1] = 'x';
    load(&loaded, trace_files_write("b", text), NULL, 64, 64);
    cr_assert_eq(loaded.err.status, ERR_TRACE);
    cr_assert_not_null(strstr(loaded.err.text, "b:1: a line longer than 1048576 bytes"), "%s",
                       loaded.err.text);
}

// --- what is refused ----------------------------------------------------------------------------

Test(mem_trace, malformed_lackey_is_refused_with_its_line)
{
    static const char *const bad[] = {
        "",
        "x",
        "I 04001000,3",
        "I  04001000",
        "I  04001000,",
        "I  ,3",
        "I  0x40,3",
        "I  04001000,3 ",
        "I  04001000,0",
        " L 04001000,65536",
        " L 40;3",
        " L 40, 3",
        " L 12345678901234567,1",
        " L ffffffffffffffff,2",
        " L 40,000008",
        " K 40,3",
        "  L 40,3",
        "L 40,3",
        " L  40,3",
        " L g,3",
        " S 40,-1",
        "=7= text",
        "==x== text",
        "==7=- text",
        "== text",
        " ",
        "I",
        " L",
        " L 40,3\r",
        "# a comment",
        " M 40,4294967304",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[256];
        snprintf(text, sizeof text, SAID " L 04001000,3\n%s\n L 40,3\n", bad[i]);
        expect_bad(trace_files_write("a", text), NULL, 1, "a:4: \"");
    }
    expect_bad(trace_files_write("a", " L 40,3\n\x01\xff\n"), NULL, 1, "a:2: \"??\": neither");
    expect_bad(trace_files_write_bytes("a", " L 40,3\n L 4\0,3\n", 17), NULL, 1,
               "a:2: \" L 4?,3\"");
}

Test(mem_trace, malformed_dinero_is_refused_with_its_line)
{
    static const char *const bad[] = {
        "",        "x",
        "5 40",    "0",
        "0 ",      "0 x",
        "0 40,4",  "040",
        "r 40",    "r 40 ",
        "r 40 0",  "r 40 g",
        "r 40,4",  "w 40 10000",
        "00 40",   "-1 40",
        "0 0x",    "w 40 0x",
        "q 40 4",  "0 12345678901234567",
        "r 40 4,", "r ffffffffffffffff 2",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[256];
        snprintf(text, sizeof text, "0 40\n1 44\n%s\n", bad[i]);
        expect_bad(trace_files_write("a", text), NULL, 2, "a:3: \"");
    }
}

Test(mem_trace, a_file_that_is_missing_or_empty_or_of_no_format_is_refused)
{
    expect_bad("/nonexistent/file", NULL, 0, "/nonexistent/file: No such file");
    expect_bad(scratch_folder(), NULL, 0, "not a regular file");
    expect_bad(trace_files_write("a", ""), NULL, 0, "a: an empty file");
    expect_bad(trace_files_write("a", ""), &lackey_format, 0, "a: no reference to memory");
    expect_bad(trace_files_write("a", SAID), NULL, 0, "a: no reference to memory");
    expect_bad(trace_files_write("a", "0 init\n"), NULL, 0, "not a memory trace of a known format");
    expect_bad(trace_files_write("a", "0 40\n"), &lackey_format, 0, "a:1: \"0 40\": neither");
}

Test(mem_trace, a_file_cut_off_within_a_line_is_refused_and_between_lines_is_shorter)
{
    static struct loaded loaded;
    for (size_t num = strlen(SAID) + 1; num < sizeof lackey_text; num++) {
        load_equally(&loaded, trace_files_write_bytes("a", lackey_text, num), NULL);
        bool whole = lackey_text[num - 1] == '\n';
        cr_assert_eq(loaded.err.status, whole ? ERR_NONE : ERR_TRACE, "%zu", num);
        cr_assert(same_refs(loaded.refs, lackey_refs, loaded.num));
        if (!whole)
            cr_assert_not_null(strstr(loaded.err.text, "ends within a line: it is cut off"), "%s",
                               loaded.err.text);
    }
}

Test(mem_trace, compressed_files_cut_off_anywhere_are_refused)
{
    static const char *const filters[] = {"zstd", "xz", "gzip", "bzip2"};
    static struct mem_ref refs[1000];
    static struct loaded loaded;
    static char text[MAX_TEXT];
    struct rng rng = rng_make(2, RNG_SHUFFLE, 0);
    draw_text(&rng, &lackey_format, refs, 300, text);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        size_t num;
        char *bytes = trace_files_read(trace_files_compress("a", filters[i], text), &num);
        for (size_t cut = 1; cut < num; cut += 1 + num / 200) {
            load_equally(&loaded, trace_files_write_bytes("b", bytes, num - cut), &lackey_format);
            cr_assert_eq(loaded.err.status, ERR_TRACE, "%s without %zu bytes", filters[i], cut);
            cr_assert_not_null(strstr(loaded.err.text, "/b"), "%s", loaded.err.text);
            cr_assert(same_refs(loaded.refs, refs, loaded.num));
        }
        free(bytes);
    }
}

// --- against another parser ---------------------------------------------------------------------

// The number of whole lines before the first that the grammar does not have.
static size_t good_lines(const char *text)
{
    static const char grammar[] = "^((I  | [LSM] )([0-9a-fA-F]{1,16}),([0-9]{1,5})"
                                  "|(==[0-9]+==|--[0-9]+--|[*]{2}[0-9]+[*]{2}).*)$";
    regex_t regex;
    cr_assert_eq(regcomp(&regex, grammar, REG_EXTENDED), 0);
    size_t lines = 0;
    for (const char *newline; (newline = strchr(text, '\n')) != NULL; text = newline + 1, lines++) {
        char line[512];
        regmatch_t match[5];
        cr_assert_lt((size_t)(newline - text), sizeof line);
        snprintf(line, sizeof line, "%.*s", (int)(newline - text), text);
        if (regexec(&regex, line, 5, match, 0) != 0)
            break;
        if (match[3].rm_so < 0)
            continue;
        uint64_t address = strtoull(line + match[3].rm_so, NULL, 16);
        uint64_t size = strtoull(line + match[4].rm_so, NULL, 10);
        if (size < 1 || size > UINT16_MAX || address + size - 1 < address)
            break;
    }
    regfree(&regex);
    return lines;
}

Test(mem_trace, damaged_text_is_refused_where_a_grammar_says)
{
    static const char bytes[] = "0123456789abcdefABCDEFgILSM ,,\n\n==--**7x\r\t\x80";
    static struct loaded loaded;
    char text[sizeof lackey_text];
    struct rng rng = rng_make(3, RNG_SHUFFLE, 0);
    size_t refused = 0;
    for (size_t i = 0; i < 3000; i++) {
        memcpy(text, lackey_text, sizeof text);
        for (uint64_t damage = rng_below(&rng, 4); damage-- > 0;)
            text[rng_below(&rng, sizeof text - 2)] = bytes[rng_below(&rng, sizeof bytes - 1)];
        load_equally(&loaded, trace_files_write("a", text), &lackey_format);
        size_t lines = good_lines(text);
        size_t all = 0;
        for (const char *at = text; *at; at++)
            all += *at == '\n';
        cr_assert_eq(loaded.lines, lines, "%s\n%s", loaded.err.text, text);
        cr_assert_eq(loaded.err.status, lines < all || !loaded.num ? ERR_TRACE : ERR_NONE);
        refused += loaded.err.status != ERR_NONE;
    }
    cr_assert(refused > 1000 && refused < 2900, "%zu", refused);
}

Test(mem_trace, random_bytes_are_an_error_or_a_trace)
{
    static struct loaded loaded;
    char bytes[600];
    struct rng rng = rng_make(4, RNG_SHUFFLE, 0);
    for (size_t i = 0; i < 2000; i++) {
        size_t num = rng_below(&rng, sizeof bytes);
        for (size_t j = 0; j < num; j++)
            if (i % 2)
                bytes[j] = (char)rng_next(&rng);
            else
                bytes[j] = "0123 rwi\nfx,"[rng_below(&rng, 12)];
        const char *path = trace_files_write_bytes("a", bytes, num);
        load_equally(&loaded, path, i % 3 ? mem_formats[i % 3 - 1] : NULL);
        cr_assert(loaded.err.status == ERR_NONE || loaded.err.status == ERR_TRACE);
        cr_assert(loaded.num > 0 || loaded.err.status == ERR_TRACE);
    }
}
