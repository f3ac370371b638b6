// SPDX-License-Identifier: Apache-2.0
// An interface of remote procedures: what their stubs are made of. Its text, of which sim/RPC.md
// has the grammar, is read into layouts, from which follow what is marshalled, in what size, and at
// what cost (rpc_layout.h).
//
// Parameters go by value, or by copy and restore: what a pointer or an array names is copied to the
// server (in), back (out), or both (inout). What has no size that both stubs know is refused, as
// are procedures, addresses of addresses and global state.
//
// Native layout: by the rules of C on 64-bit machines (System V AMD64): a type is aligned by its
// size, a struct by its largest member, and padded to that. The data of all parameters of a call
// lies in the order of the parameters, as if they were members of a struct.
// Errors (ERR_TRACE): file, line, what is wrong and, of what cannot be marshalled, why.
// Owner: rpc_interface_read gives an interface to its caller, rpc_interface_free releases it.
// Source: Birrell and Nelson, "Implementing remote procedure calls", ACM TOCS 2(1), 1984;
// Tanenbaum, "Distributed Operating Systems", 1995, section 2.4 (parameter passing).
#ifndef ORDITO_MODEL_NODE_RPC_INTERFACE_H
#define ORDITO_MODEL_NODE_RPC_INTERFACE_H

#include "model/node/rpc_lexer.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    RPC_NONE = UINT32_MAX,
    RPC_MAX_PARAMS = 16,       // of a procedure
    RPC_MAX_LEAVES = 4096,     // of a struct
    RPC_MAX_ELEMENTS = 1 << 24 // of an array
};

enum rpc_direction { RPC_IN = 1, RPC_OUT = 2, RPC_INOUT = RPC_IN | RPC_OUT };

enum rpc_form {
    RPC_VALUE,
    RPC_POINTER, // to one
    RPC_ARRAY,   // of `length`
    RPC_BOUNDED, // array of at most `length`; another parameter counts them
    RPC_STRING   // of at most `length` bytes, and a byte 0 behind them
};

// What is loaded and stored at once: a number, or up to 8 of a row of bytes.
struct rpc_leaf {
    uint32_t native_offset, wire_offset; // bytes
    uint32_t native_bytes, wire_bytes;   // 1..8
};

struct rpc_type {
    char name[RPC_NAME_BYTES];
    bool is_struct;
    uint32_t line;         // of a struct
    uint32_t native_bytes; // of one, padding included
    uint32_t native_align; // bytes
    uint32_t wire_bytes;
    uint32_t num_leaves;
    struct rpc_leaf *leaves; // [num_leaves]
};

struct rpc_param {
    char name[RPC_NAME_BYTES];
    enum rpc_direction direction;
    enum rpc_form form;
    uint32_t type;          // index
    uint32_t length;        // of arrays and strings, elements, or the most; else 1
    uint32_t counter;       // bounded: the parameter that counts; else RPC_NONE
    uint32_t counts;        // the array that this parameter counts, or RPC_NONE
    uint32_t count_idx;     // bounded, string: which of the counts of a call tells its length
    uint32_t native_offset; // bytes, of its data
};

struct rpc_procedure {
    char name[RPC_NAME_BYTES];
    uint32_t line;
    double cost_ns; // of it, unless a call says otherwise
    uint32_t num_params;
    uint32_t num_counts;   // parameters of forms bounded and string
    uint32_t native_bytes; // of the data of all parameters
    struct rpc_param params[RPC_MAX_PARAMS];
};

struct rpc_interface {
    char name[RPC_NAME_BYTES];
    struct rpc_type *types; // [num_types], numbers first
    uint32_t num_types, cap_types;
    struct rpc_procedure *procedures; // [num_procedures], of one or more
    uint32_t num_procedures, cap_procedures;
};

// NULL on failure, with ERR_TRACE or ERR_RUN (memory).
struct rpc_interface *rpc_interface_read(const char *path, struct err *err);
void rpc_interface_free(struct rpc_interface *self);

// The procedure of this name; NULL if there is none.
const struct rpc_procedure *rpc_interface_find(const struct rpc_interface *self, const char *name);

// True if a parameter is a row of bytes, which is copied as it is.
bool rpc_param_is_bytes(const struct rpc_interface *self, const struct rpc_param *param);

#endif
