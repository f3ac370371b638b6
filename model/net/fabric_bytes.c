// SPDX-License-Identifier: Apache-2.0
// What a fabric takes of memory (fabric_make.c, terminal.c), before one is made.
#include "model/net/fabric_state.h"
#include "model/net/terminal_state.h"

static struct router_params routers_of(const struct fabric_params *params)
{
    const struct topology *t = params->topology;
    return (struct router_params){
        .radix = t->radix,
        .num_vcs = params->routing->num_vcs,
        .buffer_flits = params->buffer_flits,
        .switching = params->switching,
        .design = params->design,
        .flit_cycles = t->flit_cycles,
        .routing = params->routing,
        .num_routers = t->num_routers,
        .topology = t,
    };
}

static uint64_t terminals_bytes(const struct fabric_params *params)
{
    enum { CIRCUIT_BYTES = 80 }; // of a terminal_circuit.c's state
    const struct routing *routing = params->routing;
    const struct terminals *terminals;
    uint64_t eject_flits = 1;
    while (eject_flits < (uint64_t)routing->num_vcs * params->buffer_flits)
        eject_flits *= 2;
    uint64_t of_node = sizeof *terminals->nodes +
                       routing->num_vcs / routing->class_vcs * sizeof *terminals->queues +
                       eject_flits * sizeof *terminals->eject_flits;
    if (switching_is_circuit(params->switching))
        of_node += CIRCUIT_BYTES;
    return params->topology->num_nodes * of_node + params->topology->num_nodes / 4;
}

uint64_t fabric_bytes(const struct fabric_params *params, uint64_t *of_routers)
{
    const struct topology *t = params->topology;
    const struct fabric *fabric;
    struct router_params routers = routers_of(params);
    bool whole = params->ops->whole;
    uint64_t banks = whole ? 1 : t->num_routers;
    uint64_t ports = whole ? t->num_nodes : banks * t->radix;
    uint64_t of_port = sizeof *fabric->wires + sizeof *fabric->channel_flits;
    uint64_t of_node = sizeof *fabric->node_wires + sizeof *fabric->channel_flits;
    *of_routers = params->ops->bytes(&routers);
    uint64_t once = sizeof *fabric + sizeof *fabric->parts + sizeof *fabric->carriers;
    return *of_routers + once + ports * of_port + t->num_nodes * of_node +
           banks * sizeof *fabric->order + t->num_routers * sizeof *fabric->own_address +
           terminals_bytes(params);
}
