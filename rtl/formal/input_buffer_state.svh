// SPDX-License-Identifier: Apache-2.0
// What makes input_buffer_proof.sv inductive: how its model and the state of the buffer agree.
(* hierconn *) wire [VCS*CountBits-1:0]         \u_dut.written_q ;
(* hierconn *) wire [VCS*CountBits-1:0]         \u_dut.removed_q ;
(* hierconn *) wire [VCS*CountBits-1:0]         \u_dut.tails_in_q ;
(* hierconn *) wire [VCS*CountBits-1:0]         \u_dut.tails_out_q ;
(* hierconn *) wire [VCS-1:0]                   \u_dut.open_q ;
(* hierconn *) wire [VCS*Slots*FLIT_BITS-1:0]   \u_dut.all_payloads ;
(* hierconn *) wire [VCS*Slots*InfoBits-1:0]    \u_dut.all_infos ;
(* hierconn *) wire [TABLE_SIZE*(PORT_BITS+VCS)-1:0] \u_dut.all_entries ;

wire [VCS*CountBits-1:0]       written = \u_dut.written_q ;
wire [VCS*CountBits-1:0]       removed = \u_dut.removed_q ;
wire [VCS*CountBits-1:0]       tails_in = \u_dut.tails_in_q ;
wire [VCS*CountBits-1:0]       tails_out = \u_dut.tails_out_q ;
wire [VCS-1:0]                 open = \u_dut.open_q ;
wire [VCS*Slots*FLIT_BITS-1:0] payloads = \u_dut.all_payloads ;
wire [VCS*Slots*InfoBits-1:0]  all_infos = \u_dut.all_infos ;
wire [TABLE_SIZE*(PORT_BITS+VCS)-1:0] entries = \u_dut.all_entries ;

for (genvar v = 0; v < VCS; v++) begin : g_state
    logic [CountBits-1:0] count;
    logic [CountBits-1:0] num_tails;
    logic [SlotBits-1:0]  first;

    assign count = counts_q[v*CountBits+:CountBits];
    assign first = removed[v*CountBits+:SlotBits];

    always_comb begin
        num_tails = '0;
        for (int p = 0; p < Slots; p++) num_tails = num_tails + CountBits'(tails_q[v*Slots+p]);
    end

    always @*
        if (rst_ni) begin
            assert (7'(count) <= depth);
            assert (open[v] == open_q[v]);
            assert (CountBits'(written[v*CountBits+:CountBits] - removed[v*CountBits+:CountBits]) ==
                count);
            assert (CountBits'(tails_in[v*CountBits+:CountBits] -
                tails_out[v*CountBits+:CountBits]) == num_tails);
        end

    for (genvar p = 0; p < Slots; p++) begin : g_place  // from the front on
        logic [SlotBits-1:0] slot;
        logic [InfoBits-1:0] info;

        assign slot = first + SlotBits'(p);
        assign info = all_infos[(v*Slots+32'(slot))*InfoBits+:InfoBits];

        always @*
            if (rst_ni)
                if (p < count) begin
                    assert (info[0] == tails_q[v*Slots+p]);
                    assert (info[7:1] <= depth);
                end else assert (!tails_q[v*Slots+p]);
    end
end

for (genvar e = 0; e < TABLE_SIZE; e++) begin : g_entry
    logic [PORT_BITS-1:0] port;
    logic [VCS-1:0]       vcs;

    assign {vcs, port} = entries[e*(PORT_BITS+VCS)+:PORT_BITS+VCS];

    always @*
        if (begun_q) assert (table_q[e*InfoBits+:PORT_BITS+VCS] == {port, vcs});
        else assume (table_q[e*InfoBits+:PORT_BITS+VCS] == {port, vcs});  // reset leaves it alone
end

// The place of the flit that is followed
logic [SlotBits-1:0] place;

assign place = SlotBits'(removed[in_vc*CountBits+:CountBits] + ahead_q);

always @*
    if (rst_ni) begin
        assert (!here_q || !gone_q);
        assert (!here_q || ahead_q < counts_q[in_vc*CountBits+:CountBits]);
        assert (!here_q ||
            payloads[(32'(in_vc)*Slots+32'(place))*FLIT_BITS+:FLIT_BITS] == payload_q);
        assert (!here_q || all_infos[(32'(in_vc)*Slots+32'(place))*InfoBits+:InfoBits] == info_q);
    end
