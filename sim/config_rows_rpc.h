// SPDX-License-Identifier: Apache-2.0
// The rows of config_table.c for remote procedure calls: fields of struct rpc_params
// (model/node/rpc.h).
#ifndef ORDITO_SIM_CONFIG_ROWS_RPC_H
#define ORDITO_SIM_CONFIG_ROWS_RPC_H

// clang-format off
#define RPC_ROW(name) .key = "workload.rpc." name, .workloads = TRACE, RESULT
#define RPC_ROWS \
    {RPC_ROW("interface"), FIELD(PATH, rpc_interface), TEXTS("null", "file of the procedures that the trace calls, relative to the file that names it")}, \
    {RPC_ROW("timeout_ns"), FIELD(REAL, rpc.timeout_ns), REALS(1, 1e12), UNIT("ns", "1e6", "until a request that is not answered is repeated; twice as long each time")}, \
    {RPC_ROW("max_retries"), FIELD(UINT32, rpc.max_retries), RANGE(0, 1000), TEXTS("5", "of a request, before its calls fail")}, \
    {RPC_ROW("stub_cycles"), FIELD(UINT32, rpc.stub_cycles), RANGE(0, 1000000), UNIT("cycles", "50", "of the node: a stub is entered, or left by the client")}, \
    {RPC_ROW("item_cycles"), FIELD(UINT32, rpc.item_cycles), RANGE(0, 1000000), UNIT("cycles", "1", "of the node: an item is converted, beside its load and store")}, \
    {RPC_ROW("batch_bytes"), FIELD(UINT64, rpc.batch_bytes), RANGE(32, 1 << 26), UNIT("bytes", "4096", "of a request of several calls, at most")}, \
    {RPC_ROW("at_most_once"), FIELD(BOOL, rpc.at_most_once), TEXTS("true", "requests that come again are answered, not executed, again")}, \
    {RPC_ROW("drop_rate"), FIELD(REAL, rpc.drop_rate), REALS(0, 0.99), TEXTS("0", "share of requests and replies that are lost on arrival")}
// clang-format on

#endif
