// SPDX-License-Identifier: Apache-2.0
// Proof of switch_stage.sv: what leaves has bid and is of use, one flit by an input port and one by
// an output port, none by a port that is in use; something leaves if anything is of use.
module switch_stage_proof #(
    parameter int RADIX = 3,
    parameter int VCS = 2,
    parameter int KIND = 0,
    parameter int ITERATIONS = 1,
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int NUM_VCS = RADIX * VCS
) (
    input logic                         clk_i,
    input logic                         rst_ni,
    input logic [NUM_VCS-1:0]           bids_i,
    input logic [NUM_VCS*PORT_BITS-1:0] ports_i,
    input logic [NUM_VCS-1:0]           valid_i,
    input logic [RADIX-1:0]             in_used_i,
    input logic [RADIX-1:0]             out_used_i
);

    `include "reset.svh"

    logic [NUM_VCS-1:0]     leave;
    logic [RADIX*RADIX-1:0] match;

    switch_stage #(
        .RADIX     (RADIX),
        .VCS       (VCS),
        .KIND      (KIND),
        .ITERATIONS(ITERATIONS)
    ) u_dut (
        .clk_i,
        .rst_ni,
        .bids_i,
        .ports_i,
        .valid_i,
        .in_used_i,
        .out_used_i,
        .leave_o(leave),
        .match_o(match)
    );

    always @*
        if (rst_ni) begin
            assert (bids_i == '0 || leave != '0 || valid_i != {NUM_VCS{1'b1}} || in_used_i != '0 ||
                out_used_i != '0);                            // SomethingLeaves
            cover (match[0+:RADIX] != '0 && match[RADIX+:RADIX] != '0 && RADIX > 1);  // TwoLeaveAtOnce
        end

    for (genvar i = 0; i < RADIX; i++) begin : g_in
        logic [VCS-1:0]       vcs;
        logic [RADIX-1:0]     outs;
        logic [RADIX-1:0]     to;    // port of the VC that leaves

        assign vcs  = leave[i*VCS+:VCS];
        assign outs = match[i*RADIX+:RADIX];

        always_comb begin
            to = '0;
            for (int v = 0; v < VCS; v++)
                if (vcs[v]) to = to | (RADIX'(1) << ports_i[(i*VCS+v)*PORT_BITS+:PORT_BITS]);
        end

        always @*
            if (rst_ni) begin
                assert ((vcs & ~bids_i[i*VCS+:VCS]) == '0);     // LeavingFlitHasBid
                assert ((vcs & ~valid_i[i*VCS+:VCS]) == '0);    // AndIsOfUse
                assert ((vcs & (vcs - 1'b1)) == '0);            // OneFlitLeavesByAnInput
                assert (outs == to);                            // ByItsPort
                assert (!in_used_i[i] || vcs == '0);            // InputIsLeftToOthers
                assert ((outs & out_used_i) == '0);             // SoIsOutput
            end

        for (genvar j = 0; j < i; j++) begin : g_other
            always @* if (rst_ni) assert ((outs & match[j*RADIX+:RADIX]) == '0);  // OneByAnOutput
        end

        for (genvar v = 0; v < VCS; v++) begin : g_vc
            always @* if (rst_ni) assume (32'(ports_i[(i*VCS+v)*PORT_BITS+:PORT_BITS]) < RADIX);
        end
    end
endmodule
