// SPDX-License-Identifier: Apache-2.0
#include "model/node/rpc_layout.h"

enum { WORD_BYTES = 8, LENGTH_BYTES = 4, UNIT_BYTES = 4 };

bool rpc_param_is_bytes(const struct rpc_interface *self, const struct rpc_param *param)
{
    const struct rpc_type *type = &self->types[param->type];
    return param->form >= RPC_ARRAY && !type->is_struct && type->native_bytes == 1 &&
           type->wire_bytes == 1;
}

static uint64_t padded(uint64_t bytes)
{
    return (bytes + UNIT_BYTES - 1) / UNIT_BYTES * UNIT_BYTES;
}

static bool has_length(const struct rpc_param *param)
{
    return param->form == RPC_BOUNDED || param->form == RPC_STRING;
}

static uint64_t length_of(const struct rpc_shape *shape, const struct rpc_param *param)
{
    return has_length(param) && shape->counts ? shape->counts[param->count_idx] : param->length;
}

struct rpc_cost rpc_layout_param(const struct rpc_shape *shape, uint32_t param_idx)
{
    const struct rpc_param *param = &shape->procedure->params[param_idx];
    const struct rpc_type *type = &shape->interface->types[param->type];
    uint64_t length = length_of(shape, param);
    bool bytes = rpc_param_is_bytes(shape->interface, param);
    if (param->counts != RPC_NONE) // sent as the length of what it counts
        return (struct rpc_cost){0};
    return (struct rpc_cost){
        .wire_bytes = (has_length(param) ? LENGTH_BYTES : 0) +
                      padded(bytes ? length : length * type->wire_bytes),
        .items = has_length(param) +
                 (bytes ? (length + WORD_BYTES - 1) / WORD_BYTES : length * type->num_leaves),
    };
}

struct rpc_cost rpc_layout_cost(const struct rpc_shape *shape, enum rpc_direction direction)
{
    struct rpc_cost sum = {0};
    for (uint32_t i = 0; i < shape->procedure->num_params; i++) {
        if (!(shape->procedure->params[i].direction & direction))
            continue;
        struct rpc_cost cost = rpc_layout_param(shape, i);
        sum.wire_bytes += cost.wire_bytes;
        sum.items += cost.items;
    }
    return sum;
}

// The item of a parameter, with its place on the wire counted from that of the parameter.
static struct rpc_leaf item_of(const struct rpc_shape *shape, const struct rpc_param *param,
                               uint64_t idx)
{
    const struct rpc_type *type = &shape->interface->types[param->type];
    uint32_t before = has_length(param) ? LENGTH_BYTES : 0;
    if (before && idx == 0) { // a length; of a string it is found in its bytes
        bool counted = param->form == RPC_BOUNDED;
        return (struct rpc_leaf){
            .native_offset = counted ? shape->procedure->params[param->counter].native_offset
                                     : param->native_offset,
            .native_bytes = counted ? LENGTH_BYTES : 1,
            .wire_bytes = LENGTH_BYTES,
        };
    }
    idx -= before > 0;
    if (rpc_param_is_bytes(shape->interface, param)) {
        uint64_t left = length_of(shape, param) - idx * WORD_BYTES;
        uint32_t bytes = left < WORD_BYTES ? (uint32_t)left : WORD_BYTES;
        return (struct rpc_leaf){
            .native_offset = param->native_offset + (uint32_t)idx * WORD_BYTES,
            .wire_offset = before + (uint32_t)idx * WORD_BYTES,
            .native_bytes = bytes,
            .wire_bytes = (uint32_t)padded(bytes),
        };
    }
    struct rpc_leaf leaf = type->leaves[idx % type->num_leaves];
    uint32_t element = (uint32_t)(idx / type->num_leaves);
    leaf.native_offset += param->native_offset + element * type->native_bytes;
    leaf.wire_offset += before + element * type->wire_bytes;
    if (leaf.wire_bytes == 1) // a byte alone
        leaf.wire_bytes = UNIT_BYTES;
    return leaf;
}

bool rpc_layout_item(const struct rpc_shape *shape, enum rpc_direction direction,
                     struct rpc_cursor *at, struct rpc_leaf *item)
{
    for (; at->param < shape->procedure->num_params; at->param++, at->item = 0) {
        const struct rpc_param *param = &shape->procedure->params[at->param];
        struct rpc_cost cost = rpc_layout_param(shape, at->param);
        if (!(param->direction & direction))
            continue;
        if (at->item < cost.items) {
            *item = item_of(shape, param, at->item++);
            item->wire_offset += (uint32_t)at->wire_bytes;
            return true;
        }
        at->wire_bytes += cost.wire_bytes;
    }
    return false;
}
