// SPDX-License-Identifier: Apache-2.0
// The pins of a run of the RTL, cycle by cycle, as the wrapper's vectors (device_wrapper.h) have
// them: what simulators without the workbench need to do the same again.
//
// Owner: who zero-initialises a `struct pin_record` calls pin_record_free, whatever happened.
#ifndef ORDITO_SIM_WORKBENCH_PIN_RECORD_H
#define ORDITO_SIM_WORKBENCH_PIN_RECORD_H

#include "sim/workbench/device_wrapper.h"
#include "sim/workbench/workbench.h"

struct pin_row {
    enum device_phase phase;
    uint64_t cycle; // as stimuli count
};

// A flit that crosses from or to the device.
struct pin_event {
    size_t row;
    uint32_t port;
    bool output;
    bool head, tail;
    uint8_t vc;
    uint32_t packet; // inputs only
    uint32_t flit;   // likewise
};

struct pin_record {
    const struct device *device;
    const struct device_wires *wires;
    struct pin_row *rows; // from the first cycle of reset on
    size_t num_rows;
    size_t room_rows;
    uint32_t *words; // of all vectors of a row, one after the other
    struct pin_event *events;
    size_t num_events;
    size_t room_events;
    bool out_of_memory;
};

// Records what `device`, which is RTL, does while it is played with this checker.
struct play_checker pin_record_checker(struct pin_record *self, const struct workbench *bench);
void pin_record_free(struct pin_record *self);

// Words of a vector, and these in a row.
size_t pin_record_num_words(const struct device_wires *wires, enum device_vector vector);
const uint32_t *pin_record_words(const struct pin_record *self, size_t row,
                                 enum device_vector vector);

static inline bool pin_bit(const uint32_t *words, size_t bit)
{
    return words[bit / 32] >> bit % 32 & 1;
}

// Writes rows as hexadecimal words for $readmemh, a line a row: 1 in reset, then the vectors in
// their order; with a spec (or NULL), and what the row is in words.
void pin_record_write(const struct pin_record *self, const struct device_spec *spec, FILE *to);

// Writes a row in words: "cycle 3; head of packet 0 in by west; tail out by north". Events before
// `*event` are of rows before, and `*event` becomes the first one of a row after.
void pin_record_explain(const struct pin_record *self, const struct device_spec *spec, size_t row,
                        size_t *event, FILE *to);

#endif
