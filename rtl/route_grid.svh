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
    // Straps of the first dimension in which the coordinates differ; mask 0: there is none
    logic [31:0]          mask;
    logic [31:0]          size;
    logic [31:0]          limit;
    logic [PORT_BITS-1:0] plus_port;
    logic [PORT_BITS-1:0] minus_port;
    logic                 ring;
    logic                 at_first;
    logic                 at_last;
    // On the way in that dimension
    logic [31:0]          own;
    logic [31:0]          dst;
    logic [31:0]          forward;     // hops to go in the plus direction
    logic                 plus;
    logic                 crosses;     // the dateline is still ahead
    logic                 continuing;  // the packet came in along this dimension
    logic                 crossed;     // and has just crossed the dateline

    mask       = '0;
    size       = '0;
    limit      = '0;
    plus_port  = '0;
    minus_port = '0;
    ring       = 1'b0;
    at_first   = 1'b0;
    at_last    = 1'b0;
    route_grid = '0;
    if (head) begin
        for (int d = DIMS - 1; d >= 0; d--)
            if (((window ^ own_addr_i) & dim_mask_i[d*32+:32]) != '0) begin
                mask       = dim_mask_i[d*32+:32];
                size       = dim_size_i[d*32+:32];
                limit      = dim_limit_i[d*32+:32];
                plus_port  = dim_plus_i[d*PORT_BITS+:PORT_BITS];
                minus_port = dim_minus_i[d*PORT_BITS+:PORT_BITS];
                ring       = dim_ring_i[d];
                at_first   = dim_at_first_i[d];
                at_last    = dim_at_last_i[d];
            end

        own        = own_addr_i & mask;
        dst        = window & mask;
        forward    = (dst - own + (dst < own ? size : 32'd0)) & mask;
        plus       = forward <= limit;
        crosses    = plus ? dst < own : dst > own;
        continuing = own_port_i == (plus ? minus_port : plus_port);
        crossed    = plus ? at_first : at_last;

        route_grid[PORT_BITS-1:0] = plus ? plus_port : minus_port;  // 0, the terminal's, if none
        route_grid[PORT_BITS+:VCS] = vcs_all_i;
        if (ring) begin
            if (crosses) route_grid[PORT_BITS+:VCS] = vcs_low_i;
            else if (!continuing || (in_low && !crossed))
                route_grid[PORT_BITS+:VCS] = vcs_low_i | vcs_high_i;
            else route_grid[PORT_BITS+:VCS] = vcs_high_i;
        end
    end
endfunction
