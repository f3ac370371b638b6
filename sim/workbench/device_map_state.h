// SPDX-License-Identifier: Apache-2.0
// What a map is made of, for the files that read it (device_map_*.c), and for those that make use
// of its pins and fields (device_codec.c, device_wrapper*.c).
//
// Owner: everything that a map points to is its own (map_keep), and goes with it.
#ifndef ORDITO_SIM_WORKBENCH_DEVICE_MAP_STATE_H
#define ORDITO_SIM_WORKBENCH_DEVICE_MAP_STATE_H

#include "sim/workbench/device_expression.h"
#include "sim/workbench/device_map.h"
#include "sim/workbench/device_wrapper.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MAP_MAX_FIELDS = 40,
    MAP_MAX_NAMES = 64, // of expressions
    MAP_MAX_BITS = 64,  // of a number in a flit
    MAP_NO_PORT = UINT32_MAX,
    MAP_NO_CODE = UINT32_MAX
};

// Wires of a channel.
#define MAP_WIRES(X)                                                                               \
    X(WIRE_VALID, "valid")                                                                         \
    X(WIRE_FLIT, "flit")                                                                           \
    X(WIRE_READY, "ready")                                                                         \
    X(WIRE_ON, "on")                                                                               \
    X(WIRE_OFF, "off")                                                                             \
    X(WIRE_CREDIT, "credit")                                                                       \
    X(WIRE_CREDIT_VALID, "credit_valid")                                                           \
    X(WIRE_CREDIT_VC, "credit_vc")

enum map_wire {
#define MAP_WIRE_SYMBOL(symbol, name) symbol,
    MAP_WIRES(MAP_WIRE_SYMBOL)
#undef MAP_WIRE_SYMBOL
        MAP_NUM_WIRES
};

extern const char *const map_wire_names[MAP_NUM_WIRES];

// Pins that are a vector, the highest first. None: the map does not name it.
struct map_pins {
    struct device_part *parts;
    uint32_t num;
};

struct map_channel {
    struct map_pins wires[MAP_NUM_WIRES][DEVICE_MAX_PORTS];
};

enum map_field_kind {
    FIELD_TYPE,
    FIELD_HEAD,
    FIELD_TAIL,
    FIELD_VC,
    FIELD_DESTINATION,
    FIELD_SOURCE,
    FIELD_LENGTH,
    FIELD_CONSTANT
};

// What of an address a field is.
enum map_part_of_address { PART_ADDRESS, PART_PORT, PART_COORDINATE };

// A field of flits.
struct map_field {
    char name[24]; // "destination.x"
    enum map_field_kind kind;
    enum map_part_of_address part; // of destination and source
    uint32_t dim;                  // PART_COORDINATE
    uint32_t low;                  // lowest bit
    uint32_t bits;                 // 1..
    bool one_hot;
    uint64_t value; // of a constant; what is taken off a length
};

enum map_type { TYPE_HEAD, TYPE_BODY, TYPE_TAIL, TYPE_SINGLE, MAP_NUM_TYPES };

struct map_flit {
    uint32_t bits; // of the pins `flit`
    struct map_field fields[MAP_MAX_FIELDS];
    uint32_t num_fields;
    uint32_t codes[MAP_NUM_TYPES];         // or MAP_NO_CODE
    bool vc_by_valid;                      // valid is a bit a VC: the field is above the pins' bits
    uint64_t rewritten[DEVICE_FLIT_WORDS]; // a bit each
    uint64_t used[2][DEVICE_FLIT_WORDS];   // bits that are fields, of bodies and of heads
    uint64_t kept[2][DEVICE_FLIT_WORDS];   // see device_map_kept, likewise
};

enum map_routing {
    ROUTING_DIMENSION_ORDER,
    ROUTING_MINIMAL,
    ROUTING_WEST_FIRST,
    ROUTING_NEGATIVE_FIRST,
    ROUTING_TABLE,
    ROUTING_PORT,
    ROUTING_TERMINAL
};

// Which way round packets go that have half of a ring to go.
enum map_half { HALF_PLUS, HALF_MINUS, HALF_PARITY };

