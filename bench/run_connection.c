/* SPDX-License-Identifier: MIT */
/*
 * Handshakes, records and ping-pong, in slices: the bare engine beside omnitls, or omnitls on one
 * engine beside omnitls on the others.
 */
#include "threads.h"

#include <stdlib.h>

#define WARM_UP 20 /* operations on a new connection before it is measured */
#define SLICE_HANDSHAKE 8e6
#define SLICE_DATA 2e6

typedef struct work {
    bench_work base;
    bench_case what;
    bench_wires *wires;
    bench_pair pairs[BENCH_SLOTS_MAX];
    bench_team *teams[BENCH_SLOTS_MAX]; /* where the case has several threads */
    size_t turn;
} work;

/* Making a fresh chain is no part of the handshake. */
static bool run_fresh(bench_pair *pair, size_t count, bench_time *spent)
{
    *spent = (bench_time){.cpu = 0};
    for (size_t i = 0; i < count; i++) {
        bench_time start, one;

        if (!bench_pair_refresh(pair))
            return false;
        start = bench_now();
        if (!bench_pair_do(pair, 1))
            return false;
        one = bench_since(start);
        spent->cpu += one.cpu;
        spent->real += one.real;
    }
    return true;
}

static bool run(bench_work *base, size_t slot, size_t count, bench_time *spent)
{
    work *w = (work *)base;
    bench_time start;
    bool good;

    if (w->teams[slot] != NULL)
        return bench_team_do(w->teams[slot], count, spent);
    if (bench_chain_is_fresh(w->what.chain))
        return run_fresh(&w->pairs[slot], count, spent);
    start = bench_now();
    good = bench_pair_do(&w->pairs[slot], count);
    *spent = bench_since(start);
    return good;
}

/* ---- making and checking --------------------------------------------------------------------- */

static bool teams(work *w)
{
    bool good = true;

    for (size_t i = 0; good && i < w->base.slots; i++) {
        w->teams[i] = bench_team_new(&w->pairs[i], w->what.threads);
        good = w->teams[i] != NULL;
    }
    return good;
}

/*
 * In another order each time: the allocator gives out good and bad places, and none of the slots
 * may have the same one for ever.
 */
static bool connect_all(work *w)
{
    const size_t slots = w->base.slots, first = w->turn % slots;
    const bool backwards = (w->turn++ / slots) % 2 != 0;

    for (size_t i = 0; i < slots; i++)
        bench_pair_close(&w->pairs[i]);
    for (size_t i = 0; i < slots; i++) {
        bench_pair *pair = &w->pairs[(first + (backwards ? slots - i : i)) % slots];

        if (!bench_pair_connect(pair))
            return false;
        if (w->what.kind == BENCH_HANDSHAKE)
            bench_pair_close(pair);
    }
    return w->what.threads == 0 || teams(w);
}

static bool renew(bench_work *base)
{
    work *w = (work *)base;
    bool good = connect_all(w);

    for (size_t i = 0; good && i < w->base.slots; i++)
        good = bench_pair_do(&w->pairs[i], WARM_UP);
    return good;
}

/* Resumed handshakes carry no chain. */
static bench_case with_chain_of(const bench_case *what, const bench_options *options)
{
    bench_case out = *what;

    if (what->kind == BENCH_HANDSHAKE && !what->resume && what->chain == BENCH_CHAIN_INTERMEDIATE)
        out.chain = (bench_chain)options->chain;
    return out;
}

static work work_of(const bench_case *what, const bench_options *options, size_t slots, size_t twin)
{
    const bool handshakes = what->kind == BENCH_HANDSHAKE;

    return (work){.base = {.run = run,
                           .renew = handshakes || what->connections > 1 ? NULL : renew,
                           .slice = handshakes ? SLICE_HANDSHAKE : SLICE_DATA,
                           .slots = slots,
                           .twin = twin},
                  .what = with_chain_of(what, options),
                  .wires = calloc(1, sizeof(bench_wires))};
}

static void work_close(work *w)
{
    for (size_t i = 0; i < BENCH_SLOTS_MAX; i++) {
        bench_team_free(w->teams[i]);
        bench_pair_end(&w->pairs[i]);
    }
    free(w->wires);
}

static bool layer_open(work *w, const bench_side *native, const bench_options *options)
{
    bool good = w->wires != NULL;

    for (size_t i = 0; good && i < BENCH_SLOTS; i++)
        good = bench_pair_start(&w->pairs[i], &w->what, i == BENCH_OURS ? &bench_ours : native,
                                native->name, options->pki, w->wires);
    return good && connect_all(w);
}

bool bench_run_connection(const bench_case *what, const bench_side *native,
                          const bench_options *options, bench_samples *samples)
{
    work w = work_of(what, options, BENCH_SLOTS, BENCH_AGAIN);
    const bool good =
        layer_open(&w, native, options) && bench_measure(&w.base, options->seconds, samples);

    work_close(&w);
    return good;
}

bool bench_profile_connection(const bench_case *what, const bench_side *native,
                              const bench_options *options)
{
    const size_t slot = strcmp(options->profile, "ours") == 0 ? BENCH_OURS : BENCH_NATIVE;
    work w = work_of(what, options, BENCH_SLOTS, BENCH_AGAIN);
    bool good = layer_open(&w, native, options);

    /* callgrind's --toggle-collect=bench_pair_do leaves out the making of fresh chains */
    for (size_t i = 0; good && i < options->operations; i++)
        good = bench_pair_refresh(&w.pairs[slot]) && bench_pair_do(&w.pairs[slot], 1);
    work_close(&w);
    return good;
}

bool bench_run_engines(const bench_case *what, const char *const *engines, size_t count,
                       const bench_options *options, bench_samples *samples)
{
    work w = work_of(what, options, count + 1, count);
    bool good = w.wires != NULL;

    for (size_t i = 0; good && i <= count; i++)
        good = bench_pair_start(&w.pairs[i], &w.what, &bench_ours, engines[i < count ? i : 0],
                                options->pki, w.wires);
    good = good && connect_all(&w) && bench_measure(&w.base, options->seconds, samples);
    work_close(&w);
    return good;
}

bool bench_try_engine(const bench_case *what, const char *engine, const bench_options *options)
{
    bench_wires *wires = calloc(1, sizeof(*wires));
    const bench_case with_chain = with_chain_of(what, options);
    bench_pair pair = {.side = NULL};
    bool good = wires != NULL &&
                bench_pair_start(&pair, &with_chain, &bench_ours, engine, options->pki, wires) &&
                bench_pair_connect(&pair);

    if (good && what->kind == BENCH_HANDSHAKE) {
        bench_pair_close(&pair);
        good = bench_pair_do(&pair, 2);
    }
    bench_pair_end(&pair);
    free(wires);
    return good;
}
