// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/pin_role.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static const struct {
    const char *word;
    enum pin_role role;
    bool whole; // the word must be a whole token
} words[] = {
    {"v", ROLE_VALID, true},      {"d", ROLE_FLIT, true},        {"ck", ROLE_CLOCK, true},
    {"first", ROLE_HEAD, true},   {"clk", ROLE_CLOCK, false},    {"clock", ROLE_CLOCK, false},
    {"rst", ROLE_RESET, false},   {"reset", ROLE_RESET, false},  {"credit", ROLE_CREDIT, false},
    {"crd", ROLE_CREDIT, false},  {"valid", ROLE_VALID, false},  {"vld", ROLE_VALID, false},
    {"ready", ROLE_READY, false}, {"rdy", ROLE_READY, false},    {"xon", ROLE_ON, true},
    {"on", ROLE_ON, true},        {"xoff", ROLE_OFF, true},      {"off", ROLE_OFF, true},
    {"stop", ROLE_OFF, true},     {"vc", ROLE_VC, true},         {"vcid", ROLE_VC, true},
    {"head", ROLE_HEAD, false},   {"sop", ROLE_HEAD, true},      {"last", ROLE_TAIL, false},
    {"tail", ROLE_TAIL, false},   {"eop", ROLE_TAIL, true},      {"flit", ROLE_FLIT, false},
    {"data", ROLE_FLIT, false},   {"payload", ROLE_FLIT, false},
};

struct pin_tokens pin_tokens(const char *name)
{
    struct pin_tokens self = {0};
    while (self.num < PIN_MAX_TOKENS) {
        size_t length = strcspn(name, "_");
        for (size_t i = 0; i < length && i < PIN_TOKEN_SIZE - 1; i++)
            self.text[self.num][i] = (char)tolower((unsigned char)name[i]);
        self.num++;
        if (!name[length])
            break;
        name += length + 1;
    }
    return self;
}

enum pin_role pin_role(const char *name)
{
    struct pin_tokens tokens = pin_tokens(name);
    bool has[ROLE_NONE + 1] = {false};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        for (uint32_t t = 0; t < tokens.num; t++)
            has[words[w].role] |= words[w].whole ? strcmp(tokens.text[t], words[w].word) == 0
                                                 : strstr(tokens.text[t], words[w].word) != NULL;
    if (has[ROLE_CREDIT])
        return has[ROLE_VALID] ? ROLE_CREDIT_VALID : has[ROLE_VC] ? ROLE_CREDIT_VC : ROLE_CREDIT;
    for (enum pin_role role = ROLE_CLOCK; role < ROLE_NONE; role++)
        if (has[role])
            return role;
    return ROLE_NONE;
}
