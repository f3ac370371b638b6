// SPDX-License-Identifier: Apache-2.0
// A router for circuit switching as Verilator's top, with the ports of router_sim.sv but for credits,
// and a strap more, so that the same door drives both. Simulation only.
//
// Timing: the router's. Counters are up to date with the last clock edge. busy_o is 0 if the next
// cycle changes nothing as long as the input pins are quiet.
module circuit_sim #(
    parameter int RADIX = 5,       // ports, 2..65
    parameter int FLIT_BITS = 64,  // bits of payload, 16..512
    parameter int TABLE_SIZE = 0   // entries of the routing table; 0: grid
) (
    input  logic                 clk_i,
    input  logic                 rst_ni,
    // Straps (circuit_router.sv), and those of router.sv that have no meaning here
    input  logic                 waits_i,
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
    // Channels in and out, a field a port; fwd is {valid, head, tail, kind}
    input  logic [RADIX*6-1:0]   fwd_i,
    input  logic [FLIT_BITS-1:0] payload_i[RADIX],
    input  logic [RADIX-1:0]     ack_i,
    input  logic [RADIX-1:0]     nack_i,
    output logic [RADIX*6-1:0]   fwd_o,
    output logic [FLIT_BITS-1:0] payload_o[RADIX],
    output logic [RADIX-1:0]     ack_o,
    output logic [RADIX-1:0]     nack_o,
    // Observation
    output logic                 busy_o,  // a probe is held or an output register not quiet
    output logic [63:0]          stalls_o[7]  // as ROUTER_STALLS of router.h lists them
);

    localparam int Dims = RADIX > 32 ? 32 : RADIX - 1;
    localparam int PortBits = $clog2(RADIX);
    localparam int IndexBits = TABLE_SIZE > 1 ? $clog2(TABLE_SIZE) : 1;

    logic [31:0]              len_mask;
    logic [31:0]              addr_mask;
    logic [4:0]               addr_lsb;
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
    logic [4:0]               via_bits;
    logic [6:0]               max_flits;
    logic                     table_write;
    logic [IndexBits-1:0]     table_index;
    logic [PortBits-1:0]      table_port;
    logic                     table_vcs;

    router_cfg #(
        .RADIX     (RADIX),
        .VCS       (1),
        .TABLE_SIZE(TABLE_SIZE),
        .DIMS      (Dims)
    ) u_cfg (
        .clk_i,
        .rst_ni,
        .cfg_valid_i,
        .cfg_addr_i,
        .cfg_data_i,
        .len_mask_o    (len_mask),
        .addr_mask_o   (addr_mask),
        .addr_lsb_o    (addr_lsb),
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
        .via_bits_o    (via_bits),
        .max_flits_o   (max_flits),
        .table_write_o (table_write),
        .table_index_o (table_index),
        .table_port_o  (table_port),
        .table_vcs_o   (table_vcs)
    );

    logic [RADIX*FLIT_BITS-1:0] in_payload;
    logic [RADIX*FLIT_BITS-1:0] out_payload;
    logic [RADIX-1:0]           held;
    logic [RADIX-1:0]           owned;
    logic [RADIX-1:0]           granted;

    circuit_router #(
        .RADIX     (RADIX),
        .FLIT_BITS (FLIT_BITS),
        .TABLE_SIZE(TABLE_SIZE),
        .DIMS      (Dims)
    ) u_router (
        .clk_i,
        .rst_ni,
        .waits_i,
        .addr_mask_i   (addr_mask),
        .addr_lsb_i    (addr_lsb),
        .own_addr_i    (own_addr),
        .dim_mask_i    (dim_mask),
        .dim_size_i    (dim_size),
        .dim_limit_i   (dim_limit),
        .dim_plus_i    (dim_plus),
        .dim_minus_i   (dim_minus),
        .dim_ring_i    (dim_ring),
        .dim_at_first_i(dim_at_first),
        .dim_at_last_i (dim_at_last),
        .table_write_i (table_write),
        .table_index_i (table_index),
        .table_port_i  (table_port),
        .fwd_i,
        .payload_i     (in_payload),
        .ack_o,
        .nack_o,
        .fwd_o,
        .payload_o     (out_payload),
        .ack_i,
        .nack_i,
        .held_o        (held),
        .owned_o       (owned),
        .granted_o     (granted)
    );

    for (genvar p = 0; p < RADIX; p++) begin : g_payload
        assign in_payload[p*FLIT_BITS+:FLIT_BITS] = payload_i[p];
        assign payload_o[p] = out_payload[p*FLIT_BITS+:FLIT_BITS];
    end

    logic unused_straps;
    assign unused_straps = ^{mode_i, depth_i, by_flow_i, vcs_low_i, vcs_high_i, vcs_class_i, len_mask,
                             flit_cycles, via_bits, max_flits, table_vcs};

    assign busy_o = held != '0 || fwd_o != '0 || ack_o != '0 || nack_o != '0;

    // Stalls: probes that are not granted
    logic [RADIX-1:0] why[7];

    for (genvar i = 0; i < 7; i++) begin : g_stalls
        assign why[i] = i == 1 ? held & owned : i == 4 ? held & ~owned & ~granted : '0;

        always_ff @(posedge clk_i) begin
            if (!rst_ni) stalls_o[i] <= '0;
            else if (held != '0) stalls_o[i] <= stalls_o[i] + 64'($countones(why[i]));
        end
    end
endmodule
