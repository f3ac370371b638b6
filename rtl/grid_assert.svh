// SPDX-License-Identifier: Apache-2.0
// Assertions of a router that routes by coordinates: its straps are those of a grid as
// model/net/routing.h describes it, and flits come and go in order of dimensions, by datelines. Part
// of router.sv. Proofs of mutants (scripts/mutation) take them for granted, lockstep checks them.
logic             traffic;
logic [RADIX-1:0] in_use;  // ports: the terminal's, and those of some dimension
logic [31:0]      fields;  // of all dimensions

assign traffic = filled != '0 || arriving != '0;

always_comb begin
    in_use = RADIX'(1);
    fields = '0;
    for (int d = 0; d < DIMS; d++) begin
        fields = fields | dim_mask_i[d*32+:32];
        if (dim_mask_i[d*32+:32] != '0)
            in_use = in_use | (RADIX'(1) << dim_plus_i[d*PORT_BITS+:PORT_BITS]) |
                (RADIX'(1) << dim_minus_i[d*PORT_BITS+:PORT_BITS]);
    end
end

always @(posedge clk_i)
    if (rst_ni && traffic) begin
        assert (len_mask_i != '0 && (len_mask_i & (len_mask_i + 1'b1)) == '0);  // LengthIsLowest
        assert (addr_mask_i == fields);                                      // AddressIsCoordinates
        assert ((own_addr_i & ~fields) == '0);                               // AndSoIsTheOwn
        assert ((vcs_low_i | vcs_high_i) == vcs_class_i);                    // DatelinesShareTheVcs
        assert (vcs_low_i != '0 && vcs_high_i != '0);                        // AndNotEmpty
        assert (VCS == 1 || (vcs_low_i & vcs_high_i) == '0);                 // AndApartIfTheyCan
        assert ((vcs_low_i & (vcs_low_i + 1'b1)) == '0);                     // LowClassIsLowest
    end

for (genvar i = 0; i < RADIX; i++) begin : g_onward
    logic [Ports-1:0] ports;    // of a dimension
    logic             reached;  // the input port's dimension
    logic [Ports-1:0] onward;   // where its flits may go: in order of dimensions, not back

    always_comb begin
        ports   = '0;
        reached = i == 0;
        onward  = Ports'(1);
        for (int d = 0; d < DIMS; d++)
            if (dim_mask_i[d*32+:32] != '0) begin
                ports   = (Ports'(1) << dim_plus_i[d*PORT_BITS+:PORT_BITS]) |
                    (Ports'(1) << dim_minus_i[d*PORT_BITS+:PORT_BITS]);
                reached = reached | ports[i];
                onward  = onward | (ports & {Ports{reached}});
            end
        if (i > 0) onward[i] = 1'b0;
    end

    always @(posedge clk_i)
        if (rst_ni) assert ((filled[i*VCS+:VCS] == '0 && !arriving[i]) || in_use[i]);  // HasANeighbour

    for (genvar v = 0; v < VCS; v++) begin : g_vc
        logic [PORT_BITS-1:0] to;    // output port of a front head flit
        logic [PORT_BITS-1:0] kept;  // and of a packet

        assign to   = infos[(i*VCS+v)*32+8+VCS+:PORT_BITS];
        assign kept = out_port[(i*VCS+v)*PORT_BITS+:PORT_BITS];

        always @(posedge clk_i)
            if (rst_ni) begin
                assert (!filled[i*VCS+v] || onward[to]);  // HeadGoesOnward
                assert (onward[kept]);                    // PacketGoesOnward
            end
    end
end

for (genvar d = 0; d < DIMS; d++) begin : g_dim
    logic [31:0]          mask;
    logic [31:0]          size;
    logic [31:0]          limit;
    logic [PORT_BITS-1:0] plus;
    logic [PORT_BITS-1:0] minus;
    logic [31:0]          one;      // the lowest bit of the mask
    logic [31:0]          last;     // side - 1
    logic [32:0]          side;
    logic [31:0]          own;
    logic                 single;   // the side is 2: one port
    logic                 ring;
    logic [32:0]          tie;      // by how much twice the limit of a ring falls short of the side
    logic [Ports-1:0]     ports;    // of this dimension
    logic [Ports-1:0]     earlier;  // the terminal's and those of the dimensions before it
    logic [31:0]          earlier_fields;

    assign mask   = dim_mask_i[d*32+:32];
    assign size   = dim_size_i[d*32+:32];
    assign limit  = dim_limit_i[d*32+:32];
    assign plus   = dim_plus_i[d*PORT_BITS+:PORT_BITS];
    assign minus  = dim_minus_i[d*PORT_BITS+:PORT_BITS];
    assign one    = mask & (~mask + 1'b1);
    assign last   = size == '0 ? mask : size - one;
    assign side   = {1'b0, last} + {1'b0, one};
    assign own    = own_addr_i & mask;
    assign single = mask == one;
    assign ring   = dim_ring_i[d];
    assign tie    = (size & one) != '0 ? {1'b0, one} : {own & one, 1'b0};

    always_comb begin
        ports          = Ports'(1);
        earlier        = '0;
        earlier_fields = '0;
        for (int e = 0; e <= d; e++) begin
            earlier = earlier | ports;
            ports   = '0;
            if (e < d) earlier_fields = earlier_fields | dim_mask_i[e*32+:32];
            if (dim_mask_i[e*32+:32] != '0)
                ports = (Ports'(1) << dim_plus_i[e*PORT_BITS+:PORT_BITS]) |
                    (Ports'(1) << dim_minus_i[e*PORT_BITS+:PORT_BITS]);
        end
    end

    always @(posedge clk_i)
        if (rst_ni && traffic && mask == '0)
            assert (size == '0 && limit == '0);                             // UnusedSlotsAreClear

    always @(posedge clk_i)
        if (rst_ni && traffic && mask != '0) begin
            assert (dim_mask_i[(d>0?d-1:0)*32+:32] != '0);                  // SlotsAreUsedInOrder
            assert (one == (len_mask_i | earlier_fields) + 1'b1);           // FieldsAreConsecutive
            assert (((mask + one) & mask) == '0);                           // FieldIsOfAdjacentBits
            assert ((size & ~mask) == '0);                                  // SizeIsInPlace
            assert (size == '0 || size > one);                              // SideIsTwoOrMore
            assert (own <= last);                                           // CoordinateExists
            assert (dim_at_first_i[d] == (own == '0));                      // FirstIsTold
            assert (dim_at_last_i[d] == (own == last));                     // LastIsTold
            assert ((Ports'(1) << plus) == earlier + 1'b1);                 // PortsAreConsecutive
            assert (32'(minus) == 32'(plus) + 32'(!single));                // TwoIfThereAreTwoWays
            assert (32'(minus) < RADIX);                                    // PortsExist
            assert (!single || (limit == one && !ring));                    // TwoGoTheirOnlyWay
            assert (!ring || {limit, 1'b0} + tie == side);                  // RingGoesTheShorterWay
            assert (single || ring || limit == last - own);                 // LineDoesNotWrap
        end

    for (genvar i = 0; i < RADIX; i++) begin : g_in
        logic [31:0] addr;
        logic [31:0] dst;
        logic [31:0] forward;  // as in route_grid.svh
        logic        goes_plus;
        logic        crosses;
        logic        in_low;

        assign addr      = 32'(payload_i[i*FLIT_BITS+:FLIT_BITS < 32 ? FLIT_BITS : 32]);
        assign dst       = addr & mask;
        assign forward   = (dst - own + (dst < own ? size : 32'd0)) & mask;
        assign goes_plus = PORT_BITS'(i) == minus;  // it came by the port behind
        assign crosses   = goes_plus ? dst < own : dst > own;
        assign in_low    = vcs_low_i[VcBits'(32'(fwd_i[i*6+:VcBits]) % CLASS_VCS)];

        always @(posedge clk_i)
            if (rst_ni && arriving[i] && fwd_i[i*6+4] && mask != '0) begin
                assert (dst <= last);  // DestinationExists
                if (i > 0 && ports[i]) begin
                    assert (((addr ^ own_addr_i) & earlier_fields) == '0);  // ArrivesInOrder
                    if (forward != '0) begin
                        assert (!single && (forward <= limit) == goes_plus);  // GoesStraightOn
                        assert (!ring || !crosses || in_low);  // CrossesInTheLowClass
                    end
                end
            end
    end
end
