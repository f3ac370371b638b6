// SPDX-License-Identifier: Apache-2.0
// Router for circuit switching. model/net/router_circuit.h states what it does in which cycle; the
// code cites the numbers of its steps.
//
//   probes:  pins -> circuit_input -> circuit_state (1 PROBE, 2 BLOCKED) -> forward registers
//   data:    pins ---------- crossbar, 3 STREAM, set by circuit_state ----> forward registers
//   answers: backward pins - the same the other way, 5 ANSWER ------------> backward registers
//
// Timing: every output is a register. A probe on the input pins in cycle t is on the output pins in
// t + 2 at the earliest; data and answers are in t + 1.
// Bounds: straps are constant while there is traffic. There are no buffers: data comes only on a
// circuit that is connected, and its receiver takes a flit a cycle.
module circuit_router #(
    parameter int RADIX = 5,       // ports, 2..65
    parameter int FLIT_BITS = 64,  // bits of payload, 16..512
    parameter int TABLE_SIZE = 0,  // entries of the routing table; 0: grid, routed by coordinates
    parameter int DIMS = RADIX > 32 ? 32 : RADIX - 1,  // dimension slots of a grid, 1..32
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int INDEX_BITS = TABLE_SIZE > 1 ? $clog2(TABLE_SIZE) : 1
) (
    input  logic                       clk_i,
    input  logic                       rst_ni,          // synchronous
    // Straps: what a blocked probe does; fields of a probe, and routing (model/net/routing.h)
    input  logic                       waits_i,
    input  logic [31:0]                addr_mask_i,
    input  logic [4:0]                 addr_lsb_i,
    // Straps: grids, as in router.sv
    input  logic [31:0]                own_addr_i,
    input  logic [DIMS*32-1:0]         dim_mask_i,
    input  logic [DIMS*32-1:0]         dim_size_i,
    input  logic [DIMS*32-1:0]         dim_limit_i,
    input  logic [DIMS*PORT_BITS-1:0]  dim_plus_i,
    input  logic [DIMS*PORT_BITS-1:0]  dim_minus_i,
    input  logic [DIMS-1:0]            dim_ring_i,
    input  logic [DIMS-1:0]            dim_at_first_i,
    input  logic [DIMS-1:0]            dim_at_last_i,
    // Configuration: an entry of the routing table
    input  logic                       table_write_i,
    input  logic [INDEX_BITS-1:0]      table_index_i,
    input  logic [PORT_BITS-1:0]       table_port_i,
    // Channels into the router, a field a port
    input  logic [RADIX*6-1:0]         fwd_i,           // {valid, head, tail, kind (3 bits)}
    input  logic [RADIX*FLIT_BITS-1:0] payload_i,
    output logic [RADIX-1:0]           ack_o,
    output logic [RADIX-1:0]           nack_o,
    // Channels out of the router, a field a port
    output logic [RADIX*6-1:0]         fwd_o,
    output logic [RADIX*FLIT_BITS-1:0] payload_o,
    input  logic [RADIX-1:0]           ack_i,
    input  logic [RADIX-1:0]           nack_i,
    // Observation
    output logic [RADIX-1:0]           held_o,          // register: an input holds a probe
    output logic [RADIX-1:0]           owned_o,         // whose output port somebody owns
    output logic [RADIX-1:0]           granted_o        // which goes on
);

    // Kinds of flits, enum circuit_kind
    localparam logic [2:0] Probe = 3'd1;
    localparam int FreesBit = 1;

    // Parameter checks: an undefined module names the fault
    if (RADIX < 2 || RADIX > 65) begin : g_check_radix
        router_parameter_RADIX_must_be_2_to_65 u_fault ();
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

    logic [RADIX-1:0]           valid;          // a flit is on the pins of an input
    logic [RADIX-1:0]           frees;          // and frees its circuit
    logic [RADIX-1:0]           idle;           // inputs
    logic [RADIX*PORT_BITS-1:0] ports;          // of the probes that inputs hold
    logic [RADIX*FLIT_BITS-1:0] probe_payload;
    // What is loaded into the forward registers, a field an output: an input, one-hot or 0
    logic [RADIX*RADIX-1:0]     probe_from;
    logic [RADIX*RADIX-1:0]     data_from;

    for (genvar p = 0; p < RADIX; p++) begin : g_in
        assign valid[p] = fwd_i[p*6+5];
        assign frees[p] = fwd_i[p*6+5] && fwd_i[p*6+FreesBit];

        circuit_input #(
            .RADIX     (RADIX),
            .FLIT_BITS (FLIT_BITS),
            .TABLE_SIZE(TABLE_SIZE),
            .DIMS      (DIMS)
        ) u_input (
            .clk_i,
            .own_port_i(PORT_BITS'(p)),
            .addr_mask_i,
            .addr_lsb_i,
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
            .take_i    (valid[p] && idle[p]),
            .payload_i (payload_i[p*FLIT_BITS+:FLIT_BITS]),
            .port_o    (ports[p*PORT_BITS+:PORT_BITS]),
            .payload_o (probe_payload[p*FLIT_BITS+:FLIT_BITS])
        );
    end

    circuit_state #(
        .RADIX(RADIX)
    ) u_state (
        .clk_i,
        .rst_ni,
        .waits_i,
        .valid_i     (valid),
        .frees_i     (frees),
        .ports_i     (ports),
        .ack_i,
        .nack_i,
        .ack_o,
        .nack_o,
        .idle_o      (idle),
        .held_o,
        .owned_o,
        .granted_o,
        .probe_from_o(probe_from),
        .data_from_o (data_from)
    );

    // 1. PROBE, 3. STREAM: the crossbar
    for (genvar o = 0; o < RADIX; o++) begin : g_out
        logic [RADIX-1:0]     probe;
        logic [RADIX-1:0]     data;
        logic [5:0]           fwd_d;
        logic [5:0]           fwd_q;
        logic [FLIT_BITS-1:0] payload_q;

        assign probe = probe_from[o*RADIX+:RADIX];
        assign data  = data_from[o*RADIX+:RADIX];

        always_comb begin
            fwd_d = '0;
            if (probe != '0) fwd_d = {3'b100, Probe};
            for (int i = 0; i < RADIX; i++) if (data[i]) fwd_d = fwd_i[i*6+:6];
        end

        always_ff @(posedge clk_i) begin
            if (!rst_ni) fwd_q <= '0;
            else fwd_q <= fwd_d;
            if (probe != '0 || data != '0)
                for (int i = 0; i < RADIX; i++) begin
                    if (probe[i]) payload_q <= probe_payload[i*FLIT_BITS+:FLIT_BITS];
                    if (data[i]) payload_q <= payload_i[i*FLIT_BITS+:FLIT_BITS];
                end
        end

        assign fwd_o[o*6+:6]                     = fwd_q;
        assign payload_o[o*FLIT_BITS+:FLIT_BITS] = payload_q;
    end

`ifdef ORDITO_ASSERT
    for (genvar p = 0; p < RADIX; p++) begin : g_assert
        logic [2:0] kind;

        assign kind = fwd_i[p*6+:3];

        always @(posedge clk_i)
            if (rst_ni) begin
                assert (!valid[p] || !kind[2]);                                // KindExists
                assert (!valid[p] || idle[p] == (kind == Probe));              // ProbeComesFirst
                assert (!held_o[p] || 32'(ports[p*PORT_BITS+:PORT_BITS]) < RADIX);  // RouteHasAPort
                assert (probe_from[p*RADIX+:RADIX] == '0 || data_from[p*RADIX+:RADIX] == '0);
            end
    end
`endif
endmodule
