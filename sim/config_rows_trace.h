// SPDX-License-Identifier: Apache-2.0
// The rows of config_table.c for traces of programs, and of packets that depend on others; with the
// macros of that file.
#ifndef ORDITO_SIM_CONFIG_ROWS_TRACE_H
#define ORDITO_SIM_CONFIG_ROWS_TRACE_H

// clang-format off
#define TRACE_ROWS \
    {.key = "workload.compute_scale", FIELD(REAL, compute_scale), REALS(1e-9, 1e12), TEXTS("1.0", "factor of the trace's compute amounts"), .workloads = TRACE, RESULT}, \
    {.key = "workload.eager_bytes", FIELD(UINT64, eager_bytes), RANGE(0, MAX_CYCLES), UNIT("bytes", "65536", "messages of this size and more use rendezvous"), .workloads = TRACE, RESULT}, \
    {.key = "workload.unexpected_bytes", FIELD(UINT64, unexpected_bytes), RANGE(0, MAX_CYCLES), UNIT("bytes", "0", "that a rank keeps before their receive; 0: as many as come"), .workloads = TRACE, RESULT}, \
    {.key = "workload.send_until", FIELD(FLAG, sends_until_received), .choices = choices_until, UNIT("", "sent", "what operations send wait for"), .workloads = TRACE, RESULT}, \
    {.key = "workload.priority_bytes", FIELD(UINT64, priority_bytes), RANGE(0, MAX_CYCLES), UNIT("bytes", "0", "smaller messages, and rendezvous' control, use the highest class; 0: none"), .workloads = TRACE, RESULT}, \
    {.key = "workload.netrace.mode", FIELD(CHOICE, netrace_mode), .choices = choices_netrace_mode, TEXTS("normal", "netrace: when packets that depend on others go (model/node/netrace_replay.h)"), .workloads = TRACE, RESULT}, \
    {.key = "workload.netrace.region", FIELD(CYCLES, netrace_region), RANGE(0, NETRACE_MAX_REGIONS - 1), .word = "all", TEXTS("all", "netrace: region of the program that is replayed alone"), .workloads = TRACE, RESULT}, \
    {.key = "workload.collectives.preset", FIELD(FLAG, collectives_auto), .choices = choices_preset, TEXTS("first", "of collectives that are null. first: the first algorithm listed; auto: MPICH's, by size and number of ranks"), .workloads = TRACE, RESULT}, \
    COLLECTIVE(barrier, BARRIER), \
    COLLECTIVE(bcast, BCAST), \
    COLLECTIVE(reduce, REDUCE), \
    COLLECTIVE(allreduce, ALLREDUCE), \
    COLLECTIVE(scan, SCAN), \
    COLLECTIVE(gather, GATHER), \
    COLLECTIVE(gatherv, GATHERV), \
    COLLECTIVE(scatter, SCATTER), \
    COLLECTIVE(scatterv, SCATTERV), \
    COLLECTIVE(allgather, ALLGATHER), \
    COLLECTIVE(allgatherv, ALLGATHERV), \
    COLLECTIVE(alltoall, ALLTOALL), \
    COLLECTIVE(alltoallv, ALLTOALLV), \
    COLLECTIVE(reduce_scatter, REDUCE_SCATTER), \
    RPC_ROWS
// clang-format on

#endif
