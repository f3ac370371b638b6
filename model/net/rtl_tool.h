// SPDX-License-Identifier: Apache-2.0
// Running the programs that build RTL libraries (Verilator, the C++ compiler): by argument vectors,
// never through a shell.
//
// Owner: who zero-initialises a `struct rtl_tool` calls rtl_tool_free, whatever happened.
#ifndef ORDITO_MODEL_NET_RTL_TOOL_H
#define ORDITO_MODEL_NET_RTL_TOOL_H

#include "sim/err.h"

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

// A program to run, and its arguments.
struct rtl_tool {
    char **args; // [0] is the program's name; NULL at the end
    size_t num_args;
    pid_t pid; // once started
};

// Adds an argument; the first is the program. Asserts that there is memory.
void rtl_tool_arg(struct rtl_tool *self, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void rtl_tool_free(struct rtl_tool *self);

// Tells one installation of a program, found by PATH, from another without running it: its path,
// size and time of change. If it is not there, ERR_RUN says what to install.
bool rtl_tool_identity(const char *program, char *text, size_t size, struct err *err);

// Starts the program, found by PATH, with both its outputs going to the file descriptor `to`. If it
// is not there, ERR_RUN says what to install.
bool rtl_tool_start(struct rtl_tool *self, int to, struct err *err);

// Waits until it ends. True if it succeeded.
bool rtl_tool_ended_well(struct rtl_tool *self);

// The same; unless it succeeded, ERR_RUN with the path of the log that its output went to, and the
// log's first line of error.
bool rtl_tool_wait(struct rtl_tool *self, const char *log, struct err *err);

// Fills `line` with the first line of what tools printed that tells of an error, or else the last.
void rtl_tool_find_error(FILE *log, char *line, size_t size);

// What Verilator says in a line of error: file:line:column: text. NULL if it is none.
const char *rtl_tool_verilator_error(const char *line);

// Runs the program and fills `line` with the first line that it prints, without the newline.
bool rtl_tool_first_line(struct rtl_tool *self, char *line, size_t size, struct err *err);

#endif
