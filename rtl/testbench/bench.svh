// SPDX-License-Identifier: Apache-2.0
// A device in its wrapper, with its pins as they were recorded. shape.svh has the widths.
//
// pins.hex: a line a cycle, of seven words: reset_i, strap_i, setup_i, forward_i, backward_o,
// forward_o, backward_i. A port's part of forward_i and forward_o is {flit, valid}.

localparam WORDS = 7;

reg clk_i = 0;
reg reset_i = 0; // so that an asynchronous reset has an edge
reg [STRAP_BITS-1:0] strap_i = 0;
reg [SETUP_BITS-1:0] setup_i = 0;
reg [FORWARD_IN_BITS-1:0] forward_i = 0;
wire [BACKWARD_IN_BITS-1:0] backward_o;
wire [FORWARD_OUT_BITS-1:0] forward_o;
reg [BACKWARD_OUT_BITS-1:0] backward_i = 0;

reg [WORD_BITS-1:0] pins [0:WORDS*ROWS-1];

workbench_top device (
    .clk_i(clk_i),
    .reset_i(reset_i),
    .strap_i(strap_i),
    .setup_i(setup_i),
    .forward_i(forward_i),
    .backward_o(backward_o),
    .forward_o(forward_o),
    .backward_i(backward_i)
);

task drive(input integer row);
    begin
        reset_i = pins[WORDS*row][0];
        strap_i = pins[WORDS*row+1][STRAP_BITS-1:0];
        setup_i = pins[WORDS*row+2][SETUP_BITS-1:0];
        forward_i = pins[WORDS*row+3][FORWARD_IN_BITS-1:0];
        backward_i = pins[WORDS*row+6][BACKWARD_OUT_BITS-1:0];
    end
endtask
