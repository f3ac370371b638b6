// SPDX-License-Identifier: Apache-2.0
#include "model/node/driver.h"

#include "nic/nic_layout.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHADOW_BYTES = 64, // of the shadow words, before the completion ring
    STORES_OF_DESCRIPTOR = sizeof(struct nic_send_descriptor) / 8,
    FIRST_JOBS = 16
};

// In a message's tag: its sender waits for the completion. Faults have one even so.
#define ASKED (UINT64_C(1) << 63)

// --- where things are ---------------------------------------------------------------------------

// For every posted list and every message that goes, even if a quarter has not been returned.
static uint32_t completion_slots(const struct driver_params *params)
{
    uint32_t slots = 1;
    while (slots < 2 * (params->receive_slots + NIC_MAX_SENDS) && slots < NIC_MAX_RING)
        slots *= 2;
    return slots;
}

static uint64_t mailbox_bytes(const struct driver_params *params)
{
    return SHADOW_BYTES + completion_slots(params) * sizeof(struct nic_completion);
}

static uint64_t completion_at(const struct driver_params *params, uint32_t idx)
{
    uint64_t slot = idx & (completion_slots(params) - 1);
    return params->address + SHADOW_BYTES + slot * sizeof(struct nic_completion);
}

static uint64_t send_ring(const struct driver_params *params)
{
    return params->address + mailbox_bytes(params);
}

static uint64_t receive_ring(const struct driver_params *params)
{
    return send_ring(params) + params->send_slots * sizeof(struct nic_send_descriptor);
}

static uint64_t buffers(const struct driver_params *params)
{
    uint64_t end =
        receive_ring(params) + params->receive_slots * sizeof(struct nic_receive_descriptor);
    return (end + 4095) & ~UINT64_C(4095);
}

uint64_t driver_bytes(const struct driver_params *params)
{
    uint64_t bytes =
        buffers(params) - params->address + (uint64_t)params->receive_slots * params->piece_bytes;
    return (bytes + 4095) & ~UINT64_C(4095);
}

static uint64_t register_at(const struct driver *self, uint64_t offset)
{
    return self->params.nic_address + (1 + self->params.context) * (uint64_t)NIC_PAGE_BYTES +
           offset;
}

// --- set-up -------------------------------------------------------------------------------------

static void set(struct driver *self, struct nic *nic, uint64_t offset, uint64_t value)
{
    struct mem_device *device = nic_device(nic);
    device->write(device, register_at(self, offset) - self->params.nic_address,
                  (const uint8_t *)&value, sizeof value, 0);
}

static void set_ring(struct driver *self, struct nic *nic, uint64_t ring, uint64_t base,
                     uint64_t slots)
{
    set(self, nic, ring + NIC_RING_BASE, base);
    set(self, nic, ring + NIC_RING_SIZE, slots);
}

static void written(struct bus_monitor *monitor, uint64_t cycle)
{
    struct driver *self = (struct driver *)((char *)monitor - offsetof(struct driver, monitor));
    self->mail = true;
    self->shadow_stale = true;
    self->woken(self->context, cycle);
}

bool driver_init(struct driver *self, const struct driver_params *params, struct node *node,
                 struct nic *nic, void (*woken)(void *context, uint64_t cycle), void *context)
{
    *self = (struct driver){
        .params = *params, .image = &node->image, .woken = woken, .context = context};
    self->freed = calloc(params->receive_slots, sizeof *self->freed);
    self->posts = calloc(params->receive_slots, sizeof *self->posts);
    if (!self->freed || !self->posts)
        return false;
    if (params->all_memory) {
        nic_open(nic, params->context, 0, 0, UINT64_MAX);
    } else {
        nic_open(nic, params->context, 0, params->address, driver_bytes(params));
        nic_open(nic, params->context, 1, params->user_address, params->user_bytes);
    }
    for (uint32_t i = 0; i < params->receive_slots; i++) {
        self->posts[i] = i;
        struct nic_receive_descriptor descriptor = {
            .address = buffers(params) + (uint64_t)i * params->piece_bytes,
            .length = params->piece_bytes,
            .flags = NIC_LAST | (params->arrivals_raise ? NIC_RAISE : 0U),
        };
        image_write(&node->image, receive_ring(params) + i * sizeof descriptor,
                    (const uint8_t *)&descriptor, sizeof descriptor);
    }
    set_ring(self, nic, NIC_SEND, send_ring(params), params->send_slots);
    set(self, nic, NIC_SEND + NIC_RING_SHADOW, params->address);
    set_ring(self, nic, NIC_RECEIVE, receive_ring(params), params->receive_slots);
    set_ring(self, nic, NIC_COMPLETION, completion_at(params, 0), completion_slots(params));
    set(self, nic, NIC_CONTROL,
        NIC_ENABLE | (params->interrupts ? NIC_INTERRUPT : 0U) |
            (params->arrivals_raise ? 0U : NIC_SENT_ONLY));
    self->posted = params->receive_slots;
    set(self, nic, NIC_RECEIVE + NIC_RING_PRODUCER, self->posted);
    self->monitor = (struct bus_monitor){
        .address = params->address, .bytes = mailbox_bytes(params), .written = written};
    bus_add_monitor(&node->bus, &self->monitor);
    return true;
}

