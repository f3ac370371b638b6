// SPDX-License-Identifier: Apache-2.0
// What the commands of the program share: their entry points, and options that set parameters.
#ifndef ORDITO_SIM_CMD_H
#define ORDITO_SIM_CMD_H

#include "sim/config.h"

#include <popt.h>
#include <stddef.h>

// A command: argv[0] is its name. Returns the exit status; `err` is filled where there is something
// to tell, and main prints it.
typedef enum err_status cmd_fn(int argc, const char **argv, struct err *err);

cmd_fn cmd_run;
cmd_fn cmd_topology;
cmd_fn cmd_validate;
cmd_fn cmd_trace;
cmd_fn cmd_bench;

// Settings of parameters in the order of the command line.
struct cmd_set {
    char *assignment; // "KEY=VALUE"
    const char *from; // the option
};

struct cmd_sets {
    struct cmd_set *sets;
    size_t num;
};

// Adds "KEY=VALUE", or with a `key` "VALUE" alone (--seed is short for run.seed). False with `err`
// if out of memory.
bool cmd_sets_add(struct cmd_sets *self, const char *key, const char *value, const char *from,
                  struct err *err);
void cmd_sets_free(struct cmd_sets *self);

// Defaults, then the file (NULL: none), then the settings. The caller frees `config` only if this
// returns true. What concerns several parameters is left to config_check.
bool cmd_configure(struct config *config, const char *path, const struct cmd_sets *sets,
                   struct err *err);

// Parses the value of an option as an integer in min..max.
bool cmd_integer(const char *text, const char *option, uint64_t min, uint64_t max, uint64_t *value,
                 struct err *err);

// Keeps the value of an option that is given at most once: `*field` becomes a copy, the caller's.
// `missing` tells what an empty value lacks: "no file named".
bool cmd_text(char **field, const char *value, const char *option, const char *missing,
              struct err *err);

// Takes an option of a command, by its number in the table; without a value it is "".
typedef bool cmd_take_fn(void *command, int option, const char *value, struct err *err);

// Has `take` called for each option that is given, in order. False with `err` if one is not taken,
// or not understood.
bool cmd_options(poptContext context, const struct poptOption *options, cmd_take_fn *take,
                 void *command, struct err *err);

// Refuses what popt did not understand, naming the nearest option.
bool cmd_bad_option(poptContext context, int code, const struct poptOption *options,
                    struct err *err);

#endif
