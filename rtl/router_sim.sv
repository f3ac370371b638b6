// SPDX-License-Identifier: Apache-2.0
// A router as Verilator's top: ports that are plain integers or arrays of them in C++, the
// configuration port, and the stall counters. Simulation only.
//
// Timing: the router's. Counters are up to date with the last clock edge. busy_o is 0 if the next
// cycle changes nothing as long as the input pins are quiet.
module router_sim #(
    parameter int RADIX = 5,       // ports, 2..65
    parameter int VCS = 2,         // virtual channels a port, 1..8
    parameter int DEPTH = 8,       // flits of buffer a VC, 1..64
    parameter int FLIT_BITS = 64,  // bits of payload, 16..512
    parameter int TABLE_SIZE = 0,  // entries of the routing table; 0: grid
    parameter int PIPELINE = 1,    // router.sv
    parameter int VC_KIND = 0,
    parameter int SWITCH_KIND = 0,
    parameter int ITERATIONS = 1,
    parameter int SPECULATIVE = 0,
    parameter int PACED = 0,
    parameter int ROUTING = 0,
    parameter int CLASS_VCS = VCS,
    parameter int GROUP_VCS = CLASS_VCS
) (
    input  logic                 clk_i,
    input  logic                 rst_ni,
    // Straps (router.sv)
    input  logic [1:0]           mode_i,
    input  logic [6:0]           depth_i,
    input  logic                 by_flow_i,
    input  logic [7:0]           vcs_low_i,
    input  logic [7:0]           vcs_high_i,
    input  logic [7:0]           vcs_class_i,
    // Configuration port (router_cfg.sv)
    input  logic                 cfg_valid_i,
    input  logic [23:0]          cfg_addr_i,
    input  logic [31:0]          cfg_data_i,
    // Channels in and out, a field a port; fwd is {valid, head, tail, vc}, credit a bit a VC
    input  logic [RADIX*6-1:0]   fwd_i,
    input  logic [FLIT_BITS-1:0] payload_i[RADIX],
    input  logic [RADIX*VCS-1:0] credit_i,
    input  logic [RADIX-1:0]     ack_i,
    input  logic [RADIX-1:0]     nack_i,
    output logic [RADIX*6-1:0]   fwd_o,
    output logic [FLIT_BITS-1:0] payload_o[RADIX],
    output logic [RADIX*VCS-1:0] credit_o,
    output logic [RADIX-1:0]     ack_o,
    output logic [RADIX-1:0]     nack_o,
    // Observation
    output logic                 busy_o,  // a FIFO is not empty or an output register not quiet
    output logic [63:0]          stalls_o[7]  // as ROUTER_STALLS of router.h lists them
);

    localparam int Dims = RADIX > 32 ? 32 : RADIX - 1;
    localparam int PortBits = $clog2(RADIX);
    localparam int IndexBits = TABLE_SIZE > 1 ? $clog2(TABLE_SIZE) : 1;

    // Sampled, which keeps Verilator from evaluating the router again for input pins
    logic [1:0]               mode_q;

    always_ff @(posedge clk_i) mode_q <= mode_i;

    logic [31:0]              len_mask;
    logic [31:0]              addr_mask;
    logic [4:0]               addr_lsb;
    logic [4:0]               via_bits;
    logic [6:0]               max_flits;
    logic [31:0]              own_addr;
    logic [Dims*32-1:0]       dim_mask;
    logic [Dims*32-1:0]       dim_size;
    logic [Dims*32-1:0]       dim_limit;
    logic [Dims*PortBits-1:0] dim_plus;
    logic [Dims*PortBits-1:0] dim_minus;
    logic [Dims-1:0]          dim_ring;
    logic [Dims-1:0]          dim_at_first;
    logic [Dims-1:0]          dim_at_last;
    logic [RADIX*8-1:0]       flit_cycles;
    logic                     table_write;
    logic [IndexBits-1:0]     table_index;
    logic [PortBits-1:0]      table_port;
    logic [VCS-1:0]           table_vcs;

    router_cfg #(
        .RADIX     (RADIX),
        .VCS       (VCS),
        .TABLE_SIZE(TABLE_SIZE),
        .DIMS      (Dims),
        .PACED     (PACED)
    ) u_cfg (
        .clk_i,
        .rst_ni,
        .cfg_valid_i,
        .cfg_addr_i,
        .cfg_data_i,
        .len_mask_o    (len_mask),
        .addr_mask_o   (addr_mask),
        .addr_lsb_o    (addr_lsb),
        .via_bits_o    (via_bits),
        .max_flits_o   (max_flits),
        .own_addr_o    (own_addr),
        .dim_mask_o    (dim_mask),
        .dim_size_o    (dim_size),
        .dim_limit_o   (dim_limit),
        .dim_plus_o    (dim_plus),
        .dim_minus_o   (dim_minus),
        .dim_ring_o    (dim_ring),
        .dim_at_first_o(dim_at_first),
        .dim_at_last_o (dim_at_last),
        .flit_cycles_o (flit_cycles),
        .table_write_o (table_write),
        .table_index_o (table_index),
        .table_port_o  (table_port),
        .table_vcs_o   (table_vcs)
    );

    logic [RADIX*FLIT_BITS-1:0] in_payload;
    logic [RADIX*FLIT_BITS-1:0] out_payload;

    router #(
        .RADIX     (RADIX),
        .VCS       (VCS),
        .DEPTH     (DEPTH),
        .FLIT_BITS (FLIT_BITS),
        .TABLE_SIZE(TABLE_SIZE),
        .DIMS      (Dims),
        .PIPELINE   (PIPELINE),
        .VC_KIND    (VC_KIND),
        .SWITCH_KIND(SWITCH_KIND),
        .ITERATIONS (ITERATIONS),
        .SPECULATIVE(SPECULATIVE),
        .PACED      (PACED),
        .ROUTING    (ROUTING),
        .CLASS_VCS  (CLASS_VCS),
        .GROUP_VCS  (GROUP_VCS)
    ) u_router (
        .clk_i,
        .rst_ni,
        .mode_i        (mode_q),
        .depth_i,
        .len_mask_i    (len_mask),
        .addr_mask_i   (addr_mask),
        .addr_lsb_i    (addr_lsb),
        .by_flow_i     (by_flow_i),
        .via_bits_i    (via_bits),
        .max_flits_i   (max_flits),
        .vcs_low_i     (vcs_low_i[VCS-1:0]),
        .vcs_high_i    (vcs_high_i[VCS-1:0]),
        .vcs_class_i     (vcs_class_i[VCS-1:0]),
        .own_addr_i    (own_addr),
        .dim_mask_i    (dim_mask),
        .dim_size_i    (dim_size),
        .dim_limit_i   (dim_limit),
        .dim_plus_i    (dim_plus),
        .dim_minus_i   (dim_minus),
        .dim_ring_i    (dim_ring),
        .dim_at_first_i(dim_at_first),
        .dim_at_last_i (dim_at_last),
        .flit_cycles_i (flit_cycles),
        .table_write_i (table_write),
        .table_index_i (table_index),
        .table_port_i  (table_port),
        .table_vcs_i   (table_vcs),
        .fwd_i,
        .payload_i     (in_payload),
        .credit_o      (credit_o),
        .ack_o         (ack_o),
        .nack_o        (nack_o),
        .fwd_o         (fwd_o),
        .payload_o     (out_payload),
        .credit_i,
        .ack_i,
        .nack_i
    );

    for (genvar p = 0; p < RADIX; p++) begin : g_payload
        assign in_payload[p*FLIT_BITS+:FLIT_BITS] = payload_i[p];
        assign payload_o[p] = out_payload[p*FLIT_BITS+:FLIT_BITS];
    end

    logic unused_vcs;
    assign unused_vcs = ^{vcs_low_i, vcs_high_i, vcs_class_i};

    assign busy_o = u_router.busy;

    // Stalls: front flits that stay, from the inside of the router. What follows from them is counted
    // by one process, so that Verilator evaluates it only when some stay.
    localparam int NumVcs = RADIX * VCS;

    logic [NumVcs-1:0] stay;

    assign stay = u_router.filled & ~u_router.leave;

    if (PIPELINE < 3 && SWITCH_KIND == 0 && (ROUTING < 3 || ROUTING > 6) && CLASS_VCS == VCS) begin : g_single
        // Those that find no output VC, as far as it is for want of a free one
        function automatic logic [NumVcs-1:0] without_vc(
            input logic [NumVcs-1:0]        waiting,
            input logic [NumVcs*32-1:0]     infos,
            input logic [NumVcs*VCS-1:0]    out_vc,
            input logic [(VCS<<PortBits)-1:0] held
        );
            logic [PortBits-1:0] port;

            without_vc = '0;
            for (int x = 0; x < NumVcs; x++)
                if (waiting[x]) begin
                    port          = infos[x*32+8+VCS+:PortBits];
                    without_vc[x] = out_vc[x*VCS+:VCS] == '0 &&
                        (infos[x*32+8+:VCS] & ~held[port*VCS+:VCS]) == '0;
                end
        endfunction

        logic [NumVcs-1:0] usable;
        logic [NumVcs-1:0] whole;
        logic [NumVcs-1:0] ready;

        assign usable = u_router.g_single.u_input_allocator.usable;
        assign whole  = u_router.g_single.u_input_allocator.whole;
        assign ready  = u_router.g_single.u_input_allocator.ready;

        always_ff @(posedge clk_i) begin
            if (!rst_ni) for (int i = 0; i < 7; i++) stalls_o[i] <= '0;
            else if (stay != '0) begin
                if ((stay & ~usable) != '0) begin
                    stalls_o[0] <= stalls_o[0] + 64'($countones(
                        stay & ~usable & ~without_vc(
                            stay & ~usable, u_router.infos,
                            u_router.g_single.u_input_allocator.out_vc_q, u_router.held)));
                    stalls_o[1] <= stalls_o[1] + 64'($countones(
                        without_vc(stay & ~usable, u_router.infos,
                            u_router.g_single.u_input_allocator.out_vc_q, u_router.held)));
                end
                stalls_o[2] <= stalls_o[2] + 64'($countones(stay & usable & ~whole));
                stalls_o[4] <= stalls_o[4] + 64'($countones(stay & ready));
                stalls_o[5] <= stalls_o[5] + 64'($countones(stay & whole & ~ready));
            end
        end
    end else begin : g_stages
        logic [NumVcs*7-1:0] why;

        assign why = u_router.g_stages.stalls;

        for (genvar i = 0; i < 7; i++) begin : g_stalls
            always_ff @(posedge clk_i) begin
                if (!rst_ni) stalls_o[i] <= '0;
                else if (stay != '0)
                    stalls_o[i] <= stalls_o[i] + 64'($countones(why[i*NumVcs+:NumVcs]));
            end
        end
    end

`ifdef ORDITO_ASSERT
    always @(posedge clk_i) assert (rst_ni || (fwd_i == '0 && credit_i == '0));  // PinsAreQuietInReset
`endif
endmodule
