// SPDX-License-Identifier: Apache-2.0
// Which algorithm a collective uses, by its size and by the number of ranks: rules of which the
// first that fits is taken.
//
// As a text, rules are lines of an algorithm's name and its conditions, in this order and each but
// once: "NAME [up_to_bytes=N] [up_to_ranks=N] [power_of_two=true|false]". The last one, and no
// other, is without conditions. The text "auto" stands for the rules of collective_auto.
//
// Bytes are those of the vector of a broadcast, reduction or scan; those that one rank sends to
// another in an all-to-all; those of all blocks together in the others, so that all ranks know
// them. Where they do not (gatherv, scatterv, alltoallv) and in barriers, rules cannot ask for
// them.
#ifndef ORDITO_MODEL_NODE_COLLECTIVE_RULES_H
#define ORDITO_MODEL_NODE_COLLECTIVE_RULES_H

#include "model/node/collective.h"

enum { COLLECTIVE_MAX_RULES = 16 };

enum collective_power { COLLECTIVE_ANY_NUM, COLLECTIVE_POWER_OF_TWO, COLLECTIVE_NO_POWER_OF_TWO };

struct collective_rule {
    const struct collective_algorithm *algorithm;
    uint64_t up_to_bytes;           // UINT64_MAX: any
    uint32_t up_to_ranks;           // UINT32_MAX: any
    enum collective_power only_for; // numbers of ranks
};

struct collective_rules {
    struct collective_rule rules[COLLECTIVE_MAX_RULES];
    uint32_t num; // 1..
};

// The switch points of MPICH as text: Thakur, Rabenseifner and Gropp 2005, sections 4 and 5, with
// the sizes that MPICH 3 has for them (MPIR_CVAR_*_MSG_SIZE). Left out: operations that are not
// commutative, vectors of fewer elements than ranks, and what MPICH does within shared memory.
extern const char *const collective_auto[COLLECTIVE_NUM_KINDS];

// True if rules of this kind may ask for bytes.
bool collective_has_bytes(enum collective_kind kind);

// Reads a text; NULL means the default algorithm. False with ERR_CONFIG if there is something wrong
// with it.
bool collective_rules_read(struct collective_rules *self, enum collective_kind kind,
                           const char *text, struct err *err);

const struct collective_algorithm *collective_rules_choose(const struct collective_rules *self,
                                                           uint32_t num_ranks, uint64_t bytes);

#endif
