// SPDX-License-Identifier: Apache-2.0
// Crossbar and forward registers: the end of step 4 of the timing contract in model/net/router.h.
//
// Timing: a flit that leaves in cycle t is in the forward register from t + 1 on.
module crossbar #(
    parameter int RADIX = 5,      // ports, 2..65
    parameter int FLIT_BITS = 64  // 16..512
) (
    input  logic                       clk_i,
    input  logic                       rst_ni,
    input  logic [RADIX*FLIT_BITS-1:0] payload_i,  // a field an input port
    // A field an output port
    input  logic [RADIX*RADIX-1:0]     grant_i,    // input port, one-hot or 0
    input  logic [RADIX*6-1:0]         fwd_i,      // {valid, head, tail, VC}
    output logic [RADIX*6-1:0]         fwd_o,      // registers
    output logic [RADIX*FLIT_BITS-1:0] payload_o
);

    always_ff @(posedge clk_i) begin
        if (!rst_ni) fwd_o <= '0;
        else fwd_o <= fwd_i;
    end

    for (genvar o = 0; o < RADIX; o++) begin : g_out
        logic [FLIT_BITS-1:0] payload_q;

        always_ff @(posedge clk_i) begin
            if (fwd_i[o*6+5])
                for (int i = 0; i < RADIX; i++)
                    if (grant_i[o*RADIX+i]) payload_q <= payload_i[i*FLIT_BITS+:FLIT_BITS];
        end

        assign payload_o[o*FLIT_BITS+:FLIT_BITS] = payload_q;
    end
endmodule
