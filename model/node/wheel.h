// SPDX-License-Identifier: Apache-2.0
// A timing wheel: for each of a number of members, the cycle of its next event. Slot s holds a bit
// for every member whose event is in a cycle that is s modulo the number of slots, so the members
// of a cycle come in ascending order, and a member that is due much later is looked at once a turn.
//
// Timing: setting and taking cost the same for any number of members; a cycle costs a word for
// every 64 members.
// Owner: memory is taken once, by wheel_make; wheel_free releases it.
// Source: Varghese and Lauck, "Hashed and hierarchical timing wheels", SOSP 1987, scheme 6.
#ifndef ORDITO_MODEL_NODE_WHEEL_H
#define ORDITO_MODEL_NODE_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

enum { WHEEL_SLOTS = 256 }; // a power of two

struct wheel {
    uint32_t num;       // members
    uint32_t num_words; // of a slot
    uint64_t *slots;    // [WHEEL_SLOTS * num_words]
    uint64_t *cycles;   // [num]: the next event; UINT64_MAX if there is none
    uint64_t now;       // cycle that is being taken from
    uint32_t word;      // of its slot: the word that comes next
    uint64_t left;      // members not yet looked at in the word before
};

// A wheel in which no member has an event. False if out of memory.
bool wheel_make(struct wheel *self, uint32_t num);
void wheel_free(struct wheel *self);
uint64_t wheel_bytes(uint32_t num);

// Sets the next event of a member that has none, later than any cycle that was taken from.
void wheel_set(struct wheel *self, uint32_t member, uint64_t cycle);

// Takes the next member, in ascending order, whose event is in this cycle: true, and the member has
// no event now; or false if there are no more. Cycles must not decrease.
bool wheel_take(struct wheel *self, uint64_t cycle, uint32_t *member);

// The cycle of the first event after `cycle`; UINT64_MAX if there is none. No event up to `cycle`
// may be left.
uint64_t wheel_next(const struct wheel *self, uint64_t cycle);

#endif
