// SPDX-License-Identifier: Apache-2.0
#include "traces/simgrid_line.h"

#include "traces/simgrid_field.h"

#include <string.h>
#include <strings.h>

static const double max_amount = 1e15; // units of compute (11 days), seconds of sleep

static bool wrong(const struct simgrid_parse *p, const char *what)
{
    return err_set(p->err, ERR_TRACE, "%s:%u: rank %u: %s: %s", p->line->file, p->line->line,
                   p->line->rank, p->line->action, what);
}

static bool reduction_amount(const struct simgrid_parse *p, uint32_t idx)
{
    return simgrid_field_number(p, idx, "an amount of compute", 0, max_amount, &p->op->amount);
}

// --- one function a shape of arguments ---------------------------------------------------------

static bool parse_nothing(const struct simgrid_parse *p)
{
    (void)p;
    return true;
}

static bool parse_init(const struct simgrid_parse *p)
{
    p->line->doubles = p->line->num_fields > 0;
    return true;
}

static bool parse_amount(const struct simgrid_parse *p)
{
    return simgrid_field_number(p, 0, "an amount", 0, max_amount, &p->op->amount);
}

static bool parse_send(const struct simgrid_parse *p)
{
    uint64_t size_bytes = 0;
    p->op->source = (int32_t)p->line->rank;
    return simgrid_field_type(p, 3, &size_bytes) && simgrid_field_peer(p, 0, &p->op->destination) &&
           simgrid_field_integer(p, 1, "a tag", 0, INT32_MAX, &p->op->tag) &&
           simgrid_field_message(p, 2, size_bytes, &p->op->bytes);
}

static bool parse_recv(const struct simgrid_parse *p)
{
    uint64_t size_bytes = 0;
    p->op->destination = (int32_t)p->line->rank;
    if (!simgrid_field_type(p, 3, &size_bytes) ||
        !simgrid_field_integer(p, 0, "a rank of this trace", INT32_MIN, p->line->num_ranks - 1.0,
                               &p->op->source) ||
        !simgrid_field_integer(p, 1, "a tag", INT32_MIN, INT32_MAX, &p->op->tag))
        return false;
    if (strcmp(p->line->fields[2], "-1") == 0) {
        p->op->bytes = OP_ANY_BYTES;
        return true;
    }
    return simgrid_field_count(p, 2, size_bytes, &p->op->bytes);
}

static bool parse_sendrecv(const struct simgrid_parse *p)
{
    uint64_t size_bytes[2] = {0};
    return simgrid_field_types(p, 4, size_bytes) &&
           simgrid_field_message(p, 0, size_bytes[0], &p->op->bytes) &&
           simgrid_field_peer(p, 1, &p->op->destination) &&
           simgrid_field_count(p, 2, size_bytes[1], &p->op->recv_bytes) &&
           simgrid_field_integer(p, 3, "a rank of this trace", INT32_MIN, p->line->num_ranks - 1.0,
                                 &p->op->source);
}

static bool parse_wait(const struct simgrid_parse *p)
{
    int32_t rank = (int32_t)p->line->rank;
    if (!simgrid_field_integer(p, 0, "a rank", INT32_MIN, INT32_MAX, &p->op->source) ||
        !simgrid_field_integer(p, 1, "a rank", INT32_MIN, INT32_MAX, &p->op->destination) ||
        !simgrid_field_integer(p, 2, "a tag", INT32_MIN, INT32_MAX, &p->op->tag))
        return false;
    return p->op->source == rank || p->op->destination == rank ||
           wrong(p, "neither source nor destination is this rank");
}

static bool parse_waitall(const struct simgrid_parse *p)
{
    double requests;
    return simgrid_field_number(p, 0, "a number of requests", 0, INT32_MAX, &requests);
}

static bool parse_bcast(const struct simgrid_parse *p)
{
    uint64_t size_bytes = 0;
    return simgrid_field_root(p, 1, &p->op->root) && simgrid_field_type(p, 2, &size_bytes) &&
           simgrid_field_message(p, 0, size_bytes, &p->op->bytes);
}

static bool parse_reduce(const struct simgrid_parse *p)
{
    uint64_t size_bytes = 0;
    return reduction_amount(p, 1) && simgrid_field_root(p, 2, &p->op->root) &&
           simgrid_field_type(p, 3, &size_bytes) &&
           simgrid_field_message(p, 0, size_bytes, &p->op->bytes);
}

static bool parse_allreduce(const struct simgrid_parse *p)
{
    uint64_t size_bytes = 0;
    return reduction_amount(p, 1) && simgrid_field_type(p, 2, &size_bytes) &&
           simgrid_field_message(p, 0, size_bytes, &p->op->bytes);
}

