// SPDX-License-Identifier: Apache-2.0
// Outputs' side of allocation: steps 3 and 4 of the timing contract in model/net/router.h, and what an
// output VC keeps of steps 4 and 5. Every output port grants one of the picks that go to it and
// chooses the output VC.
//
// Timing, round-robin pointers and style: as in input_allocator.sv.
module output_allocator #(
    parameter int RADIX = 5,  // ports, 2..65
    parameter int VCS = 2,    // 1..8
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int PORTS = 1 << PORT_BITS  // fields, so that a port's number is in range
) (
    input  logic                      clk_i,
    input  logic                      rst_ni,
    // To and from input_allocator.sv
    input  logic [RADIX*RADIX-1:0]    to_i,       // a field an input port: where its pick goes,
                                                  // one-hot or 0
    input  logic [RADIX-1:0]          head_i,     // a bit an input port: that is a head
    input  logic [RADIX-1:0]          tail_i,     // and a tail
    input  logic [VCS*RADIX-1:0]      vcs_i,      // a field an output VC: may use it
    input  logic [RADIX-1:0]          wanted_i,   // an output port: some pick goes there
    output logic [RADIX-1:0]          granted_o,  // an input port: its pick leaves
    // Flits that leave, a field an output port
    output logic [RADIX*RADIX-1:0]    grant_o,    // input port, one-hot or 0
    output logic [PORTS*VCS-1:0]      taken_o,    // output VC, one-hot or 0
    output logic [RADIX*6-1:0]        fwd_o,      // {valid, head, tail, VC}
    // Output VCs: a packet holds it
    output logic [PORTS*VCS-1:0]      held_o      // register
);

    // State
    logic [RADIX*RADIX-1:0] rr_in_q;      // round-robin pointers of an output port
    logic [RADIX*VCS-1:0]   rr_out_vc_q;
    logic [PORTS*VCS-1:0]   held_d;
    logic [RADIX*RADIX-1:0] rr_in_d;
    logic [RADIX*VCS-1:0]   rr_out_vc_d;

    // Vectors of all ports,
    logic [RADIX-1:0]       granted;
    logic [RADIX*RADIX-1:0] grants;
    logic [PORTS*VCS-1:0]   taken;
    logic [RADIX*6-1:0]     fwd;
    logic [PORTS*VCS-1:0]   held;
    logic [RADIX*RADIX-1:0] rr_in;
    logic [RADIX*VCS-1:0]   rr_out_vc;
    // of an output port
    logic [RADIX-1:0]       request;
    logic [RADIX-1:0]       in;
    logic                   head;
    logic                   tail;
    logic [VCS-1:0]         vcs;
    logic [VCS-1:0]         out;
    logic [2:0]             vc;

    always_comb begin
        granted   = '0;
        grants    = '0;
        taken     = '0;
        fwd       = '0;
        held      = held_o;
        rr_in     = rr_in_q;
        rr_out_vc = rr_out_vc_q;
        request   = '0;
        in        = '0;
        head      = 1'b0;
        tail      = 1'b0;
        vcs       = '0;
        out       = '0;
        vc        = '0;
        if (wanted_i != '0)
            for (int o = 0; o < RADIX; o++)
                if (wanted_i[o]) begin
                    // 3. OUTPUT ARBITRATION.
                    request = '0;
                    for (int i = 0; i < RADIX; i++)
                        request = request | (RADIX'(to_i[i*RADIX+o]) << i);
                    in   = request & rr_in_q[o*RADIX+:RADIX];
                    in   = in | (request & {RADIX{in == '0}});
                    in   = in & (~in + 1'b1);
                    head = (head_i & in) != '0;
                    tail = (tail_i & in) != '0;
                    vcs  = '0;
                    for (int v = 0; v < VCS; v++)
                        vcs = vcs | (VCS'((vcs_i[v*RADIX+:RADIX] & in) != '0) << v);
                    // 4. LEAVE. A body flit has one usable VC: the choice of a head serves for both.
                    out = vcs & rr_out_vc_q[o*VCS+:VCS];
                    out = out | (vcs & {VCS{out == '0}});
                    out = out & (~out + 1'b1);
                    vc  = '0;
                    for (int v = 0; v < VCS; v++) vc = vc | ({3{out[v]}} & 3'(v));
                    vcs     = out & {VCS{tail}};
                    held    = held | ((PORTS*VCS)'(out) << (o*VCS));
                    held    = held & ~((PORTS*VCS)'(vcs) << (o*VCS));
                    granted = granted | in;
                    grants  = grants | ((RADIX*RADIX)'(in) << (o*RADIX));
                    taken   = taken | ((PORTS*VCS)'(out) << (o*VCS));
                    fwd     = fwd | ((RADIX*6)'({1'b1, head, tail, vc}) << (o*6));
                    // 5. POINTERS.
                    in        = ~(in | (in - 1'b1));
                    rr_in     = rr_in & ~((RADIX*RADIX)'({RADIX{1'b1}}) << (o*RADIX));
                    rr_in     = rr_in | ((RADIX*RADIX)'(in) << (o*RADIX));
                    out       = ~(out | (out - 1'b1)) & {VCS{head}};
                    rr_out_vc = rr_out_vc & ~((RADIX*VCS)'({VCS{head}}) << (o*VCS));
                    rr_out_vc = rr_out_vc | ((RADIX*VCS)'(out) << (o*VCS));
                end
        granted_o   = granted;
        grant_o     = grants;
        taken_o     = taken;
        fwd_o       = fwd;
        held_d      = held;
        rr_in_d     = rr_in;
        rr_out_vc_d = rr_out_vc;
    end

    always_ff @(posedge clk_i) begin
        if (!rst_ni) begin
            held_o      <= '0;
            rr_in_q     <= '0;
            rr_out_vc_q <= '0;
        end else if (wanted_i != '0) begin
            held_o      <= held_d;
            rr_in_q     <= rr_in_d;
            rr_out_vc_q <= rr_out_vc_d;
        end
    end

`ifdef ORDITO_ASSERT
    always @(posedge clk_i)
        if (rst_ni) assert ($countones(grant_o) == $countones(granted_o));  // InputIsGrantedOnce

    for (genvar o = 0; o < RADIX; o++) begin : g_assert
        logic [RADIX-1:0] source;
        logic [VCS-1:0]   given;
        logic [VCS-1:0]   not_free;
        logic [RADIX-1:0] before_in;  // positions before the pointers
        logic [VCS-1:0]   before_vc;

        assign source   = grant_o[o*RADIX+:RADIX];
        assign given    = taken_o[o*VCS+:VCS];
        assign not_free = held_o[o*VCS+:VCS];

        assign before_in = ~rr_in_q[o*RADIX+:RADIX];
        assign before_vc = ~rr_out_vc_q[o*VCS+:VCS];

        always @(posedge clk_i)
            if (rst_ni) begin
                assert (before_in[0] && (before_in & (before_in + 1'b1)) == '0);  // PointersAreMasks
                assert (before_vc[0] && (before_vc & (before_vc + 1'b1)) == '0);
                assert ($onehot0(source));                                        // OneInputIsGranted
                assert ($onehot0(given));                                         // OneVcIsTaken
                assert ((source != '0) == (given != '0));                         // GrantedFlitGetsAVc
                assert ((source != '0) == wanted_i[o]);                           // PickIsNotIgnored
                assert (!fwd_o[o*6+4] || (given & not_free) == '0);               // HeadTakesAFreeVc
                assert (fwd_o[o*6+4] || (given & ~not_free) == '0);               // BodyFollowsItsHead
            end
    end
`endif
endmodule
