// SPDX-License-Identifier: Apache-2.0
// The workload of a machine.
#include "sim/machine.h"

#include "model/node/computers.h"
#include "model/node/driver.h"
#include "model/node/mpi.h"
#include "model/node/packets.h"
#include "model/node/synthetic.h"
#include "sim/config_groups.h"
#include "sim/config_rules.h"
#include "sim/machine_netrace.h"
#include "sim/timeline.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Slots of which three quarters, which are posted at any time, are enough for each other rank.
static uint32_t receive_slots(const struct config *config, uint32_t num_ranks)
{
    uint32_t slots = 64;
    while (slots / 4 * 3 < num_ranks && slots < DRIVER_MAX_RECEIVE_SLOTS)
        slots *= 2;
    return config->driver_receive_slots > 0 ? config->driver_receive_slots : slots;
}

// Buffers for fewer messages than may come at a time can lock cards up, unless all are granted.
static bool enough_slots(const struct machine *self, const struct config *config, uint32_t slots,
                         struct err *err)
{
    uint32_t others = self->trace ? self->trace->num_ranks - 1 : 0;
    bool all_ask = config->nic.grants && config->driver_pio_bytes == 0;
    return all_ask || slots / 4 * 3 >= others ||
           config_refuse(config, "nodes.driver.receive_slots", err,
                         "%" PRIu32 " slots, three quarters of which are posted at any time, are "
                         "too few for %" PRIu32 " ranks that may send; give more, or "
                         "nodes.nic.grants true without nodes.driver.pio_bytes",
                         slots, others);
}

static struct software_params software_params(const struct config *config)
{
    struct software_params params = config->software;
    bool copies = params.send == SOFTWARE_SEND_COPY ||
                  (params.path == SOFTWARE_KERNEL && params.send != SOFTWARE_SEND_COPY_ON_WRITE);
    params.send_copies =
        config->send_copies == CONFIG_AUTO ? copies : (uint32_t)config->send_copies;
    params.receive_copies =
        config->receive_copies == CONFIG_AUTO ? 1 : (uint32_t)config->receive_copies;
    return params;
}

// All but the program.
static struct computers_params computers_params(const struct machine *self,
                                                const struct config *config)
{
    uint32_t num_ranks =
        self->trace ? self->trace->num_ranks : self->topology->num_nodes * config->ranks_per_node;
    uint32_t flit_bytes = config->flit_bits / 8;
    struct computers_params params = {
        .node = config->node,
        .nic = config->nic,
        .send_slots = config->driver_send_slots,
        .receive_slots = receive_slots(config, num_ranks),
        .piece_bytes = config->driver_piece_bytes,
        .pio_bytes = config->driver_pio_bytes,
        .software = software_params(config),
        .mapping = config->mapping,
        .mapping_path = config->mapping_file,
        .checksum = config->driver_checksum,
        .lives = config->lives || self->lives_to,
        .lives_to = self->lives_to,
        .watch = self->timeline ? &self->timeline->watch : NULL,
        .num_nodes = self->topology->num_nodes,
        .ranks_per_node = config->ranks_per_node,
        .node_clocks_hz = self->node_clocks_hz,
        .fabric_clock_hz = config->fabric_clock_hz,
        .seed = config->seed,
        .end_cycle = config->max_cycles == CONFIG_AUTO ? UINT64_MAX : (uint64_t)config->max_cycles,
        .memory = self->memory,
    };
    params.nic.flit_bytes = flit_bytes;
    params.nic.header_flits = config->header_flits;
    params.nic.max_payload_bytes = (self->packet_flits_max - config->header_flits) * flit_bytes;
    params.nic.num_classes = config->classes;
    if (params.piece_bytes > params.nic.max_message_bytes)
        params.piece_bytes = params.nic.max_message_bytes;
    if (!params.nic.segmentation && params.piece_bytes > params.nic.max_payload_bytes)
        params.piece_bytes = params.nic.max_payload_bytes;
    if (params.nic.window_bytes > params.nic.max_payload_bytes / 8 * 8)
        params.nic.window_bytes = params.nic.max_payload_bytes / 8 * 8;
    return params;
}

uint64_t machine_workload_bytes(const struct machine *self, const struct config *config)
{
    if (config->workload == WORKLOAD_SYNTHETIC)
        return synthetic_bytes(self->topology->num_nodes);
    if (config->node_model != MODEL_FULL)
        return 0;
    struct computers_params params = computers_params(self, config);
    return computers_bytes(&params, self->memory  ? 1
                                    : self->trace ? self->trace->num_ranks
                                                  : params.num_nodes * params.ranks_per_node);
}

