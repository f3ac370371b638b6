// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/four_state.h"

#include "model/net/rtl_cache.h"
#include "model/net/rtl_tool.h"
#include "sim/workbench/device_elaborate.h"
#include "sim/workbench/folder_file.h"
#include "sim/workbench/pin_record.h"
#include "sim/workbench/testbench.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LEAST_ROWS = 1024,
    PROCESSOR_S = 60 // of a run of Icarus
};

struct four_state {
    struct workbench *bench;
    char *folder;    // of its own, with what Icarus compiled
    size_t rows;     // that this has room for; 0: nothing is compiled yet
    char why[512];   // Icarus cannot; or empty
    char *log, *out; // files in the folder
};

struct four_state *four_state_open(struct workbench *bench, struct err *err)
{
    struct four_state *self = calloc(1, sizeof *self);
    const char *above = getenv("TMPDIR");
    if (!self) {
        err_set(err, ERR_RUN, "out of memory");
        return NULL;
    }
    self->bench = bench;
    self->folder = rtl_cache_text("%s/ordito-icarus-XXXXXX", above && *above ? above : "/tmp");
    if (!mkdtemp(self->folder)) {
        err_set(err, ERR_RUN, "%s: cannot be made: %s", self->folder, strerror(errno));
        free(self->folder);
        free(self);
        return NULL;
    }
    self->log = rtl_cache_text("%s/log", self->folder);
    self->out = rtl_cache_text("%s/outputs.txt", self->folder);
    return self;
}

void four_state_close(struct four_state *self)
{
    rtl_cache_remove(self->folder);
    free(self->folder);
    free(self->log);
    free(self->out);
    free(self);
}

// --- running Icarus ------------------------------------------------------------------------------

// Fills `text` with what a tool in the log has to say first that is an error, or else last.
static void first_error(const struct four_state *self, char *text, size_t size)
{
    FILE *log = fopen(self->log, "re");
    char line[400];
    snprintf(text, size,
             "it says nothing, and has no more than %d s of processor time, which a loop without "
             "delay uses up",
             PROCESSOR_S);
    while (log && fgets(line, sizeof line, log)) {
        line[strcspn(line, "\n")] = '\0';
        if (*line)
            snprintf(text, size, "%s", line);
        if (strcasestr(line, "error"))
            break;
    }
    if (log)
        fclose(log);
    device_elaborate_shorten(text);
}

