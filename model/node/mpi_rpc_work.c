// SPDX-License-Identifier: Apache-2.0
#include "model/node/mpi_rpc.h"

void mpi_rpc_work_stub(struct mpi *self, uint32_t rank)
{
    self->rpc->ranks[rank].work = (struct rpc_work){.node_cycles = self->rpc->params.stub_cycles};
}

void mpi_rpc_work_procedure(struct mpi *self, uint32_t rank)
{
    const struct rpc_rank *rpc = &self->rpc->ranks[rank];
    self->rpc->ranks[rank].work =
        (struct rpc_work){.ns = self->rpc->calls[rpc->call].ns, .computes = true};
}

// On an ideal node a load or store takes a cycle.
void mpi_rpc_work_items(struct mpi *self, uint32_t rank, enum rpc_direction direction,
                        bool marshals)
{
    struct rpc_rank *rpc = &self->rpc->ranks[rank];
    struct rpc_shape shape = mpi_rpc_shape(self->rpc, &self->rpc->calls[rpc->call]);
    uint64_t items = rpc_layout_cost(&shape, direction).items;
    bool by_machine = self->params.machine != NULL;
    rpc->work = (struct rpc_work){
        .node_cycles = items * (self->rpc->params.item_cycles + (by_machine ? 0U : 2U)),
        .has_items = by_machine,
        .direction = direction,
        .marshals = marshals,
    };
}

// A load or store of the item at hand.
static void access_item(struct mpi *self, uint32_t rank, bool loads)
{
    const struct mpi_machine *machine = self->params.machine;
    struct rpc_rank *rpc = &self->rpc->ranks[rank];
    const struct rpc_work *work = &rpc->work;
    bool in_memory = loads == work->marshals; // else in the message
    bool is_request = work->direction == RPC_IN;
    uint64_t message_address =
        (is_request ? self->rpc->request_address : self->rpc->reply_address) +
        self->rpc->calls[rpc->call].offset[!is_request];
    struct op op = {
        .kind = loads ? OP_LOAD : OP_STORE,
        .address = in_memory ? self->rpc->params.address + work->item.native_offset
                             : message_address + work->item.wire_offset,
        .bytes = in_memory ? work->item.native_bytes : work->item.wire_bytes,
    };
    machine->access(machine->context, rank, &op);
}

// The next access of the items of the rank's call; false if there is none.
static bool next_access(struct mpi *self, uint32_t rank)
{
    struct rpc_rank *rpc = &self->rpc->ranks[rank];
    struct rpc_work *work = &rpc->work;
    struct rpc_shape shape = mpi_rpc_shape(self->rpc, &self->rpc->calls[rpc->call]);
    if (!work->loaded && !rpc_layout_item(&shape, work->direction, &work->at, &work->item))
        return false;
    work->loaded = !work->loaded;
    access_item(self, rank, work->loaded);
    return true;
}

bool mpi_rpc_work(struct mpi *self, uint32_t rank, bool *pauses, struct err *err)
{
    struct rpc_work *work = &self->rpc->ranks[rank].work;
    *pauses = work->has_items && next_access(self, rank);
    if (*pauses)
        return true;
    double ns = work->ns;
    if (work->node_cycles > 0)
        ns = (double)work->node_cycles * 1e9 / self->params.node_clocks_hz[rank];
    bool computes = work->computes;
    *work = (struct rpc_work){0};
    return ns <= 0 || mpi_rank_spend(self, rank, ns, computes, pauses, err);
}
