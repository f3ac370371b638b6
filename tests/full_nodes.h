// SPDX-License-Identifier: Apache-2.0
// Runs of programs on full nodes, for tests of the whole: traces are texts of the native format.
#ifndef ORDITO_TESTS_FULL_NODES_H
#define ORDITO_TESTS_FULL_NODES_H

#include "sim/run.h"

// Full nodes on a ring of 4 that keeps the order of flows, so that cards need not ask, which run a
// program whose text is given without its first line
// ("ordito-trace 1") and its last ("end"), or NULL; settings up to NULL come on top of that.
struct config full_nodes_config(const char *program, const char *const *settings);

// Software that costs nothing but the operations of drivers, and the time to enter handlers; no
// copies. The nodes above have it.
void full_nodes_free_software(struct config *config);

#define FULL_NODES(program, ...)                                                                   \
    full_nodes_config(program, (const char *const[]){__VA_ARGS__, NULL})

// A trace of the native format in the test's folder.
const char *full_nodes_trace(const char *program);

// NULL if refused: by the check of the configuration, or when the machine is made. The caller frees
// the result. What a run ends with, if not well, is in `err`.
struct run_result *full_nodes_run(const struct config *config, struct err *err);

// The same for a run that must complete: all programs have ended, and cards have lost nothing.
struct run_result *full_nodes_complete(const struct config *config);

// The cycles of a program that must complete.
uint64_t full_nodes_makespan(const struct config *config);

// A run's results as JSON but for those of the host, with its error before it. Freed by the caller.
char *full_nodes_told(const struct config *config);

// Expects all figures of the nodes of two runs to be the same.
void full_nodes_expect_same(const struct config *config, const struct run_result *a,
                            const struct run_result *b);

// Every rank begins `messages` to every other, and only then receives; all messages have `bytes`,
// every third as many more as the rank's number. In a buffer that is valid until the next call.
const char *full_nodes_flood(uint32_t ranks, uint32_t messages, uint32_t bytes);

#endif
