// SPDX-License-Identifier: Apache-2.0
#include "model/net/rtl_cache.h"

#include <assert.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_OPEN_FOLDERS = 16 };

#ifndef ORDITO_DATADIR
#define ORDITO_DATADIR "/usr/local/share/ordito"
#endif

char *rtl_cache_text(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    assert(length >= 0);
    return text;
}

static bool is_there(const char *folder, const char *file)
{
    char *path = rtl_cache_text("%s/%s", folder, file);
    bool there = access(path, R_OK) == 0;
    free(path);
    return there;
}

bool rtl_cache_make_folders(const char *folder, struct err *err)
{
    char *path = rtl_cache_text("%s", folder);
    bool made = true;
    for (char *slash = strchr(path + 1, '/'); slash && made; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        made = mkdir(path, 0777) == 0 || errno == EEXIST;
        if (made)
            *slash = '/';
    }
    made = made && (mkdir(path, 0777) == 0 || errno == EEXIST);
    if (!made)
        err_set(err, ERR_RUN, "cannot make the folder %s: %s", path, strerror(errno));
    free(path);
    return made;
}

// The folder one or two above that of a program or library, if `below` it there is RTL; or NULL.
static char *find_above(const char *file, const char *below)
{
    char place[PATH_MAX];
    if (!realpath(file, place))
        return NULL;
    char *folder = dirname(place);
    for (int level = 0; level < 2; level++) {
        folder = dirname(folder);
        if (is_there(folder, below))
            return rtl_cache_text("%s", folder);
    }
    return NULL;
}

// The same of the program, or of the library that this is in.
static char *find_around(const char *below)
{
    static const char in_here; // an address for dladdr
    Dl_info here;
    char *folder = find_above("/proc/self/exe", below);
    if (!folder && dladdr(&in_here, &here) && here.dli_fname)
        folder = find_above(here.dli_fname, below);
    return folder;
}

static char *user_cache(struct err *err)
{
    const char *xdg = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    if (xdg && *xdg == '/')
        return rtl_cache_text("%s/ordito", xdg);
    if (home && *home == '/')
        return rtl_cache_text("%s/.cache/ordito", home);
    err_set(err, ERR_RUN,
            "nowhere to keep RTL libraries: neither XDG_CACHE_HOME nor HOME names a folder");
    return NULL;
}

bool rtl_cache_find(char **sources, char **cache, struct err *err)
{
    const char *asked = getenv("ORDITO_RTL");
    bool is_asked = asked && *asked;
    char *tree = is_asked ? NULL : find_around("rtl/router_sim.sv");
    char *prefix = is_asked || tree ? NULL : find_around("share/ordito/rtl/router_sim.sv");
    *sources = is_asked ? rtl_cache_text("%s", asked)
               : tree   ? rtl_cache_text("%s/rtl", tree)
               : prefix ? rtl_cache_text("%s/share/ordito/rtl", prefix)
                        : rtl_cache_text("%s/rtl", ORDITO_DATADIR);
    if (tree && access(tree, W_OK) == 0)
        *cache = rtl_cache_text("%s/build/rtl", tree);
    else
        *cache = user_cache(err);
    free(prefix);
    free(tree);
    bool found = *cache != NULL;
    if (found && !is_there(*sources, "router_sim.sv"))
        found =
            err_set(err, ERR_RUN, "the RTL sources are not in %s; ORDITO_RTL can name their folder",
                    *sources);
    if (found && rtl_cache_make_folders(*cache, err))
        return true;
    free(*sources);
    free(*cache);
    *sources = NULL;
    *cache = NULL;
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool rtl_cache_list(const char *folder, const char *suffix, struct rtl_cache_names *names,
                    struct err *err)
{
    *names = (struct rtl_cache_names){0};
    DIR *dir = opendir(folder);
    if (!dir)
        return err_set(err, ERR_RUN, "cannot read the folder %s: %s", folder, strerror(errno));
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        size_t length = strlen(entry->d_name);
        if (*entry->d_name == '.' || length < strlen(suffix) ||
            strcmp(entry->d_name + length - strlen(suffix), suffix) != 0)
            continue;
        names->names = realloc(names->names, (names->num + 1) * sizeof *names->names);
        assert(names->names);
        names->names[names->num++] = rtl_cache_text("%s", entry->d_name);
    }
    closedir(dir);
    if (names->num)
        qsort(names->names, names->num, sizeof *names->names, by_name);
    return true;
}

