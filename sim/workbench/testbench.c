// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/testbench.h"

#include "model/net/rtl_cache.h"
#include "sim/workbench/device_elaborate.h"
#include "sim/workbench/device_rtl.h"
#include "sim/workbench/folder_file.h"
#include "sim/workbench/near_path.h"
#include "sim/workbench/words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// --- pins.hex -----------------------------------------------------------------------------------

static void write_pins(const void *of, FILE *to)
{
    const struct testbench *self = of;
    fputs("// Words of a line: reset_i, strap_i, setup_i, forward_i, backward_o, forward_o, "
          "backward_i of wrapper.sv.\n",
          to);
    pin_record_write(self->record, self->bench->spec, to);
}

// --- failure.svh --------------------------------------------------------------------------------

// A string of Verilog, which is a format at the same time.
static void put_string(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text; text++) {
        if (strchr("\"\\", *text))
            fputc('\\', to);
        if (*text == '%')
            fputc('%', to);
        fputc(*text, to);
    }
    fputc('"', to);
}

// Prints each line of a text.
static void put_display(FILE *to, const char *text, const char *indent)
{
    while (*text) {
        char line[600];
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        fprintf(to, "%s$display(", indent);
        put_string(to, line);
        fputs(");\n", to);
        text += length + (text[length] == '\n');
    }
}

// The row in which the failure was seen.
static size_t failing_row(const struct testbench *self)
{
    const struct pin_record *record = self->record;
    for (size_t row = record->num_rows; row-- > 0;)
        if (record->rows[row].cycle == self->failure->cycle)
            return row;
    return record->num_rows - 1;
}

static void write_failure(const void *of, FILE *to)
{
    const struct testbench *self = of;
    const struct device_spec *spec = self->bench->spec;
    const struct failure *failure = self->failure;
    char *text = NULL;
    size_t size = 0;
    FILE *words = open_memstream(&text, &size);
    if (!words)
        return;
    fprintf(words, "FAIL: %s: %s\n", failure_rule_names[failure->rule],
            failure_rule_texts[failure->rule]);
    words_seen(words, spec, failure, "  ");
    fclose(words);
    fputs("// The failure that tb.sv looks for.\n//\n// What is sent:\n", to);
    for (size_t i = 0; i < self->stimulus->num_packets; i++) {
        fputs("//   ", to);
        words_packet(to, self->bench->map, self->stimulus, i);
        fputc('\n', to);
    }
    fputs("\ntask tell_failure;\n    begin\n", to);
    put_display(to, text, "        ");
    fputs("    end\nendtask\n\nfunction [8*24-1:0] port_name(input integer p);\n    case (p)\n",
          to);
    for (uint32_t p = 0; p < spec->num_ports; p++)
        fprintf(to, "        %" PRIu32 ": port_name = \"%s\";\n", p, spec->port_names[p]);
    fputs("        default: port_name = \"\";\n    endcase\nendfunction\n", to);
    free(text);
}

// --- shape.svh ----------------------------------------------------------------------------------

struct shape {
    const struct workbench *bench;
    size_t rows;
    size_t first, fails; // rows of cycle 0 and of the failure
    enum failure_rule rule;
    bool seeded;
};

