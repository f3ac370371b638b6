// SPDX-License-Identifier: Apache-2.0
// The communication matrix of a program: messages and bytes from each rank to each, of those that
// talk.
//
// Bounds: memory grows with the pairs that talk. As a file the matrix is dense, of up to
// TRACE_MATRIX_MAX_RANKS ranks.
#ifndef ORDITO_SIM_TRACE_MATRIX_H
#define ORDITO_SIM_TRACE_MATRIX_H

#include "model/node/collective_op.h"
#include "sim/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { TRACE_MATRIX_MAX_RANKS = 8192 };

struct trace_pair {
    uint32_t from, to;
    uint64_t messages, bytes; // sent
    uint64_t receives;        // that name `from`
};

// All zero but num_ranks: an empty one.
struct trace_matrix {
    uint32_t num_ranks;
    struct trace_pair *pairs; // [num_pairs], in the order in which they first appeared, or sorted
    size_t num_pairs, cap_pairs;
    uint32_t *slots; // [num_slots] a hash table of pairs: 1 + index, 0 is free
    size_t num_slots;
};

void trace_matrix_free(struct trace_matrix *self);

// The entry of a pair, which is made if need be; valid until the next call. NULL if out of memory.
struct trace_pair *trace_matrix_at(struct trace_matrix *self, uint32_t from, uint32_t to);

// Sorts pairs by `to` and `from`. No entry can be asked for any more.
void trace_matrix_sort(struct trace_matrix *self);

// Reads a program's trace; with `algorithms` also the messages that its collectives become: "first"
// or "auto", as workload.collectives.preset takes them. False with ERR_TRACE, ERR_CONFIG, ERR_RUN.
bool trace_matrix_read(struct trace_matrix *self, const char *path, const char *format,
                       const char *algorithms, struct err *err);

// A collective of a rank by such algorithms. False with ERR_CONFIG.
bool trace_collective(struct collective *collective, uint32_t rank, uint32_t num_ranks,
                      const struct op *op, const char *algorithms, struct err *err);

// Figures: pairs, degrees, distances, the pairs with most bytes. The caller owns them; NULL if out
// of memory.
json_t *trace_matrix_json(const struct trace_matrix *self);

// Writes bytes as text that workload.matrix reads: a line a sender, with commas between.
bool trace_matrix_write(const struct trace_matrix *self, const char *path, struct err *err);

// False with ERR_CONFIG if the name of a picture asks for none that can be drawn, or ERR_RUN if it
// could not be written.
bool trace_picture_check(const char *path, struct err *err);

// Draws it by scripts/plot: .png, .svg or .pdf, as the suffix of the path says.
bool trace_matrix_draw(const struct trace_matrix *self, const char *path, const char *title,
                       struct err *err);

#endif
