// SPDX-License-Identifier: Apache-2.0
// Words of an interface of remote procedures (rpc_interface.h): names, whole numbers, "...", "<="
// and single signs. What comes after # or // is a comment.
#ifndef ORDITO_MODEL_NODE_RPC_LEXER_H
#define ORDITO_MODEL_NODE_RPC_LEXER_H

#include "sim/err.h"
#include "traces/input.h"

#include <stdint.h>

enum { RPC_NAME_BYTES = 64 }; // of a name, its end included

enum rpc_token { RPC_TOKEN_END, RPC_TOKEN_NAME, RPC_TOKEN_NUMBER, RPC_TOKEN_SIGN };

struct rpc_lexer {
    struct input *input;
    char *at; // in its current line; NULL: a line is to be read
    enum rpc_token token;
    char text[RPC_NAME_BYTES]; // of the token; of the end, "the end of the file"
    uint64_t number;           // of a number
    uint32_t line;             // that the token is in
    struct err *err;
};

// Opens a file and reads its first token. False with ERR_TRACE, also if that is none.
bool rpc_lexer_open(struct rpc_lexer *self, const char *path, struct err *err);
void rpc_lexer_close(struct rpc_lexer *self);

// Reads the next token. False with ERR_TRACE (file, line, what is wrong).
bool rpc_lexer_next(struct rpc_lexer *self);

// True if the token is this name or sign.
bool rpc_lexer_is(const struct rpc_lexer *self, const char *text);

// Passes over this name or sign, or refuses what is in its place.
bool rpc_lexer_expect(struct rpc_lexer *self, const char *text);

// Refuses, with file and line of the token. Always returns false.
bool rpc_lexer_wrong(const struct rpc_lexer *self, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
