/* SPDX-License-Identifier: MIT */
/*
 * How long one waits: handshakes and ping-pong over TCP on loopback, wall-clock time of each single
 * one, as percentiles. The engines take turns in blocks, so that a busy moment hits all of them.
 */
#include "compare/compare.h"
#include "compare/loopback.h"

#include <stdlib.h>

#define SAMPLES_MAX (size_t)20000
#define SAMPLES_MIN (size_t)20
#define WARM_UP 5

typedef struct latency_case {
    bench_case what;
    size_t block; /* operations of one engine at a stretch */
} latency_case;

static const latency_case cases[] = {
    {{"latency_handshake", "connect + handshake over loopback TCP", BENCH_HANDSHAKE, BENCH_TLS1_3,
      0x1301, .key = "ecdsa-p256"},
     10},
    {{"latency_ping_pong", "64 B ping-pong over loopback TCP", BENCH_PING_PONG, BENCH_TLS1_3,
      0x1301, .key = "ecdsa-p256", .size = 64},
     100},
};

static const struct {
    const char *name;
    double part;
    size_t samples; /* fewer say nothing about it */
} percentiles[] = {{"p50", 0.5, 10}, {"p90", 0.9, 50}, {"p99", 0.99, 300}, {"p99.9", 0.999, 3000}};

#define PERCENTILES (sizeof(percentiles) / sizeof(percentiles[0]))

typedef struct runner {
    loopback *loops[BENCH_ENGINES_MAX];
    double *samples[BENCH_ENGINES_MAX];
    size_t count;
} runner;

static bool block(runner *r, size_t engines, size_t size)
{
    for (size_t i = 0; i < engines; i++)
        for (size_t j = 0; r->loops[i] != NULL && j < size; j++)
            if (!loopback_once(r->loops[i], &r->samples[i][r->count + j]))
                return false;
    r->count += size;
    return true;
}

static bool measure(runner *r, const latency_case *what, const compare_report *report)
{
    const double seconds = report->options.seconds * (double)report->engine_count;
    bench_time start;
    double ignored;

    for (size_t i = 0; i < report->engine_count; i++)
        for (size_t j = 0; r->loops[i] != NULL && j < WARM_UP; j++)
            if (!loopback_once(r->loops[i], &ignored))
                return false;
    start = bench_now();
    while (r->count + what->block <= SAMPLES_MAX &&
           (r->count < SAMPLES_MIN || bench_since(start).real < seconds * 1e9))
        if (!block(r, report->engine_count, what->block))
            return false;
    return true;
}

static void too_few(compare_figure *figure, size_t count, size_t needed)
{
    char why[COMPARE_WHY_SIZE];

    (void)snprintf(why, sizeof(why), "%zu operations were measured; this needs %zu (--seconds)",
                   count, needed);
    compare_miss(figure, why);
}

/* The raw samples, in their order, go with the first percentile. */
static bool fill(compare_row *rows[PERCENTILES], const runner *r, size_t engine)
{
    double *raw = malloc(r->count * sizeof(*raw));

    if (raw == NULL)
        return bench_complain("out of memory");
    memcpy(raw, r->samples[engine], r->count * sizeof(*raw));
    bench_sort(r->samples[engine], r->count);
    if (rows[0] == NULL)
        free(raw);
    else if (!compare_sampled(&rows[0]->figures[engine], raw, r->count, r->count))
        return false;
    for (size_t i = 0; i < PERCENTILES; i++) {
        compare_figure *figure = rows[i] != NULL ? &rows[i]->figures[engine] : NULL;

        if (figure == NULL)
            continue;
        if (r->count < percentiles[i].samples) {
            too_few(figure, r->count, percentiles[i].samples);
            continue;
        }
        figure->there = true;
        figure->operations = r->count;
        figure->value = bench_percentile_of(r->samples[engine], r->count, percentiles[i].part);
    }
    return true;
}

static void row_name(const latency_case *what, size_t i, char out[64])
{
    (void)snprintf(out, 64, "%s_%s", what->what.name, percentiles[i].name);
}

static bool rows_wanted(const compare_report *report, const latency_case *what)
{
    bool any = false;
    char name[64];

    for (size_t i = 0; i < PERCENTILES; i++) {
        row_name(what, i, name);
        any = any || compare_wanted(report, name);
    }
    return any;
}

/* The rows that are wanted; the others stay NULL. */
static bool rows_new(compare_report *report, const latency_case *what,
                     compare_row *rows[PERCENTILES])
{
    for (size_t i = 0; i < PERCENTILES; i++) {
        char name[64], title[96];

        row_name(what, i, name);
        (void)snprintf(title, sizeof(title), "%s, %s", what->what.title, percentiles[i].name);
        rows[i] = compare_wanted(report, name)
                      ? compare_row_new(report, "Latency", name, title, COMPARE_NANOSECONDS)
                      : NULL;
    }
    return true;
}

static bool one(compare_report *report, const latency_case *what)
{
    compare_row *rows[PERCENTILES];
    runner r = {.count = 0};
    bool good = true;

    if (!rows_wanted(report, what) ||
        !compare_step(report, what->what.name, (double)report->engine_count) ||
        !rows_new(report, what, rows))
        return true;
    for (size_t i = 0; good && i < report->engine_count; i++) {
        r.samples[i] = malloc(SAMPLES_MAX * sizeof(double));
        r.loops[i] = loopback_new(&what->what, report->engines[i], report->options.pki);
        good = r.samples[i] != NULL && r.loops[i] != NULL;
    }
    good = good && measure(&r, what, report);
    for (size_t i = 0; i < report->engine_count; i++) {
        loopback_free(r.loops[i]);
        good = good && fill(rows, &r, i);
        free(r.samples[i]);
    }
    for (size_t i = 0; good && i < PERCENTILES; i++)
        if (rows[i] != NULL)
            compare_judge(rows[i]);
    return good || bench_complain("%s could not be measured", what->what.name);
}

bool compare_latency(compare_report *report)
{
    bool good = true;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        good = one(report, &cases[i]) && good;
    return good;
}
