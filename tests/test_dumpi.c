// SPDX-License-Identifier: Apache-2.0
#include "sim/rng.h"
#include "sim/trace_convert.h"
#include "tests/trace_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Lines that a call begins and ends with, at times in hundredths of a second.
#define AT(name, what, time)                                                                       \
    "MPI_" name " " what " at walltime 7." time "0000000, cputime 0." time "0000000 seconds in "   \
    "thread 0.\n"
#define CALL(name, from, to, arguments)                                                            \
    AT(name, "entering", from) arguments AT(name, "returning", to)
#define WORLD              "MPI_Comm comm=2 (MPI_COMM_WORLD)\n"
#define DOUBLES            "MPI_Datatype datatype=14 (MPI_DOUBLE)\n"
#define IGNORED            "MPI_Status status=<IGNORED>\n"
#define INIT               CALL("Init", "01", "02", "int argc=0\nstring argv[0]=<IGNORED>\n")
#define FINALIZE           CALL("Finalize", "90", "91", "")
#define MESSAGE(peer, tag) "int count=10\n" DOUBLES "int " peer "\nint tag=" tag "\n" WORLD

// Writes a trace of ranks with these files; returns its index.
static const char *write_trace(const char *const texts[], int num)
{
    char index[256] = "";
    for (int i = 0; i < num; i++) {
        char name[32];
        snprintf(name, sizeof name, "d-%d.txt", i);
        trace_files_write(name, texts[i]);
        strcat(strcat(index, name), "\n");
    }
    return trace_files_write("index.txt", index);
}

// The operations of rank 0 of 2, of calls between MPI_Init and MPI_Finalize.
static void expect(const char *format, const char *calls, const char *expected)
{
    char text[4096] = INIT;
    char operations[2048] = "";
    struct err err = {0};
    strcat(strcat(text, calls), FINALIZE);
    const char *path = write_trace((const char *const[]){text, INIT FINALIZE}, 2);
    cr_assert(trace_files_load(path, format, operations, sizeof operations, NULL, &err), "%s",
              err.text);
    cr_assert_eq(strncmp(operations, expected, strlen(expected)), 0, "%s", operations);
}

Test(dumpi, what_passes_between_calls_is_computing)
{
    expect("auto",
           CALL("Comm_rank", "05", "06", WORLD "int rank=0\n")
               CALL("Send", "10", "20", MESSAGE("dest=1", "3")),
           "0 init: 0 0 0 0 0 0\n"
           "0 compute: 0 0 7e+07 0 0 0\n" // 3 and 4 hundredths
           "0 send to 1, tag 3, 80 bytes: 80 0 0 0 1 3\n"
           "0 compute: 0 0 7e+08 0 0 0\n"
           "0 finalize: 0 0 0 0 0 0\n");
}

Test(dumpi, time_may_be_that_of_the_processor)
{
    char text[1024];
    struct err err = {0};
    const char *rank = "MPI_Init entering at walltime 1.0, cputime 0.5 seconds in thread 0.\n"
                       "MPI_Init returning at walltime 2.0, cputime 0.5 seconds in thread 0.\n"
                       "MPI_Finalize entering at walltime 9.0, cputime 0.75 seconds in thread 0.\n"
                       "MPI_Finalize returning at walltime 9, cputime 1 seconds in thread 0.\n";
    const char *path = write_trace(&rank, 1);
    cr_assert(trace_files_load(path, "dumpi-cpu", text, sizeof text, NULL, &err), "%s", err.text);
    cr_assert_not_null(strstr(text, "compute: 0 0 2.5e+08"), "%s", text);
    cr_assert(trace_files_load(path, "dumpi", text, sizeof text, NULL, &err), "%s", err.text);
    cr_assert_not_null(strstr(text, "compute: 0 0 7e+09"), "%s", text);
}

