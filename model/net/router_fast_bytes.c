// SPDX-License-Identifier: Apache-2.0
// What a bank of fast reference routers takes of memory (router_fast_bank.c).
#include "model/net/router_fast_state.h"

uint64_t router_fast_bytes(const struct router_params *params)
{
    uint64_t routers = params->num_routers;
    uint64_t ports = routers * params->radix;
    uint64_t vcs = ports * params->num_vcs;
    uint64_t fifo_flits = 1;
    while (fifo_flits < params->buffer_flits)
        fifo_flits *= 2;
    const struct fast_bank *bank;
    uint64_t of_router = sizeof *bank->routers + sizeof *bank->stalls;
    uint64_t of_port =
        sizeof *bank->rr_vc + sizeof *bank->rr_out_vc + sizeof *bank->rr_in + sizeof *bank->links;
    uint64_t of_vc = sizeof *bank->wanted + sizeof *bank->vcs + sizeof *bank->credits +
                     fifo_flits * sizeof *bank->fifos;
    return sizeof *bank + routers * of_router + ports * of_port + vcs * of_vc;
}
