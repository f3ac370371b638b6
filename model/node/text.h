// SPDX-License-Identifier: Apache-2.0
// Fields of a line of text: numbers separated by blanks.
#ifndef ORDITO_MODEL_NODE_TEXT_H
#define ORDITO_MODEL_NODE_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define TEXT_BLANKS " \t\r"

// Cuts off a comment; true if something is left.
static inline bool text_strip(char *line)
{
    line[strcspn(line, "#")] = '\0';
    return line[strspn(line, TEXT_BLANKS)] != '\0';
}

// Length of the field at the front of `*text`, which moves on to it; 0 at the end of the line.
static inline int text_field(const char **text)
{
    *text += strspn(*text, TEXT_BLANKS);
    return (int)strcspn(*text, TEXT_BLANKS);
}

// Takes a decimal number, digits only and at most `max`, from the front of `*text`. Otherwise
// false, and `*text` is at the field that is none.
static inline bool text_number(const char **text, uint64_t max, uint64_t *value)
{
    int length = text_field(text);
    uint64_t number = 0;
    for (int i = 0; i < length; i++) {
        uint64_t digit = (uint64_t)((*text)[i] - '0');
        if (digit > 9 || number > (max - digit) / 10 || digit > max)
            return false;
        number = number * 10 + digit;
    }
    *text += length;
    *value = number;
    return length > 0;
}

#endif
