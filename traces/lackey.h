// SPDX-License-Identifier: Apache-2.0
// Memory traces as Valgrind's lackey writes them with --trace-mem=yes, a reference a line:
//     "I  " fetch | " L " load | " S " store | " M " modify, then ADDRESS,SIZE
// with the address in hexadecimal, without 0x, and the size in bytes in decimal.
//
// Lines that Valgrind says itself ("==PID==", "--PID--" or "**PID**" and text) are passed over;
// anything else is a fault.
#ifndef ORDITO_TRACES_LACKEY_H
#define ORDITO_TRACES_LACKEY_H

#include "traces/mem_text.h"

extern const struct mem_format lackey_format;

#endif