Test(dumpi, requests_are_waited_for_by_what_they_are)
{
    expect(
        "dumpi",
        CALL("Irecv", "02", "02",
             MESSAGE("source=-1 (MPI_ANY_SOURCE)", "-1 (MPI_ANY_TAG)") "MPI_Request request=[4]\n")
            CALL("Isend", "02", "02", MESSAGE("dest=1", "8") "MPI_Request request=[5]\n")
                CALL("Isend", "02", "02", MESSAGE("dest=-2", "8") "MPI_Request request=[6]\n")
                    CALL("Test", "02", "02", "MPI_Request request=[5]\nint flag=0\n" IGNORED)
                        CALL("Waitall", "02", "02",
                             "int count=4\nMPI_Request requests[4]=[5, 1, 6, 4]\n"
                             "MPI_Status statuses[4]=<IGNORED>\n"),
        "0 init: 0 0 0 0 0 0\n"
        "0 irecv from any, tag any: 80 0 0 -1 0 -1\n"
        "0 isend to 1, tag 8, 80 bytes: 80 0 0 0 1 8\n"
        "0 wait for 0 to 1, tag 8: 0 0 0 0 1 8\n"
        "0 wait for -1 to 0, tag -1: 0 0 0 -1 0 -1\n");
}

Test(dumpi, calls_that_find_some_requests_wait_for_these)
{
#define BEGIN(id, tag)                                                                             \
    CALL("Irecv", "02", "02", MESSAGE("source=1", tag) "MPI_Request request=[" id "]\n")
    expect("dumpi",
           BEGIN("2", "2") BEGIN("3", "3") BEGIN("4", "4")
               CALL("Waitany", "02", "02",
                    "int count=3\nMPI_Request requests[3]=[2, 3, 4]\nint index=1\n" IGNORED)
                   CALL("Testsome", "02", "02",
                        "int count=3\nMPI_Request requests[3]=[2, 1, 4]\nint outcount=2\n"
                        "int indices[2]=[2, 0]\nMPI_Status statuses[2]=<IGNORED>\n"),
           "0 init: 0 0 0 0 0 0\n"
           "0 irecv from 1, tag 2: 80 0 0 1 0 2\n"
           "0 irecv from 1, tag 3: 80 0 0 1 0 3\n"
           "0 irecv from 1, tag 4: 80 0 0 1 0 4\n"
           "0 wait for 1 to 0, tag 3: 0 0 0 1 0 3\n"
           "0 wait for 1 to 0, tag 4: 0 0 0 1 0 4\n"
           "0 wait for 1 to 0, tag 2: 0 0 0 1 0 2\n");
}

Test(dumpi, persistent_requests_begin_when_they_are_started)
{
    expect("dumpi",
           CALL("Send_init", "02", "02", MESSAGE("dest=1", "1") "MPI_Request request=[9]\n")
               CALL("Start", "02", "02", "MPI_Request request=[9]\n")
                   CALL("Wait", "02", "02", "MPI_Request request=[9]\n" IGNORED)
                       CALL("Startall", "02", "02", "int count=1\nMPI_Request requests[1]=[9]\n")
                           CALL("Wait", "02", "02", "MPI_Request request=[9]\n" IGNORED)
                               CALL("Request_free", "02", "02", "MPI_Request request=[9]\n"),
           "0 init: 0 0 0 0 0 0\n"
           "0 isend to 1, tag 1, 80 bytes: 80 0 0 0 1 1\n"
           "0 wait for 0 to 1, tag 1: 0 0 0 0 1 1\n"
           "0 isend to 1, tag 1, 80 bytes: 80 0 0 0 1 1\n"
           "0 wait for 0 to 1, tag 1: 0 0 0 0 1 1\n"
           "0 compute: 0 0 8.8e+08 0 0 0\n");
}

