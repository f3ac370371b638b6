// SPDX-License-Identifier: Apache-2.0
// Switching modes: what a head flit must wait for. Mirrors model/net/switching.h, from which the
// strap values come; nothing else in the RTL knows the modes apart.
//
// Timing: combinational, from a strap.
module switching (
    input  logic [1:0] mode_i,         // strap: enum switching
    output logic       needs_room_o,   // a head needs credits for its whole packet, else for a flit
    output logic       needs_tail_o    // a head waits until its packet's tail is in this router
);

    localparam logic [1:0] StoreAndForward = 2'd0;
    localparam logic [1:0] Wormhole = 2'd2;

    assign needs_room_o = mode_i != Wormhole;
    assign needs_tail_o = mode_i == StoreAndForward;

endmodule
