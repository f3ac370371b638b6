// SPDX-License-Identifier: Apache-2.0
// Steps 0 to 5 of the timing contract in model/net/router.h one by one, for any pipeline, any
// allocator and any number of traffic classes; where input_allocator.sv and output_allocator.sv can be used they do the same, faster
// in simulation.
//
// Timing: outputs follow from registers in the same cycle.
module stages #(
    parameter int RADIX = 5,        // ports, 2..65
    parameter int VCS = 2,          // 1..8
    parameter int CREDIT_BITS = 4,  // bits of a count of credits
    parameter int PIPELINE = 4,     // 1..4
    parameter int VC_KIND = 0,      // enum allocator_kind; PIPELINE 3 and 4
    parameter int SWITCH_KIND = 0,  // enum allocator_kind
    parameter int ITERATIONS = 1,   // 1..4
    parameter int SPECULATIVE = 0,  // 1: step 3s; PIPELINE 3 and 4
    parameter int ADAPTIVE = 0,     // 1: step 1c
    parameter int CLASS_VCS = VCS,  // router.sv
    parameter int GROUP_VCS = VCS,
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int PORTS = 1 << PORT_BITS  // fields, so that a port's number is in range
) (
    input  logic                             clk_i,
    input  logic                             rst_ni,
    // Of the switching mode
    input  logic                             needs_tail_i,
    // Front flits, a field an input VC
    input  logic [RADIX*VCS-1:0]             filled_i,        // there is one
    input  logic [RADIX*VCS-1:0]             whole_i,         // and a tail is in the FIFO
    input  logic [RADIX*VCS*32-1:0]          infos_i,         // input_buffer.sv
    input  logic [RADIX*VCS*RADIX-1:0]       choices_i,       // ports of adaptive routing
    input  logic [VCS-1:0]                   vcs_low_i,       // escape VCs, or all
    input  logic [VCS-1:0]                   vcs_high_i,
    // Output VCs and ports, a field a port
    input  logic [PORTS*VCS-1:0]             has_credit_i,    // it has a credit
    input  logic [PORTS*VCS*CREDIT_BITS-1:0] credits_i,       // how many
    input  logic [PORTS-1:0]                 channel_free_i,
    output logic [PORTS*VCS-1:0]             held_o,          // register: a packet holds it
    // Flits that leave
    output logic [RADIX*VCS-1:0]             leave_o,         // an input port: VC, one-hot or 0
    output logic [RADIX-1:0]                 granted_o,       // an input port: a flit leaves
    output logic [RADIX*RADIX-1:0]           grant_o,         // an output port: input port, likewise
    output logic [PORTS*VCS-1:0]             taken_o,         // an output port: VC, likewise
    output logic [RADIX*6-1:0]               fwd_o,           // {valid, head, tail, VC}
    // An input VC: output port of its packet, 0 if it holds no output VC
    output logic [RADIX*VCS*PORT_BITS-1:0]   out_port_o,      // register
    // Stalls: why front flits stay, a bit an input VC, in the order of ROUTER_STALLS
    output logic [RADIX*VCS*7-1:0]           stalls_o
);

    localparam int NumVcs = RADIX * VCS;
    localparam logic HasVcStage = PIPELINE > 2;
    localparam int Classes = VCS / CLASS_VCS;

    // State of an input VC
    logic [NumVcs*VCS-1:0]       out_vc_q;    // what its packet holds, one-hot or 0
    logic [NumVcs-1:0]           routed_q;    // its head is routed
    // and of an output port
    logic [RADIX*VCS-1:0]        rr_out_vc_q;  // VCs at or after the pointer of their class, 0 for all

    // 1. REQUEST, an input VC
    logic [NumVcs*PORT_BITS-1:0] ports;
    logic [NumVcs*VCS-1:0]       usable;   // output VCs
    logic [NumVcs-1:0]           waiting;  // a head without a VC
    logic [NumVcs-1:0]           no_free;  // for which there is none
    logic [NumVcs-1:0]           lacking;  // nothing is usable
    logic [NumVcs-1:0]           not_whole;
    logic [NumVcs-1:0]           routed;
    logic [NumVcs-1:0]           asks;
    logic [NumVcs-1:0]           bets;     // and its channel is free: speculation
    logic [NumVcs-1:0]           busy;     // all it lacks is a free channel
    logic [NumVcs-1:0]           ready;

    // VCs of adaptive routing in the first group: those that are no escapes, all if there are none
    logic [VCS-1:0] group;
    logic [VCS-1:0] adaptive;

    assign group    = {VCS{1'b1}} >> (VCS - GROUP_VCS);
    assign adaptive = vcs_low_i == group ? group : group & ~(vcs_low_i | vcs_high_i);

    for (genvar x = 0; x < NumVcs; x++) begin : g_request
        logic [PORT_BITS-1:0] port;
        logic [VCS-1:0]       holds;
        logic [VCS-1:0]       free;
        logic [VCS-1:0]       enough;
        logic                 may_go;
        logic                 selected;  // a port takes the place of the route's
        logic [PORT_BITS-1:0] choice;
        logic [VCS-1:0]       choice_usable;
        logic                 any_free;

        assign holds = out_vc_q[x*VCS+:VCS];
        assign port  = holds != '0 ? out_port_o[x*PORT_BITS+:PORT_BITS]
            : selected ? choice : infos_i[x*32+8+VCS+:PORT_BITS];
        assign free  = infos_i[x*32+8+:VCS] & ~held_o[port*VCS+:VCS];

        if (ADAPTIVE != 0) begin : g_selection
            localparam int Group = x % VCS - x % VCS % GROUP_VCS;

            port_selection #(
                .RADIX      (RADIX),
                .VCS        (VCS),
                .CREDIT_BITS(CREDIT_BITS)
            ) u_selection (
                .ports_i     (choices_i[x*RADIX+:RADIX]),
                .vcs_i       (adaptive << Group),
                .needed_i    (infos_i[x*32+1+:7]),
                .held_i      (held_o),
                .has_credit_i,
                .credits_i,
                .found_o     (selected),
                .port_o      (choice),
                .usable_o    (choice_usable),
                .any_free_o  (any_free)
            );
        end else begin : g_no_selection
            assign selected      = 1'b0;
            assign choice        = '0;
            assign choice_usable = '0;
            assign any_free      = 1'b0;
        end

        always_comb begin
            enough = '0;
            for (int v = 0; v < VCS; v++)
                enough[v] = 7'(credits_i[(port*VCS+v)*CREDIT_BITS+:CREDIT_BITS]) >=
                    infos_i[x*32+1+:7] && has_credit_i[port*VCS+v];
        end

        assign waiting[x]                     = filled_i[x] && holds == '0;
        assign routed[x]                      = PIPELINE < 4 || routed_q[x] || holds != '0;
        assign ports[x*PORT_BITS+:PORT_BITS]  = port;
        assign usable[x*VCS+:VCS]             = holds != '0 ? holds & has_credit_i[port*VCS+:VCS]
            : selected ? choice_usable : free & enough;
        assign no_free[x]                     = waiting[x] && free == '0 && !any_free;
        assign lacking[x]                     = usable[x*VCS+:VCS] == '0;
        assign not_whole[x]                   = waiting[x] && needs_tail_i && !whole_i[x];
        assign may_go                         = filled_i[x] && routed[x] && !lacking[x] &&
            !not_whole[x];
        assign asks[x]                        = HasVcStage && may_go && waiting[x];
        assign bets[x]                        = asks[x] && channel_free_i[port];
        assign busy[x]                        = may_go && !asks[x] && !channel_free_i[port];
        assign ready[x]                       = may_go && !asks[x] && channel_free_i[port];
    end

    // V. VC ALLOCATION, 2. INPUT ARBITRATION and 3. SWITCH ALLOCATION, from the highest class down
    logic [NumVcs*VCS-1:0]          given;
    logic [NumVcs-1:0]              is_given;
    logic [Classes*RADIX*RADIX-1:0] class_match;   // of each class: a field an input port: output port
    logic [RADIX*RADIX-1:0]         match;     // of all
    logic [(Classes+1)*RADIX-1:0]   in_used;   // by classes of at least this number: input ports
    logic [(Classes+1)*RADIX-1:0]   out_used;  // and output ports

    assign in_used[Classes*RADIX+:RADIX]  = '0;
    assign out_used[Classes*RADIX+:RADIX] = '0;

    for (genvar c = 0; c < Classes; c++) begin : g_class
        // Of the class's input VCs
        logic [RADIX*CLASS_VCS-1:0]           class_asks;
        logic [RADIX*CLASS_VCS-1:0]           class_bets;
        logic [RADIX*CLASS_VCS-1:0]           class_ready;
        logic [RADIX*CLASS_VCS*PORT_BITS-1:0] class_ports;
        logic [RADIX*CLASS_VCS*CLASS_VCS-1:0] class_usable;
        logic [RADIX*CLASS_VCS*CLASS_VCS-1:0] class_given;
        logic [RADIX*CLASS_VCS-1:0]           class_leave;

        for (genvar y = 0; y < RADIX * CLASS_VCS; y++) begin : g_vc
            localparam int First = c * CLASS_VCS;
            localparam int X = y / CLASS_VCS * VCS + First + y % CLASS_VCS;  // of all input VCs

            assign class_asks[y]                              = asks[X];
            assign class_bets[y]                              = bets[X];
            assign class_ready[y]                             = ready[X];
            assign class_ports[y*PORT_BITS+:PORT_BITS]        = ports[X*PORT_BITS+:PORT_BITS];
            assign class_usable[y*CLASS_VCS+:CLASS_VCS]       = usable[X*VCS+First+:CLASS_VCS];
            assign given[X*VCS+:VCS]                          =
                VCS'(class_given[y*CLASS_VCS+:CLASS_VCS]) << First;
            assign is_given[X]                                = given[X*VCS+:VCS] != '0;
            assign leave_o[X]                                 = class_leave[y];
        end

        class_allocator #(
            .RADIX      (RADIX),
            .VCS        (CLASS_VCS),
            .VC_KIND    (VC_KIND),
            .SWITCH_KIND(SWITCH_KIND),
            .ITERATIONS (ITERATIONS),
            .VC_STAGE   (HasVcStage ? 1 : 0),
            .SPECULATIVE(HasVcStage && SPECULATIVE != 0 ? 1 : 0)
        ) u_allocator (
            .clk_i,
            .rst_ni,
            .asks_i    (class_asks),
            .ports_i   (class_ports),
            .usable_i  (class_usable),
            .bets_i    (class_bets),
            .ready_i   (class_ready),
            .in_used_i (in_used[(c+1)*RADIX+:RADIX]),
            .out_used_i(out_used[(c+1)*RADIX+:RADIX]),
            .given_o   (class_given),
            .leave_o   (class_leave),
            .match_o   (class_match[c*RADIX*RADIX+:RADIX*RADIX]),
            .in_used_o (in_used[c*RADIX+:RADIX]),
            .out_used_o(out_used[c*RADIX+:RADIX])
        );
    end

    always_comb begin
        match = '0;
        for (int c = 0; c < Classes; c++) match = match | class_match[c*RADIX*RADIX+:RADIX*RADIX];
    end

    logic unused_used;
    assign unused_used = ^{in_used[RADIX-1:0], out_used[RADIX-1:0]};

    // 4. LEAVE: what leaves by an input port
    logic [RADIX*VCS-1:0] choices;  // the output VC that it has, or those that it may take
    logic [RADIX-1:0]     heads;
    logic [RADIX-1:0]     tails;
    logic [RADIX-1:0]     takes;    // a head without a VC

    for (genvar i = 0; i < RADIX; i++) begin : g_leave
        logic [VCS-1:0] choice;
        logic           head;
        logic           tail;
        logic           take;

        always_comb begin
            choice = '0;
            head   = 1'b0;
            tail   = 1'b0;
            take   = 1'b0;
            for (int v = 0; v < VCS; v++)
                if (leave_o[i*VCS+v]) begin
                    choice = HasVcStage && asks[i*VCS+v] ? given[(i*VCS+v)*VCS+:VCS]
                                                         : usable[(i*VCS+v)*VCS+:VCS];
                    head   = infos_i[(i*VCS+v)*32+8+:VCS] != '0;  // only heads have a route
                    tail   = infos_i[(i*VCS+v)*32];
                    take   = waiting[i*VCS+v] && !HasVcStage;
                end
        end

        assign granted_o[i]        = leave_o[i*VCS+:VCS] != '0;
        assign choices[i*VCS+:VCS] = choice;
        assign heads[i]            = head;
        assign tails[i]            = tail;
        assign takes[i]            = take;
    end

    // and by an output port
    logic [PORTS*VCS-1:0] kept;       // VCs that the packet keeps
    logic [RADIX*VCS-1:0] rr_out_vc;

    for (genvar o = 0; o < PORTS; o++) begin : g_out
        if (o < RADIX) begin : g_exists
            logic [RADIX-1:0] source;
            logic [VCS-1:0]   choice;
            logic [VCS-1:0]   ahead;
            logic [VCS-1:0]   out;
            logic [VCS-1:0]   of_class;  // VCs of the same class
            logic [2:0]       number;
            logic             take;
            logic             tail;

            for (genvar i = 0; i < RADIX; i++) begin : g_in
                assign source[i] = match[i*RADIX+o];
            end

            always_comb begin
                choice = '0;
                for (int i = 0; i < RADIX; i++)
                    choice = choice | (choices[i*VCS+:VCS] & {VCS{source[i]}});
                ahead  = choice & rr_out_vc_q[o*VCS+:VCS];
                out    = ahead == '0 ? choice : ahead;
                out    = out & (~out + 1'b1);
                number   = '0;
                of_class = '0;
                for (int v = 0; v < VCS; v++) begin
                    number = number | (3'(v) & {3{out[v]}});
                    if (out[v/CLASS_VCS*CLASS_VCS+:CLASS_VCS] != '0) of_class[v] = 1'b1;
                end
            end

            assign take                    = (takes & source) != '0;
            assign tail                    = (tails & source) != '0;
            assign grant_o[o*RADIX+:RADIX] = source;
            assign taken_o[o*VCS+:VCS]     = out;
            assign kept[o*VCS+:VCS]        = tail ? '0 : out;
            assign rr_out_vc[o*VCS+:VCS]   = !take ? rr_out_vc_q[o*VCS+:VCS]
                : (rr_out_vc_q[o*VCS+:VCS] & ~of_class) | (~(out | (out - 1'b1)) & of_class);
            assign fwd_o[o*6+:6]           = source == '0 ? '0
                : {1'b1, (heads & source) != '0, tail, number};
        end else begin : g_absent
            assign taken_o[o*VCS+:VCS] = '0;
            assign kept[o*VCS+:VCS]    = '0;
        end
    end

    // State
    logic [NumVcs*VCS-1:0]       out_vc;
    logic [NumVcs*PORT_BITS-1:0] out_port;
    logic [NumVcs-1:0]           routed_d;
    logic [PORTS*VCS-1:0]        given_at;  // by output port

    for (genvar x = 0; x < NumVcs; x++) begin : g_state
        logic [PORT_BITS-1:0] port;
        logic [VCS-1:0]       next;

        assign port = ports[x*PORT_BITS+:PORT_BITS];
        assign next = leave_o[x] ? kept[port*VCS+:VCS]
            : out_vc_q[x*VCS+:VCS] | given[x*VCS+:VCS];

        assign out_vc[x*VCS+:VCS]               = next;
        assign out_port[x*PORT_BITS+:PORT_BITS] = next == '0 ? '0 : port;
        // 0. ROUTE. The packet behind a tail is not routed.
        assign routed_d[x] = PIPELINE == 4 && filled_i[x] && !(leave_o[x] && infos_i[x*32]);
    end

    always_comb begin
        given_at = '0;
        for (int x = 0; x < NumVcs; x++)
            given_at = given_at | ((PORTS*VCS)'(given[x*VCS+:VCS]) <<
                                   (ports[x*PORT_BITS+:PORT_BITS] * VCS));
    end

    always_ff @(posedge clk_i) begin
        if (!rst_ni) begin
            out_vc_q    <= '0;
            out_port_o  <= '0;
            routed_q    <= '0;
            rr_out_vc_q <= '0;
            held_o      <= '0;
        end else begin
            out_vc_q    <= out_vc;
            out_port_o  <= out_port;
            routed_q    <= routed_d;
            rr_out_vc_q <= rr_out_vc;
            held_o      <= (held_o & ~taken_o) | kept | (given_at & ~taken_o);
        end
    end

    // Stalls
    for (genvar x = 0; x < NumVcs; x++) begin : g_stalls
        logic stay;
        logic on;    // and is routed

        assign stay = filled_i[x] && !leave_o[x];
        assign on   = stay && routed[x];

        assign stalls_o[x]          = on && lacking[x] && !no_free[x];
        assign stalls_o[NumVcs+x]   = on && lacking[x] && no_free[x];
        assign stalls_o[2*NumVcs+x] = on && !lacking[x] && not_whole[x];
        assign stalls_o[3*NumVcs+x] = stay && asks[x] && !is_given[x];
        assign stalls_o[4*NumVcs+x] = stay && ready[x];
        assign stalls_o[5*NumVcs+x] = busy[x];
        assign stalls_o[6*NumVcs+x] = stay && (!routed[x] || is_given[x]);
    end

    logic unused_choices;  // without adaptive routing
    assign unused_choices = ^{choices_i, adaptive};

`ifdef ORDITO_ASSERT
    for (genvar x = 0; x < NumVcs; x++) begin : g_assert
        logic [VCS-1:0] holds;

        assign holds = out_vc_q[x*VCS+:VCS];

        always @(posedge clk_i)
            if (rst_ni) begin
                assert ($onehot0(holds));                                                     // PacketHoldsOneVc
                assert ((holds & ~held_o[out_port_o[x*PORT_BITS+:PORT_BITS]*VCS+:VCS]) == '0);  // WhichIsHeld
                assert (!leave_o[x] || filled_i[x]);                                          // LeavingFlitExists
                assert (!waiting[x] || infos_i[x*32+8+:VCS] != '0);                          // HeadHasARoute
            end
    end

    always @(posedge clk_i)
        if (rst_ni) assert ((given_at & held_o) == '0);  // GivenVcWasFree
`endif
endmodule
