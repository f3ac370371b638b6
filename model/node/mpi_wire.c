// SPDX-License-Identifier: Apache-2.0
#include "model/node/mpi_state.h"

#include <stdlib.h>

bool mpi_wire_make(struct mpi *self)
{
    self->arrived.head = MPI_NONE;
    return mpi_flow_begin(self);
}

void mpi_wire_free(struct mpi *self)
{
    free(self->flows);
    free(self->messages);
}

// --- packets
// ---------------------------------------------------------------------------------------

void mpi_wire_append(struct mpi *self, struct mpi_list *list, uint32_t message_id)
{
    self->messages[message_id].next = MPI_NONE;
    if (list->head == MPI_NONE)
        list->head = message_id;
    else
        self->messages[list->tail].next = message_id;
    list->tail = message_id;
}

static bool send_packet(struct mpi *self, const struct packet_spec *packet, struct err *err)
{
    const struct mpi_network *network = self->params.network;
    return network ? network->send(network->context, packet, err)
                   : fabric_send(self->fabric, packet, err);
}

uint32_t mpi_wire_class(const struct mpi *self, uint64_t bytes)
{
    return bytes < self->params.priority_bytes ? self->params.priority_class : 0;
}

// Sends a message as a whole over an ideal network, which says when that begins; that of a schedule
// has just begun.
static bool launch_whole(struct mpi *self, uint32_t message_id, struct err *err)
{
    struct mpi_message *message = &self->messages[message_id];
    struct loggops_event send = {
        .kind = LOGGOPS_SEND,
        .host = message->source,
        .cycle = self->cycle,
        .amount = message->bytes,
        .name = message_id,
    };
    bool good = self->schedules
                    ? loggops_launch(&self->hosts, &self->sending, message->destination, message_id)
                    : loggops_add(&self->hosts, send);
    message->phase = MPI_EAGER;
    return good || err_set(err, ERR_RUN, "out of memory");
}

// Sends what a phase sends: `bytes` of data, cut into packets, or a packet of headers if none.
static bool launch(struct mpi *self, uint32_t message_id, enum mpi_phase phase, uint64_t bytes,
                   struct err *err)
{
    struct mpi_message *message = &self->messages[message_id];
    bool back = phase == MPI_CTS || phase == MPI_ACK;
    uint32_t from = back ? message->destination : message->source;
    uint32_t to = back ? message->source : message->destination;
    message->phase = phase;
    if (self->params.unexpected_bytes > 0 && phase < MPI_REQUEST)
        message->credit_bytes = mpi_flow_take_credit(self, to, from);
    if (mpi_local(self, from, to)) {
        mpi_wire_append(self, &self->arrived, message_id);
        if (phase == MPI_EAGER && message->send_request != MPI_NONE && !message->acknowledged)
            mpi_match_complete(self, message->send_request, self->cycle);
        return true;
    }
    if (self->params.machine)
        return mpi_machine_launch(self, message_id, from, to, bytes, err);
    struct packet_spec packet = {
        .source = mpi_node(self, from), .destination = mpi_node(self, to), .message = message_id};
    packet.traffic_class = mpi_wire_class(self, bytes);
    message->packets_left =
        bytes ? (uint32_t)((bytes + self->packet_bytes - 1) / self->packet_bytes) : 1;
    do {
        uint64_t part = bytes < self->packet_bytes ? bytes : self->packet_bytes;
        uint32_t data_flits =
            (uint32_t)((part * 8 + self->params.flit_bits - 1) / self->params.flit_bits);
        packet.flits = self->params.header_flits + data_flits;
        packet.flits += packet.flits == 0; // neither header nor data
        if (!send_packet(self, &packet, err))
            return false;
        bytes -= part;
    } while (bytes > 0);
    return true;
}

void mpi_wire_delivered(struct mpi *self, uint32_t message_id)
{
    if (--self->messages[message_id].packets_left == 0)
        mpi_wire_append(self, &self->arrived, message_id);
}

// --- messages -----------------------------------------------------------------------------------

