// SPDX-License-Identifier: Apache-2.0
// Ways to route on grids by coordinates, by the parameter ROUTING: struct route_kind of
// model/net/routing.h, each as in the file model/net/route_*.c of its name, which states method and
// source. Part of input_buffer.sv.
//
// Returns {ports (adaptive), special credits, VCs, port}. Special credits: bit 0, an empty buffer
// under wormhole switching; bit 1, room for one more packet.
function automatic logic [RouteBits-1:0] route_head(
    input logic              head,    // there is a head flit
    input logic [31:0]       window,  // its low 32 bits
    input logic [VC_BITS-1:0] vc      // that it came in, of its traffic class
);
    logic [2:0]                 group;    // first VC of its group
    logic                       in_low;
    logic                       phase;    // that it is in
    logic                       turns;    // into the second phase
    logic [31:0]                target;
    logic [2*RADIX-1:0]         ways;
    logic [RADIX-1:0]           ports;
    logic [RADIX-1:0]           in_row;
    logic [31:0]                row;      // mask of the first dimension
    logic [31:0]                one;      // lowest bit of it
    logic                       odd;      // column
    logic                       ring;     // the hop is along a ring, and straight on
    logic                       enters;   // or into one
    logic [VCS+PORT_BITS-1:0]   route;

    route_head = '0;
    if (head) begin
        group  = 3'(32'(vc) - 32'(vc) % GROUP_VCS);
        in_low = vcs_low_i[VC_BITS'(32'(vc) % GROUP_VCS)];
        phase  = 32'(vc) >= GROUP_VCS;
        case (ROUTING)
            1: begin  // o1turn
                route_head[VCS+PORT_BITS-1:0] =
                    route_in_order(1'b1, window, in_low, 1'b0, group, phase, 1'b0);
            end
            2: begin  // two phases
                target = phase ? window : (window >> via_bits_i) & addr_mask_i;
                turns  = !phase && target == own_addr_i;
                if (turns) target = window;
                route_head[VCS+PORT_BITS-1:0] = route_in_order(
                    1'b1, target, in_low, turns, turns ? 3'(GROUP_VCS) : group, 1'b0, 1'b0);
            end
            3: begin  // west-first
                ways   = route_productive(window);
                ports  = ways[RADIX+:RADIX] & (RADIX'(1) << dim_minus_i[PORT_BITS-1:0]);
                if (ports == '0) ports = ways[RADIX+:RADIX] | ways[RADIX-1:0];
                route_head = route_by_any_of(ports, group);
            end
            4: begin  // negative-first
                ways   = route_productive(window);
                ports  = ways[RADIX+:RADIX];
                if (ports == '0) ports = ways[RADIX-1:0];
                route_head = route_by_any_of(ports, group);
            end
            5: begin  // odd-even
                ways   = route_productive(window);
                ports  = ways[RADIX+:RADIX] | ways[RADIX-1:0];
                in_row = (RADIX'(1) << dim_plus_i[PORT_BITS-1:0]) |
                    (RADIX'(1) << dim_minus_i[PORT_BITS-1:0]);
                row    = dim_mask_i[31:0];
                one    = row & (~row + 1'b1);
                odd    = (own_addr_i & one) != '0;
                if ((ports & ~in_row) != '0 && (ways[RADIX-1:0] & in_row) != '0) begin
                    if (!odd && own_port_i == dim_minus_i[PORT_BITS-1:0]) ports = ports & in_row;
                    if ((window & row) - (own_addr_i & row) == one && (window & one) == '0)
                        ports = ports & ~in_row;
                end else if (odd && (ports & ~in_row) != '0 && (ways[RADIX+:RADIX] & in_row) != '0)
                    ports = ports & in_row;
                route_head = route_by_any_of(ports, group);
            end
            6: begin  // minimal-adaptive
                ways       = route_productive(window);
                ports      = ways[RADIX+:RADIX] | ways[RADIX-1:0];
                route_head = {ports, 1'b0, ports != '0,
                              route_in_order(1'b1, window, 1'b0, 1'b0, group, 1'b0, 1'b1)};
            end
            7: begin  // bubble
                route  = route_in_order(1'b1, window, in_low, 1'b0, group, 1'b0, 1'b0);
                ring   = 1'b0;
                enters = 1'b0;
                for (int d = 0; d < DIMS; d++)
                    if (dim_mask_i[d*32+:32] != '0 && dim_ring_i[d]) begin
                        if (route[PORT_BITS-1:0] == dim_plus_i[d*PORT_BITS+:PORT_BITS]) begin
                            ring   = own_port_i == dim_minus_i[d*PORT_BITS+:PORT_BITS];
                            enters = !ring;
                        end else if (route[PORT_BITS-1:0] == dim_minus_i[d*PORT_BITS+:PORT_BITS]) begin
                            ring   = own_port_i == dim_plus_i[d*PORT_BITS+:PORT_BITS];
                            enters = !ring;
                        end
                    end
                if (ring) route[PORT_BITS+:VCS] = VCS'(1) << vc;
                route_head = {{RADIX{1'b0}}, enters, 1'b0, route};
            end
            default: begin  // dimension-order
                route_head[VCS+PORT_BITS-1:0] =
                    route_in_order(1'b1, window, in_low, 1'b0, 3'd0, 1'b0, 1'b0);
            end
        endcase
    end
endfunction
