// SPDX-License-Identifier: Apache-2.0
// Remote procedure calls on a machine: which accesses to memory the stubs ask it for.
#include "tests/replay.h"
#include "tests/trace_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define INTERFACE                                                                                  \
    "interface test {\n"                                                                           \
    "procedure read(in int32 id, out int32 n, out byte data[<=4096] count n);\n"                   \
    "procedure sort(inout int32 keys[4]) cost_ns 10;\n"                                            \
    "}\n"
#define PROGRAM "ordito-trace 1\nranks 2\nrank 0\ncall to=1 procedure=sort\nrank 1\nserve\nend\n"

enum { MAX_ACCESSES = 64, DATA_ADDRESS = 0x10000 };

// A machine that does at once what it is asked for, and writes down the accesses.
struct machine {
    struct workload *mpi;
    struct op accesses[MAX_ACCESSES];
    uint32_t ranks[MAX_ACCESSES];
    uint32_t num_accesses;
    bool runnable[2];
    uint32_t messages[8], num_messages, num_seen;
};

static void machine_compute(void *context, uint32_t rank, uint64_t node_cycles)
{
    (void)node_cycles;
    ((struct machine *)context)->runnable[rank] = true;
}

static void machine_access(void *context, uint32_t rank, const struct op *op)
{
    struct machine *self = context;
    cr_assert_lt(self->num_accesses, MAX_ACCESSES);
    self->ranks[self->num_accesses] = rank;
    self->accesses[self->num_accesses++] = *op;
    self->runnable[rank] = true;
}

static void machine_wake(void *context, uint32_t rank)
{
    ((struct machine *)context)->runnable[rank] = true;
}

static void machine_wait(void *context, uint32_t rank)
{
    (void)context;
    (void)rank;
}

static uint32_t machine_send(void *context, const struct mpi_transfer *transfer, struct err *err)
{
    struct machine *self = context;
    (void)err;
    self->messages[self->num_messages++] = transfer->message;
    return 1;
}

static void machine_run(struct machine *self)
{
    struct err err = {0};
    struct mpi_arrival arrival;
    bool good = true;
    self->runnable[0] = self->runnable[1] = true;
    while (good &&
           (self->runnable[0] || self->runnable[1] || self->num_seen < self->num_messages)) {
        for (uint32_t i = 0; good && i < 2; i++) {
            if (!self->runnable[i])
                continue;
            self->runnable[i] = false;
            good = mpi_resume(self->mpi, i, 0, &err);
        }
        if (good && self->num_seen < self->num_messages)
            good = mpi_received(self->mpi, self->messages[self->num_seen++], 1, 0, &arrival, &err);
    }
    cr_assert(good, "%s", err.text);
}

// What the accesses of a rank are, from the first of them on: a load of `bytes` at each of `num`
// places, each followed by a store elsewhere.
static uint32_t expect_copies(const struct machine *self, uint32_t at, uint32_t rank, uint64_t from,
                              uint64_t to, uint32_t num)
{
    for (uint32_t i = 0; i < num; i++, at += 2) {
        const struct op *load = &self->accesses[at];
        cr_assert_leq(at + 2, self->num_accesses);
        cr_assert_eq(self->ranks[at], rank, "access %u", at);
        cr_assert_eq(load[0].kind, OP_LOAD);
        cr_assert_eq(load[1].kind, OP_STORE);
        cr_assert_eq(load[0].address, from + 4 * i, "access %u: %lx", at, load[0].address);
        cr_assert_eq(load[1].address, to + 4 * i, "access %u: %lx", at, load[1].address);
        cr_assert(load[0].bytes == 4 && load[1].bytes == 4);
    }
    return at;
}

Test(rpc_machine, a_machine_copies_each_item_from_memory_to_the_message_and_back)
{
    struct err err = {0};
    struct machine self = {0};
    const struct mpi_machine machine = {.compute = machine_compute,
                                        .access = machine_access,
                                        .wake = machine_wake,
                                        .wait = machine_wait,
                                        .send = machine_send,
                                        .nudge = machine_wake,
                                        .context = &self};
    const double clocks_hz[2] = {1e9, 1e9};
    struct mpi_params mpi = replay_default().mpi;
    struct rpc_interface *interface = rpc_interface_read(scratch_file("i.rpc", INTERFACE), &err);
    mpi.trace = trace_open(trace_files_write("t.trace", PROGRAM), "auto", &err);
    cr_assert(interface && mpi.trace, "%s", err.text);
    mpi.num_nodes = 2;
    mpi.node_clocks_hz = clocks_hz;
    mpi.machine = &machine;
    mpi.rpc.interface = interface;
    mpi.rpc.address = DATA_ADDRESS;
    self.mpi = mpi_new(&mpi, &err);
    cr_assert(self.mpi, "%s", err.text);
    machine_run(&self);
    cr_assert(mpi_ended(self.mpi, 0) && mpi_ended(self.mpi, 1));
    // The longest data is that of read, 4104 bytes; a request takes at most a batch of 4096.
    uint64_t request = DATA_ADDRESS + 2 * 4096 + 24 + 8;
    uint64_t reply = DATA_ADDRESS + 3 * 4096 + 16 + 4;
    uint32_t at = expect_copies(&self, 0, 0, DATA_ADDRESS, request, 4);
    at = expect_copies(&self, at, 1, request, DATA_ADDRESS, 4);
    at = expect_copies(&self, at, 1, DATA_ADDRESS, reply, 4);
    at = expect_copies(&self, at, 0, reply, DATA_ADDRESS, 4);
    cr_assert_eq(at, self.num_accesses);
    self.mpi->ops->free(self.mpi);
    trace_close(mpi.trace);
    rpc_interface_free(interface);
}
