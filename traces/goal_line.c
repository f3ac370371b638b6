// SPDX-License-Identifier: Apache-2.0
#include "traces/goal_line.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum { MAX_WORD = 63 };

#define MAX_CALC_NS UINT64_C(1000000000000000)

void goal_line_strip(char *line, bool *in_comment)
{
    char *to = line;
    for (const char *from = line; *from;) {
        if (*in_comment) {
            bool closes = from[0] == '*' && from[1] == '/';
            *in_comment = !closes;
            from += closes ? 2 : 1;
        } else if (from[0] == '/' && from[1] == '/') {
            break;
        } else if (from[0] == '/' && from[1] == '*') {
            *in_comment = true;
            from += 2;
            *to++ = ' ';
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

// --- tokens: words, numbers, and single characters -----------------------------------------------

static bool is_in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static struct goal_word token_at(const char *at)
{
    while (*at == ' ' || *at == '\t' || *at == '\r')
        at++;
    struct goal_word token = {.text = at};
    if (isdigit((unsigned char)*at) || (*at == '-' && isdigit((unsigned char)at[1]))) {
        token.length = 1;
        while (isdigit((unsigned char)at[token.length]))
            token.length++;
        return token;
    }
    while (is_in_word(at[token.length]))
        token.length++;
    if (token.length == 0 && *at)
        token.length = 1;
    return token;
}

static bool is(struct goal_word token, const char *text)
{
    return token.length == strlen(text) && memcmp(token.text, text, token.length) == 0;
}

static bool is_label(struct goal_word token)
{
    return token.length > 0 && isalpha((unsigned char)*token.text);
}

static struct goal_word take(const char **rest)
{
    struct goal_word token = token_at(*rest);
    *rest = token.text + token.length;
    return token;
}

static bool unexpected(struct goal_word token, const char *wanted, struct err *err)
{
    if (token.length == 0)
        return err_set(err, ERR_TRACE, "the line ends where %s should be", wanted);
    return err_set(err, ERR_TRACE, "'%.*s' where %s should be",
                   token.length < MAX_WORD ? (int)token.length : MAX_WORD, token.text, wanted);
}

static bool take_word(const char **rest, const char *word, struct err *err)
{
    struct goal_word token = take(rest);
    return is(token, word) || unexpected(token, word, err);
}

// A number up to `max`; with `any` also -1, which then is UINT64_MAX.
static bool take_number(const char **rest, const char *what, uint64_t max, bool any,
                        uint64_t *number, struct err *err)
{
    struct goal_word token = take(rest);
    *number = UINT64_MAX;
    if (any && is(token, "-1"))
        return true;
    if (token.length == 0 || !isdigit((unsigned char)*token.text))
        return unexpected(token, what, err);
    uint64_t value = 0;
    for (size_t i = 0; i < token.length && value <= max; i++)
        value =
            value > UINT64_MAX / 10 - 1 ? UINT64_MAX : value * 10 + (uint64_t)(token.text[i] - '0');
    *number = value;
    return value <= max ||
           err_set(err, ERR_TRACE, "%s of %.*s is more than %" PRIu64, what,
                   (int)(token.length < MAX_WORD ? token.length : MAX_WORD), token.text, max);
}

// --- operations ----------------------------------------------------------------------------------

// What may follow send, recv and calc.
static bool take_options(const char **rest, struct goal_statement *statement, bool message,
                         struct err *err)
{
    static const char *const names[] = {"tag", "cpu", "nic"};
    bool receives = statement->op.kind == OP_RECV;
    for (size_t i = message ? 0 : 1; i < (message ? 3 : 2); i++) {
        uint64_t number;
        if (!is(token_at(*rest), names[i]))
            continue;
        take(rest);
        if (!take_number(rest,
                         i == 0   ? "a tag"
                         : i == 1 ? "a cpu"
                                  : "a nic",
                         i == 0 ? INT32_MAX : UINT8_MAX, i == 0 && receives, &number, err))
            return false;
        if (i == 0)
            statement->op.tag = number == UINT64_MAX ? -1 : (int32_t)number;
        else
            *(i == 1 ? &statement->cpu : &statement->nic) = (uint8_t)number;
    }
    return true;
}

static bool take_message(const char **rest, struct goal_statement *statement, struct err *err)
{
    struct op *op = &statement->op;
    bool receives = op->kind == OP_RECV;
    uint64_t peer;
    op->address = OP_NO_ADDRESS;
    if (!take_number(rest, "a number of bytes", OP_MAX_BYTES, false, &op->bytes, err) ||
        !take_word(rest, "b", err) || !take_word(rest, receives ? "from" : "to", err) ||
        !take_number(rest, "a rank", INT32_MAX, receives, &peer, err))
        return false;
    *(receives ? &op->source : &op->destination) = peer == UINT64_MAX ? -1 : (int32_t)peer;
    return take_options(rest, statement, true, err);
}

static bool take_calc(const char **rest, struct goal_statement *statement, struct err *err)
{
    uint64_t ns;
    if (!take_number(rest, "a calculation's ns", MAX_CALC_NS, false, &ns, err))
        return false;
    statement->op.amount = (double)ns;
    return take_options(rest, statement, false, err);
}

// Operations of the dialect with one-sided communication.
static bool is_one_sided(struct goal_word word)
{
    static const char *const words[] = {"put",  "get",      "append",  "tput",   "tget",
                                        "test", "calcgem5", "tappend", "trigger"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is(word, words[i]))
            return true;
    return false;
}

static bool take_operation(const char **rest, struct goal_word word,
                           struct goal_statement *statement, struct err *err)
{
    static const struct {
        const char *word;
        enum op_kind kind;
    } kinds[] = {{"send", OP_SEND}, {"recv", OP_RECV}, {"calc", OP_COMPUTE}};
    statement->kind = GOAL_OP;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!is(word, kinds[i].word))
            continue;
        statement->op.kind = kinds[i].kind;
        return statement->op.kind == OP_COMPUTE ? take_calc(rest, statement, err)
                                                : take_message(rest, statement, err);
    }
    if (is_one_sided(word))
        return err_set(err, ERR_TRACE,
                       "%.*s is of the dialect with one-sided operations, which cannot be replayed",
                       (int)word.length, word.text);
    return unexpected(word, "send, recv or calc", err);
}

// --- statements ----------------------------------------------------------------------------------

// What begins with a label.
static bool take_labelled(const char **rest, struct goal_statement *statement, struct err *err)
{
    struct goal_word word = take(rest);
    if (is(word, ":"))
        return take_operation(rest, take(rest), statement, err);
    if (!is(word, "requires") && !is(word, "irequires"))
        return is_one_sided(statement->label)
                   ? take_operation(rest, statement->label, statement, err)
                   : unexpected(word, "':', requires or irequires", err);
    statement->kind = is(word, "requires") ? GOAL_REQUIRES : GOAL_IREQUIRES;
    statement->other = take(rest);
    return is_label(statement->other) || unexpected(statement->other, "a label", err);
}

static bool is_operation(struct goal_word word)
{
    return is(word, "send") || is(word, "recv") || is(word, "calc");
}

// After a statement comes the end of the line, or of the block.
static bool ends(const char *rest, struct err *err)
{
    struct goal_word next = token_at(rest);
    return next.length == 0 || is(next, "}") || unexpected(next, "the end of the line", err);
}

bool goal_line_next(const char **rest, struct goal_statement *statement, struct err *err)
{
    struct goal_word word = take(rest);
    *statement = (struct goal_statement){.kind = GOAL_NOTHING};
    if (word.length == 0)
        return true;
    if (is(word, "}")) {
        statement->kind = GOAL_CLOSE;
        return true;
    }
    if (is(word, "rank")) {
        statement->kind = GOAL_RANK;
        return take_number(rest, "a rank", UINT32_MAX, false, &statement->number, err) &&
               take_word(rest, "{", err);
    }
    if (is(word, "num_ranks")) {
        statement->kind = GOAL_RANKS;
        return take_number(rest, "a number of ranks", UINT32_MAX, false, &statement->number, err) &&
               ends(*rest, err);
    }
    if (is_operation(word))
        return take_operation(rest, word, statement, err) && ends(*rest, err);
    if (!is_label(word))
        return unexpected(word, "a statement", err);
    statement->label = word;
    return take_labelled(rest, statement, err) && ends(*rest, err);
}
