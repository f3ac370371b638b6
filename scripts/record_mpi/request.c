// SPDX-License-Identifier: Apache-2.0
#include "request.h"

#include "part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256, NO_SLOT = -1, MAX_BYTES = 1 << 30, UNKNOWN_BYTES = 64 };

struct slot {
    struct request request; // first: a request is known by its address
    MPI_Request handle;
    const MPI_Request *variable;
    int id;   // of the slot, which table.slots[id] points to
    int next; // in the list of its bucket, or of free slots
};

struct list {
    int first;
    int last;
};

static struct {
    struct slot **slots;  // [num_slots]
    struct list *buckets; // [num_slots], a power of two
    int num_slots;
    int first_free;
    uint64_t num_transfers; // under way
} table = {.first_free = NO_SLOT};

// --- the table ----------------------------------------------------------------------------------

static struct list *bucket_of(MPI_Request handle)
{
    uint64_t bits = 0;
    memcpy(&bits, &handle, sizeof handle);
    bits *= UINT64_C(0x9e3779b97f4a7c15);
    return &table.buckets[(bits >> 32) & (uint64_t)(table.num_slots - 1)];
}

static void append(int id)
{
    struct slot *slot = table.slots[id];
    struct list *bucket = bucket_of(slot->handle);
    slot->next = NO_SLOT;
    if (bucket->first == NO_SLOT)
        bucket->first = id;
    else
        table.slots[bucket->last]->next = id;
    bucket->last = id;
}

static void grow(void)
{
    int num_old = table.num_slots;
    struct list *old = table.buckets;
    table.num_slots = num_old ? 2 * num_old : FIRST_SLOTS;
    table.slots = realloc(table.slots, (size_t)table.num_slots * sizeof(struct slot *));
    table.buckets = malloc((size_t)table.num_slots * sizeof *table.buckets);
    if (!table.slots || !table.buckets)
        part_refuse("out of memory");
    for (int i = 0; i < table.num_slots; i++)
        table.buckets[i] = (struct list){NO_SLOT, NO_SLOT};
    for (int i = num_old; i < table.num_slots; i++) {
        table.slots[i] = calloc(1, sizeof(struct slot));
        if (!table.slots[i])
            part_refuse("out of memory");
        table.slots[i]->id = i;
        table.slots[i]->next = table.first_free;
        table.first_free = i;
    }
    for (int b = 0; b < num_old; b++) {
        for (int id = old[b].first, next; id != NO_SLOT; id = next) {
            next = table.slots[id]->next;
            append(id);
        }
    }
    free(old);
}

void request_add(const MPI_Request *variable, const struct request *request)
{
    if (table.first_free == NO_SLOT)
        grow();
    int id = table.first_free;
    struct slot *slot = table.slots[id];
    table.first_free = slot->next;
    slot->request = *request;
    slot->handle = *variable;
    slot->variable = variable;
    append(id);
}

struct request *request_find(MPI_Request handle, const MPI_Request *variable)
{
    if (handle == MPI_REQUEST_NULL || table.num_slots == 0)
        return NULL;
    struct slot *oldest = NULL;
    for (int id = bucket_of(handle)->first; id != NO_SLOT; id = table.slots[id]->next) {
        struct slot *slot = table.slots[id];
        if (slot->handle != handle)
            continue;
        if (slot->variable == variable)
            return &slot->request;
        if (!oldest)
            oldest = slot;
    }
    return oldest ? &oldest->request : NULL;
}

void request_take(struct request *self)
{
    struct slot *slot = (struct slot *)self;
    struct list *bucket = bucket_of(slot->handle);
    int before = NO_SLOT;
    for (int id = bucket->first; id != slot->id; id = table.slots[id]->next)
        before = id;
    if (before == NO_SLOT)
        bucket->first = slot->next;
    else
        table.slots[before]->next = slot->next;
    if (bucket->last == slot->id)
        bucket->last = before;
}

void request_free(struct request *self)
{
    struct slot *slot = (struct slot *)self;
    slot->next = table.first_free;
    table.first_free = slot->id;
    free(self->many);
    if (self->comm)
        comm_drop(self->comm);
}

