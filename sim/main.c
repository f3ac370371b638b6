// SPDX-License-Identifier: Apache-2.0
// The program: finds the command, and alone prints errors and makes the exit status.
#include "sim/cmd.h"
#include "sim/version.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    cmd_fn *run;
    const char *help;
} commands[] = {
    {"run", cmd_run, "simulate, once or over a product of parameters"},
    {"topology", cmd_topology, "figures of a topology: closed form, search, measurement"},
    {"validate", cmd_validate, "compare the router RTL with the C reference, at random"},
    {"trace", cmd_trace, "what is in a trace, whether it is good, how caches take it"},
    {"bench", cmd_bench, "speed and memory of the simulator, beside what they should be"},
};

enum { NUM_COMMANDS = sizeof commands / sizeof *commands };

static void print_help(FILE *to)
{
    fprintf(to,
            "Ordito %s simulates a multicomputer cycle by cycle.\n\n"
            "ordito COMMAND [CONFIG.yaml] [OPTION...]\n\n",
            version_text);
    for (size_t i = 0; i < NUM_COMMANDS; i++)
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
    fprintf(to, "\n\"ordito COMMAND --help\" lists its options, \"ordito run\" shows examples.\n"
                "Exit status: 0 done, 1 failed, 2 usage or configuration, 3 deadlock, 4 RTL and "
                "reference differ,\n5 not finished, 6 trace, 130 interrupted.\n");
}

static enum err_status dispatch(int argc, const char **argv, struct err *err)
{
    const char *names[NUM_COMMANDS];
    const char *word = argc > 1 ? argv[1] : "--help";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-?") == 0 || strcmp(word, "help") == 0) {
        print_help(stdout);
        return ERR_NONE;
    }
    if (strcmp(word, "--version") == 0) {
        printf("ordito %s\n", version_text);
        return ERR_NONE;
    }
    for (size_t i = 0; i < NUM_COMMANDS; i++) {
        names[i] = commands[i].name;
        if (strcmp(word, names[i]) == 0) {
            char usage[32]; // popt names the program by its first argument
            snprintf(usage, sizeof usage, "ordito %s", word);
            argv[1] = usage;
            return commands[i].run(argc - 1, argv + 1, err);
        }
    }
    const char *nearest = err_nearest(word, names, NUM_COMMANDS);
    err_set(err, ERR_CONFIG, "no command \"%.60s\"%s%s; \"ordito --help\" lists them", word,
            nearest ? "; nearest: " : "", nearest ? nearest : "");
    return ERR_CONFIG;
}

int main(int argc, const char **argv)
{
    struct err err = {0};
    enum err_status status = dispatch(argc, argv, &err);
    if (err.status != ERR_NONE)
        status = err.status;
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == ERR_NONE)
        status = (err_set(&err, ERR_RUN, "standard output: %s", strerror(errno)), ERR_RUN);
    if (err.status != ERR_NONE)
        fprintf(stderr, "ordito: %s\n", err.text);
    return (int)status;
}
