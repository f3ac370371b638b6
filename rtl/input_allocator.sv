// SPDX-License-Identifier: Apache-2.0
// Inputs' side of allocation: steps 1 and 2 of the timing contract in model/net/router.h, and what an
// input VC keeps of steps 4 and 5. For every input port it finds the front flits that may leave,
// picks one, and says what that one asks for.
//
// A round-robin pointer is kept as a mask of the positions at or after it; an empty mask and a full
// one both stand for position 0. The lowest bit of x is x & -x; the positions after a single bit g are
// ~(g | (g - 1)).
//
// Timing: outputs follow from registers in the same cycle.
// Style: what Verilator runs fastest. A process is idle when there are no flits, has one branch a
// port and masks otherwise, and puts vectors together by shifting fields into place.
module input_allocator #(
    parameter int RADIX = 5,        // ports, 2..65
    parameter int VCS = 2,          // 1..8
    parameter int CREDIT_BITS = 4,  // bits of a count of credits
    parameter int PACED = 0,        // 1: channel_free_i is heeded
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
    input  logic [PORTS*VCS-1:0]             held_i,        // a packet holds it
    input  logic [PORTS*VCS-1:0]             has_credit_i,  // it has a credit
    input  logic [PORTS*VCS*CREDIT_BITS-1:0] credits_i,     // how many
    input  logic [PORTS-1:0]                 channel_free_i,
    // To and from output_allocator.sv
    output logic [RADIX*RADIX-1:0]           to_o,          // a field an input port: where its pick
                                                            // goes, one-hot or 0
    output logic [RADIX-1:0]                 head_o,        // a bit an input port: that is a head
    output logic [RADIX-1:0]                 tail_o,        // and a tail
    output logic [VCS*RADIX-1:0]             vcs_o,         // a field an output VC: may use it
    output logic [RADIX-1:0]                 wanted_o,      // an output port: some pick goes there
    input  logic [RADIX-1:0]                 granted_i,     // an input port: its pick leaves
    input  logic [PORTS*VCS-1:0]             taken_i,       // an output port: VC given, one-hot or 0
    // Flits that leave
    output logic [RADIX*VCS-1:0]             leave_o,       // an input port: VC, one-hot or 0
    // An input VC: output port of its packet, 0 if it holds no output VC
    output logic [RADIX*VCS*PORT_BITS-1:0]   out_port_o     // register
);

    // State
    logic [RADIX*VCS*VCS-1:0]       out_vc_q;    // an input VC: what its packet holds, one-hot or 0
    logic [RADIX*VCS-1:0]           rr_vc_q;     // round-robin pointer of an input port
    logic [RADIX*VCS*VCS-1:0]       out_vc_d;
    logic [RADIX*VCS*PORT_BITS-1:0] out_port_d;
    logic [RADIX*VCS-1:0]           rr_vc_d;

    // Of front flits, a bit an input VC; router_sim.sv counts stalls by them
    logic [RADIX*VCS-1:0] usable;  // there is an output VC that it could take
    logic [RADIX*VCS-1:0] whole;   // and nothing of its packet is missing
    logic [RADIX*VCS-1:0] ready;   // and the channel is free

    // Steps 1 and 2: vectors of all ports,
    logic [RADIX*VCS-1:0]       can_gos;
    logic [RADIX*VCS-1:0]       may_gos;
    logic [RADIX*VCS-1:0]       readys;
    logic [RADIX*VCS-1:0]       picks;    // VC, one-hot or 0
    logic [RADIX*PORT_BITS-1:0] to_ports;
    logic [RADIX*RADIX-1:0]     tos;
    logic [RADIX-1:0]           heads;
    logic [RADIX-1:0]           tails;
    logic [VCS*RADIX-1:0]       may_use;
    logic [RADIX-1:0]           wanted;
    // of an input port, a field a VC,
    logic [VCS*PORT_BITS-1:0]   ports;
    logic [VCS*VCS-1:0]         choices;  // usable output VCs
    logic [VCS-1:0]             can_go;
    logic [VCS-1:0]             may_go;
    logic [VCS-1:0]             free;     // the channel
    logic [VCS-1:0]             go;
    logic [VCS-1:0]             pick;
    // and of a flit
    logic [31:0]                info;     // input_buffer.sv
    logic [PORT_BITS-1:0]       port;
    logic [VCS-1:0]             enough;   // output VCs with the credits needed
    logic [VCS-1:0]             vcs;
    logic [RADIX-1:0]           to;       // output port

    always_comb begin
        can_gos  = '0;
        may_gos  = '0;
        readys   = '0;
        picks    = '0;
        to_ports = '0;
        tos      = '0;
        heads    = '0;
        tails    = '0;
        may_use  = '0;
        wanted   = '0;
        ports    = '0;
        choices  = '0;
        can_go   = '0;
        may_go   = '0;
        free     = '0;
        go       = '0;
        pick     = '0;
        info     = '0;
        port     = '0;
        enough   = '0;
        vcs      = '0;
        to       = '0;
        if (filled_i != '0)
            for (int i = 0; i < RADIX; i++)
                if (filled_i[i*VCS+:VCS] != '0) begin
                    // 1. REQUEST. Where a packet holds an output VC, the front flit has no route.
                    ports   = '0;
                    choices = '0;
                    can_go  = '0;
                    free    = '0;
                    for (int v = 0; v < VCS; v++) begin
                        info   = infos_i[(i*VCS+v)*32+:32];
                        port   = info[8+VCS+:PORT_BITS] | out_port_o[(i*VCS+v)*PORT_BITS+:PORT_BITS];
                        enough = has_credit_i[port*VCS+:VCS];
                        if (needs_room_i) begin
                            enough = '0;
                            for (int o = 0; o < VCS; o++)
                                enough = enough | (VCS'(
                                    7'(credits_i[(port*VCS+o)*CREDIT_BITS+:CREDIT_BITS]) >=
                                    info[1+:7]) << o);
                        end
                        vcs     = info[8+:VCS] & ~held_i[port*VCS+:VCS];
                        vcs     = (vcs | out_vc_q[(i*VCS+v)*VCS+:VCS]) & enough;
                        ports   = ports | ((VCS*PORT_BITS)'(port) << (v*PORT_BITS));
                        choices = choices | ((VCS*VCS)'(vcs) << (v*VCS));
                        can_go  = can_go | (VCS'(vcs != '0) << v);
                        if (PACED != 0) free = free | (VCS'(channel_free_i[port]) << v);
                    end
                    can_go = can_go & filled_i[i*VCS+:VCS];
                    may_go = can_go & ({VCS{~needs_tail_i}} | whole_i[i*VCS+:VCS]);
                    // 2. INPUT ARBITRATION.
                    go   = PACED != 0 ? may_go & free : may_go;
                    pick = go & rr_vc_q[i*VCS+:VCS];
                    pick = pick | (go & {VCS{pick == '0}});
                    pick = pick & (~pick + 1'b1);
                    info = '0;
                    port = '0;
                    vcs  = '0;
                    for (int v = 0; v < VCS; v++) begin
                        info = info | ({32{pick[v]}} & infos_i[(i*VCS+v)*32+:32]);
                        port = port | ({PORT_BITS{pick[v]}} & ports[v*PORT_BITS+:PORT_BITS]);
                        vcs  = vcs | ({VCS{pick[v]}} & choices[v*VCS+:VCS]);
                    end
                    to       = RADIX'(pick != '0) << port;
                    can_gos  = can_gos | ((RADIX*VCS)'(can_go) << (i*VCS));
                    may_gos  = may_gos | ((RADIX*VCS)'(may_go) << (i*VCS));
                    readys   = readys | ((RADIX*VCS)'(go) << (i*VCS));
                    picks    = picks | ((RADIX*VCS)'(pick) << (i*VCS));
                    to_ports = to_ports | ((RADIX*PORT_BITS)'(port) << (i*PORT_BITS));
                    tos      = tos | ((RADIX*RADIX)'(to) << (i*RADIX));
                    heads    = heads | (RADIX'(info[8+:VCS] != '0) << i);  // only heads have a route
                    tails    = tails | (RADIX'(info[0]) << i);
                    for (int v = 0; v < VCS; v++)
                        may_use = may_use | ((VCS*RADIX)'(vcs[v]) << (v*RADIX+i));
                    wanted = wanted | to;
                end
        usable   = can_gos;
        whole    = may_gos;
        ready    = readys;
        to_o     = tos;
        head_o   = heads;
        tail_o   = tails;
        vcs_o    = may_use;
        wanted_o = wanted;
    end

    logic unused_observed;
    assign unused_observed = ^{usable, whole, ready};

    // 4. LEAVE: what the packet holds from now on. 5. POINTERS.
    logic [RADIX*VCS-1:0]           leave;
    logic [RADIX*VCS*VCS-1:0]       out_vc;
    logic [RADIX*VCS*PORT_BITS-1:0] out_port;
    logic [RADIX*VCS-1:0]           rr_vc;
    logic [VCS-1:0]                 gone;      // of an input port
    logic [VCS-1:0]                 new_vc;
    logic [PORT_BITS-1:0]           new_port;

    always_comb begin
        leave    = '0;
        out_vc   = out_vc_q;
        out_port = out_port_o;
        rr_vc    = rr_vc_q;
        gone     = '0;
        new_vc   = '0;
        new_port = '0;
        if (granted_i != '0)
            for (int i = 0; i < RADIX; i++)
                if (granted_i[i]) begin
                    gone     = picks[i*VCS+:VCS];
                    new_port = to_ports[i*PORT_BITS+:PORT_BITS];
                    new_vc   = taken_i[new_port*VCS+:VCS] & {VCS{~tails[i]}};
                    new_port = new_port & {PORT_BITS{~tails[i]}};
                    for (int v = 0; v < VCS; v++) begin
                        out_vc[(i*VCS+v)*VCS+:VCS] =
                            gone[v] ? new_vc : out_vc_q[(i*VCS+v)*VCS+:VCS];
                        out_port[(i*VCS+v)*PORT_BITS+:PORT_BITS] =
                            gone[v] ? new_port : out_port_o[(i*VCS+v)*PORT_BITS+:PORT_BITS];
                    end
                    leave             = leave | ((RADIX*VCS)'(gone) << (i*VCS));
                    rr_vc[i*VCS+:VCS] = ~(gone | (gone - 1'b1));
                end
        leave_o    = leave;
        out_vc_d   = out_vc;
        out_port_d = out_port;
        rr_vc_d    = rr_vc;
    end

    always_ff @(posedge clk_i) begin
        if (!rst_ni) begin
            out_vc_q   <= '0;
            out_port_o <= '0;
            rr_vc_q    <= '0;
        end else if (granted_i != '0) begin
            out_vc_q   <= out_vc_d;
            out_port_o <= out_port_d;
            rr_vc_q    <= rr_vc_d;
        end
    end

`ifdef ORDITO_ASSERT
    for (genvar x = 0; x < RADIX * VCS; x++) begin : g_assert
        logic [VCS-1:0]       kept_vc;    // what its packet holds
        logic [PORT_BITS-1:0] kept_port;
        logic                 route;      // a front head flit
        logic                 body;       // a front flit that is none

        assign kept_vc   = out_vc_q[x*VCS+:VCS];
        assign kept_port = out_port_o[x*PORT_BITS+:PORT_BITS];
        assign route     = filled_i[x] && kept_vc == '0;
        assign body      = filled_i[x] && kept_vc != '0;

        always @(posedge clk_i)
            if (rst_ni) begin
                assert (!leave_o[x] || ready[x]);                             // LeavingFlitIsReady
                assert ($onehot0(kept_vc));                                   // PacketHoldsOneVc
                assert (kept_vc != '0 || kept_port == '0);                    // AndItsPort
                assert (32'(kept_port) < RADIX);                              // WhichExists
                assert ((kept_vc & ~held_i[kept_port*VCS+:VCS]) == '0);       // AndIsHeld
                assert (!body || infos_i[x*32+8+:24] == '0);                  // BodyHasNoRoute
                assert (!body || !needs_room_i ||
                    (kept_vc & ~has_credit_i[kept_port*VCS+:VCS]) == '0);     // AndCreditsIfItNeedsRoom
                assert (!route || infos_i[x*32+8+:VCS] != '0);               // RouteHasAVc
                assert (!route || 32'(infos_i[x*32+8+VCS+:PORT_BITS]) < RADIX);  // RouteHasAPort
            end
    end

    for (genvar i = 0; i < RADIX; i++) begin : g_assert_port
        logic [VCS-1:0] before_rr;  // positions before the pointer

        assign before_rr = ~rr_vc_q[i*VCS+:VCS];

        always @(posedge clk_i)
            if (rst_ni) begin
                assert (before_rr[0] && (before_rr & (before_rr + 1'b1)) == '0);  // PointerIsAMask
                assert ($onehot0(picks[i*VCS+:VCS]));                            // OneFlitIsPicked
                assert (granted_i[i] == (leave_o[i*VCS+:VCS] != '0));             // GrantedFlitLeaves
            end
    end
`endif
endmodule
