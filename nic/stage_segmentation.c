// SPDX-License-Identifier: Apache-2.0
// Segmentation: messages are cut into packets of max_payload_bytes, the last one shorter, as
// on-board RAM for them becomes free. Without it, longer messages have been refused before.
#include "nic/nic_state.h"

static bool keep_ram(struct nic *self, uint32_t bytes, uint64_t cycle)
{
    bool kept = nic_link_keep_out(self, bytes);
    if (!kept && self->out_full_cycle == MEM_NEVER)
        self->out_full_cycle = cycle;
    if (kept && self->out_full_cycle != MEM_NEVER) {
        self->stats.out_full_cycles += cycle - self->out_full_cycle;
        self->out_full_cycle = MEM_NEVER;
    }
    return kept;
}

bool nic_segment(struct nic *self, uint64_t cycle)
{
    if (self->first_cut == MSG_NONE)
        return false;
    uint32_t idx = self->first_cut;
    struct nic_send *send = &self->sends[idx];
    uint32_t left_bytes = (uint32_t)send->list.bytes - send->cut_bytes;
    uint32_t limit = self->config.params.max_payload_bytes;
    uint32_t bytes = left_bytes < limit ? left_bytes : limit;
    if (!keep_ram(self, bytes, cycle))
        return false;
    uint32_t handle = nic_store_take(self->config.store);
    if (handle == MSG_NONE) {
        self->failed = true;
        return false;
    }
    struct nic_packet *packet = nic_packet_at(self, handle);
    nic_send_address(self, idx, packet);
    packet->offset = send->cut_bytes;
    packet->bytes = bytes;
    packet->has_checksum = self->config.params.checksum && send->list.first.flags & NIC_CHECKSUM;
    packet->send = idx;
    packet->granted = self->config.params.grants;
    send->cut_bytes += bytes;
    send->num_packets++;
    nic_lives_cut(self, send, handle, cycle);
    if (send->cut_bytes == send->list.bytes) {
        self->first_cut = send->next;
        nic_send_flow(self, send)->num_uncut--;
        self->num_ahead -= !self->config.params.grants;
    }
    nic_send_packet(self, handle, cycle);
    return true;
}
