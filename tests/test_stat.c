// SPDX-License-Identifier: Apache-2.0
#include "sim/rng.h"
#include "sim/stat.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

// --- histogram ----------------------------------------------------------------------------------

static void add_all(struct stat_histogram *histogram, const uint64_t *values, size_t num)
{
    for (size_t i = 0; i < num; i++)
        cr_assert(stat_histogram_add(histogram, values[i]));
}

Test(stat, an_empty_histogram_has_zeroes)
{
    struct stat_histogram histogram = {0};
    cr_assert_eq(stat_histogram_percentile(&histogram, 0.5), 0);
    cr_assert_eq(stat_histogram_mean(&histogram), 0.0);
    stat_histogram_free(&histogram);
}

// The example of the nearest-rank method in Wikipedia's article "Percentile".
Test(stat, percentiles_are_by_nearest_rank)
{
    struct stat_histogram histogram = {0};
    add_all(&histogram, (uint64_t[]){50, 15, 40, 20, 35}, 5);
    cr_assert_eq(stat_histogram_percentile(&histogram, 0.05), 15);
    cr_assert_eq(stat_histogram_percentile(&histogram, 0.30), 20);
    cr_assert_eq(stat_histogram_percentile(&histogram, 0.40), 20);
    cr_assert_eq(stat_histogram_percentile(&histogram, 0.50), 35);
    cr_assert_eq(stat_histogram_percentile(&histogram, 1.00), 50);
    cr_assert_eq(stat_histogram_min(&histogram), 15);
    cr_assert_eq(stat_histogram_max(&histogram), 50);
    cr_assert_eq(stat_histogram_mean(&histogram), 32.0);
    stat_histogram_free(&histogram);
}

// p percent of 1..100 is p, also where p / 100 * 100 is not p in floating point (7, 14, 28, ...).
Test(stat, percentiles_of_a_hundred_values_are_exact)
{
    struct stat_histogram histogram = {0};
    for (uint64_t value = 1; value <= 100; value++)
        cr_assert(stat_histogram_add(&histogram, value));
    for (uint64_t percent = 1; percent <= 100; percent++)
        cr_assert_eq(stat_histogram_percentile(&histogram, (double)percent / 100.0), percent);
    stat_histogram_free(&histogram);
}

static int compare_values(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

Test(stat, large_values_are_kept_exactly)
{
    enum { NUM = 5000 };
    struct stat_histogram histogram = {0};
    struct rng rng = rng_make(3, RNG_VALIDATE, 0);
    static uint64_t values[NUM];
    for (size_t i = 0; i < NUM; i++) {
        values[i] = rng_below(&rng, UINT64_C(1) << (i % 40)); // half of them past the dense bins
        cr_assert(stat_histogram_add(&histogram, values[i]));
        if (i == NUM / 2)
            stat_histogram_percentile(&histogram, 1.0); // sorts; later values must not get lost
    }
    qsort(values, NUM, sizeof values[0], compare_values);
    cr_assert_gt(values[NUM / 2 + NUM / 4], STAT_DENSE);
    for (size_t rank = 1; rank <= NUM; rank += 7)
        cr_assert_eq(stat_histogram_percentile(&histogram, (double)rank / NUM), values[rank - 1]);
    stat_histogram_free(&histogram);
}

Test(stat, the_border_between_dense_and_large_values_is_seamless)
{
    struct stat_histogram histogram = {0};
    add_all(&histogram, (uint64_t[]){STAT_DENSE, STAT_DENSE - 1, STAT_DENSE + 1}, 3);
    cr_assert_eq(stat_histogram_percentile(&histogram, 0.33), STAT_DENSE - 1);
    cr_assert_eq(stat_histogram_percentile(&histogram, 0.66), STAT_DENSE);
    cr_assert_eq(stat_histogram_percentile(&histogram, 0.99), STAT_DENSE + 1);
    stat_histogram_free(&histogram);
}

// --- confidence ---------------------------------------------------------------------------------

Test(stat, an_interval_needs_two_batches)
{
    cr_assert_lt(stat_ci95((double[]){1.0}, 1), 0.0);
    cr_assert_lt(stat_ci95(NULL, 0), 0.0);
    cr_assert_eq(stat_ci95((double[]){7.0, 7.0}, 2), 0.0);
}

// Of values with mean 0 and sample variance v, the half-width is t * sqrt(v / n). The t values are
// those of the NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2, to 3 decimals.
Test(stat, half_widths_follow_the_published_t_table)
{
    static const struct {
        size_t dof;
        double t;
    } published[] = {
        {1, 12.706}, {2, 4.303},  {3, 3.182},  {4, 2.776},  {5, 2.571},  {6, 2.447},  {7, 2.365},
        {8, 2.306},  {9, 2.262},  {10, 2.228}, {11, 2.201}, {12, 2.179}, {13, 2.160}, {14, 2.145},
        {15, 2.131}, {16, 2.120}, {17, 2.110}, {18, 2.101}, {19, 2.093}, {20, 2.086}, {21, 2.080},
        {22, 2.074}, {23, 2.069}, {24, 2.064}, {25, 2.060}, {26, 2.056}, {27, 2.052}, {28, 2.048},
        {29, 2.045}, {30, 2.042}, {31, 2.040}, {32, 2.037}, {40, 2.021}, {50, 2.009}, {60, 2.000},
        {80, 1.990}, {99, 1.984},
    };
    double x[100] = {0};
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        size_t n = published[i].dof + 1;
        x[0] = 1.0; // one 1, one -1, else 0: mean 0, variance 2 / (n - 1)
        x[1] = -1.0;
        double unit = sqrt(2.0 / (double)(n - 1) / (double)n);
        cr_assert_float_eq(stat_ci95(x, n) / unit, published[i].t, 0.00051, "dof %zu",
                           published[i].dof);
    }
}

