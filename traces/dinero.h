// SPDX-License-Identifier: Apache-2.0
// Memory traces for the Dinero cache simulators, a reference a line, in either of two forms that
// may be mixed. The fields are separated by blanks; text behind them is a comment.
//     LABEL ADDRESS        0 load, 1 store, 2 fetch: of the aligned word of 4 bytes at the address
//     LABEL ADDRESS SIZE   r load, w store, i fetch, m (miscellaneous) load; or in upper case
// Numbers are hexadecimal, with or without 0x.
//
// Lines that are no references (3 and 4, escapes; c and v, copy-back and invalidate) are checked
// and passed over.
// Source: Hill, "Dinero III documentation", 1985; Edler and Hill, "Dinero IV", 1998.
#ifndef ORDITO_TRACES_DINERO_H
#define ORDITO_TRACES_DINERO_H

#include "traces/mem_text.h"

extern const struct mem_format dinero_format;

#endif
