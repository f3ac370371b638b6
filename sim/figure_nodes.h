// SPDX-License-Identifier: Apache-2.0
// The rows of figure.c for full nodes: counters of struct computers_stats.
#ifndef ORDITO_SIM_FIGURE_NODES_H
#define ORDITO_SIM_FIGURE_NODES_H

// clang-format off
// What one of those who ask for the bus did.
#define MASTER_FIGURES(path, master) \
    IF(NODES, path ".bytes", U64, master.bytes), \
    IF(NODES, path ".errors", U64, master.errors), \
    IF(NODES, path ".address_cycles", U64, master.address_cycles), \
    IF(NODES, path ".data_cycles", U64, master.data_cycles), \
    IF(NODES, path ".data_wait_cycles", U64, master.data_wait_cycles), \
    IF(NODES, path ".queue_cycles", U64, master.queue_cycles), \
    IF(NODES, path ".latency_cycles", U64, master.latency_cycles), \
    IF(NODES, path ".wait_cycles.address", U64, master.wait_cycles[MEM_WAIT_ADDRESS]), \
    IF(NODES, path ".wait_cycles.line", U64, master.wait_cycles[MEM_WAIT_LINE]), \
    IF(NODES, path ".wait_cycles.outstanding", U64, master.wait_cycles[MEM_WAIT_OUTSTANDING]), \
    IF(NODES, path ".wait_cycles.memory", U64, master.wait_cycles[MEM_WAIT_MEMORY])