static bool take_slot(struct mpi *self, uint32_t *message_id, struct err *err)
{
    struct mpi_message *messages =
        pool_take(&self->message_pool, self->messages, sizeof *messages, message_id);
    if (!messages)
        return err_set(err, ERR_RUN, "out of memory");
    self->messages = messages;
    return true;
}

bool mpi_wire_send(struct mpi *self, const struct mpi_message *message, struct err *err)
{
    struct mpi_flow *flow = mpi_flow_of(self, message->source, message->destination, err);
    uint32_t message_id = MPI_NONE;
    if (!flow || !take_slot(self, &message_id, err))
        return false;
    self->num_live++;
    struct mpi_message *slot = &self->messages[message_id];
    *slot = *message;
    slot->sequence = flow->next_sent++;
    slot->recv_request = MPI_NONE;
    slot->packets_left = 0;
    slot->taken_cycle = 0;
    slot->asked_cycle = self->cycle;
    if (self->ideal)
        return launch_whole(self, message_id, err);
    if (!message->rendezvous)
        flow->used_bytes += mpi_flow_room(message);
    if (message->rendezvous)
        return launch(self, message_id, MPI_RTS, 0, err);
    return launch(self, message_id, MPI_EAGER, message->bytes, err);
}

bool mpi_wire_clear_to_send(struct mpi *self, uint32_t message_id, struct err *err)
{
    return launch(self, message_id, MPI_CTS, 0, err);
}

uint32_t mpi_wire_datagram(struct mpi *self, const struct mpi_message *message, struct err *err)
{
    uint32_t message_id = MPI_NONE;
    if (!take_slot(self, &message_id, err))
        return MPI_NONE;
    self->messages[message_id] = *message;
    return launch(self, message_id, message->phase, message->bytes, err) ? message_id : MPI_NONE;
}

// Of datagrams the program does not wait for the last.
void mpi_wire_release(struct mpi *self, uint32_t message_id)
{
    self->num_live -= self->messages[message_id].phase < MPI_REQUEST;
    pool_give(&self->message_pool, self->messages, sizeof *self->messages, message_id);
}

// --- arrival ------------------------------------------------------------------------------------

// Keeps a message that has overtaken others of its flow.
static void hold(struct mpi *self, struct mpi_flow *flow, uint32_t message_id)
{
    uint64_t sequence = self->messages[message_id].sequence;
    uint32_t *link = &flow->held;
    while (*link != MPI_NONE && self->messages[*link].sequence < sequence)
        link = &self->messages[*link].next;
    self->messages[message_id].next = *link;
    *link = message_id;
}

// Shows software the messages of a flow whose turn it is, beginning with this one.
bool mpi_wire_in_turn(struct mpi *self, uint32_t message_id, struct err *err)
{
    const struct mpi_message *message = &self->messages[message_id];
    struct mpi_flow *flow = mpi_flow_slot(self, message->source, message->destination);
    hold(self, flow, message_id);
    while (flow->held != MPI_NONE && self->messages[flow->held].sequence == flow->next_arrived) {
        uint32_t next = flow->held;
        flow->held = self->messages[next].next;
        flow->next_arrived++;
        if (self->messages[next].refused)
            mpi_wire_release(self, next);
        else if (!mpi_match_arrived(self, next, err))
            return false;
    }
    return true;
}

// Who watches is told of a message that has been received, in `cycle`.
static void tell_received(const struct mpi *self, uint32_t message_id, uint64_t cycle)
{
    const struct mpi_message *message = &self->messages[message_id];
    struct activity_watch *watch = self->params.watch;
    if (!watch || self->params.machine)
        return;
    uint64_t cycles[] = {message->there_cycle - message->asked_cycle, cycle - message->there_cycle};
    struct activity_message told = {.from = message->source,
                                    .to = message->destination,
                                    .bytes = message->bytes,
                                    .begin_cycle = message->asked_cycle,
                                    .num_parts = 2,
                                    .first_network = 1,
                                    .first_receiver = 1,
                                    .part_cycles = cycles};
    watch->message(watch, &told);
}

