// SPDX-License-Identifier: Apache-2.0
// Which flits leave, and by which output VC: steps 1 to 5 of the timing contract in
// model/net/router.h, in its order. Separable allocation, inputs first.
//
// A round-robin pointer is kept as a mask of the positions at or after it; an empty mask and a full
// one both stand for position 0. The lowest bit of x is x & -x, and ~(g | (g - 1)) are the positions
// after g.
//
// Timing: all follows from registers in the same cycle.
// Style: what Verilator runs fastest. One process that is idle when there are no flits; masks rather
// than branches; vectors are put together in variables of the process by shifting fields into place.
module switch_allocator #(
    parameter int RADIX = 5,        // ports, 2..65
    parameter int VCS = 2,          // 1..8
    parameter int CREDIT_BITS = 4,  // bits of a count of credits
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int PORTS = 1 << PORT_BITS  // fields, so that a port's number is in range
) (
    input  logic                             clk_i,
    input  logic                             rst_ni,
    // Of the switching mode
    input  logic                             needs_room_i,
    input  logic                             needs_tail_i,
    // Front flits, a field an input VC
    input  logic [RADIX*VCS-1:0]             filled_i,      // there is one
    input  logic [RADIX*VCS-1:0]             whole_i,       // and a tail is in the FIFO
    input  logic [RADIX*VCS*32-1:0]          infos_i,       // input_buffer.sv
    // Output VCs, a field a port
    input  logic [PORTS*VCS-1:0]             has_credit_i,  // it has a credit
    input  logic [PORTS*VCS*CREDIT_BITS-1:0] credits_i,     // how many
    // Flits that leave
    output logic [RADIX*VCS-1:0]             leave_o,       // a field an input port: VC, one-hot or 0
    output logic [RADIX*RADIX-1:0]           grant_o,       // an output port: input port, likewise
    output logic [RADIX*VCS-1:0]             taken_o,       // an output port: VC, likewise
    output logic [RADIX*6-1:0]               fwd_o          // an output port: {valid, head, tail, VC}
);

    localparam int AskBits = PORT_BITS + VCS + 2;

    // State
    logic [PORTS*VCS-1:0]           held_q;      // an output VC: a packet holds it
    logic [RADIX*VCS*VCS-1:0]       out_vc_q;    // an input VC: what its packet holds, one-hot or 0
    logic [RADIX*VCS*PORT_BITS-1:0] out_port_q;  // and of which port; 0 if it holds none
    logic [RADIX*VCS-1:0]           rr_vc_q;     // round-robin pointers: of an input port
    logic [RADIX*RADIX-1:0]         rr_in_q;     // of an output port
    logic [RADIX*VCS-1:0]           rr_out_vc_q;
    logic [PORTS*VCS-1:0]           held_d;
    logic [RADIX*VCS*VCS-1:0]       out_vc_d;
    logic [RADIX*VCS*PORT_BITS-1:0] out_port_d;
    logic [RADIX*VCS-1:0]           rr_vc_d;
    logic [RADIX*RADIX-1:0]         rr_in_d;
    logic [RADIX*VCS-1:0]           rr_out_vc_d;

    // Of front flits, a bit an input VC
    logic [RADIX*VCS-1:0]       usable;     // there is an output VC that it could take
    logic [RADIX*VCS-1:0]       ready;
    // Of the front flits of an input port, a field a VC
    logic [VCS-1:0]             can_go;
    logic [VCS-1:0]             may_go;
    logic [VCS*AskBits-1:0]     options;    // {output port, usable output VCs, head, tail}
    // Of picked flits, a field an input port
    logic [RADIX*VCS-1:0]       picks;      // input VC, one-hot or 0
    logic [RADIX*AskBits-1:0]   asks;       // as in options
    logic [RADIX*VCS-1:0]       holding;    // what its packet holds from now on
    // Of output ports
    logic [RADIX*RADIX-1:0]     requests;   // a field an output port: input ports
    // What becomes outputs and state
    logic [RADIX*VCS-1:0]       can_gos;
    logic [RADIX*VCS-1:0]       may_gos;
    logic [RADIX*VCS-1:0]       leave;
    logic [RADIX*RADIX-1:0]     grants;
    logic [RADIX*VCS-1:0]       taken;
    logic [RADIX*6-1:0]         fwd;
    logic [PORTS*VCS-1:0]       held;
    logic [RADIX*VCS*VCS-1:0]       out_vc;
    logic [RADIX*VCS*PORT_BITS-1:0] out_port;
    logic [RADIX*VCS-1:0]           rr_vc;
    logic [RADIX*RADIX-1:0]         rr_in;
    logic [RADIX*VCS-1:0]           rr_out_vc;
    // Of one flit
    logic [PORT_BITS-1:0]       port;
    logic [VCS-1:0]             enough;     // output VCs with the credits needed
    logic [VCS-1:0]             vcs;
    logic [AskBits-1:0]         ask;
    logic [2:0]                 vc;
    // Of one arbitration
    logic                       asked;
    logic [RADIX-1:0]           in;
    logic [VCS-1:0]             pick;
    logic [VCS-1:0]             out;
    logic [RADIX-1:0]           after_in;
    logic [VCS-1:0]             after_vc;

    always_comb begin
        can_go    = '0;
        may_go    = '0;
        options   = '0;
        picks     = '0;
        asks      = '0;
        holding   = '0;
        requests  = '0;
        can_gos   = '0;
        may_gos   = '0;
        leave     = '0;
        grants    = '0;
        taken     = '0;
        fwd       = '0;
        held      = held_q;
        out_vc    = out_vc_q;
        out_port  = out_port_q;
        rr_vc     = rr_vc_q;
        rr_in     = rr_in_q;
        rr_out_vc = rr_out_vc_q;
        port      = '0;
        enough    = '0;
        vcs       = '0;
        ask       = '0;
        vc        = '0;
        asked     = 1'b0;
        after_in  = '0;
        after_vc  = '0;
        in        = '0;
        pick      = '0;
        out       = '0;

        if (filled_i != '0) begin
            for (int i = 0; i < RADIX; i++)
                if (filled_i[i*VCS+:VCS] != '0) begin
                    // 1. REQUEST. Where a packet holds an output VC, the front flit has no route.
                    can_go  = '0;
                    options = '0;
                    for (int v = 0; v < VCS; v++) begin
                        port   = infos_i[(i*VCS+v)*32+24+:PORT_BITS] |
                            out_port_q[(i*VCS+v)*PORT_BITS+:PORT_BITS];
                        enough = has_credit_i[port*VCS+:VCS];
                        if (needs_room_i) begin
                            enough = '0;
                            for (int o = 0; o < VCS; o++)
                                enough = enough | (VCS'(
                                    7'(credits_i[(port*VCS+o)*CREDIT_BITS+:CREDIT_BITS]) >=
                                    infos_i[(i*VCS+v)*32+8+:7]) << o);
                        end
                        vcs     = infos_i[(i*VCS+v)*32+16+:VCS] & ~held_q[port*VCS+:VCS];
                        vcs     = (vcs | out_vc_q[(i*VCS+v)*VCS+:VCS]) & enough;
                        can_go  = can_go | (VCS'(vcs != '0) << v);
                        ask     = {port, vcs, out_vc_q[(i*VCS+v)*VCS+:VCS] == '0,
                                   infos_i[(i*VCS+v)*32]};
                        options = options | ((VCS*AskBits)'(ask) << (v*AskBits));
                    end
                    can_go  = can_go & filled_i[i*VCS+:VCS];
                    may_go  = can_go & ({VCS{~needs_tail_i}} | whole_i[i*VCS+:VCS]);
                    can_gos = can_gos | ((RADIX*VCS)'(can_go) << (i*VCS));
                    may_gos = may_gos | ((RADIX*VCS)'(may_go) << (i*VCS));
                    // 2. INPUT ARBITRATION.
                    pick  = may_go & rr_vc_q[i*VCS+:VCS];
                    pick  = pick | (may_go & {VCS{pick == '0}});
                    pick  = pick & (~pick + 1'b1);
                    ask   = '0;
                    for (int v = 0; v < VCS; v++)
                        ask = ask | ({AskBits{pick[v]}} & options[v*AskBits+:AskBits]);
                    picks = picks | ((RADIX*VCS)'(pick) << (i*VCS));
                    asks  = asks | ((RADIX*AskBits)'(ask) << (i*AskBits));
                    for (int o = 0; o < RADIX; o++) begin
                        asked    = (pick != '0) & (ask[2+VCS+:PORT_BITS] == PORT_BITS'(o));
                        requests = requests | ((RADIX*RADIX)'(asked) << (o*RADIX+i));
                    end
                end

            for (int o = 0; o < RADIX; o++)
                if (requests[o*RADIX+:RADIX] != '0) begin
                    // 3. OUTPUT ARBITRATION.
                    in     = requests[o*RADIX+:RADIX] & rr_in_q[o*RADIX+:RADIX];
                    in     = in | (requests[o*RADIX+:RADIX] & {RADIX{in == '0}});
                    in     = in & (~in + 1'b1);
                    ask    = '0;
                    for (int i = 0; i < RADIX; i++)
                        ask = ask | ({AskBits{in[i]}} & asks[i*AskBits+:AskBits]);
                    // 4. LEAVE. A body flit has one usable VC: the choice of a head serves for both.
                    out    = ask[2+:VCS] & rr_out_vc_q[o*VCS+:VCS];
                    out    = out | (ask[2+:VCS] & {VCS{out == '0}});
                    out    = out & (~out + 1'b1);
                    vc     = '0;
                    for (int v = 0; v < VCS; v++) vc = vc | ({3{out[v]}} & 3'(v));
                    for (int i = 0; i < RADIX; i++) begin
                        pick    = {VCS{in[i]}} & picks[i*VCS+:VCS];
                        vcs     = {VCS{in[i] & ~ask[0]}} & out;
                        leave   = leave | ((RADIX*VCS)'(pick) << (i*VCS));
                        holding = holding | ((RADIX*VCS)'(vcs) << (i*VCS));
                    end
                    vcs    = {VCS{ask[0]}} & out;
                    held   = held | ((PORTS*VCS)'(out) << (o*VCS));
                    held   = held & ~((PORTS*VCS)'(vcs) << (o*VCS));
                    grants = grants | ((RADIX*RADIX)'(in) << (o*RADIX));
                    taken  = taken | ((RADIX*VCS)'(out) << (o*VCS));
                    fwd    = fwd | ((RADIX*6)'({1'b1, ask[1:0], vc}) << (o*6));
                    // 5. POINTERS.
                    after_in  = ~(in | (in - 1'b1));
                    rr_in     = rr_in & ~((RADIX*RADIX)'({RADIX{1'b1}}) << (o*RADIX));
                    rr_in     = rr_in | ((RADIX*RADIX)'(after_in) << (o*RADIX));
                    after_vc  = ~(out | (out - 1'b1)) & {VCS{ask[1]}};
                    rr_out_vc = rr_out_vc & ~((RADIX*VCS)'({VCS{ask[1]}}) << (o*VCS));
                    rr_out_vc = rr_out_vc | ((RADIX*VCS)'(after_vc) << (o*VCS));
                end

            for (int i = 0; i < RADIX; i++)
                if (leave[i*VCS+:VCS] != '0) begin
                    pick     = leave[i*VCS+:VCS];
                    after_vc = ~(pick | (pick - 1'b1));
                    rr_vc    = rr_vc & ~((RADIX*VCS)'({VCS{1'b1}}) << (i*VCS));
                    rr_vc    = rr_vc | ((RADIX*VCS)'(after_vc) << (i*VCS));
                    ask      = asks[i*AskBits+:AskBits];
                    for (int v = 0; v < VCS; v++) begin
                        vcs      = {VCS{pick[v]}} & holding[i*VCS+:VCS];
                        out_vc   = out_vc & ~((RADIX*VCS*VCS)'({VCS{pick[v]}}) << ((i*VCS+v)*VCS));
                        out_vc   = out_vc | ((RADIX*VCS*VCS)'(vcs) << ((i*VCS+v)*VCS));
                        port     = {PORT_BITS{pick[v]}};
                        out_port = out_port &
                            ~((RADIX*VCS*PORT_BITS)'(port) << ((i*VCS+v)*PORT_BITS));
                        port     = {PORT_BITS{pick[v] & ~ask[0]}} & ask[2+VCS+:PORT_BITS];
                        out_port = out_port |
                            ((RADIX*VCS*PORT_BITS)'(port) << ((i*VCS+v)*PORT_BITS));
                    end
                end
        end

        usable      = can_gos;
        ready       = may_gos;
        leave_o     = leave;
        grant_o     = grants;
        taken_o     = taken;
        fwd_o       = fwd;
        held_d      = held;
        out_vc_d    = out_vc;
        out_port_d  = out_port;
        rr_vc_d     = rr_vc;
        rr_in_d     = rr_in;
        rr_out_vc_d = rr_out_vc;
    end

    always_ff @(posedge clk_i) begin
        if (!rst_ni) begin
            held_q      <= '0;
            out_vc_q    <= '0;
            out_port_q  <= '0;
            rr_vc_q     <= '0;
            rr_in_q     <= '0;
            rr_out_vc_q <= '0;
        end else if (taken_o != '0) begin
            held_q      <= held_d;
            out_vc_q    <= out_vc_d;
            out_port_q  <= out_port_d;
            rr_vc_q     <= rr_vc_d;
            rr_in_q     <= rr_in_d;
            rr_out_vc_q <= rr_out_vc_d;
        end
    end

    // Read by router_sim.sv only, which counts stalls
    logic unused_observed;
    assign unused_observed = ^{usable, ready};

`ifdef ORDITO_ASSERT
    logic [RADIX-1:0] granted;  // input ports

    always_comb begin
        granted = '0;
        for (int o = 0; o < RADIX; o++) granted = granted | grant_o[o*RADIX+:RADIX];
    end

    always @(posedge clk_i)
        if (rst_ni) begin
            assert ((taken_o & ~has_credit_i[RADIX*VCS-1:0]) == '0);        // NothingLeavesWithoutCredit
            assert ($countones(grant_o) == $countones(granted));            // InputIsGrantedOnce
            assert ($countones(grant_o) == $countones(leave_o));            // GrantedFlitLeaves
            assert ($countones(grant_o) == $countones(taken_o));            // GrantedFlitGetsAVc
            assert ((leave_o & ~ready) == '0);                              // LeavingFlitIsReady
        end

    for (genvar p = 0; p < RADIX; p++) begin : g_assert_port
        logic [VCS-1:0] given;
        logic [VCS-1:0] not_free;

        assign given    = taken_o[p*VCS+:VCS];
        assign not_free = held_q[p*VCS+:VCS];

        always @(posedge clk_i)
            if (rst_ni) begin
                assert ($onehot0(grant_o[p*RADIX+:RADIX]));                 // OneInputIsGranted
                assert ((grant_o[p*RADIX+:RADIX] & ~requests[p*RADIX+:RADIX]) == '0);  // ItAsked
                assert ($onehot0(leave_o[p*VCS+:VCS]));                     // OneFlitLeavesAnInput
                assert ($onehot0(given));                                      // ByOneVc
                assert (!fwd_o[p*6+4] || (given & not_free) == '0);                // HeadTakesAFreeVc
                assert (fwd_o[p*6+4] || (given & ~not_free) == '0);                // BodyFollowsItsHead
            end
    end

    for (genvar x = 0; x < RADIX * VCS; x++) begin : g_assert_vc
        logic route;  // a front head flit

        assign route = filled_i[x] && out_vc_q[x*VCS+:VCS] == '0;

        always @(posedge clk_i)
            if (rst_ni) begin
                assert ($onehot0(out_vc_q[x*VCS+:VCS]));                    // PacketHoldsOneVc
                assert (!route || infos_i[x*32+16+:VCS] != '0);             // RouteHasAVc
                assert (!route || 32'(infos_i[x*32+24+:PORT_BITS]) < RADIX);  // RouteHasAPort
            end
    end
`endif
endmodule
