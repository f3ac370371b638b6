// SPDX-License-Identifier: Apache-2.0
// The driver of a node's network interface card for one program: at user level, over one context of
// the card (nic_layout.h) whose rings and buffers are in the node's memory. It turns messages into
// operations of a core: stores of descriptors, doorbells, loads of completions.
//
// A message is sent in pieces of at most piece_bytes, each a descriptor of four stores; behind the
// last of those that fit the ring comes a doorbell. What has at most pio_bytes goes by programmed
// I/O instead: a load and a store of a register for each 8 bytes, four more registers, and the last
// two again while the card has no room, completions being looked at between. Received pieces land
// in buffers of the driver, which are posted again, once given back, a quarter of the ring at a
// time: a store into each descriptor whose buffer is another than before, and a doorbell.
// Completions are polled when the card has written to the driver's mailbox (completion ring and
// shadow words): a load for status and flags, a second one for the tag, and, if it matters where
// the piece is, a third one for the descriptor's index. Free of cost is what the operations do not
// say: the driver's own instructions. Set up before cycle 0, by nobody's time.
#ifndef ORDITO_MODEL_NODE_DRIVER_H
#define ORDITO_MODEL_NODE_DRIVER_H

#include "model/core_op.h"
#include "model/node/node.h"
#include "nic/nic.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    DRIVER_MAX_POSTS = 64, // at a time
    DRIVER_MAX_OPS = 2 * NIC_MAX_WINDOW_BYTES / 8 + 4,
    DRIVER_MAX_RECEIVE_SLOTS = NIC_MAX_RING / 2
};

struct driver_params {
    uint32_t send_slots;    // of the rings, powers of two
    uint32_t receive_slots; // 4..DRIVER_MAX_RECEIVE_SLOTS
    uint32_t piece_bytes;   // of messages, and buffers
    uint32_t pio_bytes;     // 0: nothing goes by programmed I/O; at most the card's window
    bool interrupts;        // the card raises them: for sends that ask for one,
    bool arrivals_raise;    // and for all that is received
    bool places;            // it matters where a piece is
    bool all_memory;        // the context may name all of it, else the driver's and this:
    uint64_t user_address, user_bytes;
    bool checksum;        // asked for with all that is sent
    uint32_t context;     // of the card
    uint64_t nic_address; // of the card's registers
    uint64_t address;     // of rings and buffers: driver_bytes from here on
};

// What is to be sent.
struct driver_job {
    uint32_t node, context; // where
    uint32_t traffic_class;
    uint64_t tag;
    uint64_t address;
    uint64_t bytes; // left; 1..
    bool tells_sent;
    bool raises; // and by an interrupt
    bool by_pio; // set by driver_send
};

// What a completion tells.
struct driver_news {
    bool received; // a piece, else all of a message has left its buffer
    bool refused;  // else the card has refused it
    uint64_t tag;
    uint64_t buffer; // received: to be given back by driver_release
    uint32_t bytes;
};

enum driver_step {
    DRIVER_RESTS,
    DRIVER_READS_FLAGS,
    DRIVER_READS_TAG,
    DRIVER_READS_INDEX,
    DRIVER_READS_SHADOW,
    DRIVER_READS_PIO // the status of what was sent by programmed I/O
};

// What the driver may do now.
struct driver_turn {
    bool polls;      // look for completions, if there is mail; it does so anyway once a quarter of
                     // their ring may be taken by those of sends
    bool hands_over; // send
};

struct driver {
    struct driver_params params;
    struct driver_job *jobs; // [cap_jobs], a ring
    uint32_t first_job, num_jobs, cap_jobs;
    uint32_t sent;     // producer of the send ring
    uint32_t consumed; //   and consumer, as far as is known
    uint32_t posted;   // producer of the receive ring
    uint32_t *freed;   // [receive_slots], a ring: buffers that can be posted again, by number
    uint32_t first_freed, num_freed;
    uint32_t *posts;     // [receive_slots]: buffer of each slot of the receive ring
    uint32_t completed;  // consumer of the completion ring
    uint32_t unreturned; // completions that the card has not been told of
    uint32_t unread;     // that were asked for, and have not been looked at
    enum driver_step step;
    uint64_t value;    // of the last load
    bool received;     // likewise
    bool refused;      // likewise
    uint64_t tag;      // likewise
    bool mail;         // the card has written to the mailbox since its flags were read
    bool shadow_stale; // and since the shadow word was read
    bool window_full;  // with the first job, for which the card had no room
    struct bus_monitor monitor;
    const struct image *image;                    // the node's memory
    void (*woken)(void *context, uint64_t cycle); // there is mail
    void *context;
    uint64_t errors; // completions with a status other than NIC_OK
};

uint64_t driver_bytes(const struct driver_params *params);

// Sets the card up, and joins the bus as a monitor. False without memory.
bool driver_init(struct driver *self, const struct driver_params *params, struct node *node,
                 struct nic *nic, void (*woken)(void *context, uint64_t cycle), void *context);
void driver_free(struct driver *self);

// Takes a job; returns the number of pieces, each of which will be a completion where it goes, or 0
// if out of memory.
uint32_t driver_send(struct driver *self, const struct driver_job *job);

// The pieces that a message of so many bytes goes in.
uint32_t driver_pieces(const struct driver *self, uint64_t bytes);

// A buffer is free.
void driver_release(struct driver *self, uint64_t buffer);

// True if it has something to do without looking at what has come.
bool driver_has_work(const struct driver *self);

// The next operations, at most DRIVER_MAX_OPS. With *has_news it tells of a completion, and is to
// be called again after these operations, if any; else 0: it waits for mail.
uint32_t driver_next(struct driver *self, struct driver_turn turn, struct core_op *ops,
                     struct driver_news *news, bool *has_news);

// The value of its last load.
void driver_loaded(struct driver *self, uint64_t value);

#endif
