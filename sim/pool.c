// SPDX-License-Identifier: Apache-2.0
#include "sim/pool.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 16 };

void *pool_grow(struct pool *self, void *slots, size_t bytes)
{
    uint32_t cap = self->cap ? 2 * self->cap : FIRST_SLOTS;
    void *more = reallocarray(slots, cap, bytes);
    if (more)
        self->cap = cap;
    return more;
}
