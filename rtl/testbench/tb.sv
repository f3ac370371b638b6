// SPDX-License-Identifier: Apache-2.0
// Plays the recorded pins of a failure to the device, and tells whether it still fails, in a line
// that begins with FAIL, CHANGED or UNKNOWN; failure.svh tells which failure it is. Inputs are those
// of the recording, whatever the device does now.
//
// Timing: a cycle is 10 units: inputs change at 1, outputs are looked at at 5, where the clock
// rises; it falls at 10. Cycle 0 is the first one after reset and setting up.
module replay_tb;
    `include "shape.svh"
    `include "bench.svh"
    `include "failure.svh"

    localparam OUT = FORWARD_OUT_BITS / PORTS; // bits of a port
    localparam BACK = BACKWARD_IN_BITS / PORTS;

    integer row;
    reg same;
    reg unknown; // an output is X
    reg over = 0; // it was told
    reg [FORWARD_OUT_BITS-1:0] forward;
    reg [BACKWARD_IN_BITS-1:0] backward;

    // Compares outputs with those recorded: flits where they are valid, all else always.
    task compare;
        integer p;
        begin
            same = 1;
            unknown = 0;
            backward = pins[WORDS*row+4][BACKWARD_IN_BITS-1:0];
            forward = pins[WORDS*row+5][FORWARD_OUT_BITS-1:0];
            for (p = 0; p < PORTS; p = p + 1) begin
                if (forward_o[p*OUT] !== forward[p*OUT]) begin
                    same = 0;
                    if (forward_o[p*OUT] === 1'bx) unknown = 1;
                    $display("  cycle %0d, output port %0s: valid is %b, in the recording %b",
                        row - FIRST, port_name(p), forward_o[p*OUT], forward[p*OUT]);
                end else if (forward[p*OUT] && forward_o[p*OUT+:OUT] !== forward[p*OUT+:OUT]) begin
                    same = 0;
                    if (^forward_o[p*OUT+:OUT] === 1'bx) unknown = 1;
                    $display("  cycle %0d, output port %0s: flit is %h, in the recording %h",
                        row - FIRST, port_name(p), forward_o[p*OUT+1+:OUT-1],
                        forward[p*OUT+1+:OUT-1]);
                end
                if (backward_o[p*BACK+:BACK] !== backward[p*BACK+:BACK] &&
                    !(LONE_CREDIT && backward_o[p*BACK] === 1'b0 && !backward[p*BACK])) begin
                    same = 0;
                    if (^backward_o[p*BACK+:BACK] === 1'bx) unknown = 1;
                    $display("  cycle %0d, input port %0s: what goes back is %b, in the recording %b",
                        row - FIRST, port_name(p), backward_o[p*BACK+:BACK],
                        backward[p*BACK+:BACK]);
                end
            end
        end
    endtask

    // What the comparison of a row means.
    task judge;
        begin
            over = !same || row >= FAILS;
            if (row < FAILS && unknown) begin
                $display("FAIL: known: no output is X after reset");
                $display("What was recorded, in cycle %0d, depends on state that reset leaves as it was.",
                    FAILS - FIRST);
            end else if (row < FAILS && !same && SEEDED) begin
                $display("UNKNOWN: not the same from cycle %0d on; the failure was in cycle %0d.",
                    row - FIRST, FAILS - FIRST);
                $display("It depends on what state is before reset, which is random here: try SEED=2.");
            end else if (row < FAILS && !same) begin
                $display("CHANGED: not the same any more from cycle %0d on; the failure was in cycle %0d.",
                    row - FIRST, FAILS - FIRST);
                $display("Whether the rule is still broken tells: ordito validate --replay ../replay.txt");
            end else if (row == FAILS && ASSERTION) begin
                $display("UNKNOWN: if an assertion failed, the device says so itself.");
            end else if (row == FAILS && FOUR_STATE) begin
`ifdef VERILATOR
                $display("UNKNOWN: Verilator has no X; run this with Icarus Verilog.");
`else
                if (same) $display("CHANGED: the outputs are known in cycle %0d.", row - FIRST);
                else tell_failure;
`endif
            end else if (row == FAILS && same) begin
                tell_failure;
                $display("In all cycles up to there the outputs are those of the recording.");
            end else if (row == FAILS) begin
                $display("CHANGED: the same up to cycle %0d, where the failure was; not in that.",
                    row - FIRST - 1);
            end
        end
    endtask

    initial begin
`ifdef VERILATOR
        $c("Verilated::threadContextp()->assertOn(false);"); // until reset is over
`endif
        $dumpfile("wave.vcd");
        $dumpvars(0, replay_tb);
        $readmemh("pins.hex", pins);
        for (row = 0; row < ROWS; row = row + 1) begin
            #1 drive(row);
            #4;
`ifdef VERILATOR
            if (!reset_i) $c("Verilated::threadContextp()->assertOn(true);");
`endif
            // Until reset is over, outputs may be anything.
            if (!over && (!reset_i || row == FAILS)) begin
                compare;
                judge;
            end
            clk_i = 1;
            #5 clk_i = 0;
        end
        $finish;
    end
endmodule
