// SPDX-License-Identifier: Apache-2.0
// What the files of the software on a core share:
//   software.c          made and freed; what processes ask for (struct mpi_machine)
//   software_steps.c      steps, and the operations that they are made of; whose time it is
//   software_run.c        threads: who runs
//   software_interrupt.c  the handler
//   software_send.c     a message goes
//   software_receive.c  a piece of one has come
//   software_pages.c    pages that are pinned, or protected against writing
//
// A thread has steps, which it makes one after the other; a step that is a call may put further
// steps before those that are there, as a subroutine does.
#ifndef ORDITO_MODEL_NODE_SOFTWARE_STATE_H
#define ORDITO_MODEL_NODE_SOFTWARE_STATE_H

#include "model/node/core.h"
#include "model/node/scheduler.h"
#include "model/node/software.h"
#include "sim/pool.h"

struct software;
struct thread;

enum { STEPS_AT_THE_END = UINT32_MAX }; // of a thread, where new ones go

// False: not yet; the thread waits, and calls again.
typedef bool software_call(struct software *self, struct thread *thread, uint64_t arg);

enum step_kind {
    STEP_COMPUTE,   // `a` cycles
    STEP_ACCESS,    // `op`
    STEP_COPY,      // `c` bytes from `a` to `b`
    STEP_HAND_OVER, // what the driver of port `a` has been given, to the card
    STEP_CALL,      // call(a)
    STEP_MARK       // in the life of `b`, named `a`: `life`
};

// Whose life.
enum life_of { LIFE_OF_SEND, LIFE_OF_PIECE, LIFE_OF_MESSAGE };

struct step {
    enum step_kind kind;
    enum software_account account;
    union {
        struct {
            uint64_t a, b, c;
        };
        struct core_op op;
    };
    union {
        software_call *call;
        enum life_part life;
    };
    bool comes; // of something that has come: does not wait for what the thread waits for
};

// A message that its rank has been woken by.
struct woken {
    struct life life;
    struct life_end end;
};

// The driver of a context of the card.
struct port {
    struct driver driver;
    struct software *software;
    bool looks;            // it is to be looked at what has come
    bool raised;           // an interrupt, not seen by the handler
    bool popped;           // a pop-up thread looks at it
    uint64_t raised_cycle; // the handler that made it was entered
    uint64_t look_cycle;   // it was looked at a completion
};

struct thread {
    struct scheduled scheduled; // first
    struct process *process;    // NULL: the handler
    struct port *port;          // that it looks at
    bool pop_up;
    bool stalled;             // at a call that has to wait,
    uint32_t before;          //   with so many steps, of what has come, before that
    bool comes;               // makes steps of what has come
    uint64_t sleep_end_cycle; // MEM_NEVER: it does not sleep
    struct step *steps;       // [cap_steps], from `first` on
    uint32_t first, num, cap;
    uint32_t insert; // in a call: where steps go, counted from `first`; UINT32_MAX: at the end
    struct thread *next_free, *next_made;
};

// Pages, by number. Zero-initialise.
struct page_set {
    uint64_t *pages; // [cap], hashed; page number + 1
    uint32_t num, cap;
};

// A page that must not change while a message is being read.
struct protected_page {
    uint64_t page;
    uint32_t send; // slot
};

struct process {
    struct thread thread; // first
    struct software *software;
    uint32_t rank;
    uint32_t next_range;             // of the card, for what it pins next,
    uint64_t pin_address, pin_bytes; // which is here
    bool runnable;                   // its rank has something to do
    uint64_t end_cycle;              // of the core, when the rank ended; MEM_NEVER before
    struct woken *wokens;            // [cap_wokens], since it ran
    uint32_t num_wokens, cap_wokens;
    bool faulted; // at this store, which is made when it has been seen to
    struct op store;
    struct page_set pinned;
    struct protected_page *protected_pages;
    uint32_t num_protected, cap_protected;
};

