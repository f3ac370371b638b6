// SPDX-License-Identifier: Apache-2.0
// Proof of allocator.sv: its grants are a matching of requests, as many as its kind promises, and a
// request that stays is granted in BOUND cycles at the latest.
module allocator_proof #(
    parameter int SIDE = 3,
    parameter int KIND = 0,
    parameter int ITERATIONS = 1,
    parameter int BOUND = SIDE,  // 0: none
    localparam int INDEX_BITS = SIDE > 1 ? $clog2(SIDE) : 1
) (
    input logic                 clk_i,
    input logic                 rst_ni,
    input logic [SIDE*SIDE-1:0] request_i
);

    `include "reset.svh"

    logic [SIDE*SIDE-1:0] grant;

    allocator #(
        .SIDE      (SIDE),
        .KIND      (KIND),
        .ITERATIONS(ITERATIONS)
    ) u_dut (
        .clk_i,
        .rst_ni,
        .request_i,
        .grant_o(grant)
    );

    // Rows and columns with a request, and with a grant
    logic [SIDE-1:0] rows_asked;
    logic [SIDE-1:0] columns_asked;
    logic [SIDE-1:0] rows;
    logic [SIDE-1:0] columns;

    always_comb begin
        columns_asked = '0;
        columns       = '0;
        for (int r = 0; r < SIDE; r++) begin
            rows_asked[r] = request_i[r*SIDE+:SIDE] != '0;
            rows[r]       = grant[r*SIDE+:SIDE] != '0;
            columns_asked = columns_asked | request_i[r*SIDE+:SIDE];
            columns       = columns | grant[r*SIDE+:SIDE];
        end
    end

    always @*
        if (rst_ni) begin
            assert ((grant & ~request_i) == '0);                    // GrantWasAskedFor
            assert (request_i == '0 || grant != '0);                // SomeIsGranted
            if (KIND < 2) assert (columns == columns_asked);        // EveryColumnIsUsed
            cover (rows == {SIDE{1'b1}});                           // AllAreMatched
        end

    for (genvar r = 0; r < SIDE; r++) begin : g_row
        logic [SIDE-1:0] row;
        logic [SIDE-1:0] asked;

        assign row   = grant[r*SIDE+:SIDE];
        assign asked = request_i[r*SIDE+:SIDE];

        always @*
            if (rst_ni) begin
                if (KIND < 2) assume ((asked & (asked - 1'b1)) == '0);  // RowAsksForOneColumn
                assert ((row & (row - 1'b1)) == '0);                    // RowGetsOneColumn
                if (KIND == 3 || (KIND == 2 && ITERATIONS >= SIDE))
                    assert (rows[r] || (asked & ~columns) == '0);       // MatchingIsMaximal
            end

        for (genvar s = 0; s < r; s++) begin : g_other
            always @* if (rst_ni) assert ((row & grant[s*SIDE+:SIDE]) == '0);  // ColumnGoesToOneRow
        end
    end

    // A request, any, that stays
    (* anyconst *) logic [INDEX_BITS-1:0] row;
    (* anyconst *) logic [INDEX_BITS-1:0] column;

    always @* assume (32'(row) < SIDE && 32'(column) < SIDE);

    if (BOUND > 0) begin : g_waiting
        logic [7:0] waited_q;  // cycles
        logic       asks;
        logic       got;

        assign asks = request_i[row*SIDE+column];
        assign got  = grant[row*SIDE+column];

        always_ff @(posedge clk_i) begin
            if (!rst_ni || !asks || got) waited_q <= '0;
            else waited_q <= waited_q + 1'b1;
        end

        always @*
            if (rst_ni) begin
                assert (!asks || got || 32'(waited_q) + 1 < BOUND);  // WaitingIsBounded
                assert (32'(waited_q) < BOUND);
                cover (32'(waited_q) == BOUND - 1 && got);           // WaitsAsLongAsThat
            end
    end
endmodule
