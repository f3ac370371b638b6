// SPDX-License-Identifier: Apache-2.0
// Narrow channels, which take several cycles for a flit: when each is free. Part of step 4 of the
// timing contract in model/net/router.h.
//
// Timing: outputs are registers, or follow from them. After a flit that leaves in cycle t a channel is
// free again in t + its flit's cycles.
module channel_pace #(
    parameter int RADIX = 5,  // ports, 2..65
    localparam int PORTS = 1 << $clog2(RADIX)  // fields, so that a port's number is in range
) (
    input  logic               clk_i,
    input  logic               rst_ni,
    // A field an output port
    input  logic [RADIX*8-1:0] flit_cycles_i,  // strap: cycles of a flit, 0 for 1
    input  logic [RADIX*6-1:0] fwd_i,          // {valid, ...} of what leaves
    output logic [PORTS-1:0]   free_o,
    output logic               paced_o         // some channel is not free
);

    for (genvar o = 0; o < PORTS; o++) begin : g_port
        if (o < RADIX) begin : g_exists
            logic [7:0] left_q;  // cycles until it is free

            always_ff @(posedge clk_i) begin
                if (!rst_ni) left_q <= '0;
                else if (fwd_i[o*6+5] && flit_cycles_i[o*8+:8] != '0)
                    left_q <= flit_cycles_i[o*8+:8] - 1'b1;
                else if (left_q != '0) left_q <= left_q - 1'b1;
            end

            assign free_o[o] = left_q == '0;

`ifdef ORDITO_ASSERT
            always @(posedge clk_i)
                if (rst_ni) assert (!fwd_i[o*6+5] || free_o[o]);  // ChannelIsFree
`endif
        end else begin : g_absent
            assign free_o[o] = 1'b1;
        end
    end

    assign paced_o = free_o != '1;

    logic unused_fwd;
    assign unused_fwd = ^fwd_i;
endmodule