// A message that goes.
struct sending {
    struct mpi_transfer transfer;
    struct process *process;
    uint32_t node, context; // where
    uint64_t user_address;  // of what is left to be handed over
    uint64_t address;       // of the next piece, which may be a copy
    uint64_t left_bytes;
    uint64_t held_bytes; // of the kernel's buffers
    uint32_t jobs;       // of the driver, under way, that tell
    bool returns;        // from the kernel, at the end
    bool refused;        // by the card
    bool tells;          // mpi_sent is to be called when all has been read
    struct life life;    // if it is a message, and lives are kept
};

// A piece of a message that has come.
struct piece {
    struct port *port;
    uint32_t message;
    uint32_t bytes;
    uint64_t buffer;
    bool lives; // `life` tells
    struct life life;
};

// Time of a source of operations, of what it handed out last.
struct meter {
    enum software_account account;
    uint64_t since_cycle;
    uint64_t handled_cycles; // of handlers, then
    bool runs;
};

struct software {
    struct core_source core;
    struct core_source handler; // of interrupts
    struct core *on;            // that runs it
    struct workload *mpi;       // the program
    struct clock_ratio clock;
    struct software_config config;
    const struct software_params *params; // those of `config`
    uint64_t user_address;                // of buffers that have none
    uint64_t send_room;                   // the kernel's buffers, kernel_buffer_bytes,
    uint64_t receive_room;                // and as many
    struct port *ports;                   // [num_ports]: the kernel's, or one for each process
    uint32_t num_ports;
    struct process *processes; // [num_processes]
    uint32_t num_processes;
    struct scheduler scheduler;
    struct thread *current; // NULL: none
    struct thread *last;    // that ran
    uint32_t num_stalled;   // threads
    struct thread *acting;  // that executes, or the handler
    struct thread interrupt_thread;
    bool in_program;           // a process's own code is being executed
    bool entered;              // the handler
    bool asleep;               // the core waits for core_wake
    uint64_t cycle;            // of the core
    struct port *port;         // with whose driver a thread acts; NULL: none
    struct port *handler_port; // and with which the handler acted last
    uint64_t quantum_end_cycle;
    uint64_t spin_end_cycle;
    bool spins; // the current thread polls
    struct mem_agent alarm;
    uint64_t handled_cycles, handler_cycle; // in handlers; this one began
    struct meter meter, handler_meter;
    struct thread *free_threads;
    struct thread *made_threads; // all pop-up threads, by next_made
    struct sending *sends;
    struct pool send_pool;
    struct piece *pieces;
    struct pool piece_pool;
    uint64_t sent_at, received_at; // in the rooms, next
    uint64_t held_bytes;           // of the send room
    struct software_stats stats;
    struct err err; // what was wrong, at which the source has ended
    struct core_op ops[DRIVER_MAX_OPS];
    struct core_op handler_ops[DRIVER_MAX_OPS];
};

// The fabric's cycle to which this belongs.
static inline uint64_t software_now(const struct software *self)
{
    return clock_fabric_cycle_of(self->clock, self->cycle);
}

// --- software_steps.c: steps, at the end or, within a call of this thread, in its place
// -----------
// -------------

void software_push(struct software *self, struct thread *thread, const struct step *step);
void software_compute(struct software *self, struct thread *thread, enum software_account account,
                      uint64_t cycles);
void software_copy(struct software *self, struct thread *thread, enum software_account account,
                   uint64_t from, uint64_t to, uint64_t bytes);
void software_then(struct software *self, struct thread *thread, software_call *call, uint64_t arg);

// What passes up to here belongs to a part of a life, if lives are kept.
void software_mark(struct software *self, struct thread *thread, enum life_part part,
                   enum life_of of, uint64_t name);
void software_hand_over(struct software *self, struct thread *thread, const struct port *port);

// Brings steps of what has come before the call that the thread is stalled at; their number.
uint32_t software_bring_forward(struct thread *thread);
// The operations of a thread's first step; 0 if it has none, or no more.
uint32_t software_make_step(struct software *self, struct thread *thread, struct meter *meter,
                            struct core_op *ops);
