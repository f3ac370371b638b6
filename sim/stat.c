// SPDX-License-Identifier: Apache-2.0
#include "sim/stat.h"

#include <math.h>
#include <stdlib.h>

// --- histogram ----------------------------------------------------------------------------------

static bool add_large(struct stat_histogram *self, uint64_t value)
{
    if (self->num_large == self->cap_large) {
        size_t cap = self->cap_large ? 2 * self->cap_large : 1024;
        uint64_t *large = reallocarray(self->large, cap, sizeof *large);
        if (!large)
            return false;
        self->large = large;
        self->cap_large = cap;
    }
    self->sorted =
        self->num_large == 0 || (self->sorted && value >= self->large[self->num_large - 1]);
    self->large[self->num_large++] = value;
    return true;
}

bool stat_histogram_grow(struct stat_histogram *self, uint64_t value)
{
    if (!self->dense)
        self->dense = calloc(STAT_DENSE, sizeof *self->dense);
    if (!self->dense)
        return false;
    if (value >= STAT_DENSE)
        return add_large(self, value);
    self->dense[value]++;
    return true;
}

void stat_histogram_free(struct stat_histogram *self)
{
    free(self->dense);
    free(self->large);
    *self = (struct stat_histogram){0};
}

static int compare_values(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// The least rank r in 1..num with r / num >= fraction. A product rounded up by a hair is put right
// by the quotient, which is exact for fractions written in decimal.
static uint64_t nearest_rank(double fraction, uint64_t num)
{
    double product = ceil(fraction * (double)num);
    uint64_t rank = product < 1.0 ? 1 : product > (double)num ? num : (uint64_t)product;
    if (rank > 1 && (double)(rank - 1) / (double)num >= fraction)
        rank--;
    return rank;
}

uint64_t stat_histogram_percentile(struct stat_histogram *self, double fraction)
{
    if (self->num == 0)
        return 0;
    uint64_t rank = nearest_rank(fraction, self->num);
    uint64_t num_dense = self->num - self->num_large;
    if (rank > num_dense) {
        if (!self->sorted)
            qsort(self->large, self->num_large, sizeof *self->large, compare_values);
        self->sorted = true;
        return self->large[rank - num_dense - 1];
    }
    uint64_t value = 0;
    for (uint64_t seen = self->dense[value]; seen < rank; seen += self->dense[value])
        value++;
    return value;
}

uint64_t stat_histogram_below(const struct stat_histogram *self, uint64_t value)
{
    uint64_t num = 0;
    for (uint64_t v = 0; self->dense && v < value && v < STAT_DENSE; v++)
        num += self->dense[v];
    for (size_t i = 0; i < self->num_large; i++)
        num += self->large[i] < value;
    return num;
}

uint64_t stat_histogram_min(struct stat_histogram *self)
{
    return stat_histogram_percentile(self, 0.0);
}

uint64_t stat_histogram_max(struct stat_histogram *self)
{
    return stat_histogram_percentile(self, 1.0);
}

double stat_histogram_mean(const struct stat_histogram *self)
{
    return self->num ? (double)self->sum / (double)self->num : 0.0;
}

// --- confidence ---------------------------------------------------------------------------------

// 0.975 quantile of Student's t with `dof` degrees of freedom: a table, then the expansion in 1/dof
// around the normal quantile (Abramowitz and Stegun 26.7.5), right to 2e-6 from 31 on.
static double student_t975(size_t dof)
{
    static const double table[] = {
        12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004,
        2.262157,  2.228139, 2.200985, 2.178813, 2.160369, 2.144787, 2.131450, 2.119905,
        2.109816,  2.100922, 2.093024, 2.085963, 2.079614, 2.073873, 2.068658, 2.063899,
        2.059539,  2.055529, 2.051831, 2.048407, 2.045230, 2.042272,
    };
    if (dof <= sizeof table / sizeof table[0])
        return table[dof - 1];
    const double z = 1.959963984540054;
    double v = (double)dof;
    double z2 = z * z;
    double g1 = z * (z2 + 1) / 4;
    double g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
    double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    return z + (g1 + (g2 + g3 / v) / v) / v;
}

double stat_ci95(const double *batch_means, size_t num)
{
    if (num < 2)
        return -1.0;
    double mean = 0.0;
    double squares = 0.0; // of deviations from the mean so far (Welford)
    for (size_t i = 0; i < num; i++) {
        double delta = batch_means[i] - mean;
        mean += delta / (double)(i + 1);
        squares += delta * (batch_means[i] - mean);
    }
    double variance = squares / (double)(num - 1);
    return student_t975(num - 1) * sqrt(variance / (double)num);
}

// --- warm-up ------------------------------------------------------------------------------------

// The last few values can be close together by chance, so tails of less than 5 values, and of less
// than a tenth of the series, are no candidates.
size_t stat_mser(const double *x, size_t num)
{
    size_t least = num / 10 > 5 ? num / 10 : 5;
    size_t best = num;
    double best_error = INFINITY;
    double mean = 0.0;
    double squares = 0.0; // of deviations from the mean of x[d..num), by Welford from the end
    for (size_t d = num; d-- > 0;) {
        double n = (double)(num - d);
        double delta = x[d] - mean;
        mean += delta / n;
        squares += delta * (x[d] - mean);
        double error = squares / (n * n);
        if (num - d >= least && error <= best_error) {
            best_error = error;
            best = d;
        }
    }
    return best <= num / 2 ? best : num;
}
