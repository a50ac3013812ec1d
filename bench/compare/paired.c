/* SPDX-License-Identifier: MIT */
#include "compare/paired.h"

#include <stdlib.h>

static double twins(const bench_samples *samples, size_t twin)
{
    double *values = malloc(samples->count * sizeof(*values));
    double median;

    if (values == NULL)
        return 1;
    for (size_t i = 0; i < samples->count; i++)
        values[i] = samples->rounds[i][0].cpu / samples->rounds[i][twin].cpu;
    median = bench_spread_of(values, samples->count).median;
    free(values);
    return median;
}

/* `count` where the engine of that cell was not measured. */
static size_t slot_of(const compare_figure *figure, const char *const *engines, size_t count)
{
    size_t slot = 0;

    while (slot < count && strcmp(engines[slot], figure->engine) != 0)
        slot++;
    return slot;
}

static bool fill(compare_row *row, const bench_samples *samples, const char *const *engines,
                 size_t count)
{
    size_t slots[BENCH_ENGINES_MAX];

    for (size_t i = 0; i < row->count; i++) {
        double *values;

        slots[i] = slot_of(&row->figures[i], engines, count);
        if (slots[i] == count)
            continue;
        values = malloc(samples->count * sizeof(*values));
        if (values == NULL)
            return bench_complain("out of memory");
        for (size_t j = 0; j < samples->count; j++)
            values[j] = samples->rounds[j][slots[i]].cpu;
        if (!compare_sampled(&row->figures[i], values, samples->count,
                             samples->count * samples->operations[slots[i]]))
            return false;
    }
    compare_judge_paired(row, samples, slots, twins(samples, count));
    return true;
}

bool compare_paired(compare_row *row, bench_samples *samples, const char *const *engines,
                    size_t count)
{
    const bool good = fill(row, samples, engines, count);

    free(samples->rounds);
    samples->rounds = NULL;
    return good;
}
