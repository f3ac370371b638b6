// SPDX-License-Identifier: Apache-2.0
// Messages by a machine: they go in pieces, which its software puts where they belong.
#include "model/node/mpi_state.h"

bool mpi_machine_launch(struct mpi *self, uint32_t message_id, uint32_t from, uint32_t to,
                        uint64_t bytes, struct err *err)
{
    const struct mpi_machine *machine = self->params.machine;
    struct mpi_message *message = &self->messages[message_id];
    bool holds = message->phase == MPI_DATA ||
                 (message->phase == MPI_EAGER && mpi_holds_buffer(self, bytes));
    message->buffer_held |= holds;
    struct mpi_transfer transfer = {
        .from = from,
        .to = to,
        .message = message_id,
        .traffic_class = mpi_wire_class(self, bytes),
        .bytes = bytes,
        .address = bytes > 0 ? message->address : OP_NO_ADDRESS,
        .tells_sent = holds,
        .is_message = message->phase == MPI_DATA || message->phase == MPI_EAGER,
        .asked_cycle = message->asked_cycle,
    };
    uint32_t num_pieces = machine->send(machine->context, &transfer, err);
    self->messages[message_id].packets_left = num_pieces;
    return num_pieces > 0;
}

static bool received(struct mpi *self, uint32_t message_id, struct err *err)
{
    const struct mpi_machine *machine = self->params.machine;
    struct mpi_message *message = &self->messages[message_id];
    message->received = true;
    mpi_match_complete(self, message->recv_request, self->cycle);
    machine->received(machine->context, message->destination, message_id, message->source,
                      message->bytes);
    if (!mpi_wire_give_back(self, message_id, err))
        return false;
    message = &self->messages[message_id];
    return (message->buffer_held && !message->acknowledged) || mpi_wire_end(self, message_id, err);
}

void mpi_machine_sent(struct mpi *self, uint32_t message_id)
{
    struct mpi_message *message = &self->messages[message_id];
    message->buffer_held = false;
    if (message->acknowledged)
        return;
    if (message->send_request != MPI_NONE)
        mpi_match_complete(self, message->send_request, self->cycle);
    if (message->received)
        mpi_wire_release(self, message_id);
}

bool mpi_machine_met(struct mpi *self, uint32_t message_id, struct err *err)
{
    const struct mpi_machine *machine = self->params.machine;
    struct mpi_message *message = &self->messages[message_id];
    if (message->kept_bytes > 0) {
        message->puts_left++;
        machine->fetch(machine->context, message->destination, message_id, message->kept_bytes,
                       self->requests[message->recv_request].address);
    } else if (message->puts_left == 0) {
        return received(self, message_id, err);
    }
    return true;
}

bool mpi_machine_seen(struct mpi *self, uint32_t message_id, uint64_t bytes,
                      struct mpi_arrival *arrival, struct err *err)
{
    struct mpi_message *message = &self->messages[message_id];
    enum mpi_phase phase = message->phase;
    bool back = phase == MPI_CTS || phase == MPI_ACK;
    *arrival = (struct mpi_arrival){.place = MPI_NOWHERE,
                                    .rank = back ? message->source : message->destination,
                                    .address = OP_NO_ADDRESS};
    if (phase >= MPI_REQUEST && --message->packets_left > 0)
        return true;
    bool has_data = message->bytes > 0 && (phase == MPI_EAGER || phase == MPI_DATA);
    if (!has_data || !message->seen) {
        message->seen = has_data;
        message->puts_left = has_data ? message->packets_left : 0;
        arrival->first = phase == MPI_EAGER || phase == MPI_RTS;
        self->num_looked_at = 0;
        if (phase == MPI_DATA)
            mpi_flow_take_back(self, message_id);
        else if (!mpi_wire_arrived(self, message_id, err))
            return false;
        arrival->looked_at = arrival->first ? self->num_looked_at : 0;
    }
    if (!has_data)
        return phase != MPI_DATA || received(self, message_id, err);
    message = &self->messages[message_id];
    arrival->place = message->recv_request == MPI_NONE ? MPI_KEPT : MPI_TO_USER;
    if (arrival->place == MPI_KEPT)
        message->kept_bytes += bytes;
    else if (self->requests[message->recv_request].address != OP_NO_ADDRESS)
        arrival->address = self->requests[message->recv_request].address + message->seen_bytes;
    message->seen_bytes += bytes;
    return true;
}

bool mpi_machine_put(struct mpi *self, uint32_t message_id, struct err *err)
{
    struct mpi_message *message = &self->messages[message_id];
    bool done = --message->puts_left == 0 && message->recv_request != MPI_NONE;
    return !done || received(self, message_id, err);
}

bool mpi_machine_refused(struct mpi *self, uint32_t message_id, struct err *err)
{
    struct mpi_message *message = &self->messages[message_id];
    if (message->send_request != MPI_NONE)
        mpi_match_complete(self, message->send_request, self->cycle);
    message->refused = message->phase == MPI_EAGER;
    if (message->refused)
        mpi_flow_slot(self, message->source, message->destination)->used_bytes -=
            mpi_flow_room(message);
    return !message->refused || mpi_wire_in_turn(self, message_id, err);
}
