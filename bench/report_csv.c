/* SPDX-License-Identifier: MIT */
/* One line for each figure (RFC 4180); CPU time in nanoseconds for each operation. */
#include "bench.h"

static void line(const bench_result *result, FILE *stream)
{
    fprintf(stream, "%s,%s,%.9g,%.9g,%.9g,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%s\r\n", result->what->name,
            result->engine, result->time[BENCH_NATIVE].median, result->time[BENCH_AGAIN].median,
            result->time[BENCH_OURS].median, result->ratio.median, result->ratio.q1,
            result->ratio.q3, result->ratio.low, result->ratio.high, result->aa.median,
            bench_aa_good(result) ? "yes" : "no");
}

bool bench_report_csv(const bench_report *report, const char *path)
{
    FILE *stream = bench_open(path);

    if (stream == NULL)
        return false;
    fputs("case,engine,native_ns,native_again_ns,omnitls_ns,ratio,q1,q3,ci95_low,ci95_high,aa,"
          "aa_good\r\n",
          stream);
    for (size_t i = 0; i < report->count; i++)
        line(&report->results[i], stream);
    return bench_close(stream, path);
}
