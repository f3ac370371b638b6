// SPDX-License-Identifier: Apache-2.0
// What software and the network interface card (NIC) share: registers, rings in memory, statuses.
//
// Registers. The card's device begins with the card's page of NIC_PAGE_BYTES, the owner's of the
// card; context c has the page 1 + c, which may be mapped into a process. A register is 8 bytes
// wide and accessed whole; windows take any aligned multiple of 8 bytes. Other widths, offsets
// without a register, reads of write-only (wo) and writes of read-only (ro) registers are refused
// and counted (NIC_BAD_WIDTH, NIC_BAD_REGISTER).
//
// Rings. Indices are counts modulo 2^32; index i is slot i modulo the ring's size. Software fills
// send and receive rings and moves their producer (a doorbell), the card follows with the consumer;
// of the completion ring the card is the producer. The card also writes its index of each ring into
// the ring's shadow word in memory, if there is one, so that software polls a cached word. A
// descriptor's slot is free once the consumer has passed it; its buffer once its completion is
// there.
// A message is a list of descriptors, of which only the last has NIC_LAST: pieces of memory that
// are gathered, or scattered into, in order. A message that arrives takes one list of the receive
// ring, and is completed in the order of sending for each flow (source node and context,
// destination context, traffic class). Messages that go are completed in any order: the index
// tells which. Of a completion ring that both use, messages that go leave a slot to those that
// come.
// Nothing is dropped for want of room. With grants (nic_params.h) one receive list is enough for
// all to move on. Without, a message takes its list as its first packet comes, and software must
// keep as many lists, and slots of the completion ring, as messages may be under way to the context
// at a time (one for each other node and context, where the network keeps the order), or first
// packets of some keep the rest of others out for ever; the same holds for messages that nobody
// pops from the window of programmed I/O, and, where the network does not keep the order, for
// messages to it that come before others of their flow. Over a network that loses packets, cards
// that deliver reliably (stage_reliable.c) keep the order of all that is not granted; slots of the
// completion ring for messages that come have to be beside NIC_MAX_SENDS then, as messages that go
// keep theirs until they are acknowledged.
#ifndef ORDITO_NIC_NIC_LAYOUT_H
#define ORDITO_NIC_NIC_LAYOUT_H

#include <stdint.h>

enum {
    NIC_PAGE_BYTES = 4096,
    NIC_MAX_CONTEXTS = 64,
    NIC_MAX_RANGES = 16,         // of memory that are registered for a context
    NIC_MAX_PIECES = 16,         // descriptors of a message
    NIC_MAX_SENDS = 64,          // messages that go, from reading the list to the last packet's
                                 // leaving
    NIC_MAX_RING = 1 << 15,      // slots
    NIC_MAX_WINDOW_BYTES = 1024, // of programmed I/O
    NIC_RING_ALIGN_BYTES = 32,
    NIC_SHADOW_ALIGN_BYTES = 8,
};

// The card's page. Reset value 0 if nothing else is said.
enum {
    NIC_CARD_CONTEXTS = 0x00,    // ro: number of contexts
    NIC_CARD_NODE = 0x08,        // ro: the node's number
    NIC_CARD_NODES = 0x10,       // ro: nodes of the machine
    NIC_CARD_MAX_PAYLOAD = 0x18, // ro: bytes of a packet
    NIC_CARD_MAX_MESSAGE = 0x20, // ro: bytes
    NIC_CARD_OPEN = 0x28,        // rw: bit c: context c may be enabled; a bit that goes disables it
    // A range of memory that a context may name in descriptors, rings and shadow words.
    NIC_CARD_RANGE_ADDRESS = 0x30,  // rw
    NIC_CARD_RANGE_BYTES = 0x38,    // rw: 0: none
    NIC_CARD_RANGE_REGISTER = 0x40, // wo: context + (number of the range << 32); takes away only
                                    // from contexts that are disabled and idle (NIC_BAD_STATE)
    NIC_CARD_STATUS = 0x48,         // rw: bit s: status s came up; writing 1 clears
};

