// SPDX-License-Identifier: Apache-2.0
// Defaults of configurations are those of the parts.
#include "tests/config_text.h"

#define SAME(field)     cr_assert_eq(config.node.field, node.field, #field)
#define SAME_NIC(field) cr_assert_eq(config.nic.field, nic_default_params.field, #field)

#define SAME_CACHE(cache)                                                                          \
    do {                                                                                           \
        SAME(cache.geometry.size_bytes);                                                           \
        SAME(cache.geometry.line_bytes);                                                           \
        SAME(cache.geometry.ways);                                                                 \
        SAME(cache.geometry.replacement);                                                          \
        SAME(cache.hit_latency_cycles);                                                            \
        SAME(cache.mshrs);                                                                         \
    } while (0)

Test(full_config, nodes_are_by_default_those_of_node_h)
{
    struct config config = made();
    const struct node_params node = node_params_default();
    SAME(cores);
    SAME(core.store_buffer_entries);
    SAME(core.max_load_misses);
    SAME_CACHE(l1d);
    SAME(l1d.write_back_entries);
    SAME(l1i.enabled);
    SAME_CACHE(l1i);
    SAME(l1i.write_back_entries);
    SAME(l2.enabled);
    SAME_CACHE(l2);
    SAME(bus.clock_divisor);
    SAME(bus.width_bytes);
    SAME(bus.address_cycles);
    SAME(bus.max_outstanding);
    SAME(bus.intervention_cycles);
    SAME(bus.arbitration);
    cr_assert_eq(memcmp(&config.node.mem, &node.mem, sizeof node.mem), 0);
    config_free(&config);
}

Test(full_config, cards_are_by_default_those_of_nic_params_h)
{
    struct config config = made();
    SAME_NIC(out_ram_bytes);
    SAME_NIC(in_ram_bytes);
    SAME_NIC(ram_block_bytes);
    SAME_NIC(max_message_bytes);
    SAME_NIC(window_bytes);
    SAME_NIC(segmentation);
    SAME_NIC(reassembly);
    SAME_NIC(checksum);
    SAME_NIC(coalescing);
    SAME_NIC(coalesce_events);
    SAME_NIC(coalesce_delay_cycles);
    SAME_NIC(num_channels);
    SAME_NIC(dma_startup_cycles);
    SAME_NIC(dma_outstanding);
    SAME_NIC(dma_burst_bytes);
    SAME_NIC(arbitration);
    SAME_NIC(register_cycles);
    SAME_NIC(doorbell_cycles);
    SAME_NIC(link_cycles);
    SAME_NIC(processor);
    SAME_NIC(processor_num);
    SAME_NIC(processor_den);
    for (int i = 0; i < NIC_NUM_HANDLERS; i++) {
        SAME_NIC(cycles[i].each);
        SAME_NIC(cycles[i].per_16_bytes);
        SAME_NIC(instructions[i].each);
        SAME_NIC(instructions[i].per_16_bytes);
    }
    config_free(&config);
}
