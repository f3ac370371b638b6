// SPDX-License-Identifier: Apache-2.0
// Proof of input_allocator.sv and output_allocator.sv together, for any front flits: what leaves is
// a matching of flits that may leave; no output VC is given to two packets, and each is held until
// its packet's tail; nothing is sent without the credits, the free channel and the tail that its
// switching mode asks for; who stays ready is served in a bounded number of turns.
module allocation_proof #(
    parameter int RADIX = 3,
    parameter int VCS = 2,
    parameter int DEPTH = 2,
    parameter int PACED = 0,
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int PORTS = 1 << PORT_BITS,
    localparam int CREDIT_BITS = $clog2(DEPTH + 1),
    localparam int NUM_VCS = RADIX * VCS,
    localparam int IN_BITS = $clog2(RADIX),
    localparam int VC_BITS = VCS > 1 ? $clog2(VCS) : 1
) (
    input logic                              clk_i,
    input logic                              rst_ni,
    input logic [NUM_VCS-1:0]                filled_i,
    input logic [NUM_VCS-1:0]                whole_i,
    input logic [NUM_VCS*32-1:0]             infos_i,
    input logic [PORTS*VCS*CREDIT_BITS-1:0]  credits_i,
    input logic [PORTS-1:0]                  channel_free_i
);

    `include "reset.svh"

    (* anyconst *) logic needs_room;
    (* anyconst *) logic needs_tail;

    logic [PORTS*VCS-1:0]         has_credit;
    logic [RADIX*RADIX-1:0]       to;
    logic [RADIX-1:0]             head;
    logic [RADIX-1:0]             tail;
    logic [VCS*RADIX-1:0]         vcs;
    logic [RADIX-1:0]             wanted;
    logic [RADIX-1:0]             granted;
    logic [PORTS*VCS-1:0]         taken;
    logic [PORTS*VCS-1:0]         held;
    logic [NUM_VCS-1:0]           leave;
    logic [NUM_VCS*PORT_BITS-1:0] out_port;
    logic [RADIX*RADIX-1:0]       grant;
    logic [RADIX*6-1:0]           fwd;

    input_allocator #(
        .RADIX      (RADIX),
        .VCS        (VCS),
        .CREDIT_BITS(CREDIT_BITS),
        .PACED      (PACED)
    ) u_input (
        .clk_i,
        .rst_ni,
        .needs_room_i(needs_room),
        .needs_tail_i(needs_tail),
        .filled_i,
        .whole_i,
        .infos_i,
        .held_i      (held),
        .has_credit_i(has_credit),
        .credits_i,
        .channel_free_i,
        .to_o        (to),
        .head_o      (head),
        .tail_o      (tail),
        .vcs_o       (vcs),
        .wanted_o    (wanted),
        .granted_i   (granted),
        .taken_i     (taken),
        .leave_o     (leave),
        .out_port_o  (out_port)
    );

    output_allocator #(
        .RADIX(RADIX),
        .VCS  (VCS)
    ) u_output (
        .clk_i,
        .rst_ni,
        .to_i     (to),
        .head_i   (head),
        .tail_i   (tail),
        .vcs_i    (vcs),
        .wanted_i (wanted),
        .granted_o(granted),
        .grant_o  (grant),
        .taken_o  (taken),
        .fwd_o    (fwd),
        .held_o   (held)
    );

    // Credits as credits.sv tells them
    for (genvar x = 0; x < PORTS * VCS; x++) begin : g_credit
        assign has_credit[x] = credits_i[x*CREDIT_BITS+:CREDIT_BITS] != '0;
    end

    always @* assume (!needs_tail || needs_room);  // as switching.sv has them

    // The model: the output VC that the packet of an input VC holds, from its head's leaving to its
    // tail's
    logic [NUM_VCS*PORTS*VCS-1:0] owns_q;   // a field an input VC, one-hot or 0
    logic [NUM_VCS-1:0]           ready;    // its front flit may leave
    logic [PORTS*VCS-1:0]         owned;    // an output VC
    logic [RADIX-1:0]             inputs;   // by which a flit leaves

    always_comb begin
        owned = '0;
        for (int x = 0; x < NUM_VCS; x++) owned = owned | owns_q[x*PORTS*VCS+:PORTS*VCS];
        for (int i = 0; i < RADIX; i++) inputs[i] = leave[i*VCS+:VCS] != '0;
    end

    for (genvar x = 0; x < NUM_VCS; x++) begin : g_vc
        localparam int In = x / VCS;

        logic [31:0]            info;
        logic [PORTS*VCS-1:0]   owns;
        logic [PORTS*VCS-1:0]   asks;     // output VCs
        logic [PORTS*VCS-1:0]   enough;   // those with the credits that it needs
        logic [PORTS*VCS-1:0]   takes;    // what the output allocator gives this input
        logic [PORTS-1:0]       port;
        logic [PORTS-1:0]       out;      // where it leaves

        assign info = infos_i[x*32+:32];
        assign owns = owns_q[x*PORTS*VCS+:PORTS*VCS];

        for (genvar o = 0; o < PORTS; o++) begin : g_out
            assign port[o] = owns != '0 ? owns[o*VCS+:VCS] != '0
                : info[8+VCS+:PORT_BITS] == PORT_BITS'(o);
            assign out[o]  = leave[x] && o < RADIX && grant[(o<RADIX?o:0)*RADIX+In];
            assign takes[o*VCS+:VCS] = taken[o*VCS+:VCS] & {VCS{out[o]}};
            assign asks[o*VCS+:VCS]  = info[8+:VCS] & {VCS{port[o]}};

            for (genvar v = 0; v < VCS; v++) begin : g_enough
                assign enough[o*VCS+v] = needs_room && owns == '0
                    ? 7'(credits_i[(o*VCS+v)*CREDIT_BITS+:CREDIT_BITS]) >= info[7:1]
                    : has_credit[o*VCS+v];
            end
        end

        assign ready[x] = filled_i[x] && (PACED == 0 || (channel_free_i & port) != '0) &&
            (owns != '0 ? (owns & enough) != '0
                        : (asks & ~owned & enough) != '0 && (!needs_tail || whole_i[x]));

        always_ff @(posedge clk_i) begin
            if (!rst_ni) owns_q[x*PORTS*VCS+:PORTS*VCS] <= '0;
            else if (leave[x]) owns_q[x*PORTS*VCS+:PORTS*VCS] <= info[0] ? '0 : takes;
        end

        // Front flits as input_buffer.sv gives them: a head has a route, what follows it has none
        always @*
            if (rst_ni) begin
                assume (info[31:8+VCS+PORT_BITS] == '0);
                if (!filled_i[x]) assume (info[31:8] == '0);
                else if (owns != '0) begin
                    assume (info[31:1] == '0);
                    assume (!needs_room || (owns & ~has_credit) == '0);  // the head saw to both:
                    assume (!needs_tail || whole_i[x]);                  // room, and its tail
                end else begin
                    assume (info[8+:VCS] != '0 && 32'(info[8+VCS+:PORT_BITS]) < RADIX);
                    assume (needs_room == (info[7:1] != '0) && 32'(info[7:1]) <= DEPTH);
                end
            end

        always @*
            if (rst_ni) begin
                assert (!leave[x] || ready[x]);                               // LeavingFlitMayLeave
                assert (!leave[x] || (out & (out - 1'b1)) == '0 && out == port);  // ByItsPort
                assert (!leave[x] || takes != '0);                            // ByAVc
                assert ((takes & (takes - 1'b1)) == '0);                      // ByOne
                assert (owns == '0 || !leave[x] || takes == owns);            // ThatItsPacketHolds
                assert (owns != '0 || (takes & (owned | ~asks | ~enough)) == '0);  // OrThatItMayTake
                cover (leave[x] && owns != '0 && info[0]);                    // PacketLeaves
            end

        for (genvar y = 0; y < x; y++) begin : g_other
            always @*
                if (rst_ni)
                    assert ((owns & owns_q[y*PORTS*VCS+:PORTS*VCS]) == '0);   // NoVcIsHeldTwice
        end
    end

    for (genvar i = 0; i < RADIX; i++) begin : g_in
        logic [VCS-1:0] vcs_of;

        assign vcs_of = leave[i*VCS+:VCS];

        always @* if (rst_ni) assert ((vcs_of & (vcs_of - 1'b1)) == '0);      // OneFlitByAnInput
    end

    for (genvar o = 0; o < RADIX; o++) begin : g_out
        logic [RADIX-1:0] from;
        logic [31:0]      info;   // of the flit that leaves here
        logic             heads;
        logic [2:0]       number;

        assign from = grant[o*RADIX+:RADIX];

        always_comb begin
            info  = '0;
            heads = 1'b0;
            for (int x = 0; x < NUM_VCS; x++)
                if (leave[x] && from[x/VCS]) begin
                    info  = info | infos_i[x*32+:32];
                    heads = heads | owns_q[x*PORTS*VCS+:PORTS*VCS] == '0;
                end
            number = '0;
            for (int v = 0; v < VCS; v++) if (taken[o*VCS+v]) number = number | 3'(v);
        end

        always @*
            if (rst_ni) begin
                assert ((from & (from - 1'b1)) == '0);                        // OneFlitByAnOutput
                assert ((from & ~inputs) == '0);                              // FromAnInputThatSends
                assert (fwd[o*6+:6] ==
                    (from == '0 ? 6'd0 : {1'b1, heads, info[0], number}));     // AsItIs
                assert (from != '0 || taken[o*VCS+:VCS] == '0);
                cover (from != '0 && inputs == {RADIX{1'b1}});                // AllAtOnce
            end
    end

    always @*
        if (rst_ni) begin
            assert (held == owned);                                           // HeldUntilTheTail
            assert (ready == '0 || leave != '0);                              // SomethingLeaves
        end

    `include "allocation_fairness.svh"
endmodule
