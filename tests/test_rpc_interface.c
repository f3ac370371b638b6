// SPDX-License-Identifier: Apache-2.0
// Interfaces of remote procedures: layouts, costs, what is refused and why.
#include "model/node/rpc_layout.h"
#include "sim/rng.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IN(text) "interface i {\n" text "\n}\n"

static struct rpc_interface *read_text(const char *text)
{
    struct err err = {0};
    struct rpc_interface *self = rpc_interface_read(scratch_file("i.rpc", text), &err);
    cr_assert(self, "%s", err.text);
    return self;
}

// A message of the only procedure costs this; counts may be NULL.
static void expect_cost(const char *text, const uint32_t *counts, enum rpc_direction direction,
                        uint64_t wire_bytes, uint64_t items)
{
    struct rpc_interface *self = read_text(text);
    struct rpc_shape shape = {self, self->procedures, counts};
    struct rpc_cost cost = rpc_layout_cost(&shape, direction);
    cr_assert_eq(cost.wire_bytes, wire_bytes, "%s: %lu bytes", text, cost.wire_bytes);
    cr_assert_eq(cost.items, items, "%s: %lu items", text, cost.items);
    rpc_interface_free(self);
}

Test(rpc_interface, numbers_take_4_or_8_bytes_on_the_wire)
{
    expect_cost(
        IN("procedure p(in byte a, in bool b, in int8 c, in int16 d, in int32 e, in uint8 f, "
           "in uint16 g, in uint32 h, in float i);"),
        NULL, RPC_IN, 9 * 4, 9);
    expect_cost(IN("procedure p(in int64 a, in uint64 b, in double c);"), NULL, RPC_IN, 24, 3);
}

Test(rpc_interface, each_direction_takes_what_goes_its_way)
{
    const char *text = IN("procedure p(in int32 a, out int64 b, inout double c);");
    expect_cost(text, NULL, RPC_IN, 12, 2);
    expect_cost(text, NULL, RPC_OUT, 16, 2);
}

Test(rpc_interface, bytes_are_copied_8_at_once_and_padded_to_4)
{
    expect_cost(IN("procedure p(in byte a[17]);"), NULL, RPC_IN, 20, 3);
    expect_cost(IN("struct s { byte a[17]; }; procedure p(in s x[2]);"), NULL, RPC_IN, 40, 6);
    expect_cost(IN("procedure p(in int8 a[17]);"), NULL, RPC_IN, 17 * 4, 17);
}

Test(rpc_interface, a_bounded_array_has_its_count_before_it_which_is_not_sent_twice)
{
    const char *text = IN("procedure p(in int32 n, in int16 a[<=100] count n);");
    expect_cost(text, (uint32_t[]){5}, RPC_IN, 4 + 20, 1 + 5);
    expect_cost(text, (uint32_t[]){0}, RPC_IN, 4, 1);
    expect_cost(text, NULL, RPC_IN, 404, 101);
    text = IN("procedure p(in string s[<=9], out byte d[<=64] count n, out uint32 n);");
    expect_cost(text, (uint32_t[]){9, 10}, RPC_IN, 4 + 12, 1 + 2);
    expect_cost(text, (uint32_t[]){9, 10}, RPC_OUT, 4 + 12, 1 + 2);
}

Test(rpc_interface, structs_lie_in_memory_as_c_lays_them_out)
{
    struct inner {
        double x;
        char tag;
    };
    struct outer {
        char a;
        short b[3];
        struct inner c[2];
        int d;
        char e[5];
    };
    struct rpc_interface *self =
        read_text(IN("struct inner { double x; byte tag; };"
                     "struct outer { byte a; int16 b[3]; inner c[2]; int32 d; byte e[5]; };"
                     "procedure p(in byte first, inout outer *o, in int32 last);"));
    const struct rpc_type *type = &self->types[self->num_types - 1];
    cr_assert_eq(type->native_bytes, sizeof(struct outer));
    cr_assert_eq(type->native_align, _Alignof(struct outer));
    static const size_t offsets[] = {
        offsetof(struct outer, a),
        offsetof(struct outer, b),
        offsetof(struct outer, b) + 2,
        offsetof(struct outer, b) + 4,
        offsetof(struct outer, c),
        offsetof(struct outer, c) + offsetof(struct inner, tag),
        offsetof(struct outer, c) + sizeof(struct inner),
        offsetof(struct outer, c) + sizeof(struct inner) + offsetof(struct inner, tag),
        offsetof(struct outer, d),
        offsetof(struct outer, e),
    };
    cr_assert_eq(type->num_leaves, sizeof offsets / sizeof *offsets);
    for (uint32_t i = 0; i < type->num_leaves; i++)
        cr_assert_eq(type->leaves[i].native_offset, offsets[i], "leaf %u", i);
    struct all {
        char first;
        struct outer o;
        int last;
    };
    cr_assert_eq(self->procedures[0].params[1].native_offset, offsetof(struct all, o));
    cr_assert_eq(self->procedures[0].params[2].native_offset, offsetof(struct all, last));
    rpc_interface_free(self);
}

