/* SPDX-License-Identifier: MIT */
/* Heap and allocations: for a handshake, for a pair of connections at rest, for contexts. */
#include "compare/compare.h"
#include "heap.h"
#include "pair.h"

#include <stdlib.h>

#define HANDSHAKES 16
#define PAIRS 8

static const bench_case shaking = {"",           "",     BENCH_HANDSHAKE,
                                   BENCH_TLS1_3, 0x1301, .key = "ecdsa-p256"};
static const bench_case resting = {
    "", "", BENCH_PING_PONG, BENCH_TLS1_3, 0x1301, .key = "ecdsa-p256", .size = 64};
static const bench_case resting_fd = {
    "", "", BENCH_SOCKET_PING_PONG, BENCH_TLS1_3, 0x1301, .key = "ecdsa-p256", .size = 64};

enum { SHAKE_COUNT, SHAKE_PEAK, IDLE, IDLE_FD, CONTEXTS, KINDS };

static const struct {
    const char *name, *title;
    compare_unit unit;
    size_t operations;
} kinds[KINDS] = {
    {"heap_handshake_allocations", "TLS 1.3 handshake, both ends: allocations", COMPARE_COUNT,
     HANDSHAKES},
    {"heap_handshake_peak", "TLS 1.3 handshake, both ends: peak heap", COMPARE_BYTES, HANDSHAKES},
    {"heap_idle_pair", "client and server at rest, over callbacks: heap", COMPARE_BYTES, PAIRS},
    {"heap_idle_pair_fd", "client and server at rest, over descriptors: heap", COMPARE_BYTES,
     PAIRS},
    {"heap_contexts", "a client's and a server's context: heap", COMPARE_BYTES, PAIRS},
};

static bool handshakes(bench_pair *pair, double values[KINDS])
{
    size_t count = 0;
    double peak = 0;

    if (!bench_pair_do(pair, HANDSHAKES)) /* caches fill */
        return false;
    for (size_t i = 0; i < HANDSHAKES; i++) {
        bench_heap heap;
        bool good;

        bench_heap_start();
        good = bench_pair_do(pair, 1);
        heap = bench_heap_stop();
        if (!good)
            return false;
        count += heap.allocations;
        peak += (double)heap.peak;
    }
    values[SHAKE_COUNT] = (double)count / HANDSHAKES;
    values[SHAKE_PEAK] = peak / HANDSHAKES;
    return true;
}

static bool contexts(const bench_setup *setup, double *bytes)
{
    bench_world *worlds[PAIRS] = {NULL};
    bench_heap heap;
    bool good = true;

    bench_heap_start();
    for (size_t i = 0; good && i < PAIRS; i++) {
        worlds[i] = bench_ours.world_new(setup);
        good = worlds[i] != NULL;
    }
    heap = bench_heap_stop();
    for (size_t i = 0; i < PAIRS; i++)
        bench_ours.world_free(worlds[i]);
    *bytes = (double)heap.bytes / PAIRS;
    return good;
}

static bool with(const bench_case *what, const char *engine, const char *pki, bench_wires *wires,
                 double values[KINDS])
{
    bench_pair pair;
    bool good = bench_pair_start(&pair, what, &bench_ours, engine, pki, wires);

    if (good && what == &shaking)
        good = handshakes(&pair, values) && contexts(&pair.setup, &values[CONTEXTS]);
    else if (good)
        good = bench_pair_at_rest(&pair, &values[what == &resting ? IDLE : IDLE_FD]);
    bench_pair_end(&pair);
    return good;
}

static bool on_engine(const char *engine, const char *pki, double values[KINDS])
{
    bench_wires *wires = calloc(1, sizeof(*wires));
    const bool good = wires != NULL && with(&shaking, engine, pki, wires, values) &&
                      with(&resting, engine, pki, wires, values) &&
                      with(&resting_fd, engine, pki, wires, values);

    free(wires);
    return good;
}

bool compare_memory(compare_report *report)
{
    compare_row *rows[KINDS] = {NULL};
    bool any = false;

    for (size_t i = 0; !report->planning && i < KINDS; i++)
        if (compare_wanted(report, kinds[i].name)) {
            rows[i] =
                compare_row_new(report, "Memory", kinds[i].name, kinds[i].title, kinds[i].unit);
            any = any || rows[i] != NULL;
        }
    for (size_t i = 0; any && i < report->engine_count; i++) {
        const bool counts = bench_heap_counts();
        double values[KINDS] = {0};
        bool good;

        bench_listen();
        good = counts && on_engine(report->engines[i], report->options.pki, values);
        for (size_t j = 0; j < KINDS; j++)
            if (rows[j] != NULL && good)
                compare_exact(&rows[j]->figures[i], values[j], kinds[j].operations);
            else if (rows[j] != NULL)
                compare_miss(&rows[j]->figures[i],
                             counts ? bench_heard() : "this C library's heap cannot be watched");
        bench_unlisten();
    }
    for (size_t i = 0; i < KINDS; i++)
        if (rows[i] != NULL)
            compare_judge(rows[i]);
    return true;
}
