// SPDX-License-Identifier: Apache-2.0
#include "model/net/topo_spec.h"

#include "model/net/router.h"

enum { DEFAULT_NODES = 64 };

const struct topology_param topology_params[] = {
    {"n", TOPOLOGY_TAKES_N, offsetof(struct topology_spec, n)},
    {"arity", TOPOLOGY_TAKES_ARITY, offsetof(struct topology_spec, arity)},
    {"height", TOPOLOGY_TAKES_HEIGHT, offsetof(struct topology_spec, height)},
    {"concentration", TOPOLOGY_TAKES_CONCENTRATION, offsetof(struct topology_spec, concentration)},
    {"routers_per_group", TOPOLOGY_TAKES_GROUPS, offsetof(struct topology_spec, routers_per_group)},
    {"global_ports", TOPOLOGY_TAKES_GROUPS, offsetof(struct topology_spec, global_ports)},
    {"groups", TOPOLOGY_TAKES_GROUPS, offsetof(struct topology_spec, groups)},
};
const size_t topology_num_params = sizeof topology_params / sizeof *topology_params;

uint32_t topology_param_value(const struct topology_spec *spec, const struct topology_param *param)
{
    return *(const uint32_t *)(const void *)((const char *)spec + param->offset);
}

static bool refuse_foreign(const struct topology_kind *kind, const char *key, const char *words,
                           struct err *err)
{
    return err_set(err, ERR_CONFIG, "fabric.topology.%s: a %s has no %s; it takes %s", key,
                   kind->name, words, kind->parameters);
}

bool topo_spec_check(const struct topology_kind *kind, struct topology_spec *spec, struct err *err)
{
    if (spec->num_dims > 0 && !(kind->takes & TOPOLOGY_TAKES_DIMS))
        return refuse_foreign(kind, "dims", "sides", err);
    if (spec->file && !(kind->takes & TOPOLOGY_TAKES_FILE))
        return refuse_foreign(kind, "file", "file", err);
    for (size_t i = 0; i < topology_num_params; i++) {
        const struct topology_param *param = &topology_params[i];
        if (topology_param_value(spec, param) > 0 && !(kind->takes & param->takes))
            return refuse_foreign(kind, param->key, param->key, err);
    }
    if (spec->nodes == 0 && !topo_spec_is_shaped(spec))
        spec->nodes = DEFAULT_NODES;
    return true;
}

bool topo_spec_is_shaped(const struct topology_spec *spec)
{
    bool shaped = spec->num_dims > 0 || spec->file;
    for (size_t i = 0; i < topology_num_params; i++)
        shaped |= topology_param_value(spec, &topology_params[i]) > 0;
    return shaped;
}

void topo_spec_default(uint32_t *param, uint32_t value)
{
    if (*param == 0)
        *param = value;
}

bool topo_spec_at_least(const struct topology_spec *spec, const char *key, uint32_t value,
                        uint32_t min, struct err *err)
{
    return value >= min ||
           err_set(err, ERR_CONFIG, "fabric.topology.%s: %u; of a %s it is at least %u", key, value,
                   spec->kind, min);
}

bool topo_spec_refuse_nodes(const struct topology_spec *spec, bool (*possible)(uint32_t nodes),
                            uint32_t most, const char *needs, struct err *err)
{
    uint32_t below = spec->nodes > most ? most : spec->nodes - 1;
    uint32_t above = spec->nodes + 1;
    while (below > 0 && !possible(below))
        below--;
    while (above <= most && !possible(above))
        above++;
    bool up = below == 0 || (above <= most && above - spec->nodes < spec->nodes - below);
    return err_set(err, ERR_CONFIG,
                   "fabric.topology.nodes: %u nodes make no %s, which needs %s; the nearest number "
                   "that does is %u",
                   spec->nodes, spec->kind, needs, up ? above : below);
}

bool topo_spec_fits(const struct topology_spec *spec, const char *key, uint64_t radix,
                    uint64_t nodes, struct err *err)
{
    if (nodes > TOPOLOGY_MAX_NODES)
        return err_set(
            err, ERR_CONFIG,
            "fabric.topology.%s: a %s of more than %llu nodes, the most that can be built", key,
            spec->kind, (unsigned long long)TOPOLOGY_MAX_NODES);
    if (radix > ROUTER_MAX_RADIX)
        return err_set(
            err, ERR_CONFIG,
            "fabric.topology.%s: this %s needs routers of %llu ports; they have at most %d", key,
            spec->kind, (unsigned long long)radix, ROUTER_MAX_RADIX);
    return true;
}

uint64_t topo_spec_power(uint32_t base, uint32_t exponent)
{
    uint64_t power = 1;
    for (uint32_t i = 0; i < exponent; i++) {
        power *= base;
        if (power > TOPOLOGY_MAX_NODES)
            return UINT64_MAX;
    }
    return power;
}