// scount rcount [root stype rtype]. The recorder leaves out an rcount of 0 and always writes root
// and types, so that four fields mean that it is missing.
static bool parse_gather(const struct simgrid_parse *p)
{
    uint64_t size_bytes[2] = {0};
    uint32_t root = p->line->num_fields == 4 ? 1 : 2;
    return simgrid_field_root(p, root, &p->op->root) &&
           simgrid_field_types(p, root + 1, size_bytes) &&
           simgrid_field_message(p, 0, size_bytes[0], &p->op->bytes) &&
           (root == 1 || simgrid_field_message(p, 1, size_bytes[1], &p->op->recv_bytes));
}

// scount rcount [stype rtype], and three fields mean that rcount is missing.
static bool parse_allgather(const struct simgrid_parse *p)
{
    uint64_t size_bytes[2] = {0};
    uint32_t type = p->line->num_fields == 3 ? 1 : 2;
    return simgrid_field_types(p, type, size_bytes) &&
           simgrid_field_message(p, 0, size_bytes[0], &p->op->bytes) &&
           (type == 1 || simgrid_field_message(p, 1, size_bytes[1], &p->op->recv_bytes));
}

static bool parse_gatherv(const struct simgrid_parse *p)
{
    uint64_t size_bytes[2] = {0};
    uint32_t num = p->line->num_ranks;
    return simgrid_field_root(p, num + 1, &p->op->root) &&
           simgrid_field_types(p, num + 2, size_bytes) &&
           simgrid_field_message(p, 0, size_bytes[0], &p->op->bytes) &&
           simgrid_field_counts(p, 1, size_bytes[1], 1, &p->op->recv_counts_bytes);
}

static bool parse_scatterv(const struct simgrid_parse *p)
{
    uint64_t size_bytes[2] = {0};
    uint32_t num = p->line->num_ranks;
    return simgrid_field_root(p, num + 1, &p->op->root) &&
           simgrid_field_types(p, num + 2, size_bytes) &&
           simgrid_field_counts(p, 0, size_bytes[0], 0, &p->op->send_counts_bytes) &&
           simgrid_field_message(p, num, size_bytes[1], &p->op->recv_bytes);
}

// scount rcounts[N] [stype rtype] [displacements[N]]
static bool parse_allgatherv(const struct simgrid_parse *p)
{
    uint64_t size_bytes[2] = {0};
    uint32_t num = p->line->num_ranks;
    uint32_t rest = p->line->num_fields - num - 1;
    bool types = rest > 0 && (rest <= 2 || rest > num);
    if (rest > 2 && rest < num)
        return wrong(p, "wrong number of fields");
    return simgrid_field_types(p, types ? num + 1 : UINT32_MAX - 1, size_bytes) &&
           simgrid_field_message(p, 0, size_bytes[0], &p->op->bytes) &&
           simgrid_field_counts(p, 1, size_bytes[1], 1, &p->op->recv_counts_bytes);
}

// sendbufcount scounts[N] recvbufcount rcounts[N] [stype rtype]
static bool parse_alltoallv(const struct simgrid_parse *p)
{
    uint64_t size_bytes[2] = {0};
    uint32_t num = p->line->num_ranks;
    double buffer;
    return simgrid_field_types(p, 2 * num + 2, size_bytes) &&
           simgrid_field_number(p, 0, "a size of a buffer", 0, 1e18, &buffer) &&
           simgrid_field_counts(p, 1, size_bytes[0], 0, &p->op->send_counts_bytes) &&
           simgrid_field_number(p, num + 1, "a size of a buffer", 0, 1e18, &buffer) &&
           simgrid_field_counts(p, num + 2, size_bytes[1], 1, &p->op->recv_counts_bytes);
}

static bool parse_reduce_scatter(const struct simgrid_parse *p)
{
    uint64_t size_bytes = 0;
    uint32_t num = p->line->num_ranks;
    return simgrid_field_type(p, num + 1, &size_bytes) && reduction_amount(p, num) &&
           simgrid_field_counts(p, 0, size_bytes, 1, &p->op->recv_counts_bytes);
}

// --- the table of actions ----------------------------------------------------------------------

// An action: fields after its name, as a number and a multiple of the ranks, at least and at most.
struct action {
    const char *name;
    enum op_kind kind; // OP_NUM_KINDS: no effect, any fields
    uint8_t min, max;
    uint8_t min_ranks, max_ranks;
    bool (*parse)(const struct simgrid_parse *p);
};

