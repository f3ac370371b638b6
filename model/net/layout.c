// SPDX-License-Identifier: Apache-2.0
#include "model/net/layout.h"

static uint32_t bits_for(uint32_t value)
{
    uint32_t bits = 1;
    while (value >> bits)
        bits++;
    return bits;
}

bool layout_make(struct layout *layout, uint32_t flit_bits, uint32_t max_flits, uint32_t addr_bits,
                 bool vias, struct err *err)
{
    uint32_t len_bits = bits_for(max_flits);
    uint32_t via_bits = vias ? addr_bits : 0;
    uint32_t need_bits = len_bits + addr_bits + via_bits + LAYOUT_CLASS_BITS;
    if (need_bits > LAYOUT_WINDOW_BITS)
        return err_set(err, ERR_CONFIG,
                       "fabric.packet.max_flits: the head flit's fields (length %u bits, "
                       "addresses %u bits, class %d bits) need %u bits and the router reads %d; "
                       "use shorter packets or fewer nodes",
                       len_bits, addr_bits + via_bits, LAYOUT_CLASS_BITS, need_bits,
                       LAYOUT_WINDOW_BITS);
    if (need_bits > flit_bits)
        return err_set(err, ERR_CONFIG,
                       "fabric.router.flit_bits: %u is too narrow: the head flit's fields (length "
                       "%u bits, addresses %u bits, class %d bits) need at least %u",
                       flit_bits, len_bits, addr_bits + via_bits, LAYOUT_CLASS_BITS, need_bits);
    *layout = (struct layout){
        .flit_bits = flit_bits,
        .len_bits = len_bits,
        .addr_lsb = len_bits,
        .addr_bits = addr_bits,
        .via_bits = via_bits,
        .class_lsb = len_bits + addr_bits + via_bits,
        .len_mask = (uint32_t)((UINT64_C(1) << len_bits) - 1),
        .addr_mask = (uint32_t)(((UINT64_C(1) << addr_bits) - 1) << len_bits),
    };
    return true;
}
