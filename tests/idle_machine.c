// SPDX-License-Identifier: Apache-2.0
#include "tests/idle_machine.h"

#include "sim/rng.h"
#include "tests/config_text.h"

const char *idle_packets_file(const char *name, uint64_t gap_cycles, uint32_t classes)
{
    char text[4096];
    size_t used = 0;
    for (uint64_t i = 0; i < 60; i++) {
        uint64_t draw = rng_mix(i);
        used += (size_t)snprintf(text + used, sizeof text - used, "%lu %lu %lu %lu %lu\n",
                                 i / 6 * gap_cycles + i % 6 / 2, draw % IDLE_NUM_NODES,
                                 (draw >> 8) % IDLE_NUM_NODES, 1 + (draw >> 16) % IDLE_MAX_FLITS,
                                 (draw >> 24) % classes);
    }
    return scratch_file(name, text);
}

static uint32_t bytes_of(uint32_t rank)
{
    return rank % 2 ? 200 : 24;
}

const char *idle_trace_file(const char *name, uint64_t compute)
{
    char text[4096];
    size_t used = 0;
    for (uint32_t rank = 0; rank < IDLE_NUM_NODES; rank++) {
        uint32_t next = (rank + 1) % IDLE_NUM_NODES;
        uint32_t last = (rank + IDLE_NUM_NODES - 1) % IDLE_NUM_NODES;
        used += (size_t)snprintf(
            text + used, sizeof text - used,
            "%u init\n%u compute %lu\n%u isend %u 0 %u\n%u recv %u 0 %u\n%u wait %u %u 0\n"
            "%u compute %lu\n%u allreduce 40 10 6\n%u barrier\n%u finalize\n",
            rank, rank, compute + 17 * rank, rank, next, bytes_of(rank), rank, last, bytes_of(last),
            rank, rank, next, rank, compute, rank, rank, rank);
    }
    return scratch_file(name, text);
}

struct idle_files idle_files_made(void)
{
    return (struct idle_files){
        .packets = {idle_packets_file("one.txt", 300, 1), idle_packets_file("two.txt", 300, 2)},
        .trace = idle_trace_file("program.txt", 700),
    };
}

static struct synthetic_length lengths[2][2] = {
    {{.flits = IDLE_MAX_FLITS, .weight = 1}, {.flits = 1, .weight = 1}},
    {{.flits = IDLE_MAX_FLITS, .weight = 1}, {.flits = 1, .weight = 1, .traffic_class = 1}},
};

struct config idle_base(void)
{
    struct config base = made();
    base.max_flits = IDLE_MAX_FLITS;
    base.buffer_flits = 2 * IDLE_MAX_FLITS;
    base.allow_deadlock = true;
    base.watchdog_cycles = 300;
    base.warmup_cycles = 50;
    base.measure_cycles = 150;
    base.eager_bytes = 100;
    base.burst_cycles = 20;
    base.burst_rate_flits_per_node_cycle = 0.8;
    base.num_lengths = 0;
    return base;
}

void idle_give_work(struct config *config, const struct idle_files *files, size_t workload,
                    bool sparse)
{
    config->workload =
        workload == IDLE_BURSTY ? WORKLOAD_SYNTHETIC : (enum config_workload)workload;
    config->bursty = workload == IDLE_BURSTY;
    config->rate_flits_per_node_cycle = sparse ? 0.004 : 0.2;
    config->lengths = lengths[config->classes - 1];
    config->num_lengths = 2;
    config->path = NULL;
    if (config->workload == WORKLOAD_TRACE)
        config->path = (char *)files->trace;
    else if (config->workload == WORKLOAD_PACKETS)
        config->path = (char *)files->packets[config->classes - 1];
}
