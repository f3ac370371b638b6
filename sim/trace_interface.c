// SPDX-License-Identifier: Apache-2.0
// Interfaces of remote procedures, beside the traces that call them: layouts in memory and on the
// wire, and what marshalling costs.
#include "model/node/rpc_layout.h"
#include "sim/trace_summary.h"

#include <inttypes.h>
#include <stdio.h>

static bool interface_format(size_t i, const char **name, const char **help)
{
    *name = "rpc";
    *help = "what is called of whom with which parameters; stubs are derived from it";
    return i == 0;
}

// By its first word.
static bool probe(const char *path)
{
    struct rpc_lexer lexer;
    struct err err = {0};
    bool is_interface = rpc_lexer_open(&lexer, path, &err) && rpc_lexer_is(&lexer, "interface");
    rpc_lexer_close(&lexer);
    return is_interface;
}

static void append(char *text, size_t size, const char *format, const char *name, uint64_t number)
{
    size_t length = 0;
    while (text[length])
        length++;
    snprintf(text + length, size - length, format, name, number);
}

// A parameter in words.
static json_t *param_json(const struct rpc_shape *shape, uint32_t idx)
{
    static const char *const directions[] = {
        [RPC_IN] = "in", [RPC_OUT] = "out", [RPC_INOUT] = "inout"};
    const struct rpc_param *param = &shape->procedure->params[idx];
    const char *type = shape->interface->types[param->type].name;
    struct rpc_cost cost = rpc_layout_param(shape, idx);
    char text[256] = "";
    append(text, sizeof text, "%s ", directions[param->direction], 0);
    append(text, sizeof text, param->form == RPC_POINTER ? "%s *" : "%s",
           param->form == RPC_STRING ? "string" : type, 0);
    if (param->form == RPC_ARRAY)
        append(text, sizeof text, "%s[%" PRIu64 "]", "", param->length);
    if (param->form == RPC_BOUNDED || param->form == RPC_STRING)
        append(text, sizeof text, "%s[<=%" PRIu64 "]", "", param->length);
    if (param->counter != RPC_NONE)
        append(text, sizeof text, " count %s", shape->procedure->params[param->counter].name, 0);
    append(text, sizeof text, "%s, at byte %" PRIu64, "", param->native_offset);
    if (param->counts != RPC_NONE)
        append(text, sizeof text, ", sent as the length of %s",
               shape->procedure->params[param->counts].name, 0);
    else if (param->counter != RPC_NONE || param->form == RPC_STRING)
        append(text, sizeof text, "%s, up to %" PRIu64 " bytes on the wire", "", cost.wire_bytes);
    else
        append(text, sizeof text, "%s, %" PRIu64 " bytes on the wire", "", cost.wire_bytes);
    return json_string(text);
}

// What goes one way: bytes of a message of this call alone, and the loads and as many stores.
static json_t *way_json(const struct rpc_shape *shape, enum rpc_direction direction)
{
    uint32_t zeros[RPC_MAX_PARAMS] = {0};
    struct rpc_shape shortest = *shape;
    shortest.counts = zeros;
    struct rpc_cost most = rpc_layout_cost(shape, direction);
    struct rpc_cost least = rpc_layout_cost(&shortest, direction);
    uint64_t header_bytes = direction == RPC_IN ? RPC_REQUEST_BYTES + RPC_CALL_BYTES
                                                : RPC_REPLY_BYTES + RPC_RESULT_BYTES;
    least.wire_bytes += header_bytes;
    most.wire_bytes += header_bytes;
    return json_pack("{s:I, s:I, s:I, s:I}", "least_bytes", (json_int_t)least.wire_bytes,
                     "most_bytes", (json_int_t)most.wire_bytes, "least_items",
                     (json_int_t)least.items, "most_items", (json_int_t)most.items);
}

static json_t *procedure_json(const struct rpc_interface *interface,
                              const struct rpc_procedure *procedure)
{
    struct rpc_shape shape = {.interface = interface, .procedure = procedure};
    json_t *params = json_object();
    for (uint32_t i = 0; i < procedure->num_params; i++)
        json_object_set_new(params, procedure->params[i].name, param_json(&shape, i));
    return json_pack("{s:o, s:I, s:f, s:o, s:o}", "parameters", params, "native_bytes",
                     (json_int_t)procedure->native_bytes, "cost_ns", procedure->cost_ns, "request",
                     way_json(&shape, RPC_IN), "reply", way_json(&shape, RPC_OUT));
}

// From which bytes in memory to which on the wire its first items go.
static json_t *leaves_json(const struct rpc_type *type)
{
    enum { MAX_TOLD = 16 };
    char text[1024] = "";
    for (uint32_t i = 0; i < type->num_leaves && i < MAX_TOLD; i++) {
        const struct rpc_leaf *leaf = &type->leaves[i];
        append(text, sizeof text, "%s%" PRIu64, i > 0 ? ", " : "", leaf->native_offset);
        append(text, sizeof text, "%s%" PRIu64, "-", leaf->native_offset + leaf->native_bytes - 1);
        append(text, sizeof text, "%s%" PRIu64, " to ", leaf->wire_offset);
        append(text, sizeof text, "%s%" PRIu64, "-", leaf->wire_offset + leaf->wire_bytes - 1);
    }
    if (type->num_leaves > MAX_TOLD)
        append(text, sizeof text, "%s", ", ...", 0);
    return json_string(text);
}

static json_t *struct_json(const struct rpc_type *type)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:o}", "native_bytes", (json_int_t)type->native_bytes,
                     "native_alignment_bytes", (json_int_t)type->native_align, "wire_bytes",
                     (json_int_t)type->wire_bytes, "items", (json_int_t)type->num_leaves, "bytes",
                     leaves_json(type));
}

static json_t *summarise(const char *path, const char *format, struct err *err)
{
    (void)format; // there is one
    struct rpc_interface *interface = rpc_interface_read(path, err);
    if (!interface)
        return NULL;
    json_t *structs = json_object();
    json_t *procedures = json_object();
    for (uint32_t i = 0; i < interface->num_types; i++)
        if (interface->types[i].is_struct)
            json_object_set_new(structs, interface->types[i].name,
                                struct_json(&interface->types[i]));
    for (uint32_t i = 0; i < interface->num_procedures; i++)
        json_object_set_new(procedures, interface->procedures[i].name,
                            procedure_json(interface, &interface->procedures[i]));
    json_t *figures = json_pack("{s:s, s:s, s:o, s:o}", "format", "rpc", "interface",
                                interface->name, "structs", structs, "procedures", procedures);
    rpc_interface_free(interface);
    return figures;
}

const struct trace_kind trace_kind_interface = {
    .title = "interfaces of remote procedures",
    .format = interface_format,
    .probe = probe,
    .summarise = summarise,
};
