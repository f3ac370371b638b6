// SPDX-License-Identifier: Apache-2.0
// Picks one of those who ask, in turn: after the one that used its pick last, the next go first.
module turn_taker #(
    parameter int SIZE = 4
) (
    input  logic            ck,
    input  logic            resetn,
    input  logic [SIZE-1:0] ask,
    output logic [SIZE-1:0] pick,  // one-hot, or 0
    input  logic            used
);

    logic [SIZE-1:0] later_q;  // those after the last one
    logic [SIZE-1:0] first;

    assign first = (ask & later_q) == '0 ? ask : ask & later_q;
    assign pick  = first & (~first + 1'b1);

    always_ff @(posedge ck) begin
        if (!resetn) later_q <= '0;
        else if (used && ask != '0) later_q <= ~(pick | (pick - 1'b1));
    end
endmodule
