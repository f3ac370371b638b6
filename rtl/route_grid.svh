// SPDX-License-Identifier: Apache-2.0
// Route by coordinates: dimension order, with datelines on rings. Mirrors routing_compute() of
// model/net/routing.h for grids, where method and source are stated. Everything is in place, under
// the mask of its dimension. Part of input_buffer.sv, whose straps it reads; a function, so that it
// is evaluated only when a head flit arrives.
//
// Returns {VCs, port}, or 0 if there is no head flit.
function automatic logic [VCS+PORT_BITS-1:0] route_grid(
    input logic        head,    // there is a head flit
    input logic [31:0] window,  // its low 32 bits
    input logic        in_low   // it came in a VC of the low class
);
    logic                 found;    // some coordinate differs
    logic [DimBits-1:0]   dim;      // the first that does
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

    found      = 1'b0;
    dim        = '0;
    route_grid = '0;
    if (head) begin
        for (int d = DIMS - 1; d >= 0; d--)
            if (((window ^ own_addr_i) & dim_mask_i[d*32+:32]) != '0) begin
                found = 1'b1;
                dim   = DimBits'(d);
            end

        ahead = '0;  // the terminal
        vcs   = vcs_all_i;
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
            if (dim_ring_i[dim]) begin
                if (crosses && !at_line) vcs = vcs_low_i;
                else if (crosses) vcs = vcs_low_i | vcs_high_i;
                else if (own_port_i != behind || (in_low && !crossed)) vcs = vcs_low_i | vcs_high_i;
                else vcs = vcs_high_i;
            end
        end
        route_grid = {vcs, ahead};
    end
endfunction