// Refuses packets that no buffer can take whole.
static bool fits_buffer(const struct machine *self, const struct config *config, const char *key,
                        struct err *err)
{
    if (config->fabric_model == FABRIC_IDEAL ||
        !switching_buffers_whole_packets(config->switching) ||
        self->packet_flits_max <= config->buffer_flits)
        return true;
    return config_refuse(config, key, err,
                         "packets of %u flits do not fit the buffers of %u flits "
                         "(fabric.router.buffer_flits), as %s needs; use shorter packets, larger "
                         "buffers, or wormhole or circuit switching",
                         self->packet_flits_max, config->buffer_flits,
                         switching_names[config->switching]);
}

static bool make_synthetic(struct machine *self, const struct config *config, struct err *err)
{
    struct synthetic_params params = {
        .pattern =
            {
                .pattern = config->pattern,
                .include_self = config->include_self,
                .seed = config->seed,
                .hotspots = config->hotspots,
                .num_hotspots = config->num_hotspots,
                .hotspot_fraction = config->hotspot_fraction,
                .permutation = config->permutation,
                .matrix = config->matrix,
            },
        .rate_flits_per_node_cycle = config->rate_flits_per_node_cycle,
        .lengths = config->lengths,
        .num_lengths = config->num_lengths,
        .bursty = config->bursty,
        .burst_cycles = config->burst_cycles,
        .burst_rate_flits_per_node_cycle = config->burst_rate_flits_per_node_cycle,
    };
    self->workload = synthetic_new(&params, self->topology, err);
    return self->workload != NULL;
}

// Of ideal nodes, in cycles of the fabric.
static uint64_t quantum_cycles(const struct config *config)
{
    double cycles = (double)config->software.quantum_cycles * config->fabric_clock_hz /
                    config_node_clock_hz(config);
    return cycles >= 1 ? (uint64_t)fmin(cycles, 1e15) : 1;
}

static uint64_t cycles_of_ns(const struct config *config, double ns)
{
    return (uint64_t)llround(ns * 1e-9 * config->fabric_clock_hz);
}

static struct loggops_params loggops_params(const struct config *config)
{
    double cycles_per_ns = config->fabric_clock_hz * 1e-9;
    return (struct loggops_params){
        .latency_cycles = cycles_of_ns(config, config->loggops.latency_ns),
        .overhead_cycles = cycles_of_ns(config, config->loggops.overhead_ns),
        .gap_cycles = cycles_of_ns(config, config->loggops.gap_ns),
        .gap_cycles_per_byte = config->loggops.gap_ns_per_byte * cycles_per_ns,
        .overhead_cycles_per_byte = config->loggops.overhead_ns_per_byte * cycles_per_ns,
    };
}

static struct rpc_params rpc_params(const struct machine *self, const struct config *config)
{
    struct rpc_params params = config->rpc;
    params.interface = self->rpc_interface;
    params.seed = config->seed;
    return params;
}

static struct mpi_params mpi_params(const struct machine *self, const struct config *config)
{
    struct mpi_params params = {
        .trace = self->trace,
        .num_nodes = self->topology->num_nodes,
        .compute_scale = config->compute_scale,
        .places = self->places,
        .cores = config->node.cores,
        .quantum_cycles = quantum_cycles(config),
        .node_clocks_hz = self->node_clocks_hz,
        .fabric_clock_hz = config->fabric_clock_hz,
        .eager_bytes = config->eager_bytes,
        .sends_until_received = config->sends_until_received,
        .unexpected_bytes = config->unexpected_bytes,
        .priority_bytes = config->priority_bytes,
        .priority_class = config->classes - 1,
        .flit_bits = config->flit_bits,
        .header_flits = config->header_flits,
        .max_flits = self->packet_flits_max,
        .rpc = rpc_params(self, config),
        .watch = self->timeline ? &self->timeline->watch : NULL,
    };
    for (int kind = 0; kind < COLLECTIVE_NUM_KINDS; kind++)
        params.algorithms[kind] = config_rules_of(config, (enum collective_kind)kind);
    return params;
}

// Packets from one node to another come in the order in which they went, if of one class, or are
// taken by the card in that order as far as it matters (nic/stage_reliable.c).
static bool keeps_order(const struct routing *routing, const struct nic_params *nic)
{
    bool ways = routing->kind && (routing->kind->varies || routing->kind->adaptive);
    return nic->reliable == NIC_RELIABLE_NIC ||
           (!ways && (routing->by_flow || routing->class_vcs == 1));
}

