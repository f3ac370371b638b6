// SPDX-License-Identifier: Apache-2.0
#include "model/node/rpc_interface.h"

#include "model/node/rpc_layout.h"
#include "model/node/rpc_types.h"
#include "traces/op.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PROCEDURES = 4096 };

// --- parameters ---------------------------------------------------------------------------------

static bool read_direction(struct rpc_lexer *lexer, enum rpc_direction *direction)
{
    if (rpc_lexer_is(lexer, "in"))
        *direction = RPC_IN;
    else if (rpc_lexer_is(lexer, "out"))
        *direction = RPC_OUT;
    else if (rpc_lexer_is(lexer, "inout"))
        *direction = RPC_INOUT;
    else
        return rpc_lexer_wrong(lexer,
                               "'in', 'out' or 'inout' expected, not '%s': what is copied "
                               "which way has to be told",
                               lexer->text);
    return rpc_lexer_next(lexer);
}

// The form that a declaration gives, once its name and what is in brackets have been read.
static bool take_form(struct rpc_param *param, const struct rpc_declared *declared, bool has_length,
                      bool bounded, struct rpc_lexer *lexer)
{
    if (declared->string && !(has_length && bounded))
        return rpc_lexer_wrong(lexer,
                               "a string without a bound cannot be marshalled: the stubs do "
                               "not know how much room to keep; give 'string %.20s[<=N]'",
                               param->name);
    if (declared->pointer && has_length)
        return rpc_lexer_wrong(lexer, "an array of pointers cannot be marshalled: addresses mean "
                                      "nothing in the memory of the other side");
    param->form = declared->string    ? RPC_STRING
                  : declared->pointer ? RPC_POINTER
                  : !has_length       ? RPC_VALUE
                  : bounded           ? RPC_BOUNDED
                                      : RPC_ARRAY;
    return true;
}

// The name of what counts a bounded array is kept in `counters` until all parameters are known.
static bool read_param(struct rpc_interface *self, struct rpc_procedure *procedure,
                       char (*counters)[RPC_NAME_BYTES], struct rpc_lexer *lexer)
{
    struct rpc_param *param = &procedure->params[procedure->num_params];
    struct rpc_declared declared;
    bool bounded = false;
    *param = (struct rpc_param){.length = 1, .counter = RPC_NONE, .counts = RPC_NONE};
    if (!rpc_types_allowed(lexer) || !read_direction(lexer, &param->direction) ||
        !rpc_types_read(self, lexer, NULL, &declared) ||
        !rpc_types_name(lexer, param->name, procedure->params, procedure->num_params,
                        sizeof *param))
        return false;
    param->type = declared.type;
    bool has_length = rpc_lexer_is(lexer, "[");
    if ((has_length && !rpc_types_length(lexer, &param->length, &bounded)) ||
        !take_form(param, &declared, has_length, bounded, lexer))
        return false;
    if (param->form == RPC_BOUNDED) {
        if (!rpc_lexer_is(lexer, "count"))
            return rpc_lexer_wrong(lexer,
                                   "'count' and a parameter expected, not '%s': how many "
                                   "elements of '%s' there are has to be told",
                                   lexer->text, param->name);
        if (!rpc_lexer_next(lexer) ||
            !rpc_types_name(lexer, counters[procedure->num_params], NULL, 0, 0))
            return false;
    }
    if (param->form == RPC_BOUNDED || param->form == RPC_STRING)
        param->count_idx = procedure->num_counts++;
    procedure->num_params++;
    return true;
}

// Finds the parameter that counts a bounded array.
static bool bind_counter(const struct rpc_interface *self, struct rpc_procedure *procedure,
                         uint32_t idx, const char *name, struct rpc_lexer *lexer)
{
    struct rpc_param *param = &procedure->params[idx];
    for (uint32_t i = 0; i < procedure->num_params; i++) {
        struct rpc_param *counter = &procedure->params[i];
        const char *type = self->types[counter->type].name;
        if (strcmp(counter->name, name) != 0)
            continue;
        if (counter->form != RPC_VALUE ||
            (strcmp(type, "int32") != 0 && strcmp(type, "uint32") != 0))
            return rpc_lexer_wrong(lexer, "'%s', which counts '%s', is not an int32 or uint32",
                                   name, param->name);
        if (counter->direction != param->direction)
            return rpc_lexer_wrong(lexer, "'%s' and '%s', which it counts, go different ways", name,
                                   param->name);
        if (counter->counts != RPC_NONE)
            return rpc_lexer_wrong(lexer, "'%s' counts both '%s' and '%s'", name,
                                   procedure->params[counter->counts].name, param->name);
        counter->counts = idx;
        param->counter = i;
        return true;
    }
    return rpc_lexer_wrong(lexer, "there is no parameter '%s' to count '%s'", name, param->name);
}

// Gives the data of all parameters its places.
static bool place(const struct rpc_interface *self, struct rpc_procedure *procedure,
                  struct rpc_lexer *lexer)
{
    uint64_t offset = 0;
    for (uint32_t i = 0; i < procedure->num_params; i++) {
        struct rpc_param *param = &procedure->params[i];
        const struct rpc_type *type = &self->types[param->type];
        offset = rpc_types_align(offset, type->native_align);
        param->native_offset = (uint32_t)offset;
        offset += (uint64_t)param->length * type->native_bytes + (param->form == RPC_STRING);
        if (offset > OP_MAX_BYTES)
            return rpc_lexer_wrong(lexer, "the parameters of %s take more than 1 GiB",
                                   procedure->name);
    }
    procedure->native_bytes = (uint32_t)offset;
    struct rpc_shape longest = {.interface = self, .procedure = procedure};
    if (rpc_layout_cost(&longest, RPC_IN).wire_bytes > OP_MAX_BYTES / 2 ||
        rpc_layout_cost(&longest, RPC_OUT).wire_bytes > OP_MAX_BYTES / 2)
        return rpc_lexer_wrong(lexer, "a message of %s takes more than 512 MiB", procedure->name);
    return true;
}

