// SPDX-License-Identifier: Apache-2.0
#include "model/node/clock.h"
#include "nic/nic_layout.h"
#include "sim/config_value.h"
#include "sim/limits.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool out_of_memory(struct err *err)
{
    return err_set(err, ERR_RUN, "out of memory");
}

static bool replace_text(char **field, const char *text, struct err *err)
{
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy)
        return out_of_memory(err);
    free(*field);
    *field = copy;
    return true;
}

bool config_note(struct config *config, const struct param *row, const char *where,
                 const char *path, struct err *err)
{
    struct config_given *given = &config->given[row - param_table];
    return replace_text(&given->where, where, err) && replace_text(&given->path, path, err);
}

bool config_reset(struct config *config, const struct param *row, struct err *err)
{
    struct config_document document;
    if (!config_document_read(&document, row->initial, "default", row->key, err))
        return false;
    struct config_place place = {.name = "default", .document = &document.yaml};
    bool ok = config_value_read(config, row, document.root, &place, err) &&
              config_note(config, row, NULL, NULL, err);
    yaml_document_delete(&document.yaml);
    return ok;
}

bool config_default(struct config *config, struct err *err)
{
    *config = (struct config){.given = calloc(param_num, sizeof *config->given)};
    if (!config->given)
        return out_of_memory(err);
    config->node.l1d.enabled = true; // always
    config->nic.num_contexts = 1;
    for (size_t i = 0; i < param_num; i++) {
        if (!config_reset(config, &param_table[i], err)) {
            config_free(config);
            return false;
        }
    }
    return true;
}

void config_free(struct config *config)
{
    for (size_t i = 0; i < param_num; i++) {
        if (param_is_text(&param_table[i]))
            free(*(char **)param_field(config, &param_table[i]));
        if (config->given) {
            free(config->given[i].where);
            free(config->given[i].path);
        }
    }
    free(config->given);
    free(config->lengths);
    free(config->hotspots);
    *config = (struct config){0};
}

// A copy of `size` bytes; of 0 bytes, one byte, so that NULL means out of memory.
static void *copy_bytes(const void *from, size_t size)
{
    void *copy = calloc(1, size + 1);
    if (copy && size > 0)
        memcpy(copy, from, size);
    return copy;
}

static bool copy_row(struct config *to, const struct config *from, size_t i)
{
    const struct param *row = &param_table[i];
    struct err err = {0};
    if (!replace_text(&to->given[i].where, from->given[i].where, &err) ||
        !replace_text(&to->given[i].path, from->given[i].path, &err))
        return false;
    if (!param_is_text(row))
        return true;
    return replace_text(param_field(to, row), *(char *const *)param_field_const(from, row), &err);
}

bool config_copy(struct config *to, const struct config *from, struct err *err)
{
    *to = *from;
    for (size_t i = 0; i < param_num; i++)
        if (param_is_text(&param_table[i]))
            *(char **)param_field(to, &param_table[i]) = NULL;
    to->given = calloc(param_num, sizeof *to->given);
    to->lengths = copy_bytes(from->lengths, from->num_lengths * sizeof *from->lengths);
    to->hotspots = copy_bytes(from->hotspots, from->num_hotspots * sizeof *from->hotspots);
    bool ok = to->given && to->lengths && to->hotspots;
    for (size_t i = 0; ok && i < param_num; i++)
        ok = copy_row(to, from, i);
    if (ok)
        return true;
    config_free(to);
    return out_of_memory(err);
}

const char *config_where(const struct config *config, const char *key)
{
    size_t length = strlen(key);
    for (size_t i = 0; i < param_num; i++) {
        const char *row = param_table[i].key;
        bool below = strncmp(row, key, length) == 0 && (row[length] == '.' || !row[length]);
        if (below && config->given[i].where)
            return config->given[i].where;
    }
    return NULL;
}

