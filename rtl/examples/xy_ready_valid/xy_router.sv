// SPDX-License-Identifier: Apache-2.0
// A router of a 2-D mesh, as an example of one that is not ours: wormhole switching without virtual
// channels, valid and ready, ports by name, X-Y routing by coordinates.
//
//   flit  {type (2 bits), data};  type 00 head, 01 body, 10 tail, 11 head and tail in one
//   data of a head, from the top  {destination's x, destination's y, anything}
//   north is y + 1, east is x + 1
//
// Timing: a flit that is taken in cycle t leaves in t + 1 at the earliest.
module xy_router #(
    parameter int DATA_WIDTH = 32,  // bits of a flit beside its type, 2 COORD_WIDTH or more
    parameter int COORD_WIDTH = 4,  // bits of a coordinate
    parameter int FIFO_DEPTH = 4,   // flits an input, a power of 2
    // 0: right. Planted:
    // 1: a place is counted as free for every flit that leaves, but not as taken by one that comes
    //    in the same cycle, so that ready is high, later, with the FIFO full
    // 2: an output is given away when a tail is offered, not when it is taken: a tail that has to
    //    wait is overtaken by another packet
    // 3: packets that come from the east and have to go north turn south
    // 4: outputs do not take turns: the first input that asks is served again and again
    // 5: whose turn it is has no reset
    parameter int FAULT = 0
) (
    input  logic                   clock,
    input  logic                   reset_n,  // asynchronous
    input  logic [COORD_WIDTH-1:0] here_x,
    input  logic [COORD_WIDTH-1:0] here_y,
    // Local
    input  logic                   local_in_valid,
    output logic                   local_in_ready,
    input  logic [DATA_WIDTH+1:0]  local_in_flit,
    output logic                   local_out_valid,
    input  logic                   local_out_ready,
    output logic [DATA_WIDTH+1:0]  local_out_flit,
    // North
    input  logic                   north_in_valid,
    output logic                   north_in_ready,
    input  logic [DATA_WIDTH+1:0]  north_in_flit,
    output logic                   north_out_valid,
    input  logic                   north_out_ready,
    output logic [DATA_WIDTH+1:0]  north_out_flit,
    // East
    input  logic                   east_in_valid,
    output logic                   east_in_ready,
    input  logic [DATA_WIDTH+1:0]  east_in_flit,
    output logic                   east_out_valid,
    input  logic                   east_out_ready,
    output logic [DATA_WIDTH+1:0]  east_out_flit,
    // South
    input  logic                   south_in_valid,
    output logic                   south_in_ready,
    input  logic [DATA_WIDTH+1:0]  south_in_flit,
    output logic                   south_out_valid,
    input  logic                   south_out_ready,
    output logic [DATA_WIDTH+1:0]  south_out_flit,
    // West
    input  logic                   west_in_valid,
    output logic                   west_in_ready,
    input  logic [DATA_WIDTH+1:0]  west_in_flit,
    output logic                   west_out_valid,
    input  logic                   west_out_ready,
    output logic [DATA_WIDTH+1:0]  west_out_flit
);

    localparam int FlitWidth = DATA_WIDTH + 2;

    // A field a port: local, north, east, south, west
    logic [4:0]             in_valid;
    logic [4:0]             in_ready;
    logic [5*FlitWidth-1:0] in_flit;
    logic [4:0]             out_valid;
    logic [4:0]             out_ready;
    logic [5*FlitWidth-1:0] out_flit;
    logic [5*FlitWidth-1:0] fronts;
    logic [24:0]            wants;  // of inputs, in them a bit an output
    logic [24:0]            takes;  // of outputs, in them a bit an input

    assign in_valid = {west_in_valid, south_in_valid, east_in_valid,
        north_in_valid, local_in_valid};
    assign in_flit = {west_in_flit, south_in_flit, east_in_flit, north_in_flit, local_in_flit};
    assign out_ready = {west_out_ready, south_out_ready, east_out_ready,
        north_out_ready, local_out_ready};
    assign {west_in_ready, south_in_ready, east_in_ready,
        north_in_ready, local_in_ready} = in_ready;
    assign {west_out_valid, south_out_valid, east_out_valid,
        north_out_valid, local_out_valid} = out_valid;
    assign {west_out_flit, south_out_flit, east_out_flit,
        north_out_flit, local_out_flit} = out_flit;

    for (genvar p = 0; p < 5; p++) begin : g_port
        logic [4:0] want;  // an input each
        logic [4:0] take;  // an output each

        for (genvar q = 0; q < 5; q++) begin : g_other
            assign want[q] = wants[q*5+p];
            assign take[q] = takes[q*5+p];
        end

        xy_input #(
            .DATA_WIDTH (DATA_WIDTH),
            .COORD_WIDTH(COORD_WIDTH),
            .FIFO_DEPTH (FIFO_DEPTH),
            .FROM       (p),
            .FAULT      (FAULT)
        ) u_input (
            .clock,
            .reset_n,
            .here_x,
            .here_y,
            .in_valid(in_valid[p]),
            .in_ready(in_ready[p]),
            .in_flit (in_flit[p*FlitWidth+:FlitWidth]),
            .want    (wants[p*5+:5]),
            .front   (fronts[p*FlitWidth+:FlitWidth]),
            .take    (take != '0)
        );

        xy_output #(
            .DATA_WIDTH(DATA_WIDTH),
            .FAULT     (FAULT)
        ) u_output (
            .clock,
            .reset_n,
            .want,
            .fronts,
            .take     (takes[p*5+:5]),
            .out_valid(out_valid[p]),
            .out_ready(out_ready[p]),
            .out_flit (out_flit[p*FlitWidth+:FlitWidth])
        );
    end
endmodule
