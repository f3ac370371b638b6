// SPDX-License-Identifier: Apache-2.0
#include "model/node/rpc_lexer.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_NUMBER (UINT64_C(1) << 50)

bool rpc_lexer_wrong(const struct rpc_lexer *self, const char *format, ...)
{
    char what[512];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return err_set(self->err, ERR_TRACE, "%s:%" PRIu32 ": %s", input_name(self->input), self->line,
                   what);
}

// Moves to the next sign that is neither blank nor in a comment; `at` is NULL at the end.
static bool find(struct rpc_lexer *self)
{
    for (;;) {
        if (self->at)
            self->at += strspn(self->at, " \t\r");
        if (self->at && *self->at && *self->at != '#' && strncmp(self->at, "//", 2) != 0)
            return true;
        switch (input_line(self->input, &self->at, self->err)) {
        case INPUT_LINE:
            self->line = input_line_number(self->input);
            break;
        case INPUT_END:
            self->at = NULL;
            return true;
        default:
            return false;
        }
    }
}

static bool take(struct rpc_lexer *self, enum rpc_token token, size_t length)
{
    if (length >= sizeof self->text)
        return rpc_lexer_wrong(self, "'%.20s...' is longer than %d letters", self->at,
                               RPC_NAME_BYTES - 1);
    memcpy(self->text, self->at, length);
    self->text[length] = '\0';
    self->token = token;
    self->at += length;
    return true;
}

static bool take_number(struct rpc_lexer *self)
{
    size_t length = strspn(self->at, "0123456789");
    self->number = 0;
    for (size_t i = 0; i < length; i++) {
        self->number = self->number * 10 + (uint64_t)(self->at[i] - '0');
        if (self->number > MAX_NUMBER)
            return rpc_lexer_wrong(self, "%.30s is too large a number", self->at);
    }
    if (isalpha((unsigned char)self->at[length]) || self->at[length] == '_')
        return rpc_lexer_wrong(self, "%.30s is not a number", self->at);
    return take(self, RPC_TOKEN_NUMBER, length);
}

static size_t name_length(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_')
        length++;
    return length;
}

bool rpc_lexer_next(struct rpc_lexer *self)
{
    if (!find(self))
        return false;
    if (!self->at) {
        self->token = RPC_TOKEN_END;
        snprintf(self->text, sizeof self->text, "the end of the file");
        return true;
    }
    if (isdigit((unsigned char)*self->at))
        return take_number(self);
    size_t length = name_length(self->at);
    if (length > 0)
        return take(self, RPC_TOKEN_NAME, length);
    if (!isgraph((unsigned char)*self->at))
        return rpc_lexer_wrong(self, "a byte 0x%02x, which is no text", (unsigned char)*self->at);
    length = strncmp(self->at, "...", 3) == 0 ? 3 : strncmp(self->at, "<=", 2) == 0 ? 2 : 1;
    return take(self, RPC_TOKEN_SIGN, length);
}

bool rpc_lexer_is(const struct rpc_lexer *self, const char *text)
{
    return (self->token == RPC_TOKEN_NAME || self->token == RPC_TOKEN_SIGN) &&
           strcmp(self->text, text) == 0;
}

bool rpc_lexer_expect(struct rpc_lexer *self, const char *text)
{
    return rpc_lexer_is(self, text)
               ? rpc_lexer_next(self)
               : rpc_lexer_wrong(self, "'%s' expected, not '%s'", text, self->text);
}

bool rpc_lexer_open(struct rpc_lexer *self, const char *path, struct err *err)
{
    *self = (struct rpc_lexer){.input = input_open(path, NULL, NULL, err), .line = 1, .err = err};
    return self->input && rpc_lexer_next(self);
}

void rpc_lexer_close(struct rpc_lexer *self)
{
    input_close(self->input);
    self->input = NULL;
}
