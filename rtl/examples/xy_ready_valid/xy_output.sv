// SPDX-License-Identifier: Apache-2.0
// An output of xy_router: gives itself to an input from a packet's head to its tail, in turn.
//
// Timing: no register between the FIFOs and the channel. Once `out_valid` is high, it and the flit
// stay until `out_ready` is; they do not wait for it.
module xy_output #(
    parameter int DATA_WIDTH = 32,
    parameter int FAULT = 0         // xy_router.sv
) (
    input  logic                      clock,
    input  logic                      reset_n,
    // Front flits, a field an input
    input  logic [4:0]                want,   // it is for this output
    input  logic [5*DATA_WIDTH+9:0]   fronts,
    output logic [4:0]                take,
    // The channel
    output logic                      out_valid,
    input  logic                      out_ready,
    output logic [DATA_WIDTH+1:0]     out_flit
);

    localparam int FlitWidth = DATA_WIDTH + 2;
    localparam logic [1:0] TypeTail = 2'b10;
    localparam logic [1:0] TypeSingle = 2'b11;

    logic       busy_q;   // a packet has the output
    logic [4:0] owner_q;  // its input
    logic [4:0] after_q;  // those after the last one that has been served, which go first
    logic [4:0] ahead;
    logic [4:0] asked;
    logic [4:0] owner;
    logic       last;     // the flit is a packet's last
    logic       leaves;

    assign ahead     = want & after_q;
    assign asked     = ahead == '0 ? want : ahead;
    assign owner     = busy_q ? owner_q : asked & (~asked + 5'd1);
    assign out_valid = (owner & want) != '0;
    assign leaves    = out_valid && out_ready;
    assign take      = leaves ? owner : '0;

    always_comb begin
        out_flit = '0;
        for (int i = 0; i < 5; i++)
            if (owner[i]) out_flit = out_flit | fronts[i*FlitWidth+:FlitWidth];
    end

    assign last = out_flit[DATA_WIDTH+:2] == TypeTail || out_flit[DATA_WIDTH+:2] == TypeSingle;

    always_ff @(posedge clock or negedge reset_n) begin
        if (!reset_n) begin
            busy_q  <= 1'b0;
            owner_q <= '0;
        end else if (out_valid) begin
            busy_q  <= !(last && (leaves || FAULT == 2));
            owner_q <= owner;
        end
    end

    // Its reset is apart, so that it can be left out
    if (FAULT == 5) begin : g_no_reset
        always_ff @(posedge clock) if (leaves && last) after_q <= ~(owner | (owner - 5'd1));
    end else begin : g_turn
        always_ff @(posedge clock or negedge reset_n) begin
            if (!reset_n) after_q <= '0;
            else if (leaves && last && FAULT != 4) after_q <= ~(owner | (owner - 5'd1));
        end
    end
endmodule
