// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/failure.h"

#include <stdarg.h>
#include <stdio.h>

const char *const failure_rule_names[FAILURE_NUM_RULES] = {
#define FAILURE_NAME(symbol, name, text) [symbol] = name,
    FAILURE_RULES(FAILURE_NAME)
#undef FAILURE_NAME
};

const char *const failure_rule_texts[FAILURE_NUM_RULES] = {
#define FAILURE_TEXT(symbol, name, text) [symbol] = text,
    FAILURE_RULES(FAILURE_TEXT)
#undef FAILURE_TEXT
};

void failure_set(struct failure *self, const struct failure *what, const char *format, ...)
{
    if (self->found)
        return;
    *self = *what;
    self->found = true;
    va_list args;
    va_start(args, format);
    vsnprintf(self->text, sizeof self->text, format, args);
    va_end(args);
}
