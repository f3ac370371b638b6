// SPDX-License-Identifier: Apache-2.0
// What a report gathers while a run goes on.
#include "model/node/life.h"
#include "sim/report_messages.h"
#include "sim/report_time.h"
#include "sim/stat.h"

#include <criterion/criterion.h>
#include <string.h>

static void deliver(struct fabric_observer *observer, uint64_t serial, uint64_t created_cycle,
                    uint64_t latency_cycles, enum packet_fate fate)
{
    struct packet packet = {.serial = serial,
                            .created_cycle = created_cycle,
                            .ejected_cycle = created_cycle + latency_cycles,
                            .flits = 3,
                            .fate = fate};
    struct fabric_event created = {.cycle = created_cycle, .kind = FABRIC_CREATED};
    struct fabric_event delivered = {.cycle = packet.ejected_cycle, .kind = FABRIC_DELIVERED};
    observer->event(observer->context, &created, &packet);
    observer->event(observer->context, &delivered, &packet);
}

static uint64_t sum_of(const json_t *object, const char *key)
{
    uint64_t sum = 0;
    size_t i;
    json_t *value;
    json_array_foreach(json_object_get(object, key), i, value) sum +=
        (uint64_t)json_integer_value(value);
    return sum;
}

Test(report, stretches_of_time_double_and_lose_nothing)
{
    static struct report_time time;
    struct fabric_observer observer = report_time_observer(&time);
    for (uint64_t i = 0; i < 1000; i++)
        deliver(&observer, i, 77 * i, 10, i % 10 ? PACKET_WHOLE : PACKET_DROPPED);
    json_t *object = report_time_json(&time, 77000);
    uint64_t width = (uint64_t)json_integer_value(json_object_get(object, "bucket_cycles"));
    cr_assert_eq(width, 256); // 77,000 cycles in at most 512 stretches of 16, doubled
    cr_assert_eq(json_array_size(json_object_get(object, "packets")), 301);
    cr_assert_eq(sum_of(object, "created_flits"), 3000);
    cr_assert_eq(sum_of(object, "ejected_flits"), 2700);
    cr_assert_eq(sum_of(object, "packets"), 900);
    cr_assert_eq(sum_of(object, "latency_cycles"), 9000);
    json_decref(object);
}

Test(report, the_slowest_packets_are_kept_and_of_equals_the_first)
{
    static struct report_time time;
    struct fabric_observer observer = report_time_observer(&time);
    for (uint64_t i = 0; i < 500; i++)
        deliver(&observer, i, i, 5 + i * 37 % 250, i % 250 == 27 ? PACKET_DROPPED : PACKET_WHOLE);
    cr_assert_eq(time.num_slowest, REPORT_SLOWEST);
    for (size_t i = 0; i < REPORT_SLOWEST; i++) {
        const struct packet *p = &time.slowest[i];
        cr_assert_eq(p->ejected_cycle - p->created_cycle,
                     253 - i / 2); // each comes twice; those of 254 are lost
        cr_assert(i % 2 == 0 || p->serial > time.slowest[i - 1].serial);
    }
}

Test(report, the_slowest_messages_are_found_among_lines_that_are_passed_on)
{
    char *passed = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&passed, &size);
    struct report_messages *messages = report_messages_new(3);
    FILE *stream = report_messages_stream(messages, to);
    struct lives *lives = lives_new(stream, NULL);
    for (uint64_t i = 0; i < 50; i++) {
        struct life life;
        life_begin(&life, 1000 * i);
        life_mark(&life, LIFE_TRAP, 1000 * i + 4);
        life_mark(&life, LIFE_WAKE, 1000 * i + 4 + i * 7 % 50);
        lives_end(lives, &life, &(struct life_end){.from = 1, .to = 2, .bytes = i});
    }
    json_t *table = report_messages_json(messages);
    const json_t *rows = json_object_get(table, "rows");
    cr_assert_eq(json_array_size(rows), 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *row = json_array_get(rows, i);
        uint64_t number = (uint64_t)json_integer_value(json_object_get(row, "bytes"));
        const json_t *cycles = json_object_get(row, "cycles");
        cr_assert_eq(number * 7 % 50, 49 - i);
        cr_assert_eq(json_integer_value(json_array_get(cycles, LIFE_TRAP)), 4);
        cr_assert_eq(json_integer_value(json_array_get(cycles, LIFE_WAKE)), (json_int_t)(49 - i));
        cr_assert_eq(sum_of(row, "cycles"), 53 - i);
    }
    json_decref(table);
    lives_free(lives);
    report_messages_free(messages);
    fclose(to);
    size_t lines = 0;
    for (const char *at = passed; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    cr_assert_eq(lines, 51); // that of the headings, too
    free(passed);
}

Test(report, samples_below_a_value_are_counted_in_bins_and_beyond_them)
{
    struct stat_histogram histogram = {0};
    for (uint64_t i = 0; i < 10; i++)
        cr_assert(stat_histogram_add(&histogram, i * 10000));
    cr_assert_eq(stat_histogram_below(&histogram, 0), 0);
    cr_assert_eq(stat_histogram_below(&histogram, 20000), 2);
    cr_assert_eq(stat_histogram_below(&histogram, 20001), 3);
    cr_assert_eq(stat_histogram_below(&histogram, 70000), 7);
    cr_assert_eq(stat_histogram_below(&histogram, 1000000), 10);
    stat_histogram_free(&histogram);
}
