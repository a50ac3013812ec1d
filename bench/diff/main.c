/* SPDX-License-Identifier: MIT */
/*
 * Two runs were not taken at the same time, so no pairs help. A figure has changed when the two
 * confidence intervals do not touch, and the change is larger than 2 % and larger than what the
 * same program differed from itself in either run. Counted bytes have no interval: half a percent.
 */
#include "diff/diff.h"

#include <math.h>
#include <stdlib.h>

#define NOISE_TIME 0.02
#define NOISE_EXACT 0.005

enum { EXIT_MEASURE = 2 };

typedef struct totals {
    size_t both, better, worse, missing;
    double *factors; /* of times, all that both have */
    size_t factor_count;
} totals;

static void value_text(const diff_figure *figure, char out[32])
{
    const double value = figure->median;

    if (strcmp(figure->unit, "ratio") == 0)
        (void)snprintf(out, 32, "%.3f", value);
    else if (strcmp(figure->unit, "ns") != 0)
        (void)snprintf(out, 32, "%.*f%s", value < 100 ? 1 : 0, value,
                       strcmp(figure->unit, "bytes") == 0 ? " B" : "");
    else if (value < 1e4)
        (void)snprintf(out, 32, "%.1f ns", value);
    else
        (void)snprintf(out, 32, "%.2f %s", value < 1e6 ? value / 1e3 : value / 1e6,
                       value < 1e6 ? "us" : "ms");
}

static bool changed(const diff_figure *a, const diff_figure *b)
{
    const bool exact = a->low >= a->high && b->low >= b->high;
    const double noise = fmax(exact ? NOISE_EXACT : NOISE_TIME, fmax(a->noise, b->noise));
    const bool apart = a->high < b->low || b->high < a->low;

    if (a->median <= 0 || b->median <= 0)
        return a->median < b->median || a->median > b->median;
    return apart && fabs(log(b->median / a->median)) > log(1 + noise);
}

static void tell(const diff_figure *a, const diff_figure *b, totals *sums)
{
    const bool less = b->median < a->median, time = strcmp(a->unit, "ns") == 0;
    const bool better = strcmp(a->unit, "ratio") == 0 ? !less : less;
    char before[32], after[32], factor[32] = "-";

    if (sums->better + sums->worse == 0)
        printf("%-44s %12s %12s %8s\n", "figure", "before", "after", "factor");
    sums->better += better ? 1 : 0;
    sums->worse += better ? 0 : 1;
    value_text(a, before);
    value_text(b, after);
    if (a->median > 0)
        (void)snprintf(factor, sizeof(factor), "%.3f", b->median / a->median);
    printf("%-44s %12s %12s %8s  %s\n", a->name, before, after, factor,
           time   ? less ? "faster" : "slower"
           : less ? "less"
                  : "more");
}

static void compare(const diff_run *before, const diff_run *after, totals *sums)
{
    for (size_t i = 0; i < before->count; i++) {
        const diff_figure *a = &before->figures[i], *b = diff_run_find(after, a->name);

        if (b == NULL || strcmp(a->unit, b->unit) != 0) {
            printf("%-44s only in %s\n", a->name, before->path);
            sums->missing++;
            continue;
        }
        sums->both++;
        if (strcmp(a->unit, "ns") == 0 && a->median > 0)
            sums->factors[sums->factor_count++] = b->median / a->median;
        if (changed(a, b))
            tell(a, b, sums);
    }
    for (size_t i = 0; i < after->count; i++)
        if (diff_run_find(before, after->figures[i].name) == NULL) {
            printf("%-44s only in %s\n", after->figures[i].name, after->path);
            sums->missing++;
        }
}

/* What else is not the same: the reader judges figures by it. */
static void surroundings(const diff_run *before, const diff_run *after)
{
    static const char *const keys[] = {
        "cpu",    "system", "governor", "library_version", "compiler", "library_build_type",
        "method", "chain"};
    static const char *const tables[] = {"engines", "engine_builds"};
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t count = bench_engines(sides);

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *a = diff_run_context(before, keys[i]), *b = diff_run_context(after, keys[i]);

        if (strcmp(a, b) != 0)
            printf("%s: %s, then %s\n", keys[i], a, b);
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < sizeof(tables) / sizeof(tables[0]); j++) {
            const char *a = diff_run_engine(before, sides[i]->name, tables[j]);
            const char *b = diff_run_engine(after, sides[i]->name, tables[j]);

            if (strcmp(a, b) != 0)
                printf("%s: %s, then %s\n", sides[i]->name, a, b);
        }
}

/* All times together: a machine that was slower is no change of the program. */
static void drift(totals *sums)
{
    const double factor = bench_spread_of(sums->factors, sums->factor_count).median;

    if (sums->factor_count > 4 && fabs(log(factor)) > log(1.05))
        printf("the median of all times changed by a factor of %.2f: that much may be the "
               "machine's\n",
               factor);
}

static int both(const diff_run *before, const diff_run *after)
{
    totals sums = {.factors = malloc(before->count * sizeof(double))};

    if (sums.factors == NULL) {
        (void)bench_complain("out of memory");
        return EXIT_MEASURE;
    }
    surroundings(before, after);
    compare(before, after, &sums);
    drift(&sums);
    free(sums.factors);
    if (sums.both == 0) {
        (void)bench_complain("%s and %s have no figure in common", before->path, after->path);
        return EXIT_MEASURE;
    }
    if (sums.better + sums.worse == 0)
        printf("no difference: %zu figures, none changed beyond noise\n", sums.both);
    else
        printf("%zu figures: %zu better, %zu worse, the others show no difference\n", sums.both,
               sums.better, sums.worse);
    return 0;
}

int diff_main(const char *before, const char *after)
{
    diff_run a, b = {.root = NULL};
    int code = EXIT_MEASURE;

    if (diff_run_read(&a, before) && diff_run_read(&b, after))
        code = both(&a, &b);
    diff_run_free(&a);
    diff_run_free(&b);
    return code;
}
