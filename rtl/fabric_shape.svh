// SPDX-License-Identifier: Apache-2.0
// How the grid of fabric.sv is numbered and wired, as constant functions. Part of fabric.sv, whose
// `Sides` (16 bits a dimension), NUM_DIMS, KIND and Radix they read. None calls another: Icarus
// 11 then no longer takes them as constant.

// The first port of dimension `d`: after the terminal's and those of all dimensions below
function automatic int first_port(input int d);
    first_port = 1;
    for (int e = 0; e < d; e++)
        first_port = first_port + (Sides[e*16+:16] > 2 ? 2 : Sides[e*16+:16] == 2 ? 1 : 0);
endfunction

// The lowest address bit of dimension `d`: as many as all dimensions below need
function automatic int first_bit(input int d);
    first_bit = 0;
    for (int e = 0; e < d; e++) first_bit = first_bit + $clog2(32'(Sides[e*16+:16]));
endfunction

// A node's coordinate in dimension `d`
function automatic int coordinate(input int node, input int d);
    coordinate = node;
    for (int e = 0; e < d; e++) coordinate = coordinate / 32'(Sides[e*16+:16]);
    coordinate = coordinate % 32'(Sides[d*16+:16]);
endfunction

// Greatest distance that goes plus from coordinate `x` of a side `k`
function automatic int limit(input int x, input int k);
    if (k == 2) limit = 1;
    else if (KIND == 0) limit = k - 1 - x;     // a line never wraps
    else if (k % 2 == 0) limit = k / 2 - x % 2;  // the tie goes either way
    else limit = k / 2;
endfunction

// Where the channel that arrives at a port comes from: node * Radix + port; -1: from nowhere
function automatic int source(input int node, input int port);
    int first;   // port of the dimension
    int stride;  // nodes between neighbours
    int k;
    int x;
    source = -1;
    first  = 1;
    stride = 1;
    for (int d = 0; d < NUM_DIMS; d++) begin
        k = 32'(Sides[d*16+:16]);
        x = (node / stride) % k;
        if (k == 2 && port == first) source = (node + (1 - 2 * x) * stride) * Radix + port;
        if (k > 2 && port == first) begin  // plus: from the next one's minus port
            if (x < k - 1) source = (node + stride) * Radix + port + 1;
            else if (KIND == 1) source = (node - (k - 1) * stride) * Radix + port + 1;
        end
        if (k > 2 && port == first + 1) begin  // minus: from the last one's plus port
            if (x > 0) source = (node - stride) * Radix + port - 1;
            else if (KIND == 1) source = (node + (k - 1) * stride) * Radix + port - 1;
        end
        first  = first + (k > 2 ? 2 : k == 2 ? 1 : 0);
        stride = stride * k;
    end
endfunction
