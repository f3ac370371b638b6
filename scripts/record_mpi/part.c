// SPDX-License-Identifier: Apache-2.0
#include "part.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <mpi.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1 << 20, MAX_DIGITS = 20, POLL_NS = 1000, CLOCK_TRIES = 1000 };

static const char *const note_texts[NUM_NOTES] = {
#define NOTE_TEXT(symbol, text) text,
    NOTES(NOTE_TEXT)
#undef NOTE_TEXT
};

// Of the one rank that a process is.
static struct {
    int rank;
    int num_ranks;
    bool open;
    int file;
    pthread_t thread; // that may call
    clockid_t clock;
    uint64_t clock_ns;   // that looking at the clock twice adds to what is between
    const char *call;    // under way
    uint64_t left_ns;    // when the last call ended
    uint64_t pending_ns; // computed, but not written yet
    bool polled;         // the last call asked, and found nothing
    uint64_t flushed_bytes;
    size_t used_bytes; // of the buffer
    char buffer[BUFFER_BYTES];
    uint64_t notes[NUM_NOTES];
} part;

static const char *folder(void)
{
    const char *name = getenv("ORDITO_RECORD_MPI");
    return name ? name : ".";
}

// --- ending early -------------------------------------------------------------------------------

_Noreturn void part_refuse(const char *why)
{
    char path[PATH_MAX], begun[PATH_MAX];
    snprintf(path, sizeof path, "%s/%d.refused", folder(), part.rank);
    snprintf(begun, sizeof begun, "%s/%d.refusing", folder(), part.rank);
    FILE *file = fopen(begun, "w"); // another rank that ends may end this one on the way
    if (file) {
        fprintf(file, "rank %d: %s: %s\n", part.rank, part.call, why);
        if (fclose(file) == 0)
            rename(begun, path);
    }
    PMPI_Abort(MPI_COMM_WORLD, 1);
    abort();
}

_Noreturn void part_refuse_call(const char *call)
{
    part.call = call;
    part_refuse("cannot be recorded");
}

void part_expect(int code)
{
    if (code == MPI_SUCCESS)
        return;
    char text[MPI_MAX_ERROR_STRING] = "an error";
    int class = code;
    int length;
    PMPI_Error_class(code, &class);
    PMPI_Error_string(class, text, &length);
    part_refuse(text);
}

// --- writing ------------------------------------------------------------------------------------

static void write_at(const char *bytes, size_t size, uint64_t place)
{
    while (size > 0) {
        ssize_t wrote = pwrite(part.file, bytes, size, (off_t)place);
        if (wrote < 0)
            part_refuse(strerror(errno));
        bytes += wrote;
        size -= (size_t)wrote;
        place += (uint64_t)wrote;
    }
}

static void flush(void)
{
    write_at(part.buffer, part.used_bytes, part.flushed_bytes);
    part.flushed_bytes += part.used_bytes;
    part.used_bytes = 0;
}

void part_text(const char *text)
{
    size_t size = strlen(text);
    if (BUFFER_BYTES - part.used_bytes < size)
        flush();
    memcpy(part.buffer + part.used_bytes, text, size);
    part.used_bytes += size;
}

void part_number(const char *before, uint64_t number)
{
    char digits[MAX_DIGITS + 1] = "";
    char *first = digits + MAX_DIGITS;
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    part_text(before);
    part_text(first);
}

// Writes what was computed.
static void write_compute(void)
{
    if (part.pending_ns == 0)
        return;
    part_number("compute ns=", part.pending_ns);
    part_text("\n");
    part.pending_ns = 0;
}

void part_begin(const char *operation)
{
    write_compute();
    part_text(operation);
}

uint64_t part_place(void)
{
    return part.flushed_bytes + part.used_bytes;
}

void part_patch(uint64_t place, const char *text)
{
    size_t size = strlen(text);
    size_t in_file = 0; // of these characters
    if (place < part.flushed_bytes) {
        in_file = size < part.flushed_bytes - place ? size : (size_t)(part.flushed_bytes - place);
        write_at(text, in_file, place);
    }
    if (in_file < size)
        memcpy(part.buffer + (place + in_file - part.flushed_bytes), text + in_file,
               size - in_file);
}

void part_note(enum note note, uint64_t number)
{
    part.notes[note] += number;
}

// --- time ---------------------------------------------------------------------------------------

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(part.clock, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

// The least time between two looks at the clock.
static void calibrate(void)
{
    part.clock_ns = UINT64_MAX;
    for (int i = 0; i < CLOCK_TRIES; i++) {
        uint64_t before_ns = now_ns();
        uint64_t ns = now_ns() - before_ns;
        if (ns < part.clock_ns)
            part.clock_ns = ns;
    }
}

static uint64_t computed_ns(const char *call)
{
    part.call = call;
    if (!part.open)
        part_refuse("before MPI_Init or after MPI_Finalize");
    if (!pthread_equal(pthread_self(), part.thread))
        part_refuse("from another thread than MPI_Init, which cannot be recorded");
    uint64_t ns = now_ns() - part.left_ns;
    return ns > part.clock_ns ? ns - part.clock_ns : 0;
}

void part_enter(const char *call)
{
    part.pending_ns += computed_ns(call);
    part.polled = false;
}

void part_enter_poll(const char *call)
{
    uint64_t ns = computed_ns(call);
    if (part.polled && ns < POLL_NS)
        part.notes[NOTE_POLL_NS] += ns;
    else
        part.pending_ns += ns;
}

void part_leave(void)
{
    part.left_ns = now_ns();
}

void part_leave_poll(int found)
{
    part.polled = !found;
    part_leave();
}

// --- beginning and end --------------------------------------------------------------------------

void part_open(int rank, int num_ranks)
{
    char path[PATH_MAX];
    const char *clock = getenv("ORDITO_RECORD_CLOCK");
    part.call = "MPI_Init";
    part.rank = rank;
    part.num_ranks = num_ranks;
    part.thread = pthread_self();
    part.clock = clock && strcmp(clock, "wall") == 0 ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID;
    snprintf(path, sizeof path, "%s/%d", folder(), rank);
    part.file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (part.file < 0 && errno == EEXIST)
        part_refuse("a second rank of this number: two programs, or mpicc and mpirun are of "
                    "different MPIs");
    if (part.file < 0)
        part_refuse(strerror(errno));
    calibrate();
    part.open = true;
    part.left_ns = now_ns();
}

void part_close(void)
{
    char path[PATH_MAX];
    write_compute();
    flush();
    if (close(part.file) != 0)
        part_refuse(strerror(errno));
    part.open = false;
    snprintf(path, sizeof path, "%s/%d.end", folder(), part.rank);
    FILE *file = fopen(path, "w");
    if (!file)
        part_refuse(strerror(errno));
    fprintf(file, "%d ranks\n", part.num_ranks);
    for (int i = 0; i < NUM_NOTES; i++)
        fprintf(file, "%" PRIu64 " %s\n", part.notes[i], note_texts[i]);
    if (fclose(file) != 0)
        part_refuse(strerror(errno));
}