// --- messages -----------------------------------------------------------------------------------

struct request request_of_message(bool sends, MPI_Comm handle, int peer, int tag, uint64_t bytes)
{
    struct request self = {.one = {.sends = sends}, .bytes = bytes};
    struct comm *comm = comm_of(handle);
    if (peer == MPI_PROC_NULL) {
        self.nobody = true;
    } else if (!sends && (peer == MPI_ANY_SOURCE || tag == MPI_ANY_TAG)) {
        self.unknown = true;
        self.comm = comm_hold(comm);
        part_note(NOTE_WILDCARD, 1);
    } else {
        self.one.peer = comm_world_rank(comm, peer);
        self.one.tag = comm_tag(comm, tag);
    }
    return self;
}

void request_identify(struct request *self, const MPI_Status *status)
{
    if (!self->unknown)
        return;
    self->one.peer = comm_world_rank(self->comm, status->MPI_SOURCE);
    self->one.tag = comm_tag(self->comm, status->MPI_TAG);
}

static void begin_print(const char *operation, bool sends, uint64_t bytes)
{
    if (bytes > MAX_BYTES && sends)
        part_refuse("a message of more than 1 GiB");
    part_begin(operation);
    if (bytes <= MAX_BYTES)
        part_number(" bytes=", bytes);
    else
        part_text(" bytes=any");
}

static void print_transfer(const struct transfer *transfer)
{
    part_number(transfer->sends ? " to=" : " from=", (uint64_t)transfer->peer);
    part_number(" tag=", (uint64_t)transfer->tag);
    part_text("\n");
}

void request_print(const char *operation, const struct transfer *transfer, uint64_t bytes)
{
    begin_print(operation, transfer->sends, bytes);
    print_transfer(transfer);
}

void request_begin_transfer(const struct transfer *transfer, uint64_t bytes)
{
    request_print(transfer->sends ? "isend" : "irecv", transfer, bytes);
    table.num_transfers++;
}

// Fields of a receive, as long whether it is known or not.
static void print_unknown(const char *peer, const char *tag, char text[UNKNOWN_BYTES])
{
    snprintf(text, UNKNOWN_BYTES, " from=%-10s tag=%-10s", peer, tag);
}

void request_begin(struct request *self)
{
    char text[UNKNOWN_BYTES];
    if (self->nobody)
        return;
    self->num = 1;
    if (!self->unknown) {
        request_begin_transfer(&self->one, self->bytes);
        return;
    }
    begin_print("irecv", false, self->bytes);
    self->place = part_place();
    print_unknown("any", "any", text);
    part_text(text);
    part_text("\n");
    table.num_transfers++;
}

void request_resolve(struct request *self, const MPI_Status *status)
{
    if (!self->unknown || self->num == 0)
        return;
    char text[UNKNOWN_BYTES];
    char peer[16];
    char tag[16];
    request_identify(self, status);
    snprintf(peer, sizeof peer, "%d", self->one.peer);
    snprintf(tag, sizeof tag, "%d", self->one.tag);
    print_unknown(peer, tag, text);
    part_patch(self->place, text);
}

void request_wait_for(const struct transfer *transfer)
{
    part_begin("wait");
    print_transfer(transfer);
    table.num_transfers--;
}

void request_wait(struct request *const *requests, int num)
{
    uint64_t num_transfers = 0;
    for (int i = 0; i < num; i++)
        num_transfers += requests[i] ? requests[i]->num : 0;
    bool all = num_transfers > 1 && num_transfers == table.num_transfers;
    if (all) {
        part_begin("waitall\n");
        table.num_transfers = 0;
    }
    for (int i = 0; i < num; i++) {
        struct request *request = requests[i];
        for (uint32_t t = 0; request && !all && t < request->num; t++)
            request_wait_for(request->many ? &request->many[t] : &request->one);
        if (request)
            request->num = 0;
    }
}

void request_wait_for_rest(void)
{
    if (table.num_transfers == 0)
        return;
    part_begin("waitall\n");
    part_note(NOTE_UNWAITED, table.num_transfers);
}
