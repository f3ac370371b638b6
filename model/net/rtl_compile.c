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

// Options of g++ for all that goes into a library. Hidden symbols keep libraries apart.
static const char *const cxx_options[] = {
    "-std=gnu++17",
    "-fPIC",
    "-fvisibility=hidden",
    "-fvisibility-inlines-hidden",
    "-DVM_COVERAGE=0",
    "-DVM_SC=0",
    "-DVM_TRACE_VCD=0",
    "-DVL_TIME_CONTEXT",
    "-DVL_USER_STOP",                               // the door has its own
    "-DVL_PRINTF(...)=fprintf(stderr,__VA_ARGS__)", // standard output belongs to results
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

// Files of Verilator's runtime that a library needs; the last one for waves only.
static const char *const runtime_files[] = {"verilated", "verilated_threads", "verilated_fst_c"};

static size_t num_runtime_files(const struct rtl_job *self)
{
    return self->variant->waves ? 3 : 2;
}

uint64_t rtl_compile_hash(uint64_t hash)
{
    const char *const *const tables[] = {cxx_options, verilator_options, large_options,
                                         plain_options, assertion_options};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const char *const *option = tables[i]; *option; option++)
            hash = rtl_cache_hash_text(hash, *option);
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
    rtl_tool_arg(tool, "-DVM_TRACE=%d", self->variant->waves);
    rtl_tool_arg(tool, "-DVM_TRACE_FST=%d", self->variant->waves);
    rtl_tool_arg(tool, "-isystem%s/include", self->include);
    rtl_tool_arg(tool, "-isystem%s/include/vltstd", self->include);
}

bool rtl_compile_runtime(struct rtl_job *self, const char *folder)
{
    struct rtl_tool tools[3] = {0};
    size_t num = num_runtime_files(self);
    if (!find_include(self))
        return false;
    for (size_t i = 0; i < num; i++) {
        compiler(self, &tools[i], level_runtime);
        rtl_tool_arg(&tools[i], "-c");
        rtl_tool_arg(&tools[i], "%s/include/%s.cpp", self->include, runtime_files[i]);
        rtl_tool_arg(&tools[i], "-o");
        rtl_tool_arg(&tools[i], "%s/%s.o", folder, runtime_files[i]);
    }
    return run(self, tools, num);
}

static bool verilate(struct rtl_job *self)
{
    const struct rtl_variant *variant = self->variant;
    struct rtl_cache_names packages = {0};
    struct rtl_cache_names waivers = {0};
    bool listed = rtl_cache_list(self->sources, "_pkg.sv", &packages, self->err) &&
                  rtl_cache_list(self->sources, ".vlt", &waivers, self->err);
    struct rtl_tool tool = {0};
    rtl_tool_arg(&tool, "verilator");
    rtl_tool_arg(&tool, variant->systemc ? "--sc" : "--cc");
    add_options(&tool, verilator_options);
    if (variant->large)
        add_options(&tool, large_options);
    add_options(&tool, variant->assertions ? assertion_options : plain_options);
    rtl_tool_arg(&tool, "--top-module");
    rtl_tool_arg(&tool, "%s", variant->top);
    rtl_tool_arg(&tool, "--Mdir");
    rtl_tool_arg(&tool, "%s", self->folder);
    if (variant->waves)
        rtl_tool_arg(&tool, "--trace-fst");
    for (uint32_t i = 0; i < variant->num_parameters; i++)
        rtl_tool_arg(&tool, "-G%s=%s", variant->parameters[i].name, variant->parameters[i].value);
    rtl_tool_arg(&tool, "-y");
    rtl_tool_arg(&tool, "%s", self->sources);
    for (size_t i = 0; i < waivers.num; i++)
        rtl_tool_arg(&tool, "%s/%s", self->sources, waivers.names[i]);
    for (size_t i = 0; i < packages.num; i++)
        rtl_tool_arg(&tool, "%s/%s", self->sources, packages.names[i]);
    rtl_tool_arg(&tool, "%s/%s.sv", self->sources, variant->top);
    rtl_cache_names_free(&packages);
    rtl_cache_names_free(&waivers);
    if (listed)
        return run(self, &tool, 1);
    rtl_tool_free(&tool);
    return false;
}

// Gathers the generated files in two: those that run in a cycle, with the door, and the others.
static bool gather(struct rtl_job *self)
{
    struct rtl_cache_names files;
    if (!rtl_cache_list(self->folder, ".cpp", &files, self->err))
        return false;
    char *fast = rtl_cache_text("#include \"%s/router_door.cpp\"\n", self->sources);
    char *slow = rtl_cache_text("#include \"Vdoor.h\"\n");
    for (size_t i = 0; i < files.num; i++) {
        const char *file = files.names[i];
        char **list = strstr(file, "Slow") || strstr(file, "Syms") ? &slow : &fast;
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
    bool much = self->variant->large || self->variant->assertions;
    const char *const parts[] = {"fast", "slow"};
    const char *const levels[] = {much ? level_much : level_fast, level_slow};
    struct rtl_tool tools[2] = {0};
    for (size_t i = 0; i < 2; i++) {
        compiler(self, &tools[i], levels[i]);
        rtl_tool_arg(&tools[i], "-I%s", self->folder);
        rtl_tool_arg(&tools[i], "-I%s", self->sources);
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
    if (!write_text(self, "door.map", "{ global: router_door; local: *; };\n"))
        return false;
    struct rtl_tool tool = {0};
    rtl_tool_arg(&tool, "g++");
    rtl_tool_arg(&tool, "-shared");
    rtl_tool_arg(&tool, "-o");
    rtl_tool_arg(&tool, "%s/%s", self->folder, RTL_COMPILE_LIBRARY);
    rtl_tool_arg(&tool, "%s/fast.o", self->folder);
    rtl_tool_arg(&tool, "%s/slow.o", self->folder);
    for (size_t i = 0; i < num_runtime_files(self); i++)
        rtl_tool_arg(&tool, "%s/%s.o", self->runtime, runtime_files[i]);
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
