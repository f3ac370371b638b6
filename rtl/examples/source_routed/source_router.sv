// SPDX-License-Identifier: Apache-2.0
// A router with virtual channels, credits and source routing, as an example of one that is not
// ours: the sender of a packet names the output port of each router on its way.
//
//   flit    {virtual channel, tail, head, data}, the virtual channel as a number
//   head    data[11:0] are output ports, 3 bits each, that of this router lowest; each router
//           shifts them, so that the next one finds its own
//   credit  a valid and the number of a virtual channel: at most one a cycle
//
// A packet leaves by whichever virtual channel of its output port is free.
// Timing: a head that comes in cycle t is on its output in t + 3 at the earliest, what follows it
// in t + 2; so is its credit. All outputs are registers.
module source_router #(
    parameter int PORTS = 5,   // 2 to 8
    parameter int VCS = 4,     // virtual channels a port, 2 or more
    parameter int WIDTH = 32,  // bits of data a flit, 12 or more
    parameter int DEPTH = 4,   // flits of FIFO a virtual channel, a power of 2; of the next one too
    // 0: right. Planted:
    // 1: a credit that comes as a flit of its virtual channel leaves is not counted. One always
    //    stays: nothing is wrong but the throughput
    // 2: credits begin with one too many
    // 3: a virtual channel whose tail leaves while a packet asks for one is never free again
    // 4: there is no credit for a flit that leaves as another one comes into its virtual channel
    parameter int FAULT = 0,
    localparam int VC_BITS = $clog2(VCS),
    localparam int FLIT_BITS = WIDTH + VC_BITS + 2
) (
    input  logic                       ck,
    input  logic                       resetn,           // synchronous
    // Channels into the router, a field a port
    input  logic [PORTS-1:0]           in_valid,
    input  logic [PORTS*FLIT_BITS-1:0] in_flit,
    output logic [PORTS-1:0]           in_credit_valid,
    output logic [PORTS*VC_BITS-1:0]   in_credit_vc,
    // Channels out of the router, a field a port
    output logic [PORTS-1:0]           out_valid,
    output logic [PORTS*FLIT_BITS-1:0] out_flit,
    input  logic [PORTS-1:0]           out_credit_valid,
    input  logic [PORTS*VC_BITS-1:0]   out_credit_vc
);

    logic [PORTS*VCS*PORTS-1:0]   ask_vc;    // a field an input VC: output port
    logic [PORTS*PORTS*VCS-1:0]   give_vc;   // a field an output port: input VC
    logic [PORTS*VCS-1:0]         offered;   // a field an output port: VC
    logic [PORTS*VCS-1:0]         may_send;  // a field an output port: VC
    logic [PORTS*PORTS-1:0]       ask;       // a field an input: output port
    logic [PORTS*VCS-1:0]         ask_as;    // a field an input: VC
    logic [PORTS*(WIDTH+2)-1:0]   fronts;    // a field an input
    logic [PORTS*PORTS-1:0]       take;      // a field an output port: input

    for (genvar p = 0; p < PORTS; p++) begin : g_in
        logic [VCS-1:0]   got_vc;
        logic [PORTS-1:0] taken;  // by output

        for (genvar o = 0; o < PORTS; o++) begin : g_taken
            assign taken[o] = take[o*PORTS+p];
        end

        for (genvar v = 0; v < VCS; v++) begin : g_got
            logic [PORTS-1:0] got;  // by output

            for (genvar o = 0; o < PORTS; o++) begin : g_by
                assign got[o] = give_vc[(o*PORTS+p)*VCS+v];
            end
            assign got_vc[v] = got != '0;
        end

        source_input #(
            .PORTS(PORTS),
            .VCS  (VCS),
            .WIDTH(WIDTH),
            .DEPTH(DEPTH),
            .FAULT(FAULT)
        ) u_input (
            .ck,
            .resetn,
            .in_valid    (in_valid[p]),
            .in_flit     (in_flit[p*FLIT_BITS+:FLIT_BITS]),
            .credit_valid(in_credit_valid[p]),
            .credit_vc   (in_credit_vc[p*VC_BITS+:VC_BITS]),
            .ask_vc      (ask_vc[p*VCS*PORTS+:VCS*PORTS]),
            .got_vc,
            .offered,
            .may_send,
            .ask         (ask[p*PORTS+:PORTS]),
            .ask_as      (ask_as[p*VCS+:VCS]),
            .front       (fronts[p*(WIDTH+2)+:WIDTH+2]),
            .take        (taken != '0)
        );
    end

    for (genvar o = 0; o < PORTS; o++) begin : g_out
        logic [PORTS*VCS-1:0] mine_vc;
        logic [PORTS-1:0]     mine;

        for (genvar i = 0; i < PORTS * VCS; i++) begin : g_mine_vc
            assign mine_vc[i] = ask_vc[i*PORTS+o];
        end
        for (genvar p = 0; p < PORTS; p++) begin : g_mine
            assign mine[p] = ask[p*PORTS+o];
        end

        source_output #(
            .PORTS(PORTS),
            .VCS  (VCS),
            .WIDTH(WIDTH),
            .DEPTH(DEPTH),
            .FAULT(FAULT)
        ) u_output (
            .ck,
            .resetn,
            .ask_vc      (mine_vc),
            .give_vc     (give_vc[o*PORTS*VCS+:PORTS*VCS]),
            .offered     (offered[o*VCS+:VCS]),
            .may_send    (may_send[o*VCS+:VCS]),
            .ask         (mine),
            .ask_as,
            .fronts,
            .take        (take[o*PORTS+:PORTS]),
            .out_valid   (out_valid[o]),
            .out_flit    (out_flit[o*FLIT_BITS+:FLIT_BITS]),
            .credit_valid(out_credit_valid[o]),
            .credit_vc   (out_credit_vc[o*VC_BITS+:VC_BITS])
        );
    end
endmodule
