// SPDX-License-Identifier: Apache-2.0
// The software on a core of a full node: a kernel, and processes, each a rank of an MPI program,
// which share the core by a scheduler. All that it does is operations of the core.
//
// Two ways from a process to the card:
//   user     a context of the card for each process, whose registers are mapped into it: the
//            process writes descriptors and looks for completions by itself; the kernel only sets
//            up, pins pages, and takes interrupts
//   kernel   one context a core, the kernel's: to send, to post a receive and to wait is a system
//            call; what comes lands in the kernel's memory, and is given to the process it is for
//
// When a buffer that is sent is the program's again (enum software_send). `send` operations wait
// for that, `isend` operations only where it says so:
//   polling        once the card's completion has been found, whenever the software looks
//   blocking       likewise; isend waits, too
//   interrupt      once the card's interrupt has told so
//   copy           at once: what is sent is a copy (with no copies to be made, nobody sees to it)
//   copy-on-write  at once: the pages are protected against writing; a store to them traps, and
//                  its page is copied, if the card turns out not to have read them
//
// How software learns of what has come (enum software_arrival):
//   polling    by looking, while there is nothing else to do for a process, which keeps the core;
//              between looks it sleeps until there is mail, as with MONITOR and MWAIT. If others
//              are ready it gives its turn away after spin_cycles (Karlin et al., "Empirical
//              studies of competitive spinning", SOSP 1991: as long as a switch takes)
//   interrupt  a handler, whatever the core is at; it finds out what it is and for whom (by way of
//              the kernel), keeps what has no receive, and wakes the process, which copies the rest
//   pop-up     the handler makes a thread for each piece, which runs at once and does all
//   active     the handler does all: an active message
//
// Protection: the card's page of registers is the kernel's; a context's is mapped into its process,
// or, by way of the kernel, is the kernel's. An access by anybody else traps, and is counted. So is
// a message from memory that is not pinned, which the card refuses. By itself the kernel pins what
// is sent from, or, if so asked (pins_explicitly), only what `pin` operations name, up to
// NIC_MAX_RANGES - 2 of them, and a GiB for buffers without an address.
//
// Copies: each is made by loads and stores of copy_bytes, through the caches, a piece at a time on
// the side that receives. With copies on that side, what comes before its receive is copied once
// more, to be kept. Costs in cycles are the core's, on top of its loads, stores and waits.
//
// Sources: Tanenbaum and Bos, "Modern Operating Systems", 8.2 (low-level communication, blocking
// and non-blocking calls); von Eicken et al., "Active messages", ISCA 1992, and "U-Net: a
// user-level network interface", SOSP 1995; Stevens, "UNIX Network Programming".
#ifndef ORDITO_MODEL_NODE_SOFTWARE_H
#define ORDITO_MODEL_NODE_SOFTWARE_H

#include "model/node/clock.h"
#include "model/node/driver.h"
#include "model/node/life.h"
#include "model/node/mpi.h"

// The choices, as named in configurations.
#define SOFTWARE_PATHS(X)                                                                          \
    X(SOFTWARE_USER, "user")                                                                       \
    X(SOFTWARE_KERNEL, "kernel")
#define SOFTWARE_SENDS(X)                                                                          \
    X(SOFTWARE_SEND_POLLING, "polling")                                                            \
    X(SOFTWARE_SEND_BLOCKING, "blocking")                                                          \
    X(SOFTWARE_SEND_INTERRUPT, "interrupt")                                                        \
    X(SOFTWARE_SEND_COPY, "copy")                                                                  \
    X(SOFTWARE_SEND_COPY_ON_WRITE, "copy-on-write")
#define SOFTWARE_ARRIVALS(X)                                                                       \
    X(SOFTWARE_ARRIVAL_POLLING, "polling")                                                         \
    X(SOFTWARE_ARRIVAL_INTERRUPT, "interrupt")                                                     \
    X(SOFTWARE_ARRIVAL_POP_UP, "pop-up")                                                           \
    X(SOFTWARE_ARRIVAL_ACTIVE, "active")

// What the core's time goes to.
#define SOFTWARE_ACCOUNTS(X)                                                                       \
    X(SOFTWARE_COMPUTE, "compute") /* the program itself, its loads and stores */                  \
    X(SOFTWARE_TRAP, "trap")       /* system calls, in and out */                                  \
    X(SOFTWARE_COPY_SEND, "copy_send")                                                             \
    X(SOFTWARE_COPY_RECEIVE, "copy_receive")                                                       \
    X(SOFTWARE_DRIVER, "driver")           /* descriptors, doorbells, completions */               \
    X(SOFTWARE_MATCH, "match")             /* a message and its receive */                         \
    X(SOFTWARE_DEMULTIPLEX, "demultiplex") /* which process */                                     \
    X(SOFTWARE_INTERRUPT, "interrupt")     /* into a handler */                                    \
    X(SOFTWARE_THREAD, "thread")           /* to make a pop-up thread */                           \
    X(SOFTWARE_WAKE, "wake")               /* to make a process ready */                           \
    X(SOFTWARE_SWITCH, "switch")           /* from one thread to another */                        \
    X(SOFTWARE_PIN, "pin")                 /* pages of buffers */                                  \
    X(SOFTWARE_PROTECT, "protect")         /* pages against writing */                             \
    X(SOFTWARE_FAULT, "fault")             /* a store to such a page, with its copy */             \
    X(SOFTWARE_SPIN, "spin")               /* polling, while others could run */

