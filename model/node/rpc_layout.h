// SPDX-License-Identifier: Apache-2.0
// What marshalling of a call takes: bytes on the wire, and a load and a store for each item.
//
// Wire layout: that of XDR, with its alignment to 4 bytes: integers of up to 4 bytes, bool and
// float take 4, the longer ones and double 8; fixed arrays and structs are their elements in order;
// rows of bytes are padded to a multiple of 4; bounded arrays and strings have their length, of 4
// bytes, before them. That length is the parameter that counts them, which is not sent a second
// time. Request: RPC_REQUEST_BYTES (interface, client, number of the message, the first number that
// is not answered), and for each call RPC_CALL_BYTES (procedure, length) and its parameters. Reply:
// RPC_REPLY_BYTES (client, number), for each call RPC_RESULT_BYTES (status) and its results.
//
// Items: a number is one; a row of bytes is one for each 8 or part of them; a length is one.
// Source: RFC 4506, "XDR: External Data Representation Standard", sections 3 and 4.
#ifndef ORDITO_MODEL_NODE_RPC_LAYOUT_H
#define ORDITO_MODEL_NODE_RPC_LAYOUT_H

#include "model/node/rpc_interface.h"

enum { RPC_REQUEST_BYTES = 24, RPC_REPLY_BYTES = 16, RPC_CALL_BYTES = 8, RPC_RESULT_BYTES = 4 };

// A call's procedure, and the lengths of its bounded arrays and strings.
struct rpc_shape {
    const struct rpc_interface *interface;
    const struct rpc_procedure *procedure;
    const uint32_t *counts; // [procedure->num_counts]; NULL: all as long as they may be
};

struct rpc_cost {
    uint64_t wire_bytes; // of parameters or results
    uint64_t items;      // each loaded and stored
};

// Of one parameter, either way.
struct rpc_cost rpc_layout_param(const struct rpc_shape *shape, uint32_t param);

// Of what goes to the server (RPC_IN), or comes back (RPC_OUT).
struct rpc_cost rpc_layout_cost(const struct rpc_shape *shape, enum rpc_direction direction);

// Where rpc_layout_item is; zero before the first item.
struct rpc_cursor {
    uint32_t param;
    uint64_t item;       // of it
    uint64_t wire_bytes; // of the parameters before it
};

// The next item of a direction. False if there are no more.
bool rpc_layout_item(const struct rpc_shape *shape, enum rpc_direction direction,
                     struct rpc_cursor *at, struct rpc_leaf *item);

#endif
