// SPDX-License-Identifier: Apache-2.0
// The echo of a configuration: every parameter that can change the results of its run, as JSON that
// can be read as a configuration again.
#include "model/net/topo_racks.h"
#include "model/net/topo_spec.h"
#include "sim/config_groups.h"
#include "sim/config_rules.h"
#include "sim/json_path.h"
#include "sim/param.h"

#include <stdio.h>
#include <string.h>

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

// A name; where none is given, the first choice.
static json_t *echo_name(const struct param *row, const char *name)
{
    const char *names[PARAM_MAX_CHOICES];
    if (!name && row->choices(names) > 0)
        name = names[0];
    return text_or_null(name);
}

static json_t *echo_choice(const struct config *config, const struct param *row)
{
    const char *names[PARAM_MAX_CHOICES];
    const void *field = param_field_const(config, row);
    unsigned choice = 0;
    row->choices(names);
    if (row->type == PARAM_FLAG)
        choice = *(const bool *)field;
    else
        memcpy(&choice, field, sizeof choice);
    return json_string(names[choice]);
}

static json_t *echo_integers(const struct config *config)
{
    json_t *list = json_array();
    for (uint32_t i = 0; list && i < config->num_hotspots; i++)
        json_array_append_new(list, json_integer(config->hotspots[i]));
    return list;
}

static json_t *echo_lengths(const struct config *config)
{
    if (config->num_lengths == 1 && config->lengths[0].traffic_class == 0)
        return json_integer(config->lengths[0].flits);
    json_t *list = json_array();
    for (uint32_t i = 0; list && i < config->num_lengths; i++) {
        const struct synthetic_length *length = &config->lengths[i];
        json_t *item =
            json_pack("{s:I, s:f}", "flits", (json_int_t)length->flits, "weight", length->weight);
        if (item && config->classes > 1)
            json_object_set_new(item, "class", json_integer(length->traffic_class));
        json_array_append_new(list, item);
    }
    return list;
}

// A list of texts.
static json_t *echo_texts(const char *texts)
{
    json_t *list = json_array();
    while (list && texts && *texts) {
        size_t length = strcspn(texts, "\n");
        json_array_append_new(list, json_stringn(texts, length));
        texts += length + (texts[length] == '\n');
    }
    return list;
}

static json_t *echo_number(const struct param *row, const void *field)
{
    if (row->type == PARAM_UINT64)
        return json_integer((json_int_t) * (const uint64_t *)field);
    int64_t number = row->type == PARAM_CYCLES ? *(const int64_t *)field : *(const uint32_t *)field;
    bool word = row->word && number == (row->type == PARAM_CYCLES ? CONFIG_AUTO : 0);
    return word ? json_string(row->word) : json_integer(number);
}

// The value of a row whose key says all; the topology is echoed as a whole.
static json_t *echo_row(const struct config *config, const struct param *row)
{
    const void *field = param_field_const(config, row);
    switch (row->type) {
    case PARAM_BOOL:
        return json_boolean(*(const bool *)field);
    case PARAM_UINT32:
    case PARAM_UINT64:
    case PARAM_CYCLES:
        return echo_number(row, field);
    case PARAM_REAL:
        if (row->word && *(const double *)field == 0)
            return json_string(row->word);
        return json_real(*(const double *)field);
    case PARAM_NAME:
        return echo_name(row, *(const char *const *)field);
    case PARAM_KIND:
        return text_or_null(*(const char *const *)field);
    case PARAM_PATH: {
        const char *path = config->given[row - param_table].path;
        const char *used = *(const char *const *)field;
        return text_or_null(used && path ? path : used);
    }
    case PARAM_TEXTS:
        return echo_texts(*(const char *const *)field);
    case PARAM_CHOICE:
    case PARAM_FLAG:
        return echo_choice(config, row);
    case PARAM_NODES:
        return echo_integers(config);
    case PARAM_LENGTHS:
        return echo_lengths(config);
    case PARAM_GROUPS:
        return config_groups_echo(*(const char *const *)field);
    case PARAM_RULES:
        return config_rules_echo(config, row);
    case PARAM_DIMS:
    case PARAM_RACKS:
        break;
    }
    return json_null();
}

static bool echo_key(const struct config *config, const char *key, json_t *root)
{
    return json_path_set(root, key, echo_row(config, param_find(key)));
}

