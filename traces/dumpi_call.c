// SPDX-License-Identifier: Apache-2.0
#include "traces/dumpi_call.h"

#include "traces/dumpi_text.h"

#include <stdlib.h>
#include <string.h>

// Numbers that DUMPI gives to what MPI has.
enum { COMM_WORLD = 2, REQUEST_NULL = 1 };
enum { MAX_TEXT = 128 }; // of a line of a single message, or the wait for it

struct dumpi_request {
    int32_t id;
    bool persistent;
    bool active;
    char begin[MAX_TEXT]; // lines, "" with MPI_PROC_NULL
    char wait[MAX_TEXT];
};

static void drop_fields(struct dumpi_call *self)
{
    while (self->num_fields > 0)
        free(self->fields[--self->num_fields]);
}

void dumpi_call_free(struct dumpi_call *self)
{
    drop_fields(self);
    free(self->requests);
}

bool dumpi_call_add(struct dumpi_call *self, const char *line, struct err *err)
{
    struct dumpi_parse p = {self, NULL, err};
    const char *field = strchr(line, ' ');
    if (!field || !strchr(field, '=') || self->num_fields == DUMPI_MAX_FIELDS)
        dumpi_text_wrong(&p, line, "not an argument, or too many");
    else if (!(self->fields[self->num_fields++] = strdup(field + 1)))
        err_set(err, ERR_RUN, "out of memory");
    return dumpi_text_good(&p);
}

// True if an argument is MPI_PROC_NULL, whose number below 0 differs by MPI.
static bool is_nobody(const struct dumpi_parse *p, const char *name)
{
    int32_t rank = dumpi_text_integer(p, name);
    return rank < 0 && !(rank == DUMPI_ANY && strcmp(name, "source") == 0);
}

// --- requests -----------------------------------------------------------------------------------

// Prints into a text of MAX_TEXT.
static void print_into(const struct dumpi_parse *p, char *text, const char *template)
{
    memset(text, 0, MAX_TEXT);
    FILE *to = fmemopen(text, MAX_TEXT - 1, "w");
    if (!to) {
        err_set(p->err, ERR_RUN, "out of memory");
        return;
    }
    dumpi_text_print(&(struct dumpi_parse){p->call, to, p->err}, template);
    fclose(to);
}

static void add_request(const struct dumpi_parse *p, const char *begin, bool persistent)
{
    struct dumpi_call *call = p->call;
    const char *at = NULL;
    bool sends = begin[1] == 's';
    if (call->num_requests == call->cap_requests) {
        uint32_t cap = call->cap_requests ? 2 * call->cap_requests : 16;
        struct dumpi_request *requests = realloc(call->requests, cap * sizeof *requests);
        if (!requests) {
            err_set(p->err, ERR_RUN, "out of memory");
            return;
        }
        call->requests = requests;
        call->cap_requests = cap;
    }
    struct dumpi_request *request = &call->requests[call->num_requests];
    *request = (struct dumpi_request){.persistent = persistent, .active = !persistent};
    if (!dumpi_text_element(p, "request", &at, &request->id))
        dumpi_text_wrong(p, "request", "missing");
    if (!is_nobody(p, sends ? "dest" : "source")) {
        print_into(p, request->begin, begin);
        print_into(p, request->wait,
                   sends ? "wait to={dest} tag={tag}\n" : "wait from={source} tag={tag}\n");
    }
    call->num_requests += dumpi_text_good(p);
    if (dumpi_text_good(p) && !persistent)
        fputs(request->begin, p->to);
}

enum act { START, WAIT, DISCARD };

static void act_on(const struct dumpi_parse *p, int32_t id, enum act act)
{
    struct dumpi_call *call = p->call;
    uint32_t i = 0;
    while (i < call->num_requests && call->requests[i].id != id)
        i++;
    if (!dumpi_text_good(p) || (id == REQUEST_NULL && act == WAIT))
        return;
    if (i == call->num_requests || (act == START && call->requests[i].active)) {
        dumpi_text_wrong(p, "request", act == START ? "cannot be started" : "not under way");
        return;
    }
    struct dumpi_request *request = &call->requests[i];
    if (act == START || (act == WAIT && request->active))
        fputs(act == START ? request->begin : request->wait, p->to);
    request->active = act == START;
    if (act == DISCARD || !request->persistent) {
        call->num_requests--;
        memmove(request, request + 1, (call->num_requests - i) * sizeof *request);
    }
}

