// SPDX-License-Identifier: Apache-2.0
// Random programs of several ranks as native text, whose messages all find receivers.
#ifndef ORDITO_TESTS_RANDOM_PROGRAM_H
#define ORDITO_TESTS_RANDOM_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

enum { RANDOM_PROGRAM_MAX_RANKS = 9 };

// Writes the program of a seed, 1 to RANDOM_PROGRAM_MAX_RANKS ranks; with accesses to memory and
// addresses of buffers, and sendrecv of any length, if `own` things of the format are wanted.
// Returns its path, valid until the next file is written.
const char *random_program_write(const char *name, uint64_t seed, bool own);

// The same without things of the format and without wildcards, but with requests that are open
// while other operations come.
const char *random_program_write_exact(const char *name, uint64_t seed);

#endif