static bool make_computers(struct machine *self, const struct config *config, struct err *err)
{
    struct computers_params params = computers_params(self, config);
    struct mpi_params mpi = {0};
    if (self->trace)
        mpi = mpi_params(self, config);
    params.mpi = &mpi;
    if (params.pio_bytes > params.nic.window_bytes)
        return config_refuse(config, "nodes.driver.pio_bytes", err,
                             "%" PRIu32 " bytes do not fit the card's window of %" PRIu32
                             " (nodes.nic.window_bytes, and what a packet takes)",
                             params.pio_bytes, params.nic.window_bytes);
    if (!params.nic.grants && !keeps_order(self->routing, &params.nic))
        return config_refuse(config, "nodes.nic.grants", err,
                             "messages may overtake each other in this network, and cards that do "
                             "not ask lock up: give true, or fabric.router.vc_choice by-flow");
    if (params.pio_bytes > 0 && !keeps_order(self->routing, &params.nic))
        return config_refuse(config, "nodes.driver.pio_bytes", err,
                             "messages may overtake each other in this network, and those by "
                             "programmed I/O lock cards up: give fabric.router.vc_choice by-flow");
    if (params.pio_bytes > 0 && params.software.path == SOFTWARE_KERNEL &&
        params.software.receive_copies > 0)
        return config_refuse(config, "nodes.driver.pio_bytes", err,
                             "the kernel keeps what has come until it is copied, and messages by "
                             "programmed I/O, which do not ask for a place, lock cards up; use "
                             "nodes.software.path user");
    if (params.pio_bytes > params.piece_bytes)
        return config_refuse(config, "nodes.driver.pio_bytes", err,
                             "%" PRIu32 " bytes are more than the driver's buffers of %" PRIu32,
                             params.pio_bytes, params.piece_bytes);
    if (!enough_slots(self, config, params.receive_slots, err))
        return false;
    self->computers = true;
    self->workload = computers_new(&params, err);
    return self->workload != NULL;
}

// The clock of each node.
static bool make_clocks(struct machine *self, const struct config *config, struct err *err)
{
    uint32_t num = self->topology->num_nodes;
    uint32_t missing;
    self->node_clocks_hz = calloc(num, sizeof *self->node_clocks_hz);
    if (!self->node_clocks_hz)
        return err_set(err, ERR_RUN, "out of memory");
    for (uint32_t i = 0; i < num; i++)
        self->node_clocks_hz[i] = config_node_clock_hz(config);
    return config_groups_clocks(config->node_groups, self->node_clocks_hz, num, &missing) ||
           config_refuse(config, "nodes.groups", err,
                         "there is no node %" PRIu32 ", the last is %" PRIu32, missing, num - 1);
}

// Where ranks run, if it is not simply rank i on node i.
static bool map_ranks(struct machine *self, const struct config *config, struct err *err)
{
    struct mapping_params params = {.policy = config->mapping,
                                    .path = config->mapping_file,
                                    .num_nodes = self->topology->num_nodes,
                                    .ranks_per_node = config->ranks_per_node,
                                    .cores = config->node.cores,
                                    .seed = config->seed};
    uint32_t num_ranks = self->trace->num_ranks;
    if (config->ranks_per_node == 1 && config->mapping == MAPPING_BLOCK)
        return num_ranks <= params.num_nodes ||
               err_set(err, ERR_CONFIG,
                       "the trace has %" PRIu32 " ranks, of which the %" PRIu32
                       " nodes take 1 each (nodes.ranks_per_node)",
                       num_ranks, params.num_nodes);
    if (self->trace->schedule)
        return config_refuse(config, "nodes.ranks_per_node", err,
                             "ranks of a schedule have processors of their own on ideal nodes; "
                             "give nodes.model full");
    self->places = mapping_make(&params, num_ranks, err);
    return self->places;
}

static bool make_trace(struct machine *self, const struct config *config, struct err *err)
{
    if (self->netrace)
        return machine_make_netrace(self, config, err);
    if (!make_clocks(self, config, err))
        return false;
    if (config->node_model == MODEL_FULL)
        return make_computers(self, config, err);
    if (!map_ranks(self, config, err))
        return false;
    struct mpi_params params = mpi_params(self, config);
    struct loggops_params loggops = loggops_params(config);
    if (config_is_loggops(config))
        params.loggops = &loggops;
    self->workload = mpi_new(&params, err);
    return self->workload != NULL;
}

// The format of this name, or NULL.
static const struct mem_format *memory_format(const char *name)
{
    for (size_t i = 0; i < mem_num_formats; i++)
        if (strcmp(mem_formats[i]->name, name) == 0)
            return mem_formats[i];
    return NULL;
}

// Opens a trace of references to memory, if it is one by its format's name or, if that is "auto",
// by its content.
static bool open_memory_trace(struct machine *self, const struct config *config, struct err *err)
{
    const struct mem_format *format = memory_format(config->format);
    if (!format && (strcmp(config->format, "auto") != 0 || !mem_trace_probe(config->path)))
        return true;
    if (config->node_model != MODEL_FULL)
        return config_refuse(config, "nodes.model", err,
                             "references to memory need caches; use full");
    self->memory = mem_trace_open(config->path, format, err);
    return self->memory != NULL;
}

