// SPDX-License-Identifier: Apache-2.0
// A mesh of xy_router as one network, whose ports are its terminals. Terminal and router number
// COLUMNS y + x are at (x, y).
module xy_mesh #(
    parameter int COLUMNS = 3,
    parameter int ROWS = 3,
    parameter int DATA_WIDTH = 32,  // xy_router.sv
    parameter int COORD_WIDTH = 4,
    parameter int FIFO_DEPTH = 4,
    // 0: right. Planted: 1 to 5 as in xy_router.sv, in all routers, and
    // 6: routers are told the lowest bit of their row only
    parameter int FAULT = 0,
    localparam int NODES = COLUMNS * ROWS,
    localparam int FLIT_WIDTH = DATA_WIDTH + 2
) (
    input  logic                        clock,
    input  logic                        reset_n,  // asynchronous
    // Into the mesh, a field a terminal
    input  logic [NODES-1:0]            inject_valid,
    output logic [NODES-1:0]            inject_ready,
    input  logic [NODES*FLIT_WIDTH-1:0] inject_flit,
    // and out of it
    output logic [NODES-1:0]            eject_valid,
    input  logic [NODES-1:0]            eject_ready,
    output logic [NODES*FLIT_WIDTH-1:0] eject_flit
);

    // What leaves a router, a field a router
    logic [NODES-1:0]            north_valid;
    logic [NODES-1:0]            east_valid;
    logic [NODES-1:0]            south_valid;
    logic [NODES-1:0]            west_valid;
    logic [NODES*FLIT_WIDTH-1:0] north_flit;
    logic [NODES*FLIT_WIDTH-1:0] east_flit;
    logic [NODES*FLIT_WIDTH-1:0] south_flit;
    logic [NODES*FLIT_WIDTH-1:0] west_flit;
    // What its inputs are ready for
    logic [NODES-1:0]            north_ready;
    logic [NODES-1:0]            east_ready;
    logic [NODES-1:0]            south_ready;
    logic [NODES-1:0]            west_ready;

    // At the edges, channels lead nowhere
    logic unused_edges;
    assign unused_edges = ^{north_valid, east_valid, south_valid, west_valid, north_flit, east_flit,
        south_flit, west_flit, north_ready, east_ready, south_ready, west_ready};

    for (genvar n = 0; n < NODES; n++) begin : g_node
        localparam int X = n % COLUMNS;
        localparam int Y = n / COLUMNS;
        localparam int HereY = FAULT == 6 ? Y % 2 : Y;
        // Neighbours; itself, not used, where there is none
        localparam int North = Y < ROWS - 1 ? n + COLUMNS : n;
        localparam int East = X < COLUMNS - 1 ? n + 1 : n;
        localparam int South = Y > 0 ? n - COLUMNS : n;
        localparam int West = X > 0 ? n - 1 : n;
        localparam logic [4:1] Edge = {X == 0, Y == 0, X == COLUMNS - 1, Y == ROWS - 1};

        xy_router #(
            .DATA_WIDTH (DATA_WIDTH),
            .COORD_WIDTH(COORD_WIDTH),
            .FIFO_DEPTH (FIFO_DEPTH),
            .FAULT      (FAULT)
        ) u_router (
            .clock,
            .reset_n,
            .here_x         (COORD_WIDTH'(X)),
            .here_y         (COORD_WIDTH'(HereY)),
            .local_in_valid (inject_valid[n]),
            .local_in_ready (inject_ready[n]),
            .local_in_flit  (inject_flit[n*FLIT_WIDTH+:FLIT_WIDTH]),
            .local_out_valid(eject_valid[n]),
            .local_out_ready(eject_ready[n]),
            .local_out_flit (eject_flit[n*FLIT_WIDTH+:FLIT_WIDTH]),
            .north_in_valid (!Edge[1] && south_valid[North]),
            .north_in_ready (north_ready[n]),
            .north_in_flit  (south_flit[North*FLIT_WIDTH+:FLIT_WIDTH]),
            .north_out_valid(north_valid[n]),
            .north_out_ready(Edge[1] || south_ready[North]),
            .north_out_flit (north_flit[n*FLIT_WIDTH+:FLIT_WIDTH]),
            .east_in_valid  (!Edge[2] && west_valid[East]),
            .east_in_ready  (east_ready[n]),
            .east_in_flit   (west_flit[East*FLIT_WIDTH+:FLIT_WIDTH]),
            .east_out_valid (east_valid[n]),
            .east_out_ready (Edge[2] || west_ready[East]),
            .east_out_flit  (east_flit[n*FLIT_WIDTH+:FLIT_WIDTH]),
            .south_in_valid (!Edge[3] && north_valid[South]),
            .south_in_ready (south_ready[n]),
            .south_in_flit  (north_flit[South*FLIT_WIDTH+:FLIT_WIDTH]),
            .south_out_valid(south_valid[n]),
            .south_out_ready(Edge[3] || north_ready[South]),
            .south_out_flit (south_flit[n*FLIT_WIDTH+:FLIT_WIDTH]),
            .west_in_valid  (!Edge[4] && east_valid[West]),
            .west_in_ready  (west_ready[n]),
            .west_in_flit   (east_flit[West*FLIT_WIDTH+:FLIT_WIDTH]),
            .west_out_valid (west_valid[n]),
            .west_out_ready (Edge[4] || east_ready[West]),
            .west_out_flit  (west_flit[n*FLIT_WIDTH+:FLIT_WIDTH])
        );
    end
endmodule
