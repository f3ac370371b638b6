// SPDX-License-Identifier: Apache-2.0
// The rows of config_table.c for the rules `loggops` of an ideal fabric (model/net/loggops.h).
#ifndef ORDITO_SIM_CONFIG_ROWS_LOGGOPS_H
#define ORDITO_SIM_CONFIG_ROWS_LOGGOPS_H

#define LOGGOPS_ROW(name, most, unit_, is, line)                                                   \
    {                                                                                              \
        .key = "fabric.ideal." #name, FIELD(REAL, loggops.name), REALS(0, most),                   \
        UNIT(unit_, is, "ideal, loggops: " line), .workloads = TRACE, RESULT                       \
    }

#define LOGGOPS_ROWS                                                                               \
    LOGGOPS_ROW(latency_ns, 1e9, "ns", "2500", "L, from node to node"),                            \
        LOGGOPS_ROW(overhead_ns, 1e9, "ns", "1500", "o, of the processor, at either end"),         \
        LOGGOPS_ROW(gap_ns, 1e9, "ns", "1000", "g, between messages of a node"),                   \
        LOGGOPS_ROW(gap_ns_per_byte, 1e5, "ns per byte", "6", "G, between bytes of a message"),    \
        LOGGOPS_ROW(overhead_ns_per_byte, 1e5, "ns per byte", "0", "O, of the processor")

#endif
