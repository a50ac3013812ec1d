/* SPDX-License-Identifier: MIT */
/* --compare: measure everything that is wanted, then write it down. */
#include "compare/compare.h"

#include <stdlib.h>

enum { EXIT_USAGE = 1, EXIT_MEASURE = 2 };

bool compare_wanted(const compare_report *report, const char *name)
{
    return bench_case_wanted(&report->options, name);
}

bool compare_step(compare_report *report, const char *name, double weight)
{
    if (report->planning)
        report->planned += weight;
    else
        bench_progress(name, "", weight);
    return !report->planning;
}

/* Rows of one section stand together, in the order in which a reader asks. */
static const char *const sections[] = {"Handshakes",         "Throughput", "Latency",
                                       "On the wire",        "Memory",     "Instructions",
                                       "Code",               "The system's roots",
                                       "Scaling"};

static size_t place(const compare_row *row)
{
    size_t i = 0;

    while (i < sizeof(sections) / sizeof(sections[0]) && strcmp(sections[i], row->section) != 0)
        i++;
    return i;
}

static void arrange(compare_report *report)
{
    for (size_t i = 1; i < report->count; i++) {
        const compare_row row = report->rows[i];
        size_t j = i;

        for (; j > 0 && place(&report->rows[j - 1]) > place(&row); j--)
            report->rows[j] = report->rows[j - 1];
        report->rows[j] = row;
    }
}

static void engines_of(compare_report *report)
{
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t count = bench_engines(sides);

    for (size_t i = 0; i < count; i++)
        if (report->options.engine == NULL || strcmp(report->options.engine, sides[i]->name) == 0)
            report->engines[report->engine_count++] = sides[i]->name;
}

static bool run_parts(compare_report *report)
{
    bool (*const parts[])(compare_report *) = {
        compare_roots_first, compare_scaling_roots, compare_speed, compare_latency, compare_wire,
        compare_memory,      compare_instructions,  compare_size,  compare_roots, compare_scaling};
    bool good = true;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        good = parts[i](report) && good;
    return good;
}

static bool measure(compare_report *report)
{
    bool good;

    report->planning = true;
    (void)run_parts(report);
    report->planning = false;
    report->options.seconds = bench_seconds_each(&report->options, report->planned);
    bench_progress_start(report->planned);
    good = run_parts(report);
    bench_progress_end();
    return good;
}

static bool write_all(const compare_report *report)
{
    const bench_options *options = &report->options;
    bool good = true;

    if (!bench_to_stdout(options))
        compare_table(report, stdout);
    if (options->json != NULL)
        good = compare_json(report, options->json);
    if (options->csv != NULL)
        good = compare_csv(report, options->csv) && good;
    if (options->html != NULL)
        good = compare_html(report, options->html) && good;
    if (options->svg != NULL)
        good = compare_svg(report, options->svg) && good;
    return good;
}

int compare_main(const bench_options *options)
{
    compare_report *report = calloc(1, sizeof(*report));
    bool good;

    if (report == NULL)
        return EXIT_MEASURE;
    report->options = *options;
    engines_of(report);
    good = measure(report);
    arrange(report);
    if (report->count == 0) {
        (void)bench_complain("--case: --compare has no \"%s\"", options->only);
        free(report);
        return EXIT_USAGE;
    }
    good = write_all(report) && good;
    compare_report_clear(report);
    free(report);
    return good ? 0 : EXIT_MEASURE;
}