// Items come one behind the other on the wire, and are what the cost says.
static void check_items(const struct rpc_shape *shape, enum rpc_direction direction)
{
    struct rpc_cost cost = rpc_layout_cost(shape, direction);
    struct rpc_cursor at = {0};
    struct rpc_leaf item;
    uint64_t num = 0;
    uint64_t end = 0;
    while (rpc_layout_item(shape, direction, &at, &item)) {
        cr_assert_eq(item.wire_offset, end);
        cr_assert(item.native_bytes >= 1 && item.native_bytes <= 8);
        cr_assert_leq(item.native_offset + item.native_bytes, shape->procedure->native_bytes);
        end += item.wire_bytes;
        num++;
    }
    cr_assert_eq(num, cost.items);
    cr_assert_eq(end, cost.wire_bytes);
}

Test(rpc_interface, items_fill_the_wire_without_a_gap)
{
    struct rpc_interface *self = read_text(
        IN("struct s { byte a; int16 b[3]; double c; byte d[13]; };"
           "procedure p(in byte a, in s x, inout s *y, in int32 n, in s z[<=7] count n, out byte "
           "m[11], in string t[<=33], inout uint32 k, inout int64 q[<=5] count k);"));
    struct rng rng = rng_make(1, RNG_VALIDATE, 0);
    for (int i = 0; i < 100; i++) {
        uint32_t counts[3] = {(uint32_t)rng_below(&rng, 8), (uint32_t)rng_below(&rng, 34),
                              (uint32_t)rng_below(&rng, 6)};
        struct rpc_shape shape = {self, self->procedures, counts};
        check_items(&shape, RPC_IN);
        check_items(&shape, RPC_OUT);
    }
    rpc_interface_free(self);
}

Test(rpc_interface, what_cannot_be_marshalled_is_refused_with_its_line_and_why)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {IN("procedure p(in void *x);"), ":2: void cannot be marshalled: nothing tells the stub"},
        {IN("procedure p(in byte *x);"), ":2: a pointer without a size"},
        {IN("procedure p(in string *x);"), ":2: a pointer without a size"},
        {IN("procedure p(in int32 **x);"), ":2: a pointer to a pointer"},
        {IN("procedure p(in int32 *x[4]);"), ":2: an array of pointers"},
        {IN("procedure p(in int32 x, ...);"), ":2: untyped arguments"},
        {IN("\nglobal int32 x;"), ":3: global state cannot be shared"},
        {IN("procedure p(global int32 x);"), ":2: global state cannot be shared"},
        {IN("extern int32 x;"), ":2: global state"},
        {IN("procedure p(in int32 x[]);"), ":2: an array without a bound"},
        {IN("procedure p(in int32 x[*]);"), ":2: an array without a bound"},
        {IN("procedure p(in string x);"), ":2: a string without a bound"},
        {IN("procedure p(in procedure f);"), ":2: a procedure cannot be passed"},
        {IN("procedure p(in int32 (*f)(int32));"), ":2: a pointer to a procedure"},
        {IN("procedure p(in union u);"), ":2: a union cannot be marshalled"},
        {IN("struct s { int32 a;\n s b; };"), ":3: struct s contains itself"},
        {IN("struct s { int32 a; struct s *b; };"), ":2: struct s contains itself"},
        {IN("struct s { int32 *a; };"), ":2: a pointer within a struct"},
        {IN("struct s { string a; };"), ":2: a string within a struct"},
        {IN("struct s { byte a[<=4]; };"), ":2: a bounded array within a struct"},
        {IN("procedure p(in int32 a[<=4]);"), "'count' and a parameter expected"},
        {IN("procedure p(in int32 a[<=4] count n);"), "there is no parameter 'n' to count 'a'"},
        {IN("procedure p(out int32 n, in int32 a[<=4] count n);"), "go different ways"},
        {IN("procedure p(in int16 n, in int32 a[<=4] count n);"), "not an int32 or uint32"},
        {IN("procedure p(in int32 n, in byte a[<=4] count n, in byte b[<=4] count n);"),
         "'n' counts both 'a' and 'b'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        cr_assert_null(rpc_interface_read(scratch_file("r.rpc", rows[i].text), &err), "%s",
                       rows[i].text);
        cr_assert_eq(err.status, ERR_TRACE);
        cr_assert(strstr(err.text, rows[i].message), "%s\nnot: %s", err.text, rows[i].message);
    }
}

