// SPDX-License-Identifier: Apache-2.0
#include "tests/software_machine.h"

#include "sim/rng.h"
#include "tests/config_text.h"

#include <stdarg.h>

enum { MAX_RANKS = 16, MAX_TEXT = 1 << 16, BUFFER_BYTES = 1 << 20 };

struct config software_machine(const char *program, const char *const *settings)
{
    struct config config = full_nodes_config(program, (const char *const[]){NULL});
    config.software = (struct software_params){.copy_bytes = 16,
                                               .kernel_buffer_bytes = 65536,
                                               .quantum_cycles = 3000,
                                               .spin_cycles = 90,
                                               .trap_cycles = 31,
                                               .trap_return_cycles = 23,
                                               .driver_cycles = 19,
                                               .demultiplex_cycles = 17,
                                               .match_cycles = 13,
                                               .match_entry_cycles = 3,
                                               .interrupt_cycles = 211,
                                               .thread_cycles = 151,
                                               .wake_cycles = 53,
                                               .switch_cycles = 101,
                                               .pin_cycles = 43,
                                               .protect_cycles = 37,
                                               .fault_cycles = 71};
    for (; *settings; settings++)
        set(&config, *settings);
    return config;
}

// --- random programs ----------------------------------------------------------------------------

struct texts {
    char of[MAX_RANKS][MAX_TEXT / MAX_RANKS];
};

