// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/device_elaborate.h"

#include "model/net/rtl_cache.h"
#include "model/net/rtl_tool.h"
#include "sim/interrupt.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// Files of .v whose names are words of SystemVerilog are read again as Verilog.
static const char old_verilog[] = "+1364-2005ext+v";

enum { MAX_LINE = 1024 };

static void __attribute__((format(printf, 2, 3)))
add_option(struct device_elaboration *self, const char *format, ...)
{
    self->options = realloc(self->options, (self->num_options + 2) * sizeof *self->options);
    assert(self->options);
    va_list args;
    va_start(args, format);
    int length = vasprintf(&self->options[self->num_options], format, args);
    va_end(args);
    assert(length >= 0);
    self->options[++self->num_options] = NULL;
}

void device_elaborate_free(struct device_elaboration *self)
{
    for (size_t i = 0; i < self->num_options; i++)
        free(self->options[i]);
    free(self->options);
    free(self->pins);
    *self = (struct device_elaboration){0};
}

void device_elaborate_shorten(char *text)
{
    char here[PATH_MAX];
    if (!getcwd(here, sizeof here - 1))
        return;
    strcat(here, "/");
    size_t length = strlen(here);
    for (char *path = strstr(text, here); path; path = strstr(path, here))
        memmove(path, path + length, strlen(path + length) + 1);
}

// The whole path of a file or folder of the RTL, the caller's; or NULL with `err` filled.
static char *resolve(const struct device_map_rtl *rtl, const char *key, const char *name,
                     struct err *err)
{
    char *path =
        *name == '/' ? rtl_cache_text("%s", name) : rtl_cache_text("%s/%s", rtl->folder, name);
    char *whole = realpath(path, NULL);
    if (!whole)
        err_set(err, ERR_CONFIG, "%s: %s: %s: %s", rtl->map, key, path, strerror(errno));
    free(path);
    if (whole && strpbrk(whole, " \t\n\"'\\&<>")) {
        err_set(err, ERR_CONFIG, "%s: Verilator takes no blanks, quotes, \\, &, < and > in paths",
                whole);
        free(whole);
        return NULL;
    }
    return whole;
}

static bool ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text);
    return length >= strlen(suffix) && strcmp(text + length - strlen(suffix), suffix) == 0;
}

// True of a file whose first word that is no comment begins a package.
static bool is_package(const char *path)
{
    char line[MAX_LINE];
    bool found = false;
    bool other = false;
    FILE *file = fopen(path, "re");
    while (file && !found && !other && fgets(line, sizeof line, file)) {
        const char *word = line + strspn(line, " \t\r\n");
        found = strncmp(word, "package ", 8) == 0;
        other = strncmp(word, "module ", 7) == 0;
    }
    if (file)
        fclose(file);
    return found;
}

// All sources of a folder, those that have to be read first before others.
static bool add_folder(struct device_elaboration *self, const char *folder, struct err *err)
{
    struct rtl_cache_names names;
    if (!rtl_cache_list(folder, "", &names, err))
        return false;
    size_t before = self->num_options;
    for (int rank = 0; rank < 3; rank++)
        for (size_t i = 0; i < names.num; i++) {
            const char *name = names.names[i];
            char *path = rtl_cache_text("%s/%s", folder, name);
            if (ends_with(name, ".sv") || ends_with(name, ".v")) {
                int own = ends_with(name, "_pkg.sv") ? 0 : is_package(path) ? 1 : 2;
                if (own == rank)
                    add_option(self, "%s", path);
            }
            free(path);
        }
    rtl_cache_names_free(&names);
    return self->num_options > before ||
           err_set(err, ERR_CONFIG, "there is no file *.sv or *.v in %s", folder);
}

static bool add_source(struct device_elaboration *self, const struct device_map_rtl *rtl,
                       const char *key, const char *name, struct err *err)
{
    struct stat status;
    char *path = resolve(rtl, key, name, err);
    if (!path)
        return false;
    bool added = true;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        added = add_folder(self, path, err);
    else
        add_option(self, "%s", path);
    free(path);
    return added;
}

static bool add_options(struct device_elaboration *self, const struct device_map_rtl *rtl,
                        struct err *err)
{
    if (access(rtl->folder, R_OK | X_OK) != 0)
        return err_set(err, ERR_CONFIG, "%s: rtl: the folder %s cannot be read: %s", rtl->map,
                       rtl->folder, strerror(errno));
    static const char *const own_folder[] = {".", NULL};
    const char *const *includes = rtl->includes && *rtl->includes ? rtl->includes : own_folder;
    for (const char *const *define = rtl->defines; define && *define; define++)
        add_option(self, "+define+%s", *define);
    for (; *includes; includes++) {
        char *path = resolve(rtl, "includes", *includes, err);
        if (!path)
            return false;
        add_option(self, "-I%s", path);
        free(path);
    }
    if (!rtl->sources)
        return add_source(self, rtl, "rtl", ".", err);
    for (const char *const *source = rtl->sources; *source; source++)
        if (!add_source(self, rtl, "sources", *source, err))
            return false;
    return true;
}

