// SPDX-License-Identifier: Apache-2.0
// The rows of figure.c for remote procedure calls: struct rpc_stats (model/node/rpc.h).
#ifndef ORDITO_SIM_FIGURE_RPC_H
#define ORDITO_SIM_FIGURE_RPC_H

// Cycles of a call, mean.
static struct figure_value rpc_mean(const struct figure_source *source, uint64_t cycles)
{
    uint64_t calls = source->result->rpc.calls;
    return real(calls > 0 ? (double)cycles / (double)calls : -1);
}

static struct figure_value rpc_mean_call(const struct figure_source *source)
{
    return rpc_mean(source, source->result->rpc.cycles);
}

#define RPC_MEAN(symbol, name)                                                                     \
    static struct figure_value rpc_mean_##name(const struct figure_source *source)                 \
    {                                                                                              \
        return rpc_mean(source, source->result->rpc.step_cycles[symbol]);                          \
    }
RPC_STEPS(RPC_MEAN)
#undef RPC_MEAN

// clang-format off
#define RPC_SUM_ROW(symbol, name) \
    IF(RPC, "application.rpc.cycles." #name, U64, rpc.step_cycles[symbol]),
#define RPC_MEAN_ROW(symbol, name) \
    {"application.rpc.mean_cycles." #name, COMPUTED, RPC, .compute = rpc_mean_##name},

#define RPC_FIGURES \
    IF(RPC, "application.rpc.calls", U64, rpc.calls), \
    IF(RPC, "application.rpc.failed", U64, rpc.failed), \
    IF(RPC, "application.rpc.executions", U64, rpc.executions), \
    IF(RPC, "application.rpc.requests", U64, rpc.requests), \
    IF(RPC, "application.rpc.retransmissions", U64, rpc.retransmissions), \
    IF(RPC, "application.rpc.replies", U64, rpc.replies), \
    IF(RPC, "application.rpc.duplicates_suppressed", U64, rpc.duplicates_suppressed), \
    IF(RPC, "application.rpc.dropped", U64, rpc.dropped), \
    IF(RPC, "application.rpc.bytes", U64, rpc.bytes), \
    IF(RPC, "application.rpc.call_cycles.min", U64, rpc.min_cycles), \
    IF(RPC, "application.rpc.call_cycles.p50", U64, rpc.p50_cycles), \
    IF(RPC, "application.rpc.call_cycles.p90", U64, rpc.p90_cycles), \
    IF(RPC, "application.rpc.call_cycles.p99", U64, rpc.p99_cycles), \
    IF(RPC, "application.rpc.call_cycles.max", U64, rpc.max_cycles), \
    IF(RPC, "application.rpc.cycles.call", U64, rpc.cycles), \
    RPC_STEPS(RPC_SUM_ROW) \
    {"application.rpc.mean_cycles.call", COMPUTED, RPC, .compute = rpc_mean_call}, \
    RPC_STEPS(RPC_MEAN_ROW)
// clang-format on

#endif
