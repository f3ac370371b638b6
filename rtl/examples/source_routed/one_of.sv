// SPDX-License-Identifier: Apache-2.0
// Of several fields the one that is chosen; 0 if none is.
module one_of #(
    parameter int SIZE = 4,
    parameter int WIDTH = 8
) (
    input  logic [SIZE-1:0]       chosen,  // one-hot, or 0
    input  logic [SIZE*WIDTH-1:0] fields,
    output logic [WIDTH-1:0]      field
);

    for (genvar i = 0; i < SIZE; i++) begin : g_field
        logic [WIDTH-1:0] up_to;  // this one

        if (i == 0) begin : g_first
            assign up_to = {WIDTH{chosen[0]}} & fields[0+:WIDTH];
        end else begin : g_more
            assign up_to = g_field[i-1].up_to | ({WIDTH{chosen[i]}} & fields[i*WIDTH+:WIDTH]);
        end
    end

    assign field = g_field[SIZE-1].up_to;
endmodule
