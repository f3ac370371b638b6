// SPDX-License-Identifier: Apache-2.0
// A whole fabric as Verilator's top: ports that are plain integers or arrays of them in C++, an
// element a node. Simulation only.
//
// Timing: the fabric's. busy_o is 0 if the next cycle changes nothing as long as the input pins are
// quiet.
module fabric_sim #(
    parameter int KIND = 0,        // fabric.sv has the units and ranges
    parameter int NUM_DIMS = 2,
    parameter logic [127:0] SIDES = {8{16'd4}},
    parameter int VCS = 2,
    parameter int DEPTH = 8,
    parameter int FLIT_BITS = 64,
    parameter int LEN_BITS = 7,
    parameter int PIPELINE = 1,
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
    input  logic                 clk_i,
    input  logic                 rst_ni,
    // Straps (router.sv)
    input  logic [1:0]           mode_i,
    input  logic [6:0]           depth_i,
    input  logic                 by_flow_i,
    input  logic [7:0]           vcs_low_i,
    input  logic [7:0]           vcs_high_i,
    input  logic [7:0]           vcs_class_i,
    input  logic [31:0]          len_mask_i,
    // Terminals' channels in and out, a field a node; fwd is {valid, head, tail, vc}, credit a bit a
    // VC
    input  logic [NODES*6-1:0]   fwd_i,
    input  logic [FLIT_BITS-1:0] payload_i[NODES],
    input  logic [NODES*VCS-1:0] credit_i,
    input  logic [NODES-1:0]     ack_i,
    input  logic [NODES-1:0]     nack_i,
    output logic [NODES*6-1:0]   fwd_o,
    output logic [FLIT_BITS-1:0] payload_o[NODES],
    output logic [NODES*VCS-1:0] credit_o,
    output logic [NODES-1:0]     ack_o,
    output logic [NODES-1:0]     nack_o,
    // Observation
    output logic                 busy_o  // a FIFO is not empty or an output register not quiet
);

    // Sampled, which keeps Verilator from evaluating the routers again for input pins
    logic [1:0] mode_q;

    always_ff @(posedge clk_i) mode_q <= mode_i;

    logic [NODES*FLIT_BITS-1:0] in_payload;
    logic [NODES*FLIT_BITS-1:0] out_payload;
    logic [NODES-1:0]           filled;

    fabric #(
        .KIND     (KIND),
        .NUM_DIMS (NUM_DIMS),
        .SIDES    (SIDES),
        .VCS      (VCS),
        .DEPTH    (DEPTH),
        .FLIT_BITS(FLIT_BITS),
        .LEN_BITS (LEN_BITS),
        .PIPELINE   (PIPELINE),
        .VC_KIND    (VC_KIND),
        .SWITCH_KIND(SWITCH_KIND),
        .ITERATIONS (ITERATIONS),
        .SPECULATIVE(SPECULATIVE),
        .CLASS_VCS  (CLASS_VCS)
    ) u_fabric (
        .clk_i,
        .rst_ni,
        .mode_i    (mode_q),
        .depth_i,
        .by_flow_i,
        .vcs_low_i (vcs_low_i[VCS-1:0]),
        .vcs_high_i(vcs_high_i[VCS-1:0]),
        .vcs_class_i (vcs_class_i[VCS-1:0]),
        .len_mask_i,
        .fwd_i,
        .payload_i (in_payload),
        .credit_o,
        .ack_o,
        .nack_o,
        .fwd_o,
        .payload_o (out_payload),
        .credit_i,
        .ack_i,
        .nack_i
    );

    for (genvar n = 0; n < NODES; n++) begin : g_node
        assign in_payload[n*FLIT_BITS+:FLIT_BITS] = payload_i[n];
        assign payload_o[n] = out_payload[n*FLIT_BITS+:FLIT_BITS];
        assign filled[n]    = u_fabric.g_node[n].u_router.filled != '0;
    end

    assign busy_o = filled != '0 || u_fabric.out_fwd != '0 || u_fabric.out_credit != '0;

    logic unused_vcs;
    assign unused_vcs = ^{vcs_low_i, vcs_high_i, vcs_class_i};
endmodule
