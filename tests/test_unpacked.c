// SPDX-License-Identifier: Apache-2.0
#include "tests/trace_files.h"
#include "traces/input.h"
#include "traces/unpacked.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Two members of one name, as an archive to which a file was appended a second time.
static const char members[] =
    "b/two.txt\0second\n\0a/one.txt\0first\nline\n\0a/empty.txt\0\0b/two.txt\0later\n\0";

enum { DATA_BYTES = 7 + 11 + 6, NAMES_BYTES = 10 + 10 + 12 + 10 };

static struct unpacked *unpack(const char *path, const char *base, size_t most_bytes)
{
    struct err err = {0};
    struct unpacked *self = unpacked_read(path, base, most_bytes, &err);
    cr_assert_not_null(self, "%s", err.text);
    return self;
}

static void expect_line(const char *path, const char *member, const struct unpacked *archive,
                        const char *expected)
{
    struct err err = {0};
    char *line;
    struct input *input = input_open(path, member, archive, &err);
    cr_assert_not_null(input, "%s", err.text);
    cr_assert_eq(input_line(input, &line, &err), expected ? INPUT_LINE : INPUT_END, "%s", err.text);
    if (expected)
        cr_assert_str_eq(line, expected);
    input_close(input);
}

Test(unpacked, a_member_is_read_alike_from_memory_and_from_the_archive)
{
    static const char *const filters[] = {"none", "zstd", "xz", "gzip", "bzip2"};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        const char *path = trace_files_archive("x", filters[i], members);
        struct unpacked *archive = unpack(path, "one.txt", UNPACKED_MOST_BYTES);
        cr_assert_str_eq(unpacked_found(archive), "a/one.txt");
        for (int kept = 0; kept < 2; kept++) {
            const struct unpacked *from = kept ? archive : NULL;
            expect_line(path, "a/one.txt", from, "first");
            expect_line(path, "a/empty.txt", from, NULL);
            expect_line(path, "b/two.txt", from, "second");
        }
        unpacked_free(archive);
    }
}

Test(unpacked, what_is_kept_is_the_bytes_of_the_first_member_of_a_name)
{
    const char *bytes;
    size_t num;
    struct unpacked *archive =
        unpack(trace_files_archive("x", "zstd", members), "none", DATA_BYTES + NAMES_BYTES);
    cr_assert_null(unpacked_found(archive));
    cr_assert(unpacked_member(archive, "b/two.txt", &bytes, &num));
    cr_assert(num == 7 && memcmp(bytes, "second\n", num) == 0);
    cr_assert(unpacked_member(archive, "a/empty.txt", &bytes, &num));
    cr_assert_eq(num, 0);
    cr_assert(!unpacked_member(archive, "a", &bytes, &num));
    cr_assert(!unpacked_member(archive, "c", &bytes, &num));
    unpacked_free(archive);
}

Test(unpacked, of_an_archive_with_a_byte_too_much_nothing_is_kept)
{
    const char *bytes;
    size_t num;
    const char *path = trace_files_archive("x", "zstd", members);
    for (size_t most = 0; most < DATA_BYTES + NAMES_BYTES; most++) {
        struct unpacked *archive = unpack(path, "empty.txt", most);
        cr_assert(unpacked_is_archive(archive));
        cr_assert_str_eq(unpacked_found(archive), "a/empty.txt");
        cr_assert(!unpacked_member(archive, "a/one.txt", &bytes, &num), "%zu bytes", most);
        expect_line(path, "a/one.txt", archive, "first");
        unpacked_free(archive);
    }
}

Test(unpacked, damage_behind_the_last_byte_that_has_room_is_found_all_the_same)
{
    size_t num;
    char *bytes = trace_files_read(trace_files_archive("x", "gzip", members), &num);
    bytes[num - 6] ^= 1; // of the checksum
    const char *path = trace_files_write_bytes("y", bytes, num);
    free(bytes);
    for (size_t most = 0; most <= UNPACKED_MOST_BYTES; most += UNPACKED_MOST_BYTES) {
        struct err err = {0};
        cr_assert_null(unpacked_read(path, "one.txt", most, &err));
        cr_assert_eq(err.status, ERR_TRACE, "%s", err.text);
        cr_assert_not_null(strstr(err.text, "damaged gzip data"), "%s", err.text);
    }
}

Test(unpacked, what_is_no_archive_is_left_alone)
{
    struct unpacked *archive =
        unpack(trace_files_compress("x", "zstd", "text\n"), "x", UNPACKED_MOST_BYTES);
    cr_assert(!unpacked_is_archive(archive));
    cr_assert_null(unpacked_found(archive));
    unpacked_free(archive);
}
