// SPDX-License-Identifier: Apache-2.0
// The rules of the link, assumed of the neighbours and asserted of the router. Part of
// router_proof.sv.
logic        quiet_reset;
logic [4:0]  inside_q;                // flits that came, less those that left
logic [4:0]  num_in;
logic [4:0]  num_out;
logic [NumVcs*OwnBits-1:0] room_q;          // into the router: credits that a neighbour has
logic [NumVcs*OwnBits-1:0] owed_q;          // out of it: flits for which no credit has come
logic [NumVcs-1:0]   in_open_q;       // a packet has begun
logic [NumVcs*3-1:0] in_left_q;       //   flits of it to come
logic [NumVcs-1:0]   in_entry_q;      //   and its entry of the table
logic [NumVcs-1:0]   out_open_q;      // a packet has begun to leave

always_comb begin
    num_in  = '0;
    num_out = '0;
    for (int p = 0; p < RADIX; p++) begin
        num_in  = num_in + 5'(fwd_i[p*6+5]);
        num_out = num_out + 5'(fwd[p*6+5]);
    end
end

always_ff @(posedge clk_i) begin
    quiet_reset <= !rst_ni;
    if (!rst_ni) inside_q <= '0;
    else inside_q <= inside_q + num_in - num_out;
end

always @*
    if (begun_q && quiet_reset) begin
        assert (num_out == '0 && credit == '0);                       // QuietAfterReset
        assert (inside_q == '0);
    end

// Counts of the router: credits of output VCs, flits of input VCs
localparam int StoreBits = $clog2(DEPTH > 1 ? DEPTH : 2) + 1;

(* hierconn *) wire [(VCS<<PORT_BITS)*CountBits-1:0] \u_dut.num_credits ;
(* hierconn *) wire [VCS*StoreBits-1:0] \u_dut.g_in[0].u_buffer.written_q ;
(* hierconn *) wire [VCS*StoreBits-1:0] \u_dut.g_in[1].u_buffer.written_q ;
(* hierconn *) wire [VCS*StoreBits-1:0] \u_dut.g_in[2].u_buffer.written_q ;
(* hierconn *) wire [VCS*StoreBits-1:0] \u_dut.g_in[0].u_buffer.removed_q ;
(* hierconn *) wire [VCS*StoreBits-1:0] \u_dut.g_in[1].u_buffer.removed_q ;
(* hierconn *) wire [VCS*StoreBits-1:0] \u_dut.g_in[2].u_buffer.removed_q ;
(* hierconn *) wire [RADIX*6-1:0] \u_dut.u_crossbar.fwd ;

wire [(VCS<<PORT_BITS)*CountBits-1:0] num_has = \u_dut.num_credits ;
wire [RADIX*6-1:0] traversing = \u_dut.u_crossbar.fwd ;  // PIPELINE > 1
wire [3*VCS*StoreBits-1:0] written = {\u_dut.g_in[2].u_buffer.written_q ,
    \u_dut.g_in[1].u_buffer.written_q , \u_dut.g_in[0].u_buffer.written_q };
wire [3*VCS*StoreBits-1:0] removed = {\u_dut.g_in[2].u_buffer.removed_q ,
    \u_dut.g_in[1].u_buffer.removed_q , \u_dut.g_in[0].u_buffer.removed_q };

for (genvar p = 0; p < RADIX; p++) begin : g_port
    logic       in_valid;
    logic       in_head;
    logic       in_tail;
    logic [2:0] in_vc;
    logic [2:0] in_length;
    logic       out_valid;
    logic       out_head;
    logic       out_tail;
    logic [2:0] out_vc;

    assign {in_valid, in_head, in_tail, in_vc}     = fwd_i[p*6+:6];
    assign {out_valid, out_head, out_tail, out_vc} = fwd[p*6+:6];
    assign in_length                               = payload_i[p*FLIT_BITS+:LenBits];

    always @*
        if (!rst_ni) assume (!in_valid);
        else begin
            assume (!in_valid || 32'(in_vc) < VCS);
            assume (!in_valid || !in_head || in_length != '0);
            assume (!in_valid || !in_head || mode == 2'd2 || 32'(in_length) <= 32'(depth));
            if (begun_q) begin
                assert (!out_valid || 32'(out_vc) < VCS);             // VcExists
                assert (!ack[p] && !nack[p]);                         // NoAnswers
            end
        end

    for (genvar v = 0; v < VCS; v++) begin : g_vc
        localparam int X = p * VCS + v;

        logic       comes;
        logic       goes;
        logic [2:0] left;
        logic [OwnBits-1:0]   room;
        logic [OwnBits-1:0]   owed;
        logic [CountBits-1:0] has;     // credits, by the router's count
        logic [StoreBits-1:0] stored;  // flits in the FIFO
        logic [OwnBits-1:0]   unseen;  // flits that have left and are not on the channel

        assign room   = room_q[X*OwnBits+:OwnBits];
        assign owed   = owed_q[X*OwnBits+:OwnBits];
        assign has    = num_has[X*CountBits+:CountBits];
        assign stored = written[X*StoreBits+:StoreBits] - removed[X*StoreBits+:StoreBits];
        assign unseen = OwnBits'(goes) + OwnBits'(PIPELINE > 1 && traversing[p*6+5] &&
            traversing[p*6+:3] == 3'(v));

        assign comes       = in_valid && in_vc == 3'(v);
        assign goes        = out_valid && out_vc == 3'(v);
        assign left        = in_head ? in_length : in_left_q[X*3+:3];

        always_ff @(posedge clk_i)
            if (!rst_ni) begin
                room_q[X*OwnBits+:OwnBits] <= OwnBits'(depth);
                owed_q[X*OwnBits+:OwnBits] <= '0;
                in_open_q[X]   <= 1'b0;
                out_open_q[X]  <= 1'b0;
            end else begin
                room_q[X*OwnBits+:OwnBits] <= room - OwnBits'(comes) + OwnBits'(credit[X]);
                owed_q[X*OwnBits+:OwnBits] <= owed + OwnBits'(goes) - OwnBits'(credit_i[X]);
                if (comes) begin
                    in_open_q[X]      <= !in_tail;
                    in_left_q[X*3+:3] <= left - 1'b1;
                    if (in_head) in_entry_q[X] <= payload_i[p*FLIT_BITS+LenBits];
                end
                if (goes) out_open_q[X] <= !out_tail;
            end

        always @*
            if (!rst_ni) assume (!credit_i[X]);
            else begin
                assume (!comes || room != '0);
                assume (!comes || in_head == !in_open_q[X]);
                assume (!comes || in_tail == (left == 3'd1));
                assume (!credit_i[X] || owed != '0);
                if (begun_q) begin
                    assert (!credit[X] || room < OwnBits'(depth));     // CreditIsForAFlit
                    assert (!goes || owed < OwnBits'(depth));          // NoFlitWithoutACredit
                    assert (!goes || out_head == !out_open_q[X]);     // PacketsDoNotInterleave
                    // CreditsAreConserved, of both neighbours
                    assert (room + OwnBits'(stored) + OwnBits'(credit[X]) == OwnBits'(depth));
                    assert (OwnBits'(has) + owed + unseen == OwnBits'(depth));
                    cover (goes && owed + 1'b1 == OwnBits'(depth));   // LastCreditIsUsed
                end
            end
    end
end

// Credits go back as flits leave
logic [4:0] num_credits;
logic [4:0] num_credits_q;

always_comb begin
    num_credits = '0;
    for (int x = 0; x < NumVcs; x++) num_credits = num_credits + 5'(credit[x]);
end

always_ff @(posedge clk_i) num_credits_q <= rst_ni ? num_credits : '0;

always @*
    if (begun_q && rst_ni) begin
        if (PIPELINE == 1) assert (num_credits == num_out);           // ACreditAFlit
        else assert (quiet_reset || num_credits_q == num_out);
    end
