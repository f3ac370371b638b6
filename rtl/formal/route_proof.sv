// SPDX-License-Identifier: Apache-2.0
// Proof of routes in dimension order (route_grid.svh, route_head.svh and route_flow.svh in
// input_buffer.sv) for every router and every destination of a grid: port and VCs are those of a
// specification by coordinates, and the neighbour at that port is one hop closer.
module route_proof #(
    parameter int RINGS = 1,      // 0: mesh, 1: torus
    parameter int SIDE0 = 4,      // of dimension 0; 1: none
    parameter int SIDE1 = 3,
    parameter int SIDE2 = 1,
    parameter int VCS = 2,
    parameter int CLASS_VCS = VCS,
    parameter int LEN_BITS = 3,
    parameter int FLIT_BITS = 16,
    localparam int PORTS0 = SIDE0 > 2 ? 2 : SIDE0 - 1,
    localparam int PORTS1 = SIDE1 > 2 ? 2 : SIDE1 - 1,
    localparam int PORTS2 = SIDE2 > 2 ? 2 : SIDE2 - 1,
    localparam int RADIX = 1 + PORTS0 + PORTS1 + PORTS2,
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int VC_BITS = VCS > 1 ? $clog2(VCS) : 1
) (
    input logic                 clk_i,
    input logic                 rst_ni,
    input logic                 valid_i,
    input logic                 tail_i,
    input logic [VC_BITS-1:0]   vc_i,
    input logic [FLIT_BITS-1:0] payload_i,
    input logic [VCS-1:0]       leave_i
);

    localparam int Depth = 4;
    localparam logic [47:0] Sides = {16'(SIDE2), 16'(SIDE1), 16'(SIDE0)};
    localparam int Bits0 = $clog2(SIDE0);
    localparam int Bits1 = $clog2(SIDE1);
    localparam int Bits2 = $clog2(SIDE2);
    localparam logic [23:0] Lsbs = {8'(LEN_BITS + Bits0 + Bits1), 8'(LEN_BITS + Bits0), 8'(LEN_BITS)};
    localparam logic [23:0] NumBits = {8'(Bits2), 8'(Bits1), 8'(Bits0)};
    localparam logic [23:0] PlusPorts = {8'(1 + PORTS0 + PORTS1), 8'(1 + PORTS0), 8'd1};

    `include "reset.svh"

    // VCs of the first class: all, and those of the two classes of datelines
    logic [CLASS_VCS-1:0] all;
    logic [CLASS_VCS-1:0] low;
    logic [CLASS_VCS-1:0] high;

    assign all  = {CLASS_VCS{1'b1}};
    assign low  = CLASS_VCS == 1 ? all : all >> (CLASS_VCS / 2);
    assign high = CLASS_VCS == 1 ? all : ~low;

    // Where the router is, and what it is told of that
    (* anyconst *) logic [2:0]           own_port;
    (* anyconst *) logic                 by_flow;
    (* anyconst *) logic                 needs_room;
    (* anyconst *) logic [47:0]          own;          // a coordinate a dimension
    logic [31:0]                         own_addr;
    logic [31:0]                         addr_mask;
    logic [3*32-1:0]                     mask;
    logic [3*32-1:0]                     size;
    logic [3*32-1:0]                     limit;
    logic [3*PORT_BITS-1:0]              plus;
    logic [3*PORT_BITS-1:0]              minus;
    logic [2:0]                          ring;
    logic [2:0]                          at_first;
    logic [2:0]                          at_last;

    assign own_addr  = (32'(own[0+:16]) << Lsbs[0+:8]) | (32'(own[16+:16]) << Lsbs[8+:8]) |
        (32'(own[32+:16]) << Lsbs[16+:8]);
    assign addr_mask = mask[0+:32] | mask[32+:32] | mask[64+:32];

    for (genvar d = 0; d < 3; d++) begin : g_dim
        localparam int Side = 32'(Sides[d*16+:16]);
        localparam int Lsb = 32'(Lsbs[d*8+:8]);
        localparam logic Ring = RINGS != 0 && Side > 2;

        logic [31:0] x;
        logic [31:0] furthest;  // hops that may go plus

        assign x        = 32'(own[d*16+:16]);
        assign furthest = Side == 2 ? 1 : !Ring ? Side - 1 - x : Side % 2 == 1 ? Side / 2
            : x[0] ? Side / 2 - 1 : Side / 2;

        always @* assume (x < Side);

        assign mask[d*32+:32]              = ((32'd1 << NumBits[d*8+:8]) - 1) << Lsb;
        assign size[d*32+:32]              = (32'(Side) << Lsb) & mask[d*32+:32];
        assign limit[d*32+:32]             = Side == 1 ? 0 : furthest << Lsb;
        assign plus[d*PORT_BITS+:PORT_BITS]  = Side == 1 ? '0 : PORT_BITS'(PlusPorts[d*8+:8]);
        assign minus[d*PORT_BITS+:PORT_BITS] = Side == 1 ? '0
            : PORT_BITS'(PlusPorts[d*8+:8]) + PORT_BITS'(Side > 2);
        assign ring[d]                     = Ring;
        assign at_first[d]                 = Side > 1 && x == 0;
        assign at_last[d]                  = Side > 1 && x == Side - 1;
    end

    logic [VCS-1:0]       filled;
    logic [VCS*32-1:0]    infos;

    input_buffer #(
        .RADIX     (RADIX),
        .VCS       (VCS),
        .DEPTH     (Depth),
        .FLIT_BITS (FLIT_BITS),
        .TABLE_SIZE(0),
        .DIMS      (3),
        .ROUTING   (0),
        .CLASS_VCS (CLASS_VCS),
        .GROUP_VCS (CLASS_VCS)
    ) u_dut (
        .clk_i,
        .rst_ni,
        .own_port_i    (own_port[PORT_BITS-1:0]),
        .depth_i       (7'(Depth)),
        .needs_room_i  (needs_room),
        .len_mask_i    ((32'd1 << LEN_BITS) - 1),
        .addr_mask_i   (addr_mask),
        .addr_lsb_i    (5'(LEN_BITS)),
        .by_flow_i     (by_flow),
        .vcs_low_i     (VCS'(low)),
        .vcs_high_i    (VCS'(high)),
        .vcs_class_i   (VCS'(all)),
        .via_bits_i    ('0),
        .max_flits_i   ('0),
        .own_addr_i    (own_addr),
        .dim_mask_i    (mask),
        .dim_size_i    (size),
        .dim_limit_i   (limit),
        .dim_plus_i    (plus),
        .dim_minus_i   (minus),
        .dim_ring_i    (ring),
        .dim_at_first_i(at_first),
        .dim_at_last_i (at_last),
        .table_write_i (1'b0),
        .table_index_i ('0),
        .table_port_i  ('0),
        .table_vcs_i   ('0),
        .valid_i,
        .head_i        (1'b1),
        .tail_i,
        .vc_i,
        .payload_i,
        .filled_o      (filled),
        .whole_o       (),
        .infos_o       (infos),
        .choices_o     (),
        .leave_i,
        .payload_o     ()
    );

    // The specification
    logic [31:0]          window;
    logic [CLASS_VCS-1:0] vcs;
    logic [31:0]          port;
    logic                 done;      // a dimension in which it has to go was found
    logic                 goes_plus;
    logic                 crosses;   // the dateline is on its way
    logic                 straight;  // it came along this dimension
    logic                 in_low;
    logic [31:0]          k;
    logic [31:0]          from;
    logic [31:0]          to;
    logic [31:0]          hops;      // plus
    logic [31:0]          next;      // coordinate
    logic [31:0]          left;      // hops to go from there
    logic [31:0]          before;    // and from here
    logic [2:0]           key;
    logic [CLASS_VCS-1:0] one;

    assign window = 32'(payload_i);
    assign in_low = low[vc_i%CLASS_VCS];

    always_comb begin
        vcs       = all;
        port      = 0;  // the terminal
        done      = 1'b0;
        goes_plus = 1'b0;
        crosses   = 1'b0;
        straight  = 1'b0;
        k         = 1;
        from      = 0;
        to        = 0;
        hops      = 0;
        next      = 0;
        left      = 0;
        before    = 0;
        for (int d = 0; d < 3; d++)
            if (!done) begin
                k    = 32'(Sides[d*16+:16]);
                from = 32'(own[d*16+:16]);
                to   = (window >> Lsbs[d*8+:8]) & ((32'd1 << NumBits[d*8+:8]) - 1);
                if (from != to) begin
                    done = 1'b1;
                    hops = to > from ? to - from : to + k - from;
                    port = 32'(PlusPorts[d*8+:8]);
                    if (RINGS == 0 || k == 2) begin
                        goes_plus = to > from;
                        if (k > 2 && !goes_plus) port = port + 1;
                    end else begin
                        goes_plus = hops + hops < k || (hops + hops == k && !from[0]);
                        straight  = 32'(own_port) == (goes_plus ? port + 1 : port);
                        if (!goes_plus) port = port + 1;
                        crosses = goes_plus ? to < from : to > from;
                        if (crosses && from != (goes_plus ? k - 1 : 0)) vcs = low;
                        if (!crosses && straight)
                            if (!in_low || from == (goes_plus ? 0 : k - 1)) vcs = high;
                    end
                    next   = goes_plus ? (from == k - 1 ? 0 : from + 1) : (from == 0 ? k - 1 : from - 1);
                    before = RINGS == 0 || k == 2 ? (to > from ? to - from : from - to)
                        : hops < k - hops ? hops : k - hops;
                    left   = to > next ? to - next : next - to;
                    if (RINGS != 0 && k > 2 && k - left < left) left = k - left;
                end
            end
        // By flow: the first of them at or after a key of all bits of the address
        key = '0;
        for (int b = 0; b < 32; b++) key[b%3] = key[b%3] ^ (window[b] & addr_mask[b]);
        one = '0;
        for (int v = 2 * CLASS_VCS - 1; v >= 0; v--)
            if (v >= 32'(key) && v < 32'(key) + CLASS_VCS && vcs[v%CLASS_VCS])
                one = CLASS_VCS'(1) << (v % CLASS_VCS);
        if (32'(key) >= CLASS_VCS) one = vcs & (~vcs + 1'b1);
    end

    // A head that comes into an empty FIFO is the front in the next cycle
    logic               came_q;
    logic [VC_BITS-1:0] vc_q;
    logic [31:0]        info_q;
    logic [31:0]        info;
    logic [6:0]         length;
    logic [VCS-1:0]     shifted;

    assign length  = needs_room ? 7'(window & ((32'd1 << LEN_BITS) - 1)) : '0;
    assign shifted = VCS'(by_flow ? one : vcs) << (32'(vc_i) / CLASS_VCS * CLASS_VCS);
    assign info    = 32'({PORT_BITS'(port), shifted, length, tail_i});

    always_ff @(posedge clk_i) begin
        came_q <= rst_ni && valid_i && !filled[vc_i];
        vc_q   <= vc_i;
        info_q <= info;
    end

    for (genvar d = 0; d < 3; d++) begin : g_assume
        always @*
            assume (((window >> Lsbs[d*8+:8]) & ((32'd1 << NumBits[d*8+:8]) - 1)) <
                32'(Sides[d*16+:16]));
    end

    always @* begin
        assume (32'(own_port) < RADIX);
        assume (32'(vc_i) < VCS);
        assume ((leave_i & (leave_i - 1'b1)) == '0 && (leave_i & ~filled) == '0);
        assert (!begun_q || !came_q || filled[vc_q]);                       // HeadIsTheFront
        assert (!begun_q || !came_q || infos[vc_q*32+:32] == info_q);       // ItsRouteIsRight
        assert (!done || left + 1 == before);                              // ItComesCloser
        assert (done || (window & addr_mask) == own_addr);                 // OrHasArrived
        assert (32'(port) < RADIX && vcs != '0);  // ByWhatThereIs
        if (RINGS != 0 && CLASS_VCS > 1) begin
            cover (begun_q && came_q && done && !goes_plus && vcs == low);   // BeforeTheDateline
            cover (begun_q && came_q && done && straight && vcs == high);    // BehindIt
        end
        cover (begun_q && came_q && done && !goes_plus);                     // GoesMinus
        cover (begun_q && came_q && !done);                                  // HasArrived
    end
endmodule