void driver_free(struct driver *self)
{
    free(self->jobs);
    free(self->freed);
    free(self->posts);
}

// --- sending ------------------------------------------------------------------------------------

uint32_t driver_send(struct driver *self, const struct driver_job *job)
{
    if (self->num_jobs == self->cap_jobs) {
        uint32_t cap = self->cap_jobs ? 2 * self->cap_jobs : FIRST_JOBS;
        struct driver_job *jobs = calloc(cap, sizeof *jobs);
        if (!jobs)
            return 0;
        for (uint32_t i = 0; i < self->num_jobs; i++)
            jobs[i] = self->jobs[(self->first_job + i) & (self->cap_jobs - 1)];
        free(self->jobs);
        self->jobs = jobs;
        self->cap_jobs = cap;
        self->first_job = 0;
    }
    struct driver_job *place =
        &self->jobs[(self->first_job + self->num_jobs++) & (self->cap_jobs - 1)];
    *place = *job;
    place->by_pio = job->bytes <= self->params.pio_bytes;
    return driver_pieces(self, job->bytes);
}

uint32_t driver_pieces(const struct driver *self, uint64_t bytes)
{
    uint64_t piece_bytes = self->params.piece_bytes;
    return bytes <= self->params.pio_bytes ? 1
                                           : (uint32_t)((bytes + piece_bytes - 1) / piece_bytes);
}

static void push_store(struct core_op *ops, uint32_t *num, uint64_t address, uint64_t value)
{
    ops[(*num)++] = (struct core_op){
        .kind = CORE_STORE, .address = address, .value = value, .bytes = 8, .has_value = true};
}

static void push_load(struct core_op *ops, uint32_t *num, uint64_t address, uint32_t bytes)
{
    ops[(*num)++] =
        (struct core_op){.kind = CORE_LOAD, .address = address, .bytes = bytes, .has_value = true};
}

static void drop_job(struct driver *self)
{
    self->first_job = (self->first_job + 1) & (self->cap_jobs - 1);
    self->num_jobs--;
}

// Flags of all pieces of a job.
static uint32_t flags_of(const struct driver *self, const struct driver_job *job)
{
    return job->traffic_class << NIC_CLASS_SHIFT | (self->params.checksum ? NIC_CHECKSUM : 0U);
}

// Completions of sends may take so much of their ring that the card has to wait.
static bool has_many_unread(const struct driver *self)
{
    return self->unread >= completion_slots(&self->params) / 4;
}

// Writes the descriptor of the next piece of the first job.
static void describe(struct driver *self, struct core_op *ops, uint32_t *num)
{
    struct driver_job *job = &self->jobs[self->first_job];
    bool last = job->bytes <= self->params.piece_bytes;
    uint32_t completes = NIC_COMPLETE | (job->raises ? NIC_RAISE : 0U);
    struct nic_send_descriptor descriptor = {
        .address = job->address,
        .length = last ? (uint32_t)job->bytes : self->params.piece_bytes,
        .flags = NIC_LAST | (job->tells_sent && last ? completes : 0U) | flags_of(self, job),
        .node = job->node,
        .context = job->context,
        .tag = job->tag | (job->tells_sent && last ? ASKED : 0),
    };
    self->unread += job->tells_sent && last;
    uint64_t words[STORES_OF_DESCRIPTOR];
    memcpy(words, &descriptor, sizeof words);
    uint64_t slot = self->sent++ & (self->params.send_slots - 1);
    uint64_t address = send_ring(&self->params) + slot * sizeof descriptor;
    for (uint32_t i = 0; i < STORES_OF_DESCRIPTOR; i++, address += 8)
        push_store(ops, num, address, words[i]);
    job->address += descriptor.length;
    job->bytes -= descriptor.length;
    if (job->bytes == 0)
        drop_job(self);
}