Test(dumpi, collectives_and_exchanges_are_read)
{
#define BLOCK(side) "int " side "count=3\nMPI_Datatype " side "type=9 (MPI_INT)\n"
#define LIST(side)  "int " side "counts[2]=[1, 2]\nMPI_Datatype " side "type=9 (MPI_INT)\n"
#define ROOT(rank)  "int root=" rank "\n" WORLD
    expect(
        "dumpi",
        CALL("Barrier", "02", "02", WORLD) CALL("Bcast", "02", "02",
                                                "int count=2\n" DOUBLES ROOT("1"))
            CALL("Gather", "02", "02",
                 "int commrank=0\n" BLOCK("send") "int recvcount=7\n"
                                                  "MPI_Datatype recvtype=14 (MPI_DOUBLE)\n" ROOT(
                                                      "0"))
                CALL("Scatterv", "02", "02",
                     "int commrank=0\nint commsize=2\n" LIST("send") BLOCK("recv")
                         ROOT("1")) CALL("Alltoallv", "02", "02",
                                         "int commsize=2\n" LIST("send") LIST("recv") WORLD)
                    CALL("Sendrecv", "02", "02",
                         BLOCK("send") "int dest=1\nint sendtag=4\n" BLOCK(
                             "recv") "int source=1\nint recvtag=-1 (MPI_ANY_TAG)\n" WORLD IGNORED),
        "0 init: 0 0 0 0 0 0\n"
        "0 barrier: 0 0 0 0 0 0\n"
        "0 bcast with root 1: 16 0 0 0 0 0\n"
        "0 gather with root 0: 56 56 0 0 0 0\n"
        "0 scatterv with root 1: 0 12 0 0 0 0\n"
        "0 alltoallv: 0 0 0 0 0 0\n"
        "0 irecv from 1, tag any: 12 0 0 1 0 -1\n"
        "0 send to 1, tag 4, 12 bytes: 12 0 0 0 1 4\n"
        "0 wait for 1 to 0, tag -1: 0 0 0 1 0 -1\n");
}

Test(dumpi, it_is_the_same_program_in_another_format)
{
    static const char *const formats[] = {"native", "simgrid"};
    static const char rank[] = INIT CALL(
        "Irecv", "03", "04", MESSAGE("source=-1 (MPI_ANY_SOURCE)", "1") "MPI_Request request=[2]\n")
        CALL("Send", "05", "06", MESSAGE("dest=0", "1"))
            CALL("Wait", "06", "07", "MPI_Request request=[2]\n" IGNORED)
                CALL("Barrier", "08", "09", WORLD) FINALIZE;
    const char *const ranks[] = {rank};
    for (int i = 0; i < 2; i++) {
        char in[256];
        char out[256];
        char text[2][1024] = {"", ""};
        struct err err = {0};
        snprintf(in, sizeof in, "%s", write_trace(ranks, 1));
        snprintf(out, sizeof out, "%s", trace_files_path("converted"));
        cr_assert(trace_convert(in, "auto", out, formats[i], false, NULL, &err), "%s", err.text);
        cr_assert(trace_files_load(in, "dumpi", text[0], sizeof *text, NULL, &err));
        cr_assert(trace_files_load(out, formats[i], text[1], sizeof *text, NULL, &err), "%s",
                  err.text);
        if (i == 0) // SimGrid's wildcards are other numbers
            cr_assert_str_eq(text[0], text[1]);
        cr_assert_not_null(strstr(text[1], "irecv from any, tag 1"), "%s", text[1]);
        cr_assert_not_null(strstr(text[1], "compute: 0 0 8.1e+08"), "%s", text[1]);
    }
}

