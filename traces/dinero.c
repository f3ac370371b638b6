// SPDX-License-Identifier: Apache-2.0
#include "traces/dinero.h"

#include <string.h>

enum { WORD_BYTES = 4, NO_REFERENCE = MEM_REF_NUM_KINDS, NO_LABEL };

// What a label says: a kind of reference, NO_REFERENCE or NO_LABEL.
static int kind_of(char label)
{
    switch (label) {
    case '0':
    case 'r':
    case 'R':
    case 'm':
    case 'M':
        return MEM_REF_LOAD;
    case '1':
    case 'w':
    case 'W':
        return MEM_REF_STORE;
    case '2':
    case 'i':
    case 'I':
        return MEM_REF_FETCH;
    case '3':
    case '4':
    case 'c':
    case 'C':
    case 'v':
    case 'V':
        return NO_REFERENCE;
    default:
        return NO_LABEL;
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

// Reads blanks and a number, which blanks or the end of the line end. NULL if there is none.
static const char *read_field(const char *at, uint64_t *number)
{
    if (!is_blank(*at))
        return NULL;
    while (is_blank(*at))
        at++;
    if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X'))
        at += 2;
    at = mem_text_number(at, number);
    return at && (is_blank(*at) || *at == '\n') ? at : NULL;
}

// Decodes a line as far as its fields go; `kind` may become NO_REFERENCE. NULL if there is a fault.
static const char *decode_line(const char *line, struct mem_ref *ref, int *kind, const char **fault)
{
    while (is_blank(*line))
        line++;
    *kind = kind_of(*line);
    if (*kind == NO_LABEL) {
        *fault = "no label that Dinero knows (0 to 4, or r, w, i, m, c, v)";
        return NULL;
    }
    uint64_t address;
    const char *at = read_field(line + 1, &address);
    if (!at) {
        *fault = "no address of 1 to 16 hexadecimal digits after the label";
        return NULL;
    }
    uint64_t size = WORD_BYTES;
    if (*line >= '0' && *line <= '4')
        address &= ~(uint64_t)(WORD_BYTES - 1);
    else
        at = read_field(at, &size);
    if (!at || !mem_text_fits(address, size)) {
        *fault = "no size of 1 to ffff bytes, within the address space, after the address";
        return NULL;
    }
    *ref = (struct mem_ref){.address = address, .size = (uint16_t)size, .kind = (uint8_t)*kind};
    return at;
}

static size_t decode(struct mem_text *text, struct mem_ref *refs, size_t cap)
{
    size_t num = 0;
    while (num < cap && text->at < text->end) {
        int kind;
        const char *at = decode_line(text->at, &refs[num], &kind, &text->fault);
        if (!at)
            break;
        if (*at != '\n') // a comment
            at = memchr(at, '\n', (size_t)(text->end - at));
        num += kind != NO_REFERENCE;
        text->others += kind == NO_REFERENCE;
        text->lines++;
        text->at = at + 1;
    }
    return num;
}

static bool probe(const char *line)
{
    struct mem_ref ref;
    int kind;
    const char *fault;
    return decode_line(line, &ref, &kind, &fault);
}

const struct mem_format dinero_format = {
    .name = "dinero",
    .help = "memory references for the Dinero cache simulators, either form of din",
    .probe = probe,
    .decode = decode,
};
