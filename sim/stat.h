// SPDX-License-Identifier: Apache-2.0
// Statistics of integer samples: exact histograms, percentiles, confidence intervals.
#ifndef ORDITO_SIM_STAT_H
#define ORDITO_SIM_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A histogram that is exact for every value: values below STAT_DENSE are counted in bins of 1,
// larger ones are kept as they are. Zero-initialise; stat_histogram_free releases.
enum { STAT_DENSE = 1 << 16 };

struct stat_histogram {
    uint64_t *dense; // [STAT_DENSE], allocated at the first sample
    uint64_t *large; // values >= STAT_DENSE
    size_t num_large;
    size_t cap_large;
    bool sorted; // `large` is in order
    uint64_t num;
    uint64_t sum;
};

// Makes room for a value; false if out of memory. For stat_histogram_add.
bool stat_histogram_grow(struct stat_histogram *self, uint64_t value);

// False if out of memory.
static inline bool stat_histogram_add(struct stat_histogram *self, uint64_t value)
{
    if (value < STAT_DENSE && self->dense)
        self->dense[value]++;
    else if (!stat_histogram_grow(self, value))
        return false;
    self->num++;
    self->sum += value;
    return true;
}

void stat_histogram_free(struct stat_histogram *self);

// The smallest value that at least `fraction` (0..1] of the samples do not exceed (nearest rank).
// 0 without samples.
uint64_t stat_histogram_percentile(struct stat_histogram *self, double fraction);
// Samples of less than a value.
uint64_t stat_histogram_below(const struct stat_histogram *self, uint64_t value);

uint64_t stat_histogram_min(struct stat_histogram *self);
uint64_t stat_histogram_max(struct stat_histogram *self);
double stat_histogram_mean(const struct stat_histogram *self);

// Half-width of the 95 % confidence interval of the mean of `num` batch means, by Student's t.
// Negative if num < 2.
double stat_ci95(const double *batch_means, size_t num);

// Start of the steady part of a series by MSER (White, "An effective truncation heuristic for bias
// reduction in simulation output", Simulation 69(6), 1997): the index d that minimises the
// squared standard error of the mean of x[d..num). Only d <= num / 2 counts as found; otherwise
// the result is `num`.
size_t stat_mser(const double *x, size_t num);

#endif
