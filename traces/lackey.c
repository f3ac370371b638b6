// SPDX-License-Identifier: Apache-2.0
#include "traces/lackey.h"

#include <string.h>

enum { PREFIX = 3, MAX_SIZE_DIGITS = 5 };

// The kind of reference that a line begins with, or MEM_REF_NUM_KINDS.
static inline enum mem_ref_kind kind_of(const char *line)
{
    // Short circuits keep this from reading behind a newline.
    if (line[0] == 'I')
        return line[1] == ' ' && line[2] == ' ' ? MEM_REF_FETCH : MEM_REF_NUM_KINDS;
    if (line[0] != ' ' || line[1] == '\n' || line[2] != ' ')
        return MEM_REF_NUM_KINDS;
    return line[1] == 'L'   ? MEM_REF_LOAD
           : line[1] == 'S' ? MEM_REF_STORE
           : line[1] == 'M' ? MEM_REF_MODIFY
                            : MEM_REF_NUM_KINDS;
}

// Valgrind's own: a number between two pairs of the same mark.
static bool is_said(const char *line)
{
    char mark = line[0];
    if ((mark != '=' && mark != '-' && mark != '*') || line[1] != mark)
        return false;
    const char *at = line + 2;
    while (*at >= '0' && *at <= '9')
        at++;
    return at > line + 2 && at[0] == mark && at[1] == mark;
}

// Decodes the line of a reference behind its prefix. Returns the next line, or NULL with a fault.
static inline const char *decode_numbers(const char *from, struct mem_ref *ref, const char **fault)
{
    uint64_t address;
    const char *at = mem_text_number(from, &address);
    if (!at || *at != ',') {
        *fault = "not an address of 1 to 16 hexadecimal digits and a comma";
        return NULL;
    }
    const char *digits = ++at;
    uint32_t size = 0;
    for (unsigned digit; (digit = (unsigned)*at - '0') <= 9 && at - digits < MAX_SIZE_DIGITS; at++)
        size = size * 10 + digit;
    if (at == digits || *at != '\n' || !mem_text_fits(address, size)) {
        *fault = "not a size of 1 to 65535 bytes, within the address space, at the end of the line";
        return NULL;
    }
    *ref = (struct mem_ref){.address = address, .size = (uint16_t)size};
    return at + 1;
}

static size_t decode(struct mem_text *text, struct mem_ref *refs, size_t cap)
{
    const char *at = text->at;
    size_t num = 0;
    uint64_t others = 0;
    while (num < cap && at < text->end) {
        enum mem_ref_kind kind = kind_of(at);
        const char *next;
        if (kind < MEM_REF_NUM_KINDS) {
            next = decode_numbers(at + PREFIX, &refs[num], &text->fault);
            if (!next)
                break;
            refs[num++].kind = (uint8_t)kind;
        } else if (is_said(at)) {
            next = (const char *)memchr(at, '\n', (size_t)(text->end - at)) + 1;
            others++;
        } else {
            text->fault = "neither a reference (I, L, S or M) nor a message of Valgrind";
            break;
        }
        at = next;
    }
    text->at = at;
    text->lines += num + others;
    text->others += others;
    return num;
}

static bool probe(const char *line)
{
    struct mem_ref ref;
    const char *fault;
    return is_said(line) ||
           (kind_of(line) < MEM_REF_NUM_KINDS && decode_numbers(line + PREFIX, &ref, &fault));
}

const struct mem_format lackey_format = {
    .name = "lackey",
    .help = "memory references as Valgrind's lackey writes them (--trace-mem=yes)",
    .probe = probe,
    .decode = decode,
};
