// SPDX-License-Identifier: Apache-2.0
// Two flits that are followed through the router, known by the two highest bits of their payload,
// which nothing in the router looks at. Part of router_proof.sv.
(* anyconst *) logic [PORT_BITS-1:0] in_port;  // both come here
(* anyconst *) logic [VcBits-1:0]    in_vc;

always @* assume (32'(in_port) < RADIX && 32'(in_vc) < VCS);

logic [1:0]             come_q;       // a bit a flit
logic [1:0]             gone_q;
logic [1:0]             comes;
logic [1:0]             goes;
logic [2*FLIT_BITS-1:0] payload_q;
logic [2*2-1:0]         flags_q;      // {head, tail}
logic [1:0]             entry_q;      // of the table
logic                   same_q;       // what comes is of the first one's packet
logic                   both_q;       // and so is the second
logic [2*(PORT_BITS+3)-1:0] places;   // where they leave: {port, VC}
logic [PORT_BITS+2:0]   place_q;      // and the first left
logic                   left_q;       // in the last cycle
logic                   whole_q;      // the tail of its packet has come
logic                   whole_qq;     // a cycle ago
logic [5:0]             fwd_in;
logic                   comes_here;   // a flit, into their VC
logic [FLIT_BITS-1:0]   payload_in;

assign fwd_in     = fwd_i[in_port*6+:6];
assign payload_in = payload_i[in_port*FLIT_BITS+:FLIT_BITS];