static bool goes_by_pio(const struct driver *self)
{
    return self->num_jobs > 0 && self->jobs[self->first_job].by_pio;
}

// Asks the card to send its window, and how that went.
static uint32_t send_window(struct driver *self, struct core_op *ops, uint32_t num)
{
    const struct driver_job *job = &self->jobs[self->first_job];
    push_store(ops, &num, register_at(self, NIC_PIO_SEND),
               job->bytes | (uint64_t)flags_of(self, job) << 32);
    push_load(ops, &num, register_at(self, NIC_PIO_STATUS), 8);
    self->step = DRIVER_READS_PIO;
    return num;
}

// Copies the first job into the card's window.
static uint32_t fill_window(struct driver *self, struct core_op *ops)
{
    const struct driver_job *job = &self->jobs[self->first_job];
    uint32_t num = 0;
    push_store(ops, &num, register_at(self, NIC_PIO_TO), job->node | (uint64_t)job->context << 32);
    push_store(ops, &num, register_at(self, NIC_PIO_TAG), job->tag);
    for (uint64_t at = 0; at < job->bytes; at += 8) {
        push_load(ops, &num, job->address + at, 8);
        ops[num - 1].has_value = false; // the content is of no account
        push_store(ops, &num, register_at(self, NIC_PIO_OUT + at), 0);
    }
    return send_window(self, ops, num);
}

// Hands over as many pieces as there is room for, or a message by programmed I/O.
static uint32_t hand_over(struct driver *self, struct core_op *ops)
{
    uint32_t num = 0;
    if (goes_by_pio(self))
        return self->window_full ? send_window(self, ops, 0) : fill_window(self, ops);
    while (self->num_jobs > 0 && !goes_by_pio(self) &&
           self->sent - self->consumed < self->params.send_slots &&
           num + STORES_OF_DESCRIPTOR + 1 <= DRIVER_MAX_OPS)
        describe(self, ops, &num);
    if (num > 0)
        push_store(ops, &num, register_at(self, NIC_SEND + NIC_RING_PRODUCER), self->sent);
    return num;
}

// --- completions --------------------------------------------------------------------------------

static uint32_t read_word(struct driver *self, struct core_op *ops, enum driver_step step,
                          uint64_t address, uint32_t bytes)
{
    uint32_t num = 0;
    self->step = step;
    push_load(ops, &num, address, bytes);
    return num;
}

// True if the flags that were read are of a completion, not of the lap before.
static bool is_there(const struct driver *self)
{
    bool odd_lap = !(self->completed & completion_slots(&self->params));
    return ((self->value >> 32 & NIC_PHASE) != 0) == odd_lap;
}

// Where a piece is, and its bytes; the completion is in a line that has been read.
static void place(const struct driver *self, uint64_t address, struct driver_news *news)
{
    struct nic_completion completion;
    image_read(self->image, address, (uint8_t *)&completion, sizeof completion);
    uint32_t buffer = self->posts[completion.index & (self->params.receive_slots - 1)];
    news->buffer = buffers(&self->params) + (uint64_t)buffer * self->params.piece_bytes;
    news->bytes = completion.length;
}

// Takes a completion whose tag has been read; flags were read before.
static uint32_t take(struct driver *self, struct core_op *ops)
{
    uint32_t num = 0;
    self->completed++;
    if (++self->unreturned >= completion_slots(&self->params) / 4) {
        push_store(ops, &num, register_at(self, NIC_COMPLETION + NIC_RING_CONSUMER),
                   self->completed);
        self->unreturned = 0;
    }
    return num;
}

void driver_release(struct driver *self, uint64_t buffer)
{
    uint32_t mask = self->params.receive_slots - 1;
    uint64_t number = (buffer - buffers(&self->params)) / self->params.piece_bytes;
    self->freed[(self->first_freed + self->num_freed++) & mask] = (uint32_t)number;
}

