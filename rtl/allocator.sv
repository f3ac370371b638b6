// SPDX-License-Identifier: Apache-2.0
// Allocator: matches rows with columns that they request. Mirrors model/net/allocator.h.
//
// Timing: grants follow from the requests in the same cycle; the state changes with them, whether
// they are of use or not.
module allocator #(
    parameter int SIDE = 4,       // rows, and columns
    parameter int KIND = 0,       // enum allocator_kind: separable, matrix, iSLIP, wavefront
    parameter int ITERATIONS = 1  // iSLIP, 1..4
) (
    input  logic                 clk_i,
    input  logic                 rst_ni,
    input  logic [SIDE*SIDE-1:0] request_i,  // a field a row: columns; one at most for KIND 0 and 1
    output logic [SIDE*SIDE-1:0] grant_o     // a field a row: column, one-hot or 0
);

    if (KIND < 0 || KIND > 3) begin : g_check_kind
        allocator_parameter_KIND_must_be_0_to_3 u_fault ();
    end

    // By columns
    logic [SIDE*SIDE-1:0] asked;  // a field a column: rows

    for (genvar c = 0; c < SIDE; c++) begin : g_column
        for (genvar r = 0; r < SIDE; r++) begin : g_row
            assign asked[c*SIDE+r] = request_i[r*SIDE+c];
        end
    end

    if (KIND < 2) begin : g_columns
        for (genvar c = 0; c < SIDE; c++) begin : g_column
            logic [SIDE-1:0] row;

            arbiter #(
                .SIZE  (SIDE),
                .MATRIX(KIND)
            ) u_arbiter (
                .clk_i,
                .rst_ni,
                .request_i(asked[c*SIDE+:SIDE]),
                .grant_o  (row),
                .used_i   (asked[c*SIDE+:SIDE] != '0)
            );

            for (genvar r = 0; r < SIDE; r++) begin : g_row
                assign grant_o[r*SIDE+c] = row[r];
            end
        end
    end else if (KIND == 2) begin : g_islip
        // Pointers as masks of what is at or after them, 0 for all
        logic [SIDE*SIDE-1:0] column_q;  // a field a column
        logic [SIDE*SIDE-1:0] row_q;     // a field a row
        logic [SIDE*SIDE-1:0] column_d;
        logic [SIDE*SIDE-1:0] row_d;
        logic [SIDE*SIDE-1:0] grant;
        logic [SIDE*SIDE-1:0] offers;    // a field a row: columns
        logic [SIDE-1:0]      rows;      // that are free
        logic [SIDE-1:0]      columns;
        logic [SIDE-1:0]      from;
        logic [SIDE-1:0]      one;

        always_comb begin
            grant    = '0;
            rows     = '1;
            columns  = '1;
            column_d = column_q;
            row_d    = row_q;
            offers   = '0;
            from     = '0;
            one      = '0;
            if (request_i != '0)
                for (int i = 0; i < ITERATIONS; i++) begin
                    offers = '0;
                    for (int c = 0; c < SIDE; c++) begin
                        one  = asked[c*SIDE+:SIDE] & rows & {SIDE{columns[c]}};
                        from = one & column_q[c*SIDE+:SIDE];
                        one  = from == '0 ? one : from;
                        one  = one & (~one + 1'b1);
                        for (int r = 0; r < SIDE; r++) offers[r*SIDE+c] = one[r];
                    end
                    for (int r = 0; r < SIDE; r++) begin
                        one  = offers[r*SIDE+:SIDE];
                        from = one & row_q[r*SIDE+:SIDE];
                        one  = from == '0 ? one : from;
                        one  = one & (~one + 1'b1);
                        grant[r*SIDE+:SIDE] = grant[r*SIDE+:SIDE] | one;
                        columns             = columns & ~one;
                        rows[r]             = rows[r] & (one == '0);
                        if (i == 0 && one != '0) begin
                            row_d[r*SIDE+:SIDE] = ~(one | (one - 1'b1));
                            for (int c = 0; c < SIDE; c++)
                                if (one[c])
                                    for (int x = 0; x < SIDE; x++) column_d[c*SIDE+x] = x > r;
                        end
                    end
                end
        end

        assign grant_o = grant;

        always_ff @(posedge clk_i) begin
            if (!rst_ni) begin
                column_q <= '0;
                row_q    <= '0;
            end else begin
                column_q <= column_d;
                row_q    <= row_d;
            end
        end

`ifdef FORMAL
        for (genvar i = 0; i < SIDE; i++) begin : g_state
            logic [SIDE-1:0] before_row;  // positions before the pointers
            logic [SIDE-1:0] before_column;

            assign before_row    = ~column_q[i*SIDE+:SIDE];
            assign before_column = ~row_q[i*SIDE+:SIDE];

            always @*
                if (rst_ni) begin
                    assert (before_row[0] && (before_row & (before_row + 1'b1)) == '0);  // IsAMask
                    assert (before_column[0] && (before_column & (before_column + 1'b1)) == '0);
                end
        end
`endif
    end else begin : g_wavefront
        localparam int DiagonalBits = SIDE > 1 ? $clog2(SIDE) : 1;

        logic [DiagonalBits-1:0] first_q;  // diagonal that is served first
        logic [SIDE*SIDE-1:0]    grant;
        logic [SIDE-1:0]         rows;     // that are free
        logic [SIDE-1:0]         columns;
        logic                    unused_asked;

        assign unused_asked = ^asked;

        always_comb begin
            grant   = '0;
            rows    = '1;
            columns = '1;
            if (request_i != '0)
                for (int d = 0; d < 2 * SIDE; d++)
                    if (d >= 32'(first_q) && d < 32'(first_q) + SIDE)
                        for (int c = 0; c < SIDE; c++)
                            if (request_i[(d+SIDE-c)%SIDE*SIDE+c] && rows[(d+SIDE-c)%SIDE] &&
                                columns[c]) begin
                                grant[(d+SIDE-c)%SIDE*SIDE+c] = 1'b1;
                                rows[(d+SIDE-c)%SIDE]         = 1'b0;
                                columns[c]                    = 1'b0;
                            end
        end

        assign grant_o = grant;

        always_ff @(posedge clk_i) begin
            if (!rst_ni) first_q <= '0;
            else if (request_i != '0)
                first_q <= 32'(first_q) == SIDE - 1 ? '0 : first_q + 1'b1;
        end

`ifdef FORMAL
        always @* if (rst_ni) assert (32'(first_q) < SIDE);  // DiagonalExists
`endif
    end

`ifdef ORDITO_ASSERT
    for (genvar i = 0; i < SIDE; i++) begin : g_assert
        logic [SIDE-1:0] rows_of;  // that got column i

        for (genvar r = 0; r < SIDE; r++) begin : g_row
            assign rows_of[r] = grant_o[r*SIDE+i];
        end

        always @(posedge clk_i)
            if (rst_ni) begin
                assert ($onehot0(grant_o[i*SIDE+:SIDE]));  // RowGetsOneColumn
                assert ($onehot0(rows_of));                // ColumnGoesToOneRow
                assert ((grant_o[i*SIDE+:SIDE] & ~request_i[i*SIDE+:SIDE]) == '0);  // GrantWasAskedFor
                assert (KIND >= 2 || $onehot0(request_i[i*SIDE+:SIDE]));  // RowAsksForOneColumn
            end
    end
`endif
endmodule
