// SPDX-License-Identifier: Apache-2.0
// Who owns which channel: the state of a router for circuit switching, and steps 1 to 5 of the
// timing contract in model/net/router_circuit.h but for what flits carry.
//
// Timing: ack_o and nack_o are registers; what is loaded into the forward registers follows from
// registers and from the pins of the same cycle.
// Style: vectors of all ports with one next state each, as in input_allocator.sv. A round-robin
// pointer is a mask of the positions at or after it.
module circuit_state #(
    parameter int RADIX = 5,  // ports, 2..65
    localparam int PORT_BITS = $clog2(RADIX)
) (
    input  logic                       clk_i,
    input  logic                       rst_ni,
    input  logic                       waits_i,       // strap: a blocked probe waits
    // Pins, a bit a port
    input  logic [RADIX-1:0]           valid_i,       // inputs: a flit
    input  logic [RADIX-1:0]           frees_i,       // that frees its circuit
    input  logic [RADIX*PORT_BITS-1:0] ports_i,       // inputs: output port of the probe held
    input  logic [RADIX-1:0]           ack_i,         // outputs
    input  logic [RADIX-1:0]           nack_i,
    output logic [RADIX-1:0]           ack_o,         // inputs
    output logic [RADIX-1:0]           nack_o,
    // State of inputs
    output logic [RADIX-1:0]           idle_o,
    output logic [RADIX-1:0]           held_o,        // register
    output logic [RADIX-1:0]           owned_o,       // the output of its probe is owned
    output logic [RADIX-1:0]           granted_o,     // its probe goes on
    // Into the forward registers, a field an output: an input, one-hot or 0
    output logic [RADIX*RADIX-1:0]     probe_from_o,
    output logic [RADIX*RADIX-1:0]     data_from_o
);

    // State: of inputs, a bit each; of outputs, a field each
    logic [RADIX-1:0]       open_q;       // the answer to its probe is pending
    logic [RADIX-1:0]       connected_q;
    logic [RADIX-1:0]       asked_q;      // connected: asked for
    logic [RADIX*RADIX-1:0] owner_q;      // input, one-hot or 0
    logic [RADIX*RADIX-1:0] rr_q;

    assign idle_o = ~(held_o | open_q | connected_q);

    // 1. PROBE, 2. BLOCKED.
    logic [RADIX-1:0]       owned;
    logic [RADIX-1:0]       granted;
    logic [RADIX-1:0]       asked_by_probe;  // inputs that own what another's probe came to
    logic [RADIX*RADIX-1:0] probe_from;
    logic [RADIX*RADIX-1:0] rr_d;
    // of an output
    logic [RADIX-1:0]       request;
    logic [RADIX-1:0]       owner;
    logic [RADIX-1:0]       in;

    always_comb begin
        owned          = '0;
        granted        = '0;
        asked_by_probe = '0;
        probe_from     = '0;
        rr_d           = rr_q;
        request        = '0;
        owner          = '0;
        in             = '0;
        if (held_o != '0)
            for (int o = 0; o < RADIX; o++) begin
                request = '0;
                for (int i = 0; i < RADIX; i++)
                    request = request |
                        (RADIX'(held_o[i] && ports_i[i*PORT_BITS+:PORT_BITS] == PORT_BITS'(o)) << i);
                owner = owner_q[o*RADIX+:RADIX];
                if (request != '0) begin
                    if (owner != '0) begin
                        owned          = owned | request;
                        asked_by_probe = asked_by_probe | owner;
                    end else begin
                        in         = request & rr_q[o*RADIX+:RADIX];
                        in         = in | (request & {RADIX{in == '0}});
                        in         = in & (~in + 1'b1);
                        granted    = granted | in;
                        probe_from = probe_from | ((RADIX*RADIX)'(in) << (o*RADIX));
                        in         = ~(in | (in - 1'b1));
                        rr_d       = rr_d & ~((RADIX*RADIX)'({RADIX{1'b1}}) << (o*RADIX));
                        rr_d       = rr_d | ((RADIX*RADIX)'(in) << (o*RADIX));
                    end
                end
            end
        owned_o      = owned;
        granted_o    = granted;
        probe_from_o = probe_from;
    end

    // 3. STREAM, 5. ANSWER.
    logic [RADIX-1:0]       acked;            // inputs
    logic [RADIX-1:0]       nacked;
    logic [RADIX-1:0]       asked_by_answer;
    logic [RADIX*RADIX-1:0] data_from;
    logic [RADIX*RADIX-1:0] owner_d;
    // of an output
    logic [RADIX-1:0]       from;
    logic [RADIX-1:0]       leaving;

    always_comb begin
        acked           = '0;
        nacked          = '0;
        asked_by_answer = '0;
        data_from       = '0;
        owner_d         = owner_q | probe_from;
        from            = '0;
        leaving         = '0;
        if ((valid_i & connected_q) != '0 || (ack_i | nack_i) != '0)
            for (int o = 0; o < RADIX; o++) begin
                from            = owner_q[o*RADIX+:RADIX];
                acked           = acked | (from & {RADIX{ack_i[o] & ~nack_i[o]}});
                nacked          = nacked | (from & {RADIX{nack_i[o] & ~ack_i[o]}});
                asked_by_answer = asked_by_answer | (from & {RADIX{ack_i[o] & nack_i[o]}});
                leaving         = from & connected_q & frees_i;
                leaving         = leaving | (from & open_q & {RADIX{nack_i[o] & ~ack_i[o]}});
                owner_d         = owner_d & ~((RADIX*RADIX)'(leaving) << (o*RADIX));
                from            = from & connected_q & valid_i;
                data_from       = data_from | ((RADIX*RADIX)'(from) << (o*RADIX));
            end
        acked       = acked & open_q;
        nacked      = nacked & open_q;
        data_from_o = data_from;
    end

    // Next state of inputs, and the backward registers
    logic [RADIX-1:0] blocked;  // probes that are torn down
    logic [RADIX-1:0] asked;    // inputs that are asked for their circuit for the first time

    assign blocked = held_o & ~granted_o & {RADIX{~waits_i}};
    assign asked   = (asked_by_probe | asked_by_answer) & connected_q & ~asked_q;

    always_ff @(posedge clk_i) begin
        if (!rst_ni) begin
            held_o      <= '0;
            open_q      <= '0;
            connected_q <= '0;
            asked_q     <= '0;
            owner_q     <= '0;
            rr_q        <= '0;
            ack_o       <= '0;
            nack_o      <= '0;
        end else begin
            held_o      <= (held_o & ~granted_o & ~blocked) | (valid_i & idle_o);  // 4. ARRIVE.
            open_q      <= (open_q | granted_o) & ~acked & ~nacked;
            connected_q <= (connected_q | acked) & ~frees_i;
            asked_q     <= (asked_q | asked) & ~acked;
            owner_q     <= owner_d;
            rr_q        <= rr_d;
            ack_o       <= acked | asked;
            nack_o      <= nacked | asked | blocked;
        end
    end

`ifdef ORDITO_ASSERT
    for (genvar p = 0; p < RADIX; p++) begin : g_assert
        logic [RADIX-1:0] owns;       // outputs that this input owns
        logic [RADIX-1:0] owner_now;  // of this output
        logic [RADIX-1:0] before_rr;  // positions before the pointer
        logic             answered;   // ack or nack alone

        for (genvar o = 0; o < RADIX; o++) begin : g_owns
            assign owns[o] = owner_q[o*RADIX+p];
        end

        assign owner_now = owner_q[p*RADIX+:RADIX];
        assign before_rr = ~rr_q[p*RADIX+:RADIX];
        assign answered  = ack_i[p] != nack_i[p];

        always @(posedge clk_i)
            if (rst_ni) begin
                assert ($countones({held_o[p], open_q[p], connected_q[p]}) <= 1);  // StateIsOne
                assert ($onehot0(owner_now));                           // OutputHasOneOwner
                assert ($onehot0(owns));                                // InputOwnsOneOutput
                assert ((owns != '0) == (open_q[p] || connected_q[p])); // AndOnlyOnACircuit
                assert (!valid_i[p] || idle_o[p] || connected_q[p]);    // FlitIsExpected
                assert (!answered || (owner_now & open_q) != '0);       // AnswerIsExpected
                assert ((before_rr & (before_rr + 1'b1)) == '0);        // PointerIsAMask
                assert ($onehot0(probe_from_o[p*RADIX+:RADIX]));        // OneProbeIsGranted
                assert ((probe_from_o[p*RADIX+:RADIX] & ~held_o) == '0);  // WhichIsHeld
            end
    end
`endif
endmodule
