// SPDX-License-Identifier: Apache-2.0
// Proof of circuit_state.sv: a model of its own says which input is idle, holds a probe, waits for an
// answer or is connected, and to which output; outputs belong to one input at most, probes get free
// ones only, data goes to the output of its circuit, and a waiting probe gets its turn.
module circuit_state_proof #(
    parameter int RADIX = 3,
    localparam int PORT_BITS = $clog2(RADIX)
) (
    input logic                       clk_i,
    input logic                       rst_ni,
    input logic [RADIX-1:0]           valid_i,
    input logic [RADIX-1:0]           frees_i,
    input logic [RADIX*PORT_BITS-1:0] ports_i,
    input logic [RADIX-1:0]           ack_i,
    input logic [RADIX-1:0]           nack_i
);

    `include "reset.svh"

    (* anyconst *) logic waits;

    logic [RADIX-1:0]       ack;
    logic [RADIX-1:0]       nack;
    logic [RADIX-1:0]       idle;
    logic [RADIX-1:0]       held;
    logic [RADIX-1:0]       is_owned;
    logic [RADIX-1:0]       granted;
    logic [RADIX*RADIX-1:0] probe_from;
    logic [RADIX*RADIX-1:0] data_from;

    circuit_state #(
        .RADIX(RADIX)
    ) u_dut (
        .clk_i,
        .rst_ni,
        .waits_i     (waits),
        .valid_i,
        .frees_i,
        .ports_i,
        .ack_i,
        .nack_i,
        .ack_o       (ack),
        .nack_o      (nack),
        .idle_o      (idle),
        .held_o      (held),
        .owned_o     (is_owned),
        .granted_o   (granted),
        .probe_from_o(probe_from),
        .data_from_o (data_from)
    );

    // The model, a bit an input; what it owns, a field an input
    logic [RADIX-1:0]       held_q;
    logic [RADIX-1:0]       open_q;
    logic [RADIX-1:0]       connected_q;
    logic [RADIX*RADIX-1:0] owns_q;
    logic [RADIX-1:0]       owned;      // outputs
    logic [RADIX-1:0]       acked;      // inputs
    logic [RADIX-1:0]       nacked;
    logic [RADIX-1:0]       acked_q;
    logic [RADIX-1:0]       nacked_q;

    always_comb begin
        owned = '0;
        for (int i = 0; i < RADIX; i++) owned = owned | owns_q[i*RADIX+:RADIX];
    end

    for (genvar i = 0; i < RADIX; i++) begin : g_in
        logic [RADIX-1:0] owns;
        logic [RADIX-1:0] asks;
        logic [RADIX-1:0] gets;   // by probe_from
        logic [RADIX-1:0] sends;  // by data_from
        logic             torn;

        assign owns      = owns_q[i*RADIX+:RADIX];
        assign asks      = RADIX'(1) << ports_i[i*PORT_BITS+:PORT_BITS];
        assign torn      = held_q[i] && !granted[i] && !waits;
        assign acked[i]  = open_q[i] && (owns & ack_i & ~nack_i) != '0;
        assign nacked[i] = open_q[i] && (owns & nack_i & ~ack_i) != '0;

        for (genvar o = 0; o < RADIX; o++) begin : g_out
            assign gets[o]  = probe_from[o*RADIX+i];
            assign sends[o] = data_from[o*RADIX+i];
        end

        always_ff @(posedge clk_i) begin
            held_q[i]      <= held_q[i] ? !granted[i] && waits : valid_i[i] && !open_q[i] && !connected_q[i];
            open_q[i]      <= (open_q[i] || granted[i]) && !acked[i] && !nacked[i];
            connected_q[i] <= (connected_q[i] || acked[i]) && !frees_i[i];
            if (granted[i]) owns_q[i*RADIX+:RADIX] <= asks;
            else if (nacked[i] || frees_i[i]) owns_q[i*RADIX+:RADIX] <= '0;
            acked_q[i]  <= acked[i];
            nacked_q[i] <= nacked[i] || torn;
            if (!rst_ni) begin
                held_q[i]               <= 1'b0;
                open_q[i]               <= 1'b0;
                connected_q[i]          <= 1'b0;
                owns_q[i*RADIX+:RADIX]  <= '0;
                {acked_q[i], nacked_q[i]} <= '0;
            end
        end

        // Neighbours: flits where they are expected, a free only of a circuit, answers to probes
        always @*
            if (rst_ni) begin
                assume (!valid_i[i] || (!held_q[i] && !open_q[i]));
                assume (!frees_i[i] || (valid_i[i] && connected_q[i]));
                assume (32'(ports_i[i*PORT_BITS+:PORT_BITS]) < RADIX);
            end

        always @*
            if (rst_ni) begin
                assert (held[i] == held_q[i]);                                  // ProbeIsHeld
                assert (idle[i] == !(held_q[i] || open_q[i] || connected_q[i]));  // OrIdle
                assert (!granted[i] || held_q[i]);                              // ProbeIsGranted
                assert (!granted[i] || (asks & owned) == '0);                   // AFreeOutput
                assert (gets == (granted[i] ? asks : '0));                      // TheOneItAsksFor
                assert (is_owned[i] == (held_q[i] && (asks & owned) != '0));    // OthersAreTold
                assert (sends == (connected_q[i] && valid_i[i] ? owns : '0));   // DataFollowsItsCircuit
                assert (!begun_q || !acked_q[i] || (ack[i] && !nack[i]));       // AckGoesBack
                assert (!begun_q || !nacked_q[i] || (nack[i] && !ack[i]));      // SoDoesNack
                assert (!ack[i] || nack[i] || acked_q[i]);                      // NoneOfItsOwn
                assert (!nack[i] || ack[i] || nacked_q[i]);
                cover (connected_q[i] && frees_i[i]);                           // CircuitIsUsed
                cover (held_q[i] && !granted[i] && !is_owned[i]);               // AnotherIsGranted
                // What makes it inductive
                assert (32'(held_q[i]) + 32'(open_q[i]) + 32'(connected_q[i]) <= 1);
                assert ((owns != '0) == (open_q[i] || connected_q[i]));
                assert ((owns & (owns - 1'b1)) == '0);
                assert (open[i] == open_q[i] && connected[i] == connected_q[i]);
            end

        for (genvar j = 0; j < i; j++) begin : g_other
            always @*
                if (rst_ni) assert ((owns & owns_q[j*RADIX+:RADIX]) == '0);     // OneOwnerAnOutput
        end

        for (genvar o = 0; o < RADIX; o++) begin : g_owner
            always @* if (rst_ni) assert (owner[o*RADIX+i] == owns[o]);
        end
    end

    for (genvar o = 0; o < RADIX; o++) begin : g_answer
        logic [RADIX-1:0] wants;  // probes for it

        for (genvar i = 0; i < RADIX; i++) begin : g_in_of
            assign wants[i] = held_q[i] && ports_i[i*PORT_BITS+:PORT_BITS] == PORT_BITS'(o);
        end

        always @*
            if (rst_ni) begin
                assume (ack_i[o] == nack_i[o] || answers[o]);
                assert (owned[o] || (wants == '0) == (probe_from[o*RADIX+:RADIX] == '0));  // SomeGetsIt
            end
    end

    // Outputs whose owner waits for an answer
    logic [RADIX-1:0] answers;

    always_comb begin
        answers = '0;
        for (int i = 0; i < RADIX; i++)
            if (open_q[i]) answers = answers | owns_q[i*RADIX+:RADIX];
    end

    // State
    (* hierconn *) wire [RADIX-1:0]       \u_dut.open_q ;
    (* hierconn *) wire [RADIX-1:0]       \u_dut.connected_q ;
    (* hierconn *) wire [RADIX*RADIX-1:0] \u_dut.owner_q ;

    wire [RADIX-1:0]       open = \u_dut.open_q ;
    wire [RADIX-1:0]       connected = \u_dut.connected_q ;
    wire [RADIX*RADIX-1:0] owner = \u_dut.owner_q ;
endmodule
