// SPDX-License-Identifier: Apache-2.0
// Proof of input_buffer.sv as FIFOs. One flit of one VC, any, is followed from its arrival: it stays
// in its place, is the front when all before it have left, with its payload and what the table says
// of its destination, and leaves once. Counts, front flags and whole packets are those of a model
// of their own.
module input_buffer_proof #(
    parameter int RADIX = 3,
    parameter int VCS = 2,
    parameter int DEPTH = 2,
    parameter int FLIT_BITS = 16,
    parameter int TABLE_SIZE = 4,
    parameter int CLASS_VCS = VCS,
    localparam int DIMS = 1,
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int VC_BITS = VCS > 1 ? $clog2(VCS) : 1,
    localparam int INDEX_BITS = TABLE_SIZE > 1 ? $clog2(TABLE_SIZE) : 1
) (
    input logic                  clk_i,
    input logic                  rst_ni,
    input logic                  table_write_i,
    input logic [INDEX_BITS-1:0] table_index_i,
    input logic [PORT_BITS-1:0]  table_port_i,
    input logic [VCS-1:0]        table_vcs_i,
    input logic                  valid_i,
    input logic                  head_i,
    input logic                  tail_i,
    input logic [VC_BITS-1:0]    vc_i,
    input logic [FLIT_BITS-1:0]  payload_i,
    input logic [VCS-1:0]        leave_i,
    input logic                  follow_i  // the flit that arrives is the one that is followed
);

    localparam int SlotBits = DEPTH > 1 ? $clog2(DEPTH) : 1;
    localparam int Slots = 1 << SlotBits;
    localparam int CountBits = SlotBits + 1;
    localparam int InfoBits = PORT_BITS + VCS + 8;

    `include "reset.svh"

    // Straps
    (* anyconst *) logic [6:0]  depth;
    (* anyconst *) logic        needs_room;
    (* anyconst *) logic [31:0] len_mask;
    (* anyconst *) logic [31:0] addr_mask;
    (* anyconst *) logic [4:0]  addr_lsb;

    logic [VCS-1:0]       filled;
    logic [VCS-1:0]       whole;
    logic [VCS*32-1:0]    infos;
    logic [FLIT_BITS-1:0] payload;

    input_buffer #(
        .RADIX     (RADIX),
        .VCS       (VCS),
        .DEPTH     (DEPTH),
        .FLIT_BITS (FLIT_BITS),
        .TABLE_SIZE(TABLE_SIZE),
        .DIMS      (DIMS),
        .CLASS_VCS (CLASS_VCS)
    ) u_dut (
        .clk_i,
        .rst_ni,
        .own_port_i    ('0),
        .depth_i       (depth),
        .needs_room_i  (needs_room),
        .len_mask_i    (len_mask),
        .addr_mask_i   (addr_mask),
        .addr_lsb_i    (addr_lsb),
        .by_flow_i     (1'b0),
        .vcs_low_i     ('0),
        .vcs_high_i    ('0),
        .vcs_class_i   ('0),
        .via_bits_i    ('0),
        .max_flits_i   ('0),
        .own_addr_i    ('0),
        .dim_mask_i    ('0),
        .dim_size_i    ('0),
        .dim_limit_i   ('0),
        .dim_plus_i    ('0),
        .dim_minus_i   ('0),
        .dim_ring_i    ('0),
        .dim_at_first_i('0),
        .dim_at_last_i ('0),
        .table_write_i,
        .table_index_i,
        .table_port_i,
        .table_vcs_i,
        .valid_i,
        .head_i,
        .tail_i,
        .vc_i,
        .payload_i,
        .filled_o      (filled),
        .whole_o       (whole),
        .infos_o       (infos),
        .choices_o     (),
        .leave_i,
        .payload_o     (payload)
    );

    // The model: of each VC, tails of the flits in it in order, how many they are, and whether a
    // packet has begun to arrive
    logic [VCS*Slots-1:0]          tails_q;
    logic [VCS*CountBits-1:0]      counts_q;
    logic [VCS-1:0]                open_q;
    logic [TABLE_SIZE*InfoBits-1:0] table_q;
    logic [31:0]                   window;
    logic [31:0]                   index;
    logic [31:0]                   length;
    logic [VCS-1:0]                arrives;

    assign window  = 32'(payload_i);
    assign index   = (window & addr_mask) >> addr_lsb;
    assign length  = window & len_mask;
    assign arrives = VCS'(valid_i) << vc_i;

    for (genvar v = 0; v < VCS; v++) begin : g_model
        logic [CountBits-1:0] count;
        logic [CountBits-1:0] kept;   // of the flits, those that stay
        logic [Slots-1:0]     tails;  // of them

        assign count = counts_q[v*CountBits+:CountBits];
        assign kept  = count - CountBits'(leave_i[v]);
        assign tails = tails_q[v*Slots+:Slots] >> leave_i[v];

        always_ff @(posedge clk_i) begin
            counts_q[v*CountBits+:CountBits] <= kept + CountBits'(arrives[v]);
            tails_q[v*Slots+:Slots] <= tails | (Slots'(arrives[v] && tail_i) << kept);
            if (arrives[v]) open_q[v] <= !tail_i;
            if (!rst_ni) begin
                counts_q[v*CountBits+:CountBits] <= '0;
                tails_q[v*Slots+:Slots]          <= '0;
                open_q[v]                        <= 1'b0;
            end
        end

        // Neighbours by the rules of the link, and an allocator that takes what there is
        always @*
            if (rst_ni) begin
                assume (!arrives[v] || 7'(count) < depth);
                assume (!arrives[v] || head_i == !open_q[v]);
                assume (!leave_i[v] || count != '0);
            end

        always @*
            if (rst_ni) begin
                assert (filled[v] == (count != '0));                 // FilledTellsTheCount
                assert (whole[v] == (tails_q[v*Slots+:Slots] != '0));  // WholeTellsOfATail
                assert (count == '0 || infos[v*32] == tails_q[v*Slots]);  // FrontTellsIfItIsATail
                cover (7'(count) == depth && depth == 7'(DEPTH) && leave_i[v]);  // FullAndOneLeaves
            end
    end

    always @* begin
        assume (depth != '0 && depth <= 7'(DEPTH));
        assume (len_mask != '0 && (len_mask & (len_mask + 1'b1)) == '0);
        if (rst_ni) begin
            assume ((leave_i & (leave_i - 1'b1)) == '0);
            assume (!valid_i || 32'(vc_i) < VCS);
            assume (!valid_i || !head_i || length != '0);
            assume (!valid_i || !head_i || !needs_room || length <= 32'(depth));
            assume (!valid_i || !head_i || index < TABLE_SIZE);
        end
    end

    // The table, and what it says of a flit that arrives
    logic [PORT_BITS-1:0] to_port;
    logic [VCS-1:0]       to_vcs;
    logic [6:0]           needed;  // credits
    logic [InfoBits-1:0]  info;

    always_ff @(posedge clk_i)
        if (table_write_i)
            for (int e = 0; e < TABLE_SIZE; e++)
                if (32'(table_index_i) == e)
                    table_q[e*InfoBits+:InfoBits] <= InfoBits'({table_port_i, table_vcs_i});

    always_comb begin
        {to_port, to_vcs} = '0;
        for (int e = 0; e < TABLE_SIZE; e++)
            if (index == e) {to_port, to_vcs} = table_q[e*InfoBits+:PORT_BITS+VCS];
        for (int c = 0; c < VCS; c = c + CLASS_VCS)  // the table is that of the first class
            if (32'(vc_i) >= c && 32'(vc_i) < c + CLASS_VCS) to_vcs = to_vcs << c;
        needed = needs_room ? (length > 127 ? 7'd127 : length[6:0]) : '0;
        info   = head_i ? {to_port, to_vcs, needed, tail_i} : InfoBits'(tail_i);
    end

    // The flit that is followed
    (* anyconst *) logic [VC_BITS-1:0] in_vc;

    logic                 here_q;    // it is in the FIFO
    logic                 gone_q;    // it has left
    logic [CountBits-1:0] ahead_q;   // flits before it
    logic [FLIT_BITS-1:0] payload_q;
    logic [InfoBits-1:0]  info_q;
    logic                 arrived;
    logic                 front;

    assign arrived = valid_i && vc_i == in_vc && follow_i && !here_q && !gone_q;
    assign front   = here_q && ahead_q == '0;

    always_ff @(posedge clk_i) begin
        if (!rst_ni) begin
            here_q <= 1'b0;
            gone_q <= 1'b0;
        end else if (arrived) begin
            here_q    <= 1'b1;
            ahead_q   <= counts_q[in_vc*CountBits+:CountBits] - CountBits'(leave_i[in_vc]);
            payload_q <= payload_i;
            info_q    <= info;
        end else if (here_q && leave_i[in_vc]) begin
            if (front) {here_q, gone_q} <= 2'b01;
            ahead_q <= ahead_q - 1'b1;
        end
    end

    always @*
        if (rst_ni) begin
            assume (32'(in_vc) < VCS);
            assert (!front || infos[in_vc*32+:32] == 32'(info_q));         // FrontIsWhatArrived
            assert (!front || !leave_i[in_vc] || payload == payload_q);    // SoIsWhatLeaves
            assert (leave_i != '0 || payload == '0);                       // NothingElseLeaves
            cover (gone_q);                                                // ItLeaves
            if (DEPTH > 1) cover (front && leave_i[in_vc] && valid_i && vc_i == in_vc);  // AsAnotherComes
        end

    `include "input_buffer_state.svh"
endmodule
