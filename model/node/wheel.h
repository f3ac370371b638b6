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

#include <assert.h>
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

// The bits of members whose event is in a cycle, or a number of turns from it.
static inline uint64_t *wheel_slot(const struct wheel *self, uint64_t cycle)
{
    return self->slots + (cycle % WHEEL_SLOTS) * self->num_words;
}

// Sets the next event of a member that has none, later than any cycle that was taken from.
static inline void wheel_set(struct wheel *self, uint32_t member, uint64_t cycle)
{
    assert(self->cycles[member] == UINT64_MAX);
    self->cycles[member] = cycle;
    if (cycle != UINT64_MAX)
        wheel_slot(self, cycle)[member / 64] |= UINT64_C(1) << (member % 64);
}

// Takes the next member, in ascending order, whose event is in this cycle: true, and the member has
// no event now; or false if there are no more. Cycles must not decrease.
static inline bool wheel_take(struct wheel *self, uint64_t cycle, uint32_t *member)
{
    if (self->now != cycle) {
        self->now = cycle;
        self->word = 0;
        self->left = 0;
    }
    uint64_t *slot = wheel_slot(self, cycle);
    for (;;) {
        while (self->left == 0) {
            if (self->word == self->num_words)
                return false;
            self->left = slot[self->word++];
        }
        uint64_t bit = self->left & -self->left;
        *member = (self->word - 1) * 64 + (uint32_t)__builtin_ctzll(bit);
        self->left ^= bit;
        if (self->cycles[*member] == cycle) {
            slot[self->word - 1] ^= bit;
            self->cycles[*member] = UINT64_MAX;
            return true;
        }
    }
}

// The cycle of the first event after `cycle`; UINT64_MAX if there is none. No event up to `cycle`
// may be left.
uint64_t wheel_next(const struct wheel *self, uint64_t cycle);

#endif
