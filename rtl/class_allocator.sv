// SPDX-License-Identifier: Apache-2.0
// Steps V, 2, 3 and 3s of the timing contract in model/net/router.h for the input VCs of one traffic
// class, which keep off ports that higher classes use.
//
// Timing: what leaves and what is given follow from the requests in the same cycle.
module class_allocator #(
    parameter int RADIX = 5,        // ports, 2..65
    parameter int VCS = 2,          // of the class, 1..8
    parameter int VC_KIND = 0,      // enum allocator_kind
    parameter int SWITCH_KIND = 0,
    parameter int ITERATIONS = 1,
    parameter int VC_STAGE = 0,     // 1: there is a step V
    parameter int SPECULATIVE = 0,  // 1: and a step 3s
    localparam int PORT_BITS = $clog2(RADIX)
) (
    input  logic                           clk_i,
    input  logic                           rst_ni,
    // Of an input VC
    input  logic [RADIX*VCS-1:0]           asks_i,      // its head asks
    input  logic [RADIX*VCS*PORT_BITS-1:0] ports_i,     // for VCs of this output port
    input  logic [RADIX*VCS*VCS-1:0]       usable_i,    // for one of these
    input  logic [RADIX*VCS-1:0]           bets_i,      // and its channel is free
    input  logic [RADIX*VCS-1:0]           ready_i,     // its front flit may leave
    // Ports that higher classes use
    input  logic [RADIX-1:0]               in_used_i,
    input  logic [RADIX-1:0]               out_used_i,
    output logic [RADIX*VCS*VCS-1:0]       given_o,     // an input VC: output VC, one-hot or 0
    output logic [RADIX*VCS-1:0]           leave_o,     // a field an input port: VC, likewise
    output logic [RADIX*RADIX-1:0]         match_o,     // a field an input port: output port, likewise
    // Ports that this class uses, or higher ones
    output logic [RADIX-1:0]               in_used_o,
    output logic [RADIX-1:0]               out_used_o
);

    localparam int NumVcs = RADIX * VCS;

    logic [NumVcs-1:0]      open;   // ports are not used by higher classes
    logic [NumVcs-1:0]      leave;  // without speculation
    logic [RADIX*RADIX-1:0] match;

    // Input ports that a matching uses
    function automatic logic [RADIX-1:0] inputs_of(input logic [RADIX*RADIX-1:0] matching);
        for (int i = 0; i < RADIX; i++) inputs_of[i] = matching[i*RADIX+:RADIX] != '0;
    endfunction

    // and output ports
    function automatic logic [RADIX-1:0] outputs_of(input logic [RADIX*RADIX-1:0] matching);
        outputs_of = '0;
        for (int i = 0; i < RADIX; i++) outputs_of = outputs_of | matching[i*RADIX+:RADIX];
    endfunction

    for (genvar x = 0; x < NumVcs; x++) begin : g_open
        logic [RADIX-1:0] beyond;  // output ports from that of the VC on

        assign beyond  = out_used_i >> ports_i[x*PORT_BITS+:PORT_BITS];
        assign open[x] = !in_used_i[x/VCS] && !beyond[0];

        logic unused_beyond;
        assign unused_beyond = ^beyond[RADIX-1:1];
    end

    if (VC_STAGE != 0) begin : g_vc_stage
        vc_stage #(
            .RADIX     (RADIX),
            .VCS       (VCS),
            .KIND      (VC_KIND),
            .ITERATIONS(ITERATIONS)
        ) u_vc_stage (
            .clk_i,
            .rst_ni,
            .asks_i,
            .ports_i,
            .usable_i,
            .given_o
        );
    end else begin : g_no_vc_stage
        assign given_o = '0;

        logic unused_asks;
        assign unused_asks = ^{asks_i, usable_i};
    end

    switch_stage #(
        .RADIX     (RADIX),
        .VCS       (VCS),
        .KIND      (SWITCH_KIND),
        .ITERATIONS(ITERATIONS)
    ) u_switch (
        .clk_i,
        .rst_ni,
        .bids_i    (ready_i & open),
        .ports_i,
        .valid_i   ({NumVcs{1'b1}}),
        .in_used_i ({RADIX{1'b0}}),
        .out_used_i({RADIX{1'b0}}),
        .leave_o   (leave),
        .match_o   (match)
    );

    if (SPECULATIVE != 0) begin : g_speculation
        logic [NumVcs-1:0]      is_given;
        logic [NumVcs-1:0]      spec_leave;
        logic [RADIX*RADIX-1:0] spec_match;

        for (genvar x = 0; x < NumVcs; x++) begin : g_given
            assign is_given[x] = given_o[x*VCS+:VCS] != '0;
        end

        switch_stage #(
            .RADIX     (RADIX),
            .VCS       (VCS),
            .KIND      (SWITCH_KIND),
            .ITERATIONS(ITERATIONS)
        ) u_switch (
            .clk_i,
            .rst_ni,
            .bids_i    (bets_i & open),
            .ports_i,
            .valid_i   (is_given),
            .in_used_i (inputs_of(match)),
            .out_used_i(outputs_of(match)),
            .leave_o   (spec_leave),
            .match_o   (spec_match)
        );

        assign leave_o = leave | spec_leave;
        assign match_o = match | spec_match;
    end else begin : g_no_speculation
        assign leave_o = leave;
        assign match_o = match;

        logic unused_bets;
        assign unused_bets = ^bets_i;
    end

    assign in_used_o  = in_used_i | inputs_of(match_o);
    assign out_used_o = out_used_i | outputs_of(match_o);

`ifdef ORDITO_ASSERT
    for (genvar i = 0; i < RADIX; i++) begin : g_assert
        always @(posedge clk_i)
            if (rst_ni) begin
                assert (!in_used_i[i] || match_o[i*RADIX+:RADIX] == '0);      // InputIsLeftToHigherClass
                assert ((match_o[i*RADIX+:RADIX] & out_used_i) == '0);        // SoIsOutput
            end
    end
`endif
endmodule
