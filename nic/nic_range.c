// SPDX-License-Identifier: Apache-2.0
// Protection: which memory a context may name.
#include "nic/nic_state.h"

bool nic_range_holds(const struct nic_context *context, uint64_t address, uint64_t bytes)
{
    for (uint32_t i = 0; i < NIC_MAX_RANGES; i++) {
        const struct nic_range *range = &context->ranges[i];
        // Of an address before the range the difference is beyond any range's length.
        if (bytes <= range->bytes && address - range->address <= range->bytes - bytes)
            return true;
    }
    return false;
}

enum nic_status nic_range_check_list(const struct nic_context *context, const struct nic_list *list)
{
    if (list->too_long)
        return NIC_BAD_LIST;
    for (uint32_t i = 0; i < list->num; i++) {
        const struct nic_piece *piece = &list->pieces[i];
        if (!piece->bytes)
            return NIC_BAD_LENGTH;
        if (!nic_range_holds(context, piece->address, piece->bytes))
            return NIC_BAD_ADDRESS;
    }
    return NIC_OK;
}

bool nic_range_set(struct nic *self, uint32_t context, uint32_t idx, uint64_t address,
                   uint64_t bytes)
{
    if (context >= self->config.params.num_contexts) {
        nic_fault(self, NULL, NIC_BAD_CONTEXT);
        return false;
    }
    struct nic_context *to = &self->contexts[context];
    if (idx >= NIC_MAX_RANGES || address + bytes < address) {
        nic_fault(self, NULL, NIC_BAD_ADDRESS);
        return false;
    }
    bool busy = nic_enabled(to) || to->num_reserved || to->num_control;
    if (to->ranges[idx].bytes && busy) {
        nic_fault(self, NULL, NIC_BAD_STATE);
        return false;
    }
    to->ranges[idx] = (struct nic_range){address, bytes};
    return true;
}
