// SPDX-License-Identifier: Apache-2.0
// Input-queued virtual-channel router with credit flow control. model/net/router.h states what it
// does in which cycle; the modules cite the numbers of its steps.
//
//   pins -> input_buffer -> input_allocator -> output_allocator -> crossbar -> pins
//             6 ARRIVE     1 REQUEST, 2 INPUT     3 OUTPUT, 4       4 LEAVE
//                                 ^-------- credits <--'  4, 7 CREDIT <- pins
//
// Timing: every output is a register. A flit on the input pins in cycle t is on the output pins in
// t + 2 at the earliest, a credit for it too.
// Bounds: straps are constant while there is traffic, depth_i from reset on.
module router #(
    parameter int RADIX = 5,       // ports, 2..65
    parameter int VCS = 2,         // virtual channels a port, 1..8
    parameter int DEPTH = 8,       // flits of buffer a VC, 1..64
    parameter int FLIT_BITS = 64,  // bits of payload, 16..512
    parameter int TABLE_SIZE = 0,  // entries of the routing table; 0: grid, routed by coordinates
    parameter int DIMS = RADIX > 32 ? 32 : RADIX - 1,  // dimension slots of a grid, 1..32
    parameter int PIPELINE = 1,    // cycles, 1..4
    parameter int VC_KIND = 0,     // enum allocator_kind, of VC allocation; PIPELINE 3 and 4
    parameter int SWITCH_KIND = 0, // and of switch allocation
    parameter int ITERATIONS = 1,  // of iSLIP, 1..4
    parameter int SPECULATIVE = 0, // 1: heads speculate on VC allocation; PIPELINE 3 and 4
    parameter int PACED = 0,       // 1: flit_cycles_i is heeded
    parameter int ROUTING = 0,     // strap of struct route_kind, of grids (model/net/routing.h)
    parameter int CLASS_VCS = VCS, // VCs of a traffic class
    parameter int GROUP_VCS = CLASS_VCS, // VCs of a group
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int INDEX_BITS = TABLE_SIZE > 1 ? $clog2(TABLE_SIZE) : 1
) (
    input  logic                       clk_i,
    input  logic                       rst_ni,          // synchronous
    // Straps: switching and buffers
    input  logic [1:0]                 mode_i,          // enum switching
    input  logic [6:0]                 depth_i,         // flits of buffer in use a VC, 1..DEPTH
    // Straps: fields of a head flit, and routing (model/net/routing.h)
    input  logic [31:0]                len_mask_i,
    input  logic [31:0]                addr_mask_i,
    input  logic [4:0]                 addr_lsb_i,
    input  logic                       by_flow_i,
    input  logic [4:0]                 via_bits_i,      // bits of a second address, after the first
    input  logic [6:0]                 max_flits_i,     // longest packet; ROUTING 7
    input  logic [VCS-1:0]             vcs_low_i,       // these two: of the first group
    input  logic [VCS-1:0]             vcs_high_i,
    input  logic [VCS-1:0]             vcs_class_i,     // of the first class
    // Straps: grids; quantities are in place, under the dimension's mask
    input  logic [31:0]                own_addr_i,
    input  logic [DIMS*32-1:0]         dim_mask_i,      // 0: the slot is not used
    input  logic [DIMS*32-1:0]         dim_size_i,      // side, masked
    input  logic [DIMS*32-1:0]         dim_limit_i,     // greatest forward distance that goes plus
    input  logic [DIMS*PORT_BITS-1:0]  dim_plus_i,      // port towards coordinate + 1
    input  logic [DIMS*PORT_BITS-1:0]  dim_minus_i,     // port towards coordinate - 1
    input  logic [DIMS-1:0]            dim_ring_i,      // datelines apply
    input  logic [DIMS-1:0]            dim_at_first_i,  // own coordinate is 0
    input  logic [DIMS-1:0]            dim_at_last_i,   // own coordinate is size - 1
    input  logic [RADIX*8-1:0]         flit_cycles_i,   // an output port: cycles its channel is busy with
                                                        // a flit, 0 for 1
    // Configuration: an entry of the routing table
    input  logic                       table_write_i,
    input  logic [INDEX_BITS-1:0]      table_index_i,
    input  logic [PORT_BITS-1:0]       table_port_i,
    input  logic [VCS-1:0]             table_vcs_i,
    // Channels into the router, a field a port
    input  logic [RADIX*6-1:0]         fwd_i,           // {valid, head, tail, VC (3 bits)}
    input  logic [RADIX*FLIT_BITS-1:0] payload_i,
    output logic [RADIX*VCS-1:0]       credit_o,        // a bit a VC
    output logic [RADIX-1:0]           ack_o,           // 0 in these switching modes
    output logic [RADIX-1:0]           nack_o,
    // Channels out of the router, a field a port
    output logic [RADIX*6-1:0]         fwd_o,
    output logic [RADIX*FLIT_BITS-1:0] payload_o,
    input  logic [RADIX*VCS-1:0]       credit_i,
    input  logic [RADIX-1:0]           ack_i,           // not used in these switching modes
    input  logic [RADIX-1:0]           nack_i
);

    localparam int Ports = 1 << PORT_BITS;  // fields of state, so that a port's number is in range
    localparam int VcBits = VCS > 1 ? $clog2(VCS) : 1;
    localparam int CreditBits = $clog2(DEPTH + 1);
    localparam logic Adaptive = ROUTING >= 3 && ROUTING <= 6;
    localparam logic Single = PIPELINE < 3 && SWITCH_KIND == 0 && !Adaptive && CLASS_VCS == VCS;

    // Parameter checks: an undefined module names the fault
    if (RADIX < 2 || RADIX > 65) begin : g_check_radix
        router_parameter_RADIX_must_be_2_to_65 u_fault ();
    end
    if (VCS < 1 || VCS > 8) begin : g_check_vcs
        router_parameter_VCS_must_be_1_to_8 u_fault ();
    end
    if (DEPTH < 1 || DEPTH > 64) begin : g_check_depth
        router_parameter_DEPTH_must_be_1_to_64 u_fault ();
    end
    if (FLIT_BITS < 16 || FLIT_BITS > 512) begin : g_check_flit_bits
        router_parameter_FLIT_BITS_must_be_16_to_512 u_fault ();
    end
    if (TABLE_SIZE < 0 || TABLE_SIZE > 8388608) begin : g_check_table_size
        router_parameter_TABLE_SIZE_must_be_0_to_8388608 u_fault ();
    end
    if (DIMS < 1 || DIMS > 32) begin : g_check_dims
        router_parameter_DIMS_must_be_1_to_32 u_fault ();
    end

    // Front flits, a field an input VC
    logic [RADIX*VCS-1:0]            filled;
    logic [RADIX*VCS-1:0]            whole;
    logic [RADIX*VCS*32-1:0]         infos;
    logic [RADIX*VCS*RADIX-1:0]      choices;        // output ports, a bit each
    // Credits, a field an output VC
    logic [Ports*VCS-1:0]            has_credit;
    logic [Ports*VCS*CreditBits-1:0] num_credits;
    // Output VCs, a field a port
    logic [Ports*VCS-1:0]            held;
    // Narrow channels
    logic [Ports-1:0]                channel_free;   // an output port
    logic                            paced;          // some channel is not free
    // Flits that leave
    logic [RADIX-1:0]                granted;        // an input port
    logic [RADIX*VCS-1:0]            leave;          // a field an input port: VC
    logic [RADIX*VCS*PORT_BITS-1:0]  out_port;       // of packets, a field an input VC
    logic [RADIX*FLIT_BITS-1:0]      leave_payload;
    logic [RADIX*RADIX-1:0]          grant;          // a field an output port: input port
    logic [Ports*VCS-1:0]            taken;          // VC
    logic [RADIX*6-1:0]              fwd;

    logic needs_room;
    logic needs_tail;

    switching u_switching (
        .mode_i,
        .needs_room_o(needs_room),
        .needs_tail_o(needs_tail)
    );

    for (genvar p = 0; p < RADIX; p++) begin : g_in
        input_buffer #(
            .RADIX     (RADIX),
            .VCS       (VCS),
            .DEPTH     (DEPTH),
            .FLIT_BITS (FLIT_BITS),
            .TABLE_SIZE(TABLE_SIZE),
            .DIMS      (DIMS),
            .ROUTING   (ROUTING),
            .CLASS_VCS (CLASS_VCS),
            .GROUP_VCS (GROUP_VCS)
        ) u_buffer (
            .clk_i,
            .rst_ni,
            .own_port_i(PORT_BITS'(p)),
            .depth_i,
            .needs_room_i(needs_room),
            .len_mask_i,
            .addr_mask_i,
            .addr_lsb_i,
            .by_flow_i,
            .vcs_low_i,
            .vcs_high_i,
            .vcs_class_i,
            .via_bits_i,
            .max_flits_i,
            .own_addr_i,
            .dim_mask_i,
            .dim_size_i,
            .dim_limit_i,
            .dim_plus_i,
            .dim_minus_i,
            .dim_ring_i,
            .dim_at_first_i,
            .dim_at_last_i,
            .table_write_i,
            .table_index_i,
            .table_port_i,
            .table_vcs_i,
            .valid_i   (fwd_i[p*6+5]),
            .head_i    (fwd_i[p*6+4]),
            .tail_i    (fwd_i[p*6+3]),
            .vc_i      (fwd_i[p*6+:VcBits]),
            .payload_i (payload_i[p*FLIT_BITS+:FLIT_BITS]),
            .filled_o  (filled[p*VCS+:VCS]),
            .whole_o   (whole[p*VCS+:VCS]),
            .infos_o   (infos[p*VCS*32+:VCS*32]),
            .choices_o (choices[p*VCS*RADIX+:VCS*RADIX]),
            .leave_i   (leave[p*VCS+:VCS]),
            .payload_o (leave_payload[p*FLIT_BITS+:FLIT_BITS])
        );

        logic unused_vc;
        assign unused_vc = ^fwd_i[p*6+:3];
    end

    if (Single) begin : g_single
        // Picks of the input ports
        logic [RADIX*RADIX-1:0] to;
        logic [RADIX-1:0]       head;
        logic [RADIX-1:0]       tail;
        logic [VCS*RADIX-1:0]   vcs;
        logic [RADIX-1:0]       wanted;

        input_allocator #(
            .RADIX      (RADIX),
            .VCS        (VCS),
            .CREDIT_BITS(CreditBits),
            .PACED      (PACED)
        ) u_input_allocator (
            .clk_i,
            .rst_ni,
            .needs_room_i(needs_room),
            .needs_tail_i(needs_tail),
            .filled_i    (filled),
            .whole_i     (whole),
            .infos_i     (infos),
            .held_i      (held),
            .has_credit_i(has_credit),
            .credits_i   (num_credits),
            .channel_free_i(channel_free),
            .to_o        (to),
            .head_o      (head),
            .tail_o      (tail),
            .vcs_o       (vcs),
            .wanted_o    (wanted),
            .granted_i   (granted),
            .taken_i     (taken),
            .leave_o     (leave),
            .out_port_o  (out_port)
        );

        output_allocator #(
            .RADIX(RADIX),
            .VCS  (VCS)
        ) u_output_allocator (
            .clk_i,
            .rst_ni,
            .to_i     (to),
            .head_i   (head),
            .tail_i   (tail),
            .vcs_i    (vcs),
            .wanted_i (wanted),
            .granted_o(granted),
            .grant_o  (grant),
            .taken_o  (taken),
            .fwd_o    (fwd),
            .held_o   (held)
        );
    end else begin : g_stages
        logic [RADIX*VCS*7-1:0] stalls;

        stages #(
            .RADIX      (RADIX),
            .VCS        (VCS),
            .CREDIT_BITS(CreditBits),
            .PIPELINE   (PIPELINE),
            .VC_KIND    (VC_KIND),
            .SWITCH_KIND(SWITCH_KIND),
            .ITERATIONS (ITERATIONS),
            .SPECULATIVE(SPECULATIVE),
            .ADAPTIVE   (Adaptive ? 1 : 0),
            .CLASS_VCS  (CLASS_VCS),
            .GROUP_VCS  (GROUP_VCS)
        ) u_stages (
            .clk_i,
            .rst_ni,
            .needs_tail_i  (needs_tail),
            .filled_i      (filled),
            .whole_i       (whole),
            .infos_i       (infos),
            .choices_i     (choices),
            .vcs_low_i,
            .vcs_high_i,
            .has_credit_i  (has_credit),
            .credits_i     (num_credits),
            .channel_free_i(channel_free),
            .held_o        (held),
            .leave_o       (leave),
            .out_port_o    (out_port),
            .granted_o     (granted),
            .grant_o       (grant),
            .taken_o       (taken),
            .fwd_o         (fwd),
            .stalls_o      (stalls)
        );

        logic unused_observed;
        assign unused_observed = ^{stalls, held, taken};  // router_sim.sv counts stalls
    end

    // Narrow channels
    if (PACED != 0) begin : g_paced
        channel_pace #(
            .RADIX(RADIX)
        ) u_pace (
            .clk_i,
            .rst_ni,
            .flit_cycles_i,
            .fwd_i  (fwd),
            .free_o (channel_free),
            .paced_o(paced)
        );
    end else begin : g_not_paced
        assign channel_free = '1;
        assign paced        = 1'b0;

        logic unused_flit_cycles;
        assign unused_flit_cycles = ^flit_cycles_i;
    end

    credits #(
        .RADIX      (RADIX),
        .VCS        (VCS),
        .CREDIT_BITS(CreditBits)
    ) u_credits (
        .clk_i,
        .rst_ni,
        .depth_i     (depth_i[CreditBits-1:0]),
        .taken_i     (taken[RADIX*VCS-1:0]),
        .credit_i,
        .has_credit_o(has_credit),
        .credits_o   (num_credits)
    );

    logic traversing;  // a flit is before the crossbar

    crossbar #(
        .RADIX    (RADIX),
        .FLIT_BITS(FLIT_BITS),
        .TRAVERSAL(PIPELINE > 1 ? 1 : 0)
    ) u_crossbar (
        .clk_i,
        .rst_ni,
        .payload_i(leave_payload),
        .grant_i  (grant),
        .fwd_i    (fwd),
        .fwd_o,
        .payload_o,
        .busy_o   (traversing)
    );

    // 4. LEAVE: the credits of the flits that left. Circuit switching's wires.
    always_ff @(posedge clk_i) begin
        if (!rst_ni) credit_o <= '0;
        else credit_o <= leave;
        ack_o  <= '0;
        nack_o <= '0;
    end

    // Tells when the next cycle changes nothing as long as the input pins are quiet
    logic busy;
    assign busy = filled != '0 || traversing || paced || fwd_o != '0 || credit_o != '0;

    logic unused_ack;
    assign unused_ack = ^{ack_i, nack_i, busy, granted};

    logic unused_here;
    assign unused_here = ^{out_port, choices};

`ifdef ORDITO_ASSERT
    always @(posedge clk_i)
        if (rst_ni) begin
            assert (mode_i != 2'd3);                            // ModeExists
            assert (depth_i != '0 && 32'(depth_i) <= DEPTH);    // DepthFitsTheBuffers
            assert (filled == '0 || vcs_class_i != '0 || TABLE_SIZE > 0);  // VcsAreSet
        end

    logic [RADIX-1:0] arriving;  // ports

    for (genvar p = 0; p < RADIX; p++) begin : g_assert_in
        assign arriving[p] = fwd_i[p*6+5];

        always @(posedge clk_i)
            if (rst_ni) assert (!arriving[p] || 32'(fwd_i[p*6+:3]) < VCS);  // VcExists
    end

    if (TABLE_SIZE == 0 && ROUTING == 0) begin : g_assert
        `include "grid_assert.svh"
    end
`endif
endmodule
