// SPDX-License-Identifier: Apache-2.0
// A whole fabric: routers wired as a mesh, a torus or a hypercube, their straps computed here. Nodes,
// ports and addresses are numbered as by topology_new() of model/net/topology.h:
//
//   node = router = x0 + k0 (x1 + k1 (x2 + ...));  address: the coordinates packed, x0 lowest
//   port 0 is the terminal; then for each dimension in order: a side of 2 has one port, which joins
//   the pair, a longer side a plus port and a minus port (unconnected at the ends of a mesh)
//
// Timing: the routers'; channels have a latency of 1, the router's output register.
module fabric #(
    parameter int KIND = 0,            // 0 mesh, 1 torus, 2 hypercube
    parameter int NUM_DIMS = 2,        // dimensions, 1..8
    parameter logic [127:0] SIDES = {8{16'd4}},  // 16 bits a dimension, 1.. each; hypercube: not read
    parameter int VCS = 2,             // virtual channels a port, 1..8
    parameter int DEPTH = 8,           // flits of buffer a VC, 1..64
    parameter int FLIT_BITS = 64,      // bits of payload, 16..512
    parameter int LEN_BITS = 7,        // bits of the length field, below the address in a head flit
    parameter int PIPELINE = 1,        // router.sv
    parameter int VC_KIND = 0,
    parameter int SWITCH_KIND = 0,
    parameter int ITERATIONS = 1,
    parameter int SPECULATIVE = 0,
    parameter int CLASS_VCS = VCS,
    localparam int NODES = KIND == 2 ? 1 << NUM_DIMS :
        (NUM_DIMS > 0 ? 32'(SIDES[0+:16]) : 1) * (NUM_DIMS > 1 ? 32'(SIDES[16+:16]) : 1) *
        (NUM_DIMS > 2 ? 32'(SIDES[32+:16]) : 1) * (NUM_DIMS > 3 ? 32'(SIDES[48+:16]) : 1) *
        (NUM_DIMS > 4 ? 32'(SIDES[64+:16]) : 1) * (NUM_DIMS > 5 ? 32'(SIDES[80+:16]) : 1) *
        (NUM_DIMS > 6 ? 32'(SIDES[96+:16]) : 1) * (NUM_DIMS > 7 ? 32'(SIDES[112+:16]) : 1)
) (
    input  logic                       clk_i,
    input  logic                       rst_ni,      // synchronous
    // Straps (router.sv)
    input  logic [1:0]                 mode_i,
    input  logic [6:0]                 depth_i,
    input  logic                       by_flow_i,
    input  logic [VCS-1:0]             vcs_low_i,
    input  logic [VCS-1:0]             vcs_high_i,
    input  logic [VCS-1:0]             vcs_class_i,
    input  logic [31:0]                len_mask_i,
    // Terminals' channels into the fabric, a field a node
    input  logic [NODES*6-1:0]         fwd_i,       // {valid, head, tail, VC (3 bits)}
    input  logic [NODES*FLIT_BITS-1:0] payload_i,
    output logic [NODES*VCS-1:0]       credit_o,
    output logic [NODES-1:0]           ack_o,
    output logic [NODES-1:0]           nack_o,
    // and out of it
    output logic [NODES*6-1:0]         fwd_o,
    output logic [NODES*FLIT_BITS-1:0] payload_o,
    input  logic [NODES*VCS-1:0]       credit_i,
    input  logic [NODES-1:0]           ack_i,
    input  logic [NODES-1:0]           nack_i
);

    localparam logic [127:0] Sides = KIND == 2 ? {8{16'd2}} : SIDES;

    `include "fabric_shape.svh"

    localparam int Bits = first_bit(NUM_DIMS);
    localparam int Radix = first_port(NUM_DIMS) > 2 ? first_port(NUM_DIMS) : 2;
    localparam int PortBits = $clog2(Radix);
    localparam int AddrBits = Bits > 1 ? Bits : 1;
    localparam logic [31:0] AddrMask = ((32'd1 << AddrBits) - 32'd1) << LEN_BITS;

    // Parameter checks: an undefined module names the fault
    if (KIND < 0 || KIND > 2) begin : g_check_kind
        fabric_parameter_KIND_must_be_0_to_2 u_fault ();
    end
    if (NUM_DIMS < 1 || NUM_DIMS > 8) begin : g_check_num_dims
        fabric_parameter_NUM_DIMS_must_be_1_to_8 u_fault ();
    end
    if (NODES < 1) begin : g_check_sides
        fabric_parameter_SIDES_must_be_1_or_more u_fault ();
    end
    if (LEN_BITS < 1 || LEN_BITS + AddrBits > 32) begin : g_check_len_bits
        fabric_parameter_LEN_BITS_must_leave_room_for_the_address_in_32_bits u_fault ();
    end
    if (LEN_BITS + AddrBits > FLIT_BITS) begin : g_check_flit_bits
        fabric_parameter_FLIT_BITS_must_hold_length_and_address u_fault ();
    end

    // Channels out of all routers, a field a node, in it a field a port
    logic [NODES*Radix*6-1:0]         out_fwd;
    logic [NODES*Radix*FLIT_BITS-1:0] out_payload;
    logic [NODES*Radix*VCS-1:0]       out_credit;
    logic [NODES*Radix-1:0]           out_ack;
    logic [NODES*Radix-1:0]           out_nack;

    // At the ends of a mesh, channels lead nowhere
    logic unused_ends;
    assign unused_ends = ^{out_fwd, out_payload, out_credit, out_ack, out_nack};

    for (genvar n = 0; n < NODES; n++) begin : g_node
        logic [31:0]                  own_addr;
        logic [NUM_DIMS*32-1:0]       own_field;
        logic [NUM_DIMS*32-1:0]       dim_mask;
        logic [NUM_DIMS*32-1:0]       dim_size;
        logic [NUM_DIMS*32-1:0]       dim_limit;
        logic [NUM_DIMS*PortBits-1:0] dim_plus;
        logic [NUM_DIMS*PortBits-1:0] dim_minus;
        logic [NUM_DIMS-1:0]          dim_ring;
        logic [NUM_DIMS-1:0]          dim_at_first;
        logic [NUM_DIMS-1:0]          dim_at_last;
        logic [Radix*6-1:0]           in_fwd;
        logic [Radix*FLIT_BITS-1:0]   in_payload;
        logic [Radix*VCS-1:0]         in_credit;
        logic [Radix-1:0]             in_ack;
        logic [Radix-1:0]             in_nack;

        for (genvar d = 0; d < NUM_DIMS; d++) begin : g_dim
            localparam int K = 32'(Sides[d*16+:16]);
            localparam int X = coordinate(n, d);
            localparam int Lsb = LEN_BITS + first_bit(d);
            localparam logic [31:0] Mask = ((32'd1 << $clog2(K)) - 32'd1) << Lsb;
            localparam int Plus = K > 1 ? first_port(d) : 0;
            localparam int Minus = K > 2 ? Plus + 1 : Plus;

            assign own_field[d*32+:32]             = 32'(X) << Lsb;
            assign dim_mask[d*32+:32]              = Mask;
            assign dim_size[d*32+:32]              = (32'(K) << Lsb) & Mask;
            assign dim_limit[d*32+:32]             = (32'(limit(X, K)) << Lsb) & Mask;
            assign dim_plus[d*PortBits+:PortBits]  = PortBits'(Plus);
            assign dim_minus[d*PortBits+:PortBits] = PortBits'(Minus);
            assign dim_ring[d]                     = KIND == 1 && K > 2;
            assign dim_at_first[d]                 = X == 0;
            assign dim_at_last[d]                  = X == K - 1;
        end

        always_comb begin
            own_addr = '0;
            for (int d = 0; d < NUM_DIMS; d++) own_addr = own_addr | own_field[d*32+:32];
        end

        // Port 0 is the terminal
        assign in_fwd[0+:6]                          = fwd_i[n*6+:6];
        assign in_payload[0+:FLIT_BITS]              = payload_i[n*FLIT_BITS+:FLIT_BITS];
        assign in_credit[0+:VCS]                     = credit_i[n*VCS+:VCS];
        assign in_ack[0]                             = ack_i[n];
        assign in_nack[0]                            = nack_i[n];
        assign fwd_o[n*6+:6]                         = out_fwd[n*Radix*6+:6];
        assign payload_o[n*FLIT_BITS+:FLIT_BITS]     = out_payload[n*Radix*FLIT_BITS+:FLIT_BITS];
        assign credit_o[n*VCS+:VCS]                  = out_credit[n*Radix*VCS+:VCS];
        assign ack_o[n]                              = out_ack[n*Radix];
        assign nack_o[n]                             = out_nack[n*Radix];

        for (genvar p = 1; p < Radix; p++) begin : g_port
            localparam int From = source(n, p);

            if (From >= 0) begin : g_channel
                assign in_fwd[p*6+:6]                 = out_fwd[From*6+:6];
                assign in_payload[p*FLIT_BITS+:FLIT_BITS] =
                    out_payload[From*FLIT_BITS+:FLIT_BITS];
                assign in_credit[p*VCS+:VCS]          = out_credit[From*VCS+:VCS];
                assign in_ack[p]                      = out_ack[From];
                assign in_nack[p]                     = out_nack[From];
            end else begin : g_open
                assign in_fwd[p*6+:6]                     = '0;
                assign in_payload[p*FLIT_BITS+:FLIT_BITS] = '0;
                assign in_credit[p*VCS+:VCS]              = '0;
                assign in_ack[p]                          = 1'b0;
                assign in_nack[p]                         = 1'b0;
            end
        end

        router #(
            .RADIX    (Radix),
            .VCS      (VCS),
            .DEPTH    (DEPTH),
            .FLIT_BITS(FLIT_BITS),
            .DIMS     (NUM_DIMS),
            .PIPELINE   (PIPELINE),
            .VC_KIND    (VC_KIND),
            .SWITCH_KIND(SWITCH_KIND),
            .ITERATIONS (ITERATIONS),
            .SPECULATIVE(SPECULATIVE),
            .CLASS_VCS  (CLASS_VCS)
        ) u_router (
            .clk_i,
            .rst_ni,
            .mode_i,
            .depth_i,
            .len_mask_i,
            .via_bits_i    (5'd0),
            .max_flits_i   (7'd0),
            .addr_mask_i   (AddrMask),
            .addr_lsb_i    (5'(LEN_BITS)),
            .by_flow_i,
            .vcs_low_i,
            .vcs_high_i,
            .vcs_class_i,
            .own_addr_i    (own_addr),
            .dim_mask_i    (dim_mask),
            .dim_size_i    (dim_size),
            .dim_limit_i   (dim_limit),
            .dim_plus_i    (dim_plus),
            .dim_minus_i   (dim_minus),
            .dim_ring_i    (dim_ring),
            .dim_at_first_i(dim_at_first),
            .dim_at_last_i (dim_at_last),
            .flit_cycles_i ({Radix{8'd0}}),
            .table_write_i (1'b0),
            .table_index_i (1'b0),
            .table_port_i  ({PortBits{1'b0}}),
            .table_vcs_i   ({VCS{1'b0}}),
            .fwd_i         (in_fwd),
            .payload_i     (in_payload),
            .credit_o      (out_credit[n*Radix*VCS+:Radix*VCS]),
            .ack_o         (out_ack[n*Radix+:Radix]),
            .nack_o        (out_nack[n*Radix+:Radix]),
            .fwd_o         (out_fwd[n*Radix*6+:Radix*6]),
            .payload_o     (out_payload[n*Radix*FLIT_BITS+:Radix*FLIT_BITS]),
            .credit_i      (in_credit),
            .ack_i         (in_ack),
            .nack_i        (in_nack)
        );
    end

`ifdef ORDITO_ASSERT
    always @(posedge clk_i)
        if (rst_ni) assert (len_mask_i == (32'd1 << LEN_BITS) - 32'd1);  // LengthIsWhereTheAddressIsNot
`endif
endmodule
