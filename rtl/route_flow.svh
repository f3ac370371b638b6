// SPDX-License-Identifier: Apache-2.0
// By-flow choice of VC: of the VCs of a route, the one that the flow keeps, chosen by the
// destination. Mirrors routing_flow_key() and routing_first_vc() of model/net/routing.h. Part of
// input_buffer.sv.
function automatic logic [VCS-1:0] route_flow(
    input logic [VCS-1:0] vcs,    // of the route
    input logic [31:0]    window  // of the head flit
);
    logic [31:0]    addr;
    logic [11:0]    folded;
    logic [2:0]     key;
    logic [VCS-1:0] eligible;

    // 32 bits folded to 3 by exclusive or of groups of 3
    addr     = window & addr_mask_i;
    folded   = addr[11:0] ^ addr[23:12] ^ {4'b0, addr[31:24]};
    key      = folded[2:0] ^ folded[5:3] ^ folded[8:6] ^ folded[11:9];
    // The first at or after the key, cyclically
    eligible = vcs & VCS'(8'hff << key);
    if (eligible == '0) eligible = vcs;
    route_flow = eligible & (~eligible + 1'b1);
endfunction
