// SPDX-License-Identifier: Apache-2.0
// Checksum offload: the Internet checksum of a packet's payload, made where the packet goes out and
// compared where it comes in. It costs the handler checksum.
//
// Source: Braden, Borman and Partridge, "Computing the Internet checksum", RFC 1071.
#include "nic/checksum.h"

#include "nic/nic_state.h"

uint16_t checksum_of(const uint8_t *bytes, uint64_t num)
{
    uint64_t sum = 0; // of 16-bit words, most significant byte first
    for (uint64_t i = 0; i + 1 < num; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    if (num % 2)
        sum += (uint32_t)bytes[num - 1] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

// False if the stage is off, or the packet has no checksum.
bool nic_checksum_add(struct nic *self, enum nic_step step, uint32_t handle, uint64_t cycle)
{
    const struct nic_packet *packet = nic_packet_at(self, handle);
    if (!self->config.params.checksum || !packet->has_checksum)
        return false;
    nic_work_add(self, step, handle, packet->bytes, cycle);
    return true;
}

void nic_checksum_made(struct nic *self, uint32_t handle, uint64_t cycle)
{
    struct nic_packet *packet = nic_packet_at(self, handle);
    packet->checksum = checksum_of(packet->payload, packet->bytes);
    nic_note(self, handle, NIC_LIFE_CHECKSUM, cycle);
    nic_send_ready(self, handle, cycle);
}

void nic_checksum_found(struct nic *self, uint32_t handle, uint64_t cycle)
{
    struct nic_packet *packet = nic_packet_at(self, handle);
    packet->corrupt = packet->checksum != checksum_of(packet->payload, packet->bytes);
    nic_work_add(self, NIC_STEP_PROTOCOL_IN, handle, packet->bytes, cycle);
}
