// SPDX-License-Identifier: Apache-2.0
// An output of onoff_router: each of its virtual channels is given to an input from a packet's
// first flit to its last, in turn, and the virtual channels take turns on the link, flit by flit.
//
// Timing: what is on the link is a register; `stop` in cycle t counts for the flit of t + 1.
module onoff_output #(
    parameter int PORTS = 4,
    parameter int VCS = 2,
    parameter int WIDTH = 32,
    parameter int FAULT = 0   // these four: onoff_router.sv
) (
    input  logic                           clk_noc,
    input  logic                           rst,
    // Front flits: a field a VC, in it a field an input
    input  logic [VCS*PORTS-1:0]           want,   // it is for this output
    input  logic [VCS*PORTS*(WIDTH+2)-1:0] fronts,
    output logic [VCS*PORTS-1:0]           take,
    // The link
    output logic                           tx_flit,
    output logic [VCS-1:0]                 tx_vc,  // one-hot
    output logic                           tx_first,
    output logic                           tx_last,
    output logic [WIDTH-1:0]               tx_data,
    input  logic [VCS-1:0]                 tx_stop
);

    localparam int FlitWidth = WIDTH + 2;

    logic [VCS*PORTS-1:0] owner;  // input, a field a VC: it has the VC, or would get it now
    logic [VCS-1:0]       ready;  // the owner has a flit, and may send it
    logic [VCS-1:0]       after_q;  // VCs after the last one that has sent, which go first
    logic [VCS-1:0]       ahead;
    logic [VCS-1:0]       asked;
    logic [VCS-1:0]       send;
    logic [FlitWidth-1:0] flit;

    assign ahead = ready & after_q;
    assign asked = ahead == '0 ? ready : ahead;
    assign send  = asked & (~asked + 1'b1);

    always_comb begin
        flit = '0;
        for (int i = 0; i < VCS * PORTS; i++)
            if (take[i]) flit = flit | fronts[i*FlitWidth+:FlitWidth];
    end

    for (genvar v = 0; v < VCS; v++) begin : g_vc
        logic             held_q;    // a packet has the VC
        logic [PORTS-1:0] owner_q;   // of this packet
        logic [PORTS-1:0] turn_q;    // inputs after the last one that had the VC, which go first
        logic             asked_q;   // somebody asked in the cycle before
        logic [PORTS-1:0] mine;      // who wants the VC
        logic [PORTS-1:0] first;     // and goes first
        logic             done;      // the packet's last flit is sent

        assign mine  = want[v*PORTS+:PORTS] & (held_q ? owner_q : {PORTS{1'b1}});
        assign first = (mine & turn_q) == '0 ? mine : mine & turn_q;
        assign done  = FAULT == 2 ? flit[WIDTH] && !flit[WIDTH+1] : flit[WIDTH];

        assign owner[v*PORTS+:PORTS] = first & (~first + 1'b1);
        assign ready[v]              = mine != '0 && !tx_stop[v];
        assign take[v*PORTS+:PORTS]  = send[v] ? owner[v*PORTS+:PORTS] : '0;

        always_ff @(posedge clk_noc) begin
            if (rst) begin
                if (FAULT != 5) held_q <= 1'b0;
                owner_q <= '0;
                turn_q  <= '0;
                asked_q <= 1'b0;
            end else begin
                if (send[v]) begin
                    held_q <= !done;
                    if (!held_q) owner_q <= FAULT == 3 && !asked_q ? mine : owner[v*PORTS+:PORTS];
                    if (done && FAULT != 4)
                        turn_q <= ~(owner[v*PORTS+:PORTS] | (owner[v*PORTS+:PORTS] - 1'b1));
                end
                asked_q <= mine != '0;
            end
        end
    end

    always_ff @(posedge clk_noc) begin
        if (rst) begin
            tx_flit <= 1'b0;
            if (FAULT != 6) after_q <= '0;
        end else begin
            tx_flit <= send != '0;
            if (send != '0 && FAULT != 7) after_q <= ~(send | (send - 1'b1));
        end
        {tx_vc, tx_first, tx_last, tx_data} <= {send, flit};
    end
endmodule
