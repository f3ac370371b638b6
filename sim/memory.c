// SPDX-License-Identifier: Apache-2.0
#include "sim/memory.h"

#include "sim/host.h"
#include "sim/json_path.h"
#include "sim/measurement.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

struct memory_estimate memory_estimate(const struct config *config,
                                       const struct fabric_params *params, const char *routing_name,
                                       uint64_t workload_bytes)
{
    const struct topology *t = params->topology;
    struct memory_estimate e = {.num_routers = t->num_routers, .topology = topology_bytes(t)};
    e.tables = routing_bytes(params->routing, t, routing_name, &e.making_tables);
    e.channels = fabric_bytes(params, &e.routers) - e.routers;
    e.workload = workload_bytes;
    e.statistics = measurement_bytes(t, config->classes);
    uint64_t running = e.routers + e.channels + e.workload + e.statistics;
    e.all = e.topology + e.tables + (running > e.making_tables ? running : e.making_tables);
    return e;
}

static double per_router(const struct memory_estimate *self, uint64_t bytes)
{
    return (double)bytes / (double)self->num_routers;
}

bool memory_fits(const struct config *config, const struct memory_estimate *estimate,
                 struct err *err)
{
    const char *whose;
    uint64_t have = host_memory_bytes(&whose);
    return estimate->all <= have ||
           config_refuse(config, "fabric.topology", err,
                         "%" PRIu64 " routers need about %.1f GiB, %.0f bytes each, and %s has "
                         "%.1f GiB",
                         estimate->num_routers, (double)estimate->all / 0x1p30,
                         per_router(estimate, estimate->all), whose, (double)have / 0x1p30);
}

// What is told of it.
static const struct {
    const char *key, *label;
    size_t offset;
} rows[] = {
    {"routers", "routers", offsetof(struct memory_estimate, routers)},
    {"tables", "routing tables", offsetof(struct memory_estimate, tables)},
    {"channels", "channels and terminals", offsetof(struct memory_estimate, channels)},
    {"topology", "topology", offsetof(struct memory_estimate, topology)},
    {"workload", "workload", offsetof(struct memory_estimate, workload)},
    {"statistics", "statistics", offsetof(struct memory_estimate, statistics)},
    {"all", "all", offsetof(struct memory_estimate, all)},
};
enum { NUM_ROWS = sizeof rows / sizeof *rows };

static uint64_t bytes_of(const struct memory_estimate *self, size_t row)
{
    return *(const uint64_t *)(const void *)((const char *)self + rows[row].offset);
}

void memory_print(const struct memory_estimate *estimate)
{
    printf("\n%-30s  %14s  %14s\n", "Memory by estimate [bytes]", "a router", "in all");
    for (size_t i = 0; i < NUM_ROWS; i++)
        printf("%-30s  %14.0f  %14" PRIu64 "\n", rows[i].label,
               per_router(estimate, bytes_of(estimate, i)), bytes_of(estimate, i));
}

bool memory_json(json_t *root, const struct memory_estimate *estimate)
{
    for (size_t i = 0; i < NUM_ROWS; i++) {
        char path[64];
        snprintf(path, sizeof path, "memory.%s_bytes", rows[i].key);
        if (!json_path_set(root, path, json_integer((json_int_t)bytes_of(estimate, i))))
            return false;
    }
    return json_path_set(root, "memory.bytes_per_router",
                         json_real(per_router(estimate, estimate->all)));
}