#define NODE_FIGURES \
    IF(NODES, "nodes.computers", U64, nodes.computers), \
    IF(NODES, "nodes.cycles", U64, nodes.cycles), \
    NODES_BY("nodes.core.stalled", core_stalled), \
    IF(NODES, "nodes.core.computes", U64, nodes.core.ops[CORE_COMPUTE]), \
    IF(NODES, "nodes.core.fetches", U64, nodes.core.ops[CORE_FETCH]), \
    IF(NODES, "nodes.core.loads", U64, nodes.core.ops[CORE_LOAD]), \
    IF(NODES, "nodes.core.stores", U64, nodes.core.ops[CORE_STORE]), \
    IF(NODES, "nodes.core.modifies", U64, nodes.core.ops[CORE_MODIFY]), \
    IF(NODES, "nodes.core.fences", U64, nodes.core.ops[CORE_FENCE]), \
    IF(NODES, "nodes.core.compute_cycles", U64, nodes.core.compute_cycles), \
    IF(NODES, "nodes.core.busy_cycles", U64, nodes.core.busy_cycles), \
    IF(NODES, "nodes.core.wait_cycles.load", U64, nodes.core.wait_cycles[CORE_WAIT_LOAD]), \
    IF(NODES, "nodes.core.wait_cycles.load_misses", U64, nodes.core.wait_cycles[CORE_WAIT_LOAD_MISSES]), \
    IF(NODES, "nodes.core.wait_cycles.fetch", U64, nodes.core.wait_cycles[CORE_WAIT_FETCH]), \
    IF(NODES, "nodes.core.wait_cycles.store", U64, nodes.core.wait_cycles[CORE_WAIT_STORE]), \
    IF(NODES, "nodes.core.wait_cycles.store_buffer", U64, nodes.core.wait_cycles[CORE_WAIT_STORE_BUFFER]), \
    IF(NODES, "nodes.core.wait_cycles.forward", U64, nodes.core.wait_cycles[CORE_WAIT_FORWARD]), \
    IF(NODES, "nodes.core.wait_cycles.fence", U64, nodes.core.wait_cycles[CORE_WAIT_FENCE]), \
    IF(NODES, "nodes.core.wait_cycles.mshr", U64, nodes.core.wait_cycles[CORE_WAIT_MSHR]), \
    IF(NODES, "nodes.core.wait_cycles.write_backs", U64, nodes.core.wait_cycles[CORE_WAIT_WRITE_BACKS]), \
    IF(NODES, "nodes.core.wait_cycles.device", U64, nodes.core.wait_cycles[CORE_WAIT_DEVICE]), \
    IF(NODES, "nodes.core.wait_cycles.source", U64, nodes.core.wait_cycles[CORE_WAIT_SOURCE]), \
    IF(NODES, "nodes.core.forwarded_loads", U64, nodes.core.forwarded_loads), \
    IF(NODES, "nodes.core.device_loads", U64, nodes.core.device_loads), \
    IF(NODES, "nodes.core.device_stores", U64, nodes.core.device_stores), \
    IF(NODES, "nodes.core.errors", U64, nodes.core.errors), \
    IF(NODES, "nodes.core.interrupts", U64, nodes.core.interrupts), \
    NODES_BY("nodes.l1d.miss_rate", l1d_miss_rate), \
    IF(NODES, "nodes.l1d.reads", U64, nodes.l1d.reads), \
    IF(NODES, "nodes.l1d.read_misses", U64, nodes.l1d.read_misses), \
    IF(NODES, "nodes.l1d.writes", U64, nodes.l1d.writes), \
    IF(NODES, "nodes.l1d.write_misses", U64, nodes.l1d.write_misses), \
    IF(NODES, "nodes.l1d.upgrades", U64, nodes.l1d.upgrades), \
    IF(NODES, "nodes.l1d.merged_misses", U64, nodes.l1d.merged_misses), \
    IF(NODES, "nodes.l1d.fills", U64, nodes.l1d.fills), \
    IF(NODES, "nodes.l1d.evictions", U64, nodes.l1d.evictions), \
    IF(NODES, "nodes.l1d.write_backs", U64, nodes.l1d.write_backs), \
    IF(NODES, "nodes.l1d.cancelled_write_backs", U64, nodes.l1d.cancelled_write_backs), \
    IF(NODES, "nodes.l1d.snooped_invalidations", U64, nodes.l1d.snooped_invalidations), \
    IF(NODES, "nodes.l1d.snooped_dirty", U64, nodes.l1d.snooped_dirty), \
    IF(NODES, "nodes.l1i.reads", U64, nodes.l1i.reads), \
    IF(NODES, "nodes.l1i.read_misses", U64, nodes.l1i.read_misses), \
    IF(NODES, "nodes.l1i.merged_misses", U64, nodes.l1i.merged_misses), \
    IF(NODES, "nodes.l1i.fills", U64, nodes.l1i.fills), \
    IF(NODES, "nodes.l1i.evictions", U64, nodes.l1i.evictions), \
    NODES_BY("nodes.l2.miss_rate", l2_miss_rate), \
    IF(NODES, "nodes.l2.reads", U64, nodes.l2.reads), \
    IF(NODES, "nodes.l2.read_misses", U64, nodes.l2.read_misses), \
    IF(NODES, "nodes.l2.merged_misses", U64, nodes.l2.merged_misses), \
    IF(NODES, "nodes.l2.write_backs", U64, nodes.l2.write_backs), \
    IF(NODES, "nodes.l2.write_back_misses", U64, nodes.l2.write_back_misses), \
    IF(NODES, "nodes.l2.dma_reads", U64, nodes.l2.dma_reads), \
    IF(NODES, "nodes.l2.dma_read_misses", U64, nodes.l2.dma_read_misses), \
    IF(NODES, "nodes.l2.dma_writes", U64, nodes.l2.dma_writes), \
    IF(NODES, "nodes.l2.dma_invalidations", U64, nodes.l2.dma_invalidations), \
    IF(NODES, "nodes.l2.evictions", U64, nodes.l2.evictions), \
    IF(NODES, "nodes.l2.dirty_evictions", U64, nodes.l2.dirty_evictions), \
    NODES_BY("nodes.bus.utilisation.mean", bus_use_mean), \
    IF(NODES, "nodes.bus.utilisation.max", REAL, nodes.bus_use_max), \
    IF(NODES, "nodes.bus.transactions", U64, nodes.bus.transactions), \
    IF(NODES, "nodes.bus.address_busy_cycles", U64, nodes.bus.address_busy_cycles), \
    IF(NODES, "nodes.bus.data_busy_cycles", U64, nodes.bus.data_busy_cycles), \
    IF(NODES, "nodes.bus.interventions", U64, nodes.bus.interventions), \
    IF(NODES, "nodes.bus.invalidations", U64, nodes.bus.invalidations), \
    MASTER_FIGURES("nodes.bus.l1d", nodes.masters[MASTER_L1D]), \
    MASTER_FIGURES("nodes.bus.l1i", nodes.masters[MASTER_L1I]), \
    IF(NODES, "nodes.mem.reads", U64, nodes.mem.reads), \
    IF(NODES, "nodes.mem.writes", U64, nodes.mem.writes), \
    IF(NODES, "nodes.mem.read_bytes", U64, nodes.mem.read_bytes), \
    IF(NODES, "nodes.mem.write_bytes", U64, nodes.mem.write_bytes), \
    IF(NODES, "nodes.mem.row_hits", U64, nodes.mem.row_hits), \
    IF(NODES, "nodes.mem.row_closed", U64, nodes.mem.row_closed), \
    IF(NODES, "nodes.mem.row_conflicts", U64, nodes.mem.row_conflicts), \
    IF(NODES, "nodes.mem.refreshes", U64, nodes.mem.refreshes), \
    IF(NODES, "nodes.mem.data_busy_cycles", U64, nodes.mem.data_busy_cycles), \
    IF(NODES, "nodes.mem.read_latency_cycles", U64, nodes.mem.read_latency_cycles), \
    MASTER_FIGURES("nodes.bus.nic", nodes.masters[MASTER_NIC]), \
    MASTER_FIGURES("nodes.bus.dma", nodes.masters[MASTER_DMA]), \
    IF(NODES, "nodes.nic.messages_sent", U64, nodes.nic.messages_sent), \
    IF(NODES, "nodes.nic.packets_sent", U64, nodes.nic.packets_sent), \
    IF(NODES, "nodes.nic.bytes_sent", U64, nodes.nic.bytes_sent), \
    IF(NODES, "nodes.nic.messages_received", U64, nodes.nic.messages_received), \
    IF(NODES, "nodes.nic.packets_received", U64, nodes.nic.packets_received), \
    IF(NODES, "nodes.nic.bytes_received", U64, nodes.nic.bytes_received), \
    IF(NODES, "nodes.nic.packets_discarded", U64, nodes.nic.packets_discarded), \
    IF(NODES, "nodes.nic.doorbells", U64, nodes.nic.doorbells), \
    IF(NODES, "nodes.nic.descriptors_read", U64, nodes.nic.descriptors_read), \
    IF(NODES, "nodes.nic.completions_written", U64, nodes.nic.completions_written), \
    IF(NODES, "nodes.nic.shadows_written", U64, nodes.nic.shadows_written), \
    IF(NODES, "nodes.nic.interrupts", U64, nodes.nic.interrupts), \
    IF(NODES, "nodes.nic.interrupt_events", U64, nodes.nic.interrupt_events), \
    IF(NODES, "nodes.nic.pio_sent", U64, nodes.nic.pio_sent), \
    IF(NODES, "nodes.nic.pio_received", U64, nodes.nic.pio_received), \
    IF(NODES, "nodes.nic.reordered", U64, nodes.nic.reordered), \
    IF(NODES, "nodes.nic.misplaced", U64, nodes.nic.misplaced), \
    IF(NODES, "nodes.nic.retransmissions", U64, nodes.nic.retransmissions), \
    IF(NODES, "nodes.nic.timeouts", U64, nodes.nic.timeouts), \
    IF(NODES, "nodes.nic.duplicates", U64, nodes.nic.duplicates), \
    IF(NODES, "nodes.nic.out_of_turn", U64, nodes.nic.out_of_turn), \
    IF(NODES, "nodes.nic.damaged", U64, nodes.nic.damaged), \
    IF(NODES, "nodes.nic.acknowledgements", U64, nodes.nic.acknowledgements), \
    IF(NODES, "nodes.nic.out_full_cycles", U64, nodes.nic.out_full_cycles), \
    IF(NODES, "nodes.nic.in_full_cycles", U64, nodes.nic.in_full_cycles), \
    IF(NODES, "nodes.nic.in_refusals", U64, nodes.nic.in_refusals), \
    IF(NODES, "nodes.nic.receive_waits", U64, nodes.nic.receive_waits), \
    IF(NODES, "nodes.nic.receive_wait_cycles", U64, nodes.nic.receive_wait_cycles), \
    IF(NODES, "nodes.nic.completion_waits", U64, nodes.nic.completion_waits), \
    IF(NODES, "nodes.nic.max_out_ram_bytes", U32, nodes.nic.max_out_ram_bytes), \
    IF(NODES, "nodes.nic.max_in_ram_bytes", U32, nodes.nic.max_in_ram_bytes), \
    IF(NODES, "nodes.nic.max_run_queue", U32, nodes.nic.max_run_queue), \
    IF(NODES, "nodes.nic.handlers.send.runs", U64, nodes.nic.handlers[NIC_HANDLER_SEND].runs), \
    IF(NODES, "nodes.nic.handlers.send.cost", U64, nodes.nic.handlers[NIC_HANDLER_SEND].cost), \
    IF(NODES, "nodes.nic.handlers.send.wait_cycles", U64, nodes.nic.handlers[NIC_HANDLER_SEND].wait_cycles), \
    IF(NODES, "nodes.nic.handlers.protocol.runs", U64, nodes.nic.handlers[NIC_HANDLER_PROTOCOL].runs), \
    IF(NODES, "nodes.nic.handlers.protocol.cost", U64, nodes.nic.handlers[NIC_HANDLER_PROTOCOL].cost), \
    IF(NODES, "nodes.nic.handlers.protocol.wait_cycles", U64, nodes.nic.handlers[NIC_HANDLER_PROTOCOL].wait_cycles), \
    IF(NODES, "nodes.nic.handlers.checksum.runs", U64, nodes.nic.handlers[NIC_HANDLER_CHECKSUM].runs), \
    IF(NODES, "nodes.nic.handlers.checksum.cost", U64, nodes.nic.handlers[NIC_HANDLER_CHECKSUM].cost), \
    IF(NODES, "nodes.nic.handlers.checksum.wait_cycles", U64, nodes.nic.handlers[NIC_HANDLER_CHECKSUM].wait_cycles), \
    IF(NODES, "nodes.nic.handlers.demultiplex.runs", U64, nodes.nic.handlers[NIC_HANDLER_DEMULTIPLEX].runs), \
    IF(NODES, "nodes.nic.handlers.demultiplex.cost", U64, nodes.nic.handlers[NIC_HANDLER_DEMULTIPLEX].cost), \
    IF(NODES, "nodes.nic.handlers.demultiplex.wait_cycles", U64, nodes.nic.handlers[NIC_HANDLER_DEMULTIPLEX].wait_cycles), \
    IF(NODES, "nodes.nic.handlers.deliver.runs", U64, nodes.nic.handlers[NIC_HANDLER_DELIVER].runs), \
    IF(NODES, "nodes.nic.handlers.deliver.cost", U64, nodes.nic.handlers[NIC_HANDLER_DELIVER].cost), \
    IF(NODES, "nodes.nic.handlers.deliver.wait_cycles", U64, nodes.nic.handlers[NIC_HANDLER_DELIVER].wait_cycles), \
    IF(NODES, "nodes.nic.handlers.reliable.runs", U64, nodes.nic.handlers[NIC_HANDLER_RELIABLE].runs), \
    IF(NODES, "nodes.nic.handlers.reliable.cost", U64, nodes.nic.handlers[NIC_HANDLER_RELIABLE].cost), \
    IF(NODES, "nodes.nic.handlers.reliable.wait_cycles", U64, nodes.nic.handlers[NIC_HANDLER_RELIABLE].wait_cycles), \
    IF(LIVES, "nodes.nic.life.messages", U64, nodes.nic.lives), \
    IF(LIVES, "nodes.nic.life.descriptor_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_DESCRIPTOR]), \
    IF(LIVES, "nodes.nic.life.turn_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_TURN]), \
    IF(LIVES, "nodes.nic.life.send_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_SEND]), \
    IF(LIVES, "nodes.nic.life.grant_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_GRANT]), \
    IF(LIVES, "nodes.nic.life.out_ram_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_OUT_RAM]), \
    IF(LIVES, "nodes.nic.life.protocol_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_PROTOCOL]), \
    IF(LIVES, "nodes.nic.life.channel_out_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_CHANNEL_OUT]), \
    IF(LIVES, "nodes.nic.life.startup_out_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_STARTUP_OUT]), \
    IF(LIVES, "nodes.nic.life.bus_out_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_BUS_OUT]), \
    IF(LIVES, "nodes.nic.life.data_out_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_DATA_OUT]), \
    IF(LIVES, "nodes.nic.life.checksum_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_CHECKSUM]), \
    IF(LIVES, "nodes.nic.life.order_out_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_ORDER_OUT]), \
    IF(LIVES, "nodes.nic.life.retransmission_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_RETRANSMISSION]), \
    IF(LIVES, "nodes.nic.life.source_queue_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_SOURCE_QUEUE]), \
    IF(LIVES, "nodes.nic.life.hops_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_HOPS]), \
    IF(LIVES, "nodes.nic.life.serialisation_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_SERIALISATION]), \
    IF(LIVES, "nodes.nic.life.blocking_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_BLOCKING]), \
    IF(LIVES, "nodes.nic.life.in_ram_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_IN_RAM]), \
    IF(LIVES, "nodes.nic.life.handlers_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_HANDLERS]), \
    IF(LIVES, "nodes.nic.life.list_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_LIST]), \
    IF(LIVES, "nodes.nic.life.channel_in_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_CHANNEL_IN]), \
    IF(LIVES, "nodes.nic.life.startup_in_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_STARTUP_IN]), \
    IF(LIVES, "nodes.nic.life.bus_in_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_BUS_IN]), \
    IF(LIVES, "nodes.nic.life.data_in_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_DATA_IN]), \
    IF(LIVES, "nodes.nic.life.order_in_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_ORDER_IN]), \
    IF(LIVES, "nodes.nic.life.deliver_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_DELIVER]), \
    IF(LIVES, "nodes.nic.life.completion_cycles", U64, nodes.nic.life_cycles[NIC_LIFE_COMPLETION]), \
    NODES_BY("nodes.nic.channels.utilisation", channel_use_mean), \
    IF(NODES, "nodes.nic.channels.packets", U64, nodes.channels.packets), \
    IF(NODES, "nodes.nic.channels.requests", U64, nodes.channels.requests), \
    IF(NODES, "nodes.nic.channels.bytes_read", U64, nodes.channels.bytes_read), \
    IF(NODES, "nodes.nic.channels.bytes_written", U64, nodes.channels.bytes_written), \
    IF(NODES, "nodes.nic.channels.busy_cycles", U64, nodes.channels.busy_cycles), \
    IF(NODES, "nodes.nic.channels.wait_cycles", U64, nodes.channels.wait_cycles), \
    IF(NODES, "nodes.nic.errors.bad_address", U64, nodes.nic.errors[NIC_BAD_ADDRESS]), \
    IF(NODES, "nodes.nic.errors.bad_length", U64, nodes.nic.errors[NIC_BAD_LENGTH]), \
    IF(NODES, "nodes.nic.errors.bad_node", U64, nodes.nic.errors[NIC_BAD_NODE]), \
    IF(NODES, "nodes.nic.errors.bad_context", U64, nodes.nic.errors[NIC_BAD_CONTEXT]), \
    IF(NODES, "nodes.nic.errors.bad_class", U64, nodes.nic.errors[NIC_BAD_CLASS]), \
    IF(NODES, "nodes.nic.errors.bad_list", U64, nodes.nic.errors[NIC_BAD_LIST]), \
    IF(NODES, "nodes.nic.errors.too_small", U64, nodes.nic.errors[NIC_TOO_SMALL]), \
    IF(NODES, "nodes.nic.errors.bad_checksum", U64, nodes.nic.errors[NIC_BAD_CHECKSUM]), \
    IF(NODES, "nodes.nic.errors.bus_error", U64, nodes.nic.errors[NIC_BUS_ERROR]), \
    IF(NODES, "nodes.nic.errors.aborted", U64, nodes.nic.errors[NIC_ABORTED]), \
    IF(NODES, "nodes.nic.errors.overrun", U64, nodes.nic.errors[NIC_OVERRUN]), \
    IF(NODES, "nodes.nic.errors.disabled", U64, nodes.nic.errors[NIC_DISABLED]), \
    IF(NODES, "nodes.nic.errors.bad_ring", U64, nodes.nic.errors[NIC_BAD_RING]), \
    IF(NODES, "nodes.nic.errors.bad_state", U64, nodes.nic.errors[NIC_BAD_STATE]), \
    IF(NODES, "nodes.nic.errors.bad_register", U64, nodes.nic.errors[NIC_BAD_REGISTER]), \
    IF(NODES, "nodes.nic.errors.bad_width", U64, nodes.nic.errors[NIC_BAD_WIDTH]), \
    IF(NODES, "nodes.nic.errors.pio_busy", U64, nodes.nic.errors[NIC_PIO_BUSY]), \
    IF(NODES, "nodes.nic.errors.pio_empty", U64, nodes.nic.errors[NIC_PIO_EMPTY]), \
    IF(NODES, "nodes.nic.errors.timed_out", U64, nodes.nic.errors[NIC_TIMED_OUT]), \
    IF(NODES, "nodes.driver.errors", U64, nodes.driver_errors)
// clang-format on

#endif