// Lets a driver act, by whoever does now. False if it has nothing to do; *num operations, if any.
bool software_drive(struct software *self, struct port *port, bool polls, struct meter *meter,
                    struct core_op *ops, uint32_t *num);
// Whose the time is that begins; it is over.
void software_begin_time(const struct software *self, struct meter *meter,
                         enum software_account account);
void software_end_time(struct software *self, struct meter *meter);

// --- software_run.c -----------------------------------------------------------------------------

// The thread has something to do.
void software_ready(struct software *self, struct thread *thread);
// The thread waits for room, at this step, until somebody finds that there is some.
void software_stall(struct software *self, struct thread *thread, const struct step *step);
// A thread that looks at what has come for a port.
void software_make_pop_up(struct software *self, struct port *port);
void software_pop_ups_free(struct software *self);
// Sleeps for so many cycles, from when it is called on, and then goes on with the program.
software_call software_sleep;

// What the core and the card call.
uint32_t software_next(struct core_source *core, uint64_t cycle, const struct core_op **ops);
uint32_t software_next_of_handler(struct core_source *handler, uint64_t cycle,
                                  const struct core_op **ops);
void software_loaded(struct core_source *core, uint64_t value, uint64_t cycle);
void software_loaded_by_handler(struct core_source *handler, uint64_t value, uint64_t cycle);
void software_mail(void *port, uint64_t cycle);
void software_alarm(struct mem_agent *alarm, uint64_t cycle);

// --- software.c ---------------------------------------------------------------------------------

// Makes the store at which a process has trapped, when it has looked at what has been sent.
void software_store(struct process *process);

// --- software_send.c ----------------------------------------------------------------------------

uint32_t software_send(struct software *self, struct process *process,
                       const struct mpi_transfer *transfer);
// The card has read something of a message.
void software_sent(struct software *self, uint32_t slot, bool refused);

// --- software_receive.c -------------------------------------------------------------------------

void software_received(struct software *self, struct port *port, const struct driver_news *news);
void software_fetch(struct software *self, struct process *process, uint32_t message,
                    uint64_t bytes, uint64_t address);
// So many bytes of the room for what is received.
uint64_t software_room(struct software *self, uint64_t bytes);

// --- software_life.c ----------------------------------------------------------------------------

// The step of a thread.
void software_life_mark(struct software *self, const struct step *step);
// A message goes; a piece of it goes, in so many pieces of the card's; one has come.
void software_life_begin(struct software *self, struct sending *send);
void software_life_goes(struct software *self, struct sending *send, uint32_t num_pieces);
void software_life_comes(struct software *self, struct port *port, struct piece *piece);
// It is where it belongs.
void software_life_put(struct software *self, const struct piece *piece);
// A rank runs that messages have woken.
void software_life_wakes(struct software *self, struct process *process);

// --- software_pages.c ---------------------------------------------------------------------------

// Pins the pages of a buffer; returns how many were not. UINT64_MAX without memory.
uint64_t software_pin(struct process *process, uint64_t address, uint64_t bytes);
// The first page of a buffer that is not pinned, as an address; UINT64_MAX if all are.
uint64_t software_unpinned(const struct process *process, uint64_t address, uint64_t bytes);
// Protects them while a message is being read; returns how many. UINT64_MAX without memory.
uint64_t software_protect(struct process *process, uint64_t address, uint64_t bytes, uint32_t send);
void software_unprotect(struct process *process, uint32_t send);
// How many of the pages of these bytes are protected.
uint64_t software_num_protected(const struct process *process, uint64_t address, uint64_t bytes);
// Takes the protection of one of these bytes' pages away, and returns its address; UINT64_MAX if
// none is protected.
uint64_t software_fault(struct process *process, uint64_t address, uint64_t bytes);
void software_pages_free(struct process *process);

static inline void software_out_of_memory(struct software *self)
{
    err_set(&self->err, ERR_RUN, "out of memory");
}

#endif
