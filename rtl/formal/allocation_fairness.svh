// SPDX-License-Identifier: Apache-2.0
// Bounded waiting of allocation_proof.sv, by arbiter: an input whose pick stays at an output port is
// granted in RADIX cycles at the latest; a VC that stays ready sees each other VC of its input leave
// once at most before it is picked.
(* anyconst *) logic [IN_BITS-1:0]   in;
(* anyconst *) logic [PORT_BITS-1:0] out;
(* anyconst *) logic [VC_BITS-1:0]   vc;

always @* assume (32'(in) < RADIX && 32'(out) < RADIX && 32'(vc) < VCS);

// At the output port: cycles
logic [7:0] lost_q;
logic       tries;
logic       wins;

assign tries = to[in*RADIX+out];
assign wins  = grant[out*RADIX+in];

always_ff @(posedge clk_i) begin
    if (!rst_ni || !tries || wins) lost_q <= '0;
    else lost_q <= lost_q + 1'b1;
end

// At the input port: flits of other VCs
logic [7:0]     passed_q;
logic [VCS-1:0] leaves;  // by the input port

assign leaves = leave[in*VCS+:VCS];

always_ff @(posedge clk_i) begin
    if (!rst_ni || !ready[in*VCS+vc] || leaves[vc]) passed_q <= '0;
    else if (leaves != '0) passed_q <= passed_q + 1'b1;
end

always @*
    if (rst_ni) begin
        assert (!tries || wins || 32'(lost_q) + 1 < RADIX);                   // InputWaitsForEachOther
        assert (32'(lost_q) < RADIX);
        assert (32'(passed_q) < VCS);                                         // VcWaitsForEachOther
        cover (32'(lost_q) == RADIX - 1 && wins);
        cover (32'(passed_q) == VCS - 1 && leaves[vc]);
    end

// What makes them inductive: what the allocators keep of a packet is what the model says it holds
(* hierconn *) wire [NUM_VCS*VCS-1:0]       \u_input.out_vc_q ;

wire [NUM_VCS*VCS-1:0] out_vc_q = \u_input.out_vc_q ;

for (genvar x = 0; x < NUM_VCS; x++) begin : g_state
    logic [PORT_BITS-1:0] port;

    assign port = out_port[x*PORT_BITS+:PORT_BITS];

    always @*
        if (rst_ni)
            assert (owns_q[x*PORTS*VCS+:PORTS*VCS] ==
                (PORTS*VCS)'(out_vc_q[x*VCS+:VCS]) << (port * VCS));
end

// and turns until the pointer is there
(* hierconn *) wire [RADIX*VCS-1:0]   \u_input.rr_vc_q ;
(* hierconn *) wire [RADIX*RADIX-1:0] \u_output.rr_in_q ;

wire [RADIX*VCS-1:0]   rr_vc_q = \u_input.rr_vc_q ;
wire [RADIX*RADIX-1:0] rr_in_q = \u_output.rr_in_q ;

logic [VCS-1:0]   rr_vc;
logic [RADIX-1:0] rr_in;
logic [7:0]       vc_turns;
logic [7:0]       in_turns;

assign rr_vc = rr_vc_q[in*VCS+:VCS];
assign rr_in = rr_in_q[out*RADIX+:RADIX];

always_comb begin
    vc_turns = '0;
    for (int v = 0; v < VCS; v++)
        if (rr_vc == '0 || rr_vc[vc] ? v < vc && (rr_vc == '0 || rr_vc[v]) : v < vc || rr_vc[v])
            vc_turns = vc_turns + 1'b1;
    in_turns = '0;
    for (int i = 0; i < RADIX; i++)
        if (rr_in == '0 || rr_in[in] ? i < in && (rr_in == '0 || rr_in[i]) : i < in || rr_in[i])
            in_turns = in_turns + 1'b1;
end

always @*
    if (rst_ni) begin
        assert (passed_q + vc_turns < VCS);
        assert (lost_q + in_turns < RADIX);
    end
