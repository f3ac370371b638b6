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

    // {it has a credit, how many} of each VC of a port, after some came and some were spent
    function automatic logic [VCS+VCS*CREDIT_BITS-1:0] credits_after(
        input logic [VCS*CREDIT_BITS-1:0] counts,
        input logic [VCS-1:0]             come,
        input logic [VCS-1:0]             spent
    );
        logic [CREDIT_BITS-1:0] count;

        credits_after = '0;
        for (int v = 0; v < VCS; v++) begin
            count = counts[v*CREDIT_BITS+:CREDIT_BITS] + CREDIT_BITS'(come[v]) -
                CREDIT_BITS'(spent[v]);
            credits_after = credits_after |
                ((VCS+VCS*CREDIT_BITS)'(count) << (v*CREDIT_BITS)) |
                ((VCS+VCS*CREDIT_BITS)'(count != '0) << (VCS*CREDIT_BITS+v));
        end
    endfunction

    for (genvar o = 0; o < PORTS; o++) begin : g_port
        if (o < RADIX) begin : g_exists
            logic [VCS+VCS*CREDIT_BITS-1:0] credits_q;
            logic [VCS-1:0]                 come;
            logic [VCS-1:0]                 spent;

            assign come  = credit_i[o*VCS+:VCS];
            assign spent = taken_i[o*VCS+:VCS];

            always_ff @(posedge clk_i) begin
                if (!rst_ni) credits_q <= {{VCS{1'b1}}, {VCS{depth_i}}};
                else if (come != spent) credits_q <= credits_after(
                    credits_q[VCS*CREDIT_BITS-1:0], come, spent);
            end

`ifdef ORDITO_ASSERT
            for (genvar v = 0; v < VCS; v++) begin : g_assert
                logic [CREDIT_BITS-1:0] count;

                assign count = credits_q[v*CREDIT_BITS+:CREDIT_BITS];

                always @(posedge clk_i)
                    if (rst_ni) begin
                        assert (count <= depth_i);                                // CreditsAreBounded
                        assert (!come[v] || spent[v] || count < depth_i);         // CreditWasOwed
                        assert (!spent[v] || count != '0);                        // SpentCreditExists
                        assert (credits_q[VCS*CREDIT_BITS+v] == (count != '0));   // FlagTellsTheCount
                    end
            end
`endif

            assign credits_o[o*VCS*CREDIT_BITS+:VCS*CREDIT_BITS] = credits_q[VCS*CREDIT_BITS-1:0];
            assign has_credit_o[o*VCS+:VCS]                      = credits_q[VCS*CREDIT_BITS+:VCS];
        end else begin : g_absent
            assign credits_o[o*VCS*CREDIT_BITS+:VCS*CREDIT_BITS] = '0;
            assign has_credit_o[o*VCS+:VCS]                      = '0;
        end
    end
endmodule
