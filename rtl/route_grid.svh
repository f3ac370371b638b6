// SPDX-License-Identifier: Apache-2.0
// Routes by coordinates: dimension order with datelines on rings, and what other ways to route are
// made of. Mirrors model/net/route_kinds.c; model/net/routing.h states method and source. Everything
// is in place, under the mask of its dimension. Part of input_buffer.sv, whose straps it reads;
// functions, so that they are evaluated only when a head flit arrives.

// Route in order of dimensions: {VCs, port}, or 0 if there is no head flit.
function automatic logic [VCS+PORT_BITS-1:0] route_in_order(
    input logic        head,      // there is a head flit
    input logic [31:0] window,    // its low 32 bits
    input logic        in_low,    // it came in a VC of the low class
    input logic        enters,    // as if it came from a terminal
    input logic [2:0]  group,     // first VC of its group
    input logic        reverse,   // from the last dimension to the first
    input logic        stateless  // by the destination alone
);
    logic                 found;    // some coordinate differs
    logic [DimBits-1:0]   dim;      // the one to correct
    logic [31:0]          mask;
    logic [31:0]          own;
    logic [31:0]          dst;
    logic [31:0]          forward;  // hops to go in the plus direction
    logic                 plus;
    logic                 crosses;  // the dateline is still ahead
    logic [PORT_BITS-1:0] ahead;    // the port that it leaves by
    logic [PORT_BITS-1:0] behind;   // and that by which it came if it goes on straight
    logic                 crossed;  // the channel behind is the dateline
    logic                 at_line;  // the one ahead is
    logic [VCS-1:0]       vcs;

    found          = 1'b0;
    dim            = '0;
    route_in_order = '0;
    if (head) begin
        for (int d = DIMS - 1; d >= 0; d--)
            if (((window ^ own_addr_i) & dim_mask_i[d*32+:32]) != '0 && !(reverse && found)) begin
                found = 1'b1;
                dim   = DimBits'(d);
            end

        ahead = '0;  // the terminal
        vcs   = vcs_class_i;
        if (found) begin
            mask    = dim_mask_i[dim*32+:32];
            own     = own_addr_i & mask;
            dst     = window & mask;
            forward = (dst - own + (dst < own ? dim_size_i[dim*32+:32] : 32'd0)) & mask;
            plus    = forward <= dim_limit_i[dim*32+:32];
            crosses = plus ? dst < own : dst > own;
            crossed = plus ? dim_at_first_i[dim] : dim_at_last_i[dim];
            at_line = plus ? dim_at_last_i[dim] : dim_at_first_i[dim];
            ahead   = dim_plus_i[dim*PORT_BITS+:PORT_BITS];
            behind  = dim_minus_i[dim*PORT_BITS+:PORT_BITS];
            if (!plus) begin
                ahead  = dim_minus_i[dim*PORT_BITS+:PORT_BITS];
                behind = dim_plus_i[dim*PORT_BITS+:PORT_BITS];
            end
            vcs = vcs_low_i | vcs_high_i;
            if (dim_ring_i[dim]) begin
                if (stateless) vcs = crosses ? vcs_low_i : vcs_high_i;
                else if (crosses && !at_line) vcs = vcs_low_i;
                else if (!crosses && !enters && own_port_i == behind && !(in_low && !crossed))
                    vcs = vcs_high_i;
            end
            vcs = vcs << group;
        end
        route_in_order = {vcs, ahead};
    end
endfunction

// Ports by which a packet comes closer: {towards lower coordinates, towards higher ones}, a bit each.
function automatic logic [2*RADIX-1:0] route_productive(
    input logic [31:0] window
);
    logic [31:0]          mask;
    logic [31:0]          own;
    logic [31:0]          dst;
    logic [31:0]          forward;
    logic                 plus;
    logic [PORT_BITS-1:0] ahead;
    logic [RADIX-1:0]     port;

    route_productive = '0;
    for (int d = 0; d < DIMS; d++)
        if (((window ^ own_addr_i) & dim_mask_i[d*32+:32]) != '0) begin
            mask    = dim_mask_i[d*32+:32];
            own     = own_addr_i & mask;
            dst     = window & mask;
            forward = (dst - own + (dst < own ? dim_size_i[d*32+:32] : 32'd0)) & mask;
            plus    = forward <= dim_limit_i[d*32+:32];
            ahead   = plus ? dim_plus_i[d*PORT_BITS+:PORT_BITS] : dim_minus_i[d*PORT_BITS+:PORT_BITS];
            port    = RADIX'(1) << ahead;
            if (dim_ring_i[d] ? plus : dst > own)
                route_productive = route_productive | {{RADIX{1'b0}}, port};
            else route_productive = route_productive | {port, {RADIX{1'b0}}};
        end
endfunction

// What there is to know of a packet that may use every VC of its group at any of some ports, 0 if it
// has arrived: {ports, special credits, VCs, lowest port} (route_head.svh).
function automatic logic [RouteBits-1:0] route_by_any_of(
    input logic [RADIX-1:0] ports,
    input logic [2:0]       group
);
    logic [PORT_BITS-1:0] lowest;
    logic [VCS-1:0]       vcs;

    lowest = '0;
    for (int p = RADIX - 1; p >= 0; p--) if (ports[p]) lowest = PORT_BITS'(p);
    vcs             = ports == '0 ? vcs_class_i : vcs_low_i << group;
    route_by_any_of = {ports, 2'd0, vcs, lowest};
endfunction