Test(stat, an_interval_does_not_depend_on_a_large_mean)
{
    double near[] = {1.0, 2.0, 3.0, 4.0, 5.0};
    double far[5];
    for (size_t i = 0; i < 5; i++)
        far[i] = near[i] + 1e9;
    cr_assert_float_eq(stat_ci95(near, 5), 1.9632, 1e-4); // 2.776 * sqrt(2.5 / 5)
    cr_assert_float_eq(stat_ci95(far, 5), stat_ci95(near, 5), 1e-6);
}

// --- warm-up ------------------------------------------------------------------------------------

Test(stat, a_transient_is_cut_off_where_it_ends)
{
    double x[100];
    for (size_t i = 0; i < 100; i++)
        x[i] = (i < 23 ? 100.0 - 4.0 * (double)i : 8.0) + (i % 2 ? 0.5 : -0.5);
    cr_assert_eq(stat_mser(x, 100), 23);
}

Test(stat, a_steady_series_needs_no_warm_up)
{
    double x[50];
    for (size_t i = 0; i < 50; i++)
        x[i] = 3.0;
    cr_assert_eq(stat_mser(x, 50), 0);
}

Test(stat, a_growing_series_is_never_steady)
{
    double x[60];
    for (size_t i = 0; i < 60; i++)
        x[i] = (double)(i * i);
    cr_assert_eq(stat_mser(x, 60), 60);
}

Test(stat, too_short_a_series_is_never_steady)
{
    double x[4] = {1.0, 1.0, 1.0, 1.0};
    cr_assert_eq(stat_mser(x, 4), 4);
    cr_assert_eq(stat_mser(x, 0), 0);
}

// Against the definition, evaluated term by term.
Test(stat, mser_is_the_minimum_of_its_definition)
{
    enum { NUM = 64 };
    struct rng rng = rng_make(11, RNG_VALIDATE, 1);
    for (int round = 0; round < 50; round++) {
        double x[NUM];
        for (size_t i = 0; i < NUM; i++)
            x[i] = (double)rng_below(&rng, 1000) + 4000.0 / (double)(1 + i);
        size_t best = NUM;
        double least = INFINITY;
        for (size_t d = 0; d + 6 <= NUM; d++) {
            double mean = 0.0, squares = 0.0;
            for (size_t i = d; i < NUM; i++)
                mean += x[i] / (double)(NUM - d);
            for (size_t i = d; i < NUM; i++)
                squares += (x[i] - mean) * (x[i] - mean);
            double error = squares / ((double)(NUM - d) * (double)(NUM - d));
            if (error < least * (1 - 1e-12)) {
                least = error;
                best = d;
            }
        }
        cr_assert_eq(stat_mser(x, NUM), best <= NUM / 2 ? best : NUM);
    }
}
