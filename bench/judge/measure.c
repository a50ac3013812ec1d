/* SPDX-License-Identifier: MIT */
/* One figure of the table. A busy machine gets three tries; then the figure does not count. */
#include "judge/judge.h"
#include "pair.h"

#include <math.h>
#include <stdlib.h>

#define TRIES 3

/* Three decimals are written, so three decimals decide. */
static bool at_least(double figure, double reach)
{
    return round(figure * 1000) >= round(reach * 1000);
}

/* There is no figure. */
static void say(judge_result *result, judge_verdict verdict, const char *why)
{
    result->verdict = verdict;
    (void)snprintf(result->why, sizeof(result->why), "%s", why);
}

/* ---- speed ----------------------------------------------------------------------------------- */

static bool ratio_of(const bench_case *what, const bench_side *native, const bench_options *options,
                     bench_spread *ratio, double *aa)
{
    bench_result measured;

    if (!bench_result_measure(&measured, what, native, options))
        return false;
    *ratio = measured.ratio;
    *aa = measured.aa.median;
    free(measured.samples.rounds);
    return true;
}

static bool quiet(double aa)
{
    return fabs(aa - 1) <= BENCH_AA_TOLERANCE;
}

/* The quietest of the tries. */
static bool try_ratio(const bench_case *what, const bench_side *native,
                      const bench_options *options, bench_spread *ratio, double *aa)
{
    *aa = 0;
    for (int i = 0; i < TRIES && !quiet(*aa); i++) {
        bench_spread found;
        double found_aa;

        if (!ratio_of(what, native, options, &found, &found_aa))
            return false;
        if (i == 0 || fabs(found_aa - 1) < fabs(*aa - 1)) {
            *ratio = found;
            *aa = found_aa;
        }
    }
    return true;
}

static void decide_speed(judge_result *result, bench_spread ratio, double aa)
{
    result->figure = ratio.median;
    result->low = ratio.low;
    result->high = ratio.high;
    result->aa = aa;
    if (!quiet(aa))
        result->verdict = JUDGE_NOISY;
    else
        result->verdict = at_least(ratio.median, result->reach) ? JUDGE_PASS : JUDGE_FAIL;
}

static bool speed(judge_result *result, const bench_side *native, const bench_options *options)
{
    bench_spread ratio;
    double aa;

    if (!try_ratio(&result->target->what, native, options, &ratio, &aa))
        return false;
    decide_speed(result, ratio, aa);
    return true;
}

/* (ours on two / ours on one) / (native on two / native on one), with the worse of the two A/A. */
static bool between(judge_result *result, const bench_case *one, const bench_case *two,
                    const bench_side *native, const bench_options *options)
{
    bench_spread one_ratio, two_ratio;
    double one_aa, two_aa;

    if (!try_ratio(one, native, options, &one_ratio, &one_aa) ||
        !try_ratio(two, native, options, &two_ratio, &two_aa))
        return false;
    decide_speed(result,
                 (bench_spread){.median = two_ratio.median / one_ratio.median,
                                .low = two_ratio.low / one_ratio.high,
                                .high = two_ratio.high / one_ratio.low},
                 fabs(one_aa - 1) > fabs(two_aa - 1) ? one_aa : two_aa);
    return true;
}

static bool scaling(judge_result *result, const bench_side *native, const bench_options *options)
{
    bench_case two = result->target->what;

    two.threads = 2;
    return between(result, &result->target->what, &two, native, options);
}

static bool many(judge_result *result, const bench_side *native, const bench_options *options)
{
    bench_case one = result->target->what;

    one.identities = 0;
    return between(result, &one, &result->target->what, native, options);
}

/* ---- heap ------------------------------------------------------------------------------------ */

static void decide_heap(judge_result *result, double ours, double native)
{
    const bool ratio = result->reach <= 1;

    result->figure = ratio ? ours / native : ours - native;
    result->low = result->high = result->figure;
    result->verdict =
        (ratio ? at_least(result->reach, result->figure) : result->figure <= result->reach)
            ? JUDGE_PASS
            : JUDGE_FAIL;
}