// A context's page.
enum {
    NIC_CONTROL = 0x00, // rw: NIC_ENABLE and so on
    NIC_STATUS = 0x08,  // rw: bit s: status s came up; writing 1 clears
    // Rings: to be written while the context is disabled (NIC_BAD_STATE), checked as it is enabled,
    // which also sets all indices to 0.
    NIC_SEND = 0x40,
    NIC_RECEIVE = 0x80,
    NIC_COMPLETION = 0xc0,
    // Of each ring.
    NIC_RING_BASE = 0x00,     // rw: address, aligned to NIC_RING_ALIGN_BYTES
    NIC_RING_SIZE = 0x08,     // rw: slots, a power of two up to NIC_MAX_RING; 0: no ring
    NIC_RING_PRODUCER = 0x10, // rw, a doorbell; of the completion ring ro
    NIC_RING_CONSUMER = 0x18, // ro; of the completion ring rw
    NIC_RING_SHADOW = 0x20,   // rw: address of the card's index; 0: none
    // Interrupts; reset values are the card's parameters.
    NIC_COALESCE_EVENTS = 0x100, // rw: one interrupt for so many completions,
    NIC_COALESCE_DELAY = 0x108,  // rw: or so many cycles after the first
    // Programmed I/O.
    NIC_PIO_TO = 0x140,          // rw: destination node + (context << 32)
    NIC_PIO_TAG = 0x148,         // rw
    NIC_PIO_SEND = 0x150,        // wo: bytes + (flags of a send descriptor << 32): sends the window
    NIC_PIO_STATUS = 0x158,      // ro: status of the last NIC_PIO_SEND
    NIC_PIO_FROM = 0x180,        // ro: source node + (context << 32) of the oldest message
    NIC_PIO_FROM_TAG = 0x188,    // ro
    NIC_PIO_FROM_BYTES = 0x190,  // ro: its length; 0: there is none
    NIC_PIO_FROM_STATUS = 0x198, // ro
    NIC_PIO_POP = 0x1a0,         // wo: the oldest message goes (NIC_PIO_EMPTY)
    NIC_PIO_OUT = 0x400,         // wo: window of NIC_MAX_WINDOW_BYTES for what is sent
    NIC_PIO_IN = 0x800,          // ro: window of the oldest message; zeros beyond it
};

// Bits of NIC_CONTROL.
enum {
    NIC_ENABLE = 1,    // refused if not open (NIC_DISABLED), rings are wrong (NIC_BAD_RING,
                       // NIC_BAD_ADDRESS), or work from before is under way (NIC_BAD_STATE)
    NIC_WINDOW = 2,    // messages that fit the window are received by programmed I/O
    NIC_INTERRUPT = 4, // the context raises interrupts: for all that is received, for faults, and
                       // for sends with NIC_RAISE;
    NIC_SENT_ONLY = 8, // but not for what is received
};

// How it went: in completions, and as bits of the status registers. All but NIC_OK are counted.
enum nic_status {
    NIC_OK,
    NIC_BAD_ADDRESS,  // not within a range that is registered for the context
    NIC_BAD_LENGTH,   // zero, or beyond the longest message, or window
    NIC_BAD_NODE,     // no such node
    NIC_BAD_CONTEXT,  // no such context
    NIC_BAD_CLASS,    // no such traffic class
    NIC_BAD_LIST,     // longer than NIC_MAX_PIECES
    NIC_TOO_SMALL,    // the receive list is shorter than the message, which is lost
    NIC_BAD_CHECKSUM, // the payload is not what was sent
    NIC_BUS_ERROR,    // the bus found nobody at an address, or was refused
    NIC_ABORTED,      // the sender's card could not read all of the message
    NIC_OVERRUN,      // a producer beyond consumer + size, or a consumer beyond the producer;
                      // the index stays as it was
    NIC_DISABLED,     // doorbell of, or message for, a context that is not enabled
    NIC_BAD_RING,     // base misaligned, size no power of two or too large, no such ring
    NIC_BAD_STATE,    // not at this time
    NIC_BAD_REGISTER, //
    NIC_BAD_WIDTH,    //
    NIC_PIO_BUSY,     // not sent, try again: no on-board RAM, or packets of messages before it, of
                      // its flow or of lists not yet looked at, are still to be made
    NIC_PIO_EMPTY,    // there is no message
    NIC_TIMED_OUT,    // of a message that goes: its packets were sent again and again in vain, or
                      // others to the same card were (stage_reliable.c)
    NIC_NUM_STATUSES
};

// Flags of descriptors. Of a send list, those of the first descriptor but for NIC_LAST.
enum {
    NIC_LAST = 1,         // of its list
    NIC_COMPLETE = 2,     // completion asked for; errors always have one
    NIC_RAISE = 4,        // and an interrupt
    NIC_CHECKSUM = 8,     // packets carry a checksum
    NIC_CLASS_SHIFT = 8,  // traffic class
    NIC_CLASS_MASK = 0xf, //
    NIC_RECEIVED = 16,    // of completions: of the receive ring
    NIC_CHECKED = 32,     // of completions: every packet had a checksum, and it was right
    NIC_PHASE = 1 << 30,  // of completions: set in the first, third, ... lap of the ring
};

// In memory, little-endian.
struct nic_send_descriptor {
    uint64_t address;
    uint32_t length; // bytes
    uint32_t flags;
    uint32_t node; // destination, as all below of the first of a list
    uint32_t context;
    uint64_t tag; // goes with the message
};

struct nic_receive_descriptor {
    uint64_t address;
    uint32_t length; // bytes
    uint32_t flags;
};

struct nic_completion {
    uint64_t tag;
    uint32_t length;  // of the message, bytes
    uint32_t node;    // source; of a send, destination
    uint32_t context; // likewise
    uint32_t index;   // of the first descriptor of the list
    uint32_t status;  // enum nic_status; read together with
    uint32_t flags;   // which are written last: NIC_PHASE tells that it is there
};

_Static_assert(sizeof(struct nic_send_descriptor) == 32 &&
                   sizeof(struct nic_receive_descriptor) == 16 &&
                   sizeof(struct nic_completion) == 32,
               "records have no padding");

#endif
