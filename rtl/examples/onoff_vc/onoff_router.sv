// SPDX-License-Identifier: Apache-2.0
// A router with virtual channels and on/off flow control, as an example of one that is not ours:
// routes from a table, any number of ports, numbered.
//
//   flit  a bit of `vc` is its virtual channel; `first` and `last` bound packets; the lowest bits
//         of a first flit's data are its destination
//   stop  a bit a virtual channel: no more. SLACK flits may still come after it goes up, that of
//         the same cycle counted
//
// A packet keeps its virtual channel. The table is written after reset, before there is traffic.
// Timing: a flit that comes in cycle t is on its output in t + 2 at the earliest. All outputs are
// registers; when `tx_stop` goes up, the flit of the same cycle is the last.
module onoff_router #(
    parameter int PORTS = 4,    // 2 or more
    parameter int VCS = 2,      // virtual channels a port, 1 or more
    parameter int WIDTH = 32,   // bits of data a flit
    parameter int NODES = 16,   // destinations
    parameter int DEPTH = 8,    // flits of FIFO a virtual channel, a power of 2
    parameter int SLACK = 2,    // flits that may come after stop, 1 to DEPTH - 1
    // 0: right. Planted:
    // 1: stop goes up one flit too late
    // 2: a virtual channel is not released by a packet of one flit
    // 3: a virtual channel that nobody asked for in the cycle before is given to all who ask now
    // 4: inputs do not take turns: the first that asks gets the virtual channel again and again
    // 5: reset does not release virtual channels
    // 6: whose turn it is on the link has no reset
    // 7: virtual channels do not take turns on the link: the lowest that has a flit sends
    parameter int FAULT = 0,
    localparam int PORT_BITS = $clog2(PORTS),
    localparam int NODE_BITS = $clog2(NODES)
) (
    input  logic                   clk_noc,
    input  logic                   rst,        // synchronous, active high
    // Writes the output port of a destination into the table
    input  logic                   table_set,
    input  logic [NODE_BITS-1:0]   table_node,
    input  logic [PORT_BITS-1:0]   table_port,
    // Links into the router, a field a port
    input  logic [PORTS-1:0]       rx_flit,
    input  logic [PORTS*VCS-1:0]   rx_vc,      // one-hot
    input  logic [PORTS-1:0]       rx_first,
    input  logic [PORTS-1:0]       rx_last,
    input  logic [PORTS*WIDTH-1:0] rx_data,
    output logic [PORTS*VCS-1:0]   rx_stop,
    // Links out of the router, a field a port
    output logic [PORTS-1:0]       tx_flit,
    output logic [PORTS*VCS-1:0]   tx_vc,
    output logic [PORTS-1:0]       tx_first,
    output logic [PORTS-1:0]       tx_last,
    output logic [PORTS*WIDTH-1:0] tx_data,
    input  logic [PORTS*VCS-1:0]   tx_stop
);

    localparam int FlitWidth = WIDTH + 2;

    logic [NODES*PORT_BITS-1:0]     ports_of_q;  // the table

    // Front flits: a field a VC, in it a field an input
    logic [VCS*PORTS*PORTS-1:0]     want;        // output, one-hot
    logic [VCS*PORTS*FlitWidth-1:0] front;
    logic [VCS*PORTS*PORTS-1:0]     take;        // a field an output: a field a VC: input

    always_ff @(posedge clk_noc)
        if (table_set) ports_of_q[32'(table_node)*PORT_BITS+:PORT_BITS] <= table_port;

    for (genvar p = 0; p < PORTS; p++) begin : g_in
        for (genvar v = 0; v < VCS; v++) begin : g_vc
            logic [PORTS-1:0] taken;  // by output

            for (genvar o = 0; o < PORTS; o++) begin : g_taken
                assign taken[o] = take[(o*VCS+v)*PORTS+p];
            end

            onoff_input #(
                .PORTS(PORTS),
                .WIDTH(WIDTH),
                .NODES(NODES),
                .DEPTH(DEPTH),
                .SLACK(SLACK),
                .FAULT(FAULT)
            ) u_input (
                .clk_noc,
                .rst,
                .ports_of(ports_of_q),
                .put     (rx_flit[p] && rx_vc[p*VCS+v]),
                .put_flit({rx_first[p], rx_last[p], rx_data[p*WIDTH+:WIDTH]}),
                .stop    (rx_stop[p*VCS+v]),
                .want    (want[(v*PORTS+p)*PORTS+:PORTS]),
                .front   (front[(v*PORTS+p)*FlitWidth+:FlitWidth]),
                .take    (taken != '0)
            );
        end
    end

    for (genvar o = 0; o < PORTS; o++) begin : g_out
        logic [VCS*PORTS-1:0] mine;

        for (genvar i = 0; i < VCS * PORTS; i++) begin : g_mine
            assign mine[i] = want[i*PORTS+o];
        end

        onoff_output #(
            .PORTS(PORTS),
            .VCS  (VCS),
            .WIDTH(WIDTH),
            .FAULT(FAULT)
        ) u_output (
            .clk_noc,
            .rst,
            .want    (mine),
            .fronts  (front),
            .take    (take[o*VCS*PORTS+:VCS*PORTS]),
            .tx_flit (tx_flit[o]),
            .tx_vc   (tx_vc[o*VCS+:VCS]),
            .tx_first(tx_first[o]),
            .tx_last (tx_last[o]),
            .tx_data (tx_data[o*WIDTH+:WIDTH]),
            .tx_stop (tx_stop[o*VCS+:VCS])
        );
    end
endmodule
