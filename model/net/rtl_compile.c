// SPDX-License-Identifier: Apache-2.0
#include "model/net/rtl_compile.h"

#include "model/net/rtl_cache.h"
#include "model/net/rtl_tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool has_coverage(const struct rtl_job *self)
{
    return self->variant->foreign && self->variant->foreign->coverage;
}

// Options of g++ for all that goes into a library. Hidden symbols keep libraries apart.
static const char *const cxx_options[] = {
    "-std=gnu++17",
    "-fPIC",
    "-fvisibility=hidden",
    "-fvisibility-inlines-hidden",
    "-DVM_SC=0",
    "-DVM_TRACE_VCD=0",
    "-DVL_TIME_CONTEXT",
    "-DVL_USER_STOP", // the door has its own
    NULL,
};
static const char *const router_cxx_options[] = {
    "-DVL_PRINTF(...)=fprintf(stderr,__VA_ARGS__)", // standard output belongs to results
    NULL,
};
static const char *const device_cxx_options[] = {
    "-DVL_PRINTF=device_door_print",
    "-DVL_USER_FATAL",
    "-DVL_USER_FINISH",
    "-DVL_USER_WARN",
    "-include",
    "device_print.h",
    NULL,
};

// Optimisation of what runs in every cycle; the same of variants with much code, which are large or
// have assertions; of what runs once; and of Verilator's runtime.
static const char level_fast[] = "-O2";
static const char level_much[] = "-O1";
static const char level_slow[] = "-O0";
static const char level_runtime[] = "-O1";

// Options of Verilator for all variants; for large ones, whose modules are compiled once and not at
// every place of use; and for those with assertions, in which what reset forgets is random and
// not 0.
static const char *const verilator_options[] = {
    "-O3", "-Wno-fatal", "--prefix", "Vdoor", NULL,
};
static const char *const large_options[] = {"--inline-mult", "1", NULL};
static const char *const plain_options[] = {"--x-assign", "fast", "--x-initial", "fast", NULL};
static const char *const assertion_options[] = {
    "--x-assign", "unique", "--x-initial", "unique", "--assert", "-DORDITO_ASSERT", NULL,
};
static const char *const foreign_options[] = {
    "--x-assign", "unique", "--x-initial", "unique", "--assert", "--no-timing", NULL,
};
static const char *const coverage_options[] = {"--coverage-line", "--coverage-toggle",
                                               "--coverage-max-width", "1024", NULL};

// The text of a top module is not the user's.
static const char foreign_waiver[] = "`verilator_config\n"
                                     "lint_off -file \"*/%s.sv\"\n"
                                     "coverage_off -file \"*/%s.sv\"\n";

// Files of Verilator's runtime that a library needs.
enum { MAX_RUNTIME_FILES = 4 };

static size_t runtime_files(const struct rtl_job *self, const char *files[MAX_RUNTIME_FILES])
{
    size_t num = 0;
    files[num++] = "verilated";
    files[num++] = "verilated_threads";
    if (self->variant->waves)
        files[num++] = "verilated_fst_c";
    if (has_coverage(self))
        files[num++] = "verilated_cov";
    return num;
}

uint64_t rtl_compile_hash(uint64_t hash)
{
    const char *const *const tables[] = {
        cxx_options,   router_cxx_options, device_cxx_options, verilator_options, large_options,
        plain_options, assertion_options,  foreign_options,    coverage_options,
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const char *const *option = tables[i]; *option; option++)
            hash = rtl_cache_hash_text(hash, *option);
    hash = rtl_cache_hash_text(hash, foreign_waiver);
    hash = rtl_cache_hash_text(hash, level_fast);
    hash = rtl_cache_hash_text(hash, level_much);
    hash = rtl_cache_hash_text(hash, level_slow);
    return rtl_cache_hash_text(hash, level_runtime);
}

