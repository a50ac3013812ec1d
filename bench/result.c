/* SPDX-License-Identifier: MIT */
/* From slices to one figure: medians, quartiles, the ratio and its A/A. */
#include "bench.h"

#include <stdlib.h>

bool bench_result_evaluate(bench_result *result)
{
    const bench_samples *s = &result->samples;
    double *values = malloc((s->count == 0 ? 1 : s->count) * sizeof(*values));

    if (values == NULL)
        return bench_complain("out of memory");

    for (size_t slot = 0; slot < BENCH_SLOTS; slot++) {
        for (size_t i = 0; i < s->count; i++)
            values[i] = s->rounds[i][slot].cpu;
        result->time[slot] = bench_spread_of(values, s->count);
        for (size_t i = 0; i < s->count; i++)
            values[i] = s->rounds[i][slot].real;
        result->real[slot] = bench_spread_of(values, s->count);
    }
    for (size_t i = 0; i < s->count; i++)
        values[i] = s->rounds[i][BENCH_NATIVE].cpu / s->rounds[i][BENCH_OURS].cpu;
    result->ratio = bench_spread_of(values, s->count);
    for (size_t i = 0; i < s->count; i++)
        values[i] = s->rounds[i][BENCH_NATIVE].cpu / s->rounds[i][BENCH_AGAIN].cpu;
    result->aa = bench_spread_of(values, s->count);
    free(values);
    return true;
}

bool bench_result_measure(bench_result *result, const bench_case *what, const bench_side *native,
                          const bench_options *options)
{
    const bool trust = what->kind == BENCH_TRUST_FIRST || what->kind == BENCH_TRUST_LATER;
    bool good;

    *result = (bench_result){.what = what, .engine = native->name};
    good = trust ? bench_run_trust(what, native, options, &result->samples)
                 : bench_run_connection(what, native, options, &result->samples);
    if (good && bench_result_evaluate(result))
        return true;
    free(result->samples.rounds);
    return bench_complain("%s on %s could not be measured", what->name, native->name);
}
