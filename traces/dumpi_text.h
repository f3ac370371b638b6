// SPDX-License-Identifier: Apache-2.0
// Arguments of a call in a DUMPI trace, as values, and printed into templates.
//
// An argument that is missing, or does not hold what is asked for, fills the parse's `err` with
// ERR_TRACE: file, line, rank, call, argument. What is returned or printed may then be anything,
// and nothing more is found wrong: it is enough to look at the end.
#ifndef ORDITO_TRACES_DUMPI_TEXT_H
#define ORDITO_TRACES_DUMPI_TEXT_H

#include "traces/dumpi_call.h"

enum { DUMPI_ANY = -1 }; // source or tag

// A call in work.
struct dumpi_parse {
    struct dumpi_call *call;
    FILE *to;
    struct err *err;
};

// True if nothing is wrong up to here.
bool dumpi_text_good(const struct dumpi_parse *p);
// Says what is wrong with an argument or, if that is "", with the call.
void dumpi_text_wrong(const struct dumpi_parse *p, const char *field, const char *what);

// A number, which may have a name in parentheses behind it.
int32_t dumpi_text_integer(const struct dumpi_parse *p, const char *name);
// The next number of a list in brackets, if there is one: `*at` is NULL before the first.
bool dumpi_text_element(const struct dumpi_parse *p, const char *name, const char **at,
                        int32_t *value);

// Prints a template, and in place of what stands in braces the value of that argument (`any` if it
// is that); with `:TYPE` behind it, the bytes of so many elements of that datatype, or those of
// each number of a list, with commas between; `0` is a 0 for each rank.
void dumpi_text_print(const struct dumpi_parse *p, const char *template);

#endif
