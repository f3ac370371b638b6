// SPDX-License-Identifier: Apache-2.0
// What the machine tells of this process: time, memory and processors.
#ifndef ORDITO_SIM_HOST_H
#define ORDITO_SIM_HOST_H

#include <stdint.h>

// Seconds of a steady clock.
double host_now_s(void);

// Seconds of processor time that this process has used.
double host_cpu_s(void);

// Most memory that this program has had, 0 if unknown. What getrusage tells is kept over exec, and
// may be that of a parent.
uint64_t host_peak_rss_bytes(void);

// Processors that it may use, 1 or more.
uint32_t host_processors(void);

// Most memory that this process may have, and whose limit that is, in words: the machine's pages,
// or those of a control group that it is in.
uint64_t host_memory_bytes(const char **whose);

// The least limit of the control groups, versions 1 and 2, that a file like /proc/self/cgroup
// names, and of those above them, below the folder `root` (/sys/fs/cgroup). UINT64_MAX if there is
// none.
uint64_t host_group_limit_bytes(const char *groups, const char *root);

#endif
