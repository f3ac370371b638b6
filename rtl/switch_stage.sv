// SPDX-License-Identifier: Apache-2.0
// Steps 2 and 3 of the timing contract in model/net/router.h, for flits that are ready or, in a second
// instance, for heads that speculate (3s): which input VC sends to which output port.
//
// Timing: what leaves follows from the bids in the same cycle.
module switch_stage #(
    parameter int RADIX = 5,      // ports, 2..65
    parameter int VCS = 2,        // 1..8
    parameter int KIND = 0,       // enum allocator_kind
    parameter int ITERATIONS = 1,
    localparam int PORT_BITS = $clog2(RADIX)
) (
    input  logic                           clk_i,
    input  logic                           rst_ni,
    // Of an input VC
    input  logic [RADIX*VCS-1:0]           bids_i,   // it bids
    input  logic [RADIX*VCS*PORT_BITS-1:0] ports_i,  // for this output port
    input  logic [RADIX*VCS-1:0]           valid_i,  // a grant is of use
    // Ports that others use: a grant is of no use
    input  logic [RADIX-1:0]               in_used_i,
    input  logic [RADIX-1:0]               out_used_i,
    // Flits that leave
    output logic [RADIX*VCS-1:0]           leave_o,  // a field an input port: VC, one-hot or 0
    output logic [RADIX*RADIX-1:0]         match_o   // a field an input port: output port, likewise
);

    logic [RADIX*VCS-1:0]   picks;    // a field an input port: what takes part in allocation
    logic [RADIX*RADIX-1:0] request;  // a row an input port, a column an output port
    logic [RADIX*RADIX-1:0] grant;

    allocator #(
        .SIDE      (RADIX),
        .KIND      (KIND),
        .ITERATIONS(ITERATIONS)
    ) u_allocator (
        .clk_i,
        .rst_ni,
        .request_i(request),
        .grant_o  (grant)
    );

    for (genvar i = 0; i < RADIX; i++) begin : g_in
        logic [VCS-1:0]   picked;   // by the arbiter
        logic [VCS-1:0]   winners;  // that go to the port that was got
        logic [RADIX-1:0] asked;
        logic             used;

        arbiter #(
            .SIZE  (VCS),
            .MATRIX(KIND == 1 ? 1 : 0)
        ) u_pick (
            .clk_i,
            .rst_ni,
            .request_i(KIND < 2 ? bids_i[i*VCS+:VCS] : winners),
            .grant_o  (picked),
            .used_i   (used)
        );

        assign picks[i*VCS+:VCS] = KIND < 2 ? picked : bids_i[i*VCS+:VCS];

        always_comb begin
            asked   = '0;
            winners = '0;
            for (int v = 0; v < VCS; v++)
                for (int o = 0; o < RADIX; o++)
                    if (ports_i[(i*VCS+v)*PORT_BITS+:PORT_BITS] == PORT_BITS'(o)) begin
                        asked[o]   = asked[o] | picks[i*VCS+v];
                        winners[v] = winners[v] | (picks[i*VCS+v] & grant[i*RADIX+o]);
                    end
        end

        assign request[i*RADIX+:RADIX] = asked;
        assign used = (grant[i*RADIX+:RADIX] & ~out_used_i) != '0 && !in_used_i[i] &&
            (picked & valid_i[i*VCS+:VCS]) != '0;

        assign leave_o[i*VCS+:VCS]     = used ? picked : '0;
        assign match_o[i*RADIX+:RADIX] = used ? grant[i*RADIX+:RADIX] : '0;
    end

`ifdef ORDITO_ASSERT
    for (genvar i = 0; i < RADIX; i++) begin : g_assert
        always @(posedge clk_i)
            if (rst_ni) begin
                assert ((leave_o[i*VCS+:VCS] & ~bids_i[i*VCS+:VCS]) == '0);  // LeavingFlitHasBid
                assert ((leave_o[i*VCS+:VCS] == '0) == (match_o[i*RADIX+:RADIX] == '0));  // AndHasAPort
            end
    end
`endif
endmodule
