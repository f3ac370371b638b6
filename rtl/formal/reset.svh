// SPDX-License-Identifier: Apache-2.0
// Reset of a harness: the first cycle is in reset; any later one may be.
logic begun_q = 1'b0;

always_ff @(posedge clk_i) begun_q <= 1'b1;

always @* assume (begun_q || !rst_ni);
