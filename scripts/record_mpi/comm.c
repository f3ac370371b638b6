// SPDX-License-Identifier: Apache-2.0
#include "comm.h"

#include "part.h"

#include <stdlib.h>

enum {
    MAX_COMMS = 512,
    WORD_BITS = 64,
    NUM_WORDS = MAX_COMMS / WORD_BITS,
    TAG_BITS = 20,
    OTHER_CONTEXT = 1 << 30
};

static struct {
    struct comm *world;
    struct comm *self;
    MPI_Comm last_handle; // looked up last
    struct comm *last;
    int key;                  // of the attribute that holds a struct comm
    uint64_t free[NUM_WORDS]; // numbers, a bit each
} comms;

// --- making and freeing -------------------------------------------------------------------------

static struct comm *comm_new(MPI_Comm handle, uint32_t id)
{
    struct comm *self = calloc(1, sizeof *self);
    if (!self)
        part_refuse("out of memory");
    self->id = id;
    self->num_refs = 1;
    PMPI_Comm_size(handle, &self->num_ranks);
    PMPI_Comm_rank(handle, &self->rank);
    self->world = calloc((size_t)self->num_ranks, sizeof *self->world);
    int *ranks = calloc((size_t)self->num_ranks, sizeof *ranks);
    if (!self->world || !ranks)
        part_refuse("out of memory");
    MPI_Group mine;
    MPI_Group all;
    int num_all;
    for (int i = 0; i < self->num_ranks; i++)
        ranks[i] = i;
    PMPI_Comm_group(handle, &mine);
    PMPI_Comm_group(MPI_COMM_WORLD, &all);
    PMPI_Group_translate_ranks(mine, self->num_ranks, ranks, all, self->world);
    PMPI_Group_size(all, &num_all);
    PMPI_Group_free(&mine);
    PMPI_Group_free(&all);
    free(ranks);
    self->is_world = self->num_ranks == num_all;
    for (int i = 0; i < self->num_ranks; i++)
        self->is_world = self->is_world && self->world[i] == i;
    return self;
}

struct comm *comm_hold(struct comm *self)
{
    self->num_refs++;
    return self;
}

void comm_drop(struct comm *self)
{
    if (--self->num_refs > 0)
        return;
    free(self->world);
    free(self);
}

// The program frees a communicator.
static int on_delete(MPI_Comm handle, int key, void *value, void *state)
{
    (void)handle;
    (void)key;
    (void)state;
    struct comm *self = value;
    comms.free[self->id / WORD_BITS] |= UINT64_C(1) << self->id % WORD_BITS;
    comms.last_handle = MPI_COMM_NULL;
    comm_drop(self);
    return MPI_SUCCESS;
}

void comm_init(void)
{
    for (int i = 0; i < NUM_WORDS; i++)
        comms.free[i] = UINT64_MAX;
    comms.free[0] &= ~UINT64_C(3); // the two below
    comms.last_handle = MPI_COMM_NULL;
    comms.world = comm_new(MPI_COMM_WORLD, 0);
    comms.self = comm_new(MPI_COMM_SELF, 1);
    PMPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, on_delete, &comms.key, NULL);
}

// A communicator that a call has made: all its ranks come here.
static void adopt(MPI_Comm handle)
{
    if (handle == MPI_COMM_NULL)
        return;
    uint64_t common[NUM_WORDS];
    PMPI_Allreduce(comms.free, common, NUM_WORDS, MPI_UINT64_T, MPI_BAND, handle);
    uint32_t id = 0;
    while (id < MAX_COMMS && !(common[id / WORD_BITS] >> id % WORD_BITS & 1))
        id++;
    if (id == MAX_COMMS)
        part_refuse("more communicators at a time than can be recorded, which are 512");
    comms.free[id / WORD_BITS] &= ~(UINT64_C(1) << id % WORD_BITS);
    PMPI_Comm_set_attr(handle, comms.key, comm_new(handle, id));
    part_note(NOTE_COMM, 1);
}