// --- procedures ---------------------------------------------------------------------------------

static struct rpc_procedure *add_procedure(struct rpc_interface *self, struct rpc_lexer *lexer)
{
    if (self->num_procedures == MAX_PROCEDURES) {
        rpc_lexer_wrong(lexer, "more than %d procedures", MAX_PROCEDURES);
        return NULL;
    }
    if (self->num_procedures == self->cap_procedures) {
        uint32_t cap = self->cap_procedures ? 2 * self->cap_procedures : 4;
        struct rpc_procedure *procedures = realloc(self->procedures, cap * sizeof *procedures);
        if (!procedures) {
            err_set(lexer->err, ERR_RUN, "out of memory");
            return NULL;
        }
        self->procedures = procedures;
        self->cap_procedures = cap;
    }
    struct rpc_procedure *procedure = &self->procedures[self->num_procedures];
    *procedure = (struct rpc_procedure){.line = lexer->line};
    return procedure;
}

static bool read_params(struct rpc_interface *self, struct rpc_procedure *procedure,
                        struct rpc_lexer *lexer)
{
    char counters[RPC_MAX_PARAMS][RPC_NAME_BYTES];
    if (!rpc_lexer_expect(lexer, "("))
        return false;
    while (!rpc_lexer_is(lexer, ")")) {
        if (procedure->num_params == RPC_MAX_PARAMS)
            return rpc_lexer_wrong(lexer, "more than %d parameters", RPC_MAX_PARAMS);
        if ((procedure->num_params > 0 && !rpc_lexer_expect(lexer, ",")) ||
            !read_param(self, procedure, counters, lexer))
            return false;
    }
    for (uint32_t i = 0; i < procedure->num_params; i++)
        if (procedure->params[i].form == RPC_BOUNDED &&
            !bind_counter(self, procedure, i, counters[i], lexer))
            return false;
    return rpc_lexer_next(lexer);
}

static bool read_procedure(struct rpc_interface *self, struct rpc_lexer *lexer)
{
    struct rpc_procedure *procedure = add_procedure(self, lexer);
    if (!procedure ||
        !rpc_types_name(lexer, procedure->name, self->procedures, self->num_procedures,
                        sizeof *procedure) ||
        !read_params(self, procedure, lexer) || !place(self, procedure, lexer))
        return false;
    if (rpc_lexer_is(lexer, "cost_ns")) {
        if (!rpc_lexer_next(lexer))
            return false;
        if (lexer->token != RPC_TOKEN_NUMBER)
            return rpc_lexer_wrong(lexer, "a number of ns expected, not '%s'", lexer->text);
        procedure->cost_ns = (double)lexer->number;
        if (!rpc_lexer_next(lexer))
            return false;
    }
    self->num_procedures++;
    return rpc_lexer_expect(lexer, ";");
}

// --- the interface ------------------------------------------------------------------------------

static bool read_declaration(struct rpc_interface *self, struct rpc_lexer *lexer)
{
    if (rpc_lexer_is(lexer, "struct"))
        return rpc_lexer_next(lexer) && rpc_types_struct(self, lexer);
    if (rpc_lexer_is(lexer, "procedure"))
        return rpc_lexer_next(lexer) && read_procedure(self, lexer);
    return rpc_types_allowed(lexer) &&
           rpc_lexer_wrong(lexer, "'procedure', 'struct' or '}' expected, not '%s'", lexer->text);
}

static bool read_all(struct rpc_interface *self, struct rpc_lexer *lexer)
{
    if (!rpc_types_make(self, lexer->err) || !rpc_lexer_expect(lexer, "interface") ||
        !rpc_types_name(lexer, self->name, NULL, 0, 0) || !rpc_lexer_expect(lexer, "{"))
        return false;
    while (!rpc_lexer_is(lexer, "}"))
        if (!read_declaration(self, lexer))
            return false;
    if (self->num_procedures == 0)
        return rpc_lexer_wrong(lexer, "interface %s has no procedures", self->name);
    if (!rpc_lexer_next(lexer))
        return false;
    return lexer->token == RPC_TOKEN_END ||
           rpc_lexer_wrong(lexer, "'%s' after the end of the interface", lexer->text);
}

struct rpc_interface *rpc_interface_read(const char *path, struct err *err)
{
    struct rpc_lexer lexer;
    struct rpc_interface *self = calloc(1, sizeof *self);
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    bool good = rpc_lexer_open(&lexer, path, err) && read_all(self, &lexer);
    rpc_lexer_close(&lexer);
    if (good)
        return self;
    rpc_interface_free(self);
    return NULL;
}

void rpc_interface_free(struct rpc_interface *self)
{
    for (uint32_t i = 0; self && i < self->num_types; i++)
        free(self->types[i].leaves);
    if (self) {
        free(self->types);
        free(self->procedures);
    }
    free(self);
}

const struct rpc_procedure *rpc_interface_find(const struct rpc_interface *self, const char *name)
{
    for (uint32_t i = 0; i < self->num_procedures; i++)
        if (strcmp(self->procedures[i].name, name) == 0)
            return &self->procedures[i];
    return NULL;
}
