// SPDX-License-Identifier: Apache-2.0
// Plays recorded pins to the device, and writes its outputs in every cycle, a line each, in binary
// with X: backward_o and forward_o. +rows=N tells how many rows pins.hex has, at most ROWS.
//
// Timing: as in tb.sv.
module four_state_tb;
    `include "shape.svh"
    `include "bench.svh"

    integer row;
    integer rows;
    integer file;

    initial begin
        if (!$value$plusargs("rows=%d", rows)) rows = ROWS;
        file = $fopen("outputs.txt", "w");
        $readmemh("pins.hex", pins, 0, WORDS * rows - 1);
        for (row = 0; row < rows; row = row + 1) begin
            #1 drive(row);
            #4 $fdisplay(file, "%b %b", backward_o, forward_o);
            clk_i = 1;
            #5 clk_i = 0;
        end
        $fclose(file);
        $finish;
    end
endmodule
