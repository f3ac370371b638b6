// SPDX-License-Identifier: Apache-2.0
// Crossbar and forward registers: the end of step 4 of the timing contract in model/net/router.h, and
// 4b where traversal takes a cycle of its own.
//
// Timing: a flit that leaves in cycle t is in the forward register from t + 1 on, with TRAVERSAL from
// t + 2 on.
module crossbar #(
    parameter int RADIX = 5,      // ports, 2..65
    parameter int FLIT_BITS = 64,  // 16..512
    parameter int TRAVERSAL = 0    // 1: registers before the crossbar
) (
    input  logic                       clk_i,
    input  logic                       rst_ni,
    input  logic [RADIX*FLIT_BITS-1:0] payload_i,  // a field an input port
    // A field an output port
    input  logic [RADIX*RADIX-1:0]     grant_i,    // input port, one-hot or 0
    input  logic [RADIX*6-1:0]         fwd_i,      // {valid, head, tail, VC}
    output logic [RADIX*6-1:0]         fwd_o,      // registers
    output logic [RADIX*FLIT_BITS-1:0] payload_o,
    output logic                       busy_o      // a flit is in the registers before it
);

    // What traverses in this cycle
    logic [RADIX*FLIT_BITS-1:0] payload;
    logic [RADIX*RADIX-1:0]     grant;
    logic [RADIX*6-1:0]         fwd;

    if (TRAVERSAL != 0) begin : g_traversal
        logic [RADIX*RADIX-1:0] grant_q;
        logic [RADIX*6-1:0]     fwd_q;

        always_ff @(posedge clk_i) begin
            grant_q <= grant_i;
            if (!rst_ni) fwd_q <= '0;
            else fwd_q <= fwd_i;
        end

        for (genvar i = 0; i < RADIX; i++) begin : g_in
            logic [FLIT_BITS-1:0] payload_q;

            always_ff @(posedge clk_i) payload_q <= payload_i[i*FLIT_BITS+:FLIT_BITS];

            assign payload[i*FLIT_BITS+:FLIT_BITS] = payload_q;
        end

        assign grant  = grant_q;
        assign fwd    = fwd_q;
        assign busy_o = fwd_q != '0;
    end else begin : g_none
        assign payload = payload_i;
        assign grant   = grant_i;
        assign fwd     = fwd_i;
        assign busy_o  = 1'b0;
    end

    always_ff @(posedge clk_i) begin
        if (!rst_ni) fwd_o <= '0;
        else fwd_o <= fwd;
    end

    for (genvar o = 0; o < RADIX; o++) begin : g_out
        logic [FLIT_BITS-1:0] payload_q;

        always_ff @(posedge clk_i) begin
            if (fwd[o*6+5])
                for (int i = 0; i < RADIX; i++)
                    if (grant[o*RADIX+i]) payload_q <= payload[i*FLIT_BITS+:FLIT_BITS];
        end

        assign payload_o[o*FLIT_BITS+:FLIT_BITS] = payload_q;
    end

`ifdef ORDITO_ASSERT
    for (genvar o = 0; o < RADIX; o++) begin : g_assert
        logic [7:0] open_q;  // a bit a VC: a packet is leaving, its tail has not
        logic       valid;
        logic       head;
        logic [2:0] vc;

        assign valid = fwd_o[o*6+5];
        assign head  = fwd_o[o*6+4];
        assign vc    = fwd_o[o*6+:3];

        always_ff @(posedge clk_i) begin
            if (!rst_ni) open_q <= '0;
            else if (valid) open_q[vc] <= !fwd_o[o*6+3];
        end

        always @(posedge clk_i)
            if (rst_ni) begin
                assert (!valid || head != open_q[vc]);                          // PacketIsContiguousInVc
                assert (fwd_i[o*6+5] == $onehot(grant_i[o*RADIX+:RADIX]));      // FlitHasOneSource
            end
    end
`endif
endmodule
