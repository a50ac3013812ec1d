/* SPDX-License-Identifier: MIT */
/*
 * Two views of the same figures: "benchmarks" as google-benchmark has them, for what takes time,
 * with raw samples; and "rows", all of them, with spreads, reasons and verdicts.
 */
#include "report_json.h"
#include "compare/compare.h"
#include "compare/features.h"

static const char *unit_name(compare_unit unit)
{
    switch (unit) {
    case COMPARE_BYTES:
        return "bytes";
    case COMPARE_COUNT:
        return "count";
    default:
        return "ns";
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */

static json_t *cell(const compare_row *row, size_t i)
{
    const compare_figure *figure = &row->figures[i];
    json_t *out;

    if (!figure->there)
        return json_pack("{s:s}", "why_not", figure->why);
    out = bench_json_spread(&figure->value);
    if (out != NULL) {
        (void)json_object_set_new(out, "operations", json_integer((json_int_t)figure->operations));
        (void)json_object_set_new(out, "times_best", bench_json_spread(&row->ratio[i]));
    }
    return out;
}

static json_t *row_of(const compare_row *row)
{
    json_t *engines = json_object();
    json_t *out;

    for (size_t i = 0; i < row->count; i++)
        (void)json_object_set_new(engines, row->figures[i].engine, cell(row, i));
    out = json_pack("{s:s,s:s,s:s,s:s,s:s,s:f,s:o}", "name", row->name, "section", row->section,
                    "title", row->title, "unit", unit_name(row->unit), "verdict", row->verdict,
                    "noise", row->noise, "engines", engines);
    if (out != NULL && row->unit == COMPARE_BYTES_PER_SECOND)
        (void)json_object_set_new(out, "message_bytes", json_integer((json_int_t)row->size));
    return out;
}

static json_t *rows(const compare_report *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->count; i++)
        (void)json_array_append_new(list, row_of(&report->rows[i]));
    return list;
}

/* ---- google-benchmark's ---------------------------------------------------------------------- */

static json_t *samples(const compare_figure *figure)
{
    json_t *list = json_array();

    for (size_t i = 0; i < figure->sample_count; i++)
        (void)json_array_append_new(list, json_real(figure->samples[i]));
    return list;
}

static json_t *benchmark(const compare_row *row, const compare_figure *figure)
{
    const double time = figure->value.median;
    char name[128];
    json_t *out;

    (void)snprintf(name, sizeof(name), "%s/%s", figure->engine, row->name);
    if (!figure->there)
        return json_pack("{s:s,s:s,s:s,s:b,s:s}", "name", name, "run_name", name, "run_type",
                         "iteration", "error_occurred", 1, "error_message", figure->why);
    out = json_pack("{s:s,s:s,s:s,s:i,s:i,s:i,s:I,s:f,s:f,s:s,s:f}", "name", name, "run_name", name,
                    "run_type", "iteration", "repetitions", 1, "repetition_index", 0, "threads", 1,
                    "iterations", (json_int_t)figure->operations, "real_time", time, "cpu_time",
                    time, "time_unit", "ns", "items_per_second", 1e9 / time);
    if (out != NULL && row->unit == COMPARE_BYTES_PER_SECOND)
        (void)json_object_set_new(out, "bytes_per_second",
                                  json_real(1e9 / time * (double)row->size));
    if (out != NULL && figure->sample_count != 0)
        (void)json_object_set_new(out, "samples_ns", samples(figure));
    return out;
}

static json_t *benchmarks(const compare_report *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->count; i++) {
        const compare_row *row = &report->rows[i];

        if (row->unit == COMPARE_BYTES || row->unit == COMPARE_COUNT)
            continue;
        for (size_t j = 0; j < row->count; j++)
            (void)json_array_append_new(list, benchmark(row, &row->figures[j]));
    }
    return list;
}

static json_t *features_of(const char *engine)
{
    json_t *out = json_object();

    for (int i = 1; i < compare_feature_end(); i++) {
        const char *why;
        const char *answer = compare_feature(engine, i, &why);

        (void)json_object_set_new(out, compare_feature_name(i),
                                  json_pack("{s:s,s:s}", "answer", answer, "why", why));
    }
    return out;
}

static json_t *features(const compare_report *report)
{
    json_t *out = json_object();

    for (size_t i = 0; i < report->engine_count; i++)
        (void)json_object_set_new(out, report->engines[i], features_of(report->engines[i]));
    return out;
}

bool compare_json(const compare_report *report, const char *path)
{
    json_t *context = bench_json_context(&report->options);

    if (context != NULL)
        (void)json_object_set_new(
            context, "method",
            json_string("omnitls on each engine; paired slices in random order, CPU time of the "
                        "thread; latency: wall-clock time of single operations; medians"));
    return bench_json_write(json_pack("{s:o,s:o,s:o,s:o}", "context", context, "benchmarks",
                                      benchmarks(report), "rows", rows(report), "features",
                                      features(report)),
                            path);
}
