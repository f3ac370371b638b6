// SPDX-License-Identifier: Apache-2.0
// Reads Verilator's description of elaborated RTL (--xml-only). Ports come before the table of the
// types that they refer to by number.
#include "sim/workbench/device_elaborate.h"

#include "model/net/rtl_cache.h"

#include <assert.h>
#include <expat.h>
#include <stdlib.h>
#include <string.h>

enum kind {
    KIND_OTHER,
    KIND_BASIC,
    KIND_ALIAS,
    KIND_ARRAY,
    KIND_UNPACKED,
    KIND_STRUCT,
    KIND_UNION
};

enum { MAX_DEPTH = 32, BLOCK_BYTES = 65536 };

static const struct {
    const char *element;
    enum kind kind;
} kinds[] = {
    {"basicdtype", KIND_BASIC},          {"refdtype", KIND_ALIAS},     {"enumdtype", KIND_ALIAS},
    {"packarraydtype", KIND_ARRAY},      {"structdtype", KIND_STRUCT}, {"uniondtype", KIND_UNION},
    {"unpackarraydtype", KIND_UNPACKED},
};

// Basic types that have no bits.
static const char *const no_vectors[] = {"real", "double", "string", "event", "chandle"};

struct type {
    enum kind kind;
    uint32_t id;
    int32_t left, right; // of a basic type or an array
    uint32_t num_bounds; // of an array, read so far
    uint32_t *of;        // ids of what it is made of
    uint32_t num_of;
};

struct port {
    char name[64];
    char direction[16];
    uint32_t type;
    bool cut; // the name is longer
};

struct reader {
    XML_Parser parser;
    struct device_elaboration *to;
    struct err *err;
    struct port *ports;
    uint32_t num_ports;
    struct type *types;
    uint32_t num_types;
    bool in_files, in_top, in_table, in_range;
    struct type *type; // that we are in
};

static const char *attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return NULL;
}

static uint32_t number(const char *text)
{
    return text ? (uint32_t)strtoul(text, NULL, 10) : 0;
}

// Room for one more element at the end, zeroed.
static void *grow(void *array, uint32_t num, size_t size)
{
    char *longer = realloc(array, (num + 1) * size);
    assert(longer);
    memset(longer + num * size, 0, size);
    return longer;
}

static void take_file(struct reader *self, const char *path)
{
    if (!path || *path == '<') // built in
        return;
    self->to->hash = rtl_cache_hash_text(self->to->hash, path);
    if (!rtl_cache_hash_file(&self->to->hash, path, self->err))
        XML_StopParser(self->parser, XML_FALSE);
}

static void take_port(struct reader *self, const char **attributes)
{
    const char *name = attribute(attributes, "origName");
    const char *direction = attribute(attributes, "dir");
    if (!name || !direction || !attribute(attributes, "pinIndex"))
        return;
    self->ports = grow(self->ports, self->num_ports, sizeof *self->ports);
    struct port *port = &self->ports[self->num_ports++];
    port->cut = strlen(name) >= sizeof port->name;
    snprintf(port->name, sizeof port->name, "%s", name);
    snprintf(port->direction, sizeof port->direction, "%s", direction);
    port->type = number(attribute(attributes, "dtype_id"));
}

static void add_part(struct type *type, const char *id)
{
    if (!id)
        return;
    type->of = grow(type->of, type->num_of, sizeof *type->of);
    type->of[type->num_of++] = number(id);
}

static void begin_type(struct reader *self, const char *element, const char **attributes)
{
    self->types = grow(self->types, self->num_types, sizeof *self->types);
    struct type *type = &self->types[self->num_types++];
    const char *left = attribute(attributes, "left");
    const char *right = attribute(attributes, "right");
    *type = (struct type){
        .id = number(attribute(attributes, "id")),
        .left = left ? (int32_t)strtol(left, NULL, 10) : 0,
        .right = right ? (int32_t)strtol(right, NULL, 10) : 0,
    };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (strcmp(element, kinds[k].element) == 0)
            type->kind = kinds[k].kind;
    const char *name = attribute(attributes, "name");
    for (size_t i = 0; i < sizeof no_vectors / sizeof *no_vectors; i++)
        if (type->kind == KIND_BASIC && name && strcmp(name, no_vectors[i]) == 0)
            type->kind = KIND_OTHER;
    add_part(type, attribute(attributes, "sub_dtype_id"));
    self->type = type;
}

// A constant such as 32'sh7.
static void take_bound(struct type *type, const char *name)
{
    const char *digits = name ? strchr(name, 'h') : NULL;
    int32_t bound = digits ? (int32_t)(uint32_t)strtoull(digits + 1, NULL, 16) : 0;
    *(type->num_bounds ? &type->right : &type->left) = bound;
    type->num_bounds++;
}

static void XMLCALL begin(void *context, const char *element, const char **attributes)
{
    struct reader *self = context;
    size_t length = strlen(element);
    if (strcmp(element, "files") == 0)
        self->in_files = true;
    else if (self->in_files && strcmp(element, "file") == 0)
        take_file(self, attribute(attributes, "filename"));
    else if (strcmp(element, "module") == 0)
        self->in_top = attribute(attributes, "topModule") != NULL;
    else if (self->in_top && strcmp(element, "var") == 0)
        take_port(self, attributes);
    else if (strcmp(element, "typetable") == 0)
        self->in_table = true;
    else if (!self->in_table)
        return;
    else if (strcmp(element, "memberdtype") == 0 && self->type)
        add_part(self->type, attribute(attributes, "sub_dtype_id"));
    else if (length > 5 && strcmp(element + length - 5, "dtype") == 0)
        begin_type(self, element, attributes);
    else if (strcmp(element, "range") == 0)
        self->in_range = true;
    else if (self->in_range && self->type && strcmp(element, "const") == 0)
        take_bound(self->type, attribute(attributes, "name"));
}

