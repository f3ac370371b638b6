// SPDX-License-Identifier: Apache-2.0
// What a pin is for, guessed from the words of its name.
#ifndef ORDITO_SIM_WORKBENCH_PIN_ROLE_H
#define ORDITO_SIM_WORKBENCH_PIN_ROLE_H

#include <stdint.h>

// What a pin is for. Forward ones go with the flits.
enum pin_role {
    ROLE_CLOCK,
    ROLE_RESET,
    ROLE_VALID,
    ROLE_HEAD,
    ROLE_TAIL,
    ROLE_VC,
    ROLE_FLIT,
    ROLE_READY, // from here on backward
    ROLE_ON,
    ROLE_OFF,
    ROLE_CREDIT,
    ROLE_CREDIT_VALID,
    ROLE_CREDIT_VC,
    ROLE_NONE
};

enum { PIN_MAX_TOKENS = 12, PIN_TOKEN_SIZE = 64 };

// A name in its tokens, between underscores, in small letters; cut where they are longer.
struct pin_tokens {
    char text[PIN_MAX_TOKENS][PIN_TOKEN_SIZE];
    uint32_t num;
};

struct pin_tokens pin_tokens(const char *name);
enum pin_role pin_role(const char *name);

#endif