// Runs Verilator, whose description and messages go to the files `xml` and `log` without names.
// True if it ended well; else `err` is only filled if it could not be run.
static bool run(const struct device_elaboration *self, const struct device_map_rtl *rtl, int xml,
                int log, struct err *err)
{
    struct rtl_tool tool = {0};
    static const char *const fixed[] = {"verilator",   "--xml-only",     "-Wno-fatal",
                                        "--no-timing", "-Werror-MODDUP", "--top-module"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        rtl_tool_arg(&tool, "%s", fixed[i]);
    rtl_tool_arg(&tool, "%s", rtl->top);
    rtl_tool_arg(&tool, "--xml-output");
    rtl_tool_arg(&tool, "/proc/%ld/fd/%d", (long)getpid(), xml);
    for (const char *const *value = rtl->parameters; value && *value; value++)
        rtl_tool_arg(&tool, "-G%s", *value);
    for (size_t i = 0; i < self->num_options; i++)
        rtl_tool_arg(&tool, "%s", self->options[i]);
    bool done = rtl_tool_start(&tool, log, err) && rtl_tool_ended_well(&tool);
    rtl_tool_free(&tool);
    if (!done && interrupt_pending())
        err_set(err, ERR_INTERRUPTED, "interrupted before the RTL was read");
    return done;
}

// Adds the modules that a file defines.
static void add_modules(struct rtl_cache_names *modules, const char *path)
{
    char line[MAX_LINE];
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        char name[128];
        if (sscanf(line, " module %127[A-Za-z0-9_$]", name) != 1)
            continue;
        modules->names = realloc(modules->names, (modules->num + 1) * sizeof *modules->names);
        assert(modules->names);
        modules->names[modules->num++] = rtl_cache_text("%s", name);
    }
    if (file)
        fclose(file);
}

// There is no top module.
static void explain_top(const struct device_elaboration *self, const struct device_map_rtl *rtl,
                        struct err *err)
{
    struct rtl_cache_names modules = {0};
    for (size_t i = 0; i < self->num_options; i++)
        if (*self->options[i] == '/')
            add_modules(&modules, self->options[i]);
    const char *nearest = err_nearest(rtl->top, (const char *const *)modules.names, modules.num);
    err_set(err, ERR_CONFIG, "%s: top: there is no module %s in the sources of %s%s%s", rtl->map,
            rtl->top, rtl->folder, nearest ? "; nearest: " : "", nearest ? nearest : "");
    rtl_cache_names_free(&modules);
}

// What Verilator says of command lines is said of the map's keys.
static void explain(const struct device_elaboration *self, const struct device_map_rtl *rtl,
                    const char *fault, struct err *err)
{
    static const char no_top[] = "Specified --top-module";
    static const char no_parameter[] = "Parameters from the command line were not found in the "
                                       "design: ";
    if (strncmp(fault, no_top, strlen(no_top)) == 0)
        explain_top(self, rtl, err);
    else if (strncmp(fault, no_parameter, strlen(no_parameter)) == 0)
        err_set(err, ERR_CONFIG, "%s: parameters: %s has no parameter %s", rtl->map, rtl->top,
                fault + strlen(no_parameter));
    else
        err_set(err, ERR_CONFIG, "%s%s", fault,
                strstr(fault, "requires --timing")
                    ? ": RTL is run by clock cycles, without delays; a test bench must not be "
                      "among the sources (key sources of the map)"
                    : "");
    device_elaborate_shorten(err->text);
}

static void count_warnings(struct device_elaboration *self, FILE *log)
{
    char line[MAX_LINE];
    while (fgets(line, sizeof line, log)) {
        const char *text = strncmp(line, "%Warning", 8) == 0 ? strstr(line, ": ") : NULL;
        if (text && self->num_warnings++ == 0)
            snprintf(self->warning, sizeof self->warning, "%.*s", (int)strcspn(text + 2, "\n"),
                     text + 2);
    }
    device_elaborate_shorten(self->warning);
}

static FILE *nameless(const char *name)
{
    int file = memfd_create(name, MFD_CLOEXEC);
    return file < 0 ? NULL : fdopen(file, "w+");
}

// Runs Verilator once and reads what it says. `fault` is filled with its first error.
static bool try(struct device_elaboration *self, const struct device_map_rtl *rtl, char *fault,
                size_t size, struct err *err)
{
    FILE *xml = nameless("xml");
    FILE *log = nameless("log");
    bool done = xml && log;
    *fault = 0;
    if (!done) {
        err_set(err, ERR_RUN, "cannot make files for Verilator: %s", strerror(errno));
    } else if (run(self, rtl, fileno(xml), fileno(log), err)) {
        rewind(xml);
        rewind(log);
        done = device_elaborate_xml(self, xml, err);
        count_warnings(self, log);
    } else {
        char line[MAX_LINE];
        rewind(log);
        rtl_tool_find_error(log, line, sizeof line);
        const char *text = rtl_tool_verilator_error(line);
        snprintf(fault, size, "%s", text ? text : line);
        done = false;
    }
    if (xml)
        fclose(xml);
    if (log)
        fclose(log);
    return done;
}

bool device_elaborate(struct device_elaboration *self, const struct device_map_rtl *rtl,
                      struct err *err)
{
    char fault[MAX_LINE];
    char ignored[MAX_LINE];
    *self = (struct device_elaboration){0};
    if (!add_options(self, rtl, err))
        return false;
    if (try(self, rtl, fault, sizeof fault, err))
        return true;
    if (err->status == ERR_NONE && strstr(fault, ".v:") &&
        (strstr(fault, "syntax error") || strstr(fault, "reserved word"))) {
        add_option(self, "%s", old_verilog);
        if (try(self, rtl, ignored, sizeof ignored, err))
            return true;
    }
    if (err->status == ERR_NONE)
        explain(self, rtl, fault, err);
    return false;
}