Test(dumpi, what_is_wrong_is_told_with_file_line_and_call)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {FINALIZE, "d-0.txt:2: rank 0: a call before MPI_Init"},
        {INIT INIT FINALIZE, "a call begins before the one before it has ended"},
        {INIT, "the file ends before MPI_Finalize: it is cut off"},
        {INIT AT("Wtime", "entering", "03"), "the file ends within a call: it is cut off"},
        {INIT "what\n" FINALIZE, "d-0.txt:5: rank 0: not the beginning of a call"},
        {INIT AT("Send", "entering", "03") AT("Recv", "returning", "04") FINALIZE,
         "not the end of the call that has begun"},
        {INIT CALL("Send", "04", "03", MESSAGE("dest=0", "1")) FINALIZE,
         "ends before it has begun"},
        {INIT CALL("Send", "03", "04", MESSAGE("dest=1", "1")) FINALIZE,
         "d-0.txt:5: rank 0: send: to: not a rank of this trace"},
        {INIT CALL("Send", "03", "04", MESSAGE("dest=x", "1")) FINALIZE,
         "d-0.txt:5: rank 0: MPI_Send: dest: not a number"},
        {INIT CALL("Send", "03", "04", "int count=1\n" WORLD) FINALIZE, "MPI_Send: dest: missing"},
        {INIT CALL("Send", "03", "04", "int count\n" WORLD) FINALIZE, "not an argument"},
        {INIT CALL("Barrier", "03", "04", "MPI_Comm comm=4 (user-defined-comm)\n") FINALIZE,
         "MPI_Barrier: comm: only MPI_COMM_WORLD"},
        {INIT CALL("Bcast", "03", "04",
                   "int count=1\nMPI_Datatype datatype=28 (user)\nint root=0\n" WORLD) FINALIZE,
         "datatype: a datatype whose size is not known"},
        {INIT CALL("Wait", "03", "04", "MPI_Request request=[7]\n" IGNORED) FINALIZE,
         "MPI_Wait: request: not under way"},
        {INIT CALL("Waitall", "03", "04", "int count=1\nMPI_Request requests[1]=<IGNORED>\n")
             FINALIZE,
         "MPI_Waitall: requests: not a list of numbers"},
        {INIT CALL("Reduce_scatter", "03", "04",
                   "int commsize=1\nint recvcounts[2]=[1, 1]\n" DOUBLES WORLD) FINALIZE,
         "recv: more numbers than ranks"},
        {INIT CALL("Put", "03", "04", "int origincount=1\n") FINALIZE,
         "MPI_Put: a call that cannot be replayed"},
        {"MPI_Init entering at walltime 1.0, cputime 1.0 seconds in thread 1.\n",
         "not the beginning of a call in thread 0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        const char *path = write_trace(&rows[i].text, 1);
        cr_assert(!trace_files_load(path, "dumpi", NULL, 0, NULL, &err), "%s", rows[i].text);
        cr_assert_eq(err.status, ERR_TRACE);
        cr_assert_not_null(strstr(err.text, rows[i].message), "'%s' is not in '%s'",
                           rows[i].message, err.text);
    }
}

Test(dumpi, what_is_no_index_is_refused)
{
    struct err err = {0};
    const char *path = trace_files_write("calls.txt", INIT FINALIZE);
    cr_assert(!trace_files_load(path, "dumpi", NULL, 0, NULL, &err));
    cr_assert_not_null(strstr(err.text, "calls.txt: not an index of files"), "%s", err.text);
}

// Changed in a few places, a text is read or refused, and nothing else happens.
Test(dumpi, whatever_is_in_a_file_it_is_read_or_refused)
{
    static const char text[] =
        INIT CALL("Irecv", "03", "04", MESSAGE("source=0", "1") "MPI_Request request=[2]\n")
            CALL("Send", "05", "06", MESSAGE("dest=0", "1"))
                CALL("Waitall", "06", "07", "int count=1\nMPI_Request requests[1]=[2]\n" IGNORED)
                    CALL("Alltoallv", "08", "09",
                         "int sendcounts[1]=[3]\nMPI_Datatype sendtype=9 (MPI_INT)\n"
                         "int recvcounts[1]=[3]\nMPI_Datatype recvtype=9 (MPI_INT)\n" WORLD)
                        FINALIZE;
    static const char letters[] = "0129-[]=, \n:(MPI)x\177";
    struct rng rng = rng_make(1, RNG_SHUFFLE, 77);
    int num_good = 0;
    for (int turn = 0; turn < 4000; turn++) {
        char changed[sizeof text];
        memcpy(changed, text, sizeof text);
        for (int i = turn % 4; i > 0; i--)
            changed[rng_below(&rng, sizeof text - 1)] =
                letters[rng_below(&rng, sizeof letters - 1)];
        if (turn % 5 == 4)
            changed[rng_below(&rng, sizeof text - 1)] = '\0';
        const char *const texts[] = {changed};
        struct err err = {0};
        bool good = trace_files_load(write_trace(texts, 1), "dumpi", NULL, 0, NULL, &err);
        cr_assert(good || (err.status == ERR_TRACE && *err.text));
        num_good += good;
    }
    cr_assert(num_good > 500 && num_good < 3500, "%d are good", num_good);
}
