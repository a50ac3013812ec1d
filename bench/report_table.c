/* SPDX-License-Identifier: MIT */
/* The table on the terminal, and what the reports share. */
#include "bench.h"

#include <errno.h>
#include <math.h>

void bench_speed_text(const bench_case *what, double nanoseconds, char out[32])
{
    const double each = 1e9 / nanoseconds;

    if (what->kind == BENCH_RECORD || what->kind == BENCH_GATHER)
        (void)snprintf(out, 32, "%.*f MB/s", each * (double)what->size < 1e8 ? 1 : 0,
                       each * (double)what->size / 1e6);
    else if (each >= 10000)
        (void)snprintf(out, 32, "%.1fk op/s", each / 1e3);
    else
        (void)snprintf(out, 32, "%.0f op/s", each);
}

bool bench_aa_good(const bench_result *result)
{
    return fabs(result->aa.median - 1.0) <= BENCH_AA_TOLERANCE;
}

FILE *bench_open(const char *path)
{
    FILE *stream = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");

    if (stream == NULL)
        (void)bench_complain("%s: %s", path, strerror(errno));
    return stream;
}

bool bench_close(FILE *stream, const char *path)
{
    bool good = ferror(stream) == 0;

    if (stream == stdout)
        good = fflush(stream) == 0 && good;
    else
        good = fclose(stream) == 0 && good;
    return good || bench_complain("%s could not be written", path);
}

/* Three decimals where the layer's cost is asked for, fewer where the factor is large. */
static void ratio_text(double ratio, char out[16])
{
    (void)snprintf(out, 16, "%.*f", ratio < 10 ? 3 : 1, ratio);
}

static void row(const bench_result *result, FILE *stream)
{
    char native[32], ours[32], median[16], q1[16], q3[16], range[40];

    bench_speed_text(result->what, result->time[BENCH_NATIVE].median, native);
    bench_speed_text(result->what, result->time[BENCH_OURS].median, ours);
    ratio_text(result->ratio.median, median);
    ratio_text(result->ratio.q1, q1);
    ratio_text(result->ratio.q3, q3);
    (void)snprintf(range, sizeof(range), "[%s-%s]", q1, q3);
    fprintf(stream, "%-36s %-8s %14s %14s %8s %-16s %6.3f%s\n", result->what->title, result->engine,
            native, ours, median, range, result->aa.median, bench_aa_good(result) ? "" : " ~");
}

void bench_report_table(const bench_report *report, FILE *stream)
{
    const bench_case *last = NULL;
    bool marked = false;

    fprintf(stream, "%-36s %-8s %14s %14s %8s %-16s %6s\n", "case", "engine", "native", "omnitls",
            "ratio", "[quartiles]", "A/A");
    for (size_t i = 0; i < report->count; i++) {
        const bench_result *result = &report->results[i];

        if (last != NULL && last != result->what)
            fputc('\n', stream);
        last = result->what;
        row(result, stream);
        marked = marked || !bench_aa_good(result);
    }
    fprintf(stream,
            "\nratio: speed of omnitls / speed of the bare engine, above 1 = omnitls is faster; "
            "median of paired\nslices. A/A: the bare engine against itself in the same "
            "slices.\n");
    if (marked)
        fprintf(stream,
                "~ A/A is not within 1.00 +- %.2f: the machine was too busy for this figure "
                "to count.\n",
                BENCH_AA_TOLERANCE);
}
