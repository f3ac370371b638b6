// SPDX-License-Identifier: Apache-2.0
// The rows of config_table.c for full nodes: a field each of struct node_params
// (model/node/node.h), struct nic_params (nic/nic_params.h) and of what config.h has of the driver.
#ifndef ORDITO_SIM_CONFIG_ROWS_NODES_H
#define ORDITO_SIM_CONFIG_ROWS_NODES_H

// clang-format off
#define FULL .models = 1 << MODEL_FULL, RESULT
#define NUMBER(name, kind, field, low, high, unit, is, line) \
    {.key = "nodes." name, FIELD(kind, field), RANGE(low, high), UNIT(unit, is, line), FULL}
#define NAMES(name, kind, field, list, is, line) \
    {.key = "nodes." name, FIELD(kind, field), .choices = list, UNIT("", is, line), FULL}
#define SWITCH(name, field, is, line) \
    {.key = "nodes." name, FIELD(BOOL, field), UNIT("", is, line), FULL}

// What caches of all levels have.
#define CACHE_ROWS(cache, whose, size, ways_, latency, max_latency, mshrs_, max_mshrs) \
    NUMBER(#cache ".size_bytes", UINT64, node.cache.geometry.size_bytes, 8, UINT64_C(1) << 32, "bytes", size, whose), \
    NUMBER(#cache ".line_bytes", UINT32, node.cache.geometry.line_bytes, 8, 4096, "bytes", "64", "a power of two"), \
    NUMBER(#cache ".ways", UINT32, node.cache.geometry.ways, 1, 1024, "", ways_, "of a set"), \
    NAMES(#cache ".replacement", CHOICE, node.cache.geometry.replacement, choices_replacement, "lru", "which line of a set goes"), \
    NUMBER(#cache ".hit_latency_cycles", UINT32, node.cache.hit_latency_cycles, 1, max_latency, "cycles", latency, "of the node"), \
    NUMBER(#cache ".mshrs", UINT32, node.cache.mshrs, 1, max_mshrs, "", mshrs_, "lines that may be on their way")

// What a handler of the card costs.
#define HANDLER_ROWS(name, handler, cycles_, cycles_16, instructions_, instructions_16) \
    NUMBER("nic.cycles." #name, UINT32, nic.cycles[handler].each, 0, 100000, "cycles", cycles_, "of the handler, by fixed hardware"), \
    NUMBER("nic.cycles." #name "_per_16_bytes", UINT32, nic.cycles[handler].per_16_bytes, 0, 10000, "cycles", cycles_16, "more"), \
    NUMBER("nic.instructions." #name, UINT32, nic.instructions[handler].each, 0, 100000, "", instructions_, "of the handler, on the network processor"), \
    NUMBER("nic.instructions." #name "_per_16_bytes", UINT32, nic.instructions[handler].per_16_bytes, 0, 10000, "", instructions_16, "more")

#define NODE_ROWS \
    NUMBER("core.store_buffer_entries", UINT32, node.core.store_buffer_entries, 0, 64, "", "8", "stores that wait for the cache, in order; 0: the core waits for each"), \
    NUMBER("core.max_load_misses", UINT32, node.core.max_load_misses, 0, 16, "", "0", "that may be on their way while others hit; 0: loads block"), \
    CACHE_ROWS(l1d, "of the private data cache", "32768", "8", "1", 100, "8", 16), \
    NUMBER("l1d.write_back_entries", UINT32, node.l1d.write_back_entries, 1, 32, "", "12", "dirty lines that may be on their way out"), \
    SWITCH("l1i.enabled", node.l1i.enabled, "true", "there is a private instruction cache"), \
    CACHE_ROWS(l1i, "of the private instruction cache", "32768", "8", "1", 100, "2", 16), \
    NUMBER("l1i.write_back_entries", UINT32, node.l1i.write_back_entries, 1, 32, "", "2", "dirty lines that may be on their way out"), \
    SWITCH("l2.enabled", node.l2.enabled, "true", "there is a cache that all cores and DMA share"), \
    CACHE_ROWS(l2, "of the cache that all cores and DMA share", "1048576", "16", "12", 1000, "16", 64), \
    NUMBER("bus.clock_divisor", UINT32, node.bus.clock_divisor, 1, 64, "cycles", "2", "of the node, in a cycle of the bus"), \
    NUMBER("bus.width_bytes", UINT32, node.bus.width_bytes, 1, 256, "bytes", "16", "in a cycle of the bus; a power of two"), \
    NUMBER("bus.address_cycles", UINT32, node.bus.address_cycles, 1, 64, "cycles", "1", "of the bus, of an address phase"), \
    NUMBER("bus.max_outstanding", UINT32, node.bus.max_outstanding, 1, 64, "", "16", "transactions under way"), \
    NUMBER("bus.intervention_cycles", UINT32, node.bus.intervention_cycles, 0, 1000, "cycles", "4", "from the snoop to the data of a dirty cache"), \
    NAMES("bus.arbitration", CHOICE, node.bus.arbitration, choices_arbitration, "round-robin", "who goes first"), \
    NUMBER("mem.size_bytes", UINT64, node.mem.size_bytes, 0, UINT64_C(1) << 52, "bytes", "0", "0: every address is memory"), \
    NUMBER("mem.clock_divisor", UINT32, node.mem.clock_divisor, 1, 64, "cycles", "2", "of the node, in a cycle of the memory"), \
    NUMBER("mem.banks", UINT32, node.mem.banks, 1, 256, "", "16", "a power of two"), \
    NUMBER("mem.row_bytes", UINT32, node.mem.row_bytes, 256, 1 << 20, "bytes", "8192", "a power of two"), \
    NUMBER("mem.burst_bytes", UINT32, node.mem.burst_bytes, 8, 256, "bytes", "64", "a power of two"), \
    NUMBER("mem.burst_cycles", UINT32, node.mem.burst_cycles, 1, 64, "cycles", "4", "of the memory, as all below"), \
    NUMBER("mem.read_entries", UINT32, node.mem.read_entries, 1, 64, "", "32", "reads that wait or are served"), \
    NUMBER("mem.write_entries", UINT32, node.mem.write_entries, 1, 64, "", "32", "writes"), \
    NUMBER("mem.max_bypasses", UINT32, node.mem.max_bypasses, 0, 1000, "", "16", "row hits before an older request of the bank"), \
    NUMBER("mem.controller_latency_cycles", UINT32, node.mem.controller_latency_cycles, 0, 1000, "cycles", "8", "before a request may be served"), \
    NUMBER("mem.t_cl_cycles", UINT32, node.mem.t_cl_cycles, 0, 1000, "cycles", "17", "column access to data, of reads"), \
    NUMBER("mem.t_cwl_cycles", UINT32, node.mem.t_cwl_cycles, 0, 1000, "cycles", "12", "the same, of writes"), \
    NUMBER("mem.t_rcd_cycles", UINT32, node.mem.t_rcd_cycles, 0, 1000, "cycles", "17", "row opened to column access"), \
    NUMBER("mem.t_rp_cycles", UINT32, node.mem.t_rp_cycles, 0, 1000, "cycles", "17", "row closed to opened"), \
    NUMBER("mem.t_ras_cycles", UINT32, node.mem.t_ras_cycles, 0, 1000, "cycles", "39", "row opened to closed"), \
    NUMBER("mem.t_rtp_cycles", UINT32, node.mem.t_rtp_cycles, 0, 1000, "cycles", "9", "column access of a read to row closed"), \
    NUMBER("mem.t_wr_cycles", UINT32, node.mem.t_wr_cycles, 0, 1000, "cycles", "18", "data of a write to row closed"), \
    NUMBER("mem.t_refi_cycles", UINT32, node.mem.t_refi_cycles, 0, 1000000, "cycles", "9360", "between refreshes; 0: none"), \
    NUMBER("mem.t_rfc_cycles", UINT32, node.mem.t_rfc_cycles, 0, 1000, "cycles", "420", "of a refresh"), \
    NUMBER("nic.out_ram_bytes", UINT32, nic.out_ram_bytes, 64, 1 << 30, "bytes", "65536", "on-board RAM for packets that go"), \
    NUMBER("nic.in_ram_bytes", UINT32, nic.in_ram_bytes, 64, 1 << 30, "bytes", "65536", "for packets that come; full: they wait in the fabric"), \
    NUMBER("nic.ram_block_bytes", UINT32, nic.ram_block_bytes, 8, 4096, "bytes", "64", "of which a packet takes whole ones; a power of two"), \
    NUMBER("nic.max_message_bytes", UINT32, nic.max_message_bytes, 1, 1 << 30, "bytes", "1048576", "of a descriptor list"), \
    NUMBER("nic.window_bytes", UINT32, nic.window_bytes, 8, 1024, "bytes", "128", "of programmed I/O, as far as a packet takes them"), \
    SWITCH("nic.segmentation", nic.segmentation, "true", "messages are cut into packets"), \
    SWITCH("nic.reassembly", nic.reassembly, "true", "packets may come in any order"), \
    SWITCH("nic.grants", nic.grants, "true", "a message by DMA is sent when the card there has a buffer for it"), \
    SWITCH("nic.checksum", nic.checksum, "true", "checksums are made and looked at where asked for"), \
    SWITCH("nic.coalescing", nic.coalescing, "false", "one interrupt for several completions"), \
    NUMBER("nic.coalesce_events", UINT32, nic.coalesce_events, 1, 65535, "", "8", "completions for an interrupt"), \
    NUMBER("nic.coalesce_delay_cycles", UINT32, nic.coalesce_delay_cycles, 1, 1 << 30, "cycles", "10000", "or so many after the first"), \
    SWITCH("life", lives, "false", "what each message waits for is added up, to the cycle"), \
    NAMES("nic.reliable", CHOICE, nic.reliable, choices_reliability, "none", "what sends packets anew that the network has lost"), \
    NUMBER("nic.retransmit_timeout_cycles", UINT32, nic.retransmit_timeout_cycles, 1, 1 << 30, "cycles", "5000", "reliable nic: of the node, without an acknowledgement; twice as long after each retry"), \
    NUMBER("nic.retransmit_window", UINT32, nic.retransmit_window, 1, 64, "", "32", "reliable nic: packets to a node from the oldest that is not acknowledged on"), \
    NUMBER("nic.max_retries", UINT32, nic.max_retries, 1, 1000000, "", "1000", "reliable nic: of a packet, before messages to its node fail"), \
    NUMBER("nic.ack_packets", UINT32, nic.ack_packets, 1, 64, "", "4", "reliable nic: packets for an acknowledgement"), \
    NUMBER("nic.ack_delay_cycles", UINT32, nic.ack_delay_cycles, 1, 1 << 30, "cycles", "500", "reliable nic: or so long after the first"), \
    NUMBER("nic.channels", UINT32, nic.num_channels, 1, 8, "", "2", "of DMA"), \
    NUMBER("nic.dma_startup_cycles", UINT32, nic.dma_startup_cycles, 1, 10000, "cycles", "20", "before the first request for a packet"), \
    NUMBER("nic.dma_outstanding", UINT32, nic.dma_outstanding, 1, 32, "", "8", "requests of a channel"), \
    NUMBER("nic.dma_burst_bytes", UINT32, nic.dma_burst_bytes, 8, 4096, "bytes", "64", "of a request; a power of two"), \
    NAMES("nic.arbitration", CHOICE, nic.arbitration, choices_nic_arbitration, "round-robin", "of packets for channels"), \
    NUMBER("nic.register_cycles", UINT32, nic.register_cycles, 0, 1000, "cycles", "4", "of an access to a register"), \
    NUMBER("nic.doorbell_cycles", UINT32, nic.doorbell_cycles, 1, 10000, "cycles", "10", "from a doorbell to asking for a descriptor"), \
    NUMBER("nic.link_cycles", UINT32, nic.link_cycles, 1, 10000, "cycles", "2", "from a packet that has come to its first handler"), \
    SWITCH("nic.processor", nic.processor, "false", "handlers are run by the network processor, not by fixed hardware"), \
    NUMBER("nic.processor_num", UINT32, nic.processor_num, 1, 1000, "", "1", "its clock is num / den times the node\'s"), \
    NUMBER("nic.processor_den", UINT32, nic.processor_den, 1, 1000, "", "2", "see nodes.nic.processor_num"), \
    HANDLER_ROWS(send, NIC_HANDLER_SEND, "10", "0", "60", "0"), \
    HANDLER_ROWS(protocol, NIC_HANDLER_PROTOCOL, "8", "0", "50", "0"), \
    HANDLER_ROWS(checksum, NIC_HANDLER_CHECKSUM, "4", "2", "20", "12"), \
    HANDLER_ROWS(demultiplex, NIC_HANDLER_DEMULTIPLEX, "4", "0", "30", "0"), \
    HANDLER_ROWS(deliver, NIC_HANDLER_DELIVER, "8", "0", "40", "0"), \
    HANDLER_ROWS(reliable, NIC_HANDLER_RELIABLE, "4", "0", "30", "0"), \
    NUMBER("driver.send_slots", UINT32, driver_send_slots, 1, 32768, "", "64", "of the send ring; a power of two"), \
    {.key = "nodes.driver.receive_slots", FIELD(UINT32, driver_receive_slots), RANGE(4, 16384), .word = "auto", UNIT("", "auto", "of the receive ring, a buffer each; a power of two; auto: by ranks"), FULL}, \
    NUMBER("driver.piece_bytes", UINT32, driver_piece_bytes, 64, 1 << 20, "bytes", "4096", "sent at a time, as far as cards take it, and of buffers"), \
    NUMBER("driver.pio_bytes", UINT32, driver_pio_bytes, 0, 1024, "bytes", "0", "messages up to this long go by programmed I/O"), \
    SWITCH("driver.checksum", driver_checksum, "false", "what is sent is to have one, made and looked at by the cards")
// clang-format on

#endif
