// SPDX-License-Identifier: Apache-2.0
#include "model/node/mpi_state.h"

#include <stdlib.h>

enum { FIRST_FLOWS = 64, FIRST_MESSAGES = 64 };

bool mpi_wire_make(struct mpi *self)
{
    self->free_messages.head = MPI_NONE;
    self->arrived.head = MPI_NONE;
    self->cap_flows = FIRST_FLOWS;
    self->flows = calloc(self->cap_flows, sizeof *self->flows);
    return self->flows != NULL;
}

void mpi_wire_free(struct mpi *self)
{
    free(self->flows);
    free(self->messages);
}

// --- flows: a hash table with linear probing
// ------------------------------------------------------

static struct mpi_flow *flow_slot(const struct mpi *self, uint32_t source, uint32_t destination)
{
    uint64_t hash = rng_mix((uint64_t)source << 32 | destination);
    uint32_t mask = self->cap_flows - 1;
    uint32_t at = (uint32_t)hash & mask;
    while (self->flows[at].used &&
           (self->flows[at].source != source || self->flows[at].destination != destination))
        at = (at + 1) & mask;
    return &self->flows[at];
}

static bool flows_grow(struct mpi *self, struct err *err)
{
    struct mpi_flow *old = self->flows;
    uint32_t num_old = self->cap_flows;
    struct mpi_flow *flows = calloc((size_t)2 * num_old, sizeof *flows);
    if (!flows)
        return err_set(err, ERR_RUN, "out of memory");
    self->flows = flows;
    self->cap_flows = 2 * num_old;
    for (uint32_t i = 0; i < num_old; i++) {
        if (old[i].used)
            *flow_slot(self, old[i].source, old[i].destination) = old[i];
    }
    free(old);
    return true;
}

// The flow of a pair of ranks, made if it is new. NULL with ERR_RUN if out of memory.
static struct mpi_flow *flow_of(struct mpi *self, uint32_t source, uint32_t destination,
                                struct err *err)
{
    struct mpi_flow *flow = flow_slot(self, source, destination);
    if (flow->used)
        return flow;
    if (2 * self->num_flows >= self->cap_flows) {
        if (!flows_grow(self, err))
            return NULL;
        flow = flow_slot(self, source, destination);
    }
    self->num_flows++;
    *flow = (struct mpi_flow){
        .used = true, .source = source, .destination = destination, .held = MPI_NONE};
    return flow;
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

static uint32_t class_of(const struct mpi *self, uint64_t bytes)
{
    return bytes < self->params.priority_bytes ? self->params.priority_class : 0;
}

static bool launch_by_machine(struct mpi *self, uint32_t message_id, uint32_t from, uint32_t to,
                              uint64_t bytes, struct err *err)
{
    const struct mpi_machine *machine = self->params.machine;
    struct mpi_message *message = &self->messages[message_id];
    struct mpi_transfer transfer = {
        .from = from,
        .to = to,
        .message = message_id,
        .traffic_class = class_of(self, bytes),
        .bytes = bytes,
        .address = bytes > 0 ? message->address : OP_NO_ADDRESS,
        .tells_sent = message->phase == MPI_DATA,
    };
    message->packets_left = machine->send(machine->context, &transfer, err);
    return message->packets_left > 0;
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
    bool back = phase == MPI_CTS;
    uint32_t from = back ? message->destination : message->source;
    uint32_t to = back ? message->source : message->destination;
    message->phase = phase;
    if (from == to) {
        mpi_wire_append(self, &self->arrived, message_id);
        return true;
    }
    if (self->params.machine)
        return launch_by_machine(self, message_id, from, to, bytes, err);
    struct packet_spec packet = {.source = from, .destination = to, .message = message_id};
    packet.traffic_class = class_of(self, bytes);
    message->packets_left =
        bytes ? (uint32_t)((bytes + self->packet_bytes - 1) / self->packet_bytes) : 1;
    do {
        uint64_t part = bytes < self->packet_bytes ? bytes : self->packet_bytes;
        uint32_t data_flits =
            (uint32_t)((part * 8 + self->params.flit_bits - 1) / self->params.flit_bits);
        packet.flits = self->params.header_flits + data_flits;
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

// --- messages
// --------------------------------------------------------------------------------------

static bool take_slot(struct mpi *self, uint32_t *message_id, struct err *err)
{
    if (self->free_messages.head != MPI_NONE) {
        *message_id = self->free_messages.head;
        self->free_messages.head = self->messages[*message_id].next;
        return true;
    }
    if (self->num_messages == self->cap_messages) {
        uint32_t cap = self->cap_messages ? 2 * self->cap_messages : FIRST_MESSAGES;
        struct mpi_message *messages = realloc(self->messages, cap * sizeof *messages);
        if (!messages)
            return err_set(err, ERR_RUN, "out of memory");
        self->messages = messages;
        self->cap_messages = cap;
    }
    *message_id = self->num_messages++;
    return true;
}

bool mpi_wire_send(struct mpi *self, const struct mpi_message *message, struct err *err)
{
    struct mpi_flow *flow = flow_of(self, message->source, message->destination, err);
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
    if (self->ideal)
        return launch_whole(self, message_id, err);
    if (message->send_request == MPI_NONE)
        return launch(self, message_id, MPI_EAGER, message->bytes, err);
    return launch(self, message_id, MPI_RTS, 0, err);
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
    self->messages[message_id].next = self->free_messages.head;
    self->free_messages.head = message_id;
}

// --- arrival
// ---------------------------------------------------------------------------------------

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
static bool in_turn(struct mpi *self, uint32_t message_id, struct err *err)
{
    const struct mpi_message *message = &self->messages[message_id];
    struct mpi_flow *flow = flow_slot(self, message->source, message->destination);
    hold(self, flow, message_id);
    while (flow->held != MPI_NONE && self->messages[flow->held].sequence == flow->next_arrived) {
        uint32_t next = flow->held;
        flow->held = self->messages[next].next;
        flow->next_arrived++;
        if (!mpi_match_arrived(self, next, err))
            return false;
    }
    return true;
}

// The data of a rendezvous has come. Who sends it goes on then or, on a machine, when it has left
// the buffer.
static void finish(struct mpi *self, uint32_t message_id)
{
    struct mpi_message *message = &self->messages[message_id];
    bool local = message->source == message->destination;
    mpi_match_complete(self, message->recv_request, self->cycle);
    if (self->params.machine && !local && !message->half_done) {
        message->half_done = true;
        return;
    }
    if (!self->params.machine || local)
        mpi_match_complete(self, message->send_request, self->cycle);
    mpi_wire_release(self, message_id);
}

void mpi_wire_sent(struct mpi *self, uint32_t message_id)
{
    struct mpi_message *message = &self->messages[message_id];
    mpi_match_complete(self, message->send_request, self->cycle);
    if (message->half_done)
        mpi_wire_release(self, message_id);
    message->half_done = true;
}

bool mpi_wire_arrived(struct mpi *self, uint32_t message_id, struct err *err)
{
    switch (self->messages[message_id].phase) {
    case MPI_EAGER:
    case MPI_RTS:
        return in_turn(self, message_id, err);
    case MPI_CTS:
        return launch(self, message_id, MPI_DATA, self->messages[message_id].bytes, err);
    case MPI_DATA:
        finish(self, message_id);
        break;
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
