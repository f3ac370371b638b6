// SPDX-License-Identifier: Apache-2.0
// Proof of credits.sv: credits at hand and flits under way always make the depth, and the flag tells
// whether there is a credit, whatever comes and goes by the rules of the link.
module credits_proof #(
    parameter int RADIX = 3,
    parameter int VCS = 2,
    parameter int DEPTH = 2,
    localparam int CREDIT_BITS = $clog2(DEPTH + 1),
    localparam int NUM_VCS = RADIX * VCS,
    localparam int FIELDS = VCS << $clog2(RADIX)
) (
    input logic               clk_i,
    input logic               rst_ni,
    input logic [NUM_VCS-1:0] taken_i,
    input logic [NUM_VCS-1:0] credit_i
);

    `include "reset.svh"

    (* anyconst *) logic [CREDIT_BITS-1:0] depth;

    logic [FIELDS-1:0]             has_credit;
    logic [FIELDS*CREDIT_BITS-1:0] credits;

    credits #(
        .RADIX      (RADIX),
        .VCS        (VCS),
        .CREDIT_BITS(CREDIT_BITS)
    ) u_dut (
        .clk_i,
        .rst_ni,
        .depth_i     (depth),
        .taken_i,
        .credit_i,
        .has_credit_o(has_credit),
        .credits_o   (credits)
    );

    always @* assume (depth != '0 && 32'(depth) <= DEPTH);

    for (genvar x = 0; x < NUM_VCS; x++) begin : g_vc
        logic [7:0]             owed_q;  // flits that left, less the credits that came for them
        logic [CREDIT_BITS-1:0] count;

        assign count = credits[x*CREDIT_BITS+:CREDIT_BITS];

        always_ff @(posedge clk_i) begin
            if (!rst_ni) owed_q <= '0;
            else owed_q <= owed_q + 8'(taken_i[x]) - 8'(credit_i[x]);
        end

        always @*
            if (rst_ni) begin
                assume (!taken_i[x] || has_credit[x]);                   // NoFlitWithoutACredit
                assume (!credit_i[x] || taken_i[x] || owed_q != '0);     // NoCreditWithoutAFlit
                assert (8'(count) + owed_q == 8'(depth));                // CreditsAreConserved
                assert (has_credit[x] == (count != '0));                 // FlagTellsTheCount
                cover (32'(depth) == DEPTH && count == '0 && credit_i[x]);      // RunsOutAndGetsOne
                cover (owed_q != '0 && count == depth - 1'b1 && credit_i[x] && !taken_i[x]);  // GetsAllBack
                cover (credit_i[x] && taken_i[x]);                       // BothAtOnce
            end
    end

    for (genvar x = NUM_VCS; x < FIELDS; x++) begin : g_absent
        always @* assert (!has_credit[x] && credits[x*CREDIT_BITS+:CREDIT_BITS] == '0);  // NoSuchPort
    end
endmodule
