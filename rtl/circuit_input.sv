// SPDX-License-Identifier: Apache-2.0
// Register of an input port for the probe of a circuit, with its route: step 4 of the timing
// contract in model/net/router_circuit.h.
//
// Timing: what `take_i` takes from the pins in cycle t is here from t + 1 on, until the next one; a
// table entry written at the end of t is used from t + 1 on. The routing table is not reset.
module circuit_input #(
    parameter int RADIX = 5,       // ports of the router, 2..65
    parameter int FLIT_BITS = 64,  // 16..512
    parameter int TABLE_SIZE = 0,  // entries of the routing table; 0: grid
    parameter int DIMS = 4,        // dimension slots of a grid, 1..32
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int INDEX_BITS = TABLE_SIZE > 1 ? $clog2(TABLE_SIZE) : 1
) (
    input  logic                      clk_i,
    // Straps (circuit_router.sv)
    input  logic [PORT_BITS-1:0]      own_port_i,
    input  logic [31:0]               addr_mask_i,
    input  logic [4:0]                addr_lsb_i,
    input  logic [31:0]               own_addr_i,
    input  logic [DIMS*32-1:0]        dim_mask_i,
    input  logic [DIMS*32-1:0]        dim_size_i,
    input  logic [DIMS*32-1:0]        dim_limit_i,
    input  logic [DIMS*PORT_BITS-1:0] dim_plus_i,
    input  logic [DIMS*PORT_BITS-1:0] dim_minus_i,
    input  logic [DIMS-1:0]           dim_ring_i,
    input  logic [DIMS-1:0]           dim_at_first_i,
    input  logic [DIMS-1:0]           dim_at_last_i,
    input  logic                      table_write_i,
    input  logic [INDEX_BITS-1:0]     table_index_i,
    input  logic [PORT_BITS-1:0]      table_port_i,
    // Pins
    input  logic                      take_i,     // a probe comes in and is to be held
    input  logic [FLIT_BITS-1:0]      payload_i,
    // The probe
    output logic [PORT_BITS-1:0]      port_o,     // of its route
    output logic [FLIT_BITS-1:0]      payload_o
);

    localparam int VCS = 1;  // of the functions below: a circuit has whole channels
    localparam int DimBits = DIMS > 1 ? $clog2(DIMS) : 1;
    localparam int RouteBits = RADIX + 2 + VCS + PORT_BITS;

    logic [VCS-1:0] vcs_low_i;
    logic [VCS-1:0] vcs_high_i;
    logic [VCS-1:0] vcs_class_i;

    assign vcs_low_i  = '1;
    assign vcs_high_i = '1;
    assign vcs_class_i  = '1;

    `include "route_grid.svh"

    logic [31:0] window;

    if (FLIT_BITS < 32) begin : g_narrow
        assign window = {{32 - FLIT_BITS{1'b0}}, payload_i};
    end else begin : g_wide
        assign window = payload_i[31:0];
    end

    // Read by registers only, as in input_buffer.sv
    logic [VCS+PORT_BITS-1:0] route_q;

    if (TABLE_SIZE > 0) begin : g_table
        logic [PORT_BITS-1:0] entries[0:TABLE_SIZE-1];

        always_ff @(posedge clk_i) begin
            if (table_write_i) entries[table_index_i] <= table_port_i;
            if (take_i)
                route_q <= {1'b1, entries[INDEX_BITS'((window&addr_mask_i)>>addr_lsb_i)]};
        end
    end else begin : g_grid
        always_ff @(posedge clk_i) begin
            if (take_i) route_q <= route_in_order(
                take_i, window, vcs_low_i[0], 1'b0, 3'd0, 1'b0, 1'b0);
        end

        logic unused_table;
        assign unused_table = ^{addr_mask_i, addr_lsb_i, table_write_i, table_index_i, table_port_i};
    end

    always_ff @(posedge clk_i) begin
        if (take_i) payload_o <= payload_i;
    end

    assign port_o = route_q[PORT_BITS-1:0];

    logic unused_vcs;
    assign unused_vcs = ^route_q[PORT_BITS+:VCS];

`ifdef ORDITO_ASSERT
    if (TABLE_SIZE > 0) begin : g_assert
        always @(posedge clk_i)  // DestinationIsInTheTable
            assert (!take_i || ((window & addr_mask_i) >> addr_lsb_i) < TABLE_SIZE);
    end
`endif
endmodule
