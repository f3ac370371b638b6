// SPDX-License-Identifier: Apache-2.0
// Step V of the timing contract in model/net/router.h: gives output VCs to heads that ask for one.
//
// Timing: what is given follows from the requests in the same cycle.
module vc_stage #(
    parameter int RADIX = 5,      // ports, 2..65
    parameter int VCS = 2,        // 1..8
    parameter int KIND = 0,       // enum allocator_kind
    parameter int ITERATIONS = 1,
    localparam int PORT_BITS = $clog2(RADIX)
) (
    input  logic                           clk_i,
    input  logic                           rst_ni,
    // Of an input VC
    input  logic [RADIX*VCS-1:0]           asks_i,    // its head asks
    input  logic [RADIX*VCS*PORT_BITS-1:0] ports_i,   // for VCs of this output port
    input  logic [RADIX*VCS*VCS-1:0]       usable_i,  // for one of these
    output logic [RADIX*VCS*VCS-1:0]       given_o    // one-hot or 0
);

    localparam int Side = RADIX * VCS;

    logic [Side*VCS-1:0]  picks;    // a field an input VC: what it asks the allocator for
    logic [Side*Side-1:0] request;  // a row an input VC, a column an output VC
    logic [Side*Side-1:0] grant;

    allocator #(
        .SIDE      (Side),
        .KIND      (KIND),
        .ITERATIONS(ITERATIONS)
    ) u_allocator (
        .clk_i,
        .rst_ni,
        .request_i(request),
        .grant_o  (grant)
    );

    for (genvar x = 0; x < Side; x++) begin : g_row
        logic [VCS-1:0] wanted;
        logic [VCS-1:0] given;

        assign wanted = usable_i[x*VCS+:VCS] & {VCS{asks_i[x]}};

        if (KIND < 2) begin : g_pick
            arbiter #(
                .SIZE  (VCS),
                .MATRIX(KIND)
            ) u_pick (
                .clk_i,
                .rst_ni,
                .request_i(wanted),
                .grant_o  (picks[x*VCS+:VCS]),
                .used_i   (given != '0)
            );
        end else begin : g_all
            assign picks[x*VCS+:VCS] = wanted;
        end

        for (genvar o = 0; o < RADIX; o++) begin : g_column
            assign request[x*Side+o*VCS+:VCS] =
                picks[x*VCS+:VCS] & {VCS{ports_i[x*PORT_BITS+:PORT_BITS] == PORT_BITS'(o)}};
        end

        always_comb begin
            given = '0;
            for (int o = 0; o < RADIX; o++) given = given | grant[x*Side+o*VCS+:VCS];
        end

        assign given_o[x*VCS+:VCS] = given;
    end

`ifdef ORDITO_ASSERT
    for (genvar x = 0; x < Side; x++) begin : g_assert
        always @(posedge clk_i)
            if (rst_ni) begin
                assert ($onehot0(given_o[x*VCS+:VCS]));                            // OneVcIsGiven
                assert ((given_o[x*VCS+:VCS] & ~usable_i[x*VCS+:VCS]) == '0);      // WhichIsUsable
                assert (asks_i[x] || given_o[x*VCS+:VCS] == '0);                   // AndWasAskedFor
            end
    end
`endif
endmodule
