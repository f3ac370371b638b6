// SPDX-License-Identifier: Apache-2.0
// The rows of figure.c for full nodes: counters of struct computers_stats.
#ifndef ORDITO_SIM_FIGURE_NODES_H
#define ORDITO_SIM_FIGURE_NODES_H

#define NODE_FIGURES \
    IF(NODES, "nodes.computers", U64, nodes.computers), \
    IF(NODES, "nodes.cycles", U64, nodes.cycles), \
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
    IF(NODES, "nodes.bus.transactions", U64, nodes.bus.transactions), \
    IF(NODES, "nodes.bus.address_busy_cycles", U64, nodes.bus.address_busy_cycles), \
    IF(NODES, "nodes.bus.data_busy_cycles", U64, nodes.bus.data_busy_cycles), \
    IF(NODES, "nodes.bus.interventions", U64, nodes.bus.interventions), \
    IF(NODES, "nodes.bus.invalidations", U64, nodes.bus.invalidations), \
    IF(NODES, "nodes.bus.l1d.bytes", U64, nodes.masters[MASTER_L1D].bytes), \
    IF(NODES, "nodes.bus.l1d.errors", U64, nodes.masters[MASTER_L1D].errors), \
    IF(NODES, "nodes.bus.l1d.address_cycles", U64, nodes.masters[MASTER_L1D].address_cycles), \
    IF(NODES, "nodes.bus.l1d.data_cycles", U64, nodes.masters[MASTER_L1D].data_cycles), \
    IF(NODES, "nodes.bus.l1d.data_wait_cycles", U64, nodes.masters[MASTER_L1D].data_wait_cycles), \
    IF(NODES, "nodes.bus.l1d.queue_cycles", U64, nodes.masters[MASTER_L1D].queue_cycles), \
    IF(NODES, "nodes.bus.l1d.latency_cycles", U64, nodes.masters[MASTER_L1D].latency_cycles), \
    IF(NODES, "nodes.bus.l1d.wait_cycles.address", U64, nodes.masters[MASTER_L1D].wait_cycles[MEM_WAIT_ADDRESS]), \
    IF(NODES, "nodes.bus.l1d.wait_cycles.line", U64, nodes.masters[MASTER_L1D].wait_cycles[MEM_WAIT_LINE]), \
    IF(NODES, "nodes.bus.l1d.wait_cycles.outstanding", U64, nodes.masters[MASTER_L1D].wait_cycles[MEM_WAIT_OUTSTANDING]), \
    IF(NODES, "nodes.bus.l1d.wait_cycles.memory", U64, nodes.masters[MASTER_L1D].wait_cycles[MEM_WAIT_MEMORY]), \
    IF(NODES, "nodes.bus.l1i.bytes", U64, nodes.masters[MASTER_L1I].bytes), \
    IF(NODES, "nodes.bus.l1i.errors", U64, nodes.masters[MASTER_L1I].errors), \
    IF(NODES, "nodes.bus.l1i.address_cycles", U64, nodes.masters[MASTER_L1I].address_cycles), \
    IF(NODES, "nodes.bus.l1i.data_cycles", U64, nodes.masters[MASTER_L1I].data_cycles), \
    IF(NODES, "nodes.bus.l1i.data_wait_cycles", U64, nodes.masters[MASTER_L1I].data_wait_cycles), \
    IF(NODES, "nodes.bus.l1i.queue_cycles", U64, nodes.masters[MASTER_L1I].queue_cycles), \
    IF(NODES, "nodes.bus.l1i.latency_cycles", U64, nodes.masters[MASTER_L1I].latency_cycles), \
    IF(NODES, "nodes.bus.l1i.wait_cycles.address", U64, nodes.masters[MASTER_L1I].wait_cycles[MEM_WAIT_ADDRESS]), \
    IF(NODES, "nodes.bus.l1i.wait_cycles.line", U64, nodes.masters[MASTER_L1I].wait_cycles[MEM_WAIT_LINE]), \
    IF(NODES, "nodes.bus.l1i.wait_cycles.outstanding", U64, nodes.masters[MASTER_L1I].wait_cycles[MEM_WAIT_OUTSTANDING]), \
    IF(NODES, "nodes.bus.l1i.wait_cycles.memory", U64, nodes.masters[MASTER_L1I].wait_cycles[MEM_WAIT_MEMORY]), \
    IF(NODES, "nodes.mem.reads", U64, nodes.mem.reads), \
    IF(NODES, "nodes.mem.writes", U64, nodes.mem.writes), \
    IF(NODES, "nodes.mem.read_bytes", U64, nodes.mem.read_bytes), \
    IF(NODES, "nodes.mem.write_bytes", U64, nodes.mem.write_bytes), \
    IF(NODES, "nodes.mem.row_hits", U64, nodes.mem.row_hits), \
    IF(NODES, "nodes.mem.row_closed", U64, nodes.mem.row_closed), \
    IF(NODES, "nodes.mem.row_conflicts", U64, nodes.mem.row_conflicts), \
    IF(NODES, "nodes.mem.refreshes", U64, nodes.mem.refreshes), \
    IF(NODES, "nodes.mem.data_busy_cycles", U64, nodes.mem.data_busy_cycles), \
    IF(NODES, "nodes.mem.read_latency_cycles", U64, nodes.mem.read_latency_cycles)

#endif
