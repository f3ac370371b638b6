// SPDX-License-Identifier: Apache-2.0
#include "sim/machine_netrace.h"

#include "model/node/netrace_replay.h"

#include <string.h>

static struct netrace_replay_params netrace_params(const struct machine *self,
                                                   const struct config *config)
{
    return (struct netrace_replay_params){
        .trace = self->netrace,
        .mode = config->netrace_mode,
        .num_nodes = self->topology->num_nodes,
        .flit_bits = config->flit_bits,
        .header_flits = config->header_flits,
        .priority_bytes = config->priority_bytes,
        .priority_class = config->classes - 1,
    };
}

bool machine_open_netrace(struct machine *self, const struct config *config, struct err *err)
{
    bool told = strcmp(config->format, "auto") != 0;
    if (told ? strcmp(config->format, "netrace") != 0 : !netrace_probe(config->path))
        return true;
    if (config->node_model == MODEL_FULL)
        return config_refuse(config, "nodes.model", err,
                             "packets between caches are no program for full nodes; use ideal");
    uint32_t region =
        config->netrace_region == CONFIG_AUTO ? NETRACE_ALL : (uint32_t)config->netrace_region;
    self->netrace = netrace_open(config->path, region, err);
    if (!self->netrace) {
        struct err why = *err;
        *err = (struct err){0};
        return why.status == ERR_CONFIG
                   ? config_refuse(config, "workload.netrace.region", err, "%s", why.text)
                   : err_set(err, why.status, "%s", why.text);
    }
    struct netrace_replay_params params = netrace_params(self, config);
    self->packet_flits_max = netrace_replay_flits_max(&params);
    return true;
}

bool machine_make_netrace(struct machine *self, const struct config *config, struct err *err)
{
    struct netrace_replay_params params = netrace_params(self, config);
    self->workload = netrace_replay_new(&params, err);
    return self->workload != NULL;
}

void machine_netrace_application(const struct machine *self, struct run_result *result)
{
    struct netrace_replay_stats stats = netrace_replay_stats(self->workload);
    bool ended = self->workload->ops->done(self->workload) && fabric_idle(self->fabric);
    result->makespan_cycles = ended ? stats.makespan_cycles : UINT64_MAX;
    result->messages = stats.packets;
    result->bytes = stats.bytes;
}
