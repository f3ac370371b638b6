// SPDX-License-Identifier: Apache-2.0
// Proof of arbiter.sv: one of those that ask is granted, by round robin or least recently used; who
// goes on asking is granted in SIZE uses at the latest.
module arbiter_proof #(
    parameter int SIZE = 4,
    parameter int MATRIX = 0,
    localparam int INDEX_BITS = SIZE > 1 ? $clog2(SIZE) : 1,
    localparam int COUNT_BITS = INDEX_BITS + 1
) (
    input logic            clk_i,
    input logic            rst_ni,
    input logic [SIZE-1:0] request_i,
    input logic            used_i
);

    `include "reset.svh"

    logic [SIZE-1:0] grant;

    arbiter #(
        .SIZE  (SIZE),
        .MATRIX(MATRIX)
    ) u_dut (
        .clk_i,
        .rst_ni,
        .request_i,
        .grant_o(grant),
        .used_i
    );

    always @* if (rst_ni) assume (!used_i || request_i != '0);  // UsedWasGranted

    // Two positions, any
    (* anyconst *) logic [INDEX_BITS-1:0] watched;
    (* anyconst *) logic [INDEX_BITS-1:0] rival;

    always @* assume (32'(watched) < SIZE && 32'(rival) < SIZE);

    // Uses by others while the watched one goes on asking
    logic [COUNT_BITS-1:0] waited_q;

    always_ff @(posedge clk_i) begin
        if (!rst_ni || !request_i[watched] || (used_i && grant[watched])) waited_q <= '0;
        else if (used_i) waited_q <= waited_q + 1'b1;
    end

    always @*
        if (rst_ni) begin
            assert ((grant & (grant - 1'b1)) == '0);      // OneIsGranted
            assert ((grant != '0) == (request_i != '0));  // IfAnyAsks
            assert ((grant & ~request_i) == '0);          // WhichAsked
            assert (32'(waited_q) < SIZE);                // WaitingIsBounded
            cover (32'(waited_q) == SIZE - 1);            // WaitsForAllOthers
        end

    if (MATRIX == 0) begin : g_round_robin
        (* hierconn *) wire [SIZE-1:0] \u_dut.g_round_robin.at_or_after_q ;

        logic [INDEX_BITS-1:0] next_q;    // position that is first
        logic [SIZE-1:0]       expected;  // grant
        logic [COUNT_BITS-1:0] distance;  // positions from the first one up to the watched one

        always_ff @(posedge clk_i) begin
            if (!rst_ni) next_q <= '0;
            else if (used_i)
                for (int i = 0; i < SIZE; i++)
                    if (grant[i]) next_q <= INDEX_BITS'(i + 1 == SIZE ? 0 : i + 1);
        end

        always_comb begin
            expected = '0;
            for (int i = 2 * SIZE - 1; i >= 0; i--)
                if (i >= 32'(next_q) && request_i[i%SIZE]) expected = SIZE'(1) << (i % SIZE);
            distance = COUNT_BITS'(watched) - COUNT_BITS'(next_q);
            if (watched < next_q) distance = distance + COUNT_BITS'(SIZE);
        end

        always @*
            if (rst_ni) begin
                assert (grant == expected);                             // RoundRobin
                // What makes it inductive
                assert (32'(next_q) < SIZE);
                assert (32'(waited_q) + 32'(distance) < SIZE);
                assert (at_or_after == (next_q == '0 ? '0 : {SIZE{1'b1}} << next_q));
            end
    end else begin : g_matrix
        logic watched_first_q;  // the watched one goes before the rival

        always_ff @(posedge clk_i) begin
            if (!rst_ni) watched_first_q <= watched < rival;
            else if (used_i && grant[watched]) watched_first_q <= 1'b0;
            else if (used_i && grant[rival]) watched_first_q <= 1'b1;
        end

        always @*
            if (rst_ni && watched != rival && request_i[watched] && request_i[rival]) begin
                assert (!watched_first_q || !grant[rival]);    // LeastRecentlyUsedIsFirst
                if (SIZE > 1) cover (watched_first_q && grant[watched]);  // ItIsGranted
            end

        // What makes it inductive
        logic [COUNT_BITS-1:0] ahead;  // positions that beat the watched one

        always_comb begin
            ahead = '0;
            for (int i = 0; i < SIZE; i++) ahead = ahead + COUNT_BITS'(beats[i*SIZE+32'(watched)]);
        end

        always @*
            if (rst_ni) begin
                assert (watched == rival || watched_first_q == beats[watched*SIZE+rival]);
                assert (32'(waited_q) + 32'(ahead) < SIZE);
            end
    end

    // State of the arbiter
    (* hierconn *) wire [SIZE-1:0] \u_dut.g_round_robin.at_or_after_q ;
    (* hierconn *) wire [SIZE*SIZE-1:0] \u_dut.g_matrix.beats_q ;

    wire [SIZE-1:0] at_or_after = \u_dut.g_round_robin.at_or_after_q ;
    wire [SIZE*SIZE-1:0] beats = \u_dut.g_matrix.beats_q ;
endmodule
