// SPDX-License-Identifier: Apache-2.0
// DMA channels copy the payload of one packet at a time between memory and on-board RAM, in
// requests of at most dma_burst_bytes that end at lines and pieces, as many at a time as it may.
// Packets that go out and packets that came in wait apart, each first come first served; a channel
// that is free takes from either in turn, or what came in first. The lowest free channel takes.
#include "nic/nic_state.h"

static void done(struct mem_master *master, const struct mem_req *req, uint64_t cycle)
{
    struct nic_channel *channel = (struct nic_channel *)master;
    channel->answered = true;
    channel->num_under_way--;
    channel->done_bytes += req->bytes;
    channel->failed |= req->status != MEM_OK;
    nic_wake(channel->nic, cycle);
}

void nic_dma_init(struct nic *self)
{
    for (uint32_t i = 0; i < self->config.params.num_channels; i++)
        self->channels[i] = (struct nic_channel){.master = {.name = "NIC DMA", .done = done},
                                                 .nic = self,
                                                 .packet = MSG_NONE,
                                                 .wait_cycle = MEM_NEVER};
    for (uint32_t in = 0; in < 2; in++)
        self->first_job[in] = self->last_job[in] = MSG_NONE;
}

// A packet's link in the queue of a direction; packets on their way out are in the list of those to
// go as well.
static uint32_t *next_job(const struct nic *self, uint32_t handle)
{
    return &nic_packet_at(self, handle)->next_in;
}

void nic_dma_add(struct nic *self, uint32_t handle, bool in)
{
    *next_job(self, handle) = MSG_NONE;
    if (self->first_job[in] == MSG_NONE)
        self->first_job[in] = handle;
    else
        *next_job(self, self->last_job[in]) = handle;
    self->last_job[in] = handle;
}

static const struct nic_list *list_of(const struct nic *self, const struct nic_channel *channel)
{
    const struct nic_packet *packet = nic_packet_at(self, channel->packet);
    return channel->in ? &self->messages[packet->message].list : &self->sends[packet->send].list;
}

// Puts the channel at the packet's first byte.
static void seek(const struct nic *self, struct nic_channel *channel)
{
    const struct nic_packet *packet = nic_packet_at(self, channel->packet);
    const struct nic_list *list = list_of(self, channel);
    channel->piece = 0;
    channel->skipped = channel->in ? packet->place : packet->offset;
    while (channel->skipped >= list->pieces[channel->piece].bytes)
        channel->skipped -= list->pieces[channel->piece++].bytes;
}

static bool take(struct nic *self, struct nic_channel *channel, uint64_t cycle)
{
    bool prefer_in = self->config.params.arbitration == NIC_RECEIVE_FIRST || !self->last_in;
    bool in = self->first_job[prefer_in] == MSG_NONE ? !prefer_in : prefer_in;
    if (self->first_job[in] == MSG_NONE)
        return false;
    channel->packet = self->first_job[in];
    channel->in = self->last_in = in;
    self->first_job[in] = *next_job(self, channel->packet);
    *next_job(self, channel->packet) = MSG_NONE;
    channel->failed = false;
    channel->asked_bytes = channel->done_bytes = 0;
    channel->busy_cycle = cycle;
    channel->data_cycles = 0;
    seek(self, channel);
    return true;
}

static void ask(struct nic *self, struct nic_channel *channel, uint64_t ready_cycle)
{
    const struct nic_params *params = &self->config.params;
    struct nic_packet *packet = nic_packet_at(self, channel->packet);
    const struct nic_piece *piece = &list_of(self, channel)->pieces[channel->piece];
    uint64_t address = piece->address + channel->skipped;
    uint32_t bytes = params->line_bytes - (uint32_t)(address & (params->line_bytes - 1));
    const uint32_t limits[] = {params->dma_burst_bytes, packet->bytes - channel->asked_bytes,
                               piece->bytes - channel->skipped};
    for (uint32_t i = 0; i < sizeof limits / sizeof *limits; i++)
        bytes = bytes < limits[i] ? bytes : limits[i];
    struct mem_req req = {.ready_cycle = ready_cycle,
                          .address = address,
                          .data = packet->payload + channel->asked_bytes,
                          .bytes = bytes,
                          .kind = channel->in ? MEM_WRITE : MEM_READ};
    mem_master_push(&channel->master, &req);
    channel->num_under_way++;
    channel->asked_bytes += bytes;
    channel->data_cycles += nic_lives_data_cycles(self, bytes);
    channel->skipped += bytes;
    if (channel->skipped == piece->bytes) {
        channel->piece++;
        channel->skipped = 0;
    }
    channel->stats.requests++;
    *(channel->in ? &channel->stats.bytes_written : &channel->stats.bytes_read) += bytes;
}

// Asks for as much as it may, from ready_cycle on.
static void fill(struct nic *self, struct nic_channel *channel, uint64_t cycle,
                 uint64_t ready_cycle)
{
    uint32_t bytes = nic_packet_at(self, channel->packet)->bytes;
    uint32_t limit = self->config.params.dma_outstanding;
    if (channel->wait_cycle < cycle && channel->num_under_way < limit)
        channel->stats.wait_cycles += cycle - channel->wait_cycle;
    if (channel->num_under_way < limit)
        channel->wait_cycle = MEM_NEVER;
    while (channel->asked_bytes < bytes && channel->num_under_way < limit)
        ask(self, channel, ready_cycle);
    if (channel->asked_bytes < bytes && channel->wait_cycle == MEM_NEVER)
        channel->wait_cycle = ready_cycle;
}

static void tell_copy(const struct nic *self, const struct nic_channel *channel, uint64_t cycle)
{
    struct activity copy = {.kind = ACTIVITY_DMA,
                            .idx = (uint32_t)(channel - self->channels),
                            .begin_cycle = channel->busy_cycle,
                            .end_cycle = cycle,
                            .name = channel->in ? "write to memory" : "read from memory",
                            .bytes = channel->done_bytes,
                            .rank = ACTIVITY_NO_RANK};
    activity_tell(&self->config.activity, &copy);
}

static void finish(struct nic *self, struct nic_channel *channel, uint64_t cycle)
{
    uint32_t handle = channel->packet;
    nic_lives_copied(self, channel, cycle);
    tell_copy(self, channel, cycle);
    channel->packet = MSG_NONE;
    channel->stats.packets++;
    channel->stats.busy_cycles += cycle - channel->busy_cycle;
    if (channel->in)
        nic_receive_written(self, handle, channel->failed, cycle);
    else
        nic_send_read(self, handle, channel->failed, cycle);
}

bool nic_dma_run(struct nic *self, uint64_t cycle)
{
    bool moved = false;
    for (uint32_t i = 0; i < self->config.params.num_channels; i++) {
        struct nic_channel *channel = &self->channels[i];
        if (channel->answered) {
            channel->answered = false;
            fill(self, channel, cycle, cycle + 1);
            if (channel->done_bytes == nic_packet_at(self, channel->packet)->bytes) {
                finish(self, channel, cycle);
                moved = true;
            }
        }
        if (channel->packet == MSG_NONE && take(self, channel, cycle)) {
            fill(self, channel, cycle, cycle + self->config.params.dma_startup_cycles);
            moved = true;
        }
    }
    return moved;
}
