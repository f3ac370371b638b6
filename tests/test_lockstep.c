// SPDX-License-Identifier: Apache-2.0
// The checker checks: what lockstep tells of RTL that lies.
#include "tests/rtl_bench.h"

#include <criterion/criterion.h>
#include <string.h>

// The real router, but the one at coordinate N of a line lies in the Nth way.
static const char lying_body[] =
    "    logic [RADIX*6-1:0] fwd;\n"
    "    logic [FLIT_BITS-1:0] payload[RADIX];\n"
    "    logic [RADIX*VCS-1:0] credit;\n"
    "    logic [RADIX-1:0] ack, nack;\n"
    "    logic busy;\n"
    "    logic [63:0] stalls[7];\n"
    "    logic [3:0] lie;\n"
    "    always_ff @(posedge clk_i)\n"
    "        if (!rst_ni) lie <= '0;\n"
    "        else if (cfg_valid_i && cfg_addr_i == 24'h10000) lie <= cfg_data_i[7:4];\n"
    "    true_router #(RADIX, VCS, DEPTH, FLIT_BITS, TABLE_SIZE) u_true (\n"
    "        .*, .fwd_o(fwd), .payload_o(payload), .credit_o(credit), .ack_o(ack), .nack_o(nack),\n"
    "        .busy_o(busy), .stalls_o(stalls));\n"
    "    always_comb begin\n"
    "        for (int i = 0; i < RADIX; i++) begin\n"
    "            fwd_o[i*6+:6] = fwd[i*6+:6] ^ {lie == 1, lie == 2, lie == 3, 2'b0, lie == 4};\n"
    "            if (!fwd[i*6+5]) fwd_o[i*6+:6] = '0;\n"
    "            payload_o[i] = payload[i] ^ FLIT_BITS'(lie == 5 ? 1 << 20 : 0);\n"
    "            ack_o[i] = ack[i] || (lie == 7 && fwd[i*6+5]);\n"
    "            nack_o[i] = nack[i] || (lie == 8 && fwd[i*6+5]);\n"
    "        end\n"
    "        credit_o = lie == 6 ? '0 : credit;\n"
    "        busy_o = lie == 9 ? 1'b0 : busy;\n"
    "        stalls_o = stalls;\n"
    "        if (lie == 10 && busy) stalls_o[1] = 64'd5;\n"
    "    end\n"
    "endmodule\n";

// A packet of one flit from its own node, for node 0, goes through a router that lies; what
// lockstep then says.
static void check_lie(struct rtl_bench *b, uint32_t router, const char *expected)
{
    uint64_t start = b->now;
    struct flit flit = {.payload = rtl_bench_head(b, 0, 1), .head = true, .tail = true};
    bool agree = true;
    for (uint32_t cycle = 0; cycle < 4 && agree; cycle++) {
        rtl_bench_evaluate(b, router);
        if (cycle == 0)
            b->ops->flit(b->bank, router, ROUTING_TERMINAL_PORT, flit);
        agree = rtl_bench_cycle(b, router);
    }
    if (!expected) {
        cr_assert(agree, "%s", b->err.text);
        return;
    }
    cr_assert(!agree, "lockstep did not see: %s", expected);
    cr_assert_eq(b->err.status, ERR_MISMATCH);
    cr_assert_eq(strncmp(b->err.text, expected, strlen(expected)), 0, "%s\nexpected: %s",
                 b->err.text, expected);
    cr_assert(strstr(b->err.text, "in 0:0HT="), "%s", b->err.text);
    cr_assert(b->rtl.differs);
    cr_assert_eq(b->rtl.fault_router, router);
    cr_assert_geq(b->rtl.fault_cycle, start);
}

Test(lockstep, names_cycle_router_port_field_and_both_values_of_any_difference)
{
    // Routers 1 to 10 of a line; the way to node 0 is by port 2, the credit goes to port 0
    static const char *const expected[] = {
        NULL,
        "cycle 1, router 1, port 2, valid: RTL has 0x0, the reference 0x1\n",
        "cycle 1, router 2, port 2, head: RTL has 0x0, the reference 0x1\n",
        "cycle 1, router 3, port 2, tail: RTL has 0x0, the reference 0x1\n",
        "cycle 1, router 4, port 2, vc: RTL has 0x1, the reference 0x0\n",
        "cycle 1, router 5, port 2, payload: RTL has 0x100001, the reference 0x1\n",
        "cycle 1, router 6, port 0, credit: RTL has 0x0, the reference 0x1\n",
        "cycle 1, router 7, port 2, ack: RTL has 0x1, the reference 0x0\n",
        "cycle 1, router 8, port 2, nack: RTL has 0x1, the reference 0x0\n",
        "cycle 0, router 9, busy: RTL has 0x0, the reference 0x1\n",
        "cycle 0, router 10, stalls.no_vc: RTL has 0x5, the reference 0x0\n",
    };
    rtl_bench_use(lying_body);
    rtl_bench_add_true_router();
    for (uint32_t router = 0; router < sizeof expected / sizeof *expected; router++) {
        struct rtl_bench b = {.params.switching = SWITCHING_WORMHOLE};
        struct topology_spec line = {.kind = "mesh", .num_dims = 1, .dims = {11}};
        rtl_bench_open(&b, line, 24, &router_lockstep_ops);
        cr_assert(b.bank, "%s", b.err.text);
        check_lie(&b, router, expected[router]);
        rtl_bench_close(&b);
    }
}
