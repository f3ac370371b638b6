// SPDX-License-Identifier: Apache-2.0
#include "sim/host.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>

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