struct map_route {
    uint32_t kind; // enum map_routing
    uint32_t num_dims;
    uint32_t dims[DEVICE_MAX_DIMS];
    uint32_t order[DEVICE_MAX_DIMS]; // dimensions, the first first
    bool ring;
    uint32_t half; // enum map_half
    bool u_turns;
    uint32_t local; // ports, or MAP_NO_PORT
    uint32_t plus[DEVICE_MAX_DIMS];
    uint32_t minus[DEVICE_MAX_DIMS];
    uint32_t destinations; // of a table
    bool all_positions;
    uint32_t *positions; // addresses
};

// A pin, or a part of it, that is what an expression says.
struct map_tie {
    char path[96]; // key of the map
    const char *name;
    struct device_part part;
    const char *expression;
    bool changed; // from outside
};

struct map_ties {
    struct map_tie *ties;
    uint32_t num;
};

// Pins by which a routing table is written; num 0: none.
struct map_table {
    struct map_pins write;
    struct map_pins index;
    struct map_pins port;
    struct map_pins vcs;
    bool one_hot;
};

struct map_line {
    char path[96]; // dotted
    size_t line;   // from 1
};

struct map_wrapper;

struct device_map {
    const char *path;
    struct device_spec spec;
    // The RTL
    char *folder;
    char *top;
    char **sources;
    char **includes;
    char **defines;
    char **parameters; // NAME=VALUE
    // Numeric parameters, as names of expressions
    const char *names[MAP_MAX_NAMES];
    uint64_t values[MAP_MAX_NAMES];
    uint32_t num_names;
    // Pins
    struct map_pins clock;
    struct map_pins reset;
    bool reset_low;
    struct map_ties ties;
    struct map_ties *setup; // cycles
    uint32_t setup_cycles;
    struct map_table table;
    struct map_channel channels[2]; // in, out
    struct map_flit flit;
    struct map_route route;
    uint32_t mode_straps[DEVICE_MAX_MODES];
    struct config *reference; // or NULL
    struct device_tolerance tolerance;
    struct map_wrapper *wrapper; // or NULL
    // Where keys are
    struct map_line *lines;
    size_t num_lines;
    struct map_kept *kept; // memory
};

// Zeroed memory that goes with the map. NULL with `err`.
void *map_keep(struct device_map *map, size_t size, struct err *err);
char *map_keep_text(struct device_map *map, const char *text, struct err *err);

// Fills `err` with ERR_CONFIG: "FILE:LINE: PATH: ...", with the line of the key, or of what it
// would be in. Returns false.
bool map_refuse(const struct device_map *map, const char *path, struct err *err, const char *format,
                ...) __attribute__((format(printf, 4, 5)));

// True if the document has this key.
bool map_given(const struct device_map *map, const char *path);

// After all is read: what concerns several keys (device_map_check.c).
bool map_check(struct device_map *map, struct err *err);

bool map_check_fields(struct device_map *map, struct err *err); // device_map_fields.c

// The first field of a kind, or NULL; whether all flits have it, or only heads.
const struct map_field *map_field(const struct device_map *map, enum map_field_kind kind);
bool map_field_in_body(const struct map_field *field);

// The value of a tie as the device is set up: a position and a mode.
bool map_tie_value(const struct device_map *map, const struct map_tie *tie, uint32_t position,
                   uint32_t strap, uint64_t *value, char *why, size_t size);

// What a routing table has for a destination.
struct map_entry {
    uint32_t port;
    uint16_t vcs;
};

struct map_entry map_table_entry(const struct device_map *map, const struct stimulus *setup,
                                 uint32_t to);

static inline bool map_is_grid(const struct device_map *map)
{
    return map->route.num_dims > 0;
}

// True if routers find ways by coordinates.
static inline bool map_routes_on_grid(const struct device_map *map)
{
    return map->route.kind <= ROUTING_NEGATIVE_FIRST;
}

static inline uint64_t map_mask(uint32_t bits)
{
    return bits < 64 ? (1ULL << bits) - 1 : UINT64_MAX;
}

#endif
