/* SPDX-License-Identifier: MIT */
/* Order statistics: they do not mind the outliers of a busy machine. */
#include "bench.h"

#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Between the two nearest values. */
static double quantile(const double *sorted, size_t count, double part)
{
    const double place = part * (double)(count - 1);
    const size_t below = (size_t)place;
    const size_t above = below + 1 < count ? below + 1 : below;

    return sorted[below] + (sorted[above] - sorted[below]) * (place - (double)below);
}

void bench_sort(double *values, size_t count)
{
    qsort(values, count, sizeof(values[0]), ascending);
}

bench_spread bench_spread_of(double *values, size_t count)
{
    double half;

    if (count == 0)
        return (bench_spread){.median = 0};
    bench_sort(values, count);
    /* The ranks between which the median lies with 95 %: normal approximation of the binomial. */
    half = 1.96 * sqrt((double)count) / 2 / (double)count;
    return (bench_spread){
        .median = quantile(values, count, 0.5),
        .q1 = quantile(values, count, 0.25),
        .q3 = quantile(values, count, 0.75),
        .low = quantile(values, count, half < 0.5 ? 0.5 - half : 0),
        .high = quantile(values, count, half < 0.5 ? 0.5 + half : 1),
    };
}

bench_spread bench_percentile_of(const double *sorted, size_t count, double part)
{
    double half, low, high;

    if (count == 0)
        return (bench_spread){.median = 0};
    half = 1.96 * sqrt(part * (1 - part) / (double)count);
    low = quantile(sorted, count, fmax(part - half, 0));
    high = quantile(sorted, count, fmin(part + half, 1));
    return (bench_spread){
        .median = quantile(sorted, count, part), .q1 = low, .q3 = high, .low = low, .high = high};
}
