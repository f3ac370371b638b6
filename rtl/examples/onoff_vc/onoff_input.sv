// SPDX-License-Identifier: Apache-2.0
// A virtual channel of an input of onoff_router: a FIFO that says stop in time, and the output that
// its front flit is for, which the table tells.
//
// Timing: a flit that comes in cycle t is at the front in t + 1 at the earliest; `stop` is a
// register, and follows what came and left in t in t + 1.
module onoff_input #(
    parameter int PORTS = 4,
    parameter int WIDTH = 32,
    parameter int NODES = 16,
    parameter int DEPTH = 8,
    parameter int SLACK = 2,
    parameter int FAULT = 0,  // these six: onoff_router.sv
    localparam int PORT_BITS = $clog2(PORTS),
    localparam int NODE_BITS = $clog2(NODES)
) (
    input  logic                       clk_noc,
    input  logic                       rst,
    input  logic [NODES*PORT_BITS-1:0] ports_of,  // the table: output ports, a field a destination
    // The channel
    input  logic                       put,
    input  logic [WIDTH+1:0]           put_flit,  // {first, last, data}
    output logic                       stop,
    // The front flit
    output logic [PORTS-1:0]           want,      // its output, one-hot; 0: no flit
    output logic [WIDTH+1:0]           front,
    input  logic                       take       // it leaves
);

    localparam int PointerBits = $clog2(DEPTH);
    localparam int CountBits = $clog2(DEPTH + 1);
    // Flits at which it says stop: there is room for SLACK more, which may be under way
    localparam int Threshold = DEPTH - SLACK + (FAULT == 1 ? 1 : 0);

    logic [WIDTH+1:0]       store [0:DEPTH-1];
    logic [PointerBits-1:0] write_q;
    logic [PointerBits-1:0] read_q;
    logic [CountBits-1:0]   count_q;  // flits stored
    logic [CountBits-1:0]   count_d;
    logic [PORTS-1:0]       route;    // of the front flit, if it is a packet's first
    logic [PORTS-1:0]       route_q;  // of the packet
    logic [PORT_BITS-1:0]   port;

    assign front   = store[read_q];
    assign port    = ports_of[32'(front[NODE_BITS-1:0])*PORT_BITS+:PORT_BITS];
    assign route   = PORTS'(1) << port;
    assign count_d = count_q + CountBits'(put) - CountBits'(take);

    always_comb begin
        want = front[WIDTH+1] ? route : route_q;
        if (count_q == '0) want = '0;
    end

    always_ff @(posedge clk_noc) begin
        if (rst) begin
            write_q <= '0;
            read_q  <= '0;
            count_q <= '0;
            stop    <= 1'b0;
            route_q <= '0;
        end else begin
            write_q <= write_q + PointerBits'(put);
            read_q  <= read_q + PointerBits'(take);
            count_q <= count_d;
            stop    <= 32'(count_d) >= Threshold;
            if (take) route_q <= want;
        end
        if (put) store[write_q] <= put_flit;
    end
endmodule