// The data of a rendezvous has come; who sends it goes on, too.
static bool finish(struct mpi *self, uint32_t message_id, struct err *err)
{
    const struct mpi_message *message = &self->messages[message_id];
    mpi_match_complete(self, message->recv_request, self->cycle);
    tell_received(self, message_id, self->cycle);
    if (message->acknowledged)
        return launch(self, message_id, MPI_ACK, 0, err);
    mpi_match_complete(self, message->send_request, self->cycle);
    mpi_wire_release(self, message_id);
    return true;
}

// It has been received, and is over, but for who waits for an acknowledgement.
bool mpi_wire_end(struct mpi *self, uint32_t message_id, struct err *err)
{
    const struct mpi_message *message = &self->messages[message_id];
    if (message->acknowledged)
        return launch(self, message_id, MPI_ACK, 0, err);
    mpi_wire_release(self, message_id);
    return true;
}

// Gives the room of an eager message back, at the latest when half of a share is owed.
bool mpi_wire_give_back(struct mpi *self, uint32_t message_id, struct err *err)
{
    struct mpi_message message = self->messages[message_id];
    struct mpi_flow *flow = mpi_flow_slot(self, message.source, message.destination);
    if (message.rendezvous || self->params.unexpected_bytes == 0)
        return true;
    flow->owed_bytes += mpi_flow_room(&message);
    if (flow->owed_bytes < mpi_flow_share(self) / 2 || flow->owed_bytes == 0)
        return true;
    uint32_t credit_id = MPI_NONE;
    if (!take_slot(self, &credit_id, err))
        return false;
    self->num_live++;
    self->messages[credit_id] = (struct mpi_message){.source = message.destination,
                                                     .destination = message.source,
                                                     .send_request = MPI_NONE,
                                                     .recv_request = MPI_NONE};
    return launch(self, credit_id, MPI_CREDIT, 0, err);
}

bool mpi_wire_received(struct mpi *self, uint32_t message_id, struct err *err)
{
    struct mpi_message *message = &self->messages[message_id];
    uint64_t taken = message->taken_cycle;
    taken = taken > self->cycle ? taken : self->cycle;
    mpi_match_complete(self, message->recv_request, taken);
    tell_received(self, message_id, taken);
    if (self->ideal && message->send_request != MPI_NONE) { // its sender waits for this alone
        mpi_match_complete(self, message->send_request, self->cycle);
        message->acknowledged = false;
    }
    return mpi_wire_give_back(self, message_id, err) && mpi_wire_end(self, message_id, err);
}

// It has been acknowledged. On a machine it may be yet to be told that its buffer is free.
static void acknowledge(struct mpi *self, uint32_t message_id)
{
    struct mpi_message *message = &self->messages[message_id];
    mpi_match_complete(self, message->send_request, self->cycle);
    message->send_request = MPI_NONE;
    message->acknowledged = false;
    message->received = true;
    if (!message->buffer_held)
        mpi_wire_release(self, message_id);
}

bool mpi_wire_arrived(struct mpi *self, uint32_t message_id, struct err *err)
{
    mpi_flow_take_back(self, message_id);
    self->messages[message_id].there_cycle = self->cycle;
    switch (self->messages[message_id].phase) {
    case MPI_EAGER:
    case MPI_RTS:
        return mpi_wire_in_turn(self, message_id, err);
    case MPI_CTS:
        return launch(self, message_id, MPI_DATA, self->messages[message_id].bytes, err);
    case MPI_DATA:
        return finish(self, message_id, err);
    case MPI_ACK:
        acknowledge(self, message_id);
        return true;
    case MPI_CREDIT:
        mpi_wire_release(self, message_id);
        return true;
    case MPI_REQUEST:
    case MPI_REPLY:
        return mpi_rpc_arrived(self, message_id, err);
    }
    return true;
}

bool mpi_wire_step(struct mpi *self, struct err *err)
{
    uint32_t next = self->arrived.head;
    self->arrived.head = MPI_NONE; // what is added from now on belongs to the next step
    while (next != MPI_NONE) {
        uint32_t message_id = next;
        next = self->messages[message_id].next;
        if (!mpi_wire_arrived(self, message_id, err))
            return false;
    }
    return true;
}
