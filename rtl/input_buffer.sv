// SPDX-License-Identifier: Apache-2.0
// Buffers of an input port: step 6 of the timing contract in model/net/router.h. A FIFO of flits a
// VC, all in one memory; beside it, what the router must know of each flit: of every front flit this
// is visible, the payload only of the one that is selected, so that the wide memory has one read
// port.
//
// Timing: a flit on the pins in cycle t can be seen and removed from cycle t + 1 on; a table entry
// written at the end of t is used from t + 1 on.
// Bounds: slots are rounded up to a power of two, at least 2. More than `depth_i` flits are the
// sender's fault (credits), and asserted. The routing table is not reset.
module input_buffer #(
    parameter int RADIX = 5,       // ports of the router, 2..65
    parameter int VCS = 2,         // 1..8
    parameter int DEPTH = 8,       // flits a VC, 1..64
    parameter int FLIT_BITS = 64,  // 16..512
    parameter int TABLE_SIZE = 0,  // entries of the routing table; 0: grid
    parameter int DIMS = 4,        // dimension slots of a grid, 1..32
    parameter int ROUTING = 0,     // router.sv
    parameter int CLASS_VCS = VCS, // router.sv
    parameter int GROUP_VCS = VCS, // router.sv
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int VC_BITS = VCS > 1 ? $clog2(VCS) : 1,
    localparam int INDEX_BITS = TABLE_SIZE > 1 ? $clog2(TABLE_SIZE) : 1
) (
    input  logic                      clk_i,
    input  logic                      rst_ni,
    // Straps (router.sv)
    input  logic [PORT_BITS-1:0]      own_port_i,
    input  logic [6:0]                depth_i,
    input  logic                      needs_room_i,  // of the switching mode
    input  logic [31:0]               len_mask_i,
    input  logic [31:0]               addr_mask_i,
    input  logic [4:0]                addr_lsb_i,
    input  logic                      by_flow_i,
    input  logic [VCS-1:0]            vcs_low_i,
    input  logic [VCS-1:0]            vcs_high_i,
    input  logic [VCS-1:0]            vcs_class_i,
    input  logic [4:0]                via_bits_i,
    input  logic [6:0]                max_flits_i,
    input  logic [31:0]               own_addr_i,
    input  logic [DIMS*32-1:0]        dim_mask_i,
    input  logic [DIMS*32-1:0]        dim_size_i,
    input  logic [DIMS*32-1:0]        dim_limit_i,
    input  logic [DIMS*PORT_BITS-1:0] dim_plus_i,
    input  logic [DIMS*PORT_BITS-1:0] dim_minus_i,
    input  logic [DIMS-1:0]           dim_ring_i,
    input  logic [DIMS-1:0]           dim_at_first_i,
    input  logic [DIMS-1:0]           dim_at_last_i,
    input  logic                      table_write_i,
    input  logic [INDEX_BITS-1:0]     table_index_i,
    input  logic [PORT_BITS-1:0]      table_port_i,
    input  logic [VCS-1:0]            table_vcs_i,
    // Pins
    input  logic                      valid_i,
    input  logic                      head_i,
    input  logic                      tail_i,
    input  logic [VC_BITS-1:0]        vc_i,
    input  logic [FLIT_BITS-1:0]      payload_i,
    // Front flits, a field a VC
    output logic [VCS-1:0]            filled_o,   // there is one
    output logic [VCS-1:0]            whole_o,    // and its packet's tail is in the FIFO
    output logic [VCS*32-1:0]         infos_o,    // {port, VCs, credits needed (7 bits), tail}
    output logic [VCS*RADIX-1:0]      choices_o,  // ports of adaptive routing, a bit each
    // A front flit that leaves
    input  logic [VCS-1:0]            leave_i,    // one-hot or 0
    output logic [FLIT_BITS-1:0]      payload_o
);

    localparam int DimBits = DIMS > 1 ? $clog2(DIMS) : 1;
    localparam int SlotBits = DEPTH > 1 ? $clog2(DEPTH) : 1;
    localparam int CountBits = SlotBits + 1;  // one more, to tell full from empty
    localparam int AddrBits = $clog2(VCS) + SlotBits;
    localparam logic Adaptive = ROUTING >= 3 && ROUTING <= 6;
    localparam int ChoiceBits = Adaptive ? RADIX : 1;  // not read otherwise
    localparam int FrontBits = PORT_BITS + VCS + 7 + 1;  // of them in infos_o
    localparam int InfoBits = FrontBits + (Adaptive ? RADIX : 0);
    localparam int RouteBits = RADIX + 2 + VCS + PORT_BITS;

    `include "route_grid.svh"
    `include "route_head.svh"
    `include "route_flow.svh"

    logic [FLIT_BITS-1:0]     payloads[0:(VCS<<SlotBits)-1];
    logic [InfoBits-1:0]     infos[0:(VCS<<SlotBits)-1];
    logic [VCS*CountBits-1:0] written_q;    // so far, a field a VC: flits written
    logic [VCS*CountBits-1:0] removed_q;    // flits removed
    logic [VCS*CountBits-1:0] tails_in_q;   // tails written
    logic [VCS*CountBits-1:0] tails_out_q;  // tails removed

    // The counts with that of one VC moved on
    function automatic logic [VCS*CountBits-1:0] count_up(
        input logic [VCS*CountBits-1:0] counts,
        input logic [VC_BITS-1:0]       vc
    );
        count_up = '0;
        for (int v = 0; v < VCS; v++)
            count_up = count_up | ((VCS*CountBits)'(CountBits'(counts[v*CountBits+:CountBits] +
                CountBits'(vc == VC_BITS'(v)))) << (v*CountBits));
    endfunction

    // What is kept of a flit. Only a head has a route, and credits needed, for its whole packet if
    // its switching mode asks for them (what follows it has them) or as its routing asks. Packets of
    // 127 flits and more are alike, since no buffer takes them.
    function automatic logic [InfoBits-1:0] flit_info(
        input logic                     head,
        input logic                     tail,
        input logic [VC_BITS-1:0]       vc,     // that it came in
        input logic [31:0]              window,
        input logic [RouteBits-1:0]     route   // its VCs as those of the first class
    );
        flit_info    = '0;
        flit_info[0] = tail;
        if (head) begin
            if (Adaptive) flit_info[InfoBits-1-:ChoiceBits] = route[RouteBits-1-:ChoiceBits];
            flit_info[8+:VCS]           = route[PORT_BITS+:VCS];
            flit_info[8+VCS+:PORT_BITS] = route[PORT_BITS-1:0];
            if (by_flow_i) flit_info[8+:VCS] = route_flow(route[PORT_BITS+:VCS], window);
            flit_info[8+:VCS] = flit_info[8+:VCS] << (32'(vc) - 32'(vc) % CLASS_VCS);
            if (needs_room_i) begin
                flit_info[1+:7] = window[6:0] & len_mask_i[6:0];
                if ((window[31:7] & len_mask_i[31:7]) != '0) flit_info[1+:7] = '1;
                if (route[VCS+PORT_BITS+1]) flit_info[1+:7] = flit_info[1+:7] + max_flits_i;
            end else if (route[VCS+PORT_BITS]) flit_info[1+:7] = depth_i;
        end
    endfunction

    // 6. ARRIVE. The pins are read by registers only: what follows from registers alone need not be
    // evaluated again when pins move.
    logic [31:0] window;

    if (FLIT_BITS < 32) begin : g_narrow
        assign window = {{32 - FLIT_BITS{1'b0}}, payload_i};
    end else begin : g_wide
        assign window = payload_i[31:0];
    end

    logic [VCS+PORT_BITS-1:0] entries[0:(TABLE_SIZE>0?TABLE_SIZE:1)-1];

    always_ff @(posedge clk_i)
        if (TABLE_SIZE > 0 && table_write_i) entries[table_index_i] <= {table_vcs_i, table_port_i};

    // One process, in which Verilator needs no copies of the counts
    always_ff @(posedge clk_i) begin
        if (valid_i) begin
            payloads[AddrBits'({vc_i, written_q[vc_i*CountBits+:SlotBits]})] <= payload_i;
            infos[AddrBits'({vc_i, written_q[vc_i*CountBits+:SlotBits]})] <= flit_info(
                head_i, tail_i, vc_i, window,
                TABLE_SIZE > 0
                ? RouteBits'(entries[INDEX_BITS'((window&addr_mask_i)>>addr_lsb_i)])
                : route_head(head_i, window, VC_BITS'(32'(vc_i) % CLASS_VCS)));
            written_q <= count_up(written_q, vc_i);
            if (tail_i) tails_in_q <= count_up(tails_in_q, vc_i);
        end
        if (!rst_ni) begin
            written_q  <= '0;
            tails_in_q <= '0;
        end
    end

    // Front flits
    logic [VCS-1:0]      filled;
    logic [VCS-1:0]      whole;
    logic [VCS*32-1:0]   front;
    logic [VCS*RADIX-1:0] choices;
    logic [InfoBits-1:0] info;

    always_comb begin
        choices = '0;
        filled = '0;
        whole  = '0;
        front  = '0;
        info   = '0;
        if (written_q != removed_q)
            for (int v = 0; v < VCS; v++) begin
                filled = filled | (VCS'(written_q[v*CountBits+:CountBits] !=
                                        removed_q[v*CountBits+:CountBits]) << v);
                whole  = whole | (VCS'(tails_in_q[v*CountBits+:CountBits] !=
                                       tails_out_q[v*CountBits+:CountBits]) << v);
                info   = infos[AddrBits'(v<<SlotBits)|AddrBits'(removed_q[v*CountBits+:SlotBits])];
                front  = front | ((VCS*32)'(info[FrontBits-1:0]) << (v*32));
                if (Adaptive)
                    choices = choices | ((VCS*RADIX)'(info[InfoBits-1-:ChoiceBits]) << (v*RADIX));
            end
        filled_o = filled;
        whole_o  = whole;
        infos_o  = front;
        choices_o = choices;
    end

    // The flit that leaves
    logic [VC_BITS-1:0] read_vc;
    logic               read_tail;

    always_comb begin
        read_vc   = '0;
        read_tail = 1'b0;
        payload_o = '0;
        if (leave_i != '0) begin
            for (int v = 0; v < VCS; v++)
                read_vc = read_vc | ({VC_BITS{leave_i[v]}} & VC_BITS'(v));
            read_tail = front[read_vc*32];
            payload_o = payloads[AddrBits'({read_vc, removed_q[read_vc*CountBits+:SlotBits]})];
        end
    end

    always_ff @(posedge clk_i) begin
        if (!rst_ni) begin
            removed_q   <= '0;
            tails_out_q <= '0;
        end else if (leave_i != '0) begin
            removed_q <= count_up(removed_q, read_vc);
            if (read_tail) tails_out_q <= count_up(tails_out_q, read_vc);
        end
    end

`ifdef ORDITO_ASSERT
    logic [VCS-1:0]       open_q;     // a packet is arriving: its tail has not come
    logic [CountBits-1:0] num_flits;  // in the FIFO of the VC on the pins

    assign num_flits = written_q[vc_i*CountBits+:CountBits] - removed_q[vc_i*CountBits+:CountBits];

    always_ff @(posedge clk_i) begin
        if (!rst_ni) open_q <= '0;
        else if (valid_i) open_q[vc_i] <= !tail_i;
    end

    always @(posedge clk_i)
        if (rst_ni) begin
            assert (!valid_i || 7'(num_flits) < depth_i);                 // FifoDoesNotOverflow
            assert ((leave_i & ~filled_o) == '0);                         // FifoDoesNotUnderflow
            assert (!valid_i || head_i != open_q[vc_i]);                  // PacketIsContiguousInVc
            assert (!valid_i || !head_i || (window & len_mask_i) != '0);  // LengthIsNotZero
            assert (!valid_i || !head_i || !needs_room_i ||
                (window & len_mask_i) <= 32'(depth_i));                   // PacketFitsTheBuffer
        end

    for (genvar v = 0; v < VCS; v++) begin : g_assert_vc
        logic [CountBits-1:0] flits;
        logic [CountBits-1:0] tails;
        logic [6:0]           needed;  // credits, by the front flit

        assign flits  = written_q[v*CountBits+:CountBits] - removed_q[v*CountBits+:CountBits];
        assign tails  = tails_in_q[v*CountBits+:CountBits] - tails_out_q[v*CountBits+:CountBits];
        assign needed = infos_o[v*32+1+:7];

        always @(posedge clk_i)
            if (rst_ni) begin
                assert (7'(flits) <= depth_i);                                 // FlitsAreBounded
                assert (tails <= flits);                                       // TailsAreFlits
                assert (!filled_o[v] || needed <= depth_i);  // PacketFitsNext
            end
    end

    if (TABLE_SIZE > 0) begin : g_assert
        always @(posedge clk_i)
            if (rst_ni)  // DestinationIsInTheTable
                assert (!valid_i || !head_i || ((window & addr_mask_i) >> addr_lsb_i) < TABLE_SIZE);
    end
`endif

`ifdef FORMAL
    // All slots side by side, for proofs by induction (formal/README.md)
    logic [(VCS<<SlotBits)*FLIT_BITS-1:0] all_payloads;
    logic [(VCS<<SlotBits)*InfoBits-1:0]  all_infos;

    for (genvar s = 0; s < VCS << SlotBits; s++) begin : g_slot
        assign all_payloads[s*FLIT_BITS+:FLIT_BITS] = payloads[s];
        assign all_infos[s*InfoBits+:InfoBits]      = infos[s];
    end

    logic [(TABLE_SIZE>0?TABLE_SIZE:1)*(PORT_BITS+VCS)-1:0] all_entries;

    for (genvar e = 0; e < (TABLE_SIZE > 0 ? TABLE_SIZE : 1); e++) begin : g_entry
        assign all_entries[e*(PORT_BITS+VCS)+:PORT_BITS+VCS] = entries[e];
    end
`endif

    logic unused_straps;  // by some ways to route
    assign unused_straps = ^{depth_i, via_bits_i, max_flits_i, addr_mask_i};
endmodule
