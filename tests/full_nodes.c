// SPDX-License-Identifier: Apache-2.0
#include "tests/full_nodes.h"

#include "sim/figure.h"
#include "sim/output.h"
#include "tests/config_text.h"

#include <stdarg.h>

enum { MAX_TEXT = 1 << 17 };

const char *full_nodes_trace(const char *program)
{
    static unsigned num;
    static char text[MAX_TEXT + 64];
    char name[32];
    snprintf(name, sizeof name, "%u.trace", num++);
    snprintf(text, sizeof text, "ordito-trace 1\n%s\nend\n", program);
    return scratch_file(name, text);
}

void full_nodes_free_software(struct config *config)
{
    uint32_t interrupt_cycles = config->software.interrupt_cycles;
    config->software = (struct software_params){.send = SOFTWARE_SEND_COPY,
                                                .arrival = config->software.arrival,
                                                .copy_bytes = 8,
                                                .kernel_buffer_bytes = 65536,
                                                .interrupt_cycles = interrupt_cycles,
                                                .quantum_cycles = 1000,
                                                .spin_cycles = 100};
    config->send_copies = config->receive_copies = 0;
}

struct config full_nodes_config(const char *program, const char *const *settings)
{
    struct config config = made();
    char path[256];
    set(&config, "nodes.model=full");
    set(&config, "workload.kind=trace");
    set(&config, "fabric.topology={kind: ring, n: 4}");
    set(&config, "fabric.router.vc_choice=by-flow");
    set(&config, "nodes.nic.grants=false");
    set(&config, "run.max_cycles=20000000");
    full_nodes_free_software(&config);
    if (program) {
        snprintf(path, sizeof path, "workload.path=%s", full_nodes_trace(program));
        set(&config, path);
    }
    for (; *settings; settings++)
        set(&config, *settings);
    return config;
}

struct run_result *full_nodes_run(const struct config *config, struct err *err)
{
    struct run_result *result = calloc(1, sizeof *result);
    struct run_outputs outputs = {.quiet = true, .assertions = true};
    cr_assert(result);
    if (config_check(config, err) && run_simulate(config, &outputs, result, err))
        return result;
    free(result);
    return NULL;
}

// What was handed to cards is what they gave out, and nothing was wrong.
static void check_cards(const struct computers_stats *nodes)
{
    const struct nic_stats *cards = &nodes->nic;
    cr_assert_eq(cards->messages_sent, cards->messages_received);
    cr_assert_eq(cards->packets_sent, cards->packets_received);
    cr_assert_eq(cards->bytes_sent, cards->bytes_received);
    cr_assert_eq(cards->packets_discarded, 0);
    cr_assert_eq(cards->misplaced, 0);
    for (int status = NIC_BAD_ADDRESS; status < NIC_NUM_STATUSES; status++)
        if (status != NIC_PIO_BUSY) // the driver tries again
            cr_assert_eq(cards->errors[status], 0, "errors of status %d", status);
    cr_assert_eq(nodes->driver_errors, 0);
    cr_assert_eq(nodes->core.errors, 0);
    for (int i = 0; i < MASTER_NUM; i++)
        cr_assert_eq(nodes->masters[i].errors, 0);
}

struct run_result *full_nodes_complete(const struct config *config)
{
    struct err err = {0};
    struct run_result *result = full_nodes_run(config, &err);
    cr_assert(result && err.status == ERR_NONE, "%s", err.text);
    cr_assert_eq(result->outcome, RUN_COMPLETED, "%s", run_outcome_names[result->outcome]);
    cr_assert_neq(result->makespan_cycles, UINT64_MAX);
    cr_assert_eq(result->counters.packets_created, result->counters.packets_ejected);
    cr_assert_eq(result->counters.packets_created, result->nodes.nic.packets_sent);
    check_cards(&result->nodes);
    return result;
}

uint64_t full_nodes_makespan(const struct config *config)
{
    struct run_result *result = full_nodes_complete(config);
    uint64_t cycles = result->makespan_cycles;
    free(result);
    return cycles;
}

char *full_nodes_told(const struct config *config)
{
    struct err err = {0};
    char *text = NULL;
    struct run_result *result = full_nodes_run(config, &err);
    struct figure_source source = {.config = config, .result = result, .output_s = -1};
    json_t *object = result ? output_json(&source) : json_object();
    cr_assert(object);
    json_object_del(object, "host");
    char *json = output_json_text(object, false);
    cr_assert_gt(
        asprintf(&text, "%d %s\n%s\n%s", err.status, err.text, result ? result->note : "", json),
        0);
    json_decref(object);
    free(json);
    free(result);
    return text;
}

// A growing text.
void full_nodes_expect_same(const struct config *config, const struct run_result *a,
                            const struct run_result *b)
{
    struct figure_source sources[] = {
        {.config = config, .result = a, .output_s = -1},
        {.config = config, .result = b, .output_s = -1},
    };
    int num = 0;
    for (size_t i = 0; i < figure_num; i++) {
        if (strncmp(figure_path(i), "nodes.", strlen("nodes.")) != 0)
            continue;
        struct figure_value x = figure_get(i, &sources[0]);
        struct figure_value y = figure_get(i, &sources[1]);
        cr_assert_eq(x.type, y.type, "%s", figure_path(i));
        cr_assert_eq(x.integer, y.integer, "%s", figure_path(i));
        cr_assert(x.real == y.real, "%s", figure_path(i));
        num += x.type != FIGURE_UNDEFINED;
    }
    cr_assert_gt(num, 0);
}

static void add(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(char *text, const char *format, ...)
{
    size_t used = strlen(text);
    va_list values;
    va_start(values, format);
    int length = vsnprintf(text + used, MAX_TEXT - used, format, values);
    va_end(values);
    cr_assert_lt(used + (size_t)length, MAX_TEXT);
}

const char *full_nodes_flood(uint32_t ranks, uint32_t messages, uint32_t bytes)
{
    static char text[MAX_TEXT];
    snprintf(text, sizeof text, "ranks %u\n", ranks);
    for (uint32_t rank = 0; rank < ranks; rank++) {
        add(text, "rank %u\n", rank);
        for (uint32_t i = 0; i < messages; i++)
            for (uint32_t k = 1; k < ranks; k++)
                add(text, "isend to=%u tag=%u bytes=%u\n", (rank + k) % ranks, i,
                    bytes + (i % 3 ? 0 : rank));
        for (uint32_t i = 0; i < messages; i++)
            for (uint32_t k = 1; k < ranks; k++)
                add(text, "recv from=%u tag=%u bytes=%u\n", (rank + k) % ranks, i,
                    bytes + (i % 3 ? 0 : (rank + k) % ranks));
        add(text, "waitall\n");
    }
    return text;
}
