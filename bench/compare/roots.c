/* SPDX-License-Identifier: MIT */
/* The system's roots: what the first context with them takes, and each later one. */
#include "compare/compare.h"
#include "compare/paired.h"

#define SECTION "The system's roots"

static const bench_case cases[] = {
    {"roots_first", "first context, to the first verified chain", .kind = BENCH_TRUST_FIRST},
    {"roots_later", "each later context", .kind = BENCH_TRUST_LATER},
};

static const char *const heap_names[] = {"roots_first_heap", "roots_later_heap"};
static const char *const heap_titles[] = {"first context, to the first verified chain: heap",
                                          "each later context: heap"};

bool compare_trust(compare_report *report, const char *section, const bench_case *what)
{
    compare_row *row =
        compare_row_new(report, section, what->name, what->title, COMPARE_NANOSECONDS);
    bench_samples samples = {.count = 0};
    bool good;

    if (row == NULL)
        return false;
    bench_listen();
    good = bench_run_trust_engines(what, report->engines, report->engine_count, &report->options,
                                   &samples);
    for (size_t i = 0; !good && i < row->count; i++)
        compare_miss(&row->figures[i], bench_heard());
    bench_unlisten();
    if (!good) {
        compare_judge(row);
        return true; /* a machine without roots is no failure */
    }
    return compare_paired(row, &samples, report->engines, report->engine_count);
}

static void heaps(compare_report *report)
{
    compare_row *rows[2] = {NULL};
    bench_heap heap[2];

    for (size_t i = 0; i < 2; i++)
        if (compare_wanted(report, heap_names[i]))
            rows[i] =
                compare_row_new(report, SECTION, heap_names[i], heap_titles[i], COMPARE_BYTES);
    for (size_t i = 0; (rows[0] != NULL || rows[1] != NULL) && i < report->engine_count; i++) {
        const bool counts = bench_heap_counts();
        bool good;

        bench_listen();
        good = counts && bench_trust_heap(&bench_ours, report->engines[i], &report->options,
                                          &heap[0], &heap[1]);
        for (size_t j = 0; j < 2; j++)
            if (rows[j] != NULL && good)
                compare_exact(&rows[j]->figures[i], (double)heap[j].bytes, 1);
            else if (rows[j] != NULL)
                compare_miss(&rows[j]->figures[i],
                             counts ? bench_heard() : "this C library's heap cannot be watched");
        bench_unlisten();
    }
    for (size_t i = 0; i < 2; i++)
        if (rows[i] != NULL)
            compare_judge(rows[i]);
}

bool compare_roots_first(compare_report *report)
{
    return !compare_wanted(report, cases[0].name) || !compare_step(report, cases[0].name, 1) ||
           compare_trust(report, SECTION, &cases[0]);
}

bool compare_roots(compare_report *report)
{
    const bool good = !compare_wanted(report, cases[1].name) ||
                      !compare_step(report, cases[1].name, 1) ||
                      compare_trust(report, SECTION, &cases[1]);

    if (!report->planning)
        heaps(report);
    return good;
}
