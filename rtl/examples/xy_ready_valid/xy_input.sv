// SPDX-License-Identifier: Apache-2.0
// An input of xy_router: a FIFO, and the output that its front flit is for. X is corrected first,
// then y; body and tail follow their head.
//
// Timing: a flit taken in cycle t is at the front in t + 1 at the earliest. `in_ready` depends on
// nothing but what the FIFO holds.
module xy_input #(
    parameter int DATA_WIDTH = 32,
    parameter int COORD_WIDTH = 4,
    parameter int FIFO_DEPTH = 4,   // flits, a power of 2
    parameter int FROM = 0,         // this input: 0 local, 1 north, 2 east, 3 south, 4 west
    parameter int FAULT = 0         // xy_router.sv
) (
    input  logic                   clock,
    input  logic                   reset_n,
    input  logic [COORD_WIDTH-1:0] here_x,
    input  logic [COORD_WIDTH-1:0] here_y,
    // The channel
    input  logic                   in_valid,
    output logic                   in_ready,
    input  logic [DATA_WIDTH+1:0]  in_flit,
    // The front flit
    output logic [4:0]             want,   // output: local, north, east, south, west; 0: no flit
    output logic [DATA_WIDTH+1:0]  front,
    input  logic                   take    // it leaves
);

    localparam int PointerWidth = $clog2(FIFO_DEPTH);
    localparam int CountWidth = $clog2(FIFO_DEPTH + 1);
    localparam logic [1:0] TypeHead = 2'b00;
    localparam logic [1:0] TypeSingle = 2'b11;

    logic [DATA_WIDTH+1:0]   store [0:FIFO_DEPTH-1];
    logic [PointerWidth-1:0] write_q;
    logic [PointerWidth-1:0] read_q;
    logic [CountWidth-1:0]   stored_q;  // flits
    logic [CountWidth-1:0]   free_q;    // places
    logic                    put;

    assign in_ready = free_q != '0;
    assign put      = in_valid && in_ready;
    assign front    = store[read_q];

    always_ff @(posedge clock or negedge reset_n) begin
        if (!reset_n) begin
            write_q  <= '0;
            read_q   <= '0;
            stored_q <= '0;
            free_q   <= CountWidth'(FIFO_DEPTH);
        end else begin
            write_q  <= write_q + PointerWidth'(put);
            read_q   <= read_q + PointerWidth'(take);
            stored_q <= stored_q + CountWidth'(put) - CountWidth'(take);
            if (FAULT == 1 && take) free_q <= 32'(free_q) == FIFO_DEPTH ? free_q : free_q + 1'b1;
            else free_q <= free_q + CountWidth'(take) - CountWidth'(put);
        end
    end

    always_ff @(posedge clock) if (put) store[write_q] <= in_flit;

    // The way of a head, and of what follows it
    logic [COORD_WIDTH-1:0] dest_x;
    logic [COORD_WIDTH-1:0] dest_y;
    logic                   is_head;
    logic [4:0]             route;    // of a head at the front
    logic [4:0]             route_q;  // of the last head

    assign dest_x  = front[DATA_WIDTH-1-:COORD_WIDTH];
    assign dest_y  = front[DATA_WIDTH-1-COORD_WIDTH-:COORD_WIDTH];
    assign is_head = front[DATA_WIDTH+:2] == TypeHead || front[DATA_WIDTH+:2] == TypeSingle;

    always_comb begin
        route = 5'b00001;
        if (dest_x > here_x) route = 5'b00100;
        else if (dest_x < here_x) route = 5'b10000;
        else if (dest_y > here_y) route = FAULT == 3 && FROM == 2 ? 5'b01000 : 5'b00010;
        else if (dest_y < here_y) route = 5'b01000;
    end

    always_comb begin
        want = is_head ? route : route_q;
        if (stored_q == '0) want = '0;
    end

    always_ff @(posedge clock or negedge reset_n) begin
        if (!reset_n) route_q <= '0;
        else if (take && is_head) route_q <= route;
    end

    logic unused_from;
    assign unused_from = FROM == 0;
endmodule