static void write_shape(const void *of, FILE *to)
{
    const struct shape *self = of;
    static const char *const names[DEVICE_NUM_VECTORS] = {
        [DEVICE_STRAP] = "STRAP",
        [DEVICE_SETUP_PINS] = "SETUP",
        [DEVICE_FORWARD_IN] = "FORWARD_IN",
        [DEVICE_BACKWARD_IN] = "BACKWARD_IN",
        [DEVICE_FORWARD_OUT] = "FORWARD_OUT",
        [DEVICE_BACKWARD_OUT] = "BACKWARD_OUT",
    };
    const struct device_wires *wires = device_wrapper_wires(self->bench->map);
    uint32_t widest = 1;
    for (enum device_vector v = 0; v < DEVICE_NUM_VECTORS; v++) {
        widest = wires->bits[v] > widest ? wires->bits[v] : widest;
        fprintf(to, "localparam %s_BITS = %" PRIu32 ";\n", names[v], wires->bits[v]);
    }
    fprintf(to,
            "localparam WORD_BITS = %" PRIu32 "; // of the widest\n"
            "localparam PORTS = %" PRIu32 ";\n"
            "localparam LONE_CREDIT = %d; // {number, valid}\n"
            "localparam ROWS = %zu;\n"
            "localparam FIRST = %zu; // row of cycle 0\n"
            "localparam FAILS = %zu; // row of the failure\n"
            "localparam ASSERTION = %d; // the device's own fails\n"
            "localparam FOUR_STATE = %d; // an output is X, or not what Verilator has\n"
            "localparam SEEDED = %d; // it depends on state before reset\n",
            widest, self->bench->spec->num_ports, self->bench->spec->in.one_credit, self->rows,
            self->first, self->fails, self->rule == RULE_ASSERTION, self->rule == RULE_KNOWN,
            self->seeded);
}

// --- files --------------------------------------------------------------------------------------

bool testbench_copy(const char *name, const char *folder, struct err *err)
{
    char *sources = NULL;
    char *cache = NULL;
    if (!rtl_cache_find(&sources, &cache, err))
        return false;
    char *path = rtl_cache_text("%s/testbench/%s", sources, name);
    bool good = folder_file_copy(folder, name, path, err);
    free(path);
    free(sources);
    free(cache);
    return good;
}

struct file_list {
    const struct device_elaboration *found;
    const char *home; // or NULL
};

static void write_list(const void *of, FILE *to)
{
    const struct file_list *self = of;
    for (char *const *option = self->found->options; *option; option++) {
        bool include = strncmp(*option, "-I", 2) == 0;
        if (**option == '+') {
            fprintf(to, "%s\n", *option);
            continue;
        }
        const char *path = *option + (include ? 2 : 0);
        char *near = self->home ? near_path_from(self->home, path) : rtl_cache_text("%s", path);
        fprintf(to, "%s%s\n", include ? "+incdir+" : "", near);
        free(near);
    }
    fputs("wrapper.sv\n", to);
}

bool testbench_sources(const struct workbench *bench, const char *folder, const char *home,
                       struct err *err)
{
    struct device_elaboration found;
    struct device_map_rtl rtl = device_map_rtl(bench->map);
    struct file_list list = {.found = &found, .home = home};
    bool good = device_elaborate(&found, &rtl, err) &&
                folder_file_write(folder, "filelist.f", write_list, &list, err) &&
                folder_file_copy(folder, "wrapper.sv", device_rtl_wrapper(&bench->rtl), err);
    device_elaborate_free(&found);
    return good;
}

bool testbench_shape(const struct workbench *bench, size_t rows, const char *folder,
                     struct err *err)
{
    const struct shape shape = {.bench = bench, .rows = rows};
    return folder_file_write(folder, "shape.svh", write_shape, &shape, err);
}

bool testbench_write(const struct testbench *self, const char *folder, const char *home,
                     struct err *err)
{
    static const char *const copied[] = {"bench.svh", "tb.sv", "Makefile"};
    size_t first = 0;
    while (first + 1 < self->record->num_rows && self->record->rows[first].phase != DEVICE_RUN)
        first++;
    const struct shape shape = {.bench = self->bench,
                                .rows = self->record->num_rows,
                                .first = first,
                                .fails = failing_row(self),
                                .rule = self->failure->rule,
                                .seeded = self->seeded};
    bool good = testbench_sources(self->bench, folder, home, err) &&
                folder_file_write(folder, "shape.svh", write_shape, &shape, err) &&
                folder_file_write(folder, "failure.svh", write_failure, self, err) &&
                folder_file_write(folder, "pins.hex", write_pins, self, err);
    for (size_t i = 0; good && i < sizeof copied / sizeof *copied; i++)
        good = testbench_copy(copied[i], folder, err);
    return good;
}
