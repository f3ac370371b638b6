// SPDX-License-Identifier: Apache-2.0
// Round-robin arbitration: the first request at or after a pointer, cyclically. A pointer is kept as
// a mask of the positions at or after it; an empty mask and a full one both stand for position 0.
// Part of switch_allocator.sv; `ArbiterBits` is the width of its widest arbiter.
function automatic logic [ArbiterBits-1:0] round_robin(
    input logic [ArbiterBits-1:0] request,
    input logic [ArbiterBits-1:0] pointer
);
    round_robin = request & pointer;
    if (round_robin == '0) round_robin = request;
    round_robin = round_robin & (~round_robin + 1'b1);
endfunction

// The pointer behind a grant
function automatic logic [ArbiterBits-1:0] pointer_after(input logic [ArbiterBits-1:0] grant);
    pointer_after = ~(grant | (grant - 1'b1));
endfunction
