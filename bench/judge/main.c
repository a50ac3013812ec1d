/* SPDX-License-Identifier: MIT */
/* --judge: the table of targets, what was measured, and what it says. */
#include "judge/judge.h"
#include "report_json.h"

#include <stdlib.h>

enum { EXIT_USAGE = 1, EXIT_MEASURE = 2, EXIT_MISSED = 3 };

typedef struct judgement {
    bench_options options;
    size_t count;
    judge_result *results;
} judgement;

const char *judge_verdict_name(judge_verdict verdict)
{
    static const char *const names[] = {"pass", "fail", "not quiet", "not measured", "elsewhere"};

    return names[verdict];
}

/* Where the engine stands in the targets. */
static size_t column(const char *engine)
{
    static const char *const names[JUDGE_ENGINES] = {"openssl", "wolfssl", "gnutls"};
    size_t i = 0;

    while (i < JUDGE_ENGINES - 1 && strcmp(names[i], engine) != 0)
        i++;
    return i;
}

/* A speed to reach of 0: the figure does not exist for the engine. */
static bool wanted(const judge_target *target, const bench_side *side, const bench_options *options)
{
    if (target->kind == JUDGE_SPEED && target->reach[column(side->name)] <= 0)
        return false;
    return (options->engine == NULL || strcmp(options->engine, side->name) == 0) &&
           bench_case_wanted(options, target->what.name);
}

static bool plan(judgement *all)
{
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t engines = bench_engines(sides);

    all->results = calloc(judge_target_count * engines, sizeof(all->results[0]));
    if (all->results == NULL)
        return bench_complain("out of memory");
    for (size_t i = 0; i < judge_target_count; i++)
        for (size_t j = 0; j < engines; j++)
            if (wanted(&judge_targets[i], sides[j], &all->options))
                all->results[all->count++] =
                    (judge_result){.target = &judge_targets[i],
                                   .engine = sides[j]->name,
                                   .reach = judge_targets[i].reach[column(sides[j]->name)]};
    return all->count != 0 || bench_complain("--case: --judge has no \"%s\"", all->options.only);
}

static const bench_side *side_of(const char *engine)
{
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t count = bench_engines(sides);
    size_t i = 0;

    while (i < count - 1 && strcmp(sides[i]->name, engine) != 0)
        i++;
    return sides[i];
}

/* The first context of a process comes first: an engine that was touched has caches. */
static void measure(judgement *all)
{
    bench_progress_start((double)all->count);
    for (int first = 1; first >= 0; first--)
        for (size_t i = 0; i < all->count; i++) {
            judge_result *result = &all->results[i];

            if ((result->target->what.kind == BENCH_TRUST_FIRST) != (first == 1))
                continue;
            bench_progress(result->target->what.name, result->engine, 1);
            judge_measure(result, side_of(result->engine), &all->options);
        }
    bench_progress_end();
}

/* ---- what comes out -------------------------------------------------------------------------- */

static void number(const judge_result *result, double value, char out[32])
{
    if (result->target->kind == JUDGE_HEAP && result->reach > 1)
        (void)snprintf(out, 32, "%+.0f B", value);
    else if (result->target->kind == JUDGE_EACH_HEAP)
        (void)snprintf(out, 32, "%.0f B", value);
    else
        (void)snprintf(out, 32, "%.*f", value < 10 ? 3 : 1, value);
}

static void line(const judge_result *result)
{
    char figure[32] = "-", reach[32] = "-", aa[16] = "";

    if (result->verdict < JUDGE_MISSING)
        number(result, result->figure, figure);
    number(result, result->reach, reach);
    if (result->aa > 0)
        (void)snprintf(aa, sizeof(aa), "%.3f", result->aa);
    printf("%-3s %-36s %-8s %10s %s %9s %7s  %s%s%s\n", result->target->row,
           result->target->what.title, result->engine, figure,
           judge_at_most(result->target->kind) ? "<=" : ">=", reach, aa, judge_verdict_name(result->verdict), result->why[0] != '\0' ? ": " : "", result->why);
}

static void table(const judgement *all)
{
    size_t sums[JUDGE_ELSEWHERE + 1] = {0};

    printf("%-3s %-36s %-8s %10s    %9s %7s\n", "row", "figure", "engine", "measured", "target",
           "A/A");
    for (size_t i = 0; i < all->count; i++) {
        line(&all->results[i]);
        sums[all->results[i].verdict]++;
    }
    printf("\n%zu pass, %zu fail, %zu do not count (A/A not within 1.00 +- %.2f in three tries), "
           "%zu not measured, %zu of other builds\n",
           sums[JUDGE_PASS], sums[JUDGE_FAIL], sums[JUDGE_NOISY], BENCH_AA_TOLERANCE,
           sums[JUDGE_MISSING], sums[JUDGE_ELSEWHERE]);
}

static json_t *entries(const judgement *all)
{
    json_t *list = json_array();

    for (size_t i = 0; i < all->count; i++) {
        const judge_result *r = &all->results[i];
        json_t *entry =
            json_pack("{s:s,s:s,s:s,s:s,s:f,s:s}", "row", r->target->row, "name",
                      r->target->what.name, "title", r->target->what.title, "engine", r->engine,
                      "target", r->reach, "verdict", judge_verdict_name(r->verdict));

        if (entry != NULL && r->verdict < JUDGE_MISSING) {
            (void)json_object_set_new(entry, "figure", json_real(r->figure));
            (void)json_object_set_new(entry, "ci95_low", json_real(r->low));
            (void)json_object_set_new(entry, "ci95_high", json_real(r->high));
        } else if (entry != NULL)
            (void)json_object_set_new(entry, "why_not", json_string(r->why));
        if (entry != NULL && r->aa > 0)
            (void)json_object_set_new(entry, "aa", json_real(r->aa));
        (void)json_array_append_new(list, entry);
    }
    return list;
}

static bool csv(const judgement *all, const char *path)
{
    FILE *stream = bench_open(path);

    if (stream == NULL)
        return false;
    fputs("row,name,engine,figure,target,aa,verdict\r\n", stream);
    for (size_t i = 0; i < all->count; i++) {
        const judge_result *r = &all->results[i];

        fprintf(stream, "%s,%s,%s,", r->target->row, r->target->what.name, r->engine);
        if (r->verdict < JUDGE_MISSING)
            fprintf(stream, "%.6g", r->figure);
        fprintf(stream, ",%.6g,", r->reach);
        if (r->aa > 0)
            fprintf(stream, "%.6g", r->aa);
        fprintf(stream, ",%s\r\n", judge_verdict_name(r->verdict));
    }
    return bench_close(stream, path);
}

static int exit_code(const judgement *all)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->results[i].verdict != JUDGE_PASS && all->results[i].verdict != JUDGE_ELSEWHERE)
            return EXIT_MISSED;
    return 0;
}

int judge_main(const bench_options *options)
{
    judgement all = {.options = *options};
    bool good = true;
    int code;

    if (!plan(&all)) {
        free(all.results);
        return EXIT_USAGE;
    }
    all.options.seconds = bench_seconds_each(options, (double)all.count);
    measure(&all);
    if (!bench_to_stdout(options))
        table(&all);
    if (options->json != NULL)
        good = bench_json_write(json_pack("{s:o,s:o}", "context", bench_json_context(&all.options),
                                          "judge", entries(&all)),
                                options->json);
    if (options->csv != NULL)
        good = csv(&all, options->csv) && good;
    code = good ? exit_code(&all) : EXIT_MEASURE;
    free(all.results);
    return code;
}
