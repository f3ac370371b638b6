// SPDX-License-Identifier: Apache-2.0
// The rows of config_table.c for full nodes: one a field of struct node_params (model/node/node.h).
#ifndef ORDITO_SIM_CONFIG_ROWS_NODES_H
#define ORDITO_SIM_CONFIG_ROWS_NODES_H

#define FULL .models = 1 << MODEL_FULL, RESULT

#define NODE_ROWS                                                                                  \
    {.key = "nodes.cores",                                                                         \
     FIELD(UINT32, node.cores),                                                                    \
     RANGE(1, 16),                                                                                 \
     UNIT("", "1", "of a node, all alike"),                                                        \
     FULL},                                                                                        \
        {.key = "nodes.ranks_per_node",                                                            \
         FIELD(UINT32, ranks_per_node),                                                            \
         RANGE(1, 16),                                                                             \
         UNIT("", "1", "rank i of R a node runs on core i modulo R of node i / R"),                \
         FULL},                                                                                    \
        {.key = "nodes.core.store_buffer_entries",                                                 \
         FIELD(UINT32, node.core.store_buffer_entries),                                            \
         RANGE(0, 64),                                                                             \
         UNIT("", "8", "stores that wait for the cache, in order; 0: the core waits for each"),    \
         FULL},                                                                                    \
        {.key = "nodes.core.max_load_misses",                                                      \
         FIELD(UINT32, node.core.max_load_misses),                                                 \
         RANGE(0, 16),                                                                             \
         UNIT("", "0", "that may be on their way while others hit; 0: loads block"),               \
         FULL},                                                                                    \
        {.key = "nodes.l1d.size_bytes",                                                            \
         FIELD(UINT64, node.l1d.geometry.size_bytes),                                              \
         RANGE(8, UINT64_C(1) << 32),                                                              \
         UNIT("bytes", "32768", "of the private data cache"),                                      \
         FULL},                                                                                    \
        {.key = "nodes.l1d.line_bytes",                                                            \
         FIELD(UINT32, node.l1d.geometry.line_bytes),                                              \
         RANGE(8, 4096),                                                                           \
         UNIT("bytes", "64", "a power of two"),                                                    \
         FULL},                                                                                    \
        {.key = "nodes.l1d.ways",                                                                  \
         FIELD(UINT32, node.l1d.geometry.ways),                                                    \
         RANGE(1, 1024),                                                                           \
         UNIT("", "8", "of a set"),                                                                \
         FULL},                                                                                    \
        {.key = "nodes.l1d.replacement",                                                           \
         FIELD(CHOICE, node.l1d.geometry.replacement),                                             \
         .choices = choices_replacement,                                                           \
         UNIT("", "lru", "which line of a set goes"),                                              \
         FULL},                                                                                    \
        {.key = "nodes.l1d.hit_latency_cycles",                                                    \
         FIELD(UINT32, node.l1d.hit_latency_cycles),                                               \
         RANGE(1, 100),                                                                            \
         UNIT("cycles", "1", "of the node"),                                                       \
         FULL},                                                                                    \
        {.key = "nodes.l1d.mshrs",                                                                 \
         FIELD(UINT32, node.l1d.mshrs),                                                            \
         RANGE(1, 16),                                                                             \
         UNIT("", "8", "lines that may be on their way"),                                          \
         FULL},                                                                                    \
        {.key = "nodes.l1d.write_back_entries",                                                    \
         FIELD(UINT32, node.l1d.write_back_entries),                                               \
         RANGE(1, 32),                                                                             \
         UNIT("", "12", "dirty lines that may be on their way out"),                               \
         FULL},                                                                                    \
        {.key = "nodes.l1i.enabled",                                                               \
         FIELD(BOOL, node.l1i.enabled),                                                            \
         UNIT("", "true", "there is a private instruction cache"),                                 \
         FULL},                                                                                    \
        {.key = "nodes.l1i.size_bytes",                                                            \
         FIELD(UINT64, node.l1i.geometry.size_bytes),                                              \
         RANGE(8, UINT64_C(1) << 32),                                                              \
         UNIT("bytes", "32768", "of the private instruction cache"),                               \
         FULL},                                                                                    \
        {.key = "nodes.l1i.line_bytes",                                                            \
         FIELD(UINT32, node.l1i.geometry.line_bytes),                                              \
         RANGE(8, 4096),                                                                           \
         UNIT("bytes", "64", "a power of two"),                                                    \
         FULL},                                                                                    \
        {.key = "nodes.l1i.ways",                                                                  \
         FIELD(UINT32, node.l1i.geometry.ways),                                                    \
         RANGE(1, 1024),                                                                           \
         UNIT("", "8", "of a set"),                                                                \
         FULL},                                                                                    \
        {.key = "nodes.l1i.replacement",                                                           \
         FIELD(CHOICE, node.l1i.geometry.replacement),                                             \
         .choices = choices_replacement,                                                           \
         UNIT("", "lru", "which line of a set goes"),                                              \
         FULL},                                                                                    \
        {.key = "nodes.l1i.hit_latency_cycles",                                                    \
         FIELD(UINT32, node.l1i.hit_latency_cycles),                                               \
         RANGE(1, 100),                                                                            \
         UNIT("cycles", "1", "of the node"),                                                       \
         FULL},                                                                                    \
        {.key = "nodes.l1i.mshrs",                                                                 \
         FIELD(UINT32, node.l1i.mshrs),                                                            \
         RANGE(1, 16),                                                                             \
         UNIT("", "2", "lines that may be on their way"),                                          \
         FULL},                                                                                    \
        {.key = "nodes.l1i.write_back_entries",                                                    \
         FIELD(UINT32, node.l1i.write_back_entries),                                               \
         RANGE(1, 32),                                                                             \
         UNIT("", "2", "dirty lines that may be on their way out"),                                \
         FULL},                                                                                    \
        {.key = "nodes.l2.enabled",                                                                \
         FIELD(BOOL, node.l2.enabled),                                                             \
         UNIT("", "true", "there is a cache that all cores and DMA share"),                        \
         FULL},                                                                                    \
        {.key = "nodes.l2.size_bytes",                                                             \
         FIELD(UINT64, node.l2.geometry.size_bytes),                                               \
         RANGE(8, UINT64_C(1) << 32),                                                              \
         UNIT("bytes", "1048576", "of the cache that all cores and DMA share"),                    \
         FULL},                                                                                    \
        {.key = "nodes.l2.line_bytes",                                                             \
         FIELD(UINT32, node.l2.geometry.line_bytes),                                               \
         RANGE(8, 4096),                                                                           \
         UNIT("bytes", "64", "a power of two"),                                                    \
         FULL},                                                                                    \
        {.key = "nodes.l2.ways",                                                                   \
         FIELD(UINT32, node.l2.geometry.ways),                                                     \
         RANGE(1, 1024),                                                                           \
         UNIT("", "16", "of a set"),                                                               \
         FULL},                                                                                    \
        {.key = "nodes.l2.replacement",                                                            \
         FIELD(CHOICE, node.l2.geometry.replacement),                                              \
         .choices = choices_replacement,                                                           \
         UNIT("", "lru", "which line of a set goes"),                                              \
         FULL},                                                                                    \
        {.key = "nodes.l2.hit_latency_cycles",                                                     \
         FIELD(UINT32, node.l2.hit_latency_cycles),                                                \
         RANGE(1, 1000),                                                                           \
         UNIT("cycles", "12", "of the node"),                                                      \
         FULL},                                                                                    \
        {.key = "nodes.l2.mshrs",                                                                  \
         FIELD(UINT32, node.l2.mshrs),                                                             \
         RANGE(1, 64),                                                                             \
         UNIT("", "16", "lines that may be on their way"),                                         \
         FULL},                                                                                    \
        {.key = "nodes.bus.clock_divisor",                                                         \
         FIELD(UINT32, node.bus.clock_divisor),                                                    \
         RANGE(1, 64),                                                                             \
         UNIT("cycles", "2", "of the node, in a cycle of the bus"),                                \
         FULL},                                                                                    \
        {.key = "nodes.bus.width_bytes",                                                           \
         FIELD(UINT32, node.bus.width_bytes),                                                      \
         RANGE(1, 256),                                                                            \
         UNIT("bytes", "16", "in a cycle of the bus; a power of two"),                             \
         FULL},                                                                                    \
        {.key = "nodes.bus.address_cycles",                                                        \
         FIELD(UINT32, node.bus.address_cycles),                                                   \
         RANGE(1, 64),                                                                             \
         UNIT("cycles", "1", "of the bus, of an address phase"),                                   \
         FULL},                                                                                    \
        {.key = "nodes.bus.max_outstanding",                                                       \
         FIELD(UINT32, node.bus.max_outstanding),                                                  \
         RANGE(1, 64),                                                                             \
         UNIT("", "16", "transactions under way"),                                                 \
         FULL},                                                                                    \
        {.key = "nodes.bus.intervention_cycles",                                                   \
         FIELD(UINT32, node.bus.intervention_cycles),                                              \
         RANGE(0, 1000),                                                                           \
         UNIT("cycles", "4", "from the snoop to the data of a dirty cache"),                       \
         FULL},                                                                                    \
        {.key = "nodes.bus.arbitration",                                                           \
         FIELD(CHOICE, node.bus.arbitration),                                                      \
         .choices = choices_arbitration,                                                           \
         UNIT("", "round-robin", "who goes first"),                                                \
         FULL},                                                                                    \
        {.key = "nodes.mem.size_bytes",                                                            \
         FIELD(UINT64, node.mem.size_bytes),                                                       \
         RANGE(0, UINT64_C(1) << 52),                                                              \
         UNIT("bytes", "0", "0: every address is memory"),                                         \
         FULL},                                                                                    \
        {.key = "nodes.mem.clock_divisor",                                                         \
         FIELD(UINT32, node.mem.clock_divisor),                                                    \
         RANGE(1, 64),                                                                             \
         UNIT("cycles", "2", "of the node, in a cycle of the memory"),                             \
         FULL},                                                                                    \
        {.key = "nodes.mem.banks",                                                                 \
         FIELD(UINT32, node.mem.banks),                                                            \
         RANGE(1, 256),                                                                            \
         UNIT("", "16", "a power of two"),                                                         \
         FULL},                                                                                    \
        {.key = "nodes.mem.row_bytes",                                                             \
         FIELD(UINT32, node.mem.row_bytes),                                                        \
         RANGE(256, 1 << 20),                                                                      \
         UNIT("bytes", "8192", "a power of two"),                                                  \
         FULL},                                                                                    \
        {.key = "nodes.mem.burst_bytes",                                                           \
         FIELD(UINT32, node.mem.burst_bytes),                                                      \
         RANGE(8, 256),                                                                            \
         UNIT("bytes", "64", "a power of two"),                                                    \
         FULL},                                                                                    \
        {.key = "nodes.mem.burst_cycles",                                                          \
         FIELD(UINT32, node.mem.burst_cycles),                                                     \
         RANGE(1, 64),                                                                             \
         UNIT("cycles", "4", "of the memory, as all below"),                                       \
         FULL},                                                                                    \
        {.key = "nodes.mem.read_entries",                                                          \
         FIELD(UINT32, node.mem.read_entries),                                                     \
         RANGE(1, 64),                                                                             \
         UNIT("", "32", "reads that wait or are served"),                                          \
         FULL},                                                                                    \
        {.key = "nodes.mem.write_entries",                                                         \
         FIELD(UINT32, node.mem.write_entries),                                                    \
         RANGE(1, 64),                                                                             \
         UNIT("", "32", "writes"),                                                                 \
         FULL},                                                                                    \
        {.key = "nodes.mem.max_bypasses",                                                          \
         FIELD(UINT32, node.mem.max_bypasses),                                                     \
         RANGE(0, 1000),                                                                           \
         UNIT("", "16", "row hits before an older request of the bank"),                           \
         FULL},                                                                                    \
        {.key = "nodes.mem.controller_latency_cycles",                                             \
         FIELD(UINT32, node.mem.controller_latency_cycles),                                        \
         RANGE(0, 1000),                                                                           \
         UNIT("cycles", "8", "before a request may be served"),                                    \
         FULL},                                                                                    \
        {.key = "nodes.mem.t_cl_cycles",                                                           \
         FIELD(UINT32, node.mem.t_cl_cycles),                                                      \
         RANGE(0, 1000),                                                                           \
         UNIT("cycles", "17", "column access to data, of reads"),                                  \
         FULL},                                                                                    \
        {.key = "nodes.mem.t_cwl_cycles",                                                          \
         FIELD(UINT32, node.mem.t_cwl_cycles),                                                     \
         RANGE(0, 1000),                                                                           \
         UNIT("cycles", "12", "the same, of writes"),                                              \
         FULL},                                                                                    \
        {.key = "nodes.mem.t_rcd_cycles",                                                          \
         FIELD(UINT32, node.mem.t_rcd_cycles),                                                     \
         RANGE(0, 1000),                                                                           \
         UNIT("cycles", "17", "row opened to column access"),                                      \
         FULL},                                                                                    \
        {.key = "nodes.mem.t_rp_cycles",                                                           \
         FIELD(UINT32, node.mem.t_rp_cycles),                                                      \
         RANGE(0, 1000),                                                                           \
         UNIT("cycles", "17", "row closed to opened"),                                             \
         FULL},                                                                                    \
        {.key = "nodes.mem.t_ras_cycles",                                                          \
         FIELD(UINT32, node.mem.t_ras_cycles),                                                     \
         RANGE(0, 1000),                                                                           \
         UNIT("cycles", "39", "row opened to closed"),                                             \
         FULL},                                                                                    \
        {.key = "nodes.mem.t_rtp_cycles",                                                          \
         FIELD(UINT32, node.mem.t_rtp_cycles),                                                     \
         RANGE(0, 1000),                                                                           \
         UNIT("cycles", "9", "column access of a read to row closed"),                             \
         FULL},                                                                                    \
        {.key = "nodes.mem.t_wr_cycles",                                                           \
         FIELD(UINT32, node.mem.t_wr_cycles),                                                      \
         RANGE(0, 1000),                                                                           \
         UNIT("cycles", "18", "data of a write to row closed"),                                    \
         FULL},                                                                                    \
        {.key = "nodes.mem.t_refi_cycles",                                                         \
         FIELD(UINT32, node.mem.t_refi_cycles),                                                    \
         RANGE(0, 1000000),                                                                        \
         UNIT("cycles", "9360", "between refreshes; 0: none"),                                     \
         FULL},                                                                                    \
        {.key = "nodes.mem.t_rfc_cycles",                                                          \
         FIELD(UINT32, node.mem.t_rfc_cycles),                                                     \
         RANGE(0, 1000),                                                                           \
         UNIT("cycles", "420", "of a refresh"),                                                    \
         FULL},                                                                                    \
        {.key = "nodes.nic.out_ram_bytes",                                                         \
         FIELD(UINT32, nic.out_ram_bytes),                                                         \
         RANGE(64, 1 << 30),                                                                       \
         UNIT("bytes", "65536", "on-board RAM for packets that go"),                               \
         FULL},                                                                                    \
        {.key = "nodes.nic.in_ram_bytes",                                                          \
         FIELD(UINT32, nic.in_ram_bytes),                                                          \
         RANGE(64, 1 << 30),                                                                       \
         UNIT("bytes", "65536", "for packets that come; full: they wait in the fabric"),           \
         FULL},                                                                                    \
        {.key = "nodes.nic.ram_block_bytes",                                                       \
         FIELD(UINT32, nic.ram_block_bytes),                                                       \
         RANGE(8, 4096),                                                                           \
         UNIT("bytes", "64", "of which a packet takes whole ones; a power of two"),                \
         FULL},                                                                                    \
        {.key = "nodes.nic.max_message_bytes",                                                     \
         FIELD(UINT32, nic.max_message_bytes),                                                     \
         RANGE(1, 1 << 30),                                                                        \
         UNIT("bytes", "1048576", "of a descriptor list"),                                         \
         FULL},                                                                                    \
        {.key = "nodes.nic.window_bytes",                                                          \
         FIELD(UINT32, nic.window_bytes),                                                          \
         RANGE(8, 1024),                                                                           \
         UNIT("bytes", "128", "of programmed I/O, as far as a packet takes them"),                 \
         FULL},                                                                                    \
        {.key = "nodes.nic.segmentation",                                                          \
         FIELD(BOOL, nic.segmentation),                                                            \
         UNIT("", "true", "messages are cut into packets"),                                        \
         FULL},                                                                                    \
        {.key = "nodes.nic.reassembly",                                                            \
         FIELD(BOOL, nic.reassembly),                                                              \
         UNIT("", "true", "packets may come in any order"),                                        \
         FULL},                                                                                    \
        {.key = "nodes.nic.grants",                                                                \
         FIELD(BOOL, nic.grants),                                                                  \
         UNIT("", "true", "a message by DMA is sent when the card there has a buffer for it"),     \
         FULL},                                                                                    \
        {.key = "nodes.nic.checksum",                                                              \
         FIELD(BOOL, nic.checksum),                                                                \
         UNIT("", "true", "checksums are made and looked at where asked for"),                     \
         FULL},                                                                                    \
        {.key = "nodes.nic.coalescing",                                                            \
         FIELD(BOOL, nic.coalescing),                                                              \
         UNIT("", "false", "one interrupt for several completions"),                               \
         FULL},                                                                                    \
        {.key = "nodes.nic.coalesce_events",                                                       \
         FIELD(UINT32, nic.coalesce_events),                                                       \
         RANGE(1, 65535),                                                                          \
         UNIT("", "8", "completions for an interrupt"),                                            \
         FULL},                                                                                    \
        {.key = "nodes.nic.coalesce_delay_cycles",                                                 \
         FIELD(UINT32, nic.coalesce_delay_cycles),                                                 \
         RANGE(1, 1 << 30),                                                                        \
         UNIT("cycles", "10000", "or so many after the first"),                                    \
         FULL},                                                                                    \
        {.key = "nodes.nic.channels",                                                              \
         FIELD(UINT32, nic.num_channels),                                                          \
         RANGE(1, 8),                                                                              \
         UNIT("", "2", "of DMA"),                                                                  \
         FULL},                                                                                    \
        {.key = "nodes.nic.dma_startup_cycles",                                                    \
         FIELD(UINT32, nic.dma_startup_cycles),                                                    \
         RANGE(1, 10000),                                                                          \
         UNIT("cycles", "20", "before the first request for a packet"),                            \
         FULL},                                                                                    \
        {.key = "nodes.nic.dma_outstanding",                                                       \
         FIELD(UINT32, nic.dma_outstanding),                                                       \
         RANGE(1, 32),                                                                             \
         UNIT("", "8", "requests of a channel"),                                                   \
         FULL},                                                                                    \
        {.key = "nodes.nic.dma_burst_bytes",                                                       \
         FIELD(UINT32, nic.dma_burst_bytes),                                                       \
         RANGE(8, 4096),                                                                           \
         UNIT("bytes", "64", "of a request; a power of two"),                                      \
         FULL},                                                                                    \
        {.key = "nodes.nic.arbitration",                                                           \
         FIELD(CHOICE, nic.arbitration),                                                           \
         .choices = choices_nic_arbitration,                                                       \
         UNIT("", "round-robin", "of packets for channels"),                                       \
         FULL},                                                                                    \
        {.key = "nodes.nic.register_cycles",                                                       \
         FIELD(UINT32, nic.register_cycles),                                                       \
         RANGE(0, 1000),                                                                           \
         UNIT("cycles", "4", "of an access to a register"),                                        \
         FULL},                                                                                    \
        {.key = "nodes.nic.doorbell_cycles",                                                       \
         FIELD(UINT32, nic.doorbell_cycles),                                                       \
         RANGE(1, 10000),                                                                          \
         UNIT("cycles", "10", "from a doorbell to asking for a descriptor"),                       \
         FULL},                                                                                    \
        {.key = "nodes.nic.link_cycles",                                                           \
         FIELD(UINT32, nic.link_cycles),                                                           \
         RANGE(1, 10000),                                                                          \
         UNIT("cycles", "2", "from a packet that has come to its first handler"),                  \
         FULL},                                                                                    \
        {.key = "nodes.nic.processor",                                                             \
         FIELD(BOOL, nic.processor),                                                               \
         UNIT("", "false", "handlers are run by the network processor, not by fixed hardware"),    \
         FULL},                                                                                    \
        {.key = "nodes.nic.processor_num",                                                         \
         FIELD(UINT32, nic.processor_num),                                                         \
         RANGE(1, 1000),                                                                           \
         UNIT("", "1", "its clock is num / den times the node\'s"),                                \
         FULL},                                                                                    \
        {.key = "nodes.nic.processor_den",                                                         \
         FIELD(UINT32, nic.processor_den),                                                         \
         RANGE(1, 1000),                                                                           \
         UNIT("", "2", "see nodes.nic.processor_num"),                                             \
         FULL},                                                                                    \
        {.key = "nodes.nic.cycles.send",                                                           \
         FIELD(UINT32, nic.cycles[NIC_HANDLER_SEND].each),                                         \
         RANGE(0, 100000),                                                                         \
         UNIT("cycles", "10", "of the handler, by fixed hardware"),                                \
         FULL},                                                                                    \
        {.key = "nodes.nic.cycles.send_per_16_bytes",                                              \
         FIELD(UINT32, nic.cycles[NIC_HANDLER_SEND].per_16_bytes),                                 \
         RANGE(0, 10000),                                                                          \
         UNIT("cycles", "0", "more"),                                                              \
         FULL},                                                                                    \
        {.key = "nodes.nic.instructions.send",                                                     \
         FIELD(UINT32, nic.instructions[NIC_HANDLER_SEND].each),                                   \
         RANGE(0, 100000),                                                                         \
         UNIT("", "60", "of the handler, on the network processor"),                               \
         FULL},                                                                                    \
        {.key = "nodes.nic.instructions.send_per_16_bytes",                                        \
         FIELD(UINT32, nic.instructions[NIC_HANDLER_SEND].per_16_bytes),                           \
         RANGE(0, 10000),                                                                          \
         UNIT("", "0", "more"),                                                                    \
         FULL},                                                                                    \
        {.key = "nodes.nic.cycles.protocol",                                                       \
         FIELD(UINT32, nic.cycles[NIC_HANDLER_PROTOCOL].each),                                     \
         RANGE(0, 100000),                                                                         \
         UNIT("cycles", "8", "of the handler, by fixed hardware"),                                 \
         FULL},                                                                                    \
        {.key = "nodes.nic.cycles.protocol_per_16_bytes",                                          \
         FIELD(UINT32, nic.cycles[NIC_HANDLER_PROTOCOL].per_16_bytes),                             \
         RANGE(0, 10000),                                                                          \
         UNIT("cycles", "0", "more"),                                                              \
         FULL},                                                                                    \
        {.key = "nodes.nic.instructions.protocol",                                                 \
         FIELD(UINT32, nic.instructions[NIC_HANDLER_PROTOCOL].each),                               \
         RANGE(0, 100000),                                                                         \
         UNIT("", "50", "of the handler, on the network processor"),                               \
         FULL},                                                                                    \
        {.key = "nodes.nic.instructions.protocol_per_16_bytes",                                    \
         FIELD(UINT32, nic.instructions[NIC_HANDLER_PROTOCOL].per_16_bytes),                       \
         RANGE(0, 10000),                                                                          \
         UNIT("", "0", "more"),                                                                    \
         FULL},                                                                                    \
        {.key = "nodes.nic.cycles.checksum",                                                       \
         FIELD(UINT32, nic.cycles[NIC_HANDLER_CHECKSUM].each),                                     \
         RANGE(0, 100000),                                                                         \
         UNIT("cycles", "4", "of the handler, by fixed hardware"),                                 \
         FULL},                                                                                    \
        {.key = "nodes.nic.cycles.checksum_per_16_bytes",                                          \
         FIELD(UINT32, nic.cycles[NIC_HANDLER_CHECKSUM].per_16_bytes),                             \
         RANGE(0, 10000),                                                                          \
         UNIT("cycles", "2", "more"),                                                              \
         FULL},                                                                                    \
        {.key = "nodes.nic.instructions.checksum",                                                 \
         FIELD(UINT32, nic.instructions[NIC_HANDLER_CHECKSUM].each),                               \
         RANGE(0, 100000),                                                                         \
         UNIT("", "20", "of the handler, on the network processor"),                               \
         FULL},                                                                                    \
        {.key = "nodes.nic.instructions.checksum_per_16_bytes",                                    \
         FIELD(UINT32, nic.instructions[NIC_HANDLER_CHECKSUM].per_16_bytes),                       \
         RANGE(0, 10000),                                                                          \
         UNIT("", "12", "more"),                                                                   \
         FULL},                                                                                    \
        {.key = "nodes.nic.cycles.demultiplex",                                                    \
         FIELD(UINT32, nic.cycles[NIC_HANDLER_DEMULTIPLEX].each),                                  \
         RANGE(0, 100000),                                                                         \
         UNIT("cycles", "4", "of the handler, by fixed hardware"),                                 \
         FULL},                                                                                    \
        {.key = "nodes.nic.cycles.demultiplex_per_16_bytes",                                       \
         FIELD(UINT32, nic.cycles[NIC_HANDLER_DEMULTIPLEX].per_16_bytes),                          \
         RANGE(0, 10000),                                                                          \
         UNIT("cycles", "0", "more"),                                                              \
         FULL},                                                                                    \
        {.key = "nodes.nic.instructions.demultiplex",                                              \
         FIELD(UINT32, nic.instructions[NIC_HANDLER_DEMULTIPLEX].each),                            \
         RANGE(0, 100000),                                                                         \
         UNIT("", "30", "of the handler, on the network processor"),                               \
         FULL},                                                                                    \
        {.key = "nodes.nic.instructions.demultiplex_per_16_bytes",                                 \
         FIELD(UINT32, nic.instructions[NIC_HANDLER_DEMULTIPLEX].per_16_bytes),                    \
         RANGE(0, 10000),                                                                          \
         UNIT("", "0", "more"),                                                                    \
         FULL},                                                                                    \
        {.key = "nodes.nic.cycles.deliver",                                                        \
         FIELD(UINT32, nic.cycles[NIC_HANDLER_DELIVER].each),                                      \
         RANGE(0, 100000),                                                                         \
         UNIT("cycles", "8", "of the handler, by fixed hardware"),                                 \
         FULL},                                                                                    \
        {.key = "nodes.nic.cycles.deliver_per_16_bytes",                                           \
         FIELD(UINT32, nic.cycles[NIC_HANDLER_DELIVER].per_16_bytes),                              \
         RANGE(0, 10000),                                                                          \
         UNIT("cycles", "0", "more"),                                                              \
         FULL},                                                                                    \
        {.key = "nodes.nic.instructions.deliver",                                                  \
         FIELD(UINT32, nic.instructions[NIC_HANDLER_DELIVER].each),                                \
         RANGE(0, 100000),                                                                         \
         UNIT("", "40", "of the handler, on the network processor"),                               \
         FULL},                                                                                    \
        {.key = "nodes.nic.instructions.deliver_per_16_bytes",                                     \
         FIELD(UINT32, nic.instructions[NIC_HANDLER_DELIVER].per_16_bytes),                        \
         RANGE(0, 10000),                                                                          \
         UNIT("", "0", "more"),                                                                    \
         FULL},                                                                                    \
        {.key = "nodes.driver.send_slots",                                                         \
         FIELD(UINT32, driver_send_slots),                                                         \
         RANGE(1, 32768),                                                                          \
         UNIT("", "64", "of the send ring; a power of two"),                                       \
         FULL},                                                                                    \
        {.key = "nodes.driver.receive_slots",                                                      \
         FIELD(UINT32, driver_receive_slots),                                                      \
         RANGE(4, 16384),                                                                          \
         .word = "auto",                                                                           \
         UNIT("", "auto", "of the receive ring, a buffer each; a power of two; auto: by ranks"),   \
         FULL},                                                                                    \
        {.key = "nodes.driver.piece_bytes",                                                        \
         FIELD(UINT32, driver_piece_bytes),                                                        \
         RANGE(64, 1 << 20),                                                                       \
         UNIT("bytes", "4096", "sent at a time, as far as cards take it, and of buffers"),         \
         FULL},                                                                                    \
        {.key = "nodes.driver.pio_bytes",                                                          \
         FIELD(UINT32, driver_pio_bytes),                                                          \
         RANGE(0, 1024),                                                                           \
         UNIT("bytes", "0", "messages up to this long go by programmed I/O"),                      \
         FULL},                                                                                    \
        {.key = "nodes.driver.checksum",                                                           \
         FIELD(BOOL, driver_checksum),                                                             \
         UNIT("", "false", "what is sent is to have one, made and looked at by the cards"),        \
         FULL},                                                                                    \
        {.key = "nodes.driver.arrival",                                                            \
         FIELD(FLAG, driver_interrupts),                                                           \
         .choices = choices_arrival,                                                               \
         UNIT("", "polling", "how software learns of what has come"),                              \
         FULL},                                                                                    \
    {                                                                                              \
        .key = "nodes.driver.interrupt_cycles", FIELD(UINT32, driver_interrupt_cycles),            \
        RANGE(0, 1000000), UNIT("cycles", "2000", "of the node, to enter a handler"), FULL         \
    }

#endif
