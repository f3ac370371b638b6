// SPDX-License-Identifier: Apache-2.0
#include "model/net/rtl_build.h"

#include "model/net/rtl_cache.h"
#include "model/net/rtl_compile.h"
#include "model/net/rtl_tool.h"
#include "sim/host.h"
#include "sim/interrupt.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Entries of foreign RTL that stay in the cache, about a megabyte each: every change of it makes
// one.
enum { MAX_FOREIGN = 100 };

// One request, and where its things are.
struct request {
    const struct rtl_variant *variant;
    char *sources;
    char *cache;
    char *entry;       // folder of the variant
    char *entry_new;   // the same while it is built
    char *runtime;     // folder of the runtime's object files
    char *runtime_new; // the same while it is built
    char *log;         // what the tools said
    struct err *err;
};

static void request_free(struct request *self)
{
    free(self->sources);
    free(self->cache);
    free(self->entry);
    free(self->entry_new);
    free(self->runtime);
    free(self->runtime_new);
    free(self->log);
}

static bool hash_verilator(uint64_t *hash, struct err *err)
{
    char identity[PATH_MAX + 64];
    if (!rtl_tool_identity("verilator", identity, sizeof identity, err))
        return false;
    *hash = rtl_cache_hash_text(*hash, identity);
    return true;
}

static uint64_t hash_foreign(uint64_t hash, const struct rtl_foreign *foreign)
{
    char contents[24];
    snprintf(contents, sizeof contents, "%016" PRIx64, foreign->hash);
    hash = rtl_cache_hash_text(rtl_cache_hash_text(hash, foreign->top_text), contents);
    for (const char *const *option = foreign->options; *option; option++)
        hash = rtl_cache_hash_text(hash, *option);
    return hash;
}

// Names everything, after finding the folders and hashing what a library depends on.
static bool identify(struct request *self)
{
    const struct rtl_variant *variant = self->variant;
    uint64_t hash = rtl_compile_hash(RTL_CACHE_HASH);
    if (!hash_verilator(&hash, self->err) ||
        !rtl_cache_find(&self->sources, &self->cache, self->err))
        return false;
    const struct rtl_foreign *foreign = variant->foreign;
    const char *waves = variant->waves ? "-waves" : "";
    const char *coverage = foreign && foreign->coverage ? "-coverage" : "";
    self->runtime = rtl_cache_text("%s/runtime%s%s%s-%016" PRIx64, self->cache,
                                   foreign ? "-device" : "", coverage, waves, hash);
    self->runtime_new = rtl_cache_text("%s.new", self->runtime);
    static const char *const suffixes[] = {".cpp", ".h", ".sv", ".svh", ".vlt"};
    for (size_t i = 0; i < (foreign ? 2 : sizeof suffixes / sizeof *suffixes); i++)
        if (!rtl_cache_hash_files(&hash, self->sources, suffixes[i], self->err))
            return false;
    for (uint32_t i = 0; i < variant->num_parameters; i++) {
        hash = rtl_cache_hash_text(hash, variant->parameters[i].name);
        hash = rtl_cache_hash_text(hash, variant->parameters[i].value);
    }
    if (foreign)
        hash = hash_foreign(hash, foreign);
    self->entry =
        rtl_cache_text("%s/%s%s%s%s%s-%016" PRIx64, self->cache, foreign ? RTL_BUILD_FOREIGN : "",
                       foreign ? foreign->name : variant->top,
                       variant->assertions ? "-assertions" : "", coverage, waves, hash);
    self->entry_new = rtl_cache_text("%s.new", self->entry);
    self->log = rtl_cache_text("%s.log", self->entry);
    return true;
}

// The hash of a library in a folder, and the name of the file that holds it as text.
static bool library_hash(const char *folder, char text[17], struct err *err)
{
    char *path = rtl_cache_text("%s/" RTL_COMPILE_LIBRARY, folder);
    uint64_t hash = RTL_CACHE_HASH;
    bool done = rtl_cache_hash_file(&hash, path, err);
    snprintf(text, 17, "%016" PRIx64, hash);
    free(path);
    return done;
}

static char *hash_path(const char *folder)
{
    return rtl_cache_text("%s/door.hash", folder);
}

// True if the library is there and whole. A damaged one must not even be mapped.
static bool is_whole(const struct request *self)
{
    struct err ignored = {0};
    char actual[17];
    char noted[17] = "";
    char *path = hash_path(self->entry);
    FILE *file = fopen(path, "re");
    if (file) {
        if (!fgets(noted, sizeof noted, file))
            *noted = 0;
        fclose(file);
    }
    free(path);
    return *noted && library_hash(self->entry, actual, &ignored) && strcmp(actual, noted) == 0;
}

static bool load(const struct request *self, struct rtl_library *library, struct err *err)
{
    if (!is_whole(self))
        return err_set(err, ERR_RUN, "there is no whole RTL library in %s", self->entry);
    char *path = rtl_cache_text("%s/" RTL_COMPILE_LIBRARY, self->entry);
    // Never unmapped: Verilator's runtime has memory per thread that would be lost with it
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    free(path);
    if (!handle)
        return err_set(err, ERR_RUN, "cannot load an RTL library: %s", dlerror());
    const struct router_door *(*door)(void) = NULL;
    const struct device_door *(*device)(void) = NULL;
    *(void **)&door = dlsym(handle, "router_door");
    *(void **)&device = dlsym(handle, "device_door");
    if (self->variant->foreign ? !device : !door) {
        dlclose(handle);
        return err_set(err, ERR_RUN, "%s holds no RTL library", self->entry);
    }
    rtl_cache_touch(self->entry);
    *library = (struct rtl_library){
        .handle = handle,
        .folder = rtl_cache_text("%s", self->entry),
        .door = door ? door() : NULL,
        .device = device ? device() : NULL,
    };
    return true;
}

