// SPDX-License-Identifier: Apache-2.0
// The header of a Netrace trace, checked for what it says of itself: that it is one of version 1.0,
// and that its regions make up the trace.
#ifndef ORDITO_TRACES_NETRACE_HEADER_H
#define ORDITO_TRACES_NETRACE_HEADER_H

#include "traces/input.h"
#include "traces/netrace.h"

// Reads the header, and sets how many bytes it has. False with ERR_TRACE.
bool netrace_header_read(struct input *input, struct netrace_header *header, uint64_t *num_bytes,
                         struct err *err);

// A little-endian number of so many bytes.
uint64_t netrace_number(const unsigned char *bytes, uint32_t num);

#endif
