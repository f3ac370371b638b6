// SPDX-License-Identifier: Apache-2.0
// The part of a rank in a recording: operations in the project's own text, written while the
// program runs, and what the script that joins the parts has to know.
//
// Files, in the folder that ORDITO_RECORD_MPI names: `R`, the operations of rank R; `R.end`, which
// exists once the rank has ended as it should; `R.refused`, why the program was stopped.
// Timing: what the thread computes (ORDITO_RECORD_CLOCK: cpu, its processor time, or wall) from the
// end of a call to the beginning of the next one, less what looking at the clock takes; what calls
// take themselves is left out.
// Bounds: a buffer of 1 MiB; the fields of receives that matched something yet unknown are filled
// in later, in the buffer or in the file.
#ifndef ORDITO_SCRIPTS_RECORD_MPI_PART_H
#define ORDITO_SCRIPTS_RECORD_MPI_PART_H

#include <stdint.h>

// What a trace says in comments of what is in it otherwise than it was called, or is not in it:
// symbol, text behind the number.
#define NOTES(X)                                                                                   \
    X(NOTE_SYNCHRONOUS, "synchronous sends, recorded as standard ones")                            \
    X(NOTE_WILDCARD, "receives of any source or tag, recorded with those of what came")            \
    X(NOTE_POLL_NS, "ns of computing left out, in pieces below 1000, before polls after polls")    \
    X(NOTE_UNWAITED, "requests that nobody waited for, waited for at the end")                     \
    X(NOTE_COMM, "times that a rank made a communicator, which is not in the trace")               \
    X(NOTE_GROUP, "collectives of other groups than MPI_COMM_WORLD's, as messages")                \
    X(NOTE_NONBLOCKING, "non-blocking collectives, as messages to each rank concerned")            \
    X(NOTE_FILE, "times that a rank opened a file, whose use is not in the trace")

enum note {
#define NOTE_SYMBOL(symbol, text) symbol,
    NOTES(NOTE_SYMBOL)
#undef NOTE_SYMBOL
        NUM_NOTES
};

// Begins the part of a rank. What is then called must come from this thread.
void part_open(int rank, int num_ranks);
// Completes it.
void part_close(void);

// At the beginning and end of every call that is recorded. One that polls asks without waiting, and
// may find nothing.
void part_enter(const char *call);
void part_enter_poll(const char *call);
void part_leave(void);
void part_leave_poll(int found);

// An operation begins, after what was computed before it. What follows of it, up to a newline, are
// pieces of text, each far shorter than the buffer, and numbers behind such.
void part_begin(const char *operation);
void part_text(const char *text);
void part_number(const char *before, uint64_t number);
// Where the next piece of text will be, and to write over it later, with as many characters.
uint64_t part_place(void);
void part_patch(uint64_t place, const char *text);

void part_note(enum note note, uint64_t number);

// Ends the program: the call that is under way cannot be recorded.
_Noreturn void part_refuse(const char *why);
_Noreturn void part_refuse_call(const char *call); // a call that never can be
// Ends it unless the call that is under way went well.
void part_expect(int code);

#endif
