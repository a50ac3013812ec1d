/* SPDX-License-Identifier: MIT */
/* --peers: find them, measure what is wanted, write it down. */
#include "peers/peers.h"

#ifdef __linux__
#include <sched.h>
#endif
#include <stdlib.h>

enum { EXIT_USAGE = 1, EXIT_MEASURE = 2 };

static bool peer_wanted(const bench_options *options, const peer_found *found)
{
    return found->why[0] == '\0' &&
           (options->engine == NULL || strcmp(options->engine, found->library.engine) == 0);
}

static bool named(const bench_options *options, const peer *who)
{
    return options->peer == NULL || strcmp(options->peer, who->name) == 0;
}

static bool known(const bench_options *options)
{
    bool found = options->peer == NULL;

    for (size_t i = 0; i < peer_count && !found; i++)
        found = named(options, &peers[i]);
    if (!found)
        return bench_complain("--peers: there is no \"%s\"", options->peer);
    return peer_case_known(options) ||
           bench_complain("--case: --peers has no \"%s\"; see --list", options->only);
}

static bool find(peer_report *report, const peer_setup *common)
{
    bool good = true;

    for (size_t i = 0; i < peer_count; i++)
        if (named(&report->figures.options, &peers[i]))
            good = peer_try(&report->found[report->count++], &peers[i], common) && good;
    return good;
}

static bool figure(peer_report *report, const peer_found *found, const peer_case *what,
                   const peer_setup *common)
{
    bench_report *figures = &report->figures;

    bench_progress(what->what.name, found->who->name, 1);
    if (!peer_measure(found, what, common, figures->options.seconds,
                      &figures->results[figures->count]))
        return false;
    figures->count++;
    return true;
}

static bool wanted(const peer_report *report, const peer_found *found, const peer_case *what)
{
    return peer_wanted(&report->figures.options, found) && peer_can(found->who, what) &&
           bench_case_wanted(&report->figures.options, what->what.name) &&
           report->figures.count < BENCH_RESULTS_MAX;
}

static bool measure(peer_report *report, const peer_setup *common)
{
    bench_options *options = &report->figures.options;
    size_t count = 0;
    bool good = true;

    for (size_t i = 0; i < peer_case_count; i++)
        for (size_t j = 0; j < report->count; j++)
            count += wanted(report, &report->found[j], &peer_cases[i]) ? 1 : 0;
    options->seconds = bench_seconds_each(options, (double)count);
    bench_progress_start((double)count);
    for (size_t i = 0; i < peer_case_count; i++)
        for (size_t j = 0; j < report->count; j++)
            if (wanted(report, &report->found[j], &peer_cases[i]))
                good = figure(report, &report->found[j], &peer_cases[i], common) && good;
    bench_progress_end();
    return good;
}

static bool write_all(const peer_report *report)
{
    const bench_options *options = &report->figures.options;
    bool good = true;

    if (!bench_to_stdout(options))
        peer_report_table(report, stdout);
    if (options->json != NULL)
        good = peer_report_json(report, options->json);
    if (options->csv != NULL)
        good = bench_report_csv(&report->figures, options->csv) && good;
    if (options->html != NULL)
        good = peer_report_html(report, options->html) && good;
    return good;
}

static bool run(peer_report *report, const peer_server *server)
{
    char root[BENCH_PATH_SIZE];
    const peer_setup common = {
        .port = server->port, .fresh_port = server->fresh_port, .name = BENCH_HOST, .root = root};
    bool good;

    if (snprintf(root, sizeof(root), "%s/root.pem", report->figures.options.pki) >=
        (int)sizeof(root))
        return bench_complain("--pki: the path is too long");
    good = find(report, &common);
    good = measure(report, &common) && good;
    return write_all(report) && good;
}

/*
 * Client, server and Python on one processor: whether a message wakes another processor costs more
 * than the message, and changes from one moment to the next.
 */
static void one_processor(void)
{
#ifdef __linux__
    const int here = sched_getcpu();
    cpu_set_t set;

    CPU_ZERO(&set);
    if (here >= 0 && here < CPU_SETSIZE) {
        CPU_SET((size_t)here, &set);
        (void)sched_setaffinity(0, sizeof(set), &set);
    }
#endif
}

int peer_main(const bench_options *options)
{
    peer_report *report;
    peer_server server;
    bool good;

    if (!known(options))
        return EXIT_USAGE;
    one_processor();
    report = calloc(1, sizeof(*report));
    if (report == NULL || !peer_server_start(&server, options)) {
        free(report);
        return EXIT_MEASURE;
    }
    report->figures.options = *options;
    good = run(report, &server);
    peer_server_stop(&server);
    for (size_t i = 0; i < report->figures.count; i++)
        free(report->figures.results[i].samples.rounds);
    free(report);
    return good ? 0 : EXIT_MEASURE;
}