static const struct action actions[] = {
    {"init", OP_INIT, 0, 1, 0, 0, parse_init},
    {"finalize", OP_FINALIZE, 0, 0, 0, 0, parse_nothing},
    {"compute", OP_COMPUTE, 1, 1, 0, 0, parse_amount},
    {"sleep", OP_SLEEP, 1, 1, 0, 0, parse_amount},
    {"send", OP_SEND, 3, 4, 0, 0, parse_send},
    {"isend", OP_ISEND, 3, 4, 0, 0, parse_send},
    {"recv", OP_RECV, 3, 4, 0, 0, parse_recv},
    {"irecv", OP_IRECV, 3, 4, 0, 0, parse_recv},
    {"sendRecv", OP_SENDRECV, 4, 6, 0, 0, parse_sendrecv},
    {"wait", OP_WAIT, 3, 3, 0, 0, parse_wait},
    {"test", OP_TEST, 3, 3, 0, 0, parse_wait},
    {"waitall", OP_WAITALL, 1, 1, 0, 0, parse_waitall},
    {"barrier", OP_BARRIER, 0, 0, 0, 0, parse_nothing},
    {"bcast", OP_BCAST, 1, 3, 0, 0, parse_bcast},
    {"reduce", OP_REDUCE, 2, 4, 0, 0, parse_reduce},
    {"allreduce", OP_ALLREDUCE, 2, 3, 0, 0, parse_allreduce},
    {"scan", OP_SCAN, 2, 3, 0, 0, parse_allreduce},
    {"exscan", OP_EXSCAN, 2, 3, 0, 0, parse_allreduce},
    {"gather", OP_GATHER, 2, 5, 0, 0, parse_gather},
    {"scatter", OP_SCATTER, 2, 5, 0, 0, parse_gather},
    {"allgather", OP_ALLGATHER, 2, 4, 0, 0, parse_allgather},
    {"alltoall", OP_ALLTOALL, 2, 4, 0, 0, parse_allgather},
    {"gatherv", OP_GATHERV, 1, 4, 1, 1, parse_gatherv},
    {"scatterv", OP_SCATTERV, 1, 4, 1, 1, parse_scatterv},
    {"allgatherv", OP_ALLGATHERV, 1, 3, 1, 2, parse_allgatherv},
    {"alltoallv", OP_ALLTOALLV, 2, 4, 2, 2, parse_alltoallv},
    {"reducescatter", OP_REDUCE_SCATTER, 1, 2, 1, 1, parse_reduce_scatter},
    {"comm_size", OP_NUM_KINDS, 0, 0, 0, 0, NULL},
    {"comm_split", OP_NUM_KINDS, 0, 0, 0, 0, NULL},
    {"comm_dup", OP_NUM_KINDS, 0, 0, 0, 0, NULL},
    {"location", OP_NUM_KINDS, 0, 0, 0, 0, NULL},
};
enum { NUM_ACTIONS = sizeof actions / sizeof *actions };

// Names are compared without regard to case: versions of the recorder differ in it.
static const struct action *action_of(const char *name)
{
    enum { CASE = 'a' ^ 'A' };
    for (uint32_t i = 0; i < NUM_ACTIONS; i++) {
        if (actions[i].name[0] == (*name | CASE) && strcasecmp(name, actions[i].name) == 0)
            return &actions[i];
    }
    return NULL;
}

bool simgrid_line_is_action(const char *action)
{
    return action_of(action) != NULL;
}

static bool unknown_action(const struct simgrid_parse *p)
{
    const char *names[NUM_ACTIONS];
    for (uint32_t i = 0; i < NUM_ACTIONS; i++)
        names[i] = actions[i].name;
    const char *nearest = err_nearest(p->line->action, names, NUM_ACTIONS);
    return err_set(p->err, ERR_TRACE, "%s:%u: rank %u: unknown or unsupported action '%.64s'%s%s%s",
                   p->line->file, p->line->line, p->line->rank, p->line->action,
                   nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

// Cuts off the first word of `*rest`. NULL if there is none.
static char *next_word(char **rest)
{
    char *word = *rest;
    while (is_blank(*word))
        word++;
    char *end = word;
    while (*end && !is_blank(*end))
        end++;
    *rest = end + (*end != '\0');
    *end = '\0';
    return end == word ? NULL : word;
}

// Splits the rest of the line into fields; false if there are more than any action has.
static bool split(struct simgrid_line *self, char *rest)
{
    uint32_t max = simgrid_line_max_fields(self->num_ranks);
    self->num_fields = 0;
    char *field;
    while ((field = next_word(&rest))) {
        if (self->num_fields == max)
            return false;
        self->fields[self->num_fields++] = field;
    }
    return true;
}

enum simgrid_result simgrid_line_parse(struct simgrid_line *self, char *text, struct op *op,
                                       struct err *err)
{
    struct simgrid_parse p = {.line = self, .op = op, .err = err};
    self->action = next_word(&text);
    if (!self->action) {
        self->action = "no action";
        wrong(&p, "a truncated line");
        return SIMGRID_WRONG;
    }
    const struct action *action = action_of(self->action);
    if (!action) {
        unknown_action(&p);
        return SIMGRID_WRONG;
    }
    if (action->kind == OP_NUM_KINDS)
        return SIMGRID_IGNORED;
    if (!split(self, text) ||
        self->num_fields < action->min + action->min_ranks * self->num_ranks ||
        self->num_fields > action->max + action->max_ranks * self->num_ranks) {
        wrong(&p, "wrong number of fields");
        return SIMGRID_WRONG;
    }
    *op = (struct op){.kind = action->kind, .line = self->line, .address = OP_NO_ADDRESS};
    return action->parse(&p) ? SIMGRID_OP : SIMGRID_WRONG;
}