// Moves a finished folder to its place, where a damaged one may be.
static bool move_into_place(const char *folder, const char *place, struct err *err)
{
    rtl_cache_remove(place);
    if (rename(folder, place) == 0)
        return true;
    return err_set(err, ERR_RUN, "cannot rename %s to %s: %s", folder, place, strerror(errno));
}

// Writes the library's hash beside it, and removes all else but texts.
static bool seal(const struct request *self)
{
    char hash[17];
    if (!library_hash(self->entry_new, hash, self->err))
        return false;
    struct rtl_cache_names files;
    if (!rtl_cache_list(self->entry_new, "", &files, self->err))
        return false;
    for (size_t i = 0; i < files.num; i++) {
        char *path = rtl_cache_text("%s/%s", self->entry_new, files.names[i]);
        if (strcmp(files.names[i], RTL_COMPILE_LIBRARY) != 0 && !strstr(files.names[i], ".sv") &&
            strcmp(files.names[i], RTL_COMPILE_LOOPS) != 0)
            unlink(path);
        free(path);
    }
    rtl_cache_names_free(&files);
    char *path = hash_path(self->entry_new);
    FILE *file = fopen(path, "we");
    bool written = file && fputs(hash, file) >= 0;
    if (file)
        written = fclose(file) == 0 && written;
    free(path);
    return written || err_set(self->err, ERR_RUN, "cannot write in %s", self->entry_new);
}

static bool build_runtime(const struct request *self, struct rtl_job *job)
{
    int lock = rtl_cache_lock(self->runtime, self->err);
    if (lock < 0)
        return false;
    bool done = access(self->runtime, R_OK) == 0 ||
                (rtl_cache_empty_folder(self->runtime_new, self->err) &&
                 rtl_compile_runtime(job, self->runtime_new) &&
                 move_into_place(self->runtime_new, self->runtime, self->err));
    if (!done)
        rtl_cache_remove(self->runtime_new);
    rtl_cache_unlock(lock);
    return done;
}

static bool build(const struct request *self)
{
    struct rtl_job job = {
        .variant = self->variant,
        .sources = self->sources,
        .folder = self->entry_new,
        .runtime = self->runtime,
        .log = self->log,
        .err = self->err,
    };
    unlink(self->log);
    bool done = build_runtime(self, &job) && rtl_cache_empty_folder(self->entry_new, self->err) &&
                rtl_compile_variant(&job) && seal(self) &&
                move_into_place(self->entry_new, self->entry, self->err);
    if (done)
        unlink(self->log);
    else
        rtl_cache_remove(self->entry_new);
    if (done && self->variant->foreign)
        rtl_cache_trim(self->cache, RTL_BUILD_FOREIGN, MAX_FOREIGN);
    return done;
}

// Under the entry's lock: someone else may have built it while we waited.
static bool build_and_load(const struct request *self, bool quiet, struct rtl_library *library)
{
    struct err ignored = {0};
    int lock = rtl_cache_lock(self->entry, self->err);
    if (lock < 0)
        return false;
    bool loaded = load(self, library, &ignored);
    if (!loaded && interrupt_pending()) {
        err_set(self->err, ERR_INTERRUPTED, "interrupted before an RTL router was built");
    } else if (!loaded) {
        if (!quiet)
            fprintf(stderr, "building %s ...\n", self->variant->words);
        loaded = build(self) && load(self, library, self->err);
        if (!loaded && interrupt_pending()) { // which the tools die of, too
            unlink(self->log);
            *self->err = (struct err){0};
            err_set(self->err, ERR_INTERRUPTED, "interrupted before an RTL router was built");
        }
    }
    rtl_cache_unlock(lock);
    return loaded;
}

bool rtl_build_open(const struct rtl_variant *variant, bool quiet, double *build_s,
                    struct rtl_library *library, struct err *err)
{
    struct err ignored = {0};
    struct request request = {.variant = variant, .err = err};
    bool opened = identify(&request);
    if (opened && !load(&request, library, &ignored)) {
        double start_s = host_now_s();
        opened = build_and_load(&request, quiet, library);
        *build_s += host_now_s() - start_s;
    }
    request_free(&request);
    return opened;
}

void rtl_variant_set(struct rtl_variant *variant, const char *name, const char *format, ...)
{
    assert(variant->num_parameters < RTL_BUILD_MAX_PARAMETERS);
    uint32_t idx = variant->num_parameters++;
    va_list args;
    variant->parameters[idx].name = name;
    va_start(args, format);
    vsnprintf(variant->parameters[idx].value, sizeof variant->parameters[idx].value, format, args);
    va_end(args);
}

void rtl_build_close(struct rtl_library *library)
{
    if (library->handle)
        dlclose(library->handle);
    free(library->folder);
    *library = (struct rtl_library){0};
}
