// SPDX-License-Identifier: Apache-2.0
// Which flits leave, and by which output VC: steps 1 to 5 of the timing contract in
// model/net/router.h, in its order. Separable allocation, inputs first.
//
// Timing: all follows from registers in the same cycle. One process, idle when there are no flits,
// with state in packed vectors: what Verilator runs fastest.
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
    input  logic [RADIX*VCS-1:0]             whole_i,       // and its packet's tail is in the FIFO
    input  logic [RADIX*VCS*32-1:0]          infos_i,       // {port, VCs, length, tail}, 8 bits each
    // Output VCs, a field a port
    input  logic [PORTS*VCS-1:0]             has_credit_i,  // it has a credit
    input  logic [PORTS*VCS*CREDIT_BITS-1:0] credits_i,     // how many
    // Flits that leave
    output logic [RADIX*VCS-1:0]             leave_o,       // a field an input port: VC, one-hot or 0
    output logic [RADIX*RADIX-1:0]           grant_o,       // an output port: input port, likewise
    output logic [RADIX*VCS-1:0]             taken_o,       // an output port: VC, likewise
    output logic [RADIX*6-1:0]               fwd_o          // an output port: {valid, head, tail, VC}
);

    localparam int ArbiterBits = RADIX > VCS ? RADIX : VCS;

    `include "round_robin.svh"

    // State
    logic [PORTS*VCS-1:0]           held_q;      // an output VC: a packet holds it
    logic [RADIX*VCS*VCS-1:0]       out_vc_q;    // an input VC: what its packet holds; 0: nothing
    logic [RADIX*VCS*PORT_BITS-1:0] out_port_q;  // and of which port
    logic [RADIX*VCS-1:0]           rr_vc_q;     // round-robin pointers: of an input port
    logic [RADIX*RADIX-1:0]         rr_in_q;     // of an output port
    logic [RADIX*VCS-1:0]           rr_out_vc_q;
    logic [PORTS*VCS-1:0]           held_d;
    logic [RADIX*VCS*VCS-1:0]       out_vc_d;
    logic [RADIX*VCS*PORT_BITS-1:0] out_port_d;
    logic [RADIX*VCS-1:0]           rr_vc_d;
    logic [RADIX*RADIX-1:0]         rr_in_d;
    logic [RADIX*VCS-1:0]           rr_out_vc_d;

    // Of front flits, a field an input VC
    logic [RADIX*VCS*VCS-1:0] free;    // a head: output VCs of its route that no packet holds
    logic [RADIX*VCS*VCS-1:0] usable;  // output VCs that it could take now
    logic [RADIX*VCS-1:0]     ready;
    // Of picked flits, a field an input port
    logic [RADIX*VCS-1:0]       pick;     // input VC, one-hot or 0
    logic [RADIX*PORT_BITS-1:0] pick_port;
    logic [RADIX*VCS-1:0]       pick_vcs;
    logic [RADIX-1:0]           pick_head;
    logic [RADIX-1:0]           pick_tail;
    logic [RADIX*VCS-1:0]       in_taken;  // the output VC given, one-hot
    logic [RADIX*RADIX-1:0]     request;   // a field an output port: input ports
    // Of one
    logic [PORT_BITS-1:0] port;
    logic [VCS-1:0]       enough;  // output VCs with the credits needed
    logic [VCS-1:0]       vcs;
    logic                 head;
    logic                 tail;

    always_comb begin
        held_d      = held_q;
        out_vc_d    = out_vc_q;
        out_port_d  = out_port_q;
        rr_vc_d     = rr_vc_q;
        rr_in_d     = rr_in_q;
        rr_out_vc_d = rr_out_vc_q;
        free        = '0;
        usable      = '0;
        ready       = '0;
        pick        = '0;
        pick_port   = '0;
        pick_vcs    = '0;
        pick_head   = '0;
        pick_tail   = '0;
        in_taken    = '0;
        request     = '0;
        port        = '0;
        enough      = '0;
        vcs         = '0;
        head        = 1'b0;
        tail        = 1'b0;
        leave_o     = '0;
        grant_o     = '0;
        taken_o     = '0;
        fwd_o       = '0;

        if (filled_i != '0) begin
            for (int x = 0; x < RADIX * VCS; x++)
                if (filled_i[x]) begin
                    // 1. REQUEST.
                    if (out_vc_q[x*VCS+:VCS] != '0) begin  // 1a
                        port               = out_port_q[x*PORT_BITS+:PORT_BITS];
                        usable[x*VCS+:VCS] = out_vc_q[x*VCS+:VCS] & has_credit_i[port*VCS+:VCS];
                        ready[x]           = usable[x*VCS+:VCS] != '0;
                    end else begin  // 1b
                        port   = infos_i[x*32+24+:PORT_BITS];
                        enough = has_credit_i[port*VCS+:VCS];
                        if (needs_room_i)
                            for (int o = 0; o < VCS; o++)
                                enough[o] = 7'(credits_i[(port*VCS+o)*CREDIT_BITS+:CREDIT_BITS]) >=
                                    infos_i[x*32+8+:7];
                        free[x*VCS+:VCS]   = infos_i[x*32+16+:VCS] & ~held_q[port*VCS+:VCS];
                        usable[x*VCS+:VCS] = free[x*VCS+:VCS] & enough;
                        ready[x] = usable[x*VCS+:VCS] != '0 && (!needs_tail_i || whole_i[x]);
                    end
                end

            // 2. INPUT ARBITRATION.
            for (int i = 0; i < RADIX; i++)
                if (ready[i*VCS+:VCS] != '0) begin
                    pick[i*VCS+:VCS] = VCS'(round_robin(ArbiterBits'(ready[i*VCS+:VCS]),
                                                        ArbiterBits'(rr_vc_q[i*VCS+:VCS])));
                    for (int v = 0; v < VCS; v++)
                        if (pick[i*VCS+v]) begin
                            pick_head[i]          = out_vc_q[(i*VCS+v)*VCS+:VCS] == '0;
                            pick_tail[i]          = infos_i[(i*VCS+v)*32];
                            pick_vcs[i*VCS+:VCS]  = usable[(i*VCS+v)*VCS+:VCS];
                            port                  = out_port_q[(i*VCS+v)*PORT_BITS+:PORT_BITS];
                            if (pick_head[i]) port = infos_i[(i*VCS+v)*32+24+:PORT_BITS];
                        end
                    pick_port[i*PORT_BITS+:PORT_BITS] = port;
                    for (int o = 0; o < RADIX; o++)
                        if (port == PORT_BITS'(o)) request[o*RADIX+i] = 1'b1;
                end

            for (int o = 0; o < RADIX; o++)
                if (request[o*RADIX+:RADIX] != '0) begin
                    // 3. OUTPUT ARBITRATION.
                    grant_o[o*RADIX+:RADIX] = RADIX'(round_robin(
                        ArbiterBits'(request[o*RADIX+:RADIX]), ArbiterBits'(rr_in_q[o*RADIX+:RADIX])));
                    for (int i = 0; i < RADIX; i++)
                        if (grant_o[o*RADIX+i]) begin
                            vcs                  = pick_vcs[i*VCS+:VCS];
                            head                 = pick_head[i];
                            tail                 = pick_tail[i];
                            leave_o[i*VCS+:VCS]  = pick[i*VCS+:VCS];
                        end
                    // 4. LEAVE. A body flit has one usable VC: the choice of a head serves for both.
                    taken_o[o*VCS+:VCS] = VCS'(round_robin(
                        ArbiterBits'(vcs), ArbiterBits'(rr_out_vc_q[o*VCS+:VCS])));
                    held_d[o*VCS+:VCS]  = tail ? held_q[o*VCS+:VCS] & ~taken_o[o*VCS+:VCS] :
                                                 held_q[o*VCS+:VCS] | taken_o[o*VCS+:VCS];
                    fwd_o[o*6+3+:3]     = {1'b1, head, tail};
                    for (int v = 0; v < VCS; v++) if (taken_o[o*VCS+v]) fwd_o[o*6+:3] = 3'(v);
                    for (int i = 0; i < RADIX; i++)
                        if (grant_o[o*RADIX+i]) in_taken[i*VCS+:VCS] = taken_o[o*VCS+:VCS];
                    // 5. POINTERS.
                    rr_in_d[o*RADIX+:RADIX] =
                        RADIX'(pointer_after(ArbiterBits'(grant_o[o*RADIX+:RADIX])));
                    if (head)
                        rr_out_vc_d[o*VCS+:VCS] =
                            VCS'(pointer_after(ArbiterBits'(taken_o[o*VCS+:VCS])));
                end

            for (int i = 0; i < RADIX; i++)
                if (leave_o[i*VCS+:VCS] != '0) begin
                    rr_vc_d[i*VCS+:VCS] = VCS'(pointer_after(ArbiterBits'(leave_o[i*VCS+:VCS])));
                    for (int v = 0; v < VCS; v++)
                        if (leave_o[i*VCS+v]) begin
                            out_vc_d[(i*VCS+v)*VCS+:VCS] = pick_tail[i] ? '0 : in_taken[i*VCS+:VCS];
                            out_port_d[(i*VCS+v)*PORT_BITS+:PORT_BITS] =
                                pick_port[i*PORT_BITS+:PORT_BITS];
                        end
                end
        end
    end

    always_ff @(posedge clk_i) begin
        if (!rst_ni) begin
            held_q      <= '0;
            out_vc_q    <= '0;
            out_port_q  <= '0;
            rr_vc_q     <= '0;
            rr_in_q     <= '0;
            rr_out_vc_q <= '0;
        end else begin
            held_q      <= held_d;
            out_vc_q    <= out_vc_d;
            out_port_q  <= out_port_d;
            rr_vc_q     <= rr_vc_d;
            rr_in_q     <= rr_in_d;
            rr_out_vc_q <= rr_out_vc_d;
        end
    end
endmodule
