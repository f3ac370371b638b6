// SPDX-License-Identifier: Apache-2.0
#include "sim/host.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double clock_s(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

double host_now_s(void)
{
    return clock_s(CLOCK_MONOTONIC);
}

double host_cpu_s(void)
{
    return clock_s(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t host_peak_rss_bytes(void)
{
    char line[256];
    uint64_t peak_kib = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %" SCNu64, &peak_kib) == 1)
            break;
    if (status)
        fclose(status);
    return peak_kib * 1024;
}

uint32_t host_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (uint32_t)CPU_COUNT(&set);
    return 1;
}

// --- limits -------------------------------------------------------------------------------------

// The number in a file; UINT64_MAX if there is no such file, or a word such as "max" in it.
static uint64_t number_in(const char *folder, const char *file)
{
    char path[4096 + 64];
    uint64_t number = UINT64_MAX;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *from = fopen(path, "re");
    if (from && fscanf(from, "%" SCNu64, &number) != 1)
        number = UINT64_MAX;
    if (from)
        fclose(from);
    return number;
}

// The least limit of the group `root`/`path` and those above it, up to `root`. In a container
// `path` may be what it is outside, and only `root` be there.
static uint64_t least_limit(const char *root, const char *path, const char *file)
{
    char folder[4096];
    uint64_t least = UINT64_MAX;
    snprintf(folder, sizeof folder, "%s%s", root, path);
    for (;;) {
        uint64_t limit = number_in(folder, file);
        least = limit < least ? limit : least;
        char *slash = strrchr(folder, '/');
        if (strlen(folder) <= strlen(root) || !slash)
            return least;
        *slash = 0;
    }
}

// A line is ID:CONTROLLERS:PATH; of version 2, without controllers.
static uint64_t limit_of_line(char *line, const char *root)
{
    char folder[4096];
    strtok(line, "\n");
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(++controllers, ':') : NULL;
    if (!path)
        return UINT64_MAX;
    *path++ = 0;
    if (*controllers == 0) {
        snprintf(folder, sizeof folder, "%s/unified", root); // where version 1 is there, too
        uint64_t beside = least_limit(folder, path, "memory.max");
        uint64_t alone = least_limit(root, path, "memory.max");
        return beside < alone ? beside : alone;
    }
    if (strcmp(controllers, "memory") != 0)
        return UINT64_MAX;
    snprintf(folder, sizeof folder, "%s/memory", root);
    return least_limit(folder, path, "memory.limit_in_bytes");
}

uint64_t host_group_limit_bytes(const char *groups, const char *root)
{
    char line[4096];
    uint64_t least = UINT64_MAX;
    FILE *from = fopen(groups, "re");
    while (from && fgets(line, sizeof line, from)) {
        uint64_t limit = limit_of_line(line, root);
        least = limit < least ? limit : least;
    }
    if (from)
        fclose(from);
    return least;
}

uint64_t host_memory_bytes(const char **whose)
{
    uint64_t pages = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t limit = host_group_limit_bytes("/proc/self/cgroup", "/sys/fs/cgroup");
    *whose = limit < pages ? "the control group of this process" : "this machine";
    return limit < pages ? limit : pages;
}
