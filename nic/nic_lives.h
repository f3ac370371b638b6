// SPDX-License-Identifier: Apache-2.0
// How a card keeps the lives of messages (nic_life.h), for the files of nic/ alone: noted in the
// packet's record, then in the message's of the packet that was the last, then by completion.
// Nothing is noted unless the card's configuration asks for it.
#ifndef ORDITO_NIC_NIC_LIVES_H
#define ORDITO_NIC_NIC_LIVES_H

#include "nic/nic_life.h"
#include "nic/nic_queue.h"

struct nic;
struct nic_channel;
struct nic_send;

// Of a message that is in memory and not yet completed.
struct nic_life_slot {
    struct nic_life life;
    uint32_t next; // free list
};

struct nic_lives {
    struct nic_life_slot *slots; // [cap]
    uint32_t cap, first_free;
};

// Of the completion with this index.
struct nic_life_done {
    uint32_t index;
    struct nic_life life;
};

void nic_lives_init(struct nic *self);
void nic_lives_free(struct nic *self);
void nic_lives_begin(const struct nic *self, uint32_t packet, uint64_t cycle);
void nic_lives_cut(const struct nic *self, const struct nic_send *send, uint32_t packet,
                   uint64_t cycle);
void nic_lives_copied(const struct nic *self, const struct nic_channel *channel, uint64_t cycle);
uint64_t nic_lives_data_cycles(const struct nic *self, uint32_t bytes);
uint32_t nic_lives_keep(struct nic *self, uint32_t packet);
void nic_lives_stage(struct nic *self, uint32_t life, enum nic_life_part part, uint64_t cycle);
void nic_lives_completed(struct nic *self, uint32_t life, uint32_t context, uint32_t index,
                         uint64_t cycle);
void nic_lives_in_window(struct nic *self, uint32_t packet, uint64_t cycle);
void nic_lives_note(const struct nic *self, struct nic_life *life, enum nic_life_part part,
                    uint64_t cycle);

#endif