// Posts buffers that are free.
static uint32_t post(struct driver *self, struct core_op *ops)
{
    uint32_t mask = self->params.receive_slots - 1;
    uint32_t num = 0;
    for (uint32_t i = 0; i < DRIVER_MAX_POSTS && self->num_freed > 0; i++) {
        uint32_t buffer = self->freed[self->first_freed];
        uint32_t slot = self->posted & mask;
        if (self->posts[slot] != buffer)
            push_store(ops, &num,
                       receive_ring(&self->params) + slot * sizeof(struct nic_receive_descriptor),
                       buffers(&self->params) + (uint64_t)buffer * self->params.piece_bytes);
        self->posts[slot] = buffer;
        self->first_freed = (self->first_freed + 1) & mask;
        self->num_freed--;
        self->posted++;
    }
    push_store(ops, &num, register_at(self, NIC_RECEIVE + NIC_RING_PRODUCER), self->posted);
    return num;
}

// Looks for a completion, at this address.
static uint32_t look(struct driver *self, struct core_op *ops, uint64_t completion)
{
    self->mail = false;
    return read_word(self, ops, DRIVER_READS_FLAGS,
                     completion + offsetof(struct nic_completion, status), 8);
}

// The window has been sent, or the card had no room for it. Who waits for it to leave its buffer is
// told.
static void window_sent(struct driver *self, struct driver_news *news, bool *has_news)
{
    self->step = DRIVER_RESTS;
    self->window_full = self->value == NIC_PIO_BUSY;
    if (self->window_full)
        return;
    const struct driver_job *job = &self->jobs[self->first_job];
    self->errors += self->value != NIC_OK;
    *news = (struct driver_news){.tag = job->tag};
    *has_news = job->tells_sent;
    drop_job(self);
}

uint32_t driver_next(struct driver *self, struct driver_turn turn, struct core_op *ops,
                     struct driver_news *news, bool *has_news)
{
    *has_news = false;
    uint64_t completion = completion_at(&self->params, self->completed);
    switch (self->step) {
    case DRIVER_READS_FLAGS:
        if (is_there(self)) {
            self->received = self->value >> 32 & NIC_RECEIVED;
            self->refused = (uint32_t)self->value == NIC_BAD_ADDRESS;
            self->errors += (uint32_t)self->value != NIC_OK;
            return read_word(self, ops, DRIVER_READS_TAG, completion, 8);
        }
        self->step = DRIVER_RESTS;
        break;
    case DRIVER_READS_TAG:
        self->tag = self->value;
        if (self->received && self->params.places)
            return read_word(self, ops, DRIVER_READS_INDEX,
                             completion + offsetof(struct nic_completion, context), 8);
        // fall through
    case DRIVER_READS_INDEX: {
        *news = (struct driver_news){
            .received = self->received, .refused = self->refused, .tag = self->tag & ~ASKED};
        *has_news = self->received || self->tag & ASKED;
        self->unread -= *has_news && !self->received;
        if (self->received)
            place(self, completion, news);
        self->step = DRIVER_RESTS;
        self->mail = true; // there may be more
        completion = completion_at(&self->params, self->completed + 1);
        uint32_t num = take(self, ops);
        if (num > 0 || *has_news)
            return num;
        break;
    }
    case DRIVER_READS_SHADOW:
        self->consumed = (uint32_t)self->value;
        self->step = DRIVER_RESTS;
        break;
    case DRIVER_READS_PIO:
        window_sent(self, news, has_news);
        if (*has_news)
            return 0;
        break;
    case DRIVER_RESTS:
        break;
    }
    if (self->mail && self->window_full) // what is taken may make room
        return look(self, ops, completion);
    if (self->num_freed >= self->params.receive_slots / 4)
        return post(self, ops);
    uint32_t num = turn.hands_over ? hand_over(self, ops) : 0;
    if (num > 0)
        return num;
    if (self->mail && (turn.polls || has_many_unread(self)))
        return look(self, ops, completion);
    if (turn.hands_over && self->num_jobs > 0 && self->shadow_stale) {
        self->shadow_stale = false;
        return read_word(self, ops, DRIVER_READS_SHADOW, self->params.address, 8);
    }
    return 0;
}

bool driver_has_work(const struct driver *self)
{
    return (self->mail && has_many_unread(self)) || self->step != DRIVER_RESTS ||
           self->num_freed >= self->params.receive_slots / 4 ||
           (self->num_jobs > 0 && (self->shadow_stale || goes_by_pio(self) ||
                                   self->sent - self->consumed < self->params.send_slots));
}

void driver_loaded(struct driver *self, uint64_t value)
{
    self->value = value;
}