// Acts on all of a list of requests, or with `only` on one.
static void act_on_list(const struct dumpi_parse *p, const char *name, enum act act, int32_t only)
{
    const char *at = NULL;
    int32_t id;
    int32_t i = 0;
    for (; dumpi_text_element(p, name, &at, &id); i++)
        if (only < 0 || only == i)
            act_on(p, id, act);
    if (only >= i)
        dumpi_text_wrong(p, name, "not so many");
}

// --- the table of calls -------------------------------------------------------------------------

enum how {
    SINGLE, // a line, which is left out if its `peer` is nobody
    BOTH,   // an exchange, of which either may be nobody
    ROOTED, // one line at the root, the other at all others
    BEGIN,  // a request and its line
    INIT,   // the same, without beginning it
    ONE,    // something to one request, to all of a list, to that at an index, to those at indices;
    ALL,    // tests do nothing if nothing is found
    ANYONE,
    SOME
};

static const struct row {
    const char *name; // behind MPI_
    enum how how;
    const char *text;
    const char *other; // ROOTED, BOTH; SINGLE: argument that may be nobody; or NULL
    enum act act;
} rows[] = {
#define SEND(word) word " to={dest} bytes={count:datatype} tag={tag}\n"
#define RECV(word) word " from={source} bytes={count:datatype} tag={tag}\n"
    {"Send", SINGLE, SEND("send"), "dest", 0},
    {"Ssend", SINGLE, SEND("send"), "dest", 0},
    {"Rsend", SINGLE, SEND("send"), "dest", 0},
    {"Bsend", SINGLE, SEND("isend"), "dest", 0}, // nobody waits for it
    {"Recv", SINGLE, RECV("recv"), "source", 0},
    {"Isend", BEGIN, SEND("isend"), NULL, 0},
    {"Issend", BEGIN, SEND("isend"), NULL, 0},
    {"Irsend", BEGIN, SEND("isend"), NULL, 0},
    {"Ibsend", BEGIN, SEND("isend"), NULL, 0},
    {"Irecv", BEGIN, RECV("irecv"), NULL, 0},
    {"Send_init", INIT, SEND("isend"), NULL, 0},
    {"Ssend_init", INIT, SEND("isend"), NULL, 0},
    {"Rsend_init", INIT, SEND("isend"), NULL, 0},
    {"Bsend_init", INIT, SEND("isend"), NULL, 0},
    {"Recv_init", INIT, RECV("irecv"), NULL, 0},
    {"Sendrecv", BOTH, "send to={dest} bytes={sendcount:sendtype} tag={sendtag}\n",
     "irecv from={source} bytes={recvcount:recvtype} tag={recvtag}\n", 0},
    {"Sendrecv_replace", BOTH, "send to={dest} bytes={count:datatype} tag={sendtag}\n",
     "irecv from={source} bytes={count:datatype} tag={recvtag}\n", 0},
    {"Start", ONE, NULL, NULL, START},
    {"Startall", ALL, NULL, NULL, START},
    {"Request_free", ONE, NULL, NULL, DISCARD},
    {"Wait", ONE, NULL, NULL, WAIT},
    {"Test", ONE, NULL, NULL, WAIT},
    {"Waitall", ALL, NULL, NULL, WAIT},
    {"Testall", ALL, NULL, NULL, WAIT},
    {"Waitany", ANYONE, NULL, NULL, WAIT},
    {"Testany", ANYONE, NULL, NULL, WAIT},
    {"Waitsome", SOME, NULL, NULL, WAIT},
    {"Testsome", SOME, NULL, NULL, WAIT},
    {"Barrier", SINGLE, "barrier\n", NULL, 0},
    {"Bcast", SINGLE, "bcast bytes={count:datatype} root={root}\n", NULL, 0},
    {"Reduce", SINGLE, "reduce bytes={count:datatype} root={root}\n", NULL, 0},
    {"Allreduce", SINGLE, "allreduce bytes={count:datatype}\n", NULL, 0},
    {"Scan", SINGLE, "scan bytes={count:datatype}\n", NULL, 0},
    {"Exscan", SINGLE, "exscan bytes={count:datatype}\n", NULL, 0},
    {"Gather", ROOTED, "gather bytes={recvcount:recvtype} root={root}\n",
     "gather bytes={sendcount:sendtype} root={root}\n", 0},
    {"Scatter", ROOTED, "scatter bytes={sendcount:sendtype} root={root}\n",
     "scatter bytes={recvcount:recvtype} root={root}\n", 0},
    {"Gatherv", ROOTED,
     "gatherv bytes={sendcount:sendtype} recv={recvcounts:recvtype} root={root}\n",
     "gatherv bytes={sendcount:sendtype} recv={0} root={root}\n", 0},
    {"Scatterv", ROOTED,
     "scatterv bytes={recvcount:recvtype} send={sendcounts:sendtype} root={root}\n",
     "scatterv bytes={recvcount:recvtype} send={0} root={root}\n", 0},
    {"Allgather", SINGLE, "allgather bytes={recvcount:recvtype}\n", NULL, 0},
    {"Alltoall", SINGLE, "alltoall bytes={recvcount:recvtype}\n", NULL, 0},
    {"Allgatherv", SINGLE, "allgatherv bytes={sendcount:sendtype} recv={recvcounts:recvtype}\n",
     NULL, 0},
    {"Alltoallv", SINGLE, "alltoallv send={sendcounts:sendtype} recv={recvcounts:recvtype}\n", NULL,
     0},
    {"Reduce_scatter", SINGLE, "reduce-scatter recv={recvcounts:datatype}\n", NULL, 0},
};
enum { NUM_ROWS = sizeof rows / sizeof *rows };