// Opens the log at its end, where tools write. -1 with `err` filled on failure.
static int open_log(struct rtl_job *self)
{
    int log = open(self->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (log < 0)
        err_set(self->err, ERR_RUN, "cannot write %s: %s", self->log, strerror(errno));
    return log;
}

// Runs tools side by side and waits for all.
static bool run(struct rtl_job *self, struct rtl_tool *tools, size_t num)
{
    int log = open_log(self);
    bool done = log >= 0;
    for (size_t i = 0; done && i < num; i++)
        done = rtl_tool_start(&tools[i], log, self->err);
    for (size_t i = 0; i < num; i++)
        if (tools[i].pid)
            done = rtl_tool_wait(&tools[i], self->log, self->err) && done;
    for (size_t i = 0; i < num; i++)
        rtl_tool_free(&tools[i]);
    if (log >= 0)
        close(log);
    return done;
}

static bool write_text(struct rtl_job *self, const char *file, const char *text)
{
    char *path = rtl_cache_text("%s/%s", self->folder, file);
    FILE *to = fopen(path, "we");
    bool written = to && fputs(text, to) >= 0;
    if (to)
        written = fclose(to) == 0 && written;
    if (!written)
        err_set(self->err, ERR_RUN, "cannot write %s: %s", path, strerror(errno));
    free(path);
    return written;
}

// Asks Verilator where its C++ files are.
static bool find_include(struct rtl_job *self)
{
    struct rtl_tool verilator = {0};
    rtl_tool_arg(&verilator, "verilator");
    rtl_tool_arg(&verilator, "--getenv");
    rtl_tool_arg(&verilator, "VERILATOR_ROOT");
    bool found = rtl_tool_first_line(&verilator, self->include, sizeof self->include, self->err);
    rtl_tool_free(&verilator);
    return found;
}

// The name of the door's file and of its function.
static const char *door(const struct rtl_job *self)
{
    return self->variant->foreign ? "device_door" : "router_door";
}

static void add_options(struct rtl_tool *tool, const char *const *options)
{
    for (const char *const *option = options; *option; option++)
        rtl_tool_arg(tool, "%s", *option);
}

// What all compilations have in common.
static void compiler(const struct rtl_job *self, struct rtl_tool *tool, const char *level)
{
    rtl_tool_arg(tool, "g++");
    rtl_tool_arg(tool, "%s", level);
    add_options(tool, cxx_options);
    add_options(tool, self->variant->foreign ? device_cxx_options : router_cxx_options);
    rtl_tool_arg(tool, "-I%s", self->sources);
    rtl_tool_arg(tool, "-DVM_COVERAGE=%d", has_coverage(self));
    rtl_tool_arg(tool, "-DVM_TRACE=%d", self->variant->waves);
    rtl_tool_arg(tool, "-DVM_TRACE_FST=%d", self->variant->waves);
    rtl_tool_arg(tool, "-isystem%s/include", self->include);
    rtl_tool_arg(tool, "-isystem%s/include/vltstd", self->include);
}

bool rtl_compile_runtime(struct rtl_job *self, const char *folder)
{
    struct rtl_tool tools[MAX_RUNTIME_FILES] = {0};
    const char *files[MAX_RUNTIME_FILES];
    size_t num = runtime_files(self, files);
    if (!find_include(self))
        return false;
    for (size_t i = 0; i < num; i++) {
        compiler(self, &tools[i], level_runtime);
        rtl_tool_arg(&tools[i], "-c");
        rtl_tool_arg(&tools[i], "%s/include/%s.cpp", self->include, files[i]);
        rtl_tool_arg(&tools[i], "-o");
        rtl_tool_arg(&tools[i], "%s/%s.o", folder, files[i]);
    }
    return run(self, tools, num);
}

// What to read of our RTL.
static bool add_sources(struct rtl_job *self, struct rtl_tool *tool)
{
    const struct rtl_variant *variant = self->variant;
    struct rtl_cache_names packages = {0};
    struct rtl_cache_names waivers = {0};
    bool listed = rtl_cache_list(self->sources, "_pkg.sv", &packages, self->err) &&
                  rtl_cache_list(self->sources, ".vlt", &waivers, self->err);
    for (uint32_t i = 0; i < variant->num_parameters; i++)
        rtl_tool_arg(tool, "-G%s=%s", variant->parameters[i].name, variant->parameters[i].value);
    rtl_tool_arg(tool, "-y");
    rtl_tool_arg(tool, "%s", self->sources);
    for (size_t i = 0; i < waivers.num; i++)
        rtl_tool_arg(tool, "%s/%s", self->sources, waivers.names[i]);
    for (size_t i = 0; i < packages.num; i++)
        rtl_tool_arg(tool, "%s/%s", self->sources, packages.names[i]);
    rtl_tool_arg(tool, "%s/%s.sv", self->sources, variant->top);
    rtl_cache_names_free(&packages);
    rtl_cache_names_free(&waivers);
    return listed;
}

// What to read of foreign RTL.
static bool add_foreign_sources(struct rtl_job *self, struct rtl_tool *tool)
{
    const struct rtl_foreign *foreign = self->variant->foreign;
    const char *top = self->variant->top;
    char *file = rtl_cache_text("%s.sv", top);
    char *waiver = rtl_cache_text(foreign_waiver, top, top);
    bool written = write_text(self, file, foreign->top_text) && write_text(self, "top.vlt", waiver);
    rtl_tool_arg(tool, "%s/top.vlt", self->folder);
    add_options(tool, foreign->options);
    rtl_tool_arg(tool, "%s/%s", self->folder, file);
    free(waiver);
    free(file);
    return written;
}

// Keeps what Verilator says of loops in combinational logic, in case they do not settle.
static bool note_loops(struct rtl_job *self)
{
    char *path = rtl_cache_text("%s/" RTL_COMPILE_LOOPS, self->folder);
    FILE *log = fopen(self->log, "re");
    FILE *to = fopen(path, "we");
    char line[1024];
    while (log && to && fgets(line, sizeof line, log))
        if (strncmp(line, "%Warning-UNOPTFLAT: ", 20) == 0)
            fputs(line + 20, to);
    if (log)
        fclose(log);
    bool written = to && fclose(to) == 0;
    if (!written)
        err_set(self->err, ERR_RUN, "cannot write %s: %s", path, strerror(errno));
    free(path);
    return written;
}

// After Verilator failed on foreign RTL: what it found wrong there is the user's.
static bool blame_foreign(struct rtl_job *self)
{
    char line[512] = "";
    FILE *log = fopen(self->log, "re");
    if (log) {
        rtl_tool_find_error(log, line, sizeof line);
        fclose(log);
    }
    const char *fault = rtl_tool_verilator_error(line);
    if (!fault)
        return false;
    *self->err = (struct err){0};
    return err_set(self->err, ERR_CONFIG, "%s", fault);
}

static bool verilate(struct rtl_job *self)
{
    const struct rtl_variant *variant = self->variant;
    struct rtl_tool tool = {0};
    rtl_tool_arg(&tool, "verilator");
    rtl_tool_arg(&tool, variant->systemc ? "--sc" : "--cc");
    add_options(&tool, verilator_options);
    if (variant->large)
        add_options(&tool, large_options);
    add_options(&tool, variant->foreign      ? foreign_options
                       : variant->assertions ? assertion_options
                                             : plain_options);
    if (has_coverage(self))
        add_options(&tool, coverage_options);
    rtl_tool_arg(&tool, "--top-module");
    rtl_tool_arg(&tool, "%s", variant->top);
    rtl_tool_arg(&tool, "--Mdir");
    rtl_tool_arg(&tool, "%s", self->folder);
    if (variant->waves)
        rtl_tool_arg(&tool, "--trace-fst");
    if (!(variant->foreign ? add_foreign_sources(self, &tool) : add_sources(self, &tool))) {
        rtl_tool_free(&tool);
        return false;
    }
    if (!variant->foreign)
        return run(self, &tool, 1);
    return run(self, &tool, 1) ? note_loops(self) : blame_foreign(self);
}

// Gathers the generated files in two: those that run in a cycle, with the door, and the others;
// waves of foreign RTL, of some cycles only, are among these.
static bool gather(struct rtl_job *self)
{
    struct rtl_cache_names files;
    if (!rtl_cache_list(self->folder, ".cpp", &files, self->err))
        return false;
    char *fast = rtl_cache_text("#include \"%s/%s.cpp\"\n", self->sources, door(self));
    char *slow =
        rtl_cache_text("#include \"%s\"\n", has_coverage(self) ? "device_cover.h" : "Vdoor.h");
    for (size_t i = 0; i < files.num; i++) {
        const char *file = files.names[i];
        bool is_slow = strstr(file, "Slow") || strstr(file, "Syms") ||
                       (self->variant->foreign && strstr(file, "Trace"));
        char **list = is_slow ? &slow : &fast;
        char *longer = rtl_cache_text("%s#include \"%s\"\n", *list, file);
        free(*list);
        *list = longer;
    }
    rtl_cache_names_free(&files);
    bool written = write_text(self, "fast.cc", fast) && write_text(self, "slow.cc", slow);
    free(fast);
    free(slow);
    return written;
}

static bool compile(struct rtl_job *self)
{
    bool much = self->variant->large || self->variant->assertions || self->variant->foreign;
    const char *const parts[] = {"fast", "slow"};
    const char *const levels[] = {much ? level_much : level_fast, level_slow};
    struct rtl_tool tools[2] = {0};
    for (size_t i = 0; i < 2; i++) {
        compiler(self, &tools[i], levels[i]);
        rtl_tool_arg(&tools[i], "-I%s", self->folder);
        if (self->variant->assertions)
            rtl_tool_arg(&tools[i], "-DDOOR_CHECKED");
        if (self->variant->define)
            rtl_tool_arg(&tools[i], "-D%s", self->variant->define);
        if (self->variant->systemc)
            rtl_tool_arg(&tools[i], "-DDOOR_SYSTEMC");
        for (uint32_t p = 0; p < self->variant->num_parameters; p++)
            rtl_tool_arg(&tools[i], "-DDOOR_%s=%s", self->variant->parameters[p].name,
                         self->variant->parameters[p].value);
        rtl_tool_arg(&tools[i], "-c");
        rtl_tool_arg(&tools[i], "%s/%s.cc", self->folder, parts[i]);
        rtl_tool_arg(&tools[i], "-o");
        rtl_tool_arg(&tools[i], "%s/%s.o", self->folder, parts[i]);
    }
    return run(self, tools, 2);
}

static bool link_library(struct rtl_job *self)
{
    char *map = rtl_cache_text("{ global: %s; local: *; };\n", door(self));
    bool written = write_text(self, "door.map", map);
    free(map);
    if (!written)
        return false;
    struct rtl_tool tool = {0};
    rtl_tool_arg(&tool, "g++");
    rtl_tool_arg(&tool, "-shared");
    rtl_tool_arg(&tool, "-o");
    rtl_tool_arg(&tool, "%s/%s", self->folder, RTL_COMPILE_LIBRARY);
    rtl_tool_arg(&tool, "%s/fast.o", self->folder);
    rtl_tool_arg(&tool, "%s/slow.o", self->folder);
    const char *files[MAX_RUNTIME_FILES];
    size_t num = runtime_files(self, files);
    for (size_t i = 0; i < num; i++)
        rtl_tool_arg(&tool, "%s/%s.o", self->runtime, files[i]);
    rtl_tool_arg(&tool, "-Wl,--version-script=%s/door.map", self->folder);
    rtl_tool_arg(&tool, "-Wl,-Bsymbolic,-z,defs");
    rtl_tool_arg(&tool, "-lpthread");
    if (self->variant->waves)
        rtl_tool_arg(&tool, "-lz");
    if (self->variant->systemc)
        rtl_tool_arg(&tool, "-lsystemc");
    return run(self, &tool, 1);
}

bool rtl_compile_variant(struct rtl_job *self)
{
    return find_include(self) && verilate(self) && gather(self) && compile(self) &&
           link_library(self);
}
