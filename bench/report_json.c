/* SPDX-License-Identifier: MIT */
/* Figures in google-benchmark's shape, with ratios and raw samples beside. */
#include "report_json.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ROUND_DIGITS 8

json_t *bench_json_spread(const bench_spread *s)
{
    return json_pack("{s:f,s:f,s:f,s:f,s:f}", "median", s->median, "q1", s->q1, "q3", s->q3,
                     "ci95_low", s->low, "ci95_high", s->high);
}

static json_t *samples(const bench_samples *from, size_t slot)
{
    json_t *list = json_array();

    for (size_t i = 0; list != NULL && i < from->count; i++)
        if (json_array_append_new(list, json_real(from->rounds[i][slot].cpu)) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *benchmark(const bench_result *result, size_t slot)
{
    const bench_time time = {.cpu = result->time[slot].median, .real = result->real[slot].median};
    const char *side = slot == BENCH_OURS ? "ours" : "native";
    char name[128];
    json_t *entry;

    (void)snprintf(name, sizeof(name), "%s/%s/%s", result->engine, result->what->name, side);
    entry = json_pack("{s:s,s:s,s:s,s:i,s:i,s:i,s:I,s:f,s:f,s:s}", "name", name, "run_name", name,
                      "run_type", "iteration", "repetitions", 1, "repetition_index", 0, "threads",
                      1, "iterations",
                      (json_int_t)(result->samples.count * result->samples.operations[slot]),
                      "real_time", time.real, "cpu_time", time.cpu, "time_unit", "ns");
    if (entry == NULL)
        return NULL;
    (void)json_object_set_new(entry, "items_per_second", json_real(1e9 / time.cpu));
    if (result->what->kind == BENCH_RECORD || result->what->kind == BENCH_GATHER)
        (void)json_object_set_new(entry, "bytes_per_second",
                                  json_real(1e9 / time.cpu * (double)result->what->size));
    if (slot == BENCH_OURS) {
        (void)json_object_set_new(entry, "ratio", bench_json_spread(&result->ratio));
        (void)json_object_set_new(entry, "aa", bench_json_spread(&result->aa));
        (void)json_object_set_new(entry, "aa_good", json_boolean(bench_aa_good(result)));
    }
    (void)json_object_set_new(entry, "samples_ns", samples(&result->samples, slot));
    return entry;
}

json_t *bench_json_benchmarks(const bench_report *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->count; i++) {
        const bench_result *result = &report->results[i];
        json_t *again = samples(&result->samples, BENCH_AGAIN);
        json_t *native = benchmark(result, BENCH_NATIVE);

        if (native != NULL)
            (void)json_object_set_new(native, "samples_again_ns", again);
        else
            json_decref(again);
        (void)json_array_append_new(list, native);
        (void)json_array_append_new(list, benchmark(result, BENCH_OURS));
    }
    return list;
}

static json_t *builds(void)
{
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t count = bench_engines(sides);
    json_t *out = json_object();

    for (size_t i = 0; i < count; i++)
        (void)json_object_set_new(out, sides[i]->name, json_string(sides[i]->build()));
    return out;
}

static json_t *engines(void)
{
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t count = bench_engines(sides);
    json_t *versions = json_object();

    for (size_t i = 0; i < count; i++)
        (void)json_object_set_new(versions, sides[i]->name,
                                  json_string(bench_engine_version(sides[i]->name)));
    return versions;
}

json_t *bench_json_context(const bench_options *options)
{
    bench_host host;
    char date[64], name[128] = "";
    const time_t now = time(NULL);
    struct tm parts;

    bench_host_describe(&host);
    (void)gethostname(name, sizeof(name) - 1);
    if (localtime_r(&now, &parts) == NULL ||
        strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S%z", &parts) == 0)
        date[0] = '\0';
    return json_pack("{s:s,s:s,s:s,s:i,s:i,s:s,s:s,s:s,s:s,s:s,s:s,s:f,s:s,s:s,s:o,s:o}", "date",
                     date, "host_name", name, "executable", "omnitls-bench", "num_cpus",
                     (int)host.processors, "mhz_per_cpu", (int)host.megahertz, "cpu",
                     host.processor, "system", host.system, "governor", host.governor,
                     "library_version", bench_library_version(), "library_build_type",
                     OMNITLS_BUILD_TYPE, "compiler", OMNITLS_COMPILER, "seconds_per_figure",
                     options->seconds, "chain", bench_chain_name(options->chain), "method",
                     "paired slices (native, native again, ours) in random order; CPU time of the "
                     "thread; medians",
                     "engines", engines(), "engine_builds", builds());
}

bool bench_json_write(json_t *root, const char *path)
{
    FILE *stream = root != NULL ? bench_open(path) : NULL;
    bool good = stream != NULL;

    if (root == NULL)
        (void)bench_complain("out of memory");
    if (good) {
        good = json_dumpf(root, stream, JSON_INDENT(1) | JSON_REAL_PRECISION(ROUND_DIGITS)) == 0 &&
               fputc('\n', stream) != EOF;
        good = bench_close(stream, path) && good;
    }
    json_decref(root);
    return good;
}

bool bench_report_json(const bench_report *report, const char *path)
{
    return bench_json_write(json_pack("{s:o,s:o}", "context", bench_json_context(&report->options),
                                      "benchmarks", bench_json_benchmarks(report)),
                            path);
}
