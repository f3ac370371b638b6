// SPDX-License-Identifier: Apache-2.0
// Step 1c of the timing contract in model/net/router.h for one head: of the output ports that it may
// go by, the one whose usable adaptive VCs have the most credits together, the lowest of equals.
//
// Timing: combinational.
module port_selection #(
    parameter int RADIX = 5,        // ports, 2..65
    parameter int VCS = 2,          // 1..8
    parameter int CREDIT_BITS = 4,  // bits of a count of credits
    localparam int PORT_BITS = $clog2(RADIX),
    localparam int PORTS = 1 << PORT_BITS
) (
    input  logic [RADIX-1:0]                 ports_i,       // that it may go by
    input  logic [VCS-1:0]                   vcs_i,         // adaptive ones
    input  logic [6:0]                       needed_i,      // credits
    input  logic [PORTS*VCS-1:0]             held_i,        // an output VC: a packet holds it
    input  logic [PORTS*VCS-1:0]             has_credit_i,
    input  logic [PORTS*VCS*CREDIT_BITS-1:0] credits_i,
    output logic                             found_o,       // there is one
    output logic [PORT_BITS-1:0]             port_o,
    output logic [VCS-1:0]                   usable_o,      // its VCs
    output logic                             any_free_o     // some adaptive VC is free
);

    localparam int SumBits = CREDIT_BITS + 3;

    logic [SumBits-1:0] most;
    logic [SumBits-1:0] sum;
    logic [VCS-1:0]     free;
    logic [VCS-1:0]     usable;

    always_comb begin
        most       = '0;
        sum        = '0;
        free       = '0;
        usable     = '0;
        port_o     = '0;
        usable_o   = '0;
        any_free_o = 1'b0;
        for (int p = 0; p < RADIX; p++)
            if (ports_i[p]) begin
                free   = vcs_i & ~held_i[p*VCS+:VCS];
                usable = '0;
                sum    = '0;
                for (int v = 0; v < VCS; v++)
                    if (free[v] && has_credit_i[p*VCS+v] &&
                        7'(credits_i[(p*VCS+v)*CREDIT_BITS+:CREDIT_BITS]) >= needed_i) begin
                        usable = usable | (VCS'(1) << v);
                        sum    = sum + SumBits'(credits_i[(p*VCS+v)*CREDIT_BITS+:CREDIT_BITS]);
                    end
                any_free_o = any_free_o | (free != '0);
                if (sum > most) begin
                    most     = sum;
                    port_o   = PORT_BITS'(p);
                    usable_o = usable;
                end
            end
        found_o = most != '0;
    end
endmodule
