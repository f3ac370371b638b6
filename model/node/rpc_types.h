// SPDX-License-Identifier: Apache-2.0
// Types of an interface that is being read.
#ifndef ORDITO_MODEL_NODE_RPC_TYPES_H
#define ORDITO_MODEL_NODE_RPC_TYPES_H

#include "model/node/rpc_interface.h"

// What comes before a name: a type, and a star.
struct rpc_declared {
    uint32_t type; // index
    bool pointer;
    bool string;
};

// Adds the types of numbers. False with ERR_RUN.
bool rpc_types_make(struct rpc_interface *self, struct err *err);

// Reads a type and its stars. `member` tells that it is one of the struct that is being declared,
// of this name; else NULL. Whatever has no size that both sides know is refused.
bool rpc_types_read(struct rpc_interface *self, struct rpc_lexer *lexer, const char *member,
                    struct rpc_declared *declared);

// Reads the declaration of a struct, of which the first word has been passed over.
bool rpc_types_struct(struct rpc_interface *self, struct rpc_lexer *lexer);

// Reads "[N]" or "[<=N]".
bool rpc_types_length(struct rpc_lexer *lexer, uint32_t *length, bool *bounded);

// Refuses words that begin what cannot be marshalled: false if the token is one.
bool rpc_types_allowed(const struct rpc_lexer *lexer);

// Takes a name that none of `num` others has, which lie `stride` bytes apart.
bool rpc_types_name(struct rpc_lexer *lexer, char *name, const void *others, uint32_t num,
                    size_t stride);

// `offset`, or the next multiple of `align` after it.
static inline uint64_t rpc_types_align(uint64_t offset, uint32_t align)
{
    return (offset + align - 1) / align * align;
}

#endif
