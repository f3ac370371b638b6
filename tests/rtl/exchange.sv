// SPDX-License-Identifier: Apache-2.0
// A router of two ports, for tests of how RTL is built and run: what comes in by one port leaves by
// the other a cycle later. Ready follows from the other side's ready at once. Some contents of a
// flit set off what RTL complains by. Registers of data are not reset.
package exchange_types;
    typedef struct packed {
        logic        head;
        logic        tail;
        logic        to;
        logic [88:0] data;
        logic [7:0]  trap;
    } flit_t;
endpackage

module exchange
    import exchange_types::*;
#(
    parameter int ActiveLow = 1
) (
    input  logic        clk,
    input  logic        rst,
    input  logic [1:0]  in_valid,
    input  flit_t       in_flit  [2],
    output logic [1:0]  in_ready,
    output logic [1:0]  out_valid,
    output flit_t       out_flit [2],
    input  logic [0:1]  out_ready  // of port 0, of port 1
);
    logic rst_n;
    assign rst_n = ActiveLow != 0 ? rst : !rst;

    // Room for a flit is where there is none, or it goes
    assign in_ready = ~{out_valid[0], out_valid[1]} | {out_ready[0], out_ready[1]};

    flit_t data_q[2];
    assign out_flit = data_q;

    // Never more than 0; a bit of it never toggles, a line is never reached
    logic [1:0] stuck_q;

    always_ff @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            out_valid <= '0;
            stuck_q <= '0;
        end else begin
            if (in_ready[0]) out_valid[1] <= in_valid[0];
            if (in_ready[1]) out_valid[0] <= in_valid[1];
            if (out_valid == 2'b11 && stuck_q[1]) begin
                stuck_q <= '1;
            end
        end
    end

    always_ff @(posedge clk) begin
        if (in_ready[0] && in_valid[0]) data_q[1] <= in_flit[0];
        if (in_ready[1] && in_valid[1]) data_q[0] <= in_flit[1];
    end

    logic [7:0] trap;
    assign trap = in_valid[0] ? in_flit[0].trap : 8'd0;

    always_ff @(posedge clk) begin
        if (trap == 8'd1) $fatal(1, "trap %0d is fatal", trap);
        if (trap == 8'd2) $error("trap %0d is an error", trap);
        if (trap == 8'd3) $finish;
        no_trap_4: assert (trap != 8'd4);
        assert (trap != 8'd5) else $error("number five");
        if (trap == 8'd6) $display("before it stops");
        if (trap == 8'd6) $stop;
        if (trap == 8'd7) $display("a word on the way");
    end

    // An assertion that holds from the first reset on only
    assert property (@(posedge clk) !stuck_q[0]);

    logic loop;
    assign loop = trap == 8'd8 && !loop;
endmodule