static void XMLCALL end(void *context, const char *element)
{
    struct reader *self = context;
    if (strcmp(element, "files") == 0)
        self->in_files = false;
    else if (strcmp(element, "module") == 0)
        self->in_top = false;
    else if (strcmp(element, "range") == 0)
        self->in_range = false;
}

static const struct type *find(const struct reader *self, uint32_t id)
{
    for (uint32_t t = 0; t < self->num_types; t++)
        if (self->types[t].id == id)
            return &self->types[t];
    return NULL;
}

// What it is an other name of.
static const struct type *behind(const struct reader *self, uint32_t id)
{
    const struct type *type = find(self, id);
    for (int depth = 0; type && type->kind == KIND_ALIAS && depth < MAX_DEPTH; depth++)
        type = type->num_of ? find(self, type->of[0]) : NULL;
    return type;
}

static uint32_t span(const struct type *type)
{
    return (uint32_t)abs(type->left - type->right) + 1;
}

// Width of a type that is one vector; 0 of one that is none.
static uint32_t bits_of(const struct reader *self, uint32_t id, int depth)
{
    const struct type *type = behind(self, id);
    if (!type || depth > MAX_DEPTH || type->kind == KIND_OTHER || type->kind == KIND_UNPACKED)
        return 0;
    if (type->kind == KIND_BASIC)
        return span(type);
    uint32_t sum = 0;
    uint32_t widest = 0;
    for (uint32_t i = 0; i < type->num_of; i++) {
        uint32_t bits = bits_of(self, type->of[i], depth + 1);
        if (bits == 0)
            return 0;
        sum += bits;
        widest = bits > widest ? bits : widest;
    }
    return type->kind == KIND_UNION ? widest : type->kind == KIND_ARRAY ? sum * span(type) : sum;
}

static bool refuse(struct reader *self, const struct port *port, const char *why)
{
    return err_set(self->err, ERR_CONFIG, "pin %s of the top module is %s", port->name, why);
}

static bool add_pin(struct reader *self, const struct port *port)
{
    if (port->cut)
        return refuse(self, port, "longer of name than 63 characters");
    if (strcmp(port->direction, "input") != 0 && strcmp(port->direction, "output") != 0)
        return refuse(self, port,
                      "neither input nor output; put a module around it that splits "
                      "what goes both ways");
    struct device_pin pin = {.output = *port->direction == 'o'};
    const struct type *type = behind(self, port->type);
    uint32_t of = port->type;
    if (type && type->kind == KIND_UNPACKED && type->num_of) {
        pin.elements = span(type);
        pin.left = type->left;
        pin.right = type->right;
        of = type->of[0];
        type = behind(self, of);
    }
    if (type && type->kind == KIND_UNPACKED)
        return refuse(self, port, "an unpacked array of several dimensions; one is understood");
    pin.bits = bits_of(self, of, 0);
    if (pin.bits == 0)
        return refuse(self, port,
                      "neither a vector nor an array of vectors; put a module around "
                      "it that has these");
    if (type->kind == KIND_BASIC) {
        pin.ascending = type->left < type->right;
        pin.lsb = pin.ascending ? type->left : type->right;
    }
    if (type->kind == KIND_ARRAY) {
        pin.field_bits = pin.bits / span(type);
        pin.field_left = type->left;
        pin.field_right = type->right;
    }
    memcpy(pin.name, port->name, sizeof pin.name);
    self->to->pins = grow(self->to->pins, self->to->num_pins, sizeof pin);
    self->to->pins[self->to->num_pins++] = pin;
    return true;
}

static void read_all(struct reader *self, FILE *xml)
{
    char block[BLOCK_BYTES];
    bool last = false;
    while (!last && self->err->status == ERR_NONE) {
        size_t got = fread(block, 1, sizeof block, xml);
        last = got < sizeof block;
        if (XML_Parse(self->parser, block, (int)got, last) == XML_STATUS_ERROR)
            err_set(self->err, ERR_RUN, "what Verilator tells of the RTL cannot be read: %s",
                    XML_ErrorString(XML_GetErrorCode(self->parser)));
    }
}

bool device_elaborate_xml(struct device_elaboration *self, FILE *xml, struct err *err)
{
    struct reader reader = {.parser = XML_ParserCreate(NULL), .to = self, .err = err};
    if (!reader.parser)
        return err_set(err, ERR_RUN, "out of memory");
    XML_SetUserData(reader.parser, &reader);
    XML_SetElementHandler(reader.parser, begin, end);
    self->hash = RTL_CACHE_HASH;
    read_all(&reader, xml);
    for (uint32_t p = 0; p < reader.num_ports && err->status == ERR_NONE; p++)
        add_pin(&reader, &reader.ports[p]);
    XML_ParserFree(reader.parser);
    for (uint32_t t = 0; t < reader.num_types; t++)
        free(reader.types[t].of);
    free(reader.types);
    free(reader.ports);
    return err->status == ERR_NONE;
}