bool config_refuse(const struct config *config, const char *key, struct err *err,
                   const char *format, ...)
{
    char what[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    const char *where = config_where(config, key);
    return err_set(err, ERR_CONFIG, "%s%s%s: %s", where ? where : "", where ? ": " : "", key, what);
}

uint32_t config_cut_flits(const struct config *config)
{
    uint32_t cut = config->max_flits;
    if (switching_buffers_whole_packets(config->switching) && config->buffer_flits < cut)
        cut = config->buffer_flits;
    if (config->cut_flits > 0 && config->cut_flits < cut)
        cut = config->cut_flits;
    return cut;
}

uint32_t config_longest_flits(const struct config *config)
{
    uint32_t longest = config->max_flits;
    for (uint32_t i = 0; config->workload == WORKLOAD_SYNTHETIC && i < config->num_lengths; i++)
        if (config->lengths[i].flits > longest)
            longest = config->lengths[i].flits;
    return longest;
}

// Where the parameter that an error begins with was given; NULL: it was not.
static const char *fault_where(const struct config *config, const char *fault)
{
    char key[64];
    snprintf(key, sizeof key, "%.*s", (int)strcspn(fault, ":"), fault);
    return param_find(key) ? config_where(config, key) : NULL;
}

// Refuses what is wrong with a parameter that the error begins with.
static bool refuse_fault(const struct config *config, struct err *why, struct err *err)
{
    const char *where = fault_where(config, why->text);
    if (where)
        err_prefix(why, "%s", where);
    return err_set(err, why->status, "%s", why->text);
}

// The same, or else where the topology was.
static const char *topology_where(const struct config *config, const char *fault)
{
    const char *where = fault_where(config, fault);
    for (size_t i = param_num; !where && i-- > 0;) // kind comes first in the table
        if (strncmp(param_table[i].key, "fabric.topology.", 16) == 0)
            where = config_where(config, param_table[i].key);
    return where;
}

static bool check_topology(const struct config *config, struct err *err)
{
    struct topology_spec spec = config->topology;
    struct err why = {0};
    if (topology_resolve(&spec, &why))
        return true;
    const char *where = topology_where(config, why.text);
    if (where)
        err_prefix(&why, "%s", where);
    return err_set(err, why.status, "%s", why.text);
}

struct topology *config_topology(const struct config *config, struct err *err)
{
    struct topology_spec spec = config->topology;
    struct topology *topology = topology_new(&spec, err);
    const char *where =
        !topology && err->status == ERR_CONFIG ? topology_where(config, err->text) : NULL;
    if (where)
        err_prefix(err, "%s", where);
    return topology;
}

static bool check_circuit(const struct config *config, struct err *err)
{
    if (config->circuit.backoff_max_cycles < config->circuit.backoff_cycles)
        return config_refuse(config, "fabric.circuit.backoff_max_cycles", err,
                             "%" PRIu32 " is below fabric.circuit.backoff_cycles = %" PRIu32,
                             config->circuit.backoff_max_cycles, config->circuit.backoff_cycles);
    if (!switching_is_circuit(config->switching))
        return true;
    if (config->backend == BACKEND_RTL_WHOLE)
        return config_refuse(
            config, "fabric.backend", err,
            "rtl-whole has no routers for circuit switching; use rtl, lockstep or ref");
    const char *key;
    struct err why = {0};
    return router_design_check_circuit(&config->design, &key, &why) ||
           config_refuse(config, key, err, "%s", why.text);
}

static bool check_ideal(const struct config *config, struct err *err)
{
    if (config->fabric_model != FABRIC_IDEAL)
        return true;
    if (config->backend != BACKEND_REF)
        return config_refuse(config, "fabric.backend", err,
                             "an ideal network (fabric.model) has no routers; use ref");
    return config->node_model != MODEL_FULL ||
           config_refuse(config, "fabric.model", err,
                         "full nodes may leave a packet in the fabric, which takes buffers; use "
                         "detailed");
}

bool config_check_network(const struct config *config, struct err *err)
{
    if (!check_ideal(config, err))
        return false;
    if (!check_topology(config, err) || !check_circuit(config, err))
        return false;
    if (config->header_flits < config->max_flits)
        return true;
    return config_refuse(config, "fabric.packet.header_flits", err,
                         "%" PRIu32 " flits of header leave no room for data in packets of "
                         "fabric.packet.max_flits = %" PRIu32,
                         config->header_flits, config->max_flits);
}

static bool check_trace(const struct config *config, struct err *err)
{
    if (config->priority_bytes > 0 && config->classes == 1)
        return config_refuse(config, "workload.priority_bytes", err,
                             "there is one traffic class; give fabric.router.classes 2");
    uint32_t cut = config_cut_flits(config);
    uint32_t data_bytes = (cut - config->header_flits) * (config->flit_bits / 8);
    if (config->header_flits < cut && config->node_model == MODEL_FULL &&
        (data_bytes < 8 || data_bytes > 65536))
        return config_refuse(config, "fabric.packet.max_flits", err,
                             "packets have %" PRIu32
                             " bytes of data, of which network interface cards take 8..65536",
                             data_bytes);
    if (config->header_flits < cut)
        return true;
    return config_refuse(config, "fabric.packet.header_flits", err,
                         "%" PRIu32 " flits of header leave no room for data: under %s a "
                         "packet is at most fabric.router.buffer_flits = %" PRIu32 " long",
                         config->header_flits, switching_names[config->switching], cut);
}

static bool check_driver(const struct config *config, struct err *err)
{
    if (!limits_power_of_two(config->driver_send_slots))
        return config_refuse(config, "nodes.driver.send_slots", err, "not a power of two");
    if (config->driver_receive_slots > 0 && !limits_power_of_two(config->driver_receive_slots))
        return config_refuse(config, "nodes.driver.receive_slots", err, "not a power of two");
    if (config->driver_piece_bytes > config->software.kernel_buffer_bytes)
        return config_refuse(config, "nodes.software.kernel_buffer_bytes", err,
                             "%" PRIu64 " bytes have no room for a piece of "
                             "nodes.driver.piece_bytes = %" PRIu32,
                             config->software.kernel_buffer_bytes, config->driver_piece_bytes);
    if (!limits_power_of_two(config->software.copy_bytes))
        return config_refuse(config, "nodes.software.copy_bytes", err, "not a power of two");
    return true;
}

static bool check_nodes(const struct config *config, struct err *err)
{
    struct err why = {0};
    struct clock_ratio ratio;
    if ((config->mapping == MAPPING_FILE) != (config->mapping_file != NULL))
        return config_refuse(config, "nodes.mapping_file", err,
                             "a file belongs to nodes.mapping file, and only to that");
    if (config->node_model == MODEL_FULL && config->workload != WORKLOAD_TRACE)
        return config_refuse(config, "nodes.model", err,
                             "full nodes execute a program: give workload.kind trace");
    if (config->node_model == MODEL_FULL && switching_is_circuit(config->switching))
        return config_refuse(config, "fabric.router.switching", err,
                             "full nodes may leave a packet in the fabric, which a circuit cannot");
    if (config->node_model == MODEL_FULL &&
        config->node.l1d.geometry.line_bytes < NIC_RING_ALIGN_BYTES)
        return config_refuse(config, "nodes.l1d.line_bytes", err,
                             "%" PRIu32 " bytes are less than a descriptor of the card, %d",
                             config->node.l1d.geometry.line_bytes, NIC_RING_ALIGN_BYTES);
    if (config->node_model == MODEL_FULL && !check_driver(config, err))
        return false;
    if (config->node_model != MODEL_FULL ||
        (node_params_check(&config->node, "nodes", &why) &&
         clock_ratio_make(&ratio, config_node_clock_hz(config), config->fabric_clock_hz,
                          "nodes.clock_hz", &why)))
        return true;
    return refuse_fault(config, &why, err);
}

static bool check_synthetic(const struct config *config, struct err *err)
{
    for (uint32_t i = 0; i < config->num_lengths; i++)
        if (config->lengths[i].traffic_class >= config->classes)
            return config_refuse(config, "workload.packet_flits", err,
                                 "there is no traffic class %" PRIu32 ", the last is %" PRIu32
                                 " (fabric.router.classes)",
                                 config->lengths[i].traffic_class, config->classes - 1);
    if (config->bursty &&
        config->burst_rate_flits_per_node_cycle < config->rate_flits_per_node_cycle)
        return config_refuse(config, "workload.burst_rate_flits_per_node_cycle", err,
                             "%g is below workload.rate_flits_per_node_cycle = %g; a burst is at "
                             "least as fast as the average",
                             config->burst_rate_flits_per_node_cycle,
                             config->rate_flits_per_node_cycle);
    if (strcmp(config->pattern, "hotspot") == 0 && config->num_hotspots == 0)
        return config_refuse(config, "workload.hotspots", err,
                             "pattern hotspot needs a list of nodes, as in [0, 5]");
    if (strcmp(config->pattern, "matrix") == 0 && !config->matrix)
        return config_refuse(config, "workload.matrix", err, "pattern matrix needs a file");
    return true;
}

// Programs wait for every message.
static bool check_faults(const struct config *config, struct err *err)
{
    if (config->drop_rate <= 0 && config->corrupt_rate <= 0)
        return true;
    if (config->fabric_model == FABRIC_IDEAL)
        return config_refuse(config, "fabric.channel.faults", err,
                             "an ideal network (fabric.model) has no channels; use detailed");
    if (config->workload != WORKLOAD_TRACE)
        return true;
    if (config->node_model == MODEL_FULL)
        return config->nic.reliable != NIC_RELIABLE_NONE ||
               config_refuse(config, "nodes.nic.reliable", err,
                             "a program would wait for ever for what channels lose "
                             "(fabric.channel.faults); give nic");
    return config_refuse(config, "fabric.channel.faults", err,
                         "a program on ideal nodes would wait for ever for what is lost; give "
                         "nodes.model full and nodes.nic.reliable nic");
}

// What a fabric without packets has not; what is said of routers and channels is not looked at, so
// that one configuration may be run with either.
static bool check_loggops(const struct config *config, struct err *err)
{
    if (!config_is_loggops(config))
        return true;
    if (config->workload != WORKLOAD_TRACE)
        return config_refuse(config, "fabric.ideal.rules", err,
                             "loggops are rules of messages of programs, not of packets: give "
                             "workload.kind trace");
    if (config->topology.failed)
        return config_refuse(config, "fabric.topology.failed", err,
                             "under fabric.ideal.rules loggops there are no parts that fail");
    if (config->unexpected_bytes > 0)
        return config_refuse(config, "workload.unexpected_bytes", err,
                             "under fabric.ideal.rules loggops any number of bytes is kept");
    if (config->ranks_per_node > 1 || config->mapping != MAPPING_BLOCK)
        return config_refuse(config, "nodes.ranks_per_node", err,
                             "under fabric.ideal.rules loggops each rank is a host of its own");
    if (config->rpc_interface)
        return config_refuse(config, "workload.rpc.interface", err,
                             "under fabric.ideal.rules loggops there are no datagrams");
    return config->priority_bytes == 0 ||
           config_refuse(config, "workload.priority_bytes", err,
                         "under fabric.ideal.rules loggops there are no traffic classes");
}

bool config_check_fabric(const struct config *config, struct err *err)
{
    return config_check_network(config, err) && check_faults(config, err) &&
           check_loggops(config, err);
}

bool config_check(const struct config *config, struct err *err)
{
    if (!config_check_network(config, err) || !check_nodes(config, err) ||
        !check_faults(config, err) || !check_loggops(config, err))
        return false;
    if (config->workload == WORKLOAD_SYNTHETIC)
        return check_synthetic(config, err);
    if (!config->path)
        return config_refuse(config, "workload.path", err, "workload.kind = %s needs a file",
                             config->workload == WORKLOAD_TRACE ? "trace" : "packets");
    return config->workload == WORKLOAD_PACKETS || check_trace(config, err);
}