static bool at_rest(const bench_case *what, const bench_side *side, const char *engine,
                    const bench_options *options, double *bytes)
{
    bench_wires *wires = calloc(1, sizeof(*wires));
    bench_pair pair = {.side = NULL};
    const bool good = wires != NULL &&
                      bench_pair_start(&pair, what, side, engine, options->pki, wires) &&
                      bench_pair_at_rest(&pair, bytes);

    bench_pair_end(&pair);
    free(wires);
    return good;
}

static bool heap(judge_result *result, const bench_side *native, const bench_options *options)
{
    const bench_case *what = &result->target->what;
    double theirs, ours;

    if (!at_rest(what, native, native->name, options, &theirs) ||
        !at_rest(what, &bench_ours, native->name, options, &ours))
        return false;
    decide_heap(result, ours, theirs);
    return true;
}

/* Of contexts and keys alone: no connection is made. */
static bool each_heap(judge_result *result, const bench_side *native, const bench_options *options)
{
    const bench_case *what = &result->target->what;
    bench_wires *wires = calloc(1, sizeof(*wires));
    bench_pair pair = {.side = NULL};
    bench_heap heap = {0};
    bool good = wires != NULL;

    bench_heap_start();
    good = good && bench_pair_start(&pair, what, &bench_ours, native->name, options->pki, wires);
    heap = bench_heap_stop();
    bench_pair_end(&pair);
    free(wires);
    result->figure = result->low = result->high = (double)heap.bytes / (double)what->identities;
    result->verdict = result->figure <= result->reach ? JUDGE_PASS : JUDGE_FAIL;
    return good;
}

static bool roots_heap(judge_result *result, const bench_side *native, const bench_options *options)
{
    bench_heap first, theirs, ours;

    if (!bench_trust_heap(native, native->name, options, &first, &theirs) ||
        !bench_trust_heap(&bench_ours, native->name, options, &first, &ours))
        return false;
    decide_heap(result, (double)ours.bytes, (double)theirs.bytes);
    return true;
}

/* Dispatch among several engines is left out of it: a program that has one has none. */
static bool instructions(judge_result *result, const bench_side *native,
                         const bench_options *options)
{
#ifdef OTLS_BENCH_SINGLE
    const judge_target *target = result->target;
    const char *name = target->what.name + strlen("instructions_"); /* the case */
    double ours, theirs;

    if (!bench_count_instructions(name, native->name, "native", options->pki,
                                  target->operations, &theirs) ||
        !bench_count_instructions(name, native->name, "ours", options->pki,
                                  target->operations, &ours))
        return false;
    result->figure = result->low = result->high = ours / theirs;
    result->verdict = at_least(result->reach, result->figure) ? JUDGE_PASS : JUDGE_FAIL;
    return true;
#else
    (void)native, (void)options;
    say(result, JUDGE_ELSEWHERE, "of builds with one engine linked in: -DOMNITLS_ENGINES=openssl");
    return true;
#endif
}

void judge_measure(judge_result *result, const bench_side *native, const bench_options *options)
{
    const judge_kind kind = result->target->kind;
    bool good = true;

    if (judge_is_heap(kind) && !bench_heap_counts()) {
        say(result, JUDGE_MISSING, "this C library's heap cannot be watched");
        return;
    }
    bench_listen();
    switch (kind) {
    case JUDGE_SCALING:
        good = scaling(result, native, options);
        break;
    case JUDGE_MANY:
        good = many(result, native, options);
        break;
    case JUDGE_EACH_HEAP:
        good = each_heap(result, native, options);
        break;
    case JUDGE_HEAP:
        good = heap(result, native, options);
        break;
    case JUDGE_INSTRUCTIONS:
        good = instructions(result, native, options);
        break;
    case JUDGE_ROOTS_HEAP:
        good = roots_heap(result, native, options);
        break;
    default:
        good = speed(result, native, options);
        break;
    }
    if (!good)
        say(result, JUDGE_MISSING, bench_heard());
    bench_unlisten();
}
