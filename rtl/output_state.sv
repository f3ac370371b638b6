// SPDX-License-Identifier: Apache-2.0
// Credits of all output VCs: step 7 of the timing contract in model/net/router.h, and the spending
// of credits in step 4.
//
// Timing: outputs are registers. A credit counts from the next cycle on.
module output_state #(
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
        input logic [VCS+VCS*CREDIT_BITS-1:0] counts,
        input logic [VCS-1:0]                 come,
        input logic [VCS-1:0]                 spent
    );
        credits_after = counts;
        for (int v = 0; v < VCS; v++)
            if (come[v] != spent[v]) begin
                credits_after[v*CREDIT_BITS+:CREDIT_BITS] = come[v] ?
                    counts[v*CREDIT_BITS+:CREDIT_BITS] + 1'b1 :
                    counts[v*CREDIT_BITS+:CREDIT_BITS] - 1'b1;
                credits_after[VCS*CREDIT_BITS+v] =
                    come[v] || counts[v*CREDIT_BITS+:CREDIT_BITS] != CREDIT_BITS'(1);
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
                else if (come != spent) credits_q <= credits_after(credits_q, come, spent);
            end

            assign credits_o[o*VCS*CREDIT_BITS+:VCS*CREDIT_BITS] = credits_q[VCS*CREDIT_BITS-1:0];
            assign has_credit_o[o*VCS+:VCS]                      = credits_q[VCS*CREDIT_BITS+:VCS];
        end else begin : g_absent
            assign credits_o[o*VCS*CREDIT_BITS+:VCS*CREDIT_BITS] = '0;
            assign has_credit_o[o*VCS+:VCS]                      = '0;
        end
    end
endmodule