// How calls begin that send nothing; what is made by some, others are refused for.
static const char *const silent[] = {
    "Address",   "Alloc_mem", "Attr_",       "Buffer_",  "Cart",           "Comm_",
    "Dims_",     "Err",       "Finalized",   "Free_mem", "Get_",           "Graph",
    "Group_",    "Info_",     "Initialized", "Iprobe",   "Is_thread_main", "Keyval_",
    "Op_",       "Pack",      "Pcontrol",    "Probe",    "Query_thread",   "Status_",
    "Test_canc", "Topo_test", "Type_",       "Unpack",   "Wtick",          "Wtime",
};

bool dumpi_call_begin(struct dumpi_call *self, const char *name, uint32_t line)
{
    drop_fields(self);
    self->line = line;
    snprintf(self->name, sizeof self->name, "%s", name);
    self->row = 0;
    while (self->row < NUM_ROWS && strcmp(name + strlen("MPI_"), rows[self->row].name) != 0)
        self->row++;
    return self->row < NUM_ROWS;
}

static void exchange(const struct dumpi_parse *p, const struct row *row)
{
    bool receives = !is_nobody(p, "source");
    if (receives)
        dumpi_text_print(p, row->other);
    if (!is_nobody(p, "dest"))
        dumpi_text_print(p, row->text);
    if (receives)
        dumpi_text_print(p, "wait from={source} tag={recvtag}\n");
}

// Acts on requests, if a test has found something.
static void act(const struct dumpi_parse *p, const struct row *row)
{
    const char *at = NULL;
    int32_t idx;
    bool has_flag = strncmp(row->name, "Test", 4) == 0 && row->how != SOME;
    if (has_flag && dumpi_text_integer(p, "flag") == 0)
        return;
    if (row->how == ONE)
        act_on_list(p, "request", row->act, -1);
    else if (row->how == ALL)
        act_on_list(p, "requests", row->act, -1);
    else if (row->how == ANYONE && (idx = dumpi_text_integer(p, "index")) >= 0) // or MPI_UNDEFINED
        act_on_list(p, "requests", row->act, idx);
    else if (row->how == SOME && dumpi_text_integer(p, "outcount") > 0)
        while (dumpi_text_element(p, "indices", &at, &idx))
            act_on_list(p, "requests", row->act, idx >= 0 ? idx : INT32_MAX);
}

bool dumpi_call_translate(struct dumpi_call *self, FILE *to, struct err *err)
{
    struct dumpi_parse p = {self, to, err};
    if (self->row == NUM_ROWS) {
        const char *name = self->name + strlen("MPI_");
        for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
            if (strncmp(name, silent[i], strlen(silent[i])) == 0)
                return true;
        dumpi_text_wrong(&p, "", "a call that cannot be replayed");
        return false;
    }
    const struct row *row = &rows[self->row];
    if (row->how < ONE && dumpi_text_integer(&p, "comm") != COMM_WORLD)
        dumpi_text_wrong(&p, "comm", "only MPI_COMM_WORLD can be replayed");
    if (row->how >= ONE)
        act(&p, row);
    else if (row->how == BOTH)
        exchange(&p, row);
    else if (row->how == ROOTED)
        dumpi_text_print(&p, dumpi_text_integer(&p, "root") == (int32_t)self->rank ? row->text
                                                                                   : row->other);
    else if (row->how == BEGIN || row->how == INIT)
        add_request(&p, row->text, row->how == INIT);
    else if (!row->other || !is_nobody(&p, row->other))
        dumpi_text_print(&p, row->text);
    return dumpi_text_good(&p);
}
