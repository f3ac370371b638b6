// SPDX-License-Identifier: Apache-2.0
// Configuration registers of a router in simulation: the straps that differ from router to router,
// written a word a cycle after reset and before traffic. Addresses:
//
//   0x000000 + 4 d + w  dimension slot d, word w: 0 mask, 1 size, 2 limit, 3 {18 own coordinate is
//                       size - 1, 17 own coordinate is 0, 16 ring, 14:8 minus port, 6:0 plus port}
//   0x010000            own address in place
//   0x010001            len_mask     0x010002  addr_mask     0x010003  addr_lsb
//   0x010004            via_bits     0x010005  max_flits
//   0x020000 + p        cycles that a flit occupies the channel of output port p
//   0x800000 + i        entry i of the routing table: {15:8 VCs, 6:0 port}
//
// Timing: a word written at the end of cycle t is in use from t + 1 on. After reset all are 0: no
// dimension is in use.
module router_cfg #(
    parameter int RADIX = 5,       // ports, 2..65
    parameter int VCS = 2,         // 1..8
    parameter int TABLE_SIZE = 0,  // entries of the routing table; 0: none
    parameter int DIMS = 4,        // dimension slots, 1..32
    parameter int PACED = 0,       // 1: there are narrow channels
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int INDEX_BITS = TABLE_SIZE > 1 ? $clog2(TABLE_SIZE) : 1
) (
    input  logic                      clk_i,
    input  logic                      rst_ni,
    // Configuration port
    input  logic                      cfg_valid_i,
    input  logic [23:0]               cfg_addr_i,
    input  logic [31:0]               cfg_data_i,
    // Straps of the router
    output logic [31:0]               len_mask_o,
    output logic [31:0]               addr_mask_o,
    output logic [4:0]                addr_lsb_o,
    output logic [4:0]                via_bits_o,
    output logic [6:0]                max_flits_o,
    output logic [31:0]               own_addr_o,
    output logic [DIMS*32-1:0]        dim_mask_o,
    output logic [DIMS*32-1:0]        dim_size_o,
    output logic [DIMS*32-1:0]        dim_limit_o,
    output logic [DIMS*PORT_BITS-1:0] dim_plus_o,
    output logic [DIMS*PORT_BITS-1:0] dim_minus_o,
    output logic [DIMS-1:0]           dim_ring_o,
    output logic [DIMS-1:0]           dim_at_first_o,
    output logic [DIMS-1:0]           dim_at_last_o,
    output logic [RADIX*8-1:0]        flit_cycles_o,
    // The router's routing table
    output logic                      table_write_o,
    output logic [INDEX_BITS-1:0]     table_index_o,
    output logic [PORT_BITS-1:0]      table_port_o,
    output logic [VCS-1:0]            table_vcs_o
);

    always_ff @(posedge clk_i) begin
        if (!rst_ni) begin
            own_addr_o     <= '0;
            len_mask_o     <= '0;
            addr_mask_o    <= '0;
            addr_lsb_o     <= '0;
            via_bits_o     <= '0;
            max_flits_o    <= '0;
            dim_mask_o     <= '0;
            dim_size_o     <= '0;
            dim_limit_o    <= '0;
            dim_plus_o     <= '0;
            dim_minus_o    <= '0;
            dim_ring_o     <= '0;
            dim_at_first_o <= '0;
            dim_at_last_o  <= '0;
        end else if (cfg_valid_i) begin
            if (cfg_addr_i[23] || cfg_addr_i[17]) begin
                // the table's, or a channel's
            end else if (cfg_addr_i[16]) begin
                case (cfg_addr_i[2:0])
                    3'd0: own_addr_o <= cfg_data_i;
                    3'd1: len_mask_o <= cfg_data_i;
                    3'd2: addr_mask_o <= cfg_data_i;
                    3'd3: addr_lsb_o <= cfg_data_i[4:0];
                    3'd4: via_bits_o <= cfg_data_i[4:0];
                    default: max_flits_o <= cfg_data_i[6:0];
                endcase
            end else begin
                for (int d = 0; d < DIMS; d++)
                    if (cfg_addr_i[15:2] == 14'(d)) begin
                        case (cfg_addr_i[1:0])
                            2'd0: dim_mask_o[d*32+:32] <= cfg_data_i;
                            2'd1: dim_size_o[d*32+:32] <= cfg_data_i;
                            2'd2: dim_limit_o[d*32+:32] <= cfg_data_i;
                            default: begin
                                dim_plus_o[d*PORT_BITS+:PORT_BITS]  <= cfg_data_i[0+:PORT_BITS];
                                dim_minus_o[d*PORT_BITS+:PORT_BITS] <= cfg_data_i[8+:PORT_BITS];
                                dim_ring_o[d]                       <= cfg_data_i[16];
                                dim_at_first_o[d]                   <= cfg_data_i[17];
                                dim_at_last_o[d]                    <= cfg_data_i[18];
                            end
                        endcase
                    end
            end
        end
    end

    if (PACED != 0) begin : g_paced
        always_ff @(posedge clk_i) begin
            if (!rst_ni) flit_cycles_o <= '0;
            else if (cfg_valid_i && !cfg_addr_i[23] && cfg_addr_i[17])
                for (int p = 0; p < RADIX; p++)
                    if (cfg_addr_i[6:0] == 7'(p)) flit_cycles_o[p*8+:8] <= cfg_data_i[7:0];
        end
    end else begin : g_not_paced
        assign flit_cycles_o = '0;
    end

    assign table_write_o = cfg_valid_i && cfg_addr_i[23];
    assign table_index_o = cfg_addr_i[INDEX_BITS-1:0];
    assign table_port_o  = cfg_data_i[PORT_BITS-1:0];
    assign table_vcs_o   = cfg_data_i[8+:VCS];

    logic unused_addr;
    assign unused_addr = ^cfg_addr_i;

`ifdef ORDITO_ASSERT
    always @(posedge clk_i)
        if (rst_ni && cfg_valid_i) begin
            if (cfg_addr_i[23]) begin
                assert (32'(cfg_addr_i[22:0]) + 1 <= TABLE_SIZE);            // EntryExists
                assert (32'(cfg_data_i[6:0]) < RADIX || cfg_data_i[6:0] == '1);  // PortExists
            end else if (cfg_addr_i < 24'h10000) begin
                assert (32'(cfg_addr_i[15:2]) < DIMS || cfg_data_i == '0);  // SlotExists
                assert (cfg_addr_i[1:0] != 2'd3 || 32'(cfg_data_i[6:0]) < RADIX);   // PlusPortExists
                assert (cfg_addr_i[1:0] != 2'd3 || 32'(cfg_data_i[14:8]) < RADIX);  // MinusPortExists
            end else if (cfg_addr_i[17]) begin
                assert (PACED != 0 && 32'(cfg_addr_i[16:0]) < RADIX);       // ChannelExists
            end else begin
                assert (cfg_addr_i < 24'h10006);                            // RegisterExists
            end
        end
`endif

endmodule
