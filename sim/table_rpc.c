// SPDX-License-Identifier: Apache-2.0
// What the summary of a run says of remote procedure calls.
#include "sim/table.h"

#include <inttypes.h>

void table_rpc(FILE *to, const struct rpc_stats *stats)
{
    static const char *const names[RPC_NUM_STEPS] = {
#define RPC_NAME(symbol, name) [symbol] = #name,
        RPC_STEPS(RPC_NAME)
#undef RPC_NAME
    };
    table_label(to, "remote calls");
    fprintf(to, "%" PRIu64 " with a result, %" PRIu64 " failed\n", stats->calls, stats->failed);
    table_label(to, "executed");
    fprintf(to, "%" PRIu64 ", duplicates suppressed %" PRIu64 "\n", stats->executions,
            stats->duplicates_suppressed);
    table_label(to, "requests, and sent again");
    fprintf(to, "%" PRIu64 ", %" PRIu64 "; messages lost %" PRIu64 "\n", stats->requests,
            stats->retransmissions, stats->dropped);
    if (stats->calls == 0)
        return;
    double calls = (double)stats->calls;
    table_label(to, "call [cycles]");
    fprintf(to,
            "%.1f; min %" PRIu64 ", p50 %" PRIu64 ", p90 %" PRIu64 ", p99 %" PRIu64 ", max %" PRIu64
            "\n",
            (double)stats->cycles / calls, stats->min_cycles, stats->p50_cycles, stats->p90_cycles,
            stats->p99_cycles, stats->max_cycles);
    for (int i = 0; i < RPC_NUM_STEPS; i++) {
        if (stats->step_cycles[i] == 0)
            continue;
        char name[64];
        snprintf(name, sizeof name, "  %s", names[i]);
        table_label(to, name);
        fprintf(to, "%.1f\n", (double)stats->step_cycles[i] / calls);
    }
}