for (genvar p = 0; p < RADIX; p++) begin : g_mark
    logic [1:0] mark;

    assign mark = payload_i[p*FLIT_BITS+FLIT_BITS-2+:2];

    // Marks are on the two flits only, in order
    always @*
        if (rst_ni && fwd_i[p*6+5]) begin
            assume (mark != 2'd3);
            assume (mark == '0 || (PORT_BITS'(p) == in_port && fwd_in[2:0] == 3'(in_vc)));
            assume ((mark & come_q) == '0);
            assume (!mark[1] || come_q[0]);
        end
end

assign comes_here = fwd_in[5] && fwd_in[2:0] == 3'(in_vc);
assign comes = {2{fwd_in[5]}} & payload_in[FLIT_BITS-1-:2];

logic [2*RADIX-1:0] seen;  // a field a flit: output ports

for (genvar p = 0; p < RADIX; p++) begin : g_seen
    assign seen[p]       = fwd[p*6+5] && payload[p*FLIT_BITS+FLIT_BITS-2];
    assign seen[RADIX+p] = fwd[p*6+5] && payload[p*FLIT_BITS+FLIT_BITS-1];
end

for (genvar f = 0; f < 2; f++) begin : g_flit
    logic [RADIX-1:0]     at;
    logic [5:0]           out;      // pins
    logic [FLIT_BITS-1:0] is;
    logic [PORT_BITS-1:0] port;
    logic [EntryBits-1:0] entry;
    logic [VCS-1:0]       may;      // VCs that the table gives, of its class

    assign at      = seen[f*RADIX+:RADIX];
    assign goes[f] = at != '0;
    assign entry   = table_is[entry_q[f]*EntryBits+:EntryBits];
    assign may     = entry[PORT_BITS+:VCS] << (32'(in_vc) / CLASS_VCS * CLASS_VCS);

    always_comb begin
        out  = '0;
        is   = '0;
        port = '0;
        for (int p = 0; p < RADIX; p++)
            if (at[p]) begin
                out  = fwd[p*6+:6];
                is   = payload[p*FLIT_BITS+:FLIT_BITS];
                port = PORT_BITS'(p);
            end
    end

    always_ff @(posedge clk_i)
        if (!rst_ni) begin
            come_q[f] <= 1'b0;
            gone_q[f] <= 1'b0;
        end else begin
            if (comes[f]) begin
                come_q[f]                         <= 1'b1;
                payload_q[f*FLIT_BITS+:FLIT_BITS] <= payload_in;
                flags_q[f*2+:2]                   <= fwd_in[4:3];
                entry_q[f]                        <= fwd_in[4] ? payload_in[LenBits]
                    : in_entry_q[in_port*VCS+in_vc];
            end
            if (goes[f]) gone_q[f] <= 1'b1;
        end

    assign places[f*(PORT_BITS+3)+:PORT_BITS+3] = {port, out[2:0]};

    always @*
        if (begun_q && rst_ni) begin
            assert ((at & (at - 1'b1)) == '0);                                  // LeavesByOnePort
            assert (!goes[f] || (come_q[f] && !gone_q[f]));                     // Once
            assert (!goes[f] || is == payload_q[f*FLIT_BITS+:FLIT_BITS]);       // Intact
            assert (!goes[f] || out[4:3] == flags_q[f*2+:2]);                   // AsHeadOrTail
            assert (!goes[f] || port == entry[PORT_BITS-1:0]);                  // ByThePortOfItsRoute
            assert (!goes[f] || may[out[VcBits-1:0]]);                          // ByAVcOfItsRoute
        end
end

logic [OwnBits-1:0] owed_there;  // of the output VC by which the first leaves

assign owed_there = owed_q[(32'(places[3+:PORT_BITS])*VCS+32'(places[0+:VcBits]))*OwnBits+:OwnBits];

always_ff @(posedge clk_i) begin
    if (!rst_ni) {same_q, both_q} <= '0;
    else begin
        if (comes[0]) same_q <= 1'b1;
        else if (fwd_in[5:4] == 2'd3 && fwd_in[2:0] == 3'(in_vc)) same_q <= 1'b0;
        if (comes[1]) both_q <= same_q && !fwd_in[4];
    end
    left_q   <= goes[0];
    whole_q  <= come_q[0] ? whole_q || (comes_here && fwd_in[3]) : comes[0] && fwd_in[3];
    whole_qq <= whole_q;
    if (goes[0]) place_q <= places[0+:PORT_BITS+3];
end

always @*
    if (begun_q && rst_ni) begin
        assert (!goes[1] || gone_q[0]);                                         // InOrder
        // A head leaves when its switching mode lets it
        assert (!goes[0] || !flags_q[1] || mode != 2'd0 || whole_qq);           // StoredWholeFirst
        assert (!goes[0] || !flags_q[1] || mode == 2'd2 ||
            OwnBits'(depth) - owed_there >= OwnBits'(payload_q[0+:LenBits]));   // RoomForItsPacket
        assert (!goes[1] || !both_q || places[PORT_BITS+3+:PORT_BITS+3] == place_q);  // BehindItsHead
    end

// Alone in the router, a packet of one flit takes the cycles of the pipeline, one less if its head
// speculates, and one
logic [6:0] alone_q;  // cycles since it came
logic       alone;

assign alone = comes[0] && fwd_in[4] && fwd_in[3] && inside_q == '0 && num_in == 5'd1 &&
    owed_q == '0 && out_open_q == '0;

always_ff @(posedge clk_i)
    if (!rst_ni || alone_q[6]) alone_q <= '0;
    else alone_q <= {alone_q[5:0], alone};

always @*
    if (begun_q && rst_ni) begin
        assert (!alone_q[PIPELINE-SPECULATIVE] || goes[0]);                     // AtZeroLoadAtOnce
        cover (gone_q == 2'd3 && both_q);                                       // PacketCrosses
        if (PIPELINE < 3)
            cover (goes[1] && left_q && flags_q[0] && flags_q[3] &&
                places[PORT_BITS+3+:PORT_BITS+3] == place_q);                   // NextPacketAtOnce
        if (MODE == 0 || MODE == 3)
            cover (goes[0] && mode == 2'd0 && flags_q[1:0] == 2'd2);            // StoredWhole
        cover (goes[0] && inside_q > 5'd3);                                     // InTraffic
    end