// Runs a tool in the folder, with the log for what it says, not for ever. False only if it cannot
// be run at all.
static bool run(const struct four_state *self, const char *const *args, bool *ended_well,
                struct err *err)
{
    struct rtl_tool tool = {0};
    int to = open(self->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (to < 0)
        return err_set(err, ERR_RUN, "%s: cannot be written: %s", self->log, strerror(errno));
    rtl_tool_arg(&tool, "env");
    rtl_tool_arg(&tool, "--chdir=%s", self->folder);
    rtl_tool_arg(&tool, "prlimit");
    rtl_tool_arg(&tool, "--cpu=%d", PROCESSOR_S);
    for (; *args; args++)
        rtl_tool_arg(&tool, "%s", *args);
    bool started = rtl_tool_start(&tool, to, err);
    *ended_well = started && rtl_tool_ended_well(&tool);
    close(to);
    rtl_tool_free(&tool);
    return started;
}

// Compiles the device, with room for so many rows and more. Sets `why` if Icarus is not there or
// cannot.
static bool compile(struct four_state *self, size_t least_rows, struct err *err)
{
    size_t rows = LEAST_ROWS;
    while (rows < least_rows)
        rows *= 2;
    struct err missing = {0};
    char identity[512];
    bool compiled;
    if (!rtl_tool_identity("iverilog", identity, sizeof identity, &missing) ||
        !rtl_tool_identity("vvp", identity, sizeof identity, &missing)) {
        snprintf(self->why, sizeof self->why,
                 "Icarus Verilog is not installed: install the package iverilog");
        return true;
    }
    const char *folder = self->folder;
    if (!testbench_sources(self->bench, folder, NULL, err) ||
        !testbench_shape(self->bench, rows, folder, err) ||
        !testbench_copy("bench.svh", folder, err) || !testbench_copy("four_state.sv", folder, err))
        return false;
    // The second one for Verilog whose names are words of SystemVerilog
    static const char *const generations[] = {"-g2012", "-g2005"};
    char error[400] = "";
    compiled = false;
    for (size_t g = 0; g < 2 && !compiled; g++) {
        const char *const args[] = {
            "iverilog", generations[g], "-s",         "four_state_tb", "-o",
            "tb.vvp",   "-c",           "filelist.f", "four_state.sv", NULL};
        if (!run(self, args, &compiled, err))
            return false;
        if (!compiled && !*error)
            first_error(self, error, sizeof error);
    }
    if (!compiled)
        snprintf(self->why, sizeof self->why, "Icarus Verilog cannot read the RTL: %s", error);
    self->rows = rows;
    return true;
}

static void write_pins(const void *of, FILE *to)
{
    pin_record_write(of, NULL, to);
}

static bool simulate(struct four_state *self, const struct pin_record *record, struct err *err)
{
    char rows[40];
    bool ended_well; // or not: the rows that it has come to tell
    snprintf(rows, sizeof rows, "+rows=%zu", record->num_rows);
    const char *const args[] = {"vvp", "-n", "tb.vvp", rows, NULL};
    unlink(self->out);
    return folder_file_write(self->folder, "pins.hex", write_pins, record, err) &&
           run(self, args, &ended_well, err);
}

// --- comparing -----------------------------------------------------------------------------------

// A row of both.
struct row {
    const struct workbench *bench;
    const struct pin_record *record;
    size_t row;
    const char *icarus[DEVICE_NUM_VECTORS]; // digits, the highest bit first; of outputs
    struct device_pins pins;                // of Verilator
};

static char digit(const struct row *self, enum device_vector vector, uint32_t bit)
{
    return self->icarus[vector][self->record->wires->bits[vector] - 1 - bit];
}

static bool differs(const struct row *self, enum device_vector vector, uint32_t bit)
{
    const uint32_t *words = pin_record_words(self->record, self->row, vector);
    return digit(self, vector, bit) != (pin_bit(words, bit) ? '1' : '0');
}

static void fail(const struct row *self, enum device_vector vector, uint32_t port, uint32_t bit,
                 const char *field, struct failure *failure)
{
    const struct device_spec *spec = self->bench->spec;
    char icarus = digit(self, vector, bit);
    bool unknown = icarus != '0' && icarus != '1';
    struct failure what = {.rule = RULE_KNOWN,
                           .cycle = self->record->rows[self->row].cycle,
                           .output = vector == DEVICE_FORWARD_OUT,
                           .port = port,
                           .vc = FAILURE_NONE,
                           .packet = FAILURE_NONE,
                           .flit = FAILURE_NONE};
    bool high = pin_bit(pin_record_words(self->record, self->row, vector), bit);
    snprintf(what.field, sizeof what.field, "%s", field);
    snprintf(what.expected, sizeof what.expected, unknown ? "0 or 1" : "%d, as in Verilator", high);
    snprintf(what.actual, sizeof what.actual, "%c in Icarus Verilog", unknown ? 'X' : icarus);
    failure_set(failure, &what, "%s of %s port %s is %s%s in cycle %" PRIu64 "%s", field,
                what.output ? "output" : "input", spec->port_names[port], what.actual,
                unknown ? ""
                : high  ? " and 1 in Verilator"
                        : " and 0 in Verilator",
                what.cycle,
                unknown ? ": it depends on state that reset leaves as it was"
                        : ": most likely it depends on state that reset leaves as it was, X there "
                          "and random here");
}

// The forward wires of a port: {flit, valid}.
static void compare_forward(const struct row *self, uint32_t port, struct failure *failure)
{
    const struct device_forward *flit = &self->pins.forward[port];
    uint32_t bits = self->record->wires->bits[DEVICE_FORWARD_OUT] / self->bench->spec->num_ports;
    uint32_t lsb = port * bits;
    if (differs(self, DEVICE_FORWARD_OUT, lsb)) {
        fail(self, DEVICE_FORWARD_OUT, port, lsb, "valid", failure);
        return;
    }
    for (uint32_t bit = 0; flit->valid && bit + 1 < bits; bit++) {
        if (!differs(self, DEVICE_FORWARD_OUT, lsb + 1 + bit))
            continue;
        uint64_t other[DEVICE_FLIT_WORDS];
        memcpy(other, flit->bits, sizeof other);
        other[bit / 64] ^= UINT64_C(1) << bit % 64;
        fail(self, DEVICE_FORWARD_OUT, port, lsb + 1 + bit,
             device_map_field(self->bench->map, flit->head, flit->bits, other), failure);
        return;
    }
}

static void compare_backward(const struct row *self, uint32_t port, struct failure *failure)
{
    const struct device_side *side = &self->bench->spec->in;
    uint32_t bits = self->record->wires->bits[DEVICE_BACKWARD_IN] / self->bench->spec->num_ports;
    uint32_t lsb = port * bits;
    for (uint32_t bit = 0; bit < bits; bit++) {
        // The number of a lone credit is above its valid, and says nothing without it.
        bool idle = side->one_credit && bit &&
                    !pin_bit(pin_record_words(self->record, self->row, DEVICE_BACKWARD_IN), lsb);
        if (idle || !differs(self, DEVICE_BACKWARD_IN, lsb + bit))
            continue;
        fail(self, DEVICE_BACKWARD_IN, port, lsb + bit,
             device_wrapper_backward_name(self->bench->map, false), failure);
        return;
    }
}

static void compare(const struct row *self, struct failure *failure)
{
    for (uint32_t port = 0; port < self->bench->spec->num_ports && !failure->found; port++) {
        compare_forward(self, port, failure);
        compare_backward(self, port, failure);
    }
}

// Splits a line of outputs, which must have as many digits as there are bits.
static bool read_row(struct row *row, char *line)
{
    const struct device_wires *wires = row->record->wires;
    char *forward = strchr(line, ' ');
    if (!forward)
        return false;
    *forward++ = '\0';
    forward[strcspn(forward, "\n")] = '\0';
    row->icarus[DEVICE_BACKWARD_IN] = line;
    row->icarus[DEVICE_FORWARD_OUT] = forward;
    return strlen(line) == wires->bits[DEVICE_BACKWARD_IN] &&
           strlen(forward) == wires->bits[DEVICE_FORWARD_OUT];
}

// Compares all rows but those of resets. Rows that Icarus did not come to are said in `why`.
static bool compare_all(struct four_state *self, const struct pin_record *record,
                        struct four_state_result *result, struct failure *failure)
{
    struct row row = {.bench = self->bench, .record = record};
    FILE *from = fopen(self->out, "re");
    char *line = NULL;
    size_t room = 0;
    for (; from && row.row < record->num_rows && !failure->found; row.row++) {
        if (getline(&line, &room, from) <= 0 || !read_row(&row, line))
            break;
        if (record->rows[row.row].phase == DEVICE_RESET)
            continue;
        device_wrapper_outputs(self->bench->map,
                               pin_record_words(record, row.row, DEVICE_BACKWARD_IN),
                               pin_record_words(record, row.row, DEVICE_FORWARD_OUT), &row.pins);
        compare(&row, failure);
        result->cycles++;
    }
    bool all = failure->found || row.row == record->num_rows;
    free(line);
    if (from)
        fclose(from);
    if (!all) {
        char error[400];
        first_error(self, error, sizeof error);
        snprintf(result->why, sizeof result->why, "Icarus Verilog ended in cycle %" PRIu64 ": %s",
                 record->rows[row.row].cycle, error);
    }
    return all;
}

bool four_state_play(struct four_state *self, const struct stimulus *stimulus,
                     struct four_state_result *result, struct failure *failure, struct err *err)
{
    struct pin_record record = {0};
    struct play_checker recorder = pin_record_checker(&record, self->bench);
    const struct workbench_try how = {.function_only = true, .own = &recorder};
    struct play_result played = {0};
    *result = (struct four_state_result){0};
    bool good = workbench_try(self->bench, stimulus, &how, &played, err) &&
                (!record.out_of_memory || err_set(err, ERR_RUN, "out of memory"));
    if (good && !*self->why && record.num_rows > self->rows)
        good = compile(self, record.num_rows, err);
    if (good && !*self->why)
        good = simulate(self, &record, err);
    if (*self->why)
        snprintf(result->why, sizeof result->why, "%s", self->why);
    else if (good)
        result->checked = compare_all(self, &record, result, failure);
    pin_record_free(&record);
    return good;
}