static bool open_trace(struct machine *self, const struct config *config, struct err *err)
{
    if (!open_memory_trace(self, config, err) || !machine_open_netrace(self, config, err))
        return false;
    if (!self->memory && !self->netrace)
        self->trace = trace_open(config->path, config->format, err);
    if (self->netrace)
        return fits_buffer(self, config, "workload.path", err);
    if (self->trace && config->rpc_interface) {
        self->rpc_interface = rpc_interface_read(config->rpc_interface, err);
        return self->rpc_interface != NULL;
    }
    return self->memory || self->trace;
}

// Opens what the workload reads, and finds out how long its packets get.
bool machine_open_workload(struct machine *self, const struct config *config, struct err *err)
{
    switch (config->workload) {
    case WORKLOAD_TRACE:
        self->packet_flits_max = config_cut_flits(config);
        return open_trace(self, config, err);
    case WORKLOAD_PACKETS: {
        struct packets_summary summary;
        if (!packets_file_open(&self->packets_file, config->path, err) ||
            !packets_scan(&self->packets_file, self->topology->num_nodes, config->classes, &summary,
                          err))
            return false;
        self->packet_flits_max = summary.longest_flits;
        return fits_buffer(self, config, "workload.path", err);
    }
    default:
        for (uint32_t i = 0; i < config->num_lengths; i++)
            if (config->lengths[i].flits > self->packet_flits_max)
                self->packet_flits_max = config->lengths[i].flits;
        return fits_buffer(self, config, "workload.packet_flits", err);
    }
}

bool machine_make_workload(struct machine *self, const struct config *config, struct err *err)
{
    switch (config->workload) {
    case WORKLOAD_TRACE:
        return make_trace(self, config, err);
    case WORKLOAD_PACKETS:
        self->workload = packets_new(&self->packets_file, self->topology->num_nodes,
                                     config->classes, self->packet_flits_max, err);
        return self->workload != NULL;
    default:
        return make_synthetic(self, config, err);
    }
}

static void fill_mpi(const struct machine *self, const struct mpi_stats *stats,
                     struct run_result *result)
{
    bool ended = self->workload->ops->done(self->workload);
    result->makespan_cycles = ended ? stats->makespan_cycles : UINT64_MAX;
    result->messages = stats->messages;
    result->bytes = stats->bytes;
    result->collective_messages = stats->collective_messages;
    result->collective_bytes = stats->collective_bytes;
    result->deferred_messages = stats->deferred_messages;
    result->touches = stats->touches;
    memcpy(result->collective_calls, stats->collective_calls, sizeof result->collective_calls);
    result->compute_cycles_max = stats->compute_cycles_max;
    result->has_rpc = self->rpc_interface != NULL;
    result->rpc = stats->rpc;
}

static void tell_touches(const struct machine *self, const struct mpi_stats *stats,
                         struct run_result *result)
{
    size_t used = strlen(result->note);
    if (stats->touches > 0)
        snprintf(result->note + used, sizeof result->note - used,
                 "%" PRIu64 " accesses to buffers that are not free; the first: %s\n",
                 stats->touches,
                 self->computers ? computers_first_touch(self->workload)
                                 : mpi_first_touch(self->workload));
}

bool machine_detail(const struct machine *self, struct run_detail *detail, struct err *err)
{
    uint32_t num = self->trace ? self->trace->num_ranks : 0;
    *detail = (struct run_detail){.num_ranks = num};
    if (num == 0)
        return true;
    detail->end_cycles = calloc(num, sizeof *detail->end_cycles);
    if (!detail->end_cycles)
        return err_set(err, ERR_RUN, "out of memory");
    for (uint32_t i = 0; i < num; i++)
        detail->end_cycles[i] = self->computers ? computers_end_cycle(self->workload, i)
                                                : mpi_end_cycle(self->workload, i);
    return true;
}

void machine_application(const struct machine *self, struct run_result *result)
{
    result->has_application = self->trace || self->memory || self->netrace;
    result->has_nodes = self->computers;
    if (self->netrace)
        machine_netrace_application(self, result);
    if (!self->trace && !self->memory)
        return;
    struct mpi_stats stats =
        self->computers ? computers_mpi_stats(self->workload) : mpi_stats(self->workload);
    fill_mpi(self, &stats, result);
    tell_touches(self, &stats, result);
    if (!self->computers)
        return;
    computers_stats(self->workload, fabric_now(self->fabric), &result->nodes);
    result->makespan_cycles = computers_makespan_cycles(self->workload);
}
