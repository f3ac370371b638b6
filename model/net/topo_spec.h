// SPDX-License-Identifier: Apache-2.0
// Parameters of topologies: which there are, which a kind takes, and what kinds share in resolving
// them.
//
// A spec is shaped if it has any parameter but the number of nodes; then that number does not
// count.
#ifndef ORDITO_MODEL_NET_TOPO_SPEC_H
#define ORDITO_MODEL_NET_TOPO_SPEC_H

#include "model/net/topology.h"

// A parameter that is one integer; 0: not given.
struct topology_param {
    const char *key; // below fabric.topology
    unsigned takes;  // its bit in topology_kind.takes
    size_t offset;   // of the uint32_t in struct topology_spec
};

extern const struct topology_param topology_params[];
extern const size_t topology_num_params;

uint32_t topology_param_value(const struct topology_spec *spec, const struct topology_param *param);

// Refuses parameters that the kind does not take; gives a spec without any the default number of
// nodes.
bool topo_spec_check(const struct topology_kind *kind, struct topology_spec *spec, struct err *err);

bool topo_spec_is_shaped(const struct topology_spec *spec);

// A parameter that is not given gets a value.
void topo_spec_default(uint32_t *param, uint32_t value);

// Refuses a parameter below `min`.
bool topo_spec_at_least(const struct topology_spec *spec, const char *key, uint32_t value,
                        uint32_t min, struct err *err);

// Refuses spec->nodes, naming the nearest number for which `possible` holds, `most` at most;
// `needs` says in words what there must be. Always returns false.
bool topo_spec_refuse_nodes(const struct topology_spec *spec, bool (*possible)(uint32_t nodes),
                            uint32_t most, const char *needs, struct err *err);

// Refuses routers with more ports than there can be, and more nodes; `key` is what should be less.
bool topo_spec_fits(const struct topology_spec *spec, const char *key, uint64_t radix,
                    uint64_t nodes, struct err *err);

// base^exponent, or UINT64_MAX if that is more than TOPOLOGY_MAX_NODES.
uint64_t topo_spec_power(uint32_t base, uint32_t exponent);

#endif
