/* SPDX-License-Identifier: MIT */
/* omnitls-bench: the bare engine beside omnitls over it. */
#include "bench.h"
#include "compare/compare.h"
#include "diff/diff.h"
#include "judge/judge.h"
#include "peers/peers.h"

#include <signal.h>
#include <stdlib.h>

enum { EXIT_USAGE = 1, EXIT_MEASURE = 2 };

static bool wanted(const bench_options *options, const bench_case *what, const bench_side *native)
{
    return (options->engine == NULL || strcmp(options->engine, native->name) == 0) &&
           bench_case_chosen(options, what);
}

static bool known(const bench_options *options)
{
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t count = bench_engines(sides);
    bool engine = options->engine == NULL,
         name = options->only == NULL || options->compare || options->judge || options->peers ||
                (options->explain && (bench_explain_knows(options) || peer_case_known(options)));

    for (size_t i = 0; i < count && !engine; i++)
        engine = strcmp(options->engine, sides[i]->name) == 0;
    for (size_t i = 0; i < bench_case_count && !name; i++)
        name = bench_case_wanted(options, bench_cases[i].name);
    if (!engine)
        return bench_complain("--backend: \"%s\" is no engine of this build", options->engine);
    return name || bench_complain("--case: there is no \"%s\"; see --list", options->only);
}

/* The first context of a process must be measured before anything else touches an engine, so the
 * order of measuring is not the order of the report. */
static bool measure_all(bench_report *report, bench_kind from, bench_kind to)
{
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t engines = bench_engines(sides);
    bool good = true;

    for (size_t i = 0; i < bench_case_count; i++)
        for (size_t j = 0; j < engines; j++) {
            if (bench_cases[i].kind < from || bench_cases[i].kind > to ||
                !wanted(&report->options, &bench_cases[i], sides[j]) ||
                report->count == BENCH_RESULTS_MAX)
                continue;
            bench_progress(bench_cases[i].name, sides[j]->name, 1);
            if (bench_result_measure(&report->results[report->count], &bench_cases[i], sides[j],
                                     &report->options))
                report->count++;
            else
                good = false;
        }
    return good;
}

static int by_case(const void *a, const void *b)
{
    const bench_result *x = a, *y = b;

    return x->what != y->what ? (x->what > y->what) - (x->what < y->what) : 0;
}

static double figures(const bench_options *options)
{
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t engines = bench_engines(sides);
    size_t count = 0;

    for (size_t i = 0; i < bench_case_count; i++)
        for (size_t j = 0; j < engines; j++)
            count += wanted(options, &bench_cases[i], sides[j]) ? 1 : 0;
    return (double)count;
}

/* ---- commands -------------------------------------------------------------------------------- */

static int list(void)
{
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t engines = bench_engines(sides);

    for (size_t i = 0; i < engines; i++)
        printf("engine  %-22s %s\n", sides[i]->name, bench_engine_version(sides[i]->name));
    for (size_t i = 0; i < bench_case_count; i++)
        printf("case    %-22s %s\n", bench_cases[i].name, bench_cases[i].title);
    peer_list();
    return 0;
}

static int profile(const bench_options *options)
{
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t engines = bench_engines(sides);
    bool good = true;

    for (size_t i = 0; i < bench_case_count; i++)
        for (size_t j = 0; j < engines; j++)
            if (wanted(options, &bench_cases[i], sides[j])) {
                if (bench_cases[i].kind >= BENCH_TRUST_FIRST)
                    good = bench_complain("--profile: not for %s", bench_cases[i].name);
                else
                    good = bench_profile_connection(&bench_cases[i], sides[j], options) && good;
            }
    return good ? 0 : EXIT_MEASURE;
}

static int run(const bench_options *options)
{
    bench_report *report = calloc(1, sizeof(*report));
    bool good;

    if (report == NULL)
        return EXIT_MEASURE;
    report->options = *options;
    report->options.seconds = bench_seconds_each(options, figures(options));
    bench_progress_start(figures(options));
    good = measure_all(report, BENCH_TRUST_FIRST, BENCH_TRUST_FIRST);
    good = measure_all(report, BENCH_HANDSHAKE, BENCH_GATHER) && good;
    good = measure_all(report, BENCH_TRUST_LATER, BENCH_TRUST_LATER) && good;
    bench_progress_end();
    qsort(report->results, report->count, sizeof(report->results[0]), by_case);
    if (!bench_to_stdout(options) && report->count != 0)
        bench_report_table(report, stdout);
    if (options->json != NULL)
        good = bench_report_json(report, options->json) && good;
    if (options->csv != NULL)
        good = bench_report_csv(report, options->csv) && good;
    if (options->html != NULL)
        good = bench_report_html(report, options->html) && good;
    for (size_t i = 0; i < report->count; i++)
        free(report->results[i].samples.rounds);
    free(report);
    return good ? 0 : EXIT_MEASURE;
}

int main(int argc, char **argv)
{
    char pki[BENCH_PATH_SIZE] = "";
    bench_options options;
    int code = EXIT_MEASURE;

    if (!bench_options_parse(&options, argc, argv) || !known(&options))
        return EXIT_USAGE;
    if (options.help) {
        bench_usage(stdout);
        return 0;
    }
    if (options.list)
        return list();
    if (options.explain) {
        if (!options.peers)
            bench_explain(&options);
        peer_explain(&options);
        return 0;
    }
    if (options.diff[0] != NULL)
        return diff_main(options.diff[0], options.diff[1]);
    (void)signal(SIGPIPE, SIG_IGN); /* the engines write to sockets with plain write() */
    if (options.pki == NULL && !bench_pki_open(pki))
        return EXIT_MEASURE;
    if (options.pki == NULL)
        options.pki = pki;
    if (options.peers)
        code = peer_main(&options);
    else if (options.judge)
        code = judge_main(&options);
    else if (options.compare)
        code = compare_main(&options);
    else
        code = options.profile != NULL ? profile(&options) : run(&options);
    bench_pki_close(pki);
    return code;
}
