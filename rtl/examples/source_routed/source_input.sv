// SPDX-License-Identifier: Apache-2.0
// An input of source_router: a FIFO a virtual channel, of which at most one gives away a flit in a
// cycle. A packet first gets an output VC, then its flits compete for the crossbar.
//
// Timing: a flit that comes in cycle t is at the front in t + 1; a head asks for its VC then, and
// may leave in t + 2. The credit for a flit that leaves is on the channel in the cycle after.
module source_input #(
    parameter int PORTS = 5,
    parameter int VCS = 4,
    parameter int WIDTH = 32,
    parameter int DEPTH = 4,
    parameter int FAULT = 0,  // these five: source_router.sv
    localparam int VC_BITS = $clog2(VCS),
    localparam int FLIT_BITS = WIDTH + VC_BITS + 2
) (
    input  logic                   ck,
    input  logic                   resetn,
    // The channel
    input  logic                   in_valid,
    input  logic [FLIT_BITS-1:0]   in_flit,
    output logic                   credit_valid,
    output logic [VC_BITS-1:0]     credit_vc,
    // Heads ask for an output VC
    output logic [VCS*PORTS-1:0]   ask_vc,    // a field a VC: output port, one-hot; 0: does not ask
    input  logic [VCS-1:0]         got_vc,    // it gets
    input  logic [PORTS*VCS-1:0]   offered,   // this VC of its port, one-hot
    // A flit asks for the crossbar
    input  logic [PORTS*VCS-1:0]   may_send,  // an output VC each: it has credit
    output logic [PORTS-1:0]       ask,       // output port, one-hot; 0: none
    output logic [VCS-1:0]         ask_as,    // by this output VC, one-hot
    output logic [WIDTH+1:0]       front,     // the flit, without VC, its way shifted
    input  logic                   take
);

    localparam int PointerBits = $clog2(DEPTH);
    localparam int CountBits = $clog2(DEPTH + 1);
    localparam int Way = 12;  // bits of a head: output ports to come, 3 bits each

    logic [VCS-1:0]             ready;      // it has a flit that may be sent
    logic [VCS-1:0]             pick;
    logic [VCS*PORTS-1:0]       port;       // of the packet, a field a VC
    logic [VCS*VCS-1:0]         out_vc;     // of the packet, a field a VC
    logic [VCS*(WIDTH+2)-1:0]   fronts;
    logic [WIDTH+1:0]           picked;
    logic [VCS-1:0]             comes;      // VC of the flit that comes, one-hot

    turn_taker #(.SIZE(VCS)) u_turn (.ck, .resetn, .ask(ready), .pick, .used(take));

    for (genvar v = 0; v < VCS; v++) begin : g_vc
        logic [WIDTH+1:0]       store [0:DEPTH-1];  // {tail, head, data}
        logic [PointerBits-1:0] write_q;
        logic [PointerBits-1:0] read_q;
        logic [CountBits-1:0]   count_q;  // flits stored
        logic                   has_q;    // the packet has its VC
        logic [PORTS-1:0]       port_q;
        logic [VCS-1:0]         vc_q;
        logic [PORTS-1:0]       way;      // of a head at the front
        logic [VCS-1:0]         given;    // the VC that this head gets
        logic [VCS-1:0]         credit;   // VCs of the packet's port that have some
        logic                   put;
        logic                   leaves;

        assign put      = in_valid && in_flit[WIDTH+2+:VC_BITS] == VC_BITS'(v);
        assign comes[v] = put;
        assign leaves   = take && pick[v];
        assign way      = PORTS'(1) << store[read_q][2:0];
        assign fronts[v*(WIDTH+2)+:WIDTH+2] = store[read_q];
        assign ask_vc[v*PORTS+:PORTS]       = count_q != '0 && !has_q ? way : '0;
        assign port[v*PORTS+:PORTS]         = port_q;
        assign out_vc[v*VCS+:VCS]           = vc_q;

        assign ready[v] = has_q && count_q != '0 && (credit & vc_q) != '0;

        one_of #(.SIZE(PORTS), .WIDTH(VCS)) u_given (
            .chosen(way), .fields(offered), .field(given)
        );
        one_of #(.SIZE(PORTS), .WIDTH(VCS)) u_credit (
            .chosen(port_q), .fields(may_send), .field(credit)
        );

        always_ff @(posedge ck) begin
            if (!resetn) begin
                write_q <= '0;
                read_q  <= '0;
                count_q <= '0;
                has_q   <= 1'b0;
                port_q  <= '0;
                vc_q    <= '0;
            end else begin
                write_q <= write_q + PointerBits'(put);
                read_q  <= read_q + PointerBits'(leaves);
                count_q <= count_q + CountBits'(put) - CountBits'(leaves);
                if (got_vc[v]) begin
                    has_q  <= 1'b1;
                    port_q <= way;
                    vc_q   <= given;
                end else if (leaves && store[read_q][WIDTH+1]) has_q <= 1'b0;
            end
            if (put) store[write_q] <= in_flit[WIDTH+1:0];
        end
    end

    one_of #(.SIZE(VCS), .WIDTH(PORTS)) u_ask (.chosen(pick), .fields(port), .field(ask));
    one_of #(.SIZE(VCS), .WIDTH(VCS)) u_ask_as (.chosen(pick), .fields(out_vc), .field(ask_as));
    one_of #(.SIZE(VCS), .WIDTH(WIDTH + 2)) u_picked (
        .chosen(pick), .fields(fronts), .field(picked)
    );

    // The next router finds its port where this one found it
    assign front = {picked[WIDTH+1:Way], picked[WIDTH] ? picked[Way-1:0] >> 3 : picked[Way-1:0]};

    always_ff @(posedge ck) begin
        credit_valid <= resetn && take && !(FAULT == 4 && (pick & comes) != '0);
        credit_vc    <= '0;
        for (int v = 0; v < VCS; v++) if (pick[v]) credit_vc <= VC_BITS'(v);
    end
endmodule
