// SPDX-License-Identifier: Apache-2.0
// What holds of VCs that are given to heads, whoever gives them. Part of harnesses with asks_i,
// ports_i, usable_i and `given`, a field a head.

for (genvar x = 0; x < RADIX * VCS; x++) begin : g_given
    logic [VCS-1:0] vc;

    assign vc = given[x*VCS+:VCS];

    always @*
        if (rst_ni) begin
            assume (32'(ports_i[x*PORT_BITS+:PORT_BITS]) < RADIX);
            assert ((vc & (vc - 1'b1)) == '0);            // HeadGetsOneVc
            assert ((vc & ~usable_i[x*VCS+:VCS]) == '0);  // WhichItCanUse
            assert (vc == '0 || asks_i[x]);               // AndAskedFor
        end

    for (genvar y = 0; y < x; y++) begin : g_other
        always @*
            if (rst_ni)
                assert (ports_i[x*PORT_BITS+:PORT_BITS] != ports_i[y*PORT_BITS+:PORT_BITS] ||
                    (vc & given[y*VCS+:VCS]) == '0);      // NoVcIsGivenTwice
    end
end