// Sets what a resolved spec says in numbers: its parameters, or nodes where it has no others.
static bool echo_numbers(const struct topology_spec *spec, const char *group, json_t *root)
{
    char path[64];
    bool ok = true;
    snprintf(path, sizeof path, "%snodes", group);
    if (!topo_spec_is_shaped(spec))
        ok = json_path_set(root, path, json_integer(spec->nodes));
    for (size_t i = 0; ok && i < topology_num_params; i++) {
        uint32_t value = topology_param_value(spec, &topology_params[i]);
        snprintf(path, sizeof path, "%s%s", group, topology_params[i].key);
        ok = value == 0 || json_path_set(root, path, json_integer(value));
    }
    if (!ok || spec->num_dims == 0)
        return ok;
    json_t *dims = json_array();
    for (uint32_t i = 0; dims && i < spec->num_dims; i++)
        json_array_append_new(dims, json_integer((json_int_t)spec->dims[i]));
    snprintf(path, sizeof path, "%sdims", group);
    return json_path_set(root, path, dims);
}

static bool echo_uplink(json_t *rack, const char *key, uint32_t value)
{
    return value == 0 || json_object_set_new(rack, key, json_integer(value)) == 0;
}

// Racks as they are given; NULL if out of memory.
static json_t *echo_racks(const char *text)
{
    struct topo_racks racks;
    struct err err = {0};
    if (!topo_racks_read(&racks, text, &err))
        return json_null(); // in a configuration that will be refused
    json_t *list = json_array();
    bool ok = list;
    for (uint32_t i = 0; ok && i < racks.num_sorts; i++) {
        const struct topo_rack *rack = &racks.sorts[i];
        json_t *object =
            json_pack("{s:s, s:I}", "kind", rack->spec.kind, "count", (json_int_t)rack->count);
        ok = object && echo_numbers(&rack->spec, "", object) &&
             echo_uplink(object, "channels", rack->uplinks.channels) &&
             echo_uplink(object, "latency_cycles", rack->uplinks.latency_cycles) &&
             echo_uplink(object, "flit_cycles", rack->uplinks.flit_cycles);
        ok = json_array_append_new(list, object) == 0 && ok;
    }
    topo_racks_free(&racks);
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}

// The kind with its resolved parameters, and what has failed.
static bool echo_topology(const struct config *config, json_t *root)
{
    struct topology_spec spec = config->topology;
    struct err err = {0};
    topology_resolve(&spec, &err);
    bool ok = json_path_set(root, "fabric.topology.kind", json_string(spec.kind));
    if (spec.failed)
        ok = ok && echo_key(config, "fabric.topology.failed", root);
    if (spec.file)
        ok = ok && echo_key(config, "fabric.topology.file", root);
    if (spec.racks)
        ok = ok && json_path_set(root, "fabric.topology.racks", echo_racks(spec.racks));
    if (spec.join_kind)
        ok = ok && json_path_set(root, "fabric.topology.join.kind", json_string(spec.join_kind));
    return ok && echo_numbers(&spec, "fabric.topology.", root);
}

// Whether a key says something of the fabric that there is.
static bool is_of_fabric(const struct config *config, const char *key)
{
    static const char *const always[] = {"fabric.model", "fabric.clock_hz"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (strcmp(key, always[i]) == 0)
            return true;
    if (strncmp(key, "fabric.", 7) != 0)
        return true;
    if (strncmp(key, "fabric.ideal.", 13) != 0)
        return !config_is_loggops(config);
    if (config->fabric_model != FABRIC_IDEAL || strcmp(key + 13, "rules") == 0)
        return config->fabric_model == FABRIC_IDEAL;
    return config_is_loggops(config) != (strcmp(key + 13, "cycles_per_hop") == 0);
}

// Whether a key says something of this run's workload, nodes and fabric.
static bool matters(const struct config *config, const struct param *row)
{
    return (row->workloads == 0 || (row->workloads >> config->workload & 1U)) &&
           (row->models == 0 || (row->models >> config->node_model & 1U)) &&
           is_of_fabric(config, row->key);
}

json_t *config_inputs(const struct config *config)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < param_num; i++) {
        const struct param *row = &param_table[i];
        if (row->type != PARAM_PATH || !matters(config, row))
            continue;
        const char *path = *(const char *const *)param_field_const(config, row);
        if (path)
            json_array_append_new(list, json_string(path));
    }
    return list;
}

json_t *config_echo(const struct config *config)
{
    json_t *root = json_object();
    bool ok = root && echo_topology(config, root);
    for (size_t i = 0; ok && i < param_num; i++) {
        const struct param *row = &param_table[i];
        if (!row->changes_results || !matters(config, row) ||
            strncmp(row->key, "fabric.topology.", 16) == 0)
            continue;
        ok = json_path_set(root, row->key, echo_row(config, row));
    }
    // A cut that --vary imposed is told as the limit that gives it.
    if (ok && is_of_fabric(config, "fabric.packet.max_flits") && config->cut_flits > 0 &&
        config->cut_flits < config->max_flits)
        ok = json_path_set(root, "fabric.packet.max_flits", json_integer(config->cut_flits));
    if (ok)
        return root;
    json_decref(root);
    return NULL;
}
