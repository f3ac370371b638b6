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

#endif
