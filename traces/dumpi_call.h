// SPDX-License-Identifier: Apache-2.0
// A call of MPI in a DUMPI trace, into lines of the project's own text (native_line.h) that say
// what it does, and which are then read like any others.
//
// A call may be several lines: a wait for many requests is one for each, a send and receive at once
// is `irecv`, `send`, `wait`. What a call has found complete counts as waited for; what it has not
// is nothing. Requests are known by their numbers.
// Owner: dumpi_call_free releases what a rank holds.
#ifndef ORDITO_TRACES_DUMPI_CALL_H
#define ORDITO_TRACES_DUMPI_CALL_H

#include "sim/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { DUMPI_MAX_FIELDS = 32, DUMPI_MAX_NAME = 64 };

// A call, and what is kept of its rank from one to the next.
struct dumpi_call {
    const char *file; // for messages
    uint32_t rank;
    uint32_t num_ranks;
    uint32_t line; // where it begins
    char name[DUMPI_MAX_NAME];
    uint32_t row;                   // of the table of calls
    char *fields[DUMPI_MAX_FIELDS]; // [num_fields] "NAME=VALUE"
    uint32_t num_fields;
    struct dumpi_request *requests; // [num_requests] under way, or persistent
    uint32_t num_requests, cap_requests;
};

void dumpi_call_free(struct dumpi_call *self);

// A new call begins. False if its arguments do not matter.
bool dumpi_call_begin(struct dumpi_call *self, const char *name, uint32_t line);

// Adds a line `TYPE NAME=VALUE` or `TYPE NAME[NUM]=VALUE`. False with ERR_TRACE or ERR_RUN.
bool dumpi_call_add(struct dumpi_call *self, const char *line, struct err *err);

// Prints what the call does, if anything. False with ERR_TRACE: file, line, rank, call and
// argument, also for calls that cannot be replayed; or ERR_RUN.
bool dumpi_call_translate(struct dumpi_call *self, FILE *to, struct err *err);

#endif
