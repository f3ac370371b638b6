// SPDX-License-Identifier: Apache-2.0
// What messages between ranks of full nodes wait for, from the operation that sends to the
// receiver's going on, to the cycle. Each cycle is charged to what the message's last byte waits
// for: of a message in pieces, to the piece that is the last to be in its place. Each part begins
// with the end of the one before, so that the parts of a message sum to the whole. What the cards
// and the network do between is nic/nic_life.h's.
//
// Cycles are the network's; what software does in a cycle of its own is noted by the network's
// cycle to which that belongs. A message to the own rank, or none of whose bytes go over a card,
// has no life. Protocol messages (requests to send, and so on) belong to the part `rendezvous` of
// the message that they are for.
#ifndef ORDITO_MODEL_NODE_LIFE_H
#define ORDITO_MODEL_NODE_LIFE_H

#include "model/activity.h"
#include "nic/nic_life.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// One row a part of the software's: symbol, name in results, what takes or ends it.
#define LIFE_SENDER_PARTS(X)                                                                       \
    X(LIFE_RENDEZVOUS, rendezvous) /* request and answer, until the data may go */                 \
    X(LIFE_TURN, software_turn)    /* what the thread has to do before, room in the kernel */      \
    X(LIFE_TRAP, trap)             /* into the kernel */                                           \
    X(LIFE_PIN, pin)               /* or protect pages */                                          \
    X(LIFE_INSTRUCTIONS, driver)   /* the driver's instructions */                                 \
    X(LIFE_COPY_SEND, copy_send)                                                                   \
    X(LIFE_DOORBELL, doorbell) /* descriptors before it, its own, and the doorbell */

#define LIFE_RECEIVER_PARTS(X)                                                                     \
    X(LIFE_NOTICE, notice)           /* until software looks, or a handler is entered */           \
    X(LIFE_INTERRUPT, interrupt)     /* into the handler; a thread is made, and runs */            \
    X(LIFE_LOOK, look)               /* loads of completions */                                    \
    X(LIFE_DEMULTIPLEX, demultiplex) /* which process */                                           \
    X(LIFE_MATCH, match)             /* which receive; until somebody copies */                    \
    X(LIFE_RECEIVE, receive)         /* until there is a receive */                                \
    X(LIFE_COPY_RECEIVE, copy_receive)                                                             \
    X(LIFE_WAKE, wake) /* until the rank goes on, if it waited for this */

#define LIFE_SYMBOL(symbol, name) symbol,
enum life_part {
    LIFE_SENDER_PARTS(LIFE_SYMBOL) LIFE_CARDS,
    LIFE_CARDS_END = LIFE_CARDS + NIC_LIFE_NUM_PARTS - 1,
    LIFE_RECEIVER_PARTS(LIFE_SYMBOL) LIFE_NUM_PARTS
};
#undef LIFE_SYMBOL

extern const char *const life_names[LIFE_NUM_PARTS];

struct life {
    uint64_t begin_cycle;
    uint64_t now_cycle; // up to which it is charged
    uint64_t cycles[LIFE_NUM_PARTS];
};

static inline void life_begin(struct life *self, uint64_t cycle)
{
    *self = (struct life){.begin_cycle = cycle, .now_cycle = cycle};
}

// What has passed since the last mark belongs to this part.
static inline void life_mark(struct life *self, enum life_part part, uint64_t cycle)
{
    if (cycle <= self->now_cycle)
        return;
    self->cycles[part] += cycle - self->now_cycle;
    self->now_cycle = cycle;
}

// What cards and network have told.
void life_add_cards(struct life *self, const struct nic_life *cards);

// Lives of all messages under way, by the names of messages. Pieces of a message come in the order
// in which they go.
struct lives;

struct life_stats {
    uint64_t messages;
    uint64_t cycles[LIFE_NUM_PARTS]; // sums
};

// A message that has come to its end.
struct life_end {
    uint32_t from, to; // ranks
    uint64_t bytes;
};

// `to`: each message, at its end, is written there as a line of a table (CSV); NULL: nowhere. So is
// `watch` told, or NULL. NULL without memory.
struct lives *lives_new(FILE *to, struct activity_watch *watch);
void lives_free(struct lives *self);

// A piece goes, with the life that the message has by now. False without memory.
bool lives_push(struct lives *self, uint32_t message, const struct life *life);
// Its next piece has come: from now on it is the last one. NULL if there is none.
struct life *lives_pop(struct lives *self, uint32_t message);
// This piece is in its place, and from now on the last one.
struct life *lives_last(struct lives *self, uint32_t message);
void lives_set_last(struct lives *self, uint32_t message, const struct life *life);

// The message, whose name may be that of another from now on, has been received, or will not be.
void lives_forget(struct lives *self, uint32_t message);
// A life is over.
void lives_end(struct lives *self, const struct life *life, const struct life_end *end);

const struct life_stats *lives_stats(const struct lives *self);

#endif
