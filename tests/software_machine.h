// SPDX-License-Identifier: Apache-2.0
// Full nodes whose software costs something, for tests of it.
#ifndef ORDITO_TESTS_SOFTWARE_MACHINE_H
#define ORDITO_TESTS_SOFTWARE_MACHINE_H

#include "tests/full_nodes.h"

// The machine of full_nodes.h with costs that are all different, and small.
struct config software_machine(const char *program, const char *const *settings);

#define SOFTWARE(program, ...) software_machine(program, (const char *const[]){__VA_ARGS__, NULL})

// Ranks that send each other, in rounds, messages of all sizes up to `max_bytes` by all operations,
// from and to buffers of their own, compute, and meet in collectives; drawn by the seed. No rank
// touches a buffer that is not free. At the end all sleep for `rest_ns`. In a buffer that is valid
// until the next call.
const char *software_random_program(uint32_t ranks, uint32_t rounds, uint32_t max_bytes,
                                    uint64_t seed, uint32_t rest_ns);

// Holds what is counted against what the definitions in software.h say follows from other counts.
// Of a run that ended at rest.
void software_check_accounts(const struct config *config, const struct run_result *result);

#endif
