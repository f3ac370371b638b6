// SPDX-License-Identifier: Apache-2.0
// The protocol of router.sv whole, from reset on: neighbours that keep the rules of the link
// (router_link.svh) see a router that keeps them too, and two flits of an input VC, any, each leave
// once, intact, by the port and a VC of their route, one after the other. Routes are those of a table,
// any.
module router_proof #(
    parameter int RADIX = 3,  // 2 or 3
    parameter int VCS = 2,
    parameter int DEPTH = 2,
    parameter int PIPELINE = 1,
    parameter int SPECULATIVE = 0,
    parameter int VC_KIND = 0,
    parameter int SWITCH_KIND = 0,
    parameter int CLASS_VCS = VCS,
    parameter int MODE = 3,    // enum switching; 3: any of the three
    parameter int RESETS = 0,  // 1: there may be more than the first
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int FLIT_BITS = 16
) (
    input logic                       clk_i,
    input logic                       rst_ni,
    input logic [RADIX*6-1:0]         fwd_i,
    input logic [RADIX*FLIT_BITS-1:0] payload_i,
    input logic [RADIX*VCS-1:0]       credit_i
);

    localparam int TableSize = 2;
    localparam int EntryBits = PORT_BITS + VCS;
    localparam int LenBits = 3;  // of a head flit: length, entry of the table, the rest is free
    localparam int VcBits = VCS > 1 ? $clog2(VCS) : 1;
    localparam int NumVcs = RADIX * VCS;
    localparam int CountBits = $clog2(DEPTH + 1);
    localparam int OwnBits = CountBits + 1;  // of the counts of the model

    `include "reset.svh"

    (* anyconst *) logic [1:0]                      mode;
    (* anyconst *) logic [CountBits-1:0]            depth;
    (* anyconst *) logic [TableSize*EntryBits-1:0]  table_is;  // {VCs, port} an entry

    logic [RADIX*6-1:0]         fwd;
    logic [RADIX*FLIT_BITS-1:0] payload;
    logic [NumVcs-1:0]          credit;
    logic [RADIX-1:0]           ack;
    logic [RADIX-1:0]           nack;

    router #(
        .RADIX      (RADIX),
        .VCS        (VCS),
        .DEPTH      (DEPTH),
        .FLIT_BITS  (FLIT_BITS),
        .TABLE_SIZE (TableSize),
        .DIMS       (1),
        .PIPELINE   (PIPELINE),
        .VC_KIND    (VC_KIND),
        .SWITCH_KIND(SWITCH_KIND),
        .SPECULATIVE(SPECULATIVE),
        .CLASS_VCS  (CLASS_VCS)
    ) u_dut (
        .clk_i,
        .rst_ni,
        .mode_i        (mode),
        .depth_i       (7'(depth)),
        .len_mask_i    ((32'd1 << LenBits) - 1),
        .addr_mask_i   (32'd1 << LenBits),
        .addr_lsb_i    (5'(LenBits)),
        .by_flow_i     (1'b0),
        .via_bits_i    ('0),
        .max_flits_i   ('0),
        .vcs_low_i     ('0),
        .vcs_high_i    ('0),
        .vcs_class_i   ('0),
        .own_addr_i    ('0),
        .dim_mask_i    ('0),
        .dim_size_i    ('0),
        .dim_limit_i   ('0),
        .dim_plus_i    ('0),
        .dim_minus_i   ('0),
        .dim_ring_i    ('0),
        .dim_at_first_i('0),
        .dim_at_last_i ('0),
        .flit_cycles_i ('0),
        .table_write_i (32'(written_q) < TableSize),
        .table_index_i (written_q[0]),
        .table_port_i  (table_is[written_q[0]*EntryBits+:PORT_BITS]),
        .table_vcs_i   (table_is[written_q[0]*EntryBits+PORT_BITS+:VCS]),
        .fwd_i,
        .payload_i,
        .credit_o      (credit),
        .ack_o         (ack),
        .nack_o        (nack),
        .fwd_o         (fwd),
        .payload_o     (payload),
        .credit_i,
        .ack_i         ('0),
        .nack_i        ('0)
    );

    always @* begin
        assume (mode != 2'd3 && (MODE == 3 || 32'(mode) == MODE));
        assume (depth != '0 && 32'(depth) <= DEPTH);
    end

    // The table is written during the first cycles, in reset
    logic [1:0] written_q = 2'd0;  // entries

    always_ff @(posedge clk_i) if (32'(written_q) < TableSize) written_q <= written_q + 1'b1;

    always @* assume (rst_ni ? 32'(written_q) == TableSize
                             : RESETS != 0 || 32'(written_q) < TableSize);

    for (genvar e = 0; e < TableSize; e++) begin : g_entry
        always @* begin
            assume (32'(table_is[e*EntryBits+:PORT_BITS]) < RADIX);
            assume (table_is[e*EntryBits+PORT_BITS+:VCS] != '0);
            // those of the first class
            assume ((32'(table_is[e*EntryBits+PORT_BITS+:VCS]) >> CLASS_VCS) == 0);
        end
    end

    `include "router_link.svh"
    `include "router_follow.svh"
endmodule
