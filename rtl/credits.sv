// SPDX-License-Identifier: Apache-2.0
// Credits of all output VCs: step 7 of the timing contract in model/net/router.h, and the spending
// of credits in step 4.
//
// Timing: outputs are registers. A credit counts from the next cycle on.
module credits #(
    parameter int RADIX = 5,        // ports, 2..65
    parameter int VCS = 2,          // 1..8
    parameter int CREDIT_BITS = 4,  // bits of a count of credits
    localparam int PORTS = 1 << $clog2(RADIX)  // fields, so that a port's number is in range
) (
    input  logic                             clk_i,
    input  logic                             rst_ni,
    input  logic [CREDIT_BITS-1:0]           depth_i,       // strap: credits after reset
    input  logic [RADIX*VCS-1:0]             taken_i,       // a flit leaves by this output VC
    input  logic [RADIX*VCS-1:0]             credit_i,      // pins
    output logic [PORTS*VCS-1:0]             has_credit_o,  // it has a credit
    output logic [PORTS*VCS*CREDIT_BITS-1:0] credits_o      // how many
);

    localparam int NumVcs = RADIX * VCS;
    localparam int CountBits = NumVcs * CREDIT_BITS;

    logic [NumVcs+CountBits-1:0] credits_q;  // {it has a credit, how many} of all VCs

    // The same after some came and some were spent
    function automatic logic [NumVcs+CountBits-1:0] credits_after(
        input logic [NumVcs+CountBits-1:0] credits,
        input logic [NumVcs-1:0]           come,
        input logic [NumVcs-1:0]           spent
    );
        logic [NumVcs-1:0]      changed;
        logic [CREDIT_BITS-1:0] count;

        credits_after = credits;
        changed       = come ^ spent;
        for (int x = 0; x < NumVcs; x++)
            if (changed[x]) begin
                count = credits_after[x*CREDIT_BITS+:CREDIT_BITS] +
                    (come[x] ? CREDIT_BITS'(1) : {CREDIT_BITS{1'b1}});
                credits_after[x*CREDIT_BITS+:CREDIT_BITS] = count;
                credits_after[CountBits+x]                = count != '0;
            end
    endfunction

    always_ff @(posedge clk_i) begin
        if (!rst_ni) credits_q <= {{NumVcs{1'b1}}, {NumVcs{depth_i}}};
        else if (credit_i != taken_i) credits_q <= credits_after(credits_q, credit_i, taken_i);
    end

    assign credits_o    = (PORTS*VCS*CREDIT_BITS)'(credits_q[CountBits-1:0]);
    assign has_credit_o = (PORTS*VCS)'(credits_q[CountBits+:NumVcs]);

`ifdef ORDITO_ASSERT
    for (genvar x = 0; x < NumVcs; x++) begin : g_assert
        logic [CREDIT_BITS-1:0] count;

        assign count = credits_q[x*CREDIT_BITS+:CREDIT_BITS];

        always @(posedge clk_i)
            if (rst_ni) begin
                assert (count <= depth_i);                                 // CreditsAreBounded
                assert (!credit_i[x] || taken_i[x] || count < depth_i);    // CreditWasOwed
                assert (!taken_i[x] || count != '0);                       // SpentCreditExists
                assert (credits_q[CountBits+x] == (count != '0));                 // FlagTellsTheCount
            end
    end
`endif
endmodule
