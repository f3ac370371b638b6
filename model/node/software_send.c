// SPDX-License-Identifier: Apache-2.0
#include "model/node/software_state.h"

// Of what only announces something.
enum { HEADER_BYTES = 16 };

// --- messages that go ---------------------------------------------------------------------------

static uint32_t num_copies(const struct software *self, const struct sending *send)
{
    return send->transfer.bytes > 0 ? self->params->send_copies : 0;
}

// All of a message has been handed over, and all that was asked for has been told.
static void finish(struct software *self, uint32_t slot)
{
    struct sending *send = &self->sends[slot];
    if (send->left_bytes > 0 || send->jobs > 0)
        return;
    software_unprotect(send->process, slot);
    bool tells = send->tells;
    bool refused = send->refused;
    uint32_t message = send->transfer.message;
    pool_give(&self->send_pool, self->sends, sizeof *send, slot);
    if (refused && self->config.lives)
        lives_forget(self->config.lives, message);
    if (refused)
        mpi_refused(self->mpi, message, software_now(self), &self->err);
    else if (tells)
        mpi_sent(self->mpi, message, software_now(self));
}

static void go_on_if_stalled(struct software *self, struct thread *thread)
{
    if (!thread->stalled)
        return;
    thread->stalled = false;
    thread->before = 0;
    self->num_stalled--;
    software_ready(self, thread);
}

void software_sent(struct software *self, uint32_t slot, bool refused)
{
    struct sending *send = &self->sends[slot];
    self->stats.refused += refused;
    send->refused |= refused;
    uint64_t piece_bytes = send->process->thread.port->driver.params.piece_bytes;
    uint64_t freed_bytes = num_copies(self, send) * piece_bytes;
    freed_bytes = freed_bytes < send->held_bytes ? freed_bytes : send->held_bytes;
    send->held_bytes -= freed_bytes;
    self->held_bytes -= freed_bytes;
    send->jobs--;
    for (uint32_t i = 0; freed_bytes > 0 && i < self->num_processes; i++)
        go_on_if_stalled(self, &self->processes[i].thread);
    for (struct thread *at = self->made_threads; freed_bytes > 0 && at; at = at->next_made)
        go_on_if_stalled(self, at);
    finish(self, slot);
}

// --- a piece, or all that is left ---------------------------------------------------------------

static uint64_t next_bytes(const struct software *self, const struct sending *send)
{
    const struct driver_params *driver = &send->process->thread.port->driver.params;
    bool whole = num_copies(self, send) == 0 || send->left_bytes <= driver->pio_bytes ||
                 send->left_bytes <= driver->piece_bytes;
    return whole ? send->left_bytes : driver->piece_bytes;
}

// The end of what the process waits for.
static void end(struct software *self, struct thread *thread, uint32_t slot)
{
    struct sending *send = &self->sends[slot];
    bool frees = send->transfer.tells_sent && !send->tells;
    if (frees)
        mpi_sent(self->mpi, send->transfer.message, software_now(self));
    if (self->sends[slot].returns)
        software_compute(self, thread, SOFTWARE_TRAP, self->params->trap_return_cycles);
    finish(self, slot);
}

static void go_on(struct software *self, struct thread *thread, uint64_t slot);

// Hands a piece over to the driver, which is not yet to say that it has sent it.
static bool hand_over(struct software *self, struct thread *thread, uint64_t slot)
{
    struct sending *send = &self->sends[slot];
    const struct mpi_transfer *transfer = &send->transfer;
    bool asks = send->tells || send->held_bytes > 0 ||
                (transfer->bytes > 0 && self->params->send == SOFTWARE_SEND_COPY_ON_WRITE);
    uint64_t bytes = next_bytes(self, send);
    struct driver_job job = {
        .node = send->node,
        .context = send->context,
        .traffic_class = transfer->traffic_class,
        .tag = transfer->message | slot << 32,
        .address = send->address,
        .bytes = bytes,
        .tells_sent = asks,
        .raises = send->tells && (self->params->arrival != SOFTWARE_ARRIVAL_POLLING ||
                                  self->params->send == SOFTWARE_SEND_INTERRUPT),
    };
    if (num_copies(self, send) > 0 && self->config.lives && transfer->is_message)
        life_mark(&send->life, LIFE_COPY_SEND, software_now(self));
    software_life_goes(self, send, driver_pieces(&send->process->thread.port->driver, bytes));
    send->jobs += asks;
    send->user_address += bytes;
    send->address = send->user_address;
    send->left_bytes -= bytes;
    if (driver_send(&send->process->thread.port->driver, &job) == 0)
        software_out_of_memory(self);
    software_hand_over(self, thread, send->process->thread.port);
    if (send->left_bytes > 0)
        go_on(self, thread, slot);
    else
        end(self, thread, (uint32_t)slot);
    return true;
}

// Room for copies of a piece; false if there is none now.
static bool take_room(struct software *self, struct sending *send, uint64_t bytes)
{
    if (self->held_bytes > 0 && self->held_bytes + bytes > self->params->kernel_buffer_bytes)
        return false;
    self->held_bytes += bytes;
    send->held_bytes += bytes;
    return true;
}