void rtl_cache_names_free(struct rtl_cache_names *names)
{
    for (size_t i = 0; i < names->num; i++)
        free(names->names[i]);
    free(names->names);
    *names = (struct rtl_cache_names){0};
}

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t rtl_cache_hash_text(uint64_t hash, const char *text)
{
    return hash_bytes(hash, text, strlen(text) + 1);
}

bool rtl_cache_hash_file(uint64_t *hash, const char *path, struct err *err)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return err_set(err, ERR_RUN, "cannot read %s: %s", path, strerror(errno));
    char block[8192];
    for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
        *hash = hash_bytes(*hash, block, got);
    bool read = !ferror(file);
    fclose(file);
    return read || err_set(err, ERR_RUN, "cannot read %s", path);
}

bool rtl_cache_hash_files(uint64_t *hash, const char *folder, const char *suffix, struct err *err)
{
    struct rtl_cache_names names;
    bool done = rtl_cache_list(folder, suffix, &names, err);
    for (size_t i = 0; done && i < names.num; i++) {
        char *path = rtl_cache_text("%s/%s", folder, names.names[i]);
        *hash = rtl_cache_hash_text(*hash, names.names[i]);
        done = rtl_cache_hash_file(hash, path, err);
        free(path);
    }
    rtl_cache_names_free(&names);
    return done;
}

int rtl_cache_lock(const char *entry, struct err *err)
{
    char *path = rtl_cache_text("%s.lock", entry);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    int result = lock < 0 ? -1 : flock(lock, LOCK_EX);
    while (lock >= 0 && result < 0 && errno == EINTR)
        result = flock(lock, LOCK_EX);
    if (result < 0) {
        err_set(err, ERR_RUN, "cannot lock %s: %s", path, strerror(errno));
        if (lock >= 0)
            close(lock);
        lock = -1;
    }
    free(path);
    return lock;
}

void rtl_cache_unlock(int lock)
{
    close(lock);
}

bool rtl_cache_empty_folder(const char *folder, struct err *err)
{
    rtl_cache_remove(folder);
    if (mkdir(folder, 0777) == 0)
        return true;
    return err_set(err, ERR_RUN, "cannot make the folder %s: %s", folder, strerror(errno));
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

void rtl_cache_remove(const char *folder)
{
    nftw(folder, remove_entry, MAX_OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

void rtl_cache_touch(const char *entry)
{
    utimensat(AT_FDCWD, entry, NULL, 0);
}

struct dated {
    char *path;
    struct timespec used;
};

static int latest_first(const void *a, const void *b)
{
    const struct timespec *x = &((const struct dated *)a)->used;
    const struct timespec *y = &((const struct dated *)b)->used;
    if (x->tv_sec != y->tv_sec)
        return x->tv_sec < y->tv_sec ? 1 : -1;
    return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

void rtl_cache_trim(const char *cache, const char *prefix, size_t most)
{
    struct err ignored = {0};
    struct rtl_cache_names names;
    if (!rtl_cache_list(cache, "", &names, &ignored))
        return;
    struct dated *entries = calloc(names.num + 1, sizeof *entries);
    assert(entries);
    size_t num = 0;
    for (size_t i = 0; i < names.num; i++) {
        struct stat status;
        char *path = rtl_cache_text("%s/%s", cache, names.names[i]);
        if (strncmp(names.names[i], prefix, strlen(prefix)) == 0 && !strstr(path, ".new") &&
            stat(path, &status) == 0 && S_ISDIR(status.st_mode))
            entries[num++] = (struct dated){.path = path, .used = status.st_mtim};
        else
            free(path);
    }
    qsort(entries, num, sizeof *entries, latest_first);
    for (size_t i = 0; i < num; i++) {
        if (i >= most)
            rtl_cache_remove(entries[i].path);
        free(entries[i].path);
    }
    free(entries);
    rtl_cache_names_free(&names);
}