static void add(struct texts *texts, uint32_t rank, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(struct texts *texts, uint32_t rank, const char *format, ...)
{
    char *text = texts->of[rank];
    size_t used = strlen(text);
    va_list values;
    va_start(values, format);
    int length = vsnprintf(text + used, sizeof texts->of[0] - used, format, values);
    va_end(values);
    cr_assert_lt(used + (size_t)length, sizeof texts->of[0]);
}

static uint32_t draw_bytes(struct rng *rng, uint32_t max_bytes)
{
    uint32_t top = 1 + (uint32_t)rng_below(rng, max_bytes);
    return rng_below(rng, 8) == 0 ? 0 : 1 + (uint32_t)rng_below(rng, top);
}

// Every rank sends one message around the ring, so many places on, and receives one.
static void add_round(struct texts *texts, uint32_t ranks, uint32_t round, uint32_t max_bytes,
                      struct rng *rng)
{
    uint32_t step = 1 + (uint32_t)rng_below(rng, ranks - 1);
    uint32_t bytes[MAX_RANKS];
    for (uint32_t i = 0; i < ranks; i++)
        bytes[i] = draw_bytes(rng, max_bytes);
    for (uint32_t i = 0; i < ranks; i++) {
        uint32_t to = (i + step) % ranks, from = (i + ranks - step) % ranks;
        uint64_t out = 2 * (uint64_t)BUFFER_BYTES * (1 + round % 3), in = out + BUFFER_BYTES;
        bool posts_first = rng_below(rng, 2);
        add(texts, i, "waitall\nstore at=%lu bytes=64\n", (unsigned long)out);
        if (posts_first)
            add(texts, i, "irecv from=%u tag=%u bytes=%u at=%lu\n", from, round, bytes[from],
                (unsigned long)in);
        if (rng_below(rng, 2))
            add(texts, i, "compute ns=%u\n", (uint32_t)rng_below(rng, 9000));
        add(texts, i, "isend to=%u tag=%u bytes=%u at=%lu\n", to, round, bytes[i],
            (unsigned long)out);
        if (rng_below(rng, 2))
            add(texts, i, "compute ns=%u\n", (uint32_t)rng_below(rng, 9000));
        if (rng_below(rng, 3) == 0)
            add(texts, i, "test to=%u tag=%u\n", to, round);
        if (!posts_first)
            add(texts, i, "recv from=%u tag=%u bytes=%u at=%lu\n", from, round, bytes[from],
                (unsigned long)in);
        if (rng_below(rng, 2))
            add(texts, i, "wait to=%u tag=%u\n", to, round);
    }
    uint32_t kind = (uint32_t)rng_below(rng, 6);
    for (uint32_t i = 0; i < ranks && kind < 2; i++)
        add(texts, i, "%s", kind ? "allreduce bytes=500 ns=90\n" : "alltoall bytes=100\n");
}

const char *software_random_program(uint32_t ranks, uint32_t rounds, uint32_t max_bytes,
                                    uint64_t seed, uint32_t rest_ns)
{
    static struct texts texts;
    static char all[MAX_TEXT];
    struct rng rng = rng_make(seed, 0, 0);
    memset(&texts, 0, sizeof texts);
    for (uint32_t i = 0; i < rounds; i++)
        add_round(&texts, ranks, i, max_bytes, &rng);
    int used = snprintf(all, sizeof all, "ranks %u\n", ranks);
    for (uint32_t i = 0; i < ranks; i++)
        used += snprintf(all + used, sizeof all - (size_t)used,
                         "rank %u\n%swaitall\nbarrier\nsleep ns=%u\n", i, texts.of[i], rest_ns);
    cr_assert_lt((size_t)used, sizeof all);
    return all;
}

// --- accounts -----------------------------------------------------------------------------------

static uint64_t sum_of(const struct software_stats *software)
{
    uint64_t sum = 0;
    for (int i = 0; i < SOFTWARE_NUM_ACCOUNTS; i++)
        sum += software->cycles[i];
    return sum;
}

static uint32_t send_copies(const struct config *config)
{
    bool copies = config->software.send == SOFTWARE_SEND_COPY ||
                  (config->software.path == SOFTWARE_KERNEL &&
                   config->software.send != SOFTWARE_SEND_COPY_ON_WRITE);
    return config->send_copies == CONFIG_AUTO ? copies : (uint32_t)config->send_copies;
}

static void check_copies(const struct config *config, const struct run_result *result)
{
    const struct software_stats *software = &result->nodes.software;
    uint64_t bytes = result->bytes + result->collective_bytes;
    uint64_t receive_copies =
        config->receive_copies == CONFIG_AUTO ? 1 : (uint64_t)config->receive_copies;
    cr_assert_eq(software->send_copied_bytes, bytes * send_copies(config));
    cr_assert_eq(software->receive_copied_bytes, bytes * receive_copies + software->kept_bytes);
    cr_assert_leq(software->kept_bytes, receive_copies > 0 ? bytes : 0);
}

// What costs the same each time.
static void check_products(const struct config *config, const struct run_result *result)
{
    const struct software_params *p = &config->software;
    const struct software_stats *s = &result->nodes.software;
    cr_assert_eq(s->cycles[SOFTWARE_TRAP], s->traps * (p->trap_cycles + p->trap_return_cycles));
    cr_assert_eq(s->cycles[SOFTWARE_INTERRUPT], s->interrupts * p->interrupt_cycles);
    cr_assert_eq(s->cycles[SOFTWARE_SWITCH], s->switches * p->switch_cycles, "%lu, not %lu x %u",
                 s->cycles[SOFTWARE_SWITCH], s->switches, p->switch_cycles);
    cr_assert_eq(s->cycles[SOFTWARE_THREAD], s->threads * p->thread_cycles);
    cr_assert_eq(s->cycles[SOFTWARE_WAKE], s->wakes * p->wake_cycles);
    cr_assert_eq(s->cycles[SOFTWARE_PIN], s->pinned_pages * p->pin_cycles);
    cr_assert_eq(s->cycles[SOFTWARE_PROTECT], s->protected_pages * p->protect_cycles);
    cr_assert_eq(s->cycles[SOFTWARE_DEMULTIPLEX] % p->demultiplex_cycles, 0);
    cr_assert_geq(s->cycles[SOFTWARE_FAULT], s->faults * p->fault_cycles);
}

// What there is no cause for.
static void check_zeros(const struct config *config, const struct run_result *result)
{
    const struct software_params *p = &config->software;
    const struct software_stats *s = &result->nodes.software;
    bool polls = p->arrival == SOFTWARE_ARRIVAL_POLLING;
    bool shares = config->ranks_per_node > config->node.cores;
    bool kernel = p->path == SOFTWARE_KERNEL;
    bool copies = send_copies(config) > 0;
    cr_assert_eq(s->interrupts > 0, !polls || p->send == SOFTWARE_SEND_INTERRUPT);
    cr_assert_eq(s->threads > 0, p->arrival == SOFTWARE_ARRIVAL_POP_UP);
    cr_assert(s->wakes == 0 || !polls);
    cr_assert(s->switches == 0 || shares || s->threads > 0);
    cr_assert(s->cycles[SOFTWARE_SPIN] == 0 || (polls && shares));
    cr_assert_eq(s->cycles[SOFTWARE_DEMULTIPLEX] > 0, kernel);
    cr_assert(s->traps > 0 || !kernel);
    cr_assert(s->traps == 0 || kernel || s->pinned_pages + s->protected_pages > 0);
    cr_assert_eq(s->pinned_pages > 0, !copies);
    cr_assert_eq(s->protected_pages > 0, p->send == SOFTWARE_SEND_COPY_ON_WRITE && !copies);
    cr_assert(s->faults == 0 || s->protected_pages > 0);
    cr_assert_eq(s->cycles[SOFTWARE_COPY_SEND] > 0, copies);
    cr_assert_eq(s->cycles[SOFTWARE_COPY_RECEIVE] > 0, config->receive_copies != 0);
    cr_assert(s->buffer_waits == 0 || copies);
}

void software_check_accounts(const struct config *config, const struct run_result *result)
{
    const struct core_stats *core = &result->nodes.core;
    uint64_t all = core->compute_cycles + core->busy_cycles;
    for (int i = 0; i < CORE_NUM_WAITS; i++)
        all += core->wait_cycles[i];
    uint64_t works = all - core->wait_cycles[CORE_WAIT_SOURCE];
    uint64_t sum = sum_of(&result->nodes.software);
    uint64_t spin = result->nodes.software.cycles[SOFTWARE_SPIN];
    cr_assert_leq(sum, all);
    // But for the cycle in which a core is woken by what turns out to be nothing.
    cr_assert_leq(sum - spin, works);
    cr_assert_leq(works, sum + works / 1000, "%lu less %lu, not %lu", sum, spin, works);
    check_copies(config, result);
    check_products(config, result);
    check_zeros(config, result);
}
