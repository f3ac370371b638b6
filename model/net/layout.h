// SPDX-License-Identifier: Apache-2.0
// The layout of a flit's payload: the one source of its fields for C and SystemVerilog. The RTL
// holds no field positions of its own; it gets masks made here, as straps.
//
// A head flit carries, from bit 0 upwards:
//
//   | length in flits (len_bits) | destination address (addr_bits) | class (class_bits) | free |
//
// or, where routing goes by way of another node, that node's address between destination and class.
//
// These fields must fit in the wires (flit_bits) and in the first 32 bits, the *window*, which is
// all that a router looks at. The address of a grid is the packed coordinates of the node, so a
// router compares fields in place, under masks, and needs no shifter.
//
// In C a payload is one 64-bit word. Its low min(64, flit_bits) bits are on the wires. Bits 32..63
// of a head flit hold the *handle*, the packet's slot in the simulator, by which an ejected packet
// is known again; body flits hold a hash of (packet serial, position), by which the receiver sees
// that a flit is intact and in its place. Where wires are narrower than 64 bits, the `rtl` back
// end carries the rest as extra payload wires of the same router; lockstep runs the exact width.
// Where wires are wider, word w of the payload is layout_word(payload, w), made at the pins and
// compared there.
#ifndef ORDITO_MODEL_NET_LAYOUT_H
#define ORDITO_MODEL_NET_LAYOUT_H

#include "sim/err.h"
#include "sim/rng.h"

#include <stdint.h>

enum {
    LAYOUT_CLASS_BITS = 2,
    LAYOUT_WINDOW_BITS = 32,
    LAYOUT_MAX_FLIT_BITS = 512,
    LAYOUT_MAX_WORDS = LAYOUT_MAX_FLIT_BITS / 64
};

struct layout {
    uint32_t flit_bits; // 16..512, wires of payload
    uint32_t len_bits;  // 1..
    uint32_t addr_lsb;  // = len_bits
    uint32_t addr_bits; // >= 1
    uint32_t via_bits;  // addr_bits, or 0: there is no such field
    uint32_t class_lsb; // = addr_lsb + addr_bits + via_bits
    uint32_t len_mask;  // in place (in the window)
    uint32_t addr_mask; // in place
};

// Lays the fields out for packets of at most `max_flits` and addresses of `addr_bits`, one or, with
// `vias`, two. Fails with ERR_CONFIG, naming the least flit_bits that does, if they do not fit.
bool layout_make(struct layout *layout, uint32_t flit_bits, uint32_t max_flits, uint32_t addr_bits,
                 bool vias, struct err *err);

// The payload of a head flit.
static inline uint64_t layout_head(const struct layout *self, uint32_t addr, uint32_t flits,
                                   uint32_t class, uint32_t handle)
{
    return flits | (uint64_t)addr << self->addr_lsb | (uint64_t) class << self->class_lsb |
           (uint64_t)handle << 32;
}

// The window of a packet that goes by way of another node, as it is on the way there: with that
// node's address in the place of the destination's.
static inline uint32_t layout_via(const struct layout *self, uint32_t window)
{
    return window >> self->via_bits & self->addr_mask;
}

// The payload of body flit `flit_idx` (1..) of the packet with this serial number.
static inline uint64_t layout_body(uint64_t serial, uint32_t flit_idx)
{
    return rng_mix(serial * 0x100000001b3U + flit_idx);
}

static inline uint32_t layout_handle(uint64_t head_payload)
{
    return (uint32_t)(head_payload >> 32);
}

// Word w (0..) of a payload of more than 64 bits; word 0 is the payload itself.
static inline uint64_t layout_word(uint64_t payload, uint32_t w)
{
    return w == 0 ? payload : rng_mix(payload ^ (uint64_t)w << 56);
}

#endif