static bool copy(struct software *self, struct thread *thread, uint64_t slot)
{
    struct sending *send = &self->sends[slot];
    uint32_t copies = num_copies(self, send);
    uint64_t bytes = next_bytes(self, send);
    if (!take_room(self, send, copies * bytes)) {
        self->stats.buffer_waits++;
        return false;
    }
    if (self->config.lives && send->transfer.is_message)
        life_mark(&send->life, LIFE_TURN, software_now(self));
    for (uint32_t i = 0; i < copies; i++) {
        if (self->sent_at + bytes > self->params->kernel_buffer_bytes)
            self->sent_at = 0;
        uint64_t to = self->send_room + self->sent_at;
        self->sent_at += (bytes + 63) / 64 * 64;
        self->stats.send_copied_bytes += bytes;
        software_copy(self, thread, SOFTWARE_COPY_SEND, send->address, to, bytes);
        send->address = to;
    }
    software_then(self, thread, hand_over, slot);
    return true;
}

// Prepares what is left, or a piece of it.
static void go_on(struct software *self, struct thread *thread, uint64_t slot)
{
    struct sending *send = &self->sends[slot];
    if (num_copies(self, send) > 0)
        software_then(self, thread, copy, slot);
    else
        software_then(self, thread, hand_over, slot);
}

// --- sending ------------------------------------------------------------------------------------

// Pages that the card reads by itself are pinned, by the kernel for each message, or once for a
// process that sends from them.
static void prepare_pages(struct software *self, struct thread *thread, uint32_t slot)
{
    const struct software_params *params = self->params;
    struct sending *send = &self->sends[slot];
    uint64_t address = send->address;
    uint64_t bytes = send->transfer.bytes;
    uint64_t pages =
        (address + bytes - 1) / SOFTWARE_PAGE_BYTES - address / SOFTWARE_PAGE_BYTES + 1;
    uint64_t pinned = params->path == SOFTWARE_KERNEL ? pages
                      : params->pins_explicitly       ? 0
                                                      : software_pin(send->process, address, bytes);
    uint64_t protected_pages = params->send == SOFTWARE_SEND_COPY_ON_WRITE
                                   ? software_protect(send->process, address, bytes, slot)
                                   : 0;
    if (pinned == UINT64_MAX || protected_pages == UINT64_MAX) {
        software_out_of_memory(self);
        return;
    }
    self->stats.pinned_pages += pinned;
    self->stats.protected_pages += protected_pages;
    bool calls = params->path == SOFTWARE_USER && self->in_program &&
                 pinned * params->pin_cycles + protected_pages > 0;
    if (calls) { // the kernel
        self->stats.traps++;
        software_compute(self, thread, SOFTWARE_TRAP,
                         params->trap_cycles + params->trap_return_cycles);
    }
    software_compute(self, thread, SOFTWARE_PIN, pinned * params->pin_cycles);
    software_compute(self, thread, SOFTWARE_PROTECT, protected_pages * params->protect_cycles);
}

// Of what is not all pinned the first page that is not is sent, which the card refuses, and no
// more.
static void cut_to_refused(struct software *self, struct sending *send)
{
    uint64_t address = send->address;
    bool checked = self->params->path == SOFTWARE_USER && self->params->pins_explicitly &&
                   send->transfer.address != OP_NO_ADDRESS;
    uint64_t page =
        checked ? software_unpinned(send->process, address, send->left_bytes) : UINT64_MAX;
    if (page == UINT64_MAX)
        return;
    send->address = send->user_address = page > address ? page : address;
    send->left_bytes = 1;
    send->tells = true;
}

uint32_t software_send(struct software *self, struct process *process,
                       const struct mpi_transfer *transfer)
{
    const struct software_params *params = self->params;
    uint32_t slot;
    struct sending *sends = pool_take(&self->send_pool, self->sends, sizeof *sends, &slot);
    if (!sends)
        return 0;
    self->sends = sends;
    bool has_data = transfer->bytes > 0;
    bool copies = has_data && params->send_copies > 0;
    // What would have to wait is not for a handler.
    struct thread *thread = !self->acting || (self->acting == &self->interrupt_thread && copies)
                                ? &process->thread
                                : self->acting;
    bool frees_at_once = params->send == SOFTWARE_SEND_COPY_ON_WRITE ||
                         (params->send_copies > 0 && (params->send == SOFTWARE_SEND_COPY ||
                                                      params->send == SOFTWARE_SEND_POLLING));
    struct sending *send = &self->sends[slot];
    *send = (struct sending){
        .transfer = *transfer,
        .process = process,
        .address = transfer->address == OP_NO_ADDRESS ? self->user_address : transfer->address,
        .left_bytes = has_data ? transfer->bytes : HEADER_BYTES,
        .returns = params->path == SOFTWARE_KERNEL && self->in_program,
        .tells = transfer->tells_sent && !frees_at_once,
    };
    send->user_address = send->address;
    self->config.locate(self->config.context, transfer->to, &send->node, &send->context);
    uint32_t num_pieces = driver_pieces(&process->thread.port->driver, send->left_bytes);
    software_life_begin(self, send);
    software_mark(self, thread, LIFE_TURN, LIFE_OF_SEND, slot);
    if (send->returns) {
        self->stats.traps++;
        software_compute(self, thread, SOFTWARE_TRAP, params->trap_cycles);
        software_mark(self, thread, LIFE_TRAP, LIFE_OF_SEND, slot);
    }
    if (has_data && !copies) {
        cut_to_refused(self, send);
        prepare_pages(self, thread, slot);
        software_mark(self, thread, LIFE_PIN, LIFE_OF_SEND, slot);
    }
    software_compute(self, thread, SOFTWARE_DRIVER, params->driver_cycles);
    software_mark(self, thread, LIFE_INSTRUCTIONS, LIFE_OF_SEND, slot);
    go_on(self, thread, slot);
    return num_pieces;
}