Test(rpc_interface, what_makes_no_sense_is_refused_with_its_line)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", ":1: 'interface' expected, not 'the end of the file'"},
        {"interface i {", "expected, not 'the end of the file'"},
        {IN(""), "interface i has no procedures"},
        {IN("procedure p();") "x", ":4: 'x' after the end"},
        {IN("procedure p(int32 a);"), "'in', 'out' or 'inout' expected, not 'int32'"},
        {IN("procedure p(in int23 a);"), "'int23' is not a type; did you mean 'int8'?"},
        {IN("procedure p(in int32 a, in int32 a);"), "there is another 'a'"},
        {IN("procedure p();\nprocedure p();"), ":3: there is another 'p'"},
        {IN("struct int32 { byte a; };"), "there is another 'int32'"},
        {IN("struct s { };"), "struct s has no members"},
        {IN("procedure p(in byte a[0]);"), "a length of 1 to 16777216 expected"},
        {IN("procedure p(in byte a[16777217]);"), "a length of 1 to 16777216 expected"},
        {IN("procedure p(in byte a[99999999999999999999]);"), "too large a number"},
        {IN("procedure p(in byte a[4x]);"), "4x]); is not a number"},
        {IN("procedure p() cost_ns x;"), "a number of ns expected"},
        {IN("procedure p(in byte a)"), "';' expected, not '}'"},
        {IN("procedure p(in double a[16777216], in double b[16777216], in double c[16777216], in "
            "double d[16777216], in double e[16777216]);"),
         "a message of p takes more than 512 MiB"},
        {IN("struct s { double a[5000]; };"), "struct s has more than 4096 numbers"},
        {IN("procedure p(in byte a, in byte b, in byte c, in byte d, in byte e, in byte f, in byte "
            "g, in byte h, in byte i, in byte j, in byte k, in byte l, in byte m, in byte n, in "
            "byte o, in byte p, in byte q);"),
         "more than 16 parameters"},
        {IN("procedure abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl();"),
         "'abcdefghijklmnopqrst...' is longer than 63 letters"},
        {IN("procedure p\x01;"), "a byte 0x01, which is no text"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        cr_assert_null(rpc_interface_read(scratch_file("r.rpc", rows[i].text), &err), "%s",
                       rows[i].text);
        cr_assert(strstr(err.text, rows[i].message), "%s\nnot: %s", err.text, rows[i].message);
    }
}

static void rewrite(const char *path, const char *text)
{
    FILE *to = fopen(path, "w");
    cr_assert(to);
    fputs(text, to);
    fclose(to);
}

// Texts that are made of pieces of interfaces, with bytes changed at random: each is read, or
// refused with a message; and what is read has layouts that fit.
Test(rpc_interface, any_text_is_read_or_refused)
{
    static const char *const pieces[] = {
        "interface i {",
        "}",
        "struct s {",
        "};",
        "procedure p(",
        ");",
        "in ",
        "out ",
        "inout ",
        "int32 ",
        "n, ",
        "byte ",
        "d",
        "[<=",
        "[",
        "]",
        "16",
        "count",
        " n",
        "*",
        "string ",
        "...",
        ",",
        "double x; ",
        "s ",
        " cost_ns 5",
        "\n",
        "# c\n",
        "int32 n, in byte d[<=9] count n",
        "byte a[3];",
        "procedure q();",
        "void ",
        "4294967296",
    };
    struct rng rng = rng_make(7, RNG_VALIDATE, 0);
    unsigned num_read = 0;
    const char *path = scratch_file("f.rpc", "");
    for (int i = 0; i < 3000; i++) {
        char text[1024] = "interface i { ";
        bool tidy = rng_below(&rng, 2);
        if (tidy)
            strcat(text, "struct s { byte a[3]; double x; }; procedure o(inout s x); procedure p(");
        for (uint64_t n = rng_below(&rng, 12); n > 0; n--)
            strcat(text, pieces[rng_below(&rng, sizeof pieces / sizeof *pieces)]);
        strcat(text, tidy ? ");}" : "}");
        if (rng_below(&rng, 3) == 0)
            text[rng_below(&rng, strlen(text))] = (char)(1 + rng_below(&rng, 255));
        struct err err = {0};
        rewrite(path, text);
        struct rpc_interface *self = rpc_interface_read(path, &err);
        cr_assert_eq(self == NULL, err.status != ERR_NONE, "%s", text);
        num_read += self != NULL;
        for (uint32_t p = 0; self && p < self->num_procedures; p++) {
            struct rpc_shape shape = {self, &self->procedures[p], NULL};
            check_items(&shape, RPC_IN);
            check_items(&shape, RPC_OUT);
        }
        rpc_interface_free(self);
    }
    cr_assert_gt(num_read, 30);
}
