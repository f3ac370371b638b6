// SPDX-License-Identifier: Apache-2.0
#include "model/node/software_state.h"

uint64_t software_room(struct software *self, uint64_t bytes)
{
    if (self->received_at + bytes > self->params->kernel_buffer_bytes)
        self->received_at = 0;
    uint64_t address = self->receive_room + self->received_at;
    self->received_at += (bytes + 63) / 64 * 64;
    return address;
}

// --- pieces -------------------------------------------------------------------------------------

// A piece is where it belongs, and its buffer free.
static void drop(struct software *self, uint32_t idx)
{
    struct piece *piece = &self->pieces[idx];
    driver_release(&piece->port->driver, piece->buffer);
    pool_give(&self->piece_pool, self->pieces, sizeof *piece, idx);
}

static bool put(struct software *self, struct thread *thread, uint64_t idx)
{
    uint32_t message = self->pieces[idx].message;
    (void)thread;
    software_life_put(self, &self->pieces[idx]);
    drop(self, (uint32_t)idx);
    mpi_put(self->mpi, message, software_now(self), &self->err);
    return true;
}

// --- copies -------------------------------------------------------------------------------------

// Copies by way of the kernel's memory into the user's.
static void copy_to_user(struct software *self, struct thread *thread, uint64_t from,
                         uint64_t address, uint64_t bytes)
{
    for (uint32_t i = self->params->receive_copies; i > 0; i--) {
        uint64_t to = i > 1                      ? software_room(self, bytes)
                      : address == OP_NO_ADDRESS ? self->user_address
                                                 : address;
        self->stats.receive_copied_bytes += bytes;
        software_copy(self, thread, SOFTWARE_COPY_RECEIVE, from, to, bytes);
        from = to;
    }
}

static struct process *process_of(const struct software *self, uint32_t rank)
{
    struct process *process = self->processes;
    while (process->rank != rank)
        process++;
    return process;
}

// What is known of a piece, and by whom it is copied: who acts, or, if it was an interrupt and it
// goes to the user, the process.
static bool arrived(struct software *self, struct thread *thread, uint64_t idx)
{
    struct piece *piece = &self->pieces[idx];
    const struct software_params *params = self->params;
    struct mpi_arrival arrival;
    if (piece->lives)
        life_mark(&piece->life, LIFE_DEMULTIPLEX, software_now(self));
    software_life_put(self, piece);
    if (!mpi_received(self->mpi, piece->message, piece->bytes, software_now(self), &arrival,
                      &self->err))
        return true;
    piece = &self->pieces[idx];
    uint64_t match_cycles =
        params->match_cycles + arrival.looked_at * (uint64_t)params->match_entry_cycles;
    if (arrival.first)
        software_compute(self, thread, SOFTWARE_MATCH, match_cycles);
    struct thread *copier = thread;
    bool by_process = params->arrival == SOFTWARE_ARRIVAL_INTERRUPT &&
                      thread == &self->interrupt_thread && arrival.place == MPI_TO_USER &&
                      params->receive_copies > 0;
    if (by_process)
        copier = &process_of(self, arrival.rank)->thread;
    if (arrival.place == MPI_NOWHERE) {
        drop(self, (uint32_t)idx);
        return true;
    }
    if (piece->lives)
        software_mark(self, copier, LIFE_MATCH, LIFE_OF_PIECE, idx);
    if (arrival.place == MPI_TO_USER) {
        copy_to_user(self, copier, piece->buffer, arrival.address, piece->bytes);
    } else if (params->receive_copies > 0) {
        self->stats.kept_bytes += piece->bytes;
        self->stats.receive_copied_bytes += piece->bytes;
        software_copy(self, copier, SOFTWARE_COPY_RECEIVE, piece->buffer,
                      software_room(self, piece->bytes), piece->bytes);
    }
    if (piece->lives)
        software_mark(self, copier, LIFE_COPY_RECEIVE, LIFE_OF_PIECE, idx);
    software_then(self, copier, put, idx);
    return true;
}

void software_received(struct software *self, struct port *port, const struct driver_news *news)
{
    uint32_t idx;
    struct piece *pieces = pool_take(&self->piece_pool, self->pieces, sizeof *pieces, &idx);
    if (!pieces) {
        software_out_of_memory(self);
        return;
    }
    self->pieces = pieces;
    self->pieces[idx] = (struct piece){
        .port = port, .message = (uint32_t)news->tag, .bytes = news->bytes, .buffer = news->buffer};
    software_life_comes(self, port, &self->pieces[idx]);
    if (self->params->path == SOFTWARE_KERNEL)
        software_compute(self, self->acting, SOFTWARE_DEMULTIPLEX,
                         self->params->demultiplex_cycles);
    software_then(self, self->acting, arrived, idx);
}

// --- what came before its receive ---------------------------------------------------------------

static bool fetched(struct software *self, struct thread *thread, uint64_t message)
{
    (void)thread;
    mpi_put(self->mpi, (uint32_t)message, software_now(self), &self->err);
    return true;
}

void software_fetch(struct software *self, struct process *process, uint32_t message,
                    uint64_t bytes, uint64_t address)
{
    struct thread *thread = &process->thread;
    uint64_t most_bytes = self->params->kernel_buffer_bytes / 4;
    software_mark(self, thread, LIFE_RECEIVE, LIFE_OF_MESSAGE, message);
    for (uint64_t at = 0, part; at < bytes; at += part) {
        part = bytes - at < most_bytes ? bytes - at : most_bytes;
        copy_to_user(self, thread, software_room(self, part),
                     address == OP_NO_ADDRESS ? address : address + at, part);
    }
    software_mark(self, thread, LIFE_COPY_RECEIVE, LIFE_OF_MESSAGE, message);
    software_then(self, thread, fetched, message);
}
