// SPDX-License-Identifier: Apache-2.0
// Arbiter, by round robin or least recently used (a matrix). Mirrors model/net/allocator.h.
//
// Timing: the grant follows from the requests in the same cycle; that it was used counts from the
// next on.
module arbiter #(
    parameter int SIZE = 4,   // positions, 1..520
    parameter int MATRIX = 0  // 0: round robin, 1: matrix
) (
    input  logic            clk_i,
    input  logic            rst_ni,
    input  logic [SIZE-1:0] request_i,
    output logic [SIZE-1:0] grant_o,  // one-hot, or 0 if nothing is requested
    input  logic            used_i    // the grant is used
);

    if (MATRIX != 0) begin : g_matrix
        logic [SIZE*SIZE-1:0] beats_q;  // a row a position: those that it beats
        logic [SIZE*SIZE-1:0] beats_d;
        logic [SIZE*SIZE-1:0] by_number;  // the lower one of any two beats the other
        logic [SIZE-1:0]      beaten;

        for (genvar i = 0; i < SIZE; i++) begin : g_row
            assign by_number[i*SIZE+:SIZE] = {SIZE{1'b1}} << (i + 1);
        end

        always_comb begin
            beaten = '0;
            for (int i = 0; i < SIZE; i++)
                beaten = beaten | ({SIZE{request_i[i]}} & beats_q[i*SIZE+:SIZE]);
        end

        assign grant_o = request_i & ~beaten;

        always_comb begin
            beats_d = beats_q;
            for (int i = 0; i < SIZE; i++)
                beats_d[i*SIZE+:SIZE] = grant_o[i] ? '0 : beats_q[i*SIZE+:SIZE] | grant_o;
        end

        always_ff @(posedge clk_i) begin
            if (!rst_ni) beats_q <= by_number;
            else if (used_i) beats_q <= beats_d;
        end
    end else begin : g_round_robin
        logic [SIZE-1:0] at_or_after_q;  // mask of positions at or after the pointer, 0 for all
        logic [SIZE-1:0] ahead;
        logic [SIZE-1:0] asked;

        assign ahead   = request_i & at_or_after_q;
        assign asked   = ahead == '0 ? request_i : ahead;
        assign grant_o = asked & (~asked + 1'b1);

        always_ff @(posedge clk_i) begin
            if (!rst_ni) at_or_after_q <= '0;
            else if (used_i) at_or_after_q <= ~(grant_o | (grant_o - 1'b1));
        end
    end

`ifdef ORDITO_ASSERT
    always @(posedge clk_i)
        if (rst_ni) begin
            assert ($onehot0(grant_o));                         // OneIsGranted
            assert ((grant_o == '0) == (request_i == '0));      // SomeIsGranted
            assert ((grant_o & ~request_i) == '0);              // GrantWasAskedFor
            assert (!used_i || request_i != '0);                // UsedWasGranted
        end
`endif

`ifdef FORMAL
    // What proofs by induction must know of the state, of every arbiter (formal/README.md)
    if (MATRIX == 0) begin : g_mask
        logic [SIZE-1:0] before;  // positions before the pointer

        assign before = ~g_round_robin.at_or_after_q;

        always @*
            if (rst_ni) assert (before[0] && (before & (before + 1'b1)) == '0);  // PointerIsAMask
    end else begin : g_order
        for (genvar i = 0; i < SIZE; i++) begin : g_first
            logic [SIZE-1:0] beats_i;

            assign beats_i = g_matrix.beats_q[i*SIZE+:SIZE];

            always @* if (rst_ni) assert (!beats_i[i]);  // NoneBeatsItself

            for (genvar j = 0; j < SIZE; j++) begin : g_second
                logic [SIZE-1:0] beats_j;

                assign beats_j = g_matrix.beats_q[j*SIZE+:SIZE];

                always @*
                    if (rst_ni && i != j) begin
                        assert (beats_i[j] != beats_j[i]);                   // OneBeatsTheOther
                        assert (!beats_i[j] || (beats_j & ~beats_i) == '0);  // BeatingIsTransitive
                    end
            end
        end
    end
`endif
endmodule
