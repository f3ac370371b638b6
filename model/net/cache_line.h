// SPDX-License-Identifier: Apache-2.0
// Memory in whole lines of the cache: what one thread writes lies in no line that another one uses.
#ifndef ORDITO_MODEL_NET_CACHE_LINE_H
#define ORDITO_MODEL_NET_CACHE_LINE_H

#include <stdlib.h>
#include <string.h>

enum { CACHE_LINE_BYTES = 64 };

// `num` items of `size` bytes, which is a multiple of a line, all zero; free releases. NULL if out
// of memory.
static inline void *cache_line_calloc(size_t num, size_t size)
{
    void *items = aligned_alloc(CACHE_LINE_BYTES, num * size);
    if (items)
        memset(items, 0, num * size);
    return items;
}

#endif
