// SPDX-License-Identifier: Apache-2.0
// Proof of class_allocator.sv: flits that leave are ready, or heads that bet and are given a VC in
// this cycle; they are a matching that keeps off ports of higher classes and adds to those in use;
// bets take nothing from flits that are ready.
module class_allocator_proof #(
    parameter int RADIX = 2,
    parameter int VCS = 2,
    parameter int VC_KIND = 0,
    parameter int SWITCH_KIND = 0,
    parameter int ITERATIONS = 1,
    parameter int VC_STAGE = 1,
    parameter int SPECULATIVE = 1,
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int NUM_VCS = RADIX * VCS
) (
    input logic                         clk_i,
    input logic                         rst_ni,
    input logic [NUM_VCS-1:0]           asks_i,
    input logic [NUM_VCS*PORT_BITS-1:0] ports_i,
    input logic [NUM_VCS*VCS-1:0]       usable_i,
    input logic [NUM_VCS-1:0]           bets_i,
    input logic [NUM_VCS-1:0]           ready_i,
    input logic [RADIX-1:0]             in_used_i,
    input logic [RADIX-1:0]             out_used_i
);

    `include "reset.svh"

    logic [NUM_VCS*VCS-1:0] given;
    logic [NUM_VCS-1:0]     leave;
    logic [RADIX*RADIX-1:0] match;
    logic [RADIX-1:0]       in_used;
    logic [RADIX-1:0]       out_used;
    logic [RADIX-1:0]       outs;     // output ports of what leaves
    logic [NUM_VCS-1:0]     open;     // VCs whose ports are not used by higher classes

    class_allocator #(
        .RADIX      (RADIX),
        .VCS        (VCS),
        .VC_KIND    (VC_KIND),
        .SWITCH_KIND(SWITCH_KIND),
        .ITERATIONS (ITERATIONS),
        .VC_STAGE   (VC_STAGE),
        .SPECULATIVE(SPECULATIVE)
    ) u_dut (
        .clk_i,
        .rst_ni,
        .asks_i,
        .ports_i,
        .usable_i,
        .bets_i,
        .ready_i,
        .in_used_i,
        .out_used_i,
        .given_o   (given),
        .leave_o   (leave),
        .match_o   (match),
        .in_used_o (in_used),
        .out_used_o(out_used)
    );

    always_comb begin
        outs = '0;
        for (int i = 0; i < RADIX; i++) outs = outs | match[i*RADIX+:RADIX];
    end

    always @*
        if (rst_ni) begin
            assert (out_used == (out_used_i | outs));                         // OutputsAreTold
            assert ((ready_i & open) == '0 || (leave & ready_i) != '0);       // ReadyFlitLeaves
            if (SPECULATIVE != 0) cover ((leave & ~ready_i) != '0);           // BetIsWon
            cover (leave != '0 && in_used_i != '0);                           // BesideAHigherClass
        end

    for (genvar i = 0; i < RADIX; i++) begin : g_in
        logic [VCS-1:0]   vcs;
        logic [RADIX-1:0] out;
        logic [RADIX-1:0] to;    // port of the VC that leaves

        assign vcs = leave[i*VCS+:VCS];
        assign out = match[i*RADIX+:RADIX];

        always_comb begin
            to = '0;
            for (int v = 0; v < VCS; v++)
                if (vcs[v]) to = to | (RADIX'(1) << ports_i[(i*VCS+v)*PORT_BITS+:PORT_BITS]);
        end

        always @*
            if (rst_ni) begin
                assert ((vcs & (vcs - 1'b1)) == '0);                          // OneFlitLeavesByAnInput
                assert (out == to);                                           // ByItsPort
                assert (!in_used_i[i] || vcs == '0);                          // InputIsLeftToHigherClass
                assert ((out & out_used_i) == '0);                            // SoIsOutput
                assert (in_used[i] == (in_used_i[i] || vcs != '0));           // InputsAreTold
            end

        for (genvar j = 0; j < i; j++) begin : g_other
            always @* if (rst_ni) assert ((out & match[j*RADIX+:RADIX]) == '0);  // OneByAnOutput
        end
    end

    for (genvar x = 0; x < NUM_VCS; x++) begin : g_vc
        logic [VCS-1:0]   vc;
        logic [RADIX-1:0] beyond;

        assign vc      = given[x*VCS+:VCS];
        assign beyond  = out_used_i >> ports_i[x*PORT_BITS+:PORT_BITS];
        assign open[x] = !in_used_i[x/VCS] && !beyond[0];

        always @*
            if (rst_ni) begin
                assume (!bets_i[x] || asks_i[x]);                             // as stages.sv tells
                assume (!asks_i[x] || (!ready_i[x] && VC_STAGE != 0));
                assert (!leave[x] || ready_i[x] || (SPECULATIVE != 0 && bets_i[x] && vc != '0));
            end
    end

    `include "vc_given.svh"
endmodule
