// SPDX-License-Identifier: Apache-2.0
// An output of source_router: gives its virtual channels to packets, counts their credits, and lets
// inputs send, in turn.
//
// Timing: what is on the channel is a register; a credit that comes in cycle t counts from t + 1.
module source_output #(
    parameter int PORTS = 5,
    parameter int VCS = 4,
    parameter int WIDTH = 32,
    parameter int DEPTH = 4,
    parameter int FAULT = 0,  // these five: source_router.sv
    localparam int VC_BITS = $clog2(VCS),
    localparam int FLIT_BITS = WIDTH + VC_BITS + 2
) (
    input  logic                       ck,
    input  logic                       resetn,
    // Input VCs that ask for a VC of this output, a field an input
    input  logic [PORTS*VCS-1:0]       ask_vc,
    output logic [PORTS*VCS-1:0]       give_vc,   // at most one gets
    output logic [VCS-1:0]             offered,   // this one, one-hot
    // Inputs that ask to send
    output logic [VCS-1:0]             may_send,
    input  logic [PORTS-1:0]           ask,
    input  logic [PORTS*VCS-1:0]       ask_as,    // a field an input: VC, one-hot
    input  logic [PORTS*(WIDTH+2)-1:0] fronts,
    output logic [PORTS-1:0]           take,
    // The channel
    output logic                       out_valid,
    output logic [FLIT_BITS-1:0]       out_flit,
    input  logic                       credit_valid,
    input  logic [VC_BITS-1:0]         credit_vc
);

    localparam int CountBits = $clog2(DEPTH + 2);
    localparam int Credits = FAULT == 2 ? DEPTH + 1 : DEPTH;

    logic [VCS-1:0]       free_q;    // no packet has the VC
    logic [VCS-1:0]       released;
    logic [VCS-1:0]       sent;      // VC of the flit that leaves, one-hot
    logic [WIDTH+1:0]     flit;
    logic [VC_BITS-1:0]   vc;
    logic [PORTS*VCS-1:0] asked_vc;

    assign offered  = free_q & (~free_q + 1'b1);
    assign asked_vc = free_q == '0 ? '0 : ask_vc;

    turn_taker #(.SIZE(PORTS * VCS)) u_vc_turn (
        .ck, .resetn, .ask(asked_vc), .pick(give_vc), .used(1'b1)
    );

    turn_taker #(.SIZE(PORTS)) u_turn (.ck, .resetn, .ask, .pick(take), .used(1'b1));

    one_of #(.SIZE(PORTS), .WIDTH(WIDTH + 2)) u_flit (
        .chosen(take), .fields(fronts), .field(flit)
    );
    one_of #(.SIZE(PORTS), .WIDTH(VCS)) u_sent (.chosen(take), .fields(ask_as), .field(sent));

    always_comb begin
        vc = '0;
        for (int v = 0; v < VCS; v++) if (sent[v]) vc = VC_BITS'(v);
    end

    assign released = flit[WIDTH+1] ? sent : '0;

    for (genvar v = 0; v < VCS; v++) begin : g_credit
        logic [CountBits-1:0] credits_q;
        logic                 back;

        assign back        = credit_valid && credit_vc == VC_BITS'(v);
        assign may_send[v] = credits_q != '0;

        always_ff @(posedge ck) begin
            if (!resetn) credits_q <= CountBits'(Credits);
            else if (FAULT == 1 && sent[v]) credits_q <= credits_q - 1'b1;
            else credits_q <= credits_q + CountBits'(back) - CountBits'(sent[v]);
        end
    end

    always_ff @(posedge ck) begin
        if (!resetn) begin
            free_q    <= '1;
            out_valid <= 1'b0;
        end else begin
            if (FAULT == 3 && ask_vc != '0) free_q <= free_q & ~offered;
            else free_q <= (free_q | released) & ~(give_vc != '0 ? offered : '0);
            out_valid <= take != '0;
        end
        out_flit <= {vc, flit};
    end
endmodule
