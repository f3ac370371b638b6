// SPDX-License-Identifier: Apache-2.0
// An abstract machine that runs one collective by one algorithm, and follows, block by block, whose
// contributions each rank holds. Sends block until they are received (the harshest rule, so that
// what ends here ends under any protocol), and messages of a pair are received in order. What is
// wrong fails the test: a block that is sent before it is there, combined twice or missing at the
// end, sizes that differ between the two sides, a rank that is stuck.
#ifndef ORDITO_TESTS_COLLECTIVE_MACHINE_H
#define ORDITO_TESTS_COLLECTIVE_MACHINE_H

#include "model/node/collective.h"

enum { COLLECTIVE_MACHINE_MAX_RANKS = 40 };

struct collective_run {
    const struct collective_algorithm *algorithm;
    uint32_t num_ranks; // 1..COLLECTIVE_MACHINE_MAX_RANKS
    uint32_t root;
    uint64_t bytes;
    uint32_t counts_seed; // of the bytes of blocks, some of them 0; 0: all are `bytes`
};

struct collective_sent {
    uint64_t messages, bytes;                             // of all ranks
    uint64_t by_rank_bytes[COLLECTIVE_MACHINE_MAX_RANKS]; // sent
    uint64_t rounds_max;                                  // messages that one rank sends
};

struct collective_sent collective_machine_run(const struct collective_run *run);

// Bytes of the block from one rank to another in an all-to-all with counts; in other collectives
// `from` is 0, and the block is that of rank `to`.
uint64_t collective_machine_count(uint32_t seed, uint32_t from, uint32_t to);

// True if the counts of such a collective may differ.
bool collective_machine_has_counts(enum collective_kind kind);

bool collective_machine_is_rooted(enum collective_kind kind);

#endif