#define SOFTWARE_SYMBOL(symbol, name) symbol,
enum software_path { SOFTWARE_PATHS(SOFTWARE_SYMBOL) SOFTWARE_NUM_PATHS };
enum software_send { SOFTWARE_SENDS(SOFTWARE_SYMBOL) SOFTWARE_NUM_SENDS };
enum software_arrival { SOFTWARE_ARRIVALS(SOFTWARE_SYMBOL) SOFTWARE_NUM_ARRIVALS };
enum software_account { SOFTWARE_ACCOUNTS(SOFTWARE_SYMBOL) SOFTWARE_NUM_ACCOUNTS };
#undef SOFTWARE_SYMBOL

extern const char *const software_path_names[SOFTWARE_NUM_PATHS];
extern const char *const software_send_names[SOFTWARE_NUM_SENDS];
extern const char *const software_arrival_names[SOFTWARE_NUM_ARRIVALS];
extern const char *const software_account_names[SOFTWARE_NUM_ACCOUNTS];

enum { SOFTWARE_MAX_COPIES = 3, SOFTWARE_PAGE_BYTES = 4096 };

struct software_params {
    uint32_t path;                        // enum software_path
    uint32_t send;                        // enum software_send
    uint32_t arrival;                     // enum software_arrival
    uint32_t send_copies, receive_copies; // 0..SOFTWARE_MAX_COPIES
    uint32_t copy_bytes;                  // of a load or store of a copy; a power of two up to 64
    bool pins_explicitly;         // only what is told by `pin` is pinned, by way of the user
    uint64_t kernel_buffer_bytes; // for copies that are sent, of a core; likewise for those
                                  // that are received
    uint64_t quantum_cycles;      // that a thread may run if others are ready, 1..
    uint64_t spin_cycles;         // that it polls before it gives its turn away
    // Cycles of the core.
    uint32_t trap_cycles, trap_return_cycles; // into the kernel, and out
    uint32_t driver_cycles;                   // of the driver's instructions, a message sent
    uint32_t demultiplex_cycles;              // a piece received by way of the kernel
    uint32_t match_cycles;                    // a message received, or receive posted,
    uint32_t match_entry_cycles;              // and for each that it is compared with
    uint32_t interrupt_cycles;                // into a handler
    uint32_t thread_cycles;                   // to make a pop-up thread
    uint32_t wake_cycles;                     // to make a process ready
    uint32_t switch_cycles;                   // from one thread to another
    uint32_t pin_cycles;                      // a page, the first time it is sent from
    uint32_t protect_cycles;                  // a page, against writing
    uint32_t fault_cycles;                    // a store to such a page
};

// All counters.
struct software_stats {
    uint64_t cycles[SOFTWARE_NUM_ACCOUNTS];
    uint64_t send_copied_bytes, receive_copied_bytes;
    uint64_t kept_bytes; // that came before their receive
    uint64_t traps;
    uint64_t interrupts; // handlers entered
    uint64_t threads;    // pop-up threads made
    uint64_t wakes, switches;
    uint64_t pinned_pages, protected_pages;
    uint64_t faults;       // pages that were protected when they were stored to
    uint64_t refused;      // by the hardware: sends from memory that is not pinned, accesses to
                           // registers of others or of the kernel, ranges that there is no room for
    uint64_t buffer_waits; // for room in the kernel's buffers
};

struct software;
struct process;

struct software_config {
    const struct software_params *params; // outlives the software
    struct workload *mpi;
    struct clock_ratio clock;
    struct core *core; // that runs it
    struct node *node;
    struct nic *nic;
    struct driver_params driver; // of its first context; those of others follow, and its own memory
    uint64_t user_address;       // of buffers that have none
    const uint32_t *ranks;       // [num_processes], only for software_new
    uint32_t num_processes;
    // The node of a rank, and the context of the card there that takes its messages.
    void (*locate)(void *context, uint32_t rank, uint32_t *node, uint32_t *nic_context);
    void *context;
    struct lives *lives;           // to be kept; or NULL
    struct activity_port activity; // what it does with the core is told there
    uint32_t core_idx;             // the core's number in its node
};

// Bytes of the node's memory that the software of a core takes, with its drivers.
uint64_t software_bytes(const struct software_params *params, const struct driver_params *driver,
                        uint32_t num_processes);

// Its processes begin in cycle 0. NULL with ERR_RUN (memory).
struct software *software_new(const struct software_config *config, struct err *err);
void software_free(struct software *self);

// The card has raised an interrupt for one of its contexts.
void software_interrupt(struct software *self, uint32_t context, uint64_t cycle);

// What was wrong; ERR_NONE if nothing.
const struct err *software_err(const struct software *self);

// The core's cycle in which its last process ended; MEM_NEVER if one has not.
uint64_t software_end_cycle(const struct software *self);

// True if there is something that has not been handed over to the card.
bool software_has_jobs(const struct software *self);

// Completions with a status other than NIC_OK.
uint64_t software_errors(const struct software *self);

const struct software_stats *software_stats(const struct software *self);

// A process, and what it asks for (struct mpi_machine). process_send returns 0 without memory.
struct process *software_process(struct software *self, uint32_t idx);
void process_compute(struct process *self, uint64_t cycles);
void process_sleep(struct process *self, uint64_t cycles);
void process_access(struct process *self, const struct op *op);
void process_pin(struct process *self, uint64_t address, uint64_t bytes);
void process_wake(struct process *self);
// From outside of its own doing, in a cycle of the core.
void process_nudge(struct process *self, uint64_t cycle);
void process_post(struct process *self, uint32_t looked_at, bool waits);
void process_wait(struct process *self);
void process_look(struct process *self);
uint32_t process_send(struct process *self, const struct mpi_transfer *transfer);
void process_fetch(struct process *self, uint32_t message, uint64_t bytes, uint64_t address);
// Only if lives are kept.
void process_received(struct process *self, uint32_t message, uint32_t from, uint64_t bytes);

#endif