// --- looking up ---------------------------------------------------------------------------------

struct comm *comm_of(MPI_Comm handle)
{
    if (handle == MPI_COMM_WORLD)
        return comms.world;
    if (handle == MPI_COMM_SELF)
        return comms.self;
    if (handle == MPI_COMM_NULL)
        part_refuse("MPI_COMM_NULL");
    if (handle != comms.last_handle) {
        int found;
        PMPI_Comm_get_attr(handle, comms.key, &comms.last, &found);
        if (!found)
            part_refuse("a communicator that was made by a call that is not recorded");
        comms.last_handle = handle;
    }
    return comms.last;
}

int comm_world_rank(const struct comm *self, int rank)
{
    if (rank < 0 || rank >= self->num_ranks)
        part_refuse("no rank of its communicator");
    return self->world[rank];
}

static int tag_within(const struct comm *self, uint32_t of_collective, uint32_t tag)
{
    return (int)(OTHER_CONTEXT | (2 * self->id + of_collective) << TAG_BITS | tag);
}

int comm_tag(const struct comm *self, int tag)
{
    if (self->id == 0) {
        if (tag >= OTHER_CONTEXT)
            part_refuse("a tag of 2^30 or more");
        return tag;
    }
    if (tag >= 1 << TAG_BITS)
        part_refuse("a tag of 2^20 or more on another communicator than MPI_COMM_WORLD");
    return tag_within(self, 0, (uint32_t)tag);
}

int comm_collective_tag(struct comm *self)
{
    return tag_within(self, 1, self->num_collectives++ & ((1U << TAG_BITS) - 1));
}

// --- the calls that make them -------------------------------------------------------------------

#define MAKES(name, parameters, arguments)                                                         \
    int MPI_##name parameters                                                                      \
    {                                                                                              \
        part_enter("MPI_" #name);                                                                  \
        part_expect(PMPI_##name arguments);                                                        \
        adopt(*made);                                                                              \
        part_leave();                                                                              \
        return MPI_SUCCESS;                                                                        \
    }

MAKES(Comm_dup, (MPI_Comm comm, MPI_Comm *made), (comm, made))
MAKES(Comm_dup_with_info, (MPI_Comm comm, MPI_Info info, MPI_Comm *made), (comm, info, made))
MAKES(Comm_split, (MPI_Comm comm, int color, int key, MPI_Comm *made), (comm, color, key, made))
MAKES(Comm_split_type, (MPI_Comm comm, int type, int key, MPI_Info info, MPI_Comm *made),
      (comm, type, key, info, made))
MAKES(Comm_create, (MPI_Comm comm, MPI_Group group, MPI_Comm *made), (comm, group, made))
MAKES(Comm_create_group, (MPI_Comm comm, MPI_Group group, int tag, MPI_Comm *made),
      (comm, group, tag, made))
MAKES(Cart_create,
      (MPI_Comm comm, int num_dims, const int dims[], const int periods[], int reorder,
       MPI_Comm *made),
      (comm, num_dims, dims, periods, reorder, made))
MAKES(Cart_sub, (MPI_Comm comm, const int remain_dims[], MPI_Comm *made), (comm, remain_dims, made))
MAKES(Graph_create,
      (MPI_Comm comm, int num_nodes, const int index[], const int edges[], int reorder,
       MPI_Comm *made),
      (comm, num_nodes, index, edges, reorder, made))
MAKES(Dist_graph_create,
      (MPI_Comm comm, int num, const int sources[], const int degrees[], const int destinations[],
       const int weights[], MPI_Info info, int reorder, MPI_Comm *made),
      (comm, num, sources, degrees, destinations, weights, info, reorder, made))
MAKES(Dist_graph_create_adjacent,
      (MPI_Comm comm, int num_in, const int sources[], const int in_weights[], int num_out,
       const int destinations[], const int out_weights[], MPI_Info info, int reorder,
       MPI_Comm *made),
      (comm, num_in, sources, in_weights, num_out, destinations, out_weights, info, reorder, made))
