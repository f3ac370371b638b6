// SPDX-License-Identifier: Apache-2.0
// Proof of vc_stage.sv: a head gets one of the VCs that it can use at the port that it asks, no VC
// goes to two heads, and somebody gets one if anybody can.
module vc_stage_proof #(
    parameter int RADIX = 2,
    parameter int VCS = 2,
    parameter int KIND = 0,
    parameter int ITERATIONS = 1,
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int SIDE = RADIX * VCS
) (
    input logic                      clk_i,
    input logic                      rst_ni,
    input logic [SIDE-1:0]           asks_i,
    input logic [SIDE*PORT_BITS-1:0] ports_i,
    input logic [SIDE*VCS-1:0]       usable_i
);

    `include "reset.svh"

    logic [SIDE*VCS-1:0] given;
    logic                some;  // could get one

    vc_stage #(
        .RADIX     (RADIX),
        .VCS       (VCS),
        .KIND      (KIND),
        .ITERATIONS(ITERATIONS)
    ) u_dut (
        .clk_i,
        .rst_ni,
        .asks_i,
        .ports_i,
        .usable_i,
        .given_o(given)
    );

    always_comb begin
        some = 1'b0;
        for (int x = 0; x < SIDE; x++) some = some | (asks_i[x] && usable_i[x*VCS+:VCS] != '0);
    end

    always @*
        if (rst_ni) begin
            assert (!some || given != '0);                    // SomeVcIsGiven
            cover (given[0+:VCS] != '0 && given[VCS+:VCS] != '0 &&
                ports_i[0+:PORT_BITS] == ports_i[PORT_BITS+:PORT_BITS]);  // TwoOfAPortAtOnce
        end

    `include "vc_given.svh"
endmodule
