// SPDX-License-Identifier: Apache-2.0
// Where RTL sources and built libraries are on disk.
//
// Sources: $ORDITO_RTL; else `rtl` beside the build folder of the program or library, when that is
// in its source tree; else share/ordito/rtl beside its folder, wherever that was moved to; else
// ORDITO_DATADIR/rtl. Libraries: `build/rtl` in that source tree if it can be written
// to; else $XDG_CACHE_HOME/ordito; else ~/.cache/ordito.
//
// Owner: strings returned through pointers are the caller's, to be freed with free().
#ifndef ORDITO_MODEL_NET_RTL_CACHE_H
#define ORDITO_MODEL_NET_RTL_CACHE_H

#include "sim/err.h"

#include <stddef.h>
#include <stdint.h>

// Finds both folders, and makes that of the libraries if it is missing.
bool rtl_cache_find(char **sources, char **cache, struct err *err);

// Names of the files in a folder that end in `suffix`, in alphabetic order.
struct rtl_cache_names {
    char **names;
    size_t num;
};

bool rtl_cache_list(const char *folder, const char *suffix, struct rtl_cache_names *names,
                    struct err *err);
void rtl_cache_names_free(struct rtl_cache_names *names);

// FNV-1a hashes, chained by their first argument; RTL_CACHE_HASH starts a chain.
#define RTL_CACHE_HASH UINT64_C(0xcbf29ce484222325)
uint64_t rtl_cache_hash_text(uint64_t hash, const char *text);
bool rtl_cache_hash_file(uint64_t *hash, const char *path, struct err *err);
// Names and contents of all files in a folder that end in `suffix`.
bool rtl_cache_hash_files(uint64_t *hash, const char *folder, const char *suffix, struct err *err);

// printf into new memory. Asserts that there is memory.
char *rtl_cache_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Waits for the lock of an entry of the cache, against other processes and threads. Returns a
// descriptor, or -1 with `err` filled; rtl_cache_unlock gives it back.
int rtl_cache_lock(const char *entry, struct err *err);
void rtl_cache_unlock(int lock);

// Makes a folder, and those above it, unless they are there.
bool rtl_cache_make_folders(const char *folder, struct err *err);

// Makes an empty folder, where there may be one already. It holds files only.
bool rtl_cache_empty_folder(const char *folder, struct err *err);

// Notes that an entry of the cache is used now.
void rtl_cache_touch(const char *entry);

// Removes all but the `most` entries, folders whose names begin with `prefix`, that were touched
// last. Those that are in use stay in the memory of who uses them.
void rtl_cache_trim(const char *cache, const char *prefix, size_t most);

// Removes a folder with all that is in it. Nothing happens if it is not there.
void rtl_cache_remove(const char *folder);

#endif
